// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/setup.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/firewalls.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

#define NOW (INT64_C(100000) * SECOND)

struct world {
	struct config config;
	struct picture picture;
	struct fail2ban_hook hook;
	struct setup_wish wish;
};

static void listen_on(struct picture *picture, unsigned port, const char *process, bool loopback)
{
	struct listeners_socket sock = {.family = AF_INET, .protocol = IPPROTO_TCP, .port = port};

	if (loopback)
		memcpy(sock.address, "\x7f\0\0\1", 4);
	snprintf(sock.process, sizeof(sock.process), "%s", process);
	ck_assert_int_eq(grow(&picture->listeners.sockets, &picture->listeners.capacity,
	                      picture->listeners.n + 1, sizeof(sock)),
	                 0);
	picture->listeners.sockets[picture->listeners.n++] = sock;
}

static void world_init(struct world *world, const char *firewall, const char *rules)
{
	struct picture *picture = &world->picture;

	*world = (struct world){.picture = PICTURE_NULL};
	config_init(&world->config);
	picture->config = &world->config;
	picture->now_us = NOW;
	picture->asked = picture->known = PICTURE_ALL;
	picture->state = FIREWALL_STATE_RUNNING;
	picture->firewall = firewall_from_text(firewall);
	for (size_t i = 0; i < picture->firewall.n; i++)
		ck_assert_int_eq(
		    strv_add_once(&picture->firewall.zones, picture->firewall.entries[i].item.zone),
		    0);
	picture->ruleset = ruleset_from_text(rules);
	picture->ruleset.chains_known = true;
	picture->firewall.panic = picture->ruleset.panic;
	picture->fail2ban = FAIL2BAN_STOPPED;
	picture->watcher = (struct watcher_state){.known = true, .running = true, .pid = 7};
	picture->systemd = picture->unit_installed = picture->unit_wanted = true;
	snprintf(picture->client_interface, sizeof(picture->client_interface), "eth0");
	ck_assert_int_eq(strv_add(&picture->interfaces, "eth0"), 0);
	listen_on(picture, 22, "sshd", false);
	listen_on(picture, 993, "dovecot", false);
	listen_on(picture, 25, "master", true);
	listen_on(picture, 465, "master", false);
	listen_on(picture, 110, "dovecot", false);
}

/* A text has blanks: it is no word of a firewall's. */
static void add_rule(struct world *world, const char *text)
{
	const char *rule = strchr(text, ' ') + 1;
	_cleanup_free_ char *zone = strndup(text, (size_t)(rule - text - 1));
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	struct ruleset_zone *in;

	ck_assert_int_eq(item_init(&item, zone, ITEM_RULE, rule, NULL), 0);
	ck_assert_int_eq(firewall_put(&world->picture.firewall, &item, &entry), 0);
	entry->flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT;
	ck_assert_int_eq(ruleset_add_zone(&world->picture.ruleset, zone, &in), 0);
	ck_assert_int_eq(ruleset_add_rule(in, rule, NULL), 0);
}

static void world_deinit(struct world *world)
{
	picture_deinit(&world->picture);
	config_deinit(&world->config);
	fail2ban_hook_deinit(&world->hook);
}

/* "kind:zone/item=now,for good", one after the other. */
static void steps_text(char *out, size_t size, const struct setup *setup)
{
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < setup->n; i++) {
		const struct setup_step *step = &setup->steps[i];
		_cleanup_free_ char *item = NULL;

		ck_assert_ptr_nonnull(step->words);
		ck_assert_ptr_null(strstr(step->words, "rule rule"));
		if (step->item.value)
			ck_assert_int_eq(item_format(&item, &step->item), 0);
		n += (size_t)snprintf(out + n, size - n, "%s%s%s%s=%s%s", i ? " " : "",
		                      setup_kind_name(step->kind), item ? ":" : "",
		                      item ? item : "", step->where & FIREWALL_RUNTIME ? "r" : "",
		                      step->where & FIREWALL_PERMANENT ? "p" : "");
	}
}

#define RULES                                                                                      \
	"public interface eth0\npublic service ssh\nservice:ssh 22/tcp\nservice:imaps 993/tcp\n"   \
	"service:smtps 465/tcp\nservice:pop3 110/tcp\ndefault public\n"
#define BASE "public/interface:eth0=rp public/service:ssh=rp"

struct row {
	const char *firewall, *rules;
	const char *rule; /* ZONE RULE, runtime and permanent; NULL: none */
	const char *zone, *interface;
	const char *service; /* named */
	const char *steps;   /* NULL: refused */
	const char *note;    /* or why it is refused; NULL: any */
};

static const struct row rows[] = {
    /* what is served and shut; on loopback alone it is not; what many keep shut, when named */
    {BASE, RULES, NULL, NULL, NULL, NULL,
     "open:public/service:smtps=rp open:public/service:imaps=rp", "pop3 (110/tcp) stays shut"},
    {BASE, RULES, NULL, NULL, NULL, "pop3",
     "open:public/service:smtps=rp open:public/service:imaps=rp open:public/service:pop3=rp", NULL},
    {BASE, RULES, NULL, NULL, NULL, "smtp",
     "open:public/service:smtps=rp open:public/service:imaps=rp", "nothing serves 25/tcp"},
    /* in the runtime alone: it is made permanent, and so is the interface's zone */
    {"work/interface:eth0=r work/service:ssh=rp work/service:imaps=r work/service:smtps=p",
     "work interface eth0\nwork service ssh\nwork service imaps\nservice:ssh 22/tcp\n"
     "service:imaps 993/tcp\nservice:smtps 465/tcp\nservice:pop3 110/tcp\ndefault public\npublic",
     NULL, NULL, NULL, NULL,
     "open:work/service:smtps=r open:work/service:imaps=p bind:work/interface:eth0=p", NULL},
    /* all is done; a port is what a service stands for, but not where it is required, has an end,
     * or is a range */
    {BASE " public/service:smtps=rp public/service:imaps=rp",
     RULES "public service imaps\npublic service smtps", NULL, NULL, NULL, NULL, "", "pop3"},
    {BASE " public/service:imaps=rp public/port:465/tcp=rp",
     RULES "public service imaps\npublic port 465/tcp", NULL, NULL, NULL, NULL,
     "open:public/service:smtps=rp close:public/port:465/tcp=rp", NULL},
    {BASE " public/service:imaps=rp public/port:465/tcp=r@100100",
     RULES "public service imaps\npublic port 465/tcp", NULL, NULL, NULL, NULL,
     "open:public/service:smtps=rp", NULL},
    {BASE " public/service:imaps=rp public/service:smtps=r@100100",
     RULES "public service imaps\npublic service smtps", NULL, NULL, NULL, NULL, "",
     "smtps is open for some time only"},
    {BASE " public/service:imaps=rp public/port:400-500/tcp=rp",
     RULES "public service imaps\npublic port 400-500/tcp", NULL, NULL, NULL, NULL, "", NULL},
    /* everything is let in */
    {BASE, RULES "public target ACCEPT", NULL, NULL, NULL, NULL, "", NULL},
    /* something else shuts it: that is said */
    {BASE " public/service:imaps=rp", RULES "public service imaps",
     "public rule family=\"ipv4\" source address=\"0.0.0.0/0\" drop", NULL, NULL, NULL,
     "open:public/service:smtps=rp", "smtps stays shut, since something else refuses it"},
    {BASE " public/service:smtps=rp public/service:imaps=rp",
     RULES "public service imaps\npublic service smtps",
     "public rule family=\"ipv4\" source address=\"0.0.0.0/0\" drop", NULL, NULL, NULL, "",
     "shut: smtps, imaps."},
    {BASE " public/service:smtps=rp public/service:imaps=rp public/service:pop3=rp",
     RULES "public service imaps\npublic service smtps\npublic service pop3",
     "public rule family=\"ipv4\" source address=\"0.0.0.0/0\" drop", NULL, NULL, NULL, "",
     "shut: smtps, imaps, pop3."},
    /* what denies one stranger shuts nothing */
    {BASE " public/service:smtps=rp public/service:imaps=rp",
     RULES "public service imaps\npublic service smtps",
     "public rule family=\"ipv4\" source address=\"203.0.113.0/24\" drop", NULL, NULL, NULL, "",
     "shut: none."},
    {BASE " public/service:smtps=rp public/service:imaps=rp",
     RULES "public service imaps\npublic service smtps\npanic", NULL, NULL, NULL, NULL, NULL,
     "panic mode drops every packet"},
    /* another zone, for another interface */
    {BASE, RULES, NULL, "mail", NULL, NULL,
     "zone=p open:mail/service:smtps=rp open:mail/service:imaps=rp", "clients come in on eth0"},
    /* a move takes all along that is open or denied, as it is */
    {BASE " public/port:8000/tcp=r", RULES "public port 8000/tcp",
     "public rule family=\"ipv4\" source address=\"192.0.2.0/24\" drop", "mail", "eth0", NULL,
     "zone=p open:mail/service:smtps=rp open:mail/service:imaps=rp open:mail/service:ssh=rp "
     "open:mail/port:8000/tcp=r open:mail/rule:rule family=\"ipv4\" source "
     "address=\"192.0.2.0/24\" drop=rp bind:mail/interface:eth0=rp",
     NULL},
    /* raw ports that a service stands for stay behind */
    {BASE " public/port:465/tcp=rp", RULES "public port 465/tcp", NULL, "mail", "eth0", NULL,
     "zone=p open:mail/service:smtps=rp open:mail/service:imaps=rp open:mail/service:ssh=rp "
     "bind:mail/interface:eth0=rp",
     NULL},
    /* into one that is there, and has some of it */
    {BASE " mail/service:ssh=rp mail/service:imaps=r", RULES "mail service ssh\nmail service imaps",
     NULL, "mail", "eth0", NULL,
     "open:mail/service:smtps=rp open:mail/service:imaps=p bind:mail/interface:eth0=rp", NULL},
    /* what a target does cannot be taken along */
    {BASE, RULES "public target ACCEPT", NULL, "mail", "eth0", NULL, NULL,
     "the target of zone public"},
    /* one that refuses ssh before services */
    {BASE " mail/service:ssh=rp", RULES "mail service ssh",
     "mail rule priority=\"-5\" service name=\"ssh\" drop", "mail", "eth0", NULL, NULL,
     "22/tcp, which is open now, would be closed"},
    {BASE, RULES, NULL, "mail", "eth9", NULL, NULL, "there is no interface eth9"},
};

START_TEST(plans)
{
	const struct row *row = &rows[_i];
	_cleanup_setup_ struct setup setup = SETUP_NULL;
	_cleanup_builder_ struct builder notes = BUILDER_NULL, shut = BUILDER_NULL;
	_cleanup_free_ char *word = row->service ? strdup(row->service) : NULL;
	char *words[] = {word};
	struct err err = ERR_NULL;
	struct world world;
	char text[2048];
	int r;

	world_init(&world, row->firewall, row->rules);
	if (row->rule)
		add_rule(&world, row->rule);
	world.wish.zone = row->zone;
	world.wish.interface = row->interface;
	world.wish.services = words;
	world.wish.n_services = word ? 1 : 0;
	r = setup_plan(&setup, &world.picture, &world.wish, &err);
	if (r == 0) {
		steps_text(text, sizeof(text), &setup);
		builder_join_all(&notes, "\n", &setup.notes);
		if (setup.refused)
			builder_join(&notes, "\n", setup.refused);
		builder_join_all(&shut, ", ", &setup.shut);
		ck_assert_str_eq(text, row->steps ? row->steps : "");
		builder_addf(&notes, "\nshut: %s.", shut.text ? shut.text : "none");
		ck_assert_msg((setup.refused != NULL) == (row->steps == NULL), "%s", notes.text);
	} else {
		ck_assert(r > 0 && !row->steps);
		builder_add(&notes, err.text);
	}
	if (row->note)
		ck_assert_msg(notes.text && strstr(notes.text, row->note), "no \"%s\" in: %s",
		              row->note, notes.text ? notes.text : "");
	world_deinit(&world);
}
END_TEST

/* As check does, which would say for ever that it is shut, or that nobody asked for it. */
START_TEST(opens_what_the_configuration_names)
{
	_cleanup_setup_ struct setup setup = SETUP_NULL;
	struct err err = ERR_NULL;
	struct world world;
	char text[2048];

	world_init(&world, BASE, RULES);
	ck_assert_int_eq(strv_add(&world.config.check_services, "pop3"), 0);
	ck_assert_int_eq(strv_add(&world.config.check_services, "imaps"), 0);
	ck_assert_int_eq(setup_plan(&setup, &world.picture, &world.wish, &err), 0);
	steps_text(text, sizeof(text), &setup);
	ck_assert_str_eq(text, "open:public/service:imaps=rp open:public/service:pop3=rp");
	ck_assert_uint_ge(setup.notes.n, 1);
	ck_assert_ptr_nonnull(
	    strstr(setup.notes.strings[0], "smtps (465/tcp) stays shut, as [check]"));
	world_deinit(&world);
}
END_TEST

/* What the kernel has of firewalld's now lets everybody in to ssh. */
static void kernel_lets_in(struct ruleset *ruleset)
{
	struct ruleset_chain *chain = rulesets_own_chain(ruleset, "inet", "filter_IN_public");
	struct ruleset_match *match;
	struct ruleset_step *step;

	ck_assert_int_eq(ruleset_add_step(chain, "tcp dport 22 accept", &step), 0);
	step->action = RULESET_ACTION_ACCEPT;
	ck_assert_int_eq(ruleset_add_match(step, RULESET_FIELD_PORT, false, &match), 0);
	ck_assert_int_eq(ruleset_match_ports(match, 22, 22), 0);
	ck_assert_int_eq(ruleset_add_step(chain, "reject", &step), 0);
	step->action = RULESET_ACTION_REJECT;
	rulesets_kernel_leads(ruleset, "inet", "filter_IN_public");
}

/* Who is connected is not to be shut out, though strangers are served as before. */
START_TEST(keeps_whom_it_serves)
{
	_cleanup_setup_ struct setup setup = SETUP_NULL;
	struct listeners_peer peer = {.port = 22};
	struct world world;

	world_init(&world, BASE " mail/service:ssh=rp", RULES "mail service ssh");
	add_rule(&world, "mail rule family=\"ipv4\" source address=\"198.51.100.7\" drop");
	kernel_lets_in(&world.picture.ruleset);
	world.wish.zone = "mail";
	world.wish.interface = "eth0";
	ck_assert_int_eq(setup_plan(&setup, &world.picture, &world.wish, NULL), 0);
	ck_assert_ptr_null(setup.refused);
	setup_deinit(&setup);
	ck_assert_int_eq(cidr_parse(&peer.address, "198.51.100.7", CIDR_ADDRESS_ONLY, NULL), 0);
	world.picture.peers = (struct listeners_peers){.peers = &peer, .n = 1};
	ck_assert_int_eq(setup_plan(&setup, &world.picture, &world.wish, NULL), 0);
	ck_assert_ptr_nonnull(setup.refused);
	world.picture.peers = LISTENERS_PEERS_NULL;
	ck_assert_ptr_nonnull(strstr(setup.refused, "22/tcp would be closed to 198.51.100.7"));
	ck_assert_uint_eq(setup.n, 0);
	world_deinit(&world);
}
END_TEST

/* A ban is in force where it is: an interface does not leave it behind. */
START_TEST(keeps_bans)
{
	static const struct {
		const char *zone; /* of the jail's action */
		bool known, actions_known, refused;
		const char *mend; /* NULL: none */
	} bans[] = {{NULL, true, true, true,
	             "reload-guard setup --zone mail --apply --no-rollback && "
	             "a=/etc/fail2ban/action.d/rich && "},
	            {"public", true, true, true, "{ echo '[Init]'; echo 'zone = mail'; }"},
	            {"mail", true, true, false, NULL},
	            {"mail", true, false, true, NULL},
	            {"mail", false, true, true, NULL}};

	for (size_t i = 0; i < ARRAY_SIZE(bans); i++) {
		_cleanup_setup_ struct setup setup = SETUP_NULL;
		struct jail_action *action;
		struct world world;
		struct jail *jail;

		world_init(&world, BASE, RULES);
		world.wish.zone = "mail";
		world.wish.interface = "eth0";
		ck_assert_int_eq(tickets_add_jail(&world.picture.tickets, "sshd", &jail), 0);
		jail->actions_known = bans[i].actions_known;
		ck_assert_int_eq(jail_add_action(jail, "rich", &action), 0);
		action->kind = action->told = JAIL_ACTION_RICH;
		action->zone = bans[i].zone ? strdup(bans[i].zone) : NULL;
		if (!bans[i].known)
			world.picture.known &= ~(unsigned)PICTURE_FAIL2BAN;
		ck_assert_int_eq(setup_plan(&setup, &world.picture, &world.wish, NULL), 0);
		ck_assert_msg((setup.refused != NULL) == bans[i].refused, "row %zu: %s", i,
		              setup.refused ? setup.refused : "done");
		/* the zone is made first: no rule can be put into one that is not there */
		if (bans[i].mend)
			ck_assert_msg(setup.mend && strstr(setup.mend, bans[i].mend), "row %zu: %s",
			              i, setup.mend ? setup.mend : "nothing");
		else
			ck_assert_ptr_null(setup.mend);
		world_deinit(&world);
	}
}
END_TEST

START_TEST(looks_beside_firewalld)
{
	static const struct {
		bool running, systemd, installed, masked, wanted, hook, left;
		const char *steps, *note;
	} besides[] = {
	    {true, true, true, false, true, true, false, "", NULL},
	    {false, true, true, false, false, false, true, "hook=rp watcher=rp", NULL},
	    {false, true, true, false, true, false, false, "watcher=r", NULL},
	    {true, true, true, false, false, true, true, "watcher=p", "lab: why"},
	    {false, true, true, true, false, false, false, "", "systemctl unmask"},
	    {false, false, false, false, false, false, false, "", "the watcher does not run"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(besides); i++) {
		_cleanup_setup_ struct setup setup = SETUP_NULL;
		_cleanup_builder_ struct builder notes = BUILDER_NULL;
		struct world world;
		char text[512];

		world_init(&world, BASE " public/service:smtps=rp public/service:imaps=rp",
		           RULES "public service imaps\npublic service smtps");
		world.picture.watcher.running = besides[i].running;
		world.picture.systemd = besides[i].systemd;
		world.picture.unit_installed = besides[i].installed;
		world.picture.unit_masked = besides[i].masked;
		world.picture.unit_wanted = besides[i].wanted;
		world.hook.enabled = besides[i].hook;
		if (besides[i].left)
			ck_assert_int_eq(strv_add(&world.hook.left, "lab: why"), 0);
		world.wish.hook = &world.hook;
		ck_assert_int_eq(setup_plan(&setup, &world.picture, &world.wish, NULL), 0);
		steps_text(text, sizeof(text), &setup);
		ck_assert_str_eq(text, besides[i].steps);
		builder_join_all(&notes, "\n", &setup.notes);
		if (besides[i].note)
			ck_assert_msg(notes.text && strstr(notes.text, besides[i].note),
			              "row %zu: %s", i, notes.text ? notes.text : "");
		world_deinit(&world);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("setup");
	TCase *tcase = tcase_create("setup");

	tcase_add_loop_test(tcase, plans, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(tcase, opens_what_the_configuration_names);
	tcase_add_test(tcase, keeps_whom_it_serves);
	tcase_add_test(tcase, keeps_bans);
	tcase_add_test(tcase, looks_beside_firewalld);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
