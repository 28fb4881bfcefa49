# SPDX-License-Identifier: GPL-2.0-or-later
# Services that are open in firewalld and shut by something else are not called open by `setup`, and
# in panic mode it plans nothing.
. "$LAB_DIR/setup.sh"
need "all is set up" exits 0 guard setup --apply --no-rollback
need "and open" served_open
need "everybody is denied" fwc --permanent --add-rich-rule='rule family=ipv4 source address=0.0.0.0/0 drop'
need "by the next reload" exits 1 guard setup
need "as it says" out_has 'All is set up, and yet not all .* is open, as something else refuses it: smtp'
need "of each" out_has 'imaps is shut by the next reload'
need "now" fwc --reload
need "it is shut" is_shut 993
need "which is said, too" exits 1 guard setup
need "with a way to see why" out_has 'imaps stays shut.*reload-guard explain'
guard --json setup >"$W/out"
need "in JSON, too" json '"imaps" in d["shut"] and d["refused"] is None and d["fix"] is None'
fwc --permanent --remove-rich-rule='rule family=ipv4 source address=0.0.0.0/0 drop'
need "no more" fwc --reload
need "all is fine" exits 0 guard setup
need "panic mode" firewall-cmd --panic-on
need "is no plan" exits 1 guard setup --zone mail --interface host0
need "but its end" out_has 'firewall-cmd --panic-off && reload-guard setup --zone mail --interface host0 --apply'
need "nothing is called shut or open" not out_has 'stays shut|All is set up'
need "it ends" firewall-cmd --panic-off
