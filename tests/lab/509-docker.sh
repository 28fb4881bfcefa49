# SPDX-License-Identifier: GPL-2.0-or-later
# Docker itself beside firewalld: a container's published ports go past firewalld's zones, and
# explain says so; a reload takes none of its rules for long, and what the guard does leaves Docker's
# zone and rules alone.
. "$LAB_DIR/containers.sh"
machines_prepare
mail_open
watch_up
need "Docker runs" docker_up
need "it has bound its bridge to a zone of its own" within 10 bound docker docker0
need "a container publishes two ports" docker_serve mail 4190:4190 2143:143
need "one is reached" within 10 is_open 4190
need "and the other" is_open 2143
for port in 4190 2143; do need "explain agrees on $port" agrees 10.77.0.2 $port; done
need "it is Docker's doing" out_has 'Docker'
need "the rest of mail is as before" mail_reachable
need "a reload" fwc --reload
need "mail is back" within 10 mail_reachable
need "what Docker publishes is open again" within 10 is_open 4190 2143
for port in 4190 2143; do need "explain agrees on $port" agrees 10.77.0.2 $port; done
need "nothing is said to be lost" within 10 clean others-lost
if can "a complete reload"; then
	need "a complete reload" fwc --complete-reload
	need "mail is back" within 20 mail_reachable
	need "what Docker publishes is open again" within 20 is_open 4190 2143
fi
need "Docker ends" docker_down
need "mail is as before" mail_reachable
