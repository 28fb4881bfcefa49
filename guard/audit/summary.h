/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * summary - what happened between two times, gathered for the report
 *
 * Rows of the history and bans go in, one at a time; out come wipes with their
 * outages, bans by jail and by network, and bans over time.
 */
#ifndef GUARD_AUDIT_SUMMARY_H
#define GUARD_AUDIT_SUMMARY_H

#include "guard/base/cidr.h"
#include "guard/system/store/store.h"

#define SUMMARY_BUCKETS     60 /* of bans over time */
#define SUMMARY_NETWORKS    10 /* the busiest ones */
#define SUMMARY_IPV4_PREFIX 24
#define SUMMARY_IPV6_PREFIX 48

struct summary_wipe {
	int64_t id;
	int64_t at_us;
	int64_t restored_us; /* the last item was back; 0: nothing was put back */
	int64_t mail_us; /* the last mail service was back; 0: none was lost, or none came back */
	size_t n_lost, n_restored, n_failed;
	size_t n_mail_lost, n_mail_back;
	char *kind;  /* owned */
	char *cause; /* owned */
};

struct summary_jail {
	char *name; /* owned */
	size_t n_bans, n_active;
};

struct summary_network {
	struct cidr cidr;
	size_t n_bans;
};

/* An address that stands in the order of keys, until networks are counted. */
struct summary_key {
	uint8_t key[CIDR_KEY_LENGTH];
	uint8_t family;
};

struct summary {
	int64_t since_us, until_us;
	struct summary_wipe *wipes; /* the oldest first */
	size_t n_wipes, wipes_capacity;
	struct summary_jail *jails; /* the busiest first, after summary_end() */
	size_t n_jails, jails_capacity;
	struct summary_network
	    networks[SUMMARY_NETWORKS]; /* the busiest first, after summary_end() */
	size_t n_networks;
	size_t buckets[SUMMARY_BUCKETS]; /* bans, in equal parts of the period */
	size_t n_bans, n_active;
	struct summary_key *keys;
	size_t n_keys, keys_capacity;
};
#define _cleanup_period_ _cleanup_(summary_deinit)

void summary_begin(struct summary *period, int64_t since_us, int64_t until_us);
void summary_deinit(struct summary *period);
int summary_row(struct summary *period, const struct store_history_row *row) _must_check_;
int summary_ban(struct summary *period, const struct store_ban *ban) _must_check_;
void summary_end(struct summary *period);

int64_t summary_outage_us(const struct summary *period, const struct summary_wipe *wipe);
size_t summary_n_lost(const struct summary *period);
size_t summary_n_restored(const struct summary *period);
bool summary_is_quiet(const struct summary *period);

#endif
