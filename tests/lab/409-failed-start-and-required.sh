# SPDX-License-Identifier: GPL-2.0-or-later
# firewalld has failed to start, and this is the first start of the guard: what `require` names is
# enforced whatever happened (law 1), as it is in a firewalld that runs, and nothing is learned.
conf_guard "audit-s = 1" "require = public/service:imaps"
fw_fails
need "imaps is shut" is_shut 993
watch_start -v
need "what is required is open" within 15 is_open 993
need "it is said" said '1 restored into the stock configuration'
need "somebody takes it away" fwc --remove-service=imaps
need "it comes back" within 35 is_open 993
