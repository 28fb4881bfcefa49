# SPDX-License-Identifier: GPL-2.0-or-later
# firewall-cmd --runtime-to-permanent rewrites every file: nothing is at risk any more, nothing
# counts as edited, and what it bakes in is there for good; what it takes out was meant.
need "imap is permanent" fwc --permanent --add-service=imap
need "loaded" fwc --reload
watch_up
mail_open
need "imap is closed on purpose, at run time" fwc --remove-service=imap
need "mail is at risk" within 5 said 'Runtime only.*public/service:imaps'
need "runtime to permanent" fwc --runtime-to-permanent
need "nothing counts as edited" never 2 said "not made through firewalld"
need "status is fine" exits 0 guard --json status
need "nothing is at risk" json '[i["item"] for i in d["items"] if i["at_risk"]] == []' >/dev/null
need "a reload" fwc --reload
need "takes nothing" is_open 25 465 587 993 995 80 443
need "imap stays closed" never 2 has imap
need "nothing was restored but the binding" not said 'lost .*service:'

# and the same without the guard, which finds it at its start
need "pop3 is opened" fwc --add-service=pop3
need "the guard ends" watch_down
need "runtime to permanent" fwc --runtime-to-permanent
: >"$W/watch.log"
watch_up
need "nothing is at risk" never 1 said 'Runtime only'
need "a reload takes nothing" fwc --reload
need "of it" has pop3
