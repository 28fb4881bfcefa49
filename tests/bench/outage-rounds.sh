# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/outage, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
rounds=$1
STATE=$BENCH_STATE/state
mkdir -m 700 "$STATE"
results=$W/results
mkdir "$results"

across() { # VARIANT COMMAND...: one measured turn
	probe_up 993 2 20
	sleep 0.4
	"${@:2}"
	sleep 2.6
	probe_down
	cp "$W/probe" "$results/$1.$round"
}
across_reload() { across "$1" fwc --reload; }
# back to nothing but what the stock configuration opens
clean() { need "a clean firewall" fwc --reload; }

variant_nothing() {
	mail_open
	across_reload nothing
	clean
}
variant_script() {
	mail_open
	{
		exec dbus-monitor --system "type='signal',interface='org.fedoraproject.FirewallD1',member='Reloaded'"
	} 2>/dev/null > >(
		add=()
		for service in $MAIL; do add+=("--add-service=$service"); done
		while read -r line; do
			case $line in *member=Reloaded*) fwc "${add[@]}" ;; esac
		done
	) &
	monitor=$!
	sleep 0.5
	across_reload script
	end_process $monitor
	clean
}
variant_guard() {
	watch_up
	mail_open
	sleep 1
	across_reload guard
	watch_down
	clean
}
# In a store of its own: what is permanent here is not in the other variants, and the guard
# would take that for somebody's wish.
variant_persist() {
	local STATE=$BENCH_STATE/persist.$round service
	mkdir -m 700 "$STATE"
	conf <<-C
		[guard]
		persist = yes
	C
	watch_up
	mail_open
	for service in $MAIL; do
		need "$service becomes permanent" within 10 fwc --permanent --query-service="$service"
	done
	across_reload persist
	watch_down
	conf </dev/null
	for service in $MAIL; do fwc --permanent --remove-service="$service"; done
	clean
}
# Somebody flushes the rules, and everything is open until firewalld has reloaded.
variant_flush() {
	watch_up
	mail_open
	sleep 1
	probe_up 110 2 20 "$results/shut.$round"
	shut=$PROBE
	across flush nft flush ruleset
	end_process "$shut"
	watch_down
	clean
}
# A reload breaks off, and the guard has firewalld reload; and nobody does.
break_off() {
	touch "$W/break"
	fwc --reload
	true
}
variant_broken() {
	watch_up
	mail_open
	sleep 1
	across broken break_off
	watch_down
	clean
}
# A file is refused at a start, which FAILED, into a stock configuration; and a start as it should be.
started() { # STATE
	fw_down
	fw_breakable_start
	need "it starts" within 15 "fw_$1"
}
variant_failed() {
	local STATE=$BENCH_STATE/failed.$round
	mkdir -m 700 "$STATE"
	watch_up
	mail_open
	sleep 1
	file_refused
	across failed started failed
	watch_down
	rm /etc/firewalld/zones/public.xml
	started running
	fwc --zone=public --change-interface=host0
}
variant_restarted() {
	watch_up
	mail_open
	sleep 1
	across restarted started running
	watch_down
	fwc --zone=public --change-interface=host0
	clean
}
# NetworkManager takes the interface to the default zone after each reload.
variant_network() {
	local STATE=$BENCH_STATE/network.$round
	mkdir -m 700 "$STATE"
	nm_start
	need "host0 is in the default zone" settles_in public
	watch_up
	iredmail_bound
	across_reload network
	watch_down
	nm_down
	fwc --zone=public --change-interface=host0
	clean
}
variant_permanent() {
	local add=() remove=() service
	for service in $MAIL; do
		add+=("--add-service=$service")
		remove+=("--remove-service=$service")
	done
	fwc --permanent "${add[@]}"
	clean
	across_reload permanent
	fwc --permanent "${remove[@]}"
	clean
}

# VARIANT: the traces of some reloads and of what is restored after each
all_back() { [ "$(added_after_reload | grep -c ServiceAdded)" -ge 8 ]; }
traced() {
	local turn
	for turn in 1 2 3 4 5; do
		signals_up
		sleep 0.5
		reload_fast
		need "$1 restores eight services" within 10 all_back
		sleep 0.3
		kill "$(cat "$W/signals.pid")"
		cp "$W/signals" "$results/trace-$1.$round.$turn"
	done
}
traces() {
	local bare
	mail_open
	# shellcheck disable=SC2086
	bare=$("$BUILD/tests/bench/bare-restore" public $MAIL)
	traced bare
	kill "$bare"
	watch_up
	traced guard
	watch_down
	clean
}

# as installed, but that it can be made to break a reload off
need "firewalld ends" fw_down
fw_breakable_up
need "the interface is bound" fwc --zone=public --change-interface=host0
# shellcheck source=tests/lab/nm.sh
. "$LAB_DIR/nm.sh"
nm_prepare
fwc --permanent --new-zone=iredmail
fwc --permanent --zone=iredmail --add-service=imaps
clean
for ((round = 1; round <= rounds; round++)); do
	for variant in nothing script guard persist network permanent flush broken restarted failed; do "variant_$variant"; done
	traces
	echo "round $round of $rounds" >&2
done

/usr/bin/python3 - "$results" "$rounds" <<'X'
import glob, statistics, sys
folder, rounds = sys.argv[1], int(sys.argv[2])

def outage(path):
    """milliseconds timed out, refused; was it open at the end"""
    rows = sorted((int(l.split()[0]), l.split()[1]) for l in open(path))
    lost = {"timeout": 0.0, "refused": 0.0}
    for (start, result), (following, _) in zip(rows, rows[1:]):
        if result in lost:
            lost[result] += (following - start) / 1000
    return lost["timeout"], lost["refused"], rows[-1][1] == "open"

def tell(name, values, unit="ms"):
    print(f"figure outage.{name} {statistics.median(values):.2f} {unit} {min(values):.2f} {max(values):.2f}")

for name in ("nothing", "script", "guard", "persist", "network", "permanent", "flush", "broken", "restarted", "failed"):
    seen = [outage(p) for p in glob.glob(f"{folder}/{name}.*")]
    tell(f"{name}.timed-out", [s[0] for s in seen])
    tell(f"{name}.refused", [s[1] for s in seen])
    tell(f"{name}.away", [s[0] + s[1] for s in seen])
    tell(f"{name}.open-at-the-end", [s[2] for s in seen], "share")

def exposed(path):
    """milliseconds for which what is shut was open"""
    rows = sorted((int(l.split()[0]), l.split()[1]) for l in open(path))
    return sum(following - start for (start, result), (following, _) in zip(rows, rows[1:]) if result == "open") / 1000

tell("flush.shut-was-open", [exposed(p) for p in glob.glob(f"{folder}/shut.*")])

def span(path):
    times, reloaded = [], 0
    for line in open(path):
        words = line.split()
        if words[1] == "Reloaded":
            reloaded, times = int(words[0]), []
        elif words[1] == "ServiceAdded":
            times.append(int(words[0]))
    return (times[-1] - reloaded) / 1000, (times[0] - reloaded) / 1000

spans = {n: [span(p) for p in sorted(glob.glob(f"{folder}/trace-{n}.*"))] for n in ("bare", "guard")}
for name in spans:
    tell(f"{name}.first-service", [s[1] for s in spans[name]])
    tell(f"{name}.last-service", [s[0] for s in spans[name]])
X
