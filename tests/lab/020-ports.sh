# SPDX-License-Identifier: GPL-2.0-or-later
# Bare ports come back like services.
watch_up
need "ports open" fwc --add-port=465/tcp --add-port=2525/tcp
need "465 is reachable before" is_open 465 2525
need "the reload" fwc --reload
need "465/tcp is open again within 2 s" within 2 is_open 465
need "2525/tcp too" within 2 is_open 2525
need "firewalld has 465/tcp" has_port 465/tcp
