# SPDX-License-Identifier: GPL-2.0-or-later
# A reload whose signals never come. firewalld itself cannot be made to lose them, so here it is
# firewalld as installed, but for the signals named in $W/mute. The audit finds what is gone.
mkdir "$W/patched"
cat >"$W/patched/firewalld.py" <<-X
	import os, runpy, sys
	from firewall.server.config import FirewallDConfig
	from firewall.server.config_zone import FirewallDConfigZone
	from firewall.server.firewalld import FirewallD
	def hush(kind, name, word):
	    said = getattr(kind, name)
	    def say(self, *args, **kwargs):
	        mute = open("$W/mute").read().split() if os.path.exists("$W/mute") else []
	        return None if word in mute else said(self, *args, **kwargs)
	    setattr(kind, name, say)
	hush(FirewallD, "Reloaded", "Reloaded")
	hush(FirewallD, "ServiceRemoved", "ServiceRemoved")
	# a reload tells of every zone of the permanent configuration, too
	hush(FirewallDConfig, "ZoneAdded", "Reloaded")
	for name in ("Updated", "Removed", "Renamed"):
	    hush(FirewallDConfigZone, name, "Reloaded")
	sys.argv[0] = "/usr/sbin/firewalld"
	runpy.run_path("/usr/sbin/firewalld", run_name="__main__")
X
mute() { echo "$*" >"$W/mute"; }
need "firewalld ends" fw_down
/usr/bin/python3 "$W/patched/firewalld.py" --nofork --nopid --log-file "$W/firewalld.log" >>"$W/firewalld.out" 2>&1 &
FW=$!
need "the patched one starts" within 15 fw_running
need "the interface is bound" fwc --zone=public --change-interface=host0
signals_up
conf <<-X
	[guard]
	audit-s = 1
	require = public/service:pop3
X
watch_up -v
mail_open
need "a service for a time" fwc --zone=public --add-service=ldap --timeout=600
need "a ban" fwc --zone=public --add-rich-rule='rule family=ipv4 source address=192.0.2.9 reject'
need "nothing is found while nothing is missing" never 2 said 'firewalld did not announce|nobody can tell|canary is gone'
mute Reloaded
need "firewalld reloads" fwc --reload
need "all mail services are reachable again" within 8 mail_reachable
not grep -q Reloaded "$W/signals" || fail "a signal was heard"
need "the log has words of its own" said 'a loss that firewalld did not announce: .*; lost \([0-9]+\): .*imaps'
need "the history has the wipe" exits 0 guard history --kind silent
need "with its words" out_has 'a loss that firewalld did not announce'
# the log holds back a line that it has said just now, so the history counts
told() { exits 0 guard history --kind silent && [ "$(grep -c 'firewalld did not announce' "$W/out")" = "$1" ]; }
need "only once" told 1
need "what was open for a time is back" within 3 has ldap

# A ban that came after the wipe is no evidence against it.
need "firewalld reloads" fwc --reload
need "a ban right after it" fwc --zone=public --add-rich-rule='rule family=ipv4 source address=192.0.2.10 reject'
need "all mail services are reachable again" within 8 mail_reachable
need "it was told" within 3 told 2

# One item that goes without a word while others stay: that was no wipe.
mail_heard
mute Reloaded ServiceRemoved
need "imap goes" fwc --zone=public --remove-service=imap
kill -HUP "$WATCH" # and it looks at everything, as it does now and then
need "the guard says that it cannot tell" within 5 said 'nobody can tell why \(1\): public/service:imap($|[^s])'
need "and leaves it" not has imap
need "it was no wipe" told 2
# what is required comes back in any case
need "pop3 is there" within 5 has pop3
need "the watcher lives" watching
