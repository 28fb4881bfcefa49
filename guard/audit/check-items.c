// SPDX-License-Identifier: GPL-2.0-or-later
/* Checks of what firewalld holds. */
#include "guard/audit/checks-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guard/base/timespec.h"
#include "guard/model/fault.h"
#include "guard/model/packet/dispatch.h"
#include "guard/model/packet/remembered.h"
#include "guard/restore/repair.h"

/* --- firewalld itself --------------------------------------------------------------------- */

/* What was open to clients, and the kernel has no rule for any more. */
static int list_gone(struct check_list *list, const struct picture *picture)
{
	const struct firewall *past = &picture->last;
	int r = 0;

	for (size_t i = 0; i < past->n && r >= 0; i++) {
		const struct item *item = &past->entries[i].item;

		if (!(past->entries[i].flags & FIREWALL_RUNTIME) ||
		    item_class(item) != ITEM_CLASS_MAIL ||
		    remembered_in_kernel(&picture->ruleset, item) != REMEMBERED_KERNEL_LACKS)
			continue;
		/* firewalld makes the chains of a zone when it is used */
		r = dispatch_zone_gets_packets(past, item->zone, &picture->interfaces);
		if (r > 0)
			r = check_list_add(list, item);
	}
	return r;
}

static int silent(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_check_list_ struct check_list gone = CHECK_LIST_NULL;
	_cleanup_free_ char *names = NULL, *evidence = NULL;
	char since[TIMESPEC_TEXT_MAX], text[TIMESPEC_TEXT_MAX + 16] = "";

	if (picture->ruleset.remembered && list_gone(&gone, picture) < 0)
		return -ENOMEM;
	if (check_take(&gone.names, &names) < 0 ||
	    xasprintf(&evidence, "%s%s%s", picture_why(picture, PICTURE_FIREWALLD),
	              names ? "; the kernel has no rule any more for " : "",
	              names ? names : "") < 0)
		return -ENOMEM;
	timespec_format_duration(picture->now_us - picture->silent_since_us, since);
	if (picture->silent_since_us)
		snprintf(text, sizeof(text), ", for %s now", since);
	return check_add(run, steal(evidence), strdup("systemctl restart firewalld"),
	                 "firewalld does not answer%s: it hangs, or loads many rules; %s", text,
	                 picture_kernel_words(picture));
}

/* What the reading of it met, and how it went, where the watcher knows that. */
static char *unread_evidence(const struct picture *picture)
{
	const char *why = picture_why(picture, PICTURE_FIREWALLD);
	char since[TIMESPEC_TEXT_MAX], *evidence = NULL;

	if (picture->result != FIREWALLD_E_GONE || !picture->gone_us)
		return strdup(why);
	timespec_format_duration(picture->now_us - picture->gone_us, since);
	return xasprintf(&evidence, "%s, for %s now: %s", why, since, picture->gone) < 0 ? NULL
	                                                                                 : evidence;
}

/* It runs, maybe, and does not tell this user: a start of it would mend nothing. */
static int unread(struct check_run *run)
{
	const struct picture *picture = run->picture;
	/* nothing restarts a bus that hangs and leaves who is on it alone: look first */
	const char *command = picture->result == FIREWALLD_E_GONE     ? "systemctl start firewalld"
	                      : picture->result == FIREWALLD_E_NO_BUS ? "systemctl start dbus"
	                      : picture->result == FIREWALLD_E_BUS_SILENT ? "systemctl status dbus"
	                                                                  : NULL;

	/* the one line for all that is for root alone */
	if (picture_is_for_root(picture))
		return check_add_as(run, FINDING_UNKNOWN, NULL, strdup("sudo reload-guard check"),
		                    "firewalld's rules, fail2ban's bans and what is on record are "
		                    "for root only");
	return check_add(run, unread_evidence(picture), command ? strdup(command) : NULL,
	                 "firewalld %s; %s", picture_unreached_words(picture),
	                 picture_kernel_words(picture));
}

/* Its policy DROP may be gone from the kernel with all the rest. */
static const char *broken_means(const struct picture *picture)
{
	if (picture_is_flushed(picture) && !picture->ruleset.kernel.shut)
		return "its rules are not in the kernel: nothing is shut, and nobody is banned";
	return picture->state == FIREWALL_STATE_INIT ? "the kernel may drop every new connection"
	                                             : "the kernel drops every new connection";
}

static int firewalld_state(struct check_run *run)
{
	const struct picture *picture = run->picture;

	if (picture->result == FIREWALLD_E_TIMEOUT)
		return silent(run);
	if (picture->result != 0)
		return unread(run);
	if (picture->state == FIREWALL_STATE_RUNNING)
		return 0;
	if (picture->state == FIREWALL_STATE_INIT || picture->state == FIREWALL_STATE_BROKEN)
		return check_add(run, NULL, strdup(repair_advice(REPAIR_BROKEN, false)),
		                 "firewalld %s: a reload broke off half way, and %s; its log says "
		                 "why",
		                 picture->state == FIREWALL_STATE_INIT ? "is in state INIT"
		                                                       : "has lost its zones",
		                 broken_means(picture));
	/* while it loads it has none there for a moment */
	if (picture->state == FIREWALL_STATE_FAILED && picture_is_flushed(picture))
		return check_add(
		    run, strdup("no table inet firewalld"), strdup(CHECK_RESTART_FAILED),
		    "firewalld is in state FAILED, and its rules are not in the kernel: "
		    "nothing is shut, and nobody is banned");
	return check_add(run, NULL, strdup(CHECK_MEND_FAILED),
	                 "firewalld is in state %s: its rules are not the configured ones",
	                 firewall_state_name(picture->state));
}

const struct check check_firewalld_state = {
    .name = "firewalld-state",
    .severity = FINDING_ERROR,
    .help = "firewalld does not run, cannot be reached, or could not load its configuration",
    .also = PICTURE_FIREWALLD | PICTURE_TABLES,
    .status = true,
    .fn = firewalld_state,
};

/* What is left out may decide (law 12). */
static int not_understood(struct check_run *run)
{
	const struct picture *picture = run->picture;
	_cleanup_free_ char *evidence = NULL;
	char entries[320] = "";

	if (picture->n_skipped == 0 && !picture->own_trouble)
		return 0;
	if (picture->n_skipped > 0)
		snprintf(entries, sizeof(entries), "entries left out: %u; the first: %s%s",
		         picture->n_skipped, picture->skipped, picture->own_trouble ? "; " : "");
	if (xasprintf(&evidence, "%s%s", entries,
	              picture->own_trouble ? picture->own_trouble : "") < 0)
		return -ENOMEM;
	return check_add_as(run, FINDING_UNKNOWN, steal(evidence), NULL,
	                    "not all that firewalld holds could be understood: what else is open "
	                    "or shut by it is not known");
}

const struct check check_not_understood = {
    .name = "not-understood",
    .severity = FINDING_WARNING,
    .help = "something that firewalld holds could not be understood, and is left out",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_RULES,
    .status = true,
    .fn = not_understood,
};

static int panic(struct check_run *run)
{
	if (!run->picture->firewall.panic)
		return 0;
	return check_add(run, NULL, strdup("firewall-cmd --panic-off"),
	                 "panic mode drops every packet");
}

const struct check check_panic = {
    .name = "panic",
    .severity = FINDING_ERROR,
    .help = "panic mode drops every packet",
    .needs = PICTURE_FIREWALLD,
    .status = true,
    .fn = panic,
};

/* --- what is missing ---------------------------------------------------------------------- */

/* Nothing is restored into a firewall that nobody meant. */
static char *restore_command(const struct check_run *run)
{
	return run->picture->state == FIREWALL_STATE_RUNNING ? strdup("reload-guard restore")
	                                                     : NULL;
}

/* What is gone without a known wipe is missed just the same. */
static int list_missing(struct check_list *list, const struct check_run *run, bool required)
{
	const struct loss *loss = &run->picture->missing.loss;
	int r = 0;

	for (size_t i = 0; i < loss->n && r == 0; i++) {
		enum loss_verdict verdict = loss->rows[i].verdict;

		if (required ? verdict == LOSS_REQUIRED
		             : verdict == LOSS_LOST || verdict == LOSS_UNATTRIBUTED)
			r = check_list_add(list, &loss->rows[i].item);
	}
	return r;
}

static int lost(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	_cleanup_free_ char *let_go = NULL;
	int r = list_missing(&list, run, false);

	if (r < 0 || list.n == 0)
		return r;
	if (check_list_release(&let_go, &list) < 0)
		return -ENOMEM;
	r = check_add(run, check_list_take(&list), restore_command(run),
	              list.n == 1 ? "%zu was there before, and nobody is known to have removed it"
	                          : "%zu were there before, and nobody is known to have removed "
	                            "them",
	              list.n);
	return r == 0 && let_go ? check_or(run, steal(let_go)) : r;
}

const struct check check_lost = {
    .name = "lost",
    .severity = FINDING_ERROR,
    .help = "it was open before, is not any more, and nobody removed it",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = lost,
};

static int required_missing(struct check_run *run)
{
	_cleanup_check_list_ struct check_list list = CHECK_LIST_NULL;
	int r = list_missing(&list, run, true);

	if (r < 0 || list.n == 0)
		return r;
	return check_add(run, check_list_take(&list), restore_command(run),
	                 list.n == 1 ? "%zu is required by the configuration, and not open"
	                             : "%zu are required by the configuration, and not open",
	                 list.n);
}

const struct check check_required_missing = {
    .name = "required-missing",
    .severity = FINDING_ERROR,
    .help = "the configuration requires it, and it is not open",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_STORE,
    .status = true,
    .fn = required_missing,
};

/* --- zones ------------------------------------------------------------------------------- */

/* The same in a zone that packets come through, which is all that can be asked of what is no port.
 */
static bool is_reached_elsewhere(struct check_run *run, const struct item *item)
{
	const struct firewall *fw = &run->picture->firewall;

	for (size_t i = 0; i < fw->n; i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    fw->entries[i].item.kind == item->kind &&
		    strcmp(fw->entries[i].item.value, item->value) == 0 &&
		    check_is_reached(run, fw->entries[i].item.zone))
			return true;
	return false;
}

/* What is open already is not missed by anybody. */
static bool is_open_somewhere(struct check_run *run, const struct item *item)
{
	_cleanup_strv_ struct strv ports = STRV_NULL;
	int r = 0;

	if (item->kind == ITEM_SERVICE)
		r = ruleset_service_ports(&run->picture->ruleset, item->value, &ports);
	else if (item->kind == ITEM_PORT)
		r = strv_add(&ports, item->value);
	run->failed |= r < 0;
	for (size_t i = 0; i < ports.n; i++) {
		unsigned first, last;
		char protocol[8];

		if (item_port_parse(ports.strings[i], &first, &last, protocol) &&
		    strcmp(protocol, "tcp") == 0 && check_is_open(run, first))
			return true;
	}
	return is_reached_elsewhere(run, item);
}

/* An interface of the zone that nothing comes in on: renamed, gone, or a port; NULL: none */
static const char *find_absent(const struct picture *picture, const char *zone)
{
	const struct firewall *fw = &picture->firewall;

	for (size_t i = firewall_first(fw, zone, ITEM_INTERFACE);
	     i < fw->n && fw->entries[i].item.kind == ITEM_INTERFACE &&
	     strcmp(fw->entries[i].item.zone, zone) == 0;
	     i++)
		if ((fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    !dispatch_has_interface(&picture->interfaces, fw->entries[i].item.value))
			return fw->entries[i].item.value;
	return NULL;
}

/** check_is_idle() - is it in a zone that no packet comes through, as unreached-zone says?
 *
 * One whose interface comes and goes is not. Without memory the run has failed.
 */
bool check_is_idle(struct check_run *run, const struct item *item)
{
	return check_is_asked(run, &check_unreached_zone) &&
	       picture_knows(run->picture, PICTURE_LINKS) && !item_policy_name(item->zone) &&
	       !item_ipset_name(item->zone) && !item_direct_family(item->zone) &&
	       !find_absent(run->picture, item->zone) && !check_is_reached(run, item->zone);
}

/** check_is_stranded() - and is it mail that is open nowhere else, so that it says how to open it?
 */
bool check_is_stranded(struct check_run *run, const struct item *item)
{
	return item_class(item) == ITEM_CLASS_MAIL && check_is_idle(run, item) &&
	       !is_open_somewhere(run, item);
}

static bool is_unreached(struct scope_view *view, const struct firewall_entry *entry,
                         const char *zone)
{
	return (entry->flags & FIREWALL_RUNTIME) && strcmp(entry->item.zone, zone) == 0 &&
	       item_class(&entry->item) != ITEM_CLASS_BINDING &&
	       scope_view_protects(view, &entry->item);
}

/* At run time and for good. */
#define BIND                                                                                       \
	"firewall-cmd --zone=%s --change-interface=%s && firewall-cmd --permanent --zone=%s "      \
	"--change-interface=%s"

/* Does anybody get in to any of mail? */
static bool is_any_mail_open(struct check_run *run)
{
	const struct service *service = NULL;

	while ((service = services_next(service, SERVICES_MAIL)))
		if (check_is_open(run, service->port))
			return true;
	return false;
}

static int list_unreached(struct check_run *run, const char *zone, struct check_list *mail,
                          struct check_list *rest)
{
	const struct firewall *fw = &run->picture->firewall;
	struct scope_view view = SCOPE_VIEW(&run->picture->config->scope, fw);
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct item *item = &fw->entries[i].item;

		if (!is_unreached(&view, &fw->entries[i], zone))
			continue;
		r = check_list_add(
		    item_class(item) == ITEM_CLASS_MAIL && !is_open_somewhere(run, item) ? mail
		                                                                         : rest,
		    item);
	}
	run->failed |= view.failed;
	return r;
}

/*
 * One that comes and goes, as that of a tunnel, may have a zone of its own: others are not to
 * be let in there, and it is no outage while mail is open to them elsewhere.
 */
static int tell_absent(struct check_run *run, const char *zone, const char *interface,
                       struct check_list *mail)
{
	const char *instead = run->picture->client_interface;
	bool outage = !is_any_mail_open(run);
	_cleanup_free_ char *command = NULL;

	if (outage && instead[0] && shell_printf(&command, BIND, zone, instead, zone, instead) < 0)
		return -ENOMEM;
	return check_add_as(run, outage ? FINDING_ERROR : FINDING_WARNING, check_list_take(mail),
	                    steal(command),
	                    "no packet comes through zone %s, whose interface %s is not there, or "
	                    "a port of another (was it renamed?), and what it opens is open "
	                    "nowhere else",
	                    zone, interface);
}

/* Between which zones it is meant to be nobody can guess. */
static int tell_idle(struct check_run *run, const char *policy, struct check_list *mail)
{
	return check_add(run, check_list_take(mail), NULL,
	                 "firewalld does nothing with policy %s, which lacks an ingress zone or an "
	                 "egress zone, and what it opens is open nowhere else",
	                 policy);
}

/* Where the clients' interface is in a zone of mail, that is where it belongs. */
static int open_instead(char **out, struct check_run *run, const struct check_list *mail)
{
	const char *zone = check_client_zone(run);
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (size_t i = 0; zone && i < mail->n && i < ARRAY_SIZE(mail->items); i++) {
		struct item item = *mail->items[i];

		item.zone = zone; /* borrowed, and not written to */
		item_add_command(&text, "add", &item, false);
		item_add_command(&text, "add", &item, true);
	}
	return check_take(&text, out);
}

/* The interface of the clients, to where mail is open, or mail to where they come in. */
static int reaching_command(char **out, struct check_run *run, const char *zone,
                            const struct check_list *mail)
{
	const char *interface = run->picture->client_interface;

	if (is_any_mail_open(run))
		return open_instead(out, run, mail);
	return interface[0] ? shell_printf(out, BIND, zone, interface, zone, interface) : 0;
}

static int tell_unreached(struct check_run *run, const char *zone)
{
	const char *interface = run->picture->client_interface;
	const char *absent = find_absent(run->picture, zone);
	_cleanup_check_list_ struct check_list mail = CHECK_LIST_NULL, rest = CHECK_LIST_NULL;
	char *command = NULL;
	int r = list_unreached(run, zone, &mail, &rest);

	if (r < 0 || (mail.n == 0 && rest.n == 0))
		return r;
	if (mail.n == 0)
		return check_add_as(run, FINDING_INFO, check_list_take(&rest), NULL,
		                    "no packet comes through %s%s, so what is listed there is "
		                    "not open",
		                    item_policy_name(zone) ? "" : "zone ", zone);
	if (item_policy_name(zone))
		return tell_idle(run, item_policy_name(zone), &mail);
	if (absent)
		return tell_absent(run, zone, absent, &mail);
	if (reaching_command(&command, run, zone, &mail) < 0)
		return -ENOMEM;
	return check_add(
	    run, check_list_take(&mail), command,
	    "no packet comes through zone %s, and what it opens is open nowhere else%s", zone,
	    interface[0] ? "" : ": bind the interface of the clients to it");
}

static int unreached_zone(struct check_run *run)
{
	const struct picture *picture = run->picture;
	const struct strv *zones = &picture->firewall.zones;
	int r = 0;

	for (size_t i = 0; i < zones->n && r == 0; i++)
		if (!item_ipset_name(zones->strings[i]) &&
		    !check_is_reached(run, zones->strings[i]))
			r = tell_unreached(run, zones->strings[i]);
	return r;
}

const struct check check_unreached_zone = {
    .name = "unreached-zone",
    .severity = FINDING_ERROR,
    .help = "mail services are open in a zone that no packet comes through",
    .needs = PICTURE_FIREWALLD | PICTURE_LINKS,
    .also = PICTURE_RULES | PICTURE_SOCKETS,
    .status = true,
    .fn = unreached_zone,
};

/* --- raw ports --------------------------------------------------------------------------- */

static const char *service_of(const struct item *item)
{
	const struct service *service;
	unsigned first, last;
	char protocol[8];

	if (!item_port_parse(item->value, &first, &last, protocol) || first != last)
		return NULL;
	service = services_by_port(first, protocol);
	return service && service->purpose == SERVICES_MAIL ? service->name : NULL;
}

/** check_raw_port_service() - which service it should be; NULL: none, or its time will end */
const char *check_raw_port_service(const struct firewall_entry *entry)
{
	if (entry->item.kind != ITEM_PORT || item_policy_name(entry->item.zone) ||
	    entry->until_us || (entry->flags & FIREWALL_RELEASED) ||
	    !(entry->flags & (FIREWALL_RUNTIME | FIREWALL_PERMANENT)))
		return NULL;
	return service_of(&entry->item);
}

/* The service first: the port is never shut. */
static int replace_command(char **out, const struct firewall_entry *entry, const char *service)
{
	const char *zone = entry->item.zone;
	_cleanup_builder_ struct builder text = BUILDER_NULL;

	for (unsigned i = 0; i < 2; i++) {
		if (!(entry->flags & (i == 0 ? FIREWALL_PERMANENT : FIREWALL_RUNTIME)))
			continue;
		item_begin_command(&text, zone, i == 0);
		shell_addf(&text, " --add-service=%s", service);
		item_add_command(&text, "remove", &entry->item, i == 0);
	}
	return check_take(&text, out);
}

/* What is to be done about it anyway puts the service in its place. */
static bool is_told_elsewhere(struct check_run *run, struct scope_view *view,
                              const struct firewall_entry *entry)
{
	if (check_is_unserved(run, entry) || check_is_told(run, &entry->item))
		return true;
	if (!(entry->flags & FIREWALL_RUNTIME))
		return check_is_asked(run, &check_not_open) &&
		       !check_is_covered(run, entry, FIREWALL_RUNTIME);
	return check_is_asked(run, &check_runtime_only_service) &&
	       scope_view_at_risk(view, entry) && !check_is_covered(run, entry, FIREWALL_PERMANENT);
}

static int raw_ports(struct check_run *run)
{
	const struct firewall *fw = &run->picture->firewall;
	struct scope_view view = SCOPE_VIEW(&run->picture->config->scope, fw);
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		const char *service = check_raw_port_service(entry);
		_cleanup_free_ char *command = NULL, *text = NULL;

		if (!service || is_told_elsewhere(run, &view, entry))
			continue;
		if (replace_command(&command, entry, service) < 0 ||
		    item_format(&text, &entry->item) < 0)
			return -ENOMEM;
		r = check_add(run, steal(text), steal(command),
		              "%s is open by its number; firewalld has the service %s",
		              entry->item.value, service);
	}
	run->failed |= view.failed;
	return r;
}

const struct check check_raw_ports = {
    .name = "raw-ports",
    .severity = FINDING_INFO,
    .help = "a port is open by its number where firewalld has a service",
    .needs = PICTURE_FIREWALLD,
    .also = PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS,
    .fn = raw_ports,
};

/* --- files and definitions --------------------------------------------------------------- */

/*
 * What the file was meant to say may be worth reading, so it is kept. To set a name
 * that it has makes firewalld write the file again, as it was when it last read it. One
 * that could not read it would write what it has instead: there the file before is taken,
 * where there is one (*@out stays NULL otherwise).
 */
static int file_command(char **out, const struct check_run *run, const struct picture_file *row)
{
	_cleanup_free_ char *file = NULL;
	const char *zone = row->zone;

	if (item_policy_name(zone) || item_ipset_name(zone))
		return 0;
	if (xasprintf(&file, "/etc/firewalld/zones/%s.xml", zone) < 0)
		return -ENOMEM;
	if (run->picture->state == FIREWALL_STATE_RUNNING)
		return shell_printf(out,
		                    "cp -p %s %s.broken && firewall-cmd --permanent --zone=%s "
		                    "--set-short=\"$(firewall-cmd --permanent --zone=%s "
		                    "--get-short)\"",
		                    file, file, zone, zone);
	if (!row->old)
		return 0;
	return shell_printf(out, "cp -p %s %s.broken && cp -p %s.old %s", file, file, file, file);
}

/* What comes of a file that firewalld cannot load. @words: of firewalld's own; NULL: it is no XML
 */
static const char *what_comes(const struct picture *picture, const char *words)
{
	if (!picture->passes_over_files)
		return "the next reload fails, and the next start loads the stock configuration";
	return words && fault_is_half_taken(words)
	           ? "where that zone is in use, the next reload breaks off half way, which shuts "
	             "every port, and the next start loads the stock configuration"
	           : "the next reload passes over it, and each start: a zone is as it was shipped "
	             "then";
}

static int zone_file(struct check_run *run)
{
	const char *refused = run->picture->refused;
	int r = 0;

	for (size_t i = 0; i < run->picture->n_files && r == 0; i++) {
		const struct picture_file *row = &run->picture->files[i];
		_cleanup_free_ char *command = NULL;

		if (file_command(&command, run, row) < 0)
			return -ENOMEM;
		r = check_add(run, NULL, steal(command), "the file of %s is broken (%s): %s",
		              row->zone, row->broken, what_comes(run->picture, NULL));
	}
	if (r == 0 && refused)
		r = check_add(run, strdup(refused), NULL,
		              "a file of firewalld's configuration is broken: %s",
		              what_comes(run->picture, refused));
	return r;
}

const struct check check_zone_file = {
    .name = "zone-file",
    .severity = FINDING_ERROR,
    .help = "the file of a zone, or another one, is broken: the next reload fails",
    .needs = PICTURE_FILES,
    .also = PICTURE_FIREWALLD,
    .status = true,
    .fn = zone_file,
};

static bool is_in_use(const struct firewall *fw, const char *service)
{
	for (size_t i = 0; i < fw->n; i++)
		if (fw->entries[i].item.kind == ITEM_SERVICE &&
		    strcmp(fw->entries[i].item.value, service) == 0)
			return true;
	return false;
}

static int look_at_definition(struct check_run *run, const struct service *mail)
{
	const struct ruleset_service *service = ruleset_service(&run->picture->ruleset, mail->name);
	char *command = NULL, port[16];

	snprintf(port, sizeof(port), "%u/tcp", mail->port);
	/* one that includes others is somebody's who knows what it is made of */
	if (!service || strv_contains(&service->ports, port) || service->includes.n > 0)
		return 0;
	if (shell_printf(
	        &command,
	        "firewall-cmd --permanent --load-service-defaults=%s && firewall-cmd --reload",
	        mail->name) < 0)
		return -ENOMEM;
	return check_add(run, NULL, command,
	                 "the service %s does not include %s: it is open in name only", mail->name,
	                 port);
}

static int service_definition(struct check_run *run)
{
	const struct service *mail = NULL;
	int r = 0;

	while (r == 0 && (mail = services_next(mail, SERVICES_MAIL)))
		if (is_in_use(&run->picture->firewall, mail->name))
			r = look_at_definition(run, mail);
	return r;
}

const struct check check_service_definition = {
    .name = "service-definition",
    .severity = FINDING_ERROR,
    .help = "a mail service lacks the port that it is known for",
    .needs = PICTURE_FIREWALLD | PICTURE_RULES,
    .also = PICTURE_LINKS | PICTURE_SOCKETS,
    .status = true,
    .fn = service_definition,
};
