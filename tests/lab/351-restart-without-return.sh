# SPDX-License-Identifier: GPL-2.0-or-later
# A reload fails over the arguments of a direct rule, which nobody foretells, and so does the guard's;
# it restarts firewalld, which does not come back, since systemd has had enough: that is said, with
# what to type.
conf_guard "audit-s = 0"
service_manager_up
touch "$W/no-start"
need "permanent services" fwc --permanent --add-service=ssh
watch_up
mail_open
mail_heard
printf '<?xml version="1.0"?>\n<direct><rule ipv="ipv4" table="filter" chain="INPUT" priority="0">--no-such-option -j ACCEPT</rule></direct>' >/etc/firewalld/direct.xml
need "a reload fails" not fwc --reload
need "the guard restarts firewalld" within 30 said 'restarting firewalld|Restarting firewalld'
need "which ends it" within 15 not pgrep -x firewalld
began=$(now_ms)
need "it is said that it stays away" within 45 said 'firewalld could not be repaired: it has not come back from the guard.s restart.*systemctl start firewalld'
[ $(($(now_ms) - began)) -ge 15000 ] || fail "that was said too soon"
need "on record, too" guard history --kind repair
guard history --kind repair >"$W/out"
need "with the reason" out_has 'has not come back'
rm "$W/no-start" /etc/firewalld/direct.xml
fw_start
need "mail is open again when somebody starts it" within 20 mail_reachable
