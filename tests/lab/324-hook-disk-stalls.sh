# SPDX-License-Identifier: GPL-2.0-or-later
# A disk that takes its time for each sync, and one that stalls for ten seconds: the hook is not
# held up by it, and nothing is lost. And one that is full: what can be left nowhere is said.
# As shipped: how soon it answers is judged.
tell() { reload-guard-hook hook "$@" >"$W/out" 2>"$W/err"; }
all_there() { # FROM TO: each once
	guard --json history --kind jail-start --limit 100000 >"$W/starts" &&
		json "all(sum(e['text'] == f'jail j{i}' for e in d['history']) == 1 for i in range($1, $2 + 1))" "$W/starts" >/dev/null
}
bounded() { # FROM TO: those of them, one after the other, each within 4 s
	local i start took
	for i in $(seq "$1" "$2"); do
		start=$(now_ms)
		tell start --jail="j$i" || return 1
		took=$(($(now_ms) - start))
		[ $took -lt 4000 ] || fail "the hook took $took ms"
		[ ! -s "$W/err" ] || { cat "$W/err"; return 1; }
	done
}
export LAB_SLOW_SYNC="$W/slow"
watch_start() {
	manager_up
	: >"$W/notify"
	# a sanitizer wants to be the first that is loaded
	ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0 NOTIFY_SOCKET=$W/notify.socket LD_PRELOAD=$BUILD/tests/lab/slow-sync.so watcher >>"$W/watch.log" 2>&1 &
	WATCH=$!
}
watch_up
echo 600 >"$W/slow"
need "each sync takes 0.6 s" bounded 1 4
need "none is lost" all_there 1 4
echo 10000 >"$W/slow"
tell start --jail=j5
echo 0 >"$W/slow"
need "the disk stalls for 10 s" bounded 6 8
need "the questions know of them all the same" within 15 all_there 1 8
need "and when it is over each is there once" within 15 eval 'tell start --jail=j9 && [ -z "$(ls "$STATE/spool")" ]'
need "all of them" all_there 1 9
watch_down
unset LAB_SLOW_SYNC

mount -t tmpfs -o size=1m,mode=700 tmpfs "$STATE"
dd if=/dev/zero of="$STATE/filler" bs=1k 2>/dev/null
need "the disk is full" tell start --jail=full
need "it says so" err_has 'hook: the start of all in jail full is not recorded'
need "after which" rm "$STATE/filler"
need "there is room" tell start --jail=j10
need "it is left" all_there 10 10
