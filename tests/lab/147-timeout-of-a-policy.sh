# SPDX-License-Identifier: GPL-2.0-or-later
# What is added to a policy for a time comes back after a reload, and ends in time; also where
# firewalld's timer would break the reload off (146).
need "a policy" fwc --permanent --new-policy=mail-in
need "from everywhere" fwc --permanent --policy=mail-in --add-ingress-zone=ANY
need "to this machine" fwc --permanent --policy=mail-in --add-egress-zone=HOST
need "it loads" fwc --reload
need "the interface is in public" fwc --zone=public --change-interface=host0
watch_up
need "smtps for good" fwc --policy=mail-in --add-service=smtps
need "imaps for a time" fwc --policy=mail-in --add-service=imaps --timeout=20
end_ms=$(($(now_ms) + 20000))
need "pop3s, too, and taken back" fwc --policy=mail-in --add-service=pop3s --timeout=600
need "all are open" is_open 993 465 995
need "that is heard" within 5 snapshot_has policy:mail-in/service:pop3s
need "which is taken back" fwc --policy=mail-in --remove-service=pop3s
need "no reload would break off" within 10 clean reload-crash
need "a reload gets through" fwc --reload
need "imaps is back" within 5 is_open 993 465
need "and stays" stays 1 is_open 993
need "but not what was taken back" is_shut 995
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
need "its time comes" within 30 is_later_than $((end_ms - 1500))
need "it is open shortly before its end" is_open 993
need "it is shut at its end" within 4 is_shut 993
need "in firewalld, too" not fwc --policy=mail-in --query-service=imaps
need "which is told" within 3 said 'policy:mail-in/service:imaps ended with its timeout'
need "a reload leaves it shut" fwc --reload
need "the rest comes back" within 5 is_open 465
need "and not this" stays 1 is_shut 993
need "nothing stands in" [ -z "$(firewall-cmd --policy=mail-in --list-rich-rules)" ]
need "the watcher lives" watching
