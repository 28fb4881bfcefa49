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
