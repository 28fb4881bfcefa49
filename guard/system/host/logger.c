// SPDX-License-Identifier: GPL-2.0-or-later
/* of configure; with quotes it would be the one beside this file */
#include "build-config.h"

#include "guard/system/host/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
#define SD_JOURNAL_SUPPRESS_LOCATION 1
#include <systemd/sd-journal.h>
#endif

#include "guard/base/fold.h"
#include "guard/base/text.h"
#include "guard/system/host/clock.h"

static const char *level_word(enum logger_level level)
{
	switch (level) {
	case LOGGER_ERROR:
		return "error: ";
	case LOGGER_WARNING:
		return "warning: ";
	case LOGGER_NOTICE:
	case LOGGER_INFO:
		return "";
	case LOGGER_DEBUG:
		return "debug: ";
	}
	return "";
}

/* JOURNAL_STREAM names the socket that journald reads; it is inherited even where it is not ours.
 */
static bool is_journald(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char ours[64];
	struct stat st;

	if (!stream || fstat(fd, &st) < 0)
		return false;
	snprintf(ours, sizeof(ours), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(stream, ours) == 0;
}

/**
 * logger_init() - write to a descriptor from now on
 * @fd:        borrowed; usually standard error
 * @verbosity: below 0 warnings and errors, 0 with notices and information, above with debugging
 */
void logger_init(struct logger *logger, int fd, int verbosity)
{
	*logger = LOGGER_NULL;
	logger->fd = fd;
	logger->level = verbosity < 0 ? LOGGER_WARNING : LOGGER_INFO;
	if (verbosity > 0)
		logger->level = LOGGER_DEBUG;
	logger->prefixed = fd >= 0 && is_journald(fd);
	logger->now_us = clock_monotonic_us;
}

/* FNV-1a, over level, occasion and text: of two in a minute both are told, in the same words. */
static uint64_t hash_line(enum logger_level level, const struct logger_fields *about,
                          const char *text)
{
	int64_t occasion = about ? about->wipe ^ about->occasion : 0;
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)level ^ (uint64_t)occasion << 8;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash;
}

/* One write a line, so that lines of several processes do not mix. */
static void put_line(const struct logger *logger, enum logger_level level, const char *text)
{
	char line[LOGGER_LINE_MAX + 65];
	_cleanup_free_ char *folded = NULL;
	const char *out = line;
	size_t length, done = 0;
	int n;

	if (logger->prefixed)
		n = snprintf(line, sizeof(line) - 2, "<%d>%s", (int)level, text);
	else
		n = snprintf(line, sizeof(line) - 2, "reload-guard: %s%s", level_word(level), text);
	if (n < 0)
		return;
	length = (size_t)n < sizeof(line) - 2 ? (size_t)n : sizeof(line) - 3;
	line[length++] = '\n';
	line[length] = '\0';
	if (logger->columns > 0 && fold_text(&folded, line, logger->columns, 4) == 0) {
		out = folded;
		length = strlen(folded);
	}
	while (done < length) {
		ssize_t put = write(logger->fd, out + done, length - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return; /* a log that cannot be written is no reason to stop */
		done += (size_t)put;
	}
}

static void put_held_back(const struct logger *logger, struct logger_recent *recent)
{
	char text[96];

	if (recent->held_back == 0)
		return;
	snprintf(text, sizeof(text), "(an earlier line was repeated %lu time%s)", recent->held_back,
	         text_plural(recent->held_back));
	put_line(logger, LOGGER_INFO, text);
	recent->held_back = 0;
}

/* Is it to be held back? If not, *repeats tells how many were, since the last time. */
static bool is_repeated(struct logger *logger, uint64_t hash, unsigned long *repeats)
{
	int64_t now_us = logger->now_us() + 1; /* 0 means a free slot */
	struct logger_recent *oldest = &logger->recent[0];

	*repeats = 0;
	for (size_t i = 0; i < LOGGER_N_RECENT; i++) {
		struct logger_recent *recent = &logger->recent[i];

		if (recent->written_us != 0 && recent->hash == hash) {
			if (now_us - recent->written_us < LOGGER_REPEAT_US) {
				recent->held_back++;
				return true;
			}
			*repeats = recent->held_back;
			recent->held_back = 0;
			recent->written_us = now_us;
			return false;
		}
		if (recent->written_us < oldest->written_us)
			oldest = recent;
	}
	put_held_back(logger, oldest);
	*oldest = (struct logger_recent){.hash = hash, .written_us = now_us};
	return false;
}

/* --- fields ------------------------------------------------------------------------------ */

/* For ever: people ask the journal by them. Made at random, as sd_id128 wants it. */
static const char *const message_ids[LOGGER_N_KINDS] = {
    [LOGGER_KIND_LOST] = "eb74597068b54142939993409bebc8ae",
    [LOGGER_KIND_RESTORED] = "fa976be493e84f9f8667586770aca631",
    [LOGGER_KIND_FAILED] = "92abdbc1d10a43f5b7700a8d5f6fb770",
    [LOGGER_KIND_REMOVED] = "30a0abc263a646ce86cc99958d2ed651",
    [LOGGER_KIND_BANS_LOST] = "b4da0d41d3354095ad849dcd2bb21cd4",
    [LOGGER_KIND_BANS_RESTORED] = "c2c621a2309f4f3eae764c6e017d3a2a",
    [LOGGER_KIND_BAN_LEFT_OUT] = "c1e1e3df554f4776a12f2d6a68c78fe4",
};

/** logger_message_id() - of the lines of a kind; static; NULL: they have none */
const char *logger_message_id(enum logger_kind kind)
{
	return message_ids[kind];
}

#ifdef HAVE_LIBSYSTEMD

/* An entry of more fields than these is cut short: the message tells how many there were. */
#define FIELDS_MAX 256

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct fields {
	char *texts[FIELDS_MAX]; /* owned */
	struct iovec entries[FIELDS_MAX];
	size_t n;
	bool failed;
};

static void add_field(struct fields *fields, const char *format, ...) _printf_(2, 3);

static void add_field(struct fields *fields, const char *format, ...)
{
	va_list args;
	int n;

	if (fields->n == FIELDS_MAX)
		return;
	va_start(args, format);
	n = vasprintf(&fields->texts[fields->n], format, args);
	va_end(args);
	if (n < 0) {
		fields->failed = true;
		return;
	}
	fields->entries[fields->n] =
	    (struct iovec){.iov_base = fields->texts[fields->n], .iov_len = (size_t)n};
	fields->n++;
}

static bool send_fields(enum logger_level level, const char *text,
                        const struct logger_fields *about)
{
	struct fields fields = {.n = 0};
	bool sent;

	/* libsystemd says nothing of it when nobody reads */
	if (access(JOURNAL_SOCKET, W_OK) != 0)
		return false;
	add_field(&fields, "MESSAGE=%s", text);
	add_field(&fields, "PRIORITY=%d", (int)level);
	add_field(&fields, "SYSLOG_IDENTIFIER=reload-guard");
	if (message_ids[about->kind])
		add_field(&fields, "MESSAGE_ID=%s", message_ids[about->kind]);
	if (about->wipe)
		add_field(&fields, "RELOAD_GUARD_WIPE=%" PRId64, about->wipe);
	if (about->jail)
		add_field(&fields, "RELOAD_GUARD_JAIL=%s", about->jail);
	if (about->address)
		add_field(&fields, "RELOAD_GUARD_ADDRESS=%s", about->address);
	for (size_t i = 0; about->items && i < about->items->n; i++)
		add_field(&fields, "RELOAD_GUARD_ITEM=%s", about->items->strings[i]);
	sent = !fields.failed && sd_journal_sendv(fields.entries, (int)fields.n) == 0;
	for (size_t i = 0; i < fields.n; i++)
		free(fields.texts[i]);
	return sent;
}

#else

static bool send_fields(enum logger_level level _unused_, const char *text _unused_,
                        const struct logger_fields *about _unused_)
{
	return false;
}

#endif

/* --- lines ------------------------------------------------------------------------------- */

static void put(const struct logger *logger, enum logger_level level,
                const struct logger_fields *about, const char *text)
{
	/* where journald does not take the fields, it still reads standard error */
	if (!about || !logger->prefixed || !send_fields(level, text, about))
		put_line(logger, level, text);
}

static void write_raw(struct logger *logger, enum logger_level level,
                      const struct logger_fields *about, const char *raw)
{
	char text[LOGGER_LINE_MAX];
	unsigned long repeats = 0;
	size_t length;

	if (level != LOGGER_DEBUG && is_repeated(logger, hash_line(level, about, raw), &repeats))
		return;
	length = text_escape(text, sizeof(text), raw);
	if (length >= sizeof(text) || strlen(raw) == LOGGER_LINE_MAX - 1)
		memcpy(text + strlen(text) - 3, "...", 3);
	put(logger, level, about, text);
	if (repeats > 0) {
		snprintf(text, sizeof(text), "(repeated %lu time%s before)", repeats,
		         text_plural(repeats));
		put_line(logger, LOGGER_INFO, text);
	}
}

static void say(struct logger *logger, enum logger_level level, const struct logger_fields *about,
                const char *format, va_list args) _printf_(4, 0);

static void say(struct logger *logger, enum logger_level level, const struct logger_fields *about,
                const char *format, va_list args)
{
	char raw[LOGGER_LINE_MAX];
	int saved = errno;

	if (logger->fd < 0 || level > logger->level)
		return;
	/* errno is for %m */
	vsnprintf(raw, sizeof(raw), format, args);
	write_raw(logger, level, about, raw);
	errno = saved;
}

/**
 * logger_write() - say something
 * @level:  decides whether it is written at all
 * @format: without a line's end; everything that is not fit to be shown is escaped
 *
 * The same line comes at most once in LOGGER_REPEAT_US; debugging is never
 * held back. Never fails, never changes errno.
 */
void logger_write(struct logger *logger, enum logger_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(logger, level, NULL, format, args);
	va_end(args);
}

/**
 * logger_write_about() - the same, with fields for the journal; of another wipe or occasion it is
 * another line
 * @fields: borrowed
 */
void logger_write_about(struct logger *logger, enum logger_level level,
                        const struct logger_fields *fields, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(logger, level, fields, format, args);
	va_end(args);
}

/** logger_flush() - tell at last what was held back; before the end, or now and then */
void logger_flush(struct logger *logger)
{
	if (logger->fd < 0)
		return;
	for (size_t i = 0; i < LOGGER_N_RECENT; i++)
		put_held_back(logger, &logger->recent[i]);
}
