# SPDX-License-Identifier: GPL-2.0-or-later
# A reload that breaks off half way (firewalld#1597, 2.4.1 to 2.5.2: something is open for a
# time): state RUNNING, no zones, and the kernel lets nobody in. Where the installed firewalld
# has no such fault it is given one (fw_breakable_up).
# As shipped: how soon it acts is judged.
fwc --add-service=ldap --timeout=600
real=yes
if fwc --reload; then
	real=
	need "firewalld ends" fw_down
	fw_breakable_up
else
	need "a second reload mends it" fwc --reload
	need "a policy" fwc --permanent --new-policy=aside
	need "from zone work" fwc --permanent --policy=aside --add-ingress-zone=work
	need "to this machine" fwc --permanent --policy=aside --add-egress-zone=HOST
fi
fwc --permanent --zone=internal --add-service=ssh --add-service=pop3
need "what is permanent is loaded" fwc --reload
# not the default zone: there a binding that is lost would change nothing
fwc --zone=internal --change-interface=host0
conf_guard "audit-s = 0" "repair = yes"
mail_and_ban_up internal

break_off() { # what is open for a time breaks it, where it is no item that the guard holds (152)
	: >"$W/watch.log"
	if [ -n "$real" ]; then
		fwc --policy=aside --remove-ingress-zone=home
		need "a policy is of another zone for a time" fwc --policy=aside --add-ingress-zone=home --timeout=600
	else
		touch "$W/break"
	fi
	not fwc --reload || fail "the reload does not break off"
}
# one that ends amid all of this
need "something is open for a time" fwc --zone=internal --add-port=2525/tcp --timeout=25
end_ms=$(($(now_ms) + 25000))
need "it is heard" within 5 snapshot_has internal/port:2525/tcp
pause 0.5 "for the guard to take its end over, where it does"
start=$(now_ms)
break_off
broken=$(now_ms)
need "the guard says so" within 3 said 'reload (of firewalld|that) bro(ke|ken) off.*Reloading firewalld'
need "it is on record" within 2 noticed_since "$start" firewalld-failed
echo "  recognised $((noticed - broken)) ms after it broke off"
[ $((noticed - broken)) -lt 1000 ] || fail "it was not recognised within a second"
need "mail is reachable again" within 5 mail_reachable
echo "  out for $(($(now_ms) - start)) ms, with firewall-cmd's own time"
need "it is mended" within 3 said 'repaired by the guard'
need "the binding is back" bound internal
need "pop3, which is permanent, is, too" within 2 is_open 110
need "what is open for a time is back" within 2 is_open 2525
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
not said 'permanent configuration \([0-9]|could not be restored|removed on purpose' || fail "something was learned from it"
is_over() { [ "$(now_ms)" -ge "$end_ms" ]; }
need "its time comes" within 30 is_over
need "it ends in its time" within 4 is_shut 2525
[ "$(grep -c 'Reloading firewalld' "$W/watch.log")" = 1 ] || fail "the guard has not reloaded once"
need "the history has it" exits 0 guard history --kind firewalld-failed
need "in words" out_has 'bro(ke|ken) off'
need "the wipe has its cause" exits 0 guard history --kind reload
need "in words" out_has 'reload of firewalld by the guard: a reload before it broke off'
need "the guard is done" within 5 finished

# and who says that he does it himself
conf_guard "audit-s = 0" "repair = no"
kill -HUP "$WATCH"
need "the guard may not repair" within 5 said 'configuration was read again'
break_off
need "the guard says what to type" within 3 said 'Left to you \(repair = no\)\..*firewall-cmd --reload'
pause 2 "so that the state is stored and the guard is idle"
need "nobody gets in" is_shut 993 110
need "the status is not fine" exits 1 guard status
need "and says why" out_has "lost its zones"
need "it is not restored" not said 'restored [0-9]+ of'
need "a reload by hand" fwc --reload
need "mail is reachable again" within 5 mail_reachable
need "the binding is back" bound internal
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
not said 'permanent configuration \([0-9]|could not be restored|removed on purpose' || fail "something was learned from it"
need "the watcher lives" watching

# a guard that was killed before it heard of it finds what the reload has left
conf_guard "audit-s = 0" "repair = yes"
pause 2 "so that the state is stored and the guard is idle"
watch_kill
break_off
need "nobody gets in" is_shut 993 110
watch_start -v
need "mail is reachable again" within 8 mail_reachable
need "the binding is back" bound internal
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
not said 'nobody can tell' || fail "it did not see that a reload broke off"
need "the guard is done" within 20 finished
