# SPDX-License-Identifier: GPL-2.0-or-later
# Nobody confirms: when the time is over all is as it was before, files, runtime, fail2ban's hook and
# the watcher.
. "$LAB_DIR/setup.sh"
eval "starts_$(declare -f f2b_start)"
f2b_start() { :; }
f2b_up
f2b_start() { starts_f2b_start; }
sed -i '/reload-guard\[/d' /etc/fail2ban/jail.local
sed -i "s|^guard = .*|guard = $W/bin/reload-guard-hook|" /etc/fail2ban/action.d/reload-guard.conf
f2b_start
systemd_up
need "something is permanent, by the administrator's own file" fwc --permanent --add-service=imaps
need "and something in the runtime alone" fwc --zone=public --add-service=pop3
need "the reload" fwc --reload
need "drops that" is_shut 110
need "once more in the runtime" fwc --zone=public --add-service=pop3
fwc --zone=public --add-port=2525/tcp
acts() { fail2ban-client get lab actions >"$W/actions" && grep -q reload-guard "$W/actions"; }
need "the jail does not report" not acts
before_setup
need "the hook is to be switched on" exits 1 guard setup
need "which it says" out_has 'have fail2ban report its bans \(jails: lab\)'
set_up --within 8s
need "all is open" is_open 25 465 587 993 995 110 2525
need "pop3, which was open, is so for good" grep -q pop3 /etc/firewalld/zones/public.xml
need "the jail reports" acts
need "the watcher runs" test -n "$(daemon_pid reload-guard)"
need "the file was copied" test -e "$(sed -n 's/^copied to //p' "$W/out")"
need "the time is over" within 12 is_shut 25
need "it comes to an end" within 8 not guard setup --confirm
need "the files are as they were" within 8 stays_so
need "what was open is" within 3 is_open 993 110 2525
need "and nothing else" is_shut 25 465 587 995
not_running() { [ -z "$(daemon_pid reload-guard)" ]; }
need "the watcher does not run" within 5 not_running
need "nor will it" not enabled
need "the jail does not report any more" within 5 not acts
need "nobody is to undo it again" within 3 not enabled reload-guard-rollback
need "it is too late to confirm" exits 1 guard setup --confirm
need "the history tells" exits 0 guard history --kind setup
need "what became of it" out_has 'setup was rolled back'
