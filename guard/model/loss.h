/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * loss - what a wipe took, and what was meant (law 1)
 *
 * The rules stand as one table in loss.c: the state of an item before and
 * after the wipe, and the evidence about it, to a verdict.
 */
#ifndef GUARD_MODEL_LOSS_H
#define GUARD_MODEL_LOSS_H

#include "guard/model/scope.h"
#include "guard/model/ban/banshape.h"
#include "guard/model/ban/ticket.h"

enum wipe_kind {
	WIPE_RELOAD,  /* Reloaded was heard */
	WIPE_RESTART, /* firewalld has another instance than before, same boot */
	WIPE_REBOOT,  /* the machine has another boot than before */
	WIPE_UNKNOWN, /* same boot, same instance: items are gone, and nobody can tell why */
	WIPE_REQUIRE, /* no wipe: an item under `require` was missing */
	WIPE_BY_HAND, /* `restore --from`: a person named the state to go back to */
	WIPE_SILENT,  /* nobody told of it, yet all that was in the runtime alone is gone */
	WIPE_NETWORK_MANAGER, /* it sent an interface to the default zone; nothing else is gone */
	WIPE_N_KINDS,
};

enum loss_verdict {
	LOSS_LOST,         /* was there, nobody removed it: restore */
	LOSS_REQUIRED,     /* configured under `require`: restore whatever happened */
	LOSS_REMOVED,      /* left the permanent configuration while it was in it */
	LOSS_EXPIRED,      /* its own time ended */
	LOSS_RELEASED,     /* `reload-guard release` */
	LOSS_UNATTRIBUTED, /* gone, and no evidence says why: reported, left to `restore` */
	LOSS_CLAIMED,      /* an interface or source that is bound to another zone by now */
	LOSS_THEIRS,       /* a program's own binding: it binds anew, or has no use for it */
	LOSS_UNPROTECTED,  /* lost, but outside of what the guard restores (rules, other zones) */
	LOSS_BAN,          /* lost, and comes back while fail2ban holds a ticket for it */
	LOSS_N_VERDICTS,
};

struct loss_row {
	struct item item; /* owned */
	enum loss_verdict verdict;
	unsigned flags;   /* as before the wipe: FIREWALL_* */
	int64_t until_us; /* the end that it had; 0: none */
};

struct loss {
	struct loss_row *rows; /* in the order of restoring: item_rank(), then item_cmp() */
	size_t n;
	size_t capacity;
};
#define LOSS_NULL      ((struct loss){0})
#define _cleanup_loss_ _cleanup_(loss_deinit)

struct loss_evidence {
	const struct firewall *before; /* what was there and meant to be; NULL: not known */
	const struct firewall *after;  /* what is there now; NULL: not known */
	const struct scope *scope;
	const struct strv *zones;    /* only these were looked at; NULL: all */
	const struct item *released; /* sorted; `reload-guard release` */
	size_t n_released;
	bool bans;                      /* rules that keep an address away are looked after, too */
	const struct tickets *tickets;  /* borrowed; fail2ban's, as last read; NULL: not known */
	const struct banshapes *shapes; /* borrowed; what bans look like; NULL: not known */
	enum wipe_kind kind;
	bool heard_all; /* no signal was missed since @before was compared with firewalld last */
	int64_t now_us;
};

enum {
	LOSS_E_UNKNOWN = 1, /* the state after the wipe is not known: no verdict on anything */
};

void loss_deinit(struct loss *loss);
int loss_find(struct loss *out, const struct loss_evidence *evidence) _must_check_;
int loss_add(struct loss *loss, const struct item *item, enum loss_verdict verdict, unsigned flags,
             int64_t until_us) _must_check_;
void loss_sort(struct loss *loss);
size_t loss_count(const struct loss *loss, enum loss_verdict verdict);
bool loss_verdict_restores(enum loss_verdict verdict);
bool loss_verdict_is_open(enum loss_verdict verdict);

const char *loss_verdict_name(enum loss_verdict verdict);
int loss_verdict_parse(enum loss_verdict *out, const char *name) _must_check_;
const char *loss_verdict_words(const char *name);
const char *wipe_kind_name(enum wipe_kind kind);
const char *wipe_kind_words(enum wipe_kind kind);
int wipe_kind_parse(enum wipe_kind *out, const char *name) _must_check_;

#endif
