// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/fail2ban/fail2ban-hook.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard/system/fail2ban/fail2ban-files.h"
#include "guard/system/host/program.h"
#include "guard/system/host/wholefile.h"

#define ACTION_FILE "action.d/reload-guard.conf"

/* fail2ban-client reads its files in half a second; a reload puts all bans back. */
#define TEST_MS    60000
#define RELOAD_MS  600000
#define OUTPUT_MAX ((size_t)32 * 1024 * 1024)
#define ROUNDS_MAX 64

/* What fail2ban would tell its server. */
struct answer {
	struct strv jails;  /* that it starts */
	struct strv hooked; /* those with the action */
	struct strv twice;  /* with two of them, which the server refuses */
	char *fault;        /* owned; its first error; NULL: it takes the configuration */
};
#define ANSWER_NULL      ((struct answer){0})
#define _cleanup_answer_ _cleanup_(answer_deinit)

static void answer_deinit(struct answer *answer)
{
	strv_deinit(&answer->jails);
	strv_deinit(&answer->hooked);
	strv_deinit(&answer->twice);
	free(answer->fault);
	*answer = ANSWER_NULL;
}

/* --- asking fail2ban ---------------------------------------------------------------------- */

static const char *const clients[] = {"/usr/bin/fail2ban-client", "/usr/local/bin/fail2ban-client",
                                      NULL};

static int see_installed(const char *folder, struct err *err)
{
	_cleanup_free_ char *action = NULL;
	bool client = false;

	for (size_t i = 0; clients[i]; i++)
		client |= access(clients[i], X_OK) == 0;
	if (!client || access(folder, F_OK) < 0)
		return err_set(err, FAIL2BAN_HOOK_E_ABSENT, "fail2ban is not installed");
	if (xasprintf(&action, "%s/" ACTION_FILE, folder) < 0)
		return -ENOMEM;
	if (access(action, F_OK) < 0)
		return err_set(err, FAIL2BAN_HOOK_E_ABSENT,
		               "%s is missing; install reload-guard again", action);
	return 0;
}

static int run_client(struct program_output *out, const char *folder, char *const words[5],
                      int timeout_ms, struct err *err)
{
	char name[] = "fail2ban-client", option[] = "-c";
	_cleanup_free_ char *copy = strdup(folder);
	char *arguments[9] = {name, option, copy};
	const struct program client = {.places = clients,
	                               .arguments = arguments,
	                               .errors = true,
	                               .timeout_ms = timeout_ms,
	                               .max = OUTPUT_MAX};
	int r;

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < 5 && words[i]; i++)
		arguments[3 + i] = words[i];
	r = program_read(out, &client);
	if (r == -ENOENT)
		return err_set(err, FAIL2BAN_HOOK_E_ABSENT, "fail2ban is not installed");
	return r == 0 ? 0 : err_set(err, r, "fail2ban-client: %s", strerror(-r));
}

/* The text after "ERROR", which its lines have behind time and process. */
static int first_fault(char **out, const char *text)
{
	const char *at = strstr(text, "ERROR");

	if (!at) {
		*out = strdup("fail2ban-client failed without a message");
		return *out ? 0 : -ENOMEM;
	}
	at += strlen("ERROR");
	at += strspn(at, " :\t");
	*out = strndup(at, strcspn(at, "\n"));
	return *out ? 0 : -ENOMEM;
}

/* A command to the server, as Python prints a list: ['set', 'NAME', 'addaction', 'ACTION']. */
static int take_command(struct answer *answer, const char *line)
{
	char verb[8], name[80], what[16], action[80];
	int n =
	    sscanf(line, "['%7[a-z]', '%79[^']', '%15[^']', '%79[^']'", verb, name, what, action);

	if (n >= 3 && strcmp(verb, "add") == 0 && !strv_contains(&answer->jails, name))
		return strv_add(&answer->jails, name);
	if (n < 4 || strcmp(verb, "set") != 0 || strcmp(what, "addaction") != 0 ||
	    strcmp(action, "reload-guard") != 0)
		return 0;
	return strv_add(strv_contains(&answer->hooked, name) ? &answer->twice : &answer->hooked,
	                name);
}

/* What the server would be told, by the strict test of `fail2ban-client -t`. */
static int ask(struct answer *out, const char *folder, struct err *err)
{
	char test[] = "-t", dump[] = "-d";
	_cleanup_program_output_ struct program_output output = PROGRAM_OUTPUT_NULL;
	_cleanup_answer_ struct answer answer = ANSWER_NULL;
	_cleanup_strv_ struct strv lines = STRV_NULL;
	int r = run_client(&output, folder, (char *const[5]){test, dump}, TEST_MS, err);

	if (r == 0)
		r = strv_split(&lines, output.text, "\n");
	for (size_t i = 0; i < lines.n && r == 0; i++)
		r = take_command(&answer, lines.strings[i]);
	if (r == 0 && output.status != 0)
		r = first_fault(&answer.fault, output.text);
	if (r != 0)
		return r;
	answer_deinit(out);
	*out = answer;
	answer = ANSWER_NULL;
	return 0;
}

/* --- our file ----------------------------------------------------------------------------- */

struct plan {
	const char *folder;
	char *path, *before; /* owned: the file, and what it was until now */
	struct fail2ban_files files;
	struct strv without; /* jails that must not have it from us */
};
#define _cleanup_plan_ _cleanup_(plan_deinit)

static void plan_deinit(struct plan *plan)
{
	free(plan->path);
	free(plan->before);
	fail2ban_files_deinit(&plan->files);
	strv_deinit(&plan->without);
}

static int plan_init(struct plan *plan, const char *folder, struct err *err)
{
	*plan = (struct plan){.folder = folder};
	if (xasprintf(&plan->path, "%s/" FAIL2BAN_HOOK_FILE, folder) < 0 ||
	    xasprintf(&plan->before, "%s.before", plan->path) < 0)
		return -ENOMEM;
	return fail2ban_files_read(&plan->files, folder, err);
}

/* Whether the jail gets it by our file: not where it has it, and not where it would go in a circle.
 */
static bool is_ours(const struct plan *plan, const struct fail2ban_section *section)
{
	const struct fail2ban_section *standard = fail2ban_files_find(&plan->files, "DEFAULT");

	if (strcmp(section->name, "DEFAULT") == 0 || section->chained || section->hooked)
		return false;
	if (!section->action && standard && standard->hooked)
		return false;
	return !strv_contains(&plan->without, section->name);
}

static int print_file(FILE *out, void *userdata)
{
	const struct plan *plan = userdata;

	fputs("# Written by \"reload-guard hook enable\"; \"reload-guard hook disable\" takes it "
	      "away.\n"
	      "# Each jail keeps the action that it has, and tells reload-guard of its bans "
	      "besides.\n"
	      "# Its name is the last one, so that it is read after all other files.\n",
	      out);
	for (size_t i = 0; i < plan->files.n; i++)
		if (is_ours(plan, &plan->files.sections[i]))
			fprintf(out, "\n[%s]\naction = %%(known/action)s\n         reload-guard\n",
			        plan->files.sections[i].name);
	return 0;
}

/* --- what came of it ---------------------------------------------------------------------- */

static int why_left(char **out, const struct plan *plan, const char *jail)
{
	const struct fail2ban_section *section = fail2ban_files_find(&plan->files, jail);

	if (!section)
		return xasprintf(out,
		                 "%s: its section is in an included file, or its name cannot be "
		                 "written as a section",
		                 jail);
	return xasprintf(out,
	                 "%s: its action in %s cannot be added to from another file; add "
	                 "reload-guard as its last line there",
	                 jail, section->file);
}

static int take_answer(struct fail2ban_hook *hook, struct answer *answer, const struct plan *plan)
{
	hook->enabled = access(plan->path, F_OK) == 0;
	for (size_t i = 0; i < answer->jails.n; i++) {
		char *why = NULL;

		if (strv_contains(&answer->hooked, answer->jails.strings[i]))
			continue;
		if ((hook->enabled ? why_left(&why, plan, answer->jails.strings[i])
		                   : xasprintf(&why, "%s", answer->jails.strings[i])) < 0 ||
		    strv_add_take(&hook->left, why) < 0)
			return -ENOMEM;
	}
	hook->told = answer->hooked;
	answer->hooked = STRV_NULL;
	return 0;
}

/** fail2ban_hook_is_enabled() - whether our file is there */
bool fail2ban_hook_is_enabled(const char *folder)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/" FAIL2BAN_HOOK_FILE, folder);
	return access(path, F_OK) == 0;
}

/**
 * fail2ban_hook_look() - which jails tell the guard, by what fail2ban's files say now
 * @out:    receives it; the caller deinits it; untouched on failure
 * @folder: fail2ban's configuration
 *
 * Return: 0; FAIL2BAN_HOOK_E_ABSENT; FAIL2BAN_HOOK_E_BROKEN; negative errno.
 */
int fail2ban_hook_look(struct fail2ban_hook *out, const char *folder, struct err *err)
{
	_cleanup_answer_ struct answer answer = ANSWER_NULL;
	_cleanup_plan_ struct plan plan;
	int r = plan_init(&plan, folder, err);

	if (r == 0)
		r = see_installed(folder, err);
	if (r == 0)
		r = ask(&answer, folder, err);
	if (r != 0)
		return r;
	if (answer.fault)
		return err_set(err, FAIL2BAN_HOOK_E_BROKEN,
		               "fail2ban refuses its configuration: %s", answer.fault);
	return take_answer(out, &answer, &plan);
}

/* Leaves one more jail out; FAIL2BAN_HOOK_E_REFUSED: fail2ban does not say which. */
static int leave_out(struct plan *plan, const struct answer *answer)
{
	const char *at = answer->fault ? strstr(answer->fault, "in section '") : NULL;
	char name[80];

	if (!answer->fault)
		return strv_add(&plan->without, answer->twice.strings[0]);
	if (!at || sscanf(at, "in section '%79[^']'", name) != 1 ||
	    strv_contains(&plan->without, name))
		return FAIL2BAN_HOOK_E_REFUSED;
	return strv_add(&plan->without, name);
}

/* Writes the file until fail2ban takes it; FAIL2BAN_HOOK_E_REFUSED: it does not. */
static int write_until_taken(struct plan *plan, struct answer *answer, struct err *err)
{
	for (int round = 0; round < ROUNDS_MAX; round++) {
		int r = wholefile_write(plan->path, 0644, print_file, plan, err);

		if (r == 0)
			r = ask(answer, plan->folder, err);
		if (r != 0 || (!answer->fault && answer->twice.n == 0))
			return r;
		r = leave_out(plan, answer);
		if (r != 0)
			return r;
	}
	return FAIL2BAN_HOOK_E_REFUSED;
}

/* Nobody is worse off than before: the file as it was, or none where it is what disturbs. */
static int give_up(struct plan *plan, struct answer *answer, struct err *err)
{
	_cleanup_free_ char *with = steal(answer->fault);
	int r;

	(void)unlink(plan->path);
	r = ask(answer, plan->folder, err);
	if (r == 0 && answer->fault) {
		(void)rename(plan->before, plan->path);
		return err_set(
		    err, FAIL2BAN_HOOK_E_BROKEN,
		    "fail2ban refuses its own configuration, with the hook or without: %s",
		    answer->fault);
	}
	(void)unlink(plan->before);
	return r != 0
	           ? r
	           : err_set(
	                 err, FAIL2BAN_HOOK_E_REFUSED,
	                 "fail2ban refuses its configuration with the hook, so the hook is off: %s",
	                 with ? with : "a jail would have it twice");
}

/**
 * fail2ban_hook_enable() - write our file anew, for the jails that there are now
 * @out:    receives what came of it; the caller deinits it; untouched on failure
 * @folder: fail2ban's configuration
 *
 * A server that runs is not told: see fail2ban_hook_tell().
 *
 * Return: 0, also with jails left out; FAIL2BAN_HOOK_E_*; negative errno.
 */
int fail2ban_hook_enable(struct fail2ban_hook *out, const char *folder, struct err *err)
{
	_cleanup_answer_ struct answer answer = ANSWER_NULL;
	_cleanup_plan_ struct plan plan;
	int r = plan_init(&plan, folder, err);

	if (r == 0)
		r = see_installed(folder, err);
	if (r != 0)
		return r;
	/* one that an end in between has left is not the one to go back to */
	if (unlink(plan.before) < 0 && errno != ENOENT)
		return err_set(err, -errno, "%s: %s", plan.before, strerror(errno));
	/* there all the time: whoever is ended in between leaves the hook as it was, or anew */
	if (link(plan.path, plan.before) < 0 && errno != ENOENT)
		return err_set(err, -errno, "%s: %s", plan.before, strerror(errno));
	r = write_until_taken(&plan, &answer, err);
	if (r == FAIL2BAN_HOOK_E_REFUSED)
		return give_up(&plan, &answer, err);
	if (r != 0) {
		(void)unlink(plan.path);
		(void)rename(plan.before, plan.path);
		return r;
	}
	(void)unlink(plan.before);
	return take_answer(out, &answer, &plan);
}

/** fail2ban_hook_disable() - take our file away; Return: 0, also without one; negative errno */
int fail2ban_hook_disable(const char *folder, struct err *err)
{
	_cleanup_free_ char *path = NULL;

	if (xasprintf(&path, "%s/" FAIL2BAN_HOOK_FILE, folder) < 0)
		return -ENOMEM;
	if (unlink(path) < 0 && errno != ENOENT)
		return err_set(err, -errno, "%s: %s", path, strerror(errno));
	return 0;
}

/**
 * fail2ban_hook_tell() - let a server that runs read its configuration again
 * @restart: jails are started again, with their bans: without, fail2ban 1.0 drops an action
 *           that is new to a jail at the end of the reload (server/actions.py)
 *
 * Return: 0, also when none runs; FAIL2BAN_HOOK_E_REFUSED; negative errno.
 */
int fail2ban_hook_tell(const char *folder, bool restart, struct err *err)
{
	char ping[] = "ping", reload[] = "reload", again[] = "--restart", all[] = "--all";
	_cleanup_program_output_ struct program_output answer = PROGRAM_OUTPUT_NULL,
	                                               output = PROGRAM_OUTPUT_NULL;
	_cleanup_free_ char *fault = NULL;
	int r = run_client(&answer, folder, (char *const[5]){ping}, TEST_MS, err);

	if (r != 0 || answer.status != 0)
		return r == FAIL2BAN_HOOK_E_ABSENT ? 0 : r;
	r = run_client(&output, folder,
	               restart ? (char *const[5]){reload, again, all} : (char *const[5]){reload},
	               RELOAD_MS, err);
	if (r != 0 || output.status == 0)
		return r;
	r = first_fault(&fault, output.text);
	return r < 0 ? r
	             : err_set(err, FAIL2BAN_HOOK_E_REFUSED, "fail2ban-client reload: %s", fault);
}

/** fail2ban_hook_deinit() - free it; may be called twice */
void fail2ban_hook_deinit(struct fail2ban_hook *hook)
{
	strv_deinit(&hook->told);
	strv_deinit(&hook->left);
	*hook = FAIL2BAN_HOOK_NULL;
}
