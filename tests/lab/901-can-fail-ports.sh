# SPDX-License-Identifier: GPL-2.0-or-later
# And so does the one for ports.
conf <<-X
	[guard]
	restore = no
X
( . "$LAB_DIR/020-ports.sh" ) >"$W/core" 2>&1
status=$?
[ $status = 1 ] || fail "the ports' scenario passes without a restorer"
need "on the wire" grep -q 'falls short: 465/tcp is open again within 2 s' "$W/core"
