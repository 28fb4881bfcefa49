# SPDX-License-Identifier: GPL-2.0-or-later
# A hundred hosts in Prometheus, whose metrics are those of this one, and one of them has each
# fault: its alert fires there, in time, and nowhere else; each panel of the dashboard and each
# query of reload-guard-fleet(7) finds what it asks for.
. "$LAB_DIR/fleet.sh"
MONITORING=$TOP/packaging/monitoring
watch_up
mail_open
need "nothing is at risk" exits 0 guard persist
need "a ban" guard hook ban --jail postfix --address 192.0.2.2 --family inet4 --time "$(date +%s)" --bantime 3600
need "a reload" fwc --reload
need "is over" within 10 finished
need "its metrics" exits 0 guard metrics --output "$W/metrics"
need "promtool takes them" eval 'promtool check metrics <"$W/metrics"'
need "and the alerts" promtool check rules "$MONITORING/reload-guard.rules.yml"
fleet() { # RULES DASHBOARD
	mkdir -p "$W/fleet"
	/usr/bin/python3 "$LAB_DIR/fleet.py" "$W/metrics" "$1" "$2" "$TOP/packaging/man/reload-guard-fleet.7" >"$W/fleet/test.yml" &&
		promtool test rules "$W/fleet/test.yml" >"$W/out" 2>&1 || { cat "$W/out" && false; }
}
need "each fault is told, by the host that has it alone" fleet "$MONITORING/reload-guard.rules.yml" "$MONITORING/dashboard.json"
sed 's/> 900/> 90000/' "$MONITORING/reload-guard.rules.yml" >"$W/deaf.yml"
sed 's/reload_guard_active_bans/reload_guard_bans/' "$MONITORING/dashboard.json" >"$W/blind.json"
need "what is wrong is found out" not fleet "$W/deaf.yml" "$W/blind.json"
need "  an alert that does not come" out_has 'alertname: ReloadGuardMetricsStale'
need "  a panel that shows nothing" out_has 'expr: "count\(reload_guard_bans'
