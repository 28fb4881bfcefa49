/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mime - a mail with a text and a page, as RFC 5322, 2045 and 2046 have it
 *
 * Both parts are base64, so that no line is too long and no relay changes anything.
 * Lines end with LF, as sendmail takes them.
 */
#ifndef GUARD_BASE_MIME_H
#define GUARD_BASE_MIME_H

#include "guard/base/err.h"

#define MIME_ADDRESS_MAX 254 /* RFC 5321, 4.5.3.1, with an erratum */

struct mime_message {
	const char *from, *to; /* valid by mime_is_address() */
	const char *subject;   /* UTF-8 */
	const char *id;        /* of this message: letters, digits and dots before the "@" */
	const char *host;      /* after it */
	int64_t date_us;       /* microseconds since the epoch, UTC */
	const char *text, *html;
};

bool mime_is_address(const char *address);
int mime_format(char **out, const struct mime_message *message) _must_check_;

#endif
