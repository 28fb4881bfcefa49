# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The steps of packaging/demo, in a world made by tests/lab/lab.sh. Each step says
# what it does, shows what a person would see, and fails when it does not come true.

bold='' dim='' good='' bad='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' good=$'\e[32m' bad=$'\e[31m' plain=$'\e[0m'
fi
number=0

step()
{
	number=$((number + 1))
	printf '\n%s%d. %s%s\n' "$bold" "$number" "$*" "$plain"
}

note()
{
	printf '   %s\n' "$*"
}

# Shows a command as one would type it, runs it, and shows its output.
run()
{
	printf '   %s# %s%s\n' "$dim" "$*" "$plain"
	"$@" 2>&1 | sed 's/^/     /'
	return "${PIPESTATUS[0]}"
}

# The installed command's name, as a person would type it.
reload-guard()
{
	guard "$@"
}

expect() # WHAT COMMAND...
{
	local what=$1
	shift
	if ! "$@"; then
		printf '   %sThis should have come true: %s%s\n' "$bad" "$what" "$plain"
		fail "$what"
	fi
}

# What the client gets, port by port, in one line.
client_sees()
{
	local port answer line=''
	for port in 25:smtp 465:smtps 587:submission 143:imap 993:imaps 443:https; do
		answer=$(reach "${port%:*}")
		case $answer in
			open) answer=$good$answer$plain ;;
			*) answer=$bad$answer$plain ;;
		esac
		line="$line  ${port#*:} $answer"
	done
	note "the client sees:$line"
}

# What the probe saw between the first lost connection and the last, from lines of
# "start-µs result duration-µs".
on_the_wire()
{
	sort -n "$W/probe" | awk -v good="$good" -v bad="$bad" -v plain="$plain" '
	NR > 1 && last != "open" { lost[last] += ($1 - at) / 1000; if (!first) first = at; end = $1 }
	{ at = $1; last = $2; n++ }
	END {
		printf "   on the wire, port 993, %d attempts: ", n
		if (!first) { print good "not one was lost" plain; exit }
		printf "no answer for %d ms, refused for %d ms;\n", lost["timeout"], lost["refused"]
		if (last == "open")
			printf "   %sopen again %d ms after the first lost connection%s\n", good, (end - first) / 1000, plain
		else
			printf "   %sstill closed when the watching ended%s\n", bad, plain
	}'
}

watch_the_wire() # COMMAND...: the client connects every 3 ms meanwhile
{
	probe_up 993 3 20
	sleep 0.3
	"$@"
	within 10 is_open 993
	sleep 0.5
	probe_down
	on_the_wire
}

open_at_run_time()
{
	local args=() service
	for service in $MAIL; do args+=("--add-service=$service"); done
	run firewall-cmd "${args[@]}"
}

restart_firewalld()
{
	note "(systemctl restart firewalld)"
	fw_down
	fw_up
}

reboot_machine()
{
	note "(everything ends; the kernel forgets every rule; another boot begins)"
	watch_down
	fw_down
	bus_down
	new_boot
	bus_up
	fw_up
	watch_up
}

step "A mail server: firewalld $(firewall-cmd --version), listeners on the mail ports, a client at 10.77.0.2"
note "Its mail services are opened as many do it: at run time, without --permanent."
open_at_run_time
client_sees
expect "mail is open" mail_reachable

step "Without the guard: somebody reloads the firewall"
run firewall-cmd --reload
client_sees
expect "mail is closed after a reload" is_shut 993
note "SSH works on, so nobody notices until the telephone rings."

step "With the guard: the services are opened again, and the watcher is running"
open_at_run_time
watch_up
note "It says what would be lost:"
run reload-guard status
client_sees
expect "mail is open" mail_reachable

step "With the guard: somebody reloads the firewall"
watch_the_wire run firewall-cmd --reload
client_sees
expect "mail is open after a reload" within 5 mail_reachable
note "What was lost and what came back:"
run reload-guard history --kind reloads
run reload-guard history --kind restore

step "firewalld is restarted"
watch_the_wire restart_firewalld
client_sees
expect "mail is open after a restart" within 5 mail_reachable

step "The machine is rebooted"
watch_the_wire reboot_machine
client_sees
expect "mail is open after a reboot" within 5 mail_reachable

step "What an administrator closes stays closed"
run firewall-cmd --remove-service=pop3s
run firewall-cmd --reload
expect "imaps comes back" within 5 is_open 993
sleep 0.5
expect "pop3s stays closed" is_shut 995
note "pop3s: $(reach 995), imaps: $(reach 993)"

step "The history"
run reload-guard history --kind reloads
note "With each item that was lost, each restore, and who came and went: reload-guard history"

step "fail2ban bans the range of the client"
f2b_up
run fail2ban-client set lab banip 10.77.0.0/24
expect "the range is banned" within 10 is_shut 993
note "imaps is open in firewalld: $(firewall-cmd --query-service=imaps)"
client_sees
note "Why is the client refused?"
run reload-guard explain 10.77.0.2 imaps
expect "the ban is named" eval 'reload-guard explain 10.77.0.2 imaps | grep -qF 10.77.0.0/24'
note "The guard knows whose client this is, and what lets it in:"
run reload-guard clients add 10.77.0.2
run reload-guard conflicts
unban=$(reload-guard conflicts | sed -n 's/^ *=> *//p' | head -n 1)
expect "a command is printed" test -n "$unban"
note "That command, pasted:"
run bash -c "$unban"
expect "the client is let in again" within 10 is_open 993
client_sees

step "A reload takes fail2ban's bans, too"
run reload-guard clients remove 10.77.0.2
run fail2ban-client set lab banip 10.77.0.2
expect "the client is banned" within 10 is_shut 993
banned() { firewall-cmd --list-rich-rules | grep -qF 10.77.0.2; }
expect "the guard has seen it" within 5 eval 'reload-guard bans --active | grep -qF 10.77.0.2'
sleep 1
run firewall-cmd --reload
expect "its rule is back" within 10 banned
expect "the client stays out" is_shut 993
run reload-guard history --kind restore --limit 1
run fail2ban-client set lab unbanip 10.77.0.2
expect "the client is let in again" within 10 is_open 993
client_sees

step "For good: write what is runtime only to the permanent configuration"
run reload-guard persist
watch_down
note "The guard is stopped; a reload now takes nothing:"
run firewall-cmd --reload
client_sees
expect "mail is open without the guard" is_open 25 465 587 143 993 443

printf '\n'
note "That was the main job: every step came true."
