/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules - all that decides about packets, read for a command
 */
#ifndef GUARD_AUDIT_RULES_H
#define GUARD_AUDIT_RULES_H

#include "guard/cli/cli.h"
#include "guard/model/ban/ticket.h"
#include "guard/system/firewalld/firewalld-rules.h"

int rules_read(struct cli *cli, struct firewalld_session *connection,
               struct firewalld_rules *out) _must_check_;
bool rules_tickets(struct cli *cli, struct tickets *out) _must_check_;

#endif
