// SPDX-License-Identifier: GPL-2.0-or-later
/* Which file and line firewalld means by what it says. */
#include "guard/system/firewalld/culprit.h"

#include "tests/unit/unit.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void run_shell(const char *text)
{
	char command[2048];

	snprintf(command, sizeof(command), "cd '%s' && %s", root, text);
	ck_assert_int_eq(system(command), 0);
}

static void begin(void)
{
	snprintf(root, sizeof(root), "/tmp/test-culprit.%d", getpid());
	ck_assert_int_eq(mkdir(root, 0700), 0);
	run_shell(
	    "mkdir -p etc/firewalld/zones/internal etc/firewalld/policies usr/lib/firewalld/zones "
	    "usr/lib/firewalld/services etc/firewalld/services && "
	    "printf '<zone>\\n<service name=\"ssh\"/>\\n</zone>\\n' "
	    ">usr/lib/firewalld/zones/public.xml "
	    "&& printf '<zone>\\n<service name=\"ssh\"/>\\n<service name=\"gone\"/>\\n<interface "
	    "name=\"eth7\"/>\\n</zone>\\n' >etc/firewalld/zones/public.xml && "
	    "printf '<zone>\\n<interface name=\"eth7\"/>\\n<service nam=\"x\"/></zone>\\n' "
	    ">etc/firewalld/zones/home.xml && "
	    "printf '<zone>\\n\\n<service name=\"part\"/></zone>\\n' "
	    ">etc/firewalld/zones/internal/10.xml && "
	    "printf '<policy>\\n<ingress-zone name=\"moon\"/>\\n<rule><service "
	    "name=\"gone\"/></rule>"
	    "</policy>\\n' >etc/firewalld/policies/in.xml && "
	    "printf '<service>\\n<port port=\"99999\" protocol=\"tcp\"/>\\n<include "
	    "service=\"ghost\"/>\\n<prot/></service>\\n' >usr/lib/firewalld/services/imaps.xml && "
	    "printf '<service>\\n\\n<port\\n' >etc/firewalld/services/broken.xml");
	/* what firewalld ships, healthy, beside others' faults of the same names */
	run_shell(
	    "mkdir -p etc/firewalld/helpers etc/firewalld/ipsets usr/lib/firewalld/helpers && "
	    "printf '<service>\\n<include service=\"b\"/>\\n<helper name=\"amanda\"/>\\n<port "
	    "port=\"143\" protocol=\"tcp\"/>\\n<destination "
	    "ipv4=\"224.0.0.251\"/>\\n</service>\\n' "
	    ">usr/lib/firewalld/services/amanda.xml && "
	    "printf '<helper module=\"nf_conntrack_amanda\" family=\"ipv4\">\\n<port port=\"1\" "
	    "protocol=\"udp\"/></helper>\\n' >usr/lib/firewalld/helpers/amanda.xml && "
	    "printf '<zone target=\"DROP\">\\n<forward/>\\n<tcp-mss-clamp/></zone>\\n' "
	    ">usr/lib/firewalld/zones/drop.xml && "
	    "printf '<helper family=\"ipv9\">\\n<port port=\"1\" protocol=\"udp\"/></helper>\\n' "
	    ">etc/firewalld/helpers/h2.xml && "
	    "printf '<helper module=\"nope\"/>\\n' >etc/firewalld/helpers/h1.xml && "
	    "printf '<ipset>\\n<entry>192.0.2.1</entry></ipset>\\n' "
	    ">etc/firewalld/ipsets/i1.xml && "
	    "printf '<ipset type=\"hash:nope\"/>\\n' >etc/firewalld/ipsets/i2.xml && "
	    "printf '<ipset type=\"hash:mac\">\\n<option name=\"timeout\" "
	    "value=\"abc\"/>\\n<option name=\"nope\"/>\\n</ipset>\\n' >etc/firewalld/ipsets/i3.xml "
	    "&& "
	    "printf '<ipset type=\"hash:mac\">\\n<option name=\"timeout\" value=\"9\"/>\\n<option "
	    "name=\"family\" value=\"inet\"/>\\n</ipset>\\n' >etc/firewalld/ipsets/i4.xml");
	run_shell("printf '<zone target=\"FOO\" module=\"x\">\\n<helper name=\"nope\"/>\\n<port "
	          "port=\"25\" "
	          "protocol=\"foo\"/>\\n<source address=\"nonsense\"/>\\n<source "
	          "ipset=\"missing\"/>\\n<interface name=\"moon\"/>\\n</zone>\\n' "
	          ">etc/firewalld/zones/z.xml && "
	          "printf '<policy target=\"BAR\">\\n<forward/>\\n</policy>\\n' "
	          ">etc/firewalld/policies/p3.xml && "
	          "printf '<service>\\n<port port=\"25\"/>\\n</service>\\n' "
	          ">etc/firewalld/services/s5.xml && "
	          "printf '<zone>\\n<port port=\"25\"/>\\n</zone>\\n' "
	          ">etc/firewalld/zones/z25.xml && "
	          "printf '<zone/>\\n' >etc/firewalld/policies/zone.xml");
}

static void end(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
}

static const struct {
	const char *words, *where; /* NULL: nobody can tell */
} cases[] = {
    {"INVALID_SERVICE: Zone 'public': 'gone' not among existing services",
     "/etc/firewalld/zones/public.xml line 3"},
    {"INVALID_SERVICE: Policy 'in': 'gone' not among existing services",
     "/etc/firewalld/policies/in.xml line 3"},
    /* older ones do not say whose */
    {"INVALID_SERVICE: 'gone' not among existing services",
     "/etc/firewalld/zones/public.xml line 3, /etc/firewalld/policies/in.xml line 3"},
    {"INVALID_SERVICE: Zone 'internal': 'part' not among existing services",
     "/etc/firewalld/zones/internal/10.xml line 3"},
    {"INVALID_SERVICE: Zone 'internal/10': 'part' not among existing services",
     "/etc/firewalld/zones/internal/10.xml line 3"},
    {"INVALID_ZONE: Policy 'in': 'moon' not among existing zones",
     "/etc/firewalld/policies/in.xml line 2"},
    {"INVALID_SERVICE: Service 'imaps': Included service 'ghost' not found.",
     "/usr/lib/firewalld/services/imaps.xml line 3"},
    {"INVALID_INTERFACE: Zone 'public': interface 'eth7' already bound to zone 'home'",
     "/etc/firewalld/zones/home.xml line 2, /etc/firewalld/zones/public.xml line 4"},
    {"INVALID_SERVICE: not a valid service file: <unknown>:3:5: no element found",
     "/etc/firewalld/services/broken.xml line 3"},
    {"PARSE_ERROR: Missing attribute name for service", "/etc/firewalld/zones/home.xml line 3"},
    {"PARSE_ERROR: service: Unexpected attribute nam", "/etc/firewalld/zones/home.xml line 3"},
    {"PARSE_ERROR: 'home.xml': service: Unexpected attribute nam",
     "/etc/firewalld/zones/home.xml line 3"},
    {"PARSE_ERROR: Unexpected element prot", "/usr/lib/firewalld/services/imaps.xml line 4"},
    {"PARSE_ERROR: Unexpected element 'prot'", "/usr/lib/firewalld/services/imaps.xml line 4"},
    {"INVALID_PORT: port number in '99999' is too big",
     "/usr/lib/firewalld/services/imaps.xml line 2"},
    /* what is wrong here is right there */
    {"PARSE_ERROR: Missing attribute module for helper", "/etc/firewalld/helpers/h2.xml line 1"},
    {"PARSE_ERROR: helper: Unexpected attribute module", NULL},
    {"PARSE_ERROR: Unexpected element helper", "/etc/firewalld/zones/z.xml line 2"},
    {"PARSE_ERROR: Unexpected element forward", "/etc/firewalld/policies/p3.xml line 2"},
    {"PARSE_ERROR: Unexpected element include", NULL},
    {"PARSE_ERROR: Unexpected element zone", "/etc/firewalld/policies/zone.xml line 1"},
    /* an older one does not know it */
    {"PARSE_ERROR: Unexpected element tcp-mss-clamp", "/usr/lib/firewalld/zones/drop.xml line 3"},
    /* of the outermost element */
    {"PARSE_ERROR: Missing attribute type for ipset", "/etc/firewalld/ipsets/i1.xml line 1"},
    {"PARSE_ERROR: Missing attribute target for policy", "/etc/firewalld/policies/in.xml line 1"},
    {"PARSE_ERROR: zone: Unexpected attribute module", "/etc/firewalld/zones/z.xml line 1"},
    {"PARSE_ERROR: Missing attribute protocol for port", "/etc/firewalld/zones/z25.xml line 2"},
    {"'protocol'", "/etc/firewalld/services/s5.xml line 2"},
    {"INVALID_PROTOCOL: 'foo' not from {'tcp'|'udp'|'sctp'|'dccp'}",
     "/etc/firewalld/zones/z.xml line 3"},
    {"INVALID_TARGET: FOO", "/etc/firewalld/zones/z.xml line 1"},
    {"INVALID_TARGET: BAR", "/etc/firewalld/policies/p3.xml line 1"},
    {"INVALID_TARGET: Zone 'z': invalid target 'FOO'", "/etc/firewalld/zones/z.xml line 1"},
    {"INVALID_ADDR: nonsense", "/etc/firewalld/zones/z.xml line 4"},
    {"INVALID_IPSET: missing", "/etc/firewalld/zones/z.xml line 5"},
    {"INVALID_TYPE: hash:nope", "/etc/firewalld/ipsets/i2.xml line 1"},
    {"INVALID_MODULE: 'nope' does not start with 'nf_conntrack_'",
     "/etc/firewalld/helpers/h1.xml line 1"},
    {"INVALID_IPV: 'ipv9' not in '['ipv4', 'ipv6']'", "/etc/firewalld/helpers/h2.xml line 1"},
    /* a value of another thing's */
    {"INVALID_ZONE: 'moon' not among existing zones", "/etc/firewalld/policies/in.xml line 2"},
    {"INVALID_PORT: 'nonsense' is invalid port range", NULL},
    {"INVALID_SERVICE: FOO", NULL},
    {"INVALID_TARGET: ", NULL},
    {"INVALID_OPTION: Unsupported option 'family' for type 'hash:mac'", NULL},
    {"INVALID_OPTION: Missing mandatory value of option 'timeout'", NULL},
    {"INVALID_OPTION: Unknown option 'nope'", "/etc/firewalld/ipsets/i3.xml line 3"},
    {"INVALID_VALUE: Option 'timeout': Value 'abc' is not an integer",
     "/etc/firewalld/ipsets/i3.xml line 2"},
    {"INVALID_ZONE: Policy 'in': Zone 'moon' does not exist.",
     "/etc/firewalld/policies/in.xml line 2"},
    {"INVALID_NAME: 'FOO' is not allowed in 'FOO'", NULL},
    /* the administrator's file counts, and it has none of that */
    {"INVALID_SERVICE: Zone 'public': 'nowhere' not among existing services", NULL},
    {"COMMAND_FAILED: something else", NULL},
    {"PARSE_ERROR: '", NULL},
    {"", NULL},
};

START_TEST(the_place_is_found)
{
	_cleanup_free_ char *named = NULL, *expected = NULL;

	ck_assert_int_eq(
	    xasprintf(&expected, "%s%s%s%s", cases[_i].words, cases[_i].where ? " (" : "",
	              cases[_i].where ? cases[_i].where : "", cases[_i].where ? ")" : ""),
	    0);
	ck_assert_int_eq(culprit_name(&named, cases[_i].words, root), 0);
	ck_assert_str_eq(named, expected);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("culprit");
	TCase *tc = tcase_create("culprit");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, the_place_is_found, 0, (int)ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	return unit_run(suite);
}
