// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/loss.h"
#include "guard/model/plan.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#define NOW (100 * SECOND)

/* Law 1, row by row: one item before and after, what is known of it, what follows. */
static const struct {
	const char *what;
	enum wipe_kind kind;
	const char *before; /* flags of public/service:imaps, or "" */
	const char *after;  /* flags of it after the wipe, or "" */
	bool released, required;
	const char *verdict; /* NULL: nothing is missing */
} rows[] = {
    {"runtime only, reload", WIPE_RELOAD, "r", "", 0, 0, "lost"},
    {"runtime only, restart", WIPE_RESTART, "r", "", 0, 0, "lost"},
    {"runtime only, reboot", WIPE_REBOOT, "r", "", 0, 0, "lost"},
    {"nobody can tell", WIPE_UNKNOWN, "r", "", 0, 0, "unattributed"},
    {"still there", WIPE_RELOAD, "r", "r", 0, 0, NULL},
    {"never there", WIPE_RELOAD, "", "", 0, 0, NULL},
    {"only ever permanent", WIPE_RELOAD, "p", "p", 0, 0, NULL},
    {"taken out of the permanent configuration, as seen", WIPE_RELOAD, "rw", "", 0, 0, "removed"},
    {"the same while the guard was away", WIPE_REBOOT, "rp", "", 0, 0, "removed"},
    {"permanent, and taken out between two looks", WIPE_RELOAD, "rp", "", 0, 0, "removed"},
    {"permanent still, yet not loaded", WIPE_RESTART, "rp", "p", 0, 0, "lost"},
    {"withdrawn and gone without a wipe", WIPE_UNKNOWN, "rw", "", 0, 0, "removed"},
    {"edited out of its file by somebody else, firewalld knows", WIPE_RELOAD, "re", "", 0, 0,
     "unattributed"},
    {"the same, and firewalld did not know yet", WIPE_RELOAD, "rpe", "", 0, 0, "unattributed"},
    {"taken out, and put back before it was loaded", WIPE_RESTART, "rw", "p", 0, 0, "lost"},
    {"edited out, and put back before it was loaded", WIPE_RESTART, "re", "p", 0, 0, "lost"},
    {"edited out, then a restart", WIPE_RESTART, "re", "", 0, 0, "unattributed"},
    {"edited out, then a reboot", WIPE_REBOOT, "re", "", 0, 0, "unattributed"},
    {"edited out, and firewalld's own removal", WIPE_RELOAD, "rew", "", 0, 0, "removed"},
    {"edited out and released", WIPE_RELOAD, "re", "", 1, 0, "released"},
    {"edited out and required", WIPE_RELOAD, "re", "", 0, 1, "required"},
    {"edited out and asked for by hand", WIPE_BY_HAND, "re", "", 0, 0, "lost"},
    {"time not over", WIPE_RELOAD, "r@101", "", 0, 0, "lost"},
    {"time over", WIPE_RELOAD, "r@100", "", 0, 0, "expired"},
    {"time over, guard's own", WIPE_REBOOT, "rg@99", "", 0, 0, "expired"},
    {"released", WIPE_RELOAD, "r", "", 1, 0, "released"},
    {"released, and nobody can tell", WIPE_UNKNOWN, "r", "", 1, 0, "released"},
    {"required beats released", WIPE_RELOAD, "r", "", 1, 1, "required"},
    {"required beats withdrawn", WIPE_RELOAD, "rw", "", 0, 1, "required"},
    {"required beats not knowing", WIPE_UNKNOWN, "r", "", 0, 1, "required"},
    {"required beats the end of a timeout", WIPE_RELOAD, "r@1", "", 0, 1, "required"},
    {"required and never there", WIPE_UNKNOWN, "", "", 0, 1, "required"},
    {"required and there", WIPE_UNKNOWN, "r", "r", 0, 1, NULL},
    {"asked for by hand", WIPE_BY_HAND, "r", "", 0, 0, "lost"},
    {"by hand, what left the permanent configuration", WIPE_BY_HAND, "rp", "", 0, 0, "lost"},
    {"by hand, but released", WIPE_BY_HAND, "r", "", 1, 0, "released"},
    {"by hand, but over", WIPE_BY_HAND, "r@1", "", 0, 0, "expired"},
};

static struct firewall one_item(const char *flags)
{
	_cleanup_free_ char *text = NULL;

	if (!*flags)
		return firewall_from_text("");
	ck_assert_int_eq(xasprintf(&text, "public/service:imaps=%s", flags), 0);
	return firewall_from_text(text);
}

START_TEST(judges_by_law_1)
{
	_cleanup_firewall_ struct firewall before = one_item(rows[_i].before);
	_cleanup_firewall_ struct firewall after = one_item(rows[_i].after);
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .released = rows[_i].released ? &imaps : NULL,
	                                 .n_released = rows[_i].released,
	                                 .kind = rows[_i].kind,
	                                 .now_us = NOW};

	if (rows[_i].required)
		ck_assert_int_eq(scope_require(&scope, &imaps), 0);
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_msg(loss.n == (rows[_i].verdict != NULL), "%s: %zu rows", rows[_i].what, loss.n);
	if (rows[_i].verdict)
		ck_assert_msg(strcmp(loss_verdict_name(loss.rows[0].verdict), rows[_i].verdict) ==
		                  0,
		              "%s: %s", rows[_i].what, loss_verdict_name(loss.rows[0].verdict));
	scope_deinit(&scope);
}
END_TEST

/* Bans are fail2ban's to decide about, whoever took them; what was permanent is not. */
static const struct {
	const char *what;
	enum wipe_kind kind;
	unsigned before, after; /* FIREWALL_* of the rule */
	int64_t until_us;
	bool bans, released, watched;
	const char *verdict;
	const char *tickets; /* whom fail2ban holds; NULL: not known */
} bans[] = {
    {"a reload", WIPE_RELOAD, FIREWALL_RUNTIME, 0, 0, true, false, true, "ban", NULL},
    {"a reboot", WIPE_REBOOT, FIREWALL_RUNTIME, 0, 0, true, false, true, "ban", NULL},
    {"nobody saw a wipe", WIPE_UNKNOWN, FIREWALL_RUNTIME, 0, 0, true, false, true, "ban", NULL},
    {"asked for by hand", WIPE_BY_HAND, FIREWALL_RUNTIME, 0, 0, true, false, true, "ban", NULL},
    {"not looked after", WIPE_RELOAD, FIREWALL_RUNTIME, 0, 0, false, false, true, "unprotected",
     NULL},
    {"in a zone of no interest", WIPE_RELOAD, FIREWALL_RUNTIME, 0, 0, true, false, false,
     "unprotected", NULL},
    {"its own time is over", WIPE_RELOAD, FIREWALL_RUNTIME, 0, NOW, true, false, true, "expired",
     NULL},
    {"released", WIPE_RELOAD, FIREWALL_RUNTIME, 0, 0, true, true, true, "released", NULL},
    {"taken out of the permanent configuration", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN,
     0, 0, true, false, true, "removed", ""},
    {"the same unseen", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_PERMANENT, 0, 0, true, false, true,
     "removed", ""},
    /* runtime-to-permanent had made it permanent, and somebody mended that */
    {"the same, while fail2ban holds it", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN, 0, 0,
     true, false, true, "ban", "192.0.2.1"},
    {"that unseen", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_PERMANENT, 0, 0, true, false, true,
     "ban", "192.0.2.1"},
    {"while it holds another", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN, 0, 0, true,
     false, true, "removed", "192.0.2.2"},
    {"while it holds a net around it", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN, 0, 0,
     true, false, true, "removed", "192.0.2.0/24"},
    {"while nobody knows whom it holds", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN, 0, 0,
     true, false, true, "ban", NULL},
    {"nobody knows, and it was seen by nobody", WIPE_REBOOT, FIREWALL_RUNTIME | FIREWALL_PERMANENT,
     0, 0, true, false, true, "ban", NULL},
    {"withdrawn and held, and not looked after", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN,
     0, 0, false, false, true, "unprotected", "192.0.2.1"},
    {"withdrawn, held and released", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_WITHDRAWN, 0, 0, true,
     true, true, "released", "192.0.2.1"},
    {"permanent, and not loaded", WIPE_RELOAD, FIREWALL_RUNTIME | FIREWALL_PERMANENT,
     FIREWALL_PERMANENT, 0, true, false, true, "ban", NULL},
};

START_TEST(leaves_bans_to_their_tickets)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text("");
	_cleanup_firewall_ struct firewall after = firewall_from_text("");
	_cleanup_item_ struct item item =
	    item_from_text("public/rule:rule family=ipv4 source address=192.0.2.1 port port=smtp "
	                   "protocol=tcp drop");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	struct firewall_entry *entry;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .tickets = bans[_i].tickets ? &tickets : NULL,
	                                 .released = bans[_i].released ? &item : NULL,
	                                 .n_released = bans[_i].released,
	                                 .bans = bans[_i].bans,
	                                 .kind = bans[_i].kind,
	                                 .now_us = NOW};

	if (bans[_i].tickets && bans[_i].tickets[0])
		ck_assert_int_eq(tickets_add(&tickets, "lab", bans[_i].tickets, NOW - SECOND, 0, 1,
		                             TICKET_SOURCE_SOCKET),
		                 0);
	if (!bans[_i].watched)
		ck_assert_int_eq(strv_add(&scope.zones, "home"), 0);
	ck_assert_int_eq(firewall_put(&before, &item, &entry), 0);
	entry->flags = bans[_i].before;
	entry->until_us = bans[_i].until_us;
	if (bans[_i].after) {
		ck_assert_int_eq(firewall_put(&after, &item, &entry), 0);
		entry->flags = bans[_i].after;
	}
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 1);
	ck_assert_msg(strcmp(loss_verdict_name(loss.rows[0].verdict), bans[_i].verdict) == 0,
	              "%s: %s", bans[_i].what, loss_verdict_name(loss.rows[0].verdict));
	/* never a step of the plan that brings mail back */
	ck_assert_int_eq(plan_build(&plan, &loss, &after, NOW), 0);
	ck_assert_uint_eq(plan.n, 0);
	ck_assert_int_eq(loss_verdict_is_open(loss.rows[0].verdict),
	                 loss.rows[0].verdict == LOSS_BAN);
	scope_deinit(&scope);
}
END_TEST

/* No wipe was heard of: what the rest of the firewall says about imaps, which is gone. */
static const struct {
	const char *what;
	bool heard_all;
	const char *before, *after;
	const char *verdict;
} silent[] = {
    {"all that was in the runtime alone is gone", true,
     "public/service:imaps=r public/service:ssh=rp", "public/service:ssh=rp", "lost"},
    {"a signal may have been missed", false, "public/service:imaps=r public/service:smtp=r", "",
     "unattributed"},
    {"a single one, while others stay", true, "public/service:imaps=r public/service:smtp=r",
     "public/service:smtp=r", "unattributed"},
    {"one of another zone stays", true, "public/service:imaps=r home/port:25/tcp=r",
     "home/port:25/tcp=r", "unattributed"},
    {"what opens nothing stays", true, "public/service:imaps=r public/icmp-block:redirect=r",
     "public/icmp-block:redirect=r", "unattributed"},
    {"what stays is permanent, too: a wipe would have left it", true,
     "public/service:imaps=r public/service:smtp=rp", "public/service:smtp=rp", "lost"},
    {"what stays was withdrawn: a wipe would have taken it", true,
     "public/service:imaps=r public/service:smtp=rw", "public/service:smtp=r", "unattributed"},
    {"what stays may have come after the wipe", true, "public/service:imaps=r home/port:25/tcp=rf",
     "home/port:25/tcp=r", "lost"},
    {"interfaces stay over some reloads", true, "public/service:imaps=r public/interface:eth0=r",
     "public/interface:eth0=r", "lost"},
    {"so do the entries of ipsets", true, "public/service:imaps=r ipset:lan/entry:192.0.2.1=r",
     "ipset:lan/entry:192.0.2.1=r", "lost"},
    {"sources do not", true, "public/service:imaps=r public/source:192.0.2.0/24=r",
     "public/source:192.0.2.0/24=r", "unattributed"},
    {"permanent, and not loaded by a reload that broke off", true, "public/service:imaps=rp",
     "public/service:imaps=p", "lost"},
    {"permanent, and taken out of it as well", true, "public/service:imaps=rp", "", "removed"},
    {"withdrawn before", true, "public/service:imaps=rw", "", "removed"},
    {"its time was over", true, "public/service:imaps=r@99", "", "expired"},
    {"its time was over, and only that of another is not", true,
     "public/service:imaps=r@99 public/service:smtp=r", "", "expired"},
    {"everything else was over", true, "public/service:imaps=r public/service:smtp=r@99", "",
     "lost"},
};

START_TEST(tells_a_silent_wipe_by_what_it_leaves)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(silent[_i].before);
	_cleanup_firewall_ struct firewall after = firewall_from_text(silent[_i].after);
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	enum loss_verdict verdict = LOSS_N_VERDICTS;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_UNKNOWN,
	                                 .heard_all = silent[_i].heard_all,
	                                 .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	for (size_t i = 0; i < loss.n; i++)
		if (item_cmp(&loss.rows[i].item, &imaps) == 0)
			verdict = loss.rows[i].verdict;
	ck_assert_msg(verdict < LOSS_N_VERDICTS &&
	                  strcmp(loss_verdict_name(verdict), silent[_i].verdict) == 0,
	              "%s: %s", silent[_i].what,
	              verdict < LOSS_N_VERDICTS ? loss_verdict_name(verdict) : "nothing");
}
END_TEST

/* What a program binds by itself, and binds again, is its own; but for what is required. */
START_TEST(leaves_bindings_to_their_makers)
{
	static const struct {
		const char *item, *require, *verdict;
	} owned[] = {
	    {"docker/interface:docker0", NULL, "theirs"},
	    {"libvirt/interface:virbr0", NULL, "theirs"},
	    {"docker/interface:docker0", "docker/interface:docker0", "required"},
	    {"docker/source:192.0.2.0/24", NULL, "lost"},
	    {"trusted/interface:docker0", NULL, "lost"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(owned); i++) {
		_cleanup_firewall_ struct firewall before = FIREWALL_NULL, after = FIREWALL_NULL;
		_cleanup_item_ struct item item = item_from_text(owned[i].item);
		_cleanup_loss_ struct loss loss = LOSS_NULL;
		struct scope scope = SCOPE_NULL;
		struct firewall_entry *entry;
		const struct loss_evidence evidence = {.before = &before,
		                                       .after = &after,
		                                       .scope = &scope,
		                                       .kind = WIPE_RELOAD,
		                                       .heard_all = true,
		                                       .now_us = NOW};

		firewall_new_trait(&before, item.zone)->target = TARGET_ACCEPT;
		ck_assert_int_eq(firewall_put(&before, &item, &entry), 0);
		entry->flags = FIREWALL_RUNTIME;
		if (owned[i].require)
			ck_assert_int_eq(scope_require(&scope, &item), 0);
		ck_assert_int_eq(loss_find(&loss, &evidence), 0);
		ck_assert_uint_eq(loss.n, 1);
		ck_assert_msg(strcmp(loss_verdict_name(loss.rows[0].verdict), owned[i].verdict) ==
		                  0,
		              "%s: %s", owned[i].item, loss_verdict_name(loss.rows[0].verdict));
		scope_deinit(&scope);
	}
}
END_TEST

/* setDefaultZone and NetworkManager move interfaces without a word. */
START_TEST(takes_no_interface_alone_for_a_silent_wipe)
{
	_cleanup_firewall_ struct firewall before =
	    firewall_from_text("mail/interface:eth0=r mail/service:imaps=rp");
	_cleanup_firewall_ struct firewall after = firewall_from_text("mail/service:imaps=rp");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_UNKNOWN,
	                                 .heard_all = true,
	                                 .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss_count(&loss, LOSS_UNATTRIBUTED), 1);
}
END_TEST

START_TEST(unknown_is_not_empty)
{
	_cleanup_firewall_ struct firewall before = one_item("r");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {
	    .before = &before, .scope = &scope, .kind = WIPE_RELOAD, .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), LOSS_E_UNKNOWN);
	ck_assert_uint_eq(loss.n, 0);
}
END_TEST

START_TEST(without_a_state_before_only_the_required_is_missing)
{
	_cleanup_firewall_ struct firewall after = one_item("");
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {
	    .after = &after, .scope = &scope, .kind = WIPE_REBOOT, .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 0);
	ck_assert_int_eq(scope_require(&scope, &imaps), 0);
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 1);
	scope_deinit(&scope);
}
END_TEST

START_TEST(looks_only_where_it_was_read)
{
	_cleanup_firewall_ struct firewall before =
	    firewall_from_text("public/service:imaps=r home/service:imaps=r");
	_cleanup_firewall_ struct firewall after = firewall_from_text("");
	_cleanup_item_ struct item required = item_from_text("home/port:25/tcp");
	_cleanup_strv_ struct strv zones = STRV_NULL;
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .zones = &zones,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(scope_require(&scope, &required), 0);
	ck_assert_int_eq(strv_add(&zones, "public"), 0);
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 1);
	ck_assert_str_eq(loss.rows[0].item.zone, "public");
	scope_deinit(&scope);
}
END_TEST

START_TEST(plans_mail_first_and_only_what_is_to_be_restored)
{
	static const char *const order[] = {"imaps", "smtp",    "https",
	                                    "eth0",  "openvpn", "8080/tcp"};
	_cleanup_firewall_ struct firewall before = firewall_from_text(
	    "public/service:openvpn=r public/port:8080/tcp=r public/service:https=r "
	    "public/service:smtp=r public/service:imaps=r@200 public/service:imap=rw "
	    "public/service:pop3=r@99 public/interface:eth0=r "
	    "public/service:ssh=rp");
	_cleanup_firewall_ struct firewall after = firewall_from_text("public/service:ssh=r");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 8);
	ck_assert_uint_eq(loss_count(&loss, LOSS_LOST), 6);
	ck_assert_uint_eq(loss_count(&loss, LOSS_UNPROTECTED), 0);
	ck_assert_int_eq(plan_build(&plan, &loss, &after, NOW), 0);
	ck_assert_uint_eq(plan.n, ARRAY_SIZE(order));
	for (size_t i = 0; i < plan.n; i++) {
		ck_assert_str_eq(plan.steps[i].item.value, order[i]);
		ck_assert_int_eq(
		    item_cmp(&plan.steps[i].item, &loss.rows[plan.steps[i].loss_row].item), 0);
	}
	ck_assert_int_eq(plan.steps[0].until_us, 200 * SECOND);
	ck_assert_int_eq(plan.steps[1].until_us, 0);
}
END_TEST

/* Required for good: the guard must not end it, only to put it back at once. */
START_TEST(plans_required_items_without_an_end)
{
	_cleanup_firewall_ struct firewall before =
	    firewall_from_text("public/service:imaps=r@200 public/service:smtp=r@50");
	_cleanup_firewall_ struct firewall after = firewall_from_text("");
	_cleanup_item_ struct item imaps = item_from_text("public/service:imaps");
	_cleanup_item_ struct item smtp = item_from_text("public/service:smtp");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(scope_require(&scope, &imaps), 0);
	ck_assert_int_eq(scope_require(&scope, &smtp), 0);
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_int_eq(plan_build(&plan, &loss, &after, NOW), 0);
	ck_assert_uint_eq(plan.n, 2);
	ck_assert_int_eq(plan.steps[0].until_us, 0);
	ck_assert_int_eq(plan.steps[1].until_us, 0);
	scope_deinit(&scope);
}
END_TEST

/* The plan may be made anew at any time: what is there, or over by now, drops out. */
START_TEST(plans_are_idempotent)
{
	_cleanup_firewall_ struct firewall before =
	    firewall_from_text("public/service:imaps=r public/service:smtp=r@150");
	_cleanup_firewall_ struct firewall after = firewall_from_text("");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan again = PLAN_NULL, later = PLAN_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_int_eq(plan_build(&again, &loss, &before, NOW), 0);
	ck_assert_uint_eq(again.n, 0);
	ck_assert_int_eq(plan_build(&later, &loss, &after, 150 * SECOND), 0);
	ck_assert_uint_eq(later.n, 1);
	ck_assert_str_eq(later.steps[0].item.value, "imaps");
}
END_TEST

/* Where a binding is after the wipe decides whether it is anybody's (firewalld lets it fall back).
 */
static const struct {
	const char *what;
	enum wipe_kind kind;
	const char *before, *after;
	const char *verdict;
	bool moves;
} bindings[] = {
    {"in no zone any more", WIPE_RELOAD, "mail/interface:eth0=r", "", "lost", false},
    {"fell back to the default zone", WIPE_RELOAD, "mail/interface:eth0=r",
     "public/interface:eth0=r", "lost", true},
    {"the default zone has it permanently", WIPE_RELOAD,
     "mail/interface:eth0=r public/interface:eth0=p", "public/interface:eth0=r", "claimed", false},
    {"the same, as just read", WIPE_RESTART, "mail/interface:eth0=r", "public/interface:eth0=rp",
     "claimed", false},
    {"another zone has it", WIPE_RELOAD, "mail/interface:eth0=r", "home/interface:eth0=r",
     "claimed", false},
    {"a source does not fall back", WIPE_RELOAD, "mail/source:192.0.2.0/24=r",
     "public/source:192.0.2.0/24=r", "claimed", false},
    {"another interface is another one", WIPE_RELOAD, "mail/interface:eth0=r",
     "home/interface:eth1=r", "lost", false},
    {"in another zone, asked for by hand", WIPE_BY_HAND, "mail/interface:eth0=r",
     "home/interface:eth0=r", "claimed", false},
    {"nobody can tell", WIPE_UNKNOWN, "mail/interface:eth0=r", "public/interface:eth0=r",
     "unattributed", false},
    {"permanent, and taken out", WIPE_RELOAD, "mail/interface:eth0=rp", "", "removed", false},
};

START_TEST(judges_bindings_by_where_they_are)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(bindings[_i].before);
	_cleanup_firewall_ struct firewall after = firewall_from_text(bindings[_i].after);
	_cleanup_item_ struct item imaps = item_from_text("mail/service:imaps");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct firewall_entry *entry;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = bindings[_i].kind,
	                                 .now_us = NOW};
	bool restores = strcmp(bindings[_i].verdict, "lost") == 0;

	ck_assert_int_eq(firewall_put(&before, &imaps, &entry), 0);
	entry->flags = FIREWALL_PERMANENT;
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 1);
	ck_assert_msg(strcmp(loss_verdict_name(loss.rows[0].verdict), bindings[_i].verdict) == 0,
	              "%s: %s", bindings[_i].what, loss_verdict_name(loss.rows[0].verdict));
	ck_assert_int_eq(plan_build(&plan, &loss, &after, NOW), 0);
	ck_assert_msg(plan.n == restores, "%s: %zu steps", bindings[_i].what, plan.n);
	if (restores)
		ck_assert_msg(plan.steps[0].move == bindings[_i].moves, "%s", bindings[_i].what);
}
END_TEST

static const char *const vessels[] = {"policy:mail-in/service:imaps=r", "mail/service:imaps=r",
                                      "mail/service:imaps=rp", "mail/service:imaps=re"};

/* A zone or policy cannot be made in the runtime: who deleted it meant it. */
START_TEST(lets_go_of_what_a_zone_held_that_is_gone)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(vessels[_i]);
	_cleanup_firewall_ struct firewall after = firewall_from_text("");
	_cleanup_loss_ struct loss unknown = LOSS_NULL, gone = LOSS_NULL, there = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_REBOOT,
	                                 .now_us = NOW};

	/* without the default zone it is not known which zones there are */
	ck_assert_int_eq(loss_find(&unknown, &evidence), 0);
	ck_assert_int_eq(firewall_add_zone(&after, "public"), 0);
	ck_assert_int_eq(loss_find(&gone, &evidence), 0);
	ck_assert_uint_eq(loss_count(&gone, LOSS_REMOVED), 1);
	ck_assert_int_eq(firewall_add_zone(&after, before.entries[0].item.zone), 0);
	ck_assert_int_eq(loss_find(&there, &evidence), 0);
	ck_assert_int_eq(there.rows[0].verdict, unknown.rows[0].verdict);
	if (before.entries[0].flags == FIREWALL_RUNTIME)
		ck_assert_uint_eq(loss_count(&there, LOSS_LOST), 1);
}
END_TEST

/* Who makes another zone the default one moves the interfaces that nobody has bound. */
START_TEST(lets_interfaces_follow_the_default_zone)
{
	_cleanup_firewall_ struct firewall before = firewall_from_text(
	    "public/interface:eth0=r public/service:imaps=rp mail/interface:eth1=r "
	    "mail/service:imaps=rp public/source:192.0.2.0/24=r");
	_cleanup_firewall_ struct firewall after =
	    firewall_from_text("public/service:imaps=rp mail/service:imaps=rp");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(firewall_set_default_zone(&after, "work"), 0);
	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_uint_eq(loss.n, 3);
	ck_assert_uint_eq(loss_count(&loss, LOSS_LOST), 2);
	for (size_t i = 0; i < loss.n; i++)
		ck_assert((loss.rows[i].verdict == LOSS_CLAIMED) ==
		          (strcmp(loss.rows[i].item.value, "eth0") == 0));
}
END_TEST

START_TEST(protects_bindings_of_zones_that_carry_something)
{
	_cleanup_firewall_ struct firewall fw =
	    firewall_from_text("drop/source:192.0.2.1=r mail/interface:eth0=r mail/port:993/tcp=p");
	_cleanup_item_ struct item ban = item_from_text("drop/source:192.0.2.1");
	_cleanup_item_ struct item eth0 = item_from_text("mail/interface:eth0");
	struct scope scope = SCOPE_NULL;

	ck_assert(!scope_protects(&scope, &fw, &ban));
	ck_assert(scope_protects(&scope, &fw, &eth0));
	ck_assert_int_eq(strv_add(&scope.services, "imaps"), 0);
	ck_assert(!scope_protects(&scope, &fw, &eth0));
	ck_assert_int_eq(strv_add(&scope.services, "993/tcp"), 0);
	ck_assert(scope_protects(&scope, &fw, &eth0));
	ck_assert_int_eq(strv_add(&scope.zones, "public"), 0);
	ck_assert(!scope_protects(&scope, &fw, &eth0));
	scope_deinit(&scope);
}
END_TEST

/* Bindings that mail needs come first; the default zone is reached without one. */
START_TEST(plans_bindings_where_they_are_needed)
{
	static const char *const order[] = {"mail/interface:eth0",   "mail/source:192.0.2.0/24",
	                                    "public/service:imaps",  "public/service:https",
	                                    "public/interface:eth1", "shop/interface:eth2",
	                                    "public/port:8080/tcp"};
	_cleanup_firewall_ struct firewall before = firewall_from_text(
	    "public/port:8080/tcp=r public/service:https=r public/service:imaps=r "
	    "public/interface:eth1=r shop/interface:eth2=r shop/service:https=rp "
	    "mail/interface:eth0=r mail/source:192.0.2.0/24=r mail/service:imaps=rp");
	_cleanup_firewall_ struct firewall after =
	    firewall_from_text("mail/service:imaps=rp shop/service:https=rp");
	_cleanup_loss_ struct loss loss = LOSS_NULL;
	_cleanup_plan_ struct plan plan = PLAN_NULL;
	struct scope scope = SCOPE_NULL;
	struct loss_evidence evidence = {.before = &before,
	                                 .after = &after,
	                                 .scope = &scope,
	                                 .kind = WIPE_RELOAD,
	                                 .now_us = NOW};

	ck_assert_int_eq(loss_find(&loss, &evidence), 0);
	ck_assert_int_eq(plan_build(&plan, &loss, &after, NOW), 0);
	ck_assert_uint_eq(plan.n, ARRAY_SIZE(order));
	for (size_t i = 0; i < plan.n; i++) {
		_cleanup_free_ char *text = NULL;

		ck_assert_int_ge(item_format(&text, &plan.steps[i].item), 0);
		ck_assert_str_eq(text, order[i]);
	}
}
END_TEST

START_TEST(names_are_read_back)
{
	for (unsigned i = 0; i < LOSS_N_VERDICTS; i++) {
		enum loss_verdict verdict;

		ck_assert_int_eq(loss_verdict_parse(&verdict, loss_verdict_name(i)), 0);
		ck_assert_uint_eq(verdict, i);
	}
	for (unsigned i = 0; i < WIPE_N_KINDS; i++) {
		enum wipe_kind kind;

		ck_assert_int_eq(wipe_kind_parse(&kind, wipe_kind_name(i)), 0);
		ck_assert_uint_eq(kind, i);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("loss");
	TCase *tcase = tcase_create("loss");

	tcase_add_loop_test(tcase, judges_by_law_1, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, leaves_bans_to_their_tickets, 0, ARRAY_SIZE(bans));
	tcase_add_loop_test(tcase, tells_a_silent_wipe_by_what_it_leaves, 0,
	                    (int)ARRAY_SIZE(silent));
	tcase_add_test(tcase, leaves_bindings_to_their_makers);
	tcase_add_test(tcase, takes_no_interface_alone_for_a_silent_wipe);
	tcase_add_test(tcase, unknown_is_not_empty);
	tcase_add_test(tcase, without_a_state_before_only_the_required_is_missing);
	tcase_add_test(tcase, looks_only_where_it_was_read);
	tcase_add_test(tcase, plans_mail_first_and_only_what_is_to_be_restored);
	tcase_add_test(tcase, plans_required_items_without_an_end);
	tcase_add_test(tcase, plans_are_idempotent);
	tcase_add_loop_test(tcase, judges_bindings_by_where_they_are, 0, (int)ARRAY_SIZE(bindings));
	tcase_add_loop_test(tcase, lets_go_of_what_a_zone_held_that_is_gone, 0,
	                    (int)ARRAY_SIZE(vessels));
	tcase_add_test(tcase, lets_interfaces_follow_the_default_zone);
	tcase_add_test(tcase, protects_bindings_of_zones_that_carry_something);
	tcase_add_test(tcase, plans_bindings_where_they_are_needed);
	tcase_add_test(tcase, names_are_read_back);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
