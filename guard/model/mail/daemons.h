/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * daemons - the programs that serve mail: what they are called where, and how they are set
 */
#ifndef GUARD_MODEL_MAIL_DAEMONS_H
#define GUARD_MODEL_MAIL_DAEMONS_H

#include "guard/model/mail/services.h"

struct mail_daemon {
	const char *process; /* that listens */
	const char *unit;    /* of systemd */
	const char *jail;    /* of fail2ban, that bans who attacks it */
	enum services_server server;
	const char *listen_all;  /* the command to make it listen everywhere; NULL: not known */
	const char *listen_both; /* the same, in both families */
};

const struct mail_daemon *daemons_next(const struct mail_daemon *last);
const struct mail_daemon *daemons_by_process(const char *process);

#endif
