// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/ticket.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

#include <errno.h>
#include <string.h>

START_TEST(live_tickets_of_an_address_in_all_jails)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	static const char *const live[] = {"postfix", "sshd"};
	struct cidr cidr;
	size_t n = 0;

	ck_assert_int_eq(tickets_add(&tickets, "sshd", "192.0.2.1", 10, 100, 1, 0), 0);
	ck_assert_int_eq(tickets_add(&tickets, "postfix", "192.0.2.1", 10, 0, 1, 0), 0);
	ck_assert_int_eq(tickets_add(&tickets, "dovecot", "192.0.2.1", 10, 50, 1, 0), 0);
	ck_assert_int_eq(tickets_add(&tickets, "dovecot", "192.0.2.0/24", 10, 0, 1, 0), 0);
	ck_assert_int_eq(tickets_add(&tickets, "dovecot", "no address", 10, 0, 1, 0), 0);
	tickets_sort(&tickets);
	ck_assert_int_eq(cidr_parse(&cidr, "192.0.2.1", 0, NULL), 0);

	for (size_t i = 0; i < tickets.n; i++) {
		const struct ticket *ticket = &tickets.tickets[i];

		if (ticket->has_cidr && cidr_cmp(&ticket->cidr, &cidr) == 0 &&
		    ticket_is_live(ticket, 50)) {
			ck_assert_uint_lt(n, ARRAY_SIZE(live));
			ck_assert_str_eq(ticket->jail, live[n++]);
		}
	}
	ck_assert_uint_eq(n, ARRAY_SIZE(live));
}
END_TEST

START_TEST(an_index_has_all_of_an_address_together)
{
	static const char *const rows[][2] = {{"z", "192.0.2.7"},
	                                      {"b", "192.0.2.0/24"},
	                                      {"a", "192.0.2.7"},
	                                      {"a", "no address"},
	                                      {"a", "198.51.100.1"}};
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	_cleanup_tickets_index_ struct tickets_index all = TICKETS_INDEX_NULL;
	_cleanup_tickets_index_ struct tickets_index live = TICKETS_INDEX_NULL;
	struct cidr asked;
	size_t at;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		ck_assert_int_eq(tickets_add(&tickets, rows[i][0], rows[i][1], 0, i == 0 ? 50 : 0,
		                             0, TICKET_SOURCE_SOCKET),
		                 0);
	ck_assert_int_eq(tickets_index(&all, &tickets, INT64_MIN), 0);
	ck_assert_uint_eq(all.n, 4);
	ck_assert_int_eq(cidr_parse(&asked, "192.0.2.7", 0, NULL), 0);
	at = tickets_index_find(&all, &asked);
	ck_assert_uint_lt(at + 1, all.n);
	ck_assert_str_eq(all.tickets[at]->jail, "a");
	ck_assert_str_eq(all.tickets[at + 1]->jail, "z");
	ck_assert_int_eq(tickets_index(&live, &tickets, 50), 0);
	ck_assert_uint_eq(live.n, 3);
	tickets_index_deinit(&live);
	ck_assert_int_eq(tickets_index(&live, NULL, 0), 0);
	ck_assert_uint_eq(tickets_index_find(&live, &asked), 0);
}
END_TEST

static const struct {
	const char *version, *backend; /* NULL: not known */
	int direct;                    /* where there is a direct rule; -1: not known */
	enum jail_fate fate;
} fate_rows[] = {
    {"1.3.3", "nftables", 0, JAIL_FATE_LOST}, /* firewalld#863 */
    {"2.5.2", "nftables", 0, JAIL_FATE_KEPT},
    {"2.5.2", "iptables", 0, JAIL_FATE_LOST},
    {"2.5.2", "nftables", FIREWALL_RUNTIME, JAIL_FATE_LOST},
    {"2.5.2", "nftables", FIREWALL_PERMANENT, JAIL_FATE_KEPT},
    {"2.5.2", NULL, 0, JAIL_FATE_UNKNOWN},
    {"2.5.2", "nftables", -1, JAIL_FATE_UNKNOWN},
    {NULL, "nftables", 0, JAIL_FATE_UNKNOWN},
    /* what is not known does not matter then */
    {NULL, "iptables", -1, JAIL_FATE_LOST},
    {"1.3.3", NULL, -1, JAIL_FATE_LOST},
};

START_TEST(what_a_reload_does_to_iptables)
{
	_cleanup_item_ struct item rule =
	    item_from_text("direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP");
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	struct firewall_entry *entry;

	ck_assert_int_eq(firewall_put(&fw, &rule, &entry), 0);
	entry->flags = (unsigned)fate_rows[_i].direct;
	ck_assert_int_eq(jail_iptables_fate(fate_rows[_i].version, fate_rows[_i].backend,
	                                    fate_rows[_i].direct < 0 ? NULL : &fw),
	                 fate_rows[_i].fate);
}
END_TEST

START_TEST(jails_are_sorted_and_stand_once)
{
	static const char *const names[] = {"sshd", "a", "postfix", "sshd", "a"};
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		ck_assert_int_eq(tickets_add_jail(&tickets, names[i], NULL), 0);
	ck_assert_uint_eq(tickets.n_jails, 3);
	ck_assert_str_eq(tickets.jails[0].name, "a");
	ck_assert_str_eq(tickets.jails[2].name, "sshd");
	ck_assert_ptr_eq(tickets_jail(&tickets, "postfix"), &tickets.jails[1]);
	ck_assert_ptr_null(tickets_jail(&tickets, "dovecot"));
}
END_TEST

START_TEST(what_is_too_long_or_empty_is_refused)
{
	_cleanup_tickets_ struct tickets tickets = TICKETS_NULL;
	char long_name[TICKET_ADDRESS_MAX + 2];

	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	ck_assert_int_eq(tickets_add(&tickets, "", "192.0.2.1", 0, 0, 0, 0), -EINVAL);
	ck_assert_int_eq(tickets_add(&tickets, "sshd", "", 0, 0, 0, 0), -EINVAL);
	ck_assert_int_eq(tickets_add(&tickets, "sshd", long_name, 0, 0, 0, 0), -EINVAL);
	ck_assert_int_eq(tickets_add(&tickets, long_name, "192.0.2.1", 0, 0, 0, 0), -EINVAL);
	ck_assert_int_eq(tickets_add_jail(&tickets, long_name, NULL), -EINVAL);
	ck_assert_uint_eq(tickets.n, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("ticket");
	TCase *tcase = tcase_create("ticket");

	tcase_add_test(tcase, live_tickets_of_an_address_in_all_jails);
	tcase_add_test(tcase, an_index_has_all_of_an_address_together);
	tcase_add_loop_test(tcase, what_a_reload_does_to_iptables, 0, ARRAY_SIZE(fate_rows));
	tcase_add_test(tcase, jails_are_sorted_and_stand_once);
	tcase_add_test(tcase, what_is_too_long_or_empty_is_refused);
	suite_add_tcase(suite, tcase);
	return suite;
}

int main(void)
{
	return unit_run(suite());
}
