# SPDX-License-Identifier: GPL-2.0-or-later
# Everything that was opened just before the end is on record, though the guard had no time to hear it yet.
watch_up
kill -STOP "$WATCH"
mail_open
kill -TERM "$WATCH"
kill -CONT "$WATCH"
within 5 not kill -0 "$WATCH" || fail "the guard ends"
need "firewalld ends" fw_down
new_boot
fw_start
need "firewalld starts" within 15 fw_running
need "without the mail services" is_shut 993
watch_up
need "imaps is open again" within 3 is_open 993
need "all mail services are reachable" within 3 mail_reachable
