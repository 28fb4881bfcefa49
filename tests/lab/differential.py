# SPDX-License-Identifier: GPL-2.0-or-later
# differential.py ETC SEED MAJOR FOREIGN RUNTIME - a random configuration of firewalld in the folder
# ETC, for its major version; what others filter, in the folder FOREIGN: chains of nft's in nft, sets
# of the kernel's in ipset, tables of iptables in iptables-nft, ip6tables-nft, iptables-legacy and
# ip6tables-legacy, each as the program's restore takes it; and what is called of firewalld once that
# is loaded, in RUNTIME: lines of interface, method, two strings, and a timeout where there is one,
# between tabs. The same seed gives the same.
import ipaddress
import os
import random
import sys

etc, seed, major, foreign, runtime = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]
rng = random.Random(seed)

PORTS = [25, 80, 110, 143, 443, 465, 587, 993, 995, 2525, 4190, 8080]
NAMES = {25: "smtp", 80: "http", 110: "pop3", 143: "imap2", 443: "https", 465: "submissions", 587: "submission", 993: "imaps", 995: "pop3s"}
STOCK = ["smtp", "http", "pop3", "imap", "https", "smtps", "smtp-submission", "imaps", "pop3s", "managesieve", "ssh"]
V4 = ["10.77.0.0/24", "10.78.0.0/24", "192.0.2.0/24", "198.51.100.0/24"]
V6 = ["fd77::/64", "fd78::/64", "2001:db8:a::/64", "2001:db8:b::/64"]
MACS = ["02:00:00:00:00:0a", "02:00:00:00:00:0b"]
OWN = {"ipv4": ["10.77.0.1", "10.78.0.1"], "ipv6": ["fd77::1", "fd78::1"]}
REJECTS = {
    "ipv4": ["icmp-host-prohibited", "icmp-net-unreachable", "icmp-host-unreachable", "icmp-port-unreachable", "icmp-proto-unreachable", "icmp-net-prohibited", "icmp-admin-prohibited", "tcp-reset", "host-prohib", "net-unreach", "host-unreach", "port-unreach", "proto-unreach", "net-prohib", "admin-prohib"],
    "ipv6": ["icmp6-adm-prohibited", "icmp6-no-route", "icmp6-addr-unreachable", "icmp6-port-unreachable", "tcp-reset", "adm-prohibited", "no-route", "addr-unreach", "port-unreach"],
}


def chance(p):
    return rng.random() < p


def some(items, low, high):
    return rng.sample(items, min(len(items), rng.randint(low, high)))


def prefix(family, hosts=True):
    """A prefix that holds some of the clients, an address of one most of all."""
    if family == "ipv4":
        net = rng.choice(V4)
        length = rng.choice([32, 32, 31, 30, 29, 28, 26, 25, 24, 16, 8])
        host = rng.choice(list(range(1, 9)) + list(range(129, 137)) + [10, 11, 12])
        address = int(ipaddress.ip_network(net).network_address) + host
        text = str(ipaddress.ip_network((address, length), strict=False))
        return text[:-3] if length == 32 and chance(0.7) else text
    net = rng.choice(V6)
    length = rng.choice([128, 128, 127, 126, 125, 124, 120, 112, 64, 48, 32])
    address = int(ipaddress.ip_network(net).network_address) + rng.randint(2, 9)
    text = str(ipaddress.ip_network((address, length), strict=False))
    return text[:-4] if length == 128 and chance(0.7) else text


def port_text():
    port = rng.choice(PORTS)
    if chance(0.15) and port in NAMES:
        return NAMES[port]
    if chance(0.2):
        return "%d-%d" % (max(1, port - rng.randint(0, 30)), port + rng.randint(1, 500))
    return str(port)


def distinct(family, n):
    """Prefixes that do not overlap: firewalld's sets refuse those."""
    out = []
    for _ in range(n):
        text = prefix(family)
        net = ipaddress.ip_network(text)
        if not any(net.overlaps(ipaddress.ip_network(o)) for o in out):
            out.append(text)
    return out


# --- what is loaded ---

class Ipset:
    def __init__(self, name):
        self.name = name
        self.family = rng.choice(["ipv4", "ipv4", "ipv6"])
        self.type = rng.choice(["hash:ip", "hash:net", "hash:net", "hash:ip,port", "hash:mac"])
        entries = distinct(self.family, rng.randint(1, 5))
        if self.type == "hash:mac":
            self.family = None
            entries = some(MACS, 1, 1)
        elif self.type == "hash:ip":
            entries = [e for e in entries if "/" not in e]
        elif self.type == "hash:ip,port":
            entries = ["%s,tcp:%s" % (e, rng.choice(["1024-65535", "1024-45000", "25"])) for e in entries if "/" not in e]
        self.entries = entries

    def write(self):
        options = '<option name="family" value="inet6"/>' if self.family == "ipv6" else ""
        entries = "".join("<entry>%s</entry>" % e for e in self.entries)
        save("ipsets/%s.xml" % self.name, '<ipset type="%s">%s%s</ipset>' % (self.type, options, entries))


def ports_xml(n):
    return {'<port port="%s" protocol="%s"/>' % (p, proto) for p, proto in ((port_text(), rng.choice(["tcp", "tcp", "tcp", "udp"])) for _ in range(n)) if not p.isalpha() and p != "imap2"}


def service_xml(name, others):
    out = sorted(ports_xml(rng.randint(0, 3)))
    if chance(0.15):
        out.append('<protocol value="%s"/>' % rng.choice(["udp", "esp", "tcp"]))
    if chance(0.15):
        out.append('<source-port port="%s" protocol="tcp"/>' % rng.choice(["1024-40000", "88", "40001-65535"]))
    if chance(0.2):
        family = rng.choice(["ipv4", "ipv6"])
        out.append('<destination %s="%s"/>' % (family, rng.choice(OWN[family] + ["224.0.0.251" if family == "ipv4" else "ff02::fb"])))
    for other in some(others, 0, 2):
        out.append('<include service="%s"/>' % other)
    save("services/%s.xml" % name, "<service>%s</service>" % "".join(out))
    return any("<destination" in o for o in out)


def rule_xml(sets, services, with_destination, to_host=True):
    family = rng.choice(["ipv4", "ipv4", "ipv6", None])
    out, attributes = [], ""
    kind = rng.choice(["address"] * 6 + ["ipset", "mac", "none"])
    inverted = ' invert="True"' if chance(0.15) else ""
    if kind == "address":
        family = family or rng.choice(["ipv4", "ipv6"])
        out.append('<source address="%s"%s/>' % (prefix(family), inverted))
    elif kind == "ipset" and sets:
        one = rng.choice(sets)
        family = one.family
        out.append('<source ipset="%s"%s/>' % (one.name, inverted))
    elif kind == "mac":
        out.append('<source mac="%s"%s/>' % (rng.choice(MACS), inverted))
    element = rng.choice(["none"] * 4 + ["service"] * 3 + ["port"] * 4 + ["protocol", "source-port", "forward-port"])
    destination = False
    if family and chance(0.12):
        destination = True
        out.append('<destination address="%s"%s/>' % (rng.choice(OWN[family] + ["10.77.0.0/24" if family == "ipv4" else "fd77::/64"]), ' invert="True"' if chance(0.3) else ""))
    if element == "none" and not out:
        element = "port"
    if element == "service":
        choice = [s for s in services if not (destination and s in with_destination)]
        out.append('<service name="%s"/>' % rng.choice(choice))
    elif element == "port":
        out.append('<port port="%s" protocol="tcp"/>' % port_text())
    elif element == "protocol":
        out.append('<protocol value="%s"/>' % rng.choice(["tcp", "tcp", "udp"]))
    elif element == "source-port":
        out.append('<source-port port="%s" protocol="tcp"/>' % rng.choice(["1024-40000", "40001-65535", "25"]))
    elif element == "forward-port":
        if not to_host or not family:
            return None
        to = ' to-addr="%s"' % OWN[family][0] if chance(0.3) else ""
        out.append('<forward-port port="%d" protocol="tcp" to-port="%d"%s/>' % (rng.choice(PORTS), rng.choice(PORTS), to))
    if chance(0.1):
        out.append(rng.choice(['<log prefix="x" level="info"><limit value="1/h"/></log>', '<nflog group="3"/>', "<audit/>"]) if element != "forward-port" else "")
    if element != "forward-port":
        action = rng.choice(["accept"] * 4 + ["drop"] * 3 + ["reject"] * 3)
        # a reset answers TCP alone, and firewalld wants a family for a type
        if action == "reject" and family and chance(0.6):
            out.append('<reject type="%s"/>' % rng.choice(REJECTS[family]))
        else:
            out.append("<%s/>" % action)
    if family:
        attributes += ' family="%s"' % family
    if chance(0.4):
        attributes += ' priority="%d"' % rng.choice([-300, -10, -9, -1, 1, 5, 300])
    return "<rule%s>%s</rule>" % (attributes, "".join(out))


def contents(sets, services, with_destination, zone):
    out = ['<service name="%s"/>' % s for s in some(services, 0, 4)]
    out += sorted(ports_xml(rng.randint(0, 2)))
    if chance(0.1):
        out.append('<protocol value="%s"/>' % rng.choice(["tcp", "udp", "esp"]))
    if chance(0.15):
        out.append('<source-port port="%s" protocol="tcp"/>' % rng.choice(["1024-40000", "40001-65535"]))
    if chance(0.15):
        out.append('<icmp-block name="%s"/>' % rng.choice(["echo-request", "redirect"]))
    if zone and chance(0.1):
        out.append("<icmp-block-inversion/>")
    if zone and chance(0.2):
        out.append('<forward-port port="%d" protocol="tcp" to-port="%d"/>' % (rng.choice(PORTS), rng.choice(PORTS)))
    rules = [rule_xml(sets, services, with_destination, zone) for _ in range(rng.choice([0, 1, 2, 4, 8, 12]))]
    seen = []
    for rule in rules:
        if rule and rule not in seen:
            seen.append(rule)
    return "".join(out + seen)


def save(path, text):
    with open(os.path.join(etc, path), "w") as f:
        f.write('<?xml version="1.0" encoding="utf-8"?>\n' + text + "\n")


def clear():
    for folder in ["zones", "policies", "services", "ipsets"]:
        path = os.path.join(etc, folder)
        os.makedirs(path, exist_ok=True)
        for name in os.listdir(path):
            os.unlink(os.path.join(path, name))


# --- what is not firewalld's ---

# What comes after the first packet would be answered to connect() now or later; and without its
# neighbours nobody gets an answer over IPv6.
LET_IN = ["ct state established,related accept", "meta l4proto ipv6-icmp accept"]

def verdict():
    return rng.choice(["reject", "reject with icmpx admin-prohibited", plain_verdict()])


def plain_verdict():
    return rng.choice(["accept", "drop", "drop", "jump more", "goto more", "return", "continue"])


def nft_rule():
    """One of somebody who writes his own, in any form that nft has for it."""
    ip, family = rng.choice([("ip", "ipv4"), ("ip6", "ipv6")])
    some_ports = some(PORTS, 1, 4)
    return rng.choice([
        lambda: "tcp dport %s %s" % (nft_port(), verdict()),
        lambda: "tcp dport != { %s } %s saddr %s %s" % (", ".join(map(str, some_ports)), ip, prefix(family), verdict()),
        lambda: "%s saddr { %s } %s" % (ip, ", ".join(distinct(family, 4)), verdict()),
        lambda: "%s saddr != %s tcp dport %s %s" % (ip, prefix(family), nft_port(), verdict()),
        lambda: "tcp dport vmap { %s }" % ", ".join("%d : %s" % (port, plain_verdict()) for port in some_ports),
        lambda: "%s saddr vmap @%s" % (ip, family),
        lambda: "%s saddr . tcp dport { %s } %s" % (ip, ", ".join("%s . %s" % (one, nft_port()) for one in addresses(family, 3)), verdict()),
        lambda: "%s saddr . tcp dport vmap { %s }" % (ip, ", ".join("%s . %d : %s" % (one, rng.choice(PORTS), plain_verdict()) for one in addresses(family, 3))),
        lambda: "iifname . tcp dport { %s } %s" % (", ".join('"%s" . %d' % (rng.choice(["host0", "host1"]), port) for port in some_ports), verdict()),
        lambda: "iifname vmap { lo : accept, host0 : %s, host1 : %s }" % (plain_verdict(), plain_verdict()),
        lambda: "ct state vmap { established : accept, related : accept, invalid : drop }",
        lambda: "ct state new tcp dport %s %s" % (nft_port(), verdict()),
        lambda: "ct state { established, related, invalid } drop",
        lambda: "tcp flags %s %s" % (rng.choice(["syn", "fin,rst", "& (syn | ack) == syn", "& (fin | syn | rst | ack) != syn", "& (fin | syn) == (fin | syn)", "!= syn", "== syn"]), verdict()),
        lambda: "meta nfproto %s tcp dport %s %s" % (family, nft_port(), rng.choice(["reject with tcp reset", "drop", "reject"])),
        lambda: "meta nfproto %s %s" % (family, rng.choice(["meta l4proto tcp reject with tcp reset", "accept"])),
        lambda: "meta l4proto %s %s" % (rng.choice(["tcp", "udp", "{ tcp, udp }"]), verdict()),
        lambda: "tcp sport %s %s" % (rng.choice(["1024-40000", "40001-65535", "25"]), verdict()),
        lambda: "fib daddr type %s %s" % (rng.choice(["local", "broadcast"]), verdict()),
        lambda: "ether saddr %s tcp dport %s %s" % (rng.choice(MACS), nft_port(), verdict()),
        lambda: "tcp dport %s counter" % nft_port(),
        lambda: "meta mark %s %s" % (rng.choice(["7", "!= 0", "& 4 == 4", "& 0xff != 1"]), verdict()),
        lambda: "%s saddr %s meta mark set %s" % (ip, prefix(family), rng.choice(["7", "meta mark | 4", "meta mark & 3", "(meta mark & 0xf0) | 1", "meta mark ^ 5"])),
        lambda: "%s daddr %s tcp dport %s %s" % (ip, rng.choice(OWN[family]), nft_port(), verdict()),
    ])()


def nft_port():
    return rng.choice(["%d", "%d", "%d-65535", "1-%d"]) % rng.choice(PORTS)


def addresses(family, n):
    """Different ones, of clients."""
    return [one for one in distinct(family, 2 * n) if "/" not in one][:n] or ["192.0.2.1" if family == "ipv4" else "2001:db8:a::3"]


def by_hand():
    """An nftables.conf of somebody's own; its map has what falls due and ranges."""
    out = ["table inet hand {"]
    for family, kind in [("ipv4", "ipv4_addr"), ("ipv6", "ipv6_addr")]:
        out.append("\tmap %s { type %s : verdict; flags interval,timeout; elements = { %s } }" % (family, kind, ", ".join(
            "%s%s : %s" % (one, rng.choice(["", " timeout 1h"]), rng.choice(["accept", "drop", "return"])) for one in distinct(family, 4))))
    # what leads on first leads elsewhere
    out.append("\tchain more {\n%s\n\t}" % "\n".join("\t\t" + nft_rule().replace("jump more", "drop").replace("goto more", "accept") for _ in range(rng.randint(0, 3))))
    out.append("\tchain own {\n\t\ttype filter hook input priority %s; policy %s;\n\t\t%s" % (rng.choice(["-5", "5", "15"]), rng.choice(["accept", "accept", "accept", "drop"]), "\n\t\t".join(LET_IN)))
    out += ["\t\t" + nft_rule() for _ in range(rng.randint(1, 6))]
    out.append("\t}")
    if chance(0.3):
        a, b, c = rng.sample(PORTS, 3)
        out.append("\tchain lead {\n\t\ttype nat hook prerouting priority -101;\n\t\t%s\n\t}" % rng.choice([
            "tcp dport %d redirect to :%d" % (a, b),
            "meta l4proto tcp redirect to :tcp dport map { %d : %d, %d : %d }" % (a, b, c, a),
            "dnat ip to tcp dport map { %d : 10.77.0.1 . %d, %d : 10.78.0.1 . %d }" % (a, b, c, b),
            "ip saddr %s tcp dport %d dnat ip to 10.77.0.1:%d" % (prefix("ipv4"), a, b)]))
    return "\n".join(out) + "\n}\n"


class Kernelset:
    def __init__(self, name):
        self.name = name
        self.family = rng.choice(["ipv4", "ipv6"])
        self.type = rng.choice(["hash:ip", "hash:net"])
        self.entries = [e for e in distinct(self.family, 4) if self.type == "hash:net" or "/" not in e]

    def text(self):
        return "create %s %s family %s timeout 0\n" % (self.name, self.type, "inet6" if self.family == "ipv6" else "inet") + "".join(
            "add %s %s%s\n" % (self.name, e, rng.choice(["", " timeout 3600"])) for e in self.entries)


def iptables_rule(family, sets, leads):
    out = []
    invert = lambda text: ("! " if chance(0.15) else "") + text
    if chance(0.6):
        out.append(invert("-s " + prefix(family)))
    if chance(0.2):
        out.append(invert("-i " + rng.choice(["host0", "host1", "host+"])))
    tcp = chance(0.8)
    if tcp:
        several = ",".join(map(str, some(PORTS, 1, 4)))
        out.append("-p tcp")
        out.append(rng.choice([
            lambda: "", lambda: "", lambda: invert("--dport %d" % rng.choice(PORTS)), lambda: "--dport %d:%d" % (rng.choice([1, 100]), rng.choice(PORTS) + 100),
            lambda: "-m multiport " + invert("--dports " + several), lambda: "-m multiport --dports %s,1:100" % several,
            lambda: invert("--sport 1024:40000"), lambda: invert("--syn"), lambda: "--tcp-flags " + rng.choice(["ALL SYN", "SYN,ACK SYN,ACK", "SYN,RST SYN", "FIN,RST NONE"])])())
    sets = [one for one in sets if one.family == family]
    for extra in rng.sample(range(9), rng.choice([0, 0, 1, 2])):
        text = [
            lambda: "-m conntrack " + invert("--ctstate " + rng.choice(["NEW", "NEW,RELATED", "RELATED,ESTABLISHED", "INVALID"])),
            lambda: "-m state --state " + rng.choice(["NEW", "ESTABLISHED"]),
            lambda: "-m addrtype " + invert("--dst-type " + rng.choice(["LOCAL", "UNICAST"])),
            lambda: "-m comment --comment \"it's -j DROP\"",
            lambda: "-m set " + invert("--match-set %s src" % rng.choice(sets).name) if sets else "",
            lambda: "-m iprange " + invert("--src-range %s" % ("192.0.2.2-198.51.100.3" if family == "ipv4" else "2001:db8:a::4-2001:db8:b::4")),
            lambda: "-m mark " + invert("--mark " + rng.choice(["0x0", "0x7", "0x4/0x4", "1/0xff"])),
            lambda: invert("-d " + rng.choice(OWN[family])),
            lambda: "-m mac --mac-source " + rng.choice(MACS),
        ][extra]()
        out.append(text)
    reject = ["icmp-port-unreachable", "icmp-host-prohibited", "icmp-admin-prohibited"] if family == "ipv4" else ["icmp6-port-unreachable", "icmp6-adm-prohibited"]
    out.append(rng.choice(["-j ACCEPT"] * 3 + ["-j DROP"] * 3 + ["-j REJECT", "-j REJECT --reject-with " + rng.choice(reject + (["tcp-reset"] if tcp else [])), "-j RETURN", "-j LOG --log-prefix x"] + leads * 2))
    return " ".join(out)


def iptables(family, sets, used):
    """All that a table has, so that what was there before is gone."""
    filtering, leading, marking = [], [], []
    if used:
        filtering = [":A - [0:0]", ":B - [0:0]"] + ["-A B " + iptables_rule(family, sets, []) for _ in range(rng.randint(0, 2))]
        filtering += ["-A A " + iptables_rule(family, sets, ["-j B", "-g B"]) for _ in range(rng.randint(0, 2))]
        filtering += ["-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT", "-A INPUT -p %s -j ACCEPT" % ("ipv6-icmp" if family == "ipv6" else "icmp")]
        filtering += ["-A INPUT " + iptables_rule(family, sets, ["-j A", "-g B"]) for _ in range(rng.randint(1, 4))]
        if chance(0.2):
            leading.append("-A PREROUTING -p tcp --dport %d -j REDIRECT --to-ports %d" % tuple(rng.sample(PORTS, 2)))
        for _ in range(rng.choice([0, 0, 1, 2])):
            marking.append("-A PREROUTING -s %s -j MARK %s" % (prefix(family), rng.choice(["--set-mark 7", "--set-xmark 0x4/0x4", "--or-mark 1", "--and-mark 5", "--xor-mark 7"])))
    policy = "DROP" if used and chance(0.05) else "ACCEPT"
    return "*filter\n:INPUT %s [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n%s\nCOMMIT\n*nat\n:PREROUTING ACCEPT [0:0]\n%s\nCOMMIT\n*mangle\n:PREROUTING ACCEPT [0:0]\n%s\nCOMMIT\n" % (
        policy, "\n".join(filtering), "\n".join(leading), "\n".join(marking))


def name():
    return "".join(rng.choice("abcxyz") for _ in range(3)) + str(rng.randint(0, 99))


def main():
    clear()
    sets = [Ipset("s" + name()) for _ in range(rng.randint(0, 4))]
    sets = [s for s in {s.name: s for s in sets}.values()]
    for one in sets:
        one.write()
    # an empty set is a set all the same
    own, with_destination = [], set()
    for i in range(rng.randint(0, 4)):
        service = "v" + name()
        if service_xml(service, STOCK + own):
            with_destination.add(service)
        own.append(service)
    # what includes one with a destination cannot have a second either
    services = STOCK + [s for s in own]
    if own:
        with_destination |= set(own)

    zones = sorted({name() for _ in range(rng.randint(1, 5))} | {"public"})
    bindings = {z: [] for z in zones}
    for interface in ["host0", "host1"]:
        if chance(0.7):
            bindings[rng.choice(zones)].append('<interface name="%s"/>' % interface)
    taken = set()
    for _ in range(rng.choice([0, 1, 2, 4, 6])):
        kind = rng.choice(["ipv4"] * 4 + ["ipv6"] * 3 + ["mac", "ipset", "ipset"])
        source = None
        if kind in ("ipv4", "ipv6"):
            source = ("address", prefix(kind))
        elif kind == "mac":
            source = ("address", rng.choice(MACS).upper())
        elif sets:
            source = ("ipset", rng.choice(sets).name)
        if source and source not in taken:
            taken.add(source)
            bindings[rng.choice(zones)].append('<source %s="%s"/>' % source)
    for z in zones:
        target = rng.choice([""] * 4 + [' target="ACCEPT"', ' target="DROP"', ' target="%%REJECT%%"'])
        priority = ' ingress-priority="%d" egress-priority="%d"' % (rng.randint(-3, 3), rng.randint(-3, 3)) if major >= 2 and chance(0.5) else ""
        save("zones/%s.xml" % z, "<zone%s%s>%s%s</zone>" % (target, priority, "".join(bindings[z]), contents(sets, services, with_destination, True)))

    priorities = rng.sample([-200, -5, -1, 1, 2, 100], 6)
    for i in range(rng.choice([0, 0, 1, 2, 3])):
        ingress = ["ANY"] if chance(0.4) else some(zones, 1, 2)
        target = rng.choice(["CONTINUE"] * 5 + ["ACCEPT", "REJECT", "DROP"])
        # of one priority some of them: nobody knows their order then
        priority = rng.choice(priorities) if chance(0.3) else priorities[i]
        save("policies/%s.xml" % ("p" + name()), '<policy target="%s" priority="%d">%s<egress-zone name="HOST"/>%s</policy>' % (
            target, priority, "".join('<ingress-zone name="%s"/>' % z for z in ingress), contents(sets, services, with_destination, False)))

    conf = os.path.join(etc, "firewalld.conf")
    lines = [l for l in open(conf) if not l.startswith(("DefaultZone=", "LogDenied="))] if os.path.exists(conf) else []
    with open(conf, "w") as f:
        f.writelines(lines + ["DefaultZone=%s\n" % rng.choice(zones), "LogDenied=%s\n" % rng.choice(["off", "off", "all", "unicast"])])

    os.makedirs(foreign, exist_ok=True)
    with open(os.path.join(foreign, "nft"), "w") as f:
        for table in ["f2b-table", "f2b-late", "hand"]:
            f.write("add table inet %s\ndelete table inet %s\n" % (table, table))
        if chance(0.3):
            family = rng.choice(["ip", "ip6"])
            f.write("table inet f2b-table {\n\tset bad { type ipv%s_addr; flags interval; elements = { %s } }\n" % (family[2:] or "4", ", ".join(distinct("ipv4" if family == "ip" else "ipv6", 4))))
            f.write("\tchain bans {\n\t\ttype filter hook input priority filter - 1; policy accept;\n")
            f.write("\t\ttcp dport { %s } %s saddr @bad %s\n\t}\n}\n" % (", ".join(map(str, some(PORTS, 1, 4))), family, rng.choice(["drop", "reject with icmpx port-unreachable", "reject with icmpx admin-prohibited", "counter accept"])))
        if chance(0.15):
            f.write("table inet f2b-late {\n\tchain only {\n\t\t%s saddr %s tcp dport != %d drop\n\t}\n\tchain late {\n\t\ttype filter hook input priority 20; policy accept;\n\t\tct state established,related accept\n\t\tip protocol tcp jump only\n\t\tiifname \"host1\" tcp dport %d reject with tcp reset\n\t}\n}\n" % (
                "ip", prefix("ipv4"), rng.choice(PORTS), rng.choice(PORTS)))
        if chance(0.3):
            f.write(by_hand())
        # later ones own their table, and nobody else gets in
        if major < 2 and chance(0.15):
            rule = "@ more"
            while "@" in rule or "more" in rule: # there are none of these
                rule = nft_rule()
            chain = rng.choice(["filter_INPUT", "filter_INPUT_ZONES"])
            f.write("insert rule inet firewalld %s %s\n" % (chain, rule))
            for let_in in LET_IN:
                f.write("insert rule inet firewalld %s %s\n" % (chain, let_in))
    kernel = [Kernelset("k%d" % i) for i in range(rng.choice([0, 0, 1, 2, 3]))]
    with open(os.path.join(foreign, "ipset"), "w") as f:
        f.writelines(one.text() for one in kernel)
    for tool in ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"]:
        with open(os.path.join(foreign, tool), "w") as f:
            f.write(iptables("ipv6" if tool.startswith("ip6") else "ipv4", kernel, chance(0.25)))

    with open(runtime, "w") as f:
        for _ in range(rng.choice([0, 0, 0, 1, 2, 4, 6])):
            f.write("\t".join(change(zones, sets, services)) + "\n")


def change(zones, sets, services):
    """Something of the runtime alone; what firewalld refuses is none."""
    zone, what = rng.choice(zones), rng.choice(["rule"] * 4 + ["source", "source", "interface", "service", "no service", "entry"])
    if what == "rule":
        family = rng.choice(["ipv4", "ipv6"])
        middle = rng.choice(["", ' port port="%s" protocol="tcp"' % port_text(), ' service name="%s"' % rng.choice(STOCK)])
        end = rng.choice(["accept", "drop", "reject"])
        priority = rng.choice(["", "", ' priority="%d"' % rng.choice([-10, 5])])
        return "zone", "addRichRule", zone, 'rule family="%s"%s source address="%s"%s %s' % (family, priority, prefix(family), middle, end), "0"
    if what == "source":
        return "zone", "addSource", zone, prefix(rng.choice(["ipv4", "ipv6"]))
    # 2.3 leaves rules of the old zone in the dispatch of NAT behind, in front of the new one's
    if what == "interface" and major >= 2:
        what = "service"
    if what == "interface":
        return "zone", "changeZoneOfInterface", zone, rng.choice(["host0", "host1"])
    if what == "service":
        return "zone", "addService", zone, rng.choice(services), "0"
    if what == "no service":
        return "zone", "removeService", zone, rng.choice(services)
    plain = [s for s in sets if s.type in ("hash:ip", "hash:net")]
    if not plain:
        return "zone", "addProtocol", zone, "udp", "0"
    one = rng.choice(plain)
    return "ipset", "addEntry", one.name, prefix(one.family)


main()
