// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * large [ROUNDS [MANY]] - what a hundred times as many items cost: 100,000 beside 1,000
 *
 * Each row is a question that the watcher asks of all that it wants, or the learning of
 * logins. What is done once for each item takes about a hundred times as long, or some
 * times that where a few fit into the processor's cache and many do not; what looks at
 * all items for each of them ten thousand times, with which it fails. The best of the
 * rounds counts, in time of the processor: who else runs on the machine takes none of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "guard/model/loss.h"
#include "guard/system/host/clock.h"
#include "guard/watch/logins.h"

#define TIMES     100
#define RATIO_MAX (10 * TIMES)

static _Noreturn void give_up(void)
{
	fputs("large: out of memory\n", stderr);
	exit(2);
}

static void put(struct firewall *fw, const char *zone, enum item_kind kind, const char *value)
{
	_cleanup_item_ struct item item = ITEM_NULL;
	struct firewall_entry *entry;

	if (item_init(&item, zone, kind, value, NULL) != 0 || firewall_put(fw, &item, &entry) < 0)
		give_up();
	entry->flags = FIREWALL_RUNTIME;
}

static void address_of(char out[64], unsigned i)
{
	snprintf(out, 64, "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
}

/* Added from the last to the first zone and value, so that making it costs nothing. */
static void make_sources(struct firewall *fw, unsigned n)
{
	char text[64];

	for (unsigned i = 0; i < n; i++) {
		address_of(text, i);
		put(fw, "office", ITEM_SOURCE, text);
	}
	put(fw, "office", ITEM_SERVICE, "imaps");
}

static void make_entries(struct firewall *fw, unsigned n)
{
	char text[64];

	put(fw, "office", ITEM_SOURCE, "ipset:friends");
	put(fw, "office", ITEM_SERVICE, "imaps");
	for (unsigned i = 0; i < n; i++) {
		address_of(text, i);
		put(fw, "ipset:friends", ITEM_ENTRY, text);
	}
}

static void make_ports(struct firewall *fw, unsigned n)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp", "dccp"};
	char text[64];

	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%u/%s", i / 4 + 1, protocols[i % 4]);
		put(fw, "public", ITEM_PORT, text);
	}
	/* what is bound comes first, and nothing of mail is in there: both are looked for */
	put(fw, "public", ITEM_SOURCE, "192.0.2.0/24");
}

static size_t at_risk(const struct firewall *fw)
{
	const struct scope scope = SCOPE_NULL;
	struct scope_view view = SCOPE_VIEW(&scope, fw);
	size_t n = 0;

	for (size_t i = 0; i < fw->n; i++)
		n += scope_view_at_risk(&view, &fw->entries[i]) &&
		     !scope_not_to_persist(fw, &fw->entries[i].item);
	return n;
}

static size_t lost(const struct firewall *fw)
{
	const struct scope scope = SCOPE_NULL;
	const struct firewall after = FIREWALL_NULL;
	const struct loss_evidence evidence = {
	    .kind = WIPE_RELOAD, .before = fw, .after = &after, .scope = &scope};
	_cleanup_loss_ struct loss loss = LOSS_NULL;

	if (loss_find(&loss, &evidence) != 0)
		give_up();
	return loss.n;
}

/* Backwards: each is to stand before all of the others. */
static size_t learn(unsigned n)
{
	struct logins learned = LOGINS_NULL;
	struct journal journal = JOURNAL_NULL;
	char line[256];

	for (unsigned i = n; i-- > 0;) {
		int length =
		    snprintf(line, sizeof(line),
		             "2026-11-21T20:34:25+00:00 mx dovecot: imap-login: Login: "
		             "user=<u>, method=PLAIN, rip=2001:db8:%x:%x::1, lip=192.0.2.1, "
		             "mpid=1, TLS, session=<x>",
		             i >> 16, i & 0xffff);

		if (logins_line(&learned, &journal, line, (size_t)length, clock_now_us()) < 0)
			give_up();
	}
	n = (unsigned)learned.n_logins;
	logins_deinit(&learned);
	return n;
}

static int64_t spent_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t time_of(size_t (*ask)(const struct firewall *fw), const struct firewall *fw,
                       size_t *found)
{
	int64_t begin_us = spent_us();

	*found = ask(fw);
	return spent_us() - begin_us;
}

/* Return: whether it grows as it should. */
static bool tell(const char *what, const int64_t best_us[2])
{
	double ratio = (double)best_us[1] / (double)(best_us[0] ? best_us[0] : 1);

	printf("figure large.%s.took %lld us\nfigure large.%s.growth %.1f x\n", what,
	       (long long)best_us[1], what, ratio);
	return ratio <= RATIO_MAX;
}

static void keep_best(int64_t *best_us, int64_t us)
{
	if (*best_us == 0 || us < *best_us)
		*best_us = us;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *what;
		void (*make)(struct firewall *fw, unsigned n);
		size_t (*ask)(const struct firewall *fw);
	} rows[] = {
	    {"at-risk.sources", make_sources, at_risk}, {"at-risk.entries", make_entries, at_risk},
	    {"at-risk.ports", make_ports, at_risk},     {"lost.sources", make_sources, lost},
	    {"lost.entries", make_entries, lost},
	};
	int rounds = argc > 1 ? atoi(argv[1]) : 3;
	const unsigned n[2] = {argc > 2 ? (unsigned)atoi(argv[2]) / TIMES : 100000 / TIMES,
	                       argc > 2 ? (unsigned)atoi(argv[2]) : 100000};
	int64_t best_us[2];
	size_t found[2];
	bool fine = true;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct firewall fw[2] = {FIREWALL_NULL, FIREWALL_NULL};

		rows[i].make(&fw[0], n[0]);
		rows[i].make(&fw[1], n[1]);
		memset(best_us, 0, sizeof(best_us));
		for (int k = 0; k < 2 * rounds; k++)
			keep_best(&best_us[k % 2], time_of(rows[i].ask, &fw[k % 2], &found[k % 2]));
		fine &= tell(rows[i].what, best_us);
		firewall_deinit(&fw[0]);
		firewall_deinit(&fw[1]);
	}
	memset(best_us, 0, sizeof(best_us));
	for (int k = 0; k < 2 * rounds; k++) {
		int64_t begin_us = spent_us();

		found[k % 2] = learn(n[k % 2]);
		keep_best(&best_us[k % 2], spent_us() - begin_us);
	}
	fine &= tell("logins", best_us);
	return fine ? 0 : 1;
}
