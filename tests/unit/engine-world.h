/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * engine-world - the engine with a firewalld and a fail2ban that obey the test
 *
 * A private bus, a fakewall on it, a fake fail2ban, a store of its own, and a clock that
 * goes on by itself while nothing is under way, so that pauses cost no time.
 */
#ifndef TESTS_UNIT_ENGINE_WORLD_H
#define TESTS_UNIT_ENGINE_WORLD_H

#include "guard/restore/engine.h"
#include "guard/restore/absence.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/generation.h"
#include "tests/unit/fake-clock.h"
#include "tests/unit/fake-fail2ban.h"
#include "tests/unit/fakewall.h"
#include "tests/unit/store-fixture.h"

struct world {
	const char *state_dir, *boot_id;
	char address[256], proc[320], log_path[320];
	int bus_pid, log_fd;
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
	struct fail2ban *fail2ban;
	struct record *record;
	struct logger logger;
	struct config config;
	struct engine *engine;
	struct fakewall wall;
	struct strv told; /* what the listener heard, "lost public/service:imaps lost" */
	struct strv ignoreip;
	enum cause_mover mover; /* of each interface that comes or goes */
	struct store_wipe_info last;
	unsigned n_idle;
	bool in_guard; /* what runs just now is the guard, none of the test */
	/* What stands in for the kernel's table of held bans. */
	size_t n_held; /* ranges of addresses */
	bool table_there, table_fails;
	/* What of firewalld's is in the kernel, and how its changes are heard of. */
	struct fwtables tables;
	unsigned n_tables_added;
	bool emptied;       /* each chain of which rules were taken */
	struct strv absent; /* that firewalld has open, and the kernel no rule for */
	enum absence_answer absence;
	unsigned n_absence_asked;
	bool absence_unheard;
	generation_fn on_generation;
	void *generation_userdata;
};
extern struct world world;

void world_setup(void);
void world_teardown(void);
Suite *world_suite(const char *name, const TTest *const tests[], size_t n);
void world_suite_rows(Suite *s, const TTest *test, size_t n_rows);

/* A guard begins, ends in order, or is killed: then nothing of it is told or written. */
void world_guard(void);
/* One cycle by hand, to its end, with no watcher; what is missing is found in the store. */
void world_errand(const struct errand *errand);
void world_errand_begin(const struct errand *errand); /* and who knows how it ends */
void world_kill(void);

/* firewalld is there, with these items in the runtime (r) and permanent (p). */
void world_wall(const char *items);
void world_restart(void); /* of firewalld; it has what is permanent then */
/* Of the machine: the guard was killed, firewalld has what is permanent, and a guard begins. */
void world_boot(void);

void world_turn(void);
/* Everything that is under way comes to its end; no time passes. */
void world_settle(void);
/* The same while a call is not answered, as the test wants it. */
void world_settle_calls(void);
void world_pass(int64_t ms); /* so much time passes, in small pieces */

/* Runs on, and time with it, until the condition holds. */
#define world_await(condition)                                                                     \
	do {                                                                                       \
		for (unsigned _tries = 0; !(condition); _tries++) {                                \
			ck_assert_msg(_tries < 20000, "never: %s", #condition);                    \
			world_go_on();                                                             \
		}                                                                                  \
	} while (0)
void world_go_on(void);

void world_idle(void); /* until the engine is idle, once more than now if it is */

/* What the listener and the log were told; how often what contains all of @text. */
size_t world_told(const char *text);
size_t world_said(const char *text);

/* From the store: what became of an item in the last wipe that had it; "": nothing. */
const char *world_outcome(const char *item);
struct store_wipe_info world_last_wipe(void);   /* the caller deinits it */
const struct store_wipe_info *world_last(void); /* the same, until it is asked again */
size_t world_n_unfinished(void);
/* Somebody else does that to it; the caller closes what is returned, and ends it with that. */
sqlite3 *world_other_writer(const char *sql);

#endif
