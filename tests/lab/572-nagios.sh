# SPDX-License-Identifier: GPL-2.0-or-later
# check as a plugin of a monitoring system: one line, figures, its exit statuses.
# so that there is a store: without one, not all is known
watch_up
watch_down
mail_open
nagios() { # STATUS [OPTION...]
	local want=$1
	shift
	exits "$want" guard check --format nagios "$@"
}
line() { [ "$(wc -l <"$W/out")" = 1 ] && grep -qE -- "$1" "$W/out" || { cat "$W/out"; return 1; }; }
# what is before the bar, and figures in the form label=value;warn;crit
figures() { grep -qE '^RELOAD-GUARD (OK|WARNING|CRITICAL|UNKNOWN) - [^|]+ \|( [a-z]+=[0-9]+(;[0-9]*){0,2})+$' "$W/out"; }
need "nothing is wrong" nagios 0 --only panic --only listening-closed
need "in one line" line '^RELOAD-GUARD OK - nothing found \| problems=0;0 errors=0;;0 warnings=0;0 unknown=0$'
need "an open port without a server" fwc --add-service=managesieve
need "is a warning" nagios 1 --only no-listener
need "that is named" line '^RELOAD-GUARD WARNING - 1 problem: no-listener: managesieve \(4190/tcp\) is open, and nothing listens there \| problems=1;0 errors=0;;0 warnings=1;0 unknown=0$'
need "a runtime that will not last" nagios 2 --only no-listener --only runtime-only-service
need "is critical, and comes first" line '^RELOAD-GUARD CRITICAL - 2 problems: runtime-only-service: [^|]*; no-listener: [^|]* \| problems=2;0 errors=1;;0 warnings=1;0 unknown=0$'
need "the figures are such" figures
need "two of a kind" fwc --add-rich-rule='rule family=ipv4 source address=10.77.0.2 drop' --add-rich-rule='rule family=ipv4 source address=10.77.0.3 drop'
printf '[clients]\nranges = 10.77.0.0/24\n' >"$CONF"
need "are counted" nagios 1 --only clients-cut-off
need "and told once" line '^RELOAD-GUARD WARNING - 2 problems: clients-cut-off \(2\): clients in 10.77.0.0/24 are cut off from [^|;]* \| problems=2;0 errors=0;;0 warnings=2;0 unknown=0$'
: >"$CONF"
need "what is chosen by the configuration" nagios 2
need "is one line, too" figures
need "the same with another name" exits 1 guard check --format text --only no-listener
need "in words" out_has '^warning: no-listener: '
guard check --format json --only no-listener >"$W/one" 2>"$W/err"
guard --json check --only no-listener >"$W/out" 2>"$W/err"
need "JSON is JSON" json 'd["findings"] == json.load(open("/run/lab/one"))["findings"] and d["findings"][0]["name"] == "no-listener"'
need "two answers are one too many" exits 2 guard --json check --format nagios
need "no such answer" exits 2 guard check --format centreon
need "a check that is none" nagios 3 --only nonsense
need "is unknown" line '^RELOAD-GUARD UNKNOWN - '
printf '[guard]\nnonsense = 1\n' >"$CONF"
need "so is what cannot be configured" nagios 3
need "in one line" line '^RELOAD-GUARD UNKNOWN - the configuration or an option is not valid$'
: >"$CONF"
fw_down
need "without firewalld" nagios 3
need "nobody knows" line '^RELOAD-GUARD UNKNOWN - firewalld cannot be reached$'
