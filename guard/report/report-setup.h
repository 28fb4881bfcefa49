/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-setup - the answers of `setup`
 */
#ifndef GUARD_REPORT_REPORT_SETUP_H
#define GUARD_REPORT_REPORT_SETUP_H

#include "guard/audit/setup.h"
#include "guard/report/report.h"

/* What a plan has come to; all borrowed. */
struct report_setup {
	const struct setup *setup;
	const struct strv *backups; /* "" stands for none; NULL: nothing was done */
	bool done;
	int64_t until_us;    /* undone then, unless somebody confirms; 0: by nobody */
	const char *command; /* that carries it out, as it is typed; what mends first, first */
};

int report_setup(const struct report *report, const struct report_setup *done) _must_check_;
int report_setup_answered(const struct report *report, bool stays) _must_check_;

#endif
