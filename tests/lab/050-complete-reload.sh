# SPDX-License-Identifier: GPL-2.0-or-later
# A complete reload drops connection tracking too; what was open comes back all the same.
watch_up
mail_open
need "the complete reload" fwc --complete-reload
need "imaps is open again" within 4 is_open 993
need "all mail services are" within 2 mail_reachable
