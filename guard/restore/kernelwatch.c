// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/kernelwatch.h"

#include "guard/base/text.h"
#include "guard/model/cause.h"
#include "guard/model/fault.h"
#include "guard/restore/absence.h"
#include "guard/restore/news.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/process.h"
#include "guard/system/kernel/fwtables.h"
#include "guard/system/kernel/generation.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Not more often, however many transactions there are. */
#define LOOK_PAUSE_MS 20

/* The policy DROP of a reload is nothing to ask about before, and is asked about so often. */
#define SHUT_MS      200
#define SHUT_IS_SURE 2

/* One that works answers sooner, unless it reloads. */
#define SILENT_MS 1000

struct kernelwatch {
	struct kernelwatch_options given;
	struct generation *generation; /* NULL: the kernel does not tell; then the canary looks */
	struct nfsocket sock;
	struct fwtables before;     /* as firewalld has made it */
	bool known;                 /* that */
	struct loop_source *timer;  /* look */
	struct firewalld_op *probe; /* under way */
	struct loop_source *silent; /* for SILENT_MS */
	bool told_silent;           /* since all was well */
	int64_t looked_us;          /* monotonic */
	int64_t strange;            /* replacement() that firewalld has not told; 0: none yet */
	unsigned n_shut;         /* looks in a row at which nothing was changed and it was shut */
	char who[NEWS_WHO_SIZE]; /* made the first change since all was well */
	bool who_is_firewalld;
	struct chainchange foreign; /* by others than firewalld, since it loaded its rules */
	struct absence *absence;    /* what of firewalld's lists the kernel has no rule for */
	bool doubted;               /* somebody may have taken something: it is to be asked again */
	bool beside;                /* since then others took some from iptables' other chains */
	bool lacking;               /* and something was absent when it was asked last */
	struct absent told;         /* that */
	struct absent asked;        /* for this the guard has had firewalld reload */
	struct absent excused;      /* and this its reload did not bring: it is misunderstood */
	size_t n_unlisted;          /* told: what the kernel lets in and firewalld does not say */
	bool taken;                 /* by others, since that reload began: it may be theirs */
	struct {
		char instance[64];                   /* that this is of */
		int64_t pid;                         /* 0: not known */
		char name[GENERATION_NAME_SIZE + 1]; /* of its process */
	} firewalld;
};

static void look(struct kernelwatch *watch);

/* Return: whether it could be read. */
static bool read_tables(struct kernelwatch *watch, struct fwtables *now)
{
	watch->looked_us = clock_monotonic_us();
	return fwtables_read(now, &watch->sock) == 0;
}

/*
 * Somebody may have flushed them while no guard was there to see how they were, or before our
 * own reload was looked at: then what each firewalld has there is what they are measured by.
 */
static bool lacks(const struct kernelwatch *watch, const struct fwtables *now)
{
	return watch->known ? fwtables_lack(now, &watch->before)
	                    : firewalld_has_nftables(watch->given.fw) && fwtables_lack_rules(now);
}

/* Its direct interface's rules are in iptables' chains with either backend. */
static bool has_direct(const struct kernelwatch *watch)
{
	const struct firewall *fw = &watch->given.tracker->wanted;
	/* no other zones are between these */
	size_t at = firewall_first(fw, ITEM_DIRECT_PREFIX, 0);

	return at < fw->n && item_direct_family(fw->entries[at].item.zone);
}

/* Its process; before it has said on the bus who it is, by the name that it has as installed. */
static void know_firewalld(struct kernelwatch *watch)
{
	const char *instance = firewalld_instance(watch->given.fw);
	char *name = watch->firewalld.name;

	if (strcmp(watch->firewalld.instance, instance) == 0 && watch->firewalld.name[0])
		return;
	snprintf(watch->firewalld.instance, sizeof(watch->firewalld.instance), "%s", instance);
	watch->firewalld.pid = strtoll(instance, NULL, 10);
	*name = '\0';
	/* started by a wrapper it is python3, as many are, which only its number tells apart */
	if (watch->firewalld.pid > 0 && process_is_contained("/proc") != 0)
		(void)process_read(name, sizeof(watch->firewalld.name), "/proc",
		                   watch->firewalld.pid, "comm");
	name[strcspn(name, "\n")] = '\0';
	if (!*name)
		strcpy(name, "firewalld");
}

/* By its number; in a container, where the kernel tells another than the bus, by its name. */
static bool is_by_firewalld(struct kernelwatch *watch, const struct generation_change *change)
{
	know_firewalld(watch);
	return (process_is_contained("/proc") == 0 && change->pid == watch->firewalld.pid) ||
	       strcmp(change->name, watch->firewalld.name) == 0;
}

/* Who did it. */
enum doer {
	DOER_FIREWALLD,
	DOER_PERHAPS, /* that, or somebody else: it is not held against anybody */
	DOER_OTHER,
};

/* iptables-restore, ip6tables-restore, or iptables-nft-restore, as the kernel cuts them. */
static bool is_restore(const char *name)
{
	const char *command = strstr(name, "tables-");

	return command && strstr(command, "-r");
}

/* Of its backend iptables, or of its direct interface with either. */
static bool has_its_rules_there(const struct kernelwatch *watch)
{
	return firewalld_has_iptables(watch->given.fw) || has_direct(watch);
}

/*
 * For what is in iptables' chains it has iptables-restore do it, with --noflush. Whose one was that
 * is gone by now, or was started where we do not see it, nobody can tell.
 */
static enum doer doer_of_iptables(const struct kernelwatch *watch,
                                  const struct generation_change *change)
{
	int64_t parent;

	if (!has_its_rules_there(watch) || change->chains.iptables_replaced)
		return DOER_OTHER;
	parent = process_is_contained("/proc") == 0 ? process_parent("/proc", change->pid) : 0;
	if (parent > 0)
		return parent == watch->firewalld.pid ? DOER_FIREWALLD : DOER_OTHER;
	return is_restore(change->name) ? DOER_PERHAPS : DOER_OTHER;
}

static enum doer doer_of(struct kernelwatch *watch, const struct generation_change *change)
{
	if (!is_by_firewalld(watch, change))
		return doer_of_iptables(watch, change);
	generation_spare(watch->generation, change->address);
	return DOER_FIREWALLD;
}

/*
 * One that has failed has put a stock configuration there. How that looks was not learned, and
 * each release has its own; so only what somebody else has done, or nothing at all, is a flush.
 */
static bool is_flushed(const struct kernelwatch *watch, const struct fwtables *now,
                       enum firewall_state state)
{
	return lacks(watch, now) && (state == FIREWALL_STATE_RUNNING || fwtables_is_empty(now) ||
	                             (watch->who[0] && !watch->who_is_firewalld));
}

/* What is in the place of firewalld's table, or iptables'; 0: nothing else. */
static int64_t replacement(const struct kernelwatch *watch, const struct fwtables *now)
{
	if (watch->before.loaded)
		return now->loaded != watch->before.loaded ? now->loaded : 0;
	return watch->before.filter && now->filter != watch->before.filter &&
	               firewalld_has_iptables(watch->given.fw)
	           ? now->filter
	           : 0;
}

/*
 * Has somebody else put another in the place of firewalld's table? firewalld does so itself when it
 * reloads, and tells that before it answers what was asked meanwhile.
 */
static bool is_replaced(const struct kernelwatch *watch, const struct fwtables *now)
{
	return watch->known && replacement(watch, now) && watch->who[0] && !watch->who_is_firewalld;
}

/* Has somebody else left nothing of a chain? Who can be asked only now, is asked at the next
 * change. */
static const struct chainchange_row *find_cut(struct kernelwatch *watch)
{
	const struct chainchange_row *emptied = NULL;

	return fwtables_find_emptied(&watch->foreign, &emptied, &watch->sock) == 0 ? emptied : NULL;
}

static void tell_trouble(const struct kernelwatch *watch, enum repair_trouble trouble,
                         const char *what)
{
	bool unknown = trouble == REPAIR_SHUT || watch->who_is_firewalld;

	watch->given.on_trouble(trouble, unknown ? "" : watch->who, what, watch->given.userdata);
}

static bool is_shut(const struct kernelwatch *watch, const struct fwtables *now)
{
	return now->shut && !watch->given.tracker->wanted.panic;
}

static void judge_shut(struct kernelwatch *watch)
{
	if (++watch->n_shut < SHUT_IS_SURE) {
		loop_timer_set(watch->timer, SHUT_MS);
		return;
	}
	tell_trouble(watch, REPAIR_SHUT, "");
}

static void ask(struct kernelwatch *watch);

/* The first answer may be from before a reload of firewalld's, which the second one is not. */
static void judge_replaced(struct kernelwatch *watch, const struct fwtables *now)
{
	if (watch->strange == replacement(watch, now)) {
		tell_trouble(watch, REPAIR_REPLACED, "");
		return;
	}
	watch->strange = replacement(watch, now);
	ask(watch);
}

static void on_probe(int result, enum firewall_state state, bool there _unused_,
                     const struct err *err _unused_, void *userdata)
{
	struct kernelwatch *watch = userdata;
	const struct chainchange_row *cut;
	struct fwtables now;

	watch->probe = NULL;
	loop_timer_stop(watch->silent);
	/* while it loads, the rules are its own affair */
	if (result != 0 || (state != FIREWALL_STATE_RUNNING && state != FIREWALL_STATE_FAILED) ||
	    !read_tables(watch, &now))
		return;
	if (state == FIREWALL_STATE_RUNNING && is_shut(watch, &now))
		judge_shut(watch);
	else if (is_flushed(watch, &now, state))
		tell_trouble(watch, REPAIR_FLUSHED, "");
	else if (state == FIREWALL_STATE_RUNNING && is_replaced(watch, &now))
		judge_replaced(watch, &now);
	else if ((cut = find_cut(watch)))
		tell_trouble(watch, REPAIR_CUT, cut->name);
	else if (state == FIREWALL_STATE_RUNNING)
		look(watch);
}

/* By somebody else, and that is certain also while firewalld says nothing: its own reload shuts. */
static enum repair_trouble seen_meanwhile(struct kernelwatch *watch, struct fwtables *now)
{
	if (!watch->who[0] || watch->who_is_firewalld || !read_tables(watch, now) || now->shut)
		return REPAIR_NONE;
	return lacks(watch, now) ? REPAIR_FLUSHED : find_cut(watch) ? REPAIR_CUT : REPAIR_NONE;
}

/* It hangs, and for how long nobody knows. */
static void on_silent(void *userdata)
{
	struct kernelwatch *watch = userdata;
	struct fwtables now = FWTABLES_NULL;
	enum repair_trouble trouble = seen_meanwhile(watch, &now);

	if (trouble == REPAIR_NONE || watch->told_silent)
		return;
	watch->told_silent = true;
	logger_write(watch->given.logger, LOGGER_ERROR,
	             "%s. Done by %s. firewalld does not answer, so that it cannot load them "
	             "again. If it stays so: " TEXT_COMMAND,
	             repair_words(trouble, fwtables_gate(&now)), watch->who,
	             "systemctl restart firewalld");
}

/* Whatever it is asked: that it answers is what counts. */
static void ask(struct kernelwatch *watch)
{
	if (firewalld_probe(watch->given.fw, &watch->probe, NULL, on_probe, watch) != 0)
		watch->probe = NULL; /* it went */
	else
		loop_timer_set(watch->silent, SILENT_MS);
}

/* Its tables are whole: what waits for that does not wait for the rest, which takes longer. */
static void look_closer(struct kernelwatch *watch)
{
	/* what somebody took beside a repair is not there before it was looked for */
	watch->lacking |= watch->doubted && watch->taken;
	if (!watch->lacking) {
		watch->n_shut = 0;
		watch->told_silent = false;
		watch->given.on_fine(absent_n(&watch->excused) == 0, watch->given.userdata);
	}
	if (watch->doubted) {
		watch->doubted = watch->beside = false;
		absence_look(watch->absence);
	} else if (!watch->lacking) {
		watch->who[0] = '\0';
	}
}

static void look(struct kernelwatch *watch)
{
	struct fwtables now;

	if (watch->probe || !firewalld_is_present(watch->given.fw) || !read_tables(watch, &now))
		return;
	if (is_shut(watch, &now) && watch->n_shut == 0) {
		/* a reload, in all likelihood: it is over soon */
		watch->n_shut = 1;
		loop_timer_set(watch->timer, SHUT_MS);
	} else if (is_shut(watch, &now) || lacks(watch, &now) || is_replaced(watch, &now) ||
	           find_cut(watch)) {
		ask(watch);
	} else {
		look_closer(watch);
	}
}

/*
 * What firewalld's own reload did not bring was not taken by anybody, unless others took rules
 * since it began; and it is told once.
 */
static void excuse(struct kernelwatch *watch, struct absent *absent)
{
	_cleanup_absent_ struct absent asked = watch->asked;
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;

	watch->asked = ABSENT_NULL;
	/* what is there by now may be taken */
	absent_keep(&watch->excused, absent, true);
	absent_keep(absent, &watch->excused, false);
	absent_keep(&asked, absent, true);
	if (watch->taken || absent_n(&asked) == 0 || absent_add(&watch->excused, &asked) < 0)
		return;
	absent_keep(absent, &asked, false);
	absent_words(&text, &asked);
	if (builder_take(&text, &words) == 0)
		logger_write(watch->given.logger, LOGGER_WARNING,
		             "firewalld has reloaded, and the kernel still has no rule for %s: "
		             "left as it is. See: " TEXT_COMMAND,
		             words, "reload-guard check --only kernel-rules");
}

/*
 * Somebody has loaded an old copy of firewalld's table while no guard was there to see that, or has
 * put a rule among its own: who meant what nobody knows, and a reload would take it away.
 */
static void tell_unlisted(struct kernelwatch *watch, struct strv *unlisted)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;
	bool is_news = unlisted->n != watch->n_unlisted;

	watch->n_unlisted = unlisted->n;
	builder_join_all(&text, ", ", unlisted);
	if (is_news && unlisted->n > 0 && builder_take(&text, &words) == 0)
		logger_write(
		    watch->given.logger, LOGGER_ERROR,
		    "The kernel lets in among firewalld's own rules what firewalld lists "
		    "nowhere (%s): somebody has loaded an old copy of its table, or added a "
		    "rule to it. Left as it is; firewalld's reload takes it away: " TEXT_COMMAND,
		    words, "firewall-cmd --reload");
	strv_deinit(unlisted);
}

/* Of what is the first, for all of them. */
static void tell_absent(struct kernelwatch *watch, struct absent *absent)
{
	_cleanup_builder_ struct builder text = BUILDER_NULL;
	_cleanup_free_ char *words = NULL;

	absent_words(&text, absent);
	watch->lacking = true;
	absent_deinit(&watch->told);
	watch->told = *absent;
	*absent = ABSENT_NULL;
	if (builder_take(&text, &words) == 0)
		tell_trouble(watch, REPAIR_CUT, words);
}

static void on_absence(enum absence_answer answer, struct absent *absent, void *userdata)
{
	struct kernelwatch *watch = userdata;

	if (answer == ABSENCE_NOT_NOW) {
		/* the next look asks again: the end of a reload is a reason for one */
		watch->doubted = true;
		return;
	}
	if (answer == ABSENCE_KNOWN) {
		tell_unlisted(watch, &absent->of[ABSENT_UNLISTED]);
		excuse(watch, absent);
	}
	watch->lacking = false;
	if (absent_n(absent) > 0)
		tell_absent(watch, absent);
	else
		look(watch); /* whether it is all that there is */
}

/* Unless that is under way. */
static void look_now(struct kernelwatch *watch)
{
	loop_timer_stop(watch->timer);
	look(watch);
}

/**
 * kernelwatch_look() - now and then, without a reason
 *
 * What nobody tells is found so: what is done to iptables-legacy and to the kernel's own sets,
 * and that firewalld has undone itself what it had listed. And what was taken from iptables' other
 * chains, which programs beside firewalld do all the time, is looked at only now.
 */
void kernelwatch_look(struct kernelwatch *watch)
{
	watch->doubted |= watch->lacking || absence_is_unheard(watch->absence) ||
	                  (watch->beside && has_direct(watch));
	look_now(watch);
}

static void on_due(void *userdata)
{
	look(userdata);
}

/* The kernel tells the number that the machine has for a process; in a container ours is another.
 */
static bool is_ours(uint32_t pid, const char *name)
{
	char own[16] = "";

	return pid == (uint32_t)getpid() ||
	       (prctl(PR_GET_NAME, own) == 0 && *own && strcmp(name, own) == 0);
}

static void note_foreign(struct kernelwatch *watch, const struct chainchange *chains)
{
	bool taken = chains->taken ||
	             (chains->taken_from_iptables && firewalld_has_iptables(watch->given.fw));

	chainchange_add(&watch->foreign, chains);
	watch->taken |= taken;
	watch->doubted |= taken || (chains->taken_from_iptables && has_direct(watch));
	watch->beside |= chains->taken_beside;
}

/* Return: who did it, in words, as kernelwatch.h has it. */
static const char *note_who(struct kernelwatch *watch, const struct generation_change *change,
                            char who[NEWS_WHO_SIZE])
{
	char shown[CAUSE_NAME_SIZE];
	/* firewalld and the guard change rules all the time, and somebody else beside them */
	bool named = watch->who[0] && !watch->who_is_firewalld, own;
	enum doer doer;

	/* some were missed, or of this the kernel does not tell */
	watch->doubted |= !change->pid;
	if (!change->pid || is_ours(change->pid, change->name))
		return NULL;
	doer = doer_of(watch, change);
	own = doer != DOER_OTHER;
	watch->doubted |= doer == DOER_PERHAPS && change->chains.taken_from_iptables;
	watch->beside |= doer == DOER_PERHAPS && change->chains.taken_beside;
	if (!own)
		note_foreign(watch, &change->chains);
	cause_show(shown, sizeof(shown), change->name, strlen(change->name));
	snprintf(who, NEWS_WHO_SIZE, "%s (pid %u)", *shown ? shown : "a process", change->pid);
	if (!named) {
		snprintf(watch->who, sizeof(watch->who), "%s", who);
		watch->who_is_firewalld = own;
	}
	return own ? "" : who;
}

static void on_generation(const struct generation_change *change, void *userdata)
{
	struct kernelwatch *watch = userdata;
	int64_t next_us = watch->looked_us + INT64_C(1000) * LOOK_PAUSE_MS;
	int64_t left_us = next_us - clock_monotonic_us();
	char who[NEWS_WHO_SIZE];

	watch->given.on_change(note_who(watch, change, who), watch->given.userdata);
	/* somebody is at work, so it is not what a reload has left behind */
	watch->n_shut = 0;
	if (left_us <= 0)
		look_now(watch);
	else if (!loop_timer_is_set(watch->timer))
		loop_timer_set(watch->timer, left_us / 1000 + 1);
}

/** kernelwatch_knows() - was it learned how it should be? */
bool kernelwatch_knows(const struct kernelwatch *watch)
{
	return watch->known;
}

/** kernelwatch_forget() - another firewalld, or another backend: how it should be is to be seen */
void kernelwatch_forget(struct kernelwatch *watch)
{
	firewalld_cancel(steal(watch->probe));
	loop_timer_stop(watch->silent);
	loop_timer_stop(watch->timer);
	watch->told_silent = false;
	watch->known = false;
	watch->n_shut = 0;
	watch->who[0] = '\0';
	watch->foreign = CHAINCHANGE_NULL;
	absence_cancel(watch->absence);
	watch->doubted = watch->lacking = watch->taken = watch->beside = false;
	absent_deinit(&watch->told);
	absent_deinit(&watch->asked);
	absent_deinit(&watch->excused);
}

/**
 * kernelwatch_learn() - firewalld has just put its rules there: as it is now it should be
 *
 * Nothing at all is what somebody makes who was quicker than we, where there was something.
 */
void kernelwatch_learn(struct kernelwatch *watch)
{
	struct fwtables now;

	watch->before.loaded = 0; /* another from now on */
	if (!read_tables(watch, &now) ||
	    (watch->known && fwtables_is_empty(&now) && !fwtables_is_empty(&watch->before)))
		return;
	if (!watch->known && lacks(watch, &now)) {
		look_now(watch);
		return;
	}
	/* somebody may have taken a part of them while nobody looked, or put it back by now */
	watch->doubted |= !watch->known || watch->lacking || watch->strange;
	watch->strange = 0;
	watch->before = now;
	watch->known = true;
	watch->foreign = CHAINCHANGE_NULL;
	if (watch->doubted)
		look_now(watch);
}

/** kernelwatch_reloaded() - by the guard: what is not there now is not meant to be */
void kernelwatch_reloaded(struct kernelwatch *watch)
{
	struct absent told = watch->told, excused = watch->excused;
	bool taken = watch->taken;

	watch->told = watch->excused = ABSENT_NULL;
	kernelwatch_forget(watch);
	watch->asked = told;
	watch->excused = excused;
	watch->taken = taken;
	watch->lacking = absent_n(&told) > 0;
	kernelwatch_learn(watch);
}

/* Which tables it is going to delete. */
static struct fwtables needed(const struct kernelwatch *watch)
{
	const char *version = firewalld_version(watch->given.fw);

	if (watch->known || !firewalld_has_nftables(watch->given.fw))
		return watch->known ? watch->before : FWTABLES_NULL;
	return fault_has(FAULT_NEEDS_THREE_TABLES, version) ? FWTABLES_THREE
	       : fault_has(FAULT_NEEDS_TABLE, version)      ? FWTABLES_ONE
	                                                    : FWTABLES_NULL;
}

static void warn(const struct kernelwatch *watch, const char *what, const struct err *err)
{
	logger_write(watch->given.logger, LOGGER_WARNING, "%s: %s", what, err_text(err, -EIO));
}

/* firewalld does not reload that, and fails to end what is not there. */
static void restore_panic(struct kernelwatch *watch, const struct fwtables *now)
{
	bool iptables = firewalld_has_iptables(watch->given.fw);
	struct err err = ERR_NULL;

	if ((iptables || firewalld_has_nftables(watch->given.fw)) &&
	    watch->given.tracker->wanted.panic && !now->shut &&
	    fwtables_shut(iptables, &watch->sock, &err) != 0)
		warn(watch, "the kernel lets in everything although firewalld is in panic mode",
		     &err);
}

/**
 * kernelwatch_prepare() - firewalld is to reload what somebody has flushed
 *
 * It finds what it is going to delete, and what it does not make again.
 */
void kernelwatch_prepare(struct kernelwatch *watch)
{
	const struct fwtables before = needed(watch);
	struct err err = ERR_NULL;
	struct fwtables now;

	watch->taken = false;
	if (!read_tables(watch, &now))
		return;
	if (fwtables_add(&now, &before, &watch->sock, &err) != 0)
		warn(watch, "firewalld's tables could not be made for its reload", &err);
	restore_panic(watch, &now);
}

/**
 * kernelwatch_new() - hear of changes from now on
 * @out:     written on success alone; release with kernelwatch_free()
 * @options: copied
 *
 * Return: 0 or negative errno; also 0 where the kernel tells us nothing.
 */
int kernelwatch_new(struct kernelwatch **out, const struct kernelwatch_options *options)
{
	struct kernelwatch *watch = calloc(1, sizeof(*watch));
	int r;

	if (!watch)
		return -ENOMEM;
	watch->given = *options;
	watch->sock = NFSOCKET_NULL;
	r = loop_add_timer(options->loop, &watch->timer, on_due, watch);
	if (r == 0)
		r = loop_add_timer(options->loop, &watch->silent, on_silent, watch);
	if (r == 0)
		r = absence_new(&watch->absence, options->loop, options->fw, on_absence, watch);
	if (r == 0)
		r = generation_new(&watch->generation, options->loop, on_generation, watch);
	if (r >= 0)
		*out = watch;
	else
		kernelwatch_free(watch);
	return r < 0 ? r : 0;
}

/** kernelwatch_free() - NULL is fine */
void kernelwatch_free(struct kernelwatch *watch)
{
	if (!watch)
		return;
	firewalld_cancel(watch->probe);
	absence_free(watch->absence);
	absent_deinit(&watch->told);
	absent_deinit(&watch->asked);
	absent_deinit(&watch->excused);
	generation_free(watch->generation);
	loop_remove(watch->silent);
	loop_remove(watch->timer);
	nfsocket_close(&watch->sock);
	free(watch);
}
