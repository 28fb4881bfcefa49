/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ruleset - everything that decides the fate of a packet, as values
 *
 * Zones, policies, services and ipsets as firewalld holds them, and the chains
 * that others have put before or behind it (firewalld's direct rules among them).
 * This is what is read; a struct firewall is made of it (itemview.h). That one is for
 * comparing; this one is for deciding, so rules are parsed and services have their
 * definitions. verdict.h decides.
 *
 * What could not be read or understood is kept as such, never left out: it may
 * decide.
 */
#ifndef GUARD_MODEL_PACKET_RULESET_H
#define GUARD_MODEL_PACKET_RULESET_H

#include <net/if.h>

#include "guard/base/cidrindex.h"
#include "guard/base/rangeset.h"
#include "guard/model/item.h"
#include "guard/model/packet/target.h"
#include "guard/model/rule/richrule.h"

/* How firewalld finds its way from a packet to a zone; it changed once. */
enum ruleset_dispatch {
	RULESET_DISPATCH_1, /* 1.x: sources by zone name, then interfaces */
	RULESET_DISPATCH_2, /* 2.0 and later: by ingress priority first of all */
};

struct ruleset_rule {
	char *text; /* owned; as firewalld writes it */
	struct richrule rule;
	struct cidr source; /* when has_source */
	struct cidr destination;
	bool has_source;
	bool has_destination;
	/* Of its port or source port; 0: it has none, or a name whose number is not known here. */
	unsigned port_first;
	unsigned port_last;
	/* Its place among its like is known: firewalld tells rules of a zone in no order. */
	bool in_order;
	bool permanent; /* also in the permanent configuration */
};

/* Strings as firewalld writes them: ports PORT/PROTOCOL, forward ports port=…:proto=…. */
struct ruleset_zone {
	char *name; /* owned; of a policy too, without a prefix */
	bool is_policy;
	enum target target;
	int priority; /* of a policy */
	/* Of a policy, as the kernel has it: its place among them, 0: not known. */
	unsigned order;
	/* The kernel does not have it, though it should: 1.x takes a policy out when the last
	 * interface of one of its zones goes, whatever else is bound there. */
	bool unapplied;
	int ingress_priority;
	int egress_priority;
	struct strv ingress_zones; /* of a policy; ANY, HOST or names */
	struct strv egress_zones;
	struct strv interfaces;
	struct strv sources;
	struct strv services;
	struct strv ports;
	struct strv protocols;
	struct strv source_ports;
	struct strv icmp_blocks;
	struct strv forward_ports;
	bool icmp_block_inversion;
	bool masquerade;
	bool forward;
	struct ruleset_rule *rules; /* in the order of the kernel's, as far as it is known */
	size_t n_rules;
	size_t rules_capacity;
	/* Of the rules, those of one source each, and the others; or none, until they are settled.
	 */
	struct cidrindex sourced;
	size_t *others; /* owned */
	size_t n_others;
	struct strv permanent; /* of the above, what is permanent: KIND:VALUE, "service:imaps" */
};

struct ruleset_service {
	char *name; /* owned */
	struct strv ports;
	struct strv protocols;
	struct strv source_ports;
	struct strv includes;
	struct strv helpers;
	char *destination4; /* owned; NULL: none */
	char *destination6;
};

struct ruleset_ipset {
	char *name;             /* owned */
	char *type;             /* owned; "hash:ip", "hash:net,port"… */
	bool ipv6;              /* the family of its addresses */
	bool known;             /* false: its entries could not be read */
	bool timed;             /* they end by themselves, and nobody tells them */
	bool as_items;          /* they are items as well: of one that lets somebody in, or bans */
	struct strv entries;    /* as firewalld writes them */
	struct rangeset ranges; /* the same, of hash:ip and hash:net */
	bool kernel_known;      /* what the kernel's set of that name holds, of these types: */
	struct rangeset in_kernel;
};

/* What decides nothing as it stands here: all that is permanent, and the direct interface. */
struct ruleset_held {
	char *zone;        /* owned; as of an item: ZONE, policy:NAME, ipset:NAME, direct:FAMILY */
	bool permanent;    /* false: of the runtime's direct interface */
	struct strv items; /* KIND:VALUE as firewalld writes them, in its order */
};

/* --- what is not firewalld's zones: base chains of others, direct rules ------------------- */

enum ruleset_hook {
	RULESET_HOOK_NONE, /* is jumped to */
	RULESET_HOOK_INGRESS,
	RULESET_HOOK_PREROUTING,
	RULESET_HOOK_INPUT,
	RULESET_HOOK_FORWARD, /* of what goes to another machine, in place of input */
};

enum ruleset_field {
	RULESET_FIELD_UNKNOWN, /* a condition that is not understood */
	RULESET_FIELD_NEVER,   /* that no new connection fulfils: ct state established */
	RULESET_FIELD_FAMILY,  /* names: ipv4, ipv6 */
	RULESET_FIELD_SOURCE,  /* addresses */
	RULESET_FIELD_MAC,     /* names; of the source */
	RULESET_FIELD_DESTINATION,
	RULESET_FIELD_PROTOCOL, /* names: tcp… or a number */
	RULESET_FIELD_PORT,     /* ports: of the destination */
	RULESET_FIELD_SOURCE_PORT,
	RULESET_FIELD_INTERFACE,     /* names; a + or * at the end stands for any rest */
	RULESET_FIELD_OUT_INTERFACE, /* likewise; what stays on this machine has none */
	RULESET_FIELD_LOCAL,         /* it is for this machine */
	RULESET_FIELD_TRANSLATED,    /* its destination is another by now (DNAT) */
	RULESET_FIELD_MARK,          /* ports: its mark, of whose bits those in mask count */
};

struct ruleset_ports {
	unsigned first, last;
};

struct ruleset_match {
	enum ruleset_field field;
	bool invert;
	char *ipset; /* owned; of the kernel, whose addresses these are; NULL: none */
	enum ruleset_field ipset_field; /* that it is about, once they are known (ipsets.h) */
	bool prefixes;                  /* an element of its set may be more than an address */
	bool hidden_family; /* it may be about one, which nft does not show: the kernel knows */
	uint32_t mask;      /* of a mark */
	struct rangeset addresses;
	struct strv names;
	struct ruleset_ports *ports;
	size_t n_ports;
	size_t ports_capacity;
};

enum ruleset_action {
	RULESET_ACTION_NONE, /* counts, logs, marks */
	RULESET_ACTION_ACCEPT,
	RULESET_ACTION_DROP,
	RULESET_ACTION_REJECT,
	RULESET_ACTION_JUMP,
	RULESET_ACTION_GOTO,
	RULESET_ACTION_RETURN,
	RULESET_ACTION_TRANSLATE, /* the destination is another from here on: DNAT, REDIRECT */
	RULESET_ACTION_UNKNOWN,   /* may do anything */
};

struct ruleset_step {
	char *text; /* owned; for a person */
	struct ruleset_match *matches;
	size_t n_matches;
	size_t matches_capacity;
	enum ruleset_action action;
	char *argument; /* owned; of a jump: the chain; of a reject: its type, NULL for the usual */
	char *to_address; /* owned; of a translation; NULL: it stays as it is, or on this machine */
	unsigned to_port; /* 0: as it is */
	/* owned; what takes it away, as it is typed, of a direct rule behind firewall-cmd; NULL:
	 * not known */
	char *command;
	bool permanent;    /* of a direct rule */
	bool own;          /* firewalld's, in a chain where others may have theirs */
	char *set;         /* owned; nft's set that holds the sources it is for; NULL: none */
	uint64_t handle;   /* by which nft knows it; 0: not known */
	bool marks;        /* it gives the packet another mark: */
	bool mark_unknown; /* nobody knows which; else: */
	uint32_t mark_mask, mark_xor; /* the bits that are cleared, those that are turned then */
};

struct ruleset_chain {
	char *family; /* owned; ip, ip6, inet, netdev */
	char *table;  /* owned */
	char *name;   /* owned */
	bool direct;  /* firewalld's direct rules */
	bool own;     /* firewalld's: of its table, or of its backend iptables */
	bool beside;  /* where that backend has its rules, beside those of others */
	bool legacy;  /* of iptables-legacy, which has tables of the same names in another place */
	const char *tool; /* static; that changes it: iptables-nft, ip6tables-legacy; NULL: nft */
	enum ruleset_hook hook;
	int priority;
	enum ruleset_action policy;
	struct ruleset_step *steps;
	size_t n_steps;
	size_t steps_capacity;
};

/* A network that an interface of this machine is in. */
struct ruleset_network {
	char interface[IF_NAMESIZE];
	struct cidr network;
};

/* firewalld's table (0.6 and later) by which it lets no new connection in, set_policy("DROP"), or
 * panic mode */
#define RULESET_SHUT "firewalld_policy_drop"

/* What the kernel has of firewalld's own, to be held against what firewalld says. */
struct ruleset_kernel {
	bool table;        /* inet firewalld */
	bool asleep;       /* it is dormant: nothing of it is in force */
	bool shut;         /* RULESET_SHUT is there: during a reload, or left by one */
	bool filters_back; /* IPv6_rpfilter: drops what answers would not go back to there */
	bool translated;   /* lets through what others lead elsewhere: no StrictForwardPorts */
};

struct ruleset {
	enum ruleset_dispatch dispatch;
	char *version;      /* owned; of firewalld; NULL: not known */
	char *default_zone; /* owned */
	bool panic;
	bool remembered; /* of the past: firewalld does not answer, and nothing is certain */
	bool bare; /* nothing of firewalld's is known but what the kernel has: all of its chains */
	bool flushed; /* out of the kernel: firewalld says so, and nothing of it is in force */
	struct ruleset_zone *zones; /* sorted by name; policies behind the zones */
	size_t n_zones;
	size_t zones_capacity;
	struct ruleset_service *services;
	size_t n_services;
	size_t services_capacity;
	struct ruleset_ipset *ipsets;
	size_t n_ipsets;
	size_t ipsets_capacity;
	struct ruleset_held *held;
	size_t n_held;
	size_t held_capacity;
	struct ruleset_chain *chains; /* base chains and those that they lead to */
	size_t n_chains;
	size_t chains_capacity;
	struct rangeset own; /* the addresses of this machine; empty: not known */
	struct ruleset_network *networks;
	size_t n_networks, networks_capacity;
	bool chains_known;            /* false: nobody could tell what others filter */
	bool marks;                   /* firewalld itself gives packets a mark */
	bool iptables_hidden;         /* of rules of iptables only the name of a module was told */
	struct ruleset_kernel kernel; /* when chains_known */
	unsigned n_skipped;           /* entries that are not understood and left out */
	char skipped[256];            /* the first of them */
};
#define RULESET_NULL      ((struct ruleset){0})
#define _cleanup_ruleset_ _cleanup_(ruleset_deinit)

void ruleset_deinit(struct ruleset *ruleset);

/* What these give in *out is borrowed and valid until the next of its kind is added. */
int ruleset_add_zone(struct ruleset *ruleset, const char *name,
                     struct ruleset_zone **out) _must_check_;
int ruleset_add_policy(struct ruleset *ruleset, const char *name,
                       struct ruleset_zone **out) _must_check_;
int ruleset_add_rule(struct ruleset_zone *zone, const char *text, struct err *err) _must_check_;
int ruleset_add_service(struct ruleset *ruleset, const char *name,
                        struct ruleset_service **out) _must_check_;
int ruleset_add_ipset(struct ruleset *ruleset, const char *name, const char *type, bool ipv6,
                      struct ruleset_ipset **out) _must_check_;
int ruleset_add_entry(struct ruleset_ipset *ipset, const char *entry, struct err *err) _must_check_;
int ruleset_add_chain(struct ruleset *ruleset, const char *family, const char *table,
                      const char *name, struct ruleset_chain **out) _must_check_;
/* Whose chains have these names, and in which of the places where a table may be called so. */
struct ruleset_table {
	const char *family, *name; /* borrowed */
	bool direct, legacy;
};
struct ruleset_chain *ruleset_find_chain(const struct ruleset *ruleset,
                                         const struct ruleset_table *table, const char *name);
void ruleset_drop_table(struct ruleset *ruleset, const struct ruleset_table *table);
int ruleset_add_step(struct ruleset_chain *chain, const char *text,
                     struct ruleset_step **out) _must_check_;
int ruleset_add_match(struct ruleset_step *step, enum ruleset_field field, bool invert,
                      struct ruleset_match **out) _must_check_;
int ruleset_match_ports(struct ruleset_match *match, unsigned first, unsigned last) _must_check_;
int ruleset_step_leads(struct ruleset_step *step, const char *to) _must_check_;
/* Then FAMILY and the words of the item. */
#define RULESET_DIRECT_REMOVAL "--direct --remove-rule"

int ruleset_add_own(struct ruleset *ruleset, const char *interface, const struct cidr *address,
                    unsigned prefix) _must_check_;
const char *ruleset_out(const struct ruleset *ruleset, const struct cidr *address);
int ruleset_add_held(struct ruleset *ruleset, const char *zone, bool permanent,
                     struct ruleset_held **out) _must_check_;
int ruleset_hold(struct ruleset_held *held, enum item_kind kind, const char *value) _must_check_;
int ruleset_settle_permanent(struct ruleset *ruleset) _must_check_;
/* Return: 0; else it ends with that. */
typedef int (*ruleset_rule_fn)(const struct ruleset_rule *rule, void *userdata);
int ruleset_each_rule(const struct ruleset_zone *zone, const struct cidr *source,
                      ruleset_rule_fn fn, void *userdata) _must_check_;
int ruleset_order_rules(struct ruleset_zone *zone, const struct strv *permanent) _must_check_;
void ruleset_skip(struct ruleset *ruleset, const char *where, const char *what);

const struct ruleset_zone *ruleset_zone_of_item(const struct ruleset *ruleset, const char *zone);
const struct ruleset_zone *ruleset_zone(const struct ruleset *ruleset, const char *name);
const struct strv *ruleset_values(const struct ruleset_zone *zone, enum item_kind kind);
int ruleset_add_value(struct ruleset_zone *zone, enum item_kind kind,
                      const char *value) _must_check_;
int ruleset_keeps(bool *out, const struct ruleset_zone *zone, enum item_kind kind,
                  const char *value) _must_check_;
const struct ruleset_service *ruleset_service(const struct ruleset *ruleset, const char *name);
int ruleset_zone_holder(char **out, const struct ruleset_zone *zone) _must_check_;
int ruleset_service_ports(const struct ruleset *ruleset, const char *service,
                          struct strv *out) _must_check_;
const struct ruleset_ipset *ruleset_ipset(const struct ruleset *ruleset, const char *name);
const struct ruleset_chain *ruleset_chain(const struct ruleset *ruleset,
                                          const struct ruleset_chain *from, const char *name);
bool ruleset_kernel_filters(const struct ruleset *ruleset);

#endif
