# SPDX-License-Identifier: GPL-2.0-or-later
# `services` and `zones` narrow down what is protected.
conf <<X
[guard]
services = imaps 465/tcp
X
watch_up
mail_open
need "a port" fwc --add-port=465/tcp
need "another" fwc --add-port=2525/tcp
need "the reload" fwc --reload
need "imaps is open again" within 2 is_open 993
need "and 465/tcp" within 1 has_port 465/tcp
need "smtp is not restored" never 1 has smtp
need "nor 2525/tcp" not has_port 2525/tcp
need "the guard ends" watch_down
conf <<X
[guard]
zones = internal
X
watch_up
need "imaps opens in internal" fwc --zone=internal --add-service=imaps
need "pop3s opens in public" fwc --add-service=pop3s
need "the reload" fwc --reload
need "internal is restored" within 2 has imaps internal
need "public is not" never 1 has pop3s
