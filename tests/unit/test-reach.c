// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/packet/reach.h"

#include "tests/unit/firewalls.h"
#include "tests/unit/unit.h"

/* The default zone of all of them is public. */
#define MAIL                                                                                       \
	"mail/interface:eth0=r mail/service:imaps=r mail/port:4190/tcp=r "                         \
	"office/source:192.0.2.0/24=r office/source:2001:db8::/32=r office/service:smtp=r "        \
	"public/service:https=r public/service:http=p zoo/source:192.0.0.0/16=r "                  \
	"mac/source:00:11:22:33:44:55=r set/source:ipset:friends=r vpn/interface:tun+=r "          \
	"old/interface:eth9=p policy:in/service:pop3s=r"

static const struct {
	const char *interface, *source, *zone, *service;
	bool reached;
} rows[] = {
    {"eth0", NULL, "mail", "imaps", true},
    {"eth0", NULL, "mail", "https", false},
    {"eth0", NULL, "mail", "4190/tcp", true},
    {"eth1", NULL, "public", "imaps", false},
    {"eth1", NULL, "public", "https", true},
    {"eth1", NULL, "public", "http", false},       /* permanent only: after the next reload */
    {"eth9", NULL, "public", "https", true},       /* a binding that is not in the runtime */
    {"eth0", "192.0.2.7", "office", "smtp", true}, /* the source before the interface */
    {"eth0", "192.0.2.7", "office", "imaps", false},
    {"eth0", "192.0.3.7", "zoo", "imaps", false},
    {"eth0", "198.51.100.1", "mail", "imaps", true},
    {NULL, "198.51.100.1", "public", "https", true},
    {NULL, "2001:db8::1", "office", "smtp", true},
    {"tun3", NULL, "vpn", "imaps", false}, /* tun+ */
    {"tu", NULL, "public", "https", true},
    {"lo", NULL, "public", "https", true},
    {"eth0", NULL, "mail", "pop3s", true}, /* a policy lets it in */
};

START_TEST(chooses_the_zone_as_firewalld_does)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(MAIL);
	struct reach_from from = {.interface = rows[_i].interface};
	struct cidr source;

	if (rows[_i].source) {
		ck_assert_int_eq(cidr_parse(&source, rows[_i].source, 0, NULL), 0);
		from.source = &source;
	}
	ck_assert_str_eq(reach_zone(&fw, &from), rows[_i].zone);
	ck_assert(reach_service(&fw, &from, rows[_i].service) == rows[_i].reached);
}
END_TEST

static const struct {
	const char *zone, *interfaces;
	bool gets;
} packet_rows[] = {
    {"mail", "eth0", true},         {"mail", "", true},         {"office", "eth0", true},
    {"old", "eth0 eth9", false},    {"public", "", true},       {"public", "eth0 eth1", true},
    {"public", "eth0", false}, /* every interface of the machine is bound elsewhere */
    {"public", "eth0 tun0", false}, {"nowhere", "eth0", false}, {"policy:in", "eth0", true},
};

START_TEST(knows_which_zones_get_packets)
{
	_cleanup_firewall_ struct firewall fw = firewall_from_text(MAIL);
	_cleanup_strv_ struct strv interfaces = STRV_NULL;

	ck_assert_int_eq(strv_split(&interfaces, packet_rows[_i].interfaces, " "), 0);
	ck_assert_msg(reach_zone_gets_packets(&fw, packet_rows[_i].zone, &interfaces) ==
	                  packet_rows[_i].gets,
	              "%s with %s", packet_rows[_i].zone, packet_rows[_i].interfaces);
}
END_TEST

START_TEST(nothing_is_known_of_no_firewall)
{
	struct firewall fw = FIREWALL_NULL;

	ck_assert_ptr_null(reach_zone(&fw, &(struct reach_from){.interface = "eth0"}));
	ck_assert(!reach_service(&fw, &(struct reach_from){0}, "imaps"));
	ck_assert(!reach_zone_gets_packets(&fw, "public", NULL));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reach");
	TCase *tcase = tcase_create("reach");

	tcase_add_loop_test(tcase, chooses_the_zone_as_firewalld_does, 0, (int)ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, knows_which_zones_get_packets, 0, (int)ARRAY_SIZE(packet_rows));
	tcase_add_test(tcase, nothing_is_known_of_no_firewall);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
