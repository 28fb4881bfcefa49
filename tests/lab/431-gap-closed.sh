# SPDX-License-Identifier: GPL-2.0-or-later
# While their rules come back one by one, the banned are kept away by the guard's own table.
# As shipped: how soon it acts is judged.
. "$LAB_DIR/bans.sh"
bans=${BANS:-80}
bans_up
watch_up
mail_open
fwc --permanent --add-service=imaps
# newest first, by the second: who was banned first comes last
need "the client is banned" f2b set lab banip 10.77.0.2
need "its rule is there" within 10 banned 10.77.0.2
pause 1.1 "a second of its own"
need "many others are" ban_many "$bans"
settle
table() { "$BUILD/tests/lab/gaptable" exists 2>/dev/null; }
monotonic() { /usr/bin/python3 -c 'import time; print(time.monotonic_ns() // 1000)'; }
need "no table while nothing is lost" not table
opened() { awk -v from="$1" '$1 > from && $2 == "open"' "$W/probe" | wc -l; }

# --- without it, while the rules come back one by one, the client gets through ---
conf <<-X
	[guard]
	close-gap = no
X
kill -HUP "$WATCH"
need "the configuration is read" within 5 said 'configuration was read again'
probe_up 993 2 60
reload_fast
# no rule is there for a moment, and the client's own comes last
need "the rules are lost" within 5 not rules_are $((bans + 1))
need "they come back" within 30 rules_are $((bans + 1))
probe_down
not table || fail "there was no table"
through=$(opened 0)
echo "  without the table the client got through $through times"
[ "$through" -gt 0 ] || fail "this cannot tell the one from the other"
: >"$CONF"
kill -HUP "$WATCH"
need "the wipe comes to its end" within 15 finished

# --- with it ---
probe_up 993 2 60
reload_fast
until table; do :; done
filled=$(monotonic)
need "its own rule comes back, as the last" within 30 banned 10.77.0.2
need "the table goes when all are back" within 10 not table
gone=$(monotonic)
need "and the ban holds" is_shut_from 10.77.0.2 993
pause 1 "some probes after"
probe_down
after=$(opened "$filled")
while_held=$(awk -v from="$filled" -v to="$gone" '$1 > from && $1 < to' "$W/probe" | wc -l)
echo "  $while_held attempts while the table was there"
[ "$while_held" -gt 100 ] || fail "the client tried all the time"
[ "$after" = 0 ] || fail "the banned client got through $after times after the table was filled"
need "the history" exits 0 guard history --kind gap
need "it says when" out_has 'temporary table blocks'
need "and how long" out_has 'temporary table removed after'

# --- an unban in the middle ends it in the table, too ---
need "a reload" fwc --reload
need "the table" within 10 table
need "the client is unbanned" f2b set lab unbanip 10.77.0.2
need "and free" within 10 is_open_from 10.77.0.2 993
need "the table goes" within 30 not table
need "still free" is_open_from 10.77.0.2 993
