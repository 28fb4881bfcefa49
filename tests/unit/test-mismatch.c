// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/model/ban/mismatch.h"

#include "tests/unit/commands.h"
#include "tests/unit/firewalls.h"
#include "tests/unit/jails.h"
#include "tests/unit/unit.h"

#include <stdio.h>

#define NOW (INT64_C(100000) * SECOND)

/* The jails: rich bans smtp, imaps and 8000:8010; odd has another end; own uses nftables. */
static struct tickets tickets_from_text(const char *text)
{
	static const struct jail_row jails[] = {
	    {.jail = "rich",
	     .kind = JAIL_ACTION_RICH,
	     .ports = "smtp, imaps,8000:8010",
	     .protocol = "tcp",
	     .blocktype = "reject type='icmp-port-unreachable'",
	     .blocktype6 = "reject type='icmp6-port-unreachable'"},
	    {.jail = "one",
	     .kind = JAIL_ACTION_RICH,
	     .ports = "imaps",
	     .protocol = "tcp",
	     .blocktype = "reject type='icmp-port-unreachable'",
	     .blocktype6 = "reject type='icmp6-port-unreachable'"},
	    {.jail = "a b", .kind = JAIL_ACTION_RICH, .ports = "ssh", .protocol = "tcp"},
	    {.jail = "own", .kind = JAIL_ACTION_NFTABLES, .ports = "smtp", .protocol = "tcp"},
	    {.jail = "there",
	     .kind = JAIL_ACTION_RICH,
	     .ports = "imaps",
	     .protocol = "tcp",
	     .blocktype = "drop",
	     .blocktype6 = "drop",
	     .zone = "public"},
	    {.jail = "c d",
	     .kind = JAIL_ACTION_RICH,
	     .ports = "imaps",
	     .protocol = "tcp",
	     .blocktype = "drop",
	     .blocktype6 = "drop"},
	    {"direct", JAIL_ACTION_DIRECT, "imaps", "tcp",
	     .command = "firewall-cmd --direct --add-rule <family> filter f2b-direct 0 -s <ip> -j "
	                "REJECT"},
	    {.jail = "kernel", .kind = JAIL_ACTION_IPSET, .ports = "imaps", .protocol = "tcp"},
	    {.jail = "set", .kind = JAIL_ACTION_FW_IPSET, .ports = "imaps", .protocol = "tcp"},
	    {"whole", JAIL_ACTION_RICH,
	     .command = "firewall-cmd --policy=in --add-rich-rule='rule family=ipv4 source "
	                "address=<ip> drop'"},
	    {"cell", JAIL_ACTION_SOURCE, .zone = "drop"},
	    {"list", JAIL_ACTION_FW_IPSET,
	     .command = "firewall-cmd --ipset=blocked --add-entry=<ip>"},
	    {.jail = "script", .kind = JAIL_ACTION_OTHER},
	    {.jail = "changed", .kind = JAIL_ACTION_NFTABLES},
	    {.jail = "white", .kind = JAIL_ACTION_ALLOW},
	};
	_cleanup_strv_ struct strv words = STRV_NULL;
	struct tickets tickets = TICKETS_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(jails); i++)
		jails_add(&tickets, &jails[i]);
	ck_assert_int_eq(strv_split(&words, text, ";"), 0);
	for (size_t i = 0; i < words.n; i++) {
		char jail[32], address[64];
		long long age_s, left_s;

		ck_assert_int_eq(sscanf(words.strings[i], " %31[^!]!%63[^!]!%lld!%lld", jail,
		                        address, &age_s, &left_s),
		                 4);
		ck_assert_int_eq(tickets_add(&tickets, jail, address, NOW - age_s * SECOND,
		                             left_s ? NOW + left_s * SECOND : 0, 1,
		                             TICKET_SOURCE_SOCKET),
		                 0);
	}
	tickets_sort(&tickets);
	return tickets;
}

/* ZONE ADDRESS PORT FLAGS, or an item as firewalls.h has it. */
static struct firewall firewall_of(const char *text)
{
	struct firewall fw = FIREWALL_NULL;
	_cleanup_strv_ struct strv words = STRV_NULL;

	ck_assert_int_eq(firewall_set_default_zone(&fw, "public"), 0);
	ck_assert_int_eq(firewall_add_zone(&fw, "public"), 0);
	ck_assert_int_eq(firewall_add_zone(&fw, "inside"), 0);
	ck_assert_int_eq(strv_split(&words, text, ";"), 0);
	for (size_t i = 0; i < words.n; i++) {
		char *word = words.strings[i] + strspn(words.strings[i], " ");
		char zone[32], address[64], port[32], flags[8], value[256];
		_cleanup_item_ struct item item = ITEM_NULL;
		struct firewall_entry *entry;
		bool v6;

		if (strncmp(word, "direct:", 7) == 0 || strncmp(word, "policy:", 7) == 0 ||
		    sscanf(word, "%31s %63s %31s %7s", zone, address, port, flags) != 4) {
			firewall_entry_from_text(&fw, word);
			word[strcspn(word, "/")] = '\0'; /* an ipset that was read */
			ck_assert_int_eq(firewall_add_zone(&fw, word), 0);
			continue;
		}
		v6 = strchr(address, ':') != NULL;
		if (strcmp(port, "*") == 0)
			snprintf(value, sizeof(value),
			         "rule family=\"ipv4\" source address=\"%s\" drop", address);
		else
			snprintf(value, sizeof(value),
			         "rule family=\"%s\" source address=\"%s\" port port=\"%s\" "
			         "protocol=\"tcp\" reject type=\"%s-port-unreachable\"",
			         v6 ? "ipv6" : "ipv4", address, port, v6 ? "icmp6" : "icmp");
		ck_assert_int_eq(item_init(&item, zone, ITEM_RULE, value, NULL), 0);
		ck_assert_int_eq(firewall_put(&fw, &item, &entry), 0);
		entry->flags = (strchr(flags, 'r') ? FIREWALL_RUNTIME : 0U) |
		               (strchr(flags, 'p') ? FIREWALL_PERMANENT : 0U);
	}
	return fw;
}

#define LEAD4                                                                                      \
	"; direct:ipv4/direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports imaps -j "   \
	"f2b-direct=r"
#define LEAD6                                                                                      \
	"; direct:ipv6/direct-rule:filter INPUT_direct 0 -p tcp -m multiport --dports imaps -j "   \
	"f2b-direct=r"
#define LEADSET                                                                                    \
	"; direct:ipv4/direct-rule:filter INPUT_direct 0 -p tcp -m set --match-set f2b-set src "   \
	"-j REJECT=r"
#define BAN4(name, address) "direct:ipv4/direct-rule:filter f2b-" name " 0 -s " address " -j REJECT"
#define INSIDE              "inside/interface:eth0=r; inside/service:imaps=r"
#define MAIL                "public/interface:eth0=r; public/service:imaps=r"
#define ALL(address)                                                                               \
	"; public " address " smtp r; public " address " imaps r; public " address " 8000-8010 r"
#define SIXTEEN                                                                                    \
	"one!192.0.2.1!99!0;one!192.0.2.2!99!0;one!192.0.2.3!99!0;one!192.0.2.4!99!0;"             \
	"one!192.0.2.5!99!0;one!192.0.2.6!99!0;one!192.0.2.7!99!0;one!192.0.2.8!99!0;"             \
	"one!192.0.2.9!99!0;one!192.0.2.10!99!0;one!192.0.2.11!99!0;one!192.0.2.12!99!0;"          \
	"one!192.0.2.13!99!0;one!192.0.2.14!99!0;one!192.0.2.15!99!0;one!192.0.2.16!99!0"

static const struct {
	const char *what, *tickets, *firewall;
	int64_t unwiped_s; /* before now; 0: not known */
	const char *expected;
	const char *command; /* a part of the first one; NULL: there is none */
} rows[] = {
    {"nothing at all", "", MAIL, 0, "", NULL},
    {"all in place", "rich!192.0.2.1!900!900", MAIL ALL("192.0.2.1"), 900, "", NULL},
    {"over IPv6", "one!2001:db8::1!900!0", MAIL "; public 2001:db8::1 imaps r", 0, "", NULL},
    {"a prefix", "one!192.0.2.0/24!900!0", MAIL "; public 192.0.2.0/24 imaps r", 0, "", NULL},
    {"one port is missing", "rich!192.0.2.1!900!900",
     MAIL "; public 192.0.2.1 smtp r; public 192.0.2.1 imaps r", 0, "ban-without-rule 1",
     "--add-rich-rule='rule family=\"ipv4\" source address=\"192.0.2.1\" port port=\"8000-8010\" "
     "protocol=\"tcp\" reject type=\"icmp-port-unreachable\"'"},
    {"in the permanent configuration alone", "one!192.0.2.1!900!900",
     MAIL "; public 192.0.2.1 imaps p", 0, "ban-without-rule 1 ban-permanent 1",
     "firewall-cmd --add"},
    {"no rule, but over", "one!192.0.2.1!900!-1", MAIL, 0, "", NULL},
    {"no rule, but fresh", "one!192.0.2.1!59!900", MAIL, 0, "", NULL},
    {"no address", "one!mail.example!900!900", MAIL, 0, "", NULL},
    {"a jail that firewalld knows nothing of", "own!192.0.2.1!900!900", MAIL, 0, "", NULL},
    {"another's rule is as good", "one!192.0.2.1!900!900", MAIL "; public 192.0.2.1 * r", 0, "",
     NULL},
    {"a rule for another", "one!192.0.2.1!900!900", MAIL "; public 192.0.2.10 * r", 0,
     "ban-without-rule 1", "firewall-cmd --add"},
    {"as many as can be typed", SIXTEEN, MAIL, 0, "ban-without-rule 16", "firewall-cmd --add"},
    {"more than that", SIXTEEN ";one!192.0.2.17!99!0", MAIL, 0, "ban-without-rule 17",
     "fail2ban-client reload --restart one"},
    {"how its rule ends is not known, and its name cannot be typed", "a b!192.0.2.1!900!900", MAIL,
     0, "ban-without-rule 1", NULL},
    {"never any success", "one!192.0.2.1!900!900;one!192.0.2.2!900!900", MAIL, 1000,
     "jail-action-fails 2", "fail2ban-client reload --restart one"},
    {"one is no proof", "one!192.0.2.1!900!900", MAIL, 1000, "ban-without-rule 1",
     "firewall-cmd --add"},
    {"a wipe has been since", "one!192.0.2.1!900!900;one!192.0.2.2!900!900", MAIL, 800,
     "ban-without-rule 2", "firewall-cmd --add"},
    {"one did succeed", "one!192.0.2.1!900!900;one!192.0.2.2!900!900;one!192.0.2.3!900!900",
     MAIL "; public 192.0.2.3 imaps r", 1000, "ban-without-rule 2", "firewall-cmd --add"},
    {"a port of each at least", "rich!192.0.2.1!900!900;rich!192.0.2.2!900!900",
     MAIL "; public 192.0.2.1 smtp r; public 192.0.2.2 smtp r", 1000, "ban-without-rule 2",
     "firewall-cmd --add"},
    {"a rule that nobody holds", "", MAIL "; public 192.0.2.1 imaps r", 0, "rule-without-ban 1",
     "firewall-cmd --zone=public --remove-rich-rule='rule family=\"ipv4\" source "
     "address=\"192.0.2.1\""},
    {"one whose ban is over", "one!192.0.2.1!900!-1", MAIL "; public 192.0.2.1 imaps r", 0,
     "rule-without-ban 1", "firewall-cmd --zone=public --remove"},
    {"an administrator's own: no port", "", MAIL "; public 192.0.2.1 * r", 0, "", NULL},
    {"an administrator's own: a port that no jail bans", "", MAIL "; public 192.0.2.1 pop3s r", 0,
     "", NULL},
    {"somebody's, for a jail of which it is not known how its rules end", "",
     MAIL "; public 192.0.2.1 ssh r", 0, "", NULL},
    {"on three ports it is one", "", MAIL ALL("192.0.2.1"), 0, "rule-without-ban 1",
     "port=\"8000-8010\""},
    {"permanent on three ports it is one, too", "rich!192.0.2.1!900!900",
     MAIL "; public 192.0.2.1 smtp rp; public 192.0.2.1 imaps rp; public 192.0.2.1 8000-8010 rp", 0,
     "ban-permanent 1", "port=\"8000-8010\""},
    {"two zones", "", MAIL "; public 192.0.2.1 imaps r; inside 192.0.2.1 imaps r", 0,
     "rule-without-ban 2", "firewall-cmd --zone="},
    {"made permanent, and still held", "one!192.0.2.1!900!900", MAIL "; public 192.0.2.1 imaps rp",
     0, "ban-permanent 1", "firewall-cmd --permanent --zone=public --remove-rich-rule"},
    {"made permanent, and over", "", MAIL "; public 192.0.2.1 imaps rp", 0,
     "rule-without-ban 1 ban-permanent 1", "firewall-cmd --zone=public --remove"},
    {"permanent by hand", "one!192.0.2.1!900!900",
     MAIL "; public 192.0.2.1 imaps r; public 203.0.113.0/24 * rp", 0, "", NULL},
    {"where mail does not come through", "one!192.0.2.1!900!900",
     INSIDE "; public 192.0.2.1 imaps r", 0, "ban-zone 1",
     "systemctl stop fail2ban && firewall-cmd --set-default-zone=inside; systemctl start"},
    {"while others come through that zone", "one!192.0.2.1!900!900",
     INSIDE "; public/source:203.0.113.0/24=r; public 192.0.2.1 imaps r", 0, "ban-zone 1",
     "a=/etc/fail2ban/action.d/ban && grep -qs firewall-cmd $a.conf && "
     "{ grep -Eqs 'zone ?= ?inside( |$)' $a.local || { test ! -e $a.local && "
     "sed 's/firewall-cmd --/firewall-cmd --zone=inside --/g' $a.conf >$a.local; }; } && "
     "fail2ban-client reload --restart one"},
    {"while a reload would bring an interface back there", "one!192.0.2.1!900!900",
     INSIDE "; public/interface:host0=p; public 192.0.2.1 imaps r", 0, "ban-zone 1",
     "sed 's/firewall-cmd --/firewall-cmd --zone=inside --/g' $a.conf >$a.local; }; } && "},
    {"by an action that names its zone", "there!192.0.2.1!900!900",
     INSIDE "; public 192.0.2.1 imaps r", 0, "ban-zone 1",
     "&& { echo '[Init]'; echo 'zone = inside'; } >$a.local; }; } && fail2ban-client reload "
     "--restart there"},
    {"of a jail that cannot be typed", "c d!192.0.2.1!900!900",
     INSIDE "; public/source:203.0.113.0/24=r; public 192.0.2.1 imaps r", 0, "ban-zone 1",
     "firewall-cmd --zone=inside --add-rich-rule='rule family=\"ipv4\" source "
     "address=\"192.0.2.1\" port port=\"imaps\""},
    {"made when another was the default zone", "one!192.0.2.1!900!900",
     MAIL "; inside 192.0.2.1 imaps r", 0, "ban-zone 1", "fail2ban-client reload --restart one"},
    {"in both", "one!192.0.2.1!900!900",
     "inside/interface:eth0=r; inside/service:imaps=r; public 192.0.2.1 imaps r;"
     " inside 192.0.2.1 imaps r",
     0, "", NULL},
    {"a direct rule", "direct!192.0.2.1!900!900", MAIL LEAD4 "; " BAN4("direct", "192.0.2.1") "=r",
     0, "", NULL},
    {"over IPv6", "direct!2001:db8::1!900!900",
     MAIL LEAD6 "; direct:ipv6/direct-rule:filter f2b-direct 0 -s 2001:db8::1 -j REJECT=r", 0, "",
     NULL},
    {"it is gone", "direct!192.0.2.1!900!900", MAIL LEAD4, 0, "ban-without-rule 1",
     "fail2ban-client reload --restart direct"},
    {"it is in the permanent configuration alone", "direct!192.0.2.1!900!900",
     MAIL LEAD4 "; " BAN4("direct", "192.0.2.1") "=p", 0, "ban-without-rule 1 ban-permanent 1",
     "fail2ban-client reload --restart direct"},
    {"it is another's", "direct!192.0.2.1!900!900", MAIL LEAD4 "; " BAN4("other", "192.0.2.1") "=r",
     0, "ban-without-rule 1", "--restart direct"},
    {"nothing leads there", "direct!192.0.2.1!900!900", MAIL "; " BAN4("direct", "192.0.2.1") "=r",
     0, "ban-without-rule 1", "fail2ban-client reload --restart direct"},
    {"in the other family alone", "direct!192.0.2.1!900!900",
     MAIL LEAD6 "; " BAN4("direct", "192.0.2.1") "=r", 0, "ban-without-rule 1", "--restart direct"},
    {"a direct rule that nobody holds", "", MAIL LEAD4 "; " BAN4("direct", "192.0.2.1") "=r", 0,
     "rule-without-ban 1",
     "firewall-cmd --direct --remove-rule ipv4 filter f2b-direct 0 -s 192.0.2.1 -j REJECT"},
    {"two of them", "",
     MAIL LEAD4 "; " BAN4("direct", "192.0.2.1") "=r; " BAN4("direct", "192.0.2.2") "=r", 0,
     "rule-without-ban 2",
     "192.0.2.1 -j REJECT && firewall-cmd --direct --remove-rule ipv4 filter f2b-direct 0 -s "
     "192.0.2.2"},
    {"in the chain of nobody's jail", "", MAIL "; " BAN4("other", "192.0.2.1") "=r", 0, "", NULL},
    {"an administrator's own", "",
     MAIL "; direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j "
          "REJECT=rp",
     0, "", NULL},
    {"a direct rule made permanent", "direct!192.0.2.1!900!900",
     MAIL LEAD4 "; " BAN4("direct", "192.0.2.1") "=rp", 0, "ban-permanent 1",
     "firewall-cmd --permanent --direct --remove-rule ipv4 filter f2b-direct 0"},
    {"an ipset of the kernel's", "kernel!192.0.2.1!900!900",
     MAIL "; direct:ipv4/direct-rule:filter INPUT_direct 0 -p tcp -m set --match-set f2b-kernel "
          "src -j REJECT=r",
     0, "", NULL},
    {"that nothing looks into", "kernel!192.0.2.1!900!900", MAIL, 0, "ban-without-rule 1",
     "fail2ban-client reload --restart kernel"},
    {"an ipset of firewalld's", "set!192.0.2.1!900!900",
     MAIL LEADSET "; ipset:f2b-set/entry:192.0.2.1=r", 0, "", NULL},
    {"without the entry", "set!192.0.2.1!900!900",
     MAIL LEADSET "; ipset:f2b-set/entry:192.0.2.10=p", 0, "ban-without-rule 1 ban-permanent 1",
     "fail2ban-client reload --restart set"},
    {"with others", "",
     MAIL LEADSET "; ipset:f2b-set/entry:192.0.2.1=r; "
                  "ipset:f2b-set/entry:192.0.2.2=r; ipset:friends/entry:192.0.2.3=r",
     0, "rule-without-ban 2",
     "firewall-cmd --ipset=f2b-set --remove-entry=192.0.2.1 --remove-entry=192.0.2.2"},
    {"a rule for all ports", "whole!192.0.2.1!900!900", MAIL "; public 192.0.2.1 * r", 0, "", NULL},
    {"of a policy", "whole!192.0.2.1!900!900",
     MAIL "; policy:in/rule:rule family=\"ipv4\" source address=\"192.0.2.1\" drop=r", 0, "", NULL},
    {"it is gone", "whole!192.0.2.1!900!900", MAIL "; public 192.0.2.0/24 * r", 0,
     "ban-without-rule 1", "fail2ban-client reload --restart whole"},
    {"a source of a zone", "cell!192.0.2.1!900!900", MAIL "; drop/source:192.0.2.1=r", 0, "", NULL},
    {"it is gone", "cell!192.0.2.1!900!900", MAIL, 0, "ban-without-rule 1",
     "firewall-cmd --zone=drop --add-source=192.0.2.1"},
    {"it is in the permanent configuration alone", "cell!192.0.2.1!900!900",
     MAIL "; drop/source:192.0.2.1=p", 0, "ban-without-rule 1",
     "firewall-cmd --zone=drop --add-source=192.0.2.1"},
    {"over IPv6, too", "cell!2001:db8::1!900!900", MAIL, 0, "ban-without-rule 1",
     "firewall-cmd --zone=drop --add-source=2001:db8::1"},
    {"of two", "cell!192.0.2.1!900!900;cell!192.0.2.2!900!900", MAIL, 0, "ban-without-rule 2",
     "--add-source=192.0.2.1 && firewall-cmd --zone=drop --add-source=192.0.2.2"},
    {"one that is over", "cell!192.0.2.1!900!-1;cell!192.0.2.2!9!900", MAIL, 0, "", NULL},
    {"never any success", "cell!192.0.2.1!900!900;cell!192.0.2.2!900!900", MAIL, 1000,
     "jail-action-fails 2", "fail2ban-client reload --restart cell"},
    {"an entry", "list!192.0.2.1!900!900", MAIL "; ipset:blocked/entry:192.0.2.1=r", 0, "", NULL},
    {"it is gone", "list!192.0.2.1!900!900", MAIL "; ipset:blocked/entry:192.0.2.9=r", 0,
     "ban-without-rule 1", "firewall-cmd --ipset=blocked --add-entry=192.0.2.1"},
    {"nobody knows what is in the ipset", "list!192.0.2.1!900!900", MAIL, 0, "", NULL},
    {"its ipset is of IPv4", "list!2001:db8::1!900!900", MAIL "; ipset:blocked/entry:192.0.2.9=r",
     0, "", NULL},
    {"a network and a direct rule", "script!192.0.2.1!900!900",
     MAIL
     "; public 192.0.2.0/24 * r; direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.1 -j DROP=r",
     0, "", NULL},
    {"of both one", "script!192.0.2.1!900!900", MAIL "; public 192.0.2.0/24 * r", 0,
     "ban-without-rule 1",
     "firewall-cmd --direct --add-rule ipv4 filter INPUT 0 -s 192.0.2.1 -j DROP"},
    {"none", "script!192.0.2.1!900!900", MAIL, 0, "ban-without-rule 1",
     "firewall-cmd --zone=public --add-rich-rule='rule family=\"ipv4\" source "
     "address=\"192.0.2.1/24\" drop' && firewall-cmd --direct"},
    {"a jail that does something else by now", "changed!192.0.2.1!900!900", MAIL, 0, "", NULL},
    {"one that lets in", "white!192.0.2.1!900!900", MAIL, 0, "", NULL},
    {"no zone has mail", "one!192.0.2.1!900!900",
     "inside/interface:eth0=r; public 192.0.2.1 imaps r", 0, "", NULL},
    {"a mail zone without packets", "one!192.0.2.1!900!900",
     "public/interface:eth0=r; inside/service:imaps=r; public 192.0.2.1 imaps r", 0, "", NULL},
};

/* What was seen of the bans of jails whose actions do not tell it. */
static struct banshapes shapes_as_seen(void)
{
	static const struct {
		const char *jail, *item;
	} seen[] = {
	    {"cell", "drop/source:192.0.2.200"},
	    {"list", "ipset:blocked/entry:192.0.2.200"},
	    {"list", "ipset:gone/entry:192.0.2.200"},
	    {"script", "public/rule:rule family=ipv4 source address=192.0.2.0/24 drop"},
	    {"script", "direct:ipv4/direct-rule:filter INPUT 0 -s 192.0.2.200 -j DROP"},
	    {"changed", "drop/source:192.0.2.200"},
	    {"white", "trusted/source:192.0.2.200"},
	};
	struct banshapes shapes = BANSHAPES_NULL;

	for (size_t i = 0; i < ARRAY_SIZE(seen); i++) {
		_cleanup_item_ struct item item = ITEM_NULL;
		struct banshape shape = {.jail = strdup(seen[i].jail), .sure = true};

		ck_assert_int_eq(item_parse(&item, seen[i].item, NULL), 0);
		ck_assert_int_eq(banshape_cut(&shape.pattern, &shape.first, &item), 0);
		shape.zone = strdup(item.zone);
		shape.kind = item.kind;
		ck_assert_int_eq(banshapes_add_take(&shapes, &shape), 0);
	}
	return shapes;
}

static void describe(char *out, size_t size, const struct mismatch_counts *counts)
{
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < MISMATCH_N_KINDS; i++)
		if (counts->n[i])
			at += (size_t)snprintf(out + at, size - at, "%s%s %zu", at ? " " : "",
			                       mismatch_kind_name((enum mismatch_kind)i),
			                       counts->n[i]);
}

START_TEST(test_mismatch)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets = tickets_from_text(rows[_i].tickets);
	_cleanup_firewall_ struct firewall fw = firewall_of(rows[_i].firewall);
	_cleanup_banshapes_ struct banshapes shapes = shapes_as_seen();
	_cleanup_strv_ struct strv interfaces = STRV_NULL;
	const struct mismatch_evidence evidence = {
	    .fw = &fw,
	    .tickets = &tickets,
	    .shapes = &shapes,
	    .interfaces = &interfaces,
	    .now_us = NOW,
	    .unwiped_us = rows[_i].unwiped_s ? NOW - rows[_i].unwiped_s * SECOND : -1,
	};
	struct mismatch_counts counts, none;
	char text[256];

	ck_assert_int_eq(strv_add(&interfaces, "eth0"), 0);
	ck_assert_int_eq(mismatch_find(&findings, &counts, ~0U, &evidence), 0);
	describe(text, sizeof(text), &counts);
	ck_assert_msg(strcmp(text, rows[_i].expected) == 0, "%s: %s instead of %s", rows[_i].what,
	              text, rows[_i].expected);
	if (!rows[_i].command)
		ck_assert_msg(findings.n == 0 || !findings.findings[0].command, "%s: %s",
		              rows[_i].what, findings.n ? findings.findings[0].command : "");
	else
		ck_assert_msg(findings.n && findings.findings[0].command &&
		                  strstr(findings.findings[0].command, rows[_i].command),
		              "%s: %s", rows[_i].what,
		              findings.n ? findings.findings[0].command : "no finding");
	if (strcmp(text, "ban-zone 1") == 0)
		ck_assert_int_eq(strncmp(findings.findings[0].text, "1 ban of jail", 13), 0);
	/* what is not to be told is counted all the same */
	findings_deinit(&findings);
	ck_assert_int_eq(mismatch_find(&findings, &none, 0, &evidence), 0);
	ck_assert_uint_eq(findings.n, 0);
	ck_assert_mem_eq(&none, &counts, sizeof(counts));
}
END_TEST

/* Of whose failing the cause is told: that its bans have no rules is what comes of it. */
START_TEST(test_failing)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets =
	    tickets_from_text("one!192.0.2.1!900!900;two!192.0.2.2!900!900");
	_cleanup_firewall_ struct firewall fw = firewall_of(MAIL);
	_cleanup_strv_ struct strv interfaces = STRV_NULL, failing = STRV_NULL;
	const struct mismatch_evidence evidence = {.fw = &fw,
	                                           .tickets = &tickets,
	                                           .interfaces = &interfaces,
	                                           .failing = &failing,
	                                           .now_us = NOW,
	                                           .unwiped_us = -1};
	struct mismatch_counts counts;
	char text[256];

	ck_assert_int_eq(strv_add(&interfaces, "eth0"), 0);
	ck_assert_int_eq(strv_add(&failing, "one"), 0);
	ck_assert_int_eq(mismatch_find(&findings, &counts, ~0U, &evidence), 0);
	describe(text, sizeof(text), &counts);
	ck_assert_str_eq(text, "jail-action-fails 1");
	ck_assert_uint_eq(findings.n, 0);
}
END_TEST

/* What the guard leaves out, since it keeps legitimate clients away, is not missed. */
START_TEST(test_left_out)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets = tickets_from_text(
	    "one!192.0.2.0/24!99!0;one!192.0.0.0/16!99!0;one!192.0.2.7!99!0;one!198.51.100.1!99!0");
	_cleanup_firewall_ struct firewall fw = firewall_of(MAIL);
	_cleanup_coverage_ranges_ struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	const struct mismatch_evidence evidence = {
	    .fw = &fw,
	    .tickets = &tickets,
	    .interfaces = &(const struct strv){0},
	    .clients = &clients,
	    .now_us = NOW,
	    .unwiped_us = -1,
	};
	struct mismatch_counts counts;
	struct cidr office;

	ck_assert_int_eq(cidr_parse(&office, "192.0.2.0/24", 0, NULL), 0);
	ck_assert_int_eq(coverage_ranges_add(&clients, &office), 0);
	ck_assert_int_eq(coverage_ranges_sort(&clients), 0);
	ck_assert_int_eq(mismatch_find(&findings, &counts, ~0U, &evidence), 0);
	ck_assert_uint_eq(counts.n[MISMATCH_BAN_WITHOUT_RULE], 2);
	ck_assert_uint_eq(findings.n, 1);
	ck_assert_ptr_null(strstr(findings.findings[0].command, "/24"));
	ck_assert_ptr_null(strstr(findings.findings[0].command, "/16"));
	ck_assert_ptr_nonnull(strstr(findings.findings[0].command, "192.0.2.7"));
}
END_TEST

/* Nor is what denies the network of the banned, and a client in it, though he is banned himself. */
START_TEST(test_left_out_by_its_network)
{
	_cleanup_findings_ struct findings all = FINDINGS_NULL, spared = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets = tickets_from_text("script!192.0.2.5!99!0");
	_cleanup_firewall_ struct firewall fw = firewall_of(MAIL);
	_cleanup_coverage_ranges_ struct coverage_ranges clients = COVERAGE_RANGES_NULL;
	_cleanup_banshapes_ struct banshapes shapes = shapes_as_seen();
	struct mismatch_evidence evidence = {
	    .fw = &fw,
	    .tickets = &tickets,
	    .shapes = &shapes,
	    .interfaces = &(const struct strv){0},
	    .now_us = NOW,
	    .unwiped_us = -1,
	};
	struct mismatch_counts counts;
	struct cidr client;

	ck_assert_int_eq(mismatch_find(&all, &counts, ~0U, &evidence), 0);
	ck_assert_uint_eq(all.n, 1);
	ck_assert_ptr_nonnull(strstr(all.findings[0].command, "/24"));
	ck_assert_int_eq(cidr_parse(&client, "192.0.2.77", 0, NULL), 0);
	ck_assert_int_eq(coverage_ranges_add(&clients, &client), 0);
	ck_assert_int_eq(coverage_ranges_sort(&clients), 0);
	evidence.clients = &clients;
	ck_assert_int_eq(mismatch_find(&spared, &counts, ~0U, &evidence), 0);
	ck_assert_uint_eq(spared.n, 1);
	ck_assert_ptr_null(strstr(spared.findings[0].command, "/24"));
	ck_assert_ptr_nonnull(strstr(spared.findings[0].command, "192.0.2.5"));
}
END_TEST

/* What a jail keeps in a table of its own firewalld does not have; the kernel does, or not. */
START_TEST(test_outside)
{
	_cleanup_tickets_ struct tickets tickets =
	    tickets_from_text("one!192.0.2.1!99!0;one!192.0.2.2!99!0;one!192.0.2.3!99!0");
	_cleanup_tickets_ struct tickets lost =
	    tickets_from_text("one!192.0.2.1!99!0;one!192.0.2.3!99!0");
	_cleanup_firewall_ struct firewall fw = firewall_of(MAIL);
	struct mismatch_evidence evidence = {.fw = &fw,
	                                     .tickets = &tickets,
	                                     .interfaces = &(const struct strv){0},
	                                     .now_us = NOW,
	                                     .unwiped_us = NOW - 200 * SECOND};

	for (size_t i = 0; i < tickets.n_jails; i++) {
		struct jail_action *action = &tickets.jails[i].actions[0];

		action->told = action->kind = JAIL_ACTION_NFTABLES;
		free(action->command);
		action->command = strdup("nft add element inet f2b-table addr-set-one { <ip> }");
	}
	for (int known = 0; known <= 1; known++) {
		_cleanup_findings_ struct findings findings = FINDINGS_NULL;
		struct mismatch_counts counts;

		evidence.lost = known ? &lost : NULL;
		ck_assert_int_eq(mismatch_find(&findings, &counts, ~0U, &evidence), 0);
		ck_assert_uint_eq(counts.n[MISMATCH_BAN_WITHOUT_RULE], known ? 2 : 0);
		/* it is not that its action fails */
		ck_assert_uint_eq(counts.n[MISMATCH_JAIL_ACTION_FAILS], 0);
		ck_assert_uint_eq(findings.n, known ? 1 : 0);
		if (!known)
			continue;
		ck_assert_str_eq(findings.findings[0].text,
		                 "2 of 3 bans of jail one have no rule: the banned can connect");
		ck_assert_str_eq(findings.findings[0].command,
		                 "fail2ban-client reload --restart one");
	}
}
END_TEST

/* A ban on several ports is one finding, with all of its ports and one command. */
START_TEST(test_ports_of_one_ban)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets = tickets_from_text("");
	_cleanup_firewall_ struct firewall fw =
	    firewall_of(MAIL ALL("192.0.2.1") "; public 192.0.2.2 imaps r");
	const struct mismatch_evidence evidence = {
	    .fw = &fw,
	    .tickets = &tickets,
	    .interfaces = &(const struct strv){0},
	    .now_us = NOW,
	    .unwiped_us = -1,
	};
	struct mismatch_counts counts;

	ck_assert_int_eq(mismatch_find(&findings, &counts, ~0U, &evidence), 0);
	ck_assert_uint_eq(counts.n[MISMATCH_RULE_WITHOUT_BAN], 2);
	ck_assert_uint_eq(findings.n, 1);
	ck_assert_str_eq(findings.findings[0].text,
	                 "zone public still blocks 2 addresses that no jail bans");
	ck_assert_msg(strncmp(findings.findings[0].evidence, "192.0.2.1 (", 11) == 0 &&
	                  strstr(findings.findings[0].evidence, ", 192.0.2.2 (imaps)"),
	              "%s", findings.findings[0].evidence);
	ck_assert_ptr_eq(strstr(findings.findings[0].evidence, "192.0.2.1"),
	                 findings.findings[0].evidence);
	ck_assert_ptr_null(strstr(findings.findings[0].evidence + 1, "192.0.2.1 "));
}
END_TEST

/* As -rich-logging writes them, with a prefix in the block type, whatever that is. */
START_TEST(test_command_can_be_pasted)
{
	_cleanup_findings_ struct findings findings = FINDINGS_NULL;
	_cleanup_tickets_ struct tickets tickets = tickets_from_text("one!192.0.2.1!900!900");
	_cleanup_firewall_ struct firewall fw = firewall_of(MAIL);
	const struct mismatch_evidence evidence = {.fw = &fw,
	                                           .tickets = &tickets,
	                                           .interfaces = &(const struct strv){0},
	                                           .now_us = NOW,
	                                           .unwiped_us = -1};
	_cleanup_free_ char *rule = NULL, *want = NULL;
	_cleanup_strv_ struct strv words = STRV_NULL;
	_cleanup_item_ struct item item = ITEM_NULL;
	struct mismatch_counts counts;

	for (size_t i = 0; i < tickets.n_jails; i++) {
		struct jail_action *action = &tickets.jails[i].actions[0];

		free(action->blocktype);
		ck_assert_int_ge(
		    xasprintf(&action->blocktype, "log prefix=\"%s\" drop", commands_hostile[_i]),
		    0);
	}
	ck_assert_int_ge(xasprintf(&rule,
	                           "rule family=\"ipv4\" source address=\"192.0.2.1\" port "
	                           "port=\"imaps\" protocol=\"tcp\" log prefix=\"%s\" drop",
	                           commands_hostile[_i]),
	                 0);
	ck_assert_int_eq(
	    mismatch_find(&findings, &counts, 1U << MISMATCH_BAN_WITHOUT_RULE, &evidence), 0);
	ck_assert_uint_eq(findings.n, 1);
	words = commands_run(findings.findings[0].command);
	/* no rule that firewalld takes: the jail is to write it again */
	if (item_init(&item, "public", ITEM_RULE, rule, NULL) != 0) {
		ck_assert_str_eq(words.strings[0], "fail2ban-client");
		return;
	}
	ck_assert_int_ge(xasprintf(&want, "--add-rich-rule=%s", item.value), 0);
	ck_assert_uint_eq(words.n, 2);
	ck_assert_str_eq(words.strings[1], want);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("mismatch");
	TCase *tests = tcase_create("mismatch");

	tcase_add_loop_test(tests, test_mismatch, 0, ARRAY_SIZE(rows));
	tcase_add_test(tests, test_failing);
	tcase_add_test(tests, test_left_out);
	tcase_add_test(tests, test_left_out_by_its_network);
	tcase_add_test(tests, test_outside);
	tcase_add_test(tests, test_ports_of_one_ban);
	tcase_add_loop_test(tests, test_command_can_be_pasted, 0, ARRAY_SIZE(commands_hostile));
	suite_add_tcase(suite, tests);
	return unit_run(suite);
}
