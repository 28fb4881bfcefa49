# SPDX-License-Identifier: GPL-2.0-or-later
# metrics is what the parsers of Prometheus and OpenMetrics take, and true; export is the
# history, a JSON object a line.
parse() { # EXPRESSION [FILE]: over v, the samples by name and labels
	/usr/bin/python3 -c '
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strict
from prometheus_client.parser import text_string_to_metric_families as plain
text = open(sys.argv[2]).read()
families = list(strict(text))
assert [f.name for f in families] == [f.name for f in plain(text)], "two parsers, two answers"
assert all(f.documentation for f in families), "no help"
v = {}
for f in families:
    for s in f.samples:
        v[s.name.removeprefix("reload_guard_") + "".join("," + x for x in s.labels.values())] = s.value
if not eval(sys.argv[1]):
    print(v)
    sys.exit(1)' "$1" "${2:-$W/out}"
}
need "without firewalld, bus or store" exits 0 env DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere "$GUARD" -c "$CONF" --state "$W/none" metrics
need "  that is a metric" parse 'v["firewalld_up"] == 0 and v["store_up"] == 0 and "protected_items,open" not in v'
watch_up
mail_open
need "with firewalld" exits 0 guard metrics
need "  everything is up" parse 'v["firewalld_up"] == v["watcher_up"] == v["store_up"] == 1 and v["panic_mode"] == 0'
need "  items are counted" parse 'v["protected_items,open"] >= 4 and v["protected_items,missing"] == 0'
need "  those at risk as well" parse 'v["runtime_only_items"] >= 4'
need "a reload" fwc --reload
need "  is undone" within 10 mail_reachable
need "  and on record" within 10 eval 'exits 0 guard metrics && parse "v[\"last_wipe_items,restored\"] >= 4 and v[\"last_wipe_items,failed\"] == 0"'
need "  with its time" parse 'abs(v["last_wipe_timestamp_seconds,reload"] - v["scrape_timestamp_seconds"]) < 60 and 0 < v["last_restore_seconds"] < 30'
now=$(date +%s)
need "bans" guard hook ban --jail dovecot-sasl --address 192.0.2.1 --family inet4 --time "$now" --bantime 3600
need "  of two jails" guard hook ban --jail postfix --address 192.0.2.2 --family inet4 --time "$now" --bantime 3600
need "  are counted" within 5 eval 'exits 0 guard metrics && parse "v[\"active_bans,postfix\"] == 1"'
need "  each its own" parse 'v["active_bans,dovecot-sasl"] == 1'

need "without a collector's folder nothing is written" exits 1 guard metrics --output "$W/collector/guard.prom"
need "  which is said" err_has 'there is no folder .*/collector, where node_exporter.s textfile collector looks'
mkdir "$W/collector"
need "into a file" exits 0 guard metrics --output "$W/collector/guard.prom"
need "  the same" parse 'v["firewalld_up"] == 1' "$W/collector/guard.prom"
need "  that others can read" test "$(stat -c %a "$W/collector/guard.prom")" = 644
need "  and nothing beside it" test "$(ls "$W/collector")" = guard.prom
need "a folder that is not there" exits 1 guard metrics --output "$W/nowhere/guard.prom"
need "  is named" err_has 'nowhere'
mount -t tmpfs -o size=4k tmpfs "$W/collector"
head -c 4096 /dev/zero >"$W/collector/full" 2>/dev/null
need "a full disk" exits 1 guard metrics --output "$W/collector/guard.prom"
need "  leaves no half of a file" test "$(ls "$W/collector")" = full

need "the history as lines" exits 0 guard export
need "  each an object, the oldest first" /usr/bin/python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
times = [r["at"] for r in rows]
assert times == sorted(times) and len(rows) > 8, times
kinds = [r["kind"] for r in rows]
assert kinds.index("wipe") < kinds.index("loss") < kinds.index("restore"), kinds
assert "ban" in kinds' "$W/out"
lines=$(wc -l <"$W/out")
middle=$(sed -n "$((lines / 2))p" "$W/out" | sed 's/.*"at":"\([^"]*\)".*/\1/')
guard export --until "$middle" >"$W/first"
guard export --since "$middle" >"$W/second"
need "in two parts, nothing is lost or doubled" cmp -s "$W/out" <(cat "$W/first" "$W/second")

need "a ban of an hour ago" guard hook ban --jail postfix --address 192.0.2.3 --family inet4 --time $((now - 3600)) --bantime 7200
need "  is on record" within 5 eval 'guard export >"$W/all" && grep -q "192\.0\.2\.3" "$W/all"'
need "with a cursor" exits 0 guard export --cursor-file "$W/cursor"
need "  what is older than a minute is told" eval 'test "$(wc -l <"$W/out")" -ge 1 && grep -q "192\.0\.2\.3" "$W/out"'
need "  and what is not, is from there on" cmp -s "$W/all" <(cat "$W/out" && guard export --since "$(cut -d" " -f1 "$W/cursor")")
need "  nothing is told again" eval 'exits 0 guard export --cursor-file "$W/cursor" && test ! -s "$W/out"'
need "a ban that is told late" guard hook ban --jail postfix --address 192.0.2.4 --family inet4 --time $((now - 3600)) --bantime 7200
need "  is told by the next run" within 5 eval 'guard export --cursor-file "$W/cursor" >"$W/late" && test -s "$W/late"'
need "  alone" eval 'test "$(wc -l <"$W/late")" = 1 && grep -q "192\.0\.2\.4" "$W/late"'
need "  and once" eval 'exits 0 guard export --cursor-file "$W/cursor" && test ! -s "$W/out"'
cp "$W/cursor" "$W/before"
echo 2020-01-01 >"$W/cursor"
need "a reader that is gone" eval '! guard export --cursor-file "$W/cursor" >/dev/full'
need "  leaves the cursor" grep -qx 2020-01-01 "$W/cursor"
echo nonsense >"$W/cursor"
need "a cursor that is none" exits 2 guard export --cursor-file "$W/cursor"
need "  and one beside a time" exits 2 guard export --cursor-file "$W/before" --since -1h
need "no store" exits 4 "$GUARD" -c "$CONF" --state "$W/none" export
