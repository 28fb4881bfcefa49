# SPDX-License-Identifier: GPL-2.0-or-later
# persist writes the protected items, and nothing else, after a copy of the zone file.
need "there is a zone file" fwc --permanent --add-service=ldap
watch_up
mail_open
need "a port" fwc --add-port=2525/tcp
need "a ban" fwc --add-rich-rule='rule family="ipv4" source address="192.0.2.11" reject'
need "a timed service" fwc --add-service=ftp --timeout=60
cp /etc/firewalld/zones/public.xml "$W/before.xml"
need "the dry run" exits 0 guard persist --dry-run
need "names imaps" out_has 'public/service:imaps'
need "and writes nothing" cmp /etc/firewalld/zones/public.xml "$W/before.xml"
need "persist" exits 0 guard persist
for service in $MAIL; do need "$service is permanent" fwc --permanent --query-service="$service"; done
need "the port is" fwc --permanent --query-port=2525/tcp
need "ldap still is" fwc --permanent --query-service=ldap
need "the ban is not" not grep -q 192.0.2.11 /etc/firewalld/zones/public.xml
need "the timed service is not" not fwc --permanent --query-service=ftp
copy_exists() {
	local file
	while read -r file; do cmp -s "$file" "$W/before.xml" && return 0; done \
		< <(find "$STATE" /etc/firewalld -type f ! -path /etc/firewalld/zones/public.xml ! -name '*.xml.old')
	return 1
}
need "a copy of the zone file is there" copy_exists
need "the guard ends" watch_down
need "the reload" fwc --reload
need "loses nothing" mail_reachable
need "not the port either" is_open 2525
need "the second persist has nothing to do" exits 0 guard persist
