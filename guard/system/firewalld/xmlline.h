/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xmlline - in which line expat is, by whichever of its functions there is */
#ifndef GUARD_SYSTEM_FIREWALLD_XMLLINE_H
#define GUARD_SYSTEM_FIREWALLD_XMLLINE_H

#include "build-config.h"

#include <expat.h>

static inline unsigned long xmlline(XML_Parser parser)
{
#if HAVE_DECL_XML_GETCURRENTLINENUMBER64
	return (unsigned long)XML_GetCurrentLineNumber64(parser);
#else
	return (unsigned long)XML_GetCurrentLineNumber(parser); /* deprecated in expat 2.9 */
#endif
}

#endif
