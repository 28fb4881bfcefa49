# SPDX-License-Identifier: GPL-2.0-or-later
# A rule or a ban that cuts legitimate clients off is warned of when it is made,
# once, whatever its number of rules; others are not; what fail2ban ignores counts.
F2B_JAIL='
[raw]
enabled = true
filter = none
ignoreip = 203.0.113.0/28
ignoreself = false
logpath = '$W'/mail.log
action = reload-guard[guard="'$W'/bin/reload-guard"]'
printf '[Definition]\nfailregex = ^never <HOST>$\n' >/etc/fail2ban/filter.d/none.conf
conf <<X
[clients]
ranges = 10.77.0.0/24
X
warned() { said "clients are cut off: $1"; }
times() { [ "$(grep -c "clients are cut off: $1" "$W/watch.log")" = "$2" ]; }
f2b_up
watch_up
fwc --add-rich-rule='rule family="ipv4" source address="10.0.0.0/8" drop'
need "a rule over the range is warned of" within 3 warned '10\.0\.0\.0/8.* covers the client range 10\.77\.0\.0/24 \(configured\)'
fwc --remove-rich-rule='rule family="ipv4" source address="10.0.0.0/8" drop'
fwc --add-rich-rule='rule family="ipv4" source address="10.78.0.0/16" drop'
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.9" port port="22" protocol="tcp" drop'
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.9" accept'

attack 10.77.0.2
need "a ban in the range is warned of" within 10 warned '10\.77\.0\.2,.* lies inside the client range 10\.77\.0\.0/24'
need "it is in the history" within 3 eval 'guard history | grep -q "conflict .*10\.77\.0\.2"'
f2b set raw banip 10.77.0.3
need "a ban that has no rule is warned of, with its jail" within 10 warned '10\.77\.0\.3,.* banned by jail raw'
f2b set raw banip 203.0.113.0/24
need "one that covers what fail2ban ignores is, too" within 10 warned '203\.0\.113\.0/24.* covers the client range 203\.0\.113\.0/28 \(ignoreip\)'

f2b set lab unbanip 10.77.0.2
need "the ban ends" within 10 eval '! fw_zone getRichRules "" | grep -q 10.77.0.2'
guard clients add 10.78.3.0/24 --note 'the branch office' >"$W/out"
need "a rule that was there cuts off a range that is new" within 5 warned '10\.78\.0\.0/16.*10\.78\.3\.0/24 \(hand: the branch office\)'
need "nothing was said of what harms nobody" not warned '10\.77\.0\.9'
need "each is said once" times '10\.77\.0\.2,' 1
need "also where a rule went with it" times '10\.0\.0\.0/8' 1
