# SPDX-License-Identifier: GPL-2.0-or-later
# Lines in the journal carry fields: of which wipe, which items, which kind. A socket of our own
# stands in the place of journald's.
ldd "$GUARD" | grep -q libsystemd || { echo "  left out: built without libsystemd"; exit 0; }
holds() { json "$1" "$W/entries" >/dev/null; }
mkdir -p /run/systemd/journal
/usr/bin/python3 - "$W/entries" <<-'P' &
	import json, socket, sys
	s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	s.bind("/run/systemd/journal/socket")
	entries = []
	while True:
	    json.dump(entries, open(sys.argv[1] + ".new", "w"))
	    __import__("os").rename(sys.argv[1] + ".new", sys.argv[1])
	    data, entry = s.recv(1 << 20), {}
	    while data:
	        line, _, data = data.partition(b"\n")
	        name, equal, value = line.partition(b"=")
	        if not equal:  # the value may have newlines: its length comes first
	            n = int.from_bytes(data[:8], "little")
	            value, data = data[8:8 + n], data[8 + n + 1:]
	        entry.setdefault(name.decode(), []).append(value.decode())
	    entries.append(entry)
P
JOURNALD=$!
need "something reads the journal" within 5 test -s "$W/entries"
: >"$W/watch.log"
export JOURNAL_STREAM=$(stat -c '%d:%i' "$W/watch.log")
watch_up
mail_open
need "one is removed" fwc --remove-service=https
kind() { echo "[e for e in d if e.get('RELOAD_GUARD_ITEM') and '$1' in e['MESSAGE'][0]]"; }
need "a removal is on record" within 5 holds "$(kind 'removed on purpose')"
need "with its item" holds "$(kind 'removed on purpose')[0]['RELOAD_GUARD_ITEM'] == ['public/service:https']"
need "a reload" fwc --reload
need "what is back is on record" within 10 holds "$(kind 'restored ')"
items="$(kind 'restored ')[0]['RELOAD_GUARD_ITEM']"
need "with the items" holds "len($items) == 8 and 'public/service:imaps' in $items and 'public/service:https' not in $items"
need "and what was lost" holds "sorted($(kind '; lost')[0]['RELOAD_GUARD_ITEM']) == sorted($items)"
need "each kind has its name" holds "len({e['MESSAGE_ID'][0] for e in d}) == 3 and all(len(e['MESSAGE_ID'][0]) == 32 for e in d)"
need "which the manual has" holds "all(e['MESSAGE_ID'][0] in open('$TOP/packaging/man/reload-guard.8').read() for e in d)"
need "loss and restore are of one wipe" holds "$(kind '; lost')[0]['RELOAD_GUARD_WIPE'] == $(kind 'restored ')[0]['RELOAD_GUARD_WIPE']"
wipe=$(json "$(kind 'restored ')[0]['RELOAD_GUARD_WIPE'][0]" "$W/entries")
guard --json history >"$W/out"
need "the one in the history" grep -qE "\"(wipe|id)\": *$wipe\b" "$W/out"
need "by name and weight" holds "all(e['SYSLOG_IDENTIFIER'] == ['reload-guard'] and e['PRIORITY'][0] in '34567' for e in d)"
not said 'restored [0-9]+ of' "$W/watch.log" || fail "the line is not there twice"
need "other lines come as ever" said '^<[0-9]>watching firewalld' "$W/watch.log"

# who does not read loses nothing
kill "$JOURNALD"
wait "$JOURNALD" 2>/dev/null
need "one more is removed" fwc --remove-service=http
need "and said on standard error" within 5 said '^<5>.*public/service:http was removed on purpose' "$W/watch.log"
