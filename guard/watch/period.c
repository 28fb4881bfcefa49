// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/watch/period.h"

#include <errno.h>
#include <string.h>

/**
 * period_begin() - an empty period
 * @since_us: inclusive, microseconds since the epoch, UTC
 * @until_us: exclusive; later than @since_us
 */
void period_begin(struct period *period, int64_t since_us, int64_t until_us)
{
	*period = (struct period){.since_us = since_us, .until_us = until_us};
}

/** period_deinit() - free all of it */
void period_deinit(struct period *period)
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
	*period = (struct period){0};
}

/* --- wipes ------------------------------------------------------------------------------- */

static struct period_wipe *find_wipe(struct period *period, int64_t id)
{
	for (size_t i = period->n_wipes; i > 0; i--)
		if (period->wipes[i - 1].id == id)
			return &period->wipes[i - 1];
	return NULL;
}

static int add_wipe(struct period *period, const struct store_history_row *row)
{
	_cleanup_free_ char *kind = strdup(row->wipe_kind ? row->wipe_kind : "");
	_cleanup_free_ char *cause = strdup(row->text);

	if (!kind || !cause ||
	    grow(&period->wipes, &period->wipes_capacity, period->n_wipes + 1,
	         sizeof(*period->wipes)) < 0)
		return -ENOMEM;
	period->wipes[period->n_wipes++] = (struct period_wipe){
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

static bool is_mail(const char *text)
{
	_cleanup_item_ struct item item = ITEM_NULL;

	return text && item_parse(&item, text, NULL) == 0 && item_class(&item) == ITEM_CLASS_MAIL;
}

static void take_loss(struct period_wipe *wipe, const struct store_history_row *row)
{
	enum loss_verdict verdict;

	if (row->verdict && loss_verdict_parse(&verdict, row->verdict) == 0 &&
	    loss_verdict_restores(verdict) && is_mail(row->item))
		wipe->n_mail_lost++;
}

static void take_restore(struct period_wipe *wipe, const struct store_history_row *row)
{
	if (!row->outcome || strcmp(row->outcome, "restored") != 0 || !is_mail(row->item))
		return;
	wipe->n_mail_back++;
	if (row->at_us > wipe->mail_us)
		wipe->mail_us = row->at_us;
}

/**
 * period_row() - one row of the history, the oldest first
 *
 * Return: 0 or -ENOMEM.
 */
int period_row(struct period *period, const struct store_history_row *row)
{
	struct period_wipe *wipe;

	if (strcmp(row->kind, "wipe") == 0)
		return add_wipe(period, row);
	wipe = row->wipe_id ? find_wipe(period, row->wipe_id) : NULL;
	if (wipe && strcmp(row->kind, "loss") == 0)
		take_loss(wipe, row);
	else if (wipe && strcmp(row->kind, "restore") == 0)
		take_restore(wipe, row);
	return 0;
}

/**
 * period_outage_us() - for how long mail was closed after a wipe, as far as the guard saw
 *
 * It counts from when the wipe was noticed; what firewalld needs itself to load its
 * rules comes before. A service that did not come back is closed to the end of the
 * period, or to the next wipe, which tells on.
 *
 * Return: microseconds; 0: no mail service was lost.
 */
int64_t period_outage_us(const struct period *period, const struct period_wipe *wipe)
{
	size_t next = (size_t)(wipe - period->wipes) + 1;

	if (wipe->n_mail_lost == 0)
		return 0;
	if (wipe->n_mail_back >= wipe->n_mail_lost)
		return wipe->mail_us - wipe->at_us;
	return (next < period->n_wipes ? period->wipes[next].at_us : period->until_us) -
	       wipe->at_us;
}

/** period_n_lost() - items that wipes took */
size_t period_n_lost(const struct period *period)
{
	size_t n = 0;

	for (size_t i = 0; i < period->n_wipes; i++)
		n += period->wipes[i].n_lost;
	return n;
}

/** period_n_restored() - items that were put back */
size_t period_n_restored(const struct period *period)
{
	size_t n = 0;

	for (size_t i = 0; i < period->n_wipes; i++)
		n += period->wipes[i].n_restored;
	return n;
}

/** period_is_quiet() - neither wipe nor ban */
bool period_is_quiet(const struct period *period)
{
	return period->n_wipes == 0 && period->n_bans == 0;
}

/* --- bans -------------------------------------------------------------------------------- */

static int count_jail(struct period *period, const struct store_ban *ban)
{
	struct period_jail *jail = NULL;

	for (size_t i = 0; i < period->n_jails && !jail; i++)
		if (strcmp(period->jails[i].name, ban->jail) == 0)
			jail = &period->jails[i];
	if (!jail) {
		_cleanup_free_ char *name = strdup(ban->jail);

		if (!name || grow(&period->jails, &period->jails_capacity, period->n_jails + 1,
		                  sizeof(*period->jails)) < 0)
			return -ENOMEM;
		jail = &period->jails[period->n_jails++];
		*jail = (struct period_jail){.name = steal(name)};
	}
	jail->n_bans++;
	jail->n_active += ban->active;
	return 0;
}

static int count_network(struct period *period, const struct store_ban *ban)
{
	struct cidr cidr;

	if (cidr_parse(&cidr, ban->address, 0, NULL) != 0)
		return 0; /* a host name is in no network */
	if (grow(&period->keys, &period->keys_capacity, period->n_keys + 1, sizeof(*period->keys)) <
	    0)
		return -ENOMEM;
	cidr.prefix = cidr.family == CIDR_IPV4 ? PERIOD_IPV4_PREFIX : PERIOD_IPV6_PREFIX;
	cidr_first(&cidr, period->keys[period->n_keys].key);
	period->keys[period->n_keys++].family = cidr.family;
	return 0;
}

/**
 * period_ban() - one ban, in any order
 *
 * Those outside of the period are left out.
 *
 * Return: 0 or -ENOMEM.
 */
int period_ban(struct period *period, const struct store_ban *ban)
{
	int64_t into_us = ban->time_us - period->since_us;
	int r;

	if (into_us < 0 || ban->time_us >= period->until_us)
		return 0;
	period->n_bans++;
	period->n_active += ban->active;
	period->buckets[(size_t)((double)into_us / (double)(period->until_us - period->since_us) *
	                         PERIOD_BUCKETS)]++;
	r = count_jail(period, ban);
	return r == 0 ? count_network(period, ban) : r;
}

/* --- the end ----------------------------------------------------------------------------- */

static int jail_cmp(const void *a, const void *b)
{
	const struct period_jail *left = a, *right = b;

	if (left->n_bans != right->n_bans)
		return left->n_bans < right->n_bans ? 1 : -1;
	return strcmp(left->name, right->name);
}

static int key_cmp(const void *a, const void *b)
{
	return memcmp(((const struct period_key *)a)->key, ((const struct period_key *)b)->key,
	              CIDR_KEY_LENGTH);
}

/* Into the list of the busiest, if it is one of them. */
static void offer_network(struct period *period, const struct period_key *key, size_t n_bans)
{
	size_t at = period->n_networks;

	while (at > 0 && period->networks[at - 1].n_bans < n_bans)
		at--;
	if (at == PERIOD_NETWORKS)
		return;
	if (period->n_networks < PERIOD_NETWORKS)
		period->n_networks++;
	memmove(&period->networks[at + 1], &period->networks[at],
	        (period->n_networks - at - 1) * sizeof(*period->networks));
	period->networks[at] = (struct period_network){.n_bans = n_bans};
	memcpy(period->networks[at].cidr.key, key->key, CIDR_KEY_LENGTH);
	period->networks[at].cidr.family = key->family;
	period->networks[at].cidr.prefix =
	    key->family == CIDR_IPV4 ? PERIOD_IPV4_PREFIX : PERIOD_IPV6_PREFIX;
}

/** period_end() - everything is in: order jails and networks */
void period_end(struct period *period)
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
