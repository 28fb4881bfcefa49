// SPDX-License-Identifier: GPL-2.0-or-later
/* Bans: how they are found again, and what became of them. */
#include "guard/system/store/store-internal.h"

#include <stdio.h>
#include <string.h>

enum {
	KEY_BITS = 8 * CIDR_KEY_LENGTH,
	/* To put so many in order takes longer than to go back in time until a page is full. */
	MANY_BANS = 50000,
};

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

static int holds_many(struct store *store, const struct store_address *address, bool *out,
                      struct err *err)
{
	int64_t n = 0;
	int r = store_id(store,
	                 store_bind(store, STMT_BANS_IN_RANGE, "kki", address->first, address->last,
	                            (int64_t)MANY_BANS),
	                 &n, err);

	*out = n == MANY_BANS;
	return r;
}

static int bind_range(struct store *store, const struct store_ban_query *query, int64_t until_us,
                      const struct store_address *address, sqlite3_stmt **out, struct err *err)
{
	struct wider wider;
	bool many = false;
	int r;

	r = holds_many(store, address, &many, err);
	if (r == 0)
		r = find_wider(&wider, &address->cidr);
	if (r)
		return r;
	if (many) {
		*out = store_bind(store,
		                  query->active && query->active_at_us ? STMT_BANS_ACTIVE
		                                                       : STMT_BANS_BY_WIDE_RANGE,
		                  "iiiiitkkt", (int64_t)query->active, query->active_at_us,
		                  query->since_us, until_us, store_limit(query->limit), query->jail,
		                  address->first, address->last, address->family);
		return 0;
	}
	*out = store_bind(store, STMT_BANS_BY_RANGE, "iiiiitkktbbi", (int64_t)query->active,
	                  query->active_at_us, query->since_us, until_us, store_limit(query->limit),
	                  query->jail, address->first, address->last, address->family,
	                  (const void *)wider.first, (int64_t)(wider.n * CIDR_KEY_LENGTH),
	                  (const void *)wider.last, (int64_t)(wider.n * CIDR_KEY_LENGTH),
	                  (int64_t)wider.n);
	return 0;
}

static int bind_query(struct store *store, const struct store_ban_query *query, sqlite3_stmt **out,
                      struct err *err)
{
	enum store_statement which = STMT_BANS;
	int64_t until_us = query->until_us ? query->until_us : INT64_MAX;
	struct store_address address = {0};

	if (query->address) {
		store_address_read(&address, query->address);
		if (address.is_prefix)
			return bind_range(store, query, until_us, &address, out, err);
		which = STMT_BANS_BY_NAME;
	} else if (query->active && query->active_at_us) {
		which = STMT_BANS_ACTIVE;
	} else if (query->jail) {
		which = STMT_BANS_BY_JAIL;
	}
	if (which == STMT_BANS_BY_NAME)
		*out = store_bind(store, which, "iiiiitt", (int64_t)query->active,
		                  query->active_at_us, query->since_us, until_us,
		                  store_limit(query->limit), query->jail, address.text);
	else if (which == STMT_BANS_ACTIVE)
		*out = store_bind(store, which, "iiiiitkkt", (int64_t)query->active,
		                  query->active_at_us, query->since_us, until_us,
		                  store_limit(query->limit), query->jail, NULL, NULL, NULL);
	else
		*out =
		    store_bind(store, which, "iiiiit", (int64_t)query->active, query->active_at_us,
		               query->since_us, until_us, store_limit(query->limit), query->jail);
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
	    .until_us = sqlite3_column_int64(row, 14),
	    .before = sqlite3_column_int64(row, 15),
	};
}

/* --- what became of its rules ------------------------------------------------------------ */

/* The rules of an address begin alike, in firewalld's normal form: an index finds them. */
struct rules_of {
	char from[STORE_ADDRESS_MAX + 64];
	char to[STORE_ADDRESS_MAX + 64];
};

static bool rules_of(struct rules_of *out, const struct store_ban *ban)
{
	const char *family = strcmp(ban->family, "inet4") == 0   ? "ipv4"
	                     : strcmp(ban->family, "inet6") == 0 ? "ipv6"
	                                                         : NULL;

	if (!family)
		return false;
	/* '#' is what follows '"' */
	snprintf(out->from, sizeof(out->from), "rule family=\"%s\" source address=\"%s\"", family,
	         ban->address);
	snprintf(out->to, sizeof(out->to), "rule family=\"%s\" source address=\"%s#", family,
	         ban->address);
	return true;
}

static int read_rules(struct store *store, const struct store_ban *ban, const struct rules_of *of,
                      struct strv *out, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = NULL;
	bool row;
	int r;

	if (ban->rule)
		return strv_add(out, ban->rule);
	rows = store_bind(store, STMT_BAN_RULES, "tttt", of->from, of->to, ban->jail, ban->address);
	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		const char *value = store_text(rows, 0);

		r = value ? strv_add(out, value) : 0;
		if (r < 0)
			return r;
	}
	return r;
}

static int read_losses(struct store *store, struct store_ban *ban, const struct rules_of *of,
                       struct err *err)
{
	struct store_ban_loss *loss = &ban->loss;
	_cleanup_reset_ sqlite3_stmt *rows = NULL;
	int64_t end_us = ban->until_us ? ban->until_us : INT64_MAX;
	bool row;
	int r;

	if (ban->ended_us && ban->ended_us < end_us)
		end_us = ban->ended_us;
	rows = store_bind(store, STMT_BAN_LOSSES, "ttttii", of->from, of->to, ban->jail,
	                  ban->address, ban->time_us, end_us);
	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		if (loss->n++ > 0)
			continue;
		loss->at_us = sqlite3_column_int64(rows, 0);
		if (!store_text(rows, 1) || wipe_kind_parse(&loss->kind, store_text(rows, 1)) != 0)
			loss->kind = WIPE_UNKNOWN;
		loss->restored_us = sqlite3_column_int64(rows, 4);
		loss->whole = sqlite3_column_int(rows, 3) != 0;
	}
	return r;
}

static int tell(struct store *store, struct store_ban *ban, store_ban_fn *fn, void *userdata,
                struct err *err)
{
	_cleanup_strv_ struct strv rules = STRV_NULL;
	struct rules_of of;
	int r = 0;

	if (!ban->jail || !ban->address || !ban->family || !ban->source)
		return err_set(err, STORE_E_CORRUPT, "%s: a ban is damaged", store->path);
	if (rules_of(&of, ban)) {
		r = read_rules(store, ban, &of, &rules, err);
		if (r == 0)
			r = read_losses(store, ban, &of, err);
	} else if (ban->rule) {
		r = strv_add(&rules, ban->rule);
	}
	ban->rules = &rules;
	return r ? r : fn(ban, userdata);
}

/**
 * store_bans() - bans that fit the query, the latest first
 *
 * With an address: those inside of it and those that cover it, found by index.
 * What is neither address nor prefix is compared as a name. Each ban comes with
 * the rules that firewalld was seen to have for its address, and with what wipes
 * did to them while it was in force.
 *
 * Return: 0; what @fn returned; others as in store.h.
 */
int store_bans(struct store *store, const struct store_ban_query *query, store_ban_fn *fn,
               void *userdata, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows = NULL;
	bool row;
	int r;

	r = bind_query(store, query, &rows, err);
	if (r)
		return r;
	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		struct store_ban ban;

		read_ban(&ban, rows);
		r = tell(store, &ban, fn, userdata, err);
		if (r)
			break;
	}
	return r;
}

/**
 * store_bans_unended() - bans in force, as far as @source knows
 * @now_us:    their time is not over then
 * @before_us: they began before that
 * @fn:        gets id, jail and address alone
 *
 * Return: 0; what @fn returned; others as in store.h.
 */
int store_bans_unended(struct store *store, const char *source, int64_t now_us, int64_t before_us,
                       store_ban_fn *fn, void *userdata, struct err *err)
{
	_cleanup_reset_ sqlite3_stmt *rows =
	    store_bind(store, STMT_BANS_UNENDED, "iti", now_us, source, before_us);
	bool row;
	int r;

	while ((r = store_step(store, rows, &row, err)) == 0 && row) {
		const struct store_ban ban = {.id = sqlite3_column_int64(rows, 0),
		                              .jail = store_text(rows, 1),
		                              .address = store_text(rows, 2)};

		if (!ban.jail || !ban.address)
			return err_set(err, STORE_E_CORRUPT, "%s: a ban is damaged", store->path);
		r = fn(&ban, userdata);
		if (r)
			break;
	}
	return r;
}
