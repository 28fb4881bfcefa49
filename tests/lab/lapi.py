# SPDX-License-Identifier: GPL-2.0-or-later
# lapi.py DECISIONS - what CrowdSec's local API tells its bouncers of decisions (pkg/models of
# CrowdSec: GET /v1/decisions/stream), on 127.0.0.1:8080: those of the file DECISIONS, an address or
# range a line, that came and went since it was asked last.
import http.server
import json
import sys
import urllib.parse

told = set()


def decision(value):
    return {"id": sum(value.encode()), "origin": "cscli", "type": "ban", "scope": "Range" if "/" in value else "Ip", "value": value, "duration": "4h0m0s", "scenario": "manual"}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global told
        with open(sys.argv[1]) as f:
            now = set(f.read().split())
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if query.get("startup") == ["true"]:
            told = set()
        body = json.dumps({"new": [decision(v) for v in sorted(now - told)], "deleted": [decision(v) for v in sorted(told - now)]}).encode()
        told = now
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET


http.server.ThreadingHTTPServer(("127.0.0.1", 8080), Handler).serve_forever()
