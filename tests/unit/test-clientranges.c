// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/clientranges.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define DAY INT64_C(86400000000)
#define NOW (DAY * 20000)

static char folder[] = "/tmp/test-clientranges.XXXXXX";
static struct store *store;
static struct config config;

static void setup(void)
{
	const struct store_options options = {.create = true};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_eq(store_open(&store, folder, &options, NULL), 0);
	config_init(&config);
	config.learn_days = 30;
}

static void teardown(void)
{
	char command[128];

	store_close(store);
	config_deinit(&config);
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	ck_assert_int_eq(system(command), 0);
	strcpy(folder, "/tmp/test-clientranges.XXXXXX");
}

static void configure(const char *text)
{
	struct err err = ERR_NULL;
	int r;

	config_deinit(&config);
	r = config_parse(&config, "x", text, strlen(text), NULL, &err);
	ck_assert_msg(r == 0, "%s", err.text);
}

static void put(const char *cidr, const char *source, const char *note, int64_t seen_us)
{
	const struct store_client_range range = {
	    .cidr = cidr, .source = source, .note = note, .last_seen_us = seen_us, .count = 1};

	ck_assert_int_eq(store_client_range_put(store, &range, NULL), 0);
}

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static const char *listed(const struct clientranges *ranges)
{
	static char out[2048];

	out[0] = '\0';
	for (size_t i = 0; i < ranges->n; i++) {
		const struct clientrange *range = &ranges->ranges[i];
		char text[CIDR_TEXT_LENGTH];

		cidr_format(&range->cidr, text);
		sprintf(out + strlen(out), "%s=%s%s%s%s ", text,
		        clientrange_source_name(range->source), range->note ? ":" : "",
		        range->note ? range->note : "", range->aged ? "!" : "");
	}
	return out;
}

static const char *covered(const struct clientranges *ranges, const char *text)
{
	static const char *const names[COVERAGE_N] = {
	    [COVERAGE_NONE] = "none",
	    [COVERAGE_INSIDE] = "inside",
	    [COVERAGE_EQUAL] = "equal",
	    [COVERAGE_COVERS] = "covers",
	};
	static char out[128];
	const struct clientrange *which = NULL;
	struct cidr denied;
	enum coverage coverage;

	ck_assert_int_eq(cidr_parse(&denied, text, 0, NULL), 0);
	coverage = clientranges_coverage(ranges, &denied, &which);
	snprintf(out, sizeof(out), "%s %s", names[coverage],
	         which ? clientrange_source_name(which->source) : "-");
	return out;
}

START_TEST(every_source)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_strv_ struct strv ignoreip = STRV_NULL;
	struct clientranges_options options = {.config = &config, .store = store, .now_us = NOW};
	char text[512];

	write_file("offices", "198.51.100.0/24 # Graz\n");
	snprintf(text, sizeof(text),
	         "[clients]\nranges = 192.0.2.0/24\nranges-files = %s/offices\n"
	         "learn-days = 30\n",
	         folder);
	configure(text);
	put("203.0.113.0/28", "hand", "VPN", NOW - 400 * DAY);
	put("192.0.2.9", "learned", NULL, NOW - 29 * DAY);
	put("10.9.9.9", "learned", NULL, NOW - 31 * DAY);
	ck_assert_int_eq(strv_split(&ignoreip,
	                            "127.0.0.0/8 192.0.2.0/24 mx.example 10.0.0.0/255.0.0.0 "
	                            "127.0.0.0/8 2001:db8::/64 0.0.0.0/0 fc00::/7",
	                            " "),
	                 0);
	options.ignoreip = &ignoreip;
	ck_assert_int_eq(clientranges_read(&ranges, &options, NULL), 0);
	ck_assert(ranges.complete);
	ck_assert_str_eq(listed(&ranges),
	                 "10.0.0.0/8=ignoreip 10.9.9.9=learned! 127.0.0.0/8=ignoreip "
	                 "192.0.2.0/24=configured 192.0.2.0/24=ignoreip 192.0.2.9=learned "
	                 "198.51.100.0/24=file:Graz 203.0.113.0/28=hand:VPN "
	                 "2001:db8::/64=ignoreip fc00::/7=ignoreip ");
	/* who ignores everybody has said nothing of who the clients are */
	ck_assert_uint_eq(ranges.troubles.n, 1);
	ck_assert_ptr_nonnull(strstr(ranges.troubles.strings[0],
	                             "ignoreip: 0.0.0.0/0 is too wide for a range of clients"));
	ck_assert_str_eq(covered(&ranges, "192.0.2.9"), "equal learned");
	ck_assert_str_eq(covered(&ranges, "192.0.2.10"), "inside configured");
	ck_assert_str_eq(covered(&ranges, "192.0.2.0/24"), "covers learned");
	ck_assert_str_eq(covered(&ranges, "203.0.113.0/24"), "covers hand");
	ck_assert_str_eq(covered(&ranges, "198.51.101.1"), "none -");
	/* what was learned too long ago has no effect of its own */
	ck_assert_str_eq(covered(&ranges, "10.9.9.9"), "inside ignoreip");
}
END_TEST

START_TEST(what_is_not_wanted)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	_cleanup_strv_ struct strv ignoreip = STRV_NULL;
	struct clientranges_options options = {.config = &config, .now_us = NOW};

	configure("[clients]\nuse-fail2ban-ignoreip = no\n");
	ck_assert_int_eq(strv_add(&ignoreip, "192.0.2.1"), 0);
	options.ignoreip = &ignoreip;
	options.ignoreip_trouble = "nobody asked";
	ck_assert_int_eq(clientranges_read(&ranges, &options, NULL), 0);
	ck_assert(ranges.complete);
	ck_assert_uint_eq(ranges.n, 0);
	ck_assert_str_eq(covered(&ranges, "0.0.0.0/0"), "none -");
}
END_TEST

/* Law 2: what could not be read is not empty, and the rest counts all the same. */
START_TEST(troubles)
{
	_cleanup_clientranges_ struct clientranges ranges = CLIENTRANGES_NULL;
	struct clientranges_options options = {.config = &config, .store = store, .now_us = NOW};
	char text[512];

	write_file("broken", "192.0.2.0/24\nthe office\n");
	snprintf(text, sizeof(text),
	         "[clients]\nranges = 203.0.113.0/24\nranges-files = %s/broken, %s/none\n", folder,
	         folder);
	configure(text);
	options.ignoreip_trouble = "fail2ban does not answer";
	ck_assert_int_eq(clientranges_read(&ranges, &options, NULL), 0);
	ck_assert(!ranges.complete);
	ck_assert_str_eq(listed(&ranges), "203.0.113.0/24=configured ");
	ck_assert_uint_eq(ranges.troubles.n, 3);
	ck_assert_ptr_nonnull(strstr(ranges.troubles.strings[0], "broken:2: "));
	ck_assert_ptr_nonnull(strstr(ranges.troubles.strings[1], "/none: "));
	ck_assert_str_eq(ranges.troubles.strings[2], "fail2ban does not answer");
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("clientranges");
	TCase *tcase = tcase_create("clientranges");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, every_source);
	tcase_add_test(tcase, what_is_not_wanted);
	tcase_add_test(tcase, troubles);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
