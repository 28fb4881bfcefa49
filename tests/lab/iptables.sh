# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# For scenarios of firewalld's backend iptables. To be sourced. Arguments: lines of [guard].
need "iptables is installed (see packaging/deps)" command -v iptables >/dev/null
conf_guard "audit-s = 0" "$@"
sed -i 's/^FirewallBackend=.*/FirewallBackend=iptables/' /etc/firewalld/firewalld.conf
fw_down
# let in or refused, but not left without an answer
answered() { [ "$(reach 110)" != timeout ]; }
# shellcheck disable=SC2034
OPEN='every port is open|nobody is banned|may be open|whom it kept out'
