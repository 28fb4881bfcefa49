// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/audit/summary.h"

#include <errno.h>
#include <string.h>

/**
 * summary_begin() - an empty period
 * @since_us: inclusive, microseconds since the epoch, UTC
 * @until_us: exclusive; later than @since_us
 */
void summary_begin(struct summary *period, int64_t since_us, int64_t until_us)
{
	*period = (struct summary){.since_us = since_us, .until_us = until_us};
}

/** summary_deinit() - free all of it */
void summary_deinit(struct summary *period)
{
	for (size_t i = 0; i < period->n_wipes; i++) {
		free(period->wipes[i].kind);
		free(period->wipes[i].cause);
	}
	for (size_t i = 0; i < period->n_jails; i++)
		free(period->jails[i].name);
	free(period->wipes);
	free(period->jails);
	free(period->keys);
	*period = (struct summary){0};
}

/* --- wipes ------------------------------------------------------------------------------- */

static struct summary_wipe *find_wipe(struct summary *period, int64_t id)
{
	for (size_t i = period->n_wipes; i > 0; i--)
		if (period->wipes[i - 1].id == id)
			return &period->wipes[i - 1];
	return NULL;
}

static int add_wipe(struct summary *period, const struct store_history_row *row)
{
	_cleanup_free_ char *kind = strdup(row->wipe_kind ? row->wipe_kind : "");
	_cleanup_free_ char *cause = strdup(row->text);

	if (!kind || !cause ||
	    grow(&period->wipes, &period->wipes_capacity, period->n_wipes + 1,
	         sizeof(*period->wipes)) < 0)
		return -ENOMEM;
	period->wipes[period->n_wipes++] = (struct summary_wipe){
	    .id = row->id,
	    .at_us = row->at_us,
	    .restored_us = row->restore_ms >= 0 ? row->at_us + row->restore_ms * 1000 : 0,
	    .n_lost = (size_t)row->n_lost,
	    .n_restored = (size_t)row->n_restored,
	    .n_failed = (size_t)row->n_failed,
	    .kind = steal(kind),
	    .cause = steal(cause),
	};
	return 0;
}

/* Return: 1 or 0; -ENOMEM. */
static int is_mail(const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	int r = text ? item_parse(&item, text, NULL) : ITEM_E_SYNTAX;

	return r < 0 ? r : r == 0 && item_class(&item) == ITEM_CLASS_MAIL;
}

static int take_loss(struct summary_wipe *wipe, const struct store_history_row *row)
{
	enum loss_verdict verdict;
	int r;

	if (!row->verdict || loss_verdict_parse(&verdict, row->verdict) != 0 ||
	    !loss_verdict_restores(verdict))
		return 0;
	r = is_mail(row->item);
	wipe->n_mail_lost += r > 0;
	return r < 0 ? r : 0;
}

static int take_restore(struct summary_wipe *wipe, const struct store_history_row *row)
{
	int r;

	if (row->step != STORE_STEP_RESTORED)
		return 0;
	r = is_mail(row->item);
	wipe->n_mail_back += r > 0;
	if (r > 0 && row->at_us > wipe->mail_us)
		wipe->mail_us = row->at_us;
	return r < 0 ? r : 0;
}

/**
 * summary_row() - one row of the history, the oldest first
 *
 * Return: 0 or -ENOMEM.
 */
int summary_row(struct summary *period, const struct store_history_row *row)
{
	struct summary_wipe *wipe;

	if (event_is(row->kind, EVENT_WIPE))
		return add_wipe(period, row);
	wipe = row->wipe_id ? find_wipe(period, row->wipe_id) : NULL;
	if (wipe && event_is(row->kind, EVENT_LOSS))
		return take_loss(wipe, row);
	if (wipe && event_is(row->kind, EVENT_RESTORE))
		return take_restore(wipe, row);
	return 0;
}

/**
 * summary_outage_us() - for how long mail was closed after a wipe, as far as the guard saw
 *
 * It counts from when the wipe was noticed; what firewalld needs itself to load its
 * rules comes before. A service that did not come back is closed to the end of the
 * period, or to the next wipe, which tells on.
 *
 * Return: microseconds; 0: no mail service was lost.
 */
int64_t summary_outage_us(const struct summary *period, const struct summary_wipe *wipe)
{
	size_t next = (size_t)(wipe - period->wipes) + 1;

	if (wipe->n_mail_lost == 0)
		return 0;
	if (wipe->n_mail_back >= wipe->n_mail_lost)
		return wipe->mail_us - wipe->at_us;
	return (next < period->n_wipes ? period->wipes[next].at_us : period->until_us) -
	       wipe->at_us;
}

/** summary_n_lost() - items that wipes took */
size_t summary_n_lost(const struct summary *period)
{
	size_t n = 0;

	for (size_t i = 0; i < period->n_wipes; i++)
		n += period->wipes[i].n_lost;
	return n;
}

/** summary_n_restored() - items that were put back */
size_t summary_n_restored(const struct summary *period)
{
	size_t n = 0;

	for (size_t i = 0; i < period->n_wipes; i++)
		n += period->wipes[i].n_restored;
	return n;
}

/** summary_is_quiet() - neither wipe nor ban */
bool summary_is_quiet(const struct summary *period)
{
	return period->n_wipes == 0 && period->n_bans == 0;
}

/* --- bans -------------------------------------------------------------------------------- */

static int count_jail(struct summary *period, const struct store_ban *ban)
{
	struct summary_jail *jail = NULL;

	for (size_t i = 0; i < period->n_jails && !jail; i++)
		if (strcmp(period->jails[i].name, ban->jail) == 0)
			jail = &period->jails[i];
	if (!jail) {
		_cleanup_free_ char *name = strdup(ban->jail);

		if (!name || grow(&period->jails, &period->jails_capacity, period->n_jails + 1,
		                  sizeof(*period->jails)) < 0)
			return -ENOMEM;
		jail = &period->jails[period->n_jails++];
		*jail = (struct summary_jail){.name = steal(name)};
	}
	jail->n_bans++;
	jail->n_active += ban->active;
	return 0;
}

static int count_network(struct summary *period, const struct store_ban *ban)
{
	struct cidr cidr;

	if (cidr_parse(&cidr, ban->address, 0, NULL) != 0)
		return 0; /* a host name is in no network */
	if (grow(&period->keys, &period->keys_capacity, period->n_keys + 1, sizeof(*period->keys)) <
	    0)
		return -ENOMEM;
	cidr.prefix = cidr.family == CIDR_IPV4 ? SUMMARY_IPV4_PREFIX : SUMMARY_IPV6_PREFIX;
	cidr_first(&cidr, period->keys[period->n_keys].key);
	period->keys[period->n_keys++].family = cidr.family;
	return 0;
}

/**
 * summary_ban() - one ban, in any order
 *
 * Those outside of the period are left out.
 *
 * Return: 0 or -ENOMEM.
 */
int summary_ban(struct summary *period, const struct store_ban *ban)
{
	int64_t into_us = ban->time_us - period->since_us;
	int r;

	if (into_us < 0 || ban->time_us >= period->until_us)
		return 0;
	period->n_bans++;
	period->n_active += ban->active;
	period->buckets[(size_t)((double)into_us / (double)(period->until_us - period->since_us) *
	                         SUMMARY_BUCKETS)]++;
	r = count_jail(period, ban);
	return r == 0 ? count_network(period, ban) : r;
}

/* --- the end ----------------------------------------------------------------------------- */

static int jail_cmp(const void *a, const void *b)
{
	const struct summary_jail *left = a, *right = b;

	if (left->n_bans != right->n_bans)
		return left->n_bans < right->n_bans ? 1 : -1;
	return strcmp(left->name, right->name);
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(((const struct summary_key *)a)->key, ((const struct summary_key *)b)->key,
	              CIDR_KEY_LENGTH);
}

/* Into the list of the busiest, if it is one of them. */
static void offer_network(struct summary *period, const struct summary_key *key, size_t n_bans)
{
	size_t at = period->n_networks;

	while (at > 0 && period->networks[at - 1].n_bans < n_bans)
		at--;
	if (at == SUMMARY_NETWORKS)
		return;
	if (period->n_networks < SUMMARY_NETWORKS)
		period->n_networks++;
	memmove(&period->networks[at + 1], &period->networks[at],
	        (period->n_networks - at - 1) * sizeof(*period->networks));
	period->networks[at] = (struct summary_network){.n_bans = n_bans};
	memcpy(period->networks[at].cidr.key, key->key, CIDR_KEY_LENGTH);
	period->networks[at].cidr.family = key->family;
	period->networks[at].cidr.prefix =
	    key->family == CIDR_IPV4 ? SUMMARY_IPV4_PREFIX : SUMMARY_IPV6_PREFIX;
}

/** summary_end() - everything is in: order jails and networks */
void summary_end(struct summary *period)
{
	if (period->n_jails)
		qsort(period->jails, period->n_jails, sizeof(*period->jails), jail_cmp);
	if (period->n_keys)
		qsort(period->keys, period->n_keys, sizeof(*period->keys), key_cmp);
	for (size_t i = 0, first = 0; i < period->n_keys; i++) {
		if (i + 1 < period->n_keys && key_cmp(&period->keys[i], &period->keys[i + 1]) == 0)
			continue;
		offer_network(period, &period->keys[first], i + 1 - first);
		first = i + 1;
	}
}
