// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/restore/repair.h"

#define GONE   "firewalld's rules are gone from the kernel, and firewalld does not know it: "
#define CUT    "some of firewalld's rules are gone from the kernel, and firewalld does not know it"
#define SOME   CUT ", so that what it opened is shut, or whom it kept out gets in"
#define BROKEN "a reload of firewalld broke off half way: it has lost its zones"
#define BARE   BROKEN ", and its rules are gone from the kernel, so that "
#define OPEN   "every port is open and nobody is banned"
#define OPEN4  "every port is open over IPv4 and nobody is banned there"
#define OPEN6  "every port is open over IPv6 and nobody is banned there"
#define SHUT   "no new connection gets in"
#define OTHERS "no new connection gets in but by rules of others"

static const struct {
	const char *words[FWTABLES_N_GATES]; /* NULL: as the first */
	const char *advice; /* to type: it works for each generation of firewalld */
	const char *cause;  /* of the wipe that the repair is */
	const char *end;    /* when it is over */
} troubles[REPAIR_N_TROUBLES] = {
    [REPAIR_NONE] = {{""}, "", "", ""},
    [REPAIR_CUT] = {{SOME, [FWTABLES_SHUT] = CUT "; " SHUT},
                    REPAIR_LOAD_AGAIN,
                    "some of its rules were taken out of the kernel",
                    "firewalld's rules are in the kernel again"},
    [REPAIR_REPLACED] =
        {{"another table is in the place of firewalld's in the kernel, and firewalld does not know "
          "it: it cannot change the rules there, and what it has shut may be open",
          [FWTABLES_SHUT] = "another table is in the place of firewalld's in the kernel, and "
                            "firewalld does not know it; " SHUT},
         REPAIR_LOAD_AGAIN,
         "its table was replaced in the kernel",
         "firewalld's rules are in the kernel again"},
    [REPAIR_FLUSHED] = {{SOME, [FWTABLES_OPEN] = GONE OPEN, [FWTABLES_OPEN_IPV4] = GONE OPEN4,
                         [FWTABLES_OPEN_IPV6] = GONE OPEN6, [FWTABLES_SHUT] = GONE SHUT,
                         [FWTABLES_OTHERS] = GONE OTHERS},
                        "nft add table inet firewalld; " REPAIR_LOAD_AGAIN,
                        "its rules were flushed out of the kernel",
                        "firewalld's rules are in the kernel again"},
    [REPAIR_SHUT] = {{"firewalld says open, the kernel does not: a reload that broke off has left "
                      "its policy DROP (nft list ruleset), and " SHUT},
                     REPAIR_LOAD_AGAIN,
                     "a reload before it broke off",
                     "the kernel lets in again what firewalld says is open"},
    [REPAIR_BROKEN] = {{BROKEN " or stays in state INIT, and " SHUT, [FWTABLES_OPEN] = BARE OPEN,
                        [FWTABLES_OPEN_IPV4] = BARE OPEN4, [FWTABLES_OPEN_IPV6] = BARE OPEN6,
                        [FWTABLES_OTHERS] = BARE OTHERS},
                       REPAIR_LOAD_AGAIN,
                       "a reload before it broke off",
                       "firewalld has its zones again"},
    [REPAIR_FAILED] = {{"firewalld is in state FAILED and holds its stock configuration, and its "
                        "own check finds its files in order"},
                       REPAIR_LOAD_AGAIN,
                       "its own check finds its files in order",
                       "firewalld has its own configuration again"},
};

/** repair_words() - what is the matter, and what it means; static */
const char *repair_words(enum repair_trouble trouble, enum fwtables_gate gate)
{
	const char *words = troubles[trouble].words[gate];

	return words ? words : troubles[trouble].words[FWTABLES_GUARDED];
}

/** repair_advice() - what a person types; static; @iptables: firewalld's backend needs no table */
const char *repair_advice(enum repair_trouble trouble, bool iptables)
{
	return iptables ? REPAIR_LOAD_AGAIN : troubles[trouble].advice;
}

/** repair_cause() - why firewalld was reloaded or restarted for it; static */
const char *repair_cause(enum repair_trouble trouble)
{
	return troubles[trouble].cause;
}

/** repair_end() - how it is when it is over; static */
const char *repair_end(enum repair_trouble trouble)
{
	return troubles[trouble].end;
}

/** repair_is_flush() - did somebody take firewalld's rules, or some, out of the kernel? */
bool repair_is_flush(enum repair_trouble trouble)
{
	return trouble >= REPAIR_CUT && trouble <= REPAIR_FLUSHED;
}

/*
 * The reload may have met another flush, or broken off itself and left its policy DROP. A second
 * one mends both, and is milder than a restart, which there may be nobody to do.
 */
static enum repair_act next_after(struct repair *repair, enum repair_act act)
{
	if (act != REPAIR_RELOAD)
		return act == REPAIR_RESTART ? REPAIR_PERSON : REPAIR_RELOAD;
	if (repair->again || repair->trouble == REPAIR_FAILED)
		return REPAIR_RESTART;
	repair->again = true;
	return REPAIR_RELOAD;
}

/* Files that a reload has just failed over are loaded by no second one, whatever a check says. */
static enum repair_act first_for(const struct repair *repair, enum repair_trouble trouble)
{
	return trouble == REPAIR_FAILED && repair->refused ? REPAIR_RESTART : REPAIR_RELOAD;
}

static void begin(struct repair *repair, enum repair_trouble trouble, int64_t now_us)
{
	unsigned delay_ms = pace_note(&repair->pace, now_us);

	repair->trouble = trouble;
	repair->next = first_for(repair, trouble);
	repair->again = false;
	repair->due_us = delay_ms ? now_us + INT64_C(1000) * delay_ms : 0;
}

static void become_graver(struct repair *repair, enum repair_trouble trouble)
{
	repair->trouble = trouble;
	if (repair->next == REPAIR_RELOAD)
		repair->next = first_for(repair, trouble);
}

/* How long a person has. */
static int64_t next_round_us(const struct repair *repair, int64_t now_us)
{
	return repair->trouble == REPAIR_FAILED ? REPAIR_NEVER_US : now_us + REPAIR_AGAIN_US;
}

/**
 * repair_begins() - is it another trouble than the one that is being repaired?
 *
 * Whoever flushes the rules of a firewalld that nothing more is tried with makes a new one.
 */
bool repair_begins(const struct repair *repair, enum repair_trouble trouble)
{
	return repair->trouble == REPAIR_NONE ||
	       (repair->due_us == REPAIR_NEVER_US && trouble != repair->trouble);
}

/**
 * repair_noted() - the trouble is there, and nothing is being done about it just now
 * @trouble: not REPAIR_NONE
 * @now_us:  monotonic, above 0
 *
 * What is returned counts as done. Of two troubles at once the graver is the one.
 */
enum repair_act repair_noted(struct repair *repair, enum repair_trouble trouble, int64_t now_us)
{
	enum repair_act act;

	if (repair_begins(repair, trouble))
		begin(repair, trouble, now_us);
	else if (trouble > repair->trouble)
		become_graver(repair, trouble);
	if (now_us < repair->due_us)
		return REPAIR_WAIT;
	act = repair->next;
	/*
	 * 0.9 cannot reload out of a start that failed, and can start: once. What it fails to load
	 * then it fails to load each time, and each costs mail a moment.
	 */
	if (repair->trouble == REPAIR_FAILED && act == REPAIR_RESTART) {
		act = repair->restarted ? REPAIR_PERSON : REPAIR_RESTART;
		repair->restarted = true;
	}
	repair->next = next_after(repair, act);
	repair->due_us = act == REPAIR_PERSON ? next_round_us(repair, now_us) : 0;
	return act;
}

/** repair_ended() - it is as it should be; Return: whether there was trouble until now */
bool repair_ended(struct repair *repair)
{
	bool was = repair->trouble != REPAIR_NONE;

	repair->trouble = REPAIR_NONE;
	repair->next = REPAIR_RELOAD;
	repair->due_us = 0;
	repair->restarted = false;
	repair->again = false;
	return was;
}

/**
 * repair_files_changed() - firewalld's files are others than those that it failed to load
 *
 * What was tried with the old ones does not count, also where it was for a reload that broke off.
 */
void repair_files_changed(struct repair *repair, int64_t now_us)
{
	repair->refused = false;
	if (repair->trouble == REPAIR_NONE ||
	    (repair->next == REPAIR_RELOAD && repair->due_us != REPAIR_NEVER_US))
		return;
	begin(repair, REPAIR_FAILED, now_us);
	repair->restarted = false;
}
