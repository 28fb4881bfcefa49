# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian packages on the machine: sourced by tests/machine/run for its --packages and --fleet.
# Installation, upgrade from 0.1.0 with its store, downgrade, removal, reinstallation and
# purge; fail2ban starts after each of them.

old_commit=272afd2 # the last one of 0.1.0

# Outside: $packages/new and $packages/old, each a .deb, unless they are given.
build_packages()
{
	command -v dh >/dev/null || skip "debhelper is not installed"
	[ "$packages" = no ] || [ -n "$old_deb" ] || git -C "$top" cat-file -e "$old_commit" 2>/dev/null ||
		skip "the source of 0.1.0 is not here, since this is no git tree; name its package with --old-deb"
	mkdir -p "$work.build/new" "$work.build/old" "$work.build/source"
	export DEB_BUILD_OPTIONS=nocheck
	if [ -z "$new_deb" ]; then
		echo "building the package"
		"$top/packaging/build-deb" "$work.build/new" >"$work.build/new.log" 2>&1 || {
			tail -n 30 "$work.build/new.log"
			return 1
		}
		new_deb=$(ls "$work.build"/new/reload-guard_*.deb)
	fi
	if [ "$packages" = yes ] && [ -z "$old_deb" ]; then
		echo "building 0.1.0"
		{ git -C "$top" archive "$old_commit" | tar -C "$work.build/source" -xf - &&
			"$work.build/source/packaging/build-deb" "$work.build/old"; } >"$work.build/old.log" 2>&1 || {
			tail -n 30 "$work.build/old.log"
			return 1
		}
		old_deb=$(ls "$work.build"/old/reload-guard_*.deb)
	fi
	export new_deb old_deb
}

packages_settle()
{
	cp "$new_deb" "$disk/root/new.deb" && { [ "$packages" = no ] || cp "$old_deb" "$disk/root/old.deb"; } &&
		cp "$top/packaging/debian/tests/reload" "$disk/root/reload" || return 1
	# What a make install on the host may have left must not be taken for the package's.
	rm -rf "$disk/usr/sbin/reload-guard" "$disk/etc/fail2ban/action.d/reload-guard.conf" \
		"$disk"/lib/systemd/system/fail2ban.service.d "$disk"/lib/systemd/system/reload-guard*
	cat >"$disk/etc/fail2ban/filter.d/imap-test.conf" <<-X
		[Definition]
		failregex = ^\s*login failed from <HOST>$
	X
	cat >"$disk/etc/fail2ban/jail.local" <<-X
		[DEFAULT]
		banaction = firewallcmd-rich-rules
		[imap-test]
		enabled = true
		backend = polling
		logpath = /var/log/imap-test.log
		port = imaps
	X
	: >"$disk/var/log/imap-test.log"
	# The units have a /proc of their own, in which they would see the boot id of the host.
	mkdir "$disk/etc/systemd/system/reload-guard.service.d"
	cat >"$disk/etc/systemd/system/reload-guard.service.d/boot.conf" <<-X
		[Service]
		BindReadOnlyPaths=/run/machine/boot_id:/proc/sys/kernel/random/boot_id
	X
	# A package of this host's must not stop services from being started.
	rm -f "$disk/usr/sbin/policy-rc.d"
	systemctl -q --root="$disk" enable firewalld fail2ban
}

# Nobody is there to be asked; a question ends it with an error.
pkg() # DPKG-ARGUMENT...
{
	m env DEBIAN_FRONTEND=noninteractive dpkg "$@" </dev/null >"$work/dpkg" 2>&1
	local status=$?
	cat "$work/dpkg"
	return $status
}

fail2ban_starts()
{
	m fail2ban-client -t && m systemctl restart fail2ban && within 20 m fail2ban-client ping &&
		m fail2ban-client status imap-test
}

told() # whether fail2ban's server has the hook in its jail
{
	m fail2ban-client get imap-test actions | grep -q reload-guard
}

comes_back() # SERVICE: after a reload, by the guard
{
	m firewall-cmd -q --add-service="$1"
	within 5 heard "public/service:$1" || return 1
	m firewall-cmd -q --reload
	within 15 query --query-service="$1"
}

# The three commands of the paragraph, as it prints them.
typed_next()
{
	local line n=0
	while read -r line; do
		n=$((n + 1))
		m timeout 60 sh -c "$line"
		[ $? -le 1 ] || { echo "$line: failed"; return 1; }
	done < <(sed -n 's/^  \(reload-guard .*[^ ]\) *#.*/\1/p' "$work/installed")
	[ "$n" = 3 ]
}

# No question about the configuration; dpkg says so, also where it has the answer.
unasked()
{
	! grep -iE "configuration file|conffile|what would you like" "$work/dpkg"
}

nothing_left()
{
	local left
	left=$(find "$disk"/etc "$disk"/var/lib "$disk"/usr/sbin "$disk"/usr/lib/systemd -name '*reload-guard*' \
		! -path '*/etc/systemd/system/reload-guard.service.d*' ! -path '*/var/lib/dpkg/*' ! -path '*/var/lib/apt/*' \
		! -path '*/var/lib/systemd/deb-systemd*' ! -path '*/etc/fail2ban/jail.d/reload-guard.local' 2>/dev/null)
	[ -z "$left" ] || { echo "left: $left"; return 1; }
}

packages_tests()
{
	echo "boot"
	check "the machine boots" machine_up || return
	[ -n "$machine_pid" ] || return
	check "firewalld runs" within 20 firewalld_runs
	check "fail2ban runs" within 20 m fail2ban-client ping

	echo "installation"
	check "the package is installed" pkg -i /root/new.deb
	cp "$work/dpkg" "$work/installed"
	check "  the watcher runs" within 10 is_active
	check "  and will at boot" m systemctl -q is-enabled reload-guard
	check "  nothing else of it does" not m systemctl -q is-active reload-guard-report.timer reload-guard-metrics.timer
	check "  it says what runs" grep -q "the watcher runs now and after each boot" "$work/installed"
	check "  and three commands, which work" typed_next
	check "  the third says what is left to do" eval 'm reload-guard setup | grep "have fail2ban report its bans"'
	check "fail2ban's hook is switched on" m reload-guard hook enable
	check "  and fail2ban has it" told
	check "fail2ban.service has the drop-in" eval 'unit DropInPaths fail2ban.service | grep -q reload-guard.conf'
	check "fail2ban starts" fail2ban_starts
	check "  with the hook" told
	printf '[another]\nenabled = true\nfilter = imap-test\nbackend = polling\nlogpath = /var/log/imap-test.log\n' \
		>"$disk/etc/fail2ban/jail.d/another.local"
	check "  a jail that is new has it, too, when fail2ban starts" eval 'fail2ban_starts &&
		m fail2ban-client get another actions | grep -q reload-guard'
	rm "$disk/etc/fail2ban/jail.d/another.local"
	check "  and one that is gone does no harm" fail2ban_starts
	m fail2ban-client set imap-test banip 192.0.2.11 >/dev/null
	check "  a ban is on record, with its jail" within 15 eval 'm reload-guard bans | grep "192.0.2.11 .*imap-test"'
	check "  the hook said so" not m journalctl -u fail2ban -b --no-pager --grep 'reload-guard.*returned'
	check "what a reload takes comes back" comes_back imaps
	check "the package's own test passes" m sh /root/reload
	check "the settings are in conf.d" m sh -c 'printf "[guard]\nkeep-days = 31\n" >/etc/reload-guard/conf.d/days.conf &&
		reload-guard --check-config | grep "keep-days = 31"'

	echo "removal"
	m reload-guard hook enable >/dev/null
	m systemctl -q enable --now reload-guard-report.timer
	check "the stamp of the timer is there" within 5 test -e "$disk/var/lib/systemd/timers/stamp-reload-guard-report.timer"
	check "the package is removed" pkg -r reload-guard
	check "  the watcher has ended" not is_active
	check "  and the timer" not is_active reload-guard-report.timer
	check "  fail2ban starts" fail2ban_starts
	check "  without the hook" not told
	check "  and without the drop-in" eval '! unit DropInPaths fail2ban.service | grep reload-guard'
	check "it is installed again, without a question" eval 'pkg -i /root/new.deb && unasked'
	check "  the watcher runs" within 10 is_active
	check "  the hook is on again" within 5 told
	check "  fail2ban starts" fail2ban_starts
	check "  the history is there" eval 'm reload-guard history --kind wipe | grep -q .'
	check "  and the settings" eval 'm reload-guard --check-config | grep "keep-days = 31"'

	echo "purge"
	check "the package is purged" pkg -P reload-guard
	check "  nothing of it is left" nothing_left
	check "  fail2ban starts" fail2ban_starts
	check "  without the hook" not told

	echo "purge, where somebody names the action himself"
	check "the package is installed" pkg -i /root/new.deb
	printf '[DEFAULT]\naction = %%(action_)s\n         reload-guard\n' >"$disk/etc/fail2ban/jail.d/reload-guard.local"
	check "  fail2ban starts" fail2ban_starts
	check "  and tells the guard" told
	check "  the command leaves it alone" m reload-guard hook enable
	check "  fail2ban starts with both" fail2ban_starts
	check "the package is purged" pkg -P reload-guard
	check "  which says what stays, and why" grep -q 'stays, doing nothing: it is named in .*jail.d/reload-guard.local' "$work/dpkg"
	check "  fail2ban starts" fail2ban_starts
	check "it is installed again, without a question" eval 'pkg -i /root/new.deb && unasked'
	check "  and fail2ban tells the guard again" eval 'fail2ban_starts && told'
	rm "$disk/etc/fail2ban/jail.d/reload-guard.local"
	check "without that file nothing stays" eval 'pkg -P reload-guard && nothing_left && fail2ban_starts'

	echo "upgrade from 0.1.0"
	check "0.1.0 is installed" pkg -i /root/old.deb
	check "  its watcher runs" within 10 is_active
	check "  what a reload takes comes back" comes_back imap
	m sed -i 's/^#keep-days = .*/keep-days = 33/' /etc/reload-guard/reload-guard.conf
	printf '[DEFAULT]\naction = %%(action_)s\n         reload-guard\n' >"$disk/etc/fail2ban/jail.d/reload-guard.local"
	check "  fail2ban starts, as its README said" fail2ban_starts
	before=$(wipes)
	check "the new one is installed over it, without a question" eval 'pkg -i /root/new.deb && unasked'
	check "  the watcher runs" within 10 is_active
	check "  it is the new one" eval 'm reload-guard --version | grep 0.2'
	check "  the history is there" test "$(wipes)" -ge "$before" -a "$before" -gt 0
	check "  the settings are in force" eval 'm reload-guard --check-config | grep "keep-days = 33"'
	check "  from a file of their own" m grep -q 'keep-days = 33' /etc/reload-guard/conf.d/local.conf
	check "  fail2ban starts" eval 'fail2ban_starts && told'
	check "  what a reload takes comes back" comes_back pop3s
	check "  a second upgrade asks nothing" eval 'pkg -i /root/new.deb && unasked'

	echo "downgrade"
	check "0.1.0 is installed again" pkg -i /root/old.deb
	check "  fail2ban starts" fail2ban_starts
	check "and the new one, without a question" eval 'pkg -i /root/new.deb && unasked'
	check "  the watcher runs" within 10 is_active
	check "  the history is there" test "$(wipes)" -ge "$before"
	# A store of a release to come: the watcher goes on without it, and what to do is said.
	m systemctl stop reload-guard
	m sqlite3 /var/lib/reload-guard/guard.db 'PRAGMA user_version = 99' >/dev/null
	m systemctl start reload-guard 2>/dev/null
	check "with a store of a newer release the watcher goes on" within 10 is_active
	check "  status says what to do" eval 'm reload-guard status | grep "newer reload-guard.*upgrade"'
	check "  check, too" finds store "install the newer version again"
	m sh -c "$(m reload-guard check --only store | sed -n 's/^  fix: //p')"
	check "  and its command begins anew" within 10 eval 'is_active && m reload-guard check --only store'
	check "  with the newer store kept aside" m test -e /var/lib/reload-guard/newer-guard.db
	rm "$disk/etc/fail2ban/jail.d/reload-guard.local"
	check "purged, nothing is left" eval 'pkg -P reload-guard && nothing_left && fail2ban_starts'
	check "goes down in time" machine_down
}
