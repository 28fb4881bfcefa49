/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scope - which items the guard protects
 *
 * From the configuration: zones, services, and the items under `require`.
 * Services and ports are protected, and so is whatever else lets packets
 * in: rules that accept, forward ports, masquerading, and the bindings of zones that
 * let somebody in by any of it, by their target, or by a policy for them. Bans and
 * other rules have their own laws.
 */
#ifndef GUARD_MODEL_SCOPE_H
#define GUARD_MODEL_SCOPE_H

#include "guard/model/firewall.h"

struct scope {
	struct strv zones;    /* empty: active zones, the default zone, those with mail or web */
	struct strv services; /* service names and PORT/PROTO; empty: every service and port */
	struct item *require; /* owned, sorted by item_cmp(); enforced whatever happened */
	size_t n_require;
};
#define SCOPE_NULL ((struct scope){0})

/* The scope, held against one firewall that does not change meanwhile. */
struct scope_view {
	const struct scope *scope;
	const struct firewall *fw;
	const struct firewall *now; /* knows what zones are by themselves, too; may be NULL */
	const char *zone;           /* borrowed; what is known is of this one; NULL: of none */
	unsigned known, facts;      /* scope.c knows */
	bool failed;                /* memory ran out: an answer since then may be wrong */
};
#define SCOPE_VIEW(of, held_against) ((struct scope_view){.scope = (of), .fw = (held_against)})

void scope_deinit(struct scope *scope);
int scope_require(struct scope *scope, const struct item *item) _must_check_;
bool scope_requires(const struct scope *scope, const struct item *item);
bool scope_watches_zone(const struct scope *scope, const struct firewall *fw, const char *zone);
bool scope_protects(const struct scope *scope, const struct firewall *fw, const struct item *item);
const char *scope_not_to_persist(const struct firewall *fw, const struct item *item);
int scope_count_protected(const struct scope *scope, const struct firewall *fw, size_t *out,
                          size_t *runtime_only) _must_check_;
bool scope_view_protects(struct scope_view *view, const struct item *item);
bool scope_view_at_risk(struct scope_view *view, const struct firewall_entry *entry);

#endif
