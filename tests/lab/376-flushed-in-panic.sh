# SPDX-License-Identifier: GPL-2.0-or-later
# In panic mode nothing gets in; then somebody flushes firewalld's rules, and with them panic mode,
# out of the kernel. firewalld believes that nothing gets in, and its reload does not change that.
# A guard that was killed meanwhile, and has not seen how it was, does what one does that saw it.
. "$LAB_DIR/flush.sh"

# let in or refused, but not left without an answer
answered() { [ "$(reach 110)" != timeout ]; }
panic() {
	: >"$W/watch.log"
	need "panic mode" fwc --panic-on
	need "nothing gets in" not answered
	need "the guard has heard it" within 5 exits 1 guard status
}
mended() {
	need "the guard says so" within 5 said 'rules are gone from the kernel.*Reloading firewalld'
	need "and mends it" within 10 said 'in the kernel again after [0-9]+ ms, repaired by the guard'
	need "nothing gets in" within 5 not answered
	need "and that stays so" stays 1 not answered
	need "panic mode can be ended" fwc --panic-off
	need "mail is open" within 10 mail_reachable
	need "what was in the runtime is restored" within 10 said 'restored ([0-9]+) of \1 in'
	need "the banned client is kept out" within 8 is_shut_from 10.77.0.3 993
}
need "it answers" answered
panic
nft flush ruleset
mended
need "nothing is left to do" within 12 finished
panic
watch_kill
nft flush ruleset
need "it answers again" answered
watch_up -v
mended
