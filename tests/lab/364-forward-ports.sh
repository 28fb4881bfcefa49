# SPDX-License-Identifier: GPL-2.0-or-later
# A port of this machine is another one's: the forwarding comes back, and the masquerading
# without which no answer would.
client "$BUILD/tests/lab/listener" 143 >/dev/null
watch_up
need "2993 leads to 993" fwc --add-forward-port=port=2993:proto=tcp:toport=993
need "2143 leads to another machine" fwc --add-forward-port=port=2143:proto=tcp:toport=143:toaddr=10.77.0.3
need "and it answers 2993" is_open 2993
away() { is_open_from 10.77.0.2 2143; }
need "whose answers need masquerading" not away
need "which is switched on" fwc --add-masquerade
need "now it answers" away
need "that is heard" within 5 snapshot_has public/masquerade:yes
for turn in 1 2; do
	need "the reload" fwc --reload
	need "2993 leads to 993 again" within 2 is_open 2993
	need "2143 to the other machine" within 2 away
done
need "masquerading is switched off" fwc --remove-masquerade
need "the reload" fwc --reload
need "2993 is back" within 2 is_open 2993
need "masquerading stays off" never 1 fwc --query-masquerade
