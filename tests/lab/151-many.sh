# SPDX-License-Identifier: GPL-2.0-or-later
# A hundred ports beside the mail services: mail first, and firewalld goes on answering.
# As shipped: how soon it acts is judged.
watch_up
mail_open
ports=()
for ((port = 20000; port < 20100; port++)); do ports+=("--add-port=$port/tcp"); done
need "a hundred ports" fwc "${ports[@]}"
signals_up
need "the reload" fwc --reload
need "all mail services are reachable again within 2 s" within 2 mail_reachable
# one call, as that of firewall-cmd is some, and a program to be started
start=$(now_ms)
need "firewalld answers meanwhile" fw_running
took=$(($(now_ms) - start))
[ $took -lt 2000 ] || fail "firewalld answered after $took ms only"
echo "  firewalld answered after $took ms, with $(added_after_reload | grep -c PortAdded) of 100 ports back"
every_port() { [ "$(added_after_reload | grep -c PortAdded)" -ge 100 ]; }
need "every port comes back" within 15 every_port
first_port() { added_after_reload | grep -n PortAdded | head -n 1 | cut -d: -f1; }
last_mail() { added_after_reload | grep -nE ' (imaps?|smtps?|smtp-submission|pop3s) ' | tail -n 1 | cut -d: -f1; }
[ "$(last_mail)" -lt "$(first_port)" ] || fail "the mail services come before the ports"
need "20099/tcp is there" has_port 20099/tcp
