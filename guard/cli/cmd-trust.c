// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/cli-explain.h"

#include <errno.h>
#include <string.h>

#include "guard/restore/trust.h"
#include "guard/report/report-trust.h"
#include "guard/system/host/clock.h"

enum { TRUST_FOR, TRUST_NOTE, TRUST_LIST, TRUST_END };

static const struct cli_option command_options[] = {
    [TRUST_FOR] = {"for", 'f', "DURATION", "how long: 10m, 2h, 1d (default: 30m, at most 7d)"},
    [TRUST_NOTE] = {"note", 'N', "TEXT", "why; the list and the history show it"},
    [TRUST_LIST] = {"list", 'l', NULL, "list who is trusted, and until when (default)"},
    [TRUST_END] = {"end", 'e', NULL, "end it now"},
};

#define DEFAULT_FOR "30m"
#define LONGEST_US  INT64_C(7 * 24 * 3600 * 1000000)

/* The watcher hears of the binding at once; one that stores much meanwhile needs a moment. */
#define HOLD_MS      5000
#define HOLD_LOOK_MS 20

struct run {
	struct cli *cli;
	struct cidr range;
	char address[CIDR_TEXT_LENGTH]; /* the same in words */
	struct item item;
	struct store *store;
	struct store_trusts trusts;
	struct store_trust *old; /* that of the address; NULL: none yet */
	struct firewalld_session session;
	struct cli_explain before, after;
};

static void run_deinit(struct run *run)
{
	cli_explain_deinit(&run->after);
	cli_explain_deinit(&run->before);
	firewalld_session_close(&run->session);
	store_trusts_deinit(&run->trusts);
	store_close(run->store);
	item_deinit(&run->item);
}

static int64_t deadline_ms(void)
{
	return clock_monotonic_ms() + FIREWALLD_SESSION_MS;
}

static int out_of_memory(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE, "out of memory");
}

/* --- what is asked ------------------------------------------------------------------------ */

static int parse_address(struct run *run, const char *word)
{
	struct err err = ERR_NULL;

	if (!cli_parse_cidr(run->cli, word, &run->range))
		return CLI_USAGE;
	if (trust_check(&run->range, &err) != 0)
		return cli_fail(run->cli, CLI_USAGE, "%s", err.text);
	cidr_format(&run->range, run->address);
	return trust_item(&run->item, run->address) == 0 ? CLI_FINE : out_of_memory(run);
}

static int parse_duration(struct cli *cli, const char *text, int64_t *out_us)
{
	_cleanup_free_ char *back = NULL;
	int64_t then_us;

	if (xasprintf(&back, "-%s", text) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	if (*text < '0' || *text > '9' ||
	    timespec_parse(&then_us, back, cli->now_us, cli->zone, false, NULL) != 0 ||
	    then_us >= cli->now_us)
		return cli_fail(cli, CLI_USAGE,
		                "--for: \"%.100s\" is not a duration; give one such as 10m or 2h",
		                text);
	if (cli->now_us - then_us > LONGEST_US)
		return cli_fail(cli, CLI_USAGE,
		                "--for: at most 7d. For good, type: firewall-cmd --permanent "
		                "--zone=" TRUST_ZONE " --add-source=ADDRESS");
	*out_us = cli->now_us - then_us;
	return CLI_FINE;
}

static int check_note(struct cli *cli, const char *note)
{
	if (note && strlen(note) > STORE_TRUST_NOTE_MAX)
		return cli_fail(cli, CLI_USAGE, "--note: longer than %d bytes",
		                STORE_TRUST_NOTE_MAX);
	if (note && !text_is_clean(note))
		return cli_fail(cli, CLI_USAGE, "--note: one line of text, in UTF-8");
	return CLI_FINE;
}

/* --- may it be done ------------------------------------------------------------------------ */

static int open_all(struct run *run)
{
	struct err err = ERR_NULL;
	int r = cli_open_store(run->cli, &run->store, (struct cli_store_need){.write = true});

	if (r != CLI_FINE)
		return r;
	r = store_trust_list(run->store, &run->trusts, &err);
	if (r != 0)
		return cli_store_failed(run->cli, r, &err);
	for (size_t i = 0; i < run->trusts.n; i++)
		if (strcmp(run->trusts.rows[i].address, run->address) == 0)
			run->old = &run->trusts.rows[i];
	return cli_firewalld_open(run->cli, &run->session);
}

/* Nobody else can end it: firewalld has no timeout for a source. */
static int check_watcher(struct run *run)
{
	const struct watcher_state watcher = missing_watcher(run->cli->store_dir);

	if (!watcher.known || watcher.running)
		return CLI_FINE;
	return cli_fail(run->cli, CLI_NOT_FINE,
	                "the watcher does not run, so nobody would end it. Nothing was changed. "
	                "Start it: systemctl start reload-guard");
}

/* An address has one zone; a spelling that firewalld takes for another one counts, too. */
static const struct ruleset_zone *zone_of(const struct ruleset *ruleset, const struct cidr *range)
{
	struct cidr other;

	for (size_t i = 0; i < ruleset->n_zones; i++)
		for (size_t j = 0; j < ruleset->zones[i].sources.n; j++)
			if (cidr_parse(&other, ruleset->zones[i].sources.strings[j], CIDR_NETMASK,
			               NULL) == 0 &&
			    cidr_cmp(&other, range) == 0)
				return &ruleset->zones[i];
	return NULL;
}

static int check_zone(struct run *run)
{
	const struct ruleset_zone *zone = zone_of(run->before.explain.ruleset, &run->range);

	if (!zone || (run->old && strcmp(zone->name, TRUST_ZONE) == 0))
		return CLI_FINE;
	if (strcmp(zone->name, TRUST_ZONE) == 0)
		return cli_fail(run->cli, CLI_NOT_FINE,
		                "%s is in zone " TRUST_ZONE " already, without an end. Nothing was "
		                "changed",
		                run->address);
	return cli_fail(run->cli, CLI_NOT_FINE,
	                "%s is bound to zone %.100s, and firewalld allows one zone for an address. "
	                "Nothing was changed. To take it out of there: firewall-cmd --zone=%.100s "
	                "--remove-source=%s",
	                run->address, zone->name, zone->name, run->address);
}

/* --- what it may reach --------------------------------------------------------------------- */

/* Of a prefix its first host stands for all. */
static int host_of(struct cidr *out, const struct cidr *range)
{
	uint8_t key[CIDR_KEY_LENGTH];

	cidr_first(range, key);
	if (!cidr_is_address(range) && !cidr_key_step(key, 1))
		return -ERANGE;
	return cidr_from_key(out, key, 8 * CIDR_KEY_LENGTH);
}

static int look(struct run *run, struct cli_explain *asked)
{
	int r;

	/* each look for itself: in between somebody else was waited for */
	run->cli->deadline_ms = clock_monotonic_ms() + CLI_PATIENCE_MS;
	asked->explain.now_us = run->cli->now_us;
	if (host_of(&asked->explain.packet.source, &run->range) != 0 ||
	    explain_add_usual(&asked->explain) < 0)
		return out_of_memory(run);
	r = cli_explain_read(run->cli, asked, &run->session);
	if (r == CLI_FINE)
		r = cli_reached(run->cli, &asked->picture, PICTURE_RULES);
	if (r == CLI_FINE && cli_explain_decide(run->cli, asked, NULL) < 0)
		r = out_of_memory(run);
	return r;
}

/* --- doing it ------------------------------------------------------------------------------ */

static bool is_held(struct run *run, const struct store_trust *trust)
{
	_cleanup_store_trusts_ struct store_trusts trusts = STORE_TRUSTS_NULL;
	const struct store_trust *row;

	if (store_trust_list(run->store, &trusts, NULL) != 0)
		return false;
	row = store_trusts_find(&trusts, trust->address);
	return row && row->held && row->until_us == trust->until_us;
}

static bool wait_held(struct run *run, const struct store_trust *trust)
{
	int64_t until_ms = clock_monotonic_ms() + HOLD_MS;

	while (!is_held(run, trust)) {
		if (clock_monotonic_ms() >= until_ms)
			return false;
		(void)!loop_run_until(run->session.loop, clock_monotonic_ms() + HOLD_LOOK_MS, NULL);
	}
	return true;
}

/* What the watcher has not taken over is not there any more, or is as it was. */
static void undo(struct run *run)
{
	const struct store_trust *old = run->old;

	if (old && store_trust_put(run->store, old, NULL) == 0 &&
	    store_trust_hold(run->store, old->address, old->until_us, NULL) == 0)
		return;
	(void)!firewalld_remove_wait(run->session.fw, &run->item, deadline_ms(), NULL);
	(void)!store_trust_end(run->store, run->address, NULL);
}

/* One that is there is bound once more, so that the watcher hears of its new end. */
static int bind_source(struct run *run)
{
	struct err err = ERR_NULL;
	int r = run->old ? firewalld_move_wait(run->session.fw, &run->item, deadline_ms(), &err)
	                 : firewalld_add_wait(run->session.fw, &run->item, deadline_ms(), &err);

	if (r == 0)
		return CLI_FINE;
	undo(run);
	return cli_firewalld_failed(run->cli, r, &err);
}

static int put(struct run *run, const struct store_trust *trust)
{
	struct err err = ERR_NULL;
	int r = store_trust_put(run->store, trust, &err);

	if (r != 0)
		return cli_store_failed(run->cli, r, &err);
	r = bind_source(run);
	if (r != CLI_FINE)
		return r;
	if (wait_held(run, trust))
		return CLI_FINE;
	undo(run);
	return cli_fail(
	    run->cli, CLI_NOT_FINE,
	    "the watcher did not take it over, so nobody would end it: all is as it was. "
	    "See: systemctl status reload-guard");
}

static int tell(struct run *run, const struct store_trust *trust)
{
	const struct report_trust done = {
	    .trust = trust,
	    .renewed = run->old != NULL,
	    .range = &run->range,
	    .before = &run->before.explain,
	    .after = &run->after.explain,
	};
	enum explain_change change = explain_compare(done.before, done.after);
	struct report report;

	if (!run->cli->config.restore)
		cli_warn(run->cli, "restore = no: a reload, restart or reboot ends it, too");
	cli_report(run->cli, &report);
	if (report_trust(&report, &done) < 0)
		return out_of_memory(run);
	return change == EXPLAIN_CHANGE_NEEDLESS || change == EXPLAIN_CHANGE_HELPED ? CLI_FINE
	                                                                            : CLI_NOT_FINE;
}

static int trust(struct run *run, int64_t for_us, const char *note)
{
	struct store_trust trust = {.address = run->address, .held = true};
	_cleanup_free_ char *copy = note ? strdup(note) : NULL;
	int r = open_all(run);

	if (note && !copy)
		return out_of_memory(run);
	if (r == CLI_FINE)
		r = look(run, &run->before);
	if (r == CLI_FINE)
		r = check_zone(run);
	if (r != CLI_FINE)
		return r;
	trust.note = copy ? copy : run->old ? run->old->note : NULL;
	trust.since_us = run->old ? run->old->since_us : run->cli->now_us;
	trust.until_us = run->cli->now_us + for_us;
	r = put(run, &trust);
	if (r == CLI_FINE)
		r = look(run, &run->after);
	return r == CLI_FINE ? tell(run, &trust) : r;
}

/* --- ending it ----------------------------------------------------------------------------- */

static int not_trusted(struct run *run)
{
	return cli_fail(run->cli, CLI_NOT_FINE,
	                "%s is not trusted for a while; see: reload-guard trust --list",
	                run->address);
}

/* Where a watcher runs it hears of that, and puts it on record. */
static int record_end(struct run *run)
{
	const struct store_event event = {.kind = EVENT_INTENT_REMOVED,
	                                  .item = &run->item,
	                                  .text = "ended by reload-guard trust --end",
	                                  .at_us = run->cli->now_us};
	struct err err = ERR_NULL;
	int r = store_trust_end(run->store, run->address, &err);

	if (!missing_watcher(run->cli->store_dir).running &&
	    store_event_put(run->store, &event, NULL) != 0)
		cli_warn(run->cli, "the history could not be written");
	return r == 0 || r == STORE_E_NOT_FOUND ? CLI_FINE : cli_store_failed(run->cli, r, &err);
}

static int end(struct run *run)
{
	struct err err = ERR_NULL;
	struct report report;
	int r = open_all(run);

	if (r != CLI_FINE)
		return r;
	if (!run->old)
		return not_trusted(run);
	r = firewalld_remove_wait(run->session.fw, &run->item, deadline_ms(), &err);
	if (r != 0 && r != FIREWALLD_E_NOT_ENABLED)
		return cli_firewalld_failed(run->cli, r, &err);
	r = record_end(run);
	cli_report(run->cli, &report);
	if (r == CLI_FINE && report_trust_ended(&report, run->address) < 0)
		r = out_of_memory(run);
	return r;
}

/* --- the command --------------------------------------------------------------------------- */

static int list(struct cli *cli)
{
	_cleanup_store_ struct store *store = NULL;
	_cleanup_store_trusts_ struct store_trusts trusts = STORE_TRUSTS_NULL;
	struct err err = ERR_NULL;
	struct report report;
	int r = cli_open_store(cli, &store, (struct cli_store_need){.absent = true});

	if (r != CLI_FINE)
		return r;
	r = store ? store_trust_list(store, &trusts, &err) : 0;
	if (r != 0)
		return cli_store_failed(cli, r, &err);
	if (trusts.n > 0 && !missing_watcher(cli->store_dir).running)
		cli_warn(cli, "the watcher does not run: nobody ends it until it does. Start it: "
		              "systemctl start reload-guard");
	cli_report(cli, &report);
	if (report_trusts(&report, &trusts, cli->now_us) < 0)
		return cli_fail(cli, CLI_NOT_FINE, "out of memory");
	return CLI_FINE;
}

static int exec(struct cli *cli, const struct cli_args *args)
{
	_cleanup_(run_deinit) struct run run = {
	    .cli = cli, .before = CLI_EXPLAIN_NULL, .after = CLI_EXPLAIN_NULL};
	const char *how_long = args->values[TRUST_FOR], *note = args->values[TRUST_NOTE];
	bool ends = args->values[TRUST_END] != NULL, lists = args->values[TRUST_LIST] != NULL;
	int64_t for_us = 0;
	int r = CLI_FINE;

	if ((lists && (ends || args->n_words > 0)) || ((lists || ends) && (how_long || note)))
		return cli_fail(cli, CLI_USAGE,
		                "--list goes alone, and --end with an address alone");
	if (args->n_words == 0 && (ends || how_long || note))
		return cli_fail(cli, CLI_USAGE, "name the address, such as 192.0.2.7");
	if (args->n_words > 0)
		r = parse_address(&run, args->words[0]);
	if (r == CLI_FINE)
		r = parse_duration(cli, how_long ? how_long : DEFAULT_FOR, &for_us);
	if (r == CLI_FINE)
		r = check_note(cli, note);
	if (r == CLI_FINE)
		r = cli_load_config(cli);
	if (r != CLI_FINE)
		return r;
	if (args->n_words == 0)
		return list(cli);
	if (ends)
		return end(&run);
	r = check_watcher(&run);
	return r == CLI_FINE ? trust(&run, for_us, note) : r;
}

const struct cli_command cmd_trust = {
    .name = "trust",
    .words = "[ADDRESS|PREFIX]",
    .summary = "let one client in everywhere for a while, for a test",
    .help = "Binds ADDRESS to firewalld's zone trusted, where everything is open, and ends that\n"
            "when the time is over. Until then it survives reloads, restarts and reboots; it is\n"
            "never made permanent. It needs the watcher, which ends it. What the client may reach\n"
            "is followed before and after: so it says whether the firewall was the reason that\n"
            "kept the client out, what that was, or that zone trusted does not help. For an\n"
            "address that is trusted already the time begins anew. A prefix may be as wide as\n"
            "/16, of IPv6 /48.\n",
    .examples = "  reload-guard trust 192.0.2.7 --for 30m --note 'test with the new phone'\n"
                "  reload-guard trust --list\n"
                "  reload-guard trust --end 192.0.2.7\n",
    .statuses = "  0  done, and everything that is served is open to it\n"
                "  1  the watcher does not run, or the address has another zone: nothing was\n"
                "     changed; or it is trusted, and something is shut to it nevertheless\n"
                "  2  usage or configuration\n"
                "  3  firewalld cannot be reached, or refuses it\n"
                "  4  the store cannot be used\n",
    .max_words = 1,
    CLI_OPTIONS(command_options),
    .exec = exec,
};
