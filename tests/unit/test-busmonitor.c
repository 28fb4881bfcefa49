// SPDX-License-Identifier: GPL-2.0-or-later
/* The monitor, and what is made of its calls for interfaces, on a real dbus-daemon of its own. */
#include "guard/system/firewalld/busmonitor.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/watch/attribution.h"
#include "tests/unit/fake-firewalld.h"
#include "tests/unit/unit.h"

/* Never waited for in full when things work. */
#define PATIENCE_MS 20000

#define NAME "org.fedoraproject.FirewallD1"
#define PATH "/org/fedoraproject/FirewallD1"

static struct {
	char dir[64];
	char address[256];
	pid_t bus_pid;
	struct loop *loop;
	struct bus *bus;
	struct busmonitor *monitor;
	DBusConnection *owner;  /* calls itself firewalld */
	DBusConnection *caller; /* calls it */
	struct cause_log log;
	uint64_t serial;
	int n_evidence, n_refused, n_failed, n_monitoring, n_away, n_gone, n_caught_up;
	unsigned n_bindings;
	char binding[128];
	uint64_t binding_serial;
} world;

static uint64_t next_serial(void *userdata)
{
	(void)userdata;
	return ++world.serial;
}

static void on_evidence(const struct cause_evidence *evidence, void *userdata)
{
	(void)userdata;
	world.n_evidence++;
	cause_log_put(&world.log, evidence);
}

static void on_refused(uint64_t serial, bool failed, void *userdata)
{
	(void)userdata;
	world.n_refused++;
	world.n_failed += failed;
	cause_log_drop(&world.log, serial);
}

/* "host0 iredmail", "nm host0 -" for a removal by NetworkManager */
static void on_binding(const struct busmonitor_binding *binding, void *userdata)
{
	(void)userdata;
	world.n_bindings++;
	snprintf(world.binding, sizeof(world.binding), "%s%s %s%s",
	         binding->by_network_manager ? "nm " : "", binding->interface,
	         binding->removes ? "-" : "", binding->zone);
	world.binding_serial = binding->serial;
}

static void on_gone(void *userdata)
{
	(void)userdata;
	world.n_gone++;
}

static void on_state(bool monitoring, const char *why, void *userdata)
{
	(void)userdata;
	(void)why;
	if (monitoring)
		world.n_monitoring++;
	else
		world.n_away++;
}

static void on_caught_up(void *userdata)
{
	(void)userdata;
	world.n_caught_up++;
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

static DBusConnection *connect_client(void)
{
	DBusConnection *client = dbus_connection_open_private(world.address, NULL);

	ck_assert_ptr_nonnull(client);
	ck_assert(dbus_bus_register(client, NULL));
	dbus_connection_set_exit_on_disconnect(client, FALSE);
	return client;
}

static void connect_clients(void)
{
	world.owner = connect_client();
	world.caller = connect_client();
	ck_assert_int_eq(dbus_bus_request_name(world.owner, NAME, 0, NULL),
	                 DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER);
}

static void drop_client(DBusConnection **client)
{
	if (!*client)
		return;
	dbus_connection_close(*client);
	dbus_connection_unref(*client);
	*client = NULL;
}

static void setup(void)
{
	struct bus_options options = {.backoff_min_ms = 10, .backoff_max_ms = 50};
	struct busmonitor_options monitor = {
	    .on_evidence = on_evidence,
	    .on_binding = on_binding,
	    .on_gone = on_gone,
	    .on_refused = on_refused,
	    .on_state = on_state,
	    .on_caught_up = on_caught_up,
	    .next_serial = next_serial,
	};

	memset(&world, 0, sizeof(world));
	strcpy(world.dir, "/tmp/test-busmonitor.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(world.dir));
	world.bus_pid = fake_bus_start(world.dir, world.address);
	setenv("DBUS_SYSTEM_BUS_ADDRESS", world.address, 1);
	ck_assert_int_eq(loop_new(&world.loop), 0);
	ck_assert_int_eq(bus_new(&world.bus, world.loop, &options), 0);
	monitor.bus = world.bus;
	ck_assert_int_eq(busmonitor_new(&world.monitor, &monitor), 0);
	connect_clients();
	await(world.n_monitoring == 1 && bus_is_connected(world.bus));
}

static void teardown(void)
{
	static const char *const names[] = {"bus", "bus.conf"};
	char path[128];

	drop_client(&world.owner);
	drop_client(&world.caller);
	busmonitor_free(world.monitor);
	bus_free(world.bus);
	loop_free(world.loop);
	fake_stop(&world.bus_pid, SIGKILL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", world.dir, names[i]);
		unlink(path);
	}
	rmdir(world.dir);
	dbus_shutdown();
}

/* interface and argument: may be NULL */
static dbus_uint32_t call(const char *to, const char *interface, const char *member,
                          const char *argument)
{
	DBusMessage *message = dbus_message_new_method_call(to, PATH, interface, member);
	dbus_uint32_t serial;

	ck_assert_ptr_nonnull(message);
	if (argument)
		ck_assert(dbus_message_append_args(message, DBUS_TYPE_STRING, &argument,
		                                   DBUS_TYPE_INVALID));
	ck_assert(dbus_connection_send(world.caller, message, &serial));
	dbus_connection_flush(world.caller);
	dbus_message_unref(message);
	return serial;
}

static const char *words(void)
{
	static char buffer[CAUSE_WORDS_SIZE];

	cause_log_reloaded(&world.log, clock_monotonic_us(), true);
	ck_assert(cause_words(buffer, &world.log, WIPE_RELOAD, 1, clock_monotonic_us()));
	return buffer;
}

static const char hangup[] = "reload by SIGHUP (sender unknown)";

START_TEST(caller_is_found)
{
	char start[64];

	call(NAME, NAME, "reload", NULL);
	await(world.n_evidence == 2);
	snprintf(start, sizeof(start), "reload by test-busmonitor (pid %d)", (int)getpid());
	ck_assert_msg(strncmp(words(), start, strlen(start)) == 0, "no %s", start);
	ck_assert_int_eq(world.n_refused, 0);
}
END_TEST

START_TEST(unique_name)
{
	call(dbus_bus_get_unique_name(world.owner), NULL, "completeReload", NULL);
	await(world.n_evidence == 2);
	turn(100);
	ck_assert_int_eq(world.n_refused, 0);
	ck_assert_int_eq(strncmp(words(), "complete reload by test-busmonitor", 34), 0);
}
END_TEST

/* Anybody may have an object of that path, and call it. */
START_TEST(somebody_else)
{
	call(dbus_bus_get_unique_name(world.caller), NAME, "reload", NULL);
	await(world.n_refused == 1);
	ck_assert_str_eq(words(), hangup);
}
END_TEST

/* Seen in their order: when the last is, the ones before were not. */
START_TEST(other_calls)
{
	call(NAME, NAME, "getZones", NULL);
	call(NAME, "org.example.Other", "reload", NULL);
	call("org.example.Other", NAME, "reload", NULL);
	call(NAME, NAME, "setDefaultZone", "a\nb), from x.service");
	await(world.n_evidence == 2);
	ck_assert_uint_eq(world.log.n, 1);
	ck_assert_int_eq(world.log.rows[0].kind, CAUSE_DEFAULT_ZONE);
	ck_assert_str_eq(world.log.rows[0].zone, "a?b???from?x.service");
	call(NAME, NAME, "setDefaultZone", NULL);
	await(world.n_evidence == 4);
	ck_assert_str_eq(world.log.rows[1].zone, "");
}
END_TEST

static void call_removal(const char *interface, const char *member, const char *zone, const char *a,
                         const char *b)
{
	DBusMessage *message = dbus_message_new_method_call(NAME, PATH, interface, member);

	ck_assert(dbus_message_append_args(message, DBUS_TYPE_STRING, &zone, DBUS_TYPE_STRING, &a,
	                                   b ? DBUS_TYPE_STRING : DBUS_TYPE_INVALID, &b,
	                                   DBUS_TYPE_INVALID));
	/* the bus lets nobody wait for more than a few */
	dbus_message_set_no_reply(message, TRUE);
	ck_assert(dbus_connection_send(world.caller, message, NULL));
	dbus_connection_flush(world.caller);
	dbus_message_unref(message);
}

START_TEST(removals)
{
	_cleanup_item_ struct item port = ITEM_NULL;
	char words[CAUSE_WORDS_SIZE];
	char hostile[4096];

	ck_assert_int_eq(item_parse(&port, "public/port:993/tcp", NULL), 0);
	memset(hostile, 'x', sizeof(hostile) - 1);
	hostile[sizeof(hostile) - 1] = '\0';
	/* none of these is a removal of an item, or to be looked up */
	call_removal(NAME ".config", "removeService", "public", "imaps", NULL);
	call_removal(NAME ".zone", "removePort", "public", "993", NULL);
	call_removal(NAME ".zone", "removePort", "public", "993 to the end", "tcp");
	call_removal(NAME ".zone", "removeService", "public", hostile, NULL);
	call_removal(NAME ".zone", "removeRichRule", "public", "rule drop", NULL);
	call_removal(NAME ".zone", "removePort", "", "0993", "tcp");
	await(world.n_evidence == 2);
	ck_assert_uint_eq(world.log.n, 1);
	ck_assert_int_eq(world.log.rows[0].kind, CAUSE_REMOVAL);
	ck_assert(cause_remover(words, &world.log, &port, true, clock_monotonic_us()));
	ck_assert_ptr_nonnull(strstr(words, "test-busmonitor (pid "));
	call_removal(NULL, "removeService", "public", "imaps", NULL);
	await(world.n_evidence == 4);
	ck_assert_str_eq(world.log.rows[1].zone, "public");
}
END_TEST

#define NETWORK_MANAGER "org.freedesktop.NetworkManager"

/* NetworkManager's are known for its own from the moment when it has its name. */
START_TEST(bindings)
{
	call_removal(NAME ".zone", "changeZoneOfInterface", "work", "host0", NULL);
	await(world.n_bindings == 1);
	ck_assert_str_eq(world.binding, "host0 work");
	ck_assert_int_ge(dbus_bus_request_name(world.caller, NETWORK_MANAGER, 0, NULL), 0);
	call_removal(NAME ".zone", "changeZoneOfInterface", "", "host0", NULL);
	await(world.n_bindings == 2);
	ck_assert_str_eq(world.binding, "nm host0 ");
	call_removal(NULL, "addInterface", "work", "host1", NULL);
	await(world.n_bindings == 3);
	ck_assert_str_eq(world.binding, "nm host1 work");
	/* of what is looked up as well there is one serial */
	call_removal(NAME ".zone", "removeInterface", "work", "host1", NULL);
	await(world.n_bindings == 4);
	ck_assert_str_eq(world.binding, "nm host1 -work");
	await(world.n_evidence == 2);
	ck_assert_uint_eq(world.log.rows[0].serial, world.binding_serial);
	call(NAME, NAME ".zone", "changeZoneOfInterface", "work");
	ck_assert_int_ge(dbus_bus_release_name(world.caller, NETWORK_MANAGER, NULL), 0);
	call_removal(NAME ".zone", "changeZone", "", "host0", NULL);
	await(world.n_bindings == 5);
	ck_assert_str_eq(world.binding, "host0 ");
	ck_assert_int_eq(world.n_gone, 0);
	ck_assert_int_ge(dbus_bus_release_name(world.owner, NAME, NULL), 0);
	await(world.n_gone == 1);
}
END_TEST

static enum cause_mover mover(struct attribution *attribution, const char *text)
{
	_cleanup_item_ struct item interface = ITEM_NULL;

	ck_assert_int_eq(item_parse(&interface, text, NULL), 0);
	return attribution_mover(attribution, &interface, false,
	                         strcmp(interface.zone, "public") == 0);
}

/* The caller is NetworkManager, the owner of firewalld's name plays everybody else. */
static void calls_to(DBusConnection *client, const char *zone)
{
	DBusConnection *caller = world.caller;

	world.caller = client;
	call_removal(NAME ".zone", "changeZoneOfInterface", zone, "host0", NULL);
	world.caller = caller;
	/* a round trip: the bus has passed the call on, also to who listens */
	ck_assert(dbus_bus_name_has_owner(client, DBUS_SERVICE_DBUS, NULL));
	turn(50);
}

/*
 * What firewalld says of one call is not taken for its word on another one that is under way:
 * an interface that the guard puts back while NetworkManager sends the empty zone.
 */
START_TEST(movers_in_their_order)
{
	struct logger logger = LOGGER_NULL;
	struct attribution *attribution;

	ck_assert_int_ge(dbus_bus_request_name(world.caller, NETWORK_MANAGER, 0, NULL), 0);
	ck_assert_int_eq(attribution_new(&attribution, world.bus, &logger), 0);
	do
		calls_to(world.caller, "");
	while (mover(attribution, "public/interface:host0") != CAUSE_MOVER_HABIT);
	calls_to(world.owner, "work");
	calls_to(world.caller, "");
	calls_to(world.caller, "dmz");
	ck_assert_int_eq(mover(attribution, "work/interface:host0"), CAUSE_MOVER_SOMEBODY);
	ck_assert_int_eq(mover(attribution, "public/interface:host0"), CAUSE_MOVER_HABIT);
	ck_assert_int_eq(mover(attribution, "dmz/interface:host0"), CAUSE_MOVER_CONNECTION);
	/* nobody hears any more of what it asked of a firewalld that is gone */
	calls_to(world.caller, "");
	ck_assert_int_ge(dbus_bus_release_name(world.owner, NAME, NULL), 0);
	turn(50);
	ck_assert_int_eq(mover(attribution, "work/interface:host0"), CAUSE_MOVER_SOMEBODY);
	attribution_free(attribution);
}
END_TEST

/*
 * At a boot NetworkManager may have called before anybody saw who calls, and firewalld get to
 * that later: until it has, what it says by itself is nobody's wish.
 */
START_TEST(movers_whom_nobody_saw)
{
	struct logger logger = LOGGER_NULL;
	struct attribution *attribution;

	ck_assert_int_eq(attribution_new(&attribution, world.bus, &logger), 0);
	/* there is none that could have called */
	turn(100);
	ck_assert_int_eq(mover(attribution, "public/interface:host0"), CAUSE_MOVER_SOMEBODY);
	ck_assert_int_ge(dbus_bus_request_name(world.caller, NETWORK_MANAGER, 0, NULL), 0);
	turn(100);
	ck_assert_int_eq(mover(attribution, "public/interface:host0"), CAUSE_MOVER_HABIT);
	ck_assert_int_eq(mover(attribution, "work/interface:host0"), CAUSE_MOVER_SOMEBODY);
	/* firewalld answers what it was asked before */
	for (int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
	     mover(attribution, "public/interface:host0") != CAUSE_MOVER_SOMEBODY; turn(2)) {
		ck_assert_int_lt(clock_monotonic_ms(), end_ms);
		dbus_connection_read_write_dispatch(world.owner, 0);
	}
	attribution_free(attribution);
}
END_TEST

/* More than anybody remembers, of as many interfaces, before firewalld speaks of the first. */
START_TEST(movers_thrown_out)
{
	struct logger logger = LOGGER_NULL;
	struct attribution *attribution;
	char name[16];

	ck_assert_int_ge(dbus_bus_request_name(world.caller, NETWORK_MANAGER, 0, NULL), 0);
	ck_assert_int_eq(attribution_new(&attribution, world.bus, &logger), 0);
	turn(100);
	for (int64_t end_ms = clock_monotonic_ms() + PATIENCE_MS;
	     mover(attribution, "public/interface:host0") != CAUSE_MOVER_SOMEBODY; turn(2)) {
		ck_assert_int_lt(clock_monotonic_ms(), end_ms);
		dbus_connection_read_write_dispatch(world.owner, 0);
	}
	for (unsigned i = 0; i < 1200; i++) {
		snprintf(name, sizeof(name), "host%u", i);
		call_removal(NAME ".zone", "changeZoneOfInterface", "", name, NULL);
	}
	calls_to(world.caller, "dmz");
	turn(500);
	ck_assert_int_eq(mover(attribution, "public/interface:host1100"), CAUSE_MOVER_HABIT);
	ck_assert_int_eq(mover(attribution, "public/interface:host1"), CAUSE_MOVER_HABIT);
	ck_assert_int_eq(mover(attribution, "dmz/interface:host0"), CAUSE_MOVER_CONNECTION);
	/* what was asked of a firewalld that is gone is missed by nobody */
	ck_assert_int_ge(dbus_bus_release_name(world.owner, NAME, NULL), 0);
	turn(50);
	ck_assert_int_eq(mover(attribution, "public/interface:host1"), CAUSE_MOVER_SOMEBODY);
	attribution_free(attribution);
}
END_TEST

/* It had its name before anybody looked. */
START_TEST(bindings_of_one_that_was_there)
{
	struct busmonitor_options monitor = {
	    .bus = world.bus,
	    .on_evidence = on_evidence,
	    .on_binding = on_binding,
	    .on_gone = on_gone,
	    .on_refused = on_refused,
	    .on_state = on_state,
	    .on_caught_up = on_caught_up,
	    .next_serial = next_serial,
	};

	busmonitor_free(world.monitor);
	ck_assert_int_ge(dbus_bus_request_name(world.caller, NETWORK_MANAGER, 0, NULL), 0);
	ck_assert_int_eq(busmonitor_new(&world.monitor, &monitor), 0);
	await(world.n_monitoring == 2);
	turn(100);
	call_removal(NAME ".zone", "changeZone", "", "host0", NULL);
	/* also before the loop's turn */
	for (unsigned i = 0; i < 1000 && world.n_bindings == 0; i++) {
		busmonitor_catch_up(world.monitor);
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	ck_assert_uint_eq(world.n_bindings, 1);
}
END_TEST

/* The owner reads the call with this serial and answers it with an error. */
static void answer_with(dbus_uint32_t serial, const char *words)
{
	DBusMessage *message = NULL, *error;

	while (!message || dbus_message_get_serial(message) != serial ||
	       !dbus_message_is_method_call(message, NAME, "reload")) {
		if (message)
			dbus_message_unref(message);
		/* it may have come with the one before */
		message = dbus_connection_pop_message(world.owner);
		if (!message)
			ck_assert(dbus_connection_read_write(world.owner, PATIENCE_MS));
	}
	error = dbus_message_new_error(message, NAME ".Exception", words);
	ck_assert_ptr_nonnull(error);
	ck_assert(dbus_connection_send(world.owner, error, NULL));
	dbus_connection_flush(world.owner);
	dbus_message_unref(error);
	dbus_message_unref(message);
}

START_TEST(refused_call)
{
	dbus_uint32_t first = call(NAME, NAME, "reload", NULL);
	dbus_uint32_t second = call(NAME, NAME, "reload", NULL);

	call(NAME, NAME, "reload", NULL);
	await(world.n_evidence == 6);
	answer_with(first, "NOT_AUTHORIZED");
	await(world.n_refused == 1);
	ck_assert_int_eq(world.n_failed, 0);
	ck_assert_uint_eq(world.log.n, 2);
	ck_assert_uint_eq(world.log.rows[0].serial, 2);
	/* it was tried */
	answer_with(second, "INVALID_IPSET: nosuchset");
	await(world.n_refused == 2);
	ck_assert_int_eq(world.n_failed, 1);
	ck_assert_uint_eq(world.log.n, 1);
	ck_assert_uint_eq(world.log.rows[0].serial, 3);
}
END_TEST

/* firewalld is not there: it is the bus that refuses. */
START_TEST(refused_by_the_bus)
{
	ck_assert_int_ge(dbus_bus_release_name(world.owner, NAME, NULL), 0);
	call(NAME, NAME, "reload", NULL);
	await(world.n_refused == 1);
	turn(50);
	ck_assert_str_eq(words(), hangup);
}
END_TEST

START_TEST(caller_leaves)
{
	call(NAME, NAME, "reload", NULL);
	drop_client(&world.caller);
	await(world.n_evidence >= 1);
	turn(50);
	ck_assert_int_eq(strncmp(words(), "reload by ", 10), 0);
}
END_TEST

/* A flood costs a bounded number of look-ups; after it everything works. */
START_TEST(flood)
{
	for (int i = 0; i < 300; i++)
		call(NAME, NAME, "reload", NULL);
	await(world.serial == 300);
	turn(50);
	ck_assert_uint_le(world.log.n, CAUSE_LOG_MAX);
	/* the bus itself has had enough of that caller */
	drop_client(&world.caller);
	world.caller = connect_client();
	call(NAME, NAME, "completeReload", NULL);
	await(world.log.n && world.log.rows[world.log.n - 1].kind == CAUSE_COMPLETE_RELOAD &&
	      world.log.rows[world.log.n - 1].caller.pid == getpid());
}
END_TEST

START_TEST(comes_back)
{
	fake_stop(&world.bus_pid, SIGKILL);
	drop_client(&world.owner);
	drop_client(&world.caller);
	await(world.n_away == 1);
	world.bus_pid = fake_bus_start(world.dir, world.address);
	await(world.n_monitoring == 2 && bus_is_connected(world.bus));
	ck_assert_int_eq(world.n_away, 1);
	connect_clients();
	call(NAME, NAME, "reload", NULL);
	await(world.n_evidence == 2);
}
END_TEST

/* With a look-up under way, whose answer comes to nobody. */
START_TEST(freed_meanwhile)
{
	call(NAME, NAME, "reload", NULL);
	await(world.n_evidence >= 1);
	call(NAME, NAME, "reload", NULL);
	busmonitor_free(world.monitor);
	world.monitor = NULL;
	turn(50);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("busmonitor");
	TCase *tc = tcase_create("busmonitor");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, caller_is_found);
	tcase_add_test(tc, unique_name);
	tcase_add_test(tc, somebody_else);
	tcase_add_test(tc, other_calls);
	tcase_add_test(tc, removals);
	tcase_add_test(tc, bindings);
	tcase_add_test(tc, bindings_of_one_that_was_there);
	tcase_add_test(tc, movers_in_their_order);
	tcase_add_test(tc, movers_whom_nobody_saw);
	tcase_add_test(tc, movers_thrown_out);
	tcase_add_test(tc, refused_call);
	tcase_add_test(tc, refused_by_the_bus);
	tcase_add_test(tc, caller_leaves);
	tcase_add_test(tc, flood);
	tcase_add_test(tc, comes_back);
	tcase_add_test(tc, freed_meanwhile);
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
