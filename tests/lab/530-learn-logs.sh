# SPDX-License-Identifier: GPL-2.0-or-later
# The watcher learns from the mail log where successful logins come from: over a
# rotation, a truncation and a restart nothing is learned twice and nothing is left
# out; failed logins, names that imitate a success and other programs teach nothing.
LOG=$W/mail.log
conf <<X
[clients]
learn-logs = $LOG
X
says() { # MESSAGE...: one line each, as syslog writes it
	local message
	for message; do echo "$(date +%Y-%m-%dT%H:%M:%S.%6N%:z) mx $message"; done >>"$LOG"
}
login() { says "dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=$1, lip=10.77.0.1, mpid=7, TLS, session=<a>"; }
listed() { guard clients list >"$W/list" 2>>"$W/list.err"; grep -qE "$1" "$W/list"; }
# counts RANGE N
counts() { listed "^$1 +learned .* $2 *\$"; }

watch_up
login 203.0.113.1
login 203.0.113.1
says "postfix/submission/smtpd[165]: 22E3B5AD: client=unknown[2001:db8::7], sasl_method=PLAIN, sasl_username=bob"
need "logins teach, though the log came later than the watcher" within 15 counts 203.0.113.1 2
need "an IPv6 login teaches its /64" counts 2001:db8::/64 1

says "dovecot: imap-login: Disconnected: Aborted login (auth failed, 1 attempts in 2 secs): user=<x>, method=PLAIN, rip=203.0.113.66, lip=10.77.0.1" \
	"dovecot: imap-login: Login: user=<x>, method=plain, rip=203.0.113.67, lip=1.1.1.1, session=<a>>, method=PLAIN, rip=203.0.113.68, lip=10.77.0.1, mpid=54, session=<n>" \
	"postfix/smtpd[1]: warning: unknown[203.0.113.69]: SASL PLAIN authentication failed: x, sasl_username=a" \
	"sshd[1]: Invalid user dovecot: imap-login: Login: user=<x>, rip=203.0.113.70 from 203.0.113.71"
mv "$LOG" "$LOG.1"
: >"$LOG"
echo "$(date +%Y-%m-%dT%H:%M:%S%:z) mx dovecot: imap-login: Login: user=<alice>, rip=203.0.113.1" >>"$LOG.1"
login 203.0.113.2
need "the end of the rotated log is read, and the new one" within 15 counts 203.0.113.2 1
need "to the last line" counts 203.0.113.1 3
: >"$LOG"
login 203.0.113.3
need "a log that was cut is read" within 15 counts 203.0.113.3 1

watch_down
login 203.0.113.3
mv "$LOG" "$LOG.2"
login 203.0.113.4
watch_up
need "what came while the guard was off is learned" within 15 counts 203.0.113.4 1
need "from the rotated log, too, and once" counts 203.0.113.3 2
need "the rest counts as before" counts 203.0.113.1 3
watch_kill
login 203.0.113.4
watch_up
need "a guard that was killed counts once, too" within 15 counts 203.0.113.4 2

# A log of Dovecot's own, in a form of the administrator's, and one of which nothing is understood.
conf <<X
[clients]
learn-logs = $W/dovecot.log, $W/strange.log
X
for i in $(seq 520); do echo "at $i imap-login: Info: Login: user=<a>, rip=203.0.113.72"; done >"$W/strange.log"
echo "$(date '+%d/%b/%Y:%H:%M:%S %z') imap-login: Info: Login: user=<alice>, rip=203.0.113.5, lip=10.77.0.1" >"$W/dovecot.log"
kill -HUP "$WATCH"
need "Dovecot's own log is read in the form that it has" within 15 counts 203.0.113.5 1
need "a log of which nothing is understood is told" within 15 said "nothing is learned from $W/strange.log"
# heads with the facility, as busybox and FreeBSD write them, and logins that do not say from where
conf <<X
[clients]
learn-logs = $W/busybox.log, $W/placeless.log
X
head_time() { LC_ALL=C date '+%b %e %H:%M:%S'; }
echo "$(head_time) mx mail.info dovecot: imap-login: Login: user=<alice>, rip=203.0.113.8, lip=10.77.0.1" >"$W/busybox.log"
echo "$(head_time) <mail.info> mx dovecot[7]: imap-login: Login: user=<alice>, rip=203.0.113.9" >>"$W/busybox.log"
for i in $(seq 25); do echo "$(head_time) mx dovecot: imap-login: Login: user=<alice>, method=PLAIN, lip=203.0.113.73"; done >"$W/placeless.log"
kill -HUP "$WATCH"
need "busybox's heads are read" within 15 counts 203.0.113.8 1
need "and FreeBSD's" counts 203.0.113.9 1
need "that logins do not say from where is told" within 15 said "nothing is learned from the 20 logins of $W/placeless.log"
told() { [ "$(grep -c placeless.log "$W/watch.log")" = 1 ]; }
need "once" told
need "by the command, too" exits 0 guard clients learn "$W/placeless.log"
need "  with what mends it" err_has 'login_log_format_elements'
need "nothing else was learned" not listed '203\.0\.113\.(6|7)'
need "no name is in the store" not grep -qE 'alice|bob' "$STATE"/guard.db*
need "nor in the log of the guard" not said 'alice|bob'
