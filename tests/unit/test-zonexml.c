// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/system/firewalld/zonefile.h"
#include "guard/system/firewalld/zonexml.h"

#include "tests/unit/unit.h"

#include <check.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What firewalld's own readers make of it (core/io/zone.py, policy.py, ipset.py). */
static const struct {
	const char *what;
	const char *zone;
	const char *xml;
	int result;
	const char *items[6]; /* in the order of item_cmp() */
} rows[] = {
    {"nothing", "public", "<zone/>", 0, {NULL}},
    {"services and ports",
     "public",
     "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<zone target=\"DROP\"><short>Public</short>"
     "<description>&lt;service name=\"x\"/&gt; and more</description><service name=\"imaps\"/>"
     "<port port=\"465\" protocol=\"tcp\"/><port protocol=\"udp\" port=\"6000-6010\"/>"
     "<source-port port=\"68\" protocol=\"udp\"/><protocol value=\"esp\"/></zone>",
     0,
     {"public/service:imaps", "public/port:465/tcp", "public/port:6000-6010/udp",
      "public/source-port:68/udp", "public/protocol:esp"}},
    {"bindings",
     "mail",
     "<zone><interface name=\"eth0\"/><source address=\"192.0.2.0/24\"/>"
     "<source ipset=\"friends\"/><icmp-block name=\"echo-request\"/></zone>",
     0,
     {"mail/interface:eth0", "mail/source:192.0.2.0/24", "mail/source:ipset:friends",
      "mail/icmp-block:echo-request"}},
    {"forwarding",
     "public",
     "<zone><masquerade/><forward-port port=\"993\" protocol=\"tcp\" to-port=\"9993\"/>"
     "<forward/><forward-port port=\"25\" protocol=\"tcp\" to-addr=\"2001:db8::1\"/></zone>",
     0,
     {"public/forward-port:port=25:proto=tcp:toport=:toaddr=2001:db8::1",
      "public/forward-port:port=993:proto=tcp:toport=9993:toaddr=", "public/masquerade:yes",
      "public/forward:yes"}},
    {"rules that accept",
     "public",
     "<zone><rule priority=\"-5\" family=\"ipv4\"><source address=\"192.0.2.1\" invert=\"True\"/>"
     "<service name=\"imaps\"/><log prefix=\"a b\" level=\"info\"><limit value=\"1/m\"/></log>"
     "<accept/></rule><rule><accept/><port port=\"25\" protocol=\"tcp\"/></rule></zone>",
     0,
     {"public/rule:rule priority=\"-5\" family=\"ipv4\" source NOT address=\"192.0.2.1\" service "
      "name=\"imaps\" log prefix=\"a b\" level=\"info\" limit value=\"1/m\" accept",
      "public/rule:rule port port=\"25\" protocol=\"tcp\" accept"}},
    {"bans, and what is no rule, are left out",
     "public",
     "<zone><rule family=\"ipv4\"><source address=\"192.0.2.1\"/><reject/></rule>"
     "<rule><accept/><accept/></rule><rule><what/><accept/></rule>"
     "<rule><service name='a\"b'/><accept/></rule></zone>",
     0,
     {NULL}},
    {"a policy",
     "policy:in",
     "<policy target=\"CONTINUE\"><port port=\"993\" protocol=\"tcp\"/>"
     "<ingress-zone name=\"ANY\"/><egress-zone name=\"HOST\"/></policy>",
     0,
     {"policy:in/port:993/tcp"}},
    {"an ipset",
     "ipset:friends",
     "<ipset type=\"hash:ip\"><short>F</short><entry>192.0.2.1</entry><entry> 2001:db8::1\n"
     "</entry><service name=\"imaps\"/></ipset>",
     0,
     {"ipset:friends/entry:192.0.2.1", "ipset:friends/entry:2001:db8::1"}},
    {"what is not valid is left out",
     "public",
     "<zone><service/><service name=\"\"/><service name=\"a b\"/><port port=\"0\" "
     "protocol=\"tcp\"/><port port=\"25\"/><port port=\"25\" protocol=\"xyz\"/><bogus/></zone>",
     0,
     {NULL}},
    {"an empty file", "public", "", ZONEXML_E_BROKEN, {NULL}},
    {"cut off", "public", "<zone><service name=\"imaps\"/>", ZONEXML_E_BROKEN, {NULL}},
    {"not closed", "public", "<zone><rule></zone>", ZONEXML_E_BROKEN, {NULL}},
    {"two roots", "public", "<zone/><zone/>", ZONEXML_E_BROKEN, {NULL}},
    {"no XML at all", "public", "DefaultZone=public\n", ZONEXML_E_BROKEN, {NULL}},
    {"an attribute twice",
     "public",
     "<zone><service name=\"a\" name=\"b\"/></zone>",
     ZONEXML_E_BROKEN,
     {NULL}},
    {"not UTF-8", "public", "<zone><service name=\"\xff\xfe\"/></zone>", ZONEXML_E_BROKEN, {NULL}},
    {"another kind of file", "public", "<policy/>", ZONEXML_E_BROKEN, {NULL}},
    {"a zone in a policy's place", "policy:in", "<zone/>", ZONEXML_E_BROKEN, {NULL}},
    {"entities that grow (billion laughs)",
     "public",
     "<!DOCTYPE zone [<!ENTITY a \"xxxxxxxxxx\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
     "<zone><service name=\"&b;\"/></zone>",
     ZONEXML_E_UNKNOWN,
     {NULL}},
    {"an entity from outside",
     "public",
     "<!DOCTYPE zone [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><zone>&a;</zone>",
     ZONEXML_E_UNKNOWN,
     {NULL}},
    {"deeper than any",
     "public",
     "<zone><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a>"
     "</a></a></a></a></a></a></a></a></a></zone>",
     ZONEXML_E_UNKNOWN,
     {NULL}},
    {"an encoding that is not read",
     "public",
     "<?xml version=\"1.0\" encoding=\"koi8-r\"?><zone/>",
     ZONEXML_E_UNKNOWN,
     {NULL}},
};

START_TEST(reads_what_firewalld_reads)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	struct err err = ERR_NULL;
	size_t n = 0;
	int r = zonexml_parse(&fw, rows[_i].zone, rows[_i].xml, strlen(rows[_i].xml), &err);

	ck_assert_msg(r == rows[_i].result, "%s: %d (%s)", rows[_i].what, r, err.text);
	ck_assert_msg((r != 0) == (err.text[0] != '\0'), "%s: %s", rows[_i].what, err.text);
	if (r)
		return;
	while (n < ARRAY_SIZE(rows[_i].items) && rows[_i].items[n])
		n++;
	ck_assert_msg(fw.n == n, "%s: %zu items, not %zu", rows[_i].what, fw.n, n);
	for (size_t i = 0; i < n; i++) {
		_cleanup_item_ struct item item = ITEM_NULL;

		ck_assert_msg(item_parse(&item, rows[_i].items[i], &err) == 0, "%s", err.text);
		ck_assert_msg(firewall_has(&fw, &item, FIREWALL_PERMANENT), "%s: no %s",
		              rows[_i].what, rows[_i].items[i]);
	}
}
END_TEST

/* Thousands of bans in a zone file (firewall-cmd --runtime-to-permanent) are no trouble. */
START_TEST(reads_long_files)
{
	_cleanup_firewall_ struct firewall fw = FIREWALL_NULL;
	_cleanup_free_ char *text = NULL;
	struct err err = ERR_NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(stream);
	fputs("<zone>", stream);
	for (unsigned i = 0; i < 20000; i++)
		fprintf(stream,
		        "<rule family=\"ipv4\"><source address=\"10.%u.%u.1\"/><port port=\"25\" "
		        "protocol=\"tcp\"/><reject/></rule>",
		        i / 250, i % 250);
	fputs("<service name=\"imaps\"/></zone>", stream);
	ck_assert_int_eq(fclose(stream), 0);
	ck_assert_int_eq(zonexml_parse(&fw, "public", text, size, &err), 0);
	ck_assert_uint_eq(fw.n, 1);
}
END_TEST

static char root[64];

static void put_file(const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "we");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	ck_assert_int_eq(fclose(file), 0);
}

static void make_root(void)
{
	static const char *const folders[] = {"",
	                                      "/etc",
	                                      "/etc/firewalld",
	                                      "/etc/firewalld/zones",
	                                      "/etc/firewalld/policies",
	                                      "/usr",
	                                      "/usr/lib",
	                                      "/usr/lib/firewalld",
	                                      "/usr/lib/firewalld/zones"};

	snprintf(root, sizeof(root), "/tmp/test-zonexml.%d", getpid());
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		char path[256];

		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
}

static void remove_root(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

START_TEST(reads_the_file_that_is_in_force)
{
	_cleanup_firewall_ struct firewall first = FIREWALL_NULL, second = FIREWALL_NULL;
	_cleanup_firewall_ struct firewall none = FIREWALL_NULL;
	struct err err = ERR_NULL;
	char path[256];

	put_file("usr/lib/firewalld/zones/public.xml", "<zone><service name=\"ssh\"/></zone>");
	ck_assert(!zonefile_is_own("public", root));
	ck_assert_int_eq(zonefile_read(&first, "public", root, &err), 0);
	ck_assert_str_eq(first.entries[0].item.value, "ssh");
	put_file("etc/firewalld/zones/public.xml", "<zone><service name=\"imaps\"/></zone>");
	ck_assert(zonefile_is_own("public", root));
	ck_assert_int_eq(zonefile_read(&second, "public", root, &err), 0);
	ck_assert_uint_eq(second.n, 1);
	ck_assert_str_eq(second.entries[0].item.value, "imaps");
	ck_assert_int_eq(zonefile_read(&none, "home", root, &err), ZONEFILE_E_ABSENT);
	ck_assert_int_eq(zonefile_read(&none, "policy:public", root, &err), ZONEFILE_E_ABSENT);
	ck_assert_int_eq(zonefile_read(&none, "../zones/public", root, &err), ZONEFILE_E_UNKNOWN);
	put_file("etc/firewalld/zones/home.xml", "<zone>");
	ck_assert_int_eq(zonefile_read(&none, "home", root, &err), ZONEFILE_E_BROKEN);
	ck_assert(strstr(err.text, "line 1") != NULL);
	snprintf(path, sizeof(path), "%s/etc/firewalld/zones/pipe.xml", root);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(zonefile_read(&none, "pipe", root, &err), ZONEFILE_E_UNKNOWN);
	ck_assert_uint_eq(none.n, 0);
}
END_TEST

/* What is put together from a folder of files is written by the name of one of them. */
START_TEST(knows_the_parts_of_a_zone)
{
	_cleanup_free_ char *part = NULL;
	char path[256];

	put_file("etc/firewalld/zones/public.xml", "<zone/>");
	ck_assert_int_eq(zonefile_part(&part, "public", root), ZONEFILE_E_ABSENT);
	snprintf(path, sizeof(path), "%s/etc/firewalld/zones/public", root);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(zonefile_part(&part, "public", root), ZONEFILE_E_ABSENT);
	put_file("etc/firewalld/zones/public/20-web.xml.old", "<zone/>");
	put_file("etc/firewalld/zones/public/.xml", "<zone/>");
	ck_assert_int_eq(zonefile_part(&part, "public", root), ZONEFILE_E_ABSENT);
	put_file("etc/firewalld/zones/public/20-web.xml", "<zone/>");
	put_file("etc/firewalld/zones/public/10-mail.xml", "<zone/>");
	ck_assert_int_eq(zonefile_part(&part, "public", root), 0);
	ck_assert_str_eq(part, "public/10-mail");
	ck_assert_int_eq(zonefile_part(&part, "policy:public", root), ZONEFILE_E_ABSENT);
	ck_assert_int_eq(zonefile_part(&part, "public/10-mail", root), ZONEFILE_E_ABSENT);
	ck_assert_int_eq(zonefile_part(&part, "..", root), ZONEFILE_E_ABSENT);
}
END_TEST

static const struct {
	const char *text, *zone;
} confs[] = {
    {"DefaultZone=public\n", "public"},
    {"# DefaultZone=home\nMinimalMark=100\n  DefaultZone = mail \r\nDefaultZone=work\n", "mail"},
    {"DefaultZone=public", "public"},
    {"DefaultZone=\n", NULL},
    {"DefaultZones=public\n", NULL},
    {"", NULL},
};

START_TEST(reads_the_default_zone)
{
	_cleanup_free_ char *zone = NULL;
	int r;

	put_file("etc/firewalld/firewalld.conf", confs[_i].text);
	r = zonefile_default_zone(&zone, root);
	ck_assert_int_eq(r, confs[_i].zone ? 0 : ZONEFILE_E_ABSENT);
	if (r == 0)
		ck_assert_str_eq(zone, confs[_i].zone);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("zonexml");
	TCase *text = tcase_create("text"), *files = tcase_create("files");

	tcase_add_loop_test(text, reads_what_firewalld_reads, 0, (int)ARRAY_SIZE(rows));
	tcase_add_test(text, reads_long_files);
	tcase_add_checked_fixture(files, make_root, remove_root);
	tcase_add_test(files, reads_the_file_that_is_in_force);
	tcase_add_test(files, knows_the_parts_of_a_zone);
	tcase_add_loop_test(files, reads_the_default_zone, 0, (int)ARRAY_SIZE(confs));
	suite_add_tcase(suite, text);
	suite_add_tcase(suite, files);
	return unit_run(suite);
}
