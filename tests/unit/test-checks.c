// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/status.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/failing.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/rulesets.h"
#include "tests/unit/unit.h"

#define NOW (INT64_C(100000) * SECOND)

/* --- pictures made by hand ---------------------------------------------------------------- */

struct world {
	struct config config;
	struct picture picture;
};

/* Of a machine on which everything is as it should be. */
static void world_init(struct world *world, const char *firewall, const char *rules)
{
	struct picture *picture = &world->picture;

	*world = (struct world){.picture = PICTURE_NULL};
	config_init(&world->config);
	picture->config = &world->config;
	picture->state_dir = "/nowhere";
	picture->now_us = NOW;
	picture->asked = picture->known = PICTURE_ALL;
	picture->state = FIREWALL_STATE_RUNNING;
	picture->firewall = firewall_from_text(firewall);
	picture->ruleset = ruleset_from_text(rules);
	picture->ruleset.chains_known = true;
	/* there, and no packet that is asked for goes through it */
	rulesets_kernel_leads(&picture->ruleset, "bridge", "filter_IN_public");
	picture->backend = strdup("iptables"); /* which has nothing to be compared with */
	picture->flush_all = strdup("no");
	picture->fail2ban = FAIL2BAN_STOPPED;
	picture->watcher = (struct watcher_state){.known = true, .running = true, .pid = 7};
	picture->clients.complete = true;
	picture->free_mib = 4096;
	snprintf(picture->client_interface, sizeof(picture->client_interface), "eth0");
	ck_assert_int_eq(strv_add(&picture->interfaces, "eth0"), 0);
}

static void world_deinit(struct world *world)
{
	picture_deinit(&world->picture);
	config_deinit(&world->config);
}

static void find(struct findings *out, const struct world *world, bool all)
{
	bool selected[CHECKS_N];

	if (all)
		checks_select(selected, &world->config.check_skip);
	else
		checks_select_status(selected);
	ck_assert_int_eq(checks_make(out, NULL, selected, &world->picture), 0);
}

/* How many there are of a name; the first of them in *@out. */
static size_t count(const struct findings *findings, const char *name, const struct finding **out)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->findings[i].name, name) == 0 && n++ == 0 && out)
			*out = &findings->findings[i];
	return n;
}

/* --- the table ---------------------------------------------------------------------------- */

START_TEST(rows_are_complete)
{
	const struct check *check = checks[_i];

	ck_assert_ptr_nonnull(check->name);
	ck_assert_uint_gt(strlen(check->name), 0);
	ck_assert_uint_eq(strspn(check->name, "abcdefghijklmnopqrstuvwxyz0123456789-"),
	                  strlen(check->name));
	ck_assert_ptr_nonnull(check->help);
	ck_assert_ptr_null(strchr(check->help, '\n'));
	ck_assert_ptr_nonnull(check->fn);
	ck_assert(check->severity != FINDING_UNKNOWN && check->severity < FINDING_N_SEVERITIES);
	ck_assert_uint_eq((check->needs | check->also) & ~(unsigned)PICTURE_ALL, 0);
	ck_assert_uint_eq(check->needs & check->also, 0);
	if (_i > 0)
		ck_assert_msg(strcmp(checks[_i - 1]->name, check->name) < 0,
		              "%s does not come before %s", checks[_i - 1]->name, check->name);
}
END_TEST

START_TEST(names_are_found)
{
	const char *names[CHECKS_N];
	size_t index = CHECKS_N;

	checks_names(names);
	for (size_t i = 0; i < CHECKS_N; i++) {
		ck_assert_str_eq(names[i], checks[i]->name);
		ck_assert(checks_find(names[i], &index));
		ck_assert_uint_eq(index, i);
	}
	index = 1;
	ck_assert(!checks_find("nonsense", &index));
	ck_assert_uint_eq(index, 1);
	for (unsigned i = 0; i < MISMATCH_N_KINDS; i++)
		ck_assert(checks_find(mismatch_kind_name((enum mismatch_kind)i), &index));
}
END_TEST

START_TEST(silenced_ones_are_not_made)
{
	_cleanup_strv_ struct strv skip = STRV_NULL;
	bool selected[CHECKS_N];
	size_t index;

	ck_assert_int_eq(strv_add(&skip, "panic"), 0);
	checks_select(selected, &skip);
	for (size_t i = 0; i < CHECKS_N; i++)
		ck_assert(selected[i] == (strcmp(checks[i]->name, "panic") != 0));
	memset(selected, 0, sizeof(selected));
	ck_assert_uint_eq(checks_parts(selected), 0);
	ck_assert(checks_find("no-jail", &index));
	selected[index] = true;
	ck_assert_uint_eq(checks_parts(selected),
	                  PICTURE_SOCKETS | PICTURE_FAIL2BAN | PICTURE_HOST);
}
END_TEST

/* --- worlds in which something is wrong --------------------------------------------------- */

#define MAIL     "public/interface:eth0=rp public/service:imaps=rp"
#define LED_AWAY "direct:ipv4 nat PREROUTING -p tcp --dport 25 -j DNAT --to-destination 172.17.0.2"
#define MAIL_RULES                                                                                 \
	"public interface eth0\npublic service imaps\nservice:imaps 993/tcp\ndefault public"

#define WEB_RULES                                                                                  \
	"public interface eth0\npublic service https\nservice:https 443/tcp\ndefault public"

static void list_zones(struct firewall *fw)
{
	for (size_t i = 0; i < fw->n; i++)
		if (!strv_contains(&fw->zones, fw->entries[i].item.zone))
			ck_assert_int_eq(strv_add(&fw->zones, fw->entries[i].item.zone), 0);
}

static void live_at(struct picture *picture, const char *address)
{
	struct picture_address row = {.interface = "eth0"};

	ck_assert_int_eq(cidr_parse(&row.cidr, address, CIDR_ADDRESS_ONLY, NULL), 0);
	ck_assert_int_eq(grow(&picture->addresses, &picture->addresses_capacity,
	                      picture->n_addresses + 1, sizeof(row)),
	                 0);
	picture->addresses[picture->n_addresses++] = row;
}

static void count_others(struct picture *picture, const char *what)
{
	struct foreign *lost = &picture->foreign_lost, *now = &picture->foreign;

	if (strstr(what, "keep"))
		strcpy(picture->backend, "n"), picture->ruleset.version = strdup("2.0.1");
	if (strstr(what, "lost"))
		ck_assert_int_eq(foreign_add(lost, NFPROTO_IPV4, "nat", "DOCKER", 2), 0);
	if (strstr(what, "own"))
		ck_assert_int_eq(foreign_add(lost, NFPROTO_IPV4, "raw", "OUTPUT", 2), 0);
	if (strstr(what, "back"))
		ck_assert_int_eq(foreign_add(now, NFPROTO_IPV4, "nat", "DOCKER", 2), 0);
	if (strstr(what, "Podman"))
		ck_assert_int_eq(foreign_add(now, NFPROTO_IPV4, "nat", "CNI-a", 2), 0);
	if (strstr(what, "script"))
		ck_assert_int_eq(foreign_add(now, NFPROTO_IPV4, "nat", "INPUT", 2), 0);
	if (strstr(what, "nftables"))
		strcpy(picture->backend, "n"), picture->ruleset.version = strdup("1.3.3");
	picture->netavark_wanted = strstr(what, "unit") != NULL;
}

/* Out of the kernel, with either backend of firewalld's. */
static void take_away(struct picture *picture, bool nftables)
{
	struct absent *absent = &picture->absent;

	ck_assert_int_eq(strv_add(&absent->of[ABSENT_OPEN], "public/service:imaps"), 0);
	if (!nftables)
		return;
	strcpy(picture->backend, "n");
	ck_assert_int_eq(strv_add(&absent->of[ABSENT_ENTRY], "ipset:bad/entry:192.0.2.7"), 0);
}

static void end_it_all(struct world *world, const char *what)
{
	struct picture *picture = &world->picture;

	if (strcmp(what, "zones") == 0)
		list_zones(&picture->firewall);
	else if (strcmp(what, "panic") == 0)
		picture->firewall.panic = picture->ruleset.panic = true;
	else if (strcmp(what, "failed") == 0)
		picture->state = FIREWALL_STATE_FAILED, picture->known &= ~(unsigned)PICTURE_RULES;
	else if (strcmp(what, "init") == 0)
		picture->state = FIREWALL_STATE_INIT, picture->known &= ~(unsigned)PICTURE_RULES;
	else if (strcmp(what, "away") == 0)
		picture->result = FIREWALLD_E_GONE,
		picture->known &= ~(unsigned)(PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_FILES |
		                              PICTURE_RULES | PICTURE_TABLES);
	else if (strcmp(what, "denied") == 0)
		picture->result = FIREWALLD_E_REFUSED,
		picture->known &= ~(unsigned)(PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_FILES |
		                              PICTURE_RULES | PICTURE_TABLES);
	else if (strcmp(what, "broken files") == 0)
		picture->refused = strdup("INVALID_SERVICE: 'imapz'");
	else if (strcmp(what, "not understood") == 0)
		picture->n_skipped = 2, strcpy(picture->skipped, "public: no protocol");
	else if (strcmp(what, "no own addresses") == 0)
		picture->own_trouble = strdup("netlink: no buffer space");
	else if (strcmp(what, "no watcher") == 0)
		picture->watcher.running = false;
	else if (strcmp(what, "report only") == 0)
		world->config.restore = false;
	else if (strcmp(what, "crashed") == 0)
		picture->fail2ban = FAIL2BAN_CRASHED, picture->known &= ~(unsigned)PICTURE_FAIL2BAN;
	else if (strcmp(what, "stopped") == 0)
		picture->fail2ban_installed = true;
	else if (strcmp(what, "silent") == 0)
		picture->fail2ban = FAIL2BAN_UNREACHABLE,
		picture->known &= ~(unsigned)PICTURE_FAIL2BAN;
	else if (strcmp(what, "no store") == 0)
		picture->store_absent = true, picture->watcher.running = false,
		picture->known &= ~(unsigned)(PICTURE_STORE | PICTURE_DAMAGE);
	else if (strcmp(what, "store taken away") == 0)
		picture->store_absent = true,
		picture->known &= ~(unsigned)(PICTURE_STORE | PICTURE_DAMAGE);
	else if (strcmp(what, "locked store") == 0)
		picture->known &= ~(unsigned)(PICTURE_STORE | PICTURE_DAMAGE);
	else if (strcmp(what, "damaged store") == 0)
		picture->damage = strdup("page 7");
	else if (strcmp(what, "read-only store") == 0)
		picture->store_fixed = true;
	else if (strcmp(what, "full disk") == 0)
		picture->free_mib = 0;
	else if (strcmp(what, "small disk") == 0)
		picture->free_mib = 8;
	else if (strcmp(what, "failed wipe") == 0)
		picture->wipe = (struct store_wipe_info){.n_lost = 3, .n_failed = 1};
	else if (strcmp(what, "failed bans") == 0)
		picture->wipe =
		    (struct store_wipe_info){.n_bans = 3, .n_bans_failed = 1, .n_bans_restored = 2};
	else if (strcmp(what, "bans left out") == 0)
		picture->wipe = (struct store_wipe_info){
		    .n_bans = 3, .n_bans_left_out = 1, .n_bans_restored = 2};
	else if (strcmp(what, "bans wait") == 0)
		picture->fail2ban = FAIL2BAN_STOPPED, picture->wipe.n_bans = 3;
	else if (strcmp(what, "bans under way") == 0)
		picture->fail2ban = FAIL2BAN_RUNNING, picture->wipe.n_bans = 3;
	else if (strcmp(what, "rivals") == 0) {
		picture->systemd = true;
		ck_assert_int_eq(strv_add(&picture->rivals, "nftables"), 0);
		ck_assert_int_eq(strv_add(&picture->rivals, "ipset"), 0);
	} else if (strcmp(what, "setup waits") == 0)
		picture->setup_until_us = picture->now_us + 60000000;
	else if (strcmp(what, "setup waits for the boot") == 0)
		picture->setup_until_us = 1;
	else if (strcmp(what, "not at boot") == 0)
		picture->systemd = picture->unit_installed = true;
	else if (strncmp(what, "others", 6) == 0)
		count_others(picture, what);
	else if (strcmp(what, "flush") == 0)
		strcpy(picture->flush_all, "y");
	else if (strcmp(what, "shut") == 0)
		strcpy(picture->backend, "n"), picture->ruleset.kernel.shut = true;
	else if (strcmp(what, "no kernel rules") == 0)
		strcpy(picture->backend, "n"), picture->ruleset.chains[0].own = false;
	else if (strcmp(what, "no kernel rules, and shut") == 0)
		strcpy(picture->backend, "n"), picture->ruleset.chains[0].own = false,
		                               picture->ruleset.kernel.shut = true;
	else if (strncmp(what, "absent", 6) == 0)
		take_away(picture, what[6] != '\0');
	else if (strcmp(what, "addresses") == 0)
		live_at(picture, "192.0.2.1");
	else if (strcmp(what, "no listeners") == 0)
		picture->known &= ~(unsigned)PICTURE_SOCKETS;
	else if (what[0])
		ck_abort_msg("what is %s?", what);
}

static const struct {
	const char *firewall, *rules, *what;
	/* what is found, in the order of finding: "NAME=SEVERITY NAME=SEVERITY" */
	const char *status; /* by status */
	const char *more;   /* by check alone; NULL: not looked at */
} worlds[] = {
    /* nothing listens on imaps, in all of these */
    {MAIL, MAIL_RULES, "", "no-listener=warning", "iptables-backend=info"},
    /* led to a container, past all zones; shut there; led by a zone, and so asked of it */
    {MAIL, MAIL_RULES "\n" LED_AWAY, "", "no-listener=warning",
     "iptables-backend=info published-ports=info"},
    {MAIL, MAIL_RULES "\n" LED_AWAY "\ndirect:ipv4 filter FORWARD -d 172.17.0.2 -j DROP", "",
     "no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES "\npublic forward-port port=25:proto=tcp:toport=25:toaddr=172.17.0.2", "",
     "no-listener=warning", "iptables-backend=info"},
    /* a service that has it by another, as deep as any */
    {"public/interface:eth0=rp public/service:a=rp",
     "public interface eth0\npublic service a\nservice:a include:b\nservice:b include:c\n"
     "service:c include:d\nservice:d include:e\nservice:e include:imaps\n"
     "service:imaps 993/tcp\ndefault public",
     "", "no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "panic", "panic=error", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "failed", "firewalld-state=error", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "init", "firewalld-state=error", "iptables-backend=info"},
    /* one cause, however much it keeps from being known */
    {MAIL, MAIL_RULES, "away", "firewalld-state=error", ""},
    {MAIL, MAIL_RULES, "broken files", "zone-file=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "denied", "firewalld-state=error", ""},
    {MAIL, MAIL_RULES, "not understood", "no-listener=warning not-understood=unknown",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "no own addresses", "no-listener=warning not-understood=unknown",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "no watcher", "no-listener=warning watcher-stopped=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "crashed", "fail2ban-down=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "silent", "fail2ban-down=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "stopped", "fail2ban-down=warning no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "no store", "no-listener=warning watcher-stopped=warning store=unknown",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "store taken away", "store=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "locked store", "store=error no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "read-only store", "store=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "damaged store", "store=error no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "failed wipe", "no-listener=warning restore-failed=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "failed bans", "bans-failed=warning no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "bans left out", "bans-left-out=warning no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "bans wait", "bans-waiting=warning no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "bans under way", "no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "full disk", "no-listener=warning",
     "store-space=error iptables-backend=info"},
    {MAIL, MAIL_RULES, "small disk", "no-listener=warning",
     "store-space=warning iptables-backend=info"},
    {MAIL, MAIL_RULES, "not at boot", "no-listener=warning",
     "watcher-not-at-boot=warning iptables-backend=info"},
    {MAIL, MAIL_RULES, "setup waits", "no-listener=warning setup-waits=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "setup waits for the boot", "no-listener=warning setup-waits=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "rivals", "no-listener=warning", "rival-unit=warning iptables-backend=info"},
    /* rules of others, taken; as many as before; by the next reload */
    {MAIL, MAIL_RULES, "others lost", "others-lost=error no-listener=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "others own", "no-listener=warning others-lost=warning",
     "iptables-backend=info"},
    {MAIL, MAIL_RULES, "others lost, back", "no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "others Podman", "no-listener=warning",
     "others-at-risk=warning iptables-backend=info"},
    {MAIL, MAIL_RULES, "others Podman, its unit", "no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "others Podman, script", "no-listener=warning",
     "others-at-risk=warning iptables-backend=info"},
    {MAIL, MAIL_RULES, "others keep Podman", "no-listener=warning", ""},
    {MAIL, MAIL_RULES, "others nftables, script", "no-listener=warning", "others-at-risk=info"},
    {MAIL, MAIL_RULES, "absent", "kernel-rules=error no-listener=warning", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "absent, nftables",
     "kernel-rules=error kernel-rules=error no-listener=warning", ""},
    {MAIL, MAIL_RULES, "shut", "kernel-rules=error no-listener=warning", ""},
    {MAIL, MAIL_RULES, "no kernel rules", "kernel-rules=error no-listener=warning", ""},
    {MAIL, MAIL_RULES "\npublic rule rule service name=\"imaps\" drop", "addresses",
     "refused-by-rule=error", "iptables-backend=info"},
    {MAIL, MAIL_RULES, "no kernel rules, and shut", "kernel-rules=error no-listener=warning", ""},
    /* said once, by the first that would have looked */
    {MAIL, MAIL_RULES, "no listeners", "listening-closed=unknown", NULL},
    /* in the runtime only: less grave where somebody puts it back */
    {"public/interface:eth0=rp public/service:https=r", WEB_RULES, "",
     "web-no-listener=warning runtime-only-service=info", "iptables-backend=info"},
    {"public/interface:eth0=rp public/service:https=r", WEB_RULES, "no watcher",
     "runtime-only-service=error watcher-stopped=warning web-no-listener=warning",
     "iptables-backend=info"},
    /* a watcher that may not */
    {"public/interface:eth0=rp public/service:https=r", WEB_RULES, "report only",
     "runtime-only-service=error web-no-listener=warning", "iptables-backend=info"},
    /* what nobody serves is to be shut, and is told as that alone */
    {"public/interface:eth0=rp public/service:imaps=r", MAIL_RULES, "no watcher",
     "no-listener=warning watcher-stopped=warning", "iptables-backend=info"},
    {"public/interface:eth0=rp public/service:ldap=r", "public interface eth0\ndefault public",
     "no watcher", "runtime-only-service=warning watcher-stopped=warning", "iptables-backend=info"},
    {"public/interface:eth0=rp public/port:993/tcp=rp",
     "public interface eth0\npublic port "
     "993/tcp\ndefault public",
     "", "no-listener=warning", "iptables-backend=info"},
    {"inside/source:10.0.0.0/8=r inside/service:imaps=rp", MAIL_RULES, "",
     "no-listener=warning binding-runtime-only=info", NULL},
    {"inside/source:10.0.0.0/8=r inside/service:imaps=rp", MAIL_RULES, "flush",
     "no-listener=warning binding-runtime-only=info", NULL},
    {MAIL " public/service:smtp=rw", MAIL_RULES, "", "no-listener=warning withdrawn=warning", NULL},
    {MAIL " public/service:smtp=re", MAIL_RULES, "", "edited=warning no-listener=warning", NULL},
    {MAIL " public/service:smtp=p", MAIL_RULES, "", "no-listener=warning not-open=info", NULL},
    /* its interface was renamed, or is that of a tunnel */
    {"iredmail/interface:ens3=rp iredmail/service:imaps=rp",
     "iredmail interface ens3\niredmail service imaps\nservice:imaps 993/tcp\npublic\ndefault "
     "public",
     "zones", "unreached-zone=error", NULL},
    {MAIL " inside/interface:tun0=rp inside/service:smtp=rp", MAIL_RULES, "zones",
     "no-listener=warning unreached-zone=warning", NULL},
    {MAIL " inside/interface:tun0=rp inside/service:imaps=rp", MAIL_RULES, "zones",
     "no-listener=warning unreached-zone=info", NULL},
    /* firewalld does nothing with a policy that has no zones */
    {MAIL " policy:in/service:smtp=rp", MAIL_RULES "\npolicy:in service smtp", "zones",
     "unreached-zone=error no-listener=warning", NULL},
    {MAIL " policy:in/service:smtp=rp",
     MAIL_RULES "\npolicy:in service smtp\npolicy:in ingress ANY", "zones",
     "unreached-zone=error no-listener=warning", NULL},
    {MAIL " policy:in/service:imaps=rp", MAIL_RULES "\npolicy:in service imaps", "zones",
     "no-listener=warning unreached-zone=info", NULL},
    {MAIL " policy:in/service:smtp=rp",
     MAIL_RULES "\npolicy:in service smtp\npolicy:in ingress ANY\npolicy:in egress HOST", "zones",
     "no-listener=warning", NULL},
    /* it is in another zone than it is meant to be in; of one that is not there nobody cares */
    {MAIL " inside/interface:eth0=p inside/service:imaps=rp", MAIL_RULES, "",
     "no-listener=warning not-open=info", NULL},
    {MAIL " inside/interface:tun0=p inside/service:imaps=rp", MAIL_RULES, "", "no-listener=warning",
     NULL},
};

static char *words_of(const struct findings *findings, bool status)
{
	char *text = NULL;
	size_t length;
	FILE *stream = open_memstream(&text, &length);
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *finding = &findings->findings[i];
		size_t index = 0;

		ck_assert(checks_find(finding->name, &index));
		if (checks[index]->status == status)
			fprintf(stream, "%s%s=%s", n++ ? " " : "", finding->name,
			        finding_severity_name(finding->severity));
	}
	ck_assert_int_eq(fclose(stream), 0);
	return text;
}

/* What status tells is what check tells, under the same name with the same weight. */
START_TEST(finds_it_wherever_it_is_asked)
{
	_cleanup_findings_ struct findings status = FINDINGS_NULL, check = FINDINGS_NULL;
	_cleanup_free_ char *told = NULL, *same = NULL, *more = NULL;
	struct world world;

	world_init(&world, worlds[_i].firewall, worlds[_i].rules);
	end_it_all(&world, worlds[_i].what);
	find(&status, &world, false);
	find(&check, &world, true);
	told = words_of(&status, true);
	same = words_of(&check, true);
	more = words_of(&check, false);
	ck_assert_str_eq(told, worlds[_i].status);
	if (worlds[_i].more)
		ck_assert_str_eq(same, told);
	if (worlds[_i].more)
		ck_assert_str_eq(more, worlds[_i].more);
	for (size_t i = 0; i < check.n; i++) {
		size_t index = 0;

		ck_assert(checks_find(check.findings[i].name, &index));
		ck_assert(check.findings[i].severity == FINDING_UNKNOWN ||
		          check.findings[i].severity <= checks[index]->severity);
	}
	world_deinit(&world);
}
END_TEST

/* --- who listens, who bans ---------------------------------------------------------------- */

static void serve(struct picture *picture, unsigned port, int family, bool loopback,
                  const char *process)
{
	struct listeners *list = &picture->listeners;
	struct listeners_socket sock = {
	    .family = family, .protocol = IPPROTO_TCP, .port = port, .pid = 812, .v6only = true};

	snprintf(sock.process, sizeof(sock.process), "%s", process);
	if (loopback && family == AF_INET)
		memcpy(sock.address, (const unsigned char[]){127, 0, 0, 1}, 4);
	ck_assert_int_eq(grow(&list->sockets, &list->capacity, list->n + 1, sizeof(sock)), 0);
	list->sockets[list->n++] = sock;
}

static void run_jail(struct picture *picture, const char *name, const char *ports,
                     enum jail_action_kind kind)
{
	picture->fail2ban = FAIL2BAN_RUNNING;
	jails_add(&picture->tickets, &(struct jail_row){.jail = name,
	                                                .kind = kind,
	                                                .ports = ports,
	                                                .protocol = "tcp",
	                                                .blocktype = "drop"});
}

#define OWN_SET    "firewall-cmd --ipset=blocked --add-entry=<ip>"
#define OWN_SOURCE "firewall-cmd --zone=drop --add-source=<ip>"
#define OWN_DIRECT "firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s <ip> -j DROP"
#define OWN_RULE(width)                                                                            \
	"firewall-cmd --add-rich-rule='rule family=ipv4 source address=<ip>" width " drop'"

/* What the jail's action does for a ban, and one so long ago; 0: none */
static void give_command(struct picture *picture, const char *command, const char *jail,
                         int64_t ago_s)
{
	struct jail_action *action = &picture->tickets.jails[0].actions[0];

	action->command = strdup(command);
	ck_assert_int_eq(jailaction_ipset(&action->ipset, command), 0);
	ck_assert_int_eq(jailaction_zone(&action->zone, command), 0);
	if (ago_s)
		ck_assert_int_eq(tickets_add(&picture->tickets, jail, "192.0.2.1",
		                             NOW - ago_s * SECOND, 0, 1, TICKET_SOURCE_SOCKET),
		                 0);
}

static void run_hook(struct picture *picture, const char *what)
{
	struct jail_action *action;
	struct heard_jail *heard = calloc(1, sizeof(*heard));

	ck_assert_int_eq(tickets_add(&picture->tickets, "dovecot", "192.0.2.1", NOW - 900 * SECOND,
	                             0, 1, TICKET_SOURCE_SOCKET),
	                 0);
	ck_assert_ptr_nonnull(heard);
	heard->ticket = &picture->tickets.tickets[0];
	heard->told = strcmp(what, "a hook that tells") == 0;
	picture->heard = (struct heard){.jails = heard, .n = 1, .capacity = 1};
	picture->heard.waits = strcmp(what, "a hook whose word is on its way") == 0;
	if (strcmp(what, "a hook of no jail") == 0)
		return;
	ck_assert_int_eq(jail_add_action(&picture->tickets.jails[0], "reload-guard", &action), 0);
	action->kind = JAIL_ACTION_OTHER;
}

static void enforce(struct picture *picture, const char *what)
{
	picture->selinux = strstr(what, "permissive") == NULL;
	picture->dnf = strstr(what, "Fedora") != NULL;
	strcpy(picture->program, "/usr/sbin/reload-guard");
	strcpy(picture->program_type, strstr(what, "module")  ? "reload_guard_exec_t"
	                              : strstr(what, "blank") ? ""
	                                                      : "bin_t");
	if (strstr(what, "old labels"))
		ck_assert_int_eq(strv_add(&picture->mislabelled, "/etc/reload-guard"), 0);
}

/* @text: ZONE TRAIT, of a policy from home to this machine */
static void end_soon(struct picture *picture, const char *text)
{
	struct store_timeds *timeds = &picture->timeds;
	struct ruleset_zone *zone;

	ck_assert_int_eq(ruleset_add_policy(&picture->ruleset, "mail-in", &zone), 0);
	ck_assert_int_eq(strv_add(&zone->ingress_zones, "home"), 0);
	ck_assert_int_eq(strv_add(&zone->egress_zones, "HOST"), 0);
	timeds->rows = calloc(1, sizeof(*timeds->rows));
	ck_assert_ptr_nonnull(timeds->rows);
	timeds->n = 1;
	timeds->rows[0] = (struct store_timed){.zone = strndup(text, strcspn(text, " ")),
	                                       .trait = strdup(strchr(text, ' ') + 1),
	                                       .until_us = NOW + SECOND};
}

static void change(struct world *world, const char *what)
{
	struct picture *picture = &world->picture;
	struct item pop3 = item_from_text("public/service:pop3");
	struct firewall_entry *entry;

	if (strcmp(what, "served") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
	} else if (strcmp(what, "a folder in the store's place") == 0) {
		picture->known &= ~(unsigned)(PICTURE_STORE | PICTURE_DAMAGE);
		picture->state_dir = "/var/lib/guard";
		picture->store_result = STORE_E_UNSAFE;
		picture->store_blocked = true;
	} else if (strcmp(what, "a store where others may write") == 0) {
		picture->known &= ~(unsigned)(PICTURE_STORE | PICTURE_DAMAGE);
		picture->store_result = STORE_E_UNSAFE;
	} else if (strcmp(what, "on loopback") == 0) {
		serve(picture, 993, AF_INET, true, "dovecot");
	} else if (strcmp(what, "in one family") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		live_at(picture, "192.0.2.1");
		live_at(picture, "2001:db8::1");
	} else if (strcmp(what, "smtp, which is shut") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		serve(picture, 25, AF_INET, false, "master");
	} else if (strcmp(what, "smtp, which the zone lacks") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		serve(picture, 25, AF_INET, false, "master");
		ck_assert_int_eq(firewall_add_zone(&picture->firewall, "public"), 0);
	} else if (strcmp(what, "dovecot is installed") == 0) {
		ck_assert_int_eq(strv_add(&picture->units, "dovecot"), 0);
	} else if (strcmp(what, "no jail") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "sshd", "ssh", JAIL_ACTION_NFTABLES);
	} else if (strcmp(what, "a jail") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_RICH);
	} else if (strcmp(what, "a ban without its rule") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_RICH);
		ck_assert_int_eq(tickets_add(&picture->tickets, "dovecot", "192.0.2.1",
		                             NOW - 900 * SECOND, 0, 1, TICKET_SOURCE_SOCKET),
		                 0);
	} else if (strncmp(what, "a hook", 6) == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_NFTABLES);
		run_hook(picture, what);
	} else if (strncmp(what, "SELinux", 7) == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		enforce(picture, what);
	} else if (strcmp(what, "bans that stay away") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_RICH);
		world->config.restore_bans = CONFIG_RESTORE_BANS_NONE;
	} else if (strcmp(what, "bans that nobody puts back") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_IPTABLES);
		picture->ruleset.version = strdup("1.3.3");
	} else if (strcmp(what, "bans whose look nobody has seen") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_FW_IPSET);
		give_command(picture, OWN_SET, "dovecot", 900);
	} else if (strcmp(what, "open for a time, and reloads crash") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		picture->ruleset.version = strdup("2.4.2");
		ck_assert_int_eq(firewall_put(&picture->last, &pop3, &entry), 0);
		entry->until_us = NOW + SECOND;
	} else if (strcmp(what, "open beyond its time") == 0 ||
	           strcmp(what, "open to the end of its time") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		ck_assert_int_eq(firewall_put(&picture->last, &pop3, &entry), 0);
		serve(picture, 110, AF_INET, false, "dovecot");
		entry->flags |= FIREWALL_GUARD_TIMED;
		entry->until_us = NOW - (strstr(what, "beyond") ? 3 : 1) * SECOND;
	} else if (strncmp(what, "no item for a time: ", 20) == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		picture->ruleset.version = strdup("2.5.2");
		end_soon(picture, what + 20);
	} else if (strcmp(what, "a wipe is open") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		run_jail(picture, "dovecot", "imaps", JAIL_ACTION_RICH);
		picture->wipe_open = true;
	} else if (strcmp(what, "everybody is refused") == 0) {
		serve(picture, 993, AF_INET, false, "dovecot");
		live_at(picture, "192.0.2.1");
	} else {
		ck_abort_msg("what is %s?", what);
	}
	item_deinit(&pop3);
}

static const struct {
	const char *firewall, *rules, *what;
	const char *name; /* of what is found; NULL: nothing but what is good to know */
	enum finding_severity severity;
	const char *command; /* a part of it; NULL: there is none */
} more_worlds[] = {
    {MAIL, MAIL_RULES, "served", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "dovecot is installed", "no-listener", FINDING_WARNING,
     "systemctl start dovecot"},
    {MAIL, MAIL_RULES, "on loopback", "loopback-only", FINDING_WARNING, "listen = *"},
    {MAIL, MAIL_RULES, "in one family", "one-family-only", FINDING_WARNING,
     "systemctl restart dovecot"},
    {MAIL, MAIL_RULES, "smtp, which is shut", "listening-closed", FINDING_WARNING,
     "firewall-cmd --zone=public --add-service=smtp && firewall-cmd --permanent"},
    {MAIL, MAIL_RULES, "smtp, which the zone lacks", "expected-service", FINDING_WARNING,
     "--add-service=smtp"},
    {MAIL " public/service:https=rp", MAIL_RULES "\npublic service https\nservice:https 443/tcp",
     "served", "web-no-listener", FINDING_WARNING, NULL},
    {MAIL, MAIL_RULES, "no jail", "no-jail", FINDING_WARNING, "jail.d/dovecot.local"},
    {MAIL, MAIL_RULES, "no jail", "hook-missing", FINDING_INFO, "reload-guard hook enable"},
    {MAIL, MAIL_RULES, "a jail", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "a ban without its rule", "ban-without-rule", FINDING_ERROR,
     "--add-rich-rule="},
    /* a restart would mend neither */
    {MAIL, MAIL_RULES, "a folder in the store's place", "store", FINDING_ERROR,
     "systemctl stop reload-guard; (cd /var/lib/guard && for f in guard.db*; do mv "},
    {MAIL, MAIL_RULES, "a store where others may write", "store", FINDING_ERROR, NULL},
    {MAIL, MAIL_RULES, "a hook that says nothing", "hook-silent", FINDING_WARNING, NULL},
    {MAIL, MAIL_RULES, "a hook that tells", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "a hook whose word is on its way", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "a hook of no jail", "hook-missing", FINDING_INFO, "hook enable"},
    {MAIL, MAIL_RULES, "SELinux on Fedora", "selinux-module", FINDING_WARNING,
     "dnf install reload-guard-selinux && restorecon -RF /usr/sbin/reload-guard "},
    {MAIL, MAIL_RULES, "SELinux on Debian, and a blank label", "selinux-module", FINDING_WARNING,
     "semodule -i /root/reload-guard-selinux/reload_guard.pp && restorecon"},
    {MAIL, MAIL_RULES, "SELinux, permissive", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "SELinux with the module", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "SELinux with the module, and old labels", "selinux-module", FINDING_WARNING,
     "restorecon -RF /etc/reload-guard"},
    {MAIL, MAIL_RULES, "bans that stay away", "bans-not-restored", FINDING_INFO,
     "restore-bans = safe"},
    {MAIL, MAIL_RULES, "bans that nobody puts back", "bans-not-restored", FINDING_WARNING,
     "nft --version && printf '[%s]\\nbanaction = nftables-multiport\\n' dovecot "
     ">/etc/fail2ban/jail.d/zz-dovecot-nftables.local && fail2ban-client reload --restart "
     "dovecot && fail2ban-client get dovecot actions"},
    {MAIL, MAIL_RULES, "bans whose look nobody has seen", "bans-not-restored", FINDING_WARNING,
     "systemctl restart reload-guard"},
    {MAIL, MAIL_RULES, "a wipe is open", "ban-permanent", FINDING_UNKNOWN, NULL},
    {MAIL " public/service:pop3=r", MAIL_RULES "\npublic service pop3\nservice:pop3 110/tcp",
     "open for a time, and reloads crash", "reload-crash", FINDING_ERROR,
     "firewall-cmd --zone=public --remove-service=pop3 && firewall-cmd --zone=public "
     "--add-service=pop3"},
    {MAIL " public/service:pop3=r", MAIL_RULES "\npublic service pop3\nservice:pop3 110/tcp",
     "open beyond its time", "time-over", FINDING_ERROR,
     "firewall-cmd --zone=public --remove-service=pop3"},
    {MAIL " public/service:pop3=r", MAIL_RULES "\npublic service pop3\nservice:pop3 110/tcp",
     "open to the end of its time", NULL, FINDING_INFO, NULL},
    {MAIL " public/service:pop3=rp", MAIL_RULES "\npublic service pop3\nservice:pop3 110/tcp",
     "open beyond its time", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "open beyond its time", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES, "no item for a time: policy:mail-in ingress-zone=home", "reload-crash",
     FINDING_ERROR, "firewall-cmd --policy=mail-in --remove-ingress-zone=home"},
    {MAIL, MAIL_RULES, "no item for a time: policy:mail-in egress-zone=HOST", "reload-crash",
     FINDING_ERROR, "firewall-cmd --policy=mail-in --remove-egress-zone=HOST"},
    {MAIL, MAIL_RULES, "no item for a time: policy:mail-in ingress-zone=work", NULL, FINDING_INFO,
     NULL},
    {MAIL, MAIL_RULES, "no item for a time: policy:off disable", "reload-crash", FINDING_ERROR,
     "firewall-cmd --policy=off --remove-disable"},
    {MAIL, MAIL_RULES, "no item for a time: policy:mail-in disable", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES "\npublic rule rule service name=\"imaps\" drop", "everybody is refused",
     "refused-by-rule", FINDING_ERROR, "--remove-rich-rule="},
    {MAIL, "public interface eth0\npublic service imaps\nservice:imaps 994/tcp\ndefault public",
     "served", "service-definition", FINDING_ERROR, "--load-service-defaults=imaps"},
    /* the next reload moves the interface of the clients */
    {"public/interface:eth0=rw work/interface:eth0=p public/service:imaps=rp", MAIL_RULES "\nwork",
     "served", "reload-moves", FINDING_ERROR,
     "firewall-cmd --permanent --zone=public --change-interface=eth0"},
    {"public/interface:eth0=rw work/interface:eth0=p public/service:imaps=rp "
     "work/service:imaps=rp",
     MAIL_RULES "\nwork service imaps", "served", NULL, FINDING_INFO, NULL},
    {"work/interface:eth0=p public/service:imaps=rp",
     "public service imaps\nservice:imaps 993/tcp\ndefault public\nwork target ACCEPT", "served",
     NULL, FINDING_INFO, NULL},
    {"work/interface:eth0=p public/service:imaps=rp",
     "public service imaps\nservice:imaps 993/tcp\ndefault public\nwork", "served", "reload-moves",
     FINDING_ERROR, "firewall-cmd --permanent --zone=public --change-interface=eth0"},
    /* what was bound by hand is put back by the watcher, which runs */
    {"mail/interface:eth0=r work/interface:eth0=p mail/service:imaps=rp",
     "mail interface eth0\nmail service imaps\nservice:imaps 993/tcp\ndefault public\npublic\nwork",
     "served", "reload-moves", FINDING_INFO,
     "firewall-cmd --permanent --zone=mail --change-interface=eth0"},
    /* strangers get in to anything, by whatever says so; what is served stays open */
    {MAIL, MAIL_RULES "\npublic target ACCEPT", "served", "wide-open", FINDING_WARNING,
     "firewall-cmd --permanent --zone=public --set-target=default && reload-guard snapshot take"},
    {"public/interface:eth0=rp",
     "public interface eth0\npublic target ACCEPT\nservice:imaps 993/tcp\ndefault public", "served",
     "wide-open", FINDING_WARNING,
     "firewall-cmd --zone=public --add-service=imaps && firewall-cmd --permanent --zone=public "
     "--add-service=imaps && firewall-cmd --permanent --zone=public --set-target=default"},
    {"public/interface:eth0=rp public/protocol:tcp=rp",
     "public interface eth0\npublic protocol tcp\nservice:imaps 993/tcp\ndefault public", "served",
     "wide-open", FINDING_WARNING,
     "--permanent --zone=public --add-service=imaps && firewall-cmd --zone=public "
     "--remove-protocol=tcp && firewall-cmd --permanent"},
    {MAIL " public/port:1025-65535/tcp=rp", MAIL_RULES "\npublic port 1025-65535/tcp", "served",
     "wide-open", FINDING_WARNING,
     "firewall-cmd --zone=public --remove-port=1025-65535/tcp && firewall-cmd --permanent"},
    {MAIL, MAIL_RULES "\npublic rule rule family=\"ipv4\" source address=\"0.0.0.0/0\" accept",
     "served", "wide-open", FINDING_WARNING, "--zone=public --remove-rich-rule="},
    {MAIL, MAIL_RULES "\npublic service games\nservice:games 1-65535/tcp", "served", "wide-open",
     FINDING_WARNING, "--remove-service=games"},
    {MAIL,
     MAIL_RULES "\npolicy:in ingress ANY\npolicy:in egress HOST\npolicy:in target ACCEPT\n"
                "policy:in priority -1",
     "served", "wide-open", FINDING_WARNING, "--policy=in --set-target=CONTINUE"},
    {"trusted/interface:eth0=rp",
     "trusted interface eth0\ntrusted target ACCEPT\nservice:imaps 993/tcp\ndefault public\npublic",
     "served", "wide-open", FINDING_WARNING, NULL},
    /* but not where each was meant, or for others than strangers, or not towards them */
    {MAIL, MAIL_RULES "\npublic port 3306/tcp\npublic port 6379/tcp\npublic port 2049/tcp",
     "served", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES "\npublic rule rule family=\"ipv4\" source address=\"10.0.0.0/8\" accept",
     "served", NULL, FINDING_INFO, NULL},
    {MAIL, MAIL_RULES "\ntrusted interface wg0\ntrusted target ACCEPT", "served", NULL,
     FINDING_INFO, NULL},
    {MAIL, MAIL_RULES "\n" LED_AWAY, "smtp, which the zone lacks", NULL, FINDING_INFO, NULL},
    /* a policy that opens it wherever they come in */
    {"public/interface:eth0=rw work/interface:eth0=p public/service:imaps=rp",
     MAIL_RULES "\nwork\npolicy:in ingress ANY\npolicy:in egress HOST\npolicy:in service imaps\n"
                "policy:in priority -1",
     "served", NULL, FINDING_INFO, NULL},
};

/* What is known of firewalld, and what its next reload does to a jail's bans: firewalld#863. */
static const struct {
	const char *backend, *version, *direct;
	unsigned missing; /* parts that are not known */
	enum jail_action_kind kind;
	enum jail_fate fate;
} fates[] = {
    {"nftables", "1.3.3", NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_LOST},
    {"nftables", "0.9.3", NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_LOST},
    {"nftables", "2.0.0", NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_KEPT},
    {"iptables", "2.3.1", NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_LOST},
    {"nftables", "2.3.1", "direct:ipv4/chain:filter mine", 0, JAIL_ACTION_IPTABLES, JAIL_FATE_LOST},
    {"nftables", NULL, NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_UNKNOWN},
    {NULL, "2.3.1", NULL, 0, JAIL_ACTION_IPTABLES, JAIL_FATE_UNKNOWN},
    {"nftables", "2.3.1", NULL, PICTURE_FIREWALLD, JAIL_ACTION_IPTABLES, JAIL_FATE_UNKNOWN},
    {"nftables", "1.3.3", NULL, 0, JAIL_ACTION_NFTABLES, JAIL_FATE_KEPT},
    {"nftables", "1.3.3", NULL, 0, JAIL_ACTION_OTHER, JAIL_FATE_KEPT},
    {"nftables", "1.3.3", NULL, 0, JAIL_ACTION_IPSET, JAIL_FATE_RESTORED},
    {NULL, NULL, NULL, 0, JAIL_ACTION_DIRECT, JAIL_FATE_RESTORED},
};

START_TEST(knows_what_a_reload_does_to_bans)
{
	struct world world;
	struct picture *picture = &world.picture;
	struct firewall_entry *entry;

	world_init(&world, MAIL, MAIL_RULES);
	run_jail(picture, "dovecot", "imaps", fates[_i].kind);
	picture->known &= ~fates[_i].missing;
	free(picture->backend);
	picture->backend = fates[_i].backend ? strdup(fates[_i].backend) : NULL;
	picture->ruleset.version = fates[_i].version ? strdup(fates[_i].version) : NULL;
	if (fates[_i].direct) {
		struct item item = item_from_text(fates[_i].direct);

		ck_assert_int_eq(firewall_put(&picture->firewall, &item, &entry), 0);
		entry->flags |= FIREWALL_RUNTIME;
		item_deinit(&item);
	}
	ck_assert_str_eq(jail_fate_name(picture_jail_fate(picture, &picture->tickets.jails[0])),
	                 jail_fate_name(fates[_i].fate));
	world_deinit(&world);
}
END_TEST

/* What an action does for a ban, what was seen of the jail's bans, and what becomes of them. */
static const struct {
	const char *what;
	enum jail_action_kind kind;
	const char *command;
	int64_t ago_s;
	enum item_kind seen_kind;
	const char *seen_zone; /* NULL: nothing was seen */
	enum jail_fate fate;
} forms[] = {
    {"its own set", JAIL_ACTION_FW_IPSET, OWN_SET, 900, 0, NULL, JAIL_FATE_LOST},
    {"that was seen", JAIL_ACTION_FW_IPSET, OWN_SET, 900, ITEM_ENTRY, "ipset:blocked",
     JAIL_FATE_RESTORED},
    {"when it was another one", JAIL_ACTION_FW_IPSET, OWN_SET, 900, ITEM_ENTRY, "ipset:old",
     JAIL_FATE_LOST},
    {"no ban yet", JAIL_ACTION_FW_IPSET, OWN_SET, 0, 0, NULL, JAIL_FATE_RESTORED},
    {"a new one", JAIL_ACTION_FW_IPSET, OWN_SET, 9, 0, NULL, JAIL_FATE_RESTORED},
    {"for good as well", JAIL_ACTION_FW_IPSET, OWN_SET "; firewall-cmd --permanent --x", 900, 0,
     NULL, JAIL_FATE_RESTORED},
    {"a source", JAIL_ACTION_SOURCE, OWN_SOURCE, 900, 0, NULL, JAIL_FATE_LOST},
    {"that was seen", JAIL_ACTION_SOURCE, OWN_SOURCE, 900, ITEM_SOURCE, "drop", JAIL_FATE_RESTORED},
    {"a direct rule", JAIL_ACTION_DIRECT, OWN_DIRECT, 900, 0, NULL, JAIL_FATE_LOST},
    {"a network", JAIL_ACTION_RICH, OWN_RULE("/24"), 900, 0, NULL, JAIL_FATE_LOST},
    /* fail2ban's own */
    {"a rule", JAIL_ACTION_RICH, OWN_RULE(""), 900, 0, NULL, JAIL_FATE_RESTORED},
    {"a named set", JAIL_ACTION_FW_IPSET, "firewall-cmd --ipset=f2b-dovecot --add-entry=<ip>", 900,
     0, NULL, JAIL_FATE_RESTORED},
    {"a set for each family", JAIL_ACTION_FW_IPSET,
     "firewall-cmd --ipset=<ipmset> --add-entry=<ip>", 900, 0, NULL, JAIL_FATE_RESTORED},
    {"a kernel's set", JAIL_ACTION_IPSET, "ipset add f2b-dovecot <ip>", 900, 0, NULL,
     JAIL_FATE_RESTORED},
    {"a named chain", JAIL_ACTION_DIRECT,
     "firewall-cmd --direct --add-rule ipv4 filter f2b-dovecot 0 -s <ip> -j REJECT", 900, 0, NULL,
     JAIL_FATE_RESTORED},
};

START_TEST(what_was_not_seen_is_not_restored)
{
	struct world world;
	struct picture *picture = &world.picture;
	struct banshape seen = {.jail = strdup("dovecot"),
	                        .pattern = strdup("<ip>"),
	                        .kind = forms[_i].seen_kind,
	                        .sure = true};

	world_init(&world, MAIL, MAIL_RULES);
	run_jail(picture, "dovecot", "imaps", forms[_i].kind);
	give_command(picture, forms[_i].command, "dovecot", forms[_i].ago_s);
	seen.zone = forms[_i].seen_zone ? strdup(forms[_i].seen_zone) : NULL;
	if (seen.zone)
		ck_assert_int_eq(banshapes_add_take(&picture->shapes, &seen), 0);
	else
		banshape_deinit(&seen);
	ck_assert_msg(picture_jail_fate(picture, &picture->tickets.jails[0]) == forms[_i].fate,
	              "%s", forms[_i].what);
	/* of what nobody knows nothing is said */
	picture->known &= ~(unsigned)PICTURE_STORE;
	if (forms[_i].fate == JAIL_FATE_LOST)
		ck_assert_int_eq(picture_jail_fate(picture, &picture->tickets.jails[0]),
		                 JAIL_FATE_UNKNOWN);
	world_deinit(&world);
}
END_TEST

START_TEST(finds_what_is_around)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL, told = FINDINGS_NULL;
	const struct finding *finding = NULL;
	struct world world;

	world_init(&world, more_worlds[_i].firewall, more_worlds[_i].rules);
	change(&world, more_worlds[_i].what);
	find(&findings, &world, true);
	if (!more_worlds[_i].name) {
		ck_assert_msg(findings.n == 0 || findings.findings[0].severity == FINDING_INFO,
		              "%s: %s", findings.findings[0].name, findings.findings[0].text);
	} else {
		ck_assert_msg(count(&findings, more_worlds[_i].name, &finding) == 1, "%s: %zu",
		              more_worlds[_i].name, count(&findings, more_worlds[_i].name, NULL));
		ck_assert_str_eq(finding_severity_name(finding->severity),
		                 finding_severity_name(more_worlds[_i].severity));
		if (more_worlds[_i].command)
			ck_assert_msg(finding->command &&
			                  strstr(finding->command, more_worlds[_i].command),
			              "%s", finding->command);
		else
			ck_assert_ptr_null(finding->command);
		/* one judge: what is an error is one for status, too */
		find(&told, &world, false);
		if (finding->severity == FINDING_ERROR)
			ck_assert_uint_eq(count(&told, more_worlds[_i].name, NULL), 1);
	}
	world_deinit(&world);
}
END_TEST

/* --- the items ---------------------------------------------------------------------------- */

START_TEST(shows_each_item)
{
	_cleanup_status_ struct status status = STATUS_NULL;
	bool selected[CHECKS_N] = {false};
	struct world world;

	world_init(&world, MAIL " inside/port:465/tcp=r public/service:pop3=p", MAIL_RULES);
	serve(&world.picture, 993, AF_INET, false, "dovecot");
	ck_assert_int_eq(status_make(&status, selected, &world.picture), 0);
	ck_assert(!status_is_degraded(&status));
	ck_assert_uint_eq(status.n, 3);
	/* in the order of their zones, then as they are missed */
	ck_assert_str_eq(status.items[0].item.value, "465/tcp");
	ck_assert(status.items[0].listed && !status.items[0].open &&
	          status_item_is_runtime_only(&status.items[0]));
	ck_assert_int_eq(status.items[0].listens, LISTENERS_NO);
	ck_assert_str_eq(status.items[1].item.value, "imaps");
	ck_assert(status.items[1].open && status.items[1].permanent);
	ck_assert_int_eq(status.items[1].listens, LISTENERS_YES);
	ck_assert_str_eq(status.items[1].ports.strings[0], "993/tcp");
	ck_assert_str_eq(status.items[2].item.value, "pop3");
	ck_assert(!status.items[2].listed && !status.items[2].open);
	/* what it is made of is not known here */
	ck_assert_int_eq(status.items[2].listens, LISTENERS_UNKNOWN);
	ck_assert(status.counts.mismatch_known == false && status.counts.clients_known);
	world_deinit(&world);
}
END_TEST

/* --- one cause, one finding --------------------------------------------------------------- */

/* What is shut is shut, whatever is gone besides; and what is gone shuts nothing. */
static const struct {
	const char *what;
	enum firewall_state state;
	const char *name, *words;
} gone[] = {
    {"no kernel rules", FIREWALL_STATE_RUNNING, "kernel-rules", "nothing is shut"},
    {"no kernel rules, and shut", FIREWALL_STATE_RUNNING, "kernel-rules", "no new connection in"},
    {"no kernel rules", FIREWALL_STATE_INIT, "firewalld-state", "nothing is shut"},
    {"no kernel rules", FIREWALL_STATE_BROKEN, "firewalld-state", "nothing is shut"},
    {"no kernel rules, and shut", FIREWALL_STATE_INIT, "firewalld-state", "may drop every"},
    {"no kernel rules, and shut", FIREWALL_STATE_BROKEN, "firewalld-state", "drops every"},
    {"shut", FIREWALL_STATE_BROKEN, "firewalld-state", "drops every"},
};

START_TEST(says_what_the_kernel_lets_in)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	const struct finding *finding = NULL;
	struct world world;

	world_init(&world, MAIL, MAIL_RULES);
	end_it_all(&world, gone[_i].what);
	world.picture.state = gone[_i].state;
	find(&findings, &world, false);
	ck_assert_uint_eq(count(&findings, gone[_i].name, &finding), 1);
	ck_assert_ptr_nonnull(strstr(finding->text, gone[_i].words));
	world_deinit(&world);
}
END_TEST

START_TEST(what_nobody_could_read_is_told_once)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	const struct finding *finding = NULL;
	struct world world;

	world_init(&world, MAIL, MAIL_RULES);
	world.picture.known &= ~(unsigned)PICTURE_RULES;
	err_set(&world.picture.why[3], 0, "it said nonsense");
	find(&findings, &world, true);
	ck_assert_uint_eq(count(&findings, "expected-service", &finding), 1);
	ck_assert_int_eq(finding->severity, FINDING_UNKNOWN);
	ck_assert_str_eq(finding->text, "firewalld's rules could not be read");
	ck_assert_ptr_nonnull(strstr(finding->evidence, "it said nonsense"));
	ck_assert_ptr_nonnull(strstr(finding->evidence, "refused-by-rule"));
	for (size_t i = 0; i < findings.n; i++)
		ck_assert(&findings.findings[i] == finding ||
		          findings.findings[i].severity != FINDING_UNKNOWN);
	world_deinit(&world);
}
END_TEST

/* In a firewall that nobody meant nothing is restored: no command says so. */
START_TEST(what_is_lost_has_a_command_where_it_helps)
{
	static const enum firewall_state states[] = {FIREWALL_STATE_RUNNING, FIREWALL_STATE_FAILED};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		_cleanup_findings_ struct findings findings = FINDINGS_NULL;
		_cleanup_firewall_ struct firewall before =
		    firewall_from_text(MAIL " public/service:smtp=r public/service:pop3s=r");
		const struct finding *finding = NULL;
		struct world world;

		world_init(&world, MAIL, MAIL_RULES);
		ck_assert_int_eq(loss_find(&world.picture.missing.loss,
		                           &(struct loss_evidence){
		                               .before = &before,
		                               .after = &world.picture.firewall,
		                               .scope = &world.config.scope,
		                               .kind = WIPE_RELOAD,
		                               .now_us = NOW,
		                           }),
		                 0);
		world.picture.state = states[i];
		find(&findings, &world, false);
		ck_assert_uint_eq(count(&findings, "lost", &finding), 1);
		ck_assert_str_eq(finding->evidence, "public/service:smtp, public/service:pop3s");
		if (states[i] == FIREWALL_STATE_RUNNING)
			ck_assert_str_eq(finding->command, "reload-guard restore");
		else
			ck_assert_ptr_null(finding->command);
		ck_assert_str_eq(finding->other, "reload-guard release public/service:smtp && "
		                                 "reload-guard release public/service:pop3s");
		world_deinit(&world);
	}
}
END_TEST

/* Law 2: whichever part cannot be seen, whoever looks at it says so, and finds nothing fine. */
START_TEST(nobody_blind_is_fine)
{
	for (unsigned all = 0; all < 2; all++) {
		bool selected[CHECKS_N];
		unsigned parts;

		if (all)
			checks_select(selected, &(const struct strv){0});
		else
			checks_select_status(selected);
		parts = checks_parts(selected);
		for (unsigned part = 1; part < PICTURE_ALL; part <<= 1) {
			_cleanup_status_ struct status status = STATUS_NULL;
			struct world world;

			if (!(parts & part))
				continue;
			world_init(&world, MAIL, MAIL_RULES);
			serve(&world.picture, 993, AF_INET, false, "dovecot");
			live_at(&world.picture, "192.0.2.1");
			strcpy(world.picture.backend, "n");
			ck_assert_int_eq(status_make(&status, selected, &world.picture), 0);
			ck_assert_msg(!status_is_degraded(&status), "%s",
			              status.findings.n ? status.findings.findings[0].text : "");
			status_deinit(&status);
			world.picture.known &= ~part;
			if (part == PICTURE_FIREWALLD)
				world.picture.result = FIREWALLD_E_TIMEOUT;
			ck_assert_int_eq(status_make(&status, selected, &world.picture), 0);
			ck_assert_msg(status_is_degraded(&status), "%s", picture_part_name(part));
			ck_assert_msg(findings_worst(&status.findings) >= FINDING_UNKNOWN &&
			                  (findings_have(&status.findings, FINDING_UNKNOWN) ||
			                   findings_have(&status.findings, FINDING_ERROR)),
			              "%s: nothing is said", picture_part_name(part));
			world_deinit(&world);
		}
	}
}
END_TEST

/* Nothing is open, nothing was, and mail is served. */
static void fresh_server(struct world *world)
{
	world_init(world, "public/interface:eth0=rp public/service:ssh=rp",
	           "public interface eth0\npublic service ssh\nservice:ssh 22/tcp\ndefault public");
	serve(&world->picture, 993, AF_INET, false, "dovecot");
	serve(&world->picture, 25, AF_INET, false, "master");
	serve(&world->picture, 110, AF_INET, false, "dovecot");
	live_at(&world->picture, "192.0.2.1");
}

/* A server that was just set up. */
START_TEST(a_fresh_server_is_shut)
{
	_cleanup_status_ struct status status = STATUS_NULL;
	const struct finding *finding = NULL;
	bool selected[CHECKS_N];
	struct world world;

	fresh_server(&world);
	checks_select_status(selected);
	ck_assert_int_eq(status_make(&status, selected, &world.picture), 0);
	ck_assert(status_is_degraded(&status));
	ck_assert_uint_eq(count(&status.findings, "listening-closed", &finding), 1);
	ck_assert_int_eq(finding->severity, FINDING_ERROR);
	ck_assert_str_eq(finding->other, "reload-guard setup");
	/* pop3 many keep shut on purpose */
	ck_assert_str_eq(finding->command,
	                 "firewall-cmd --zone=public --add-service=smtp --add-service=imaps && "
	                 "firewall-cmd --permanent --zone=public --add-service=smtp "
	                 "--add-service=imaps");
	world_deinit(&world);
}
END_TEST

/* What `setup` leaves shut is no fault (test-setup asks it the same), nor what nobody serves. */
static const struct {
	const char *services;              /* under [check]; NULL: none */
	const char *expected;              /* the end of the finding; NULL: there is none */
	enum finding_severity pop3, smtps; /* of what listening-closed says */
} shut_on_purpose[] = {
    {NULL, "after the next reload: smtp, smtps", FINDING_INFO, FINDING_N_SEVERITIES},
    {"imaps", NULL, FINDING_INFO, FINDING_INFO},
    {"imaps pop3", "after the next reload: pop3", FINDING_N_SEVERITIES, FINDING_INFO},
};

START_TEST(what_may_stay_shut_is_no_fault)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	const struct finding *finding = NULL;
	const char *services = shut_on_purpose[_i].services, *end = shut_on_purpose[_i].expected;
	struct world world;

	world_init(&world, MAIL, MAIL_RULES);
	list_zones(&world.picture.firewall);
	serve(&world.picture, 25, AF_INET, false, "master");
	serve(&world.picture, 465, AF_INET, false, "master");
	serve(&world.picture, 993, AF_INET, false, "dovecot");
	serve(&world.picture, 110, AF_INET, false, "dovecot");
	if (services)
		ck_assert_int_eq(strv_split(&world.config.check_services, services, " "), 0);
	find(&findings, &world, true);
	ck_assert_uint_eq(count(&findings, "expected-service", &finding), end ? 1 : 0);
	if (end)
		ck_assert_str_eq(strstr(finding->text, "after"), end);
	for (size_t i = 0; i < findings.n; i++) {
		if (strstr(findings.findings[i].text, "pop3 (110/tcp) is served"))
			ck_assert_int_eq(findings.findings[i].severity, shut_on_purpose[_i].pop3);
		if (strstr(findings.findings[i].text, "smtps (465/tcp) is served"))
			ck_assert_int_eq(findings.findings[i].severity, shut_on_purpose[_i].smtps);
	}
	world_deinit(&world);
}
END_TEST

/* --- without memory ----------------------------------------------------------------------- */

/* Not fine is not fine, or there is no answer: whichever allocation of the whole of it fails. */
static void fail_everywhere(const struct world *world, bool all, const char *what)
{
	_cleanup_status_ struct status whole = STATUS_NULL;
	bool selected[CHECKS_N], failed = FAILING;

	if (all)
		checks_select(selected, &(const struct strv){0});
	else
		checks_select_status(selected);
	ck_assert_int_eq(status_make(&whole, selected, &world->picture), 0);
	for (unsigned long at = 1; failed; at++) {
		_cleanup_status_ struct status status = STATUS_NULL;
		int r;

		failing_begin(at);
		r = status_make(&status, selected, &world->picture);
		failed = failing_end();
		ck_assert(r == 0 || (failed && r == -ENOMEM));
		for (size_t i = 0; r == 0 && i < whole.findings.n; i++)
			ck_assert_msg(
			    whole.findings.findings[i].severity == FINDING_INFO ||
			        count(&status.findings, whole.findings.findings[i].name, NULL),
			    "%s, allocation %lu: not told: %s", what, at,
			    whole.findings.findings[i].text);
	}
}

static void put_rule(struct firewall *fw, const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;

	ck_assert_int_eq(item_init(&item, "public", ITEM_RULE, text, NULL), 0);
	ck_assert_int_eq(firewall_put(fw, &item, &entry), 0);
	entry->flags |= FIREWALL_RUNTIME;
}

START_TEST(without_memory_nothing_is_fine)
{
	struct world world;

	for (size_t i = 0; i < ARRAY_SIZE(worlds); i++) {
		world_init(&world, worlds[i].firewall, worlds[i].rules);
		end_it_all(&world, worlds[i].what);
		fail_everywhere(&world, _i, worlds[i].what);
		world_deinit(&world);
	}
	for (size_t i = 0; i < ARRAY_SIZE(more_worlds); i++) {
		world_init(&world, more_worlds[i].firewall, more_worlds[i].rules);
		change(&world, more_worlds[i].what);
		fail_everywhere(&world, _i, more_worlds[i].what);
		world_deinit(&world);
	}
	fresh_server(&world);
	fail_everywhere(&world, _i, "a fresh server");
	world_deinit(&world);
	/* mail is open where nobody comes in */
	world_init(&world, "public/interface:eth0=rp work/service:imaps=rp", MAIL_RULES);
	serve(&world.picture, 993, AF_INET, false, "dovecot");
	fail_everywhere(&world, _i, "a zone without packets");
	world_deinit(&world);
	world_init(&world, MAIL, MAIL_RULES);
	put_rule(&world.picture.firewall, "rule service name=\"imaps\" accept");
	world.picture.watcher.running = false;
	fail_everywhere(&world, _i, "a rule that the next reload takes");
	world_deinit(&world);
}
END_TEST

/* Ranges that stand in a store which cannot be read are not none. */
START_TEST(ranges_that_are_missing_are_told)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL, more = FINDINGS_NULL;
	bool selected[CHECKS_N] = {false};
	const struct finding *finding = NULL;
	struct world world;
	size_t index = 0;

	world_init(&world, MAIL, MAIL_RULES);
	ck_assert(checks_find("clients-cut-off", &index));
	selected[index] = true;
	world.picture.clients.complete = false;
	world.picture.known &= ~(unsigned)PICTURE_STORE;
	ck_assert_int_eq(strv_add(&world.picture.clients.troubles, "the store: it is locked"), 0);
	ck_assert_int_eq(checks_make(&findings, NULL, selected, &world.picture), 0);
	ck_assert_uint_eq(count(&findings, "clients-cut-off", &finding), 1);
	ck_assert_int_eq(finding->severity, FINDING_UNKNOWN);
	/* of a file that cannot be read, too */
	ck_assert_int_eq(strv_add(&world.picture.clients.troubles, "/ranges: gone"), 0);
	ck_assert_int_eq(checks_make(&more, NULL, selected, &world.picture), 0);
	ck_assert_uint_eq(count(&more, "clients-cut-off", NULL), 2);
	ck_assert(!picture_is_whole(&world.picture));
	world_deinit(&world);
}
END_TEST

/* What a zone lacks, what is open for the runtime only: told by one of those that could. */
START_TEST(two_checks_do_not_tell_the_same)
{
	static const char *const names[] = {"expected-service", "runtime-only-service"};
	struct world world;

	world_init(&world, "public/interface:eth0=rp public/service:imaps=r", MAIL_RULES);
	change(&world, "smtp, which the zone lacks");
	for (size_t i = 0; i <= ARRAY_SIZE(names); i++) {
		_cleanup_findings_ struct findings findings = FINDINGS_NULL;
		bool selected[CHECKS_N] = {false};
		const struct finding *finding = NULL;
		size_t index = 0;

		/* each by itself, then both with the rest */
		if (i < ARRAY_SIZE(names)) {
			ck_assert(checks_find(names[i], &index));
			selected[index] = true;
		} else {
			checks_select(selected, &world.config.check_skip);
		}
		ck_assert_int_eq(checks_make(&findings, NULL, selected, &world.picture), 0);
		for (size_t k = 0; k < findings.n; k++)
			if (strstr(findings.findings[k].text, "after the next reload: imaps") ||
			    strcmp(findings.findings[k].name, "runtime-only-service") == 0)
				ck_assert_msg(!finding, "%s and %s", finding->name,
				              findings.findings[k].name),
				    finding = &findings.findings[k];
		ck_assert_ptr_nonnull(finding);
		if (i == ARRAY_SIZE(names)) {
			ck_assert_str_eq(finding->name, "runtime-only-service");
			ck_assert_uint_ge(count(&findings, "expected-service", NULL), 1);
			ck_assert_uint_eq(count(&findings, "listening-closed", NULL), 0);
		}
	}
	world_deinit(&world);
}
END_TEST

#define SMTPS "service:smtps 465/tcp\nservice:submissions 465/tcp\npublic interface eth0\n"
#define ETH0  "public/interface:eth0=rp "
#define MAKES "firewall-cmd --zone=public --add-service=smtps"
#define KEEPS "firewall-cmd --permanent --zone=public --add-service=smtps"
#define TAKES "firewall-cmd --zone=public --remove-port=465/tcp"
#define DROPS "firewall-cmd --permanent --zone=public --remove-port=465/tcp"

/* 465/tcp, opened in each way that there is, or not: each is told once, with what settles it. */
static const struct {
	const char *firewall, *rules;
	bool served;
	const char *name; /* NULL: it is as it should be */
	const char *command;
} smtps[] = {
    {ETH0 "public/service:smtps=rp", "public service smtps", true, NULL, NULL},
    {ETH0 "public/service:smtps=r public/service:submissions=p", "public service smtps", true, NULL,
     NULL},
    {ETH0 "public/service:smtps=r public/port:460-470/tcp=p", "public service smtps", true, NULL,
     NULL},
    {ETH0 "public/service:imaps=rp", "public service imaps", true, "expected-service",
     MAKES " && " KEEPS},
    {ETH0 "public/service:smtps=p", "public", true, "expected-service", MAKES},
    {ETH0 "public/service:smtps=r", "public service smtps", true, "runtime-only-service",
     "reload-guard persist"},
    {ETH0 "public/port:465/tcp=r", "public port 465/tcp", true, "runtime-only-service",
     KEEPS " && " MAKES " && " TAKES},
    {ETH0 "public/port:465/tcp=p", "public", true, "expected-service",
     MAKES " && " KEEPS " && " DROPS},
    {ETH0 "public/port:465/tcp=rp", "public port 465/tcp", true, "raw-ports",
     KEEPS " && " DROPS " && " MAKES " && " TAKES},
    {ETH0 "public/port:465/tcp=p public/service:smtps=r", "public service smtps", true, "raw-ports",
     KEEPS " && " DROPS},
    {ETH0 "public/port:465/tcp=r public/service:smtps=p", "public port 465/tcp", true, "raw-ports",
     MAKES " && " TAKES},
    {ETH0 "public/port:465/tcp=rp public/service:smtps=r", "public service smtps", true,
     "raw-ports", KEEPS " && " DROPS " && " MAKES " && " TAKES},
    /* where no packet comes through, while other mail is open */
    {ETH0 "work/service:smtps=r public/service:imaps=rp",
     "public service imaps\nwork service smtps", true, "unreached-zone", MAKES " && " KEEPS},
    {ETH0 "public/port:465/tcp=r", "public port 465/tcp", false, "no-listener", TAKES},
    {ETH0 "public/port:465/tcp=rp", "public port 465/tcp", false, "no-listener",
     TAKES " && " DROPS},
    {ETH0 "public/service:smtps=r", "public service smtps", false, "no-listener",
     "firewall-cmd --zone=public --remove-service=smtps"},
};

static bool is_of_smtps(const struct finding *finding)
{
	return strstr(finding->text, "smtps") || strstr(finding->text, "465") ||
	       (finding->evidence &&
	        (strstr(finding->evidence, "smtps") || strstr(finding->evidence, "465")));
}

START_TEST(one_cause_is_one_finding)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_free_ char *rules = NULL;
	const struct finding *found = NULL;
	struct world world;

	ck_assert_int_eq(
	    xasprintf(&rules, SMTPS "service:imaps 993/tcp\n%s\ndefault public", smtps[_i].rules),
	    0);
	world_init(&world, smtps[_i].firewall, rules);
	list_zones(&world.picture.firewall);
	world.picture.watcher.running = false;
	serve(&world.picture, 993, AF_INET, false, "dovecot");
	if (smtps[_i].served) {
		serve(&world.picture, 465, AF_INET, false, "master");
		ck_assert_int_eq(strv_add(&world.config.check_services, "smtps"), 0);
		ck_assert_int_eq(strv_add(&world.config.check_services, "imaps"), 0);
	}
	find(&findings, &world, true);
	for (size_t i = 0; i < findings.n; i++) {
		const struct finding *finding = &findings.findings[i];

		if (!is_of_smtps(finding))
			continue;
		ck_assert_msg(!found, "%s and %s", found->name, finding->name);
		found = finding;
	}
	ck_assert_msg(!found == !smtps[_i].name, "%s", found ? found->text : "nothing");
	if (found) {
		ck_assert_str_eq(found->name, smtps[_i].name);
		ck_assert_str_eq(found->command, smtps[_i].command);
	}
	world_deinit(&world);
}
END_TEST

static void have_clients(struct clientranges *clients, const char *range)
{
	struct err err = ERR_NULL;
	struct cidr office;

	ck_assert_int_eq(cidr_parse(&office, range, 0, &err), 0);
	clients->ranges = calloc(1, sizeof(*clients->ranges));
	clients->ranges[0].cidr = office;
	clients->n = clients->capacity = 1;
	ck_assert_int_eq(coverage_ranges_add(&clients->effective, &office), 0);
	ck_assert_int_eq(coverage_ranges_sort(&clients->effective), 0);
}

/* To take them out of the zone that denies, or to open that: conflicts says so, and check. */
START_TEST(the_other_way_to_let_clients_in_is_told)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	const struct finding *finding = NULL;
	struct world world;

	world_init(&world, MAIL, MAIL_RULES "\ndrop source 192.0.2.0/24\ndrop target DROP");
	have_clients(&world.picture.clients, "192.0.2.0/28");
	serve(&world.picture, 993, AF_INET, false, "dovecot");
	find(&findings, &world, false);
	ck_assert_uint_eq(count(&findings, "clients-cut-off", &finding), 1);
	ck_assert_str_eq(finding->command, "firewall-cmd --zone=drop --remove-source=192.0.2.0/24");
	ck_assert_ptr_nonnull(finding->other);
	ck_assert_ptr_nonnull(strstr(finding->other, "firewall-cmd --zone=drop --add-service="));
	world_deinit(&world);
}
END_TEST

/* A network next door without any client range: a warning, until somebody says so. */
START_TEST(a_network_of_its_own_that_is_cut_off_is_told)
{
	static const struct {
		const char *denied, *clients;
		size_t n;
	} cases[] = {{"192.0.2.0/24", NULL, 1},           {"192.0.0.0/16", NULL, 1},
	             {"192.0.2.0/25", NULL, 0},           {"198.51.100.0/24", NULL, 0},
	             {"192.0.2.0/24", "192.0.2.0/24", 0}, {"192.0.2.0/24", "192.0.2.64/28", 0}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_findings_ struct findings findings = FINDINGS_NULL;
		struct picture_network network = {.interface = "eth0"};
		const struct finding *finding = NULL;
		struct world world;
		char rules[512];

		snprintf(rules, sizeof(rules),
		         MAIL_RULES "\npublic rule rule family=\"ipv4\" source address=\"%s\" drop",
		         cases[i].denied);
		world_init(&world, MAIL, rules);
		if (cases[i].clients)
			have_clients(&world.picture.clients, cases[i].clients);
		ck_assert_int_eq(cidr_parse(&network.cidr, "192.0.2.0/24", 0, NULL), 0);
		ck_assert_int_eq(grow(&world.picture.networks, &world.picture.networks_capacity, 1,
		                      sizeof(network)),
		                 0);
		world.picture.networks[world.picture.n_networks++] = network;
		find(&findings, &world, false);
		ck_assert_uint_eq(count(&findings, "network-cut-off", &finding), cases[i].n);
		ck_assert_uint_eq(count(&findings, "clients-cut-off", NULL),
		                  cases[i].clients != NULL);
		ck_assert(cases[i].n == 0 ||
		          (finding->severity == FINDING_WARNING &&
		           strcmp(finding->command, "reload-guard clients add 192.0.2.0/24") == 0));
		world_deinit(&world);
	}
}
END_TEST

/* By whatever it is that clients are cut off: what status counts is what is told. */
START_TEST(status_counts_what_is_told)
{
	_cleanup_status_ struct status status = STATUS_NULL;
	bool selected[CHECKS_N] = {false};
	struct world world;

	world_init(&world, MAIL, MAIL_RULES "\ndrop source 192.0.2.0/24\ndrop target DROP");
	have_clients(&world.picture.clients, "192.0.2.0/28");
	for (int told = 0; told < 2; told++) {
		if (told)
			checks_select_status(selected);
		ck_assert_int_eq(status_make(&status, selected, &world.picture), 0);
		ck_assert(status.counts.clients_known);
		ck_assert_uint_eq(status.counts.n_cut_off, 1);
		ck_assert_uint_eq(count(&status.findings, "clients-cut-off", NULL), (size_t)told);
		status_deinit(&status);
	}
	world_deinit(&world);
}
END_TEST

/* A ban of five ports that keeps clients away is one finding with one command. */
START_TEST(five_ports_of_one_ban_are_one_finding)
{
	static const char *const ports[] = {"25", "465", "587", "143", "993"};
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	const struct finding *finding = NULL;
	char rules[2048] = "public interface eth0\ndefault public";
	struct world world;

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		size_t at = strlen(rules);

		snprintf(rules + at, sizeof(rules) - at,
		         "\npublic port %s/tcp\npublic rule rule family=\"ipv4\" source "
		         "address=\"192.0.2.0/24\" port port=\"%s\" protocol=\"tcp\" reject",
		         ports[i], ports[i]);
	}
	world_init(&world, "public/interface:eth0=rp", rules);
	have_clients(&world.picture.clients, "192.0.2.0/28");
	find(&findings, &world, false);
	ck_assert_uint_eq(count(&findings, "clients-cut-off", &finding), 1);
	ck_assert_int_eq(finding->severity, FINDING_ERROR);
	ck_assert_ptr_nonnull(strstr(finding->evidence, " and 4 more for the same address"));
	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		char word[32];

		snprintf(word, sizeof(word), "port=\"%s\"", ports[i]);
		ck_assert_msg(strstr(finding->command, word) != NULL, "no %s in %s", word,
		              finding->command);
	}
	world_deinit(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("checks");
	TCase *tests = tcase_create("checks");

	/* each allocation of many worlds, on a machine that is busy */
	tcase_set_timeout(tests, 240);
	tcase_add_loop_test(tests, rows_are_complete, 0, CHECKS_N);
	tcase_add_test(tests, names_are_found);
	tcase_add_test(tests, silenced_ones_are_not_made);
	tcase_add_loop_test(tests, finds_it_wherever_it_is_asked, 0, ARRAY_SIZE(worlds));
	tcase_add_loop_test(tests, knows_what_a_reload_does_to_bans, 0, ARRAY_SIZE(fates));
	tcase_add_loop_test(tests, what_was_not_seen_is_not_restored, 0, ARRAY_SIZE(forms));
	tcase_add_loop_test(tests, finds_what_is_around, 0, ARRAY_SIZE(more_worlds));
	tcase_add_test(tests, shows_each_item);
	tcase_add_loop_test(tests, says_what_the_kernel_lets_in, 0, (int)ARRAY_SIZE(gone));
	tcase_add_test(tests, what_nobody_could_read_is_told_once);
	tcase_add_test(tests, what_is_lost_has_a_command_where_it_helps);
	tcase_add_test(tests, nobody_blind_is_fine);
	tcase_add_test(tests, a_fresh_server_is_shut);
	tcase_add_loop_test(tests, what_may_stay_shut_is_no_fault, 0,
	                    (int)ARRAY_SIZE(shut_on_purpose));
	tcase_add_test(tests, ranges_that_are_missing_are_told);
	tcase_add_loop_test(tests, without_memory_nothing_is_fine, 0, 2);
	tcase_add_test(tests, two_checks_do_not_tell_the_same);
	tcase_add_loop_test(tests, one_cause_is_one_finding, 0, ARRAY_SIZE(smtps));
	tcase_add_test(tests, five_ports_of_one_ban_are_one_finding);
	tcase_add_test(tests, the_other_way_to_let_clients_in_is_told);
	tcase_add_test(tests, a_network_of_its_own_that_is_cut_off_is_told);
	tcase_add_test(tests, status_counts_what_is_told);
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
