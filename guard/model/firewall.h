/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewall - what firewalld holds, as one flat, sorted set of items
 *
 * Each entry says whether the item is in the runtime, in the permanent
 * configuration, or both, and when it ends. The order is canonical, so equal
 * states have equal digests. Not known and empty are different: a struct
 * firewall always is a known state; who does not know has none.
 */
#ifndef GUARD_MODEL_FIREWALL_H
#define GUARD_MODEL_FIREWALL_H

#include "guard/model/item.h"
#include "guard/model/packet/target.h"

/* As the `state` property of firewalld tells it, but for the last one. */
enum firewall_state {
	FIREWALL_STATE_UNKNOWN,
	FIREWALL_STATE_INIT,
	FIREWALL_STATE_RUNNING,
	FIREWALL_STATE_FAILED,
	/* It says RUNNING, and has no default zone: a reload broke off half way (firewalld#1597).
	 */
	FIREWALL_STATE_BROKEN,
};

enum {
	FIREWALL_RUNTIME = 1 << 0,
	FIREWALL_PERMANENT = 1 << 1,
	/* Left the permanent configuration while it was in it: the next reload is meant to drop it.
	 */
	FIREWALL_WITHDRAWN = 1 << 2,
	/* Its time was set by the administrator, and the guard, not firewalld, ends it. */
	FIREWALL_GUARD_TIMED = 1 << 3,
	/* Left its file by the hand of somebody other than firewalld, which says nothing of intent.
	 */
	FIREWALL_EDITED = 1 << 4,
	/* Ports that firewalld lists as one range with those right before them; portspace.h. */
	FIREWALL_JOINED = 1 << 5,
	FIREWALL_JOINED_PERMANENT = 1 << 6,
	/* Wanted, and could not be put back: each later wipe is another chance (law 2). */
	FIREWALL_OWED = 1 << 7,
	/* An interface that is permanent by the zone that its connection in NetworkManager names.
	 */
	FIREWALL_CONNECTION = 1 << 8,
	/* In the store alone: it was opened in the place of an item of another zone; makeshift.h.
	 */
	FIREWALL_STANDIN = 1 << 9,
	/* Nobody listened when it came, and firewalld does not tell: it may have an end. */
	FIREWALL_UNHEARD = 1 << 10,
	/* In the runtime, of a zone or policy that the permanent configuration has no more. */
	FIREWALL_GOING = 1 << 11,
	/* In the store alone: a firewalld that has failed had it; makeshift.h. */
	FIREWALL_IN_FAILED = 1 << 12,
	/* In the runtime only, and nobody puts it back: `reload-guard release`; in pictures alone.
	 */
	FIREWALL_RELEASED = 1 << 13,
};

struct firewall_entry {
	struct item item;
	unsigned flags;
	int64_t until_us; /* end of its timeout, microseconds since the epoch, UTC; 0: none */
	/* Heard of since all was compared with firewalld last; not stored, nor in the digest. */
	bool fresh;
};

/* What is no item, and not the same for all zones. */
struct firewall_trait {
	char *zone;         /* owned */
	int ingress;        /* priority: asked earlier or later than the others */
	enum target target; /* what becomes of whatever nothing in it is for */
	struct strv from;   /* of a policy: of which zones, or ANY */
	bool leads_here;    /* a policy that is asked of packets to this machine */
	bool lets_in;       /* a policy that opens something, wherever it leads */
};

struct firewall {
	char *default_zone; /* owned; NULL while nobody said */
	struct strv
	    zones; /* all zones of the runtime, and policies and ipsets with their prefix, sorted */
	bool panic;
	struct firewall_entry *entries; /* sorted by item_cmp() */
	size_t n;
	size_t capacity;
	/* How the zone of a packet is found (packet/dispatch.h), and what becomes of it there; not
	 * stored, nor in the digest. */
	bool by_priority;              /* firewalld 2.0 and later */
	struct firewall_trait *traits; /* of zones that have one */
	size_t n_traits;
	size_t traits_capacity;
};
#define FIREWALL_NULL      ((struct firewall){0})
#define _cleanup_firewall_ _cleanup_(firewall_deinit)

#define FIREWALL_DIGEST_LENGTH 64 /* hexadecimal digits of a SHA-256 */

void firewall_deinit(struct firewall *fw);
int firewall_copy(struct firewall *out, const struct firewall *from) _must_check_;
size_t firewall_first(const struct firewall *fw, const char *zone, enum item_kind kind);
struct firewall_entry *firewall_find(const struct firewall *fw, const struct item *item);
int firewall_put(struct firewall *fw, const struct item *item,
                 struct firewall_entry **out) _must_check_;
void firewall_drop(struct firewall *fw, const struct item *item);
void firewall_sweep(struct firewall *fw);
bool firewall_has(const struct firewall *fw, const struct item *item, unsigned flags);
int firewall_set_default_zone(struct firewall *fw, const char *zone) _must_check_;
int firewall_going(const struct firewall *fw, struct strv *out) _must_check_;
int firewall_add_zone(struct firewall *fw, const char *zone) _must_check_;
int firewall_add_trait(struct firewall *fw, const char *zone,
                       struct firewall_trait **out) _must_check_;
int firewall_copy_traits(struct firewall *to, const struct firewall *from) _must_check_;
bool firewall_lets_in(const struct firewall *fw, const struct item *item, const char *zone);
enum target firewall_target(const struct firewall *fw, const char *zone);
bool firewall_has_hidden_opening(const struct firewall *fw, const char *zone);
const struct firewall_entry *firewall_bound_elsewhere(const struct firewall *fw,
                                                      const struct item *binding);
bool firewall_is_default_zone(const struct firewall *fw, const char *zone);
bool firewall_is_fallback(const struct firewall *fw, const struct firewall_entry *entry);
bool firewall_zone_is_active(const struct firewall *fw, const char *zone);
void firewall_digest(const struct firewall *fw, char out[FIREWALL_DIGEST_LENGTH + 1]);

const char *firewall_state_name(enum firewall_state state);
enum firewall_state firewall_state_parse(const char *name);

#endif
