# SPDX-License-Identifier: GPL-2.0-or-later
# A released item stays away after the next wipe; the others come back.
watch_up
mail_open
need "imap is released" exits 0 guard release public/service:imap
need "the reload" fwc --reload
need "the others come back" within 2 is_open 993 25
need "imap does not" never 2 has imap
need "an item that is none is refused" exits 2 guard release nonsense
need "with a word about its form" err_has 'zone/|service:'
need "added again" fwc --add-service=imap
need "it is protected again: the reload" fwc --reload
need "brings it back" within 2 is_open 143
