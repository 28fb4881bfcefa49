// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "guard/system/fail2ban/fail2ban-hook.h"

/* --- words ------------------------------------------------------------------------------- */

static void print_jails(FILE *out, const char *before, const struct strv *jails)
{
	fprintf(out, "%s", before);
	for (size_t i = 0; i < jails->n; i++)
		fprintf(out, "%s%s", i == 0 ? " " : ", ", jails->strings[i]);
	fputc('\n', out);
}

static void print_hook(struct cli *cli, const struct fail2ban_hook *hook)
{
	FILE *out = cli->out ? cli->out : stdout;

	if (cli->verbosity < 0)
		return;
	fprintf(out, "The hook is %s.\n", hook->enabled ? "on" : "off");
	if (hook->told.n > 0)
		print_jails(out, "These jails report their bans:", &hook->told);
	else if (hook->left.n == 0)
		fputs("fail2ban has no enabled jail.\n", out);
	if (hook->left.n > 0 && !hook->enabled)
		print_jails(out, "These jails do not report their bans:", &hook->left);
	for (size_t i = 0; i < hook->left.n && hook->enabled; i++)
		fprintf(out, "Left out: %s\n", hook->left.strings[i]);
	if (hook->left.n > 0 && !hook->enabled)
		fputs("To switch it on: reload-guard hook enable\n", out);
}

static int failed(struct cli *cli, int r, const struct err *err)
{
	const char *advice = "";

	if ((r == -EACCES || r == -EPERM) && geteuid() != 0)
		advice = CLI_AS_ROOT;
	else if (r == FAIL2BAN_HOOK_E_BROKEN)
		advice = "; see: fail2ban-client -t";
	return cli_fail(cli, CLI_NOT_FINE, "hook: %s%s", err_text(err, r), advice);
}

/* --- the switches ------------------------------------------------------------------------ */

static int status(struct cli *cli, const char *folder)
{
	_cleanup_fail2ban_hook_ struct fail2ban_hook hook = FAIL2BAN_HOOK_NULL;
	struct err err = ERR_NULL;
	int r = fail2ban_hook_look(&hook, folder, &err);

	if (r != 0)
		return failed(cli, r, &err);
	print_hook(cli, &hook);
	return hook.left.n == 0 ? CLI_FINE : CLI_NOT_FINE;
}

/* The running server does not take it: it goes on with what it had. */
static int take_back(struct cli *cli, const char *folder, int r, struct err *err)
{
	struct err later = ERR_NULL;
	int again = fail2ban_hook_disable(folder, &later);

	if (again == 0)
		again = fail2ban_hook_tell(folder, true, &later);
	if (again == 0)
		(void)err_prefix(err, r, "the hook is off again");
	else
		cli_warn(cli, "hook: %s", err_text(&later, again));
	return failed(cli, r, err);
}

static int enable(struct cli *cli, const char *folder)
{
	_cleanup_fail2ban_hook_ struct fail2ban_hook hook = FAIL2BAN_HOOK_NULL;
	struct err err = ERR_NULL;
	int r = fail2ban_hook_enable(&hook, folder, &err);

	if (r != 0)
		return failed(cli, r, &err);
	r = fail2ban_hook_tell(folder, true, &err);
	if (r != 0)
		return take_back(cli, folder, r, &err);
	print_hook(cli, &hook);
	return hook.left.n == 0 ? CLI_FINE : CLI_NOT_FINE;
}

static int disable(struct cli *cli, const char *folder)
{
	bool was = fail2ban_hook_is_enabled(folder);
	struct err err = ERR_NULL;
	int r = fail2ban_hook_disable(folder, &err);

	if (r == 0 && was)
		r = fail2ban_hook_tell(folder, false, &err);
	if (r != 0)
		return failed(cli, r, &err);
	if (cli->verbosity >= 0)
		fprintf(cli->out ? cli->out : stdout, "The hook is %s.\n", was ? "off now" : "off");
	return CLI_FINE;
}

/* Before each start of fail2ban: for jails that are new, and so that it starts in any case. */
static int refresh(struct cli *cli, const char *folder)
{
	_cleanup_fail2ban_hook_ struct fail2ban_hook hook = FAIL2BAN_HOOK_NULL;
	struct err err = ERR_NULL;
	int r;

	if (!fail2ban_hook_is_enabled(folder))
		return CLI_FINE;
	r = fail2ban_hook_enable(&hook, folder, &err);
	if (r != 0)
		return failed(cli, r, &err);
	for (size_t i = 0; i < hook.left.n; i++)
		cli_warn(cli, "hook: left out: %s", hook.left.strings[i]);
	return CLI_FINE;
}

static const struct {
	const char *name;
	int (*exec)(struct cli *cli, const char *folder);
} switches[] = {{"enable", enable}, {"disable", disable}, {"status", status}, {"refresh", refresh}};

/** cli_hook_is_switch() - a word after `hook` that a person types, other than fail2ban's events */
bool cli_hook_is_switch(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		if (strcmp(switches[i].name, word) == 0)
			return true;
	return false;
}

/**
 * cli_hook_switch() - switch the hook in fail2ban's jails, or tell how it stands
 * @word:   one that cli_hook_is_switch() knows
 * @folder: fail2ban's configuration; NULL: the usual one
 */
int cli_hook_switch(struct cli *cli, const char *word, const char *folder)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		if (strcmp(switches[i].name, word) == 0)
			return switches[i].exec(cli, folder ? folder : FAIL2BAN_DEFAULT_FOLDER);
	return cli_fail(cli, CLI_USAGE, "hook: unknown word \"%.64s\"", word);
}
