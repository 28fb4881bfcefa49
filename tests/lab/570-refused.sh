# SPDX-License-Identifier: GPL-2.0-or-later
# Mail is open, and nobody gets in: by a rule, a zone, a policy, a direct rule, or the table of
# somebody else. Each is found, and mended by the command that the finding printed.
found_and_mended() { # NAME
	need "mail is shut" is_shut 993
	need "$1 is found" finds "$1" error
	need "the status is not fine, either" exits 1 guard status
	need "and names it" out_has "error: $1: "
	need "$1 is found again" finds "$1" error
	need "with a command" mend
	need "that opens it ($(cat "$W/mend"))" within 5 is_open 993 465
	need "and the finding is gone" within 5 clean "$1"
}
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
mail_open
for check in refused-by-{rule,zone,policy,direct-rule,table}; do
	need "at first nothing is wrong: $check" clean "$check"
done
need "a rule for all" fwc --add-rich-rule='rule family=ipv4 source address=0.0.0.0/0 port port=1-1024 protocol=tcp reject'
found_and_mended refused-by-rule
need "a rule for some" fwc --add-rich-rule='rule family=ipv4 source address=10.77.0.0/24 drop'
need "is another matter" clean refused-by-rule
need "as one for a corner of the Internet is" fwc --add-rich-rule='rule family=ipv4 source address=203.0.113.0/24 drop'
need "which explain tells" clean refused-by-rule
need "which ends" fwc --remove-rich-rule='rule family=ipv4 source address=10.77.0.0/24 drop'

need "everybody comes into another zone" fwc --zone=block --add-source=0.0.0.0/0
found_and_mended refused-by-zone

need "a direct rule" fwc --direct --add-rule ipv4 filter INPUT 0 -p tcp --dport 1:1024 -j REJECT
need "that stays" fwc --permanent --direct --add-rule ipv4 filter INPUT 0 -p tcp --dport 1:1024 -j REJECT
found_and_mended refused-by-direct-rule
need "for good" not fwc --permanent --direct --query-rule ipv4 filter INPUT 0 -p tcp --dport 1:1024 -j REJECT
nft 'table inet another { chain inward { type filter hook input priority 0 ; policy accept ; tcp dport 1-1024 reject ; } ; }'
found_and_mended refused-by-table
nft 'flush table inet another ; chain inet another inward { policy drop ; }'
found_and_mended refused-by-table
nft delete table inet another

need "a policy" fwc --permanent --new-policy=shut
need "before the zones" fwc --permanent --policy=shut --set-priority=-5
fwc --permanent --policy=shut --add-ingress-zone=ANY
fwc --permanent --policy=shut --add-egress-zone=HOST
need "that denies" fwc --permanent --policy=shut --set-target=REJECT
need "mail is permanent" fwc --runtime-to-permanent
need "it loads" fwc --reload
need "one more in the runtime" fwc --add-service=pop3
found_and_mended refused-by-policy
need "what was in the runtime alone is there, too" has pop3
