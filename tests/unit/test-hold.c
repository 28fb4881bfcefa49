// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/hold.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/base/text.h"
#include "tests/unit/failing.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

struct world {
	struct config config;
	struct picture picture;
	struct listeners_peer peer;
};

static void listen_on(struct picture *picture, unsigned port, const char *process)
{
	struct listeners_socket sock = {.family = AF_INET, .protocol = IPPROTO_TCP, .port = port};

	snprintf(sock.process, sizeof(sock.process), "%s", process);
	ck_assert_int_eq(grow(&picture->listeners.sockets, &picture->listeners.capacity,
	                      picture->listeners.n + 1, sizeof(sock)),
	                 0);
	picture->listeners.sockets[picture->listeners.n++] = sock;
}

#define RULES                                                                                      \
	"public\nwork\nhome\ndrop target DROP\nservice:ssh 22/tcp\nservice:imaps 993/tcp\n"        \
	"service:pop3 110/tcp\ndefault public"

/* ssh, imaps and an ssh of somebody's own are served; 198.51.100.7 is connected by ssh */
static void world_init(struct world *world, const char *firewall)
{
	struct picture *picture = &world->picture;

	*world = (struct world){.picture = PICTURE_NULL};
	config_init(&world->config);
	picture->config = &world->config;
	picture->asked = picture->known = PICTURE_ALL;
	picture->state = FIREWALL_STATE_RUNNING;
	picture->firewall = firewall_from_text(firewall);
	picture->ruleset = ruleset_from_text(RULES);
	picture->ruleset.chains_known = true;
	picture->backend = strdup("iptables"); /* of whose rules the kernel is not asked */
	for (size_t i = 0; i < picture->ruleset.n_zones; i++)
		ck_assert_int_eq(
		    firewall_add_zone(&picture->firewall, picture->ruleset.zones[i].name), 0);
	ck_assert_int_eq(firewall_set_default_zone(&picture->firewall, "public"), 0);
	picture->watcher = (struct watcher_state){.known = true};
	snprintf(picture->client_interface, sizeof(picture->client_interface), "eth0");
	ck_assert_int_eq(strv_add(&picture->interfaces, "eth0"), 0);
	listen_on(picture, 22, "sshd");
	listen_on(picture, 2222, "sshd");
	listen_on(picture, 993, "dovecot");
	world->peer.port = 22;
	ck_assert_int_eq(cidr_parse(&world->peer.address, "198.51.100.7", CIDR_ADDRESS_ONLY, NULL),
	                 0);
	picture->peers = (struct listeners_peers){.peers = &world->peer, .n = 1};
}

static void world_deinit(struct world *world)
{
	world->picture.peers = LISTENERS_PEERS_NULL;
	picture_deinit(&world->picture);
	config_deinit(&world->config);
}

#define BASE      "public/interface:eth0=rp public/service:ssh=rp public/service:imaps=rp"
#define BOTH(x)   "firewall-cmd --zone=public " x " && firewall-cmd --permanent --zone=public " x
#define BACK_SAFE "reload-guard snapshot take && firewall-cmd --reload && reload-guard restore"

static const struct {
	const char *firewall, *command;
	const char *first;  /* NULL: nothing needs to be opened first */
	const char *closes; /* NULL: nothing */
} rows[] = {
    {BASE, "systemctl start dovecot", NULL, NULL},
    {BASE, "firewall-cmd --reload", NULL, NULL},
    /* an interface that moves */
    {BASE " work/service:imaps=rp", "firewall-cmd --zone=work --change-interface=eth0",
     "firewall-cmd --zone=work --add-service=ssh && firewall-cmd --permanent --zone=work "
     "--add-service=ssh",
     NULL},
    {BASE " work/service:imaps=rp work/service:ssh=rp",
     "firewall-cmd --zone=work --change-interface=eth0", NULL, NULL},
    {BASE, "firewall-cmd --set-default-zone=work", NULL, NULL},
    {"public/service:ssh=rp", "firewall-cmd --set-default-zone=drop",
     "firewall-cmd --zone=drop --add-service=ssh && firewall-cmd --permanent --zone=drop "
     "--add-service=ssh",
     NULL},
    /* what nobody serves may be shut, and what else it stands for not */
    {BASE " public/service:pop3=rp", BOTH("--remove-service=pop3"), NULL, NULL},
    {"public/interface:eth0=rp public/port:20-1000/tcp=rp", BOTH("--remove-port=20-1000/tcp"),
     BOTH("--add-service=imaps --add-service=ssh"), NULL},
    {BASE " public/port:20-1000/tcp=rp", BOTH("--remove-port=20-1000/tcp"), NULL, NULL},
    {BASE " public/port:2000-2999/tcp=rp", BOTH("--remove-port=2000-2999/tcp"),
     BOTH("--add-port=2222/tcp"), NULL},
    /* for good alone: the next reload shuts it */
    {BASE, "firewall-cmd --permanent --zone=public --remove-service=ssh", NULL, "ssh (22/tcp)"},
    /* a service in the place of its port, of which nobody has read what it is */
    {"public/interface:eth0=rp public/port:465/tcp=rp",
     BOTH("--add-service=smtps") " && " BOTH("--remove-port=465/tcp"), NULL, NULL},
    /* a reload takes what is in the runtime alone, and a restore brings what is protected */
    {"public/interface:eth0=rp public/service:ssh=r public/service:imaps=r", BACK_SAFE, NULL, NULL},
    {"public/interface:eth0=rp public/service:ssh=r public/service:imaps=r",
     "firewall-cmd --reload || systemctl restart firewalld",
     BOTH("--add-service=imaps --add-service=ssh"), NULL},
    /* a target counts after a reload */
    {"public/interface:eth0=rp public/service:imaps=rp",
     "firewall-cmd --permanent --zone=public --set-target=DROP", NULL, NULL},
    /* who is there by his address is not to come in by opening it to all */
    {BASE " work/source:198.51.100.0/24=rp work/service:ssh=rp",
     "firewall-cmd --zone=work --remove-source=198.51.100.0/24", NULL, NULL},
    {"public/interface:eth0=rp public/service:imaps=rp work/source:198.51.100.0/24=rp "
     "work/service:ssh=rp",
     "firewall-cmd --zone=work --remove-source=198.51.100.0/24", NULL,
     "ssh (22/tcp) to 198.51.100.1, ssh (22/tcp) to 198.51.100.7"},
};

START_TEST(holds)
{
	_cleanup_held_ struct held held = HELD_NULL;
	struct world world;

	world_init(&world, rows[_i].firewall);
	ck_assert_int_eq(hold_command(&held, &world.picture, rows[_i].command), 0);
	ck_assert_msg(text_is_same(held.first, rows[_i].first), "%s: %s", rows[_i].command,
	              held.first);
	ck_assert_msg(text_is_same(held.closes, rows[_i].closes), "%s: %s", rows[_i].command,
	              held.closes);
	world_deinit(&world);
}
END_TEST

/* A rule that lets somebody in is no ban. */
START_TEST(rules_that_let_in_are_held)
{
	_cleanup_held_ struct held held = HELD_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;
	struct world world;

	world_init(&world, "public/interface:eth0=rp public/service:imaps=rp");
	ck_assert_int_eq(item_init(&item, "public", ITEM_RULE,
	                           "rule family=\"ipv4\" source address=\"198.51.100.7\" accept",
	                           NULL),
	                 0);
	ck_assert_int_eq(firewall_put(&world.picture.firewall, &item, &entry), 0);
	entry->flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT;
	ck_assert_int_eq(hold_command(&held, &world.picture,
	                              "firewall-cmd --zone=public --remove-rich-rule='rule "
	                              "family=\"ipv4\" source address=\"198.51.100.7\" accept'"),
	                 0);
	ck_assert_str_eq(held.closes, "ssh (22/tcp) to 198.51.100.7");
	world_deinit(&world);
}
END_TEST

/* What is not known is not held against: that mends it is all that is left to do. */
START_TEST(of_what_is_not_known_nothing_is_said)
{
	struct world world;

	for (int i = 0; i < 3; i++) {
		_cleanup_held_ struct held held = HELD_NULL;

		world_init(&world, BASE);
		if (i == 0)
			world.picture.known &= ~(unsigned)PICTURE_RULES;
		else if (i == 1)
			world.picture.state = FIREWALL_STATE_FAILED;
		else
			world.picture.ruleset.remembered = true;
		ck_assert_int_eq(hold_command(&held, &world.picture,
		                              "firewall-cmd --zone=work --change-interface=eth0"),
		                 0);
		ck_assert_ptr_null(held.first);
		ck_assert_ptr_null(held.closes);
		world_deinit(&world);
	}
}
END_TEST

static void give(struct finding *finding, const char *command, const char *other)
{
	*finding = (struct finding){.name = "x",
	                            .evidence = strdup("seen"),
	                            .command = strdup(command),
	                            .other = other ? strdup(other) : NULL};
}

/* What is printed in the end: the other way, or why there is none. */
START_TEST(no_command_is_left_that_shuts_anybody_out)
{
#define SHUTS "firewall-cmd --zone=work --remove-source=198.51.100.0/24"
	static const struct {
		const char *other, *command, *evidence;
	} findings[] = {
	    {NULL, NULL,
	     "seen; firewall-cmd could change that, but would close ssh (22/tcp) to 198.51.100.1, "
	     "ssh (22/tcp) to 198.51.100.7"},
	    {"firewall-cmd --zone=work --add-service=imaps",
	     "firewall-cmd --zone=work --add-service=imaps", "seen"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(findings); i++) {
		struct finding finding;
		struct world world;

		world_init(&world, "public/interface:eth0=rp work/source:198.51.100.0/24=rp "
		                   "work/service:ssh=rp");
		give(&finding, SHUTS, findings[i].other);
		ck_assert_int_eq(hold_finding(&finding, &world.picture), 0);
		ck_assert(text_is_same(finding.command, findings[i].command));
		ck_assert_str_eq(finding.evidence, findings[i].evidence);
		ck_assert_ptr_null(finding.other);
		free(finding.command);
		free(finding.evidence);
		world_deinit(&world);
	}
}
END_TEST

/* Of several that are typed together: what one closes, another may open. */
START_TEST(several_are_held_as_one)
{
#define OPENS "firewall-cmd --zone=public --add-service=ssh"
	static const struct {
		const char *commands[2], *other, *left, *withheld;
	} rows_of[] = {
	    {{SHUTS}, NULL, NULL, "ssh (22/tcp) to 198.51.100.1, ssh (22/tcp) to 198.51.100.7"},
	    {{SHUTS}, OPENS, OPENS, NULL},
	    {{OPENS, SHUTS}, NULL, OPENS, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows_of); i++) {
		_cleanup_strv_ struct strv commands = STRV_NULL, others = STRV_NULL;
		_cleanup_free_ char *withheld = NULL;
		struct world world;

		world_init(&world, "public/interface:eth0=rp work/source:198.51.100.0/24=rp "
		                   "work/service:ssh=rp");
		for (size_t k = 0; k < 2 && rows_of[i].commands[k]; k++)
			ck_assert_int_eq(strv_add(&commands, rows_of[i].commands[k]), 0);
		if (rows_of[i].other)
			ck_assert_int_eq(strv_add(&others, rows_of[i].other), 0);
		ck_assert_int_eq(hold_commands(&commands, &others, &withheld, &world.picture), 0);
		ck_assert(text_is_same(withheld, rows_of[i].withheld));
		ck_assert(text_is_same(commands.n ? commands.strings[0] : NULL, rows_of[i].left));
		ck_assert_uint_eq(others.n, 0);
		world_deinit(&world);
	}
}
END_TEST

START_TEST(without_memory_it_says_so)
{
	bool failed = FAILING;
	struct world world;

	world_init(&world, BASE " work/service:imaps=rp");
	for (unsigned long at = 1; failed; at++) {
		_cleanup_held_ struct held held = HELD_NULL;
		int r;

		failing_begin(at);
		r = hold_command(&held, &world.picture,
		                 "firewall-cmd --zone=work --change-interface=eth0");
		failed = failing_end();
		ck_assert_msg(r == 0 || (failed && r == -ENOMEM), "allocation %lu: %d", at, r);
		ck_assert_msg(r != 0 || held.first, "allocation %lu: nothing is said", at);
	}
	world_deinit(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hold");
	TCase *tests = tcase_create("hold");

	tcase_add_loop_test(tests, holds, 0, ARRAY_SIZE(rows));
	tcase_add_test(tests, rules_that_let_in_are_held);
	tcase_add_test(tests, of_what_is_not_known_nothing_is_said);
	tcase_add_test(tests, no_command_is_left_that_shuts_anybody_out);
	tcase_add_test(tests, several_are_held_as_one);
	tcase_add_test(tests, without_memory_it_says_so);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
