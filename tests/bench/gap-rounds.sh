# SPDX-License-Identifier: GPL-2.0-or-later
# The rounds of tests/bench/gap, in a world made by tests/lab/lab.sh.
# shellcheck shell=bash
bans=$1 rounds=$2
. "$LAB_DIR/bans.sh"
results=$W/results
mkdir "$results"
seconds=$((bans / 20 + 20)) # longer than the rules take, at 25 ms each
bans_up
need "IMAP is open for good" fwc --permanent --add-service=imaps
need "a reload" fwc --reload
need "the client is banned" f2b set lab banip 10.77.0.2
need "its rule is there" within 10 banned 10.77.0.2
sleep 1.1 # tickets have whole seconds, and this one is to be the oldest
echo "setting up $bans bans" >&2
need "and $bans others" ban_many "$bans"
mapfile -t others < <(tickets lab | grep -v '^10\.77')
all_there() { rules_are $((bans + 1)); }
need "all have rules" within 60 all_there

across_reload() { # VARIANT SECONDS: one measured reload
	signals_up
	probe_up 993 2 "$(($2 + 5))"
	sleep 0.5
	fwc --reload
	[ "$1" = nothing ] || within "$2" all_there
	sleep 2
	probe_down
	kill "$(cat "$W/signals.pid")"
	cp "$W/probe" "$results/$1.$round"
	cp "$W/signals" "$results/$1.$round.signals"
}
with_guard() { # VARIANT CLOSE-GAP
	conf <<-C
		[guard]
		close-gap = $2
	C
	watch_up
	settle
	across_reload "$1" "$seconds"
	need "all rules are back" all_there
	cp "$W/watch.log" "$results/$1.$round.log"
	watch_down
}

for ((round = 1; round <= rounds; round++)); do
	with_guard rules no
	with_guard closed yes
	across_reload nothing 10
	[ "$round" = "$rounds" ] || rules_add 10.77.0.2 "${others[@]}"
	echo "round $round of $rounds" >&2
done
# what whoever bans again does for each ban, fail2ban's own restore too
for turn in 1 2 3 4 5; do
	begin=$(now_ms)
	need "a ban by firewall-cmd" fwc --add-rich-rule="$(rule_for "198.19.0.$turn")"
	echo $(($(now_ms) - begin)) >>"$results/by-firewall-cmd"
done
for n in 1000 10000; do
	for turn in 1 2 3 4 5; do
		awk -v n=$n 'BEGIN { print "default public"; for (i = 0; i < n; i++) printf "3600 public/rule:rule family=\"ipv4\" source address=\"%d.%d.%d.%d\" port port=\"imaps\" protocol=\"tcp\" reject type=\"icmp-port-unreachable\"\n", 100 + i / 60000, i / 250 % 250, i % 250, 1 + i % 2 }' |
			"$BUILD/tests/lab/gaptable" fill | sed "s/.* sets, /$n /" >>"$results/fill"
	done
done
"$BUILD/tests/lab/gaptable" drop

/usr/bin/python3 - "$results" "$rounds" "$bans" <<'X'
import glob, re, statistics, sys
folder, rounds, bans = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

def free(path):
    """milliseconds in which the client got through, how often, and the last time after Reloaded"""
    rows = sorted((int(l.split()[0]), l.split()[1]) for l in open(path))
    reloaded = max(int(l.split()[0]) for l in open(path + ".signals") if l.split()[1] == "Reloaded")
    total = count = 0
    last = None
    for (start, result), (following, _) in zip(rows, rows[1:] + [(rows[-1][0] + 2000, "")]):
        if result == "open":
            total += following - start
            count += 1
            last = start
    return total / 1000, count, None if last is None else (last - reloaded) / 1000, rows[-1][1] == "open"

def tell(name, values, unit="ms"):
    print(f"figure gap.{name} {statistics.median(values):.2f} {unit} {min(values):.2f} {max(values):.2f}")

for name in ("nothing", "rules", "closed"):
    seen = [free(p) for p in glob.glob(f"{folder}/{name}.*") if re.fullmatch(r".*\.\d+", p)]
    tell(f"{name}.free", [s[0] for s in seen])
    tell(f"{name}.connections", [s[1] for s in seen], "times")
    tell(f"{name}.free-at-the-end", [s[3] for s in seen], "share")
    lasts = [s[2] for s in seen if s[2] is not None]
    if lasts:
        tell(f"{name}.last-after-reloaded", lasts)
    if lasts and name == "rules":
        tell("rules.per-ban", [last / bans for last in lasts])
fills = [(int(l.split()[0]), int(l.split()[1])) for l in open(f"{folder}/fill")]
for n in (1000, 10000):
    tell(f"fill-{n}", [t / 1000 for m, t in fills if m == n])
tell("by-firewall-cmd", [int(l) for l in open(f"{folder}/by-firewall-cmd")])
X
