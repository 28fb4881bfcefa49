# SPDX-License-Identifier: GPL-2.0-or-later
# Bans and rules that have come apart: each is found, and gone after the command that
# the finding printed.
holds() { json "$1" >/dev/null; }
F2B_JAIL='
[broken]
enabled = true
filter = broken
logpath = /run/lab/other.log
action = firewallcmd-rich-rules[name=broken, port="no-such-port", protocol="tcp"]'
: >"$W/other.log"
printf '[Definition]\nfailregex = ^.* broken login from <HOST>$\n' >/etc/fail2ban/filter.d/broken.conf
watch_up
mail_open
need "the services are permanent" fwc --runtime-to-permanent
f2b_up
# fail2ban takes its time for a ban, so a fresh one may lack its rule: these are older
old_attack lab "login failed" 192.0.2.11 192.0.2.12 fd77::66
ruled() { firewall-cmd "${@:2}" --list-rich-rules | grep -qF "\"$1\""; }
need "a rule for each ban" within 20 ruled fd77::66
rule() { echo "rule family=ipv4 source address=$1 port port=imaps protocol=tcp reject type=icmp-port-unreachable"; }
for name in ban-without-rule jail-action-fails rule-without-ban ban-permanent ban-zone; do
	need "at first there is no $name" clean "$name"
done

need "somebody takes a rule away" fwc --remove-rich-rule="$(rule 192.0.2.11)"
need "which the status counts" within 5 sh -c '"$GUARD" -c "$CONF" --state "$STATE" status | grep -q "ban-without-rule: 1"'
need "and calls an error" exits 1 guard status
need "by its name" out_has 'error: ban-without-rule'
found_and_mended ban-without-rule
need "the rule is back" ruled 192.0.2.11

need "a rule is left by a crash" fwc --add-rich-rule="$(rule 192.0.2.99)"
need "and one is somebody's own" fwc --add-rich-rule="rule family=ipv4 source address=203.0.113.9 port port=ssh protocol=tcp drop"
found_and_mended rule-without-ban
need "the other one stays" ruled 203.0.113.9
need "and the bans" ruled 192.0.2.12

need "somebody makes it all permanent" fwc --runtime-to-permanent
need "the bans as well" ruled 192.0.2.12 --permanent
found_and_mended ban-permanent
need "they are out of it" not ruled 192.0.2.12 --permanent
need "and in force" ruled 192.0.2.12

# only a watcher that has been there since knows that nothing was wiped
/usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=5)
db.execute("UPDATE event SET at_us = at_us - 1000000000 WHERE kind = ?", ("start",))
db.commit()' "$STATE/guard.db"
old_attack broken "broken login" 198.51.100.1 198.51.100.2 198.51.100.3
tried() { [ "$(grep -c 'Failed to execute ban jail .broken' "$W/fail2ban.log")" = 3 ]; }
need "an action fails each time" within 30 tried
need "which is found" finds jail-action-fails
need "and not mended while its cause is there" mend
pause 1 "a second of its own"
still() { finds jail-action-fails >/dev/null; }
need "but still there" within 10 still
sed -i 's/no-such-port/imaps/' /etc/fail2ban/jail.local
need "the cause is mended, and then the command" mend
need "has them banned" within 20 ruled 198.51.100.3
need "which mends the rest" within 10 clean jail-action-fails
for name in ban-without-rule rule-without-ban; do need "there is no $name" within 10 clean "$name"; done

need "mail comes through another zone" fwc --zone=internal --change-interface=host0
# a reload, which another default zone is from firewalld 2 on, would bring it back
need "for good" fwc --permanent --zone=internal --change-interface=host0
mail_open internal
systemctl_up
found_and_mended ban-zone
need "the bans are where mail is" within 20 ruled 192.0.2.12 --zone=internal
guard --json check >"$W/out" 2>"$W/err"
need "which names those that were made" holds 'len(d["checks"]) > 10'
need "checks can be silenced" within 10 exits 0 guard check --only ban-zone --only panic
need "names are checked" exits 2 guard check --skip ban-zoned
need "with the nearest" err_has 'did you mean "ban-zone"'
