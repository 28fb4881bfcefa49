/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * target - what a zone or a policy does with packets that nothing in it is for
 */
#ifndef GUARD_MODEL_PACKET_TARGET_H
#define GUARD_MODEL_PACKET_TARGET_H

#include "guard/base/util.h"

enum target {
	TARGET_DEFAULT, /* of a zone: rejects, but lets ICMP in */
	TARGET_CONTINUE,
	TARGET_ACCEPT,
	TARGET_REJECT,
	TARGET_DROP,
};

bool target_parse(const char *text, enum target *out) _must_check_;
const char *target_name(enum target target);

#endif
