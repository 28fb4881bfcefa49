#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""port-walk.py WALKS SEED: opens and closes ports at random, in every spelling that
firewall-cmd takes, in a zone and in a policy; then reloads. What firewalld lists before
and after is equal, and stays so."""
import random
import sys
import time

import dbus

NAME = "org.fedoraproject.FirewallD1"
POLICY = "walk"
NAMES = {143: "imap", 993: "imaps", 465: "smtps", 4190: "sieve"}
bus = dbus.SystemBus()
firewalld = bus.get_object(NAME, "/org/fedoraproject/FirewallD1")
main = dbus.Interface(firewalld, NAME)
zone = dbus.Interface(firewalld, NAME + ".zone")
policy = dbus.Interface(firewalld, NAME + ".policy")
done = []


def spell_one(port):
    if port in NAMES and random.random() < 0.5:
        return NAMES[port]
    return str(port) if random.random() < 0.8 else "0%d" % port


def spell(first, last):
    if first == last and random.random() < 0.7:
        return spell_one(first)
    ends = [spell_one(first), spell_one(last)]
    if random.random() < 0.3:
        ends.reverse()
    return "-".join(ends)


def draw():
    base = random.choice((140, 140, 140, 460, 990, 4188))
    first = base + random.randrange(10)
    last = first + (random.randrange(8) if random.random() < 0.5 else 0)
    return spell(first, last), "udp" if random.random() < 0.2 else "tcp"


def attempt(words, function, *arguments):
    """Most refusals are meant: ALREADY_ENABLED, NOT_ENABLED."""
    try:
        function(*arguments)
        done.append(" ".join([words] + [str(argument) for argument in arguments]))
    except dbus.DBusException as error:
        code = str(error.args[0]).split(":")[0]
        if code not in ("ALREADY_ENABLED", "NOT_ENABLED"):
            raise


def halves(port, protocol):
    """The same ports, listed as two ranges."""
    ends = [int(end) for end in port.split("-")]
    if len(ends) == 1:
        return [(port, protocol)]
    middle = random.randrange(*ends)
    return [("%d-%d" % (ends[0], middle), protocol), ("%d-%d" % (middle + 1, ends[1]), protocol)]


def set_policy():
    ports = [(str(port), str(protocol))
             for port, protocol in policy.getPolicySettings(POLICY).get("ports", [])]
    if ports and random.random() < 0.5:
        port = ports.pop(random.randrange(len(ports)))
        ports += halves(*port) if random.random() < 0.4 else []
    else:
        ports.append(draw())
    attempt("policy", policy.setPolicySettings, POLICY,
            {"ports": dbus.Array([dbus.Struct(port) for port in ports], signature="(ss)")})


def act():
    port, protocol = draw()
    kind = random.randrange(12)
    if kind < 5:
        attempt("addPort", zone.addPort, "public", port, protocol, 0)
    elif kind < 8:
        attempt("removePort", zone.removePort, "public", port, protocol)
    elif kind == 8:
        attempt("addSourcePort", zone.addSourcePort, "public", port, protocol, 0)
    elif kind == 9:
        attempt("removeSourcePort", zone.removeSourcePort, "public", port, protocol)
    elif kind == 10:
        what = random.choice(("add", "remove"))
        call = getattr(zone, what + "ForwardPort")
        port = random.choice(("submission", "587", "0587", "imap-smtps", "465-143"))
        to = random.choice(("2525", "smtp"))
        attempt(what + "ForwardPort", call, "public", port, "tcp", to, "",
                *([0] if what == "add" else []))
    else:
        set_policy()


def listed():
    settings = zone.getZoneSettings2("public")
    lists = {key: sorted("/".join(map(str, entry)) for entry in settings.get(key, []))
             for key in ("ports", "source_ports", "forward_ports")}
    lists["policy"] = sorted("/".join(map(str, port))
                             for port in policy.getPolicySettings(POLICY).get("ports", []))
    return lists


def is_back(before, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if listed() == before:
            return True
        time.sleep(0.05)
    return False


def fail(before, seed, number, why):
    print("  walk %d of seed %d %s" % (number, seed, why))
    for line in done[-40:]:
        print("    " + line)
    print("    before: %s\n    after:  %s" % (before, listed()))
    sys.exit(1)


def main_loop(walks, seed):
    for number in range(1, walks + 1):
        random.seed(seed * 1000003 + number)
        for _ in range(random.randrange(2, 9)):
            act()
            if random.random() < 0.1:
                time.sleep(random.random() / 3)
        before = listed()
        main.reload()
        done.append("reload")
        if not is_back(before, 30):
            fail(before, seed, number, "does not get back what was there")
        if random.random() < 0.2:
            time.sleep(0.3)
            if listed() != before:
                fail(before, seed, number, "does not keep what was there")


main_loop(int(sys.argv[1]), int(sys.argv[2]))
