/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sendmail - hand a message to the system's mailer, as every Unix has it
 */
#ifndef GUARD_SYSTEM_HOST_SENDMAIL_H
#define GUARD_SYSTEM_HOST_SENDMAIL_H

#include "guard/base/err.h"

#define SENDMAIL_DEFAULT_PATH "/usr/sbin/sendmail"

enum {
	SENDMAIL_E_ABSENT = 1, /* there is no such program */
	SENDMAIL_E_REFUSED,    /* it ended with a failure; the err says how */
	SENDMAIL_E_TIMEOUT,    /* it did not end in time, and was killed */
};

int sendmail_send(const char *path, const char *message, int timeout_ms,
                  struct err *err) _must_check_;

#endif
