/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * portname - ports as people type them, and as firewalld has them
 *
 * firewall-cmd and firewalld's files take the names of /etc/services, and ranges in any
 * order; what firewalld does with them is by number (functions.py, getPortRange). Its
 * signals carry what was typed, its getters the numbers.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_PORTNAME_H
#define GUARD_SYSTEM_FIREWALLD_PORTNAME_H

#include "guard/base/util.h"

#define PORTNAME_SIZE 16 /* of FIRST-LAST, with its end */

bool portname_range(char out[PORTNAME_SIZE], const char *text) _must_check_;
const char *portname_settle(char out[PORTNAME_SIZE], const char *text);

#endif
