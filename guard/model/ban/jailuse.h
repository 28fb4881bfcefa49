/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * jailuse - what becomes of those that a jail's action puts somewhere
 *
 * Of an action that fills a set of firewalld's, or binds to a zone, its own words do not say
 * whether that keeps away or lets in: what firewalld holds does (law 11). And what appears just
 * when somebody is banned may be the administrator's, who lets him in again.
 *
 * Pure.
 */
#ifndef GUARD_MODEL_BAN_JAILUSE_H
#define GUARD_MODEL_BAN_JAILUSE_H

#include "guard/model/ban/banshape.h"
#include "guard/model/firewall.h"

bool jailuse_is_hidden(const struct tickets *tickets);
int jailuse_settle(struct tickets *tickets, const struct firewall *fw) _must_check_;
int jailuse_makes(const struct jail *jail, const struct item *item,
                  const struct firewall *fw) _must_check_;

#endif
