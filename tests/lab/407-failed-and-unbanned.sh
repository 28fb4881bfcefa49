# SPDX-License-Identifier: GPL-2.0-or-later
# In a firewalld that has failed to start bans are kept by the guard's own table. Who is unbanned
# meanwhile gets in, and who is banned does not; and it comes back when somebody takes it away.
service_manager_up
conf_guard "audit-s = 1"
ip -n client address add 10.77.0.4/24 dev client0
mail_and_ban_up
f2b set lab banip 10.77.0.4
need "both are kept out" within 8 is_shut_from 10.77.0.4 993
pause 4 "the guard is idle"
fw_fails
need "mail is put back into it" within 8 mail_reachable
need "the bans hold" within 10 is_shut_from 10.77.0.3 993
need "both" is_shut_from 10.77.0.4 993
need "one is unbanned" f2b set lab unbanip 10.77.0.4
need "he gets in" within 25 is_open_from 10.77.0.4 993
need "the other does not" is_shut_from 10.77.0.3 993
: >"$W/watch.log"
need "the table is gone" nft delete table inet reload_guard
need "the ban holds again" within 5 is_shut_from 10.77.0.3 993
need "it is said" said 'somebody removed the temporary table'
need "who was unbanned still gets in" is_open_from 10.77.0.4 993
