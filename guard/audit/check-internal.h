/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check-internal - what the checks of `reload-guard check` look at, and the checks
 *
 * What most want is read once, before the first check; a check only judges, adds findings
 * under its own name, and says with a finding of weight FINDING_UNKNOWN what it
 * could not look at.
 */
#ifndef GUARD_AUDIT_CHECK_INTERNAL_H
#define GUARD_AUDIT_CHECK_INTERNAL_H

#include "guard/cli/cli.h"
#include "guard/restore/missing.h"
#include "guard/model/check.h"
#include "guard/model/ban/drift.h"
#include "guard/model/finding.h"
#include "guard/model/mail/daemons.h"
#include "guard/system/fail2ban/fail2ban.h"
#include "guard/system/firewalld/firewalld-rules.h"
#include "guard/system/kernel/listeners.h"
#include "guard/restore/clientranges.h"

struct check_context {
	struct cli *cli;
	struct firewalld_session connection;
	struct firewalld_reading reading;
	struct missing missing;
	struct strv interfaces; /* of this machine, without loopback */
	struct watcher_state watcher;
	/* the store */
	struct store *store;    /* NULL: cannot be used */
	bool store_absent;      /* because there is none yet */
	bool store_newer;       /* than this program */
	struct err store_error; /* why not */
	bool wipe_open;         /* a wipe is being dealt with right now */
	int64_t unwiped_us;     /* see drift.h */
	/* fail2ban */
	enum fail2ban_state fail2ban;
	struct tickets tickets;
	bool tickets_known;
	struct err tickets_error;
	/* read when the first check wants them */
	struct firewalld_rules rules;
	bool rules_tried, rules_known;
	struct listeners listeners;
	bool listeners_tried, listeners_known;
	/* client ranges that cut-off bans would touch, as the policy has it */
	struct clientranges clients;
	bool clients_known;
	struct findings *findings;
};

void check_deinit(struct check_context *context);

/* Takes over what was allocated; Return: 0 or -ENOMEM */
int check_add(struct check_context *context, enum check_id id, enum finding_severity severity,
              char *evidence, char *command, const char *format, ...) _printf_(6, 7) _must_check_;

typedef int check_fn(struct check_context *context, enum check_id id);

/* check-items.c: what firewalld holds */
int check_firewalld_state(struct check_context *context, enum check_id id) _must_check_;
int check_panic(struct check_context *context, enum check_id id) _must_check_;
int check_missing(struct check_context *context, enum check_id id) _must_check_;
int check_unreached_zone(struct check_context *context, enum check_id id) _must_check_;
int check_runtime_only(struct check_context *context, enum check_id id) _must_check_;
int check_zone_file(struct check_context *context, enum check_id id) _must_check_;
int check_service_definition(struct check_context *context, enum check_id id) _must_check_;
int check_raw_port(struct check_context *context, enum check_id id) _must_check_;

/* The service that a raw port should be; NULL: none, or it is no raw port. */
const char *check_raw_port_service(const struct firewall_entry *entry);

/* check-fix.c */
int check_fix_raw_ports(struct check_context *context) _must_check_;

/* check-mail.c: the ports of mail, who listens on them, and who may come */
const struct ruleset *check_ruleset(struct check_context *context);
const struct listeners *check_listeners(struct check_context *context);
int check_tell_unknown(struct check_context *context, enum check_id id,
                       const char *what) _must_check_;
bool check_item_opens(const struct ruleset *ruleset, const struct item *item, unsigned port);
const char *check_client_interface(const struct check_context *context);
int check_no_listener(struct check_context *context, enum check_id id) _must_check_;
int check_loopback_only(struct check_context *context, enum check_id id) _must_check_;
int check_one_family(struct check_context *context, enum check_id id) _must_check_;
int check_listening_closed(struct check_context *context, enum check_id id) _must_check_;

/* check-required.c: what a zone of mail is expected to have */
int check_expected_services(struct check_context *context, enum check_id id) _must_check_;

/* check-refused.c: what keeps clients out of what is open */

/* A client that no rule was made for, from one of several places; false: there are no more. */
bool check_stranger(struct cidr *out, enum cidr_family family, size_t index);
int check_refused(struct check_context *context, enum check_id id) _must_check_;
int check_kernel(struct check_context *context, enum check_id id) _must_check_;

/* The runtime as it is now survives this reload. */
#define CHECK_RELOAD_SAFELY                                                                        \
	"reload-guard snapshot take && firewall-cmd --reload && reload-guard restore"

/* check-settings.c: what firewalld is set to, and which it is */
bool check_uses_iptables(struct check_context *context);
int check_flush_all(struct check_context *context, enum check_id id) _must_check_;
int check_iptables_backend(struct check_context *context, enum check_id id) _must_check_;
int check_reload_crash(struct check_context *context, enum check_id id) _must_check_;

/* check-service.c: fail2ban's jails, and the guard as a service */
int check_no_jail(struct check_context *context, enum check_id id) _must_check_;
int check_bans_not_restored(struct check_context *context, enum check_id id) _must_check_;
int check_hook_missing(struct check_context *context, enum check_id id) _must_check_;
int check_not_at_boot(struct check_context *context, enum check_id id) _must_check_;
int check_store_space(struct check_context *context, enum check_id id) _must_check_;

/* check-around.c: fail2ban, the guard itself */
int check_fail2ban_down(struct check_context *context, enum check_id id) _must_check_;
int check_drift(struct check_context *context, enum check_id id) _must_check_;
int check_clients(struct check_context *context, enum check_id id) _must_check_;
int check_watcher(struct check_context *context, enum check_id id) _must_check_;
int check_store(struct check_context *context, enum check_id id) _must_check_;

#endif
