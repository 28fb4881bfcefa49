# SPDX-License-Identifier: GPL-2.0-or-later
# Rules are flushed out of a kernel below a firewalld that has failed to start, and no guard runs:
# check says so, and so does the next guard, with what to type.
fw_unowned
service_manager_up
conf <<-X
	[guard]
	audit-s = 0
	repair = no
X
fw_fails
nft flush ruleset
need "all is open" is_open 110
need "check says so" exits 1 guard check
need "in words" out_has 'nothing is shut, and nobody is banned'
watch_start -v
need "the guard says so" within 10 said 'rules are gone from the kernel.*Left to you \(repair = no\)'
sed -nE 's/.*log, then: //p' "$W/watch.log" | head -n 1 >"$W/type"
need "with what to type" grep -q 'systemctl restart firewalld' "$W/type"
bash "$W/type" >"$W/typed" 2>&1
need "after which it has failed as before" within 15 fw_failed
need "and pop3 is shut" within 5 is_shut 110
