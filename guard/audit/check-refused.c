// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what keeps everybody out of mail that is open: rules, zones, policies, the kernel. */
#include "guard/audit/check-internal.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "guard/model/packet/dispatch.h"
#include "guard/system/host/clock.h"
#include "guard/audit/explain.h"

/* A reload shuts everything for as long as it takes. */
#define RELOAD_MS 3000
#define LOOK_MS   250

/* Far apart, so that what denies one range is not taken for what denies everybody. */
static const char *const strangers4[] = {"203.0.113.77", "8.45.19.3", "62.201.7.54", "131.88.240.9",
                                         "187.60.33.12"};
static const char *const strangers6[] = {"2001:db8:77::1", "2400:cb00:4d::9", "2a01:4f8:1c0::5"};

bool check_stranger(struct cidr *out, enum cidr_family family, size_t index)
{
	size_t n = family == CIDR_IPV4 ? ARRAY_SIZE(strangers4) : ARRAY_SIZE(strangers6);

	return index < n &&
	       cidr_parse(out, family == CIDR_IPV4 ? strangers4[index] : strangers6[index],
	                  CIDR_ADDRESS_ONLY, NULL) == 0;
}

/* --- what is told already ----------------------------------------------------------------- */

#define TOLD_MAX 64

struct look {
	struct check_context *context;
	enum check_id id;
	const struct ruleset *ruleset;
	struct verdict_step told[TOLD_MAX]; /* what decides; one thing is told once */
	size_t n_told;
};

static bool is_same(const struct verdict_step *a, const struct verdict_step *b)
{
	return a->what == b->what && a->zone == b->zone && a->rule == b->rule &&
	       a->chain == b->chain && a->value == b->value;
}

static bool is_told(struct look *look, const struct verdict_step *step)
{
	for (size_t i = 0; i < look->n_told; i++)
		if (is_same(&look->told[i], step))
			return true;
	if (look->n_told < TOLD_MAX)
		look->told[look->n_told++] = *step;
	return false;
}

static enum check_id check_of(const struct verdict_step *step)
{
	if (step->chain)
		return step->chain->direct ? CHECK_REFUSED_BY_DIRECT_RULE : CHECK_REFUSED_BY_TABLE;
	if (step->zone && step->zone->is_policy)
		return CHECK_REFUSED_BY_POLICY;
	if (step->what == VERDICT_WHAT_RULE)
		return CHECK_REFUSED_BY_RULE;
	/* panic mode has a check of its own */
	return step->what == VERDICT_WHAT_TARGET ? CHECK_REFUSED_BY_ZONE : CHECK_N;
}

/* --- commands ----------------------------------------------------------------------------- */

/* To take a source out of the zone is enough; to open the zone to it is another way. */
static bool is_needed(const struct strv *commands, size_t index)
{
	for (size_t i = 0; i < commands->n; i++)
		if (strstr(commands->strings[i], " --remove-source="))
			return strstr(commands->strings[index], " --remove-source=") != NULL;
	return true;
}

static int join(char **out, const struct strv *commands)
{
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < commands->n; i++) {
		char *longer = NULL;

		if (!is_needed(commands, i))
			continue;
		if (xasprintf(&longer, "%s%s%s", text ? text : "", text ? " && " : "",
		              commands->strings[i]) < 0)
			return -ENOMEM;
		free(text);
		text = longer;
	}
	*out = steal(text);
	return 0;
}

static bool is_permanent(const struct look *look, const char *command)
{
	const struct firewall *fw = &look->context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct item *item = &fw->entries[i].item;
		_cleanup_free_ char *removal = NULL;

		if (item->kind == ITEM_DIRECT_RULE && (fw->entries[i].flags & FIREWALL_PERMANENT) &&
		    xasprintf(&removal, "firewall-cmd --direct --remove-rule %s %s",
		              item_direct_family(item->zone), item->value) == 0 &&
		    strcmp(removal, command) == 0)
			return true;
	}
	return false;
}

/* "firewall-cmd --direct …" as "firewall-cmd --permanent --direct …" */
static int permanent_too(char **command)
{
	static const char start[] = "firewall-cmd --direct ";
	char *longer = NULL;

	if (strncmp(*command, start, strlen(start)) != 0)
		return 0;
	if (xasprintf(&longer, "%s && firewall-cmd --permanent --direct %s", *command,
	              *command + strlen(start)) < 0)
		return -ENOMEM;
	free(*command);
	*command = longer;
	return 0;
}

static int mending(char **out, const struct look *look, const struct explain_reason *reason)
{
	const struct verdict_step *step = reason->step;
	_cleanup_free_ char *command = NULL;
	int r = join(&command, &reason->commands);

	if (r < 0)
		return r;
	if (step->chain && step->chain->direct && command && is_permanent(look, command))
		r = permanent_too(&command);
	if (r == 0 && step->what == VERDICT_WHAT_CHAIN_POLICY)
		return xasprintf(out, "nft chain %s %s %s '{ policy accept ; }'",
		                 step->chain->family, step->chain->table, step->chain->name);
	/* the target of a policy is permanent alone */
	if (r == 0 && command && step->what == VERDICT_WHAT_TARGET && step->zone &&
	    step->zone->is_policy)
		return xasprintf(out, "%s && " CHECK_RELOAD_SAFELY, command);
	*out = steal(command);
	return r;
}

/* --- one way in --------------------------------------------------------------------------- */

/* Of the interface's own family and address; a machine without one is not reached so. */
static bool find_local(struct cidr *out, const char *interface, enum cidr_family family)
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct ifaddrs *addresses = NULL;
	bool found = false;

	if (getifaddrs(&addresses) < 0)
		return false;
	for (const struct ifaddrs *at = addresses; at && !found; at = at->ifa_next) {
		const void *address = at->ifa_addr;
		uint8_t key[CIDR_KEY_LENGTH];

		if (!address || strcmp(at->ifa_name, interface) != 0 ||
		    at->ifa_addr->sa_family != (family == CIDR_IPV4 ? AF_INET : AF_INET6))
			continue;
		if (family == CIDR_IPV4) {
			memcpy(key, mapped, sizeof(mapped));
			memcpy(key + sizeof(mapped),
			       &((const struct sockaddr_in *)address)->sin_addr, 4);
		} else {
			memcpy(key, &((const struct sockaddr_in6 *)address)->sin6_addr,
			       sizeof(key));
			if (key[0] == 0xfe && (key[1] & 0xc0) == 0x80)
				continue;
		}
		found = cidr_from_key(out, key, 128) == 0;
	}
	freeifaddrs(addresses);
	return found;
}

/* Does the zone of the interface have it open, or a policy? */
static bool is_open_in(const struct look *look, const char *zone, unsigned port)
{
	const struct firewall *fw = &look->context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		if ((entry->flags & FIREWALL_RUNTIME) && entry->item.kind != ITEM_RULE &&
		    entry->item.kind != ITEM_FORWARD_PORT && strcmp(entry->item.zone, zone) == 0 &&
		    check_item_opens(look->ruleset, &entry->item, port))
			return true;
	}
	return false;
}

static bool refuses_all(const struct look *look, const struct explain *explain, size_t reason)
{
	const struct explain_port *row = NULL;
	struct packet packet = explain->packet;

	for (size_t i = 0; i < explain->n_ports && !row; i++)
		if (explain->ports[i].reason == reason)
			row = &explain->ports[i];
	if (!row || !row->verdict.certain)
		return false;
	packet.protocol = "tcp";
	packet.port = row->port;
	for (size_t k = 1; check_stranger(&packet.source, explain->packet.source.family, k); k++) {
		_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;

		if (verdict_of(&verdict, look->ruleset, &packet) != 0 ||
		    verdict.action == VERDICT_ACCEPT)
			return false;
	}
	return true;
}

static int list_services(char **out, const struct explain *explain, size_t reason)
{
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < explain->n_ports; i++) {
		char *longer = NULL;

		if (explain->ports[i].reason != reason)
			continue;
		if (xasprintf(&longer, "%s%s%u/tcp", text ? text : "", text ? ", " : "",
		              explain->ports[i].port) < 0)
			return -ENOMEM;
		free(text);
		text = longer;
	}
	*out = steal(text);
	return 0;
}

static int tell_reason(struct look *look, const struct explain *explain, const char *zone,
                       size_t index)
{
	const struct explain_reason *reason = &explain->reasons[index];
	_cleanup_free_ char *ports = NULL, *words = NULL, *evidence = NULL, *command = NULL;

	if (check_of(reason->step) != look->id || !refuses_all(look, explain, index) ||
	    is_told(look, reason->step))
		return 0;
	if (list_services(&ports, explain, index) < 0 ||
	    explain_step_words(&words, reason->step) < 0 ||
	    xasprintf(&evidence, "%s. %s", words, reason->why ? reason->why : "") < 0 ||
	    mending(&command, look, reason) < 0)
		return -ENOMEM;
	return check_add(look->context, look->id, FINDING_ERROR, steal(evidence), steal(command),
	                 "%s: open in zone %s, and everybody who comes in on %s is kept out", ports,
	                 zone, explain->packet.interface);
}

static int look_at(struct look *look, const char *interface, enum cidr_family family)
{
	const struct firewall *fw = &look->context->reading.firewall;
	const char *zone = dispatch_zone(fw, &(struct packet){.interface = interface});
	_cleanup_explain_ struct explain explain = EXPLAIN_NULL;
	const struct service *service = NULL;
	struct cidr local;
	int r = 0;

	if (!zone || !find_local(&local, interface, family))
		return 0;
	explain.ruleset = look->ruleset;
	explain.now_us = look->context->cli->now_us;
	if (look->context->tickets_known)
		explain.tickets = &look->context->tickets;
	explain.packet.interface = interface;
	explain.packet.destination = &local;
	if (!check_stranger(&explain.packet.source, family, 0))
		return 0;
	while (r == 0 && (service = services_next(service, SERVICES_MAIL)))
		if (is_open_in(look, zone, service->port))
			r = explain_add(&explain, service->transport, service->port, service->name,
			                true);
	if (r == 0)
		r = explain_decide(&explain, NULL);
	for (size_t i = 0; i < explain.n_reasons && r == 0; i++)
		r = tell_reason(look, &explain, zone, i);
	return r;
}

int check_refused(struct check_context *context, enum check_id id)
{
	struct look look = {.context = context, .id = id, .ruleset = check_ruleset(context)};
	int r = 0;

	if (!look.ruleset)
		return check_tell_unknown(context, id, "firewalld's rules");
	if (id == CHECK_REFUSED_BY_TABLE && !look.ruleset->chains_known)
		return check_tell_unknown(context, id, "the tables of others");
	for (size_t i = 0; i < context->interfaces.n && r == 0; i++) {
		r = look_at(&look, context->interfaces.strings[i], CIDR_IPV4);
		if (r == 0)
			r = look_at(&look, context->interfaces.strings[i], CIDR_IPV6);
	}
	return r;
}

/* --- the kernel --------------------------------------------------------------------------- */

static bool accepts(const struct ruleset *ruleset, const char *zone, const char *port)
{
	_cleanup_free_ char *text = NULL;

	return xasprintf(&text, "filter_IN_%s_allow %s", zone, port) == 0 &&
	       strv_contains(&ruleset->kernel.accepts, text);
}

/* What was removed meanwhile is not missed. */
static bool carries(const struct ruleset *ruleset, const struct item *item)
{
	const struct ruleset_zone *zone = ruleset_zone(ruleset, item->zone);
	const struct ruleset_service *service;

	if (!zone ||
	    !strv_contains(item->kind == ITEM_PORT ? &zone->ports : &zone->services, item->value))
		return true;
	if (item->kind == ITEM_PORT)
		return accepts(ruleset, item->zone, item->value);
	service = ruleset_service(ruleset, item->value);
	for (size_t i = 0; service && i < service->ports.n; i++)
		if (!accepts(ruleset, item->zone, service->ports.strings[i]))
			return false;
	return true;
}

static int find_missing(char **out, const struct check_context *context,
                        const struct ruleset *ruleset)
{
	const struct firewall *fw = &context->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		_cleanup_free_ char *text = NULL;
		char *longer = NULL;

		if (!(entry->flags & FIREWALL_RUNTIME) || item_policy_name(entry->item.zone) ||
		    (entry->item.kind != ITEM_SERVICE && entry->item.kind != ITEM_PORT) ||
		    item_class(&entry->item) != ITEM_CLASS_MAIL ||
		    /* firewalld makes the chains of a zone when it is used */
		    !dispatch_zone_gets_packets(fw, entry->item.zone, &context->interfaces) ||
		    carries(ruleset, &entry->item))
			continue;
		if (item_format(&text, &entry->item) < 0 ||
		    xasprintf(&longer, "%s%s%s", *out ? *out : "", *out ? ", " : "", text) < 0)
			return -ENOMEM;
		free(*out);
		*out = longer;
	}
	return 0;
}

/* Everything is shut during a reload; only what stays so is wrong. */
static const struct ruleset *settled_ruleset(struct check_context *context)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int64_t end_ms = clock_monotonic_ms() + RELOAD_MS;
	const struct ruleset *ruleset = check_ruleset(context);

	while (ruleset && ruleset->kernel.shut && !context->reading.firewall.panic &&
	       clock_monotonic_ms() < end_ms) {
		(void)nanosleep(&pause, NULL);
		context->rules_tried = false;
		ruleset = check_ruleset(context);
	}
	return ruleset;
}

int check_kernel(struct check_context *context, enum check_id id)
{
	const struct ruleset *ruleset = settled_ruleset(context);
	_cleanup_free_ char *missing = NULL;
	int r;

	if (check_uses_iptables(context))
		return 0;
	if (!ruleset || !ruleset->chains_known)
		return check_tell_unknown(context, id, "the kernel's rules");
	if (!ruleset->kernel.table || !ruleset->kernel.input)
		return check_add(context, id, FINDING_ERROR, strdup("no table inet firewalld"),
		                 /* without it the reload has nothing to delete, and breaks off */
		                 strdup("nft add table inet firewalld && " CHECK_RELOAD_SAFELY),
		                 "firewalld's rules are not in the kernel: nothing is shut, and "
		                 "nobody is banned");
	if (ruleset->kernel.shut && !context->reading.firewall.panic)
		return check_add(context, id, FINDING_ERROR,
		                 strdup("table inet firewalld_policy_drop"),
		                 strdup(CHECK_RELOAD_SAFELY),
		                 "the kernel lets no new connection in: a reload broke off");
	r = find_missing(&missing, context, ruleset);
	if (r < 0 || !missing)
		return r;
	return check_add(context, id, FINDING_ERROR, steal(missing), strdup(CHECK_RELOAD_SAFELY),
	                 "firewalld says that these are open, and the kernel has no rule for them");
}
