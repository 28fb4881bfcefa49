# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios of `setup`. To be sourced.

# systemd_up: to the guard this is a machine on which systemd runs, with its units installed. Of
# systemctl and systemd-run, which it calls by their paths, the lab's own stand there; they need
# what the scenario has by now.
systemd_up() {
	local tool
	mkdir -p /run/systemd/system
	touch /run/systemd/system/reload-guard{,-rollback}.service
	writable /usr/bin
	manager_up
	for tool in systemctl systemd-run; do
		{ echo '#!/bin/bash'; export -p; echo "exec '$LAB_DIR/$tool' \"\$@\""; } >"$W/$tool"
		chmod +x "$W/$tool"
		cp --remove-destination "$W/$tool" /usr/bin/$tool
	done
}
enabled() { [ -e "/run/systemd/system/multi-user.target.wants/${1:-reload-guard}.service" ]; }
armed() { kill -0 "$(cat "$W/timer.pid" 2>/dev/null)" 2>/dev/null; }
# set_up [OPTION...]: it is done
set_up() { need "it is done" exits 0 guard setup --apply "$@"; }
# files: what the administrator has below /etc, each with its content
files() { (cd /etc && find firewalld/zones fail2ban/jail.d -type f ! -name '*.old' -exec sha256sum {} + | sort -k2); }
stays_so() { [ "$(files)" = "$before" ]; }
# shellcheck disable=SC2034
before_setup() { before=$(files); }
# served: what a fresh server serves, and setup opens
SERVED="25 80 443 465 587 993 995"
# shellcheck disable=SC2086
served_open() { is_open $SERVED; }
# shellcheck disable=SC2086
served_shut() { is_shut $SERVED; }
# shellcheck disable=SC2034
ssh_up() { SSH=$("$BUILD/tests/lab/listener" 22); }
