// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "guard/base/cidr.h"
#include "guard/base/text.h"
#include "guard/system/fail2ban/fail2ban-hook.h"
#include "guard/system/host/spool.h"

enum {
	HOOK_JAIL,
	HOOK_ADDRESS,
	HOOK_FAMILY,
	HOOK_TIME,
	HOOK_BANTIME,
	HOOK_FAILURES,
	HOOK_COUNT,
	HOOK_RESTORED,
	HOOK_RULE,
	HOOK_FAIL2BAN,
};

static const struct cli_option command_options[] = {
    [HOOK_JAIL] = {"jail", 0, "JAIL", "the jail (always needed)"},
    [HOOK_ADDRESS] = {"address", 0, "ADDRESS", "address, prefix or host name"},
    [HOOK_FAMILY] = {"family", 0, "inet4|inet6|dns", "its family"},
    [HOOK_TIME] = {"time", 0, "EPOCH[.FRACTION]", "when it was banned"},
    [HOOK_BANTIME] = {"bantime", 0, "SECONDS", "for how many seconds; -1: for ever"},
    [HOOK_FAILURES] = {"failures", 0, "N", "how many failures led to it"},
    [HOOK_COUNT] = {"count", 0, "N", "how often it has been banned"},
    [HOOK_RESTORED] = {"restored", 0, "0|1", "whether fail2ban put it back at its start"},
    [HOOK_RULE] = {"rule", 0, "TEXT", "firewalld's rule"},
    [HOOK_FAIL2BAN] =
        {"fail2ban", 0, "DIR",
         "enable, disable, status: fail2ban's configuration (default " FAIL2BAN_DEFAULT_FOLDER ")"},
};

/*
 * fail2ban runs the actions of all jails one at a time: who waits here delays
 * every ban. The store gets STORE_BUSY_HOOK_MS, and this is the end of it all.
 */
#define HOOK_LIMIT_US 900000

static void give_up(int signo)
{
	static const char text[] =
	    "reload-guard: hook: gave up after 0.9 s; the event is not recorded\n";
	ssize_t n = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)n;
	(void)signo;
	_exit(0);
}

static void limit_time(void)
{
	struct sigaction action = {.sa_handler = give_up};
	struct itimerval limit = {.it_value = {.tv_usec = HOOK_LIMIT_US}};

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, NULL) == 0)
		(void)setitimer(ITIMER_REAL, &limit, NULL);
}

static bool is_jail(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > STORE_JAIL_MAX)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                    "_-.+@:") == length;
}

/* An address, a prefix, or a host name. */
static bool is_address(const char *text)
{
	struct cidr cidr;
	size_t length = strlen(text);

	if (length == 0 || length > 253 || text[0] == '-')
		return false;
	if (cidr_parse(&cidr, text, CIDR_NETMASK, NULL) == 0)
		return true;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                    "_-.") == length;
}

static bool is_rule(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > STORE_RULE_MAX || !text_is_utf8(text, length))
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* SECONDS[.FRACTION] with at most 12 digits before the point. */
static bool parse_seconds(const char *text, int64_t *out_us)
{
	int64_t s = 0, us = 0, weight = 100000;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (at - text >= 12)
			return false;
		s = s * 10 + (*at - '0');
	}
	if (at == text)
		return false;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++) {
			us += (*at - '0') * weight;
			weight /= 10;
		}
	}
	*out_us = s * 1000000 + us;
	return *at == '\0';
}

/* Values that are nice to have: without them, or with nonsense, the event still counts. */
static void take_count(struct cli *cli, const char *name, const char *text, int64_t *out)
{
	unsigned long number;

	if (!text || text[0] == '\0')
		return;
	if (parse_uint(text, INT32_MAX, &number))
		*out = (int64_t)number;
	else
		cli_warn(cli, "hook: --%s: \"%.64s\" is not a number; left out", name, text);
}

static void take_times(struct cli *cli, const struct cli_args *args, struct store_ban_event *event)
{
	const char *time = args->values[HOOK_TIME], *bantime = args->values[HOOK_BANTIME];
	int64_t us;

	event->ban.time_us = event->at_us;
	if (time && time[0]) {
		if (parse_seconds(time, &us))
			event->ban.time_us = us;
		else
			cli_warn(cli,
			         "hook: --time: \"%.64s\" is not a time; the current time is used",
			         time);
	}
	event->ban.bantime_s = -1;
	if (bantime && bantime[0]) {
		if (parse_seconds(bantime, &us))
			event->ban.bantime_s = us / 1000000;
		else if (bantime[0] != '-' || !parse_seconds(bantime + 1, &us))
			cli_warn(cli,
			         "hook: --bantime: \"%.64s\" is not a number of seconds; taken as "
			         "for ever",
			         bantime);
	}
}

static void take_rest(struct cli *cli, const struct cli_args *args, struct store_ban_event *event)
{
	const char *family = args->values[HOOK_FAMILY], *rule = args->values[HOOK_RULE];
	const char *restored = args->values[HOOK_RESTORED];

	take_count(cli, "failures", args->values[HOOK_FAILURES], &event->ban.failures);
	take_count(cli, "count", args->values[HOOK_COUNT], &event->ban.count);
	if (family && (strcmp(family, "inet4") == 0 || strcmp(family, "inet6") == 0 ||
	               strcmp(family, "dns") == 0))
		event->ban.family = family;
	else if (family && family[0])
		cli_warn(cli, "hook: --family: \"%.64s\" is not inet4, inet6 or dns; left out",
		         family);
	event->ban.restored = restored && strcmp(restored, "1") == 0;
	if (rule && is_rule(rule))
		event->ban.rule = rule;
	else if (rule && rule[0])
		cli_warn(cli, "hook: --rule cannot be stored; left out");
}

static bool needs_address(enum store_ban_event_kind kind)
{
	return kind == STORE_BAN_BAN || kind == STORE_BAN_UNBAN || kind == STORE_BAN_PROLONG;
}

static bool parse_event(struct cli *cli, const struct cli_args *args, struct store_ban_event *event)
{
	const char *jail = args->values[HOOK_JAIL], *address = args->values[HOOK_ADDRESS];

	*event = (struct store_ban_event){.at_us = cli->now_us};
	event->ban.source = "hook";
	if (args->n_words != 1 || store_ban_event_parse(&event->kind, args->words[0]) != 0) {
		cli_fail(cli, 0,
		         "hook: which word? For people: enable, disable or status; for "
		         "fail2ban: start, stop, ban, unban, prolong or flush");
		return false;
	}
	if (!jail || !is_jail(jail)) {
		cli_fail(cli, 0, "hook: --jail: \"%.64s\" is not the name of a jail",
		         jail ? jail : "");
		return false;
	}
	event->ban.jail = jail;
	if (needs_address(event->kind)) {
		if (!address || !is_address(address)) {
			cli_fail(cli, 0,
			         "hook: --address: \"%.64s\" is neither an address nor a "
			         "host name",
			         address ? address : "");
			return false;
		}
		event->ban.address = address;
	}
	take_times(cli, args, event);
	take_rest(cli, args, event);
	return true;
}

/* What waits in the spool came first and must stay first. */
static void record(struct cli *cli, const char *spool, const struct store_ban_event *event)
{
	struct store_options options = {.create = true, .busy_ms = STORE_BUSY_HOOK_MS};
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL, spool_err = ERR_NULL;
	int r;

	if (!spool_pending(spool)) {
		r = store_open(&store, cli->store_dir, &options, &err);
		if (r == 0)
			r = store_ban_event_apply(store, event, &err);
		if (r == 0 || r == STORE_E_NOT_FOUND)
			return;
	}
	r = spool_write(spool, event, &spool_err);
	if (r != 0)
		cli_fail(cli, 0, "hook: the event is not recorded: %s%s%s", err.text,
		         err.text[0] ? "; " : "", err_text(&spool_err, r));
}

/*
 * A configuration that is broken must not cost the record; the watcher tells of it. Without the
 * memory to read it, nobody knows where the record is: what is left elsewhere is as good as lost.
 */
static int find_spool(struct cli *cli, char **out)
{
	_cleanup_strv_ struct strv mistakes = STRV_NULL;
	struct err err = ERR_NULL;
	int r = cli_read_config(cli, &mistakes, &err);

	if (r != 0 && r != -ENOMEM) {
		cli_warn(cli, "hook: %s", err_text(&err, r));
		free(cli->store_dir);
		cli->store_dir = strdup(cli->state_dir ? cli->state_dir : CONFIG_DEFAULT_STATE_DIR);
		r = cli->store_dir ? 0 : -ENOMEM;
	}
	return r == 0 ? xasprintf(out, "%s/" SPOOL_DIR, cli->store_dir) : r;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_free_ char *spool = NULL;
	struct store_ban_event event;
	struct err err = ERR_NULL;

	if (args->n_words == 1 && cli_hook_is_switch(args->words[0])) {
		cli->may_fail = true;
		return cli_hook_switch(cli, args->words[0], args->values[HOOK_FAIL2BAN]);
	}
	limit_time();
	if (!parse_event(cli, args, &event))
		return CLI_FINE;
	if (store_ban_event_check(&event, &err) != 0)
		cli_fail(cli, 0, "hook: %s", err.text);
	else if (find_spool(cli, &spool) < 0)
		cli_fail(cli, 0, "hook: the event is not recorded: out of memory");
	else
		record(cli, spool, &event);
	return CLI_FINE;
}

const struct cli_command cmd_hook = {
    .name = "hook",
    .words = "enable|disable|status|refresh|start|stop|ban|unban|prolong|flush",
    .summary = "let fail2ban report its bans to the guard",
    .help =
        "  enable   make every jail of fail2ban report its bans, whatever it bans with; undone\n"
        "           for a jail where fail2ban refuses it\n"
        "  disable  make no jail report its bans\n"
        "  status   show which jails report\n"
        "  refresh  where it is enabled, also enable it for new jails; fail2ban.service does\n"
        "           so before each start\n"
        "\n"
        "The other words are events, called by the fail2ban action. An event never delays or\n"
        "breaks fail2ban: it waits for a bounded time, prints nothing on standard output and\n"
        "exits with status 0 whatever happens. When the store cannot be written, it leaves\n"
        "a file in STATE/spool that the watcher imports later.\n",
    .examples = "  reload-guard hook enable\n"
                "  reload-guard hook ban --jail postfix --address 192.0.2.11 --family inet4 \\\n"
                "      --time 1795293265 --bantime 3600 --failures 5 --count 1 --restored 0\n",
    .statuses = "  0  an event: always; enable, status: every jail reports its bans\n"
                "  1  some jails do not, and why; or fail2ban refuses the hook, which is off\n",
    .max_words = SIZE_MAX,
    .flags = CLI_NEVER_FAILS | CLI_NO_JSON,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
