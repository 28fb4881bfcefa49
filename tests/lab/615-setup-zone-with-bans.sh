# SPDX-License-Identifier: GPL-2.0-or-later
# fail2ban bans in the zone that the interface is to leave. The command that `setup` prints has it
# ban in the new one, and moves: who was banned is, all the time after, and what is open stays so.
. "$LAB_DIR/setup.sh"
systemd_up
mail_open
f2b_up
old_attack lab "login failed" 10.77.0.3
need "a client is banned" within 20 is_shut_from 10.77.0.3 993
need "so the move is refused" exits 1 guard setup --zone mail --interface host0
need "with the reason" out_has 'fail2ban bans in zone public \(lab\)'
sed -n 's/^    //p' "$W/out" | tail -n 1 >"$W/mend"
guard --json setup --zone mail --interface host0 >"$W/out"
need "in JSON, too" json '"zone mail" in d["refused"] and d["fix"].startswith("reload-guard setup --zone mail --apply")'
need "the command" bash -e "$W/mend"
need "moves the interface" bound mail
need "the ban is in the new zone" within 20 sh -c 'firewall-cmd --zone=mail --list-rich-rules | grep 10.77.0.3'
need "the client is kept out" is_shut_from 10.77.0.3 993
need "mail is open" served_open
need "and it waits for an answer" exits 0 guard setup --confirm
need "one more ban" f2b set lab banip 10.77.0.4
need "is in the new zone as well" within 20 sh -c 'firewall-cmd --zone=mail --list-rich-rules | grep 10.77.0.4'
need "there is nothing to do" exits 0 guard setup
