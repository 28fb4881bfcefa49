# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# generations.sh - reads the table tests/generations; sourced by the runners.
#
#   generations_check        every row can be read, and names what there is; else says which
#   generations_lack NAME    a row says that NAME cannot be shown here: prints why
#
# With GENERATIONS=all no row counts: to see whether one still holds.

generations_table=$(dirname "${BASH_SOURCE[0]}")/generations
declare -A generations_versions=()

# What is installed, without asking a daemon; its answer in $version.
generations_version() # PROGRAM
{
	version=${generations_versions[$1]:-}
	[ -z "$version" ] || return 0
	case $1 in
		firewalld) version=$(/usr/bin/python3 -c 'import firewall.config; print(firewall.config.VERSION)') ;;
		fail2ban) version=$(fail2ban-server --version) ;;
		systemd) version=$(systemctl --version) ;;
		openssl) version=$(openssl version) ;;
		*) return 1 ;;
	esac 2>/dev/null
	version=$(grep -oE '(^|[ v])[0-9]+(\.[0-9]+)*' <<<"$version" | head -n 1 | tr -d ' v')
	generations_versions[$1]=$version
	[ -n "$version" ]
}

generations_holds() # CONDITION
{
	local program comparison wanted version first
	[[ $1 != !/* ]] || { [ ! -e "${1#!}" ]; return; }
	[[ $1 =~ ^([a-z0-9]+)(\<=|\>=|\<|\>|=)([0-9.]+)$ ]] || return 2
	program=${BASH_REMATCH[1]} comparison=${BASH_REMATCH[2]} wanted=${BASH_REMATCH[3]}
	generations_version "$program" || return 2
	[ "$version" != "$wanted" ] || { [[ $comparison == *=* ]]; return; }
	first=$(printf '%s\n' "$version" "$wanted" | sort -V | head -n 1)
	case $comparison in
	\<*) [ "$first" = "$version" ] ;;
	\>*) [ "$first" = "$wanted" ] ;;
	*) false ;;
	esac
}

generations_rows() { sed -E '/^(#|$)/d; s/ *\| */|/g' "$generations_table"; }

generations_lack() # NAME
{
	local name conditions condition reason
	[ "${GENERATIONS:-}" != all ] || return 1
	while IFS='|' read -r name conditions reason; do
		[ "$name" = "$1" ] || continue
		for condition in $conditions; do
			generations_holds "$condition" || continue 2
		done
		echo "not on this machine (${conditions// / and }): $name: $reason"
		return 0
	done < <(generations_rows)
	return 1
}

generations_check()
{
	local name conditions condition reason tests bad=0
	tests=$(dirname "$generations_table")
	while IFS='|' read -r name conditions reason; do
		case $name in
		machine:*) grep -qF -e "${name#machine: }\"" "$tests/machine/run" ;;
		*:*) grep -qF -e "can \"${name#*: }\"" "$tests/lab/${name%%:*}.sh" ;;
		*) [ -e "$tests/lab/$name.sh" ] ;;
		esac || { echo "tests/generations: there is no $name" && bad=1; }
		[ -n "$conditions" ] && [ -n "$reason" ] || { echo "tests/generations: $name needs a condition and a reason" && bad=1; }
		for condition in $conditions; do
			generations_holds "$condition"
			[ $? != 2 ] || { echo "tests/generations: $name: $condition is no condition" && bad=1; }
		done
	done < <(generations_rows)
	return $bad
}
