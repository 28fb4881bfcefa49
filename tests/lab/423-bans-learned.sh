# SPDX-License-Identifier: GPL-2.0-or-later
# One login buys no immunity: a ban of an address that is known from a login alone is put back,
# and told; of one that somebody added by hand it is left out.
. "$LAB_DIR/bans.sh"
LOG=$W/mail.log
conf <<X
[clients]
learn-logs = $LOG
X
bans_up
watch_up
mail_open
echo "$(date +%Y-%m-%dT%H:%M:%S.%6N%:z) mx dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=10.77.0.2, lip=10.77.0.1, mpid=7, TLS, session=<a>" >>"$LOG"
learned() { guard clients list | grep -qE '^10\.77\.0\.2 +learned '; }
need "the login is learned" within 15 learned
need "another is added" guard clients add 10.77.0.3
need "bans" f2b set lab banip 10.77.0.2 10.77.0.3
need "with rules" within 15 rules_are 2
settle
need "the reload" fwc --reload
need "the one who logged in is refused again" within 10 is_shut_from 10.77.0.2 993
need "it is told of him" within 5 said 'cut off: 10\.77\.0\.2,.* is the client range 10\.77\.0\.2 \(learned\)|1 are of addresses that clients come from'
need "the one who was added is not" within 10 is_open_from 10.77.0.3 993
need "that is told, too" within 5 said 'source address="10.77.0.3".* is left out'
need "the wipe ends" within 10 finished
need "one rule is back" rules_are 1
guard check --only ban-without-rule >"$W/out" 2>&1
need "no ban lacks a rule that is to have one" not out_has '10\.77\.0\.2'
