/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * networkmanager - which interfaces NetworkManager keeps, and in which zones
 *
 * Of an interface whose connection it keeps, the permanent zone is connection.zone, for
 * firewalld's own tools, too (core/fw_nm.py): what stands in a zone's file is undone by it.
 * Nobody who does not answer in time keeps the caller waiting for long.
 */
#ifndef GUARD_SYSTEM_HOST_NETWORKMANAGER_H
#define GUARD_SYSTEM_HOST_NETWORKMANAGER_H

#include "guard/system/host/bus.h"

enum {
	NETWORKMANAGER_E_AWAY = 1, /* not on the bus, or no answer that can be understood */
	NETWORKMANAGER_E_OTHER,    /* it does not keep this interface */
	NETWORKMANAGER_E_REFUSED,  /* it did not take the zone */
};

/* All owned. */
struct networkmanager_link {
	char *interface;
	char *connection; /* its object */
	char *zone;       /* "": none is named */
};

struct networkmanager_links {
	struct networkmanager_link *rows;
	size_t n, capacity;
};
#define NETWORKMANAGER_LINKS_NULL ((struct networkmanager_links){0})

struct networkmanager; /* a question under way */

/* Once; @links: borrowed, may be taken and left NULL; complete with @result 0 of a reading. */
typedef void (*networkmanager_fn)(int result, struct networkmanager_links *links, void *userdata);

int networkmanager_read(struct networkmanager **out, struct bus *bus, networkmanager_fn fn,
                        void *userdata) _must_check_;
int networkmanager_set_zone(struct networkmanager **out, struct bus *bus, const char *interface,
                            const char *zone, networkmanager_fn fn, void *userdata) _must_check_;
void networkmanager_cancel(struct networkmanager *question); /* NULL is fine */

void networkmanager_links_deinit(struct networkmanager_links *links);
bool networkmanager_links_have(const struct networkmanager_links *links, const char *interface);

#endif
