// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of fail2ban's jails as they are configured, and of the guard as a service. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/timespec.h"

/* A snapshot and a wipe of a firewall with thousands of rules take less. */
#define SPACE_MIN_MIB 32

/* --- jails -------------------------------------------------------------------------------- */

/* Of the mail services that a kind of daemon serves. */
static bool ports_have(struct check_run *run, const char *text, enum services_server server)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	unsigned first, last;

	if (!text)
		return true; /* of all ports, or not known */
	run->failed |= strv_split(&ports, text, ", ") < 0;
	for (size_t i = 0; i < ports.n; i++) {
		const struct service *mail = services_by_name(ports.strings[i]);

		if (mail && mail->server == server)
			return true;
		if (!services_port_range(ports.strings[i], &first, &last))
			continue;
		while ((mail = services_next(mail, SERVICES_MAIL)))
			if (mail->server == server && first <= mail->port && mail->port <= last)
				return true;
	}
	return false;
}

static bool bans_from(struct check_run *run, const struct jail *jail,
                      const struct mail_daemon *daemon)
{
	if (strstr(jail->name, daemon->jail) || !jail->actions_known)
		return true;
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail->actions[i].kind != JAIL_ACTION_OTHER &&
		    jail_action_kind_keeps_away(jail->actions[i].kind) &&
		    ports_have(run, jail->actions[i].ports, daemon->server))
			return true;
	return false;
}

/* Where nobody writes log files, the journal has the lines. */
static int enable_command(char **out, const struct picture *picture, const char *jail)
{
	return xasprintf(out,
	                 "{ echo '[%s]'; echo 'enabled = true'; %s} >/etc/fail2ban/jail.d/%s.local "
	                 "&& fail2ban-client reload",
	                 jail, picture->mail_log ? "" : "echo 'backend = systemd'; ", jail);
}

static int look_at_server(struct check_run *run, const struct mail_daemon *daemon)
{
	const struct tickets *tickets = &run->picture->tickets;
	const struct listeners_socket *sock = NULL;
	const struct service *service = NULL;
	char *command = NULL;

	while (!sock && (service = services_next(service, SERVICES_MAIL))) {
		sock = listeners_first(&run->picture->listeners, "tcp", service->port);
		if (sock && strcmp(sock->process, daemon->process) != 0)
			sock = NULL;
	}
	if (!sock)
		return 0;
	for (size_t i = 0; i < tickets->n_jails; i++)
		if (bans_from(run, &tickets->jails[i], daemon))
			return 0;
	if (enable_command(&command, run->picture, daemon->jail) < 0)
		return -ENOMEM;
	return check_add(run, NULL, command,
	                 "%s serves mail, and no jail of fail2ban bans its attackers",
	                 daemon->jail);
}

/* Where fail2ban is not used, nobody misses a jail. */
static int no_jail(struct check_run *run)
{
	const struct mail_daemon *daemon = NULL;
	int r = 0;

	while (run->picture->fail2ban == FAIL2BAN_RUNNING && r == 0 &&
	       (daemon = daemons_next(daemon)))
		r = look_at_server(run, daemon);
	return r;
}

const struct check check_no_jail = {
    .name = "no-jail",
    .severity = FINDING_WARNING,
    .help = "a mail server without a fail2ban jail: its attackers are not banned",
    .needs = PICTURE_SOCKETS | PICTURE_FAIL2BAN,
    .also = PICTURE_HOST,
    .fn = no_jail,
};

/* The jails whose bans end so in a reload, "a, b"; NULL: none. Return: 0; -ENOMEM. */
static int name_jails(char **out, const struct picture *picture, enum jail_fate fate)
{
	_cleanup_builder_ struct builder jails = BUILDER_NULL;

	for (size_t i = 0; i < picture->tickets.n_jails; i++)
		if (picture_jail_fate(picture, &picture->tickets.jails[i]) == fate)
			builder_join(&jails, ", ", picture->tickets.jails[i].name);
	return check_take(&jails, out);
}

static int not_to_be_restored(struct check_run *run)
{
	const struct config *config = run->picture->config;
	const char *path =
	    run->picture->config_path ? run->picture->config_path : CONFIG_DEFAULT_PATH;
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *list = NULL, *command = NULL, *folder = NULL;

	if (config->restore && config->restore_bans != CONFIG_RESTORE_BANS_NONE)
		return 0;
	if (name_jails(&list, run->picture, JAIL_FATE_RESTORED) < 0)
		return -ENOMEM;
	if (!list)
		return 0;
	/* read after all other files, whichever of them says it now */
	if (xasprintf(&folder, "%.*s" CONFIG_FOLDER, slash ? (int)(slash - path) + 1 : 0, path) <
	        0 ||
	    shell_printf(&command,
	                 "mkdir -p %s && printf '[guard]\\nrestore = yes\\nrestore-bans = safe\\n' "
	                 ">%s/zz-restore-bans.conf && systemctl reload reload-guard",
	                 folder, folder) < 0)
		return -ENOMEM;
	return check_add(run, steal(list), steal(command),
	                 "every reload drops the bans of these jails, and with restore-bans = none "
	                 "they are not restored");
}

/* fail2ban's own action that bans the same in a table of its own. */
static const char *nftables_like(const struct jail_action *action)
{
	return strstr(action->name, "allports") ? "nftables-allports" : "nftables-multiport";
}

/* Last it shows what the jail does now: one that does not go by banaction has the same still. */
static int nftables_command(char **out, const struct jail *jail, const struct jail_action *action)
{
	return shell_printf(out,
	                    "nft --version && printf '[%%s]\\nbanaction = %s\\n' %s "
	                    ">/etc/fail2ban/jail.d/zz-%s-nftables.local && "
	                    "fail2ban-client reload --restart %s && fail2ban-client get %s actions",
	                    nftables_like(action), jail->name, jail->name, jail->name, jail->name);
}

static int lost_for_good(struct check_run *run, const struct jail *jail)
{
	const struct picture *picture = run->picture;
	char *command = NULL;

	for (size_t i = 0; i < jail->n_actions; i++) {
		const struct jail_action *action = &jail->actions[i];

		if (picture_action_fate(picture, jail, action) != JAIL_FATE_LOST)
			continue;
		/* as it starts the watcher looks at what the bans that are there look like */
		if (picture_is_unseen(picture, jail, action))
			return check_add_as(run, FINDING_WARNING, strdup(action->name),
			                    strdup("systemctl restart reload-guard"),
			                    "every reload drops the bans of jail %s, and nobody "
			                    "puts them back: the guard has not seen yet what they "
			                    "look like in firewalld",
			                    jail->name);
		if (nftables_command(&command, jail, action) < 0)
			return -ENOMEM;
		return check_add_as(run, FINDING_WARNING, strdup(action->name), command,
		                    "every reload drops the bans of jail %s, and nobody puts them "
		                    "back: firewalld empties the tables of iptables",
		                    jail->name);
	}
	return 0;
}

static int bans_not_restored(struct check_run *run)
{
	const struct tickets *tickets = &run->picture->tickets;
	int r = not_to_be_restored(run);

	for (size_t i = 0; i < tickets->n_jails && r == 0; i++)
		r = lost_for_good(run, &tickets->jails[i]);
	return r;
}

const struct check check_bans_not_restored = {
    .name = "bans-not-restored",
    .severity = FINDING_INFO,
    .help = "bans that a reload drops and that nobody puts back",
    .needs = PICTURE_FAIL2BAN,
    .also = PICTURE_FIREWALLD | PICTURE_SETTINGS | PICTURE_RULES | PICTURE_STORE,
    .fn = bans_not_restored,
};

static bool tells_us(const struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (strstr(jail->actions[i].name, "reload-guard") ||
		    (jail->actions[i].command && strstr(jail->actions[i].command, "reload-guard")))
			return true;
	return false;
}

static int hook_missing(struct check_run *run)
{
	_cleanup_builder_ struct builder jails = BUILDER_NULL;
	_cleanup_free_ char *list = NULL;

	if (run->picture->fail2ban != FAIL2BAN_RUNNING)
		return 0;
	for (size_t i = 0; i < run->picture->tickets.n_jails; i++) {
		const struct jail *jail = &run->picture->tickets.jails[i];

		if (jail->actions_known && jail->n_actions > 0 && !tells_us(jail))
			builder_join(&jails, ", ", jail->name);
	}
	if (check_take(&jails, &list) < 0)
		return -ENOMEM;
	if (!list)
		return 0;
	return check_add(run, steal(list), strdup("reload-guard hook enable"),
	                 "these jails do not report their bans to the guard: the number of "
	                 "failures, and bans that end before they are seen, are not on record");
}

const struct check check_hook_missing = {
    .name = "hook-missing",
    .severity = FINDING_INFO,
    .help = "a jail that does not report its bans to the guard",
    .needs = PICTURE_FAIL2BAN,
    .fn = hook_missing,
};

static int hook_silent(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_builder_ struct builder jails = BUILDER_NULL;
	_cleanup_free_ char *list = NULL;

	/* what waits in the spool is on its way */
	if (picture->fail2ban != FAIL2BAN_RUNNING || picture->heard.waits)
		return 0;
	for (size_t i = 0; i < picture->heard.n; i++) {
		const struct heard_jail *heard = &picture->heard.jails[i];
		const struct jail *jail = tickets_jail(&picture->tickets, heard->ticket->jail);

		if (heard->told || !jail || !tells_us(jail))
			continue;
		builder_join(&jails, ", ", "");
		builder_addf(&jails, "%s (%s)", jail->name, heard->ticket->address);
	}
	if (check_take(&jails, &list) < 0)
		return -ENOMEM;
	if (!list)
		return 0;
	return check_add(run, steal(list), NULL,
	                 "these jails call the hook, and it tells nothing, not even of their "
	                 "latest bans: something keeps it from writing to %s, such as SELinux or "
	                 "settings of fail2ban.service",
	                 picture->state_dir);
}

const struct check check_hook_silent = {
    .name = "hook-silent",
    .severity = FINDING_WARNING,
    .help = "a jail that calls the hook, and whose bans it does not tell of",
    .needs = PICTURE_FAIL2BAN | PICTURE_STORE,
    .fn = hook_silent,
};

/* --- the service -------------------------------------------------------------------------- */

static int watcher_stopped(struct check_run *run)
{
	if (!run->picture->watcher.known && picture_is_for_root(run->picture))
		return 0;
	if (!run->picture->watcher.known)
		return check_add_as(run, FINDING_UNKNOWN, NULL, NULL,
		                    "it is unknown whether the watcher runs");
	if (run->picture->watcher.running)
		return 0;
	return check_add(run, NULL, strdup("systemctl enable --now reload-guard"),
	                 "the watcher does not run: nothing is restored after a reload");
}

const struct check check_watcher_stopped = {
    .name = "watcher-stopped",
    .severity = FINDING_WARNING,
    .help = "the watcher does not run: nothing is restored after a reload",
    .status = true,
    .fn = watcher_stopped,
};

static int watcher_not_at_boot(struct check_run *run)
{
	const struct picture *picture = run->picture;

	if (!picture->systemd)
		return 0;
	if (picture->unit_masked)
		return check_add(
		    run, NULL,
		    strdup("systemctl unmask reload-guard && systemctl enable reload-guard"),
		    "the watcher's unit is masked: nothing starts it");
	if (!picture->unit_installed || picture->unit_wanted)
		return 0;
	return check_add(run, NULL, strdup("systemctl enable reload-guard"),
	                 "the next boot does not start the watcher: its unit is not enabled");
}

const struct check check_watcher_not_at_boot = {
    .name = "watcher-not-at-boot",
    .severity = FINDING_WARNING,
    .help = "the next boot does not start the watcher",
    .needs = PICTURE_HOST,
    .fn = watcher_not_at_boot,
};

static int setup_waits(struct check_run *run)
{
	const struct picture *picture = run->picture;
	char left[TIMESPEC_TEXT_MAX] = "";
	int r;

	if (picture->setup_until_us < 0)
		return 0;
	if (picture->setup_until_us > picture->now_us)
		timespec_format_duration(picture->setup_until_us - picture->now_us, left);
	r = check_add(run, NULL, strdup("reload-guard setup --confirm"),
	              "what `reload-guard setup` did waits for an answer%s%s",
	              left[0]                       ? ", and is undone in "
	              : picture->setup_until_us > 0 ? ", and is undone by the next boot"
	                                            : "",
	              left);
	return r == 0 ? check_or(run, strdup("reload-guard setup --rollback")) : r;
}

const struct check check_setup_waits = {
    .name = "setup-waits",
    .severity = FINDING_WARNING,
    .help = "what setup did is undone unless somebody confirms it",
    .status = true,
    .fn = setup_waits,
};

/* Which of the two ends the other is decided by the order in which a boot starts them. */
static int rival_unit(struct check_run *run)
{
	const struct strv *rivals = &run->picture->rivals;
	_cleanup_builder_ struct builder list = BUILDER_NULL;
	_cleanup_free_ char *names = NULL;
	char *command = NULL;

	if (!run->picture->systemd || rivals->n == 0)
		return 0;
	for (size_t i = 0; i < rivals->n; i++)
		builder_join(&list, " ", rivals->strings[i]);
	if (builder_take(&list, &names) < 0 ||
	    xasprintf(&command, "systemctl disable %s", names) < 0)
		return -ENOMEM;
	return check_add(run, steal(names), command,
	                 "a boot starts another firewall's unit, too: it ends firewalld, or takes "
	                 "its rules out of the kernel, or firewalld ends it");
}

const struct check check_rival_unit = {
    .name = "rival-unit",
    .severity = FINDING_WARNING,
    .help = "a boot starts another firewall's unit beside firewalld",
    .needs = PICTURE_HOST,
    .fn = rival_unit,
};

/* --- SELinux ------------------------------------------------------------------------------- */

#define EXAMPLES "/usr/share/doc/reload-guard/examples/selinux"
#define BUILD    "/root/reload-guard-selinux"
#define RELABEL                                                                                    \
	" && restorecon -RF %s /etc/reload-guard /etc/fail2ban/jail.d /var/lib/reload-guard && "   \
	"systemctl restart reload-guard"

/* Our package has it for those that have packages of it; else it is built where it is loaded. */
static int load_command(char **out, const struct picture *picture)
{
	const char *program = picture->program[0] ? picture->program : "/usr/sbin/reload-guard";

	if (picture->dnf)
		return shell_printf(out, "dnf install reload-guard-selinux" RELABEL, program);
	return shell_printf(out,
	                    "apt-get install selinux-policy-dev && cp -rT " EXAMPLES " " BUILD
	                    " && make -C " BUILD " -f /usr/share/selinux/devel/Makefile "
	                    "reload_guard.pp && semodule -i " BUILD "/reload_guard.pp" RELABEL,
	                    program);
}

static int module_is_missing(struct check_run *run)
{
	const struct picture *picture = run->picture;
	char *command = NULL, *evidence = NULL;

	if (load_command(&command, picture) < 0 ||
	    xasprintf(&evidence, "%s is of type %s", picture->program,
	              picture->program_type[0] ? picture->program_type : "unknown") < 0) {
		free(command);
		return -ENOMEM;
	}
	return check_add(run, evidence, command,
	                 "SELinux is enforced, and the module of reload-guard is not in use: the "
	                 "hook that fail2ban runs can write nothing, so what it tells is lost");
}

static int are_mislabelled(struct check_run *run)
{
	const struct strv *paths = &run->picture->mislabelled;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *list = NULL;
	char *command = NULL;

	builder_join_all(&text, " ", paths);
	if (builder_take(&text, &list) < 0)
		return -ENOMEM;
	if (xasprintf(&command, "restorecon -RF %s", list) < 0)
		return -ENOMEM;
	return check_add(run, steal(list), command,
	                 "SELinux is enforced, and these have not the labels that the module of "
	                 "reload-guard gives them: the guard may not use them");
}

static int selinux_module(struct check_run *run)
{
	if (!run->picture->selinux)
		return 0;
	if (strcmp(run->picture->program_type, "reload_guard_exec_t") != 0)
		return module_is_missing(run);
	return run->picture->mislabelled.n > 0 ? are_mislabelled(run) : 0;
}

const struct check check_selinux_module = {
    .name = "selinux-module",
    .severity = FINDING_WARNING,
    .help = "SELinux is enforced without the module of reload-guard",
    .needs = PICTURE_HOST,
    .fn = selinux_module,
};
