# SPDX-License-Identifier: GPL-2.0-or-later
# probe tells, from another host, refused from timed out from let in and not served. Real
# mail servers answer it in tests/machine; here are the ones that do not do what they should.
need "a certificate" make_certificate mail.test 2 "$W/good.pem"
need "one that has expired" make_certificate mail.test -1 "$W/expired.pem"
end_process "$LISTENER" TERM
/usr/bin/python3 "$LAB_DIR/servers.py" "$W" 993=imaps 995=imaps-expired 587=smtp 465=no-tls 25=refuses \
	143=endless 110=binary 80=silent >"$W/servers.log" 2>&1 &
need "the servers are there" within 10 grep -q ready "$W/servers.log"
need "all ports are open" fwc --add-service=imaps --add-service=pop3s --add-service=smtps \
	--add-service=smtp-submission --add-service=smtp --add-service=imap --add-service=pop3 --add-service=http
try() { client env SSL_CERT_FILE="$W/good.pem" timeout 40 "$GUARD" -c "$CONF" --json probe -t 2 "$@"; }
outcome() { # PORT OUTCOME [EXPRESSION]
	json "[p for p in d['probes'] if p['port'] == $1 and p['outcome'] == '$2' and (${3:-True})]" >/dev/null ||
		{ cat "$W/out"; return 1; }
}

need "what serves is fine" exits 0 try -N mail.test 10.77.0.1 imaps 587
need "  imaps, with its certificate" outcome 993 serves "p['tls']['subject'] == 'mail.test' and p['tls']['faults'] == []"
need "  STARTTLS is found and tried" outcome 587 serves "p['starttls'] and p['tls']['version'].startswith('TLS')"
need "  by IPv6" exits 0 try -N mail.test fd77::1 imaps
need "an expired certificate is not fine" exits 1 try -N mail.test 10.77.0.1 pop3s
need "  and named" outcome 995 'other words' "'expired' in p['tls']['faults']"
need "nor is one for another name" exits 1 try -N imap.example.org 10.77.0.1 993
need "  and named" outcome 993 serves "p['tls']['faults'] == ['wrong-name']"
need "nor is one that nobody trusts" exits 1 client timeout 20 "$GUARD" -c "$CONF" --json probe -N mail.test 10.77.0.1 993
need "  and named" outcome 993 serves "p['tls']['faults'] == ['untrusted'] and p['tls']['reason']"
insecure() { client timeout 20 "$GUARD" -c "$CONF" --json probe --insecure "$@"; }
need "unless that was asked for" exits 0 insecure -N mail.test 10.77.0.1 993
need "  and named all the same" outcome 993 serves "p['fine'] and p['tls']['faults'] == ['untrusted']"
need "  which goes for no other fault" exits 1 insecure -N imap.example.org 10.77.0.1 993
need "  as for one that has expired" exits 1 insecure -N mail.test 10.77.0.1 995
need "let in and not served" exits 1 try 10.77.0.1 25 465 143 110 http
need "  sent away" outcome 25 'other words' "'554 go away' in p['detail']"
need "  without TLS" outcome 465 'TLS failed'
need "  endlessly" outcome 143 'other words'
need "  in bytes" outcome 110 'other words'
need "  silently" outcome 80 silent
client timeout 20 "$GUARD" -c "$CONF" probe -t 2 10.77.0.1 110 >"$W/out" 2>&1
need "no byte of it reaches a terminal" not grep -q "$(printf '\033')" "$W/out"

# what the firewall does
need "nothing listens" exits 1 try 10.77.0.1 2525
need "  in a closed port firewalld prohibits it" outcome 2525 prohibited
need "it is opened" fwc --add-port=2525/tcp
need "  then it is refused" exits 1 try 10.77.0.1 2525
need "  by the host" outcome 2525 refused
need "a ban that rejects" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.2" port port="993" protocol="tcp" reject type="icmp-port-unreachable"'
need "  looks refused" exits 1 try 10.77.0.1 imaps
need "  to the client" outcome 993 refused
need "a ban that drops" fwc --add-rich-rule='rule family="ipv4" source address="10.77.0.2" port port="587" protocol="tcp" drop'
need "  times out" exits 1 try 10.77.0.1 587
need "  at the client" outcome 587 'timed out'
need "in words" exits 1 client timeout 20 "$GUARD" -c "$CONF" probe -t 1 10.77.0.1 587
need "  with what it means" out_has 'timed out: nobody answers: a rule, a zone'

need "usage: no such service" exits 2 guard probe localhost frobnicate
need "  which it says" err_has 'neither a TCP port nor a service'
need "usage: UDP" exits 2 guard probe localhost 53/udp
need "usage: no host" exits 2 guard probe
need "an unknown host is not fine" exits 1 guard probe no-such-host.invalid
exits 1 guard --json probe -t 1 127.0.0.1 995 && cp "$W/out" "$W/probe.json"
need "the answer fits its schema" /usr/bin/python3 -c '
import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[2])), json.load(open(sys.argv[1])))' "$TOP/schema/json/probe.schema.json" "$W/probe.json"
