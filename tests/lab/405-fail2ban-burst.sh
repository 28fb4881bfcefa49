# SPDX-License-Identifier: GPL-2.0-or-later
# A reader that holds fail2ban's database makes it lose rows. The guard reads again and again
# during a burst of bans, over the socket and from the database: none is lost.
# BURST: how many bans.
BURST=${BURST:-400}
jail() { printf '[%s]\nenabled = true\nfilter = lab\nlogpath = %s/mail.log\naction = \n' "$1" "$W"; }
F2B_JAIL="$(jail burst)
$(jail other)"
f2b_up
# one that hangs up, and goes by the server's name: what is left is the database
/usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(8)
while True: s.accept()[0].close()' "$W/deaf" fail2ban-server &
need "there is a socket that nobody answers on" within 5 test -S "$W/deaf"
rm -f "$W/enough"
"$BUILD/tests/lab/tickets" -u "$W/enough" >"$W/by-socket" &
BY_SOCKET=$!
"$BUILD/tests/lab/tickets" -u "$W/enough" -s "$W/deaf" >"$W/by-database" &
BY_DATABASE=$!
for ((i = 0; i < BURST; i += 50)); do
	batch=()
	for ((j = i; j < i + 50 && j < BURST; j++)); do batch+=("198.51.$((j / 250)).$((j % 250 + 1))"); done
	need "bans" f2b set burst banip "${batch[@]}"
	need "bans elsewhere" f2b set other banip "${batch[@]}"
done
rows() { /usr/bin/python3 -c 'import sqlite3, sys; print(sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True).execute("SELECT count(*) FROM " + sys.argv[2]).fetchone()[0])' /var/lib/fail2ban/fail2ban.sqlite3 "$1"; }
all_rows() { [ "$(rows bips)" = $((2 * BURST)) ] && [ "$(rows bans)" = $((2 * BURST)) ]; }
need "all are in fail2ban's database" within 30 all_rows
: >"$W/enough"
wait "$BY_SOCKET" || fail "the last reading over the socket is a good one: $(head -n 3 "$W/by-socket")"
wait "$BY_DATABASE" || fail "the last reading of the database is a good one: $(head -n 3 "$W/by-database")"
need "the server held them all" test "$(grep -c ' socket ' "$W/by-socket")" = $((2 * BURST))
need "the database, too" test "$(grep -c ' database ' "$W/by-database")" = $((2 * BURST))
need "how often is known" test "$(grep -c ' 1$' "$W/by-socket")" = $((2 * BURST))
need "fail2ban met no lock" not grep -qiE 'locked|ERROR' "$W/fail2ban.log"
sed 's/^read/  over the socket: read/;q' "$W/by-socket"
sed 's/^read/  from the database: read/;q' "$W/by-database"
