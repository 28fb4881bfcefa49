// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/daemons.h"

#include <string.h>

#define DOVECOT_LISTEN                                                                             \
	"echo 'listen = *, ::' >>/etc/dovecot/local.conf && systemctl restart dovecot"

static const struct mail_daemon daemons[] = {
    {"master", "postfix", "postfix", SERVICES_SERVER_MTA,
     "postconf -e inet_interfaces=all && systemctl restart postfix",
     "postconf -e inet_protocols=all && systemctl restart postfix"},
    {"exim4", "exim4", "exim", SERVICES_SERVER_MTA, NULL, NULL},
    {"exim", "exim", "exim", SERVICES_SERVER_MTA, NULL, NULL},
    {"dovecot", "dovecot", "dovecot", SERVICES_SERVER_MAILBOX, DOVECOT_LISTEN, DOVECOT_LISTEN},
};

/** daemons_next() - all of them, one after the other; @last: NULL: begin; Return: NULL: no more */
const struct mail_daemon *daemons_next(const struct mail_daemon *last)
{
	size_t i = last ? (size_t)(last - daemons) + 1 : 0;

	return i < ARRAY_SIZE(daemons) ? &daemons[i] : NULL;
}

/** daemons_by_process() - whose process is called so; NULL: not known */
const struct mail_daemon *daemons_by_process(const char *process)
{
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		if (strcmp(daemons[i].process, process) == 0)
			return &daemons[i];
	return NULL;
}
