// SPDX-License-Identifier: GPL-2.0-or-later
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

#include "guard/cli/cli.h"
#include "guard/base/text.h"
#include "guard/system/host/clock.h"

/* --- the commands ------------------------------------------------------------------------ */

static const struct cli_option check_options[] = {
    [CHECK_OPTION_ONLY] = {"only", 'o', "NAME", "only this check; may be given again"},
    [CHECK_OPTION_SKIP] = {"skip", 's', "NAME", "not this check; may be given again"},
    [CHECK_OPTION_FIX] = {"fix", 'f', "raw-ports",
                          "put services in the place of their raw ports, and check that"},
    [CHECK_OPTION_FORMAT] = {"format", 'F', "text|json|nagios", "how it is written (default text)"},
    [CHECK_OPTION_LIST] = {"list", 'l', NULL, "list the checks"},
};

static const struct cli_option restore_options[] = {
    [RESTORE_DRY_RUN] = {"dry-run", 'n', NULL, "say what would be done, and do nothing"},
    [RESTORE_FROM] = {"from", 'f', "ID", "go back to the items of this snapshot"},
};

static const struct cli_option persist_options[] = {
    [PERSIST_DRY_RUN] = {"dry-run", 'n', NULL, "say what would be written, and write nothing"},
};

static const struct cli_option release_options[] = {
    [RELEASE_LIST] = {"list", 'l', NULL, "list what has been released"},
    [RELEASE_UNDO] = {"undo", 'u', NULL, "protect the item again"},
};

static const struct cli_option snapshot_options[] = {
    [SNAPSHOT_LIMIT] = {"limit", 'n', "N", "list: at most so many, the newest first (default 20)"},
};

static const struct cli_option history_options[] = {
    [HISTORY_SINCE] = {"since", 's', "TIME", "from this time on"},
    [HISTORY_UNTIL] = {"until", 'u', "TIME", "up to this time; a day counts to its end"},
    [HISTORY_KIND] = {"kind", 'k', "KIND",
                      "only these: wipe, loss, restore, start, stop…, or a kind of wipe: reload, "
                      "restart, reboot"},
    [HISTORY_LIMIT] = {"limit", 'n', "N", "at most so many (default 200)"},
    [HISTORY_BANS] = {"bans", 'b', NULL, "bans and unbans, too"},
};

static const struct cli_option bans_options[] = {
    [BANS_JAIL] = {"jail", 'j', "JAIL", "only those of this jail"},
    [BANS_ADDRESS] = {"address", 'a', "ADDRESS",
                      "only those of this address, inside this prefix, or covering either"},
    [BANS_ACTIVE] = {"active", 'A', NULL, "only those that are in force now"},
    [BANS_SINCE] = {"since", 's', "TIME", "banned at this time or later"},
    [BANS_UNTIL] = {"until", 'u', "TIME", "banned up to this time; a day counts to its end"},
    [BANS_LIMIT] = {"limit", 'n', "N", "at most so many (default 200)"},
};

static const struct cli_option conflicts_options[] = {
    [CONFLICTS_ALL] = {"all", 'a', NULL, "those that have no effect, too"},
};

static const struct cli_option clients_options[] = {
    [CLIENTS_NOTE] = {"note", 'N', "TEXT", "add: whose range it is"},
};

static const struct cli_option probe_options[] = {
    [PROBE_NAME] = {"name", 'N', "NAME",
                    "what the certificate must be for (default HOST, unless it is an address)"},
    [PROBE_TIMEOUT] = {"timeout", 't', "SECONDS", "for each answer (default 10)"},
};

static const struct cli_option explain_options[] = {
    [EXPLAIN_INTERFACE] = {"interface", 'i', "NAME",
                           "where it comes in (default: where answers to it go out)"},
};

static const struct cli_option metrics_options[] = {
    [METRICS_OUTPUT] = {"output", 'o', "FILE", "write to this file, in one piece"},
};

static const struct cli_option export_options[] = {
    [EXPORT_SINCE] = {"since", 's', "TIME", "from this time on"},
    [EXPORT_UNTIL] = {"until", 'u', "TIME", "before this time"},
};

static const struct cli_option after_boot_options[] = {
    [AFTER_BOOT_WAIT] = {"wait", 'w', "SECONDS", "for firewalld, at most (default 120)"},
};

static const struct cli_option report_options[] = {
    [REPORT_SINCE] = {"since", 's', "TIME", "from this time on (default -7d)"},
    [REPORT_UNTIL] = {"until", 'u', "TIME", "up to this time (default now)"},
    [REPORT_FORMAT] = {"format", 'F', "text|html|json", "how it is written (default text)"},
    [REPORT_OUTPUT] = {"output", 'o', "FILE", "write to this file, in one piece"},
    [REPORT_MAIL] = {"mail", 'm', NULL, "send it to [report] mail-to, as text and HTML"},
};

static const struct cli_option hook_options[] = {
    [HOOK_JAIL] = {"jail", 0, "NAME", "the jail (always needed)"},
    [HOOK_ADDRESS] = {"address", 0, "ADDRESS", "address, prefix or host name"},
    [HOOK_FAMILY] = {"family", 0, "inet4|inet6|dns", "its family"},
    [HOOK_TIME] = {"time", 0, "EPOCH[.FRACTION]", "when it was banned"},
    [HOOK_BANTIME] = {"bantime", 0, "SECONDS", "for how long; -1: for ever"},
    [HOOK_FAILURES] = {"failures", 0, "N", "how many failures led to it"},
    [HOOK_COUNT] = {"count", 0, "N", "how often it has been banned"},
    [HOOK_RESTORED] = {"restored", 0, "0|1", "whether fail2ban put it back at its start"},
    [HOOK_RULE] = {"rule", 0, "TEXT", "firewalld's rule"},
};

#define OPTIONS(table) .options = table, .n_options = ARRAY_SIZE(table)

static const struct cli_command commands[] = {
    {
        .name = "watch",
        .words = "",
        .summary = "run the watcher",
        .help = "Follows firewalld over D-Bus, and restores protected services and ports that a\n"
                "reload, a restart of firewalld or a reboot took. What somebody removed on\n"
                "purpose (firewall-cmd --remove-service) stays removed. Runs until SIGTERM;\n"
                "SIGHUP reads the configuration again. Under systemd it is reload-guard.service.\n",
        .examples = "  systemctl enable --now reload-guard\n"
                    "  reload-guard -v watch\n",
        .statuses = "  0  ended by a signal\n"
                    "  2  usage or configuration\n"
                    "  4  another watcher runs with this state, or it could not be set up\n",
        .flags = CLI_NO_JSON,
        .exec = cmd_watch,
    },
    {
        .name = "status",
        .words = "",
        .summary = "is mail open now, and would it be after a reload?",
        .help = "Lists every protected item of every watched zone: whether it is open now,\n"
                "whether it is in the permanent configuration or in the runtime only (and so\n"
                "will be lost at the next reload), when its time ends, and whether anything\n"
                "listens there. Then: firewalld, the watcher, the last wipe and what became of\n"
                "it, fail2ban, and findings.\n",
        .examples = "  reload-guard status\n"
                    "  reload-guard --json status | jq .findings\n",
        .statuses = "  0  fine\n"
                    "  1  degraded: something that should be open is not, or will not stay so\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld cannot be reached\n",
        .exec = cmd_status,
    },
    {
        .name = "check",
        .words = "",
        .summary = "find what is wrong, with the command that mends it",
        .help =
            "Looks at firewalld, fail2ban and the guard itself. Each finding has a weight, the\n"
            "name of its check, one line in plain words, what was seen, and the command that\n"
            "mends it, which is not run. Checks can be chosen with --only and silenced with\n"
            "--skip, or by `skip` in section [check] of the configuration. With --format nagios\n"
            "one line and the exit statuses of a monitoring plugin: 0 fine, 1 warning,\n"
            "2 critical, 3 unknown.\n",
        .examples = "  reload-guard check\n"
                    "  reload-guard check --only ban-without-rule --only rule-without-ban\n"
                    "  reload-guard check --list\n"
                    "  reload-guard check --format nagios --skip no-listener\n"
                    "  reload-guard --json check | jq '.findings[].command'\n",
        .statuses = "  0  nothing is wrong\n"
                    "  1  something was found, or could not be looked at\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld cannot be reached\n"
                    "  4  nothing is wrong but that the store cannot be used\n",
        OPTIONS(check_options),
        .exec = cmd_check,
    },
    {
        .name = "restore",
        .words = "",
        .summary = "restore what the last wipe took",
        .help = "Puts back what a reload, restart or reboot took and nobody removed: what the\n"
                "watcher left open, and what the last good snapshot has and firewalld lacks. It\n"
                "works without the watcher. Items that were removed, released or are over are\n"
                "never put back. With --from the protected items of that snapshot are put back,\n"
                "whatever happened since. Each item is read back from firewalld before it counts\n"
                "as restored. Bans come last: those that fail2ban still holds.\n",
        .examples = "  reload-guard restore --dry-run\n"
                    "  reload-guard restore\n"
                    "  reload-guard snapshot list; reload-guard restore --from 17\n",
        .statuses =
            "  0  everything is there, or with --dry-run could be\n"
            "  1  something could not be restored, or fail2ban could not tell which bans hold\n"
            "  2  usage or configuration\n"
            "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
            "  4  the store cannot be used; only what is required was restored\n",
        OPTIONS(restore_options),
        .exec = cmd_restore,
    },
    {
        .name = "persist",
        .words = "",
        .summary = "write runtime-only protected items to the permanent configuration",
        .help = "Writes each protected item that is open in the runtime alone, and has no end,\n"
                "to the permanent configuration, so that a reload loses nothing. One write at a\n"
                "time, and read back. Before that, the zone's file is copied to\n"
                "STATE/backup/ZONE.xml.TIME. Bans and other rules are never written.\n",
        .examples = "  reload-guard persist --dry-run\n"
                    "  reload-guard persist\n",
        .statuses = "  0  everything is permanent, or with --dry-run could be\n"
                    "  1  something could not be written\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
                    "  4  the store cannot be used; nothing was written\n",
        OPTIONS(persist_options),
        .exec = cmd_persist,
    },
    {
        .name = "release",
        .words = "[ITEM]",
        .summary = "stop protecting an item: it was removed on purpose",
        .help = "From now on ITEM is not put back after a wipe. If it is open, it stays open\n"
                "until then. Items are written ZONE/KIND:VALUE, as `status` shows them.\n",
        .examples = "  reload-guard release public/service:imap\n"
                    "  reload-guard release --list\n"
                    "  reload-guard release --undo public/service:imap\n",
        .statuses = "  0  done\n"
                    "  1  --undo: it was not released\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        .max_words = 1,
        OPTIONS(release_options),
        .exec = cmd_release,
    },
    {
        .name = "snapshot",
        .words = "take|list|show ID|diff A [B]",
        .summary = "take, list, show and compare states of the firewall",
        .help = "  take       store what firewalld holds now\n"
                "  list       the stored states, the newest first\n"
                "  show ID    the items of one of them\n"
                "  diff A [B] what changed from A to B, or from A to what firewalld holds now\n",
        .examples = "  reload-guard snapshot list --limit 5\n"
                    "  reload-guard snapshot diff 17\n"
                    "  reload-guard snapshot diff 16 17\n",
        .statuses = "  0  fine\n"
                    "  2  usage or configuration, or no such snapshot\n"
                    "  3  firewalld cannot be reached, or is not in a state to be trusted\n"
                    "  4  the store cannot be used\n",
        .min_words = 1,
        .max_words = 3,
        OPTIONS(snapshot_options),
        .exec = cmd_snapshot,
    },
    {
        .name = "history",
        .words = "",
        .summary = "wipes, losses, restores, and when the daemons came and went",
        .help = "What happened, the oldest first: reloads, restarts and reboots that took\n"
                "something, what it was and what became of it, starts and stops of the watcher\n"
                "and of firewalld. Under a wipe stands what it took and what became of it; with\n"
                "-v, and in JSON, each loss and each attempt has a row and a time of its own.\n"
                "With a limit, the newest are shown.\n",
        .examples = "  reload-guard history --since yesterday\n"
                    "  reload-guard history --since -2h --kind restore\n"
                    "  reload-guard history --since 2026-11-20 --until 2026-11-21 --bans\n",
        .statuses = "  0  fine\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        OPTIONS(history_options),
        .exec = cmd_history,
    },
    {
        .name = "bans",
        .words = "",
        .summary = "what fail2ban banned, and what became of it",
        .help =
            "Who was banned, by which jail, when, for how long, how often before, and how it\n"
            "ended: its time was over, somebody unbanned it, or the jail was stopped; and when\n"
            "a reload took its rules and how long after they were back. From the hook, and\n"
            "from fail2ban's own database, which the watcher takes in. With --address those\n"
            "inside a prefix, and those that cover it. With -v rules are shown whole.\n",
        .examples = "  reload-guard bans --active\n"
                    "  reload-guard bans --address 192.0.2.0/24 --since -7d\n"
                    "  reload-guard --json bans --jail postfix | jq '.bans[].address'\n",
        .statuses = "  0  fine\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        OPTIONS(bans_options),
        .exec = cmd_bans,
    },
    {
        .name = "conflicts",
        .words = "",
        .summary = "what cuts legitimate clients off from mail",
        .help = "Holds everything that denies (rich rules of zones and policies, by address or\n"
                "ipset, zones that keep out what is bound to them, fail2ban's tables and direct\n"
                "rules) against the ranges that `clients list` tells, the widest first: how many\n"
                "addresses of which range are cut off from which services, who put it there and\n"
                "until when, and the commands that let the clients in again. What never decides,\n"
                "because something before it does or no packet comes there, is left out; --all\n"
                "tells it, and why.\n",
        .examples = "  reload-guard conflicts\n"
                    "  reload-guard --json conflicts | jq -r '.conflicts[].commands[0]'\n",
        .statuses = "  0  no legitimate client is cut off\n"
                    "  1  some are\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld cannot be reached, or is not in a state to be trusted\n",
        OPTIONS(conflicts_options),
        .exec = cmd_conflicts,
    },
    {
        .name = "clients",
        .words = "list|add CIDR|remove CIDR|learn [FILE|-]",
        .summary = "the ranges that legitimate clients come from",
        .help =
            "  list         all of them, and where each comes from: configured, of a file, added\n"
            "               by hand, of fail2ban's ignoreip, or learned from logins\n"
            "  add CIDR     one more, by hand; it stays until it is removed\n"
            "  remove CIDR  one that was added or learned; the next login may teach it again\n"
            "  learn [FILE] the addresses of successful logins in a log of Dovecot or Postfix\n"
            "               or in what journalctl prints; without FILE, or with -, standard\n"
            "               input. Of IPv6 addresses the /64 is kept; of users nothing is.\n",
        .examples = "  reload-guard clients add 192.0.2.0/24 --note 'the office'\n"
                    "  reload-guard clients learn /var/log/mail.log.1\n"
                    "  journalctl -u dovecot --since -30d | reload-guard clients learn\n"
                    "  reload-guard --json clients list | jq '.clients[].range'\n",
        .statuses = "  0  done\n"
                    "  1  remove: no such range was added or learned\n"
                    "  2  usage or configuration, or the file cannot be read\n"
                    "  4  the store cannot be used\n",
        .min_words = 1,
        .max_words = 2,
        OPTIONS(clients_options),
        .exec = cmd_clients,
    },
    {
        .name = "probe",
        .words = "HOST [PORT|SERVICE]…",
        .summary = "connect to mail services as a client does, and see what they say",
        .help = "Connects to each port of each address of HOST, waits for the greeting, asks\n"
                "whether STARTTLS is offered, shakes hands, and looks at the certificate. Nobody\n"
                "logs in. It tells refused from timed out, and from let in and not served, and\n"
                "says what each means for the firewall: run it from outside, and on the server\n"
                "itself. Without a port: smtp, smtp-submission, smtps, imap, imaps and pop3s.\n",
        .examples = "  reload-guard probe mail.example.org\n"
                    "  reload-guard probe --name mail.example.org 192.0.2.25 imaps 587\n"
                    "  reload-guard --json probe mail.example.org | jq '.probes[].outcome'\n",
        .statuses = "  0  all of them serve, with certificates that clients take\n"
                    "  1  something does not, or HOST is not known\n"
                    "  2  usage or configuration\n",
        .min_words = 1,
        .max_words = 65,
        OPTIONS(probe_options),
        .exec = cmd_probe,
    },
    {
        .name = "explain",
        .words = "ADDRESS [PORT/PROTO|SERVICE]…",
        .summary = "which rule lets a client in or keeps it out, and why",
        .help = "Goes the way of a packet from ADDRESS: chains and direct rules before firewalld,\n"
                "the zone that the address or interface leads to, policies, rich rules by\n"
                "priority, services and ports, the target. For each port (default: those of mail\n"
                "and web) it tells the verdict, what the client sees, what decides and why that\n"
                "came first, who put it there and how long it stays, and the commands that\n"
                "change it. A verdict with a question mark depends on what nobody can know.\n",
        .examples = "  reload-guard explain 101.13.5.7\n"
                    "  reload-guard explain 101.13.5.7 465/tcp submission\n"
                    "  reload-guard --json explain 2001:db8::7 imaps --interface eth1\n",
        .statuses = "  0  what was asked for is let in\n"
                    "  1  something is refused (without ports: of those that somebody opened or\n"
                    "     that are served)\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld cannot be reached, or is not in a state to be trusted\n",
        .min_words = 1,
        .max_words = 64,
        OPTIONS(explain_options),
        .exec = cmd_explain,
    },
    {
        .name = "metrics",
        .words = "",
        .summary = "how things stand, for Prometheus",
        .help = "Writes what status knows as metrics in the text format of Prometheus, which is\n"
                "valid OpenMetrics as well. With --output the file is replaced in one piece, as\n"
                "the textfile collector of node_exporter needs it. What is not known is left\n"
                "out; that firewalld cannot be reached is a metric, not a failure.\n",
        .examples = "  reload-guard metrics\n"
                    "  reload-guard -q metrics --output "
                    "/var/lib/prometheus/node-exporter/reload_guard.prom\n",
        .statuses = "  0  fine\n"
                    "  1  the file could not be written\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        .flags = CLI_NO_JSON,
        OPTIONS(metrics_options),
        .exec = cmd_metrics,
    },
    {
        .name = "export",
        .words = "",
        .summary = "the history as JSON lines, for log shippers",
        .help = "Writes what happened, bans included, the oldest first: one JSON object a line,\n"
                "with the same fields as the rows of history --json. To go on where the last\n"
                "run ended, give its --until as the next --since.\n",
        .examples = "  reload-guard export --since -1h\n"
                    "  reload-guard export --since 2026-11-20T00:00Z --until 2026-11-21T00:00Z\n",
        .statuses = "  0  fine\n"
                    "  1  standard output could not be written\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        OPTIONS(export_options),
        .exec = cmd_export,
    },
    {
        .name = "after-boot",
        .words = "",
        .summary = "after a reboot: wait, restore, probe, and say how things stand",
        .help = "Waits until firewalld runs and its zones have settled (NetworkManager sends its\n"
                "own after firewalld is there), restores what the reboot took, connects to each\n"
                "open mail and web service to see whether its server speaks, and prints what it\n"
                "did and how things stand. It does no harm beside the watcher, nor on any other\n"
                "day. reload-guard-after-boot.service is the same at each boot.\n",
        .examples = "  reload-guard after-boot\n"
                    "  reload-guard --json after-boot | jq .status.findings\n",
        .statuses = "  0  everything is open, and served\n"
                    "  1  something is not\n"
                    "  2  usage or configuration\n"
                    "  3  firewalld did not come up, or is not in a state to be trusted\n"
                    "  4  the store cannot be used; only what is required was restored\n",
        OPTIONS(after_boot_options),
        .exec = cmd_after_boot,
    },
    {
        .name = "report",
        .words = "",
        .summary = "what happened, what was found, what will be lost: text, HTML or by mail",
        .help = "Tells of a period (a week by default): wipes with their causes and how long mail\n"
                "was shut, bans by jail and by network, what check finds now, and what the next\n"
                "reload would take. The HTML is one page that needs nothing from elsewhere. With\n"
                "--mail it goes to [report] mail-to through the system's sendmail, unless there\n"
                "is nothing to say and quiet = yes; reload-guard-report.timer does so weekly.\n",
        .examples = "  reload-guard report --since yesterday\n"
                    "  reload-guard report --format html --output /var/www/html/firewall.html\n"
                    "  reload-guard report --mail\n",
        .statuses = "  0  fine; with --mail: handed to the mailer, or nothing to say\n"
                    "  1  something was found that hurts or will hurt; with --mail: not sent\n"
                    "  2  usage or configuration\n"
                    "  4  the store cannot be used\n",
        OPTIONS(report_options),
        .exec = cmd_report,
    },
    {
        .name = "hook",
        .words = "start|stop|ban|unban|prolong|flush",
        .summary = "called by the fail2ban action",
        .help = "Records what fail2ban did. It never delays or breaks fail2ban: it waits for a\n"
                "bounded time, writes nothing to standard output and ends with status 0 whatever\n"
                "happens. When the store cannot be written, it leaves a file in STATE/spool that\n"
                "the watcher takes in later.\n",
        .examples =
            "  reload-guard hook ban --jail postfix --address 192.0.2.11 --family inet4 \\\n"
            "      --time 1795293265 --bantime 3600 --failures 5 --count 1 --restored 0\n",
        .statuses = "  0  always\n",
        .max_words = SIZE_MAX,
        .flags = CLI_NEVER_FAILS | CLI_NO_JSON,
        OPTIONS(hook_options),
        .exec = cmd_hook,
    },
};

/* --- the options that every command has
 * ----------------------------------------------- */

enum global {
	GLOBAL_CONFIG,
	GLOBAL_STATE,
	GLOBAL_JSON,
	GLOBAL_QUIET,
	GLOBAL_VERBOSE,
	GLOBAL_CHECK_CONFIG,
	GLOBAL_HELP,
	GLOBAL_VERSION,
	GLOBAL_N,
};

static const struct cli_option global_options[GLOBAL_N] = {
    [GLOBAL_CONFIG] = {"config", 'c', "FILE",
                       "the configuration (default " CONFIG_DEFAULT_PATH ")"},
    [GLOBAL_STATE] = {"state", 0, "DIR",
                      "where the state is (default " CONFIG_DEFAULT_STATE_DIR ")"},
    [GLOBAL_JSON] = {"json", 0, NULL, "answer with one JSON document"},
    [GLOBAL_QUIET] = {"quiet", 'q', NULL, "warnings and errors only"},
    [GLOBAL_VERBOSE] = {"verbose", 'v', NULL, "tell more"},
    [GLOBAL_CHECK_CONFIG] = {"check-config", 0, NULL,
                             "check the configuration and show what it comes to"},
    [GLOBAL_HELP] = {"help", 'h', NULL, "help, also on each command"},
    [GLOBAL_VERSION] = {"version", 'V', NULL, "the version"},
};

/* What the command line came to. */
struct line {
	const char *values[GLOBAL_N];
	const struct cli_command *command; /* NULL: none was named */
	struct cli_args args;
};

/* --- help -------------------------------------------------------------------------------- */

static void print_option(const struct cli_option *option)
{
	char left[64];

	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", option->letter ? '-' : ' ',
	         option->letter ? option->letter : ' ', option->letter ? ", " : "  ", option->name,
	         option->argument ? " " : "", option->argument ? option->argument : "");
	if (strlen(left) > 26)
		printf("  %s\n  %-26s  %s\n", left, "", option->help);
	else
		printf("  %-26s  %s\n", left, option->help);
}

static void print_globals(void)
{
	for (size_t i = 0; i < GLOBAL_N; i++)
		print_option(&global_options[i]);
}

static void print_usage(FILE *out)
{
	fputs("Usage: reload-guard [-c FILE] [--state DIR] [--json] [-q|-v] COMMAND [OPTION]…\n",
	      out);
}

static void print_command_usage(FILE *out, const struct cli_command *command)
{
	fprintf(out, "Usage: reload-guard %s%s%s%s\n", command->name, command->words[0] ? " " : "",
	        command->words, command->n_options > 0 ? " [OPTION]…" : "");
}

static void print_help(void)
{
	print_usage(stdout);
	puts("\nKeeps mail reachable when firewalld reloads, restarts or the machine reboots.\n"
	     "\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].summary);
	puts("\nOptions:");
	print_globals();
	puts(
	    "\nItems are written ZONE/KIND:VALUE, such as public/service:imaps or "
	    "public/port:465/tcp.\n"
	    "Times are written 2026-11-21, 2026-11-21T20:34Z, -2h, \"3 days ago\", yesterday, "
	    "today\n"
	    "or now, in the machine's time zone.\n"
	    "\nExit status: 0 fine; 1 the answer is \"not fine\"; 2 usage or configuration error;\n"
	    "3 firewalld or the bus cannot be reached; 4 the store cannot be used.\n"
	    "\nMore: reload-guard COMMAND --help, reload-guard(8), reload-guard.conf(5).");
}

static void print_command_help(const struct cli_command *command)
{
	print_command_usage(stdout, command);
	printf("\n%s\n", command->help);
	if (command->n_options > 0) {
		puts("Options:");
		for (size_t i = 0; i < command->n_options; i++)
			print_option(&command->options[i]);
		puts("");
	}
	puts("Options of every command:");
	print_globals();
	printf("\nExamples:\n%s\nExit status:\n%s", command->examples, command->statuses);
}

/* --- the command line -------------------------------------------------------------------- */

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

/* getopt tells options apart by these numbers. */
enum {
	VALUE_GLOBAL = 1000,
	VALUE_COMMAND = 2000,
};

struct getopt_tables {
	struct option longs[GLOBAL_N + CLI_N_OPTIONS_MAX + 1];
	char shorts[2 + 2 * (GLOBAL_N + CLI_N_OPTIONS_MAX) + 1];
	size_t n_longs, n_shorts;
};

static void add_options(struct getopt_tables *tables, const struct cli_option *options, size_t n,
                        int value)
{
	for (size_t i = 0; i < n; i++) {
		tables->longs[tables->n_longs++] = (struct option){
		    .name = options[i].name,
		    .has_arg = options[i].argument ? required_argument : no_argument,
		    .val = value + (int)i,
		};
		if (!options[i].letter)
			continue;
		tables->shorts[tables->n_shorts++] = options[i].letter;
		if (options[i].argument)
			tables->shorts[tables->n_shorts++] = ':';
	}
}

/* The number of a letter's option, by the same tables. */
static int value_of_letter(const struct cli_command *command, int letter)
{
	for (size_t i = 0; command && i < command->n_options; i++)
		if (command->options[i].letter == letter)
			return VALUE_COMMAND + (int)i;
	for (size_t i = 0; i < GLOBAL_N; i++)
		if (global_options[i].letter == letter)
			return VALUE_GLOBAL + (int)i;
	return -1;
}

static int usage_error(struct cli *cli, const struct cli_command *command, const char *text)
{
	cli_fail(cli, CLI_USAGE, "%s", text);
	if (command)
		print_command_usage(stderr, command);
	else
		print_usage(stderr);
	fprintf(stderr, "Try: reload-guard %s%s--help\n", command ? command->name : "",
	        command ? " " : "");
	return CLI_USAGE;
}

/*
 * @number: getopt's optopt: of a letter that is none the letter, of a flag that was
 * given a value the flag's number, of a long name that is none 0
 */
static int unknown_option(struct cli *cli, const struct cli_command *command, const char *word,
                          int number, const struct getopt_tables *tables)
{
	const char *names[GLOBAL_N + CLI_N_OPTIONS_MAX], *nearest = NULL;
	char text[256], bare[64];

	if (number >= VALUE_GLOBAL) {
		snprintf(text, sizeof(text), "option --%s takes no value",
		         number >= VALUE_COMMAND ? command->options[number - VALUE_COMMAND].name
		                                 : global_options[number - VALUE_GLOBAL].name);
		return usage_error(cli, command, text);
	}
	if (number != 0) {
		snprintf(text, sizeof(text), "unknown option -%c", number);
		return usage_error(cli, command, text);
	}
	snprintf(bare, sizeof(bare), "%s", word + strspn(word, "-"));
	bare[strcspn(bare, "=")] = '\0';
	for (size_t i = 0; i < tables->n_longs; i++)
		names[i] = tables->longs[i].name;
	nearest = text_nearest(bare, names, tables->n_longs);
	snprintf(text, sizeof(text), "unknown option --%s%s%s%s", bare,
	         nearest ? "; did you mean --" : "", nearest ? nearest : "", nearest ? "?" : "");
	return usage_error(cli, command, text);
}

/*
 * One pass of getopt: before the command, up to it (command NULL), and after it
 * with its own options, too. *used receives how many words were options.
 */
static int parse_options(struct cli *cli, struct line *line, const struct cli_command *command,
                         int argc, char **argv, int *used)
{
	struct getopt_tables tables = {.shorts = {command ? ':' : '+', command ? '\0' : ':'},
	                               .n_shorts = command ? 1 : 2};
	int value;

	if (command)
		add_options(&tables, command->options, command->n_options, VALUE_COMMAND);
	add_options(&tables, global_options, GLOBAL_N, VALUE_GLOBAL);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while ((value = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1) {
		if (value == '?')
			return unknown_option(cli, command, argv[optind - 1], optopt, &tables);
		if (value == ':') {
			char text[256];

			snprintf(text, sizeof(text), "option %s needs a value", argv[optind - 1]);
			return usage_error(cli, command, text);
		}
		if (value < VALUE_GLOBAL)
			value = value_of_letter(command, value);
		if (value >= VALUE_COMMAND && line->args.n_given == CLI_N_GIVEN_MAX)
			return usage_error(cli, command, "too many options");
		if (value >= VALUE_COMMAND) {
			line->args.values[value - VALUE_COMMAND] = optarg ? optarg : "";
			line->args.given[line->args.n_given++] =
			    (struct cli_given){value - VALUE_COMMAND, optarg ? optarg : ""};
		}
		if (value >= VALUE_GLOBAL && value < VALUE_COMMAND)
			line->values[value - VALUE_GLOBAL] = optarg ? optarg : "";
	}
	*used = optind;
	return CLI_FINE;
}

static int unknown_command(struct cli *cli, const char *word)
{
	const char *names[ARRAY_SIZE(commands)], *nearest;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i].name;
	nearest = text_nearest(word, names, ARRAY_SIZE(commands));
	snprintf(text, sizeof(text), "unknown command \"%.100s\"%s%s%s", word,
	         nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
	return usage_error(cli, NULL, text);
}

static int parse_line(struct cli *cli, struct line *line, int argc, char **argv)
{
	int used, r = parse_options(cli, line, NULL, argc, argv, &used);

	if (r != CLI_FINE || used >= argc)
		return r;
	line->command = find_command(argv[used]);
	if (!line->command)
		return unknown_command(cli, argv[used]);
	argc -= used;
	argv += used;
	r = parse_options(cli, line, line->command, argc, argv, &used);
	if (r != CLI_FINE)
		return r;
	line->args.words = argv + used;
	line->args.n_words = (size_t)(argc - used);
	return CLI_FINE;
}

static int check_words(struct cli *cli, const struct line *line)
{
	const struct cli_command *command = line->command;
	char text[256];

	if (line->args.n_words > command->max_words) {
		snprintf(text, sizeof(text), "\"%.100s\" is too much for %s",
		         line->args.words[command->max_words], command->name);
		return usage_error(cli, command, text);
	}
	if (line->args.n_words < command->min_words) {
		snprintf(text, sizeof(text), "%s needs to know what to do: %s", command->name,
		         command->words);
		return usage_error(cli, command, text);
	}
	return CLI_FINE;
}

/* --- what main does itself --------------------------------------------------------------- */

static int check_config(struct cli *cli)
{
	const char *path = cli->config_path ? cli->config_path : CONFIG_DEFAULT_PATH;
	struct report report;
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	if (report_config(&report, &cli->config, path) < 0)
		return cli_fail(cli, CLI_USAGE, "out of memory");
	return CLI_FINE;
}

static void apply_globals(struct cli *cli, const struct line *line)
{
	cli->config_path = line->values[GLOBAL_CONFIG];
	cli->state_dir = line->values[GLOBAL_STATE];
	cli->json = line->values[GLOBAL_JSON] != NULL;
	if (line->values[GLOBAL_VERBOSE])
		cli->verbosity = 1;
	if (line->values[GLOBAL_QUIET])
		cli->verbosity = -1;
	logger_init(&cli->logger, STDERR_FILENO, cli->verbosity);
}

static int run_command(struct cli *cli, const struct line *line)
{
	int r = check_words(cli, line);

	if (r != CLI_FINE)
		return r;
	if (cli->json && (line->command->flags & CLI_NO_JSON))
		cli_warn(cli, "%s has no answer in JSON", line->command->name);
	if (cli->state_dir && cli->state_dir[0] == '\0')
		return usage_error(cli, line->command, "--state needs the name of a folder");
	return line->command->exec(cli, &line->args);
}

static int run(struct cli *cli, struct line *line, int argc, char **argv)
{
	int r = parse_line(cli, line, argc, argv);

	if (r != CLI_FINE)
		return r;
	apply_globals(cli, line);
	if (line->values[GLOBAL_HELP]) {
		if (line->command)
			print_command_help(line->command);
		else
			print_help();
		return CLI_FINE;
	}
	if (line->values[GLOBAL_VERSION]) {
		puts(PACKAGE_NAME " " PACKAGE_VERSION);
		return CLI_FINE;
	}
	if (line->values[GLOBAL_CHECK_CONFIG])
		return check_config(cli);
	if (!line->command)
		return usage_error(cli, NULL, "no command");
	return run_command(cli, line);
}

/* An answer that did not arrive (a full disk behind >) must not look like one that did. */
static int flush_output(struct cli *cli, int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == CLI_FINE)
		return cli_fail(cli, CLI_NOT_FINE, "standard output: %s", strerror(errno));
	return status;
}

/* fail2ban must not see a failure, also of a call that could not be understood. */
static bool never_fails(const struct line *line, int argc, char **argv)
{
	if (line->command)
		return line->command->flags & CLI_NEVER_FAILS;
	for (int i = 1; i < argc; i++) {
		const struct cli_command *command = find_command(argv[i]);

		if (command)
			return command->flags & CLI_NEVER_FAILS;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct cli cli = {.now_us = clock_now_us(), .zone = clock_local_zone()};
	struct line line = {0};
	int status;

	setlocale(LC_CTYPE, "C.UTF-8");
	logger_init(&cli.logger, STDERR_FILENO, 0);
	status = flush_output(&cli, run(&cli, &line, argc, argv));
	logger_flush(&cli.logger);
	config_deinit(&cli.config);
	free(cli.store_dir);
	return never_fails(&line, argc, argv) ? CLI_FINE : status;
}
