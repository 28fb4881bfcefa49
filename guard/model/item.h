/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * item - one thing that firewalld holds in a zone: a service, a port, a rule…
 *
 * Written ZONE/KIND:VALUE, e.g. public/service:imaps, public/port:465/tcp,
 * iredmail/interface:enp6s0, public/rule:rule family=…; with policy:NAME as the
 * zone, of a policy: policy:mail-in/service:imaps, and with ipset:NAME an entry of
 * an ipset: ipset:friends/entry:192.0.2.1. Chains and rules of firewalld's direct
 * interface stand in direct:ipv4, direct:ipv6 and direct:eb. The value is always in
 * firewalld's normal form, so that two items are the same thing exactly when
 * item_cmp() says 0; of ranges of ports one may be a part of another (portspace.h).
 */
#ifndef GUARD_MODEL_ITEM_H
#define GUARD_MODEL_ITEM_H

#include "guard/base/builder.h"
#include "guard/base/err.h"

enum item_kind {
	ITEM_INTERFACE,
	ITEM_SOURCE,
	ITEM_SERVICE,
	ITEM_PORT,
	ITEM_SOURCE_PORT,
	ITEM_PROTOCOL,
	ITEM_FORWARD_PORT,
	ITEM_MASQUERADE, /* value "yes" */
	ITEM_FORWARD,    /* of a zone, not of a policy: among its hosts; value "yes" */
	ITEM_ICMP_BLOCK,
	ITEM_RULE,
	ITEM_ENTRY,       /* of an ipset */
	ITEM_CHAIN,       /* of the direct interface; see direct.h */
	ITEM_DIRECT_RULE, /* likewise */
	ITEM_N_KINDS,
};

/* What it is for; the order is the order of restoring (law 3). */
enum item_class {
	ITEM_CLASS_BINDING, /* what packets need to reach the zone at all */
	ITEM_CLASS_MAIL,
	ITEM_CLASS_WEB,
	ITEM_CLASS_OTHER,
	ITEM_CLASS_RULE,
};

struct item {
	const char *zone; /* shared among items: item_set_zone() */
	char *value;      /* owned */
	enum item_kind kind;
};
#define ITEM_NULL      ((struct item){0})
#define _cleanup_item_ _cleanup_(item_deinit)

/* Before the name of a policy, which stands in the place of a zone's. */
#define ITEM_POLICY_PREFIX "policy:"
#define ITEM_IPSET_PREFIX  "ipset:"  /* the same for an ipset, as firewalld writes sources */
#define ITEM_DIRECT_PREFIX "direct:" /* and for what the direct interface holds of one family */

/* Zone and value lengths beyond these are refused: firewalld has no such thing. */
#define ITEM_ZONE_MAX  64
#define ITEM_VALUE_MAX 4096

/* A service's name or PORT/PROTO; longer ones are nobody's. */
#define ITEM_OPENED_MAX 129

enum {
	ITEM_E_SYNTAX = 1, /* not an item, or its value is not valid for its kind */
};

int item_init(struct item *out, const char *zone, enum item_kind kind, const char *value,
              struct err *err) _must_check_;
int item_parse(struct item *out, const char *text, struct err *err) _must_check_;
int item_set_zone(struct item *item, const char *zone) _must_check_;
int item_copy(struct item *out, const struct item *from) _must_check_;
void item_deinit(struct item *item);
int item_cmp(const struct item *a, const struct item *b);
int items_permanent_commands(char **out, const struct item *const *items, size_t n,
                             const struct strv *anew) _must_check_;
void item_begin_command(struct builder *out, const char *zone, bool permanent);
void item_add_command(struct builder *out, const char *verb, const struct item *item,
                      bool permanent);
int item_permanent_command(char **out, const struct item *item) _must_check_;
int item_format(char **out, const struct item *item) _must_check_;

const char *item_kind_name(enum item_kind kind);
const char *item_option_name(enum item_kind kind);
int item_kind_parse(enum item_kind *out, const char *name) _must_check_;
bool item_is_switch(enum item_kind kind);
enum item_class item_class(const struct item *item);

/* What an item lets in. */
enum item_opening {
	ITEM_OPENING_NONE,
	ITEM_OPENING_NAMED,   /* to a service or port */
	ITEM_OPENING_ALL,     /* whatever its source sends */
	ITEM_OPENING_SOME,    /* by protocol or source port, whatever service it is for */
	ITEM_OPENING_THROUGH, /* nothing here: others get through this machine by it */
};
int item_opening(const struct item *item, char opened[ITEM_OPENED_MAX]) _must_check_;
int item_opens(const struct item *item, char opened[ITEM_OPENED_MAX]) _must_check_;

/* The parts of a forward port; "" for a port or address that it does not rewrite. */
struct item_forward {
	char port[16], protocol[8], to_port[16];
	const char *to_address; /* into the value */
};
bool item_forward_parse(struct item_forward *out, const char *value) _must_check_;
bool item_forwards_away(const struct item *item);
const char *item_policy_name(const char *zone);
const char *item_ipset_name(const char *zone);
const char *item_direct_family(const char *zone);
int item_ipset_of_rule(const struct item *item, char **out) _must_check_;
int item_uses_ipset(const struct item *item, const char *zone) _must_check_;
bool item_is_binding(const struct item *item);
bool item_takes_timeout(const struct item *item);
bool item_is_theirs(const struct item *item);
bool item_is_same_binding(const struct item *a, const struct item *b);
unsigned item_rank(const struct item *item);
int item_restore_cmp(const struct item *a, const struct item *b);
bool items_contain(const struct item *items, size_t n, const struct item *item);

bool item_port_parse(const char *value, unsigned *first, unsigned *last,
                     char protocol[8]) _must_check_;

/* The ports of an item that opens or names some: ITEM_PORT or ITEM_SOURCE_PORT. */
struct item_ports {
	unsigned first, last;
	char protocol[8];
};
bool item_ports(const struct item *item, struct item_ports *out) _must_check_;
int item_init_ports(struct item *out, const struct item *like,
                    const struct item_ports *ports) _must_check_;
bool item_covers(const struct item *all, const struct item *part);
bool item_overlaps(const struct item *a, const struct item *b);

#endif
