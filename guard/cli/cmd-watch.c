// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/system/host/hooksocket.h"
#include "guard/watch/watcher.h"

#include <errno.h>
#include <unistd.h>

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_strv_ struct strv mistakes = STRV_NULL; /* which the watcher tells */
	struct watcher_options options;
	struct err err = ERR_NULL;
	int r = cli_read_config(cli, &mistakes, &err);

	(void)args;
	if (r != 0)
		return cli_fail(cli, CLI_USAGE, "%s", err_text(&err, r));
	options = (struct watcher_options){
	    .config_path = cli->config_path,
	    .known = &cli->known,
	    .state_dir = cli->store_dir,
	    .spool_dir = cli->spool_dir,
	    .socket_dir = cli->state_dir ? cli->state_dir : HOOKSOCKET_FOLDER,
	    .verbosity = cli->verbosity,
	};
	/* who names a folder of his own may try it out */
	if (geteuid() != 0 && !cli->state_dir)
		return cli_fail(cli, CLI_NO_STORE,
		                "the watcher needs root, and systemd runs it: systemctl "
		                "start reload-guard");
	r = watcher_run(&options, &err);
	if (r == 0)
		return CLI_FINE;
	return cli_fail(cli, r == CONFIG_E_INVALID || r == -ENOENT ? CLI_USAGE : CLI_NO_STORE, "%s",
	                err_text(&err, r));
}

const struct cli_command cmd_watch = {
    .name = "watch",
    .words = "",
    .summary = "run the watcher",
    .help = "Follows firewalld over D-Bus, and restores protected services and ports that a\n"
            "reload, a restart of firewalld or a reboot dropped. What somebody removed on\n"
            "purpose (firewall-cmd --remove-service) stays removed. Runs until SIGTERM; SIGHUP\n"
            "reloads the configuration. systemd runs it as reload-guard.service.\n",
    .examples = "  systemctl enable --now reload-guard\n"
                "  reload-guard -v watch\n",
    .statuses = "  0  ended by a signal\n"
                "  2  usage or configuration\n"
                "  4  another watcher runs with this state, or the watcher could not start\n",
    .flags = CLI_NO_JSON,
    .exec = exec,
};
