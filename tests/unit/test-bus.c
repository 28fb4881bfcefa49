/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection and the firewalld adapter, against a real dbus-daemon of their own. */
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld.h"
#include "tests/unit/fake-firewalld.h"

/* Never waited for in full when things work. */
#define PATIENCE_MS 20000

#define ZONE_INTERFACE "org.fedoraproject.FirewallD1.zone"
#define MAIN_INTERFACE "org.fedoraproject.FirewallD1"

static struct {
	char dir[64];
	char address[256];
	pid_t bus_pid;
	pid_t fw_pid;
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
} world;

static void setup(void)
{
	struct bus_options options = {.backoff_min_ms = 10, .backoff_max_ms = 50};

	memset(&world, 0, sizeof(world));
	strcpy(world.dir, "/tmp/test-bus.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(world.dir));
	world.bus_pid = fake_bus_start(world.dir, world.address);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", world.address, 1);
	ck_assert_int_eq(loop_new(&world.loop), 0);
	ck_assert_int_eq(bus_new(&world.bus, world.loop, &options), 0);
}

static void teardown(void)
{
	static const char *const names[] = {"bus", "bus.conf"};
	char path[128];

	firewalld_free(world.fw);
	bus_free(world.bus);
	loop_free(world.loop);
	fake_stop(&world.fw_pid, SIGKILL);
	fake_stop(&world.bus_pid, SIGKILL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", world.dir, names[i]);
		unlink(path);
	}
	rmdir(world.dir);
	dbus_shutdown();
}

static void turn(int ms)
{
	ck_assert_int_eq(loop_run_until(world.loop, clock_monotonic_ms() + ms, NULL),
	                 LOOP_E_DEADLINE);
}

/* Runs the loop until the condition holds, which it has to in the end. */
#define await(condition)                                                                           \
	do {                                                                                       \
		int64_t _until_ms = clock_monotonic_ms() + PATIENCE_MS;                            \
		while (!(condition)) {                                                             \
			ck_assert_msg(clock_monotonic_ms() < _until_ms, "never: %s", #condition);  \
			turn(2);                                                                   \
		}                                                                                  \
	} while (0)

/* --- the connection ---------------------------------------------------------------------- */

struct answer {
	int n;
	int result;
	bool had_reply;
	char error[64];
	struct bus_slot *victim;
	struct bus *bus;
	int *sequence;
	int number;
};

static void on_answer(int result, DBusMessage *reply, void *userdata)
{
	struct answer *answer = userdata;
	const char *name = reply ? dbus_message_get_error_name(reply) : NULL;

	answer->n++;
	answer->result = result;
	answer->had_reply = reply;
	snprintf(answer->error, sizeof(answer->error), "%s", name ? name : "");
	if (answer->victim)
		bus_cancel(steal(answer->victim));
	if (answer->sequence)
		answer->number = (*answer->sequence)++;
}

static DBusMessage *call_to(const char *destination, const char *member)
{
	return dbus_message_new_method_call(destination, "/org/freedesktop/DBus",
	                                    DBUS_INTERFACE_DBUS, member);
}

static DBusMessage *call_firewalld(void)
{
	return call_to(MAIN_INTERFACE, "anything");
}

static void call(struct answer *answer, struct bus_slot **slot, DBusMessage *take, int timeout_ms)
{
	ck_assert_int_eq(bus_call(world.bus, slot, take, timeout_ms, on_answer, answer), 0);
	ck_assert_int_eq(answer->n, 0);
}

static void start_fake(const struct fake_behaviour *behaviour)
{
	world.fw_pid = fake_firewalld_start(world.address, behaviour);
}

struct states {
	int n_up;
	int n_down;
};

static void on_state(bool connected, void *userdata)
{
	struct states *states = userdata;

	if (connected)
		states->n_up++;
	else
		states->n_down++;
}

static const struct fake_behaviour hang = {.member = "anything", .answer = FAKE_HANG};

START_TEST(calls)
{
	struct answer good = {0}, bad = {0}, nobody = {0}, early = {0};

	ck_assert_int_eq(
	    bus_call(world.bus, NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), -1, on_answer, &early),
	    BUS_E_GONE);
	ck_assert(!bus_is_connected(world.bus));
	await(bus_is_connected(world.bus));
	call(&good, NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), BUS_NO_TIMEOUT);
	call(&bad, NULL, call_to(DBUS_SERVICE_DBUS, "NoSuchMethod"), 5000);
	call(&nobody, NULL, call_to("org.example.Nobody", "Anything"), 5000);
	await(nobody.n);
	ck_assert_int_eq(good.n, 1);
	ck_assert_int_eq(good.result, 0);
	ck_assert(good.had_reply);
	ck_assert_int_eq(bad.n, 1);
	ck_assert_int_eq(bad.result, BUS_E_ERROR);
	ck_assert_str_eq(bad.error, DBUS_ERROR_UNKNOWN_METHOD);
	ck_assert_int_eq(nobody.result, BUS_E_GONE);
	ck_assert_int_eq(early.n, 0);
	ck_assert_int_lt(bus_call(world.bus, NULL, NULL, -1, on_answer, &early), 0);
}
END_TEST

static bool name_is_there(void)
{
	struct answer answer = {0};

	call(&answer, NULL, fake_emit("org.example.X", "X", DBUS_TYPE_INVALID), PATIENCE_MS);
	await(answer.n);
	return answer.result == 0;
}

START_TEST(timeout_and_late_answer)
{
	struct answer answer = {0}, next = {0};

	start_fake(NULL);
	await(bus_is_connected(world.bus));
	await(name_is_there());
	kill(world.fw_pid, SIGSTOP);
	call(&answer, NULL, call_firewalld(), 50);
	await(answer.n);
	ck_assert_int_eq(answer.result, BUS_E_TIMEOUT);
	ck_assert(!answer.had_reply);
	kill(world.fw_pid, SIGCONT);
	call(&next, NULL, call_firewalld(), PATIENCE_MS);
	await(next.n);
	ck_assert_int_eq(next.result, 0);
	ck_assert_int_eq(answer.n, 1);
}
END_TEST

static void count_signal(DBusMessage *signal, void *userdata)
{
	int *n = userdata;

	if (dbus_message_is_signal(signal, DBUS_INTERFACE_DBUS, "NameOwnerChanged"))
		(*n)++;
}

START_TEST(bus_dies_and_comes_back)
{
	struct states states = {0};
	struct answer answer = {0}, after = {0};
	int n_signals = 0;

	ck_assert_int_eq(bus_on_state(world.bus, NULL, on_state, &states), 0);
	ck_assert_int_eq(bus_on_signal(world.bus, NULL, count_signal, &n_signals), 0);
	ck_assert_int_eq(bus_match(world.bus,
	                           "type='signal',member='NameOwnerChanged',arg0='" MAIN_INTERFACE
	                           "'"),
	                 0);
	start_fake(&hang);
	await(states.n_up == 1);
	await(name_is_there());
	call(&answer, NULL, call_firewalld(), BUS_NO_TIMEOUT);
	turn(20);
	ck_assert_int_eq(answer.n, 0);
	fake_stop(&world.bus_pid, SIGKILL);
	await(states.n_down >= 1);
	ck_assert_int_eq(answer.n, 1);
	ck_assert_int_eq(answer.result, BUS_E_GONE);
	ck_assert_int_eq(
	    bus_call(world.bus, NULL, call_firewalld(), BUS_NO_TIMEOUT, on_answer, &after),
	    BUS_E_GONE);
	await(bus_failed_attempts(world.bus) >= 3);
	ck_assert_str_ne(bus_last_error(world.bus), "");
	fake_stop(&world.fw_pid, SIGKILL);

	world.bus_pid = fake_bus_start(world.dir, world.address);
	await(states.n_up == 2);
	ck_assert_uint_eq(bus_failed_attempts(world.bus), 0);
	n_signals = 0;
	start_fake(NULL);
	await(n_signals >= 1);
	ck_assert_int_eq(answer.n, 1);
}
END_TEST

START_TEST(peer_dies)
{
	static const struct fake_behaviour dies = {.member = "anything", .answer = FAKE_DIE};
	struct answer answer = {0};

	start_fake(&dies);
	await(bus_is_connected(world.bus));
	await(name_is_there());
	call(&answer, NULL, call_firewalld(), BUS_NO_TIMEOUT);
	await(answer.n);
	ck_assert_int_eq(answer.result, BUS_E_GONE);
}
END_TEST

START_TEST(cancel_in_callback)
{
	struct answer first = {0}, second = {0}, third = {0}, last = {0};
	struct bus_slot *slot;

	await(bus_is_connected(world.bus));
	call(&first, NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), 5000);
	call(&second, &first.victim, call_to(DBUS_SERVICE_DBUS, "GetId"), 5000);
	call(&third, &slot, call_to(DBUS_SERVICE_DBUS, "GetId"), 5000);
	call(&last, NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), 5000);
	bus_cancel(slot);
	bus_cancel(NULL);
	await(last.n);
	ck_assert_int_eq(first.n, 1);
	ck_assert_int_eq(second.n, 0);
	ck_assert_int_eq(third.n, 0);
}
END_TEST

struct self_cancel {
	struct bus_slot *slot;
	int n;
};

static void cancel_self(DBusMessage *signal, void *userdata)
{
	struct self_cancel *self = userdata;

	(void)signal;
	self->n++;
	bus_cancel(steal(self->slot));
}

START_TEST(subscription_cancelled_in_callback)
{
	struct self_cancel self = {0};
	int n_others = 0;

	ck_assert_int_eq(bus_on_signal(world.bus, &self.slot, cancel_self, &self), 0);
	ck_assert_int_eq(bus_on_signal(world.bus, NULL, count_signal, &n_others), 0);
	await(bus_is_connected(world.bus));
	ck_assert_int_eq(bus_match(world.bus, "type='signal',member='NameOwnerChanged'"), 0);
	start_fake(NULL);
	await(n_others >= 2); /* its unique name, then its name */
	ck_assert_int_eq(self.n, 1);
}
END_TEST

START_TEST(many_calls_in_order)
{
	enum { N = 3000 };
	static struct answer answers[N];
	int sequence = 0;

	memset(answers, 0, sizeof(answers));
	await(bus_is_connected(world.bus));
	for (int i = 0; i < N; i++) {
		answers[i].sequence = &sequence;
		call(&answers[i], NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), PATIENCE_MS);
	}
	await(sequence == N);
	for (int i = 0; i < N; i++)
		ck_assert_int_eq(answers[i].number, i);
}
END_TEST

/* dbus_bus_get_private() would not come back before the bus goes on. */
START_TEST(bus_hangs)
{
	struct answer answer = {0};
	struct bus *other;
	int64_t start_ms;

	await(bus_is_connected(world.bus));
	kill(world.bus_pid, SIGSTOP);
	start_ms = clock_monotonic_ms();
	ck_assert_int_eq(bus_new(&other, world.loop, NULL), 0);
	turn(50);
	ck_assert(!bus_is_connected(other));
	call(&answer, NULL, call_to(DBUS_SERVICE_DBUS, "GetId"), 50);
	await(answer.n);
	ck_assert_int_eq(answer.result, BUS_E_TIMEOUT);
	ck_assert(clock_monotonic_ms() - start_ms < PATIENCE_MS);
	kill(world.bus_pid, SIGCONT);
	await(bus_is_connected(other));
	bus_free(other);
}
END_TEST

static void greet_badly(int fd, unsigned events, void *userdata)
{
	static const char garbage[] = "\0\xff l\x01\x02 ERROR\r\nBEGIN\r\n\xff\xff\xff\xff\xff\xff";
	int *n = userdata;
	int peer = accept(fd, NULL, NULL);

	(void)events;
	if (peer < 0)
		return;
	(*n)++;
	ck_assert_int_gt(write(peer, garbage, sizeof(garbage)), 0);
	close(peer);
}

START_TEST(bus_talks_nonsense)
{
	struct bus_options options = {.backoff_min_ms = 5, .backoff_max_ms = 10};
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct loop_source *source;
	char address[128];
	struct bus *other;
	int n = 0;

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/other", world.dir);
	snprintf(address, sizeof(address), "unix:path=%s", sa.sun_path);
	options.address = address;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(fd, 5), 0);
	ck_assert_int_eq(loop_add_io(world.loop, &source, fd, LOOP_READ, greet_badly, &n), 0);
	ck_assert_int_eq(bus_new(&other, world.loop, &options), 0);
	await(n >= 5 && bus_failed_attempts(other) >= 4);
	ck_assert(!bus_is_connected(other));
	bus_free(other);
	loop_remove(source);
	close(fd);
	unlink(sa.sun_path);
}
END_TEST

/* connect() waits while the queue is full, which is for ever when the bus has been stopped. */
START_TEST(queue_is_full)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), held[64], n = 0;
	struct bus_options options = {.backoff_min_ms = 5, .backoff_max_ms = 10};
	char address[128];
	struct bus *other;

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/other", world.dir);
	snprintf(address, sizeof(address), "unix:path=%s", sa.sun_path);
	options.address = address;
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	ck_assert_int_eq(listen(fd, 2), 0);
	do
		held[n] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	while (connect(held[n++], (struct sockaddr *)&sa, sizeof(sa)) == 0 && n < 64);
	ck_assert_int_eq(bus_new(&other, world.loop, &options), 0);
	await(bus_failed_attempts(other) >= 2);
	ck_assert_ptr_nonnull(strstr(bus_last_error(other), "takes no connection"));
	bus_free(other);
	while (n > 0)
		close(held[--n]);
	close(fd);
	unlink(sa.sun_path);
}
END_TEST

START_TEST(freed_with_calls_pending)
{
	struct answer answer = {0};

	start_fake(&hang);
	await(bus_is_connected(world.bus));
	await(name_is_there());
	call(&answer, NULL, call_firewalld(), 100);
	bus_free(steal(world.bus));
	turn(150);
	ck_assert_int_eq(answer.n, 0);
}
END_TEST

/* --- the adapter ------------------------------------------------------------------------- */

#define MAX_EVENTS 64

struct seen {
	enum firewalld_event_type type;
	struct item item;
	char zone[80];
	char trait[80];
	int timeout_s;
	bool on;
};

static struct {
	struct seen events[MAX_EVENTS];
	size_t n;
	int n_slow;
	bool slow;
} seen;

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct seen *copy = &seen.events[seen.n];

	(void)userdata;
	ck_assert_uint_lt(seen.n, MAX_EVENTS);
	seen.n++;
	copy->type = event->type;
	copy->timeout_s = event->timeout_s;
	ck_assert_int_gt(event->at_us, 0);
	if (event->zone)
		snprintf(copy->zone, sizeof(copy->zone), "%s", event->zone);
	snprintf(copy->trait, sizeof(copy->trait), "%s", event->trait ? event->trait : "");
	copy->on = event->on;
	if (event->item)
		ck_assert_int_eq(item_copy(&copy->item, event->item), 0);
	if (event->type == FIREWALLD_EVENT_APPEARED)
		ck_assert_ptr_nonnull(strchr(event->instance, ':'));
}

static void on_slow(bool slow, void *userdata)
{
	(void)userdata;
	seen.slow = slow;
	seen.n_slow++;
}

static void forget_seen(void)
{
	for (size_t i = 0; i < seen.n; i++)
		item_deinit(&seen.events[i].item);
	memset(&seen, 0, sizeof(seen));
}

static void start_adapter(const struct fake_behaviour *behaviour, int call_timeout_ms)
{
	struct firewalld_options options = {.on_event = on_event,
	                                    .on_slow = on_slow,
	                                    .slow_ms = 30,
	                                    .call_timeout_ms = call_timeout_ms};

	memset(&seen, 0, sizeof(seen));
	start_fake(behaviour);
	ck_assert_int_eq(firewalld_new(&world.fw, world.bus, &options), 0);
	await(firewalld_is_present(world.fw));
}

static int64_t deadline(void)
{
	return clock_monotonic_ms() + PATIENCE_MS;
}

/* Has the fake emit a signal, and waits until it has been taken. */
static void emit(DBusMessage *take)
{
	struct answer answer = {0};

	call(&answer, NULL, take, PATIENCE_MS);
	await(answer.n);
	ck_assert_int_eq(answer.result, 0);
}

static int read_firewall(struct firewalld_reading *reading, struct err *err)
{
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT};

	return firewalld_read_wait(world.fw, reading, &query, deadline(), err);
}

static int read_zone(struct firewalld_reading *reading, struct err *err)
{
	char *names[] = {(char *)(uintptr_t) "public"};
	struct strv zones = {.strings = names, .n = 1, .capacity = 1};
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT,
	                                .zones = &zones};

	return firewalld_read_wait(world.fw, reading, &query, deadline(), err);
}

START_TEST(reads)
{
	struct firewalld_reading reading = {0};
	struct item ssh = ITEM_NULL, imaps = ITEM_NULL;

	start_adapter(NULL, 0);
	ck_assert_int_eq(item_parse(&ssh, "public/service:ssh", NULL), 0);
	ck_assert_int_eq(item_parse(&imaps, "public/service:imaps", NULL), 0);
	for (int i = 0; i < 2; i++) {
		const struct firewall *firewall = &reading.firewall;

		ck_assert_int_eq((i ? read_zone : read_firewall)(&reading, NULL), 0);
		ck_assert_int_eq((int)reading.state, FIREWALL_STATE_RUNNING);
		ck_assert(!reading.stale);
		ck_assert(firewall_has(firewall, &ssh, FIREWALL_RUNTIME | FIREWALL_PERMANENT));
		ck_assert(firewall_has(firewall, &imaps, FIREWALL_RUNTIME));
		ck_assert(!firewall_has(firewall, &imaps, FIREWALL_PERMANENT));
		ck_assert_str_eq(firewall->default_zone, "public");
		ck_assert_uint_eq(firewall->zones.n, 1);
		/* One entry that nobody understands must not blind the guard to the rest. */
		ck_assert_uint_eq(reading.n_skipped, 2);
		ck_assert_ptr_nonnull(strstr(reading.skipped, "no protocol"));
		firewalld_reading_deinit(&reading);
	}
	item_deinit(&ssh);
	item_deinit(&imaps);
}
END_TEST

/* What stands in the direct interface, when all is read, and when it is asked for by its name. */
START_TEST(reads_direct_rules)
{
	static const struct {
		const char *item;
		unsigned flags;
	} items[] = {
	    {"direct:ipv4/chain:filter mine", FIREWALL_RUNTIME},
	    {"direct:ipv6/direct-rule:filter mine 7 -j 'it is dropped'", FIREWALL_RUNTIME},
	    {"direct:ipv4/chain:filter permanent", FIREWALL_PERMANENT},
	    {"direct:ipv6/direct-rule:filter permanent 7 -j 'it is dropped'", FIREWALL_PERMANENT},
	};
	char *names[] = {(char *)(uintptr_t) "direct:ipv4", (char *)(uintptr_t) "direct:ipv6"};
	struct strv zones = {.strings = names, .n = 2, .capacity = 2};
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME | FIREWALL_PERMANENT};

	start_adapter(NULL, 0);
	for (int i = 0; i < 2; i++) {
		struct firewalld_reading reading = {0};

		query.zones = i ? &zones : NULL;
		ck_assert_int_eq(firewalld_read_wait(world.fw, &reading, &query, deadline(), NULL),
		                 0);
		for (size_t k = 0; k < ARRAY_SIZE(items); k++) {
			_cleanup_item_ struct item item = ITEM_NULL;
			const struct firewall_entry *entry;

			ck_assert_int_eq(item_parse(&item, items[k].item, NULL), 0);
			entry = firewall_find(&reading.firewall, &item);
			ck_assert_msg(entry && entry->flags == items[k].flags, "%s", items[k].item);
		}
		firewalld_reading_deinit(&reading);
	}
}
END_TEST

/* Law 2: what is not as documented is unknown, never empty. */
static const struct {
	const char *member;
	enum fake_answer answer;
	const char *text;
	int result;
} bad_answers[] = {
    {"getZones", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getZones", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    {"getZones", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getZones", FAKE_ERROR, "NOT_RUNNING", FIREWALLD_E_REFUSED},
    {"getZones", FAKE_BARE_ERROR, NULL, FIREWALLD_E_REFUSED},
    {"getZones", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
    {"getZones", FAKE_DIE, NULL, FIREWALLD_E_GONE},
    {"getZoneSettings2", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getZoneSettings2", FAKE_NUMBER, NULL, FIREWALLD_E_MALFORMED},
    {"getZoneSettings2", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    {"getZoneSettings2", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getZoneSettings2", FAKE_ERROR, "UNKNOWN_ERROR: x", FIREWALLD_E_REFUSED},
    {"getZoneSettings2", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
    {"getZoneSettings2", FAKE_DIE, NULL, FIREWALLD_E_GONE},
    {"getAllChains", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getAllChains", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getAllRules", FAKE_NUMBER, NULL, FIREWALLD_E_MALFORMED},
    {"getAllRules", FAKE_ERROR, "NOT_RUNNING", FIREWALLD_E_REFUSED},
    {"getSettings", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    {"getSettings", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
    {"getDefaultZone", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getDefaultZone", FAKE_NUMBER, NULL, FIREWALLD_E_MALFORMED},
    {"queryPanicMode", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    {"getPolicies", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getPolicies", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getPolicies", FAKE_ERROR, "NOT_RUNNING", FIREWALLD_E_REFUSED},
    {"getPolicies", FAKE_DIE, NULL, FIREWALLD_E_GONE},
    {"listPolicies", FAKE_NUMBER, NULL, FIREWALLD_E_MALFORMED},
    {"listPolicies", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
    {"listZones", FAKE_NUMBER, NULL, FIREWALLD_E_MALFORMED},
    {"listZones", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    /* a firewalld without policies there was, one without zones not (law 2) */
    {"listZones", FAKE_UNKNOWN_METHOD, NULL, FIREWALLD_E_REFUSED},
    {"listZones", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
    {"getSettings2", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"getSettings2", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getSettings2", FAKE_BARE_ERROR, NULL, FIREWALLD_E_REFUSED},
    {"Get", FAKE_EMPTY, NULL, FIREWALLD_E_MALFORMED},
    {"Get", FAKE_STRING, NULL, FIREWALLD_E_MALFORMED},
    {"Get", FAKE_WRONG_VALUES, NULL, FIREWALLD_E_MALFORMED},
    {"getSettings2", FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT},
};

START_TEST(bad_answers_are_unknown)
{
	struct fake_behaviour behaviour = {.member = bad_answers[_i].member,
	                                   .answer = bad_answers[_i].answer,
	                                   .text = bad_answers[_i].text};
	struct firewalld_reading reading = {0};
	struct err err = ERR_NULL;
	int r;

	/* Long for those that answer: only a hang may end in a timeout. */
	start_adapter(&behaviour, behaviour.answer == FAKE_HANG ? 100 : PATIENCE_MS);
	r = read_firewall(&reading, &err);
	ck_assert_msg(r == bad_answers[_i].result, "%s %d: %d, %s", behaviour.member,
	              behaviour.answer, r, err.text);
	ck_assert_str_ne(err.text, "");
	ck_assert_uint_eq(reading.firewall.n, 0);
	ck_assert_uint_eq(firewalld_pending(world.fw), 0);
}
END_TEST

static const struct {
	const char *text;
	enum firewall_state state;
} states[] = {
    {"FAILED", FIREWALL_STATE_FAILED},
    {"INIT", FIREWALL_STATE_INIT},
    {"", FIREWALL_STATE_UNKNOWN},
    {"RUNNING?", FIREWALL_STATE_UNKNOWN},
};

START_TEST(state_is_told)
{
	struct fake_behaviour behaviour = {
	    .member = "Get", .answer = FAKE_STATE, .text = states[_i].text};
	struct firewalld_reading reading = {0};

	start_adapter(&behaviour, 0);
	ck_assert_int_eq(read_zone(&reading, NULL), 0);
	ck_assert_int_eq((int)reading.state, (int)states[_i].state);
	firewalld_reading_deinit(&reading);
}
END_TEST

START_TEST(missing_zone_is_no_failure)
{
	struct fake_behaviour behaviour = {
	    .member = "getZoneSettings2", .answer = FAKE_ERROR, .text = "INVALID_ZONE: public"};
	struct firewalld_reading reading = {0};

	start_adapter(&behaviour, 0);
	ck_assert_int_eq(read_zone(&reading, NULL), 0);
	ck_assert_uint_eq(reading.firewall.zones.n, 0);
	firewalld_reading_deinit(&reading);
}
END_TEST

static const struct {
	enum fake_answer answer;
	const char *text;
	int added;
	int permanent;
} outcomes[] = {
    {FAKE_ERROR, "ALREADY_ENABLED: 'imaps' already in 'public'", FIREWALLD_E_ALREADY, 0},
    {FAKE_ERROR, "ALREADY_ENABLED", FIREWALLD_E_ALREADY, 0},
    {FAKE_ERROR, "ALREADY_ENABLED_NOT: x", FIREWALLD_E_REFUSED, FIREWALLD_E_REFUSED},
    {FAKE_ERROR, "ZONE_ALREADY_SET: x", FIREWALLD_E_ALREADY, 0},
    {FAKE_ERROR, "ZONE_CONFLICT: x", FIREWALLD_E_CONFLICT, FIREWALLD_E_CONFLICT},
    {FAKE_ERROR, "INVALID_SERVICE: imaps", FIREWALLD_E_INVALID_SERVICE,
     FIREWALLD_E_INVALID_SERVICE},
    {FAKE_ERROR, "NOT_ENABLED: x", FIREWALLD_E_NOT_ENABLED, FIREWALLD_E_NOT_ENABLED},
    {FAKE_ERROR, "", FIREWALLD_E_REFUSED, FIREWALLD_E_REFUSED},
    {FAKE_BARE_ERROR, NULL, FIREWALLD_E_REFUSED, FIREWALLD_E_REFUSED},
    {FAKE_NUMBER, NULL, 0, 0}, /* the outcome is read back anyhow */
    {FAKE_HANG, NULL, FIREWALLD_E_TIMEOUT, FIREWALLD_E_TIMEOUT},
};

START_TEST(outcomes_are_told_apart)
{
	struct fake_behaviour behaviour = {
	    .member = "addService", .answer = outcomes[_i].answer, .text = outcomes[_i].text};
	struct item item = ITEM_NULL;

	start_adapter(&behaviour, behaviour.answer == FAKE_HANG ? 100 : PATIENCE_MS);
	ck_assert_int_eq(item_parse(&item, "public/service:imaps", NULL), 0);
	ck_assert_int_eq(firewalld_add_wait(world.fw, &item, deadline(), NULL), outcomes[_i].added);
	ck_assert_int_eq(firewalld_permanent_add_wait(world.fw, &item, deadline(), NULL),
	                 outcomes[_i].permanent);
	item_deinit(&item);
}
END_TEST

/* Taking away is the other way round: what is not there is gone. */
static const struct {
	enum fake_answer answer;
	const char *text;
	int removed;
} removals[] = {
    {FAKE_ERROR, "NOT_ENABLED: x", 0},
    {FAKE_ERROR, "ALREADY_ENABLED: x", FIREWALLD_E_ALREADY},
    {FAKE_ERROR, "INVALID_PORT: x", FIREWALLD_E_REFUSED},
    {FAKE_NUMBER, NULL, 0},
};

START_TEST(permanent_removals)
{
	struct fake_behaviour behaviour = {
	    .member = "removePort", .answer = removals[_i].answer, .text = removals[_i].text};
	struct item item = ITEM_NULL;

	start_adapter(&behaviour, PATIENCE_MS);
	ck_assert_int_eq(item_parse(&item, "public/port:465/tcp", NULL), 0);
	ck_assert_int_eq(firewalld_permanent_remove_wait(world.fw, &item, deadline(), NULL),
	                 removals[_i].removed);
	/* and adding is as it was */
	ck_assert_int_eq(firewalld_permanent_add_wait(world.fw, &item, deadline(), NULL), 0);
	item_deinit(&item);
}
END_TEST

struct done {
	int n;
	int result;
	struct firewalld_op *victim;
};

static void on_done(int result, const struct err *err, void *userdata)
{
	struct done *done = userdata;

	ck_assert_ptr_nonnull(err);
	done->n++;
	done->result = result;
	if (done->victim)
		firewalld_cancel(steal(done->victim));
}

START_TEST(permanent_writes_wait_their_turn)
{
	struct done first = {0}, second = {0}, third = {0}, last = {0};
	struct item item = ITEM_NULL;
	struct firewalld_op *op;

	start_adapter(NULL, 0);
	ck_assert_int_eq(item_parse(&item, "public/port:465/tcp", NULL), 0);
	ck_assert_int_eq(firewalld_permanent_add(world.fw, &op, &item, on_done, &first), 0);
	ck_assert_int_eq(firewalld_permanent_add(world.fw, &first.victim, &item, on_done, &second),
	                 0);
	ck_assert_int_eq(firewalld_permanent_add(world.fw, NULL, &item, on_done, &third), 0);
	ck_assert_int_ge(loop_run_until(world.loop, 0, NULL), 0);
	ck_assert_uint_eq(firewalld_pending(world.fw), 1);
	/* One that comes while another is under way starts neither. */
	ck_assert_int_eq(firewalld_permanent_add(world.fw, NULL, &item, on_done, &last), 0);
	while (!last.n) {
		ck_assert_uint_le(firewalld_pending(world.fw), 1);
		ck_assert_int_ge(loop_run_until(world.loop, 0, NULL), 0);
	}
	ck_assert_int_eq(third.n, 1);
	ck_assert_int_eq(first.n, 1);
	ck_assert_int_eq(second.n, 0);
	ck_assert_int_eq(third.result, 0);
	item_deinit(&item);
}
END_TEST

START_TEST(permanent_writes_end_with_firewalld)
{
	static const struct fake_behaviour dies = {.member = "addPort", .answer = FAKE_DIE};
	struct done done[3] = {0};
	struct item item = ITEM_NULL;

	start_adapter(&dies, 0);
	ck_assert_int_eq(item_parse(&item, "public/port:465/tcp", NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(done); i++)
		ck_assert_int_eq(firewalld_permanent_add(world.fw, NULL, &item, on_done, &done[i]),
		                 0);
	await(done[2].n);
	for (size_t i = 0; i < ARRAY_SIZE(done); i++)
		ck_assert_int_eq(done[i].result, FIREWALLD_E_GONE);
	ck_assert_int_eq(firewalld_add_wait(world.fw, &item, deadline(), NULL), FIREWALLD_E_GONE);
	item_deinit(&item);
}
END_TEST

START_TEST(slowness_is_told)
{
	struct fake_behaviour behaviour = {.member = "addPort", .answer = FAKE_HANG};
	struct done done = {0};
	struct item item = ITEM_NULL;
	struct firewalld_op *op;

	start_adapter(&behaviour, 0);
	turn(50);
	ck_assert(!seen.slow);
	ck_assert_int_eq(item_parse(&item, "public/port:465/tcp", NULL), 0);
	ck_assert_int_eq(firewalld_add(world.fw, &op, &item, on_done, &done), 0);
	await(seen.slow);
	ck_assert_int_eq(done.n, 0);
	firewalld_cancel(op);
	ck_assert_uint_eq(firewalld_pending(world.fw), 0);
	firewalld_cancel(NULL);
	item_deinit(&item);
}
END_TEST

START_TEST(malformed_signals_are_counted)
{
	const char *zone = "public", *service = "imaps", *empty = "", *port = "0", *tcp = "tcp";
	const char *bad_zone = "a/b c:d";
	dbus_int32_t zero = 0, negative = -1;
	dbus_uint32_t number = 9;
	const uint64_t n_bad = 10;

	start_adapter(NULL, 0);
	await(firewalld_default_zone(world.fw));
	forget_seen();
#define ZONE_SIGNAL(...) emit(fake_emit(ZONE_INTERFACE, __VA_ARGS__, DBUS_TYPE_INVALID))
#define STRING           DBUS_TYPE_STRING
	emit(fake_emit(ZONE_INTERFACE, "ServiceAdded", DBUS_TYPE_INVALID));
	ZONE_SIGNAL("ServiceAdded", STRING, &zone);
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &service);
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &service, DBUS_TYPE_UINT32, &number);
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &service, DBUS_TYPE_INT32, &negative);
	ZONE_SIGNAL("ServiceRemoved", STRING, &zone, STRING, &service, STRING, &service);
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &empty, DBUS_TYPE_INT32, &zero);
	ZONE_SIGNAL("ServiceAdded", STRING, &bad_zone, STRING, &service, DBUS_TYPE_INT32, &zero);
	ZONE_SIGNAL("PortAdded", STRING, &zone, STRING, &port, STRING, &tcp, DBUS_TYPE_INT32,
	            &zero);
	emit(fake_emit(MAIN_INTERFACE, "DefaultZoneChanged", DBUS_TYPE_UINT32, &number,
	               DBUS_TYPE_INVALID));
	/* Neither of these is malformed; both are none of ours. */
	ZONE_SIGNAL("SomethingNewAdded", STRING, &zone);
	emit(fake_emit("org.fedoraproject.FirewallD1.config", "ServiceAdded", STRING, &service,
	               DBUS_TYPE_INVALID));
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &service, DBUS_TYPE_INT32, &zero);
	await(seen.n >= 2);
	ck_assert_uint_eq(seen.n, 2);
	/* some ports have changed, and it cannot be told which: the getters know */
	ck_assert_int_eq((int)seen.events[0].type, FIREWALLD_EVENT_LOST_TRACK);
	ck_assert_int_eq((int)seen.events[1].type, FIREWALLD_EVENT_ITEM_ADDED);
	ck_assert_str_eq(seen.events[1].item.value, "imaps");
	ck_assert_uint_eq(firewalld_malformed(world.fw), n_bad);
	forget_seen();
}
END_TEST

/* Into the settings of a signal: a flag, a list of one zone or of none (""), or the timeout. */
static void add_setting(DBusMessageIter *settings, const char *key, const char *signature,
                        const void *value)
{
	DBusMessageIter entry, variant, list;

	dbus_message_iter_open_container(settings, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
	dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
	dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant);
	if (*signature == 'a') {
		const char *zone = value;

		dbus_message_iter_open_container(&variant, DBUS_TYPE_ARRAY, "s", &list);
		if (*zone)
			dbus_message_iter_append_basic(&list, DBUS_TYPE_STRING, &zone);
		dbus_message_iter_close_container(&variant, &list);
	} else {
		dbus_message_iter_append_basic(&variant, *signature, value);
	}
	dbus_message_iter_close_container(&entry, &variant);
	dbus_message_iter_close_container(settings, &entry);
}

static void emit_settings(bool is_policy, const char *name, const char *key, const char *signature,
                          const void *value, dbus_int32_t timeout_s)
{
	DBusMessage *call =
	    is_policy ? fake_emit("org.fedoraproject.FirewallD1.policy", "PolicyUpdated",
	                          DBUS_TYPE_STRING, &name, DBUS_TYPE_INVALID)
	              : fake_emit(ZONE_INTERFACE, "ZoneUpdated", DBUS_TYPE_STRING, &name,
	                          DBUS_TYPE_INVALID);
	DBusMessageIter iter, settings;

	dbus_message_iter_init_append(call, &iter);
	dbus_message_iter_open_container(&iter, DBUS_TYPE_ARRAY, "{sv}", &settings);
	add_setting(&settings, key, signature, value);
	add_setting(&settings, "timeout", "i", &timeout_s);
	dbus_message_iter_close_container(&iter, &settings);
	emit(call);
}

static void saw_trait(const char *zone, const char *trait, bool on, int timeout_s)
{
	size_t n = 0;

	for (size_t i = 0; i < seen.n; i++) {
		if (seen.events[i].type != FIREWALLD_EVENT_TRAIT)
			continue;
		n++;
		ck_assert_str_eq(seen.events[i].zone, zone);
		ck_assert_str_eq(seen.events[i].trait, trait);
		ck_assert_int_eq(seen.events[i].on, on);
		ck_assert_int_eq(seen.events[i].timeout_s, timeout_s);
	}
	ck_assert_uint_eq(n, *trait ? 1 : 0);
	forget_seen();
}

/* What is no item has its end in the signal of its zone alone; what was there before has none. */
START_TEST(tells_what_is_no_item_and_ends)
{
	const dbus_bool_t yes = TRUE;

	start_adapter(NULL, 0);
	await(firewalld_default_zone(world.fw));
	forget_seen();
	/* which is an item */
	emit_settings(false, "public", "forward", "b", &yes, 600);
	saw_trait("", "", false, 0);
	emit_settings(false, "public", "services", "as", "imaps", 600);
	saw_trait("", "", false, 0);
	emit_settings(true, "in", "ingress_zones", "as", "home", 0);
	saw_trait("", "", false, 0);
	emit_settings(true, "in", "egress_zones", "as", "HOST", 60);
	saw_trait("policy:in", "egress-zone=HOST", true, 60);
	emit_settings(true, "in", "ingress_zones", "as", "home", 60);
	saw_trait("", "", false, 0);
	emit_settings(true, "in", "ingress_zones", "as", "", 0);
	saw_trait("policy:in", "ingress-zone=home", false, 0);
	emit_settings(true, "in", "disable", "b", &yes, 60);
	saw_trait("policy:in", "disable", true, 60);
	/* of another kind than firewalld documents */
	emit_settings(true, "in", "disable", "s", &(const char *){"yes"}, 60);
	saw_trait("", "", false, 0);
}
END_TEST

/* Anyone may emit a signal; only the owner of the name is believed. */
START_TEST(signals_of_others_are_ignored)
{
	const char *zone = "public", *service = "imaps";
	DBusConnection *stranger;
	DBusMessage *signal;

	start_adapter(NULL, 0);
	await(firewalld_default_zone(world.fw));
	forget_seen();
	/* As a match of somebody else on this connection could let it through. */
	ck_assert_int_eq(bus_match(world.bus, "type='signal'"), 0);
	turn(20);
	stranger = dbus_connection_open_private(world.address, NULL);
	ck_assert(stranger && dbus_bus_register(stranger, NULL));
	signal = dbus_message_new_signal("/org/fedoraproject/FirewallD1", ZONE_INTERFACE,
	                                 "ServiceRemoved");
	dbus_message_append_args(signal, STRING, &zone, STRING, &service, DBUS_TYPE_INVALID);
	dbus_connection_send(stranger, signal, NULL);
	dbus_message_unref(signal);
	dbus_connection_flush(stranger);
	dbus_connection_close(stranger);
	dbus_connection_unref(stranger);
	turn(50);
	emit(fake_emit(MAIN_INTERFACE, "Reloaded", DBUS_TYPE_INVALID));
	await(seen.n >= 1);
	ck_assert_int_eq((int)seen.events[0].type, FIREWALLD_EVENT_RELOADED);
	forget_seen();
}
END_TEST

/* fail2ban names no zone. Nothing overtakes what waits for the default zone. */
START_TEST(events_wait_for_the_default_zone)
{
	struct fake_behaviour behaviour = {.member = "getDefaultZone", .answer = FAKE_HANG};
	const char *none = "", *zone = "work", *imaps = "imaps", *smtp = "smtp";
	dbus_int32_t zero = 0, minute = 60;

	start_adapter(&behaviour, 0);
	forget_seen();
	ZONE_SIGNAL("ServiceAdded", STRING, &none, STRING, &imaps, DBUS_TYPE_INT32, &minute);
	ZONE_SIGNAL("ServiceAdded", STRING, &zone, STRING, &smtp, DBUS_TYPE_INT32, &zero);
	turn(30);
	ck_assert_uint_eq(seen.n, 0);
	emit(fake_emit(MAIN_INTERFACE, "DefaultZoneChanged", STRING, &zone, DBUS_TYPE_INVALID));
	await(seen.n >= 3);
	ck_assert_str_eq(seen.events[0].item.zone, "work");
	ck_assert_str_eq(seen.events[0].item.value, "imaps");
	ck_assert_int_eq(seen.events[0].timeout_s, 60);
	ck_assert_str_eq(seen.events[1].item.value, "smtp");
	ck_assert_int_eq((int)seen.events[2].type, FIREWALLD_EVENT_DEFAULT_ZONE);
	ck_assert_str_eq(firewalld_default_zone(world.fw), "work");
	forget_seen();
}
END_TEST

START_TEST(owners_come_and_go)
{
	struct err err = ERR_NULL;

	start_adapter(NULL, 0);
	fake_stop(&world.fw_pid, SIGKILL);
	await(!firewalld_is_present(world.fw));
	ck_assert_int_eq(firewalld_connect_wait(world.fw, deadline(), &err), FIREWALLD_E_GONE);
	ck_assert_int_eq(firewalld_appear_wait(world.fw, clock_monotonic_ms() + 50, &err),
	                 FIREWALLD_E_GONE);
	ck_assert_str_eq(err.text, "firewalld is not running");
	ck_assert_str_eq(firewalld_instance(world.fw), "");
	ck_assert_ptr_null(firewalld_default_zone(world.fw));
	start_fake(NULL);
	ck_assert_int_eq(firewalld_appear_wait(world.fw, deadline(), &err), 0);
	ck_assert(firewalld_is_present(world.fw));
	ck_assert_int_eq(firewalld_connect_wait(world.fw, deadline(), NULL), 0);
	ck_assert_int_eq(atoi(firewalld_instance(world.fw)), world.fw_pid);
	fake_stop(&world.bus_pid, SIGKILL);
	await(seen.events[seen.n - 1].type == FIREWALLD_EVENT_BUS_GONE);
	await(bus_failed_attempts(world.bus) > 0);
	err = ERR_NULL;
	ck_assert_int_eq(firewalld_connect_wait(world.fw, deadline(), &err), FIREWALLD_E_NO_BUS);
	ck_assert_ptr_nonnull(strstr(err.text, "system bus"));
	fake_stop(&world.fw_pid, SIGKILL);
	world.bus_pid = fake_bus_start(world.dir, world.address);
	start_fake(NULL);
	await(firewalld_is_present(world.fw));
	forget_seen();
}
END_TEST

/* A reading during which a reload ended may be half of before, half of after. */
START_TEST(reading_over_a_reload_is_stale)
{
	struct firewalld_query query = {.flags = FIREWALL_RUNTIME};
	struct firewalld_reading reading = {0};
	DBusMessage *reloaded = fake_emit(MAIN_INTERFACE, "Reloaded", DBUS_TYPE_INVALID);
	struct answer answer = {0};

	start_adapter(NULL, 0);
	call(&answer, NULL, reloaded, PATIENCE_MS);
	ck_assert_int_eq(firewalld_read_wait(world.fw, &reading, &query, deadline(), NULL), 0);
	ck_assert(reading.stale);
	firewalld_reading_deinit(&reading);
	ck_assert_int_eq(firewalld_read_wait(world.fw, &reading, &query, deadline(), NULL), 0);
	ck_assert(!reading.stale);
	firewalld_reading_deinit(&reading);
}
END_TEST

static void end_loop(void *userdata)
{
	loop_exit(userdata, 1);
}

/* A SIGINT while a command waits has its handler call loop_exit(). */
START_TEST(waiting_can_be_interrupted)
{
	struct fake_behaviour behaviour = {.member = "getZones", .answer = FAKE_HANG};
	struct firewalld_reading reading = {0};
	struct loop_source *timer;

	start_adapter(&behaviour, 0);
	ck_assert_int_eq(loop_add_timer(world.loop, &timer, end_loop, world.loop), 0);
	loop_timer_set(timer, 30);
	ck_assert_int_lt(read_firewall(&reading, NULL), 0);
	ck_assert_uint_eq(firewalld_pending(world.fw), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("bus");
	TCase *bus = tcase_create("bus"), *firewalld = tcase_create("firewalld");

	tcase_add_checked_fixture(bus, setup, teardown);
	tcase_set_timeout(bus, 120);
	tcase_add_test(bus, calls);
	tcase_add_test(bus, timeout_and_late_answer);
	tcase_add_test(bus, bus_dies_and_comes_back);
	tcase_add_test(bus, peer_dies);
	tcase_add_test(bus, cancel_in_callback);
	tcase_add_test(bus, subscription_cancelled_in_callback);
	tcase_add_test(bus, many_calls_in_order);
	tcase_add_test(bus, bus_hangs);
	tcase_add_test(bus, bus_talks_nonsense);
	tcase_add_test(bus, queue_is_full);
	tcase_add_test(bus, freed_with_calls_pending);
	suite_add_tcase(suite, bus);

	tcase_add_checked_fixture(firewalld, setup, teardown);
	tcase_set_timeout(firewalld, 120);
	tcase_add_test(firewalld, reads);
	tcase_add_test(firewalld, reads_direct_rules);
	tcase_add_loop_test(firewalld, bad_answers_are_unknown, 0, ARRAY_SIZE(bad_answers));
	tcase_add_loop_test(firewalld, state_is_told, 0, ARRAY_SIZE(states));
	tcase_add_test(firewalld, missing_zone_is_no_failure);
	tcase_add_loop_test(firewalld, outcomes_are_told_apart, 0, ARRAY_SIZE(outcomes));
	tcase_add_loop_test(firewalld, permanent_removals, 0, ARRAY_SIZE(removals));
	tcase_add_test(firewalld, permanent_writes_wait_their_turn);
	tcase_add_test(firewalld, permanent_writes_end_with_firewalld);
	tcase_add_test(firewalld, slowness_is_told);
	tcase_add_test(firewalld, malformed_signals_are_counted);
	tcase_add_test(firewalld, tells_what_is_no_item_and_ends);
	tcase_add_test(firewalld, signals_of_others_are_ignored);
	tcase_add_test(firewalld, events_wait_for_the_default_zone);
	tcase_add_test(firewalld, owners_come_and_go);
	tcase_add_test(firewalld, reading_over_a_reload_is_stale);
	tcase_add_test(firewalld, waiting_can_be_interrupted);
	suite_add_tcase(suite, firewalld);
	return unit_run(suite);
}
