#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""fleet.py METRICS RULES DASHBOARD MANUAL - prints a file for `promtool test rules`.

A hundred hosts have the samples of METRICS, minute for minute; from FAULT_MIN on one of them has
each fault. Each alert fires on that host, once its time has come, and on no other. What the
dashboard and the manual ask for is there.
"""
import json
import re
import sys

import yaml
from prometheus_client.parser import text_string_to_metric_families

HOSTS, MINUTES, FAULT_MIN, LOOK_MIN = 100, 120, 65, 110
# The alert, the sample that is not as it should be (its name, one of its labels), and its value:
# None, there is none any more.
FAULTS = {
    "MailItemsMissing": ("protected_items", "missing", 2),
    "MailItemsUnreached": ("protected_items", "unreached", 3),
    "MailLostAtNextReload": ("check_findings", "runtime-only-service", 4),
    "FirewalldDown": ("firewalld_up", "", 0),
    "ReloadGuardDown": ("watcher_up", "", 0),
    "ReloadGuardRestoreFailed": ("last_wipe_items", "failed", 1),
    "ReloadGuardProblems": ("findings", "error", 5),
    "ReloadGuardMetricsStale": ("scrape_timestamp_seconds", "", FAULT_MIN * 60),
    "ReloadGuardMetricsGone": ("build_info", "", None),
}
# After that many minutes, or one more, the rule holds; then comes its own "for". A sample counts for
# five minutes with Prometheus 2, and for less than that with 3.
DELAYS = {"ReloadGuardMetricsStale": 15, "ReloadGuardMetricsGone": 4}
# What no alert is for, and the dashboard shows.
EVENTS = {"a wipe": ("last_wipe_number", "", 7)}
PANELS = {"stat", "timeseries", "table"}


def selector(name, labels):
    return "%s{%s}" % (name, ",".join('%s="%s"' % x for x in labels.items()))


def series(samples):
    """Of all hosts; and of each fault the labels and the value that tell it."""
    faults, found, out = {**FAULTS, **EVENTS}, {}, []
    for i in range(HOSTS):
        fault = list(faults)[i] if i < len(faults) else None
        wrong, label, bad = faults.get(fault, ("", "", None))
        for name, own, value in samples:
            labels = {**own, "instance": "mail%03d" % i, "job": "node"}
            first = "0+60" if name == "reload_guard_scrape_timestamp_seconds" else "%.15g+0" % value
            values = "%sx%d" % (first, MINUTES)
            if name == "reload_guard_" + wrong and label in ["", *own.values()]:
                assert fault not in found, "two samples of %s" % fault
                found[fault] = (labels, bad)
                since = LOOK_MIN - 2 if fault in EVENTS else FAULT_MIN
                values = "%sx%d" % (first, since - 1)
                if bad is not None:
                    values += " %d+0x%d" % (bad, MINUTES - since)
            out.append({"series": selector(name, labels), "values": values})
    assert faults.keys() == found.keys(), "not among the metrics: %s" % (faults.keys() - found.keys())
    return out, found


def minutes(duration):
    return int(duration[:-1]) * {"m": 1, "h": 60}[duration[-1]]


def alert_tests(rules, found):
    alerts = {r["alert"]: r for r in rules if "alert" in r}
    assert alerts.keys() == FAULTS.keys(), "an alert without a fault, or a fault without an alert"
    for name, rule in alerts.items():
        labels, value = found[name]
        told = {
            k: text.replace("{{ $value }}", str(value)).replace("{{ $labels.instance }}", labels["instance"]).replace(
                "{{ $labels.check }}", labels.get("check", ""))
            for k, text in rule["annotations"].items()
        }
        due = FAULT_MIN + DELAYS.get(name, 0) + minutes(rule.get("for", "0m"))
        yield {"eval_time": "%dm" % (due - 1), "alertname": name, "exp_alerts": []}
        yield {"eval_time": "%dm" % (due + 1), "alertname": name,
               "exp_alerts": [{"exp_labels": {**labels, **rule["labels"]}, "exp_annotations": told}]}


def check_labels(rules, samples):
    """A name that a rule asks for among others is one."""
    known = {value for _, labels, _ in samples for value in labels.values()}
    for rule in rules:
        for words in re.findall(r'=~?"([a-z|-]+)"', rule["expr"]):
            assert known >= set(words.split("|")), "not among the metrics: %s" % (set(words.split("|")) - known)


def dashboard_queries(path):
    with open(path) as file:
        board = json.load(file)
    panels, taken = board["panels"], set()
    assert len({p["id"] for p in panels}) == len(panels), "two panels of one id"
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert panel["type"] in PANELS and panel["title"] and panel["targets"], panel["title"]
        assert at["x"] + at["w"] <= 24 and not cells & taken, "%s lies over another" % panel["title"]
        taken |= cells
    variables = {v["name"] for v in board["templating"]["list"]}
    assert set(re.findall(r"\$\{?(\w+)", json.dumps(board))) <= variables, "a variable that is none"
    queries = [t["expr"] for p in panels for t in p["targets"]] + [a["expr"] for a in board["annotations"]["list"]]
    queries += [re.fullmatch(r"label_values\((\w+), instance\)", v["query"]["query"])[1]
                for v in board["templating"]["list"] if v["type"] == "query"]
    return [q.replace("$instance", ".+") for q in queries]


def manual_queries(path):
    with open(path) as file:
        metrics = file.read().split(".Sh METRICS")[1].split(".Sh")[0]
    return [q for block in re.findall(r"\.Bd -literal.*?\n(.*?)\.Ed", metrics, re.S) for q in block.splitlines()]


def main(metrics, rules_path, dashboard, manual):
    with open(metrics) as file:
        samples = [(s.name, s.labels, s.value) for f in text_string_to_metric_families(file.read()) for s in f.samples]
    with open(rules_path) as file:
        rules = [r for g in yaml.safe_load(file)["groups"] for r in g["rules"]]
    check_labels(rules, samples)
    input_series, found = series(samples)
    queries = dashboard_queries(dashboard) + manual_queries(manual)
    json.dump({
        "rule_files": [rules_path],
        "evaluation_interval": "1m",
        "tests": [{
            "interval": "1m",
            "input_series": input_series,
            "alert_rule_test": list(alert_tests(rules, found)),
            "promql_expr_test": [{"eval_time": "%dm" % LOOK_MIN, "expr": "count(%s) > bool 0" % q,
                                  "exp_samples": [{"labels": "{}", "value": 1}]} for q in queries],
        }],
    }, sys.stdout, indent=1)


main(*sys.argv[1:])
