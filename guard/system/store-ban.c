// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/store-internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { KEY_BITS = 8 * CIDR_KEY_LENGTH };

/* 950 years: more is for ever, and its end would not fit. */
static const int64_t BANTIME_MAX_S = 30000000000;

static const char *const event_names[STORE_BAN_N_EVENTS] = {
    [STORE_BAN_BAN] = "ban",     [STORE_BAN_UNBAN] = "unban", [STORE_BAN_PROLONG] = "prolong",
    [STORE_BAN_FLUSH] = "flush", [STORE_BAN_START] = "start", [STORE_BAN_STOP] = "stop",
};

/** store_ban_event_name() - ban, unban, prolong, flush, start, stop; Return: static */
const char *store_ban_event_name(enum store_ban_event_kind kind)
{
	return (unsigned)kind < STORE_BAN_N_EVENTS ? event_names[kind] : "unknown";
}

/** store_ban_event_parse() - the kind of a name; Return: 0 or -EINVAL */
int store_ban_event_parse(enum store_ban_event_kind *out, const char *name)
{
	for (unsigned i = 0; i < STORE_BAN_N_EVENTS; i++)
		if (strcmp(event_names[i], name) == 0) {
			*out = (enum store_ban_event_kind)i;
			return 0;
		}
	return -EINVAL;
}

/* --- what an address is ------------------------------------------------------------------ */

struct address {
	char text[STORE_ADDRESS_MAX + 1]; /* one spelling for one address */
	const char *family;
	bool is_prefix; /* first and last are set */
	struct cidr cidr;
	uint8_t first[CIDR_KEY_LENGTH], last[CIDR_KEY_LENGTH];
};

/* fail2ban bans what a regular expression found: an address, a prefix, a host name, anything. */
static void read_address(struct address *out, const char *text)
{
	snprintf(out->text, sizeof(out->text), "%s", text);
	out->family = "dns";
	out->is_prefix = cidr_parse(&out->cidr, text, 0, NULL) == 0;
	if (!out->is_prefix)
		return;
	cidr_format(&out->cidr, out->text);
	out->family = out->cidr.family == CIDR_IPV4 ? "inet4" : "inet6";
	cidr_first(&out->cidr, out->first);
	cidr_last(&out->cidr, out->last);
}

static bool text_is_valid(const char *text, size_t max, bool blanks)
{
	size_t length;

	if (!text || (length = strnlen(text, max + 1)) == 0 || length > max)
		return false;
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == 0x7f || (c == ' ' && !blanks))
			return false;
	}
	return true;
}

static bool needs_address(enum store_ban_event_kind kind)
{
	return kind == STORE_BAN_BAN || kind == STORE_BAN_UNBAN || kind == STORE_BAN_PROLONG;
}

static int check_ban(const struct store_ban *ban, struct err *err)
{
	if (ban->time_us < 0 || ban->failures < 0 || ban->count < 0)
		return err_set(err, -EINVAL, "a ban's numbers cannot be negative");
	if (ban->rule && !text_is_valid(ban->rule, STORE_RULE_MAX, true))
		return err_set(err, -EINVAL, "not a rule");
	if (ban->source && !text_is_valid(ban->source, 32, false))
		return err_set(err, -EINVAL, "not a source of bans");
	return 0;
}

/**
 * store_ban_event_check() - can this be true?
 *
 * For everything that came from outside. Return: 0; -EINVAL with the reason.
 */
int store_ban_event_check(const struct store_ban_event *event, struct err *err)
{
	const struct store_ban *ban = &event->ban;

	if ((unsigned)event->kind >= STORE_BAN_N_EVENTS || event->at_us < 0)
		return err_set(err, -EINVAL, "not a ban event");
	if (!text_is_valid(ban->jail, STORE_JAIL_MAX, true))
		return err_set(err, -EINVAL, "the name of the jail is missing or cannot be one");
	if (needs_address(event->kind) && !text_is_valid(ban->address, STORE_ADDRESS_MAX, false))
		return err_set(err, -EINVAL, "the address is missing or cannot be one");
	return check_ban(ban, err);
}

/* --- writing ----------------------------------------------------------------------------- */

static int64_t normal_bantime(int64_t bantime_s)
{
	return bantime_s < 0 || bantime_s > BANTIME_MAX_S ? -1 : bantime_s;
}

/* 0 for never; a ban of no length at all ends when it begins. */
static int64_t end_of(int64_t time_us, int64_t bantime_s)
{
	int64_t end_us;

	if (bantime_s < 0 || __builtin_add_overflow(time_us, bantime_s * 1000000, &end_us))
		return 0;
	return end_us ? end_us : 1;
}

static int put_ban(struct store *store, const struct store_ban *ban, struct err *err)
{
	int64_t bantime_s = normal_bantime(ban->bantime_s);
	struct address address;

	read_address(&address, ban->address);
	return store_run(store, err, STMT_BAN_PUT, "tttkkiipiiitt", ban->jail, address.text,
	                 address.family, address.is_prefix ? address.first : NULL,
	                 address.is_prefix ? address.last : NULL, ban->time_us, bantime_s,
	                 end_of(ban->time_us, bantime_s), ban->failures, ban->count,
	                 (int64_t)ban->restored, ban->source ? ban->source : "hook", ban->rule);
}

/**
 * store_ban_put() - a ban that holds now
 * @ban: borrowed; jail, address and time_us are its key
 *
 * The same ban again changes what is known about it. Told by the hook, it also
 * takes back its end: fail2ban puts its bans back after a restart with the
 * time that they had.
 *
 * Return: 0; -EINVAL for what cannot be a ban; others as in store.h.
 */
int store_ban_put(struct store *store, const struct store_ban *ban, struct err *err)
{
	const struct store_ban_event event = {.kind = STORE_BAN_BAN, .ban = *ban};
	int r;

	r = store_ban_event_check(&event, err);
	if (r == 0)
		r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, put_ban(store, ban, err), STORE_RELAXED, err);
}

static int end_bans(struct store *store, const char *jail, const char *address, int64_t at_us,
                    const char *how, struct err *err)
{
	struct address one;
	int r;

	if (address) {
		read_address(&one, address);
		r = store_run(store, err, STMT_BAN_END, "ttit", jail, one.text, at_us, how);
	} else {
		r = store_run(store, err, STMT_BAN_END_JAIL, "tit", jail, at_us, how);
	}
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return r;
}

/**
 * store_ban_end() - a ban holds no longer
 * @address: NULL ends all bans of the jail that have not run out
 * @at_us:   bans that began later are not meant
 * @how:     unban, stop, flush, expired…
 *
 * Return: 0; STORE_E_NOT_FOUND when no such ban was held; others as in store.h.
 */
int store_ban_end(struct store *store, const char *jail, const char *address, int64_t at_us,
                  const char *how, struct err *err)
{
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, end_bans(store, jail, address, at_us, how, err),
	                             STORE_RELAXED, err);
}

static int prolong(struct store *store, const char *jail, const char *address, int64_t time_us,
                   int64_t bantime_s, int64_t count, struct err *err)
{
	struct address one;
	int r;

	read_address(&one, address);
	r = store_run(store, err, STMT_BAN_PROLONG, "ttiii", jail, one.text, time_us,
	              normal_bantime(bantime_s), count);
	if (r == 0 && sqlite3_changes(store->db) == 0)
		r = STORE_E_NOT_FOUND;
	return r;
}

/**
 * store_ban_prolong() - a running ban got another length
 * @time_us:   when it began; without a ban of that time the latest one is meant
 * @bantime_s: its whole length from its beginning; -1: for ever
 *
 * Return: 0; STORE_E_NOT_FOUND; others as in store.h.
 */
int store_ban_prolong(struct store *store, const char *jail, const char *address, int64_t time_us,
                      int64_t bantime_s, int64_t count, struct err *err)
{
	int r;

	r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store,
	                             prolong(store, jail, address, time_us, bantime_s, count, err),
	                             STORE_RELAXED, err);
}

static int jail_event(struct store *store, const struct store_ban_event *event, const char *kind,
                      struct err *err)
{
	char text[STORE_JAIL_MAX + 32];

	snprintf(text, sizeof(text), "jail %s", event->ban.jail);
	return store_event_put(store, kind, text, NULL, event->at_us, err);
}

static int apply(struct store *store, const struct store_ban_event *event, struct err *err)
{
	const struct store_ban *ban = &event->ban;
	int r;

	switch (event->kind) {
	case STORE_BAN_BAN:
		return put_ban(store, ban, err);
	case STORE_BAN_UNBAN:
		r = end_bans(store, ban->jail, ban->address, event->at_us, "unban", err);
		return r == STORE_E_NOT_FOUND ? 0 : r;
	case STORE_BAN_PROLONG:
		r = prolong(store, ban->jail, ban->address, ban->time_us, ban->bantime_s,
		            ban->count, err);
		/* Its beginning was missed: what is known is better than nothing. */
		return r == STORE_E_NOT_FOUND ? put_ban(store, ban, err) : r;
	case STORE_BAN_FLUSH:
		r = end_bans(store, ban->jail, NULL, event->at_us, "flush", err);
		return r == STORE_E_NOT_FOUND ? 0 : r;
	case STORE_BAN_START:
		return jail_event(store, event, "jail-start", err);
	case STORE_BAN_STOP:
		r = end_bans(store, ban->jail, NULL, event->at_us, "stop", err);
		if (r && r != STORE_E_NOT_FOUND)
			return r;
		return jail_event(store, event, "jail-stop", err);
	case STORE_BAN_N_EVENTS:
	default:
		return -EINVAL;
	}
}

/**
 * store_ban_event_apply() - what the hook was told, or a spool file says
 *
 * To apply an event again changes nothing more, but for a line in the history
 * for start and stop.
 *
 * Return: 0, also when an unban meets no ban; -EINVAL when the event cannot be
 * true; others as in store.h.
 */
int store_ban_event_apply(struct store *store, const struct store_ban_event *event, struct err *err)
{
	int r;

	r = store_ban_event_check(event, err);
	if (r == 0)
		r = store_transaction_begin(store, err);
	if (r)
		return r;
	return store_transaction_end(store, apply(store, event, err), STORE_RELAXED, err);
}

/* --- reading ----------------------------------------------------------------------------- */

/* First and last keys of every prefix wider than one: their number is small, so that
 * each is looked up, where a comparison with all bans would need a scan. */
struct wider {
	uint8_t first[KEY_BITS][CIDR_KEY_LENGTH];
	uint8_t last[KEY_BITS][CIDR_KEY_LENGTH];
	unsigned n;
};

static int find_wider(struct wider *out, const struct cidr *cidr)
{
	unsigned shortest = cidr->family == CIDR_IPV4 ? 96 : 0;

	out->n = 0;
	for (unsigned bits = shortest; bits < cidr_bits(cidr); bits++) {
		struct cidr prefix;
		int r = cidr_from_key(&prefix, cidr->key, bits);

		if (r < 0)
			return r;
		cidr_first(&prefix, out->first[out->n]);
		cidr_last(&prefix, out->last[out->n]);
		out->n++;
	}
	return 0;
}

static int bind_range(struct store *store, const struct store_ban_query *query,
                      const struct address *address, sqlite3_stmt **out)
{
	struct wider wider;
	int r;

	r = find_wider(&wider, &address->cidr);
	if (r < 0)
		return r;
	*out = store_bind(
	    store, STMT_BANS_BY_RANGE, "iiiitkktbbi", (int64_t)query->active, query->active_at_us,
	    query->since_us, store_limit(query->limit), query->jail, address->first, address->last,
	    address->family, (const void *)wider.first, (int64_t)(wider.n * CIDR_KEY_LENGTH),
	    (const void *)wider.last, (int64_t)(wider.n * CIDR_KEY_LENGTH), (int64_t)wider.n);
	return 0;
}

static int bind_query(struct store *store, const struct store_ban_query *query, sqlite3_stmt **out)
{
	int64_t active = query->active, limit = store_limit(query->limit);
	struct address address;

	if (!query->address && !query->jail) {
		*out = store_bind(store, STMT_BANS, "iiii", active, query->active_at_us,
		                  query->since_us, limit);
		return 0;
	}
	if (!query->address) {
		*out = store_bind(store, STMT_BANS_BY_JAIL, "iiiit", active, query->active_at_us,
		                  query->since_us, limit, query->jail);
		return 0;
	}
	read_address(&address, query->address);
	if (address.is_prefix)
		return bind_range(store, query, &address, out);
	*out = store_bind(store, STMT_BANS_BY_NAME, "iiiitt", active, query->active_at_us,
	                  query->since_us, limit, query->jail, address.text);
	return 0;
}

static void read_ban(struct store_ban *out, sqlite3_stmt *row)
{
	*out = (struct store_ban){
	    .id = sqlite3_column_int64(row, 0),
	    .jail = store_text(row, 1),
	    .address = store_text(row, 2),
	    .family = store_text(row, 3),
	    .time_us = sqlite3_column_int64(row, 4),
	    .bantime_s = sqlite3_column_int64(row, 5),
	    .failures = sqlite3_column_int64(row, 6),
	    .count = sqlite3_column_int64(row, 7),
	    .restored = sqlite3_column_int(row, 8) != 0,
	    .source = store_text(row, 9),
	    .rule = store_text(row, 10),
	    .ended_us = sqlite3_column_int64(row, 11),
	    .ended_how = store_text(row, 12),
	    .active = sqlite3_column_int(row, 13) != 0,
	};
}

/**
 * store_bans() - bans that fit the query, the latest first
 *
 * With an address: those inside of it and those that cover it, found by index.
 * What is neither address nor prefix is compared as a name.
 *
 * Return: 0; what @fn returned; others as in store.h.
 */
int store_bans(struct store *store, const struct store_ban_query *query, store_ban_fn *fn,
               void *userdata, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = NULL;
	bool row;
	int r;

	r = bind_query(store, query, &rows);
	if (r < 0)
		return r;
	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		struct store_ban ban;

		read_ban(&ban, rows);
		r = fn(&ban, userdata);
		if (r)
			break;
	}
	return r;
}
