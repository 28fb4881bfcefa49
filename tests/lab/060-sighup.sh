# SPDX-License-Identifier: GPL-2.0-or-later
# `systemctl reload firewalld` is a SIGHUP.
watch_up
mail_open
signals_up
kill -HUP "$FW"
need "firewalld reloads" within 5 grep -q Reloaded "$W/signals"
need "imaps is open again within 2 s" within 2 is_open 993
need "all mail services are" within 2 mail_reachable
