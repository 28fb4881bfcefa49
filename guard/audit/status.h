/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status - how things stand: each protected item, and what was found
 *
 * Made of a picture; `status`, `report`, `after-boot` and the metrics show it.
 */
#ifndef GUARD_AUDIT_STATUS_H
#define GUARD_AUDIT_STATUS_H

#include "guard/audit/checks.h"
#include "guard/audit/explain.h"
#include "guard/model/packet/remembered.h"

struct status_item {
	struct item item;              /* owned */
	bool open;                     /* listed, and packets come into its zone */
	bool listed;                   /* in the runtime; of items that are remembered: it was */
	enum remembered_kernel kernel; /* of those: what there is of it now */
	bool permanent;
	bool required;
	bool lost;        /* was there, and a wipe took it */
	bool withdrawn;   /* left the permanent configuration: a reload is meant to close it */
	bool edited;      /* somebody's edit took it out of its file */
	bool released;    /* in the runtime only, and meant to go with the next reload */
	int64_t until_us; /* 0: no end */
	enum listeners_answer listens;
	struct strv ports; /* PORT/PROTOCOL; empty when not known */
};

struct status {
	const struct picture *picture; /* borrowed */
	struct status_item *items;
	size_t n;
	size_t capacity;
	struct findings findings;
	struct checks_counts counts;
	/* What listens, and whether the kernel lets in a stranger there, by his family; where
	 * nothing else is known. */
	struct explain strangers[2];
};
#define STATUS_NULL      ((struct status){0})
#define _cleanup_status_ _cleanup_(status_deinit)

/* What a picture has to have for it, beside what its checks need. */
#define STATUS_PARTS                                                                               \
	(PICTURE_FIREWALLD | PICTURE_RULES | PICTURE_LINKS | PICTURE_SOCKETS | PICTURE_FAIL2BAN |  \
	 PICTURE_STORE | PICTURE_CLIENTS)

int status_make(struct status *out, const bool selected[CHECKS_N],
                const struct picture *picture) _must_check_;
void status_deinit(struct status *status);
size_t status_n_missing(const struct status *status);
bool status_is_degraded(const struct status *status);
bool status_is_remembered(const struct status *status);
bool status_is_bare(const struct status *status);
bool status_is_reached(const struct status *status);
bool status_item_is_leaving(const struct status_item *item);
bool status_item_is_runtime_only(const struct status_item *item);
bool status_item_is_at_risk(const struct status_item *item);

#endif
