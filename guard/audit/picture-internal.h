/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture-internal - what the readers of a picture's parts share: the question and its time */
#ifndef GUARD_AUDIT_PICTURE_INTERNAL_H
#define GUARD_AUDIT_PICTURE_INTERNAL_H

#include "guard/audit/picture.h"

struct reading {
	struct picture *picture;
	const struct picture_question *question;
	struct firewalld_session *session; /* open */
	struct store *store;               /* NULL: cannot be used */
	/* One answer for what it holds and for what it decides by, until the rules are taken. */
	struct firewalld_reading firewalld;
	bool rules_read;
	bool foreign_known; /* how many rules iptables' chains have */
	bool impatient;     /* somebody did not answer in time */
};

bool reading_wants(const struct reading *reading, unsigned parts);
struct err *reading_why(const struct reading *reading, unsigned part);
bool reading_waited(int result);
int reading_left_ms(const struct reading *reading, int most_ms);
int reading_settle(const struct reading *reading, unsigned part, int r) _must_check_;
void reading_lose_store(struct reading *reading, int r);

int picture_read_links(struct reading *reading) _must_check_;
int picture_read_sockets(struct reading *reading) _must_check_;
int picture_read_host(struct reading *reading) _must_check_;
int picture_read_firewalld(struct reading *reading) _must_check_;

#endif
