# SPDX-License-Identifier: GPL-2.0-or-later
# The default zone needs no guard: firewalld writes it down when it is set, and a wipe keeps
# it. What stands in it is restored there, and nowhere else.
need "the interface is bound nowhere" fwc --zone=public --remove-interface=host0
watch_up
need "another default zone" fwc --set-default-zone=work
need "imaps opens in it" fwc --add-service=imaps
need "and is reached" is_open 993
default() { [ "$(firewall-cmd --get-default-zone)" = work ]; }
for wipe in reload restart; do
	if [ $wipe = reload ]; then need "the reload" fwc --reload; else
		need "firewalld ends" fw_down
		fw_start
		need "it is back" within 15 fw_running
	fi
	need "after a $wipe imaps is open again" within 3 is_open 993
	need "in the default zone, which is the same" default
	need "and public has none" not has imaps public
done

# An interface that is in the default zone only because it is the default one goes with it.
# from 2.0 on a new default zone is a reload, which leaves it bound nowhere: to the default zone
gone_along() { bound "$1" || [ "$(firewall-cmd --get-zone-of-interface=host0 2>&1)/$(firewall-cmd --get-default-zone)" = "no zone/$1" ]; }
need "an interface of no zone in particular" fwc --change-interface=host0
need "it is in work" bound work
need "that is heard" within 5 snapshot_has work/interface:host0
need "the default zone is public again" fwc --set-default-zone=public
need "the interface went along" within 2 gone_along public
need "and nobody misses it" never 1 said 'nobody can tell|host0'
need "who did it is known" said 'default zone set to public by firewall-cmd'
need "as that of the reload, where it is one" not said 'reload by SIGHUP'
guard status >"$W/out"
need "nor does the status, but to bind it" eval '! grep -v "^  fix: firewall-cmd --zone=work --change-interface=" "$W/out" | grep -q host0'
need "which knows that nobody reaches imaps in work" out_has 'no packet reaches zone work'
pause 0.5 "until the state has been stored"
# set in the file, read by a reload: the same
sed -i 's/^DefaultZone=.*/DefaultZone=work/' /etc/firewalld/firewalld.conf
need "the reload" fwc --reload
need "which has another default zone" within 2 default
need "the interface is not put into public" never 2 bound public
need "and imaps is reached in work" is_open 993
