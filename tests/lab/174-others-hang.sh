# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever does not answer, there is an answer within 5 s, and its cause: all of them share one time.
# As shipped: how soon it answers is judged.
. "$LAB_DIR/hang.sh"
watch_up
mail_open
mail_heard
f2b_up
within 10 exits 0 guard status

kill -STOP "$BUS"
need "the bus hangs" answers 3 'the system bus does not answer'
need "firewalld is not to blame" not out_has 'firewalld does not answer|restart firewalld'
need "what to look at is told" out_has 'fix: systemctl status dbus'
need "what was open is told all the same" out_has 'service:imaps .*the kernel has its rule'
kill -STOP "$F2B"
need "fail2ban hangs, too" answers 3 'the system bus does not answer'
/usr/bin/python3 - "$W/full" <<'X' &
import signal, socket, sys
held = []
while True:
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.setblocking(False)
    try:
        s.connect("/run/dbus/system_bus_socket")
        held.append(s)
    except BlockingIOError:
        break
open(sys.argv[1], "w").close()
signal.pause()
X
FULL=$!
need "the bus takes no more connections" within 5 test -e "$W/full"
need "the queue of the bus is full" answers 3 'it takes no connection'
end_process "$FULL" KILL
mv /run/dbus/system_bus_socket "$W/socket"
need "its socket is gone" answers 3 'cannot reach the system bus'
mv "$W/socket" /run/dbus/system_bus_socket
kill -CONT "$BUS"
need "the bus goes on" within 10 bus_answers
need "fail2ban hangs alone" answers 1 'error: fail2ban-down: fail2ban does not answer'
kill -STOP "$FW"
need "firewalld and fail2ban hang" answers 3 'firewalld does not answer'
