/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-internal - what the files of explain share: words, commands, and who it was */
#ifndef GUARD_AUDIT_EXPLAIN_INTERNAL_H
#define GUARD_AUDIT_EXPLAIN_INTERNAL_H

#include "guard/audit/explain.h"

bool explain_is_firewallds(const struct verdict_step *step);

int explain_why_words(char **out, const struct explain *explain, const struct verdict *verdict,
                      const struct verdict_step *step) _must_check_;

int explain_commands(struct explain_reason *reason, const struct explain *explain,
                     const struct explain_port *row) _must_check_;
const char *explain_source_of(const struct ruleset_zone *zone, const struct verdict *verdict);

int explain_find_who(struct explain_reason *reason, const struct explain *explain,
                     const struct verdict *verdict) _must_check_;

#endif
