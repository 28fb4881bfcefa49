# SPDX-License-Identifier: GPL-2.0-or-later
# Which actions fail is read from fail2ban's log: where that goes elsewhere, or cannot be read, it
# is said, once, that nobody sees it.
f2b_up
blind() { # WEIGHT CAUSE
	finds jail-action-fails "$1" && [ "$(grep -c 'jail-action-fails: ' "$W/out")" = 1 ] && out_has "details: $2"
}
# with the first word of the jail's hook there is a store
need "at first all is seen" within 5 clean jail-action-fails
need "the log goes elsewhere" f2b set logtarget STDOUT
need "which is said" blind info 'it goes to STDOUT'
need "and does not make check fail" exits 0 guard check --only jail-action-fails
need "the log goes into another file" f2b set logtarget "$W/other-fail2ban.log"
need "which is read" clean jail-action-fails
rm "$W/other-fail2ban.log"
need "somebody removes it" blind unknown ".*/other-fail2ban.log: No such file"
need "as status says" not guard status >"$W/out"
need "the log is back where it was" f2b set logtarget "$W/fail2ban.log"
need "and read" clean jail-action-fails
