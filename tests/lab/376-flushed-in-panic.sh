# SPDX-License-Identifier: GPL-2.0-or-later
# In panic mode nothing gets in; then somebody flushes firewalld's rules, and with them panic mode,
# out of the kernel. firewalld believes that nothing gets in, and its reload does not change that.
. "$LAB_DIR/flush.sh"
need "panic mode" fwc --panic-on
need "nothing gets in" is_shut 993 22
need "the guard has heard it" within 5 exits 1 guard status
: >"$W/watch.log"
nft flush ruleset
need "the guard says so" within 2 said 'rules are gone from the kernel.*Reloading firewalld'
need "and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
need "nothing gets in" within 5 is_shut 993 22
need "and that stays so" stays 1 is_shut 993
need "panic mode can be ended" fwc --panic-off
need "mail is open" within 10 mail_reachable
need "what was in the runtime is restored" within 10 said 'restored ([0-9]+) of \1 in'
need "the banned client is kept out" within 8 is_shut_from 10.77.0.3 993
