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

stay
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
