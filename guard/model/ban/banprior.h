/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * banprior - what bans look like that were there before anybody watched (law 11)
 *
 * Of these no moment is known at which they appeared. So they are known by the jail's own
 * command, where that says what it makes, and something of it is there; and where it says
 * nothing, a script, by their being the very addresses that the jail bans: two at least, all of
 * them, and nobody else. Of an ipset that nobody has read the command alone tells.
 *
 * Pure.
 */
#ifndef GUARD_MODEL_BAN_BANPRIOR_H
#define GUARD_MODEL_BAN_BANPRIOR_H

#include "guard/model/ban/banshape.h"
#include "guard/model/firewall.h"

struct banprior_evidence {
	const struct firewall *fw;     /* borrowed; as it is */
	const struct tickets *tickets; /* borrowed; known, with the actions of their jails */
	const struct banshapes *known; /* borrowed; what is known already */
	int64_t now_us;
};

int banprior_find(struct banshapes *out, const struct banprior_evidence *evidence) _must_check_;

#endif
