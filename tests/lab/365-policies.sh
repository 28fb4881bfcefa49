# SPDX-License-Identifier: GPL-2.0-or-later
# Services of policies: one from everywhere to this machine, one from a zone. What is added
# at run time comes back; what is removed stays away; a policy that is gone needs nothing.
policy() {
	fwc --permanent --new-policy="$1" && fwc --permanent --policy="$1" --add-ingress-zone="$2" &&
		fwc --permanent --policy="$1" --add-egress-zone=HOST
}
need "a policy from everywhere" policy mail-in ANY
need "one from public" policy public-in public
need "one that will go" policy short-lived ANY
need "its service is permanent" fwc --permanent --policy=mail-in --add-service=smtp
need "they load" fwc --reload
need "the interface is in public" fwc --zone=public --change-interface=host0
watch_up
add() { fwc --policy="$1" "$2"; }
need "imaps opens in mail-in" add mail-in --add-service=imaps
need "smtps too" add mail-in --add-service=smtps
need "2525 in mail-in" add mail-in --add-port=2525/tcp
need "a rule in mail-in" add mail-in --add-rich-rule='rule family=ipv4 source address=10.77.0.2 service name=pop3s accept'
need "imap in public-in" add public-in --add-service=imap
need "http in the one that will go" add short-lived --add-service=http
need "https in the zone" fwc --add-service=https
open() { is_open 993 465 25 2525 143 443 995; }
need "all are open" open
need "http too" is_open 80
need "that is heard" within 5 snapshot_has public/service:https
need "short-lived is deleted" fwc --permanent --delete-policy=short-lived
for wipe in reload restart; do
	if [ $wipe = reload ]; then need "the reload" fwc --reload; else
		need "firewalld ends" fw_down
		fw_start
		need "it is back" within 15 fw_running
	fi
	need "after a $wipe all are open" within 4 open
	need "and firewalld has them" fwc --policy=mail-in --query-service=smtps
done
need "http is not" is_shut 80
need "and nobody tries" not said 'short-lived/service:http could not'
need "smtps is removed" add mail-in --remove-service=smtps
need "the log says so" within 2 said 'policy:mail-in/service:smtps was removed on purpose'
need "imap is released" exits 0 guard release policy:public-in/service:imap
need "the reload" fwc --reload
need "imaps is back" within 2 is_open 993
need "smtps stays away" never 1 is_open 465
need "imap too" is_shut 143
need "smtp is permanent" is_open 25
need "status" guard --json status >"$W/out"
need "shows it" json '[i for i in d["items"] if i["item"] == "policy:mail-in/service:imaps" and i["open"]]'
need "the watcher lives" watching
