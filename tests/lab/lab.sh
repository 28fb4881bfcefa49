#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# lab.sh SCRIPT [ARGUMENT...] - runs SCRIPT (bash, sourced) in a world of its own:
# network, mount and pid namespaces, its own /run, bus, firewalld and fail2ban, mail
# listeners, and a client in another network namespace behind a veth pair.
#
#   server 10.77.0.1, fd77::1     client 10.77.0.2, 10.77.0.3, fd77::2
#
# Everything lives in the namespaces and on a tmpfs in them: when the first process
# ends, by whatever signal, the kernel takes all of it away, and the host has seen nothing.
#
# Environment: BUILD (build tree; default: the current folder), GUARD (the binary;
# default $BUILD/reload-guard), HOOK (fail2ban's hook; default $BUILD/reload-guard-hook), LAB_LIMIT (seconds, default 60), LAB_KEEP (a folder that
# receives the logs of a failed scenario), LAB_BARE=1 (set up the world, start nothing).
#
# Exit status: 0 passed, 1 failed, 2 misuse, 124 over the time limit.
set -u
LAB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$LAB_DIR/../.." && pwd)
# shellcheck source=tests/generations.sh
. "$TOP/tests/generations.sh"
# shellcheck source=tests/waits.sh
. "$TOP/tests/waits.sh"

# --- outside: check what is needed, open the namespaces, see to it that they end --------

outside() {
	local script=${1:-} pid status tool
	[ -f "$script" ] || { echo "usage: lab.sh SCRIPT [ARGUMENT...]" >&2; exit 2; }
	[ "$(id -u)" = 0 ] || { echo "lab.sh: needs root, for the namespaces" >&2; exit 2; }
	export BUILD=${BUILD:-$PWD} LAB_DIR TOP
	BUILD=$(cd "$BUILD" && pwd) || exit 2
	export GUARD=${GUARD:-$BUILD/reload-guard} HOOK=${HOOK:-$BUILD/reload-guard-hook} LAB_LIMIT=${LAB_LIMIT:-60}
	for tool in "$GUARD" "$HOOK" "$BUILD"/tests/lab/{connect,gaptable,listener,notify,probe,signals}; do
		[ -x "$tool" ] || { echo "lab.sh: $tool is missing: run make in $BUILD, or set BUILD" >&2; exit 2; }
	done
	for tool in dbus-daemon firewalld firewall-cmd ip nft unshare; do
		command -v "$tool" >/dev/null || { echo "lab.sh: $tool is missing: see packaging/deps" >&2; exit 2; }
	done
	layer_packages "$script"
	trap 'stop_inside 130' INT
	trap 'stop_inside 143' TERM HUP
	# the first process in there is killed with unshare, and all others with the first;
	# unshare of util-linux 2.36 would have them all ignore SIGTERM
	LAB=inside unshare -n -m -p --propagation private --fork --kill-child --mount-proc \
		env --default-signal=INT,TERM bash "$LAB_DIR/lab.sh" "$@" <&0 &
	pid=$!
	wait "$pid"
	status=$?
	trap - INT TERM HUP
	exit "$status"
}

# A scenario that sources nm.sh has a real NetworkManager, one that sources firewalls.sh other
# firewalls, containers.sh Docker and libvirt, and fleet.sh what many hosts are watched with:
# this system's, installed or not.
layer_packages() { # SCRIPT
	local layer
	if grep -q '/nm\.sh"' "$1"; then
		layer=network
	elif grep -q '/containers\.sh"' "$1"; then
		layer=containers
	elif grep -q '/firewalls\.sh"' "$1"; then
		layer=firewalls
	elif grep -q '/fleet\.sh"' "$1"; then
		layer=fleet
	else
		return 0
	fi
	LAB_LAYER=$(unshare -m -p --propagation private --fork --kill-child --mount-proc \
		env --default-signal=INT,TERM "$TOP/tests/machine/layer" "$layer") || { echo "lab.sh: $LAB_LAYER" >&2; exit 2; }
	export LAB_LAYER=${LAB_LAYER##*$'\n'}
}

stop_inside() {
	kill -KILL "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	exit "$1"
}

# --- inside, as the first process: the world, the scenario's time limit, its verdict -----

# the configuration as the package ships it, whatever this host made of its own
stock_firewalld() {
	mkdir -p "$W/firewalld"/{zones,services,policies,ipsets,icmptypes,helpers}
	cp /etc/firewalld/firewalld.conf "$W/firewalld/" 2>/dev/null
	sed -i 's/^DefaultZone=.*/DefaultZone=public/' "$W/firewalld/firewalld.conf" 2>/dev/null
	cp /etc/firewalld/lockdown-whitelist.xml "$W/firewalld/" 2>/dev/null
	mount --bind "$W/firewalld" /etc/firewalld
}

stock_fail2ban() {
	[ -d /etc/fail2ban ] || return 0
	cp -r /etc/fail2ban "$W/fail2ban"
	rm -rf "$W/fail2ban/jail.local" "$W/fail2ban/jail.d" "$W/fail2ban/fail2ban.local" "$W/fail2ban/fail2ban.d"
	mkdir -p "$W/fail2ban/jail.d" "$W/fail2ban/fail2ban.d" /var/lib/fail2ban
	mount --bind "$W/fail2ban" /etc/fail2ban
	mount -t tmpfs tmpfs /var/lib/fail2ban
}

network() {
	ip link set lo up
	ip netns add client
	ip link add host0 type veth peer name client0 netns client
	ip address add 10.77.0.1/24 dev host0
	ip -6 address add fd77::1/64 dev host0 nodad
	ip link set host0 up
	ip -n client link set lo up
	ip -n client address add 10.77.0.2/24 dev client0
	ip -n client address add 10.77.0.3/24 dev client0
	ip -n client -6 address add fd77::2/64 dev client0 nodad
	ip -n client link set client0 up
	# else the kernel answers only some of a fast client's attempts, and a rejected port
	# looks like one that drops
	sysctl -q -w net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
}

world() {
	mount -t tmpfs -o mode=755 tmpfs /run || return 1
	mkdir -p /run/{dbus,firewalld,fail2ban,netns,lock,reload-guard,lab}
	W=/run/lab
	export W TMPDIR=$W
	# what is looked for stands on one line; 586 looks at terminals
	export COLUMNS=10000
	STATE=$W/state
	CONF=$W/reload-guard.conf
	mkdir -p "$W/bin" "$STATE"
	: >"$CONF"
	chmod 700 "$STATE"
	# as the first process has no parent's bus or service manager to talk to
	unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID LISTEN_FDS
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/dbus/system_bus_socket
	export GUARD STATE CONF PATH="$W/bin:$PATH"
	# what hooks and scenarios call by its name
	printf '#!/bin/sh\nexec "%s" -c "%s" --state "%s" "$@"\n' "$GUARD" "$CONF" "$STATE" >"$W/bin/reload-guard"
	printf '#!/bin/sh\nexec "%s" --state "%s" "$@"\n' "$HOOK" "$STATE" >"$W/bin/reload-guard-hook"
	chmod +x "$W/bin/reload-guard" "$W/bin/reload-guard-hook"
	stock_firewalld && stock_fail2ban && network
}

inside() {
	local script=$1 name status start_ms took scenario
	name=$(basename "$script" .sh)
	SCENARIO=$name
	trap 'exit 143' TERM HUP
	trap 'exit 130' INT
	start_ms=$(now_ms)
	world || { echo "FAILED $name: the lab could not be set up"; exit 1; }
	shift
	# a bus that nobody waits for, a scenario in its own shell: it can be ended from here
	(
		if [ -z "${LAB_BARE:-}" ]; then
			mail_listeners
			bus_up
			fw_up
		fi
		# shellcheck source=/dev/null
		. "$script"
	) <&0 &
	scenario=$!
	( sleep "$LAB_LIMIT"; echo "over its $LAB_LIMIT s" >"$W/late"; kill -KILL "$scenario" ) &
	wait "$scenario"
	status=$?
	took=$(($(now_ms) - start_ms))
	took=$((took / 1000)).$((took / 100 % 10))
	# of a build with sanitizers: what they found, wherever it did not end the scenario
	if [ "$status" = 0 ] && grep -sE 'runtime error:|(Address|Leak)Sanitizer:' "$W"/*.log "$W"/err; then
		status=1
	fi
	if [ "$status" = 0 ]; then
		[ -n "${LAB_QUIET:-}" ] || echo "ok $name ${took} s"
		exit 0
	fi
	[ -e "$W/late" ] && { status=124; echo "  $(cat "$W/late")"; }
	[ -n "${LAB_QUIET:-}" ] || { evidence; echo "FAILED $name ${took} s"; }
	exit "$status"
}

# what a person wants to see of a failure
evidence() {
	local log
	for log in watch hook bus firewalld fail2ban; do
		[ -s "$W/$log.log" ] || continue
		echo "  --- the end of $log.log"
		tail -n "${LAB_TAIL:-25}" "$W/$log.log" | cut -c1-300 | sed 's/^/  /'
	done
	if [ -n "${LAB_KEEP:-}" ]; then
		mkdir -p "$LAB_KEEP/$name"
		cp -r "$W/." "$LAB_KEEP/$name/" 2>/dev/null
		nft list ruleset >"$LAB_KEEP/$name/ruleset" 2>/dev/null
	fi
}

# --- for scenarios ------------------------------------------------------------------------

# need WHAT COMMAND...: the scenario fails, saying WHAT, unless COMMAND succeeds
need() {
	local what=$1
	shift
	"$@" && return 0
	fail "$what"
}

# can PART [SCENARIO]: false, and said, where this generation cannot (tests/generations)
can() { ! generations_lack "${2:-$SCENARIO}: $1"; }

fail() {
	echo "  falls short: $*$(caller_line)"
	exit 1
}
caller_line() {
	local i
	for ((i = 1; i < ${#BASH_SOURCE[@]}; i++)); do
		[ "${BASH_SOURCE[i]}" -ef "$LAB_DIR/lab.sh" ] || { echo " (line ${BASH_LINENO[i - 1]} of $(basename "${BASH_SOURCE[i]}"))"; return; }
	done
}
said() { grep -qiE -e "$1" "${2:-$W/watch.log}"; }

# exits STATUS COMMAND...: its output goes to $W/out, $W/err
exits() {
	local want=$1 got
	shift
	"$@" >"$W/out" 2>"$W/err"
	got=$?
	[ "$got" = "$want" ] && return 0
	echo "  exit status $got instead of $want: $*"
	sed 's/^/    /' "$W/out" "$W/err" | head -n 20
	return 1
}
out_has() { grep -qiE -e "$1" "$W/out" || { echo "  no /$1/ in:"; sed 's/^/    /' "$W/out" | head -n 30; return 1; }; }
err_has() { grep -qiE -e "$1" "$W/err" || { echo "  no /$1/ in:"; sed 's/^/    /' "$W/err" | head -n 30; return 1; }; }

# json EXPRESSION [FILE]: python over the document d; prints the result, false when it is falsy
json() {
	/usr/bin/python3 -c '
import json, sys
d = json.load(open(sys.argv[2]))
r = eval(sys.argv[1])
print(json.dumps(r) if not isinstance(r, str) else r)
sys.exit(0 if r else 1)' "$1" "${2:-$W/out}"
}

# systemctl_up: the commands that findings print have a service manager; see there
systemctl_up() { ln -sf "$LAB_DIR/systemctl" "$W/bin/systemctl" && hash -r; }
# service_manager_up: the guard has one, too, on the bus
service_manager_up() {
	systemctl_up
	"$LAB_DIR/service-manager.py" >"$W/service-manager" 2>&1 &
	need "the service manager has its name" within 5 said '^ready' "$W/service-manager"
}
# daemon_pid SERVICE
daemon_pid() {
	case $1 in
	firewalld) pgrep -xo firewalld ;;
	fail2ban) pgrep -xo fail2ban-server ;;
	reload-guard) pgrep -fo "^$GUARD .* watch\$" ;;
	*) kill -0 "$(cat "$W/services/$1.pid")" && cat "$W/services/$1.pid" ;;
	esac 2>/dev/null
}

# --- the bus ---

bus_up() {
	local policy=/usr/share/dbus-1/system.conf
	[ -e "$policy" ] || policy=/etc/dbus-1/system.conf
	rm -f /run/dbus/system_bus_socket
	dbus-daemon --config-file="$policy" --nofork --nopidfile --nosyslog \
		--address="$DBUS_SYSTEM_BUS_ADDRESS" >>"$W/bus.log" 2>&1 &
	BUS=$!
	need "the bus comes up" within 5 bus_answers
}
bus_answers() { dbus-send --system --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId >/dev/null 2>&1; }
bus_down() { end_process "$BUS" "${1:-TERM}"; }

# end_process PID [SIGNAL]
end_process() {
	kill "-${2:-TERM}" "$1" 2>/dev/null
	wait "$1" 2>/dev/null
	within 10 not kill -0 "$1" 2>/dev/null
}

# --- firewalld ---

fw_start() {
	firewalld --nofork --nopid --log-file "$W/firewalld.log" >>"$W/firewalld.out" 2>&1 &
	FW=$!
}
fw_up() {
	fw_start
	need "firewalld starts" within 15 fw_running
	# a zone that is bound to the interface of the clients is an active one
	[ -n "${FW_UNBOUND:-}" ] || fwc --zone=public --change-interface=host0
}
fw_state() {
	dbus-send --system --print-reply=literal --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 \
		org.freedesktop.DBus.Properties.Get string:org.fedoraproject.FirewallD1 string:state 2>/dev/null |
		awk '{print $NF}'
}
fw_running() { [ "$(fw_state)" = RUNNING ]; }
fw_failed() { [ "$(fw_state)" = FAILED ]; }
# fw_unowned: from 2.3 on firewalld's table is its own, which nobody else can change, unless that
# is switched off
fw_unowned() {
	grep -q '^NftablesTableOwner=yes' /etc/firewalld/firewalld.conf || return 0
	sed -i 's/^NftablesTableOwner=.*/NftablesTableOwner=no/' /etc/firewalld/firewalld.conf
	need "firewalld ends" fw_down
	fw_up
}
# file_refused: a file with which each release fails to start (one that is no XML 0.9 passes over)
file_refused() {
	[ -e /etc/firewalld/zones/public.xml ] || cp /usr/lib/firewalld/zones/public.xml /etc/firewalld/zones/
	sed -i 's#</zone>#<service name="no-such-service"/></zone>#' /etc/firewalld/zones/public.xml
}
fw_down() { end_process "$FW" TERM; }
# fw_fails: it ends, and its next start fails over such a file
fw_fails() {
	file_refused
	need "firewalld ends" fw_down
	fw_start
	need "its next start fails" within 15 fw_failed
}
fw_kill() { end_process "$FW" KILL; }
fwc() { firewall-cmd -q "$@" >/dev/null 2>>"$W/firewall-cmd.log"; }
# What scenarios ask again and again while they wait, asked without firewall-cmd: the start of
# that program, in Python, would be a fifth of the lab's whole time.
fw_zone() { # METHOD ZONE ARGUMENT...: what a method of zones says; an empty ZONE is the default
	local method=$1
	shift
	dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 /org/fedoraproject/FirewallD1 \
		"org.fedoraproject.FirewallD1.zone.$method" "${@/#/string:}" 2>>"$W/firewall-cmd.log"
}
fw_zone_has() { [[ $(fw_zone "$@") == *'boolean true' ]]; }
has() { fw_zone_has queryService "${2:-public}" "$1"; }
has_port() { fw_zone_has queryPort "${2:-public}" "${1%/*}" "${1#*/}"; }
has_rule() { fw_zone_has queryRichRule "${2:-}" "$1"; }
has_source() { fw_zone_has querySource "$2" "$1"; }
bound() { fw_zone_has queryInterface "$1" "${2:-host0}"; } # ZONE [INTERFACE]

# the eight that an administrator opens on a mail server
MAIL="smtp smtps smtp-submission imap imaps pop3s http https"
MAIL_PORTS="25 465 587 143 993 995 80 443"
mail_open() {
	local services=() service
	for service in $MAIL; do services+=("--add-service=$service"); done
	need "the mail services open" fwc --zone="${1:-public}" "${services[@]}"
}

# what firewalld tells everybody, from now on, in $W/signals: microseconds, member, arguments
signals_up() {
	"$BUILD/tests/lab/signals" "$W/signals" >"$W/signals.pid" || fail "the signals can be traced"
}
# added_after_reload: the services and ports added since the last Reloaded, a line each, in order
added_after_reload() { awk '$2 == "Reloaded" { n = 0 } $2 ~ /^(Service|Port)Added$/ { a[n++] = $0 } END { for (i = 0; i < n; i++) print a[i] }' "$W/signals"; }
# reload_fast: a reload without firewall-cmd's 200 ms; returns before it is done.
# The caller stays for the answer: firewalld asks polkit about it.
reload_fast() {
	dbus-send --system --print-reply --dest=org.fedoraproject.FirewallD1 \
		/org/fedoraproject/FirewallD1 org.fedoraproject.FirewallD1.reload >/dev/null 2>&1 &
}

# new_boot: from now on this is another boot of the machine, whose firewall is empty
new_boot() {
	local id
	id=$(cat /proc/sys/kernel/random/uuid)
	if [ ! -e "$W/boot_id" ]; then
		echo "$id" >"$W/boot_id"
		mount --bind "$W/boot_id" /proc/sys/kernel/random/boot_id
	else
		echo "$id" >"$W/boot_id"
	fi
	rm -f /run/reload-guard/boot-id # as everything in /run
	nft flush ruleset
}

# fw_breakable_up: firewalld as installed, but that its next reload breaks off
# - half way, when $W/break is there: its cleanup raises the same exception, at the same place, as
#   that of 2.4.1 to 2.5.2 does when something is open for a time (firewalld#1597);
# - as soon as its policy DROP is there, when $W/break-drop is: of a rule it gets no handle, as of
#   libnftables 0.9.8, which mixes two up now and then after it has refused others
fw_breakable_start() {
	mkdir -p "$W/patched"
	cat >"$W/patched/firewalld.py" <<-X
		import os, runpy, sys
		from firewall.core.fw_policy import FirewallPolicy
		clean = FirewallPolicy.cleanup
		def cleanup(self):
		    if os.path.exists("$W/break"):
		        os.unlink("$W/break")
		        raise RuntimeError("dictionary changed size during iteration")
		    return clean(self)
		FirewallPolicy.cleanup = cleanup
		from firewall.core.nftables import nftables
		load = nftables.set_rules
		def set_rules(self, rules, log_denied):
		    load(self, rules, log_denied)
		    if os.path.exists("$W/break-drop"):
		        os.unlink("$W/break-drop")
		        self.rule_to_handle.pop(self._get_rule_key(rules[-1]), None)
		        raise KeyError("handle")
		nftables.set_rules = set_rules
		sys.argv[0] = "/usr/sbin/firewalld"
		runpy.run_path("/usr/sbin/firewalld", run_name="__main__")
	X
	/usr/bin/python3 "$W/patched/firewalld.py" --nofork --nopid --log-file "$W/firewalld.log" >>"$W/firewalld.out" 2>&1 &
	FW=$!
}
fw_breakable_up() {
	fw_breakable_start
	need "a firewalld that can break starts" within 15 fw_running
}

# --- the wire ---

# shellcheck disable=SC2034
make_certificate() { # NAME DAYS FILE: signed by itself; DAYS may be negative
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$1" \
		-keyout "$3.key" -out "$3.csr" 2>/dev/null || return 1
	openssl x509 -req -in "$3.csr" -signkey "$3.key" -days "$2" -out "$3" 2>/dev/null && return 0
	# the newer openssl refuses an end before the start, and has options for both
	openssl x509 -req -in "$3.csr" -signkey "$3.key" -out "$3" 2>/dev/null \
		-not_before 20200101000000Z -not_after "$(date -u -d "$2 days" +%Y%m%d%H%M%SZ)"
}
mail_listeners() { LISTENER=$("$BUILD/tests/lab/listener" 25 80 110 143 443 465 587 993 995 2525); }
client() { ip netns exec client "$@"; }
# what is written there is this world's alone; LAYER: and what is in it is there, too
writable() { # FOLDER [LAYER]
	local scratch
	scratch=$(mktemp -d "$W/layer.XXXXXX") && mkdir "$scratch/upper" "$scratch/work" &&
		mount -t overlay overlay -o "lowerdir=${2:+$2:}$1,upperdir=$scratch/upper,workdir=$scratch/work" "$1"
}
# the packages that layer_packages has fetched, over this system's
layer_unpacked() {
	mkdir -p "$W/packages" && { [ -z "${LAB_LAYER:-}" ] ||
		tar -C "$W/packages" --xattrs --xattrs-include='trusted.overlay.*' -xf "$LAB_LAYER"; } &&
		mkdir -p "$W/packages"/{usr,etc}
}
layer_usr() { layer_unpacked && writable /usr "$W/packages/usr"; }
# reach PORT [ADDRESS [SOURCE]]: prints open, refused or timeout
reach() { client "$BUILD/tests/lab/connect" "${2:-10.77.0.1}" "$1" "${3:-}"; }
is_open() {
	local port
	for port in "$@"; do [ "$(reach "$port")" = open ] || return 1; done
}
is_open6() { [ "$(reach "$1" fd77::1)" = open ]; }
# is_shut_from SOURCE PORT, is_open_from SOURCE PORT
is_open_from() { [ "$(reach "$2" 10.77.0.1 "$1")" = open ]; }
is_shut_from() { ! is_open_from "$@"; }
is_shut() {
	local port
	for port in "$@"; do [ "$(reach "$port")" != open ] || return 1; done
}
# shellcheck disable=SC2086
mail_reachable() { is_open $MAIL_PORTS; }
probe_up() {
	ip netns exec client "$BUILD/tests/lab/probe" 10.77.0.1 "${1:-993}" "${2:-5}" "${3:-30}" "${4:-$W/probe}" &
	PROBE=$!
}
probe_down() { kill -TERM "$PROBE"; wait "$PROBE"; }
# probing PORT: a client tries all the time; stayed open|shut: once it was that, it was so always
probing() {
	rm -f "$W/probe"
	probe_up "$1" 2 10
	need "a client tries" within 3 test -s "$W/probe"
}
stayed() {
	probe_down
	awk -v want="$1" '{ so = $2 == "open" ? "open" : "shut" } so == want { seen = 1 }
		so != want && seen { bad = 1 } END { exit bad || !seen }' "$W/probe"
}

# --- the guard ---

# bounded, so that a command that hangs is a failure that names it
guard() { timeout -k 2 "${GUARD_LIMIT:-20}" "$GUARD" -c "$CONF" --state "$STATE" "$@"; }
watcher() { exec "$GUARD" -c "$CONF" --state "$STATE" "$@" watch; }
conf() { cat >"$CONF"; }
conf_guard() { printf '%s\n' "[guard]" "$@" | conf; } # LINE...

manager_up() { # plays the service manager, whose messages go to $W/notify
	[ -n "${MANAGER:-}" ] && return 0
	MANAGER=$("$BUILD/tests/lab/notify" "$W/notify.socket" "$W/notify")
}
notified() { grep -qE -e "$1" "$W/notify" 2>/dev/null; }

watch_start() {
	manager_up
	: >"$W/notify"
	NOTIFY_SOCKET=$W/notify.socket watcher "$@" >>"$W/watch.log" 2>&1 &
	WATCH=$!
}
watch_up() {
	watch_start "$@"
	need "the watcher says that it is ready" within 10 notified 'READY=1$'
}
watch_down() { end_process "$WATCH" TERM; }
watch_kill() { end_process "$WATCH" KILL; }
watching() { kill -0 "$WATCH" 2>/dev/null; }

# the last wipe is closed
finished() { guard --json status >"$W/status"; json 'd["last_wipe"]["finished"] is not None' "$W/status" >/dev/null; }

# What the guard has heard, it stores a moment later; until then it may be killed for nothing.
snapshot_last() { guard --json snapshot show "$(guard snapshot list --limit 1 | awk 'NR == 2 { print $1 }')" 2>/dev/null; }
# snapshot_has ITEM...: the last snapshot has all of them
snapshot_has() {
	local items item
	items=$(snapshot_last) || return 1
	for item in "$@"; do grep -qF "\"$item\"" <<<"$items" || return 1; done
}
# snapshot_has_rules N: so many rich rules of zones, or more (policies of firewalld and NetworkManager's own zone have some)
snapshot_has_rules() { [ "$(snapshot_last | grep '/rule:rule ' | grep -vcE 'policy:|"nm-shared/')" -ge "$1" ]; }
# mail_heard: after mail_open
mail_heard() {
	local items=() service
	for service in $MAIL; do items+=("${1:-public}/service:$service"); done
	need "the guard has heard that mail is open" within 5 snapshot_has "${items[@]}"
}

# mail_and_ban_up [ZONE]: the guard watches, mail is open, 10.77.0.3 is banned, and all of it is heard
mail_and_ban_up() {
	[ -z "${1:-}" ] || sed -i -e 's/--zone="<zone>" //' -e "s/firewall-cmd --/firewall-cmd --zone=$1 --/g" \
		/etc/fail2ban/action.d/firewallcmd-rich-rules.conf
	f2b_up
	watch_up -v
	mail_open "$@"
	mail_heard "$@"
	f2b set lab banip 10.77.0.3
	need "the ban holds" within 5 is_shut_from 10.77.0.3 993
	need "the guard has heard of it" within 8 snapshot_has_rules 1
}
# What a start that FAILED has to show: services that are permanent, and mail and a ban that are
# not. firewalld 0.9 cannot reload out of that state: the guard asks for a restart then.
mail_and_ban_to_fail() {
	conf_guard "audit-s = 0"
	service_manager_up
	need "permanent services" fwc --permanent --add-service=ssh --add-service=pop3
	need "are loaded" fwc --reload
	fwc --zone=public --change-interface=host0
	mail_and_ban_up
}

# noticed_since MS KIND: in $noticed, when the guard put the last of these events on record; after MS
noticed_since() {
	guard --json history --kind "$2" --limit 1 >"$W/noticed" &&
		noticed=$(json '(d["history"] or [{"at": "1970-01-01"}])[0]["at"]' "$W/noticed") &&
		noticed=$(date -d "$noticed" +%s%3N) && [ "$noticed" -ge "$1" ]
}

# clean NAME: that check finds nothing
clean() { guard check --only "$1" >"$W/out" 2>"$W/err" && ! grep -q ": $1: " "$W/out" || { cat "$W/out" "$W/err"; return 1; }; }
# finds NAME [WEIGHT]: it finds something, of that weight; without one, something that is not fine
finds() {
	local status
	guard check --only "$1" >"$W/out" 2>"$W/err"
	status=$?
	grep -q "${2:-}: $1: " "$W/out" && { [ -n "${2:-}" ] || [ $status = 1 ]; } || { cat "$W/out" "$W/err"; return 1; }
}
# mend: runs what the findings of the last check print
mend() {
	sed -n 's/^  fix: //p' "$W/out" >"$W/mend"
	test -s "$W/mend" && bash -e "$W/mend" >"$W/mended" 2>&1 || { cat "$W/mend" "$W/mended"; return 1; }
}
found_and_mended() { # NAME [WEIGHT]
	need "$1 is found" finds "$@"
	need "with a command" mend
	need "after which it is not ($(cat "$W/mend"))" within 10 clean "$1"
}

# --- fail2ban ---

# f2b_up: a jail over $W/mail.log: two lines "login failed from ADDRESS" are a ban of an hour
f2b_up() {
	need "the tree has built the fail2ban action" test -f "$BUILD/hooks/reload-guard.conf"
	cp "$BUILD/hooks/reload-guard.conf" /etc/fail2ban/action.d/
	: >>"$W/mail.log"
	cat >/etc/fail2ban/filter.d/lab.conf <<-X
		[Definition]
		failregex = ^.* login failed from <HOST>$
	X
	cat >/etc/fail2ban/fail2ban.local <<-X
		[Definition]
		logtarget = $W/fail2ban.log
		dbfile = /var/lib/fail2ban/fail2ban.sqlite3
		syslogsocket = auto
	X
	cat >/etc/fail2ban/jail.local <<-X
		[DEFAULT]
		backend = polling
		bantime = 3600
		findtime = 600
		maxretry = 2
		[lab]
		enabled = true
		filter = lab
		logpath = $W/mail.log
		port = imaps
		action = firewallcmd-rich-rules[name=%(__name__)s, port="%(port)s", protocol="tcp"]
		         reload-guard[guard="$W/bin/reload-guard-hook"]
	X
	[ -z "${F2B_JAIL:-}" ] || printf '%s\n' "$F2B_JAIL" >>/etc/fail2ban/jail.local
	f2b_start
}
# own_jail: before f2b_up; a jail `own` that finds nobody by itself, and bans in fail2ban's own table
# shellcheck disable=SC2034
own_jail() {
	F2B_JAIL='
[own]
enabled = true
filter = none
ignoreself = false
logpath = '$W'/mail.log
port = smtp,imaps
action = nftables-multiport[name=own, port="smtp,imaps", protocol=tcp]'
	printf '[Definition]\nfailregex = ^never <HOST>$\n' >/etc/fail2ban/filter.d/none.conf
}
# own_ipset: in OWN_IPSET the action that bans in an ipset of firewalld's own, and in
# OWN_IPSET_OPTION what to say for it: each of 1.0 and 1.1.1 has words of its own, 0.11 none yet
# shellcheck disable=SC2034
own_ipset() {
	OWN_IPSET=firewallcmd-ipset
	OWN_IPSET_OPTION=$(sed -nE 's/^(ipsettype|ipsetbackend) = ipset$/, \1=firewalld/p' /etc/fail2ban/action.d/$OWN_IPSET.conf)
	[ -z "$OWN_IPSET_OPTION" ] || return 0
	OWN_IPSET=firewallcmd-own-ipset
	sed -E -e 's/^actionstart = ipset create.*/actionstart =/' -e '/^ *(<actionflush>|ipset destroy .*)$/d' \
		-e 's/^actionflush = .*/actionflush =/' \
		-e 's/^(action(un)?ban) = ipset .*/\1 = firewall-cmd --ipset=<ipmset> --\2-entry=<ip>/' \
		-e 's/--un-entry/--remove-entry/; s/---entry/--add-entry/' \
		/etc/fail2ban/action.d/firewallcmd-ipset.conf >/etc/fail2ban/action.d/$OWN_IPSET.conf
}
# f2b_start: with the configuration that is there
f2b_start() {
	fail2ban-server -f start >>"$W/fail2ban.out" 2>&1 &
	F2B=$!
	need "fail2ban starts" within 15 f2b ping
}
f2b_kill() { end_process "$F2B" KILL; }
f2b() { fail2ban-client "$@" >>"$W/fail2ban-client.log" 2>&1; }
f2b_down() { f2b stop; wait "$F2B" 2>/dev/null; }
# old_attack JAIL WORDS ADDRESS...: 100 s ago, in a log that the jail has not looked at yet: what
# is written into one that it reads has just happened for it, from fail2ban 1.1 on
old_attack() {
	local jail=$1 words=$2 log address then
	log=$(mktemp "$W/old.XXXXXX")
	then=$(date -d '-100 sec' '+%b %e %H:%M:%S')
	for address in "${@:3}" "${@:3}"; do echo "$then mail imapd: $words from $address" >>"$log"; done
	f2b set "$jail" addlogpath "$log"
}
attack() { # ADDRESS
	local i
	for i in 1 2; do echo "$(date '+%b %e %H:%M:%S') mail imapd: login failed from $1" >>"$W/mail.log"; done
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
	if [ "${LAB:-}" = inside ]; then
		unset LAB
		inside "$@"
	else
		outside "$@"
	fi
fi
