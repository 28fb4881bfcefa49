# SPDX-License-Identifier: GPL-2.0-or-later
# `restore --wait` after a start of firewalld that is not on the bus yet, as systemd calls
# it where firewalld.service is of Type=simple.
watch_up
mail_open
need "the guard ends" watch_down
need "firewalld ends" fw_down
need "without firewalld, restore fails at once" exits 3 guard restore
need "also after a wait in vain" exits 3 guard restore --wait 1
need "and says so" err_has 'firewalld is not running'
guard restore --wait 60 >"$W/waiting.log" 2>&1 &
waiting=$!
need "it waits" never 1 not kill -0 "$waiting"
fw_start
need "firewalld runs" within 15 fw_running
need "it ends by itself, well" wait "$waiting"
need "imaps is open" is_open 993
need "and all others" mail_reachable
