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
