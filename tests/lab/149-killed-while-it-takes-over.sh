# SPDX-License-Identifier: GPL-2.0-or-later
# As 146, with a guard that is killed at any moment of it: the next one puts back what is out, so that
# a reload gets through, and ends it in time.
watch_up
mail_open
mail_heard
declare -A ports=([imap]=143 [imaps]=993 [pop3s]=995 [smtps]=465)
for service in "${!ports[@]}"; do
	fwc --remove-service="$service"
done
for service in "${!ports[@]}"; do
	port=${ports[$service]}
	need "$service is shut" within 3 is_shut "$port"
	fwc --add-service="$service" --timeout=30
	pause "0.$((RANDOM % 3))$((RANDOM % 10))" "so that it is somewhere in the middle"
	watch_kill
	watch_up
	need "$service is open" within 3 is_open "$port"
	need "it is back in firewalld" within 5 has "$service"
	need "a reload would get through" within 5 clean reload-crash
done
need "a reload gets through" fwc --reload
need "the rest of mail is reachable" within 5 is_open 25 587
need "all is shut when its time is over" within 40 is_shut "${ports[@]}"
need "in firewalld, too" not has smtps
need "nothing stands in" [ -z "$(firewall-cmd --list-rich-rules)" ]
need "the watcher lives" watching
