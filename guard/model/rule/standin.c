// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/rule/standin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/model/rule/richrule.h"

/* What each kind does, in the rich language; firewalld's own forwarding is of IPv4 alone. */
static const struct richrule standins[ITEM_N_KINDS] = {
    [ITEM_SERVICE] = {.element = RICHRULE_ELEMENT_SERVICE, .action = RICHRULE_ACTION_ACCEPT},
    [ITEM_PORT] = {.element = RICHRULE_ELEMENT_PORT, .action = RICHRULE_ACTION_ACCEPT},
    [ITEM_SOURCE_PORT] = {.element = RICHRULE_ELEMENT_SOURCE_PORT,
                          .action = RICHRULE_ACTION_ACCEPT},
    [ITEM_PROTOCOL] = {.element = RICHRULE_ELEMENT_PROTOCOL, .action = RICHRULE_ACTION_ACCEPT},
    [ITEM_FORWARD_PORT] = {.element = RICHRULE_ELEMENT_FORWARD_PORT,
                           .family = RICHRULE_FAMILY_IPV4},
    [ITEM_MASQUERADE] = {.element = RICHRULE_ELEMENT_MASQUERADE, .family = RICHRULE_FAMILY_IPV4},
    [ITEM_ICMP_BLOCK] = {.element = RICHRULE_ELEMENT_ICMP_BLOCK},
};

/* The strings that a rule made of an item points into. */
struct parts {
	char port[ITEM_OPENED_MAX];
	struct item_forward forward;
};

static void put_port(struct richrule *rule, struct parts *parts, const char *value)
{
	char *slash;

	snprintf(parts->port, sizeof(parts->port), "%s", value);
	slash = strchr(parts->port, '/');
	if (slash)
		*slash = '\0';
	rule->port = parts->port;
	rule->protocol = slash ? slash + 1 : NULL;
}

static bool put_forward(struct richrule *rule, struct parts *parts, const char *value)
{
	const struct item_forward *forward = &parts->forward;

	if (!item_forward_parse(&parts->forward, value))
		return false;
	rule->port = forward->port;
	rule->protocol = forward->protocol;
	rule->to_port = *forward->to_port ? forward->to_port : NULL;
	rule->to_address = *forward->to_address ? forward->to_address : NULL;
	if (strchr(forward->to_address, ':'))
		rule->family = RICHRULE_FAMILY_IPV6;
	return true;
}

static int make(struct item *out, const struct item *item, const struct richrule *rule)
{
	_cleanup_free_ char *text = NULL;
	int r = richrule_format(&text, rule);

	if (r == 0)
		r = item_init(out, item->zone, ITEM_RULE, text, NULL);
	return r > 0 ? STANDIN_E_NONE : r;
}

static int for_kind(struct item *out, const struct item *item)
{
	struct richrule rule = standins[item->kind];
	struct parts parts;

	if (item->kind == ITEM_FORWARD)
		return STANDIN_E_NEEDLESS;
	if (rule.element == RICHRULE_ELEMENT_NONE)
		return STANDIN_E_NONE;
	if (rule.element == RICHRULE_ELEMENT_PORT || rule.element == RICHRULE_ELEMENT_SOURCE_PORT)
		put_port(&rule, &parts, item->value);
	else if (rule.element != RICHRULE_ELEMENT_FORWARD_PORT &&
	         rule.element != RICHRULE_ELEMENT_MASQUERADE)
		rule.value = item->value;
	else if (rule.element == RICHRULE_ELEMENT_FORWARD_PORT &&
	         !put_forward(&rule, &parts, item->value))
		return STANDIN_E_NONE;
	return make(out, item, &rule);
}

/*
 * The same, asked a little earlier where it keeps out, a little later where it does anything
 * else. Without a priority a rule needs more words than with one: then it is one more.
 */
static int for_rule(struct item *out, const struct item *item)
{
	_cleanup_richrule_ struct richrule rule = RICHRULE_NULL;
	int r = richrule_parse(&rule, item->value, NULL), step;

	if (r != 0)
		return r < 0 ? r : STANDIN_E_NONE;
	step = richrule_is_deny(&rule) || rule.element == RICHRULE_ELEMENT_ICMP_BLOCK ? -1 : 1;
	if (rule.action == RICHRULE_ACTION_NONE && !richrule_element_acts(rule.element))
		return STANDIN_E_NEEDLESS;
	/* said once is enough */
	rule.log = RICHRULE_LOG_NONE;
	rule.log_prefix = rule.log_level = rule.log_group = rule.log_queue_size = NULL;
	rule.log_limit = rule.audit_limit = (struct richrule_limit){0};
	rule.audit = false;
	r = STANDIN_E_NONE;
	for (unsigned i = 0; i < 2 && r == STANDIN_E_NONE; i++) {
		rule.priority += step;
		r = make(out, item, &rule);
	}
	return r;
}

/**
 * standin_for() - the rule that stands in for an item
 * @out:  in the same zone or policy; written on success alone
 * @item: borrowed
 *
 * Return: 0; STANDIN_E_*; -ENOMEM.
 */
int standin_for(struct item *out, const struct item *item)
{
	return item->kind == ITEM_RULE ? for_rule(out, item) : for_kind(out, item);
}
