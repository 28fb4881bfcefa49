# SPDX-License-Identifier: GPL-2.0-or-later
# The guard's own table, by itself: what it denies, to whom, on which interface, and until when.
# As shipped: how soon it acts is judged.
mail_open
table() { "$BUILD/tests/lab/gaptable" "$@" >"$W/gap.out" 2>&1; }
fill() { { echo "default public"; cat; } | table fill || fail "the kernel takes it: $(cat "$W/gap.out")"; }
rule() { # SECONDS ADDRESS PORT ACTION...
	local family=ipv4
	[[ $2 != *:* ]] || family=ipv6
	echo "$1 ${ZONE:-public}/rule:rule family=$family source address=$2 port port=$3 protocol=tcp ${*:4}"
}
answer() { [ "$(reach "$2" "${3:-10.77.0.1}" "$1")" = "${4:-refused}" ]; }

need "there is no table at first" not table exists
need "and none to drop is no error" table drop

# --- ports, addresses, ways of denying ---
fill <<-X
	$(rule 100 10.77.0.3 imaps reject type=icmp-port-unreachable)
	$(rule 100 10.77.0.3 465 reject type=tcp-reset)
	$(rule 100 10.77.0.3 110-143 reject)
	$(rule 100 10.77.0.3 25 drop)
	$(rule 100 fd77::2 993 reject type=icmp6-adm-prohibited)
X
need "a port by its name" answer 10.77.0.3 993
need "a reset" answer 10.77.0.3 465
need "ports from-to" answer 10.77.0.3 143
need "a drop" answer 10.77.0.3 25 10.77.0.1 timeout
need "IPv6" not is_open6 993
need "other ports stay open" answer 10.77.0.3 587 10.77.0.1 open
need "so do IPv6's" is_open6 25
need "others stay free" answer 10.77.0.2 993 10.77.0.1 open

# --- firewalld's own flush is no matter of ours ---
wipe=--complete-reload
can "a complete reload" || wipe=--reload
need "firewalld wipes" fwc $wipe
fwc --add-service=imaps
need "the table is still there" table exists
need "and in effect" answer 10.77.0.3 993
need "and others are free" answer 10.77.0.2 993 10.77.0.1 open

# --- what is replaced is replaced ---
fill < <(rule 100 10.77.0.2 993 reject)
need "the one is denied" answer 10.77.0.2 993
need "the other is free again" answer 10.77.0.3 993 10.77.0.1 open

# --- where prefixes overlap, until the last of them ends; nobody renews anything here ---
fill <<-X
	$(rule 2 10.77.0.0/24 993 reject)
	$(rule 100 10.77.0.3 993 reject)
X
need "the prefix denies" answer 10.77.0.2 993
need "and ends by itself" within 5 answer 10.77.0.2 993 10.77.0.1 open
need "what lasts longer does not end with it" answer 10.77.0.3 993
fill < <(rule 1 10.77.0.3 993 reject)
need "a ban without a guard ends with its ticket" within 4 answer 10.77.0.3 993 10.77.0.1 open
fill < <(rule 0 10.77.0.3 993 reject)
nft list table inet reload_guard >"$W/listed"
need "one for ever has a time nevertheless" said 'timeout 1h ' "$W/listed"

# --- where the packets of another zone come in, the ban denies nothing ---
{ echo "has lan/interface:host0"; rule 100 10.77.0.3 993 reject; } | fill
need "another zone's interface" answer 10.77.0.3 993 10.77.0.1 open
{ echo "has lan/interface:host0"; ZONE=lan rule 100 10.77.0.3 993 reject; } | fill
need "the zone's own" answer 10.77.0.3 993
{ echo "has lan/interface:hos+"; ZONE=lan rule 100 10.77.0.3 993 reject; } | fill
need "its own, by how it begins" answer 10.77.0.3 993
{ echo "has lan/interface:hos+"; rule 100 10.77.0.3 993 reject; } | fill
need "another's, likewise" answer 10.77.0.3 993 10.77.0.1 open

# --- a live session is not cut ---
table drop
fwc --add-port=2526/tcp
/usr/bin/python3 - "$W/session" <<'X' &
import socket, sys
s = socket.create_server(("10.77.0.1", 2526))
open(sys.argv[1] + ".listens", "w").close()
c, _ = s.accept()
open(sys.argv[1] + ".up", "w").close()
c.settimeout(10)
sys.exit(0 if c.recv(10) == b"still here" else 1)
X
server=$!
need "a server listens" within 5 test -e "$W/session.listens"
client /usr/bin/python3 - "$W/session" <<'X' &
import os, socket, sys, time
s = socket.create_connection(("10.77.0.1", 2526), 5, ("10.77.0.3", 0))
while not os.path.exists(sys.argv[1] + ".go"):
    time.sleep(0.02)
s.sendall(b"still here")
X
need "a session begins" within 5 test -e "$W/session.up"
fill < <(rule 100 10.77.0.3 2526 drop)
need "a new one is denied" answer 10.77.0.3 2526 10.77.0.1 timeout
touch "$W/session.go"
need "the old one lives" wait $server

need "it is dropped" table drop
need "all of it" not table exists
need "and nobody is denied" answer 10.77.0.3 993 10.77.0.1 open
