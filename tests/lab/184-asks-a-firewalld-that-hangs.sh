# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld hangs: what would be done cannot be told, which restore and persist say within 5 s, with
# status 3; and where something is to be done they say that they wait, and do it when it answers.
# As shipped: how soon it answers is judged.
ends() { # COMMAND...: with 3, and why, within 5 s
	local start took
	start=$(now_ms)
	exits 3 guard "$@" || return 1
	took=$(($(now_ms) - start))
	[ "$took" -lt 5000 ] || { echo "  took $took ms: $*"; return 1; }
	err_has 'firewalld does not answer'
}
waits() { grep -q 'firewalld does not answer; waiting for it' "$W/$1.err"; }
fw_unowned
need "imaps is permanent" fwc --permanent --add-service=imaps
need "smtps is open" fwc --add-service=smtps
watch_up
need "it is on record" within 10 snapshot_has public/service:smtps
need "the guard is gone" watch_down
need "imaps is missing, and smtps is runtime only" is_open 465
kill -STOP "$FW"
for command in restore persist; do
	need "$command --dry-run ends" ends "$command" --dry-run
	need "also in JSON" ends --json "$command" --dry-run
done
for command in restore persist; do
	guard "$command" >"$W/$command" 2>"$W/$command.err" &
	asking=$!
	need "$command says that it waits" within 5 waits "$command"
	need "and does" kill -0 "$asking"
	kill -CONT "$FW"
	need "it ends well when firewalld answers" wait "$asking"
	kill -STOP "$FW"
done
kill -CONT "$FW"
need "smtps is permanent" fwc --permanent --query-service=smtps
