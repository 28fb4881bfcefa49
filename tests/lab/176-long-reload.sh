# SPDX-License-Identifier: GPL-2.0-or-later
# A reload that takes long: the watcher says so, waits, does nothing from what it knows in part, and
# puts back what was lost when it is over. Who asks meanwhile has an answer within 5 s all the same.
# firewalld loads rules for some seconds of its time, and gets little of that, however busy the
# machine is, until all is seen.
# As shipped: how soon it answers is judged.
rules() { # N: so many in the file of public, which firewalld reads at its next reload
	/usr/bin/python3 - "$1" >"$W/public.xml" <<-'X'
		import ipaddress, sys
		print(open("/usr/lib/firewalld/zones/public.xml").read().replace("</zone>", ""))
		for n in range(int(sys.argv[1])):
		    print('<rule family="ipv4"><source address="%s"/><drop/></rule>' % (ipaddress.ip_address("198.18.0.0") + n))
		print("</zone>")
	X
	cp "$W/public.xml" /etc/firewalld/zones/public.xml
}
took() { # COMMAND...: milliseconds
	local start
	start=$(now_ms)
	"$@" && echo $(($(now_ms) - start))
}
needed() { # COMMAND...: milliseconds of firewalld's own
	local start
	start=$(awk '{ print $14 + $15 }' "/proc/$FW/stat")
	"$@" && awk -v start="$start" '{ print ($14 + $15 - start) * 10 }' "/proc/$FW/stat"
}
rules 1000
n=$((1000 * 8000 / $(needed fwc --reload)))
fwc --zone=public --change-interface=host0
watch_up
mail_open
mail_heard
rules "$n"
began=$(now_ms)
fwc --reload & reloading=$!
need "the reload has begun" within 40 is_shut 993
slow() { # firewalld, to a tenth
	while [ ! -e "$W/seen" ]; do
		kill -STOP "$FW" && pause 0.36 "it has no time"
		kill -CONT "$FW" && pause 0.04 "it has some"
	done
}
slow & slowing=$!
answers=0
while kill -0 "$reloading" 2>/dev/null && [ "$answers" -lt 3 ]; do
	ms=$(took eval 'guard --json status >"$W/out" 2>"$W/err"; [ $? = 3 ]') || break
	[ "$ms" -lt 5000 ] || fail "status took $ms ms"
	answers=$((answers + 1))
done
[ "$answers" -ge 1 ] || fail "status has 3 in the middle of it: $(head -n 3 "$W/out" "$W/err")"
if kill -0 "$reloading" 2>/dev/null; then
	need "who asks is told" exits 3 guard check
	need "why" err_has 'firewalld does not answer'
fi
need "the watcher says that it waits" within 30 said 'firewalld does not answer; waiting for it'
need "and has put nothing back yet" not said 'restored'
kill -0 "$reloading" || fail "the reload was over too soon"
: >"$W/seen"
wait "$slowing" "$reloading"
lasted=$(($(now_ms) - began))
echo "  a reload of $n rules in $lasted ms; answers in the middle of it: $answers"
need "what was runtime only is back when it is over" within 40 mail_reachable
need "which the watcher says" within 5 said 'firewalld answers again'
need "status is fine" within 40 exits 0 guard status
need "nothing was given up" not said 'gave up|[Rr]emoved (it )?from the permanent|could not be restored|on purpose'
need "it was one wipe" exits 0 guard --json history --kind wipe
need "and no other" json 'len(d["history"]) == 1'
