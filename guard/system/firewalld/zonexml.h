/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * zonexml - the text of a file of firewalld (zone, policy, ipset) to the items in it
 *
 * For noticing an edit before firewalld does, and for nothing else: what firewalld
 * says stays the truth about its permanent configuration. What is not XML is
 * broken, as it is for firewalld; what is merely not understood is unknown, or left
 * out. Rules that accept nothing are left out, too.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_ZONEXML_H
#define GUARD_SYSTEM_FIREWALLD_ZONEXML_H

#include "guard/model/firewall.h"

enum {
	ZONEXML_E_BROKEN = 1, /* firewalld will refuse it: not XML, or of another kind */
	ZONEXML_E_UNKNOWN,    /* XML of a sort that is not read here */
};

int zonexml_parse(struct firewall *out, const char *zone, const char *bytes, size_t n,
                  struct err *err) _must_check_;

#endif
