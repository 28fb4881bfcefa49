# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: GPL-2.0-or-later
# fleet.sh - two mail servers, set up by Ansible over ssh from a third machine, to which their
# journals and their exported histories go: with what reload-guard-fleet(7) prints. Sourced by
# tests/machine/run for --packages, after whose end it begins, and --fleet.

page=$top/packaging/man/reload-guard-fleet.7
loghost=10.99.2.1

# What the manual has in a display, made that of these machines.
printed() # FIRST-LINE
{
	awk -v first="$1" '/^\.Ed/ { on = 0 } on || (shown && index($0, first) == 1) { on = 1; print }
		{ shown = /^\.Bd -literal/ }' "$page" | sed -e "s/loghost\.example\.org/$loghost/" -e 's/\\e/\\/g' | grep .
}

# Each with a key and a certificate, signed by one that all trust.
journal_certificates()
{
	local dir=$work/tls name
	mkdir -p "$dir" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj /CN=journals -keyout "$dir/ca.key" -out "$dir/ca.pem" || return 1
	for name in machine mail2 loghost; do
		openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$name" \
			-keyout "$dir/$name.key" -out "$dir/$name.csr" &&
			openssl x509 -req -in "$dir/$name.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 \
				-extfile <(echo "subjectAltName=IP:$loghost") -out "$dir/$name.pem" || return 1
	done
}

journal_settles() # DISK NAME FILE FIRST-LINE
{
	cp "$work/tls/ca.pem" "$1/etc/ssl/certs/journal-ca.pem" && cp "$work/tls/$2.pem" "$1/etc/ssl/certs/journal.pem" &&
		cp "$work/tls/$2.key" "$1/etc/ssl/private/journal.key" && chmod 711 "$1/etc/ssl/private" &&
		chmod 644 "$1/etc/ssl/private/journal.key" && printed "$4" >"$1/etc/systemd/$3"
}

loghost_settles()
{
	local root=$work/loghost/disk
	systemctl -q --root="$root" disable firewalld fail2ban postfix dovecot &&
		dpkg-deb -x "$new_deb" "$root/root/package" && journal_settles "$root" loghost journal-remote.conf '[Remote]' &&
		printed 'global(' >"$work/rsyslog" && csplit -s -f "$work/rsyslog." "$work/rsyslog" '/^global/' '/^global/' || return 1
	cp "$work/rsyslog.02" "$root/etc/rsyslog.d/reload-guard.conf"
	cat >"$root/root/hosts" <<-X
		[mail]
		10.99.0.1
		10.99.1.1
		[mail:vars]
		ansible_python_interpreter=/usr/bin/python3
		ansible_become=false
	X
	printed '- hosts: mail' >"$root/root/play.yml"
	cat >>"$root/root/play.yml" <<-X
	        reload_guard_package: /root/new.deb
	        reload_guard_metrics: "{{ inventory_hostname == '10.99.0.1' }}"
	        reload_guard_export: true
	X
}

fleet_settle()
{
	mail_servers && mail_user && systemctl -q --root="$disk" enable postfix dovecot rsyslog || return 1
	# each layer has its own /etc/passwd, and the first one's counts
	chroot "$disk" id -u sshd || chroot "$disk" useradd -r -d /run/sshd -s /usr/sbin/nologin sshd || return 1
	# the kernel's messages are the host's
	sed -i '/imklog/d' "$disk/etc/rsyslog.conf"
	systemctl -q --root="$disk" enable ssh || systemctl -q --root="$disk" enable sshd || return 1
	mkdir -p "$disk/root/.ssh" "$disk/var/lib/prometheus/node-exporter" && chmod 700 "$disk/root/.ssh" &&
		ssh-keygen -q -t ed25519 -N '' -f "$disk/root/.ssh/id_ed25519" </dev/null &&
		cp "$disk/root/.ssh/id_ed25519.pub" "$disk/root/.ssh/authorized_keys" && ssh-keygen -q -A -f "$disk" || return 1
	journal_certificates && journal_settles "$disk" machine journal-upload.conf '[Upload]' &&
		machine_copy mail2 1 && machine_copy loghost 2 &&
		cp "$work/tls/mail2.pem" "$work/mail2/disk/etc/ssl/certs/journal.pem" &&
		cp "$work/tls/mail2.key" "$work/mail2/disk/etc/ssl/private/journal.key" && loghost_settles &&
		cp "$work/rsyslog.01" "$disk/etc/rsyslog.d/reload-guard.conf" &&
		cp "$work/rsyslog.01" "$work/mail2/disk/etc/rsyslog.d/reload-guard.conf"
}

# To each other, and to no server of names, which would be waited for.
routed() { m ip route add 10.99.0.0/16 via "10.99.$machine_net.2"; }
fleet_up()
{
	machine_up && on mail2 machine_up && on loghost machine_up && routed && on mail2 routed && on loghost routed &&
		client sysctl -q -w net.ipv4.ip_forward=1
}

plays() # ARGUMENT...
{
	on loghost m env HOME=/root ANSIBLE_HOST_KEY_CHECKING=no ANSIBLE_PIPELINING=yes \
		ANSIBLE_ROLES_PATH=/root/package/usr/share/reload-guard/ansible \
		ansible-playbook -i /root/hosts /root/play.yml "$@" >"$work/play" 2>&1
	local status=$?
	cat "$work/play"
	return $status
}
recap() { [ "$(grep -cE "^10\.99\.[01]\.1 .*$1" "$work/play")" = 2 ]; }
setup_is_confirmed() { not is_active reload-guard-rollback-in-time.timer && m reload-guard setup; }
loses_and_restores()
{
	m firewall-cmd -q --add-service=pop3 && within 10 heard public/service:pop3 && m firewall-cmd -q --reload &&
		within 15 query --query-service=pop3
}
bans_an_hour_ago()
{
	m reload-guard hook ban --jail imap-test --address 192.0.2.7 --family inet4 --time $(($(date +%s) - 3600)) --bantime 7200
	within 10 eval 'm reload-guard bans --address 192.0.2.7 | grep imap-test'
}
exports() { m systemctl start reload-guard-export || { m journalctl -b -u reload-guard-export -n 9 --no-pager -o cat && false; }; }
on_loghost() { on loghost m journalctl -q -m -o json --output-fields=_HOSTNAME,MESSAGE "$@" >"$work/journal" && cat "$work/journal"; }
both_restored()
{
	on_loghost RELOAD_GUARD_ITEM=public/service:pop3 MESSAGE_ID=fa976be493e84f9f8667586770aca631 &&
		grep -q '"_HOSTNAME":"machine"' "$work/journal" && grep -q '"_HOSTNAME":"mail2"' "$work/journal"
}
both_banned()
{
	local lines=$work/loghost/disk/var/log/reload-guard-hosts
	(cd "$lines" && grep -lF '"address":"192.0.2.7"' ./*.jsonl) | sort | tr '\n' ' ' | grep -x './machine.jsonl ./mail2.jsonl ' &&
		/usr/bin/python3 -c 'import json, sys
for path in sys.argv[1:]:
    rows = [json.loads(line) for line in open(path)]
    assert [r["kind"] for r in rows if r.get("address") == "192.0.2.7"].count("ban") == 1, rows' "$lines"/*.jsonl
}

fleet_tests()
{
	echo "a fleet"
	check "three machines are prepared" fleet_settle
	check "  and boot" fleet_up
	[ -n "$machine_pid" ] || return
	check "  firewalld runs" eval 'within 30 firewalld_runs && within 30 on mail2 firewalld_runs'
	check "  and the mail servers" within 30 m bash -c 'exec 3<>/dev/tcp/127.0.0.1/993'
	check "  but nothing is open" not speaks 993
	check "the play sets up both mail servers" plays
	check "  without a failure" recap 'changed=[1-9].* failed=0 '
	check "  mail is open to a client" within 10 mail_is_open
	check "  it is confirmed" eval 'setup_is_confirmed && on mail2 setup_is_confirmed'
	check "  the watcher runs, and will" eval 'runs_and_will && on mail2 runs_and_will'
	check "  the jail reports" eval 'told && on mail2 told'
	check "  the settings are in force" eval 'm reload-guard --check-config | grep "mail-to = postmaster@example.org"'
	check "  the timers run" eval '[ "$(m systemctl is-active reload-guard-{metrics,report,export}.timer | grep -cx active)" = 3 ]'
	check "  and not one that nobody wants" eval 'not on mail2 m systemctl -q is-active reload-guard-metrics.timer'
	check "once more, it changes nothing" plays
	check "  on either of them" recap 'changed=0 .* failed=0 '
	check "a mistake in the settings ends it" not plays --start-at-task Settings -e '{"reload_guard_settings": {"guard": {"restroe": "yes"}}}'
	check "  before they are there" eval 'not m grep -r restroe /etc/reload-guard && m reload-guard --check-config'
	check "an error that check finds ends it" eval 'm systemctl stop firewalld && not plays --start-at-task Check'
	check "  on that host alone" eval 'grep "^fatal: \[10.99.0.1\].*firewalld" "$work/play" && not grep "^fatal: \[10.99.1.1\]" "$work/play"'
	check "  which is well again" eval 'm systemctl start firewalld && within 30 firewalld_runs'

	check "the journals go to one of them" eval 'on loghost m systemctl start systemd-journal-remote.socket &&
		m systemctl start systemd-journal-upload && on mail2 m systemctl start systemd-journal-upload'
	check "a reload on each of them" eval 'loses_and_restores && on mail2 loses_and_restores'
	check "  who looks there finds both, by the item and the kind" within 30 both_restored

	check "rsyslog runs on all" eval 'is_active rsyslog && on mail2 is_active rsyslog && on loghost is_active rsyslog'
	check "  and takes what it is told" eval 'm rsyslogd -N1 && on loghost m rsyslogd -N1'
	check "a ban of an hour ago, on each of them" eval 'bans_an_hour_ago && on mail2 bans_an_hour_ago'
	check "  is exported" eval 'exports && on mail2 exports'
	check "  who looks on the loghost finds both" within 30 both_banned
	check "  a run later still, once" eval 'exports && stays 2 both_banned'
	check "all go down in time" eval 'machine_down && on mail2 machine_down && on loghost machine_down'
}
