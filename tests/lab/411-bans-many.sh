# SPDX-License-Identifier: GPL-2.0-or-later
# Hundreds of bans come back while firewalld keeps answering others, also from a guard
# that is killed in the middle. BANS: how many (default 300).
# As shipped: how soon it acts is judged.
. "$LAB_DIR/bans.sh"
bans=${BANS:-300}
bans_up
watch_up
mail_open
need "many are banned" ban_many "$bans"
need "and one that we see" f2b set lab banip 10.77.0.3
need "all have rules" within 20 rules_are $((bans + 1))
settle
t=$(now_ms)
need "the reload" fwc --reload
need "mail comes back" within 4 mail_reachable
need "the latest is refused soon" within 4 is_shut_from 10.77.0.3 993
# what another client of firewalld waits for meanwhile
slowest=0
while [ "$(n_rules)" -lt $((bans + 1)) ] && [ $(($(now_ms) - t)) -lt 40000 ]; do
	a=$(now_ms)
	fw_state >/dev/null
	a=$(($(now_ms) - a))
	[ $a -gt $slowest ] && slowest=$a
done
echo "  $bans bans back $(($(now_ms) - t)) ms after the call to reload; another's call took at most $slowest ms"
need "all come back" rules_are $((bans + 1))
need "as fail2ban says" as_the_tickets_say lab
need "the end is told" within 5 said "restored $((bans + 1)) bans"
need "the reload" fwc --reload
need "some are back" within 10 more_than $((bans / 4))
watch_kill
need "not all" not rules_are $((bans + 1))
watch_up
need "all come back" within 30 rules_are $((bans + 1))
need "as fail2ban says" as_the_tickets_say lab
need "the end is told" within 10 finished
