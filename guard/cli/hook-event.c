// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/cli/hook-event.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/base/cidr.h"
#include "guard/base/text.h"
#include "guard/system/host/clock.h"
#include "guard/system/host/config.h"
#include "guard/system/host/hooksocket.h"
#include "guard/system/store/spool.h"

/*
 * fail2ban runs the actions of all jails one at a time: who waits here delays
 * every ban. Where nothing else is left, to wait is better than to lose it.
 */
enum {
	WAIT_MS = 1000,
	WAIT_LONG_MS = 5000,
};

const char *const hook_event_options[HOOK_N_OPTIONS] = {
    [HOOK_JAIL] = "jail",   [HOOK_ADDRESS] = "address",   [HOOK_FAMILY] = "family",
    [HOOK_TIME] = "time",   [HOOK_BANTIME] = "bantime",   [HOOK_FAILURES] = "failures",
    [HOOK_COUNT] = "count", [HOOK_RESTORED] = "restored", [HOOK_RULE] = "rule",
};

/* --- what is said to people -------------------------------------------------------------- */

static _printf_(3, 0) void say(char *text, size_t size, const char *format, va_list args)
{
	char raw[1024];

	vsnprintf(raw, sizeof(raw), format, args);
	text_escape(text, size, raw);
	fprintf(stderr, "reload-guard: hook: %s\n", text);
}

/** hook_event_say() - one line on standard error, whatever the values hold */
void hook_event_say(const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	say(text, sizeof(text), format, args);
	va_end(args);
}

/* In the log as well: fail2ban's action throws away what is said. It must not block. */
static _printf_(1, 2) void say_lost(const char *format, ...)
{
	const struct sockaddr_un log = {.sun_family = AF_UNIX, .sun_path = "/dev/log"};
	char text[2048], line[sizeof(text) + 64];
	va_list args;
	int fd;

	va_start(args, format);
	say(text, sizeof(text), format, args);
	va_end(args);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* daemon.err */
	snprintf(line, sizeof(line), "<27>reload-guard[%d]: hook: %s", (int)getpid(), text);
	(void)!sendto(fd, line, strlen(line), MSG_NOSIGNAL, (const struct sockaddr *)&log,
	              sizeof(log));
	close(fd);
}

/* --- what fail2ban says ------------------------------------------------------------------ */

static bool is_jail(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > STORE_JAIL_MAX)
		return false;
	return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	                    "_-.+@:") == length;
}

/* An address, a prefix, or a host name. */
static bool is_address(const char *text)
{
	struct cidr cidr;

	return cidr_parse(&cidr, text, CIDR_NETMASK, NULL) == 0 || text_is_host_name(text);
}

static bool is_rule(const char *text)
{
	size_t length = strlen(text);

	if (length == 0 || length > STORE_RULE_MAX || !text_is_utf8(text, length))
		return false;
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

/* SECONDS[.FRACTION] with at most 12 digits before the point. */
static bool parse_seconds(const char *text, int64_t *out_us)
{
	int64_t s = 0, us = 0, weight = 100000;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		if (at - text >= 12)
			return false;
		s = s * 10 + (*at - '0');
	}
	if (at == text)
		return false;
	if (*at == '.') {
		for (at++; *at >= '0' && *at <= '9'; at++) {
			us += (*at - '0') * weight;
			weight /= 10;
		}
	}
	*out_us = s * 1000000 + us;
	return *at == '\0';
}

/* Values that are nice to have: without them, or with nonsense, the event still counts. */
static void take_count(const char *name, const char *text, int64_t *out)
{
	unsigned long number;

	if (!text || text[0] == '\0')
		return;
	if (parse_uint(text, INT32_MAX, &number))
		*out = (int64_t)number;
	else
		hook_event_say("--%s: \"%.64s\" is not a number; left out", name, text);
}

static void take_times(const char *const *values, struct store_ban_event *event)
{
	const char *time = values[HOOK_TIME], *bantime = values[HOOK_BANTIME];
	int64_t us;

	event->ban.time_us = event->at_us;
	if (time && time[0]) {
		if (parse_seconds(time, &us))
			event->ban.time_us = us;
		else
			hook_event_say("--time: \"%.64s\" is not a time; the current time is used",
			               time);
	}
	event->ban.bantime_s = -1;
	if (bantime && bantime[0]) {
		if (parse_seconds(bantime, &us))
			event->ban.bantime_s = us / 1000000;
		else if (bantime[0] != '-' || !parse_seconds(bantime + 1, &us))
			hook_event_say("--bantime: \"%.64s\" is not a number of seconds; taken as "
			               "for ever",
			               bantime);
	}
}

static void take_rest(const char *const *values, struct store_ban_event *event)
{
	const char *family = values[HOOK_FAMILY], *rule = values[HOOK_RULE];
	const char *restored = values[HOOK_RESTORED];

	take_count("failures", values[HOOK_FAILURES], &event->ban.failures);
	take_count("count", values[HOOK_COUNT], &event->ban.count);
	if (family && (strcmp(family, "inet4") == 0 || strcmp(family, "inet6") == 0 ||
	               strcmp(family, "dns") == 0))
		event->ban.family = family;
	else if (family && family[0])
		hook_event_say("--family: \"%.64s\" is not inet4, inet6 or dns; left out", family);
	event->ban.restored = restored && strcmp(restored, "1") == 0;
	if (rule && is_rule(rule))
		event->ban.rule = rule;
	else if (rule && rule[0])
		hook_event_say("--rule cannot be stored; left out");
}

static bool parse_event(const char *word, const char *const *values, struct store_ban_event *event)
{
	const char *jail = values[HOOK_JAIL], *address = values[HOOK_ADDRESS];

	*event = (struct store_ban_event){.at_us = clock_now_us(), .id = event->id};
	event->ban.source = "hook";
	if (!word || store_ban_event_parse(&event->kind, word) != 0) {
		hook_event_say("which word? For people: enable, disable or status; for "
		               "fail2ban: start, stop, ban, unban, prolong or flush");
		return false;
	}
	if (!jail || !is_jail(jail)) {
		hook_event_say("--jail: \"%.64s\" is not the name of a jail", jail ? jail : "");
		return false;
	}
	event->ban.jail = jail;
	if (store_ban_event_needs_address(event->kind)) {
		if (!address || !is_address(address)) {
			hook_event_say("--address: \"%.64s\" is neither an address nor a "
			               "host name",
			               address ? address : "");
			return false;
		}
		event->ban.address = address;
	}
	take_times(values, event);
	take_rest(values, event);
	return true;
}

/* --- telling it -------------------------------------------------------------------------- */

struct places {
	const char *socket;
	char spool[4096];
};

/*
 * By what the command line says alone: no configuration can be so broken, or so long to read,
 * that it costs an event. Where the store is, is the watcher's business.
 */
static void find_places(struct places *out, const char *state_dir)
{
	out->socket = state_dir ? state_dir : HOOKSOCKET_FOLDER;
	snprintf(out->spool, sizeof(out->spool), "%s/" SPOOL_DIR,
	         state_dir ? state_dir : CONFIG_DEFAULT_STATE_DIR);
}

static void tell(const struct places *places, const struct store_ban_event *event, const char *text,
                 size_t length)
{
	int64_t begun_ms = clock_monotonic_ms();
	struct err err = ERR_NULL;
	enum hooksocket_word word = HOOKSOCKET_NOBODY;
	int r, fd = -1;

	if (hooksocket_send(&fd, places->socket, text, length, WAIT_MS) == 0)
		word = hooksocket_wait(fd, begun_ms + WAIT_MS);
	if (word == HOOKSOCKET_TOLD)
		return;
	r = spool_write(places->spool, event, &err);
	if (r != 0 && word == HOOKSOCKET_LATE)
		word = hooksocket_wait(fd, begun_ms + WAIT_LONG_MS);
	if (r != 0 && word != HOOKSOCKET_TOLD)
		say_lost("the %s of %s in jail %s is not recorded: %s%s",
		         store_ban_event_name(event->kind),
		         event->ban.address ? event->ban.address : "all", event->ban.jail,
		         err_text(&err, r),
		         word == HOOKSOCKET_LATE ? "; the watcher has it, and does not answer"
		                                 : "");
}

/**
 * hook_event_tell() - tell the watcher; else leave a file in the spool; else say that it is lost
 * @state_dir: NULL: the default places
 * @word:      the event; NULL: none was given
 * @values:    by enum hook_option; NULL where not given
 *
 * It never fails, since fail2ban must not see a failure.
 */
void hook_event_tell(const char *state_dir, const char *word,
                     const char *const values[HOOK_N_OPTIONS])
{
	char id[STORE_TOLD_MAX + 1], text[SPOOL_SIZE_MAX];
	struct store_ban_event event = {.id = id};
	struct places places;
	struct err err = ERR_NULL;
	ssize_t length;

	spool_event_id(id);
	if (!parse_event(word, values, &event))
		return;
	length = spool_text(text, &event, &err);
	if (length < 0) {
		hook_event_say("%s", err_text(&err, (int)length));
		return;
	}
	find_places(&places, state_dir);
	tell(&places, &event, text, (size_t)length);
}
