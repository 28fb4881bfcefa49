# SPDX-License-Identifier: GPL-2.0-or-later
# Reloads that fail half way, as the real firewalld does: the runtime is wiped, no signal comes.
# In state INIT nothing is restored; in state FAILED, where it works, mail is (388). Nothing
# replaces the good snapshot, and it is said.
# With `repair = yes` the guard has it reload.
conf_guard "audit-s = 1" "repair = no"
need "an ipset" fwc --permanent --new-ipset=lan --type=hash:net
need "with a net" fwc --permanent --ipset=lan --add-entry=10.1.0.0/16
need "firewalld reads it" fwc --reload
signals_up
watch_up -v
mail_open
mail_heard
meant() { snapshot_last | grep -o '"item": "[^"]*"' | sort; }
before=$(meant)
need "the snapshot has mail" grep -q imaps <<<"$before"

# passes firewalld's check of the files, and fails when it is loaded
cat >/etc/firewalld/direct.xml <<-X
	<?xml version="1.0" encoding="utf-8"?>
	<direct><rule ipv="ipv4" table="filter" chain="INPUT" priority="0">--no-such-option</rule></direct>
X
not fwc --reload || fail "the broken reload fails"
need "firewalld is in state FAILED" fw_failed
need "the guard says so, and who called for it" within 8 said 'state FAILED after reload by firewall-cmd \(pid'
need "the status is not fine" exits 1 guard status
need "and says why" out_has fail
need "mail is put back into what there is" within 8 mail_reachable
[ "$(meant)" = "$before" ] || fail "nothing of it is taken for what is meant"
rm /etc/firewalld/direct.xml
# only now: it would keep the rule that cannot be loaded
sed -i 's/^FlushAllOnReload=.*/FlushAllOnReload=no/' /etc/firewalld/firewalld.conf
need "it is mended" fwc --reload
need "all mail services are reachable again" within 8 mail_reachable
need "the guard is done" within 5 said 'restored 8 of'

# An entry of the runtime that overlaps a permanent one ends a reload amid the policy DROP.
gone() { ! has imaps; }
break_off() { # NET OTHER-NET COMMAND...: the nets overlap
	need "another net" fwc --permanent --ipset=lan --remove-entry="$1"
	need "that has to do with the old one" fwc --permanent --ipset=lan --add-entry="$2"
	: >"$W/watch.log"
	"${@:3}"
}
# Nobody calls for this one, so the audit alone finds it.
break_off 10.1.0.0/16 10.0.0.0/8 kill -HUP "$FW"
need "firewalld reloads" within 5 gone
if [ "$(fw_state)" = INIT ]; then
	need "the kernel lets nobody in" is_shut 993
	need "the guard says that firewalld broke off, and what to type" within 8 \
		said 'broke off .*state INIT.*Left to you \(repair = no\)\..*then: firewall-cmd --reload'
	need "the status is not fine" exits 1 guard status
	need "and says why" out_has 'state INIT: a reload broke off'
	need "nothing is restored to it" never 1 has imaps
	need "a second reload mends it" fwc --reload
	need "all mail services are reachable again" within 8 mail_reachable
	need "the guard is done" within 5 finished

	conf_guard "audit-s = 1" "repair = yes"
	kill -HUP "$WATCH"
	need "the guard may repair" within 5 said 'configuration was read again'
	# after the first that broke off firewalld has no handler for SIGHUP any more
	break_off 10.0.0.0/8 10.2.0.0/16 not fwc --reload
	need "the guard has it reload" within 8 said 'broke off .*state INIT.*Reloading firewalld\.'
	need "that is told" within 5 said 'has its zones again after [0-9]+ ms, repaired by the guard'
	need "nobody is told to type anything" not said 'then: .*firewall-cmd --reload'
	need "firewalld is well" fw_running
	need "the wipe has its cause" exits 0 guard history --kind reload
	need "in words" out_has 'reload of firewalld by the guard: a reload before it broke off'
fi
need "all mail services are reachable again" within 8 mail_reachable
need "the watcher lives" watching
