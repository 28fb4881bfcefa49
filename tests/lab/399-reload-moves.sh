# SPDX-License-Identifier: GPL-2.0-or-later
# The permanent configuration has the clients' interface in another zone, where mail is not
# open: that is foretold, and comes true; either command that is printed averts it.
watch_up
mail_open
need "all of it is permanent" fwc --runtime-to-permanent
need "nothing moves" clean reload-moves
move() { fwc --permanent --zone=public --remove-interface=host0; fwc --permanent --zone=home --add-interface=host0; }
stay() { fwc --permanent --zone=home --remove-interface=host0; fwc --permanent --zone=public --add-interface=host0; }
move
need "what the next reload does is foretold" within 10 finds reload-moves error
need "with the zones, and what is closed" out_has 'the next reload moves host0 from zone public to home, after which .*smtps?, .*imaps.* are closed$'
need "but not what is open there, too" not out_has 'closed.*ssh|ssh.* are closed'
need "status says so" exits 1 guard status
need "in the same words" out_has 'the next reload moves host0 from zone public to home'
need "mail is open until then" is_open 993
need "the command" sh -c "$(guard check --only reload-moves 2>/dev/null | sed -n 's/^  fix: //p' | head -n 1)"
need "averts it" within 10 clean reload-moves
need "a reload" fwc --reload
need "leaves mail open" within 10 is_open 993

# who does not heed it is told what it came to
move
need "it is foretold again" within 10 finds reload-moves error
need "a reload" fwc --reload
need "what was foretold comes true" within 5 is_shut 993
need "which the watcher says" within 5 said 'warning: host0 went from zone public to zone home, where it is permanently; open in public and not in home: .*imaps'
once() { [ "$(grep -c 'host0 went from zone' "$W/watch.log")" = 1 ]; }
need "once" once
need "it is in the history" exits 0 guard history --kind moved
need "  with the zones" out_has 'host0 went from zone public to zone home'
fwc --permanent --zone=home --remove-interface=host0
need "bound nowhere it falls to the default zone" fwc --reload
need "where mail is open" within 10 is_open 993
fwc --permanent --zone=home --add-interface=host0
need "a reload, at once" fwc --reload
need "shuts it" within 5 is_shut 993
twice() { [ "$(guard history --kind moved | grep -c 'host0 went from zone public to zone home')" = 2 ]; }
need "which is on record" within 5 twice
stay
need "back" fwc --reload
need "mail is open" within 10 is_open 993

move
need "it is foretold again" within 10 finds reload-moves error
need "another command" sh -c "$(guard check --only reload-moves 2>/dev/null | sed -n 's/^  or: //p' | head -n 1)"
need "opens it there" within 10 clean reload-moves
need "a reload" fwc --reload
need "moves the interface" within 10 eval '[ "$(firewall-cmd --get-zone-of-interface=host0)" = home ]'
need "and mail is open" within 10 is_open 993

fwc --permanent --zone=home --remove-service=imaps
fwc --zone=work --change-interface=host0
for s in imaps smtp; do fwc --zone=work --add-service=$s; done
watch_down
need "without a watcher a reload undoes what was bound by hand" within 10 finds reload-moves error
need "which closes imaps" out_has 'the next reload moves host0 from zone work to home, after which imaps is closed$'
need "that comes true" fwc --reload
need "imaps is shut" is_shut 993
need "smtp is not" is_open 25

# What is bound nowhere moves with the default zone of firewalld.conf, which somebody has edited:
# to another, or to one that is not there, for which firewalld takes public.
default_is() { sed -i "s/^DefaultZone=.*/DefaultZone=$1/" /etc/firewalld/firewalld.conf; }
fwc --permanent --zone=public --remove-interface=host0
fwc --permanent --zone=home --remove-interface=host0
need "home is the default" fwc --set-default-zone=home
need "and imaps is open there" fwc --permanent --zone=home --add-service=imaps
need "imaps is not in public" fwc --permanent --zone=public --remove-service=imaps
need "they are loaded" fwc --reload
need "imaps is open" is_open 993
need "nothing moves" clean reload-moves
for zone in work no-such-zone; do
	default_is "$zone"
	need "DefaultZone=$zone is foretold" within 10 finds reload-moves error
	need "with the zones" out_has 'the next reload moves host0 from zone home to (work|public), after which (.*, )?imaps(, .*)? (is|are) closed$'
	need "and its reason" out_has "the default zone of firewalld.conf is $zone"
	default_is home
	need "nothing moves again" within 10 clean reload-moves
done
default_is no-such-zone
need "it is foretold" within 10 finds reload-moves error
need "the command" mend
need "averts it" within 10 clean reload-moves
need "a reload" fwc --reload
need "leaves imaps open" is_open 993
need "in the zone that it was in" test "$(firewall-cmd --get-default-zone)" = home
default_is no-such-zone
need "the other command" sh -c "$(guard check --only reload-moves 2>/dev/null | sed -n 's/^  or: //p' | head -n 1)"
need "averts it, too" within 10 clean reload-moves
fwc --permanent --zone=public --remove-service=imaps
need "without it, what was foretold comes true" fwc --reload
need "imaps is shut" is_shut 993
need "in public" test "$(firewall-cmd --get-default-zone)" = public
