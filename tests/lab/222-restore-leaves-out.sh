# SPDX-License-Identifier: GPL-2.0-or-later
# `restore` puts back what was lost, and nothing that was removed, released or has an end.
need "pop3 is permanent" fwc --permanent --add-service=pop3
need "and loaded" fwc --reload
watch_up
mail_open
need "a timed service" fwc --add-service=ftp --timeout=300
need "imap is removed on purpose" fwc --remove-service=imap
need "smtps is released" exits 0 guard release public/service:smtps
need "the guard has heard it" within 3 said 'service:imap was removed on purpose'
need "the guard ends" watch_down
need "pop3 is removed from the permanent configuration" fwc --permanent --remove-service=pop3
need "the reload" fwc --reload
need "status is degraded" exits 1 guard status
need "imaps is lost" out_has 'service:imaps .*LOST'
need "the dry run" exits 0 guard restore --dry-run
need "would restore imaps" out_has 'service:imaps .*would restore'
need "leaves out what was released" out_has 'service:smtps .*left out .*released'
need "leaves out what has an end" out_has 'service:ftp .*left out .*timeout'
need "leaves out what left the permanent configuration" out_has 'service:pop3 .*left out .*removed'
need "restore" exits 0 guard restore
need "imaps is back" is_open 993
for service in imap smtps ftp pop3; do need "$service stays away" not has "$service"; done
guard --json status >"$W/out"
need "no wipe is left unfinished" json 'd["last_wipe"]["finished"] is not None and d["last_wipe"]["failed"] == 0'
need "the next guard" watch_up
need "which knows of the reload ends in time what has an end" within 3 has ftp
for service in imap smtps pop3; do need "$service stays away" not has "$service"; done
need "imaps is open" is_open 993
restored_twice() { [ "$(grep -c ": restored [0-9]* of" "$W/watch.log")" -ge 2 ]; }
need "a reload with the guard" fwc --reload
need "brings imaps back" within 2 is_open 993
need "and says so" within 5 restored_twice

# nobody could tell: reported, and left to restore
need "the guard ends" watch_down
need "imaps goes unseen" fwc --remove-service=imaps
need "the guard comes" watch_up
need "and reports" within 5 said 'nobody can tell why'
need "and leaves it" never 1 has imaps
need "status is degraded" exits 1 guard status
need "for imaps" out_has 'service:imaps .*LOST'
need "restore" exits 0 guard restore
need "brings it back" is_open 993
need "removed again, on purpose" fwc --remove-service=imaps
need "the guard has heard it, too" within 3 said 'service:imaps was removed on purpose'
need "restore" exits 0 guard restore
need "does not bring it back" not has imaps
guard status >"$W/out"
need "and status does not miss it" not grep -q 'imaps .*LOST' "$W/out"
