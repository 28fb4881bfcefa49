# SPDX-License-Identifier: GPL-2.0-or-later
# CrowdSec beside firewalld: its bouncer itself, with nftables and with iptables and an ipset, told
# what to do by a local API of the test's. Explain and conflicts say whom it keeps out, and what they
# print for it ends the decision; nothing of it is taken for fail2ban's.
. "$LAB_DIR/firewalls.sh"
bouncer_up() { # nftables|iptables
	cat >"$W/bouncer.yaml" <<-X
		mode: $1
		pid_dir: $W/
		update_frequency: 1s
		daemonize: false
		log_mode: stdout
		log_level: info
		api_url: http://127.0.0.1:8080/
		api_key: none
		disable_ipv6: false
		deny_action: DROP
		supported_decisions_types:
		  - ban
		blacklists_ipv4: crowdsec-blacklists
		blacklists_ipv6: crowdsec6-blacklists
		ipset_type: nethash
		iptables_chains:
		  - INPUT
		nftables:
		  ipv4:
		    enabled: true
		    table: crowdsec
		    chain: crowdsec-chain
		  ipv6:
		    enabled: true
		    table: crowdsec6
		    chain: crowdsec6-chain
	X
	crowdsec-firewall-bouncer -c "$W/bouncer.yaml" >>"$W/bouncer.log" 2>&1 &
	BOUNCER=$!
}
# it leaves what it has made
bouncer_down() {
	kill -TERM "$BOUNCER"
	wait "$BOUNCER"
	nft delete table ip crowdsec 2>/dev/null
	nft delete table ip6 crowdsec6 2>/dev/null
	iptables -F INPUT && ip6tables -F INPUT
}
# the decisions are ended where CrowdSec keeps them
cat >"$W/bin/cscli" <<X
#!/bin/sh
[ "\$1 \$2" = "decisions delete" ] && case \$3 in --ip | --range) ;; *) exit 1 ;; esac && grep -qxF -- "\$4" "$W/decisions" &&
	sed -i "\\\\|^\$4\\\$|d" "$W/decisions"
X
chmod 755 "$W/bin/cscli"
ended_as_told() { type_as_told "$1" 993 && within 10 is_open_from "$1" 993 && agrees "$1" 993; } # FROM
lapi_answers() { (exec 9<>/dev/tcp/127.0.0.1/8080) 2>/dev/null; }
is_open_from6() { [ "$(reach 993 fd77::1 "$1")" = open ]; }
firewalls_prepare
mail_open
ip -n client address add 198.51.100.7/32 dev client0
ip -n client -6 address add fd77::3/64 dev client0 nodad
ip route replace 198.51.100.0/24 dev host0
: >"$W/decisions"
python3 "$LAB_DIR/lapi.py" "$W/decisions" 2>"$W/lapi.log" &
need "its local API answers" within 5 lapi_answers
for mode in nftables iptables; do
	printf '%s\n' 10.77.0.3 198.51.100.0/24 203.0.113.9 fd77::3 >"$W/decisions"
	bouncer_up $mode
	need "$mode: CrowdSec keeps an address out" within 20 is_shut_from 10.77.0.3 993
	for from in 10.77.0.2 10.77.0.3 198.51.100.7; do need "$mode: $from: explain agrees" agrees $from 993; done
	need "$mode: it is CrowdSec's doing" owned_by 10.77.0.3 CrowdSec
	need "$mode: one of IPv6 is out, too" within 5 not is_open_from6 fd77::3
	need "$mode: it is CrowdSec's doing" owned_by fd77::3 CrowdSec
	need "$mode: and its decision" test "$(json '"; ".join(d["reasons"][0]["commands"])')" = 'cscli decisions delete --ip fd77::3'
	need "$mode: conflicts lists whom it denies" exits 0 guard conflicts
	need "$mode: what is printed ends the decision on the address" ended_as_told 10.77.0.3
	need "$mode: and no other" grep -qx 203.0.113.9 "$W/decisions"
	# with nftables this bouncer puts the first address of a range into its set, and no more
	if [ $mode = iptables ]; then
		need "a range is kept out" is_shut_from 198.51.100.7 993
		need "it is CrowdSec's doing" owned_by 198.51.100.7 CrowdSec
		need "conflicts lists it, too" exits 0 guard conflicts
		need "with all of it" out_has '^ +25[67] .*crowdsec'
		need "what is printed ends that decision" ended_as_told 198.51.100.7
	fi
	bouncer_down
done
