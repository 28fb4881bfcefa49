# SPDX-License-Identifier: GPL-2.0-or-later
# The history and the log name who wiped firewalld: the caller, its parent, SIGHUP.
watch_up -v
mail_open
need "calls are seen" within 5 said 'seeing who calls'
caused() { exits 0 guard history --kind wipe && tail -n 1 "$W/out" | grep -qE -e "$1"; }
caused_by() { need "the history says $1" within 5 caused "$1"; }

cat >"$W/bin/renew.sh" <<-X
	#!/bin/bash
	firewall-cmd -q --\$1
	exit
X
chmod +x "$W/bin/renew.sh"
need "a script reloads" renew.sh reload
caused_by 'reload by firewall-cmd \(pid [0-9]+\), called by renew.sh \(pid [0-9]+\)'
need "the log says so too" said 'reload by firewall-cmd \(pid [0-9]+\), called by renew.sh .*; lost \(9\)'
if can "a complete reload"; then
	need "a script reloads completely" renew.sh complete-reload
	caused_by 'complete reload by firewall-cmd \(pid [0-9]+\), called by renew.sh'
fi
need "LogDenied is set" renew.sh set-log-denied=all
caused_by 'LogDenied set, and so a reload, by firewall-cmd .*, called by renew.sh'

# to the unique name, with no interface: is seen as well
owner=$(dbus-send --system --print-reply=literal --dest=org.freedesktop.DBus / \
	org.freedesktop.DBus.GetNameOwner string:org.fedoraproject.FirewallD1 | tr -d ' ')
need "a reload of $owner" dbus-send --system --print-reply --dest="$owner" \
	/org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.reload >/dev/null
caused_by 'reload by dbus-send \(pid'

# a name that goes on with the sentence
cp "$W/bin/renew.sh" "$W/bin/z), from a.se"
need "a hostile script reloads" "z), from a.se" reload
caused_by 'called by z\?\?\?from\?a.se \(pid [0-9]+\)'
need "and poses as no unit" not grep -q 'from a.se' "$W/out"

# Who is refused is not to be blamed for what comes next, nor who calls somebody else.
pause 2 "so that who was refused is no candidate any more"
not setpriv --reuid=65534 --clear-groups dbus-send --system --print-reply \
	--dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 \
	org.fedoraproject.FirewallD1.reload >/dev/null 2>&1 || fail "nobody may reload"
not dbus-send --system --print-reply --dest=org.freedesktop.DBus /org/fedoraproject/FirewallD1 \
	org.fedoraproject.FirewallD1.reload >/dev/null 2>&1 || fail "the bus reloads"
not dbus-send --system --print-reply --dest=:1.0 /org/fedoraproject/FirewallD1 \
	org.fedoraproject.FirewallD1.reload >/dev/null 2>&1 || fail "the first on the bus reloads"
kill -HUP "$FW"
caused_by 'reload by SIGHUP \(sender unknown\)'

for _ in 1 2 3; do reload_fast; done
caused_by 'firewalld reloaded, [23] times in a row: reload by dbus-send \(pid|reload by dbus-send'
need "the default zone is set" renew.sh set-default-zone=work
zone_told() { exits 0 guard history --kind default-zone && grep -q 'set to work by firewall-cmd (pid [0-9]*), called by renew.sh' "$W/out"; }
need "the history says by whom" within 5 zone_told
need "and back" renew.sh set-default-zone=public
need "all mail services are reachable" within 3 mail_reachable

fw_kill
fw_start
restarted() { exits 0 guard history --kind restart && out_has 'cause unknown' >/dev/null; }
need "of a restart without systemd it knows nothing, and says so" within 10 restarted
need "the watcher lives" watching
