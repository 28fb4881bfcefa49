# SPDX-License-Identifier: GPL-2.0-or-later
# Why does 465 not answer? explain says what an expert would, with the command that mends it.
f2b_up
mail_open
ask() { guard explain "$@" >"$W/out" 2>"$W/err"; }
need "all mail is open to a client" exits 0 guard explain 10.77.0.2 smtps imaps 25 443/tcp
need "the way is told" out_has '10.77.0.2 comes in on host0, which is bound to zone public'
need "each port has its decision" out_has '465/tcp +smtps +open +connects +service smtps in zone public'
need "what nobody opened is told from the rest" exits 1 guard explain 10.77.0.2 4190/tcp
need "by the target" out_has 'target default in zone public'
need "with what opens it" out_has 'firewall-cmd --zone=public --add-service=managesieve'
need "of several ports that are shut" exits 1 guard explain 10.77.0.2 4190 2525/tcp 119
need "each is opened, by one command for all services" out_has 'firewall-cmd --zone=public --add-service=managesieve'
need "and one for all ports" out_has 'firewall-cmd --zone=public --add-port=2525/tcp --add-port=119/tcp'
need "an interface that is not there" exits 2 guard explain -i nosuch0 10.77.0.2 imaps
need "is named" err_has 'there is no interface "nosuch0" on this machine'
need "loopback is there" exits 0 guard explain -i lo 10.77.0.2 imaps
need "one that a zone has, and that may come" fwc --zone=public --add-interface=ppp7
need "is answered for" exits 0 guard explain -i ppp7 10.77.0.2 imaps
need "with a word of warning" err_has 'no interface "ppp7" on this machine now'
need "which a zone has no more" fwc --zone=public --remove-interface=ppp7

# the classic: open, and a denial comes first
need "a rule by hand" fwc --add-rich-rule='rule family=ipv4 source address=10.77.0.0/29 drop'
need "465 is shut" is_shut 465
need "which is no fine answer" exits 1 guard explain 10.77.0.2
need "the sentence of an expert" out_has '465/tcp.* open.* in zone public.*but this rule drops 10.77.0.0/29 before services are evaluated'
need "what the client sees" out_has '465/tcp +smtps +dropped +time-out'
need "who" out_has 'by hand or by another program.*the next reload drops it'
command=$(grep -o 'firewall-cmd --zone=public --remove-rich-rule=.*' "$W/out")
need "the command is there" test -n "$command"
need "and does it" sh -c "$command"
need "465 is open" is_open 465
need "a permanent one" fwc --permanent --add-rich-rule='rule family=ipv4 source address=10.77.0.2 port port=465 protocol=tcp reject type=tcp-reset'
need "it loads" fwc --reload
mail_open
need "refused" exits 1 guard explain 10.77.0.2 465/tcp
need "as the client sees it" out_has 'rejected +"Connection refused"'
need "permanent" out_has 'permanent: every reload brings it back'
need "both commands" out_has 'firewall-cmd --permanent --zone=public --remove-rich-rule'

# fail2ban's
attack 10.77.0.3
need "fail2ban bans" within 15 is_shut_from 10.77.0.3 993
need "its ban is told" within 5 exits 1 guard explain 10.77.0.3 imaps
need "with jail and end" out_has 'fail2ban, jail lab, until .*more'
need "and its command" out_has 'fail2ban-client set lab unbanip 10.77.0.3'
need "and what keeps it from coming again" out_has '^ *fail2ban-client set lab addignoreip 10.77.0.3$'
need "the command lifts it" f2b set lab unbanip 10.77.0.3
need "it is open again" exits 0 guard explain 10.77.0.3 imaps

# a priority below 0, zones by source, policies, panic, what is before firewalld
need "an exception" fwc --add-rich-rule='rule priority=-10 family=ipv4 source address=10.77.0.2 port port=465 protocol=tcp accept'
need "comes first" exits 0 guard explain 10.77.0.2 465/tcp
need "a source in another zone" fwc --zone=drop --add-source=10.77.0.3
need "is dropped" exits 1 guard explain 10.77.0.3 imaps
need "for its source" out_has 'source 10.77.0.3 is bound to it'
need "with the command" out_has "firewall-cmd --zone=drop --remove-source=10.77.0.3"
need "out of it" fwc --zone=drop --remove-source=10.77.0.3
nft -f - <<-NFT
	table inet f2b-table {
		set addr-set-lab { type ipv4_addr; elements = { 10.77.0.3 } }
		chain f2b-chain { type filter hook input priority filter - 1; policy accept;
			tcp dport { 993 } ip saddr @addr-set-lab reject with icmp type port-unreachable
		}
	}
	NFT
need "a table of its own refuses" exits 1 guard explain 10.77.0.3 imaps
need "and is named" out_has 'in table inet f2b-table, chain f2b-chain'
need "before firewalld" out_has "its priority is -1, firewalld's 10"
need "as the client sees it" out_has 'Connection refused'
command=$(grep -o 'nft delete element .*' "$W/out")
need "the command takes it out of the set" sh -c "$command"
need "then it is open" exits 0 guard explain 10.77.0.3 imaps
need "panic" fwc --panic-on
need "drops all" exits 1 guard explain 10.77.0.3 imaps
need "the way out" out_has 'firewall-cmd --panic-off'
need "panic ends" fwc --panic-off

# wrong questions
need "an address is needed" exits 2 guard explain mail.example
need "a port or a service" exits 2 guard explain 10.77.0.3 no-such-service
need "JSON" exits 0 guard --json explain 10.77.0.3 imaps
need "has the decider" json "d['ports'][0]['decider']['stage'] == 'allow' and d['zone'] == 'public'"
