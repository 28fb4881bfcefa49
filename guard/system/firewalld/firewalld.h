/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld - its calls and signals, as items, firewalls and rulesets of the model
 *
 * Follows the owner of org.fedoraproject.FirewallD1 and never starts it. One
 * handler gets all events; between GONE (or BUS_GONE) and the next APPEARED
 * there are none of firewalld's. What is lost in between does not matter to who
 * reads everything on APPEARED. Zones in events are never empty: the default
 * zone is filled in, and events wait, in order, while it is not known.
 *
 * Calls are asynchronous and go to the very instance that was announced by
 * APPEARED: if it goes, they end with FIREWALLD_E_GONE. Many may be under way;
 * firewalld answers in the order of asking. A callback is called exactly once
 * for every start function that returned 0, never inside it, and not at all
 * after firewalld_cancel() or firewalld_free(). Start functions return
 * FIREWALLD_E_GONE while firewalld is away, or a negative errno; then the
 * callback is not called. Callbacks may start and cancel what they like, but
 * not free the adapter.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_H

#include "guard/model/firewall.h"
#include "guard/model/packet/ruleset.h"
#include "guard/system/host/networkmanager.h"

struct firewalld;
struct firewalld_op; /* something under way, which can be cancelled */

enum {
	FIREWALLD_E_GONE = 1,        /* not on the bus, or went before it answered */
	FIREWALLD_E_NO_BUS,          /* firewalld_connect_wait(): the bus cannot be reached */
	FIREWALLD_E_BUS_SILENT,      /* firewalld_connect_wait(): no answer of the bus in time */
	FIREWALLD_E_TIMEOUT,         /* no answer in time; it may still happen */
	FIREWALLD_E_MALFORMED,       /* an answer that is not what firewalld documents */
	FIREWALLD_E_ALREADY,         /* ALREADY_ENABLED, ZONE_ALREADY_SET: is there already */
	FIREWALLD_E_NOT_ENABLED,     /* was not there */
	FIREWALLD_E_CONFLICT,        /* ZONE_CONFLICT: the binding is in another zone */
	FIREWALLD_E_INVALID_SERVICE, /* there is no such service, policy or ipset */
	FIREWALLD_E_DENIED,          /* ACCESS_DENIED: lockdown, and we are not on its list */
	FIREWALLD_E_UNAUTHORIZED,    /* polkit: firewalld tells that to root only */
	FIREWALLD_E_PANIC,           /* PANIC_MODE: nothing is changed while it is on */
	FIREWALLD_E_REFUSED,         /* any other error; the err has firewalld's words */
};

enum firewalld_event_type {
	FIREWALLD_EVENT_APPEARED,     /* instance */
	FIREWALLD_EVENT_GONE,         /* the name lost its owner */
	FIREWALLD_EVENT_RELOADED,     /* also after SIGHUP and complete-reload */
	FIREWALLD_EVENT_ITEM_ADDED,   /* item, timeout_s */
	FIREWALLD_EVENT_ITEM_REMOVED, /* item */
	FIREWALLD_EVENT_ITEM_MOVED,   /* item (interface or source): is in item->zone alone now */
	FIREWALLD_EVENT_DEFAULT_ZONE, /* zone: the new one; interfaces moved with it: read again */
	FIREWALLD_EVENT_PANIC,        /* on */
	FIREWALLD_EVENT_PERMANENT_CHANGED, /* zone; a reload says this of every zone, before
	                                      RELOADED */
	FIREWALLD_EVENT_POLICY_CHANGED,    /* contents, kinds, ours; zone: policy:NAME */
	FIREWALLD_EVENT_ZONE_CHANGED,      /* zone: changed as a whole, read it again */
	FIREWALLD_EVENT_TRAIT,      /* zone, trait; on, timeout_s: for that time; else gone */
	FIREWALLD_EVENT_LOST_TRACK, /* events were dropped: read everything again */
	FIREWALLD_EVENT_BUS_GONE,   /* the bus went, and firewalld with it as far as we know */
	FIREWALLD_EVENT_BUS_BACK,   /* APPEARED follows if firewalld is there */
};

struct firewalld_event {
	enum firewalld_event_type type;
	int64_t at_us;           /* when it was taken off the bus, microseconds UTC */
	const struct item *item; /* borrowed */
	const char *zone;        /* borrowed */
	const char *trait;       /* borrowed; what is no item: forward, ingress-zone=ANY */
	const char *instance;    /* borrowed; "PID:STARTTIME", or "" when that cannot be known */
	int timeout_s;           /* of a timed item; 0: none */
	bool on;
	/* All that the policy has of these kinds (1 << kind), flags FIREWALL_RUNTIME. */
	const struct firewall *contents; /* borrowed */
	unsigned kinds;
	bool ours; /* a change of our own to this policy is under way */
};
typedef void (*firewalld_event_fn)(const struct firewalld_event *event, void *userdata);

struct firewalld_options {
	firewalld_event_fn on_event; /* may be NULL */
	void *userdata;
	int call_timeout_ms; /* for each call; 0: 10 minutes, since reloads of minutes exist */
	int slow_ms;         /* firewalld_slow_fn is called after this long; 0: 10 s */
	/* And by this moment, clock_monotonic_ms(), or soon after the last answer; 0: whenever. */
	int64_t slow_by_ms;
	/* firewalld has not answered anything for slow_ms while calls wait (true), answers again */
	void (*on_slow)(bool slow, void *userdata); /* may be NULL */
	const char *proc;                           /* NULL: /proc; tests have their own */
};

/* What to read. */
struct firewalld_query {
	unsigned flags;           /* FIREWALL_RUNTIME, FIREWALL_PERMANENT or both */
	const struct strv *zones; /* NULL: all; else these alone. Borrowed during the start */
	/* Ipsets (ipset:NAME) to read as well, beside those that let somebody in; may be NULL. */
	const struct strv *ipsets;
	/* All that decides a packet: services' definitions, all ipsets, passed through rules. */
	bool packets;
};

/* What was read. */
struct firewalld_reading {
	/*
	 * Read last of all. With anything but RUNNING the contents are not to be
	 * taken for the administrator's: unknown (law 2).
	 */
	enum firewall_state state;
	/*
	 * Borrowed from the adapter, and may be taken: copy the struct, then set this
	 * to FIREWALL_NULL, or take all of it. Entries have the flags that were asked for; zones
	 * holds those of the runtime (asked for FIREWALL_RUNTIME) that exist.
	 */
	struct firewall firewall;
	/*
	 * What that was made of; may be taken likewise. Only with packets asked for there is
	 * enough in it to decide by; chains of others are not among it (chains_known is false).
	 */
	struct ruleset ruleset;
	/* Read with the permanent configuration of all zones; else, and unanswered, not known. */
	struct networkmanager_links links;
	bool stale;         /* a reload ended while it was read: read again */
	unsigned n_skipped; /* entries that the model does not understand; left out of the items */
	char skipped[256];  /* the first of them, with the reason */
};

/* @err is empty when @result is 0, never NULL. */
typedef void (*firewalld_read_fn)(int result, struct firewalld_reading *reading,
                                  const struct err *err, void *userdata);
typedef void (*firewalld_done_fn)(int result, const struct err *err, void *userdata);
/* @there: the item is in the runtime; both only with @result 0. */
typedef void (*firewalld_probe_fn)(int result, enum firewall_state state, bool there,
                                   const struct err *err, void *userdata);
/* What a service consists of; @ports are PORT/PROTOCOL; borrowed. */
struct firewalld_service {
	struct strv ports;
	struct strv protocols;
	struct strv source_ports;
	struct strv includes; /* other services, whose ports are not in @ports */
};
typedef void (*firewalld_service_fn)(int result, const struct firewalld_service *service,
                                     const struct err *err, void *userdata);

int firewalld_new(struct firewalld **out, struct bus *bus,
                  const struct firewalld_options *options) _must_check_;
void firewalld_free(struct firewalld *fw); /* before its bus */
DEFINE_CLEANUP(struct firewalld *, firewalld_free, firewalld_cleanup);
#define _cleanup_firewalld_ _cleanup_(firewalld_cleanup)

bool firewalld_is_present(const struct firewalld *fw);
const char *firewalld_instance(const struct firewalld *fw);  /* "" when not present or not known */
const char *firewalld_version(const struct firewalld *fw);   /* NULL until all was read once */
int64_t firewalld_waited_for_us(const struct firewalld *fw); /* while it is slow */
const char *firewalld_backend(const struct firewalld *fw);   /* NULL until then */
bool firewalld_has_nftables(const struct firewalld *fw);     /* false: not known, too */
bool firewalld_has_iptables(const struct firewalld *fw);     /* the same */
const char *firewalld_default_zone(const struct firewalld *fw); /* NULL while not known */
unsigned firewalld_pending(const struct firewalld *fw);         /* calls that wait for an answer */
uint64_t firewalld_malformed(const struct firewalld *fw);       /* signals ignored as malformed */

/* In these, op may be NULL; it is valid until the callback has been called. */
int firewalld_read(struct firewalld *fw, struct firewalld_op **op,
                   const struct firewalld_query *query, firewalld_read_fn fn,
                   void *userdata) _must_check_;
int firewalld_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                  firewalld_done_fn fn, void *userdata) _must_check_;
/* An interface or source, from whatever zone it is in. */
int firewalld_move(struct firewalld *fw, struct firewalld_op **op, const struct item *binding,
                   firewalld_done_fn fn, void *userdata) _must_check_;
int firewalld_remove(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                     firewalld_done_fn fn, void *userdata) _must_check_;
int firewalld_reload(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                     void *userdata) _must_check_;
int firewalld_new_zone(struct firewalld *fw, struct firewalld_op **op, const char *zone,
                       firewalld_done_fn fn, void *userdata) _must_check_;
/* Would the files be loaded? The err has firewalld's words, which name the file. */
int firewalld_check(struct firewalld *fw, struct firewalld_op **op, firewalld_done_fn fn,
                    void *userdata) _must_check_;
bool firewalld_check_found(int result);
/* Permanent writes queue up and go out one at a time; to be there already is 0. */
int firewalld_permanent_add(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                            firewalld_done_fn fn, void *userdata) _must_check_;
int firewalld_permanent_remove(struct firewalld *fw, struct firewalld_op **op,
                               const struct item *item, firewalld_done_fn fn,
                               void *userdata) _must_check_;
int firewalld_service(struct firewalld *fw, struct firewalld_op **op, const char *service,
                      firewalld_service_fn fn, void *userdata) _must_check_;
int firewalld_probe(struct firewalld *fw, struct firewalld_op **op, const struct item *item,
                    firewalld_probe_fn fn, void *userdata) _must_check_;
void firewalld_cancel(struct firewalld_op *op); /* NULL is fine */

void firewalld_service_deinit(struct firewalld_service *service);
struct firewalld_reading firewalld_reading_take(struct firewalld_reading *reading);
void firewalld_reading_deinit(struct firewalld_reading *reading);

/*
 * For short-lived commands: these run the loop until it is done or
 * clock_monotonic_ms() reaches deadline_ms (FIREWALLD_E_TIMEOUT), and are not to
 * be called from callbacks. Results are as above. firewalld_connect_wait()
 * returns 0 with firewalld present, FIREWALLD_E_GONE when the bus is there and
 * firewalld is not, FIREWALLD_E_NO_BUS when the first attempt to reach it failed,
 * FIREWALLD_E_BUS_SILENT when the bus did not answer;
 * to firewalld_appear_wait() these are answers only when the time is over.
 */
int firewalld_connect_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err) _must_check_;
int firewalld_appear_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err) _must_check_;
int firewalld_read_wait(struct firewalld *fw, struct firewalld_reading *out,
                        const struct firewalld_query *query, int64_t deadline_ms,
                        struct err *err) _must_check_;
int firewalld_add_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                       struct err *err) _must_check_;
int firewalld_move_wait(struct firewalld *fw, const struct item *binding, int64_t deadline_ms,
                        struct err *err) _must_check_;
int firewalld_remove_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                          struct err *err) _must_check_;
int firewalld_permanent_add_wait(struct firewalld *fw, const struct item *item, int64_t deadline_ms,
                                 struct err *err) _must_check_;
int firewalld_permanent_remove_wait(struct firewalld *fw, const struct item *item,
                                    int64_t deadline_ms, struct err *err) _must_check_;
int firewalld_new_zone_wait(struct firewalld *fw, const char *zone, int64_t deadline_ms,
                            struct err *err) _must_check_;
int firewalld_reload_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err) _must_check_;
int firewalld_service_wait(struct firewalld *fw, struct firewalld_service *out, const char *service,
                           int64_t deadline_ms, struct err *err) _must_check_;
int firewalld_check_wait(struct firewalld *fw, int64_t deadline_ms, struct err *err) _must_check_;
/* One of firewalld.conf, as firewalld read it: "FlushAllOnReload"; the caller frees *out. */
int firewalld_setting_wait(struct firewalld *fw, char **out, const char *name, int64_t deadline_ms,
                           struct err *err) _must_check_;

#endif
