// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bans [N [GUARD]] - how long do questions about N bans take (default a million)?
 *
 * Each question is asked of the store, then of the same tables with no index in
 * use, side by side, and, with the path of a reload-guard, of the whole command.
 * The store lies in $TMPDIR. Bans are of a hundred thousand addresses, some of
 * prefixes and IPv6, over two years; the last two days' are still in force.
 */
#include <errno.h>
#include <ftw.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/store/store.h"

#define DAY_US  (86400 * INT64_C(1000000))
#define SPAN_US (730 * DAY_US)

enum { ROUNDS = 15, BATCH = 20000 };

static char dir[256];
static int64_t now_us;
static unsigned long long state = 4711;

static unsigned any(unsigned below)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33) % below;
}

static _Noreturn void give_up(const char *what, const struct err *err, int r)
{
	fprintf(stderr, "bans: %s: %s\n", what, err_text(err, r));
	exit(2);
}

static void make_address(char *out, size_t size)
{
	unsigned n = any(100000);

	if (n % 100 == 0)
		snprintf(out, size, "10.%u.%u.0/24", n / 256 % 256, n % 256);
	else if (n % 10 == 0)
		snprintf(out, size, "2001:db8:%x::%x", n / 256, n % 256);
	else
		snprintf(out, size, "10.%u.%u.%u", n / 5000, n / 20 % 250, 1 + n % 20);
}

static void fill(struct store *store, size_t n)
{
	static const char *const jails[] = {"postfix", "dovecot", "sshd", "roundcube"};
	char address[64], rule[200];
	struct err err = ERR_NULL;

	for (size_t i = 0; i < n; i++) {
		struct store_ban ban = {
		    .jail = jails[any(4)],
		    .address = address,
		    .time_us =
		        now_us - SPAN_US + (int64_t)((double)SPAN_US / (double)n * (double)i),
		    .bantime_s = 86400 * 2,
		    .failures = 3,
		    .count = 1,
		    .source = "hook",
		};
		int r = 0;

		make_address(address, sizeof(address));
		snprintf(rule, sizeof(rule), "rule family=\"ipv4\" source address=\"%s\" reject",
		         address);
		ban.rule = i % 2 ? rule : NULL;
		if (i % BATCH == 0)
			r = store_begin(store, &err);
		if (r == 0)
			r = store_ban_event_apply(
			    store, &(struct store_ban_event){.kind = STORE_BAN_BAN, .ban = ban},
			    &err);
		/* half of them unbanned, as fail2ban does when their time is over */
		if (r == 0 && i % 2 && ban.time_us + 2 * DAY_US < now_us)
			r = store_ban_event_apply(
			    store,
			    &(struct store_ban_event){.kind = STORE_BAN_UNBAN,
			                              .at_us = ban.time_us + 2 * DAY_US,
			                              .ban = ban},
			    &err);
		if (r == 0 && (i % BATCH == BATCH - 1 || i + 1 == n))
			r = store_commit(store, &err);
		if (r)
			give_up("filling", &err, r);
	}
}

static int count(const struct store_ban *ban, void *userdata)
{
	(*(size_t *)userdata)++;
	return ban->jail ? 0 : -EINVAL;
}

static int cmp(const void *a, const void *b)
{
	int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return left < right ? -1 : left > right;
}

static double median_ms(int64_t *us, size_t n)
{
	qsort(us, n, sizeof(*us), cmp);
	return (double)us[n / 2] / 1000;
}

static double ask_store(struct store *store, const struct store_ban_query *query, size_t *n)
{
	int64_t us[ROUNDS];
	struct err err = ERR_NULL;

	for (size_t i = 0; i < ROUNDS; i++) {
		int64_t start_us = clock_monotonic_us();
		int r;

		*n = 0;
		r = store_bans(store, query, count, n, &err);
		if (r)
			give_up("asking", &err, r);
		us[i] = clock_monotonic_us() - start_us;
	}
	return median_ms(us, ROUNDS);
}

/* As somebody would who has a table and no index. */
static double ask_naively(sqlite3 *db, const char *where)
{
	int64_t us[3];
	char sql[512];

	snprintf(sql, sizeof(sql),
	         "SELECT * FROM ban NOT INDEXED WHERE %s ORDER BY time_us DESC LIMIT 200", where);
	for (size_t i = 0; i < 3; i++) {
		int64_t start_us = clock_monotonic_us();
		sqlite3_stmt *rows;

		if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) != SQLITE_OK) {
			fprintf(stderr, "bans: %s\n", sqlite3_errmsg(db));
			exit(2);
		}
		while (sqlite3_step(rows) == SQLITE_ROW)
			;
		sqlite3_finalize(rows);
		us[i] = clock_monotonic_us() - start_us;
	}
	return median_ms(us, 3);
}

static double ask_command(const char *guard, const char *options)
{
	char command[1024];
	int64_t us[ROUNDS];

	snprintf(command, sizeof(command), "exec '%s' -c '%s/conf' --state '%s' bans %s >/dev/null",
	         guard, dir, dir, options);
	for (size_t i = 0; i < ROUNDS; i++) {
		int64_t start_us = clock_monotonic_us();

		if (system(command) != 0)
			exit(2);
		us[i] = clock_monotonic_us() - start_us;
	}
	return median_ms(us, ROUNDS);
}

static void write_configuration(void)
{
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/conf", dir);
	file = fopen(path, "w");
	if (!file || fclose(file) != 0)
		exit(2);
}

static const struct {
	const char *name, *options;
	struct store_ban_query query;
	const char *naive;
} questions[] = {
    {"page", "", {.limit = 200}, "1"},
    {"page-of-active",
     "--active",
     {.limit = 200, .active = true},
     "ended_us IS NULL AND (end_us IS NULL OR end_us > strftime('%s', 'now') * 1000000)"},
    {"page-of-jail", "--jail dovecot", {.limit = 200, .jail = "dovecot"}, "jail = 'dovecot'"},
    {"address",
     "--address 10.7.9.10",
     {.limit = 200, .address = "10.7.9.10"},
     "lo <= x'00000000000000000000ffff0a07090a' AND hi >= x'00000000000000000000ffff0a07090a'"},
    {"address-ipv6",
     "--address 2001:db8:0::a",
     {.limit = 200, .address = "2001:db8:0::a"},
     "lo <= x'20010db800000000000000000000000a' AND hi >= x'20010db800000000000000000000000a'"},
    {"address-unknown",
     "--address 192.0.2.1",
     {.limit = 200, .address = "192.0.2.1"},
     "lo <= x'00000000000000000000ffffc0000201' AND hi >= x'00000000000000000000ffffc0000201'"},
    {"prefix-24",
     "--address 10.7.9.0/24",
     {.limit = 200, .address = "10.7.9.0/24"},
     "(lo >= x'00000000000000000000ffff0a070900' AND hi <= x'00000000000000000000ffff0a0709ff')"
     " OR (lo <= x'00000000000000000000ffff0a070900'"
     " AND hi >= x'00000000000000000000ffff0a0709ff')"},
    {"prefix-8-of-nearly-all",
     "--address 10.0.0.0/8",
     {.limit = 200, .address = "10.0.0.0/8"},
     "lo >= x'00000000000000000000ffff0a000000' AND hi <= x'00000000000000000000ffff0affffff'"},
};

static void ask_all(struct store *store, unsigned long n_bans, const char *guard)
{
	char path[300];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		exit(2);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
		struct store_ban_query query = questions[i].query;
		const char *name = questions[i].name;
		double ms, naive_ms;
		size_t n;

		query.active_at_us = now_us;
		ms = ask_store(store, &query, &n);
		naive_ms = ask_naively(db, questions[i].naive);
		printf("figure bans-%lu.%s.store %.3f ms\n", n_bans, name, ms);
		printf("figure bans-%lu.%s.no-index %.1f ms\n", n_bans, name, naive_ms);
		if (guard)
			printf("figure bans-%lu.%s.command %.1f ms\n", n_bans, name,
			       ask_command(guard, questions[i].options));
		fflush(stdout);
	}
	sqlite3_close(db);
}

static double file_mb(void)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
	return stat(path, &st) == 0 ? (double)st.st_size / 1e6 : 0;
}

static void prune(struct store *store, unsigned long n_bans)
{
	struct err err = ERR_NULL;
	int64_t longest_us = 0, all_us = 0;
	int r;

	do {
		int64_t start_us = clock_monotonic_us(), took_us;

		r = store_prune(store, now_us, 365, &err);
		took_us = clock_monotonic_us() - start_us;
		all_us += took_us;
		longest_us = took_us > longest_us ? took_us : longest_us;
	} while (r == STORE_E_MORE);
	if (r)
		give_up("pruning", &err, r);
	printf("figure bans-%lu.half-forgotten.took %.1f s\nfigure "
	       "bans-%lu.half-forgotten.longest-call "
	       "%.1f ms\n",
	       n_bans, (double)all_us / 1e6, n_bans, (double)longest_us / 1e3);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int main(int argc, char **argv)
{
	const struct store_options options = {.create = true, .busy_ms = STORE_BUSY_MS};
	const char *tmp = getenv("TMPDIR");
	unsigned long n = 1000000;
	struct store *store = NULL;
	struct err err = ERR_NULL;
	int64_t start_us;
	int r;

	if (argc > 1 && (!parse_uint(argv[1], 100000000, &n) || n == 0)) {
		fprintf(stderr, "usage: bans [N [GUARD]]\n");
		return 2;
	}
	now_us = clock_now_us();
	snprintf(dir, sizeof(dir), "%s/bench-bans-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return 2;
	r = store_open(&store, dir, &options, &err);
	if (r)
		give_up("opening", &err, r);
	write_configuration();
	start_us = clock_monotonic_us();
	fill(store, n);
	printf("figure bans-%lu.write %.1f us/ban\nfigure bans-%lu.file %.0f MB\n", n,
	       (double)(clock_monotonic_us() - start_us) / (double)n, n, file_mb());
	fflush(stdout);
	ask_all(store, n, argc > 2 ? argv[2] : NULL);
	prune(store, n);
	store_close(store);
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return 0;
}
