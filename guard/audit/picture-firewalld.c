// SPDX-License-Identifier: GPL-2.0-or-later
/* firewalld, for a picture: what it holds, its files, and the rules that are in force. */
#include "guard/audit/picture-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/model/fault.h"
#include "guard/model/ban/directcount.h"
#include "guard/model/packet/remembered.h"
#include "guard/system/firewalld/culprit.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/host/clock.h"
#include "guard/system/kernel/foreigntables.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/nftrules.h"
#include "guard/system/kernel/xtables.h"

#define NFT_MS 20000
/* A reload shuts everything for as long as it takes. */
#define RELOAD_MS 3000
#define LOOK_MS   250

/* --- firewalld ---------------------------------------------------------------------------- */

/* Of what is permanent every reload brings it back all the same. */
static int mark_released(struct reading *reading)
{
	struct firewall *fw = &reading->picture->firewall;
	_cleanup_store_items_ struct store_items released = STORE_ITEMS_NULL;
	int r = reading->store ? store_release_list(reading->store, &released,
	                                            reading_why(reading, PICTURE_STORE))
	                       : 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if (!(fw->entries[i].flags & FIREWALL_PERMANENT) &&
		    items_contain(released.items, released.n, &fw->entries[i].item))
			fw->entries[i].flags |= FIREWALL_RELEASED;
	return r;
}

/* What is on record of what is not there, and of the ends of what is. */
static int compare(struct reading *reading)
{
	struct picture *picture = reading->picture;
	struct missing_query query = {.config = picture->config,
	                              .store = reading->store,
	                              .now = &picture->firewall,
	                              .instance = firewalld_instance(reading->session->fw),
	                              .now_us = picture->now_us};
	int r = missing_see(&picture->missing, &query, reading_why(reading, PICTURE_STORE));

	if (r == 0)
		r = mark_released(reading);
	if (r != 0 && reading->store) {
		reading_lose_store(reading, r);
		query.store = NULL;
		r = missing_see(&picture->missing, &query, reading_why(reading, PICTURE_FIREWALLD));
	}
	return r;
}

static int ask_firewalld(struct reading *reading, unsigned part)
{
	bool packets = reading_wants(reading, PICTURE_RULES | PICTURE_TABLES);
	_cleanup_strv_ struct strv ipsets = STRV_NULL;
	int r = banshapes_ipsets(&reading->picture->shapes, &ipsets);

	firewalld_reading_deinit(&reading->firewalld);
	reading->rules_read = false;
	if (r == 0)
		r = firewalld_session_read(reading->session, &reading->firewalld, packets, &ipsets,
		                           reading_why(reading, part));
	reading->rules_read = r == 0 && packets;
	return r;
}

static int read_items(struct reading *reading)
{
	struct firewalld_reading *items = &reading->firewalld;
	struct picture *picture = reading->picture;
	int r = ask_firewalld(reading, PICTURE_FIREWALLD);

	if (r != 0) {
		picture->result = r;
		return reading_settle(reading, PICTURE_FIREWALLD, r);
	}
	picture->state = items->state;
	picture->firewall = items->firewall;
	items->firewall = FIREWALL_NULL;
	picture->n_skipped = items->n_skipped;
	memcpy(picture->skipped, items->skipped, sizeof(picture->skipped));
	return reading_settle(reading, PICTURE_FIREWALLD, compare(reading));
}

static void read_setting(struct reading *reading, const char *name, char **out)
{
	struct err err = ERR_NULL;

	if (firewalld_setting_wait(
	        reading->session->fw, out, name,
	        clock_monotonic_ms() + reading_left_ms(reading, FIREWALLD_SESSION_MS), &err) != 0)
		*out = NULL;
}

static int read_settings(struct reading *reading)
{
	struct picture *picture = reading->picture;

	read_setting(reading, "FirewallBackend", &picture->backend);
	read_setting(reading, "FlushAllOnReload", &picture->flush_all);
	return reading_settle(reading, PICTURE_SETTINGS,
	                      picture->backend && picture->flush_all ? 0 : -ENODATA);
}

static int look_at_file(struct picture *picture, const char *zone, struct err *why)
{
	_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
	struct picture_file row = {.zone = NULL};
	struct err err = ERR_NULL;
	char old[256];
	int r;

	if (!zonefile_is_own(zone, ""))
		return 0;
	r = zonefile_read(&file, zone, "", &err);
	if (r == ZONEFILE_E_UNKNOWN)
		return err_set(why, r, "%s: %s", zone, err.text);
	if (r != ZONEFILE_E_BROKEN)
		return r == -ENOMEM ? r : 0;
	if (grow(&picture->files, &picture->files_capacity, picture->n_files + 1, sizeof(row)) < 0)
		return -ENOMEM;
	snprintf(old, sizeof(old), "/etc/firewalld/zones/%s.xml.old", zone);
	row.zone = strdup(zone);
	row.broken = strdup(err.text);
	row.old = access(old, R_OK) == 0;
	picture->files[picture->n_files++] = row;
	return row.zone && row.broken ? 0 : -ENOMEM;
}

/*
 * A file can be XML and no configuration: a service that is none, a name with a sign that
 * firewalld does not take. One that is no XML has its own words, and is the cause.
 */
static int ask_for_files(struct reading *reading)
{
	struct picture *picture = reading->picture;
	struct err err = ERR_NULL;
	int r;

	if (picture->n_files > 0 || picture->state != FIREWALL_STATE_RUNNING)
		return 0;
	r = firewalld_check_wait(reading->session->fw, clock_monotonic_ms() + FIREWALLD_SESSION_MS,
	                         &err);
	/* in lockdown it does not tell us; what it has loaded is in order */
	if (firewalld_check_found(r) || r == 0 || r == FIREWALLD_E_DENIED)
		return culprit_tell(&picture->refused, NULL,
		                    firewalld_check_found(r) ? err_text(&err, r) : NULL, "");
	return err_set(reading_why(reading, PICTURE_FILES), r, "%s",
	               err_text(&err, r > 0 ? -ETIMEDOUT : r));
}

/* Without a word firewalld takes public (firewalld_conf.py). What its bus says of the file is old
 * in 2.x when somebody has edited it. */
static int read_default_zone(struct picture *picture, struct err *why)
{
	int r = zonefile_default_zone(&picture->file_default_zone, "");

	if (r == ZONEFILE_E_ABSENT) {
		picture->file_default_zone = strdup("public");
		return picture->file_default_zone ? 0 : -ENOMEM;
	}
	return r > 0 ? err_set(why, r, "firewalld.conf cannot be read") : r;
}

/* firewalld keeps what it has until the next reload, and says nothing. */
static int read_files(struct reading *reading)
{
	struct picture *picture = reading->picture;
	int r = read_default_zone(picture, reading_why(reading, PICTURE_FILES));

	picture->passes_over_files =
	    fault_has(FAULT_PASSES_OVER_FILES, firewalld_version(reading->session->fw));

	for (size_t i = 0; i < picture->firewall.zones.n && r == 0; i++)
		r = look_at_file(picture, picture->firewall.zones.strings[i],
		                 reading_why(reading, PICTURE_FILES));
	if (r == 0)
		r = ask_for_files(reading);
	return reading_settle(reading, PICTURE_FILES, r);
}

/* --- rules -------------------------------------------------------------------------------- */

/* nft 1.0 does not write its flags as they are. */
static bool is_asleep(void)
{
	struct fwtables now;

	return fwtables_read_once(&now) == 0 && !(now.tables & FWTABLES_ONE.tables);
}

static bool is_open(void)
{
	struct fwtables now;

	return !xtables_has_any_legacy() && fwtables_read_once(&now) == 0 &&
	       fwtables_gate(&now) == FWTABLES_OPEN;
}

/* Without it there is nothing that could be lost, or is back: that nft told is enough. */
static bool count_rules(struct foreign *out)
{
	struct nfsocket sock = NFSOCKET_NULL;
	int r;

	foreign_deinit(out);
	r = foreigntables_read(out, &sock);
	nfsocket_close(&sock);
	return r == 0;
}

/* Without the tables of others the rules are good for something all the same. */
static int read_tables(struct reading *reading, enum nftrules_whose whose)
{
	int r = nftrules_read(&reading->firewalld.ruleset, whose, reading_left_ms(reading, NFT_MS),
	                      reading_why(reading, PICTURE_TABLES));
	struct ruleset_kernel *kernel = &reading->firewalld.ruleset.kernel;

	kernel->asleep = r == 0 && kernel->table && is_asleep();
	if (r == 0)
		reading->foreign_known = count_rules(&reading->picture->foreign);
	reading->picture->known &= ~(unsigned)PICTURE_TABLES;
	return reading_settle(reading, PICTURE_TABLES, r);
}

static int read_again(struct reading *reading)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	int r;

	(void)nanosleep(&pause, NULL);
	r = ask_firewalld(reading, PICTURE_RULES);
	return r == 0 ? read_tables(reading, NFTRULES_OTHERS) : r;
}

static int look_for_absent(struct absent *out, const struct reading *reading)
{
	const struct ruleset *ruleset = &reading->firewalld.ruleset;
	bool iptables = firewalld_has_iptables(reading->session->fw);
	int r;

	if (reading->firewalld.state != FIREWALL_STATE_RUNNING ||
	    !(reading->picture->known & PICTURE_TABLES))
		return 0;
	r = absent_find(out, ruleset, iptables);
	return r == 0 && directcount_any(ruleset) && reading->foreign_known &&
	               !xtables_has_any_legacy()
	           ? directcount_find(out, ruleset, iptables, &reading->picture->foreign)
	           : r;
}

/* Something may have come or gone between its answer and the kernel's. */
static int find_absent(struct reading *reading)
{
	_cleanup_absent_ struct absent again = ABSENT_NULL;
	struct absent *absent = &reading->picture->absent;
	int r = look_for_absent(absent, reading);

	if (r == 0 && absent_n(absent) > 0) {
		r = read_again(reading);
		if (r == 0)
			r = look_for_absent(&again, reading);
		absent_keep(absent, &again, true);
	}
	return r;
}

/* Everything is shut during a reload; only what stays so counts. */
static int read_settled(struct reading *reading)
{
	const struct ruleset *ruleset = &reading->firewalld.ruleset;
	int64_t end_ms = clock_monotonic_ms() + RELOAD_MS;
	int r = reading->rules_read ? 0 : ask_firewalld(reading, PICTURE_RULES);

	if (r == 0)
		r = read_tables(reading, NFTRULES_OTHERS);
	while (r == 0 && reading->question->settled && ruleset->kernel.shut && !ruleset->panic &&
	       clock_monotonic_ms() < end_ms)
		r = read_again(reading);
	return r == 0 ? find_absent(reading) : r;
}

/* To know which forward ports stay on this machine. */
static int read_own(struct reading *reading, struct ruleset *ruleset)
{
	struct err err = ERR_NULL;

	return route_own_addresses(ruleset, &err) == 0
	           ? 0
	           : replace_string(&reading->picture->own_trouble, err.text);
}

static int read_rules(struct reading *reading)
{
	struct ruleset *ruleset = &reading->firewalld.ruleset;
	struct picture *picture = reading->picture;
	int r = read_settled(reading);

	if (r != 0) {
		if (r != -ENOMEM)
			picture->result = r;
		return reading_settle(reading, PICTURE_RULES, r);
	}
	if (read_own(reading, ruleset) < 0)
		return -ENOMEM;
	picture->ruleset = *ruleset;
	*ruleset = RULESET_NULL;
	if (!(picture->known & PICTURE_FIREWALLD))
		picture->state = reading->firewalld.state;
	if (reading->firewalld.state == FIREWALL_STATE_RUNNING)
		return reading_settle(reading, PICTURE_RULES, 0);
	err_set(reading_why(reading, PICTURE_RULES), 0,
	        "firewalld is in state %s, so its lists do not show what the kernel does",
	        firewall_state_name(reading->firewalld.state));
	return 0;
}

/* What a service is made of that only the permanent configuration has, or the record. */
static int read_service(struct reading *reading, const char *name)
{
	struct ruleset *ruleset = &reading->picture->ruleset;
	struct firewalld_service parts = {0};
	struct ruleset_service *service;
	int r;

	if (ruleset_service(ruleset, name))
		return 0;
	r = firewalld_service_wait(reading->session->fw, &parts, name,
	                           clock_monotonic_ms() + FIREWALLD_SESSION_MS, NULL);
	if (r == 0)
		r = ruleset_add_service(ruleset, name, &service);
	if (r == 0)
		r = strv_copy(&service->ports, &parts.ports);
	if (r == 0)
		r = strv_copy(&service->protocols, &parts.protocols);
	if (r == 0)
		r = strv_copy(&service->source_ports, &parts.source_ports);
	if (r == 0)
		r = strv_copy(&service->includes, &parts.includes);
	firewalld_service_deinit(&parts);
	return r == -ENOMEM ? r : 0;
}

static int read_services(struct reading *reading)
{
	const struct picture *picture = reading->picture;
	int r = 0;

	for (size_t i = 0; i < picture->firewall.n && r == 0; i++)
		if (picture->firewall.entries[i].item.kind == ITEM_SERVICE)
			r = read_service(reading, picture->firewall.entries[i].item.value);
	for (size_t i = 0; i < picture->missing.loss.n && r == 0; i++)
		if (picture->missing.loss.rows[i].item.kind == ITEM_SERVICE)
			r = read_service(reading, picture->missing.loss.rows[i].item.value);
	for (size_t i = 0; i < picture->ruleset.n_services && r == 0; i++)
		for (size_t k = 0; k < picture->ruleset.services[i].includes.n && r == 0; k++)
			r = read_service(reading, picture->ruleset.services[i].includes.strings[k]);
	return r;
}

/* It may run, and hold what it held: what is left of it is in the kernel and in the store. */
static bool is_out_of_reach(int result)
{
	return reading_waited(result) || result == FIREWALLD_E_NO_BUS;
}

static int read_remains(struct reading *reading)
{
	struct ruleset *ruleset = &reading->firewalld.ruleset;
	struct picture *picture = reading->picture;
	/* nothing is on record of what it held: the kernel tells */
	const bool bare = !picture->last_us;
	int r = 0;

	if (picture_knows(picture, PICTURE_RULES))
		return 0;
	ruleset_deinit(ruleset);
	*reading_why(reading, PICTURE_TABLES) = ERR_NULL;
	if (reading_wants(reading, PICTURE_TABLES))
		r = read_tables(reading, bare ? NFTRULES_ALL : NFTRULES_OTHERS);
	if (r == 0 && bare)
		r = read_own(reading, ruleset);
	if (r == 0 && !bare)
		r = remembered_add(ruleset, &picture->last);
	ruleset->bare = bare;
	if (r < 0)
		return r;
	ruleset_deinit(&picture->ruleset);
	picture->ruleset = *ruleset;
	*ruleset = RULESET_NULL;
	return 0;
}

/* The session of who asks, or one of its own: opened, with what became of that. */
static void open_session(struct reading *reading, struct firewalld_session *own)
{
	reading->session = reading->question->session;
	if (!reading->session) {
		reading->session = own;
		own->silence_ms = reading->question->silence_ms;
		own->deadline_ms = reading->question->deadline_ms;
		(void)!firewalld_session_open(own, NULL);
	}
	reading->picture->result = reading->session->result;
}

static int miss_firewalld(struct reading *reading)
{
	int r = 0;

	for (unsigned part = PICTURE_FIREWALLD; part <= PICTURE_TABLES && r == 0; part <<= 1) {
		*reading_why(reading, part) = reading->session->why;
		r = reading_settle(reading, part, reading->picture->result);
	}
	return r;
}

/* Whether it is there for another question; of one that has fallen silent nobody asks more. */
static bool may_ask(struct reading *reading, int r, unsigned parts)
{
	struct picture *picture = reading->picture;

	if (picture->result == 0 && reading->session->silent)
		picture->result = reading->session->result;
	return r == 0 && picture->result == 0 && reading_wants(reading, parts);
}

static int ask_all(struct reading *reading)
{
	const struct picture *picture = reading->picture;
	int r = 0;

	if (may_ask(reading, r, PICTURE_FIREWALLD))
		r = read_items(reading);
	if (may_ask(reading, r, PICTURE_FILES) && picture_knows(picture, PICTURE_FIREWALLD))
		r = read_files(reading);
	if (may_ask(reading, r, PICTURE_RULES | PICTURE_TABLES))
		r = read_rules(reading);
	if (may_ask(reading, r, PICTURE_RULES) && picture_knows(picture, PICTURE_FIREWALLD))
		r = read_services(reading);
	/* behind what notices that it does not answer */
	if (may_ask(reading, r, PICTURE_SETTINGS))
		r = read_settings(reading);
	if (may_ask(reading, r, PICTURE_ALL))
		reading->picture->silent_since_us = 0;
	return r;
}

/** picture_read_firewalld() - what it holds, its files, and the rules in force; Return: 0; -ENOMEM
 */
int picture_read_firewalld(struct reading *reading)
{
	struct firewalld_session own = FIREWALLD_SESSION_NULL;
	struct picture *picture = reading->picture;
	int r;

	open_session(reading, &own);
	r = picture->result ? miss_firewalld(reading) : ask_all(reading);
	if (r == 0 && is_out_of_reach(picture->result))
		r = read_remains(reading);
	if (picture->result == FIREWALLD_E_GONE && reading_wants(reading, PICTURE_TABLES))
		picture->open = is_open();
	firewalld_reading_deinit(&reading->firewalld);
	firewalld_session_close(&own);
	reading->session = NULL;
	return r;
}
