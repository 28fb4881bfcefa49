# SPDX-License-Identifier: GPL-2.0-or-later
# The guard that is to end the service is killed meanwhile; the next one does it.
watch_up
start=$(now_ms)
need "imap opens for fifteen seconds" fwc --add-service=imap --timeout=15
need "the reload" fwc --reload
need "imap is open again" within 2 is_open 143
need "and that is on record" within 5 finished
watch_kill
need "imap is open meanwhile" stays 0.5 is_open 143
watch_up
need "imap is still open" is_open 143
need "it is gone when its time is over" within 19 is_shut 143
took=$(($(now_ms) - start))
[ $took -ge 14500 ] || fail "it is gone after $took ms, before its time"
[ $took -lt 20000 ] || fail "it is gone only after $took ms"
need "firewalld has not got it" not has imap
need "firewalld runs" fw_running

# no guard is there to end it
need "imap opens for twenty seconds" fwc --add-service=imap --timeout=20
need "firewalld ends, and its timer with it" fw_down
fw_start
need "imap is there again" within 12 has imap
need "nothing is over" clean time-over
need "the guard ends" watch_down
pause 22 "until its time is over"
need "imap is still open" is_open 143
found_and_mended time-over error
need "and then it is not" is_shut 143
