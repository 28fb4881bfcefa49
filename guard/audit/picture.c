// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/picture.h"

#include "guard/model/fault.h"

#include <string.h>

#include "guard/model/packet/dispatch.h"

/* A ban is seen when its rule is there, and that takes some time. */
static const int64_t SEEN_US = 60 * INT64_C(1000000);

/** picture_deinit() - free what was read; may be called twice */
void picture_deinit(struct picture *picture)
{
	for (size_t i = 0; i < picture->n_files; i++) {
		free(picture->files[i].zone);
		free(picture->files[i].broken);
	}
	free(picture->files);
	free(picture->refused);
	free(picture->addresses);
	free(picture->networks);
	free(picture->backend);
	free(picture->flush_all);
	free(picture->file_default_zone);
	free(picture->own_trouble);
	free(picture->damage);
	firewall_deinit(&picture->firewall);
	firewall_deinit(&picture->last);
	missing_deinit(&picture->missing);
	ruleset_deinit(&picture->ruleset);
	absent_deinit(&picture->absent);
	foreign_deinit(&picture->foreign);
	banplaces_deinit(&picture->places);
	foreign_deinit(&picture->foreign_lost);
	strv_deinit(&picture->interfaces);
	strv_deinit(&picture->units);
	strv_deinit(&picture->mislabelled);
	strv_deinit(&picture->rivals);
	listeners_deinit(&picture->listeners);
	listeners_peers_deinit(&picture->peers);
	heard_deinit(&picture->heard);
	tickets_deinit(&picture->tickets);
	actionlog_deinit(&picture->actionlog);
	free(picture->actionlog_why);
	free(picture->gone);
	banshapes_deinit(&picture->shapes);
	store_wipe_info_deinit(&picture->wipe);
	store_timeds_deinit(&picture->timeds);
	store_trusts_deinit(&picture->trusts);
	clientranges_deinit(&picture->clients);
	*picture = PICTURE_NULL;
}

/** picture_knows() - were all of these parts asked for, and read? */
bool picture_knows(const struct picture *picture, unsigned parts)
{
	return (picture->known & parts) == parts;
}

/**
 * picture_is_whole() - is all known that was asked for?
 *
 * Nobody says of one that is not that all is well (law 2).
 */
bool picture_is_whole(const struct picture *picture)
{
	return picture_knows(picture, picture->asked) &&
	       (!picture_knows(picture, PICTURE_CLIENTS) || picture->clients.complete);
}

static size_t place(unsigned part)
{
	return part ? (size_t)__builtin_ctz(part) : 0;
}

/** picture_why() - why a part is not known; "" when it is, or when nobody asked for it */
const char *picture_why(const struct picture *picture, unsigned part)
{
	return picture->why[place(part)].text;
}

/** picture_part_name() - what a part is about, in words; static */
const char *picture_part_name(unsigned part)
{
	static const char *const names[PICTURE_N_PARTS] = {
	    "what firewalld holds",
	    "the settings of firewalld",
	    "the files of zones",
	    "firewalld's rules",
	    "the kernel's rules",
	    "the interfaces",
	    "who listens",
	    "fail2ban's bans",
	    "the store",
	    "the inside of the store",
	    "the ranges of clients",
	    "the guard's own service",
	};

	return names[place(part)];
}

/** picture_uses_iptables() - is it known that firewalld's rules are iptables'? */
bool picture_uses_iptables(const struct picture *picture)
{
	return picture->backend && strcmp(picture->backend, "iptables") == 0;
}

/** picture_is_for_root() - somebody asks who may read hardly anything: that is said once */
bool picture_is_for_root(const struct picture *picture)
{
	return picture->result == FIREWALLD_E_UNAUTHORIZED;
}

/** picture_restores() - does a watcher run that puts back what the next reload takes? */
bool picture_restores(const struct picture *picture)
{
	return picture->watcher.running && picture->config->restore;
}

/**
 * picture_why_shut() - why a service may stay shut though it is served
 *
 * What [check] services names belongs open; where it names none, whatever is not optional. Goes on
 * from "stays shut, ". Static; NULL: it belongs open.
 */
const char *picture_why_shut(const struct picture *picture, const struct service *service)
{
	const struct strv *named = &picture->config->check_services;

	if (named->n == 0 || service->purpose != SERVICES_MAIL)
		return service->optional ? "as many keep it" : NULL;
	return strv_contains(named, service->name) ||
	               (service->also && strv_contains(named, service->also))
	           ? NULL
	           : "as [check] services does not name it";
}

/** picture_restores_bans() - the same for bans that fail2ban holds */
bool picture_restores_bans(const struct picture *picture)
{
	return picture_restores(picture) &&
	       picture->config->restore_bans != CONFIG_RESTORE_BANS_NONE;
}

/** picture_iptables_fate() - what the next reload does to iptables' chains, whoever filled them */
enum jail_fate picture_iptables_fate(const struct picture *picture)
{
	const struct firewall *fw =
	    picture_knows(picture, PICTURE_FIREWALLD) ? &picture->firewall : NULL;

	return jail_iptables_fate(picture->ruleset.version, picture->backend, fw);
}

/* One that has stood long enough for a watcher to have seen how it is carried out. */
static bool has_old_ban(const struct picture *picture, const struct jail *jail)
{
	for (size_t i = 0; i < picture->tickets.n; i++) {
		const struct ticket *ticket = &picture->tickets.tickets[i];

		if (ticket->has_cidr && strcmp(ticket->jail, jail->name) == 0 &&
		    ticket_is_live(ticket, picture->now_us) &&
		    ticket->time_us < picture->now_us - SEEN_US)
			return true;
	}
	return false;
}

/**
 * picture_is_unseen() - has the action bans of a form of its own, as nobody has seen them yet?
 *
 * What is not known to be a ban is not put back. Of those to come it is seen what they look like.
 */
bool picture_is_unseen(const struct picture *picture, const struct jail *jail,
                       const struct jail_action *action)
{
	const struct config *config = picture->config;

	return config->restore && config->restore_bans != CONFIG_RESTORE_BANS_NONE &&
	       banshapes_lack(&picture->shapes, jail, action, picture->firewall.default_zone) &&
	       has_old_ban(picture, jail);
}

/** picture_action_fate() - what the next reload does to the bans of an action of the jail's */
enum jail_fate picture_action_fate(const struct picture *picture, const struct jail *jail,
                                   const struct jail_action *action)
{
	if (picture_is_unseen(picture, jail, action))
		return picture->store_absent || picture_knows(picture, PICTURE_STORE)
		           ? JAIL_FATE_LOST
		           : JAIL_FATE_UNKNOWN;
	return jail_action_kind_fate(action->kind, picture_iptables_fate(picture));
}

/** picture_jail_fate() - the worst, by the jail's actions and by what was seen of its bans */
enum jail_fate picture_jail_fate(const struct picture *picture, const struct jail *jail)
{
	enum jail_fate worst = JAIL_FATE_KEPT, fate;

	for (size_t i = 0; i < picture->shapes.n; i++)
		if (strcmp(picture->shapes.shapes[i].jail, jail->name) == 0)
			worst = JAIL_FATE_RESTORED;
	for (size_t i = 0; i < jail->n_actions; i++) {
		fate = picture_action_fate(picture, jail, &jail->actions[i]);
		worst = fate > worst ? fate : worst;
	}
	return worst;
}

/** picture_is_flushed() - has the kernel, as is known, nothing of firewalld's that filters? */
bool picture_is_flushed(const struct picture *picture)
{
	return picture_knows(picture, PICTURE_TABLES) &&
	       !ruleset_kernel_filters(&picture->ruleset) && !picture_uses_iptables(picture);
}

/** picture_knows_tickets() - does fail2ban run, or its database tell? A stopped one has none. */
bool picture_knows_tickets(const struct picture *picture)
{
	return picture_knows(picture, PICTURE_FAIL2BAN) && picture->fail2ban != FAIL2BAN_STOPPED;
}

/** picture_wipe_bans() - how many bans the last wipe took, and what became of them */
struct picture_bans picture_wipe_bans(const struct picture *picture)
{
	const struct store_wipe_info *wipe = &picture->wipe;
	const size_t *n_by = picture->wipe_bans.n_by;

	if (!picture->wipe_bans.known)
		return (struct picture_bans){.n = wipe->n_bans,
		                             .restored = wipe->n_bans_restored,
		                             .ended = wipe->n_bans_ended,
		                             .left_out = wipe->n_bans_left_out,
		                             .failed = wipe->n_bans_failed,
		                             .open = store_wipe_n_bans_open(wipe),
		                             .rules = true};
	return (struct picture_bans){.n = picture->wipe_bans.n,
	                             .restored = n_by[STORE_STEP_RESTORED],
	                             .by_fail2ban = n_by[STORE_STEP_SKIPPED],
	                             .ended = n_by[STORE_STEP_ENDED],
	                             .left_out = n_by[STORE_STEP_LEFT_OUT],
	                             .failed = n_by[STORE_STEP_FAILED],
	                             .open = picture->wipe_bans.n_open};
}

/**
 * picture_default_after() - the default zone after the next reload, as it stands in the file
 *
 * Of a zone that is not there firewalld makes public, else external, else block (fw.py, _start).
 *
 * Return: borrowed; NULL: not known.
 */
const char *picture_default_after(const struct picture *picture)
{
	const char *names[] = {picture->file_default_zone, "public", "external"};

	for (size_t i = 0; picture->file_default_zone && i < ARRAY_SIZE(names); i++)
		if (ruleset_zone(&picture->ruleset, names[i]))
			return names[i];
	return picture->file_default_zone ? "block" : picture->firewall.default_zone;
}

/**
 * picture_stranger() - a client that no rule was made for, from one of several places
 * @index: from 0 on
 *
 * Far apart, so that what denies one range is not taken for what denies everybody.
 *
 * Return: false: there are no more.
 */
bool picture_stranger(struct cidr *out, enum cidr_family family, size_t index)
{
	static const char *const strangers4[] = {"203.0.113.77", "8.45.19.3", "62.201.7.54",
	                                         "131.88.240.9", "187.60.33.12"};
	static const char *const strangers6[] = {"2001:db8:77::1", "2400:cb00:4d::9",
	                                         "2a01:4f8:1c0::5"};
	size_t n = family == CIDR_IPV4 ? ARRAY_SIZE(strangers4) : ARRAY_SIZE(strangers6);

	return index < n &&
	       cidr_parse(out, family == CIDR_IPV4 ? strangers4[index] : strangers6[index],
	                  CIDR_ADDRESS_ONLY, NULL) == 0;
}

/**
 * picture_unreached_words() - what is wrong with a firewalld that could not be read
 *
 * Goes on from "firewalld". Static.
 */
const char *picture_unreached_words(const struct picture *picture)
{
	switch (picture->result) {
	case FIREWALLD_E_TIMEOUT:
		return "does not answer";
	case FIREWALLD_E_BUS_SILENT:
		return "cannot be reached, as the system bus does not answer";
	case FIREWALLD_E_GONE:
		return "is not running";
	case FIREWALLD_E_NO_BUS:
		return "cannot be reached";
	case FIREWALLD_E_UNAUTHORIZED:
		return "tells its rules to root only";
	default:
		return "could not be read";
	}
}

/**
 * picture_kernel_words() - what the kernel does while firewalld does not answer
 *
 * That is what counts for mail (law 10). Static.
 */
const char *picture_kernel_words(const struct picture *picture)
{
	const struct ruleset_kernel *kernel = &picture->ruleset.kernel;

	if (picture->open)
		return "none of its rules are in the kernel: every port is open, unless others "
		       "shut it";
	if (!picture_knows(picture, PICTURE_TABLES))
		return "what the kernel lets in is not known";
	if (kernel->shut)
		return "the kernel lets no new connection in: a reload is under way, or broke off";
	return kernel->table && !picture_is_flushed(picture)
	           ? "the kernel keeps the rules that it had"
	           : "the kernel has no rules of firewalld's";
}

/**
 * picture_stands_in() - is there something in the place of what a firewalld that cannot be asked
 * says: what it held, or all that the kernel has?
 */
bool picture_stands_in(const struct picture *picture)
{
	return picture->ruleset.remembered ||
	       (picture->ruleset.bare && picture->ruleset.chains_known);
}

/** picture_local() - an address of an interface, borrowed; NULL: it has none of that family */
const struct cidr *picture_local(const struct picture *picture, const char *interface,
                                 enum cidr_family family)
{
	for (size_t i = 0; i < picture->n_addresses; i++)
		if (strcmp(picture->addresses[i].interface, interface) == 0 &&
		    picture->addresses[i].cidr.family == family)
			return &picture->addresses[i].cidr;
	return NULL;
}

/**
 * picture_gets_packets() - does any packet come into the zone, or to the policy?
 * @fw: borrowed; what firewalld holds, or held
 *
 * A policy is between zones: firewalld does nothing with one that has none on a side
 * (core/fw_policy.py), and lists it all the same. Of a policy that was not read nobody knows.
 *
 * Return: 1 or 0; -ENOMEM.
 */
int picture_gets_packets(const struct picture *picture, const struct firewall *fw, const char *zone)
{
	const struct ruleset_zone *policy =
	    item_policy_name(zone) && picture_knows(picture, PICTURE_RULES)
	        ? ruleset_zone_of_item(&picture->ruleset, zone)
	        : NULL;

	if (policy)
		return policy->ingress_zones.n > 0 && policy->egress_zones.n > 0;
	return dispatch_zone_gets_packets(fw, zone, &picture->interfaces);
}
