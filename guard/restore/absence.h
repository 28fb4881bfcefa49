/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * absence - does the kernel carry what firewalld lists?
 *
 * The question of `status` and `check` (absent.h), for the watcher: reads all that firewalld
 * decides by, and the kernel's rules. That is dear, so that whoever asks has a reason, and it is
 * not done all the time. What is absent was so twice, with an answer of firewalld's between: a
 * change of firewalld's own is no absence.
 */
#ifndef GUARD_RESTORE_ABSENCE_H
#define GUARD_RESTORE_ABSENCE_H

#include "guard/model/packet/absent.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/host/loop.h"

struct absence;

enum absence_answer {
	ABSENCE_KNOWN,
	ABSENCE_NOT_NOW, /* firewalld reloads, or does not answer */
	ABSENCE_NEVER,   /* nobody can list the kernel's rules here */
};

/* @absent: what it may take; empty unless ABSENCE_KNOWN. */
typedef void (*absence_fn)(enum absence_answer answer, struct absent *absent, void *userdata);

int absence_new(struct absence **out, struct loop *loop, struct firewalld *fw, absence_fn fn,
                void *userdata) _must_check_;
void absence_free(struct absence *absence); /* before firewalld; NULL is fine */

void absence_look(struct absence *absence);
bool absence_is_unheard(const struct absence *absence);
void absence_cancel(struct absence *absence);

#endif
