// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"
#include "guard/restore/missing.h"
#include "guard/audit/ranges.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "guard/model/ban/denial.h"
#include "guard/model/packet/dispatch.h"
#include "guard/system/kernel/dropchain.h"
#include "guard/system/host/clock.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/zonefile.h"

#define FAIL2BAN_MS    1000
#define N_SERVICES_MAX 256
#define INCLUDES_MAX   8
/* So many services are named in a finding; the table has them all. */
#define NAMES_MAX 8

/* What a service consists of, once it was asked for. */
struct service {
	char *name; /* owned */
	struct firewalld_service parts;
	bool known;
	struct services *services;
};

struct services {
	struct loop *loop;
	struct firewalld *fw;
	struct service *rows[N_SERVICES_MAX];
	size_t n;
	size_t waiting;
	bool failed;
};

struct collect {
	struct cli *cli;
	struct store *store;
	struct firewalld_session connection;
	struct firewalld_reading reading;
	struct missing missing;
	struct report_status *status;
	struct services services;
	struct strv interfaces; /* of this machine, without loopback */
};

static void collect_deinit(struct collect *collect)
{
	for (size_t i = 0; i < collect->services.n; i++) {
		free(collect->services.rows[i]->name);
		firewalld_service_deinit(&collect->services.rows[i]->parts);
		free(collect->services.rows[i]);
	}
	strv_deinit(&collect->interfaces);
	missing_deinit(&collect->missing);
	firewalld_reading_deinit(&collect->reading);
	firewalld_session_close(&collect->connection);
	store_close(collect->store);
}

/* --- services to ports, pipelined
 * ----------------------------------------------------- */

static void ask_for(struct services *services, const char *name);

static void on_service(int result, const struct firewalld_service *parts, const struct err *err,
                       void *userdata)
{
	struct service *row = userdata;
	struct services *services = row->services;

	(void)err;
	services->waiting--;
	if (result == 0) {
		row->known = strv_copy(&row->parts.ports, &parts->ports) == 0 &&
		             strv_copy(&row->parts.includes, &parts->includes) == 0;
		for (size_t i = 0; i < parts->includes.n; i++)
			ask_for(services, parts->includes.strings[i]);
	}
	if (services->waiting == 0)
		loop_exit(services->loop, 0);
}

static struct service *find_service(const struct services *services, const char *name)
{
	for (size_t i = 0; i < services->n; i++)
		if (strcmp(services->rows[i]->name, name) == 0)
			return services->rows[i];
	return NULL;
}

/* All questions go out at once; firewalld answers one after the other. */
static void ask_for(struct services *services, const char *name)
{
	struct service *row;

	if (services->n == N_SERVICES_MAX || find_service(services, name))
		return;
	row = calloc(1, sizeof(*row));
	if (!row || !(row->name = strdup(name))) {
		free(row);
		services->failed = true;
		return;
	}
	row->services = services;
	services->rows[services->n++] = row;
	if (firewalld_service(services->fw, NULL, name, on_service, row) == 0)
		services->waiting++;
}

static void ask_for_services(struct collect *collect)
{
	struct services *services = &collect->services;
	const struct report_status *status = collect->status;
	int code;

	services->loop = collect->connection.loop;
	services->fw = collect->connection.fw;
	for (size_t i = 0; i < status->n_items; i++)
		if (status->items[i].item.kind == ITEM_SERVICE)
			ask_for(services, status->items[i].item.value);
	/* Without answers the ports are not known, which the table says. */
	if (services->waiting > 0)
		(void)!loop_run_until(services->loop, clock_monotonic_ms() + FIREWALLD_SESSION_MS,
		                      &code);
}

static int add_ports(struct strv *out, const struct services *services, const char *name,
                     unsigned depth)
{
	const struct service *row = find_service(services, name);
	int r = 0;

	if (!row || !row->known || depth > INCLUDES_MAX)
		return 0;
	for (size_t i = 0; i < row->parts.ports.n && r == 0; i++)
		if (!strv_contains(out, row->parts.ports.strings[i]))
			r = strv_add(out, row->parts.ports.strings[i]);
	for (size_t i = 0; i < row->parts.includes.n && r == 0; i++)
		r = add_ports(out, services, row->parts.includes.strings[i], depth + 1);
	return r;
}

/* The best answer over all ports: a service with one live port is served. */
static enum listeners_answer listens_on(const struct listeners *listeners, const struct strv *ports)
{
	enum listeners_answer best = LISTENERS_UNKNOWN;

	for (size_t i = 0; i < ports->n; i++) {
		unsigned first, last;
		char protocol[8];
		enum listeners_answer answer;

		if (!item_port_parse(ports->strings[i], &first, &last, protocol))
			continue;
		answer = listeners_on(listeners, protocol, first, last, AF_UNSPEC);
		if (answer > best)
			best = answer;
	}
	return best;
}

static int find_listeners(struct collect *collect)
{
	_cleanup_listeners_ struct listeners listeners = LISTENERS_NULL;
	struct err err = ERR_NULL;
	bool known = listeners_read(&listeners, &err) == 0;
	int r = 0;

	if (!known)
		cli_warn(collect->cli, "%s", err.text);
	for (size_t i = 0; i < collect->status->n_items && r == 0; i++) {
		struct report_status_item *item = &collect->status->items[i];

		if (item->item.kind == ITEM_SERVICE)
			r = add_ports(&item->ports, &collect->services, item->item.value, 0);
		else if (item->item.kind == ITEM_PORT)
			r = strv_add(&item->ports, item->item.value);
		if (r == 0 && known)
			item->listens = listens_on(&listeners, &item->ports);
	}
	return r;
}

/* --- items
 * ---------------------------------------------------------------------------- */

static struct report_status_item *add_item(struct report_status *status, const struct item *item)
{
	struct report_status_item row = {.listens = LISTENERS_UNKNOWN};

	if (grow(&status->items, &status->capacity, status->n_items + 1, sizeof(row)) < 0 ||
	    item_copy(&row.item, item) < 0)
		return NULL;
	status->items[status->n_items] = row;
	return &status->items[status->n_items++];
}

static int by_rank(const void *a, const void *b)
{
	const struct report_status_item *x = a, *y = b;
	int zones = strcmp(x->item.zone, y->item.zone);

	return zones ? zones : item_restore_cmp(&x->item, &y->item);
}

static bool is_gone(const struct loss_row *row)
{
	return loss_verdict_restores(row->verdict) || row->verdict == LOSS_UNATTRIBUTED;
}

static int add_items(struct collect *collect)
{
	const struct scope *scope = &collect->cli->config.scope;
	const struct firewall *fw = &collect->reading.firewall;
	struct report_status *status = collect->status;
	struct report_status_item *row;

	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];

		/* bindings show in what is open to whom */
		if (item_class(&entry->item) == ITEM_CLASS_BINDING ||
		    !scope_protects(scope, fw, &entry->item))
			continue;
		row = add_item(status, &entry->item);
		if (!row)
			return -ENOMEM;
		row->listed = (entry->flags & FIREWALL_RUNTIME) != 0;
		row->open = row->listed &&
		            dispatch_zone_gets_packets(fw, entry->item.zone, &collect->interfaces);
		row->permanent = (entry->flags & FIREWALL_PERMANENT) != 0;
		row->required = scope_requires(scope, &entry->item);
		row->withdrawn = (entry->flags & FIREWALL_WITHDRAWN) != 0;
		row->edited = (entry->flags & FIREWALL_EDITED) != 0;
		row->until_us = entry->until_us;
	}
	for (size_t i = 0; i < collect->missing.loss.n; i++) {
		const struct loss_row *gone = &collect->missing.loss.rows[i];
		size_t j = 0;

		if (!is_gone(gone))
			continue;
		while (j < status->n_items && item_cmp(&status->items[j].item, &gone->item) != 0)
			j++;
		row = j < status->n_items ? &status->items[j] : add_item(status, &gone->item);
		if (!row)
			return -ENOMEM;
		row->required = gone->verdict == LOSS_REQUIRED;
		row->lost = !row->required;
		row->until_us = gone->until_us;
	}
	if (status->n_items > 0)
		qsort(status->items, status->n_items, sizeof(*status->items), by_rank);
	return 0;
}

/* Without the list the default zone counts as reached. */
static int add_active_zones(struct collect *collect)
{
	const struct firewall *fw = &collect->reading.firewall;

	for (size_t i = 0; i < fw->n; i++) {
		const struct item *item = &fw->entries[i].item;

		if ((item->kind == ITEM_INTERFACE || item->kind == ITEM_SOURCE) &&
		    (fw->entries[i].flags & FIREWALL_RUNTIME) &&
		    !strv_contains(&collect->status->active_zones, item->zone) &&
		    strv_add(&collect->status->active_zones, item->zone) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* --- findings
 * ------------------------------------------------------------------------- */

typedef bool test_fn(const struct report_status_item *item);

static bool is_mail_or_web(const struct report_status_item *item)
{
	enum item_class class = item_class(&item->item);

	return class == ITEM_CLASS_MAIL || class == ITEM_CLASS_WEB;
}

static bool test_lost(const struct report_status_item *item)
{
	return item->lost;
}

static bool test_required(const struct report_status_item *item)
{
	return item->required && !item->listed;
}

static bool test_runtime_only(const struct report_status_item *item)
{
	return report_status_is_runtime_only(item);
}

static bool test_withdrawn(const struct report_status_item *item)
{
	return item->listed && item->withdrawn;
}

static bool test_edited(const struct report_status_item *item)
{
	return item->listed && item->edited && !item->withdrawn;
}

static bool test_runtime_only_mail(const struct report_status_item *item)
{
	return test_runtime_only(item) && is_mail_or_web(item);
}

static bool test_not_open(const struct report_status_item *item)
{
	return item->permanent && !item->listed && !item->lost && !item->required;
}

static bool test_unreached(const struct report_status_item *item)
{
	return item->listed && !item->open;
}

static bool test_silent(const struct report_status_item *item)
{
	return item->open && is_mail_or_web(item) && item->listens == LISTENERS_NO;
}

static bool test_loopback(const struct report_status_item *item)
{
	return item->open && is_mail_or_web(item) && item->listens == LISTENERS_LOOPBACK;
}

/* The names of those that pass, a few of them; Return: how many there are. */
static size_t name_items(const struct report_status *status, test_fn *test, char *out, size_t size)
{
	size_t n = 0, length = 0;

	out[0] = '\0';
	for (size_t i = 0; i < status->n_items; i++) {
		_cleanup_free_ char *text = NULL;

		if (!test(&status->items[i]))
			continue;
		n++;
		if (n > NAMES_MAX || item_format(&text, &status->items[i].item) < 0)
			continue;
		if (length < size)
			length += (size_t)snprintf(out + length, size - length, "%s%.128s",
			                           n > 1 ? ", " : "", text);
	}
	if (n > NAMES_MAX && length < size)
		snprintf(out + length, size - length, " and %zu more", n - NAMES_MAX);
	return n;
}

/* Is one of its ports open by another item? */
static bool is_open_elsewhere(const struct report_status *status,
                              const struct report_status_item *item)
{
	for (size_t i = 0; i < status->n_items; i++) {
		const struct report_status_item *other = &status->items[i];

		if (!other->open)
			continue;
		if (other->item.kind == item->item.kind &&
		    strcmp(other->item.value, item->item.value) == 0)
			return true;
		for (size_t j = 0; j < item->ports.n; j++)
			if (strv_contains(&other->ports, item->ports.strings[j]))
				return true;
	}
	return false;
}

/* What is listed where no packet comes is not open; for mail that is a problem of its own. */
static int find_unreached(struct report_status *status)
{
	const char *advice = "bind an interface to its zone: firewall-cmd --zone=ZONE "
	                     "--change-interface=INTERFACE, the same with --permanent";
	bool mail_shut = false;
	char names[2048];

	for (size_t i = 0; i < status->n_items; i++)
		mail_shut |= test_unreached(&status->items[i]) &&
		             item_class(&status->items[i].item) == ITEM_CLASS_MAIL &&
		             !is_open_elsewhere(status, &status->items[i]);
	if (name_items(status, test_unreached, names, sizeof(names)) == 0)
		return 0;
	return report_finding_add(status, mail_shut ? REPORT_PROBLEM : REPORT_NOTE, "unreached",
	                          "listed in a zone that no packet reaches, so not open: %s%s%s",
	                          names, mail_shut ? "; " : "", mail_shut ? advice : "");
}

/* The commands for those that pass, as many as are named; NULL without memory. */
static char *keep_commands(const struct report_status *status, test_fn *test)
{
	const struct item *items[NAMES_MAX];
	size_t n = 0;
	char *out;

	for (size_t i = 0; i < status->n_items && n < NAMES_MAX; i++)
		if (test(&status->items[i]))
			items[n++] = &status->items[i].item;
	return items_permanent_commands(&out, items, n) < 0 ? NULL : out;
}

/* What the next reload closes for good, with the command for both answers. */
static int find_leaving(struct report_status *status)
{
	static const struct {
		test_fn *test;
		const char *code, *what, *let_go;
	} checks[] = {
	    {test_withdrawn, "withdrawn",
	     "taken out of the permanent configuration, so closed by the next reload and not "
	     "restored",
	     ""},
	    {test_edited, "edited",
	     "not in its file any more, which was not written by firewalld: closed by the next "
	     "reload, and not restored by itself",
	     "; to let it go: reload-guard release ITEM"},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(checks) && r == 0; i++) {
		_cleanup_free_ char *commands = NULL;
		char names[2048];

		if (name_items(status, checks[i].test, names, sizeof(names)) == 0)
			continue;
		commands = keep_commands(status, checks[i].test);
		r = report_finding_add(status, REPORT_WARNING, checks[i].code,
		                       "%s: %s; to keep it: %s%s", checks[i].what, names,
		                       commands ? commands : "firewall-cmd --permanent",
		                       checks[i].let_go);
	}
	return r;
}

/* Bindings are not in the table; a zone that loses its own has no packets. */
static int find_bindings_at_risk(struct collect *collect)
{
	const struct firewall *fw = &collect->reading.firewall;
	struct report_status bindings = REPORT_STATUS_NULL;
	_cleanup_free_ char *commands = NULL;
	char names[2048];
	int r = 0;

	for (size_t i = 0; i < fw->n && r == 0; i++)
		if (item_is_binding(&fw->entries[i].item) &&
		    scope_at_risk(&collect->cli->config.scope, fw, &fw->entries[i])) {
			struct report_status_item *row = add_item(&bindings, &fw->entries[i].item);

			r = row ? 0 : -ENOMEM;
			if (row)
				row->listed = true;
		}
	if (r == 0 && name_items(&bindings, test_runtime_only, names, sizeof(names)) > 0) {
		commands = keep_commands(&bindings, test_runtime_only);
		r = report_finding_add(
		    collect->status, REPORT_NOTE, "binding-runtime-only",
		    "bound in the runtime only, so a restart of firewalld undoes it unless "
		    "NetworkManager or the guard puts it back: %s; to make it permanent: %s",
		    names, commands ? commands : "firewall-cmd --permanent");
	}
	report_status_deinit(&bindings);
	return r;
}

/* The files themselves: firewalld keeps what it has until the next reload, and says nothing. */
static int find_broken_files(struct report_status *status, const struct firewall *fw)
{
	int r = 0;

	for (size_t i = 0; i < fw->zones.n && r >= 0; i++) {
		_cleanup_firewall_ struct firewall file = FIREWALL_NULL;
		struct err err = ERR_NULL;

		r = zonefile_read(&file, fw->zones.strings[i], "", &err);
		if (r == ZONEFILE_E_BROKEN)
			r = report_finding_add(
			    status, REPORT_PROBLEM, "file-broken",
			    "the file of %s is broken (%s): firewalld will refuse the next reload, "
			    "and a restart of it ends with a stock configuration; mend it, then "
			    "see: "
			    "firewall-cmd --check-config",
			    fw->zones.strings[i], err.text);
	}
	return r < 0 ? r : 0;
}

struct check {
	test_fn *test;
	enum report_severity severity;
	const char *code;
	const char *what;
	const char *advice;
};

static int find_in_items(struct report_status *status)
{
	bool guarded = status->watcher_running;
	/* Nothing is restored into a firewall that nobody meant. */
	bool running = status->state == FIREWALL_STATE_RUNNING;
	const struct check checks[] = {
	    {test_lost, REPORT_PROBLEM, "lost", "open before, and gone",
	     running ? "to put back what is gone: reload-guard restore; to let an item go: "
	               "reload-guard release ITEM"
	             : "see to firewalld first"},
	    {test_required, REPORT_PROBLEM, "required-missing",
	     "required by the configuration, and not open",
	     "to open what is missing: reload-guard restore"},
	    {guarded ? NULL : test_runtime_only_mail, REPORT_PROBLEM, "runtime-only-unguarded",
	     "in the runtime only while no watcher runs, so gone at the next reload",
	     "to make permanent what is open: reload-guard persist; to start the watcher: "
	     "systemctl enable --now reload-guard"},
	    {guarded ? test_runtime_only : NULL, REPORT_NOTE, "runtime-only",
	     "in the runtime only, and put back by the watcher after a reload",
	     "to make permanent what is open: reload-guard persist"},
	    {test_not_open, REPORT_NOTE, "not-open", "permanent, and not open now",
	     "the next reload opens it"},
	    {test_silent, REPORT_WARNING, "no-listener", "open, but nothing listens there",
	     "is the server running?"},
	    {test_loopback, REPORT_WARNING, "loopback-only",
	     "open, but the server listens on loopback only", "see the server's configuration"},
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(checks) && r == 0; i++) {
		char names[2048];

		if (checks[i].test && name_items(status, checks[i].test, names, sizeof(names)) > 0)
			r = report_finding_add(status, checks[i].severity, checks[i].code,
			                       "%s: %s; %s", checks[i].what, names,
			                       checks[i].advice);
	}
	return r;
}

static bool kernel_is_shut(void)
{
	struct nfsocket sock = NFSOCKET_NULL;
	bool there = false;

	if (dropchain_is_there(&sock, &there) != 0)
		there = false;
	nfsocket_close(&sock);
	return there;
}

static int find_around(struct report_status *status)
{
	int r = 0;

	if (!status->reachable)
		r = report_finding_add(status, REPORT_PROBLEM, "firewalld-unreachable",
		                       "firewalld cannot be asked; see: systemctl status "
		                       "firewalld");
	else if (status->state == FIREWALL_STATE_INIT)
		r = report_finding_add(
		    status, REPORT_PROBLEM, "firewalld-state",
		    "firewalld is in state INIT: a reload broke off half way, and the kernel may "
		    "drop every new connection; see its log, mend the cause, then: firewall-cmd "
		    "--reload");
	else if (status->state != FIREWALL_STATE_RUNNING)
		r = report_finding_add(
		    status, REPORT_PROBLEM, "firewalld-state",
		    "firewalld is in state %s: its rules are not what is configured; see: "
		    "firewall-cmd --check-config, then systemctl restart firewalld",
		    firewall_state_name(status->state));
	else if (!status->panic && kernel_is_shut())
		r = report_finding_add(
		    status, REPORT_PROBLEM, "policy-drop",
		    "firewalld says open, the kernel does not: its policy DROP is in force, as it "
		    "is during a reload alone; if it stays, see its log, then: firewall-cmd "
		    "--reload");
	if (r == 0 && status->panic)
		r = report_finding_add(status, REPORT_PROBLEM, "panic",
		                       "panic mode drops every packet; end it with: firewall-cmd "
		                       "--panic-off");
	if (r == 0 && status->watcher_known && !status->watcher_running)
		r = report_finding_add(status, REPORT_WARNING, "watcher-stopped",
		                       "the watcher does not run: nothing is put back after a "
		                       "reload; start it: systemctl enable --now reload-guard");
	if (r == 0 && !status->store_usable)
		r = report_finding_add(status, REPORT_WARNING, "store",
		                       "the store cannot be used (%s), so what was open before is "
		                       "not known",
		                       status->store_error ? status->store_error
		                                           : "no reason given");
	if (r == 0 && status->has_wipe && status->wipe.n_failed > 0)
		r = report_finding_add(
		    status, REPORT_WARNING, "restore-failed",
		    "after the last wipe %zu of %zu items could not be put back; "
		    "see: reload-guard history --kind restore",
		    status->wipe.n_failed, status->wipe.n_lost);
	if (r == 0 && status->has_wipe && status->wipe.n_bans_failed > 0)
		r = report_finding_add(
		    status, REPORT_WARNING, "bans-failed",
		    "after the last wipe %zu of %zu bans could not be put back; see: reload-guard "
		    "history --kind restore, then reload-guard restore",
		    status->wipe.n_bans_failed, status->wipe.n_bans);
	if (r == 0 && status->has_wipe && status->wipe.n_bans_left_out > 0)
		r = report_finding_add(
		    status, REPORT_WARNING, "bans-left-out",
		    "%zu bans that cover legitimate clients were not put back after the last wipe; "
		    "fail2ban still holds them: fail2ban-client set JAIL unbanip ADDRESS ends one, "
		    "restore-bans = all brings such back",
		    status->wipe.n_bans_left_out);
	if (r == 0 && strcmp(status->fail2ban, "unreachable") == 0)
		r = report_finding_add(status, REPORT_WARNING, "fail2ban-unreachable",
		                       "fail2ban does not answer; see: systemctl status fail2ban");
	return r;
}

/* --- all together
 * --------------------------------------------------------------------- */

/* The store is worth having, not needed. */
static int open_store(struct collect *collect)
{
	struct report_status *status = collect->status;
	struct store_options options = {.read_only = true, .busy_ms = STORE_BUSY_MS};
	struct err err = ERR_NULL;
	int r = store_open(&collect->store, collect->cli->store_dir, &options, &err);

	if (r == 0) {
		status->store_usable = true;
		r = store_wipe_last(collect->store, &status->wipe, &err);
		status->has_wipe = r == 0;
		if (r == 0 || r == STORE_E_NOT_FOUND)
			return 0;
	}
	status->store_usable = false;
	status->store_error = strdup(r == STORE_E_ABSENT ? "there is none yet" : err_text(&err, r));
	return status->store_error ? 0 : -ENOMEM;
}

static int compare(struct collect *collect)
{
	const char *instance = firewalld_instance(collect->connection.fw);
	struct report_status *status = collect->status;
	struct store *store = status->store_usable ? collect->store : NULL;
	struct err err = ERR_NULL;
	struct missing_query query = {.config = &collect->cli->config,
	                              .store = store,
	                              .now = &collect->reading.firewall,
	                              .instance = instance,
	                              .now_us = collect->cli->now_us};
	int r = missing_find(&collect->missing, &query, &err);

	if (r != 0 && store) {
		status->store_usable = false;
		status->store_error = strdup(err_text(&err, r));
		query.store = NULL;
		r = missing_find(&collect->missing, &query, &err);
	}
	if (r == 0)
		missing_attribute(&collect->missing, &collect->reading.firewall);
	if (r == 0)
		missing_overlay(&collect->missing, &collect->reading.firewall, instance);
	return r;
}

static int look_at_firewalld(struct collect *collect)
{
	struct report_status *status = collect->status;
	struct cli *cli = collect->cli;
	int r = cli_firewalld_open(cli, &collect->connection);

	if (r == CLI_FINE)
		r = cli_firewalld_read(cli, &collect->connection, &collect->reading);
	if (r != CLI_FINE)
		return r;
	status->reachable = true;
	status->state = collect->reading.state;
	status->panic = collect->reading.firewall.panic;
	if (collect->reading.firewall.default_zone)
		status->default_zone = strdup(collect->reading.firewall.default_zone);
	r = compare(collect);
	if (r == 0)
		r = add_active_zones(collect);
	if (r == 0)
		r = cli_list_interfaces(&collect->interfaces);
	if (r == 0)
		r = add_items(collect);
	if (r == 0) {
		ask_for_services(collect);
		r = find_listeners(collect);
	}
	if (r == 0)
		r = find_in_items(status);
	if (r == 0)
		r = find_leaving(status);
	if (r == 0)
		r = find_bindings_at_risk(collect);
	if (r == 0)
		r = find_broken_files(status, &collect->reading.firewall);
	if (r == 0)
		r = find_unreached(status);
	return r == 0 ? CLI_FINE : cli_fail(cli, CLI_NOT_FINE, "%s", strerror(r < 0 ? -r : EIO));
}

static int look_at_fail2ban(struct collect *collect)
{
	const struct config *config = &collect->cli->config;
	struct fail2ban_options options = {
	    .socket = config->fail2ban_socket,
	    .pidfile = config->fail2ban_pidfile,
	    .database = config->fail2ban_database,
	    .timeout_ms = FAIL2BAN_MS,
	};
	struct report_status *status = collect->status;
	enum fail2ban_state state;
	struct err err = ERR_NULL;
	int r = fail2ban_read_wait(&status->tickets, &state, &options, &err);

	status->fail2ban = fail2ban_state_name(state);
	status->tickets_known = r == 0;
	if (r <= 0 || state == FAIL2BAN_STOPPED)
		return r < 0 ? r : 0;
	status->tickets_error = strdup(err_text(&err, r));
	return status->tickets_error ? 0 : -ENOMEM;
}

/* While bans are being put back, some are without a rule, as everybody knows. */
static int look_for_drift(struct collect *collect, const struct coverage_ranges *clients)
{
	struct report_status *status = collect->status;
	const struct drift_evidence evidence = {
	    .fw = &collect->reading.firewall,
	    .tickets = &status->tickets,
	    .interfaces = &collect->interfaces,
	    .clients =
	        collect->cli->config.restore_bans == CONFIG_RESTORE_BANS_SAFE ? clients : NULL,
	    .now_us = collect->cli->now_us,
	    .unwiped_us = -1,
	};
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;

	if (!status->tickets_known || status->state != FIREWALL_STATE_RUNNING ||
	    (status->watcher_running && status->has_wipe && !status->wipe.finished_us))
		return 0;
	status->drift_known = true;
	return drift_find(&findings, &status->drift, 0, &evidence);
}

/* What stands in the way of whom it should not; `conflicts` and `check` look closer. */
static int look_for_conflicts(struct collect *collect)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	struct report_status *status = collect->status;
	struct store *store = status->store_usable ? collect->store : NULL;
	int r = ranges_read(collect->cli, store, status->tickets_known, &ranges);

	if (r == CLI_FINE)
		r = denial_count(&status->n_cut_off, &collect->reading.firewall, &ranges.effective);
	if (r != 0)
		return r < 0 ? r : -ENOMEM;
	r = look_for_drift(collect, &ranges.effective);
	if (r < 0)
		return r;
	status->clients_known = status->state == FIREWALL_STATE_RUNNING;
	status->n_client_ranges = ranges.effective.n;
	if (status->clients_known && status->n_cut_off > 0)
		r = report_finding_add(status, REPORT_WARNING, "clients-cut-off",
		                       "%zu rule%s or ban%s cut%s off legitimate clients; see: "
		                       "reload-guard conflicts",
		                       status->n_cut_off, status->n_cut_off == 1 ? "" : "s",
		                       status->n_cut_off == 1 ? "" : "s",
		                       status->n_cut_off == 1 ? "s" : "");
	return r;
}

/**
 * cli_status_collect() - look at firewalld, the store, the watcher and fail2ban
 * @out:     REPORT_STATUS_NULL before; the caller deinits it, also after a failure
 * @reached: receives CLI_FINE, or the exit status of not having reached firewalld,
 *           which was said on standard error
 *
 * Loads the configuration.
 *
 * Return: CLI_FINE, or an exit status after the reason was said.
 */
int cli_status_collect(struct cli *cli, struct report_status *out, int *reached)
{
	_cleanup_(collect_deinit) struct collect collect = {.cli = cli, .status = out};
	struct watcher_state watcher;
	int r = cli_load_config(cli);

	if (r != CLI_FINE)
		return r;
	out->at_us = cli->now_us;
	watcher = missing_watcher(cli->store_dir);
	out->watcher_known = watcher.known;
	out->watcher_running = watcher.running;
	out->watcher_pid = watcher.pid;
	r = open_store(&collect);
	*reached = look_at_firewalld(&collect);
	if (r == 0)
		r = look_at_fail2ban(&collect);
	if (r == 0 && *reached == CLI_FINE)
		r = look_for_conflicts(&collect);
	if (r == 0)
		r = find_around(out);
	return r < 0 ? cli_fail(cli, CLI_NOT_FINE, "%s", strerror(-r)) : CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_report_status_ struct report_status status = REPORT_STATUS_NULL;
	struct report report;
	int reached, r = cli_status_collect(cli, &status, &reached);

	(void)args;
	if (r != CLI_FINE)
		return r;
	cli_report(cli, &report);
	if (report_status(&report, &status) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (reached != CLI_FINE)
		return reached;
	return report_status_is_degraded(&status) ? CLI_NOT_FINE : CLI_FINE;
}

const struct cli_command cmd_status = {
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
    .exec = exec,
};
