# SPDX-License-Identifier: GPL-2.0-or-later
# The guides' "add your address to the trusted zone, for a test", for a while: it is there until
# its end, whatever happens to firewalld and to the guard, and not any longer.
. "$LAB_DIR/trust.sh"

need "without a watcher nobody would end it" exits 1 guard trust 10.77.0.2
need "so it says what to start" err_has 'nobody would end it.*systemctl start reload-guard'
need "and changes nothing" not trusted 10.77.0.2
watch_up -v
mail_open
fwc --add-service=pop3 # all that is served
mail_heard
need "a port is shut that is no mail" is_shut 2525

trust 600
need "it is open" is_open 2525 993
need "to no other" is_shut_from 10.77.0.3 2525
need "it says until when" out_has '^10\.77\.0\.2 is trusted until .* \(10\.0+ min|\(10 min|\(600|\(10\.'
need "that the firewall was not the reason" out_has 'The firewall was not the reason'
need "the log has it" said '10\.77\.0\.2 is trusted until .*: a new phone; then the guard ends it'
need "the list" exits 0 guard trust --list
need "shows it" out_has '^10\.77\.0\.2 .* a new phone'
guard status >"$W/out"
need "so does status" out_has '^trusted +10\.77\.0\.2 until .*: a new phone'
guard --json status >"$W/out"
need "in JSON, too" json '[t["address"] for t in d["trusted"]] == ["10.77.0.2"] and d["trusted"][0]["held"]'
need "the reload" fwc --reload
need "it is open again" within 3 is_open 2525
need "nobody calls it at risk" clean binding-runtime-only
need "persist" exits 0 guard persist --dry-run
need "does not make it permanent" out_has 'trusted/source:10\.77\.0\.2 .*it has a timeout'
need "firewalld ends" fw_down
fw_start
need "it is back" within 15 fw_running
need "the client is trusted still" within 5 is_open 2525
need "and the wipe is over" within 10 finished
# of a reload that nobody hears nobody could tell whether it was that what took it
watch_kill
need "the guard is killed, and firewalld restarts" fw_down
fw_start
need "it is back again" within 15 fw_running
watch_up -v
need "the client is trusted again" within 5 is_open 2525
trust 10
watch_kill
watch_up -v
shut_in_time
need "the log tells it" within 3 said 'trusted/source:10\.77\.0\.2 ended with its timeout'
need "the list is empty" exits 0 guard trust --list
need "and says so" out_has 'nobody is trusted'
need "the history tells" exits 0 guard history
need "who was trusted, and why" out_has 'trusted .*10\.77\.0\.2 is trusted for [0-9.]+ (min|s).*: a new phone'
need "and when it ended" out_has 'expired .*trusted/source:10\.77\.0\.2 ended'
need "a reload" fwc --reload
need "does not bring it back" never 2 is_open 2525
need "but mail" within 5 is_open 993
