# SPDX-License-Identifier: GPL-2.0-or-later
# A reload overtakes the calls that put back what the reload before took: they are carried
# out after it. A timed item that comes back by such a call keeps its end.
watch_up
# more zones take longer to read: time for a reload to get in between
for zone in dmz external home internal work; do need "imaps in $zone" fwc --zone=$zone --add-service=imaps; done
need "all are heard" within 5 snapshot_has work/service:imaps
# fourteen reloads and a restart have to be over before the item's time is: a reload of 2.x takes
# several times as long as one of 1.3
start=$(now_ms)
need "a reload" fwc --reload
seconds=$((9 + 14 * ($(now_ms) - start) / 1000))
need "what it took is back" within 10 has imaps work
start=$(now_ms)
need "imap opens for $seconds s" fwc --add-service=imap --timeout=$seconds
need "that is heard" within 5 snapshot_has public/service:imap
# firewalld's own timer outlives a reload, and would hide what is looked for
fw_down
fw_start
need "firewalld starts" within 15 fw_running
/usr/bin/python3 <<'P' || fail "firewalld reloads"
import dbus, time
firewalld = dbus.Interface(dbus.SystemBus().get_object("org.fedoraproject.FirewallD1", "/org/fedoraproject/FirewallD1"),
                           "org.fedoraproject.FirewallD1")
for i in range(14):
    firewalld.reload()
    time.sleep(0.003 * i)
P
need "imap is open again" within 3 is_open 143
[ $(($(now_ms) - start)) -lt $((seconds * 1000 - 1000)) ] || fail "this machine is too slow for this scenario"
need "it is gone when its time is over" within $((seconds + 2)) is_shut 143
took=$(($(now_ms) - start))
[ $took -ge $((seconds * 1000 - 500)) ] || fail "it is gone after $took ms, before its time"
