/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * richrule - firewalld's rich language: lexer, parser, canonical printer
 *
 * What firewalld's own parser accepts is accepted, in any order and quoting,
 * and richrule_format() writes what firewalld itself would: its getters return
 * that form, its signals carry what the caller typed. The form is that of
 * firewalld 1.3 to 2.1. Later ones leave the case of a MAC address alone, so
 * compare what went through richrule_canonical() on both sides. They also rewrite
 * odd numbers ("03/m", group="0x1"): who types these there has two rules for us.
 *
 * Stricter or wider than firewalld in these points only:
 * - a rule has at most RICHRULE_TEXT_MAX bytes, the rate of a limit 300 digits;
 * - numbers are ASCII (firewalld takes the digits and blanks of any script), and
 *   so are MAC addresses (firewalld takes the ligature U+FB00 for FF);
 * - names of ports and protocols are not looked up, only checked for their form,
 *   since what /etc/services knows is no property of the rule;
 * - what only some releases take is taken: `burst` (from 2.2 on), a word `EOL`
 *   as the end of the rule (before 2.1), wrong limits that nothing uses;
 * - limits are as strict as before 2.2, which takes blanks around the unit.
 */
#ifndef GUARD_MODEL_RULE_RICHRULE_H
#define GUARD_MODEL_RULE_RICHRULE_H

#include "guard/base/cidr.h"
#include "guard/base/err.h"

#define RICHRULE_TEXT_MAX 4096

enum richrule_family {
	RICHRULE_FAMILY_BOTH,
	RICHRULE_FAMILY_IPV4,
	RICHRULE_FAMILY_IPV6,
};

enum richrule_element {
	RICHRULE_ELEMENT_NONE,
	RICHRULE_ELEMENT_PROTOCOL,
	RICHRULE_ELEMENT_SERVICE,
	RICHRULE_ELEMENT_PORT,
	RICHRULE_ELEMENT_ICMP_BLOCK,
	RICHRULE_ELEMENT_ICMP_TYPE,
	RICHRULE_ELEMENT_MASQUERADE,
	RICHRULE_ELEMENT_FORWARD_PORT,
	RICHRULE_ELEMENT_SOURCE_PORT,
	RICHRULE_ELEMENT_TCP_MSS_CLAMP,
};

enum richrule_log {
	RICHRULE_LOG_NONE,
	RICHRULE_LOG_SYSLOG,
	RICHRULE_LOG_NFLOG,
};

enum richrule_action {
	RICHRULE_ACTION_NONE,
	RICHRULE_ACTION_ACCEPT,
	RICHRULE_ACTION_REJECT,
	RICHRULE_ACTION_DROP,
	RICHRULE_ACTION_MARK,
};

struct richrule_limit {
	const char *value; /* NULL: no limit */
	unsigned burst;    /* 0: none */
};

/* At most one of the three is set in a valid rule. */
struct richrule_peer {
	const char *address;
	const char *mac; /* of a source only */
	const char *ipset;
	bool invert;
};

/* Strings are NULL where the rule does not say; all of them point into `text`. */
struct richrule {
	char *text; /* owned */
	enum richrule_family family;
	int priority;
	struct richrule_peer source;
	struct richrule_peer destination;

	enum richrule_element element;
	const char *value; /* of protocol and tcp-mss-clamp; the name of a service or icmp type */
	const char *port;
	const char *protocol;
	const char *to_port;
	const char *to_address;

	enum richrule_log log;
	const char *log_prefix;
	const char *log_level;      /* syslog only */
	const char *log_group;      /* nflog only */
	const char *log_queue_size; /* nflog only */
	struct richrule_limit log_limit;

	bool audit;
	struct richrule_limit audit_limit;

	enum richrule_action action;
	const char *reject_type;
	const char *mark;
	struct richrule_limit action_limit;
};
#define RICHRULE_NULL      ((struct richrule){0})
#define _cleanup_richrule_ _cleanup_(richrule_deinit)

enum {
	RICHRULE_E_SYNTAX = 1, /* firewalld would not take it */
};

int richrule_parse(struct richrule *out, const char *text, struct err *err) _must_check_;
void richrule_deinit(struct richrule *rule);
int richrule_format(char **out, const struct richrule *rule) _must_check_;
int richrule_canonical(char **out, const char *text, struct err *err) _must_check_;
int richrule_cmp(const struct richrule *a, const struct richrule *b);

bool richrule_element_acts(enum richrule_element element);
bool richrule_source_cidr(const struct richrule *rule, struct cidr *out) _must_check_;
bool richrule_is_deny(const struct richrule *rule);
bool richrule_is_ban(const struct richrule *rule);

#endif
