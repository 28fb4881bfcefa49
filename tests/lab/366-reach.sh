# SPDX-License-Identifier: GPL-2.0-or-later
# What is listed in a zone that no packet reaches is not open.
watch_up
mail_open
need "a port in a zone without interfaces" fwc --zone=home --add-port=4190/tcp
state() { guard --json status >"$W/out"; }
row() { json "[i for i in d['items'] if i['item'] == '$1' and i['listed'] and i['open'] == $2]" >/dev/null; }
finding() { json "[f for f in d['findings'] if f['name'] == 'unreached-zone' and f['severity'] == '$1' and '$2' in f['evidence']]" >/dev/null; }
state
need "imaps is open" row public/service:imaps True
need "4190 in home is not" row home/port:4190/tcp False
need "it is open nowhere else: a problem" finding error home/port:4190/tcp
need "so the status says" exits 1 guard status
need "in words" out_has 'home/port:4190/tcp +open, but no packet reaches zone home'
need "it opens in public" fwc --add-port=4190/tcp
state
need "now it is a note" finding info home/port:4190/tcp
need "and the status is fine" exits 0 guard status

# The only interface goes to a zone without mail: nobody reaches any.
need "host0 leaves public" fwc --zone=work --change-interface=host0
need "imaps cannot be reached" is_shut 993
state
need "though it is listed" row public/service:imaps False
need "which is a problem" finding error public/service:imaps
need "a source is bound to public" fwc --zone=public --add-source=10.77.0.0/24
need "and imaps is reached again" is_open 993
state
need "which the status knows" row public/service:imaps True
need "the interface comes back" fwc --zone=public --change-interface=host0
need "the status is fine" exits 0 guard status

# firewalld does nothing with a policy that lacks a zone on a side, and lists it.
zones() { fwc --permanent --policy=idle --add-ingress-zone=ANY && fwc --permanent --policy=idle --add-egress-zone=HOST; }
need "a policy without zones" fwc --permanent --new-policy=idle
need "has pop3" fwc --permanent --policy=idle --add-service=pop3
need "they load" fwc --reload
need "mail is back" within 5 mail_reachable
need "pop3 is shut" is_shut 110
state
need "which the status knows" row policy:idle/service:pop3 False
need "a problem" finding error policy:idle/service:pop3
need "so the status says" exits 1 guard status
need "in words" out_has 'policy:idle/service:pop3 +open, but no packet reaches policy:idle'
need "it gets zones" zones
need "they load" fwc --reload
need "pop3 is open" within 5 is_open 110
state
need "the status knows that" row policy:idle/service:pop3 True
