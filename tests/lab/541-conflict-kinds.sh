# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever denies, and whether it has an effect: as the wire shows it for 10.77.0.2,
# of the client range 10.77.0.0/24, and fd77::2, of fd77::/64.
conf <<X
[clients]
ranges = 10.77.0.0/24 fd77::/64
X
mail_open
# effective PATTERN, harmless PATTERN WHY
effective() { exits 1 guard conflicts && out_has "$1" && out_has "${2:-from smtp \(25\)}"; }
harmless() { exits 0 guard conflicts --all && out_has "$1" && out_has "without effect: $2"; }
undo() { fwc --reload && within 5 fw_running && mail_open; }
rule() { fwc --zone="${2:-public}" --add-rich-rule="$1"; }

rule 'rule family="ipv4" source address="10.77.0.0/24" reject'
need "equal" effective 'is exactly 10\.77\.0\.0/24'
need "is shut" is_shut_from 10.77.0.2 25
rule 'rule priority="-5" family="ipv4" source address="10.77.0.0/24" accept'
need "an accept of higher priority undoes it" harmless '^rule.*reject in zone public' 'rule priority="-5".* lets them in before it'
need "is open" is_open_from 10.77.0.2 25
undo
rule 'rule family="ipv4" source address="10.77.0.0/24" drop' dmz
need "a zone where no packet of theirs comes" harmless 'in zone dmz' 'their packets do not reach zone dmz'
need "is open" is_open_from 10.77.0.2 25
rule 'rule family="ipv4" source address="10.77.0.2" service name="ssh" drop'
need "what is no mail" harmless 'name="ssh"' 'it concerns no mail service'
undo
rule 'rule family="ipv6" source address="fd77::/16" drop'
need "IPv6" effective 'fd77::/16 covers fd77::/64.*: 18446744073709551616 addresses'
need "is shut" not is_open6 25
undo
rule 'rule family="ipv4" source NOT address="10.77.0.128/25" drop'
need "all but some" effective 'overlaps in part 10\.77\.0\.0/24.*128 addresses'
need "is shut" is_shut_from 10.77.0.2 25
undo
fwc --zone=drop --add-source=10.77.0.0/30
need "a zone that drops" effective 'zone drop, target DROP, with the source 10\.77\.0\.0/30'
need "is shut" is_shut_from 10.77.0.2 25
need "what to do" out_has "=> *firewall-cmd --zone=drop --remove-source=10\.77\.0\.0/30"
undo
fwc --permanent --new-ipset=bad --type=hash:net
fwc --permanent --ipset=bad --add-entry=10.77.0.0/29
fwc --permanent --ipset=bad --add-entry=192.0.2.0/24
undo
rule 'rule source ipset="bad" drop'
need "an ipset" effective 'ipset:bad overlaps in part 10\.77\.0\.0/24.*8 addresses' 'remove-entry=10\.77\.0\.0/29'
need "is shut" is_shut_from 10.77.0.2 25
undo
fwc --permanent --new-policy=front
fwc --permanent --policy=front --add-rich-rule='rule family="ipv4" source address="10.77.0.2" reject'
undo
need "a policy that is in nobody's way" harmless 'in policy front' 'their packets do not come through policy front'
fwc --permanent --policy=front --add-ingress-zone=ANY
fwc --permanent --policy=front --add-egress-zone=HOST
undo
need "a policy" effective 'in policy front' 'permanent'
need "is shut" is_shut_from 10.77.0.2 25
fwc --permanent --delete-policy=front
undo
nft add table inet other
nft add chain inet other inward '{ type filter hook input priority -10; }'
nft add rule inet other inward ip saddr 10.77.0.2 tcp dport '{ 25, 993 }' drop
need "a chain of others" effective 'in table inet other, chain inward' 'from smtp \(25\), imaps \(993\)'
need "is shut" is_shut_from 10.77.0.2 25
need "the rest is open" is_open_from 10.77.0.2 143
nft delete table inet other
need "nobody is cut off" exits 0 guard conflicts
