/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * period - what happened between two times, gathered for the report
 *
 * Rows of the history and bans go in, one at a time; out come wipes with their
 * outages, bans by jail and by network, and bans over time.
 */
#ifndef GUARD_WATCH_PERIOD_H
#define GUARD_WATCH_PERIOD_H

#include "guard/model/cidr.h"
#include "guard/system/store.h"

#define PERIOD_BUCKETS     60 /* of bans over time */
#define PERIOD_NETWORKS    10 /* the busiest ones */
#define PERIOD_IPV4_PREFIX 24
#define PERIOD_IPV6_PREFIX 48

struct period_wipe {
	int64_t id;
	int64_t at_us;
	int64_t restored_us; /* the last item was back; 0: nothing was put back */
	int64_t mail_us; /* the last mail service was back; 0: none was lost, or none came back */
	size_t n_lost, n_restored, n_failed;
	size_t n_mail_lost, n_mail_back;
	char *kind;  /* owned */
	char *cause; /* owned */
};

struct period_jail {
	char *name; /* owned */
	size_t n_bans, n_active;
};

struct period_network {
	struct cidr cidr;
	size_t n_bans;
};

/* An address that stands in the order of keys, until networks are counted. */
struct period_key {
	uint8_t key[CIDR_KEY_LENGTH];
	uint8_t family;
};

struct period {
	int64_t since_us, until_us;
	struct period_wipe *wipes; /* the oldest first */
	size_t n_wipes, wipes_capacity;
	struct period_jail *jails; /* the busiest first, after period_end() */
	size_t n_jails, jails_capacity;
	struct period_network networks[PERIOD_NETWORKS]; /* the busiest first, after period_end() */
	size_t n_networks;
	size_t buckets[PERIOD_BUCKETS]; /* bans, in equal parts of the period */
	size_t n_bans, n_active;
	struct period_key *keys;
	size_t n_keys, keys_capacity;
};
#define _cleanup_period_ _cleanup_(period_deinit)

void period_begin(struct period *period, int64_t since_us, int64_t until_us);
void period_deinit(struct period *period);
int period_row(struct period *period, const struct store_history_row *row) _must_check_;
int period_ban(struct period *period, const struct store_ban *ban) _must_check_;
void period_end(struct period *period);

int64_t period_outage_us(const struct period *period, const struct period_wipe *wipe);
size_t period_n_lost(const struct period *period);
size_t period_n_restored(const struct period *period);
bool period_is_quiet(const struct period *period);

#endif
