# SPDX-License-Identifier: GPL-2.0-or-later
# As 580: another while, a shorter one, its end by the command, by firewall-cmd, and by the
# permanent configuration.
trusted() { has_source "$1" trusted; }
is_later_than() { [ "$(now_ms)" -ge "$1" ]; }
# trust SECONDS [ADDRESS]: end_ms is when it has to be over
trust() {
	need "the client is trusted" exits 0 guard trust "${2:-10.77.0.2}" --for "$1s" --note 'a new phone'
	end_ms=$(($(now_ms) + $1 * 1000))
}
watch_up -v
mail_open
mail_heard

# another while, a shorter one, and its end by hand
trust 600
trust 900
need "it is said to be so now" out_has 'is trusted now until'
guard --json trust --list >"$W/out"
need "there is one" json 'len(d["trusted"]) == 1 and d["trusted"][0]["note"] == "a new phone"'
trust 4
need "the shorter one counts" within 7 is_shut 2525
trust 600
need "it is ended" exits 0 guard trust --end 10.77.0.2
need "at once" is_shut 2525
need "and stays so" fwc --reload
need "mail is back" within 5 is_open 993
need "it is shut" stays 1 is_shut 2525
need "again there is nothing to end" exits 1 guard trust --end 10.77.0.2
need "the history has it" exits 0 guard history --kind intent-removed
need "by whom" out_has 'trusted/source:10\.77\.0\.2 was removed on purpose'

# who takes it out himself means it
trust 600
need "it is taken out" fwc --zone=trusted --remove-source=10.77.0.2
need "the list is empty" within 5 eval 'guard trust --list | grep -q "nobody is trusted"'
need "a reload" fwc --reload
need "mail is back" within 5 is_open 993
need "it is shut" stays 1 is_shut 2525

# runtime to permanent: nobody undoes that, and it is said
trust 600
need "all is made permanent" fwc --runtime-to-permanent
need "it is told" within 15 said '10\.77\.0\.2 was trusted until .* and was made permanent: nobody ends it'
need "with what ends it" said 'firewall-cmd --permanent --zone=trusted --remove-source=10\.77\.0\.2'
need "the watcher lives" watching
