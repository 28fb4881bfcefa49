# SPDX-License-Identifier: GPL-2.0-or-later
# What setup does not do, and what it says instead.
. "$LAB_DIR/setup.sh"
# of that one connections stand
/usr/bin/python3 -c 'import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", 22))
s.listen()
kept = []
while True: kept.append(s.accept())' &
SSH=$!
need "ssh listens" within 3 is_open 22
before_setup
need "without systemd nobody would undo it" exits 1 guard setup --apply
need "so it does nothing, and says how" err_has 'nothing was changed: .*--no-rollback'
need "nothing is open" served_shut
need "a service that is none" exits 2 guard setup nonsense
need "is told" err_has 'nonsense.*no service'
need "an interface that is not there" exits 2 guard setup --interface eth9
need "is told, too" err_has 'there is no interface eth9'
need "a name that firewalld would not take" exits 2 guard setup --zone 'a/b'
need "two answers at once" exits 2 guard setup --confirm --rollback
need "a time too short" exits 2 guard setup --apply --within 1s
need "there is nothing to confirm" exits 1 guard setup --confirm

# a zone that would shut who is connected out; strangers would get in
need "a zone" fwc --permanent --new-zone=mail
fwc --permanent --zone=mail --add-service=ssh
need "that denies the client" fwc --permanent --zone=mail --add-rich-rule='rule family=ipv4 source address=10.77.0.2 drop'
need "is there" fwc --reload
fwc --zone=public --change-interface=host0
need "without a client it may be" exits 1 guard setup --zone mail --interface host0
need "as it says" out_has 'move host0'
ip netns exec client bash -c 'exec 3<>/dev/tcp/10.77.0.1/22; echo connected; read -r -t 60 <&3' >"$W/ssh" &
CLIENT=$!
connected() { grep -q connected "$W/ssh"; }
need "somebody comes by ssh" within 5 connected
need "then it is not proposed" exits 1 guard setup --zone mail --interface host0
need "and why not is said" out_has 'Nothing is changed in firewalld: 22/tcp would be closed to 10\.77\.0\.2'
need "nor done" exits 1 guard setup --zone mail --interface host0 --apply --no-rollback
need "the interface is where it was" bound public
kill "$CLIENT" "$SSH" 2>/dev/null

# a jail bans in the zone that the interface would leave
f2b_up
need "that jail is named" exits 1 guard setup --zone work --interface host0
need "with what to do first" out_has 'bans in zone public \(lab\), which host0 would leave.*in zone work first'
need "fail2ban ends" f2b_down

# a step fails: what was done before it goes, too
mount --bind /etc/firewalld/zones /etc/firewalld/zones
mount -o remount,ro,bind /etc/firewalld/zones
need "where nothing can be written it fails" exits 1 guard setup --apply --no-rollback
need "as it says, with the step" err_has 'smtp \(25/tcp\) in zone public.*: '
need "and is rolled back at once" err_has 'all of it was rolled back'
need "nothing is open" served_shut
need "nothing waits for an answer" exits 1 guard setup --rollback
umount /etc/firewalld/zones

need "for good at once" exits 0 guard setup --apply --no-rollback
need "all is open" served_open
need "nothing waits for an answer" exits 1 guard setup --confirm
need "without firewalld" fw_down
need "nothing is known" exits 3 guard setup
