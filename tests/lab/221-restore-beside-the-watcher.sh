# SPDX-License-Identifier: GPL-2.0-or-later
# `restore` with a running watcher that only reports.
conf <<-X
	[guard]
	restore = no
X
watch_up
mail_open
need "the reload" fwc --reload
need "the watcher only reports" never 2 has imaps
need "restore" exits 0 guard restore
need "opens imaps" is_open 993
need "and all others" mail_reachable
need "the watcher lives" watching
