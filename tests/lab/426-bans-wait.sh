# SPDX-License-Identifier: GPL-2.0-or-later
# The watcher waits for a fail2ban that crashed, and says for what; what no jail makes comes back
# as soon as all jails are known.
. "$LAB_DIR/bans.sh"
deny() { fwc --add-rich-rule="rule family=\"ipv4\" source address=\"$1\" $2"; }
bans_up
watch_up
mail_open
need "a deny that no jail makes" deny 10.77.0.3 drop
need "a ban" f2b set lab banip 10.77.0.5
need "with its rule" within 15 banned 10.77.0.5
settle
end_process "$F2B" KILL
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the ban waits" never 2 banned 10.77.0.5
need "status says for what" exits 1 guard status
need "in its line" out_has 'its bans .*[12] waits? for fail2ban, which is crashed'
need "and check" finds bans-waiting
fail2ban-server -xf start >>"$W/fail2ban.out" 2>&1 &
F2B=$!
need "fail2ban starts" within 15 f2b ping
need "the ban is back" within 20 banned 10.77.0.5
need "and the deny by hand, since no jail makes such" within 25 is_shut_from 10.77.0.3 993
