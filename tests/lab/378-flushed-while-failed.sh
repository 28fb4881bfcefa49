# SPDX-License-Identifier: GPL-2.0-or-later
# Two faults at once: firewalld has failed to start, and somebody flushes its rules. Everything is
# open then, and a reload is refused as long as the file is broken; a restart brings the stock
# configuration back, into which mail and bans are put again.
service_manager_up
. "$LAB_DIR/flush.sh"
fw_fails
need "mail is put back into it" within 8 mail_reachable
need "the ban holds" within 8 is_shut_from 10.77.0.3 993
need "and that is told" within 5 said 'restored into the stock configuration'
: >"$W/watch.log"
nft flush ruleset
need "the guard says so" within 5 said 'rules are gone from the kernel.*Done by nft'
need "firewalld is restarted" within 10 said 'restarting firewalld'
need "that is told" within 20 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
need "it has failed as before" fw_failed
need "pop3 is shut again" is_shut 110
need "mail is reachable again" within 8 mail_reachable
need "the ban holds again" within 8 is_shut_from 10.77.0.3 993
