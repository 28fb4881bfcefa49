/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report-clients - the answers of `clients`
 */
#ifndef GUARD_REPORT_REPORT_CLIENTS_H
#define GUARD_REPORT_REPORT_CLIENTS_H

#include "guard/restore/clientranges.h"
#include "guard/watch/logins.h"
#include "guard/report/report.h"

int report_clients(const struct report *report, const struct clientranges *ranges,
                   int64_t now_us) _must_check_;
int report_client_changed(const struct report *report, const char *what, const char *cidr,
                          const char *note) _must_check_;
int report_clients_learned(const struct report *report, const struct logins *learned) _must_check_;

#endif
