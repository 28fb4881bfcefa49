// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include "guard/cli/hook-event.h"
#include "guard/system/fail2ban/fail2ban-hook.h"

enum { HOOK_FAIL2BAN = HOOK_N_OPTIONS };

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

static int exec(struct cli *cli, const struct cli_args *args)
{
	if (args->n_words == 1 && cli_hook_is_switch(args->words[0])) {
		cli->may_fail = true;
		return cli_hook_switch(cli, args->words[0], args->values[HOOK_FAIL2BAN]);
	}
	hook_event_tell(cli->state_dir, args->n_words == 1 ? args->words[0] : NULL, args->values);
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
        "breaks fail2ban: it tells the watcher, waits for a bounded time, prints nothing on\n"
        "standard output and exits with status 0 whatever happens. Where no watcher answers\n"
        "it leaves a file in STATE/spool, which is taken in later.\n",
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
