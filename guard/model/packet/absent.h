/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * absent - what firewalld says, and the kernel has no rule for
 *
 * Of each zone that is bound to something, or is the default: that packets are led to it, that
 * each service, port, forward port and rich rule which lets in or keeps out has a rule in the
 * chain for it, and a target that accepts, and that the sets it asks for hold what firewalld
 * lists; of policies for this machine likewise; and that what no zone takes is refused.
 * What others have put there beside is no matter of this, but for ports that they let in among what
 * a zone lets in, which is told as such; and what is not understood may be the rule that is looked
 * for (law 12). Whoever asks twice keeps what was absent both times: a
 * change of firewalld's own may come between the reading of its lists and of the kernel's.
 */
#ifndef GUARD_MODEL_PACKET_ABSENT_H
#define GUARD_MODEL_PACKET_ABSENT_H

#include "guard/base/builder.h"
#include "guard/model/packet/ruleset.h"

enum absent_what {
	ABSENT_END,  /* refuses what no zone takes: "filter_INPUT" */
	ABSENT_WAY,  /* to a zone, "public", or from what is bound to it, "public/interface:eth0" */
	ABSENT_OPEN, /* what lets in, as an item is written: "public/service:imaps" */
	ABSENT_DENIED, /* what keeps out */
	ABSENT_ENTRY,  /* of an ipset: "ipset:office/entry:192.0.2.7" */
	ABSENT_DIRECT, /* rules of the direct interface, by their chain: "direct:ipv4/chain:filter
	                  INPUT" */
	/* not absent, but the reverse: the kernel lets it in where firewalld lists nothing of it,
	 * "public/port:110/tcp", as where an old copy of its table was loaded */
	ABSENT_UNLISTED,
	ABSENT_N,
};

/* More than these of a kind nobody reads, nor looks for. */
#define ABSENT_MAX 256

struct absent {
	struct strv of[ABSENT_N];
};
#define ABSENT_NULL      ((struct absent){0})
#define _cleanup_absent_ _cleanup_(absent_deinit)

int absent_find(struct absent *out, const struct ruleset *ruleset, bool iptables) _must_check_;
size_t absent_n(const struct absent *absent);
int absent_note(struct absent *absent, enum absent_what what, const char *text) _must_check_;
void absent_keep(struct absent *absent, const struct absent *other, bool common);
int absent_add(struct absent *absent, const struct absent *other) _must_check_;
int absent_carried(const struct ruleset *ruleset, const struct item *item) _must_check_;
void absent_words(struct builder *out, const struct absent *absent);
void absent_deinit(struct absent *absent);

#endif
