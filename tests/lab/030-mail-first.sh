# SPDX-License-Identifier: GPL-2.0-or-later
# Every runtime service comes back, in the order of need: mail, then web, then the rest.
watch_up
need "services open" fwc --add-service=ldap --add-service=http --add-service=https --add-service=imaps --add-service=smtp
signals_up
need "the reload" fwc --reload
for service in imaps smtp http https ldap; do need "$service is back within 2 s" within 2 has "$service"; done
position() { added_after_reload | grep -n " $1 " | head -n 1 | cut -d: -f1; }
before() { [ "$(position "$1")" -lt "$(position "$2")" ]; }
for mail in imaps smtp; do
	for web in http https; do need "$mail was added before $web" before $mail $web; done
done
need "and ldap last" before https ldap
