# SPDX-License-Identifier: GPL-2.0-or-later
# The store is the history of bans, the running server is their present: a ban that fail2ban
# prolonged in memory, and one that was unbanned while nobody watched.
. "$LAB_DIR/bans.sh"
BANS_JAIL="[short]
enabled = true
filter = lab
logpath = $W/short.log
port = imaps
bantime = 12
action = firewallcmd-rich-rules[name=%(__name__)s, port=\"%(port)s\", protocol=\"tcp\"]"
: >"$W/short.log"
bans_up
watch_up
mail_open
fail_again() { for _ in 1 2; do echo "$(date '+%b %e %H:%M:%S') mail imapd: login failed from 10.77.0.3" >>"$W/short.log"; done; }
holds() { fail2ban-client get "$1" banip | grep -qF "$2"; }
fail_again
need "who fails is banned" within 10 holds short 10.77.0.3
need "and kept away" within 10 is_shut_from 10.77.0.3 993
on_record() { guard bans >"$W/out" && grep -qE "^$2 +$1 " "$W/out"; }
need "it is on record" within 15 on_record short 10.77.0.3
pause 6 "a part of the ban"
fail_again
pause 8 "until the end that it had at first"
need "fail2ban holds it still" holds short 10.77.0.3
need "the client is kept away" is_shut_from 10.77.0.3 993
need "it is told to be in force" exits 0 guard bans --active
need "until when the server says" out_has '^10\.77\.0\.3 +short '
need "also without asking for those in force" exits 0 guard bans
need "as banned" out_has '^10\.77\.0\.3 +short .* banned'
over() { not holds short 10.77.0.3; }
need "then it ends" within 30 over
need "and is not in force any more" exits 0 guard bans --active
need "of nobody" not out_has '^10\.77\.0\.3 +short '

need "another ban, without the hook" f2b set other banip 10.77.0.4
need "is on record" within 15 on_record other 10.77.0.4
watch_down
need "the watcher is away when it is unbanned" f2b set other unbanip 10.77.0.4
gone() { guard bans >"$W/out" && grep -qE '^10\.77\.0\.4 +other .* ended: not held by fail2ban' "$W/out"; }
need "which the server says" within 40 gone
need "it is not in force" exits 0 guard bans --active
need "of nobody" not out_has '^10\.77\.0\.4 '

# a server that runs and does not answer: what is on record is not all
need "banned by a jail without the hook, and nobody watches" f2b set other banip 10.77.0.5
need "which is told" exits 0 guard bans --active
need "by the server" out_has '^10\.77\.0\.5 +other '
kill -STOP "$F2B"
need "fail2ban hangs" exits 1 guard bans --active
need "that is said" grep -q 'fail2ban does not say what it holds' "$W/err"
need "who was banned is told as it is on record" out_has '^10\.77\.0\.4 +other '
need "nor in JSON" exits 1 guard --json bans --active
need "where it is said" json 'd["complete"] is False and [b["address"] for b in d["bans"]] == ["10.77.0.4"]'
kill -CONT "$F2B"
need "then it answers" within 10 exits 0 guard bans --active
