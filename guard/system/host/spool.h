/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spool - ban events that could not reach the store, one small file each
 *
 * The fail2ban hook leaves a file here when the store is locked, full or gone;
 * the watcher takes the files in, in the order in which they were written. The
 * hook also spools while older files wait (spool_pending()), so that an unban
 * never overtakes its ban. Files are complete or not there: written under
 * another name, synced, renamed. What is read back is hostile until checked.
 *
 * @dir is the spool folder itself, STATE/spool; made 0700 where it is missing.
 */
#ifndef GUARD_SYSTEM_HOST_SPOOL_H
#define GUARD_SYSTEM_HOST_SPOOL_H

#include "guard/system/store/store.h"

enum {
	SPOOL_E_FULL = 1, /* SPOOL_FILES_MAX files wait already, or no space on the disk */
	SPOOL_E_STORE,    /* the store refused; the files are kept for the next time */
};

#define SPOOL_DIR       "spool"
#define SPOOL_FILES_MAX 100000
#define SPOOL_BAD_MAX   1000
#define SPOOL_SIZE_MAX  32768

struct spool_result {
	size_t applied;
	size_t bad;     /* set aside as NAME.bad */
	bool more;      /* the limit was reached: call again */
	int store_code; /* what the store said, with SPOOL_E_STORE */
};

int spool_write(const char *dir, const struct store_ban_event *event, struct err *err) _must_check_;
bool spool_pending(const char *dir);
int spool_drain(const char *dir, struct store *store, size_t limit, struct spool_result *result,
                struct err *err) _must_check_;

#endif
