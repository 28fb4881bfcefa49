// SPDX-License-Identifier: GPL-2.0-or-later
/* This machine, for a picture: its links and sockets, the guard as a service, mail servers. */
#include "guard/audit/picture-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/model/cause.h"
#include "guard/model/mail/daemons.h"
#include "guard/system/fail2ban/fail2ban-files.h"
#include "guard/system/fail2ban/fail2ban-hook.h"
#include "guard/system/host/disk.h"
#include "guard/system/host/unitfile.h"
#include "guard/system/kernel/links.h"

#define UNIT "reload-guard.service"

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

/** picture_read_links() - interfaces, addresses and networks; Return: 0; -ENOMEM */
int picture_read_links(struct reading *reading)
{
	struct picture *picture = reading->picture;
	int r = links_each(add_link, picture);

	if (r == 0)
		r = read_networks(picture, reading_why(reading, PICTURE_LINKS));
	picture->way = find_way;
	picture->way_userdata = picture;
	if (r == 0)
		find_client_interface(picture);
	return reading_settle(reading, PICTURE_LINKS, r);
}

/** picture_read_sockets() - who listens, and who is connected; Return: 0; -ENOMEM */
int picture_read_sockets(struct reading *reading)
{
	struct listeners *listeners = &reading->picture->listeners;
	int r = listeners_read(listeners, reading_why(reading, PICTURE_SOCKETS));

	if (r == 0)
		r = listeners_find_processes(listeners, "/proc");
	if (r == 0)
		r = listeners_read_peers(&reading->picture->peers,
		                         reading_why(reading, PICTURE_SOCKETS));
	return reading_settle(reading, PICTURE_SOCKETS, r);
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

static int read_rivals(struct strv *out, struct err *err)
{
	int r = 0;

	for (const char *const *name = cause_units + 1; *name && r == 0; name++) {
		bool wanted = false;
		char unit[64];

		snprintf(unit, sizeof(unit), "%s.service", *name);
		if (!unitfile_exists(unit))
			continue;
		r = unitfile_is_wanted(&wanted, unit, err);
		if (r == 0 && wanted)
			r = strv_add(out, *name);
	}
	return r;
}

/** picture_read_host() - the guard as a service, its disk, mail servers; Return: 0; -ENOMEM */
int picture_read_host(struct reading *reading)
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
	picture->netavark_installed = unitfile_exists(OWNER_NETAVARK_UNIT);
	if (r == 0)
		r = unitfile_is_wanted(&picture->unit_wanted, UNIT,
		                       reading_why(reading, PICTURE_HOST));
	if (r == 0)
		r = read_rivals(&picture->rivals, reading_why(reading, PICTURE_HOST));
	if (r == 0)
		r = unitfile_is_wanted(&picture->netavark_wanted, OWNER_NETAVARK_UNIT,
		                       reading_why(reading, PICTURE_HOST));
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
		r = err_set(reading_why(reading, PICTURE_HOST), room, "%s: %s", picture->state_dir,
		            strerror(-room));
	return reading_settle(reading, PICTURE_HOST, r);
}
