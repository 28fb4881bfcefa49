# SPDX-License-Identifier: GPL-2.0-or-later
# Bans that end while they are put back leave nothing behind, however slow fail2ban is about it.
. "$LAB_DIR/bans.sh"
bans_up
watch_up
mail_open
need "many are banned" ban_many 150
need "and one that we see" f2b set lab banip 10.77.0.3
need "all have rules" within 20 rules_are 151
settle
# its removals pass before our additions, and find nothing to remove
echo 0.1 >"$W/slow"
need "the reload" fwc --reload
for i in 4 20 40 80 120 149; do f2b set lab unbanip 198.18.0.$i; done
need "one more" f2b set lab unbanip 10.77.0.3
rm "$W/slow"
need "the rest comes back" within 20 as_the_tickets_say lab
need "144 of them" rules_are 144
need "the client is free" is_open_from 10.77.0.3 993
need "the end is told" within 20 finished
need "nothing comes after" as_the_tickets_say lab
# all at once, in the middle
need "the reload" fwc --reload
need "some are back" within 10 more_than 20
: >"$W/pretend" # as if each of its removals came too early
need "fail2ban lets all go" f2b unban --all
rm "$W/pretend"
need "what was put back meanwhile goes" within 30 rules_are 0
need "the end is told" within 20 finished
need "the history says why" exits 0 guard history --kind ban-taken-back
need "for those that were back" out_has 'its ban ended while it was being restored'
