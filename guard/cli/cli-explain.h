/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cli-explain - what a client may reach, read and decided, for the commands that ask
 *
 * The packet borrows from the struct itself, so it stays where it is.
 */
#ifndef GUARD_CLI_CLI_EXPLAIN_H
#define GUARD_CLI_CLI_EXPLAIN_H

#include "guard/audit/explain.h"
#include "guard/cli/cli.h"
#include "guard/system/kernel/route.h"

struct cli_explain {
	struct picture picture;
	struct route route;
	struct explain explain;
};
#define CLI_EXPLAIN_NULL ((struct cli_explain){.picture = PICTURE_NULL})

int cli_explain_read(struct cli *cli, struct cli_explain *asked,
                     struct firewalld_session *session) _must_check_;
int cli_explain_decide(struct cli *cli, struct cli_explain *asked,
                       const char *interface) _must_check_;
void cli_explain_deinit(struct cli_explain *asked);

#endif
