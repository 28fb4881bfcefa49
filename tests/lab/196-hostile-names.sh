# SPDX-License-Identifier: GPL-2.0-or-later
# Names and texts that others choose, wherever one is printed: a jail, a log's prefix in a rule, the
# comment of a foreign rule, a user's name in a log, a rule of a megabyte. No terminal obeys one,
# no browser, no shell that a printed command is pasted into, and no line is split by one.
. "$LAB_DIR/bans.sh"
esc=$'\033'
EVIL="x<img src=x>\$(touch $W/pwned)'\";&"
printf '#!/bin/sh\nexec cat >"%s/mail"\n' "$W" >"$W/bin/sendmail"
chmod +x "$W/bin/sendmail"
conf <<C
[clients]
learn-logs = $W/dovecot.log
ranges = 10.77.0.0/24
[report]
mail-to = admin@example.org
sendmail = $W/bin/sendmail
C
: >"$W/dovecot.log"
BANS_JAIL="[$EVIL]
enabled = true
filter = lab
logpath = $W/evil.log
action = firewallcmd-rich-rules[name=evil, port=imaps, protocol=tcp]
"
: >"$W/evil.log"
bans_up
watch_up
mail_open
mail_heard
need "the jail bans" f2b set "$EVIL" banip 10.77.0.3
need "somebody is shut out" within 10 is_shut_from 10.77.0.3 993
need "a rule whose log has a prefix" fwc --add-rich-rule="rule family=ipv4 source address=10.77.0.4 log prefix=\"<b>$esc]0;own\" level=info drop"
need "a foreign table" nft add table inet evil
need "with a chain" nft add chain inet evil input '{ type filter hook input priority -300; }'
need "with a rule" nft add rule inet evil input ip saddr 10.77.0.2 tcp dport 993 counter drop comment "\"<i>$esc[2J'\$(touch $W/pwned)\""
echo "$(date +%Y-%m-%dT%H:%M:%S.%6N%:z) mx dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=203.0.113.9, lip=10.77.0.1, mpid=7, TLS, session=<a>" >>"$W/dovecot.log"
need "a rule of a megabyte" /usr/bin/python3 - <<'P'
import dbus
zone = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
                      "org.fedoraproject.FirewallD1.zone")
zone.addRichRule("public", "rule " + " " * 1000000 + 'family="ipv4" source address="10.77.0.5" drop', 0)
P
learned() { guard clients list | grep -q '^203\.0\.113\.9 '; }
need "the login is learned" within 15 learned
hooked() { guard bans | grep -q '10\.77\.0\.3'; }
need "the ban is on record" within 10 hooked

need "a reload" fwc --reload
need "mail is open, and the ban is back" within 15 eval 'mail_reachable; is_shut_from 10.77.0.3 993'
need "it ends" within 15 finished

asked=0
# tells FILE KIND: a text, a page or JSON that obeys nobody
tells() {
	! LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' "$1" || fail "$1 has a control character"
	case $2 in
	html) ! grep -nE '<(img|b>|i>)' "$1" || fail "$1 has another's element" ;;
	json) json 'True' "$1" >/dev/null || fail "$1 is no JSON" ;;
	esac
	asked=$((asked + 1))
}
for question in status check conflicts history bans "bans 10.77.0.3" "clients list" \
	"explain 10.77.0.2 imaps" "explain 10.77.0.3 imaps" "explain 10.77.0.4 imaps" "explain 10.77.0.5 imaps" \
	"snapshot list" metrics export report "check --nagios"; do
	# shellcheck disable=SC2086
	guard $question >"$W/answer" 2>&1
	[ $? -le 1 ] || [[ $question == *nagios ]] || { cat "$W/answer"; fail "$question is answered"; }
	tells "$W/answer" text
	case $question in metrics | export | *nagios) continue ;; esac
	# shellcheck disable=SC2086
	guard --json $question >"$W/answer" 2>/dev/null
	tells "$W/answer" json
done
guard explain 10.77.0.3 imaps >"$W/answer.explain"
need "the jail is named" grep -q 'img src=x' "$W/answer.explain"
guard report --format html >"$W/answer"
tells "$W/answer" html
need "the jail is named there, too" grep -q 'lt;img src=x' "$W/answer"
need "by mail" guard report --mail
tells "$W/mail" text
need "the log" tells "$W/watch.log" text
[ "$asked" -ge 25 ] || fail "all were asked: $asked"

# what is printed as a command frees this client, and does nothing else
command=$(grep -oE 'fail2ban-client set .*unbanip.*' "$W/answer.explain" | head -n 1)
echo "  $command"
need "a command is printed" test -n "$command"
need "it can be pasted" eval "$command"
need "and frees the client" within 10 is_open_from 10.77.0.3 993
[ ! -e "$W/pwned" ] || fail "somebody ran what a name says"
