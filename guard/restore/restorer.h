/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restorer - runs a plan against firewalld and reads the result back
 *
 * All steps go out pipelined, in their order; when the last is answered, the
 * zones that were touched are read, and only what is found there counts as
 * restored (law 4). Nothing is written to the store here: who starts a restorer
 * has put the loss on record before, and puts the steps there afterwards.
 *
 * A reload in the middle makes the rest pointless: the caller retires the restorer
 * and starts another one. What was sent is carried out all the same, and told by
 * signals; so a retired one is kept to recognize them.
 */
#ifndef GUARD_RESTORE_RESTORER_H
#define GUARD_RESTORE_RESTORER_H

#include "guard/model/plan.h"
#include "guard/system/firewalld/firewalld.h"
#include "guard/system/store/store.h"

struct restorer;

struct restorer_step {
	size_t loss_row; /* as in the plan */
	enum store_outcome outcome;
	int code;    /* FIREWALLD_E_* behind a failure; 0: none */
	char *error; /* owned by the restorer; NULL unless failed */
	int64_t started_us, finished_us;
};

/*
 * Exactly once, unless the restorer is freed before. @steps has one element for
 * each of the plan's; borrowed until the restorer is freed, which the callback
 * may do.
 */
typedef void (*restorer_done_fn)(const struct plan *plan, const struct restorer_step *steps,
                                 void *userdata);

int restorer_start(struct restorer **out, struct firewalld *fw, const struct plan *plan,
                   restorer_done_fn done, void *userdata) _must_check_;
int restorer_start_paced(struct restorer **out, struct firewalld *fw, const struct plan *plan,
                         size_t window, restorer_done_fn done, void *userdata) _must_check_;
void restorer_retire(struct restorer *restorer);
void restorer_free(struct restorer *restorer);
DEFINE_CLEANUP(struct restorer *, restorer_free, restorer_cleanup);
#define _cleanup_restorer_ _cleanup_(restorer_cleanup)

const struct plan_step *restorer_step_of(const struct restorer *restorer, const struct item *item);
void restorer_forget(struct restorer *restorer, const struct item *item);

#endif
