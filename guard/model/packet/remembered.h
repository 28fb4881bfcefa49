/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * remembered - items of the past as a ruleset
 *
 * The way back of itemview.h, as far as it goes: what a snapshot has of firewalld, for the time in
 * which firewalld itself does not answer. Targets and policies are in no snapshot, and who knows
 * what has happened since: nothing that is decided by it is certain.
 */
#ifndef GUARD_MODEL_PACKET_REMEMBERED_H
#define GUARD_MODEL_PACKET_REMEMBERED_H

#include "guard/model/firewall.h"
#include "guard/model/packet/ruleset.h"

enum remembered_kernel {
	REMEMBERED_KERNEL_UNKNOWN,
	REMEMBERED_KERNEL_LACKS,
	REMEMBERED_KERNEL_HAS,
};

int remembered_add(struct ruleset *ruleset, const struct firewall *past) _must_check_;
enum remembered_kernel remembered_in_kernel(const struct ruleset *ruleset, const struct item *item);

#endif
