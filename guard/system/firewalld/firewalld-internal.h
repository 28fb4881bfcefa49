/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * firewalld-internal - what the parts of the firewalld adapter share
 *
 * An op is what one start function began. It has any number of calls under way;
 * each answer goes to its handler, which starts more or finishes the op. To
 * finish or cancel an op ends its calls.
 */
#ifndef GUARD_SYSTEM_FIREWALLD_FIREWALLD_INTERNAL_H
#define GUARD_SYSTEM_FIREWALLD_FIREWALLD_INTERNAL_H

#include "guard/system/firewalld/firewalld.h"
#include "guard/system/firewalld/firewalld-message.h"
#include "guard/system/host/networkmanager.h"

struct firewalld_call;

/*
 * @result is 0 (then @reply is the answer) or a FIREWALLD_E_* (then @reply is the
 * error or NULL, and @err says it in words). @tag is what firewalld_op_call() was
 * given. The call is over and not counted any more.
 */
typedef void (*firewalld_answer_fn)(struct firewalld_op *op, int result, DBusMessage *reply,
                                    const char *tag, struct err *err);

/* What NetworkManager answered to firewalld_op_network(). */
typedef void (*firewalld_network_fn)(struct firewalld_op *op, int result,
                                     struct networkmanager_links *links);

struct firewalld_op {
	struct firewalld *fw;
	struct firewalld_op *prev;
	struct firewalld_op *next;
	struct firewalld_call *calls;
	size_t n_calls; /* the question to NetworkManager is one of them */
	struct networkmanager *question;
	firewalld_network_fn on_network;
	void (*deinit)(struct firewalld_op *op); /* frees what is beside the struct; may be NULL */
	void *userdata;
	bool queued;  /* a permanent write; the first in the queue is under way */
	bool removes; /* from a policy, or that write takes away */
	struct firewalld_op *queue_next;
	bool in_policy; /* waits in the queue of policies, or is under way there */
	struct item item;
	union {
		firewalld_done_fn done;
		firewalld_read_fn read;
		firewalld_service_fn service;
		firewalld_probe_fn probe;
	} fn;
};

struct held_event {
	struct held_event *next;
	struct firewalld_event event; /* its pointers lead into what follows */
	bool zone_is_default;
	struct item item;
	char *zone; /* owned */
};

struct firewalld {
	struct bus *bus;
	firewalld_event_fn on_event;
	void (*on_slow)(bool slow, void *userdata);
	int64_t waited_for_us; /* since its last answer, or the first call after that; UTC */
	void *userdata;
	int call_timeout_ms;
	int slow_ms;
	int64_t slow_by_ms;
	char *proc;

	struct bus_slot *state_slot;
	struct bus_slot *signal_slot;
	struct bus_slot *owner_slot;   /* GetNameOwner */
	struct bus_slot *pid_slot;     /* GetConnectionUnixProcessID */
	struct bus_slot *default_slot; /* getDefaultZone */
	struct loop_source *slow_timer;
	struct loop_source *default_timer; /* to ask for the default zone again */
	bool was_connected;
	bool slow;

	char *owner;  /* unique name; NULL: away */
	bool present; /* APPEARED has been told */
	bool absent;  /* the bus said that nobody owns the name */
	char instance[64];
	char *version;           /* of this instance; NULL while not read */
	char *backend;           /* likewise; its FirewallBackend */
	char *default_zone;      /* the last that is known of this instance */
	bool default_zone_fresh; /* not asked for again since a reload */
	bool panic;
	uint64_t generation; /* goes up with each wipe and each coming and going */
	uint64_t n_malformed;
	unsigned n_pending;

	struct strv traits; /* that are known; firewalld-trait.c */

	struct held_event *held; /* wait for the default zone, in order */
	struct held_event **held_tail;
	size_t n_held;

	struct firewalld_op *ops;
	struct firewalld_op *queue; /* of permanent writes */
	struct firewalld_op *queue_last;
	struct loop_source *queue_work;
	/* What adds to policies: the first is under way, since each reads and writes a whole list.
	 */
	struct firewalld_op *policy_queue;
	struct firewalld_op *policy_last;
	struct loop_source *policy_work;
};

/* firewalld-op.c */
int firewalld_op_init(struct firewalld *fw, struct firewalld_op *op, void *userdata) _must_check_;
int firewalld_op_call(struct firewalld_op *op, DBusMessage *take, const char *tag,
                      firewalld_answer_fn fn) _must_check_;
int firewalld_op_network(struct firewalld_op *op, const struct item *interface,
                         firewalld_network_fn fn) _must_check_;
void firewalld_op_free(struct firewalld_op *op);
void firewalld_on_slow(void *userdata);

/* firewalld.c */
void firewalld_set_owner(struct firewalld *fw, const char *owner);
void firewalld_ask_owner(struct firewalld *fw);

/* firewalld-signal.c */
void firewalld_tell(struct firewalld *fw, enum firewalld_event_type type);
void firewalld_drop_held(struct firewalld *fw);
void firewalld_ask_default_zone(void *userdata);
void firewalld_on_signal(DBusMessage *signal, void *userdata);

/* firewalld-trait.c */
int firewalld_take_traits(struct firewalld *fw, const char *zone, const DBusMessageIter *settings,
                          int timeout_s) _must_check_;

/* firewalld-write.c */
void firewalld_work_queue(void *userdata);
void firewalld_work_policies(void *userdata);
bool firewalld_changes_policy(const struct firewalld *fw, const char *policy);

#endif
