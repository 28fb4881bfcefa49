# SPDX-License-Identifier: GPL-2.0-or-later
# What people type first, and what they are told: a mistyped item is refused, a permanent one is
# said to stay, with what closes it; bans are counted, not rules; in panic mode nothing is open; and
# who may read nothing is told that in one line.
f2b_up
# a rule for each port
sed -i 's/port="%(port)s"/port="smtp,imaps,smtps"/' /etc/fail2ban/jail.local
need "fail2ban takes it" f2b reload
watch_up
need "imaps is permanent" fwc --permanent --add-service=imaps
mail_open
mail_heard
need "a mistyped service is refused" exits 2 guard release public/service:imasp
need "with what was meant" err_has 'there is no such item.*did you mean public/service:(imaps|imap)\?'
need "so is a mistyped zone" exits 2 guard release publik/service:imap
need "with what was meant" err_has 'did you mean public/service:imap\?'
need "nothing was released" exits 0 guard release --list
need "at all" out_has 'nothing is released'
need "what is open is released" exits 0 guard release public/service:imap
need "until when it stays" out_has 'stays open until the next reload'
need "what is permanent as well" exits 0 guard release public/service:imaps
need "and that this closes nothing" out_has 'permanent: every reload opens it all the same\. To close it:'
need "what does" out_has '^ +firewall-cmd --permanent --zone=public --remove-service=imaps && firewall-cmd --zone=public --remove-service=imaps$'
need "of ssh" exits 0 guard release public/service:ssh
need "there is no such command" not grep -q firewall-cmd "$W/out"
need "it is taken back" exits 0 guard release --undo public/service:imap

f2b set lab banip 10.77.0.3
f2b set lab banip 203.0.113.9
need "both are banned, by three rules each" within 10 snapshot_has_rules 6
need "the reload" fwc --reload
need "bans are counted" within 15 said 'restored 2 bans \(6 of 6 rules\)'
need "when they are lost, too" said '2 bans lost \(6 rules\): fail2ban still holds 2 '
need "so does status" exits 0 guard status
need "of both" out_has '^its bans   2 lost, 2 restored in .* \(6 rules\)$'
guard --json status >"$W/out"
need "JSON has both numbers" json 'd["last_wipe"]["bans"]["addresses"] == 2 and d["last_wipe"]["bans"]["lost"] == 6'
need "and the history" exits 0 guard history
need "who it was" out_has 'bans restored \(2\) +.*10\.77\.0\.3.* \(6 rules\)$'
need "explain knows" exits 1 guard explain 10.77.0.3 imaps
need "that the ban outlives a reload" out_has 'jail lab, .*; runtime only: the guard puts it back after a reload'

need "panic mode" fwc --panic-on
need "status says so at once" exits 1 guard status
need "first" eval 'head -n 1 "$W/out" | grep -q "^Nobody gets in: panic mode is on\."'
need "nothing is open" not out_has '^public/[a-z]*:\S+ +open'
need "and explain does not say it" exits 1 guard explain 10.77.0.2 imaps
need "of any port" out_has '993/tcp would be open'
need "panic mode ends" fwc --panic-off

chmod 755 "$W"
anybody() { timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups "$GUARD" -c "$CONF" --state "$STATE" "$@"; }
for command in status check explain\ 10.77.0.2 conflicts; do
	# shellcheck disable=SC2086
	need "without root $command" exits 3 anybody $command
	need "says once what is missing" err_has "firewalld's rules, fail2ban's bans and what is on record are for root only; run it as root"
	[ "$(wc -l <"$W/err")" = 1 ] || fail "$command says more: $(cat "$W/err")"
done
by_nobody() { timeout 20 setpriv --reuid=65534 --regid=65534 --clear-groups "$GUARD" -c "$CONF" "$@"; }
for command in after-boot restore metrics watch; do
	need "nor does $command wait or do anything" not by_nobody $command >"$W/out" 2>"$W/err"
	need "it says who can" grep -qE '; run it as root$|needs root' "$W/err"
	need "and no more" not grep -qE 'waiting for|systemctl status|firewalld_up 0|watching' "$W/out" "$W/err"
done
mkdir -p "$STATE/setup" && touch "$STATE/setup/pending"
need "nor may anybody confirm a setup" exits 1 anybody setup --confirm
need "which says who may" err_has 'setup: Permission denied; run it as root'
rm "$STATE/setup/pending"
need "nor is it an error of firewalld's" exits 3 anybody check
need "but what is not known" not grep -q '^error' "$W/out"

need "firewalld ends" fw_down
need "which every answer fails for" exits 3 guard status
need "it does not run" out_has '^Firewalld is not running'
need "and what that means is said" out_has "none of its rules are in the kernel: every port is open, unless others shut it"
