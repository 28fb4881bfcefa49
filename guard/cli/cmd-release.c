// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli.h"

#include <errno.h>
#include <string.h>

#include "guard/system/host/clock.h"

enum { RELEASE_LIST, RELEASE_UNDO, RELEASE_OTHERS };

static const struct cli_option command_options[] = {
    [RELEASE_LIST] = {"list", 'l', NULL, "list what has been released"},
    [RELEASE_UNDO] = {"undo", 'u', NULL, "protect the item again"},
    [RELEASE_OTHERS] = {"others", 'o', NULL, "what firewalld took from other programs is meant"},
};

/* The answer is worth a moment, not more: releasing works without firewalld. */
#define PRESENCE_MS 3000

/* What firewalld says of an item, if anything. */
struct presence {
	bool known, open, permanent;
	char *nearest; /* owned; the item of that zone that may have been meant; NULL: none */
};

static int find_nearest(struct presence *presence, const struct item *item,
                        const struct firewall *fw)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_strv_ struct strv names = STRV_NULL;
	const char *nearest;
	int r = item_format(&text, item);

	for (size_t i = 0; i < fw->n && r == 0; i++) {
		char *name;

		r = item_format(&name, &fw->entries[i].item);
		if (r == 0)
			r = strv_add_take(&names, name);
	}
	nearest = r == 0 ? text_nearest(text, (const char *const *)names.strings, names.n) : NULL;
	if (nearest && !(presence->nearest = strdup(nearest)))
		r = -ENOMEM;
	return r;
}

/* A zone that there is not is not known either way: nothing is in it. */
static int look(struct presence *out, const struct item *item)
{
	_cleanup_firewalld_session_ struct firewalld_session connection = FIREWALLD_SESSION_NULL;
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT};
	struct firewalld_reading reading = {0};
	int r = 0;

	connection.deadline_ms = clock_monotonic_ms() + PRESENCE_MS;
	if (firewalld_session_open(&connection, NULL) != 0 ||
	    firewalld_read_wait(connection.fw, &reading, &query, connection.deadline_ms, NULL) != 0)
		return 0;
	out->known = reading.state == FIREWALL_STATE_RUNNING;
	out->open = firewall_has(&reading.firewall, item, FIREWALL_RUNTIME);
	out->permanent = firewall_has(&reading.firewall, item, FIREWALL_PERMANENT);
	if (!out->open && !out->permanent)
		r = find_nearest(out, item, &reading.firewall);
	firewalld_reading_deinit(&reading);
	return r;
}

/* A typing error would look like something that is released. */
static int refuse_unknown(struct cli *cli, struct store *store, const struct item *item,
                          const struct presence *presence)
{
	struct err err = ERR_NULL;
	bool on_record;
	int r;

	if (!presence->known || presence->open || presence->permanent)
		return CLI_FINE;
	r = store_item_is_known(store, item, &on_record, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (on_record || scope_requires(&cli->config.scope, item))
		return CLI_FINE;
	return cli_fail(cli, CLI_USAGE,
	                "there is no such item: it is neither open nor on record%s%s%s; see: "
	                "reload-guard status",
	                presence->nearest ? "; did you mean " : "",
	                presence->nearest ? presence->nearest : "", presence->nearest ? "?" : "");
}

static int list(struct cli *cli)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list rows = {0};
	_cleanup_store_items_ struct store_items items = STORE_ITEMS_NULL;
	struct err err = ERR_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.absent = true});

	if (r != CLI_FINE)
		return r;
	if (store)
		r = store_release_list(store, &items, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	cli_report(cli, &report);
	report_released_begin(&rows, &report);
	for (size_t i = 0; i < items.n; i++)
		report_released_row(&rows, &items.items[i]);
	if (report_list_end(&rows, "nothing is released") < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

/* Of a container that is gone for good nobody makes the rules again. */
static int release_others(struct cli *cli)
{
	const struct store_event event = {.kind = EVENT_RELEASED,
	                                  .text = "what firewalld took from others",
	                                  .at_us = cli->now_us};
	const struct foreign none = FOREIGN_NULL;
	_cleanup_store_ struct store *store = NULL;
	_cleanup_report_list_ struct report_list rows = {0};
	struct err err = ERR_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});

	if (r != CLI_FINE)
		return r;
	r = store_foreign_put(store, "", &none, &err);
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (store_event_put(store, &event, NULL) != 0)
		cli_warn(cli, "the history could not be written");
	cli_report(cli, &report);
	report_released_begin(&rows, &report);
	if (report_list_end(&rows, "what firewalld took from others is not missed any more") < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

static int put(struct cli *cli, struct store *store, const struct item *item, bool undo,
               struct err *err)
{
	struct store_event event = {.kind = undo ? EVENT_PROTECTED_AGAIN : EVENT_RELEASED,
	                            .item = item,
	                            .at_us = cli->now_us};
	_cleanup_free_ char *text = NULL;
	int r = item_format(&text, item);

	event.text = text;
	if (r == 0)
		r = undo ? store_release_clear(store, item, err)
		         : store_release_put(store, item, cli->now_us, err);
	/* The event is for the history alone: without it, it is released nevertheless. */
	if (r == 0 && store_event_put(store, &event, NULL) != 0)
		cli_warn(cli, "the history could not be written");
	return r;
}

static int release(struct cli *cli, const struct item *item, bool undo, struct presence *presence)
{
	_cleanup_store_ struct store *store = NULL;
	struct err err = ERR_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.write = true});

	if (r == CLI_FINE && look(presence, item) < 0)
		r = cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (r == CLI_FINE && !undo)
		r = refuse_unknown(cli, store, item, presence);
	if (r != CLI_FINE)
		return r;
	r = put(cli, store, item, undo, &err);
	if (r == STORE_E_NOT_FOUND)
		return cli_fail(cli, CLI_NOT_FINE,
		                "it was not released; see: reload-guard release --list");
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (!undo && scope_requires(&cli->config.scope, item))
		cli_warn(cli, "it is listed under \"require\" in the configuration, which wins: "
		              "remove it there, too");
	cli_report(cli, &report);
	if (report_released(&report, item, undo,
	                    !presence->known ? "unknown"
	                    : presence->open ? "open"
	                                     : "not open",
	                    presence->permanent) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	bool undo = args->values[RELEASE_UNDO] != NULL;
	bool alone = args->values[RELEASE_LIST] || args->values[RELEASE_OTHERS];
	struct presence presence = {0};
	struct err err = ERR_NULL;
	int r;

	if (alone && (undo || args->n_words > 0 ||
	              (args->values[RELEASE_LIST] && args->values[RELEASE_OTHERS])))
		return cli_fail(cli, CLI_USAGE, "--list and --others go alone");
	if (!alone) {
		if (args->n_words == 0)
			return cli_fail(cli, CLI_USAGE,
			                "name the item, such as public/service:imap; "
			                "reload-guard status shows them");
		r = item_parse(&item, args->words[0], &err);
		if (r != 0)
			return cli_fail(cli, CLI_USAGE, "%s", err_text(&err, r));
	}
	r = cli_load_config(cli);
	if (r != CLI_FINE)
		return r;
	if (args->values[RELEASE_OTHERS])
		return release_others(cli);
	if (args->values[RELEASE_LIST])
		return list(cli);
	r = release(cli, &item, undo, &presence);
	free(presence.nearest);
	return r;
}

const struct cli_command cmd_release = {
    .name = "release",
    .words = "[ITEM]",
    .summary = "stop protecting an item that was removed on purpose",
    .help =
        "ITEM is no longer restored after a reload, restart or reboot. If it is open, it\n"
        "stays open until then; what is permanent is opened by each reload, and the command\n"
        "that closes it is printed. Items are written ZONE/KIND:VALUE, as `status` shows them.\n",
    .examples = "  reload-guard release public/service:imap\n"
                "  reload-guard release --list\n"
                "  reload-guard release --undo public/service:imap\n"
                "  reload-guard release --others\n",
    .statuses = "  0  done\n"
                "  1  --undo: it was not released\n"
                "  2  usage or configuration; or there is no such item\n"
                "  4  the store cannot be used\n",
    .max_words = 1,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
