# SPDX-License-Identifier: GPL-2.0-or-later
# connection.zone is where NetworkManager keeps the permanent zone of an interface: persist
# writes it there, and what somebody writes there is meant, whatever was bound before.
. "$LAB_DIR/nm.sh"
nm_up
iredmail_up
watch_up
iredmail_bound
need "that it is in the runtime only is said" within 5 said 'interface:host0.*reload-guard persist'
need "check finds it" finds binding-runtime-only info
need "what would be persisted" exits 0 guard persist --dry-run
need "has the interface" out_has 'iredmail/interface:host0 +would write'
need "and writes nothing" nm_zone_is ''

need "persist" exits 0 guard persist
need "has written it" out_has 'iredmail/interface:host0 +written'
need "into the connection" nm_zone_is iredmail
need "and not into the zone" not fgrep '<interface' /etc/firewalld/zones/iredmail.xml
need "check finds nothing" within 5 clean binding-runtime-only
: >"$W/watch.log"
need "a reload" fwc --reload
need "host0 stays" settles_in iredmail
need "imaps is open" is_open 993
need "the guard had nothing to do" not said 'lost \(1\)'

need "somebody sets another zone" nm_zone internal
need "host0 goes there" settles_in internal
need "and is not said to be in the runtime only" not said 'runtime only.*internal/interface:host0'
need "a reload" fwc --reload
need "it stays" settles_in internal
need "also when its connection is activated" nm_activate
need "it stays" settles_in internal

need "the default zone, by its name" nm_zone public
need "is meant, too" settles_in public
need "a reload" fwc --reload
need "it stays" settles_in public
need "imaps is shut" is_shut 993

need "back to mail's zone" nm_zone iredmail
need "host0 goes there" settles_in iredmail
need "imaps is open" is_open 993
need "the guard has read the connection" within 5 clean binding-runtime-only
need "somebody takes the zone out of the connection" nm_zone ''
need "host0 leaves, which is meant" settles_in public
need "a reload" fwc --reload
need "it stays away" settles_in public
