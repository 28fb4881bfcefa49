# SPDX-License-Identifier: GPL-2.0-or-later
# While nothing happens the guard wakes up for its audit alone, which asks firewalld two questions,
# however many direct rules there are; what is taken of these is told by the kernel. Where fail2ban
# is not, nobody looks for it: its start is heard.
. "$LAB_DIR/calls.sh"
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
conf_guard "audit-s = 1"
mangled="ipv4 mangle FORWARD 0 -s 10.77.0.5 -j DROP"
denied="ipv4 filter INPUT 0 -s 10.77.0.5 -j DROP"
for rule in "$mangled" "$denied"; do
	# shellcheck disable=SC2086
	need "a direct rule" fwc --permanent --direct --add-rule $rule
done
need "both are loaded" fwc --reload
fwc --zone=public --change-interface=host0
watch_up -v
mail_open
mail_heard
calls_up
pause 5 "what begins with the guard is over"
waits() { awk '/^voluntary/ { print $2 }' "/proc/$WATCH/status"; }
waits=$(waits) calls=$(calls)
pause 10 "nothing happens"
waits=$(($(waits) - waits)) calls=$(($(calls) - calls))
kill "$monitor"
need "there were audits" test "$calls" -ge 8
need "of two questions each ($calls questions)" test "$calls" -le 24
need "which woke it up once, and once for each answer ($waits times, $calls answers)" test "$waits" -le $((3 * calls / 2 + 6))

mangled_there() { iptables -t mangle -S FORWARD | grep -q 10.77.0.5; }
need "a direct rule is taken where firewalld has none of its own" iptables -t mangle -F FORWARD
need "the guard says so at the next audit, and of what" within 10 said "firewalld.s rules are gone.*: direct:ipv4/chain:mangle FORWARD"
need "and mends it" within 10 mangled_there

need "a rule in whom fail2ban is to ignore" fwc --add-rich-rule='rule family="ipv4" source address="198.51.100.7" drop'
# shellcheck disable=SC2034
F2B_JAIL="ignoreip = 198.51.100.0/24"
f2b_up
need "the start of fail2ban is heard, and whom it ignores asked" within 5 said "198.51.100.7, which is denied, lies inside the client range 198.51.100.0/24"
