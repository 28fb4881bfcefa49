/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * portspace - ports of a firewall as what they are: sets of numbers
 *
 * firewalld joins ranges that overlap and splits those of which a part is taken out, so
 * the text of a range is no name by which it is found again. Here the ports of a zone (or
 * policy), of one kind and one protocol, are parts that do not overlap, each with flags of
 * its own: what is in the runtime and what is permanent of 1000-1020 may be two things.
 * After portspace_align() two firewalls have the same parts where both have ports, and
 * whoever compares them compares part by part, as with all other items.
 *
 * FIREWALL_JOINED and FIREWALL_JOINED_PERMANENT say of a part that firewalld lists it as
 * one range with the part right before it.
 */
#ifndef GUARD_MODEL_PORTSPACE_H
#define GUARD_MODEL_PORTSPACE_H

#include "guard/model/firewall.h"

int portspace_settle(struct firewall *fw) _must_check_;
int portspace_cut(struct firewall *fw, const struct item *item) _must_check_;
int portspace_cut_each(struct firewall *fw, const struct item *items, size_t n) _must_check_;
int portspace_cut_by(struct firewall *fw, const struct firewall *by) _must_check_;
int portspace_align(struct firewall *a, struct firewall *b) _must_check_;
int portspace_tile(struct firewall *fw, const struct item *item) _must_check_;
struct firewall_entry *portspace_next(const struct firewall *fw, const struct item *item,
                                      size_t *at);
struct firewall_entry *portspace_after(const struct firewall *fw, const struct item *item);
void portspace_keep_joins(struct firewall *now, const struct firewall *wanted);
int portspace_widen(struct item *out, const struct item *item,
                    const struct firewall *fw) _must_check_;

#endif
