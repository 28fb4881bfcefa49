// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/mail/services.h"

#include <stdio.h>
#include <string.h>

#include "guard/model/item.h"
#include "guard/model/mail/daemons.h"
#include "tests/unit/unit.h"

#define ALL (SERVICES_MAIL | SERVICES_WEB | SERVICES_OTHER)

START_TEST(by_name_and_port)
{
	ck_assert_uint_eq(services_by_name("submission")->port, 587);
	ck_assert_str_eq(services_by_port(587, "tcp")->name, "smtp-submission");
	ck_assert(services_by_port(993, "tcp")->tls);
	ck_assert_str_eq(services_by_port(443, "udp")->name, "http3");
	ck_assert_ptr_null(services_by_port(993, "udp"));
	ck_assert_ptr_null(services_by_name("sieve")); /* a name of the port, not of a service */
	ck_assert_ptr_null(services_spoken(services_by_port(22, "tcp")));
	ck_assert_ptr_null(services_spoken(services_by_name("managesieve")));
	ck_assert_ptr_nonnull(services_spoken(services_by_name("submissions")));
	ck_assert_ptr_null(services_spoken(NULL));
}
END_TEST

/* One row a port, and no two services at one place in the order. */
START_TEST(is_one_table)
{
	for (const struct service *a = NULL; (a = services_next(a, ALL));) {
		ck_assert_ptr_eq(services_by_name(a->name), a);
		ck_assert_ptr_eq(services_by_port(a->port, a->transport), a);
		for (const struct service *b = a; (b = services_next(b, ALL));)
			ck_assert_uint_ne(a->rank, b->rank);
	}
}
END_TEST

/* As the table of law 3 stood before: what its users miss first. */
START_TEST(is_restored_in_order)
{
	static const char *const order[] = {
	    "service:imaps", "service:smtp",  "service:smtp-submission",
	    "port:465/tcp",  "service:imap",  "service:pop3s",
	    "service:pop3",  "port:4190/tcp", "service:https",
	    "service:http",  "port:443/udp",  "service:ssh",
	};

	for (size_t i = 0; i + 1 < ARRAY_SIZE(order); i++) {
		_cleanup_item_ struct item a = ITEM_NULL, b = ITEM_NULL;
		char text[2][64];

		snprintf(text[0], sizeof(text[0]), "public/%s", order[i]);
		snprintf(text[1], sizeof(text[1]), "public/%s", order[i + 1]);
		ck_assert_int_eq(item_parse(&a, text[0], NULL), 0);
		ck_assert_int_eq(item_parse(&b, text[1], NULL), 0);
		ck_assert_msg(item_rank(&a) < item_rank(&b), "%s, %s", text[0], text[1]);
	}
}
END_TEST

static const struct {
	const char *ports;
	unsigned first, last; /* 0: not understood */
	bool of_mail;
} port_rows[] = {
    {"25", 25, 25, true},
    {"imap2", 143, 143, true},
    {"pop-3", 110, 110, true},
    {"sieve", 4190, 4190, true},
    {"ssh", 22, 22, false},
    {"460-470", 460, 470, true},
    {"460:470", 460, 470, true},
    {"smtp-465", 25, 465, true},
    {"pop-3:465", 110, 465, true},
    {"0-65535", 0, 65535, true},
    {"80", 80, 80, false},
    {"470-460", 0, 0, false},
    /* as firewalld has it: from one name to the other */
    {"smtp-submission", 25, 587, true},
    {"65536", 0, 0, false},
    {"", 0, 0, false},
    {"-", 0, 0, false},
};

START_TEST(ports_by_name)
{
	unsigned first = 0, last = 0;

	ck_assert_int_eq(services_port_range(port_rows[_i].ports, &first, &last),
	                 port_rows[_i].last != 0);
	ck_assert_uint_eq(first, port_rows[_i].first);
	ck_assert_uint_eq(last, port_rows[_i].last);
	ck_assert_int_eq(services_stand_in(port_rows[_i].ports, "tcp", SERVICES_MAIL),
	                 port_rows[_i].of_mail);
	ck_assert(!services_stand_in(port_rows[_i].ports, "udp", SERVICES_MAIL));
	ck_assert(!services_stand_in(port_rows[_i].ports, NULL, ALL));
}
END_TEST

START_TEST(daemons)
{
	size_t n = 0;

	ck_assert_str_eq(daemons_by_process("master")->unit, "postfix");
	ck_assert_ptr_null(daemons_by_process("nobody"));
	for (const struct mail_daemon *one = NULL; (one = daemons_next(one)); n++)
		ck_assert_ptr_eq(daemons_by_process(one->process), one);
	ck_assert_uint_ge(n, 3);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("services");
	TCase *tcase = tcase_create("services");

	tcase_add_test(tcase, by_name_and_port);
	tcase_add_test(tcase, is_one_table);
	tcase_add_test(tcase, is_restored_in_order);
	tcase_add_loop_test(tcase, ports_by_name, 0, ARRAY_SIZE(port_rows));
	tcase_add_test(tcase, daemons);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
