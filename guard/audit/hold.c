// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/hold.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/audit/after.h"
#include "guard/base/builder.h"
#include "guard/base/shell.h"
#include "guard/base/text.h"
#include "guard/model/mail/services.h"
#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/walk.h"

/** held_deinit() - free it; may be called twice */
void held_deinit(struct held *held)
{
	free(held->first);
	free(held->closes);
	*held = HELD_NULL;
}

/* --- a command, carried out on a copy ------------------------------------------------------- */

struct trial {
	const struct picture *picture;
	struct firewall fw; /* as it would be */
	char *target_of;    /* owned; the zone or policy that has another target after a reload */
	enum target target;
	bool target_loaded;
	unsigned may_close; /* FIREWALL_RUNTIME, FIREWALL_PERMANENT: something in it can, there */
	bool moves;         /* so that packets may come into another zone, with other bans */
	/* of the one command that is read */
	bool firewall_cmd, permanent;
	char *zone; /* owned; of its items; NULL: the default zone */
	size_t n_words;
	char program[32];
};

static void trial_deinit(struct trial *trial)
{
	firewall_deinit(&trial->fw);
	free(trial->target_of);
	free(trial->zone);
}

static unsigned flag_of(const struct trial *trial)
{
	return trial->permanent ? FIREWALL_PERMANENT : FIREWALL_RUNTIME;
}

static int put(struct trial *trial, const struct item *item, bool add)
{
	struct firewall_entry *entry;
	int r = firewall_put(&trial->fw, item, &entry);

	/* an interface is in one zone */
	for (size_t i = 0; i < trial->fw.n && r >= 0 && add && item->kind == ITEM_INTERFACE; i++)
		if (item_is_same_binding(&trial->fw.entries[i].item, item))
			trial->fw.entries[i].flags &= ~flag_of(trial);
	if (r >= 0)
		entry->flags = add ? entry->flags | flag_of(trial) : entry->flags & ~flag_of(trial);
	return r < 0 ? r : 0;
}

/* One that is in no zone was not read: it is what it is known for, which a rule says here, since
 * its port may be what is taken out next. */
static int put_unread_service(struct trial *trial, const struct item *item)
{
	const struct service *service = services_by_name(item->value);
	_cleanup_item_ struct item rule = ITEM_NULL;
	char value[96];
	int r;

	if (!service || ruleset_service(&trial->picture->ruleset, item->value))
		return 0;
	snprintf(value, sizeof(value), "rule port port=\"%u\" protocol=\"%s\" accept",
	         service->port, service->transport);
	r = item_init(&rule, item->zone, ITEM_RULE, value, NULL);
	return r == 0 ? put(trial, &rule, true) : r;
}

static int change(struct trial *trial, enum item_kind kind, const char *value, bool add)
{
	const char *zone = trial->zone ? trial->zone : trial->fw.default_zone;
	char opened[ITEM_OPENED_MAX];
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = zone ? item_init(&item, zone, kind, value, NULL) : 1;

	if (r != 0) /* not one that firewalld would take */
		return r < 0 ? r : 0;
	if (!add || item_is_binding(&item)) {
		r = item_is_binding(&item) ? ITEM_OPENING_ALL : item_opening(&item, opened);
		trial->may_close |= r > ITEM_OPENING_NONE ? flag_of(trial) : 0;
		trial->moves |= item_is_binding(&item);
	}
	if (r >= 0)
		r = put(trial, &item, add);
	return r == 0 && add && kind == ITEM_SERVICE ? put_unread_service(trial, &item) : r;
}

/* What was there when it was read and a watcher, or `restore`, puts back. */
static bool is_put_back(struct trial *trial, struct scope_view *view,
                        const struct firewall_entry *entry)
{
	const struct firewall_entry *was = firewall_find(&trial->picture->firewall, &entry->item);

	return was && scope_view_at_risk(view, was);
}

static bool stays_bound(const struct trial *trial, const struct firewall_entry *entry)
{
	return item_is_binding(&entry->item) && trial->picture->flush_all &&
	       strcmp(trial->picture->flush_all, "no") == 0;
}

/* @reload: what is not permanent goes; else what a restore puts back comes */
static int load(struct trial *trial, bool reload)
{
	struct scope_view view =
	    SCOPE_VIEW(&trial->picture->config->scope, &trial->picture->firewall);
	const char *zone = picture_default_after(trial->picture);
	bool back = !reload || picture_restores(trial->picture);

	for (size_t i = 0; i < trial->fw.n; i++) {
		struct firewall_entry *entry = &trial->fw.entries[i];

		if ((entry->flags & FIREWALL_PERMANENT) ||
		    (back && is_put_back(trial, &view, entry)))
			entry->flags |= FIREWALL_RUNTIME;
		else if (reload && !stays_bound(trial, entry))
			entry->flags &= ~(unsigned)FIREWALL_RUNTIME;
	}
	trial->may_close |= reload ? FIREWALL_RUNTIME : 0;
	trial->moves |= reload;
	trial->target_loaded |= reload && trial->target_of;
	if (view.failed || (reload && zone && firewall_set_default_zone(&trial->fw, zone) < 0))
		return -ENOMEM;
	return 0;
}

/* --- its words ------------------------------------------------------------------------------ */

/* What stands behind "--WORD="; NULL: it is another option. */
static const char *value_of(const char *word, const char *option)
{
	size_t n = strlen(option);

	return strncmp(word, option, n) == 0 && word[n] == '=' ? word + n + 1 : NULL;
}

static int name_zone(struct trial *trial, const char *prefix, const char *name)
{
	free(trial->zone);
	return xasprintf(&trial->zone, "%s%s", prefix, name) < 0 ? -ENOMEM : 0;
}

static int set_target(struct trial *trial, const char *value)
{
	const char *zone = trial->zone ? trial->zone : trial->fw.default_zone;

	if (!target_parse(value, &trial->target))
		return 0;
	free(trial->target_of);
	trial->target_of = zone ? strdup(zone) : NULL;
	return zone && !trial->target_of ? -ENOMEM : 0;
}

/* --add-KIND=VALUE and the like; others change nothing that is held here. */
static int change_by(struct trial *trial, const char *word)
{
	static const char *const verbs[] = {"--add-", "--remove-", "--change-"};

	for (unsigned kind = 0; kind < ITEM_N_KINDS; kind++)
		for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
			char option[64];
			const char *value;

			snprintf(option, sizeof(option), "%s%s", verbs[i],
			         item_option_name((enum item_kind)kind));
			value = value_of(word, option);
			if (value)
				return change(trial, (enum item_kind)kind, value, i != 1);
		}
	return 0;
}

static int take_option(struct trial *trial, const char *word)
{
	const char *value;

	if (strcmp(word, "--permanent") == 0) {
		trial->permanent = true;
		return 0;
	}
	if (strcmp(word, "--reload") == 0 || strcmp(word, "--complete-reload") == 0)
		return load(trial, true);
	if ((value = value_of(word, "--zone")))
		return name_zone(trial, "", value);
	if ((value = value_of(word, "--policy")))
		return name_zone(trial, ITEM_POLICY_PREFIX, value);
	if ((value = value_of(word, "--ipset")))
		return name_zone(trial, ITEM_IPSET_PREFIX, value);
	if ((value = value_of(word, "--set-target")))
		return set_target(trial, value);
	if ((value = value_of(word, "--set-default-zone"))) {
		trial->may_close = FIREWALL_RUNTIME | FIREWALL_PERMANENT;
		trial->moves = true;
		return firewall_set_default_zone(&trial->fw, value);
	}
	return change_by(trial, word);
}

/* `systemctl restart firewalld`, `reload-guard restore` */
static int take_other(struct trial *trial, const char *word)
{
	if (trial->n_words == 3 && strcmp(trial->program, "systemctl restart") == 0 &&
	    strcmp(word, "firewalld") == 0)
		return load(trial, true);
	if (trial->n_words == 2 && strcmp(trial->program, "reload-guard") == 0 &&
	    strcmp(word, "restore") == 0)
		return load(trial, false);
	if (trial->n_words <= 2) {
		size_t n = strlen(trial->program);

		snprintf(trial->program + n, sizeof(trial->program) - n, "%s%s", n ? " " : "",
		         word);
	}
	return 0;
}

static void begin_command(struct trial *trial)
{
	free(trial->zone);
	trial->zone = NULL;
	trial->firewall_cmd = trial->permanent = false;
	trial->program[0] = '\0';
	trial->n_words = 0;
}

static int carry_out(struct trial *trial, const char *command)
{
	_cleanup_builder_ struct builder word = BUILDER_NULL;
	int r = firewall_copy(&trial->fw, &trial->picture->firewall);

	while (r == 0 && shell_next(&word, &command)) {
		if (word.failed)
			return -ENOMEM;
		if (shell_is_separator(word.text)) {
			begin_command(trial);
			continue;
		}
		trial->n_words++;
		if (trial->n_words == 1 && strcmp(word.text, "firewall-cmd") == 0)
			trial->firewall_cmd = true;
		else
			r = trial->firewall_cmd ? take_option(trial, word.text)
			                        : take_other(trial, word.text);
	}
	return word.failed ? -ENOMEM : r;
}

/* --- packets, before and after -------------------------------------------------------------- */

static bool is_ban(const struct item *item)
{
	return item->kind == ITEM_RULE && strstr(item->value, " source ") &&
	       !strstr(item->value, " accept");
}

struct kept {
	unsigned flag;
	bool bans;
};

/* Where packets go the same way bans, of which there may be thousands, change nothing. */
static bool is_kept(const struct firewall_entry *entry, void *userdata)
{
	const struct kept *kept = userdata;

	return (entry->flags & kept->flag) && (kept->bans || !is_ban(&entry->item));
}

/* At run time, or for good. */
struct views {
	struct after before, after;
};

#define VIEWS_NULL ((struct views){.before = {.zones = RULESET_NULL}})

static void views_deinit(struct views *views)
{
	after_deinit(&views->before);
	after_deinit(&views->after);
}

static void aim(struct after *after, const struct trial *trial)
{
	const char *policy = item_policy_name(trial->target_of);
	const char *name = policy ? policy : trial->target_of;

	for (size_t i = 0; i < after->ruleset.n_zones; i++)
		if (after->ruleset.zones[i].is_policy == (policy != NULL) &&
		    strcmp(after->ruleset.zones[i].name, name) == 0)
			after->ruleset.zones[i].target = trial->target;
}

static int views_init(struct views *out, const struct trial *trial, unsigned flag)
{
	const struct picture *picture = trial->picture;
	struct kept kept = {.flag = flag, .bans = trial->moves};
	struct after_question question = {.now = &picture->ruleset,
	                                  .fw = &picture->firewall,
	                                  .default_zone = picture->firewall.default_zone,
	                                  .is_there = is_kept,
	                                  .userdata = &kept};
	int r = after_init(&out->before, &question);

	question.fw = &trial->fw;
	question.default_zone = trial->fw.default_zone;
	if (r == 0)
		r = after_init(&out->after, &question);
	if (r == 0 && trial->target_loaded)
		aim(&out->after, trial);
	return r;
}

struct look {
	const struct trial *trial;
	const struct views *views;
	struct strv *openings; /* options, one list for each zone of what is held now */
	struct strv closes;
	bool stranger, failed;
};

static bool lets_in(struct look *look, const struct after *after, const struct packet *packet)
{
	_cleanup_verdict_ struct verdict verdict = VERDICT_NULL;
	int r = walk_packet(&verdict, &after->ruleset, packet);

	look->failed |= r < 0;
	return r == 0 && verdict.action == VERDICT_ACCEPT;
}

/* In the zone that it comes into then: whoever gets in by that got in before. */
static void open_for(struct look *look, const struct packet *packet)
{
	const struct firewall *fw = &look->trial->fw;
	const struct service *service = services_by_port(packet->port, "tcp");
	const char *zone = NULL;
	size_t i = 0;
	char option[64];

	look->failed |= dispatch_zone(&zone, fw, packet) < 0;
	while (zone && i < fw->zones.n && strcmp(fw->zones.strings[i], zone) != 0)
		i++;
	if (!zone || i == fw->zones.n)
		return;
	if (service)
		snprintf(option, sizeof(option), "--add-service=%s", service->name);
	else
		snprintf(option, sizeof(option), "--add-port=%u/tcp", packet->port);
	look->failed |= strv_add_once(&look->openings[i], option) < 0;
}

static void hold_packet(struct look *look, const struct packet *packet)
{
	const struct service *service = services_by_port(packet->port, "tcp");
	char address[CIDR_TEXT_LENGTH], words[CIDR_TEXT_LENGTH + 64];

	if (!lets_in(look, &look->views->before, packet) ||
	    lets_in(look, &look->views->after, packet))
		return;
	snprintf(words, sizeof(words), "%s%s%u/tcp%s", service ? service->name : "",
	         service ? " (" : "", packet->port, service ? ")" : "");
	if (!look->stranger && strv_contains(&look->closes, words))
		return;
	if (!look->stranger) {
		cidr_format(&packet->source, address);
		snprintf(words + strlen(words), sizeof(words) - strlen(words), " to %s", address);
	}
	look->failed |= strv_add_once(&look->closes, words) < 0;
	if (look->stranger && look->openings)
		open_for(look, packet);
}

/* --- whose packets, to which ports ---------------------------------------------------------- */

static bool is_of_ssh(const struct listeners_socket *sock)
{
	return strcmp(sock->process, "sshd") == 0 || strcmp(sock->process, "dropbear") == 0;
}

static bool is_served(const struct picture *picture, unsigned port)
{
	return !picture_knows(picture, PICTURE_SOCKETS) ||
	       listeners_on(&picture->listeners, "tcp", port, port, AF_UNSPEC) == LISTENERS_YES;
}

/* Mail, web and ssh, as far as they are served, and ssh on a port of its own. */
static void hold_ports(struct look *look, struct packet packet)
{
	const struct picture *picture = look->trial->picture;
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL | SERVICES_WEB | SERVICES_OTHER))) {
		packet.port = service->port;
		if (strcmp(service->transport, "tcp") == 0 && is_served(picture, service->port))
			hold_packet(look, &packet);
	}
	for (size_t i = 0; i < picture->listeners.n; i++) {
		packet.port = picture->listeners.sockets[i].port;
		if (is_of_ssh(&picture->listeners.sockets[i]) &&
		    !services_by_port(packet.port, "tcp"))
			hold_packet(look, &packet);
	}
}

static void hold_strangers(struct look *look)
{
	static const enum cidr_family families[] = {CIDR_IPV4, CIDR_IPV6};
	const struct strv *interfaces = &look->trial->picture->interfaces;

	look->stranger = true;
	for (size_t i = 0; i < interfaces->n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(families); k++) {
			struct packet packet = {.interface = interfaces->strings[i],
			                        .protocol = "tcp"};

			if (picture_stranger(&packet.source, families[k], 0))
				hold_ports(look, packet);
		}
	look->stranger = false;
}

/* Behind the first, which may be a network's own. */
static bool address_in(struct cidr *out, const char *source)
{
	uint8_t key[CIDR_KEY_LENGTH];
	struct cidr range;

	if (cidr_parse(&range, source, 0, NULL) != 0)
		return false;
	cidr_first(&range, key);
	if (!cidr_is_address(&range))
		(void)cidr_key_step(key, 1);
	return cidr_from_key(out, key, 128) == 0;
}

static void hold_sources(struct look *look)
{
	const struct firewall *fw = &look->trial->picture->firewall;
	const char *interface = look->trial->picture->client_interface;

	for (size_t i = 0; i < fw->n; i++) {
		struct packet packet = {.interface = interface[0] ? interface : NULL,
		                        .protocol = "tcp"};

		if (fw->entries[i].item.kind == ITEM_SOURCE &&
		    (fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    address_in(&packet.source, fw->entries[i].item.value))
			hold_ports(look, packet);
	}
}

/* Who is connected by ssh: one of them types it. */
static void hold_peers(struct look *look)
{
	const struct picture *picture = look->trial->picture;

	for (size_t i = 0; i < picture->peers.n; i++) {
		const struct listeners_peer *peer = &picture->peers.peers[i];
		const struct listeners_socket *sock =
		    listeners_first(&picture->listeners, "tcp", peer->port);
		struct packet packet = {
		    .source = peer->address, .protocol = "tcp", .port = peer->port};

		if (picture->client_interface[0])
			packet.interface = picture->client_interface;

		if (!sock || (peer->port != 22 && !is_of_ssh(sock)))
			continue;
		if (picture->way)
			(void)picture->way(&peer->address, &packet, picture->way_userdata);
		hold_packet(look, &packet);
	}
}

static int join(char **out, const char *between, const struct strv *texts)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	builder_join_all(&text, between, texts);
	return builder_take(&text, out);
}

/* @openings: one for each zone; NULL: none are made */
static int look_for_closed(char **closes, const struct trial *trial, struct strv *openings)
{
	static const unsigned flags[] = {FIREWALL_RUNTIME, FIREWALL_PERMANENT};
	struct look look = {.trial = trial, .openings = openings};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flags) && r == 0; i++) {
		_cleanup_(views_deinit) struct views views = VIEWS_NULL;

		if (!(trial->may_close & flags[i]))
			continue;
		r = views_init(&views, trial, flags[i]);
		if (r < 0)
			break;
		look.views = &views;
		hold_strangers(&look);
		hold_sources(&look);
		hold_peers(&look);
	}
	if (r == 0 && look.failed)
		r = -ENOMEM;
	if (r == 0 && look.closes.n > 0)
		r = join(closes, ", ", &look.closes);
	strv_deinit(&look.closes);
	return r;
}

/* --- a command ------------------------------------------------------------------------------ */

/* Most add, or are no business of firewalld's. */
static bool may_matter(const char *command)
{
	static const char *const words[] = {"--remove-", "--change-", "--set-", "reload",
	                                    "restart firewalld"};
	bool found = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		found |= strstr(command, words[i]) != NULL;
	return found;
}

/* Of a firewalld that is not itself nothing can be told, and what mends it is to be typed. */
static bool can_be_told(const struct picture *picture)
{
	return picture_knows(picture, PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS) &&
	       picture->state == FIREWALL_STATE_RUNNING && !picture->ruleset.remembered &&
	       !picture->firewall.panic && !picture_is_flushed(picture);
}

static int try(char **closes, const struct picture *picture, const char *command,
               struct strv *openings)
{
	_cleanup_(trial_deinit) struct trial trial = {.picture = picture};
	int r = carry_out(&trial, command);

	return r == 0 && trial.may_close ? look_for_closed(closes, &trial, openings) : r;
}

static int join_openings(char **out, const struct picture *picture, const struct strv *openings)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (size_t i = 0; i < picture->firewall.zones.n; i++)
		for (int permanent = 0; permanent < 2 && openings[i].n > 0; permanent++) {
			item_begin_command(&text, picture->firewall.zones.strings[i],
			                   permanent != 0);
			builder_join_all(&text, " ", &openings[i]);
		}
	return text.n > 0 || text.failed ? builder_take(&text, out) : 0;
}

static int open_first(struct held *held, const struct picture *picture, const char *command,
                      struct strv *openings)
{
	_cleanup_free_ char *whole = NULL, *first = NULL, *closes = NULL;
	int r = join_openings(&first, picture, openings);

	if (r < 0 || !first)
		return r;
	if (xasprintf(&whole, "%s && %s", first, command) < 0)
		return -ENOMEM;
	r = try(&closes, picture, whole, NULL);
	if (r < 0 || closes)
		return r;
	held->first = steal(first);
	free(held->closes);
	held->closes = NULL;
	return 0;
}

/**
 * hold_command() - what it would close, and what is to be typed first so that it does not
 * @out:     written on success alone; the caller deinits it
 * @command: as it is printed
 *
 * Opened beforehand is what strangers reach now, and in the zone that they come into then alone:
 * nobody is let in who was not before.
 *
 * Return: 0 or -ENOMEM.
 */
int hold_command(struct held *out, const struct picture *picture, const char *command)
{
	_cleanup_held_ struct held held = HELD_NULL;
	struct strv *openings;
	int r = 0;

	*out = HELD_NULL;
	if (!may_matter(command) || !can_be_told(picture))
		return 0;
	openings = calloc(picture->firewall.zones.n + 1, sizeof(*openings));
	if (!openings)
		return -ENOMEM;
	r = try(&held.closes, picture, command, openings);
	if (r == 0 && held.closes)
		r = open_first(&held, picture, command, openings);
	for (size_t i = 0; i < picture->firewall.zones.n; i++)
		strv_deinit(&openings[i]);
	free(openings);
	if (r < 0)
		return r;
	*out = held;
	held = HELD_NULL;
	return 0;
}

/* What is printed in its place; *command is NULL afterwards where there is nothing. */
static int hold(char **command, char **closes, const struct picture *picture)
{
	_cleanup_held_ struct held held = HELD_NULL;
	char *whole;
	int r = *command ? hold_command(&held, picture, *command) : 0;

	if (r < 0 || (!held.first && !held.closes))
		return r;
	if (held.closes) {
		free(*command);
		*command = NULL;
		*closes = steal(held.closes);
		return 0;
	}
	if (xasprintf(&whole, "%s && %s", held.first, *command) < 0)
		return -ENOMEM;
	free(*command);
	*command = whole;
	return 0;
}

static int say(struct finding *finding, const char *closes)
{
	char *evidence;

	if (xasprintf(&evidence, "%s%sfirewall-cmd could change that, but would close %s",
	              finding->evidence ? finding->evidence : "", finding->evidence ? "; " : "",
	              closes) < 0)
		return -ENOMEM;
	free(finding->evidence);
	finding->evidence = evidence;
	return 0;
}

/** hold_finding() - leaves it no command that closes what is in use; Return: 0 or -ENOMEM */
int hold_finding(struct finding *finding, const struct picture *picture)
{
	_cleanup_free_ char *closes = NULL, *also = NULL;
	int r = hold(&finding->command, &closes, picture);

	if (r == 0)
		r = hold(&finding->other, &also, picture);
	if (r < 0 || !closes)
		return r;
	if (finding->other) {
		finding->command = steal(finding->other);
		return 0;
	}
	return say(finding, closes);
}

/* --- several ------------------------------------------------------------------------------- */

/* As one, since what one of them closes the next may open. @closes: what keeps them from being
 * typed; then there are none */
static int hold_list(struct strv *commands, char **closes, const struct picture *picture)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_held_ struct held held = HELD_NULL;
	_cleanup_strv_ struct strv all = STRV_NULL;
	int r = join(&text, " && ", commands);

	if (r == 0)
		r = hold_command(&held, picture, text);
	if (r < 0 || (!held.first && !held.closes))
		return r;
	if (held.first && (strv_add(&all, held.first) < 0 || strv_add_each(&all, commands) < 0))
		return -ENOMEM;
	*closes = steal(held.closes);
	strv_deinit(commands);
	*commands = all;
	all = STRV_NULL;
	return 0;
}

/**
 * hold_commands() - leaves of those that are typed one after the other none that closes
 * @others:   or these
 * @withheld: receives what they would close where none is left, the caller's; else untouched
 *
 * Return: 0 or -ENOMEM.
 */
int hold_commands(struct strv *commands, struct strv *others, char **withheld,
                  const struct picture *picture)
{
	_cleanup_free_ char *closes = NULL, *also = NULL;
	int r = hold_list(commands, &closes, picture);

	if (r == 0)
		r = hold_list(others, &also, picture);
	if (r < 0 || !closes)
		return r;
	*commands = *others;
	*others = STRV_NULL;
	if (commands->n == 0)
		*withheld = steal(closes);
	return 0;
}
