# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever fail2ban hands over, the hook exits 0 and is silent on stdout.
long=$(head -c 100000 /dev/zero | tr '\0' a)
hostile() {
	need "the hook exits 0" exits 0 guard hook "$@"
	need "and is silent" not test -s "$W/out"
}
hostile ban --jail='x; touch /run/lab/pwned' --address='192.0.2.12'
# shellcheck disable=SC2016
hostile ban --jail='$(touch /run/lab/pwned)' --address='`touch /run/lab/pwned`'
hostile ban --jail=lab --address="192.0.2.13'); DROP TABLE ban; --"
hostile ban --jail="$long" --address=192.0.2.14
hostile ban --jail=lab --address="$long"
hostile ban --jail=lab --address=
hostile ban --jail= --address=192.0.2.15
hostile ban --jail=lab --address=999.1.1.1 --time=yesterday --bantime=never --failures=-1
hostile ban --jail=lab --address=192.0.2.16 --time=99999999999999999999 --bantime=99999999999999999999
hostile ban --jail=$'a\nb\tc\033[31m' --address=192.0.2.17
hostile ban --jail=$'\xff\xfe' --address=192.0.2.18
hostile ban
hostile
hostile nonsense --jail=lab
hostile ban --jail=../../etc/passwd --address=192.0.2.19
hostile ban --frobnicate=1 --jail=lab --address=192.0.2.20
hostile unban --jail=lab --address=mail.example.org
need "nothing of it was run" not test -e /run/lab/pwned
need "a good one is taken after all that" exits 0 guard hook ban --jail=lab --address=192.0.2.99 --time="$(date +%s)" --bantime=600
need "the list works" exits 0 guard bans
need "and has it" out_has 192.0.2.99
need "without control characters" not grep -q $'\033' "$W/out"
