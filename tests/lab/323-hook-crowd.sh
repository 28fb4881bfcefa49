# SPDX-License-Identifier: GPL-2.0-or-later
# Many hooks at once, while the watcher is killed and started again, and some of the hooks are
# killed: what a hook came to the end with is on record, once, and nothing else twice.
# Environment: HOOK_CROWD (how many, default 300; 10000 for the whole).
crowd=${HOOK_CROWD:-300}
export LAB_HOOK="$W/bin/reload-guard-hook"
cat >"$W/one" <<'X2'
#!/bin/sh
# $1: its number; $2: after how many seconds it is killed, 0: not
timeout -s KILL "$2" "$LAB_HOOK" hook start --jail="j$1" >>"$TMPDIR/said" 2>&1 && echo "j$1" >>"$TMPDIR/done"
exit 0
X2
chmod +x "$W/one"
: >"$W/done"
run() { # FROM TO KILLED: each of them, all at once
	seq "$1" "$2" | awk -v killed="$3" '{ print $1, killed && $1 % 5 == 0 ? "0.00" $1 % 9 + 1 : 0 }' |
		xargs -P 200 -L 1 "$W/one"
}
judge() {
	guard --json history --kind jail-start --limit 1000000 >"$W/starts" || return 1
	/usr/bin/python3 - "$W/starts" "$W/done" "$@" <<'X3'
import collections, json, sys
seen = collections.Counter(e["text"].removeprefix("jail ") for e in json.load(open(sys.argv[1]))["history"])
done = open(sys.argv[2]).read().split()
lost = [j for j in done if not seen[j]]
double = [j for j, n in seen.items() if n > 1]
print(f"  {len(done)} done, {len(seen)} on record, {len(lost)} lost, {len(double)} double", *lost[:5], *double[:5])
sys.exit(1 if lost or double else 0)
X3
}
watch_up
need "all at once" run 1 "$crowd" ""
need "as many have come to their end" test "$(wc -l <"$W/done")" = "$crowd"
need "none is lost, none is double" judge
need "nothing was said" not test -s "$W/said"

# the watcher is killed again and again meanwhile
(while [ ! -e "$W/enough" ]; do
	watch_kill
	watch_start
	pause "0.$((RANDOM % 6 + 2))" "it is killed at any instant"
done) 2>/dev/null &
killer=$!
need "again, beside kills" run $((crowd + 1)) $((crowd + crowd)) killed
touch "$W/enough"
wait "$killer"
pkill -KILL -f "^$GUARD .* watch\$"
watch_up
need "none is lost, none is double" judge
