# SPDX-License-Identifier: GPL-2.0-or-later
# 465/tcp, served and opened in each way that there is: check tells it once, with one command, after
# which there is nothing to tell, and it is open, after a reload as well. So does status.
printf '[check]\nservices = imaps, smtps\nskip = watcher-stopped, store\n' | conf
fwc --permanent --zone=public --change-interface=host0
need "imaps is open" fwc --zone=public --add-service=imaps
need "for good" fwc --permanent --zone=public --add-service=imaps
# about COMMAND: the findings, one a line with its details and its command, that are about it
about() {
	guard "$1" 2>"$W/err" | awk '/^(error|warning|unknown|info): / { if (all) print all; all = $0; next }
		/^  (details|fix|or): / && all { all = all "\t" $0; next } all { print all; all = "" } END { if (all) print all }' |
		grep -E 'smtps|465|submissions' | grep -v '^info: unreached-zone' >"$W/about"
}
told() { # COMMAND N
	about "$1"
	[ "$(wc -l <"$W/about")" = "$2" ] || { cat "$W/about"; return 1; }
}
settled() { # CHECK: the one that tells it
	need "it is told once" told check 1
	need "by $1" grep -q ": $1: " "$W/about"
	tr '\t' '\n' <"$W/about" >"$W/out"
	need "status says no more than that" test "$(about status; wc -l <"$W/about")" -le 1
	need "with a command" mend
	need "which is not told again ($(cat "$W/mend"))" told check 0
	need "it is open" is_open 465
	need "firewalld reloads" fwc --reload
	need "it is open after that" is_open 465
	for at in "" --permanent; do
		fwc $at --zone=public --remove-service=smtps
		fwc $at --zone=public --remove-port=465/tcp
		fwc $at --zone=work --remove-service=smtps
	done
}
need "it is shut" is_shut 465
settled expected-service
need "by its number, at run time" fwc --add-port=465/tcp
settled runtime-only-service
need "by its number, for good" fwc --permanent --add-port=465/tcp
settled expected-service
need "by its number" fwc --add-port=465/tcp && fwc --permanent --add-port=465/tcp
settled raw-ports
need "by its service, and for good by its number" fwc --add-service=smtps && fwc --permanent --add-port=465/tcp
settled raw-ports
need "where nobody comes in" fwc --zone=work --add-service=smtps
settled unreached-zone
need "by a range for good, and its service" fwc --permanent --add-port=460-470/tcp && fwc --add-service=smtps
need "there is nothing to tell" told check 0
fwc --permanent --remove-port=460-470/tcp && fwc --remove-service=smtps

# nobody serves it any more
end_process "$LISTENER"
"$BUILD/tests/lab/listener" 25 993 >"$W/mail.pid"
printf '[check]\nskip = watcher-stopped, store, expected-service\n' | conf
need "by its number, and nobody listens" fwc --add-port=465/tcp
need "it is told once" told check 1
need "that" grep -q 'no-listener: smtps .465/tcp. is open, and nothing listens' "$W/about"
tr '\t' '\n' <"$W/about" >"$W/out"
need "with a command" mend
need "it is shut" not has_port 465/tcp
printf '[check]\nskip = watcher-stopped, store\n' | conf
need "what was shut is not lacking" told check 0
