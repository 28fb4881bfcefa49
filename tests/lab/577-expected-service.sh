# SPDX-License-Identifier: GPL-2.0-or-later
# What a zone of mail is expected to have, and lacks: now, after the next reload, or both; each
# mended by the command that is printed.
watch_up
lacks() { # WORDS
	guard check --only expected-service >"$W/out" 2>"$W/err"
	grep -qE -e "$1" "$W/out" || { cat "$W/out" "$W/err"; return 1; }
}
mend() { # WORDS: runs the command that stands under them
	sed -n "/$1/,/fix:/s/^  fix: //p" "$W/out" >"$W/mend"
	[ "$(wc -l <"$W/mend")" = 1 ] && bash -e "$W/mend" >"$W/mended" 2>&1 || { cat "$W/out" "$W/mend" "$W/mended"; return 1; }
}
clean() { exits 0 guard check --only expected-service; }
need "a zone without mail is none of mail" clean
mail_open
for service in $MAIL; do need "$service is permanent" fwc --permanent --add-service="$service"; done
need "nothing lacks" clean
not lacks 'expected-service' >/dev/null || fail "nothing is told"

need "pop3s goes, for good" fwc --remove-service=pop3s
need "  from both" fwc --permanent --remove-service=pop3s
need "  is found" lacks 'warning: expected-service: zone public lacks, now and after the next reload: pop3s'
need "  as a failure" exits 1 guard check --only expected-service
need "  mended" mend 'expected-service'
need "  that is all" clean
need "  a client gets in" is_open 995
need "  after a reload as well" fwc --reload
need "  too" within 10 is_open 995

need "imap goes from the runtime" fwc --remove-service=imap
need "  is found" lacks 'zone public lacks now, until the next reload: imap'
need "  mended" mend 'expected-service'
need "  a client gets in" is_open 143
need "smtps goes from the permanent configuration" fwc --permanent --remove-service=smtps
need "  is found, as a note while the watcher puts it back" lacks 'info: expected-service: zone public will lack after the next reload: smtps'
need "  mended" mend 'expected-service'
need "  that is all" within 5 clean
need "  it is permanent" fwc --permanent --query-service=smtps

# by another name, by its port, and what nobody serves
need "submission in place of smtp-submission" fwc --remove-service=smtp-submission
need "  by its port" fwc --add-port=587/tcp
need "  in both" fwc --permanent --add-port=587/tcp
need "  in both" fwc --permanent --remove-service=smtp-submission
need "  is as good" clean
end_process "$LISTENER" TERM
need "imaps goes, and nothing listens for it" fwc --remove-service=imaps
need "  in both" fwc --permanent --remove-service=imaps
not lacks 'expected-service' >/dev/null || fail "nobody misses it"
printf '[check]\nservices = smtp, imaps\n' | conf
need "  named, that is a note" lacks 'info: expected-service: .*nothing listens for it here.*: imaps'
need "  and no failure" clean

printf '[check]\nservices = smtp, managesieve\n' | conf
need "others are expected" lacks 'zone public lacks, now and after the next reload.*: managesieve'
printf '[check]\nservices = 25/tcp\n' | conf
need "a port is no service" exits 2 guard check
need "  said with its line" err_has 'reload-guard.conf:2: .*"25/tcp" is not the name of a service'
