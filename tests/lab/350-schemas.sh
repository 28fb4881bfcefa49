# SPDX-License-Identifier: GPL-2.0-or-later
# Each --json form is one document that fits its schema.
watch_up
mail_open
need "a reload" fwc --reload
need "is undone" within 2 is_open 993
guard hook ban --jail=lab --address=192.0.2.11 --time="$(date +%s)" --bantime=600
cat >"$W/fits.py" <<'X'
import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
document = json.load(open(sys.argv[2]))
jsonschema.Draft7Validator.check_schema(schema) if "draft-07" in schema.get("$schema", "") else None
jsonschema.validate(document, schema)
X
tried=0
fits() { # SCHEMA COMMAND...
	local schema=$TOP/schema/json/$1.schema.json
	shift
	guard --json "$@" >"$W/out" 2>"$W/err"
	need "$* --json gives a document" test -s "$W/out"
	need "$* has a schema" test -e "$schema"
	need "$* fits $(basename "$schema")" /usr/bin/python3 "$W/fits.py" "$schema" "$W/out"
	tried=$((tried + 1))
}
need "a snapshot" exits 0 guard --json snapshot list
id=$(json '(d if isinstance(d, list) else d["snapshots"])[0]["id"]')
fits status status
fits history history
fits bans bans
fits check check
fits check-list check --list
fits clients-list clients list
fits conflicts conflicts
fits explain explain 10.77.0.2
fits snapshot-list snapshot list
fits snapshot-show snapshot show "$id"
fits snapshot-diff snapshot diff "$id"
fits restore restore --dry-run
fits persist persist --dry-run
fits setup setup
