# SPDX-License-Identifier: GPL-2.0-or-later
# Each folder in zones/ is a zone for firewalld, put together from the files in it, also one that
# was made for copies. A file in there that it cannot load ends a reload after its rules are gone,
# and its own check says that all is well (firewalld#1486, #1487, #1590). It is told when it is
# written, with its name; a reload that fails over it is mended, once; and mail that was put back
# then is not shut by another try before a file has changed. A source that is an ipset which there
# is none of is the same in every file.
zones=/etc/firewalld/zones
mail_and_ban_to_fail

tries() { said 'Reloading firewalld|restarting firewalld'; }
# after a reload that broke off: state FAILED, and no zones or the stock ones
put_back() {
	need "mail is reachable again ($1)" within 20 mail_reachable
	need "the ban holds" within 8 is_shut_from 10.77.0.3 993
	need "the guard is at rest" within 20 stays 3 fw_failed
	need "mail is reachable" mail_reachable
	: >"$W/watch.log"
	probing 993
	need "nothing more is tried" never 5 tries
	need "imaps was never shut" stayed open
}
breaking() { # FILE WHY: in zones/, as it was written just now
	need "it is told before anything happens ($1)" within 10 \
		said "configuration is broken: $zones/$1: $2.*(next reload|until then)"
	need "mail is reachable" mail_reachable
	need "status is not fine" exits 1 guard status
	need "and names it" out_has "$1"
	if firewall-cmd --check-config >/dev/null 2>&1; then
		need "so is that firewalld does not see it" said "$1.*own check does not see it"
	fi
	fwc --reload
	local refused=
	if fw_running; then
		refused=yes
		need "firewalld has refused" mail_reachable
	else
		put_back "$1"
	fi
	: >"$W/watch.log"
	rm -r "${zones:?}/${1%/*}"
	need "firewalld is whole ($1)" within 20 fw_running
	FW=$(daemon_pid firewalld) # another one after a restart
	need "mail is reachable" within 8 mail_reachable
	need "and pop3" is_open 110
	need "the ban holds" within 8 is_shut_from 10.77.0.3 993
	[ -n "$refused" ] || need "nothing is left to do" within 10 finished
	need "status finds no such file" clean zone-file
}
mkdir $zones/archive
cp $zones/public.xml $zones/archive/public.3.xml
breaking archive/public.3.xml "'\\.' is not allowed"
mkdir -p "$W/2026.backup"
cp $zones/public.xml "$W/2026.backup/public2.xml"
mv "$W/2026.backup" $zones/
breaking 2026.backup/public2.xml "'\\.' is not allowed"
mkdir $zones/old
sed 's#</zone>#<service name="webmail-suite"/></zone>#' $zones/public.xml >$zones/old/public.xml
breaking old/public.xml "there is no service 'webmail-suite'"
# nor is it seen, in any file, that a source is an ipset that there is none of
echo '<zone><source ipset="missing"/></zone>' >$zones/vpn.xml
breaking vpn.xml "there is no ipset 'missing'"

# one that is in order is none
mkdir $zones/spare
cp /usr/lib/firewalld/zones/work.xml $zones/spare/work.xml
need "it is not told" never 4 said 'configuration is broken'
need "it loads" fwc --reload
need "mail is reachable" within 8 mail_reachable
need "the watcher lives" watching
