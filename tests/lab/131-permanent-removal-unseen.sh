# SPDX-License-Identifier: GPL-2.0-or-later
# Removed from the permanent configuration while no guard ran, then a restart: meant as well.
need "imap is permanent" fwc --permanent --add-service=imap
need "loaded" fwc --reload
watch_up
need "imaps is runtime only" fwc --add-service=imaps
need "the guard ends" watch_down
need "imap is removed for good" fwc --permanent --remove-service=imap
need "firewalld ends" fw_down
fw_start
need "firewalld starts" within 15 fw_running
watch_up
need "imaps comes back" within 3 is_open 993
need "imap does not" never 1 has imap
