# SPDX-License-Identifier: GPL-2.0-or-later
# `firewall-cmd --remove-service` is intent.
watch_up
mail_open
need "imap is removed" fwc --remove-service=imap
need "and shut" is_shut 143
need "the reload" fwc --reload
need "the others come back" within 2 is_open 993 25
need "imap does not" never 2 has imap
need "and is shut" is_shut 143
need "a restart of firewalld" fw_down
fw_start
need "it runs" within 15 fw_running
need "the others come back" within 3 is_open 993 25
need "imap still does not" never 1 has imap
need "added again" fwc --add-service=imap
need "it is protected again: the reload" fwc --reload
need "brings it back" within 2 is_open 143
