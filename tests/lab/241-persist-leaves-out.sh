# SPDX-License-Identifier: GPL-2.0-or-later
# persist writes nothing that has an end, that was withdrawn, or that was released.
need "imap is permanent" fwc --permanent --add-service=imap
need "and loaded" fwc --reload
watch_up
mail_open
need "imap leaves the permanent configuration" fwc --permanent --remove-service=imap
withdrawn() { guard history --kind permanent-removed | grep -q 'public/service:imap '; }
need "which the watcher hears" within 15 withdrawn
need "smtps is released" exits 0 guard release public/service:smtps
need "a timed service" fwc --add-service=ftp --timeout=300
need "persist" exits 0 guard persist
need "imaps is permanent" fwc --permanent --query-service=imaps
for service in imap smtps ftp; do need "$service is not" not fwc --permanent --query-service="$service"; done
need "a copy of the zone file is there" ls "$STATE"/backup/public.xml.* >"$W/out"
[ "$(stat -c %a "$STATE"/backup/public.xml.*)" = 600 ] || fail "the copy is private"
