# SPDX-License-Identifier: GPL-2.0-or-later
# Ports opened and closed at random, in every spelling, then a reload: what firewalld lists
# before and after is equal. PORT_WALKS walks (20) of PORT_SEED.
conf <<'C'
[guard]
settle-ms = 100
C
need "a policy for it" fwc --permanent --new-policy=walk
need "it is for all" fwc --permanent --policy=walk --add-ingress-zone=ANY
need "it is for this machine" fwc --permanent --policy=walk --add-egress-zone=HOST
need "firewalld knows it" fwc --reload
fwc --zone=public --change-interface=host0
seed=${PORT_SEED:-$RANDOM}
echo "  the seed is $seed"
# some at a time: of reloads without end the guard thinks its own (law 6)
for ((left = ${PORT_WALKS:-20}; left > 0; left -= 20, seed++)); do
	watch_up
	need "each walk ends where it began (PORT_SEED=$seed)" \
		/usr/bin/python3 "$LAB_DIR/port-walk.py" $((left < 20 ? left : 20)) "$seed"
	need "the guard is there" watching
	watch_down
done
