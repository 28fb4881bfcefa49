# SPDX-License-Identifier: GPL-2.0-or-later
# A timed service survives a reload and ends in its own time, by the guard's doing:
# a pending firewalld timeout crashes reloads of some firewalld releases.
watch_up
start=$(now_ms)
need "imap opens for fourteen seconds" fwc --add-service=imap --timeout=14
need "imaps without an end" fwc --add-service=imaps
signals_up
need "the reload" fwc --reload
need "imap is open again" within 2 is_open 143
no_timeout() { added_after_reload | grep -q " imap 0$" && ! added_after_reload | grep -q " imap [1-9]"; }
need "without a firewalld timeout" within 1 no_timeout
need "another reload does no harm" fwc --reload
need "imap is open again" within 2 is_open 143
need "firewalld still runs" stays 0.5 fw_running
need "imap is still open before its end" is_open 143
[ $(($(now_ms) - start)) -lt 13500 ] || fail "this machine is too slow for this scenario"
need "it is gone when its time is over" within 18 is_shut 143
took=$(($(now_ms) - start))
[ $took -ge 13500 ] || fail "it is gone after $took ms, before its time"
[ $took -lt 18000 ] || fail "it is gone only after $took ms"
need "firewalld has not got it" not has imap
need "a reload after its end" fwc --reload
need "brings imaps back" within 2 is_open 993
need "and not imap" never 1 has imap
