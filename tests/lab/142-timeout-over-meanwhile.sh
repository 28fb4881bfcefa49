# SPDX-License-Identifier: GPL-2.0-or-later
# Its time ends while neither guard nor firewalld runs: it does not come back.
watch_up
need "imap opens for three seconds" fwc --add-service=imap --timeout=3
need "imaps without an end" fwc --add-service=imaps
need "the guard ends" watch_down
need "firewalld ends" fw_down
pause 3 "until imap's time is over"
fw_start
need "firewalld starts" within 15 fw_running
watch_up
need "imaps comes back" within 3 is_open 993
need "imap does not" never 1 has imap
