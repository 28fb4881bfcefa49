# SPDX-License-Identifier: GPL-2.0-or-later
# A zone is taken out of the permanent configuration: by firewall-cmd, by the hand that removes its
# file, renamed, while no guard runs. What was in it goes with it, at run time only or not: that is
# said before the reload, nobody tries to put it back into a zone that is not there, and what is to be
# typed works where the packets come in now.
zone_up() { # NAME
	fwc --permanent --new-zone="$1" && fwc --permanent --zone="$1" --add-service=smtp && fwc --permanent --zone="$1" --add-interface=host0
}
made() { # NAME: with items that are not permanent, and the guard knows of all
	need "zone $1 is made" zone_up "$1"
	need "and loaded" fwc --reload
	need "it has the interface" within 5 bound "$1"
	need "imaps opens in it" fwc --zone="$1" --add-service=imaps
	need "and 465" fwc --zone="$1" --add-port=465/tcp
	need "these are open" is_open 25 993 465
	need "the guard has heard it" within 8 snapshot_has "$1/service:imaps" "$1/port:465/tcp" "$1/service:smtp"
	need "the guard is idle" within 10 finished
	: >"$W/watch.log"
}
gone() { # NAME, WHERE: after the reload
	need "nobody tries to restore ($1)" never 3 said 'restoring|could not|INVALID_ZONE'
	need "that is said ($1)" said "Taken out of the permanent configuration, and all that was in it with it: zone $1\."
	need "nothing is lost" exits 0 guard restore --dry-run
	need "nothing is to be restored" out_has 'nothing to restore\..* reload-guard setup$'
	guard status >"$W/out"
	need "status does not call it lost" not grep -qE 'LOST|lost: ' "$W/out"
	need "it is shut" is_shut 993 465
	sed -n 's/.* come in now: //p' "$W/watch.log" >"$W/mend"
	need "what is to be typed is of the zone where packets come in" grep -q -- "--zone=$2 --add-service=imaps" "$W/mend"
	need "it works" bash -e "$W/mend"
	need "mail is open in zone $2" is_open 993 465 25
	for now in --permanent ""; do
		fwc $now --zone="$2" --remove-service=imaps --remove-service=smtp
		fwc $now --zone="$2" --remove-port=465/tcp
	done
}
fwc --zone=public --remove-interface=host0
watch_up -v

made mail
need "it is deleted" fwc --permanent --delete-zone=mail
need "all of it is told" within 8 said 'Removed from the permanent configuration \(4\): mail/interface:host0, mail/service:imaps'
need "with what keeps it" said '\-\-new-zone=mail && firewall-cmd --permanent --zone=mail --add-interface=host0'
need "status tells, too" finds withdrawn
need "of what is not permanent" out_has 'mail/service:imaps, mail/service:smtp, mail/port:465/tcp'
need "and nothing is called at risk only" clean runtime-only-service
need "nor would it be persisted" exits 0 guard persist --dry-run
need "but left out" not grep -q 'add-service=imaps' "$W/out"
need "the reload" fwc --reload
gone mail public

made mail
need "its file is removed" rm /etc/firewalld/zones/mail.xml
need "the reload" fwc --reload
gone mail public

made mail
need "its file gets another name" mv /etc/firewalld/zones/mail.xml /etc/firewalld/zones/relay.xml
need "the reload" fwc --reload
need "the interface is in that zone" within 5 bound relay
gone mail relay
need "relay goes" fwc --permanent --delete-zone=relay
need "the reload" fwc --reload

made mail
watch_down
need "it is deleted" fwc --permanent --delete-zone=mail
need "the reload" fwc --reload
guard restore --dry-run >"$W/out"
need "nothing is to be restored" not grep -q 'would restore' "$W/out"
need "that is said" out_has 'mail/service:imaps +left out +removed'
watch_up -v
gone mail public
