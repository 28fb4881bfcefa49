# SPDX-License-Identifier: GPL-2.0-or-later
# The package is removed while what was set up waits for an answer: it is undone, as nobody could do
# so later. Of one whose time is over without that no time is promised.
. "$LAB_DIR/setup.sh"
systemd_up
writable /var/lib
rm -rf /var/lib/reload-guard
ln -s "$STATE" /var/lib/reload-guard
before_setup
set_up --within 10m
need "all is open" served_open
need "it waits" armed
need "the package goes" sh "$TOP/packaging/debian/reload-guard.prerm" remove
need "nothing is open" served_shut
need "the files are as they were" stays_so
need "nobody is to undo it" not armed
need "nor anything to confirm" exits 1 guard setup --confirm

set_up --within 5s
kill "$(cat "$W/timer.pid")"
need "when its time is over" within 8 sh -c "! \"$GUARD\" -c \"$CONF\" --state \"$STATE\" setup 2>&1 | grep 'undone at'"
need "the next boot is named" exits 0 guard setup
need "as what undoes it" err_has 'is undone by the next boot'
need "by check, too" exits 1 guard check --only setup-waits
need "as well" out_has 'setup-waits: .* undone by the next boot'
need "an upgrade" sh "$TOP/packaging/debian/reload-guard.prerm" upgrade 0.3.0
need "leaves it waiting" exits 0 guard setup --confirm
