# SPDX-License-Identifier: GPL-2.0-or-later
# Each zone gets its own services back, and only those.
need "a zone for one client" fwc --permanent --zone=internal --add-source=10.77.0.3
need "it loads" fwc --reload
watch_up
need "imaps opens in internal" fwc --zone=internal --add-service=imaps
need "smtps opens in public" fwc --zone=public --add-service=smtps
seen() {
	is_open_from 10.77.0.3 993 && is_shut_from 10.77.0.2 993 &&
		is_open_from 10.77.0.2 465 && is_shut_from 10.77.0.3 465
}
need "each client sees its own zone before" seen
need "the reload" fwc --reload
need "and again within 2 s of a reload" within 2 seen
need "and still" stays 1 seen
need "public did not get imaps" not has imaps public
