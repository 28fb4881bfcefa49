# SPDX-License-Identifier: GPL-2.0-or-later
# A guard that is killed, stopped or not permitted: what becomes of its table, and of the bans.
# As shipped: how soon it acts is judged.
. "$LAB_DIR/bans.sh"
bans=${BANS:-80}
bans_up
watch_up
mail_open
fwc --permanent --add-service=imaps
need "the client is banned" f2b set lab banip 10.77.0.2
need "its rule is there" within 10 banned 10.77.0.2
need "many others are" ban_many "$bans"
settle
table() { "$BUILD/tests/lab/gaptable" exists 2>/dev/null; }
endless() { nft list table inet reload_guard | grep elements | grep -qv 'timeout'; }
reload() {
	fwc --reload
	need "the table" within 10 table
}

reload
watch_kill
need "it outlives a killed guard" table
need "the ban is in force in it" is_shut_from 10.77.0.2 993
need "its own rule is not back" not banned 10.77.0.2
need "nothing in it lasts for ever" not endless
watch_up
need "the next guard finds it" within 5 said 'of an earlier guard taken over'
need "the ban is in force" is_shut_from 10.77.0.2 993
need "all rules come back" within 30 rules_are $((bans + 1))
need "then the table goes" within 10 not table
need "and the ban holds" is_shut_from 10.77.0.2 993
need "the wipe comes to its end" within 15 finished

reload
watch_down
need "a guard that is stopped leaves none" not table
watch_up
need "the next one makes it anew" within 10 table
need "all rules come back" within 30 rules_are $((bans + 1))
need "then the table goes" within 10 not table
need "the wipe comes to its end" within 15 finished

# one that nobody needs any more
watch_down
printf 'default public\n3000 public/rule:%s\n' "$(rule_for 10.77.0.3)" | "$BUILD/tests/lab/gaptable" fill >/dev/null
need "somebody is denied" is_shut_from 10.77.0.3 993
watch_up
need "a guard that starts removes what is not lost" within 10 is_open_from 10.77.0.3 993
need "all of it" not table
watch_down

# without the capability
: >"$W/watch.log"
manager_up
: >"$W/notify"
NOTIFY_SOCKET=$W/notify.socket setpriv --bounding-set -net_admin --inh-caps -net_admin \
	"$GUARD" -c "$CONF" --state "$STATE" watch >>"$W/watch.log" 2>&1 &
WATCH=$!
need "the watcher says that it is ready" within 10 notified 'READY=1$'
settle
fwc --reload
need "it says why there is no table" within 10 said 'no temporary table for lost bans: not permitted'
need "no table" not table
need "the rules come back all the same" within 30 rules_are $((bans + 1))
need "as fail2ban says" as_the_tickets_say lab
[ "$(grep -c 'no temporary table for lost bans' "$W/watch.log")" = 1 ] || fail "it says so once"
