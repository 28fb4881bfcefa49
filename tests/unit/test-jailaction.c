// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/jailaction.h"

#include <string.h>

#include "tests/unit/unit.h"

/* As running servers gave them (fail2ban 1.0.2), and what people make of them. */
static const struct {
	const char *ban, *start;
	enum jail_action_kind kind;
	const char *zone;
} rows[] = {
    {"ports=\"imaps\"; for p in $(echo $ports | tr \", \" \" \"); do firewall-cmd "
     "--add-rich-rule=\"rule family='<family>' source address='<ip>' port port='$p' "
     "protocol='tcp' reject type='<rejecttype>'\"; done",
     "", JAIL_ACTION_RICH, NULL},
    {"/usr/bin/firewall-cmd --zone=dmz --add-rich-rule 'rule source address=<ip> drop'", NULL,
     JAIL_ACTION_RICH, "dmz"},
    {"firewall-cmd --zone \"my zone\" --add-rich-rule=x", NULL, JAIL_ACTION_RICH, "my zone"},
    /* continued on the next line */
    {"firewall-cmd --zone=z \\\n  --add-rich-rule=x", NULL, JAIL_ACTION_RICH, "z"},
    {"firewall-cmd --direct --add-rule <family> filter f2b-new 0 -s <ip> -j REJECT",
     "firewall-cmd --direct --add-chain <family> filter f2b-new", JAIL_ACTION_DIRECT, NULL},
    {"ipset -exist add <ipmset> <ip> timeout 0",
     "ipset -exist create <ipmset> hash:ip timeout 0 <familyopt>\n"
     "firewall-cmd --direct --add-rule <family> filter INPUT_direct 0 -p tcp -j REJECT",
     JAIL_ACTION_IPSET, NULL},
    {"ipset -exist add <ipmset> <ip> timeout 0", "<iptables> -I INPUT -m set -j DROP",
     JAIL_ACTION_IPTABLES, NULL},
    {"ipset add mine <ip>", "", JAIL_ACTION_OTHER, NULL},
    {"firewall-cmd --ipset=<ipmset> --add-entry=<ip>",
     "firewall-cmd --direct --new-ipset=<ipmset> --type=hash:ip", JAIL_ACTION_FW_IPSET, NULL},
    {"nft add element inet f2b-table <addr_set> \\{ <ip> \\}", "nft add table inet f2b-table",
     JAIL_ACTION_NFTABLES, NULL},
    {"iptables -w -I f2b-sshd 1 -s <ip> -j REJECT", "", JAIL_ACTION_IPTABLES, NULL},
    {"<iptables> -I f2b-sshd 1 -s <ip> -j REJECT", "", JAIL_ACTION_IPTABLES, NULL},
    {"ufw prepend deny from <ip> to any", "", JAIL_ACTION_IPTABLES, NULL},
    {"echo +<ip> > /proc/net/xt_recent/f2b-x", "<iptables> -I INPUT -m recent --update -j DROP",
     JAIL_ACTION_IPTABLES, NULL},
    {"ip route add unreachable <ip>", "", JAIL_ACTION_ROUTE, NULL},
    {"/usr/sbin/ip -4 route add blackhole <ip>", "", JAIL_ACTION_ROUTE, NULL},
    {"logger ip; echo route", "", JAIL_ACTION_REPORT, NULL},
    {"/usr/bin/reload-guard hook ban --jail=\"lab\" --address=\"<ip>\" >/dev/null 2>&1 || :", "",
     JAIL_ACTION_REPORT, NULL},
    {"set --; case \"<family>\" in inet4|inet6) set -- --family=\"<family>\";; esac\n"
     "<guard> hook ban --jail=\"<name>\" \"$@\" >/dev/null 2>&1 || :",
     "", JAIL_ACTION_REPORT, NULL},
    {"case <family> in inet4) iptables -I f2b-x -s <ip> -j DROP;; esac", "", JAIL_ACTION_IPTABLES,
     NULL},
    {"case <family> in inet4) /opt/deny <ip>;; esac", "", JAIL_ACTION_OTHER, NULL},
    {"echo <ip>; (/opt/deny)", "", JAIL_ACTION_OTHER, NULL},
    /* what tells somebody, as in fail2ban's own mail, sendmail, abuseipdb and dshield */
    {"printf %b \"Subject: [Fail2Ban] <name>: banned <ip> from `uname -n`\\n\" | "
     "/usr/sbin/sendmail -f \"<sender>\" \"<dest>\"",
     "", JAIL_ACTION_REPORT, NULL},
    {"lgm=$(printf '%.1000s' \"$x\"); curl -sSf \"https://api.abuseipdb.com\" > /dev/null", "",
     JAIL_ACTION_REPORT, NULL},
    {"if [ -n x ]; then echo <ip> | mail -s ban root; fi", "", JAIL_ACTION_REPORT, NULL},
    /* it may deny whoever stands in the file, or call anything */
    {"printf '%s\\n' <ip> >>/etc/hosts.deny", "", JAIL_ACTION_OTHER, NULL},
    {"echo <ip> >/etc/deny", "", JAIL_ACTION_OTHER, NULL},
    {"echo <ip>; /opt/deny <ip>", "", JAIL_ACTION_OTHER, NULL},
    {"echo <ip> | xargs /opt/deny", "", JAIL_ACTION_OTHER, NULL},
    /* what lets in, and what only looks like it */
    {"firewall-cmd --zone=trusted --add-source=<ip>", "", JAIL_ACTION_ALLOW, "trusted"},
    {"firewall-cmd --zone trusted --add-source <ip>", "", JAIL_ACTION_ALLOW, "trusted"},
    {"firewall-cmd --zone=\"trusted\" \"--add-source=<ip>\"", "", JAIL_ACTION_ALLOW, "trusted"},
    {"firewall-cmd --zone=drop --add-source=<ip>", "", JAIL_ACTION_SOURCE, "drop"},
    {"firewall-cmd --add-rich-rule='rule source address=<ip> accept'", "", JAIL_ACTION_ALLOW, NULL},
    {"firewall-cmd --add-rich-rule='rule source NOT address=<ip> accept' "
     "--add-rich-rule='rule source address=<ip> drop'",
     "", JAIL_ACTION_RICH, NULL},
    {"iptables -I allow -s <ip> -j ACCEPT", "", JAIL_ACTION_ALLOW, NULL},
    {"ipset -exist add f2b-white <ip>",
     "ipset create f2b-white hash:ip; iptables -I INPUT -m set --match-set f2b-white src -j ACCEPT",
     JAIL_ACTION_ALLOW, NULL},
    {"nft add element inet f2b white { <ip> }", "nft add rule inet f2b in ip saddr @white accept",
     JAIL_ACTION_ALLOW, NULL},
    {"iptables -I f2b-x -s <ip> -j DROP; iptables -I f2b-x -s 192.0.2.1 -j ACCEPT", "",
     JAIL_ACTION_IPTABLES, NULL},
    {"echo accept <ip>", "", JAIL_ACTION_REPORT, NULL},
    {NULL, NULL, JAIL_ACTION_OTHER, NULL},
    {"", "", JAIL_ACTION_OTHER, NULL},
    /* the word alone does nothing */
    {"echo 'firewall-cmd --add-rich-rule=x' | mail root", "", JAIL_ACTION_REPORT, NULL},
    {"# firewall-cmd --add-rich-rule=x\ntrue", "", JAIL_ACTION_REPORT, NULL},
    {"my-firewall-cmd --add-rich-rule=x", "", JAIL_ACTION_OTHER, NULL},
    {"firewall-cmd --state; echo --add-rich-rule=x", "", JAIL_ACTION_OTHER, NULL},
    /* quotes and escapes that do not end */
    {"firewall-cmd \"--add-rich-rule", "", JAIL_ACTION_RICH, NULL},
    {"firewall-cmd --add-rich-rule='\\", "", JAIL_ACTION_RICH, NULL},
    {"\\", "'", JAIL_ACTION_OTHER, NULL},
};

START_TEST(tells_by_the_commands)
{
	_cleanup_free_ char *zone = NULL;

	ck_assert_int_eq(jailaction_classify(rows[_i].ban, rows[_i].start), rows[_i].kind);
	if (!rows[_i].ban)
		return;
	ck_assert_int_eq(jailaction_zone(&zone, rows[_i].ban), 0);
	ck_assert_pstr_eq(zone, rows[_i].zone);
}
END_TEST

/* What a ban is in firewalld, where that is for sure. */
static const struct {
	const char *ban;
	enum item_kind kind;
	const char *made; /* NULL: it cannot be told */
} made[] = {
    {"ports=\"imaps\"; for p in $(echo $ports | tr \", \" \" \"); do firewall-cmd "
     "--add-rich-rule=\"rule family='<family>' source address='<ip>' port port='$p' "
     "protocol='tcp' log prefix='f2b-x' reject type='<rejecttype>'\"; done",
     ITEM_RULE,
     "rule family='<family>' source address='<ip>' port port='$p' protocol='tcp' log "
     "prefix='f2b-x' reject type='<rejecttype>'"},
    /* fail2ban 1.1.1 */
    {"ports=\"imaps\"; for p in $(echo $ports | tr \", \" \" \"); do firewall-cmd "
     "--zone=\"public\" "
     "--add-rich-rule=\"rule family=\\\"<family>\\\" source address=\\\"<ip>\\\" port "
     "port=\\\"$p\\\" protocol=\\\"tcp\\\" reject type='<rejecttype>'\"; done",
     ITEM_RULE,
     "rule family=\"<family>\" source address=\"<ip>\" port port=\"$p\" protocol=\"tcp\" "
     "reject type='<rejecttype>'"},
    /* the quotes where somebody else puts them */
    {"\"/usr/bin/firewall-cmd\" '--add-rich-rule=rule source address=\"<ip>\" drop'", ITEM_RULE,
     "rule source address=\"<ip>\" drop"},
    {"firewall-cmd --add-rich-rule='rule source 'address=\\\"\"<ip>\"\\\"' drop'", ITEM_RULE,
     "rule source address=\"<ip>\" drop"},
    {"firewall-cmd \"--ipset=\"blocked --add-entry\"=<ip>\"", ITEM_ENTRY, "<ip>"},
    {"firewall-cmd --direct --add-rule <family> filter f2b-new 0 -s <ip> -j REJECT "
     "--reject-with <rejecttype>; true",
     ITEM_DIRECT_RULE, " <family> filter f2b-new 0 -s <ip> -j REJECT --reject-with <rejecttype>"},
    {"firewall-cmd --ipset=blocked --add-entry='<ip>'", ITEM_ENTRY, "<ip>"},
    /* nobody knows which, or for how long, or where */
    {"firewall-cmd --ipset=a --add-entry=<ip> || firewall-cmd --ipset=b --add-entry=<ip>", 0, NULL},
    {"firewall-cmd --permanent --ipset=blocked --add-entry=<ip>", 0, NULL},
    {"firewall-cmd --timeout=60 --add-rich-rule='rule source address=<ip> drop'", 0, NULL},
    {"firewall-cmd --policy=in --add-rich-rule='rule source address=<ip> drop'", 0, NULL},
    {"firewall-cmd --add-rich-rule 'rule source address=<ip> drop'", 0, NULL},
    {"firewall-cmd --add-rich-rule=", 0, NULL},
    {"firewall-cmd --add-rich-rule=''", 0, NULL},
    {"firewall-cmd --direct --add-rule", 0, NULL},
    {"firewall-cmd --zone=drop --add-source=<ip>", 0, NULL},
    {"ipset -exist add <ipmset> <ip> timeout 0", 0, NULL},
    {NULL, 0, NULL},
};

START_TEST(tells_what_is_made)
{
	_cleanup_free_ char *out = NULL;
	enum item_kind kind;

	ck_assert_int_eq(jailaction_made(&kind, &out, made[_i].ban), !made[_i].made);
	ck_assert_pstr_eq(out, made[_i].made);
	if (made[_i].made)
		ck_assert_int_eq(kind, made[_i].kind);
}
END_TEST

START_TEST(substitutes)
{
	static const struct {
		const char *text, *value, *result;
	} cases[] = {
	    {"reject type='<x>'", "a", "reject type='a'"},
	    {"drop", "a", "drop"},
	    {"<x>", NULL, "<x>"},
	    {"<x>", "<x>", "<x>"},
	    {"", "a", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *out = NULL;

		ck_assert_int_eq(jailaction_substitute(&out, cases[i].text, "<x>", cases[i].value),
		                 0);
		ck_assert_str_eq(out, cases[i].result);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("jailaction");
	TCase *tcase = tcase_create("jailaction");

	tcase_add_loop_test(tcase, tells_by_the_commands, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, tells_what_is_made, 0, ARRAY_SIZE(made));
	tcase_add_test(tcase, substitutes);
	suite_add_tcase(suite, tcase);
	return unit_run(suite);
}
