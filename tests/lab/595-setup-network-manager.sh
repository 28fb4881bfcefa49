# SPDX-License-Identifier: GPL-2.0-or-later
# NetworkManager keeps the interface, and its permanent zone: it moves there, too, and back.
. "$LAB_DIR/nm.sh"
. "$LAB_DIR/setup.sh"
ssh_up
nm_up
systemd_up
need "the interface is in the default zone" within 5 bound public
set_up --zone mail --interface host0 --within 10m
need "it is moved" bound mail
need "for NetworkManager, too" nm_zone_is mail
need "mail is open" served_open
need "and ssh" is_open 22
need "back, by hand" exits 0 guard setup --rollback
need "the zone that it had" nm_zone_is public
need "is the one that it is in" within 5 bound public
need "ssh is open" within 3 is_open 22
need "mail is not" served_shut
set_up --zone mail --interface host0 --within 10m
need "once more, and it stays" exits 0 guard setup --confirm
need "the connection comes up anew" nm_activate
need "in that zone" within 5 bound mail
need "a reload" fwc --reload
need "leaves it there" stays 2 bound mail
need "mail is open" within 3 served_open
need "and ssh" is_open 22
need "there is nothing to do" exits 0 guard setup
