# SPDX-License-Identifier: GPL-2.0-or-later
# One screen: open now, permanent or runtime only, and whether anything listens there.
need "imap is permanent" fwc --permanent --add-service=imap
need "and loaded" fwc --reload
need "imaps is runtime only" fwc --add-service=imaps
need "a port too" fwc --add-port=4190/tcp
watch_up
guard status >"$W/out"
need "imaps is runtime only" out_has 'imaps.*runtime only'
need "which means" out_has 'the next reload drops it'
need "imap is permanent" out_has 'service:imap .*permanent|imap +.*permanent'
need "nobody listens on 4190" out_has '4190/tcp.*(nothing|nobody|not|no ).*'
need "the watcher runs" out_has 'watch'
need "firewalld runs" out_has 'firewalld'
need "the reload" fwc --reload
need "is undone" within 2 is_open 993
wiped() { guard status >"$W/out"; grep -qi reload "$W/out"; }
need "status shows the last wipe" within 3 wiped
need "no colour in a file" not grep -q $'\033' "$W/out"
guard -q status >"$W/out" 2>"$W/err"
need "-q prints nothing" not test -s "$W/out"
