# SPDX-License-Identifier: GPL-2.0-or-later
# Each command that is printed is tried on the model first. Where it would shut ssh or mail that is
# served, that is opened first; where nobody but somebody known had it, there is no such command.
"$BUILD/tests/lab/listener" 22 >"$W/sshd.pid"
need "ssh is open" fwc --permanent --zone=public --change-interface=host0
typed() { # CHECK: what it prints is typed, and ssh and mail are open, after a reload as well
	need "$1 is found" finds "$1"
	need "with a command" mend
	need "ssh is open ($(cat "$W/mend"))" is_open 22
	need "mail is open ($(cat "$W/mend"))" is_open 25 993
	need "firewalld reloads" fwc --reload
	need "ssh is open after it ($(cat "$W/mend"))" is_open 22
}
fresh() { # ITEM-OPTIONS: all that there is in the zone, at run time and for good
	local service
	for service in ssh dhcpv6-client smtp imaps managesieve; do
		fwc --zone=public --remove-service="$service"
		fwc --permanent --zone=public --remove-service="$service"
	done
	fwc "$@"
	fwc --permanent "$@"
}

# a range of ports in which nobody serves one, and ssh and mail others
end_process "$LISTENER"
"$BUILD/tests/lab/listener" 25 80 110 143 443 465 587 993 2525 >"$W/mail.pid"
fresh --add-port=20-1000/tcp
need "all of it is open" is_open 22 25 993
need "it is found" finds no-listener
need "that one" out_has 'pop3s .995/tcp. is open, and nothing listens'
! grep fix: "$W/out" || fail "nobody shuts the others with it"
fwc --remove-port=20-1000/tcp && fwc --permanent --remove-port=20-1000/tcp

# a reload that takes ssh, which is in the runtime alone
fresh --add-service=imaps --add-service=smtp
need "imaps is not what it was" fwc --permanent --service=imaps --add-port=994/tcp
fwc --permanent --service=imaps --remove-port=993/tcp
need "firewalld reads it" fwc --reload
need "imaps is open by its port" fwc --add-port=993/tcp
need "for good" fwc --permanent --add-port=993/tcp
need "ssh at run time alone" fwc --add-service=ssh
typed service-definition

# a target that lets all in, and ssh on a port of its own
fresh --add-service=imaps --add-service=smtp
cp "$BUILD/tests/lab/listener" "$W/sshd"
"$W/sshd" 2222 >"$W/sshd2.pid"
need "all are let in" fwc --permanent --zone=public --set-target=ACCEPT
need "by the target" fwc --reload
need "ssh is open there" is_open 2222 22
typed wide-open
need "and ssh there" is_open 2222
need "not the rest" is_shut 2525

# one network has a zone of its own, in which ssh is open and mail is not
fresh --add-service=imaps --add-service=smtp
fwc --zone=work --add-source=10.77.0.0/24
fwc --permanent --zone=work --add-source=10.77.0.0/24
need "it has ssh" is_open 22
need "and no mail" is_shut 993
guard explain 10.77.0.2 imaps >"$W/out"
not grep -q remove-source "$W/out" || fail "it is taken out of the zone"
need "mail is opened there" out_has 'firewall-cmd --zone=work --add-service=imaps'
guard explain --json 10.77.0.2 imaps >"$W/out"
need "there is something to type" out_has '"withheld": *null'
