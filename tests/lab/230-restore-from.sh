# SPDX-License-Identifier: GPL-2.0-or-later
# Back to how it was at a chosen time; nothing is ever taken away.
mail_open
need "there is a store" guard hook start --jail lab
need "a snapshot is taken" exits 0 guard snapshot take
need "listed" exits 0 guard --json snapshot list
id=$(json '(d if isinstance(d, list) else d["snapshots"])[0]["id"]') || fail "the list has an id"
need "services are removed" fwc --remove-service=imap --remove-service=imaps
need "another is added" fwc --add-service=ldap
need "the dry run" exits 0 guard restore --dry-run --from "$id"
need "names imaps" out_has 'public/service:imaps'
need "and changes nothing" not has imaps
need "restore --from" exits 0 guard restore --from "$id"
need "brings them back" is_open 143 993
need "and takes nothing away" has ldap
need "an id that is none is an error" not exits 0 guard restore --from 999999
# without the list of what is released, what somebody let go would be opened again
need "they are removed again" fwc --remove-service=imap --remove-service=imaps
/usr/bin/python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("DROP TABLE released")
db.commit()' "$STATE/guard.db"
need "restore --from refuses" exits 4 guard restore --from "$id"
need "and opens nothing" is_shut 143 993
