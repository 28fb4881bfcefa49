/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * notify - the words that systemd wants to hear from a service
 *
 * sd_notify's protocol; without NOTIFY_SOCKET all of these functions do nothing.
 */
#ifndef GUARD_SYSTEM_HOST_NOTIFY_H
#define GUARD_SYSTEM_HOST_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "guard/base/err.h"

struct notify {
	int fd; /* owned; -1: nobody listens */
	struct sockaddr_un address;
	socklen_t address_length;
	int64_t watchdog_us; /* how often the watchdog wants to hear of us, at least; 0: never */
	char status[256];    /* what was told last, so that the same is not told twice */
};
#define NOTIFY_NULL ((struct notify){.fd = -1})

int notify_init(struct notify *notifier, struct err *err) _must_check_;
void notify_deinit(struct notify *notifier);
void notify_ready(struct notify *notifier);
void notify_reloading(struct notify *notifier);
void notify_stopping(struct notify *notifier);
void notify_watchdog(struct notify *notifier);
void notify_status(struct notify *notifier, const char *format, ...) _printf_(2, 3);

#endif
