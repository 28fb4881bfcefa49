// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/trust.h"

#include <string.h>

/* Who writes it down has firewalld bind it at once; what is not there by then does not come. */
#define COMING_US INT64_C(60000000)

/* All is open to them: more than the customers of one provider are nobody's test. */
enum { WIDEST_IPV4 = 16, WIDEST_IPV6 = 48 };

/* Nobody comes from there. */
static const struct cidr nobodys[] = {
    {.family = CIDR_IPV4, .prefix = 8, .key = {[10] = 0xff, 0xff}},
    {.family = CIDR_IPV4, .prefix = 8, .key = {[10] = 0xff, 0xff, 127}},
    {.family = CIDR_IPV4, .prefix = 3, .key = {[10] = 0xff, 0xff, 224}},
    {.family = CIDR_IPV6, .prefix = 127, .key = {0}},
    {.family = CIDR_IPV6, .prefix = 8, .key = {0xff}},
};

/**
 * trust_check() - may this address or prefix be trusted for a while?
 * @err: says why not
 *
 * Return: 0 or TRUST_E_REFUSED.
 */
int trust_check(const struct cidr *range, struct err *err)
{
	char text[CIDR_TEXT_LENGTH];

	cidr_format(range, text);
	if (range->prefix < (range->family == CIDR_IPV4 ? WIDEST_IPV4 : WIDEST_IPV6))
		return err_set(err, TRUST_E_REFUSED,
		               "%s is too wide: all is open to whom you trust. The widest are "
		               "/%d for IPv4 and /%d for IPv6",
		               text, WIDEST_IPV4, WIDEST_IPV6);
	for (size_t i = 0; i < ARRAY_SIZE(nobodys); i++)
		if (cidr_contains(&nobodys[i], range))
			return err_set(err, TRUST_E_REFUSED,
			               "%s is no address that a client comes from", text);
	return 0;
}

/** trust_item() - the binding of an address or prefix; @out as with item_init() */
int trust_item(struct item *out, const char *address)
{
	return item_init(out, TRUST_ZONE, ITEM_SOURCE, address, NULL);
}

static bool may_be_trusted(const struct item *item)
{
	return item->kind == ITEM_SOURCE && strcmp(item->zone, TRUST_ZONE) == 0;
}

/* It is there, and is to go at its end. */
static void keep(const struct trust *trust, const struct item *item, const struct store_trust *row)
{
	/* in want of memory the next look does it */
	if (tracker_added(trust->tracker, item, FIREWALL_GUARD_TIMED, row->until_us) < 0 ||
	    row->held)
		return;
	record_trust_hold(trust->record, row);
	news_tell(trust->listener, NEWS_TRUSTED, .item = item, .trust = row);
}

/**
 * trust_bound() - a source was bound to a zone
 * @until_us: the end that it had when it was lost; 0: none. Counts where the record tells none.
 */
void trust_bound(const struct trust *trust, const struct item *item, int64_t until_us)
{
	_cleanup_store_trusts_ struct store_trusts rows = STORE_TRUSTS_NULL;
	const struct store_trust *row;

	if (!may_be_trusted(item))
		return;
	row = record_trusts(trust->record, &rows) ? store_trusts_find(&rows, item->value) : NULL;
	if (row)
		keep(trust, item, row);
	else if (until_us)
		(void)!tracker_added(trust->tracker, item, FIREWALL_GUARD_TIMED, until_us);
}

/** trust_removed() - an item is not wanted any more, for whatever reason */
void trust_removed(const struct trust *trust, const struct item *item)
{
	if (may_be_trusted(item))
		record_trust_end(trust->record, item->value);
}

/* Permanent, it is meant to stay (law 8). */
static void let_stay(const struct trust *trust, const struct item *item,
                     const struct store_trust *row)
{
	(void)!tracker_added(trust->tracker, item, 0, 0);
	record_trust_end(trust->record, row->address);
	news_tell(trust->listener, NEWS_TRUSTED, .item = item, .trust = row, .stays = true);
}

static void settle_row(const struct trust *trust, const struct store_trust *row, int64_t now_us)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	const struct firewall_entry *entry;

	if (trust_item(&item, row->address) != 0)
		return;
	entry = firewall_find(&trust->tracker->wanted, &item);
	if (!entry || !(entry->flags & (FIREWALL_RUNTIME | FIREWALL_OWED))) {
		if (row->held || row->since_us + COMING_US < now_us)
			record_trust_end(trust->record, row->address);
	} else if (entry->flags & FIREWALL_PERMANENT) {
		let_stay(trust, &item, row);
	} else if ((entry->flags & FIREWALL_RUNTIME) &&
	           (!(entry->flags & FIREWALL_GUARD_TIMED) || entry->until_us != row->until_us ||
	            !row->held)) {
		keep(trust, &item, row);
	}
}

/** trust_settle() - bring what is on record and what is there together, when all was read */
void trust_settle(const struct trust *trust, int64_t now_us)
{
	_cleanup_store_trusts_ struct store_trusts rows = STORE_TRUSTS_NULL;

	if (!record_trusts(trust->record, &rows))
		return;
	for (size_t i = 0; i < rows.n; i++)
		settle_row(trust, &rows.rows[i], now_us);
}
