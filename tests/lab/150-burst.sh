# SPDX-License-Identifier: GPL-2.0-or-later
# Five reloads in a row are one piece of work, and no reason to give up.
watch_up
mail_open
signals_up
for _ in 1 2 3 4 5; do reload_fast; done
all_five() { [ "$(grep -c Reloaded "$W/signals")" -ge 5 ]; }
need "five reloads happen" within 10 all_five
need "imaps is open again" within 3 is_open 993
need "all mail services are reachable" within 3 mail_reachable
for service in $MAIL; do need "firewalld has $service" within 3 has "$service"; done
need "and stay" stays 1 mail_reachable
