# SPDX-License-Identifier: GPL-2.0-or-later
# Strangers get in to whatever listens, by a target, a protocol, a range of ports or a rule. It is
# found, and its command shuts the rest while mail stays open, now and after a reload.
narrowed() {
	need "the rest was open" is_open 2525 995
	found_and_mended wide-open warning
	need "what is served stays open" is_open 25 143 993
	need "the rest is shut" is_shut 2525
	need "firewalld reloads" fwc --reload
	need "mail is open for good" within 5 is_open 25 143 993
	need "the rest is shut for good" is_shut 2525
}
need "nothing is too much at first" clean wide-open
need "all ports are open" fwc --add-port=1-65535/tcp
narrowed
need "a protocol as a whole" fwc --permanent --add-protocol=tcp
need "for good" fwc --reload
narrowed
need "everybody" fwc --add-rich-rule='rule family="ipv4" source address="0.0.0.0/0" accept'
narrowed
need "the zone accepts all" fwc --permanent --set-target=ACCEPT
need "for good" fwc --reload
narrowed
need "several by name are nobody's fault" fwc --add-port=2525/tcp --add-port=3306/tcp --add-port=6379/tcp
need "and are not found" clean wide-open
