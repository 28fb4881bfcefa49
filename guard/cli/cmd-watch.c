// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/watch/watcher.h"

#include <errno.h>

int cmd_watch(struct cli *cli, const struct cli_args *args)
{
	struct watcher_options options;
	struct err err = ERR_NULL;
	int r = cli_load_config(cli);

	(void)args;
	if (r != CLI_FINE)
		return r;
	options = (struct watcher_options){
	    .config_path = cli->config_path,
	    .state_dir = cli->store_dir,
	    .verbosity = cli->verbosity,
	};
	r = watcher_run(&options, &err);
	if (r == 0)
		return CLI_FINE;
	return cli_fail(cli, r == CONFIG_E_INVALID || r == -ENOENT ? CLI_USAGE : CLI_NO_STORE, "%s",
	                err_text(&err, r));
}
