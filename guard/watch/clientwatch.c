// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/clientwatch.h"

#include <errno.h>
#include <string.h>

#include "guard/model/ban/denial.h"
#include "guard/model/ban/ticket.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/filewatch.h"
#include "guard/system/fail2ban/fail2ban-ignoreip.h"
#include "guard/watch/loginwatch.h"

#define LOOK_MS     1000 /* for what others wrote into the store; they write more than once */
#define FALLBACK_MS 60000
#define GATHER_MS   250 /* the rules of a ban come one after the other */
#define IGNOREIP_MS (300 * INT64_C(1000))
#define AGAIN_MS    15000 /* one that runs did not answer */
#define SOCKET_MS   5000
/* learned ranges grow old without anybody writing anything */
#define RANGES_US (INT64_C(600) * 1000000)
#define DAY_US    (INT64_C(24) * 3600 * 1000000)

/* A source that is denied and cuts clients off. */
struct told {
	struct cidr source;
	size_t n_rules; /* that deny it; 0: a ban that has no rule */
	bool told;
};

struct clientwatch {
	struct clientwatch_options options;
	struct loginwatch *loginwatch;
	struct fail2ban_follower follower;
	struct fail2ban_ignoreip *asking;
	struct loop_source *look_timer, *ignoreip_timer, *tell_timer;
	struct filewatch *written; /* into the store; NULL: that cannot be heard */
	struct strv ignoreip;
	char *ignoreip_trouble; /* owned; NULL: none */
	struct clientranges ranges;
	bool known;           /* ranges were read */
	int64_t read_us;      /* when */
	int64_t version;      /* of the store's data, as it was looked at last */
	unsigned n_bans_told; /* the same of the bans that this process has put into it */
	int64_t bans_us;      /* bans of this time and later were not looked at */
	struct strv trouble;  /* what was told to be missing */
	struct told *told;
	size_t n_told, told_capacity;
};

/* --- telling ------------------------------------------------------------------------------- */

struct jail_of {
	char jail[TICKET_JAIL_MAX + 1];
	char address[TICKET_ADDRESS_MAX + 1];
};

static int take_jail(const struct store_ban *ban, void *userdata)
{
	struct jail_of *of = userdata;

	if (strlen(ban->jail) > TICKET_JAIL_MAX || strlen(ban->address) > TICKET_ADDRESS_MAX)
		return 0;
	strcpy(of->jail, ban->jail);
	strcpy(of->address, ban->address);
	return 1;
}

/* Which jail has banned exactly this; false: none that is on record. */
static bool find_jail(struct clientwatch *keeper, const char *source, struct jail_of *out)
{
	struct store *store = record_store(keeper->options.record);
	const struct store_ban_query query = {
	    .address = source, .active = true, .active_at_us = clock_now_us(), .limit = 1};
	struct jail_of of = {.jail = ""};

	if (!store || store_bans(store, &query, take_jail, &of, NULL) < 0 || !of.jail[0] ||
	    strcmp(of.address, source) != 0)
		return false;
	*out = of;
	return true;
}

/* Is it known of the jail that it lets in, and keeps nobody away? */
static bool lets_in(const struct tickets *tickets, const char *name)
{
	const struct jail *jail = tickets ? tickets_jail(tickets, name) : NULL;

	return jail && jail_lets_in(jail);
}

static bool is_banned(struct clientwatch *keeper, const struct cidr *source)
{
	char text[CIDR_TEXT_LENGTH];
	struct jail_of of;

	cidr_format(source, text);
	return find_jail(keeper, text, &of);
}

static void tell(struct clientwatch *keeper, const struct told *told)
{
	static const char *const does[COVERAGE_N] = {
	    [COVERAGE_NONE] = "",
	    [COVERAGE_INSIDE] = "lies inside",
	    [COVERAGE_EQUAL] = "is",
	    [COVERAGE_COVERS] = "covers",
	};
	char source[CIDR_TEXT_LENGTH], range[CIDR_TEXT_LENGTH];
	const struct clientrange *which = NULL;
	enum coverage coverage = clientranges_coverage(&keeper->ranges, &told->source, &which);
	struct jail_of of;
	bool banned;

	if (coverage == COVERAGE_NONE || !which)
		return;
	cidr_format(&told->source, source);
	cidr_format(&which->cidr, range);
	banned = find_jail(keeper, source, &of);
	if (banned && lets_in(engine_now(keeper->options.engine).tickets, of.jail)) {
		if (told->n_rules == 0)
			return;
		banned = false;
	}
	logger_write(keeper->options.logger, LOGGER_WARNING,
	             "legitimate clients are cut off: %s, which is denied%s%s, %s the client range "
	             "%s (%s%s%s). What lets them in: reload-guard conflicts",
	             source, banned ? ", banned by jail " : "", banned ? of.jail : "",
	             does[coverage], range, clientrange_source_name(which->source),
	             which->note ? ": " : "", which->note ? which->note : "");
	record_event(keeper->options.record, EVENT_CONFLICT, NULL,
	             "%s is denied%s%s, and %s the client range %s", source,
	             banned ? ", banned by jail " : "", banned ? of.jail : "", does[coverage],
	             range);
}

static void on_tell(void *userdata)
{
	struct clientwatch *keeper = userdata;

	for (size_t i = 0; i < keeper->n_told; i++) {
		if (keeper->told[i].told)
			continue;
		keeper->told[i].told = true;
		tell(keeper, &keeper->told[i]);
	}
}

/* --- what is denied ------------------------------------------------------------------------ */

static struct told *find(struct clientwatch *keeper, const struct cidr *source)
{
	for (size_t i = 0; i < keeper->n_told; i++)
		if (cidr_cmp(&keeper->told[i].source, source) == 0)
			return &keeper->told[i];
	return NULL;
}

static struct told *find_or_add(struct clientwatch *keeper, const struct cidr *source)
{
	struct told *told = find(keeper, source);

	if (told)
		return told;
	/* without memory a warning is lost, and the report still has it */
	if (grow(&keeper->told, &keeper->told_capacity, keeper->n_told + 1, sizeof(*told)) < 0)
		return NULL;
	told = &keeper->told[keeper->n_told++];
	*told = (struct told){.source = *source};
	if (!loop_timer_is_set(keeper->tell_timer))
		loop_timer_set(keeper->tell_timer, GATHER_MS);
	return told;
}

static void drop(struct clientwatch *keeper, struct told *told)
{
	*told = keeper->told[--keeper->n_told];
}

static bool cuts_off(const struct clientwatch *keeper, const struct cidr *source)
{
	return keeper->known &&
	       clientranges_coverage(&keeper->ranges, source, NULL) != COVERAGE_NONE;
}

/** clientwatch_rule_added() - firewalld has a rule that it did not have */
void clientwatch_rule_added(struct clientwatch *keeper, const struct item *item)
{
	struct cidr source;
	struct told *told;

	if (denial_of_mail(item, &source) <= 0 || !cuts_off(keeper, &source))
		return;
	told = find_or_add(keeper, &source);
	if (told)
		told->n_rules++;
}

/** clientwatch_rule_removed() - a rule is gone, for whatever reason */
void clientwatch_rule_removed(struct clientwatch *keeper, const struct item *item)
{
	struct cidr source;
	struct told *told;

	if (denial_of_mail(item, &source) <= 0)
		return;
	told = find(keeper, &source);
	if (!told)
		return;
	if (told->n_rules > 0)
		told->n_rules--;
	if (told->n_rules == 0 && !is_banned(keeper, &source))
		drop(keeper, told);
}

/* Bans of other actions have no rule; they last as long as they are on record. */
static void drop_ended(struct clientwatch *keeper)
{
	for (size_t i = keeper->n_told; i-- > 0;)
		if (keeper->told[i].n_rules == 0 && !is_banned(keeper, &keeper->told[i].source))
			drop(keeper, &keeper->told[i]);
}

/** clientwatch_look() - all that firewalld has: what is not in it is not denied */
void clientwatch_look(struct clientwatch *keeper)
{
	const struct firewall *fw = engine_wanted(keeper->options.engine);

	if (!engine_now(keeper->options.engine).known)
		return;
	for (size_t i = 0; i < keeper->n_told; i++)
		keeper->told[i].n_rules = 0;
	for (size_t i = 0; i < fw->n; i++) {
		const struct firewall_entry *entry = &fw->entries[i];
		struct cidr source;
		struct told *told;

		if (entry->item.kind != ITEM_RULE || !(entry->flags & FIREWALL_RUNTIME) ||
		    denial_of_mail(&entry->item, &source) <= 0 || !cuts_off(keeper, &source))
			continue;
		told = find_or_add(keeper, &source);
		if (!told)
			return;
		told->n_rules++;
	}
	drop_ended(keeper);
}

struct bans {
	struct clientwatch *keeper;
	const struct tickets *tickets; /* NULL: not known */
};

static int take_ban(const struct store_ban *ban, void *userdata)
{
	const struct bans *bans = userdata;
	struct clientwatch *keeper = bans->keeper;
	struct cidr source;

	if (ban->active && cidr_parse(&source, ban->address, 0, NULL) == 0 &&
	    cuts_off(keeper, &source) && !lets_in(bans->tickets, ban->jail))
		(void)find_or_add(keeper, &source);
	return 0;
}

/* Bans that were put on record since the last time; those of other actions have no rule. */
static void look_at_bans(struct clientwatch *keeper, struct store *store)
{
	int64_t now_us = clock_now_us();
	const struct store_ban_query query = {
	    .active = true, .active_at_us = now_us, .since_us = keeper->bans_us};
	struct bans bans = {keeper, engine_now(keeper->options.engine).tickets};

	keeper->n_bans_told = store_n_bans_told(store);
	if (store_bans(store, &query, take_ban, &bans, NULL) == 0)
		/* whoever records one takes a moment */
		keeper->bans_us = now_us - 30 * INT64_C(1000000);
}

/* --- the ranges ---------------------------------------------------------------------------- */

static void tell_troubles(struct clientwatch *keeper)
{
	for (size_t i = 0; i < keeper->ranges.troubles.n; i++)
		if (!strv_contains(&keeper->trouble, keeper->ranges.troubles.strings[i]))
			logger_write(keeper->options.logger, LOGGER_WARNING,
			             "some client ranges could not be read: %s",
			             keeper->ranges.troubles.strings[i]);
	strv_deinit(&keeper->trouble);
	if (strv_copy(&keeper->trouble, &keeper->ranges.troubles) < 0)
		keeper->trouble = STRV_NULL;
}

/* Law 2: what could not be read whole does not replace what was. */
static void read_ranges(struct clientwatch *keeper)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	const struct clientranges_options options = {
	    .config = keeper->options.config,
	    .store = record_store(keeper->options.record),
	    .ignoreip = keeper->ignoreip_trouble ? NULL : &keeper->ignoreip,
	    .ignoreip_trouble = keeper->ignoreip_trouble,
	    .now_us = clock_now_us(),
	};

	keeper->read_us = options.now_us;
	if (clientranges_read(&ranges, &options, NULL) < 0)
		return;
	if (!ranges.complete && keeper->known && keeper->ranges.complete) {
		strv_deinit(&keeper->ranges.troubles);
		keeper->ranges.troubles = ranges.troubles;
		ranges.troubles = STRV_NULL;
	} else {
		clientranges_deinit(&keeper->ranges);
		keeper->ranges = ranges;
		ranges = CLIENTRANGES_NULL;
		keeper->known = true;
	}
	tell_troubles(keeper);
}

/* Ranges have changed by our own doing. */
static void ranges_changed(struct clientwatch *keeper)
{
	read_ranges(keeper);
	clientwatch_look(keeper);
	keeper->bans_us = 0;
	keeper->version = -1;
}

static void on_learned(void *userdata)
{
	ranges_changed(userdata);
}

/* What was learned so long ago that nothing else of that time is kept, either. */
static void forget(struct clientwatch *keeper, struct store *store)
{
	const struct config *config = keeper->options.config;
	unsigned days =
	    config->learn_days > config->keep_days ? config->learn_days : config->keep_days;

	/* what is still there is forgotten another time */
	if (store && store_client_range_forget(store, clock_now_us() - days * DAY_US, NULL) != 0)
		return;
}

static void on_written(void *userdata)
{
	struct clientwatch *keeper = userdata;

	loop_timer_set(keeper->look_timer, LOOK_MS);
}

/* What is written goes into SQLite's log first. */
static void watch_store(struct clientwatch *keeper)
{
	if (!keeper->written &&
	    filewatch_new_of(&keeper->written, keeper->options.loop, keeper->options.folder,
	                     STORE_FILE "-wal", FILEWATCH_WRITTEN, on_written, keeper) < 0)
		keeper->written = NULL;
}

static void on_look(void *userdata)
{
	struct clientwatch *keeper = userdata;
	struct store *store = record_store(keeper->options.record);
	int64_t version = keeper->version;

	if (store && store_data_version(store, &version, NULL) == 0 && version != keeper->version) {
		keeper->version = version;
		read_ranges(keeper);
		clientwatch_look(keeper);
		look_at_bans(keeper, store);
	} else if (store && store_n_bans_told(store) != keeper->n_bans_told) {
		look_at_bans(keeper, store);
	} else if (clock_now_us() - keeper->read_us > RANGES_US) {
		forget(keeper, store);
		read_ranges(keeper);
	}
	watch_store(keeper);
	if (keeper->written)
		loop_timer_set_lazy(keeper->look_timer, FALLBACK_MS);
	else
		loop_timer_set(keeper->look_timer, LOOK_MS);
}

/* --- whom fail2ban ignores ----------------------------------------------------------------- */

static void on_ignoreip(int result, const struct strv *words, const struct err *err, void *userdata)
{
	struct clientwatch *keeper = userdata;
	struct strv copy = STRV_NULL;

	free(keeper->ignoreip_trouble);
	keeper->ignoreip_trouble = NULL;
	if (result == 0 && strv_copy(&copy, words) == 0) {
		strv_deinit(&keeper->ignoreip);
		keeper->ignoreip = copy;
	} else if (result < 0 && xasprintf(&keeper->ignoreip_trouble, "fail2ban's ignoreip: %s",
	                                   err_text(err, result)) < 0) {
		keeper->ignoreip_trouble = NULL;
	}
	/* one that does not run ignores, and bans, whom it did; when it does, that is told */
	if (result != 0 && fail2ban_state(keeper->options.fail2ban) == FAIL2BAN_RUNNING)
		loop_timer_set(keeper->ignoreip_timer, AGAIN_MS);
	fail2ban_ignoreip_free(keeper->asking);
	keeper->asking = NULL;
	ranges_changed(keeper);
}

static void on_ask(void *userdata)
{
	struct clientwatch *keeper = userdata;

	loop_timer_set_lazy(keeper->ignoreip_timer, IGNOREIP_MS);
	if (!keeper->options.config->use_fail2ban_ignoreip || keeper->asking)
		return;
	if (fail2ban_ignoreip_new(&keeper->asking, keeper->options.loop,
	                          keeper->options.config->fail2ban_socket, SOCKET_MS, on_ignoreip,
	                          keeper) < 0)
		keeper->asking = NULL;
}

static void on_state(enum fail2ban_state from _unused_, enum fail2ban_state to, void *userdata)
{
	if (to == FAIL2BAN_RUNNING)
		loop_timer_set(((struct clientwatch *)userdata)->ignoreip_timer, 0);
}

/* --- beginning and end --------------------------------------------------------------------- */

/** clientwatch_configured() - the configuration was read again; Return: 0 or -ENOMEM */
int clientwatch_configured(struct clientwatch *keeper)
{
	int r = loginwatch_set_logs(keeper->loginwatch, &keeper->options.config->learn_logs);

	keeper->known = false;
	read_ranges(keeper);
	loop_timer_set(keeper->ignoreip_timer, 0);
	return r;
}

/** clientwatch_ignoreip() - what fail2ban ignores, as far as it was told; borrowed likewise */
const struct strv *clientwatch_ignoreip(const struct clientwatch *keeper)
{
	return &keeper->ignoreip;
}

static int add_timers(struct clientwatch *keeper)
{
	struct loop *loop = keeper->options.loop;
	int r = loop_add_timer(loop, &keeper->look_timer, on_look, keeper);

	if (r == 0)
		r = loop_add_timer(loop, &keeper->ignoreip_timer, on_ask, keeper);
	if (r == 0)
		r = loop_add_timer(loop, &keeper->tell_timer, on_tell, keeper);
	return r;
}

/** clientwatch_new() - begins to learn, too; Return: 0 or a negative errno */
int clientwatch_new(struct clientwatch **out, const struct clientwatch_options *options)
{
	_cleanup_(clientwatch_cleanup) struct clientwatch *keeper = calloc(1, sizeof(*keeper));
	struct loginwatch_options loginwatch;
	int r;

	if (!keeper)
		return -ENOMEM;
	keeper->options = *options;
	keeper->version = -1;
	loginwatch = (struct loginwatch_options){.loop = options->loop,
	                                         .record = options->record,
	                                         .logger = options->logger,
	                                         .on_learned = on_learned,
	                                         .userdata = keeper};
	r = add_timers(keeper);
	if (r == 0)
		r = loginwatch_new(&keeper->loginwatch, &loginwatch);
	if (r == 0)
		r = clientwatch_configured(keeper);
	if (r < 0)
		return r;
	keeper->follower = (struct fail2ban_follower){.on_state = on_state, .userdata = keeper};
	fail2ban_follow(options->fail2ban, &keeper->follower);
	loop_timer_set(keeper->look_timer, LOOK_MS);
	*out = steal(keeper);
	return 0;
}

/** clientwatch_free() - NULL is fine */
void clientwatch_free(struct clientwatch *keeper)
{
	if (!keeper)
		return;
	fail2ban_unfollow(keeper->options.fail2ban, &keeper->follower);
	loginwatch_free(keeper->loginwatch);
	filewatch_free(keeper->written);
	fail2ban_ignoreip_free(keeper->asking);
	loop_remove(keeper->look_timer);
	loop_remove(keeper->ignoreip_timer);
	loop_remove(keeper->tell_timer);
	strv_deinit(&keeper->ignoreip);
	strv_deinit(&keeper->trouble);
	free(keeper->ignoreip_trouble);
	clientranges_deinit(&keeper->ranges);
	free(keeper->told);
	free(keeper);
}
