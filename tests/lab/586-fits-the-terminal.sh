# SPDX-License-Identifier: GPL-2.0-or-later
# Every answer fits its terminal, 80 columns where there is none: longer are commands, which are
# pasted, and single words. -v and --wide give it whole. The first line is the answer.
own_jail
conf <<'X'
[clients]
ranges = 10.77.0.0/24
X
f2b_up
watch_up
need "something is permanent" fwc --permanent --add-service=imaps
mail_open
mail_heard
f2b set lab banip 10.77.0.3
f2b set own banip 203.0.113.9
f2b set lab banip fd77::99
fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.0/25" port port="465" protocol="tcp" drop'
need "the guard has heard of it" within 8 snapshot_has_rules 3
need "the reload" fwc --reload
need "is over" within 15 finished
cat >"$W/too-long.py" <<'X'
import re, sys
columns, bad = int(sys.argv[1]), []
for line in sys.stdin.read().splitlines():
    line = re.sub(r"\x1b\[\d*m", "", line.rstrip("\r"))
    command = re.match(r" *((fix|or|=>)[: ] *|sudo )?(firewall-cmd|fail2ban-client|reload-guard|systemctl) ", line)
    if len(line) > columns and not command and " " in line.strip():
        bad.append(line)
print("\n".join(bad))
sys.exit(bool(bad))
X
fits() { # COLUMNS COMMAND...: what it answers
	local columns=$1
	shift
	"$@" 2>"$W/err" >"$W/out"
	/usr/bin/python3 "$W/too-long.py" "$columns" <"$W/out"
}
first_is() { head -n 1 "$W/out" | grep -qE -e "$1" || { head -n 3 "$W/out"; return 1; }; }
unset COLUMNS
need "status fits" fits 80 guard status
need "status says whether mail is open" first_is '^Mail is open'
need "check fits" fits 80 guard check
need "check says how much there is" first_is '^[0-9]+ problems?: .*[0-9]+ notes?\.$'
need "bans fit" fits 80 guard bans
need "bans say how many there are" first_is '^3 bans in force\.$'
need "what is left out is told" out_has 'some columns are left out: --wide'
need "conflicts fit" fits 80 guard conflicts
need "conflicts say whether there are any" first_is '^[0-9]+ rules? or bans? cuts? off legitimate clients\.$'
need "clients fit" fits 80 guard clients
need "clients say how many ranges there are" first_is '^Legitimate clients come from 1 range\.$'
need "the history fits" fits 80 guard history
need "the history says what happened" first_is '^1 reload: 8 items lost, 8 restored\.$'
need "explain fits" fits 80 guard explain 10.77.0.3
need "explain says whether the client gets in" first_is '^The firewall lets 10\.77\.0\.3 in to smtp, '
need "what a zone holds fits" fits 80 guard status --zone public
need "setup fits" fits 80 guard setup
need "the report fits" fits 80 guard report
need "snapshots fit" fits 80 guard snapshot list
need "persist fits" fits 80 guard persist --dry-run
need "the help fits" fits 80 guard help
for command in setup watch status check restore persist release trust snapshot history bans conflicts clients probe explain metrics export after-boot report hook help version; do
	need "so does that of $command" fits 80 guard "$command" --help
done
need "as does the list of checks" fits 80 guard check --list
need "whoever asks for it gets another width" fits 60 env COLUMNS=60 "$GUARD" -c "$CONF" --state "$STATE" status
for wide in -v --wide; do
	need "with $wide there is everything" fits 100000 guard $wide bans
	need "with all columns" out_has '^ADDRESS +JAIL +BANNED +FOR +UNTIL +BEFORE +FAILURES +SOURCE +STATE +RULE'
done
on_a_terminal() { # COLUMNS ARGUMENT...: what it writes on one, errors among it
	/usr/bin/python3 - "$@" <<-X >"$W/out" 2>"$W/err"
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(sys.argv[1]), 0, 0))
		    os.execv("$GUARD", ["$GUARD", "-c", "$CONF", "--state", "$STATE"] + sys.argv[2:])
		try:
		    while (data := os.read(fd, 4096)):
		        sys.stdout.buffer.write(data)
		except OSError:
		    pass
	X
}
need "a terminal tells how wide it is" on_a_terminal 100 status
need "and that is what counts" eval "/usr/bin/python3 '$W/too-long.py' 100 <'$W/out' && ! /usr/bin/python3 '$W/too-long.py' 80 <'$W/out' >/dev/null"
need "what is wrong is folded there, too" on_a_terminal 60 release public/imap
need "which fits" /usr/bin/python3 "$W/too-long.py" 60 <"$W/out"
