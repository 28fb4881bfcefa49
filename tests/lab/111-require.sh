# SPDX-License-Identifier: GPL-2.0-or-later
# What `require` names is enforced whatever happened.
conf <<X
[guard]
require = public/service:imap
    public/port:2525/tcp
X
watch_up
need "required items open at the first start" within 3 is_open 143 2525
mail_open
need "the guard ends" watch_down
need "services are removed unseen" fwc --remove-service=imap --remove-service=pop3s
need "and a port" fwc --remove-port=2525/tcp
watch_up
need "the required ones come back" within 3 is_open 143 2525
need "the other does not" never 1 has pop3s
need "the reload" fwc --reload
need "and after a reload they are open" within 2 is_open 143 2525
need "an administrator removes one" fwc --remove-service=imap
need "the guard says that it is required" within 2 said 'public/service:imap.*require'
need "and puts it back" within 5 is_open 143
