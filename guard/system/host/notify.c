// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/host/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guard/base/text.h"
#include "guard/system/host/clock.h"

/* The watchdog's time is for us only when WATCHDOG_PID, if it is there, is ours. */
static int64_t watchdog_from_environment(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	unsigned long number, owner;

	if (!usec || !parse_uint(usec, INT64_MAX, &number))
		return 0;
	if (pid && (!parse_uint(pid, INT32_MAX, &owner) || (pid_t)owner != getpid()))
		return 0;
	return (int64_t)number;
}

/**
 * notify_init() - speak to systemd, when it listens
 * @notifier: usable in any case, also after a failure; deinit it in the end
 *
 * Return: 0, also without NOTIFY_SOCKET; negative errno for a socket that
 * cannot be used, which is worth a warning and no more.
 */
int notify_init(struct notify *notifier, struct err *err)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un *address = &notifier->address;
	size_t length;

	*notifier = NOTIFY_NULL;
	if (!path || path[0] == '\0')
		return 0;
	length = strlen(path);
	if ((path[0] != '/' && path[0] != '@') || length < 2 || length >= sizeof(address->sun_path))
		return err_set(err, -EINVAL,
		               "NOTIFY_SOCKET is neither a path nor an abstract name");
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, length + 1);
	notifier->address_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	if (path[0] == '@')
		address->sun_path[0] = '\0';
	else
		notifier->address_length++;
	notifier->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (notifier->fd < 0)
		return err_set(err, -errno, "notification socket: %s", strerror(errno));
	notifier->watchdog_us = watchdog_from_environment();
	return 0;
}

/** notify_deinit() - close it; may be called twice */
void notify_deinit(struct notify *notifier)
{
	if (notifier->fd >= 0)
		close(notifier->fd);
	*notifier = NOTIFY_NULL;
}

/* systemd away or its queue full: the next message says it again. */
static bool send_state(const struct notify *notifier, const char *state)
{
	if (notifier->fd < 0)
		return false;
	return sendto(notifier->fd, state, strlen(state), MSG_NOSIGNAL,
	              (const struct sockaddr *)&notifier->address, notifier->address_length) >= 0;
}

/** notify_ready() - the start, or a reload, is done */
void notify_ready(struct notify *notifier)
{
	(void)send_state(notifier, "READY=1");
}

/** notify_reloading() - the configuration is being read again; READY ends it */
void notify_reloading(struct notify *notifier)
{
	char state[96];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	         clock_monotonic_us());
	(void)send_state(notifier, state);
}

/** notify_stopping() - the end has begun */
void notify_stopping(struct notify *notifier)
{
	(void)send_state(notifier, "STOPPING=1");
}

/** notify_watchdog() - still alive; call it twice in each watchdog_us */
void notify_watchdog(struct notify *notifier)
{
	if (notifier->watchdog_us > 0)
		(void)send_state(notifier, "WATCHDOG=1");
}

/** notify_status() - one line for `systemctl status`; the same line is sent once */
void notify_status(struct notify *notifier, const char *format, ...)
{
	char raw[192], text[sizeof(notifier->status)], state[sizeof(text) + 8];
	va_list args;

	if (notifier->fd < 0)
		return;
	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_escape(text, sizeof(text), raw);
	if (strcmp(text, notifier->status) == 0)
		return;
	snprintf(state, sizeof(state), "STATUS=%s", text);
	if (send_state(notifier, state))
		memcpy(notifier->status, text, sizeof(text));
}
