// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of fail2ban's jails as they are configured, and of the guard as a service. */
#include "guard/audit/check-internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define UNIT "reload-guard.service"
/* A snapshot and a wipe of a firewall with thousands of rules take less. */
#define SPACE_MIN_MIB 32

/* --- jails -------------------------------------------------------------------------------- */

/* Of the mail services that a kind of daemon serves. */
static bool ports_have(const char *text, enum services_server server)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	unsigned first, last;

	if (!text || strv_split(&ports, text, ", ") < 0)
		return true; /* of all ports, or not known */
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

static bool bans_from(const struct jail *jail, const struct mail_daemon *daemon)
{
	if (strstr(jail->name, daemon->jail) || !jail->actions_known)
		return true;
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail->actions[i].kind != JAIL_ACTION_OTHER &&
		    ports_have(jail->actions[i].ports, daemon->server))
			return true;
	return false;
}

/* Where nobody writes log files, the journal has the lines. */
static int enable_command(char **out, const char *jail)
{
	bool files =
	    access("/var/log/mail.log", F_OK) == 0 || access("/var/log/maillog", F_OK) == 0;
	/* no backslashes: what is shown to people has them doubled */
	return xasprintf(out,
	                 "{ echo '[%s]'; echo 'enabled = true'; %s} >/etc/fail2ban/jail.d/%s.local "
	                 "&& fail2ban-client reload",
	                 jail, files ? "" : "echo 'backend = systemd'; ", jail);
}

static int check_server(struct check_context *context, enum check_id id,
                        const struct listeners *listeners, const struct mail_daemon *daemon)
{
	const struct tickets *tickets = &context->tickets;
	const struct listeners_socket *sock = NULL;
	const struct service *service = NULL;
	char *command = NULL;

	while (!sock && (service = services_next(service, SERVICES_MAIL))) {
		sock = listeners_first(listeners, "tcp", service->port);
		if (sock && strcmp(sock->process, daemon->process) != 0)
			sock = NULL;
	}
	if (!sock)
		return 0;
	for (size_t i = 0; i < tickets->n_jails; i++)
		if (bans_from(&tickets->jails[i], daemon))
			return 0;
	if (enable_command(&command, daemon->jail) < 0)
		return -ENOMEM;
	return check_add(context, id, FINDING_WARNING, NULL, command,
	                 "%s serves mail, and no jail of fail2ban bans who attacks it",
	                 daemon->jail);
}

/* Where fail2ban is not used, nobody misses a jail. */
int check_no_jail(struct check_context *context, enum check_id id)
{
	const struct listeners *listeners = check_listeners(context);
	const struct mail_daemon *daemon = NULL;
	int r = 0;

	if (context->fail2ban != FAIL2BAN_RUNNING || !context->tickets_known)
		return 0;
	if (!listeners)
		return check_tell_unknown(context, id, "who listens");
	while (r == 0 && (daemon = daemons_next(daemon)))
		r = check_server(context, id, listeners, daemon);
	return r;
}

static int list_jail(char **list, const char *name)
{
	char *longer = NULL;

	if (xasprintf(&longer, "%s%s%s", *list ? *list : "", *list ? ", " : "", name) < 0)
		return -ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

static bool is_wiped(const struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (jail_action_kind_is_wiped(jail->actions[i].kind))
			return true;
	return false;
}

int check_bans_not_restored(struct check_context *context, enum check_id id)
{
	const struct config *config = &context->cli->config;
	const char *path =
	    context->cli->config_path ? context->cli->config_path : CONFIG_DEFAULT_PATH;
	_cleanup_free_ char *list = NULL, *command = NULL;

	if (!context->tickets_known ||
	    (config->restore && config->restore_bans != CONFIG_RESTORE_BANS_NONE))
		return 0;
	for (size_t i = 0; i < context->tickets.n_jails; i++)
		if (is_wiped(&context->tickets.jails[i]) &&
		    list_jail(&list, context->tickets.jails[i].name) < 0)
			return -ENOMEM;
	if (!list)
		return 0;
	if (xasprintf(&command,
	              "sed -i -e 's/^ *restore-bans *=.*/restore-bans = safe/' -e 's/^ *restore "
	              "*=.*/restore = yes/' %s && systemctl reload reload-guard",
	              path) < 0)
		return -ENOMEM;
	return check_add(
	    context, id, FINDING_INFO, steal(list), steal(command),
	    "each reload takes the bans of these jails, and the configuration says that "
	    "they are not put back");
}

static bool tells_us(const struct jail *jail)
{
	for (size_t i = 0; i < jail->n_actions; i++)
		if (strstr(jail->actions[i].name, "reload-guard") ||
		    (jail->actions[i].command && strstr(jail->actions[i].command, "reload-guard")))
			return true;
	return false;
}

int check_hook_missing(struct check_context *context, enum check_id id)
{
	_cleanup_free_ char *list = NULL;

	if (context->fail2ban != FAIL2BAN_RUNNING || !context->tickets_known)
		return 0;
	for (size_t i = 0; i < context->tickets.n_jails; i++) {
		const struct jail *jail = &context->tickets.jails[i];

		if (jail->actions_known && jail->n_actions > 0 && !tells_us(jail) &&
		    list_jail(&list, jail->name) < 0)
			return -ENOMEM;
	}
	if (!list)
		return 0;
	return check_add(
	    context, id, FINDING_INFO, steal(list),
	    strdup("reload-guard hook enable"),
	    "these jails do not tell the guard of their bans: how many failures led to "
	    "one, and bans that end before they are seen, are not on record");
}

/* --- the service -------------------------------------------------------------------------- */

static const char *const unit_folders[] = {"/etc/systemd/system", "/run/systemd/system",
                                           "/usr/local/lib/systemd/system",
                                           "/usr/lib/systemd/system", "/lib/systemd/system"};

static bool wants_unit(int folder, const char *name)
{
	size_t n = strlen(name);
	struct stat st;
	char path[512];

	if (n < 7 || (strcmp(name + n - 6, ".wants") != 0 &&
	              (n < 10 || strcmp(name + n - 9, ".requires") != 0)))
		return false;
	if ((size_t)snprintf(path, sizeof(path), "%s/" UNIT, name) >= sizeof(path))
		return false;
	return fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* As systemctl's is-enabled: a link in a folder of what another unit wants or requires. */
static bool is_wanted(const char *folder)
{
	DIR *dir = opendir(folder);
	bool found = false;

	if (!dir)
		return false;
	for (const struct dirent *entry = readdir(dir); entry && !found; entry = readdir(dir))
		found = wants_unit(dirfd(dir), entry->d_name);
	closedir(dir);
	return found;
}

static bool is_masked(void)
{
	char target[32];
	ssize_t n = readlink("/etc/systemd/system/" UNIT, target, sizeof(target) - 1);

	return n == (ssize_t)strlen("/dev/null") && memcmp(target, "/dev/null", (size_t)n) == 0;
}

int check_not_at_boot(struct check_context *context, enum check_id id)
{
	bool installed = false, wanted = false;

	/* another service manager has other ways */
	if (access("/run/systemd/system", F_OK) != 0)
		return 0;
	if (is_masked())
		return check_add(
		    context, id, FINDING_WARNING, NULL,
		    strdup("systemctl unmask reload-guard && systemctl enable reload-guard"),
		    "the watcher's unit is masked: nothing starts it");
	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/" UNIT, unit_folders[i]);
		installed |= access(path, F_OK) == 0;
		wanted |= is_wanted(unit_folders[i]);
	}
	if (!installed || wanted)
		return 0;
	return check_add(context, id, FINDING_WARNING, NULL,
	                 strdup("systemctl enable reload-guard"),
	                 "the next boot does not start the watcher: its unit is not enabled");
}

int check_store_space(struct check_context *context, enum check_id id)
{
	struct statvfs fs;
	unsigned long long free_mib;

	if (statvfs(context->cli->store_dir, &fs) < 0)
		return errno == ENOENT ? 0 : check_tell_unknown(context, id, "the store's disk");
	free_mib = (unsigned long long)fs.f_bavail * fs.f_frsize >> 20;
	if (free_mib >= SPACE_MIN_MIB)
		return 0;
	return check_add(context, id, free_mib == 0 ? FINDING_ERROR : FINDING_WARNING,
	                 strdup(context->cli->store_dir), NULL,
	                 "the disk of the store has %llu MiB left: what is lost next may not be on "
	                 "record; make room",
	                 free_mib);
}
