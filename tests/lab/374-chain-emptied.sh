# SPDX-License-Identifier: GPL-2.0-or-later
# Somebody empties one chain of firewalld's: what it opened is shut, or whom it kept out gets in,
# and the rules in the other chains are all there. With `repair = no` the guard, status and check
# say so, and what mends it.
. "$LAB_DIR/firewalls.sh"
. "$LAB_DIR/flush.sh" 'repair = no'
mended_by() { sh -c "$(guard check --only kernel-rules | sed -n 's/^  fix: //p' | head -n 1)"; }
emptied() { # CHAIN WORDS CLIENT
	: >"$W/watch.log"
	need "$1 is emptied" nft flush chain inet firewalld "$1"
	need "$1: the guard says so" within 2 said 'some of firewalld.s rules are gone .*Done by nft \(pid [0-9]+\)\. Left to you'
	need "$1: the status is not fine" exits 1 guard status
	need "$1: and says why" out_has "$2"
	need "$1: explain goes by what the kernel does" agrees "$3" 993
	need "$1: in JSON, too" exits 1 guard --json status
	need "$1: as a finding" json 'any(f["name"] == "kernel-rules" and f["severity"] == "error" for f in d["findings"])'
}
whole() {
	need "$1: what check prints mends it" mended_by
	need "$1: mail is open" within 10 mail_reachable
	need "$1: the banned client is kept out" within 10 is_shut_from 10.77.0.3 993
	need "$1: nothing is found" within 10 exits 0 guard check --only kernel-rules
}
need "all is well" within 10 exits 0 guard check --only kernel-rules
emptied filter_IN_public 'does not get to a rule' 10.77.0.2
need "mail is shut" is_shut 993
whole filter_IN_public
emptied filter_IN_public_deny 'nothing of what this zone of firewalld.s denies' 10.77.0.3
need "the banned client gets in" is_open_from 10.77.0.3 993
whole filter_IN_public_deny
emptied filter_IN_public_allow 'does not get to a rule' 10.77.0.2
need "mail is shut" is_shut 993
whole filter_IN_public_allow
