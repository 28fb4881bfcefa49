/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts the adapter before a real firewalld. Run by firewalld-adapter.sh, which
 * gives it a network and a mount namespace of its own; it starts the bus and
 * firewalld itself, since it also kills them.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard/system/host/clock.h"
#include "guard/system/firewalld/firewalld.h"

#define PATIENCE_MS 20000
#define SLOW_MS     300
#define MAX_EVENTS  4096

struct event {
	enum firewalld_event_type type;
	struct item item;
	char zone[ITEM_ZONE_MAX + 1];
	char instance[64];
	int timeout_s;
	bool on;
	int64_t at_us;
};

static struct {
	struct loop *loop;
	struct bus *bus;
	struct firewalld *fw;
	struct event events[MAX_EVENTS];
	size_t n_events;
	pid_t bus_pid;
	pid_t fw_pid;
	bool slow;
	unsigned n_slow;

	/* what is read at once, as the watcher will, when Reloaded comes */
	bool read_on_reload;
	bool reload_read;
	int reload_result;
	struct firewalld_reading reload_reading;
	int64_t reload_ms;
	int64_t reloaded_at_ms;
} lab;

#define need(what, ...)                                                                            \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "FALLS SHORT line %d: %s: ", __LINE__, #what);             \
			fprintf(stderr, __VA_ARGS__);                                              \
			fprintf(stderr, "\n");                                                     \
			stop(1);                                                                   \
		}                                                                                  \
	} while (0)

__attribute__((noreturn)) static void stop(int code)
{
	if (lab.fw_pid > 0)
		kill(lab.fw_pid, SIGKILL);
	if (lab.bus_pid > 0)
		kill(lab.bus_pid, SIGKILL);
	exit(code);
}

/* --- the world --------------------------------------------------------------------------- */

static pid_t spawn(const char *log, const char *const argv[])
{
	pid_t pid = fork();
	sigset_t none;
	int fd;

	need(pid >= 0, "fork");
	if (pid > 0)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd >= 0) {
		dup2(fd, 1);
		dup2(fd, 2);
	}
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(127);
}

static void start_bus(void)
{
	const char *address = getenv("DBUS_SYSTEM_BUS_ADDRESS");
	char option[256];
	const char *const argv[] = {"dbus-daemon", "--system", "--nofork",
	                            "--nopidfile", option,     NULL};

	need(address, "DBUS_SYSTEM_BUS_ADDRESS");
	snprintf(option, sizeof(option), "--address=%s", address);
	lab.bus_pid = spawn("bus.log", argv);
}

static void start_firewalld(void)
{
	static const char *const argv[] = {"firewalld",  "--nofork",      "--nopid",
	                                   "--log-file", "firewalld.log", NULL};

	lab.fw_pid = spawn("firewalld.out", argv);
}

static void kill_and_wait(pid_t *pid, int signo)
{
	kill(*pid, signo);
	waitpid(*pid, NULL, 0);
	*pid = 0;
}

static void turn(int ms)
{
	int r = loop_run_until(lab.loop, clock_monotonic_ms() + ms, NULL);

	need(r >= 0, "loop: %s", strerror(-r));
}

/* Runs the loop meanwhile. */
static int command(const char *const argv[])
{
	pid_t pid = spawn("commands.log", argv);
	int64_t deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		need(clock_monotonic_ms() < deadline_ms, "%s hangs", argv[1]);
		turn(5);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
#define CMD(...) command((const char *const[]){"firewall-cmd", __VA_ARGS__, NULL})

/* --- events ------------------------------------------------------------------------------ */

static void on_reload_read(int result, struct firewalld_reading *reading, const struct err *err,
                           void *userdata)
{
	(void)userdata;
	(void)err;
	lab.reload_read = true;
	lab.reload_result = result;
	firewalld_reading_deinit(&lab.reload_reading);
	lab.reload_reading = firewalld_reading_take(reading);
	lab.reload_ms = clock_monotonic_ms() - lab.reloaded_at_ms;
}

static void on_event(const struct firewalld_event *event, void *userdata)
{
	struct event *copy = &lab.events[lab.n_events];

	(void)userdata;
	need(lab.n_events < MAX_EVENTS, "too many events");
	lab.n_events++;
	copy->type = event->type;
	copy->at_us = event->at_us;
	copy->timeout_s = event->timeout_s;
	copy->on = event->on;
	if (event->zone)
		snprintf(copy->zone, sizeof(copy->zone), "%s", event->zone);
	if (event->instance)
		snprintf(copy->instance, sizeof(copy->instance), "%s", event->instance);
	if (event->item)
		need(item_copy(&copy->item, event->item) == 0, "memory");
	if (event->type == FIREWALLD_EVENT_RELOADED && lab.read_on_reload) {
		char *zones[] = {(char *)(uintptr_t) "public"};
		struct strv strv = {.strings = zones, .n = 1, .capacity = 1};
		struct firewalld_query query = {.flags = FIREWALL_RUNTIME, .zones = &strv};

		lab.reloaded_at_ms = clock_monotonic_ms();
		need(firewalld_read(lab.fw, NULL, &query, on_reload_read, NULL) == 0, "read");
	}
}

static void on_slow(bool slow, void *userdata)
{
	(void)userdata;
	lab.slow = slow;
	lab.n_slow++;
}

static void forget_events(void)
{
	for (size_t i = 0; i < lab.n_events; i++)
		item_deinit(&lab.events[i].item);
	memset(lab.events, 0, sizeof(lab.events));
	lab.n_events = 0;
}

static const struct event *find(enum firewalld_event_type type, const struct item *item)
{
	for (size_t i = 0; i < lab.n_events; i++)
		if (lab.events[i].type == type &&
		    (!item || (lab.events[i].item.zone && !item_cmp(&lab.events[i].item, item))))
			return &lab.events[i];
	return NULL;
}

static const struct event *await(enum firewalld_event_type type, const struct item *item)
{
	int64_t deadline_ms = clock_monotonic_ms() + PATIENCE_MS;
	const struct event *event;

	while (!(event = find(type, item)) && clock_monotonic_ms() < deadline_ms)
		turn(5);
	return event;
}

static size_t count(enum firewalld_event_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < lab.n_events; i++)
		n += lab.events[i].type == type;
	return n;
}

/* --- shorthands -------------------------------------------------------------------------- */

static struct item parse(const char *text)
{
	struct item item = ITEM_NULL;
	struct err err = ERR_NULL;

	need(item_parse(&item, text, &err) == 0, "%s: %s", text, err.text);
	return item;
}

static int64_t deadline(void)
{
	return clock_monotonic_ms() + PATIENCE_MS;
}

static struct firewalld_reading read_all(unsigned flags)
{
	struct firewalld_query query = {.flags = flags};
	struct firewalld_reading reading = {0};
	struct err err = ERR_NULL;
	int r = firewalld_read_wait(lab.fw, &reading, &query, deadline(), &err);

	need(r == 0, "read: %d %s", r, err.text);
	need(reading.n_skipped == 0, "%u skipped, %s", reading.n_skipped, reading.skipped);
	return reading;
}

static bool reading_has(unsigned flags, const char *text)
{
	struct firewalld_reading reading = read_all(flags);
	struct item item = parse(text);
	bool has = firewall_has(&reading.firewall, &item, flags);

	item_deinit(&item);
	firewalld_reading_deinit(&reading);
	return has;
}

/* --- what is tried ----------------------------------------------------------------------- */

static void try_appear(void)
{
	struct err err = ERR_NULL;
	int r = firewalld_connect_wait(lab.fw, deadline(), &err);

	need(r == FIREWALLD_E_NO_BUS, "no bus yet: %d %s", r, err.text);
	start_bus();
	need(await(FIREWALLD_EVENT_BUS_BACK, NULL), "the bus came");
	err = ERR_NULL;
	r = firewalld_connect_wait(lab.fw, deadline(), &err);
	need(r == FIREWALLD_E_GONE, "no firewalld yet: %d %s", r, err.text);
	start_firewalld();
	need(await(FIREWALLD_EVENT_APPEARED, NULL), "it appears");
	need(strchr(find(FIREWALLD_EVENT_APPEARED, NULL)->instance, ':'), "instance");
	need(atoi(firewalld_instance(lab.fw)) == lab.fw_pid, "instance %s, pid %d",
	     firewalld_instance(lab.fw), lab.fw_pid);
	printf("ok: appears, instance %s\n", firewalld_instance(lab.fw));
}

static void try_read(void)
{
	struct firewalld_reading first = read_all(FIREWALL_RUNTIME); /* waits for its start */
	int64_t start_us = clock_monotonic_us();
	struct firewalld_reading reading = read_all(FIREWALL_RUNTIME | FIREWALL_PERMANENT);
	double ms = (double)(clock_monotonic_us() - start_us) / 1000;
	struct item item = parse("public/service:ssh");

	need(reading.state == FIREWALL_STATE_RUNNING, "state %d", reading.state);
	need(strcmp(reading.firewall.default_zone, "public") == 0, "default zone");
	need(strcmp(firewalld_default_zone(lab.fw), "public") == 0, "default zone");
	need(strv_contains(&reading.firewall.zones, "drop"), "zones");
	need(firewall_has(&reading.firewall, &item, FIREWALL_RUNTIME), "ssh in the runtime");
	need(firewall_has(&reading.firewall, &item, FIREWALL_PERMANENT), "ssh permanently");
	need(!reading.stale && !reading.firewall.panic, "stale or panic");
	printf("ok: reads %zu zones, %zu entries, runtime and permanent, in %.1f ms\n",
	       reading.firewall.zones.n, reading.firewall.n, ms);
	item_deinit(&item);
	firewalld_reading_deinit(&first);
	firewalld_reading_deinit(&reading);
}

static void try_item(const char *text)
{
	struct item item = parse(text);
	struct err err = ERR_NULL;
	int r = firewalld_add_wait(lab.fw, &item, deadline(), &err);

	need(r == 0, "add %s: %d %s", text, r, err.text);
	need(await(FIREWALLD_EVENT_ITEM_ADDED, &item), "%s added", text);
	need(reading_has(FIREWALL_RUNTIME, text), "%s read", text);
	r = firewalld_add_wait(lab.fw, &item, deadline(), NULL);
	need(r == FIREWALLD_E_ALREADY, "add %s again: %d", text, r);
	r = firewalld_remove_wait(lab.fw, &item, deadline(), &err);
	need(r == 0, "remove %s: %d %s", text, r, err.text);
	need(await(FIREWALLD_EVENT_ITEM_REMOVED, &item), "%s removed", text);
	need(!reading_has(FIREWALL_RUNTIME, text), "%s not read", text);
	r = firewalld_remove_wait(lab.fw, &item, deadline(), &err);
	need(r == FIREWALLD_E_NOT_ENABLED, "remove %s again: %d %s", text, r, err.text);
	item_deinit(&item);
}

/* Its calls succeed also when it is as it should be, and some releases have it from the start. */
static void try_forward(void)
{
	struct item item = parse("home/forward:yes");
	struct err err = ERR_NULL;

	for (int i = 0; i < 2; i++) {
		bool on = i == 1;
		int r = on ? firewalld_add_wait(lab.fw, &item, deadline(), &err)
		           : firewalld_remove_wait(lab.fw, &item, deadline(), &err);

		need(r == 0, "forward %d: %d %s", on, r, err.text);
		need(await(on ? FIREWALLD_EVENT_ITEM_ADDED : FIREWALLD_EVENT_ITEM_REMOVED, &item),
		     "forward %d is told", on);
		need(reading_has(FIREWALL_RUNTIME, "home/forward:yes") == on, "forward %d read",
		     on);
		r = on ? firewalld_permanent_add_wait(lab.fw, &item, deadline(), &err)
		       : firewalld_permanent_remove_wait(lab.fw, &item, deadline(), &err);
		need(r == 0, "forward %d for good: %d %s", on, r, err.text);
		need(reading_has(FIREWALL_PERMANENT, "home/forward:yes") == on, "forward %d stays",
		     on);
	}
	printf("ok: switches the forwarding of a zone\n");
	item_deinit(&item);
}

#define BAN                                                                                        \
	"public/rule:rule family=\"ipv4\" source address=\"192.0.2.11\" port port=\"smtp\" "       \
	"protocol=\"tcp\" reject type=\"icmp-port-unreachable\""

static void try_items(void)
{
	static const char *const items[] = {
	    "public/service:imaps",
	    "public/port:465/tcp",
	    "public/port:5000-5010/udp",
	    "public/source-port:1234/tcp",
	    "public/protocol:gre",
	    "public/forward-port:port=80:proto=tcp:toport=8080:toaddr=",
	    "public/forward-port:port=81:proto=tcp:toport=8080:toaddr=192.0.2.1",
	    "public/forward-port:port=82:proto=tcp:toport=:toaddr=2001:db8::1",
	    "public/masquerade:yes",
	    "public/icmp-block:echo-request",
	    BAN,
	    "internal/interface:rgtest0",
	    "internal/source:192.0.2.0/24",
	};

	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		try_item(items[i]);
	printf("ok: adds, sees, reads and removes %zu kinds and forms of items\n",
	       ARRAY_SIZE(items));
}

static void try_refusals(void)
{
	static const struct {
		const char *item;
		int result;
		const char *text;
	} rows[] = {
	    {"public/service:no-such-service", FIREWALLD_E_INVALID_SERVICE, "INVALID_SERVICE"},
	    {"no-such-zone/service:imaps", FIREWALLD_E_REFUSED, "INVALID_ZONE"},
	    {"public/protocol:no-such-protocol", FIREWALLD_E_REFUSED, "INVALID_PROTOCOL"},
	    {"public/rule:rule nonsense", FIREWALLD_E_REFUSED, "INVALID_RULE"},
	    {"work/interface:rgtest1", FIREWALLD_E_CONFLICT, "ZONE_CONFLICT"},
	};
	struct item item = parse("home/interface:rgtest1");

	need(firewalld_add_wait(lab.fw, &item, deadline(), NULL) == 0, "bind");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct item bad = ITEM_NULL;
		struct err err = ERR_NULL;
		int r;

		/* What the model refuses need not be tried on firewalld. */
		if (item_parse(&bad, rows[i].item, NULL) != 0)
			continue;
		r = firewalld_add_wait(lab.fw, &bad, deadline(), &err);
		need(r == rows[i].result, "%s: %d %s", rows[i].item, r, err.text);
		need(strstr(err.text, rows[i].text), "%s: %s", rows[i].item, err.text);
		item_deinit(&bad);
	}
	need(firewalld_remove_wait(lab.fw, &item, deadline(), NULL) == 0, "unbind");
	item_deinit(&item);
	printf("ok: refusals are told apart\n");
}

static void try_others(void)
{
	struct item rule = parse("public/rule:rule family=\"ipv4\" source address=\"192.0.2.99\" "
	                         "port port=\"25\" protocol=\"tcp\" "
	                         "reject type=\"icmp-port-unreachable\"");
	struct item timed = parse("public/service:pop3");
	struct item moved = parse("work/interface:rgtest2");
	const struct event *event;

	forget_events();
	need(CMD("--add-rich-rule=rule family=ipv4 source address=192.0.2.99 port port=25 "
	         "protocol=tcp reject type=icmp-port-unreachable") == 0,
	     "firewall-cmd");
	need((event = await(FIREWALLD_EVENT_ITEM_ADDED, NULL)), "a rule without a zone");
	need(strcmp(event->item.zone, "public") == 0, "zone %s", event->item.zone);
	need(event->item.kind == ITEM_RULE, "kind");
	need(item_cmp(&event->item, &rule) == 0, "it came as %s", event->item.value);

	need(CMD("--add-service=pop3", "--timeout=2") == 0, "firewall-cmd");
	need((event = await(FIREWALLD_EVENT_ITEM_ADDED, &timed)), "a timed service");
	need(event->timeout_s == 2, "timeout %d", event->timeout_s);
	need(await(FIREWALLD_EVENT_ITEM_REMOVED, &timed), "the end of its time");

	need(CMD("--zone=home", "--add-interface=rgtest2") == 0, "firewall-cmd");
	need(CMD("--zone=work", "--change-interface=rgtest2") == 0, "firewall-cmd");
	need(await(FIREWALLD_EVENT_ITEM_MOVED, &moved), "an interface that moves");
	need(CMD("--panic-on") == 0 && await(FIREWALLD_EVENT_PANIC, NULL), "panic");
	need(find(FIREWALLD_EVENT_PANIC, NULL)->on, "panic on");
	forget_events();
	need(CMD("--panic-off") == 0 && await(FIREWALLD_EVENT_PANIC, NULL), "panic");
	need(!find(FIREWALLD_EVENT_PANIC, NULL)->on, "panic off");
	item_deinit(&rule);
	item_deinit(&timed);
	item_deinit(&moved);
	printf("ok: sees what others do: default zone, timeouts, moves, panic\n");
}

static void try_reload(void)
{
	struct item imaps = parse("public/service:imaps");

	need(firewalld_add_wait(lab.fw, &imaps, deadline(), NULL) == 0, "add");
	forget_events();
	lab.read_on_reload = true;
	need(CMD("--reload") == 0, "firewall-cmd");
	while (!lab.reload_read)
		turn(5);
	lab.read_on_reload = false;
	need(count(FIREWALLD_EVENT_RELOADED) == 1, "%zu", count(FIREWALLD_EVENT_RELOADED));
	need(count(FIREWALLD_EVENT_ITEM_REMOVED) == 0, "a reload says Removed");
	need(count(FIREWALLD_EVENT_ITEM_ADDED) == 0, "config signals taken for zone signals");
	need(lab.reload_result == 0, "%d", lab.reload_result);
	need(lab.reload_reading.state == FIREWALL_STATE_RUNNING && !lab.reload_reading.stale,
	     "state");
	need(lab.reload_reading.firewall.zones.n == 1, "one zone");
	need(!firewall_has(&lab.reload_reading.firewall, &imaps, FIREWALL_RUNTIME), "gone");
	printf("ok: reload: Reloaded, one zone read %d ms later; %zu notices of the permanent "
	       "configuration\n",
	       (int)lab.reload_ms, count(FIREWALLD_EVENT_PERMANENT_CHANGED));
	forget_events();
	need(CMD("--set-default-zone=home") == 0, "firewall-cmd");
	need(await(FIREWALLD_EVENT_DEFAULT_ZONE, NULL), "default zone");
	need(strcmp(find(FIREWALLD_EVENT_DEFAULT_ZONE, NULL)->zone, "home") == 0, "home");
	need(CMD("--set-default-zone=public") == 0, "firewall-cmd");
	item_deinit(&imaps);
	printf("ok: a new default zone\n");
}

static unsigned burst_done;

static void on_burst(int result, const struct err *err, void *userdata)
{
	(void)userdata;
	need(result == 0 || result == FIREWALLD_E_ALREADY, "burst: %d %s", result, err->text);
	burst_done++;
}

static void on_reload_answer(int result, DBusMessage *reply, void *userdata)
{
	(void)reply;
	(void)userdata;
	need(result == 0, "reload: %d", result);
}

/* firewall-cmd is too slow to come in between. */
static void ask_for_reload(void)
{
	DBusMessage *message = dbus_message_new_method_call(
	    "org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1",
	    "org.fedoraproject.FirewallD1", "reload");

	need(bus_call(lab.bus, NULL, message, PATIENCE_MS, on_reload_answer, NULL) == 0, "reload");
}

/* All at once, then again with a reload amid them. */
static void try_burst(void)
{
	static const char *const services[] = {"smtp",  "smtps", "smtp-submission", "imap",
	                                       "imaps", "pop3",  "pop3s",           "https"};
	int64_t start_us, until_ms = deadline();

	need(CMD("--reload") == 0, "firewall-cmd");
	for (int i = 0; i < 2; i++) {
		forget_events();
		burst_done = 0;
		start_us = clock_monotonic_us();
		for (unsigned n = 0; n < ARRAY_SIZE(services); n++) {
			struct item item = {.kind = ITEM_SERVICE,
			                    .zone = (char *)(uintptr_t) "public",
			                    .value = (char *)(uintptr_t)services[n]};

			need(firewalld_add(lab.fw, NULL, &item, on_burst, NULL) == 0, "add");
			if (i == 1 && n == 3)
				ask_for_reload();
		}
		while (burst_done < ARRAY_SIZE(services) && clock_monotonic_ms() < until_ms)
			turn(1);
		need(burst_done == ARRAY_SIZE(services), "%u of them", burst_done);
		if (i == 0)
			printf("ok: eight services, pipelined, in %.1f ms\n",
			       (double)(clock_monotonic_us() - start_us) / 1000);
		else
			need(await(FIREWALLD_EVENT_RELOADED, NULL), "the reload amid them");
	}
	need(!reading_has(FIREWALL_RUNTIME, "public/service:smtp"), "before the reload: lost");
	need(reading_has(FIREWALL_RUNTIME, "public/service:https"), "after it: there");
	printf("ok: and with a reload amid them\n");
	need(CMD("--reload") == 0, "firewall-cmd");
}

static unsigned permanent_done;

static void on_permanent(int result, const struct err *err, void *userdata)
{
	(void)userdata;
	need(result == 0, "permanent: %d %s", result, err->text);
	permanent_done++;
}

static void try_permanent(void)
{
	static const char *const items[] = {
	    "public/service:imaps",
	    "public/port:465/tcp",
	    "public/rule:rule service name=\"smtp\" accept",
	    "public/service:imaps",
	    "public/masquerade:yes",
	};
	int64_t until_ms = deadline();

	forget_events();
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		struct item item = parse(items[i]);

		need(firewalld_permanent_add(lab.fw, NULL, &item, on_permanent, NULL) == 0, "add");
		item_deinit(&item);
	}
	while (permanent_done < ARRAY_SIZE(items) && clock_monotonic_ms() < until_ms) {
		need(firewalld_pending(lab.fw) <= 1, "one at a time");
		turn(1);
	}
	need(permanent_done == ARRAY_SIZE(items), "%u done", permanent_done);
	for (size_t i = 0; i < ARRAY_SIZE(items); i++) {
		need(reading_has(FIREWALL_PERMANENT, items[i]), "%s is permanent", items[i]);
		need(!reading_has(FIREWALL_RUNTIME, items[i]), "%s in the runtime", items[i]);
	}
	need(await(FIREWALLD_EVENT_PERMANENT_CHANGED, NULL), "notice");
	need(strcmp(find(FIREWALLD_EVENT_PERMANENT_CHANGED, NULL)->zone, "public") == 0, "zone");
	need(CMD("--reload") == 0, "firewall-cmd");
	for (size_t i = 0; i < ARRAY_SIZE(items); i++)
		need(reading_has(FIREWALL_RUNTIME, items[i]), "%s after a reload", items[i]);
	printf("ok: permanent writes\n");
}

static void try_services(void)
{
	struct firewalld_service service = {0};
	struct err err = ERR_NULL;
	int r = firewalld_service_wait(lab.fw, &service, "imaps", deadline(), &err);

	need(r == 0 && service.ports.n == 1, "imaps: %d %s", r, err.text);
	need(strcmp(service.ports.strings[0], "993/tcp") == 0, "%s", service.ports.strings[0]);
	firewalld_service_deinit(&service);
	r = firewalld_service_wait(lab.fw, &service, "no-such-service", deadline(), &err);
	need(r == FIREWALLD_E_INVALID_SERVICE, "%d %s", r, err.text);
	printf("ok: what services consist of\n");
}

static int hung_result;
static unsigned hung_done;

static void on_hung(int result, const struct err *err, void *userdata)
{
	(void)userdata;
	(void)err;
	hung_result = result;
	hung_done++;
}

static void try_hang(void)
{
	struct item item = parse("public/service:pop3s");
	int64_t until_ms = deadline();

	lab.n_slow = 0;
	kill(lab.fw_pid, SIGSTOP);
	need(firewalld_add(lab.fw, NULL, &item, on_hung, NULL) == 0, "add");
	while (!lab.slow && clock_monotonic_ms() < until_ms)
		turn(10);
	need(lab.slow && hung_done == 0, "slow is noticed");
	kill(lab.fw_pid, SIGCONT);
	while (!hung_done && clock_monotonic_ms() < until_ms)
		turn(10);
	need(hung_done == 1 && hung_result == 0 && !lab.slow && lab.n_slow == 2, "goes on");

	hung_done = 0;
	forget_events();
	kill(lab.fw_pid, SIGSTOP);
	need(firewalld_remove(lab.fw, NULL, &item, on_hung, NULL) == 0, "remove");
	turn(50);
	kill_and_wait(&lab.fw_pid, SIGKILL);
	need(await(FIREWALLD_EVENT_GONE, NULL), "gone");
	while (!hung_done && clock_monotonic_ms() < until_ms)
		turn(10);
	need(hung_done == 1 && hung_result == FIREWALLD_E_GONE, "%d", hung_result);
	need(firewalld_add(lab.fw, NULL, &item, on_hung, NULL) == FIREWALLD_E_GONE, "refused");
	item_deinit(&item);
	printf("ok: a firewalld that hangs, and one that is killed over a call\n");
}

static void try_restart(void)
{
	char before[64];

	snprintf(before, sizeof(before), "%s", find(FIREWALLD_EVENT_GONE, NULL) ? "gone" : "");
	forget_events();
	start_firewalld();
	need(await(FIREWALLD_EVENT_APPEARED, NULL), "back");
	need(atoi(firewalld_instance(lab.fw)) == lab.fw_pid, "%s", firewalld_instance(lab.fw));
	need(reading_has(FIREWALL_RUNTIME, "public/service:ssh"), "read while it starts");
	printf("ok: back after %s\n", before);

	forget_events();
	kill_and_wait(&lab.bus_pid, SIGKILL);
	need(await(FIREWALLD_EVENT_BUS_GONE, NULL), "bus gone");
	need(!firewalld_is_present(lab.fw), "and firewalld");
	unlink("/run/dbus/system_bus_socket");
	kill_and_wait(&lab.fw_pid, SIGKILL);
	start_bus();
	need(await(FIREWALLD_EVENT_BUS_BACK, NULL), "bus back");
	start_firewalld();
	need(await(FIREWALLD_EVENT_APPEARED, NULL), "back");
	need(reading_has(FIREWALL_RUNTIME, "public/service:ssh"), "read");
	forget_events();
	need(CMD("--add-service=pop3s") == 0 && await(FIREWALLD_EVENT_ITEM_ADDED, NULL),
	     "matches are there again");
	printf("ok: the bus restarted\n");
}

/* firewalld#931: a start that fails loads the stock configuration. */
static void try_failed(void)
{
	FILE *file;
	struct firewalld_reading reading;

	kill_and_wait(&lab.fw_pid, SIGTERM);
	need(await(FIREWALLD_EVENT_GONE, NULL), "gone");
	file = fopen("/etc/firewalld/zones/public.xml", "w");
	need(file && fputs("<zone><service name=\"ssh\"></zone>", file) >= 0, "write");
	fclose(file);
	forget_events();
	start_firewalld();
	need(await(FIREWALLD_EVENT_APPEARED, NULL), "back");
	reading = read_all(FIREWALL_RUNTIME);
	need(reading.state == FIREWALL_STATE_FAILED, "state %s",
	     firewall_state_name(reading.state));
	firewalld_reading_deinit(&reading);
	printf("ok: a start that fails is FAILED\n");
}

int main(void)
{
	struct firewalld_options options = {
	    .on_event = on_event, .on_slow = on_slow, .slow_ms = SLOW_MS};

	setvbuf(stdout, NULL, _IOLBF, 0);
	need(loop_new(&lab.loop) == 0 && bus_new(&lab.bus, lab.loop, NULL) == 0 &&
	         firewalld_new(&lab.fw, lab.bus, &options) == 0,
	     "set up");
	try_appear();
	try_read();
	try_items();
	try_forward();
	try_refusals();
	try_others();
	try_reload();
	try_burst();
	try_permanent();
	try_services();
	try_hang();
	try_restart();
	try_failed();
	need(firewalld_malformed(lab.fw) == 0, "malformed signals");
	need(count(FIREWALLD_EVENT_LOST_TRACK) == 0, "lost track");
	forget_events();
	firewalld_reading_deinit(&lab.reload_reading);
	firewalld_free(lab.fw);
	bus_free(lab.bus);
	loop_free(lab.loop);
	stop(0);
}
