# SPDX-License-Identifier: GPL-2.0-or-later
# A ban that firewalld knows nothing of, in fail2ban's own table: it is warned of, found
# by conflicts, and what that prints lets the client in.
own_jail
conf <<X
[clients]
ranges = 10.77.0.0/24
X
mail_open
f2b_up
watch_up
f2b set own banip 10.77.0.2
f2b set own banip 192.0.2.7
need "the client is shut out" within 10 is_shut_from 10.77.0.2 993
need "the watcher warns, though there is no rule" within 20 said 'clients are cut off: 10\.77\.0\.2,.* banned by jail own'
need "of the client alone" not said 'cut off: 192\.0\.2\.7'
need "it is a conflict" exits 1 guard conflicts
need "in fail2ban's table" out_has 'in table inet f2b-table, chain f2b-chain'
need "for the one address" out_has 'overlaps in part 10\.77\.0\.0/24.*: 1 address cut off'
need "from what the jail has" out_has 'from smtp \(25\), imaps \(993\)$'
need "with the command" out_has '=> *fail2ban-client set own unbanip 10\.77\.0\.2$'
guard conflicts | sed -n 's/^ *=> *//p' >"$W/advice"
sh "$W/advice" >/dev/null
need "the client gets in" within 10 is_open_from 10.77.0.2 993
need "nobody is cut off any more" exits 0 guard conflicts
