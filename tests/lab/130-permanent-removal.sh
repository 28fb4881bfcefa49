# SPDX-License-Identifier: GPL-2.0-or-later
# Who removes a permanent service from the permanent configuration and reloads means it.
need "imap and pop3s are permanent" fwc --permanent --add-service=imap --add-service=pop3s
need "loaded" fwc --reload
watch_up
need "imaps is runtime only" fwc --add-service=imaps
need "all are open" is_open 143 993 995
need "a reload" fwc --reload
need "loses nothing" within 2 is_open 143 993 995
need "imap is removed for good" fwc --permanent --remove-service=imap
need "and still open" is_open 143
need "the reload" fwc --reload
need "brings imaps back" within 2 is_open 993
need "pop3s is open" is_open 995
need "imap stays away" never 2 has imap
need "and shut" is_shut 143
