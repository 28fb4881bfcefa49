// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/restorer.h"

#include "guard/system/host/clock.h"

#include <errno.h>
#include <string.h>

/*
 * So many calls are under way at once. Enough to keep firewalld busy without a
 * pause, few enough that another client of it waits for less than a second.
 */
#define WINDOW 32

enum step_state {
	STEP_WAITING,
	STEP_SENT,
	STEP_ANSWERED,
};

/* What a call's callback needs to find its step again. */
struct call {
	struct restorer *restorer;
	size_t step;
	struct firewalld_op *op; /* while it is under way */
	enum step_state state;
	bool forgotten; /* the administrator removed it meanwhile */
};

struct restorer {
	struct firewalld *fw; /* borrowed */
	struct plan plan;
	size_t window;
	struct restorer_step *steps;
	struct call *calls;
	size_t next; /* first step that was not sent */
	size_t unanswered;
	struct firewalld_op *read_back;
	bool retired;
	restorer_done_fn done;
	void *userdata;
};

static int copy_plan(struct plan *out, const struct plan *from)
{
	_cleanup_plan_ struct plan copy = PLAN_NULL;

	if (from->n && grow(&copy.steps, &copy.capacity, from->n, sizeof(*copy.steps)) < 0)
		return -ENOMEM;
	for (size_t i = 0; i < from->n; i++) {
		if (plan_step_copy(&copy.steps[i], &from->steps[i]) < 0)
			return -ENOMEM;
		copy.n++;
	}
	*out = copy;
	copy = PLAN_NULL;
	return 0;
}

static void fail_step(struct restorer *restorer, size_t i, int code, const char *text)
{
	struct restorer_step *step = &restorer->steps[i];

	step->outcome = STORE_STEP_FAILED;
	step->code = code;
	free(step->error);
	step->error = strdup(text); /* without memory for it, the code must do */
	step->finished_us = clock_now_us();
}

static void finish(struct restorer *restorer)
{
	restorer->done(&restorer->plan, restorer->steps, restorer->userdata);
}

/* An answer that says the item was put there by us, or was there already. */
static bool answered_well(const struct restorer_step *step)
{
	return step->outcome == STORE_STEP_RESTORED;
}

static void verify(struct restorer *restorer, const struct firewalld_reading *reading)
{
	for (size_t i = 0; i < restorer->plan.n; i++) {
		if (restorer->calls[i].forgotten)
			restorer->steps[i].outcome = STORE_STEP_SKIPPED;
		else if (answered_well(&restorer->steps[i]) &&
		         !firewall_has(&reading->firewall, &restorer->plan.steps[i].item,
		                       FIREWALL_RUNTIME))
			fail_step(restorer, i, 0,
			          "firewalld accepted it, but it is not there when read back");
	}
}

static void on_read_back(int result, struct firewalld_reading *reading, const struct err *err,
                         void *userdata)
{
	struct restorer *restorer = userdata;

	/* one that has failed holds what it is told (law 9) */
	bool ready = result == 0 && (reading->state == FIREWALL_STATE_RUNNING ||
	                             reading->state == FIREWALL_STATE_FAILED);

	restorer->read_back = NULL;
	if (ready && !reading->stale) {
		verify(restorer, reading);
	} else {
		for (size_t i = 0; i < restorer->plan.n; i++)
			if (answered_well(&restorer->steps[i]))
				fail_step(restorer, i, result,
				          result
				              ? err_text(err, result)
				              : "could not be read back: firewalld is not ready");
	}
	finish(restorer);
}

static int touched_zones(struct strv *out, const struct plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		if (strv_contains(out, plan->steps[i].item.zone))
			continue;
		if (strv_add(out, plan->steps[i].item.zone) < 0)
			return -ENOMEM;
	}
	return 0;
}

static void read_back(struct restorer *restorer)
{
	_cleanup_strv_ struct strv zones = STRV_NULL;
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME, .zones = &zones};
	int r = touched_zones(&zones, &restorer->plan);

	if (r == 0)
		r = firewalld_read(restorer->fw, &restorer->read_back, &query, on_read_back,
		                   restorer);
	if (r == 0)
		return;
	for (size_t i = 0; i < restorer->plan.n; i++)
		if (answered_well(&restorer->steps[i]))
			fail_step(restorer, i, r, "could not be read back");
	finish(restorer);
}

static void send_more(struct restorer *restorer);

static void on_answer(int result, const struct err *err, void *userdata)
{
	struct call *call = userdata;
	struct restorer *restorer = call->restorer;
	struct restorer_step *step = &restorer->steps[call->step];

	call->op = NULL;
	call->state = STEP_ANSWERED;
	restorer->unanswered--;
	if (restorer->retired)
		return;
	if (result == 0 || result == FIREWALLD_E_ALREADY) {
		step->outcome = STORE_STEP_RESTORED;
		step->finished_us = clock_now_us();
	} else {
		fail_step(restorer, call->step, result, err_text(err, result));
	}
	send_more(restorer);
}

static void send_step(struct restorer *restorer, size_t i)
{
	const struct plan_step *step = &restorer->plan.steps[i];
	struct call *call = &restorer->calls[i];
	int r;

	if (call->forgotten) {
		call->state = STEP_ANSWERED;
		return;
	}
	restorer->steps[i].started_us = clock_now_us();
	r = step->move
	        ? firewalld_move(restorer->fw, &call->op, &step->item, on_answer, call)
	        : firewalld_add(restorer->fw, &call->op, plan_step_call(step), on_answer, call);
	if (r != 0) {
		call->state = STEP_ANSWERED;
		fail_step(restorer, i, r, r > 0 ? "firewalld is away" : strerror(-r));
		return;
	}
	call->state = STEP_SENT;
	restorer->unanswered++;
}

static void send_more(struct restorer *restorer)
{
	while (restorer->next < restorer->plan.n && restorer->unanswered < restorer->window)
		send_step(restorer, restorer->next++);
	if (restorer->unanswered == 0)
		read_back(restorer);
}

/**
 * restorer_start() - begin to run a plan
 * @out:      the restorer, also when there is nothing to do; the caller frees it
 * @fw:       borrowed for the life of the restorer; firewalld must be present
 * @plan:     copied; must have at least one step
 * @done:     called once, never from inside restorer_start()
 * @userdata: handed to @done
 *
 * Return: 0; FIREWALLD_E_GONE when firewalld is away; negative errno.
 */
int restorer_start(struct restorer **out, struct firewalld *fw, const struct plan *plan,
                   restorer_done_fn done, void *userdata)
{
	return restorer_start_paced(out, fw, plan, WINDOW, done, userdata);
}

/**
 * restorer_start_paced() - the same for what is long and may wait
 * @window: so many calls at once, at least 1; firewalld answers in the order of asking,
 *          so everybody else waits for that many
 */
int restorer_start_paced(struct restorer **out, struct firewalld *fw, const struct plan *plan,
                         size_t window, restorer_done_fn done, void *userdata)
{
	_cleanup_restorer_ struct restorer *restorer = NULL;
	int r;

	if (plan->n == 0)
		return -EINVAL;
	if (!firewalld_is_present(fw))
		return FIREWALLD_E_GONE;
	restorer = calloc(1, sizeof(*restorer));
	if (!restorer)
		return -ENOMEM;
	restorer->fw = fw;
	restorer->window = window;
	restorer->done = done;
	restorer->userdata = userdata;
	r = copy_plan(&restorer->plan, plan);
	if (r < 0)
		return r;
	restorer->steps = calloc(plan->n, sizeof(*restorer->steps));
	restorer->calls = calloc(plan->n, sizeof(*restorer->calls));
	if (!restorer->steps || !restorer->calls)
		return -ENOMEM;
	for (size_t i = 0; i < plan->n; i++) {
		restorer->steps[i].loss_row = plan->steps[i].loss_row;
		restorer->steps[i].outcome = STORE_STEP_SKIPPED;
		restorer->calls[i].restorer = restorer;
		restorer->calls[i].step = i;
	}
	/*
	 * The first call decides whether anything can be sent at all; what fails
	 * later is reported step by step.
	 */
	send_step(restorer, restorer->next++);
	if (restorer->unanswered == 0)
		return restorer->steps[0].code < 0 ? restorer->steps[0].code : FIREWALLD_E_GONE;
	send_more(restorer);
	*out = steal(restorer);
	return 0;
}

/**
 * restorer_retire() - send nothing more, and tell nobody
 *
 * From here on it only serves restorer_step_of(), until it is freed.
 */
void restorer_retire(struct restorer *restorer)
{
	firewalld_cancel(restorer->read_back);
	restorer->read_back = NULL;
	restorer->retired = true;
}

/** restorer_free() - stop, and forget what is under way: it may still happen */
void restorer_free(struct restorer *restorer)
{
	if (!restorer)
		return;
	firewalld_cancel(restorer->read_back);
	for (size_t i = 0; restorer->calls && i < restorer->plan.n; i++)
		firewalld_cancel(restorer->calls[i].op);
	for (size_t i = 0; restorer->steps && i < restorer->plan.n; i++)
		free(restorer->steps[i].error);
	free(restorer->steps);
	free(restorer->calls);
	plan_deinit(&restorer->plan);
	free(restorer);
}

/**
 * restorer_step_of() - is this item being restored, so that its appearance is our doing?
 * @restorer: may be NULL
 *
 * Return: the step, borrowed; NULL when it is none of ours.
 */
const struct plan_step *restorer_step_of(const struct restorer *restorer, const struct item *item)
{
	for (size_t i = 0; restorer && i < restorer->plan.n; i++)
		if (restorer->calls[i].state == STEP_SENT &&
		    item_cmp(plan_step_call(&restorer->plan.steps[i]), item) == 0)
			return &restorer->plan.steps[i];
	return NULL;
}

/**
 * restorer_forget() - the administrator removed this item: do not restore it
 * @restorer: may be NULL
 *
 * firewalld answers in the order of asking, so a removal that is heard while our
 * own call waits came before it or after it. Heard before the answer, it came
 * before; then the item would come back against the administrator's will, unless
 * firewalld had nothing to remove and said nothing. So a removal that is heard
 * was of an item that was there: after our call. It stays removed.
 */
void restorer_forget(struct restorer *restorer, const struct item *item)
{
	for (size_t i = 0; restorer && i < restorer->plan.n; i++) {
		struct plan_step *step = &restorer->plan.steps[i];

		/* of ports also a part: what is left is found missing by the next look */
		if (item_overlaps(&step->item, item))
			restorer->calls[i].forgotten = true;
		else if (item_overlaps(plan_step_call(step), item))
			plan_step_narrow(step);
	}
}
