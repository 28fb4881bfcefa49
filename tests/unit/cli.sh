#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line without root, bus and firewalld: arguments, help, exit statuses, the
# hook, and JSON against its schemas (that part only where Python has jsonschema).
# Environment: GUARD (default ./reload-guard), srcdir.
set -u
here=${srcdir:-$(dirname "$0")/../..}
guard=${GUARD:-./reload-guard}
[ -x "$guard" ] || { echo "$guard is missing: run make, or set GUARD"; exit 1; }
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' HUP INT TERM
DBUS_SYSTEM_BUS_ADDRESS=unix:path=$tmp/no-bus
TZ=UTC
export DBUS_SYSTEM_BUS_ADDRESS TZ
bad=0
n=0
: >"$tmp/conf"
chmod 600 "$tmp/conf"

fail() {
	echo "FAILED: $*"
	sed 's/^/  out: /' "$tmp/out" | head -n 5
	sed 's/^/  err: /' "$tmp/err" | head -n 5
	bad=1
}
# run ARGUMENT...: with a configuration and a state of our own
run() { timeout 30 "$guard" -c "$tmp/conf" --state "$tmp/state" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null; }
# exits STATUS ARGUMENT...
exits() {
	want=$1
	shift
	n=$((n + 1))
	run "$@"
	got=$?
	[ "$got" = "$want" ] || fail "exit status $got instead of $want: $*"
}
out_has() { grep -q -e "$1" "$tmp/out" || fail "no \"$1\" on standard output"; }
err_has() { grep -q -e "$1" "$tmp/err" || fail "no \"$1\" on standard error"; }
out_empty() { [ ! -s "$tmp/out" ] || fail "something on standard output"; }
err_empty() { [ ! -s "$tmp/err" ] || fail "something on standard error"; }

# --- help, version, options ---
exits 0 --help
out_has '^Usage: reload-guard'
out_has 'Exit status'
err_empty
exits 0 --version
out_has '^reload-guard [0-9]'
commands=$(run --help; sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' "$tmp/out")
[ "$(echo "$commands" | wc -w)" -ge 9 ] || fail "the help lists the commands"
for command in $commands; do
	exits 0 "$command" --help
	out_has "^Usage: reload-guard $command"
	out_has '^Examples:'
	out_has '^Exit status:'
	out_has '^  0  '
	err_empty
	exits 0 --help "$command"
	out_has "^Usage: reload-guard $command"
	[ "$command" = hook ] && continue
	exits 2 "$command" --frobnicate
	err_has 'unknown option --frobnicate'
	err_has "reload-guard $command --help"
	out_empty
	exits 2 "$command" too many words for it
	out_empty
done
exits 0 help
cp "$tmp/out" "$tmp/help"
exits 0 --help
cmp -s "$tmp/out" "$tmp/help" || fail "help and --help differ"
exits 0 help after-boot
out_has '^Usage: reload-guard after-boot'
exits 2 help statsu
err_has 'did you mean "status"'
exits 0 version
out_has '^reload-guard [0-9]'
exits 2
err_has 'no command'
exits 2 frobnicate
err_has 'unknown command "frobnicate"'
exits 2 statsu
err_has 'did you mean "status"'
exits 2 check-config
err_has 'did you mean --check-config'
exits 2 history --sicne -2h
err_has 'did you mean --since'
exits 2 -x status
err_has 'unknown option -x'
exits 2 --json -xv status
err_has 'unknown option -x'
exits 2 restore --dry-run=1
err_has 'option --dry-run takes no value'
exits 2 --json=1 status
err_has 'option --json takes no value'
exits 2 bans --address 192.0.2.300
err_has '192.0.2.300'
exits 2 bans --address 192.0.2.0/99
err_has '192.0.2.0/99'
exits 2 bans --address 2001:db8::g
err_has '2001:db8::g'
exits 2 release nonsense
err_has 'ZONE/KIND:VALUE'
[ "$(grep -o 'ZONE/KIND' "$tmp/err" | wc -l)" = 1 ] || fail "what to write is said once"
exits 2 history --since
err_has 'needs a value'
exits 2 history --limit=0
err_has 'number from 1'
exits 2 history --limit=99999999999999999999
exits 2 history --since whenever
err_has '"whenever" is not a time'
exits 2 history --kind nonsense
err_has 'known are reloads, .*conflict, .*reboot'
err_has "[, ]$("$guard" --complete history --kind '' | tail -n 1)\$"
# each kind that is offered is known
for kind in $("$guard" --complete history --kind ''); do
	exits 4 --state "$tmp/none" history --kind "$kind"
done
exits 2 history --kind conflicts
err_has 'did you mean "conflict"'
exits 2 history --since now --until yesterday
exits 2 restore --from abc
err_has 'snapshot list'
exits 2 snapshot
exits 2 snapshot frobnicate
exits 2 snapshot show
exits 2 snapshot show 0
exits 2 snapshot list 5
exits 2 release
err_has 'public/service:imap'
exits 2 release imap
err_has 'ZONE/KIND:VALUE'
exits 2 release --list public/service:imap
exits 2 release --others public/service:imap
exits 2 release --others --list
# said once, in one line, and what to type
for command in 'bans 1.2.3' 'bans 192.0.2.0/99' 'explain 1.2.3' 'explain foo.invalid' 'explain foo:bar' 'clients add 1.2.3' 'clients remove office' \
	'explain 192.0.2.0/24'; do
	# shellcheck disable=SC2086
	exits 2 $command
	err_has 'such as 192.0.2.7'
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "it is said in one line"
	[ "$(grep -o "${command##* }" "$tmp/err" | wc -l)" = 1 ] || fail "$command: it is said once"
done
# what is no port is that whether or not firewalld can be asked
for port in 0 70000 0/tcp 465/foo imaps/tcp/tcp; do
	exits 2 explain 192.0.2.7 "$port"
	err_has "\"$port\" is neither a port"
done
for range in 0.0.0.0/0 ::/0 128.0.0.0/1 2000::/3 0.0.0.0/0.0.0.0 ::ffff:0:0/96; do
	exits 2 clients add "$range"
	err_has 'too wide'
done
exits 2 bans --address ''
exits 2 bans ''
exits 2 bans 192.0.2.300
err_has '192.0.2.300'
exits 2 bans 192.0.2.7 --address 192.0.2.8
printf 'evil\033[2J' >"$tmp/name"
exits 2 "$(cat "$tmp/name")"
grep -q "$(printf '\033')" "$tmp/err" && fail "control characters reach the terminal"

# --- the configuration ---
exits 0 --check-config
out_has '^keep-days = 90 ; default$'
cp "$tmp/conf" "$tmp/conf.kept"
printf '[guard]\nrestore-bans = all\n' >"$tmp/conf"
exits 0 --check-config
out_has "^restore-bans = all ; $tmp/conf:2\$"
cp "$tmp/conf.kept" "$tmp/conf"
exits 0 status --check-config
printf '[guard]\nkeep-days = 7\n' >"$tmp/conf"
exits 0 --check-config
out_has "^keep-days = 7 ; $tmp/conf:2\$"
# what it prints is a configuration again, and of two files the later one counts
sed 's/keep-days = 7/keep-days = 8/' "$tmp/out" >"$tmp/conf"
mkdir "$tmp/conf.d"
printf '# mine\n\n[guard]\naudit-s = 0\n' >"$tmp/conf.d/10.conf"
exits 0 --check-config
out_has "^keep-days = 8 ; $tmp/conf:"
out_has "^audit-s = 0 ; $tmp/conf.d/10.conf:4\$"
rm -r "$tmp/conf.d"
printf '[guard]\nrestor = yes\n' >"$tmp/conf"
exits 2 --check-config
err_has "conf:2: unknown key \"restor\" in \[guard\]; did you mean \"restore\"?"
exits 3 restore
err_has 'conf:2: unknown key "restor" .*; left out'
for command in status check persist history bans 'snapshot list' 'release --list'; do
	# shellcheck disable=SC2086 # these are words
	exits 2 $command
	err_has 'conf:2'
done
: >"$tmp/conf"
exits 2 -c "$tmp/missing" status
err_has "$tmp/missing"
chmod 666 "$tmp/conf"
exits 2 status
err_has 'chmod go-w'
chmod 600 "$tmp/conf"

# --- no bus, no store ---
for command in status check restore persist 'snapshot take'; do
	# shellcheck disable=SC2086
	exits 3 $command
	err_has 'bus'
done
exits 3 status
out_has 'cannot be reached'
exits 3 -q status
out_empty
mv "$tmp/state" "$tmp/state.old" 2>/dev/null
for command in history bans 'snapshot list' 'snapshot show 1' 'snapshot diff 1'; do
	# shellcheck disable=SC2086
	exits 4 $command
	err_has 'start the watcher'
done
exits 0 release --list
out_has 'nothing is released'

# --- a store is made by the watcher and by the hook; a mistyped folder by nobody ---
for command in 'release public/service:imap' 'release --undo public/service:imap' \
	'clients add 192.0.2.0/24' 'clients remove 192.0.2.0/24' 'clients learn'; do
	# shellcheck disable=SC2086
	exits 4 $command
	err_has 'start the watcher.*--state'
	[ "$(wc -l <"$tmp/err")" = 1 ] || fail "it is said in one line"
	[ ! -e "$tmp/state" ] || fail "$command makes a folder"
done
exits 0 hook start --jail lab
exits 0 release public/service:imap
out_has 'public/service:imap is released'
exits 0 release --list
out_has '^public/service:imap$'
exits 0 release --undo public/service:imap
exits 1 release --undo public/service:imap
err_has 'was not released'
exits 0 release --others
out_has 'is not missed any more'
exits 0 trust
out_has 'nobody is trusted'
exits 0 trust --list
exits 1 trust 192.0.2.7 --for 10m
err_has 'nobody would end it.*systemctl start'
exits 2 trust 0.0.0.0/0
err_has 'too wide'
exits 2 trust 127.0.0.1
err_has 'no address that a client comes from'
exits 2 trust mail.example.org
err_has 'neither an address nor a prefix'
exits 2 trust ipset:office
exits 2 trust '192.0.2.7; id'
for span in 0 0m soon 10 -5m 8d 99999999999999999999d '1m;id' ''; do
	exits 2 trust 192.0.2.7 --for "$span"
	err_has '^reload-guard: error: --for: '
done
exits 2 trust 192.0.2.7 --note "$(printf 'a\033[2Jb')"
err_has 'one line of text'
exits 2 trust 192.0.2.7 --note "$(printf '%0201d' 0)"
err_has 'longer than 200 bytes'
exits 2 trust --end
exits 2 trust --list 192.0.2.7
exits 2 trust --end 192.0.2.7 --for 5m
exits 2 trust --note x
exits 2 snapshot show 4711
err_has 'snapshot list'
exits 0 history
out_has 'released .*public/service:imap'
exits 0 history --until yesterday
out_has 'nothing happened'
exits 0 history --since -1h --kind protected-again
out_has 'protected-again'
exits 0 --json history --kind released
out_has '"item": "public/service:imap"'
exits 0 history --kind conflict
out_has 'nothing happened'
mkdir "$tmp/broken"
chmod 700 "$tmp/broken"
head -c 8192 /dev/urandom >"$tmp/broken/guard.db"
chmod 600 "$tmp/broken/guard.db"
exits 4 --state "$tmp/broken" history
err_has 'guard.db'
timeout 30 "$guard" -c "$tmp/conf" --state "$tmp/state" history >/dev/full 2>"$tmp/err"
[ $? = 1 ] || fail "an answer that could not be written was taken for a good one"

# --- the hook: always 0, never a word on standard output ---
hook() {
	exits 0 hook "$@"
	out_empty
}
hook start --jail postfix
hook ban --jail postfix --address 192.0.2.11 --family inet4 --time 1795293265.25 --bantime 3600 \
	--failures 5 --count 1 --restored 0 --rule 'rule family="ipv4" source address="192.0.2.11" drop'
err_empty
hook ban --jail=dovecot --address=2001:db8::1 --bantime=-1
hook ban --jail=dovecot --address=192.0.2.12 --failures='<failures>' --time=yesterday
err_has 'is not a number'
exits 0 bans
out_has '192.0.2.11 .*postfix'
out_has '2001:db8::1 .*for ever'
out_has '192.0.2.12'
exits 0 bans 192.0.2.0/28
out_has '192.0.2.11 .*postfix'
grep -q '2001:db8::1' "$tmp/out" && fail "bans of an address has others, too"
exits 0 bans 192.0.2.11 --since 3d
hook unban --jail postfix --address 192.0.2.11
exits 0 bans --active
grep -q 192.0.2.11 "$tmp/out" && fail "an unbanned address is still banned"
exits 0 bans --address 192.0.2.0/24 --jail postfix
out_has '192.0.2.11'
long=$(head -c 100000 /dev/zero | tr '\0' a)
for jail in '' 'x; touch pwned' "$long" '../x' "$(printf 'a\nb')" "$(printf '\377\376')"; do
	hook ban --jail="$jail" --address=192.0.2.13
	err_has 'hook'
done
for address in '' -v '192.0.2.13 -v' "$long" '`id`' "$(printf '192.0.2.1\033')"; do
	hook ban --jail=postfix --address="$address"
	err_has 'hook'
done
hook
hook nonsense
hook ban
hook ban ban --jail postfix --address 192.0.2.14
hook ban --frobnicate --jail postfix
hook ban --jail
exits 0 --frobnicate hook ban
out_empty
exits 0 bans
grep -q 192.0.2.1[34] "$tmp/out" && fail "a refused event is on record"
# a configuration that is broken must not cost the record
echo nonsense >"$tmp/conf"
hook ban --jail=postfix --address=192.0.2.15
: >"$tmp/conf"
exits 0 bans
out_has '192.0.2.15'
# a store that cannot be used leaves a file in the spool
exits 0 --state "$tmp/broken" hook ban --jail=postfix --address=192.0.2.16
out_empty
[ "$(find "$tmp/broken/spool" -type f | wc -l)" = 1 ] || fail "there is no spool file"
# which the watcher takes in as soon as it is there, also without a bus
"$guard" -c "$tmp/conf" --state "$tmp/state" watch >"$tmp/out" 2>"$tmp/err" </dev/null &
watcher=$!
until_true() { # COMMAND...: within 10 s
	for _ in $(seq 100); do
		"$@" && return
		sleep 0.1
	done
	fail "$* does not come true"
}
until_true [ -d "$tmp/state/spool" ]
until_true grep -q 'watching' "$tmp/err"
sleep 0.3 # it follows the folder by then; its own looks are far apart
mv "$tmp"/broken/spool/*.json "$tmp/state/spool"
until_true eval '[ -z "$(ls "$tmp/state/spool")" ]'
kill "$watcher"
wait "$watcher"
[ $? = 0 ] || fail "the watcher does not end well"
exits 0 bans
out_has '192.0.2.16'
: >"$tmp/file"
exits 0 --state "$tmp/file/state" hook ban --jail=postfix --address=192.0.2.17
out_empty
err_has 'not recorded'

# --- the hook's switches: for people, with a status that counts ---
mkdir -p "$tmp/fail2ban/jail.d" "$tmp/fail2ban/action.d" "$tmp/fail2ban/filter.d"
for switch in enable status; do
	exits 1 hook "$switch" --fail2ban "$tmp/nowhere"
	err_has 'fail2ban is not installed'
	exits 1 hook "$switch" --fail2ban "$tmp/fail2ban"
done
exits 0 hook disable --fail2ban "$tmp/fail2ban"
out_has 'The hook is off'
exits 0 hook refresh --fail2ban "$tmp/fail2ban"
out_empty
if [ -x /usr/bin/fail2ban-client ]; then
	err_empty
	exits 1 hook enable --fail2ban "$tmp/fail2ban"
	err_has 'reload-guard.conf is missing'
	printf '[Definition]\nactionban = true\n' | tee "$tmp/fail2ban/action.d/reload-guard.conf" >"$tmp/fail2ban/action.d/other.conf"
	printf '[Definition]\nfailregex = ^<HOST>$\n' >"$tmp/fail2ban/filter.d/x.conf"
	printf '[Definition]\nsocket = %s/socket\npidfile = %s/pid\n' "$tmp" "$tmp" >"$tmp/fail2ban/fail2ban.conf"
	cat >"$tmp/fail2ban/jail.conf" <<-'X'
		[DEFAULT]
		action = other
		filter = x
		backend = polling
		[plain]
		enabled = true
		[own]
		enabled = true
		action = other[actname=one]
		         other[actname=two]
		[has]
		enabled = true
		action = other
		         reload-guard
		[later]
	X
	exits 1 hook status --fail2ban "$tmp/fail2ban"
	out_has '^The hook is off'
	out_has '^These jails report their bans: has$'
	out_has '^These jails do not report their bans: plain, own$'
	exits 0 hook enable --fail2ban "$tmp/fail2ban"
	out_has '^The hook is on'
	for jail in plain own has; do out_has "These jails report their bans: .*$jail"; done
	fail2ban-client -c "$tmp/fail2ban" -d >"$tmp/out" 2>&1
	out_has "'own', 'addaction', 'two'"
	# a jail that is switched on later has it, too
	printf '[later]\nenabled = true\n' >"$tmp/fail2ban/jail.local"
	exits 0 hook status --fail2ban "$tmp/fail2ban"
	out_has 'later'
	# one that builds on the action before it would go round in a circle
	printf '[own]\naction = %%(known/action)s\n         other\n' >>"$tmp/fail2ban/jail.local"
	exits 1 hook status --fail2ban "$tmp/fail2ban"
	err_has 'refuses its configuration'
	exits 0 hook refresh --fail2ban "$tmp/fail2ban"
	err_has 'left out: own: .*jail.local'
	exits 1 hook status --fail2ban "$tmp/fail2ban"
	out_has 'Left out: own: .*jail.local'
	fail2ban-client -c "$tmp/fail2ban" -t >"$tmp/out" 2>&1 || fail "fail2ban does not take what refresh has written"
	# what somebody else has broken is not mended by leaving the hook out
	echo '[own' >"$tmp/fail2ban/jail.d/a.conf"
	exits 1 hook refresh --fail2ban "$tmp/fail2ban"
	err_has 'its own configuration'
	[ -e "$tmp/fail2ban/jail.d/zz-reload-guard.local" ] || fail "the hook is off though it is not at fault"
	exits 0 hook disable --fail2ban "$tmp/fail2ban"
	out_has 'off now'
	[ "$(ls "$tmp/fail2ban/jail.d")" = a.conf ] || fail "something of the hook is left in jail.d"
fi

# --- client ranges ---
exits 2 conflicts all
exits 3 conflicts
exits 2 clients frobnicate
exits 2 clients add
exits 2 clients add 192.0.2.0/33
exits 2 clients add office.example
exits 2 clients list --note x
exits 2 clients list all
exits 2 clients learn "$tmp/none"
exits 0 --state "$tmp/none" clients list
out_has '^No client ranges are known'
exits 0 --state "$tmp/none" clients
out_has '^No client ranges are known'
exits 2 clients --note x
[ ! -e "$tmp/none" ] || fail "listing makes a store"
exits 0 clients add 192.0.2.7/24 --note "the office"
out_has '^added: 192.0.2.0/24'
err_has '192.0.2.7/24 is kept as 192.0.2.0/24'
exits 0 clients add 192.0.2.0/24 --note "the office"
err_has '192.0.2.0/24 was added before; its note is replaced'
exits 0 clients add 192.0.2.128/25
err_has '192.0.2.128/25 is a part of 192.0.2.0/24, which is there already'
exits 0 clients remove 192.0.2.128/25
exits 0 clients add ::ffff:198.51.100.7
err_has '::ffff:198.51.100.7 is kept as 198.51.100.7'
exits 0 clients remove 198.51.100.7
exits 0 clients add 10.0.0.0/8
err_empty
exits 0 clients remove 10.0.0.0/8
exits 0 clients add 2001:db8::/48
exits 0 clients list
out_has '^192.0.2.0/24 *hand .*the office'
exits 0 clients remove 2001:db8:0::/48
exits 1 clients remove 2001:db8::/48
err_has 'neither added nor learned'
cat >"$tmp/mail.log" <<X
$(date -u +%Y-%m-%dT%H:%M:%SZ) mx dovecot: imap-login: Login: user=<alice>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, mpid=4, TLS, session=<a>
$(date -u +%Y-%m-%dT%H:%M:%SZ) mx dovecot: imap-login: Login: user=<bob>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, mpid=4, TLS, session=<b>
$(date -u +%Y-%m-%dT%H:%M:%SZ) mx dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<alice>, method=PLAIN, rip=203.0.113.66, lip=192.0.2.1
2020-01-01T00:00:00Z mx postfix/smtps/smtpd[9]: 4A1B2C3D: client=unknown[2001:db8:5:6::7], sasl_method=PLAIN, sasl_username=alice
$(date -u +%Y-%m-%dT%H:%M:%SZ) mx dovecot: imap-login: Login: user=<x>, method=PLAIN, rip=203.0.113.67, lip=
X
printf '%s mx dovecot: imap-login: Login: user=<c>, rip=203.0.113.10' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >>"$tmp/mail.log"
exits 0 clients learn "$tmp/mail.log"
out_has '^6 lines, 5 successful logins from 4 ranges'
exits 0 clients list
out_has '^203.0.113.9 *learned .* 2 *$'
out_has '^203.0.113.10 *learned'
out_has '^1 more was seen too long ago and does not count'
grep -q -e 203.0.113.66 -e alice "$tmp/out" && fail "a failed login or a name is in the list"
grep -q alice "$tmp/state/guard.db" "$tmp/state/guard.db-wal" 2>/dev/null && fail "a user's name is in the store"
echo "nothing of interest" | timeout 30 "$guard" -c "$tmp/conf" --state "$tmp/state" clients learn - >"$tmp/out" 2>"$tmp/err" || fail "learning from standard input"
out_has '^1 line, 0 successful logins from 0 ranges'
err_has 'standard input: no line was read as one of Dovecot'
echo "$(date '+%Y-%m-%d %H:%M:%S') imap-login: Info: Login: user=<a>, rip=203.0.113.12, lip=192.0.2.1" >"$tmp/own.log"
exits 0 clients learn "$tmp/own.log"
out_has '^1 line, 1 successful login from 1 range$'
[ ! -s "$tmp/err" ] || fail "a log that is understood is complained of"
exits 2 clients learn "$tmp"
printf '[clients]\nranges = 198.51.100.0/24\nranges-files = %s/none\n' "$tmp" >"$tmp/conf"
exits 0 clients list
out_has '^198.51.100.0/24 *configured'
err_has 'some client ranges could not be read: .*none'

# --- JSON ---
for python in python3 /usr/bin/python3; do
	"$python" -c 'import jsonschema' 2>/dev/null && break
	python=
done
fits() { # SCHEMA STATUS ARGUMENT...
	schema=$here/schema/json/$1.schema.json
	shift
	exits "$@"
	[ -z "$python" ] || "$python" -W ignore -c '
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
# the words that our schemas use mean the same in the older draft
validator = getattr(jsonschema, "Draft202012Validator", jsonschema.Draft7Validator)
validator.check_schema(schema)
validator(schema).validate(json.load(open(sys.argv[2])))' "$schema" "$tmp/out" 2>"$tmp/err" ||
		fail "$* does not fit $schema"
}
fits check-config 0 --json --check-config
fits status 3 --json status
out_has '"ok": false'
fits history 0 history --json --bans
fits bans 0 --json bans
fits check-list 0 --json check --list
fits clients-list 0 --json clients list
out_has '"complete": false'
fits clients-change 0 --json clients add 192.0.2.9 --note x
fits clients-change 0 --json clients remove 192.0.2.9
fits clients-learn 0 --json clients learn
fits release 0 --json release public/port:465/tcp
fits release-list 0 --json release --list
fits release-list 0 --json release --others
fits trust-list 0 --json trust --list
fits snapshot-list 0 --json snapshot list
[ -n "$python" ] || echo "no Python with jsonschema: JSON was not compared with its schemas"

echo "$n calls"
exit $bad
