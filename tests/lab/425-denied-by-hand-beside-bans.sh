# SPDX-License-Identifier: GPL-2.0-or-later
# Beside bans of fail2ban's: what none of its jails makes is by hand, and comes back; a ban that is
# over does not, also where fail2ban has ended meanwhile, and leaves no wipe each time it is tried.
. "$LAB_DIR/bans.sh"
deny() { fwc --add-rich-rule="rule family=\"ipv4\" source address=\"$1\" $2"; }
wipes() { guard --json history --kind wipe >"$W/wipes" && json 'len(d["history"])' "$W/wipes"; }
ip -n client address add 10.77.0.4/24 dev client0
bans_up
watch_up
mail_open
need "a ban" f2b set lab banip 10.77.0.4
need "with its rule" within 15 is_shut_from 10.77.0.4 993
need "a deny that no jail makes" deny 10.77.0.3 drop
settle
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the ban comes back" within 10 is_shut_from 10.77.0.4 993
need "and the deny by hand, when all jails can be known" within 25 is_shut_from 10.77.0.3 993
need "the wipe ends" within 30 finished

# fail2ban ends in order while nobody looks, and its ban is over; the deny is not
settle
watch_down
need "unbanned" f2b set lab unbanip 10.77.0.4
need "fail2ban ends" f2b_down
need "the reload" fwc --reload
n=$(wipes)
need "restore" exits 1 guard restore
need "mail is open" mail_reachable
need "brings back what is by hand" is_shut_from 10.77.0.3 993
need "not what is on record as banned" is_open_from 10.77.0.4 993
need "why" err_has 'only fail2ban knows, and it is stopped'
need "there is one wipe more" test "$(wipes)" = $((n + 1))
need "again" exits 1 guard restore
need "and none more" test "$(wipes)" = $((n + 1))
need "nor a third time" exits 1 guard restore
need "none" test "$(wipes)" = $((n + 1))
