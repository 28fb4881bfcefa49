# SPDX-License-Identifier: GPL-2.0-or-later
# Errors say what to do next, and the exit status says what kind they are.
need "no command is misuse" exits 2 guard
need "an unknown one too" exits 2 guard frobnicate
need "named on stderr" err_has frobnicate
need "an unknown option" exits 2 guard --frobnicate status
need "an unknown option of a command" exits 2 guard status --frobnicate
need "named on stderr" err_has frobnicate
need "help is fine" exits 0 guard --help
need "the version is fine" exits 0 guard --version
for command in watch status check restore persist release snapshot history bans hook; do
	need "$command --help is fine" exits 0 guard $command --help
	need "and on stdout" out_has "$command"
done
need "the configuration is fine" exits 0 guard --check-config
conf <<-X
	[guard]
	restor = yes
X
need "a misspelt key is an error" exits 2 guard --check-config
need "with the line" err_has ':2'
need "and the nearest name" err_has 'restore'
watch_up
need "but does not keep the watcher from starting" said 'error: .*:2: unknown key "restor".*left out'
: >"$CONF"
mail_open
mail_heard
watch_down
need "firewalld ends" fw_down
file_refused
fw_start
need "and fails" within 15 fw_failed
need "on a failed firewalld status is 1" exits 1 guard status
need "and says so first" out_has '^error: firewalld-state: firewalld is in state FAILED'
need "and does not send to a command that refuses" not grep -q 'reload-guard restore' "$W/out"
for command in restore persist "snapshot take" "snapshot diff 1"; do
	# shellcheck disable=SC2086
	need "$command is 3" exits 3 guard $command
	need "and says where to look" err_has 'FAILED.*see: '
done
rm /etc/firewalld/zones/public.xml
need "firewalld ends" fw_down
need "without firewalld status is 3" exits 3 guard status
need "restore too" exits 3 guard restore
need "snapshot take too" exits 3 guard snapshot take
need "with what to do" err_has 'error: firewalld is not running; start it: systemctl start firewalld'
need "persist too" exits 3 guard persist
need "a comparison with what is there now, too" exits 3 guard snapshot diff 1
for command in history bans "snapshot list" "release public/service:pop3"; do
	# shellcheck disable=SC2086
	need "$command needs no firewalld" exits 0 guard $command
done
need "the bus ends" bus_down
need "without a bus status is 3" exits 3 guard status
need "restore too" exits 3 guard restore
need "with a word about the bus" err_has 'bus'
need "firewalld was not started" not pgrep -x firewalld

mkdir -p "$W/broken" && chmod 700 "$W/broken"
head -c 8192 /dev/urandom >"$W/broken/guard.db"
for command in history bans "snapshot list"; do
	# shellcheck disable=SC2086
	need "an unusable store: $command is 4" exits 4 "$GUARD" -c "$CONF" --state "$W/broken" $command
	need "with a word about the store" err_has 'guard.db|store'
done
