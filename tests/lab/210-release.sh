# SPDX-License-Identifier: GPL-2.0-or-later
# A released item stays away after the next wipe; the others come back.
watch_up
mail_open
need "imap is released" exits 0 guard release public/service:imap
need "status is fine" exits 0 guard status
need "and says what a reload does" out_has '^Mail is open.* The next reload closes imap, and nobody puts it back\. It drops [0-9]+ more items, and the guard puts them back\.'
need "to it" out_has 'service:imap  .*closed \(released\)'
need "which nobody is told to make permanent" eval 'grep -A1 "^info: runtime-only-service: " "$W/out" | not grep -qw "service:imap"'
guard --json status >"$W/status" 2>/dev/null
need "in JSON" json "[i['at_risk'] for i in d['items'] if i['item'] == 'public/service:imap'] == ['released']" "$W/status"
guard check >"$W/out" 2>/dev/null
need "nor said to be lacking" not grep -qE 'service:imap\b|reload: imap\b|reload.*: imap$' "$W/out"
need "the reload" fwc --reload
need "the others come back" within 2 is_open 993 25
need "imap does not" never 2 has imap
need "an item that is none is refused" exits 2 guard release nonsense
need "with a word about its form" err_has 'zone/|service:'
need "added again" fwc --add-service=imap
need "it is protected again: the reload" fwc --reload
need "brings it back" within 2 is_open 143
