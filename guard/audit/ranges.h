/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ranges - the legitimate client ranges for a command, fail2ban asked for its share
 */
#ifndef GUARD_AUDIT_RANGES_H
#define GUARD_AUDIT_RANGES_H

#include "guard/cli/cli.h"
#include "guard/restore/clientranges.h"

/* @ask: fail2ban for whom it ignores, if the configuration wants that. */
int ranges_read(struct cli *cli, struct store *store, bool ask,
                struct clientranges *out) _must_check_;

#endif
