# SPDX-License-Identifier: GPL-2.0-or-later
# A short walk at random, and one at the guard's weakest point: while it is off.
WALK_S=${WALK_S:-6} WALK_OFF=1
. "$LAB_DIR/random-walk.sh"
