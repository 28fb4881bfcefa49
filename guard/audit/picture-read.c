// SPDX-License-Identifier: GPL-2.0-or-later
/* How each part of a picture is read. */
#include "guard/audit/picture.h"

#include "guard/system/kernel/links.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/model/mail/daemons.h"
#include "guard/model/packet/remembered.h"
#include "guard/system/fail2ban/fail2ban-files.h"
#include "guard/system/fail2ban/fail2ban-hook.h"
#include "guard/system/fail2ban/fail2ban-log.h"
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/disk.h"
#include "guard/system/host/unitfile.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/nftrules.h"

#define FAIL2BAN_MS     3000
#define FAIL2BAN_ALL_MS 30000
#define NFT_MS          20000
/*
 * What each is given when the question's time is over: nobody has 0, and once somebody has not
 * answered, the others have to be quick.
 */
#define LEAST_MS       1000
#define LEAST_LATER_MS 250
/* A reload shuts everything for as long as it takes. */
#define RELOAD_MS 3000
#define LOOK_MS   250
/* A store of some 100 MB is seen to its end in that time. */
#define STORE_CHECK_MS 2000
#define UNIT           "reload-guard.service"

struct reading {
	struct picture *picture;
	const struct picture_question *question;
	struct firewalld_session *session; /* open */
	struct store *store;               /* NULL: cannot be used */
	/* One answer for what it holds and for what it decides by, until the rules are taken. */
	struct firewalld_reading firewalld;
	bool rules_read;
	bool impatient; /* somebody did not answer in time */
};

static bool wants(const struct reading *reading, unsigned parts)
{
	return (reading->question->parts & parts) != 0;
}

static struct err *why(const struct reading *reading, unsigned part)
{
	return &reading->picture->why[__builtin_ctz(part)];
}

/* There is little time left for the others. */
static bool was_waited_for(int result)
{
	return result == FIREWALLD_E_TIMEOUT || result == FIREWALLD_E_BUS_SILENT;
}

/* Of the time that all of them share, no more than @most_ms. */
static int left_ms(const struct reading *reading, int most_ms)
{
	int64_t left = reading->question->deadline_ms - clock_monotonic_ms();
	bool late = reading->impatient || was_waited_for(reading->picture->result);
	int least_ms = late ? LEAST_LATER_MS : LEAST_MS;

	if (!reading->question->deadline_ms || left > most_ms)
		return most_ms;
	return left > least_ms ? (int)left : least_ms;
}

/* Return: -ENOMEM when it is that; else 0, and the part is known when @r is 0. */
static int settle(const struct reading *reading, unsigned part, int r)
{
	struct err *err = why(reading, part);

	if (r == 0)
		reading->picture->known |= part;
	else if (!err->text[0])
		err_set(err, 0, "%s", err_text(err, r < 0 ? r : -EIO));
	return r == -ENOMEM ? r : 0;
}

/* --- this machine ------------------------------------------------------------------------- */

/* Others can have an answer from it: it is no loopback, and not of a link alone. */
static bool is_answering(const struct cidr *address)
{
	static const uint8_t loopback[16] = {[15] = 1};
	const uint8_t *key = address->key;

	if (address->family == CIDR_IPV4)
		return key[12] != 127;
	return memcmp(key, loopback, sizeof(loopback)) != 0 &&
	       !(key[0] == 0xfe && (key[1] & 0xc0) == 0x80);
}

static int add_link(const struct link *link, void *userdata)
{
	struct picture_address row = {.interface = ""};
	struct picture *picture = userdata;
	int r = 0;

	if (links_is_outside(link))
		r = strv_add_once(&picture->interfaces, link->interface);
	if (r < 0 || !link->is_up || !link->has_address || !is_answering(&link->address))
		return r;
	row.cidr = link->address;
	snprintf(row.interface, sizeof(row.interface), "%s", link->interface);
	r = grow(&picture->addresses, &picture->addresses_capacity, picture->n_addresses + 1,
	         sizeof(row));
	if (r == 0)
		picture->addresses[picture->n_addresses++] = row;
	return r;
}

static int add_network(const char *interface, const struct cidr *network, void *userdata)
{
	struct picture_network row = {.cidr = *network};
	struct picture *picture = userdata;
	int r = grow(&picture->networks, &picture->networks_capacity, picture->n_networks + 1,
	             sizeof(row));

	snprintf(row.interface, sizeof(row.interface), "%s", interface);
	if (r == 0)
		picture->networks[picture->n_networks++] = row;
	return r;
}

static int by_network(const void *a, const void *b)
{
	const struct picture_network *x = a, *y = b;
	int r = cidr_cmp(&x->cidr, &y->cidr);

	return r ? r : strcmp(x->interface, y->interface);
}

/* One may be in several tables of routes. */
static int read_networks(struct picture *picture, struct err *err)
{
	size_t n = 0;
	int r = route_networks(add_network, picture, err);

	if (picture->n_networks > 1)
		qsort(picture->networks, picture->n_networks, sizeof(*picture->networks),
		      by_network);
	for (size_t i = 0; i < picture->n_networks; i++)
		if (n == 0 || by_network(&picture->networks[n - 1], &picture->networks[i]) != 0)
			picture->networks[n++] = picture->networks[i];
	picture->n_networks = n;
	return r;
}

static bool find_way(const struct cidr *address, struct packet *packet, void *userdata)
{
	struct picture *picture = userdata;

	if (route_to(&picture->route, address, NULL) != 0)
		return false;
	packet->interface = picture->route.interface;
	packet->destination = picture->route.has_local ? &picture->route.local : NULL;
	return true;
}

/* The only one, or the one on which strangers are answered. */
static void find_client_interface(struct picture *picture)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	const char *found = picture->interfaces.n == 1 ? picture->interfaces.strings[0] : NULL;

	for (size_t k = 0; k < ARRAY_SIZE(families) && !found; k++) {
		struct cidr stranger;

		if (picture_stranger(&stranger, families[k], 0) &&
		    route_to(&picture->route, &stranger, NULL) == 0 &&
		    strv_contains(&picture->interfaces, picture->route.interface))
			found = picture->route.interface;
	}
	snprintf(picture->client_interface, sizeof(picture->client_interface), "%s",
	         found ? found : "");
}

static int read_links(struct reading *reading)
{
	struct picture *picture = reading->picture;
	int r = links_each(add_link, picture);

	if (r == 0)
		r = read_networks(picture, why(reading, PICTURE_LINKS));
	picture->way = find_way;
	picture->way_userdata = picture;
	if (r == 0)
		find_client_interface(picture);
	return settle(reading, PICTURE_LINKS, r);
}

static int read_sockets(struct reading *reading)
{
	struct listeners *listeners = &reading->picture->listeners;
	int r = listeners_read(listeners, why(reading, PICTURE_SOCKETS));

	if (r == 0)
		r = listeners_find_processes(listeners, "/proc");
	return settle(reading, PICTURE_SOCKETS, r);
}

/* Of what packaging/selinux/reload_guard.fc says, those that a person's own hand may have made. */
const struct selinux_label picture_labels[PICTURE_N_LABELS] = {
    {"/etc/reload-guard", "reload_guard_conf_t"},
    {FAIL2BAN_DEFAULT_FOLDER "/" FAIL2BAN_HOOK_FILE, "reload_guard_jail_t"},
    {CONFIG_DEFAULT_STATE_DIR, "reload_guard_var_lib_t"},
};

static int read_labels(struct picture *picture)
{
	ssize_t n = readlink("/proc/self/exe", picture->program, sizeof(picture->program) - 1);

	picture->selinux = selinux_enforces(SELINUX_FOLDER);
	if (!picture->selinux)
		return 0;
	picture->program[n > 0 ? n : 0] = '\0';
	if (selinux_file_type(picture->program_type, "/proc/self/exe") < 0)
		picture->program_type[0] = '\0';
	return selinux_find_mislabelled(&picture->mislabelled, picture_labels, PICTURE_N_LABELS);
}

static int read_host(struct reading *reading)
{
	struct picture *picture = reading->picture;
	const struct mail_daemon *daemon = NULL;
	int r = read_labels(picture);
	int room;

	picture->dnf = access("/usr/bin/dnf", X_OK) == 0;
	/* another service manager has other ways */
	picture->systemd = access("/run/systemd/system", F_OK) == 0;
	picture->unit_masked = unitfile_is_masked(UNIT);
	picture->unit_installed = unitfile_exists(UNIT);
	if (r == 0)
		r = unitfile_is_wanted(&picture->unit_wanted, UNIT, why(reading, PICTURE_HOST));
	while (r == 0 && (daemon = daemons_next(daemon))) {
		char unit[64];

		snprintf(unit, sizeof(unit), "%s.service", daemon->unit);
		if (unitfile_exists(unit))
			r = strv_add(&picture->units, daemon->unit);
	}
	picture->mail_log =
	    access("/var/log/mail.log", F_OK) == 0 || access("/var/log/maillog", F_OK) == 0;
	room = disk_free_mib(&picture->free_mib, picture->state_dir);
	if (r == 0 && room < 0 && room != -ENOENT)
		r = err_set(why(reading, PICTURE_HOST), room, "%s: %s", picture->state_dir,
		            strerror(-room));
	return settle(reading, PICTURE_HOST, r);
}

/* --- the store ---------------------------------------------------------------------------- */

static void lose_store(struct reading *reading, int r)
{
	store_close(reading->store);
	reading->store = NULL;
	reading->picture->known &= ~(unsigned)PICTURE_STORE;
	reading->impatient |= r == STORE_E_BUSY;
	(void)settle(reading, PICTURE_STORE, r);
}

static int take_start(const struct store_history_row *row, void *userdata)
{
	*(int64_t *)userdata = row->at_us;
	return 0;
}

/* Since when firewalld does not answer, if that is the last that was heard of it. */
static int read_silence(struct reading *reading, struct err *err)
{
	const struct store_history_query silent = {.kind = event_kind_name(EVENT_FIREWALLD_SILENT),
	                                           .limit = 1};
	const struct store_history_query answers = {
	    .kind = event_kind_name(EVENT_FIREWALLD_ANSWERS), .limit = 1};
	int64_t since_us = 0, end_us = 0;
	int r = store_history(reading->store, &silent, take_start, &since_us, err);

	if (r == 0)
		r = store_history(reading->store, &answers, take_start, &end_us, err);
	if (r == 0 && since_us && since_us >= end_us)
		reading->picture->silent_since_us = since_us;
	return r;
}

/* Only a watcher that runs knows of every wipe, and only since it runs. */
static int read_wipes(struct reading *reading)
{
	const struct store_history_query starts = {.kind = "start", .limit = 1};
	struct picture *picture = reading->picture;
	struct err *err = why(reading, PICTURE_STORE);
	int64_t start_us = 0;
	int r = store_wipe_last(reading->store, &picture->wipe, err);

	picture->has_wipe = r == 0;
	if (r != 0 && r != STORE_E_NOT_FOUND)
		return r;
	*err = ERR_NULL;
	picture->wipe_open =
	    picture->has_wipe && picture->wipe.finished_us == 0 && picture->watcher.running;
	r = store_history(reading->store, &starts, take_start, &start_us, err);
	if (r == 0 && picture->watcher.running && start_us)
		picture->unwiped_us =
		    picture->wipe.at_us > start_us ? picture->wipe.at_us : start_us;
	return r;
}

static int read_damage(struct reading *reading)
{
	struct err err = ERR_NULL;
	int r = store_check(reading->store, left_ms(reading, STORE_CHECK_MS), &err);

	if (r < 0 && r != -EIO)
		return settle(reading, PICTURE_DAMAGE, r);
	if (r != 0 && r != STORE_E_BUSY) {
		reading->picture->damage = strdup(err_text(&err, -EIO));
		if (!reading->picture->damage)
			return -ENOMEM;
	}
	return settle(reading, PICTURE_DAMAGE, 0);
}

/* One that was emptied is there, and had something in it once. */
static bool has_file(const char *folder)
{
	_cleanup_free_ char *path = NULL;

	return xasprintf(&path, "%s/" STORE_FILE, folder) < 0 || access(path, F_OK) == 0;
}

static int read_last(struct reading *reading, struct err *err)
{
	_cleanup_store_snapshot_ struct store_snapshot meta = STORE_SNAPSHOT_NULL;
	int r = store_snapshot_last(reading->store, &meta, &reading->picture->last, err);

	if (r == 0)
		reading->picture->last_us = meta.last_us;
	return r;
}

static int read_store(struct reading *reading)
{
	const struct store_options options = {.read_only = true,
	                                      .busy_ms = (unsigned)left_ms(reading, STORE_BUSY_MS)};
	struct picture *picture = reading->picture;
	int r =
	    store_open(&reading->store, picture->state_dir, &options, why(reading, PICTURE_STORE));

	if (r != 0) {
		reading->store = NULL;
		reading->impatient |= r == STORE_E_BUSY;
		picture->store_absent = r == STORE_E_ABSENT && !has_file(picture->state_dir);
		picture->store_denied = r == STORE_E_READ_ONLY && geteuid() != 0;
		picture->store_result = r;
		if (r == STORE_E_ABSENT)
			err_set(why(reading, PICTURE_STORE), 0, "%s",
			        picture->store_absent ? "there is none yet" : "it is empty");
		return settle(reading, PICTURE_STORE, r);
	}
	picture->store_fixed = disk_is_read_only(picture->state_dir);
	r = store_shapes(reading->store, &picture->shapes, why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_wipes(reading);
	if (r == 0)
		r = read_silence(reading, why(reading, PICTURE_STORE));
	if (r == 0)
		r = store_trust_list(reading->store, &picture->trusts, why(reading, PICTURE_STORE));
	if (r == 0)
		r = read_last(reading, why(reading, PICTURE_STORE));
	if (r == STORE_E_NOT_FOUND) {
		*why(reading, PICTURE_STORE) = ERR_NULL;
		r = 0;
	}
	if (r != 0) {
		lose_store(reading, r);
		return r == -ENOMEM ? r : 0;
	}
	r = settle(reading, PICTURE_STORE, 0);
	return r == 0 && wants(reading, PICTURE_DAMAGE) ? read_damage(reading) : r;
}

/* --- firewalld ---------------------------------------------------------------------------- */

/* What is on record of what is not there, and of the ends of what is. */
static int compare(struct reading *reading)
{
	const char *instance = firewalld_instance(reading->session->fw);
	struct picture *picture = reading->picture;
	struct missing_query query = {.config = picture->config,
	                              .store = reading->store,
	                              .now = &picture->firewall,
	                              .instance = instance,
	                              .now_us = picture->now_us};
	int r = missing_find(&picture->missing, &query, why(reading, PICTURE_STORE));

	if (r != 0 && reading->store) {
		lose_store(reading, r);
		query.store = NULL;
		r = missing_find(&picture->missing, &query, why(reading, PICTURE_FIREWALLD));
	}
	if (r != 0)
		return r;
	missing_attribute(&picture->missing, &picture->firewall);
	missing_overlay(&picture->missing, &picture->firewall, instance);
	return 0;
}

static int ask_firewalld(struct reading *reading, unsigned part)
{
	bool packets = wants(reading, PICTURE_RULES | PICTURE_TABLES);
	_cleanup_strv_ struct strv ipsets = STRV_NULL;
	int r = banshapes_ipsets(&reading->picture->shapes, &ipsets);

	firewalld_reading_deinit(&reading->firewalld);
	reading->rules_read = false;
	if (r == 0)
		r = firewalld_session_read(reading->session, &reading->firewalld, packets, &ipsets,
		                           why(reading, part));
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
		return settle(reading, PICTURE_FIREWALLD, r);
	}
	picture->state = items->state;
	picture->firewall = items->firewall;
	items->firewall = FIREWALL_NULL;
	picture->n_skipped = items->n_skipped;
	memcpy(picture->skipped, items->skipped, sizeof(picture->skipped));
	return settle(reading, PICTURE_FIREWALLD, compare(reading));
}

static void read_setting(struct reading *reading, const char *name, char **out)
{
	struct err err = ERR_NULL;

	if (firewalld_setting_wait(reading->session->fw, out, name,
	                           clock_monotonic_ms() + left_ms(reading, FIREWALLD_SESSION_MS),
	                           &err) != 0)
		*out = NULL;
}

static int read_settings(struct reading *reading)
{
	struct picture *picture = reading->picture;

	read_setting(reading, "FirewallBackend", &picture->backend);
	read_setting(reading, "FlushAllOnReload", &picture->flush_all);
	return settle(reading, PICTURE_SETTINGS,
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
	if (firewalld_check_found(r)) {
		picture->refused = strdup(err_text(&err, r));
		return picture->refused ? 0 : -ENOMEM;
	}
	/* in lockdown it does not tell us; what it has loaded is in order */
	if (r == 0 || r == FIREWALLD_E_DENIED)
		return 0;
	return err_set(why(reading, PICTURE_FILES), r, "%s", err_text(&err, r));
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
	int r = read_default_zone(picture, why(reading, PICTURE_FILES));

	for (size_t i = 0; i < picture->firewall.zones.n && r == 0; i++)
		r = look_at_file(picture, picture->firewall.zones.strings[i],
		                 why(reading, PICTURE_FILES));
	if (r == 0)
		r = ask_for_files(reading);
	return settle(reading, PICTURE_FILES, r);
}

/* --- rules -------------------------------------------------------------------------------- */

/* nft 1.0 does not write its flags as they are. */
static bool is_asleep(void)
{
	struct fwtables now;

	return fwtables_read_once(&now) == 0 && !(now.tables & FWTABLES_ONE.tables);
}

/* Without the tables of others the rules are good for something all the same. */
static int read_tables(struct reading *reading)
{
	int r = nftrules_read(&reading->firewalld.ruleset, NFTRULES_OTHERS,
	                      left_ms(reading, NFT_MS), why(reading, PICTURE_TABLES));
	struct ruleset_kernel *kernel = &reading->firewalld.ruleset.kernel;

	kernel->asleep = r == 0 && kernel->table && is_asleep();
	reading->picture->known &= ~(unsigned)PICTURE_TABLES;
	return settle(reading, PICTURE_TABLES, r);
}

/* Everything is shut during a reload; only what stays so counts. */
static int read_settled(struct reading *reading)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
	const struct ruleset *ruleset = &reading->firewalld.ruleset;
	int64_t end_ms = clock_monotonic_ms() + RELOAD_MS;
	int r = reading->rules_read ? 0 : ask_firewalld(reading, PICTURE_RULES);

	if (r == 0)
		r = read_tables(reading);
	while (r == 0 && reading->question->settled && ruleset->kernel.shut && !ruleset->panic &&
	       clock_monotonic_ms() < end_ms) {
		(void)nanosleep(&pause, NULL);
		r = ask_firewalld(reading, PICTURE_RULES);
		if (r == 0)
			r = read_tables(reading);
	}
	return r;
}

static int read_rules(struct reading *reading)
{
	struct ruleset *ruleset = &reading->firewalld.ruleset;
	struct picture *picture = reading->picture;
	struct err err = ERR_NULL;
	int r = read_settled(reading);

	if (r != 0) {
		if (r != -ENOMEM)
			picture->result = r;
		return settle(reading, PICTURE_RULES, r);
	}
	/* To know which forward ports stay on this machine. */
	if (route_own_addresses(ruleset, &err) != 0 && !(picture->own_trouble = strdup(err.text)))
		return -ENOMEM;
	picture->ruleset = *ruleset;
	*ruleset = RULESET_NULL;
	if (!(picture->known & PICTURE_FIREWALLD))
		picture->state = reading->firewalld.state;
	if (reading->firewalld.state == FIREWALL_STATE_RUNNING)
		return settle(reading, PICTURE_RULES, 0);
	err_set(why(reading, PICTURE_RULES), 0,
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
	return was_waited_for(result) || result == FIREWALLD_E_NO_BUS;
}

static int read_remains(struct reading *reading)
{
	struct ruleset *ruleset = &reading->firewalld.ruleset;
	struct picture *picture = reading->picture;
	int r = 0;

	if (picture_knows(picture, PICTURE_RULES))
		return 0;
	ruleset_deinit(ruleset);
	*why(reading, PICTURE_TABLES) = ERR_NULL;
	if (wants(reading, PICTURE_TABLES))
		r = read_tables(reading);
	if (r == 0 && picture->last_us)
		r = remembered_add(ruleset, &picture->last);
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
		*why(reading, part) = reading->session->why;
		r = settle(reading, part, reading->picture->result);
	}
	return r;
}

/* Whether it is there for another question; of one that has fallen silent nobody asks more. */
static bool may_ask(struct reading *reading, int r, unsigned parts)
{
	struct picture *picture = reading->picture;

	if (picture->result == 0 && reading->session->silent)
		picture->result = reading->session->result;
	return r == 0 && picture->result == 0 && wants(reading, parts);
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

static int read_firewalld(struct reading *reading)
{
	struct firewalld_session own = FIREWALLD_SESSION_NULL;
	struct picture *picture = reading->picture;
	int r;

	open_session(reading, &own);
	r = picture->result ? miss_firewalld(reading) : ask_all(reading);
	if (r == 0 && is_out_of_reach(picture->result))
		r = read_remains(reading);
	firewalld_reading_deinit(&reading->firewalld);
	firewalld_session_close(&own);
	reading->session = NULL;
	return r;
}

/* --- fail2ban and clients ----------------------------------------------------------------- */

static int read_heard(struct reading *reading)
{
	struct picture *picture = reading->picture;
	int r;

	if (!reading->store || !picture_knows(picture, PICTURE_FAIL2BAN))
		return 0;
	r = heard_read(&picture->heard, reading->store, picture->spool_dir, &picture->tickets,
	               picture->now_us, why(reading, PICTURE_STORE));
	if (r != 0)
		lose_store(reading, r);
	return r == -ENOMEM ? r : 0;
}

/* What cannot be read tells of no failure; that none is told of says nothing (law 2). */
static int read_log(struct reading *reading)
{
	struct picture *picture = reading->picture;
	const char *log = picture->tickets.log;
	struct err err = ERR_NULL;
	int r;

	if (!picture_knows(picture, PICTURE_FAIL2BAN) || !log)
		return 0;
	if (!fail2ban_log_is_file(log))
		r = err_set(&err, -EINVAL, "it goes to %s", log);
	else if (access(log, F_OK) < 0)
		r = err_set(&err, -errno, "%s: %s", log, strerror(errno));
	else
		r = fail2ban_log_read(&picture->actionlog, log, &err);
	if (r == 0 || r == -ENOMEM)
		return r;
	picture->actionlog_why = strdup(err_text(&err, r));
	return picture->actionlog_why ? 0 : -ENOMEM;
}

/* The rules were read before: a ban that comes meanwhile must not make an orphan of its rule. */
static int read_fail2ban(struct reading *reading)
{
	struct picture *picture = reading->picture;
	const struct config *config = picture->config;
	struct fail2ban_options options = fail2ban_options_of(config);
	const char *database =
	    config->fail2ban_database ? config->fail2ban_database : FAIL2BAN_DEFAULT_DATABASE;
	int r;

	options.timeout_ms = left_ms(reading, FAIL2BAN_MS);
	/* and for what its database has when a question was in vain */
	options.wait_ms = left_ms(reading, FAIL2BAN_ALL_MS) + LEAST_LATER_MS;
	r = fail2ban_read_wait(&picture->tickets, &picture->fail2ban, &options,
	                       why(reading, PICTURE_FAIL2BAN));
	reading->impatient |= picture->fail2ban == FAIL2BAN_UNREACHABLE;
	picture->fail2ban_installed = access(database, F_OK) == 0;
	/* one that was ended in order has taken its bans back, and holds none */
	if (r > 0 && picture->fail2ban == FAIL2BAN_STOPPED) {
		*why(reading, PICTURE_FAIL2BAN) = ERR_NULL;
		r = 0;
	}
	r = settle(reading, PICTURE_FAIL2BAN, r);
	if (r == 0)
		r = read_log(reading);
	return r == 0 ? read_heard(reading) : r;
}

/* Those that were added or learned stand in the store: without it they are not all. */
static int miss_store(struct reading *reading, int r)
{
	struct clientranges *clients = &reading->picture->clients;
	char *trouble = NULL;

	if (r != 0 || reading->store || reading->picture->store_absent)
		return r;
	clients->complete = false;
	r = xasprintf(&trouble, "the store: %s", picture_why(reading->picture, PICTURE_STORE));
	return r < 0 ? r : strv_add_take(&clients->troubles, trouble);
}

static int read_clients(struct reading *reading)
{
	struct picture *picture = reading->picture;
	struct clientranges_options options = {.config = picture->config,
	                                       .store = reading->store,
	                                       .now_us = picture->now_us,
	                                       .ignoreip_ms = left_ms(reading, FAIL2BAN_MS)};
	struct err *err = why(reading, PICTURE_CLIENTS);
	_cleanup_free_ char *trouble = NULL;
	int r;

	/* nobody waits once more for one that does not answer */
	if (!wants(reading, PICTURE_FAIL2BAN) || !picture->config->use_fail2ban_ignoreip ||
	    (picture_knows(picture, PICTURE_FAIL2BAN) && picture->fail2ban != FAIL2BAN_UNREACHABLE))
		return settle(
		    reading, PICTURE_CLIENTS,
		    miss_store(reading, clientranges_wait(&picture->clients, &options, err)));
	r = xasprintf(&trouble, "fail2ban's ignoreip: %s",
	              picture_knows(picture, PICTURE_FAIL2BAN)
	                  ? "it does not answer"
	                  : picture_why(picture, PICTURE_FAIL2BAN));
	options.ignoreip_trouble = trouble;
	if (r == 0)
		r = clientranges_read(&picture->clients, &options, err);
	return settle(reading, PICTURE_CLIENTS, miss_store(reading, r));
}

/* --- all of it ---------------------------------------------------------------------------- */

static int read_parts(struct reading *reading)
{
	int r = 0;

	if (wants(reading, PICTURE_LINKS))
		r = read_links(reading);
	if (r == 0 && wants(reading, PICTURE_HOST))
		r = read_host(reading);
	if (r == 0 && wants(reading, PICTURE_STORE | PICTURE_DAMAGE | PICTURE_CLIENTS))
		r = read_store(reading);
	if (r == 0 && wants(reading, PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_FILES |
	                                 PICTURE_RULES | PICTURE_TABLES))
		r = read_firewalld(reading);
	if (r == 0 && wants(reading, PICTURE_SOCKETS))
		r = read_sockets(reading);
	if (r == 0 && wants(reading, PICTURE_FAIL2BAN))
		r = read_fail2ban(reading);
	return r == 0 && wants(reading, PICTURE_CLIENTS) ? read_clients(reading) : r;
}

/**
 * picture_read() - read what a question needs
 * @out:      PICTURE_NULL before, and not to be moved after; the caller deinits it, also
 *            after a failure
 * @question: borrowed, and what it points to for as long as @out lives
 *
 * What cannot be read is no failure: the part is not known then, and has its reason.
 *
 * Return: 0 or -ENOMEM.
 */
int picture_read(struct picture *out, const struct picture_question *question)
{
	struct reading reading = {.picture = out, .question = question};
	int r;

	out->asked = question->parts;
	out->config = question->config;
	out->config_path = question->config_path;
	out->state_dir = question->state_dir;
	out->spool_dir = question->spool_dir;
	out->now_us = question->now_us;
	out->watcher = missing_watcher(question->state_dir);
	r = read_parts(&reading);
	store_close(reading.store);
	return r;
}
