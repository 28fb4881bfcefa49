# SPDX-License-Identifier: GPL-2.0-or-later
# A zone that is put together from a folder of files: what stands in them is permanent.
zones=/etc/firewalld/zones
mkdir -p $zones/public
echo '<zone><service name="ssh"/><service name="imaps"/></zone>' >$zones/public/10-mail.xml
echo '<zone><service name="https"/><port port="smtps" protocol="tcp"/></zone>' >$zones/public/20-web.xml
need "firewalld takes them" fwc --reload
fwc --zone=public --change-interface=host0
need "they are one zone" is_open 993 443 465
watch_up
need "a first look" within 5 snapshot_has public/service:imaps
need "persist has nothing to write" exits 0 guard persist --dry-run
need "not a word of imaps" not out_has 'imaps|https|465'
need "no name of a part is strange" not said 'not a zone name'
need "nothing is at risk" not said 'Runtime only'

need "something is opened at run time" fwc --add-service=smtp
need "only that is at risk" within 5 said 'smtp'
need "the rest is not" not said 'Runtime only.*(imaps|https)'
# public.xml does not count where there is such a folder: nothing is written there
for dry in --dry-run ""; do
	# shellcheck disable=SC2086
	need "persist $dry writes nothing where it has no effect" exits 1 guard persist $dry
	need "and says which file to choose" out_has '/etc/firewalld/zones/public/, and what is written to public.xml has no effect'
	need "there is no such file" not test -e $zones/public.xml
done
need "its command" out_has 'firewall-cmd --permanent --zone=public/10-mail --add-service=smtp$'
need "can be typed" fwc --permanent --zone=public/10-mail --add-service=smtp
need "writes into that file" grep -q 'name="smtp"' $zones/public/10-mail.xml
need "then nothing is at risk" within 10 exits 0 guard persist --dry-run
need "every item is permanent" out_has 'permanent already'
need "and taken out again, it is" fwc --permanent --zone=public/10-mail --remove-service=smtp
need "the rest of the scenario begins with smtp in the runtime alone" fwc --reload
need "which it is not" within 3 is_shut 25
fwc --add-service=smtp
need "only that is at risk" within 5 snapshot_has public/service:smtp
need "the reload" fwc --reload
need "it is back" within 3 is_open 25
need "the rest is there" is_open 993 443 465

# taken out of its part: meant
sed -i 's|<service name="https"/>||' $zones/public/20-web.xml
need "the reload" fwc --reload
need "smtp is back" within 3 is_open 25
need "https is shut, or told of" within 3 is_shut 443
need "imaps is there" is_open 993
