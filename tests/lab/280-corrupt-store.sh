# SPDX-License-Identifier: GPL-2.0-or-later
# A corrupt store is set aside, with a clear message, and the guard goes on guarding.
head -c 65536 /dev/urandom >"$STATE/guard.db"
chmod 600 "$STATE/guard.db"
watch_up
need "the log says so" said 'corrupt|not a database|set aside|damaged'
aside() { [ "$(find "$STATE" -name 'guard.db?*' -size +60k | wc -l)" -ge 1 ]; }
need "the file is kept beside the new one" aside
mail_open
need "the reload" fwc --reload
need "imaps is open again" within 2 is_open 993
need "the history works" exits 0 guard history
need "and has the reload" out_has reload
