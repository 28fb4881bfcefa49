#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Compares our parser of rich rules with firewalld's own, on rules made up at random.

Usage: richrule-oracle [--filter PROGRAM] [--count N] [--seed S] [--corpus FOLDER]

Both must accept the same rules and write them in the same form, and the
canonical form must be where firewalld's own form comes to rest. Exit status:
0 no difference; 1 differences, which are printed; 77 firewalld's Python
modules are not there (under `make check` that is a skipped test; tests/run
counts it as a failure).

What richrule.h names as deliberate is left out of the comparison: names of
ports and protocols are replaced by their form, digits and blanks of other
scripts do not occur, nor does what this firewalld is too old (`burst`, in 0.9
`nflog` and others) or too new (`EOL`) for.
"""
import argparse
import inspect
import os
import random
import re
import socket
import subprocess
import sys
import unicodedata

try:
    from firewall import functions
    from firewall.core import rich
    from firewall.core.logger import log
except ImportError as e:
    print("richrule-oracle: NOT RUN: no firewalld for this python3: %s" % e)
    sys.exit(77)

log.setDebugLogLevel(log.NO_DEBUG)
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9_.+]|-(?!-|$))*\Z", re.A)
PROTOCOL = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9](?:[A-Za-z0-9_.+/]|-(?!-|$))*\Z", re.A)


MODERN = not hasattr(rich.Rich_Limit, "command")  # a data class since 2.2: numbers are rewritten
# What 0.9 does not know yet, as our form writes it.
TOO_NEW = [pattern for pattern, known in (
    (r" nflog\b", hasattr(rich, "Rich_NFLog")),
    (r" tcp-mss-clamp\b", hasattr(rich, "Rich_Tcp_Mss_Clamp")),
    (r" destination (NOT )?ipset=", "ipset" in inspect.signature(rich.Rich_Destination).parameters),
) if not known]


class NamesByForm:
    """Stands in for the socket module: every name of the right form is known."""

    AF_INET, AF_INET6, error = socket.AF_INET, socket.AF_INET6, socket.error
    inet_pton = staticmethod(socket.inet_pton)

    @staticmethod
    def getservbyname(name):
        if not NAME.match(name):
            raise OSError("no such service")
        return 1

    @staticmethod
    def getprotobyname(name):
        if not PROTOCOL.match(name):
            raise OSError("no such protocol")
        return 1


def theirs(text, names=NamesByForm):
    """firewalld's form of a rule, None when it refuses."""
    functions.socket = names
    try:
        rule = rich.Rich_Rule(rule_str=text)
        rule.check()  # an empty string is not even looked at before
        if rule.log and len(rule.log.prefix or "") > 127:
            return None  # in 0.9 it is the kernel that refuses it
        return str(rule).replace(' destination not address="', ' destination NOT address="')  # so in 0.9
    except Exception:  # whatever it raises, its D-Bus method fails
        return None
    finally:
        functions.socket = socket


def their_rest(form):
    """Where firewalld's form comes to rest, None when it cannot read itself."""
    for _ in range(64):
        if form is None or len(form.encode()) > 4096:
            return None
        again = theirs(form)
        if again == form:
            return form
        form = again
    return None


# --- making rules ----------------------------------------------------------------

V4 = ["192.0.2.1", "192.0.2.0/24", "0.0.0.0/0", "198.51.100.7/32", "192.0.2.0/255.255.255.0",
      "192.0.2.0/255.0.255.0", "203.0.113.9/8", "192.0.2.1/024", "192.0.2.1/+24", "192.0.2.1/2_4",
      "192.0.2.1/ 24 ", "192.0.2.1/33", "192.0.2.1/-0", "192.0.2.1/", "/24", "192.0.2.256",
      "192.0.2", "010.0.0.1", "1.2.3.4/24/24", "1.2.3.4/0x18", "1.2.3.4/1.2.3"]
V6 = ["2001:db8::1", "2001:db8::/32", "::/0", "[2001:db8::1]", "[2001:db8::1]/64", "[[::1", "::1/128",
      "::1/129", "::ffff:192.0.2.1", "2001:DB8::A", "fe80::1%eth0", "2001:db8::1/ffff::", "1::2::3",
      "::/-0", "2001:0db8:0:0:0:0:0:1", "[2001:db8::1/64]", "[]", "::1.2.3.4/127"]
PORTS = ["25", "smtp", "993", "0", "65535", "65536", "025", " 25", "25 ", "+25", "2_5", "-5", "-0", "25-",
         "-25", "1000-2000", "2000-1000", "25-25", "imap-imaps", "ftp-data", "ftp-data-ssh", "25-smtp",
         "smtp - 25", "a-b -c", "25--30", "--", "-", "70000-5", "5-70000", "no such", "1-2-3", "a-", "_25",
         "2__5", "0x19", "25.0", "a--b", "a -b-c", "00000000000000000025", "99999999999999999999"]
PROTOS = ["tcp", "udp", "sctp", "dccp", "TCP", "icmp", "6", ""]
IPPROTOS = ["icmp", "ipv6-icmp", "tcp", "6", "255", "256", "-1", "+6", " 6", "esp", "a/n", "no such", "2_5", "3PC"]
LIMITS = ["1/s", "3/m", "5/second", "3/minute", "10/hour", "2/day", "1/day", "1/d", "0/s", "-1/s", "03/m",
          "1_0/h", " 3/m", "3 /m", "3/ m", "3/x", "3", "/m", "3/", "3/m/m", "3/seconds", "+3/s", "3/S"]
NUMBERS = ["0", "1", "65535", "65536", "-1", "0x10", "0X1f", "0o17", "0b11", "010", "00", "0_0", "1_000", " 5 ",
           "+7", "-0", "0x", "0x_f", "_1", "1_", "4294967295", "4294967296", "ten", "0xffff", "0xg", "1e3", "- 5"]
WORDS = ["x", "ssh", "smtp-submission", "a b", "a'b", 'a"b', "a\\b", "a\\", "", "é", "日本", "#", "a,b", "x" * 32,
         "x" * 33, "é" * 32, "é" * 33, "y" * 127, "y" * 128, "é" * 127, "é" * 128, "<&>", "$x", "`x`", "a\tb",
         "a\nb", "\x7f", "\x85x", "ß", '""', "''", "a=b", "rule", "EOL", "NOT", "limit"]
MACS = ["00:11:22:33:44:55", "aa:bb:cc:dd:ee:ff", "AA:bb:0c:Dd:ee:0F", "00-11-22-33-44-55", "00:11:22:33:44",
        "gg:00:00:00:00:00", "00:11:22:33:44:5é"]
REJECTS = ["icmp-port-unreachable", "icmp6-port-unreachable", "port-unreach", "tcp-reset", "tcp-rst",
           "icmp-host-prohibited", "icmp6-adm-prohibited", "addr-unreach", "no-route", "host-prohib", "x",
           "icmp-admin-prohibited", "admin-prohib", "icmp-net-unreachable", "net-prohib"]
LEVELS = ["emerg", "alert", "crit", "error", "warning", "notice", "info", "debug", "err", "Info", "x"]
ATTRS = ["priority", "family", "address", "mac", "ipset", "invert", "value", "port", "protocol", "to-port",
         "to-addr", "name", "group", "prefix", "level", "queue-size", "type", "set", "foo"]
ELEMENTS = ["rule", "source", "destination", "protocol", "service", "port", "icmp-block", "icmp-type",
            "masquerade", "forward-port", "source-port", "log", "nflog", "audit", "accept", "drop", "reject",
            "mark", "limit", "not", "NOT", "EOL", "tcp-mss-clamp", "foo", "=", ""]


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def some(self, values, good=None):
        """One of the values; mostly one of the first `good`, so that whole rules get through."""
        if good and self.rng.random() < 0.93:
            return self.rng.choice(values[:good])
        return self.rng.choice(values)

    def maybe(self, chance):
        return self.rng.random() < chance

    def junk(self, alphabet):
        return "".join(self.rng.choice(alphabet) for _ in range(self.rng.randrange(1, 10)))

    def attr(self, name, value):
        """An attribute; now and then with a value that nobody thought of, made of the usual characters."""
        if self.maybe(0.02):
            value = self.junk({"port": "ab25- +_", "to-port": "ab25- ", "address": "12./: [a]", "set": "0xab_/ +1",
                               "value": "13/smd _", "group": "0x1_b 9", "mac": "aF0:1"}.get(name, "a1- _\"'\\"))
        return ("attr", name, value)

    def limit(self, chance=0.3):
        if not self.maybe(chance):
            return []
        burst = [self.attr("burst", self.some(NUMBERS, 3))] if MODERN and self.maybe(0.3) else []
        return [("word", "limit"), self.attr("value", self.some(LIMITS, 6))] + burst

    def peer(self, word, family):
        out = [("word", word)]
        if self.maybe(0.2):
            out.append(("word", self.rng.choice(["NOT", "not"])) if self.maybe(0.8)
                       else self.attr("invert", self.some(["yes", "no", "True"])))
        kind = self.rng.random()
        if kind < 0.7:
            out.append(self.attr("address", self.some(V6, 7) if family == "ipv6" else self.some(V4, 7)))
        elif kind < 0.85:
            out.append(self.attr("ipset", self.some(WORDS, 3)))
        else:
            out.append(self.attr("mac", self.some(MACS, 3)))
        return out

    def element(self, family):
        word = self.rng.choice(["protocol", "service", "port", "port", "icmp-block", "icmp-type", "masquerade",
                                "forward-port", "source-port", "tcp-mss-clamp"])
        out = [("word", word)]
        if word in ("port", "source-port", "forward-port"):
            out += [self.attr("port", self.some(PORTS, 5)), self.attr("protocol", self.some(PROTOS, 4))]
        if word == "forward-port":
            if self.maybe(0.7):
                out.append(self.attr("to-port", self.some(PORTS, 5)))
            if self.maybe(0.6):
                out.append(self.attr("to-addr", self.some(V6, 1) if family == "ipv6" else self.some(V4, 1)))
        if word in ("service", "icmp-block", "icmp-type"):
            out.append(self.attr("name", self.some(WORDS, 4)))
        if word == "protocol":
            out.append(self.attr("value", self.some(IPPROTOS, 5)))
        if word == "tcp-mss-clamp" and self.maybe(0.7):
            out.append(self.attr("value", self.some(["pmtu", "536", "1460", "535", "None", "x", "1_000", "+600", "00600"], 3)))
        return out

    def log(self):
        if self.maybe(0.6):
            out = [("word", "log")]
            if self.maybe(0.6):
                out.append(self.attr("prefix", self.some(WORDS, 4)))
            if self.maybe(0.6):
                out.append(self.attr("level", self.some(LEVELS, 8)))
        else:
            out = [("word", "nflog")]
            for name in ("group", "prefix", "queue-size"):
                if self.maybe(0.5):
                    out.append(self.attr(name, self.some(WORDS, 4) if name == "prefix" else self.some(NUMBERS, 3)))
        return out + self.limit()

    def action(self, family):
        word = self.rng.choice(["accept", "drop", "reject", "reject", "mark"])
        out = [("word", word)]
        if word == "reject" and self.maybe(0.6 if family else 0.1):
            good = [t for t in REJECTS if t in rich.REJECT_TYPES.get(family, [])]
            out.append(self.attr("type", self.rng.choice(good) if good and self.maybe(0.9) else self.some(REJECTS)))
        if word == "mark" and self.maybe(0.95):
            mark = self.some(NUMBERS, 3)
            out.append(self.attr("set", mark + "/" + self.some(NUMBERS, 3) if self.maybe(0.3) else mark))
        return out + self.limit()

    def tokens(self):
        family = self.rng.choice(["ipv4", "ipv4", "ipv6", None])
        groups = []
        if family:
            groups.append([self.attr("family", family if self.maybe(0.98) else self.some(["ipv5", "IPv4", "any"]))])
        if self.maybe(0.3):
            groups.append([self.attr("priority", self.some(["1", "-1", "100", "-32768", "32767", "0", "32768",
                                                             "-32769", " 5", "+5", "1_0", "x", "00", "0x1"], 5))])
        if self.maybe(0.6) and (family or self.maybe(0.3)):
            groups.append(self.peer("source", family))
        if self.maybe(0.15) and (family or self.maybe(0.3)):
            groups.append(self.peer("destination", family))
        acts = False
        if self.maybe(0.6):
            groups.append(self.element(family))
            acts = groups[-1][0][1] in ("icmp-block", "masquerade", "forward-port", "tcp-mss-clamp")
        if self.maybe(0.3):
            groups.append(self.log())
        if self.maybe(0.1 if acts else 0.95):
            groups.append(self.action(family))
            if self.maybe(0.15):
                groups.append([("word", "audit")] + self.limit())
        if self.maybe(0.03):
            groups.append(self.limit(1))
        if self.maybe(0.3):
            self.rng.shuffle(groups)
        return [("word", "rule")] + [t for g in groups for t in g]

    def mutate(self, tokens):
        for _ in range(self.rng.choice([0, 0, 0, 0, 0, 1, 1, 2, 4])):
            i = self.rng.randrange(len(tokens)) if tokens else 0
            what = self.rng.randrange(7)
            if what == 0 and tokens:
                del tokens[i]
            elif what == 1 and tokens:
                tokens.insert(i, self.rng.choice(tokens))
            elif what == 2 and tokens:
                j = self.rng.randrange(len(tokens))
                tokens[i], tokens[j] = tokens[j], tokens[i]
            elif what == 3:
                tokens.insert(i, ("word", self.rng.choice(ELEMENTS)))
            elif what == 4:
                values = self.rng.choice([V4, V6, PORTS, PROTOS, LIMITS, NUMBERS, WORDS])
                tokens.insert(i, self.attr(self.rng.choice(ATTRS), self.rng.choice(values)))
            elif what == 5 and tokens and tokens[i][0] == "attr":
                tokens[i] = ("attr", self.rng.choice(ATTRS), tokens[i][2])
            elif tokens and tokens[i][0] == "attr":
                tokens[i] = ("attr", tokens[i][1], self.rng.choice(WORDS + NUMBERS))
        return tokens

    def quote(self, value):
        style = self.rng.randrange(5)
        if style == 0 and (value.isalnum() or self.maybe(0.1)):
            return value
        if style == 1:
            return "'" + value + "'"
        if style == 2:
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return '"' + value + '"'

    def write(self, tokens):
        out = []
        for token in tokens:
            if token[0] == "word":
                out.append(self.quote(token[1]) if self.maybe(0.02) else token[1])
            elif self.maybe(0.02):
                out.append(self.quote(token[1] + "=" + token[2]))
            else:
                out.append(token[1] + "=" + self.quote(token[2]))
        return (" " if self.maybe(0.9) else "  ").join(out)

    def scratch(self, text):
        for _ in range(self.rng.choice([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3])):
            i = self.rng.randrange(len(text) + 1)
            what = self.rng.randrange(3)
            if what == 0:
                text = text[:i] + text[i + 1:]
            elif what == 1:
                text = text[:i] + self.rng.choice(list("\"'\\= \t\n#;/-_0a[]é\x85\x01") + ["\\ ", '""']) + text[i:]
            else:
                text = text[:i] + text[i:i + 6] + text[i:]
        return text

    def rule(self):
        return self.scratch(self.write(self.mutate(self.tokens())))


def is_deliberate(text):
    """Whether richrule.h says that we differ here."""
    odd = any(ord(c) > 0x9f and (c.isspace() or unicodedata.category(c) == "Nd" or c == "\ufb00") for c in text)
    if hasattr(rich, "EOL") and "EOL" in text:
        return True  # from 2.1 on no longer firewalld's mark for the end
    return odd or "\0" in text or ("burst" in text and not MODERN) or len(text.encode()) > 4096


# --- comparing ---------------------------------------------------------------------

def ours(program, rules):
    data = b"".join(r.encode() + b"\0" for r in rules)
    result = subprocess.run([program], input=data, stdout=subprocess.PIPE, timeout=300, check=True)
    answers = result.stdout.split(b"\0")[:-1]
    if len(answers) != 2 * len(rules):
        sys.exit("richrule-oracle: %d answers to %d rules" % (len(answers), len(rules)))
    texts = [a.decode()[1:] if a.startswith(b"=") else None for a in answers]
    return list(zip(texts[0::2], texts[1::2]))


def known_names():
    """Every name that this machine knows, as a rule; firewalld takes them all."""
    with open("/etc/services") as f:
        for line in f:
            fields = line.split("#")[0].split()
            for name in fields[:1] + fields[2:]:
                yield 'rule port port="%s" protocol="tcp" accept' % name
                yield 'rule port port="%s-65535" protocol="tcp" accept' % name
    with open("/etc/protocols") as f:
        for line in f:
            fields = line.split("#")[0].split()
            for name in fields[:1] + fields[2:]:
                yield 'rule protocol value="%s" accept' % name


def corpus(folder):
    """What the fuzzer found worth keeping, as far as it could have come over D-Bus."""
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), "rb") as f:
            try:
                text = f.read().split(b"\0")[0].decode()
            except UnicodeDecodeError:
                continue
            if text and not is_deliberate(text):
                yield text


def difference(text, theirs_is, ours_is):
    return "rule:      %r\n  firewalld: %r\n  ours:      %r" % (text, theirs_is, ours_is)


def is_too_new(form):
    """Whether a rule in our form has what this firewalld does not know yet."""
    return any(re.search(pattern, form) for pattern in TOO_NEW)


def compare(program, rules):
    """Before firewalld 2.2 everything must be the same, to the letter."""
    accepted, out, newer = 0, [], 0
    for text, (form, rest) in zip(rules, ours(program, rules)):
        their_form = theirs(text)
        accepted += their_form is not None
        if their_form is None and form is not None and is_too_new(form):
            newer += 1
            continue
        wanted = (their_form, their_rest(their_form))
        if (form, rest) != wanted:
            out.append(difference(text, wanted, (form, rest)))
        genuine = theirs(text, socket)
        if genuine not in (None, form):
            out.append(difference(text, "%r with the names of this machine" % genuine, form))
    if TOO_NEW:
        print("richrule-oracle: %d rules that this firewalld is too old for" % newer)
    return accepted, out


def loosen(form):
    """What firewalld rewrites since 2.2, rewritten: numbers, and the case of MAC addresses."""
    def number(match):
        value = int(match.group(2), 0 if match.group(1) != "limit value" else 10)
        return ' %s="%d' % (match.group(1), value) + match.group(3)
    if form is None:
        return None
    form = re.sub(r' (limit value)="([^"/]*)(/.")', number, form)
    form = re.sub(r' (group|queue-size)="([^"]*)(")', number, form)
    form = re.sub(r' (group|queue-size)="0"', "", form)
    return re.sub(r' mac="[^"]*"', lambda m: m.group(0).lower(), form)


def only_theirs(text):
    """Whether a rule has what only 2.2 and later take: blanks around a unit, an attribute of a limit said twice."""
    words = functions.splitArgs(functions.stripNonPrintableCharacters(text))
    blanks = any(re.match(r"value=.*/(\s.*|.*\s)$", w) for w in words)
    return blanks or any(sum(w.startswith(a) for w in words) > 1 for a in ("value=", "burst="))


def compare_modern(program, rules):
    """From 2.2 on, both forms of a rule that firewalld takes must have one canonical form."""
    accepted, out, wider = 0, [], 0
    pairs = [(text, theirs(text)) for text in rules]
    mine = [rest for _, rest in ours(program, [text for text, _ in pairs])]
    of_theirs = [rest for _, rest in ours(program, [form or "" for _, form in pairs])]
    for (text, form), a, b in zip(pairs, mine, of_theirs):
        accepted += form is not None
        if form is None:
            wider += a is not None
        elif loosen(a) != loosen(b) and not (a is None and only_theirs(text)):
            out.append(difference(text, (form, b), a))
    print("richrule-oracle: %d rules that only we take" % wider)
    if wider > len(rules) // 50:
        out.append("too many of them")
    return accepted, out


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser()
    parser.add_argument("--filter", default=os.environ.get("RICHRULE_FILTER"))
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--corpus", action="append", metavar="FOLDER")
    args = parser.parse_args()
    program = args.filter or next(
        (p for p in ("tests/unit/richrule-filter", here + "/richrule-filter") if os.access(p, os.X_OK)), None)
    if not program:
        sys.exit("richrule-oracle: build tests/unit/richrule-filter first, or say --filter PROGRAM")
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(2**32)
    print("richrule-oracle: firewalld %s 2.2, seed %d, %d rules" % ("from" if MODERN else "before", seed, args.count))
    maker = Maker(random.Random(seed))
    rules = [r for r in (maker.rule() for _ in range(args.count)) if not is_deliberate(r)]
    left_out = args.count - len(rules)
    rules += known_names()
    for folder in args.corpus or [here + "/../fuzz/corpus/richrule"]:
        rules += corpus(folder)
    accepted, differences = (compare_modern if MODERN else compare)(program, rules)
    for difference in differences[:20]:
        print(difference)
    print("richrule-oracle: %d rules, %d accepted, %d left out as deliberate, %d differences"
          % (len(rules), accepted, left_out, len(differences)))
    if min(accepted, len(rules) - accepted) < args.count // 5:
        sys.exit("richrule-oracle: too few rules on one side: the comparison says nothing")
    sys.exit(1 if differences else 0)


main()
