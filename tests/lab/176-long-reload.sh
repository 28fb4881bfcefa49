# SPDX-License-Identifier: GPL-2.0-or-later
# A reload of so many rules that it takes long: who asks has an answer within 5 s all the same, and the
# watcher does nothing from what it knows in part. BUSY_S: how many seconds (default 6); for as many
# rules as make a minute of it, LAB_LIMIT=600 BUSY_S=60.
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
few=$(took fwc --reload)
rules 400
many=$(took fwc --reload)
[ "$many" -gt "$few" ] || fail "rules take time to load: $few and $many ms"
n=$((400 * ${BUSY_S:-6} * 1000 / (many - few)))
fwc --zone=public --change-interface=host0
watch_up
mail_open
mail_heard
rules "$n"
reload_fast
need "the reload has begun" within 20 is_shut 993
answers=0
while is_shut 993 && [ "$answers" -lt 2 ]; do
	ms=$(took eval 'guard status >"$W/out" 2>"$W/err"; [ $? = 3 ]') ||
		fail "status has 3 in the middle of it: $(head -n 3 "$W/out" "$W/err")"
	[ "$ms" -lt 5000 ] || fail "status took $ms ms"
	need "and says why" err_has 'firewalld does not answer'
	answers=$((answers + 1))
done
[ "$answers" -ge 1 ] || fail "the reload of $n rules was over before anybody could ask"
need "what was runtime only is back when it is over" within $((${BUSY_S:-6} * 4 + 20)) mail_reachable
need "status is fine" within 10 exits 0 guard status
need "nothing was given up" not said "gave up|[Rr]emoved (it )?from the permanent|could not be restored"
need "it was one wipe" exits 0 guard --json history --kind wipe
need "and no other" json 'len(d["history"]) == 1'
echo "  a reload of $n rules; answers in the middle of it: $answers"
