// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The report on a period, word for word: tests/unit/golden/report.txt and report.html.
 * When a change of it is meant, GOLDEN_UPDATE=1 writes them anew; look at the page in a
 * browser then, light and dark, wide and narrow.
 */
#include "guard/report/report-summary.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define S   INT64_C(1000000)
#define DAY (24 * 3600 * S)
/* 2026-11-21T20:34:25Z */
#define NOW   (INT64_C(1795293265) * S)
#define SINCE (NOW - 7 * DAY)

struct world {
	struct summary period;
	struct picture picture;
	struct status status;
	struct report_summary from;
};

static void add_wipe(struct summary *period, int64_t id, const char *kind, const char *cause,
                     int64_t at_us, int64_t mail_ms)
{
	const struct store_history_row wipe = {
	    .kind = "wipe",
	    .id = id,
	    .wipe_kind = kind,
	    .text = cause,
	    .at_us = at_us,
	    .n_lost = 2,
	    .n_restored = mail_ms ? 2 : 1,
	    .restore_ms = mail_ms ? mail_ms + 20 : 12,
	};
	struct store_history_row row = {.kind = "loss",
	                                .wipe_id = id,
	                                .at_us = at_us,
	                                .text = "",
	                                .item = "public/service:imaps",
	                                .verdict = "lost"};

	ck_assert_int_eq(summary_row(period, &wipe), 0);
	ck_assert_int_eq(summary_row(period, &row), 0);
	row.kind = "restore";
	row.outcome = mail_ms ? "restored" : "failed";
	row.step = mail_ms ? STORE_STEP_RESTORED : STORE_STEP_FAILED;
	row.at_us = at_us + mail_ms * 1000;
	ck_assert_int_eq(summary_row(period, &row), 0);
}

static void add_bans(struct summary *period)
{
	static const char *const jails[] = {"postfix-sasl", "dovecot", "<b>jail</b>"};
	char address[64];

	for (unsigned i = 0; i < 40; i++) {
		const struct store_ban ban = {.jail = jails[i % 7 ? i % 2 : 2],
		                              .address = address,
		                              .time_us = SINCE + (int64_t)(i * i) * DAY / 250,
		                              .active = i > 30};

		if (i % 5 == 0)
			snprintf(address, sizeof(address), "2001:db8:%x::1", i);
		else
			snprintf(address, sizeof(address), "198.51.%u.7", 100 + i % 3);
		ck_assert_int_eq(summary_ban(period, &ban), 0);
	}
}

static void add_item(struct status *status, const char *text, bool permanent)
{
	struct status_item *item;

	ck_assert_int_eq(
	    grow(&status->items, &status->capacity, status->n + 1, sizeof(*status->items)), 0);
	item = &status->items[status->n++];
	*item = (struct status_item){.open = true, .listed = true, .permanent = permanent};
	ck_assert_int_eq(item_parse(&item->item, text, NULL), 0);
}

static void add_finding(struct findings *findings, const char *name, enum finding_severity severity,
                        const char *text, const char *evidence, const char *command)
{
	ck_assert_int_eq(findings_add_take(findings, name, severity, strdup(text),
	                                   evidence ? strdup(evidence) : NULL,
	                                   command ? strdup(command) : NULL),
	                 0);
}

static void world_init(struct world *world)
{
	*world = (struct world){.picture = PICTURE_NULL, .status = STATUS_NULL};
	summary_begin(&world->period, SINCE, NOW);
	add_wipe(&world->period, 1, "reload",
	         "reload by firewall-cmd (pid 812), from dnf-automatic.service", SINCE + DAY, 41);
	add_wipe(&world->period, 2, "restart", "<script>alert(\"& 'x'\")</script>", NOW - DAY / 2,
	         0);
	add_wipe(&world->period, 3, "reboot", "the machine was rebooted", NOW - DAY / 3, 204);
	add_bans(&world->period);
	summary_end(&world->period);
	world->status.picture = &world->picture;
	world->picture.known = PICTURE_FIREWALLD;
	world->picture.state = FIREWALL_STATE_RUNNING;
	add_item(&world->status, "public/service:imaps", false);
	add_item(&world->status, "public/port:465/tcp", false);
	add_item(&world->status, "public/service:smtp", true);
	add_finding(&world->status.findings, "lost", FINDING_ERROR,
	            "one was open before, and is gone", "public/service:pop3s",
	            "reload-guard restore");
	add_finding(&world->status.findings, "runtime-only-service", FINDING_WARNING,
	            "2 are open in the runtime alone: <the> next reload closes them", NULL,
	            "firewall-cmd --permanent --zone=public --add-service=imaps");
	ck_assert_int_eq(findings_or_take(&world->status.findings,
	                                  strdup("reload-guard release public/service:imaps")),
	                 0);
	world->from = (struct report_summary){
	    .host = "mail.example.org", .period = &world->period, .status = &world->status};
}

static void world_deinit(struct world *world)
{
	summary_deinit(&world->period);
	status_deinit(&world->status);
	picture_deinit(&world->picture);
}

typedef int put_fn(const struct report *report, const struct report_summary *from);

static char *written(put_fn *put)
{
	struct world world;
	struct report report;
	char *text = NULL;
	size_t length;
	FILE *file = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(file);
	world_init(&world);
	report_init(&report, file, false, NULL);
	ck_assert_int_eq(put(&report, &world.from), 0);
	fclose(file);
	world_deinit(&world);
	return text;
}

static char *read_golden(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = calloc(1, 1 << 17);

	ck_assert_msg(file != NULL, "%s: %s", path, strerror(errno));
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_lt(fread(text, 1, (1 << 17) - 1, file), (1 << 17) - 1);
	fclose(file);
	return text;
}

static void write_golden(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_ge(fputs(text, file), 0);
	ck_assert_int_eq(fclose(file), 0);
}

static const struct {
	const char *name;
	put_fn *put;
} forms[] = {
    {"report.txt", report_summary_text},
    {"report.html", report_summary_html},
};

START_TEST(is_as_it_was_looked_at)
{
	const char *top = getenv("srcdir");
	_cleanup_free_ char *text = written(forms[_i].put), *path = NULL, *golden = NULL;
	size_t same = 0;

	ck_assert_int_ge(
	    xasprintf(&path, "%s/tests/unit/golden/%s", top ? top : ".", forms[_i].name), 0);
	if (getenv("GOLDEN_UPDATE"))
		write_golden(path, text);
	golden = read_golden(path);
	while (text[same] && text[same] == golden[same])
		same++;
	ck_assert_msg(strcmp(text, golden) == 0,
	              "%s differs from byte %zu on: \"%.60s\", not \"%.60s\"", path, same,
	              text + same, golden + same);
}
END_TEST

START_TEST(says_what_is_not_known)
{
	_cleanup_picture_ struct picture picture = PICTURE_NULL;
	_cleanup_status_ struct status status = {.picture = &picture};
	struct report_summary_summary summary;
	struct report_summary from = {.host = "h", .status = &status};
	_cleanup_period_ struct summary period;

	summary_begin(&period, SINCE, NOW);
	from.period = &period;
	report_summary_summarize(&summary, &from);
	ck_assert_int_eq(summary.color, REPORT_BAD);
	ck_assert(!report_summary_is_fine(&from));
	picture.known = PICTURE_FIREWALLD;
	ck_assert(report_summary_is_fine(&from));
	add_item(&status, "public/service:imaps", true);
	add_finding(&status.findings, "panic", FINDING_ERROR, "panic mode drops every packet", NULL,
	            "firewall-cmd --panic-off");
	report_summary_summarize(&summary, &from);
	ck_assert_ptr_null(strstr(summary.text, "mail is open"));
	ck_assert_int_eq(summary.color, REPORT_BAD);
	findings_deinit(&status.findings);
	status.items[0].open = false;
	ck_assert(report_summary_is_fine(&from));
	status.items[0].lost = true;
	ck_assert(!report_summary_is_fine(&from));
	report_summary_summarize(&summary, &from);
	ck_assert_int_eq(summary.color, REPORT_BAD);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("report-period");
	TCase *tcase = tcase_create("report-period");

	tcase_add_loop_test(tcase, is_as_it_was_looked_at, 0, ARRAY_SIZE(forms));
	tcase_add_test(tcase, says_what_is_not_known);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
