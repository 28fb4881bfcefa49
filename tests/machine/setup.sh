# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# setup.sh - both guides in a few commands, on a fresh machine: `reload-guard setup` with the real
# systemd, which undoes it in time and at a boot. Sourced by tests/machine/run for --setup.

neither() { not is_active && not m systemctl -q is-enabled reload-guard; }
shut() { not speaks 993 && not speaks 25; }
to_do() { not m reload-guard setup >"$work/plan" 2>&1; cat "$work/plan"; grep -qF "$1" "$work/plan"; }
nobody_undoes_it()
{
	not is_active reload-guard-rollback-in-time.timer && not m systemctl -q is-enabled reload-guard-rollback.service
}

setup_tests()
{
	check "the machine boots" machine_up
	[ -n "$machine_pid" ] || return
	m systemctl disable --now reload-guard
	check "  firewalld runs" within 20 firewalld_runs
	check "  and the mail servers" within 30 m bash -c 'exec 3<>/dev/tcp/127.0.0.1/993'
	check "  but nothing is open" shut
	check "setup says what is to be done" to_do 'open imaps (993/tcp) in zone public, now and for good'
	check "  and that fail2ban is to report" to_do 'have fail2ban report its bans'

	check "setup --apply" m reload-guard setup --apply --within 20s
	check "  mail is open to a client" within 10 mail_is_open
	check "  the watcher runs, and will" runs_and_will
	check "  the jail reports" m reload-guard hook status
	check "  nobody confirms: it is undone in time" within 60 shut
	check "  and comes to an end" within 60 not test -e "$disk/var/lib/reload-guard/setup/undoing"
	check "  the watcher does not run, nor will it" within 10 neither
	check "  the jail does not report" not m reload-guard hook status
	check "  nobody is to undo it again" within 10 nobody_undoes_it
	check "  and it says so" eval 'm reload-guard history --kind setup | grep "rolled back"'

	check "setup --apply, once more" m reload-guard setup --apply
	check "  mail is open to a client" within 10 mail_is_open
	machine_crash
	check "  the power goes, and comes back" machine_up
	[ -n "$machine_pid" ] || return
	check "  it is undone" within 60 shut
	check "  and comes to an end" within 60 not test -e "$disk/var/lib/reload-guard/setup/undoing"
	check "  the watcher does not run, nor will it" within 10 neither
	check "  nobody is to undo it again" within 10 nobody_undoes_it

	check "setup --apply" m reload-guard setup --apply
	check "  is confirmed" m reload-guard setup --confirm
	check "  nobody undoes it any more" nobody_undoes_it
	check "  there is nothing to do" m reload-guard setup
	m firewall-cmd -q --reload
	check "  a reload takes nothing" within 10 mail_is_open
	check "  nor does a boot" eval 'machine_down && machine_up'
	[ -n "$machine_pid" ] || return
	check "  mail is open to a client" within 30 mail_is_open
	check "  the watcher runs, and will" runs_and_will

	check "a zone of its own: a jail would be left behind" eval \
		'not m reload-guard setup --zone mail --interface host0 | tee /dev/stderr | grep "fail2ban bans in zone public"'
	sed -i 's/^banaction = .*/banaction = nftables-multiport/' "$disk/etc/fail2ban/jail.local"
	m systemctl restart fail2ban
	check "  with another action it moves" within 20 m reload-guard setup --zone mail --interface host0 --apply
	check "  is confirmed" m reload-guard setup --confirm
	check "  mail is open to a client" within 10 mail_is_open
	check "  in that zone" eval 'm firewall-cmd --get-zone-of-interface=host0 | grep -x mail'
	check "  ssh came along" query --zone=mail --query-service=ssh
	check "  a boot leaves it so" eval 'machine_down && machine_up'
	[ -n "$machine_pid" ] || return
	check "  mail is open to a client" within 30 mail_is_open
	check "  there is nothing to do" within 20 m reload-guard setup
}
