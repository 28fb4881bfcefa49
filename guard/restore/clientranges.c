// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/clientranges.h"

#include "guard/base/search.h"

#include <errno.h>
#include <string.h>

#include "guard/system/fail2ban/fail2ban-ignoreip.h"
#include "guard/system/host/rangesfile.h"

#define DAY_US (INT64_C(24) * 3600 * 1000000)
/* Whoever waits for the answer would not wait longer for this part of it. */
#define IGNOREIP_MS 3000

/** clientranges_deinit() - release all of it; it is empty and usable afterwards */
void clientranges_deinit(struct clientranges *ranges)
{
	for (size_t i = 0; i < ranges->n; i++)
		free(ranges->ranges[i].note);
	free(ranges->ranges);
	coverage_ranges_deinit(&ranges->effective);
	coverage_ranges_deinit(&ranges->learned);
	strv_deinit(&ranges->troubles);
	*ranges = CLIENTRANGES_NULL;
}

/** clientrange_source_name() - one word; static */
const char *clientrange_source_name(enum clientrange_source source)
{
	static const char *const names[CLIENTRANGE_N_SOURCES] = {
	    [CLIENTRANGE_CONFIGURED] = "configured",
	    [CLIENTRANGE_FILE] = "file",
	    [CLIENTRANGE_HAND] = "hand",
	    [CLIENTRANGE_IGNOREIP] = "ignoreip",
	    [CLIENTRANGE_LEARNED] = "learned",
	};

	return names[source];
}

static int add(struct clientranges *ranges, const struct clientrange *range)
{
	int r = grow(&ranges->ranges, &ranges->capacity, ranges->n + 1, sizeof(*ranges->ranges));
	struct clientrange *copy;

	if (r < 0)
		return r;
	copy = &ranges->ranges[ranges->n];
	*copy = *range;
	copy->note = range->note ? strdup(range->note) : NULL;
	if (range->note && !copy->note)
		return -ENOMEM;
	ranges->n++;
	return 0;
}

/* The rest of that source is known. */
static int leave_out(struct clientranges *ranges, enum clientrange_source source,
                     const struct err *why)
{
	_cleanup_free_ char *text = NULL;

	return xasprintf(&text, "%s: %s, so it is left out", clientrange_source_name(source),
	                 why->text) < 0
	           ? -ENOMEM
	           : strv_add_take(&ranges->troubles, steal(text));
}

/* What is no address or prefix (a host name, say) is nobody's range. */
static int add_words(struct clientranges *ranges, const struct strv *words,
                     enum clientrange_source source)
{
	int r = 0;

	for (size_t i = 0; i < words->n && r == 0; i++) {
		struct clientrange range = {.source = source};
		struct err why = ERR_NULL;

		if (cidr_parse(&range.cidr, words->strings[i], CIDR_NETMASK, NULL) != 0)
			continue;
		r = coverage_check_range(&range.cidr, &why) == 0 ? add(ranges, &range)
		                                                 : leave_out(ranges, source, &why);
	}
	return r;
}

static int add_from_file(const struct cidr *cidr, const char *note, void *userdata)
{
	struct clientrange range = {.cidr = *cidr, .source = CLIENTRANGE_FILE};

	range.note = (char *)(uintptr_t)note; /* add() copies it */
	return add(userdata, &range);
}

static int add_trouble(struct clientranges *ranges, const char *text)
{
	ranges->complete = false;
	return strv_add(&ranges->troubles, text);
}

/* A file that is broken half way gives nothing, not its first half. */
static void take_back(struct clientranges *ranges, size_t n)
{
	while (ranges->n > n)
		free(ranges->ranges[--ranges->n].note);
}

static int add_files(struct clientranges *ranges, const struct strv *files)
{
	for (size_t i = 0; i < files->n; i++) {
		struct err why = ERR_NULL;
		size_t before = ranges->n;
		int r = rangesfile_read(files->strings[i], add_from_file, ranges, &why);

		if (r == -ENOMEM)
			return r;
		if (r == 0)
			continue;
		take_back(ranges, before);
		r = add_trouble(ranges, err_text(&why, r));
		if (r < 0)
			return r;
	}
	return 0;
}

struct from_store {
	struct clientranges *ranges;
	int64_t oldest_us;
};

static int add_from_store(const struct store_client_range *row, void *userdata)
{
	const struct from_store *from = userdata;
	struct clientrange range = {.last_seen_us = row->last_seen_us, .count = row->count};

	if (cidr_parse(&range.cidr, row->cidr, 0, NULL) != 0)
		return 0;
	range.source = strcmp(row->source, "learned") == 0 ? CLIENTRANGE_LEARNED : CLIENTRANGE_HAND;
	range.aged = range.source == CLIENTRANGE_LEARNED && row->last_seen_us < from->oldest_us;
	range.note = (char *)(uintptr_t)row->note; /* add() copies it */
	return add(from->ranges, &range);
}

static int add_stored(struct clientranges *ranges, const struct clientranges_options *options)
{
	struct from_store from = {.ranges = ranges};
	struct err why = ERR_NULL;
	size_t before = ranges->n;
	int r;

	if (!options->store)
		return 0;
	from.oldest_us = options->now_us - DAY_US * options->config->learn_days;
	r = store_client_range_list(options->store, add_from_store, &from, &why);
	if (r == 0 || r == -ENOMEM)
		return r;
	take_back(ranges, before);
	return add_trouble(ranges, err_text(&why, r));
}

static int add_ignoreip(struct clientranges *ranges, const struct clientranges_options *options)
{
	if (!options->config->use_fail2ban_ignoreip)
		return 0;
	if (options->ignoreip)
		return add_words(ranges, options->ignoreip, CLIENTRANGE_IGNOREIP);
	return options->ignoreip_trouble ? add_trouble(ranges, options->ignoreip_trouble) : 0;
}

static int by_cidr(const void *a, const void *b)
{
	const struct clientrange *x = a, *y = b;
	int r = cidr_cmp(&x->cidr, &y->cidr);

	return r ? r : (int)x->source - (int)y->source;
}

/* The same from several jails or files counts once. */
static void sort(struct clientranges *ranges)
{
	size_t n = 0;

	if (ranges->n > 1)
		qsort(ranges->ranges, ranges->n, sizeof(*ranges->ranges), by_cidr);
	for (size_t i = 0; i < ranges->n; i++) {
		if (n > 0 && by_cidr(&ranges->ranges[n - 1], &ranges->ranges[i]) == 0)
			free(ranges->ranges[i].note);
		else
			ranges->ranges[n++] = ranges->ranges[i];
	}
	ranges->n = n;
}

/* A range of a source that is trusted more stands in front of it. */
static bool is_learned_alone(const struct clientranges *ranges, size_t i)
{
	return ranges->ranges[i].source == CLIENTRANGE_LEARNED &&
	       (i == 0 || cidr_cmp(&ranges->ranges[i - 1].cidr, &ranges->ranges[i].cidr) != 0);
}

static int index_effective(struct clientranges *ranges)
{
	int r = 0;

	for (size_t i = 0; i < ranges->n && r == 0; i++) {
		const struct clientrange *range = &ranges->ranges[i];

		if (range->aged)
			continue;
		r = coverage_ranges_add(&ranges->effective, &range->cidr);
		if (r == 0 && is_learned_alone(ranges, i))
			r = coverage_ranges_add(&ranges->learned, &range->cidr);
	}
	if (r == 0)
		r = coverage_ranges_sort(&ranges->effective);
	return r == 0 ? coverage_ranges_sort(&ranges->learned) : r;
}

/**
 * clientranges_read() - the legitimate client ranges, from every source
 * @out:     receives them; untouched on failure; the caller deinits it
 * @options: borrowed
 *
 * Troubles with a source are no failure: they are told in @out.
 *
 * Return: 0 or -ENOMEM.
 */
int clientranges_read(struct clientranges *out, const struct clientranges_options *options,
                      struct err *err)
{
	_cleanup_clientranges_ struct clientranges ranges = {.complete = true};
	int r = add_words(&ranges, &options->config->client_ranges, CLIENTRANGE_CONFIGURED);

	if (r == 0)
		r = add_files(&ranges, &options->config->ranges_files);
	if (r == 0)
		r = add_stored(&ranges, options);
	if (r == 0)
		r = add_ignoreip(&ranges, options);
	if (r == 0) {
		sort(&ranges);
		r = index_effective(&ranges);
	}
	if (r < 0)
		return err_set(err, r, "out of memory");
	*out = ranges;
	ranges = CLIENTRANGES_NULL;
	return 0;
}

/**
 * clientranges_wait() - the same for a short-lived command, fail2ban asked for its share
 * @options: its ignoreip is not looked at
 *
 * Return: 0 or -ENOMEM.
 */
int clientranges_wait(struct clientranges *out, const struct clientranges_options *options,
                      struct err *err)
{
	const struct config *config = options->config;
	struct clientranges_options all = *options;
	_cleanup_strv_ struct strv ignoreip = STRV_NULL;
	_cleanup_free_ char *trouble = NULL;
	struct err why = ERR_NULL;
	int r = 0;

	if (config->use_fail2ban_ignoreip)
		r = fail2ban_ignoreip_wait(
		    &ignoreip, config->fail2ban_socket,
		    options->ignoreip_ms ? options->ignoreip_ms : IGNOREIP_MS, &why);
	if (r < 0 && xasprintf(&trouble, "fail2ban's ignoreip: %s", err_text(&why, r)) < 0)
		return err_set(err, -ENOMEM, "out of memory");
	all.ignoreip_trouble = trouble;
	all.ignoreip = trouble ? NULL : &ignoreip;
	return clientranges_read(out, &all, err);
}

static int compare_range(const void *element, const void *cidr)
{
	const struct clientrange *range = element;

	return cidr_cmp(&range->cidr, cidr);
}

/** clientranges_find() - the most trusted source of an effective range; borrowed; NULL: none */
const struct clientrange *clientranges_find(const struct clientranges *ranges,
                                            const struct cidr *cidr)
{
	size_t at = search_lower_bound(ranges->ranges, ranges->n, sizeof(*ranges->ranges), cidr,
	                               compare_range);

	return at < ranges->n && cidr_cmp(&ranges->ranges[at].cidr, cidr) == 0 ? &ranges->ranges[at]
	                                                                       : NULL;
}

/**
 * clientranges_coverage() - what a denied prefix does to the effective ranges
 * @which: may be NULL; receives the range that the answer is about, borrowed from
 *         @ranges; untouched for COVERAGE_NONE
 */
enum coverage clientranges_coverage(const struct clientranges *ranges, const struct cidr *denied,
                                    const struct clientrange **which)
{
	size_t at = 0;
	enum coverage coverage = coverage_ranges_ask(&ranges->effective, denied, &at);

	if (which && coverage != COVERAGE_NONE)
		*which = clientranges_find(ranges, &ranges->effective.ranges[at]);
	return coverage;
}
