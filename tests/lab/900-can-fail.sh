# SPDX-License-Identifier: GPL-2.0-or-later
# The tests can fail: with the restorer off, the core scenario says what falls short.
conf <<-X
	[guard]
	restore = no
X
( . "$LAB_DIR/010-reload.sh" ) >"$W/core" 2>&1
status=$?
[ $status = 1 ] || fail "the core scenario passes without a restorer"
need "on the wire" grep -q 'falls short: imaps is open again within 2 s' "$W/core"
