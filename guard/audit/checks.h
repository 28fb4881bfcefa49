/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * checks - the table of checks, and the findings that they make of a picture
 *
 * `check`, `status`, `report`, `after-boot`, the metrics and the line for Nagios select from
 * these, so that the same thing has one name and one weight wherever it is told. A name is
 * for ever: people silence checks by it, in their configuration and in scripts. It is also
 * the name of the findings that the check makes.
 *
 * A check is one row in its own file, and its name here.
 */
#ifndef GUARD_AUDIT_CHECKS_H
#define GUARD_AUDIT_CHECKS_H

#include "guard/audit/picture.h"
#include "guard/model/ban/mismatch.h"
#include "guard/model/finding.h"

/* In the order of their names. */
#define CHECKS(X)                                                                                  \
	X(ban_permanent)                                                                           \
	X(ban_without_rule)                                                                        \
	X(ban_zone)                                                                                \
	X(bans_failed)                                                                             \
	X(bans_left_out)                                                                           \
	X(bans_not_restored)                                                                       \
	X(bans_waiting)                                                                            \
	X(binding_runtime_only)                                                                    \
	X(clients_cut_off)                                                                         \
	X(edited)                                                                                  \
	X(expected_service)                                                                        \
	X(fail2ban_down)                                                                           \
	X(firewalld_state)                                                                         \
	X(flush_all_on_reload)                                                                     \
	X(hook_missing)                                                                            \
	X(hook_silent)                                                                             \
	X(iptables_backend)                                                                        \
	X(jail_action_fails)                                                                       \
	X(kernel_rules)                                                                            \
	X(listening_closed)                                                                        \
	X(loopback_only)                                                                           \
	X(lost)                                                                                    \
	X(network_cut_off)                                                                         \
	X(no_jail)                                                                                 \
	X(no_listener)                                                                             \
	X(not_open)                                                                                \
	X(not_understood)                                                                          \
	X(one_family_only)                                                                         \
	X(others_at_risk)                                                                          \
	X(others_lost)                                                                             \
	X(panic)                                                                                   \
	X(published_ports)                                                                         \
	X(raw_ports)                                                                               \
	X(refused_by_direct_rule)                                                                  \
	X(refused_by_policy)                                                                       \
	X(refused_by_rule)                                                                         \
	X(refused_by_table)                                                                        \
	X(refused_by_zone)                                                                         \
	X(reload_crash)                                                                            \
	X(reload_moves)                                                                            \
	X(required_missing)                                                                        \
	X(restore_failed)                                                                          \
	X(rival_unit)                                                                              \
	X(rule_without_ban)                                                                        \
	X(runtime_only_service)                                                                    \
	X(selinux_module)                                                                          \
	X(service_definition)                                                                      \
	X(setup_waits)                                                                             \
	X(store)                                                                                   \
	X(store_space)                                                                             \
	X(time_over)                                                                               \
	X(unreached_zone)                                                                          \
	X(watcher_not_at_boot)                                                                     \
	X(watcher_stopped)                                                                         \
	X(web_no_listener)                                                                         \
	X(wide_open)                                                                               \
	X(withdrawn)                                                                               \
	X(zone_file)

#define CHECKS_ONE(name) +1
enum { CHECKS_N = 0 CHECKS(CHECKS_ONE) };

struct check_run;

struct check {
	const char *name;
	enum finding_severity severity; /* the gravest that it gives */
	const char *help;               /* what it looks for, in one line */
	unsigned needs;                 /* parts of the picture without which it cannot be made */
	unsigned also;                  /* parts that it looks at where they are known */
	bool status;                    /* how things stand now: status and metrics tell it, too */
	bool shuts;                     /* what its command closes is meant to be shut by now */
	int (*fn)(struct check_run *run);
};

#define CHECKS_EXTERN(name) extern const struct check check_##name;
CHECKS(CHECKS_EXTERN)

extern const struct check *const checks[CHECKS_N];

bool checks_find(const char *name, size_t *index) _must_check_;
void checks_names(const char *out[CHECKS_N]);
unsigned checks_parts(const bool selected[CHECKS_N]);
void checks_select_status(bool selected[CHECKS_N]);
void checks_select(bool selected[CHECKS_N], const struct strv *skip);
/* The service that a raw port should be; NULL: none, or it is no raw port. */
const char *check_raw_port_service(const struct firewall_entry *entry);

/* What status and the metrics show as numbers: the checks count it, so that both say the same. */
struct checks_counts {
	bool mismatch_known; /* false while bans are being put back, too */
	struct mismatch_counts mismatch;
	bool clients_known;
	size_t
	    n_cut_off; /* rules and bans that cut off legitimate clients, as conflicts lists them */
};
int checks_make(struct findings *out, struct checks_counts *counts, const bool selected[CHECKS_N],
                const struct picture *picture) _must_check_;

#endif
