#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""rules.py POLICY TABLE - looks in a compiled SELinux policy for what TABLE says of it.

Asks as sesearch does, by the same library, and of all attributes of a type. A row of TABLE:

  may      SOURCE TARGET CLASS PERM...     all of it is allowed, whatever the booleans are
  never    SOURCE TARGET CLASS PERM...     none of it is, whatever the booleans are
  only     SOURCE CLASS PERM TARGET...     on these, and on no other type there is
  holds    SOURCE CLASS PERM...            of itself, these permissions and no other
  becomes  SOURCE TARGET CLASS TYPE        what runs (process) or is made there gets the type
  stays    SOURCE TARGET CLASS             what runs or is made there gets no other type

"-" as the only target or permission: none. A target with "?" behind it counts where the policy
has that type. Prints one line for each row and
"N passed, N failed"; exit status 1 when one failed.
"""
import sys

import setools


class Rules:
    def __init__(self, path):
        self.policy = setools.SELinuxPolicy(path)
        self.allowed = {}
        self.transitions = {}
        for rule in self.policy.terules():
            if rule.ruletype.name == "allow":
                # of a rule with a condition "may" must not make use
                conditional = hasattr(rule, "_conditional") or self.is_conditional(rule)
                entry = (rule.target, frozenset(rule.perms), conditional)
                self.allowed.setdefault((str(rule.source), str(rule.tclass)), []).append(entry)
            elif rule.ruletype.name == "type_transition":
                key = (str(rule.source), str(rule.target), str(rule.tclass))
                self.transitions.setdefault(key, set()).add(str(rule.default))

    @staticmethod
    def is_conditional(rule):
        try:
            return rule.conditional is not None
        except setools.exception.RuleNotConditional:
            return False

    def type(self, name):
        """A type by its name or alias."""
        return self.policy.lookup_type(name)

    def has_type(self, name):
        try:
            return bool(self.type(name))
        except setools.exception.InvalidType:
            return False

    def names(self, type_):
        """What rules may call it: itself, and each of its attributes."""
        return [str(type_)] + [str(attribute) for attribute in type_.attributes()]

    def of(self, source, tclass):
        for name in self.names(self.type(source)):
            yield from self.allowed.get((name, tclass), ())

    def perms(self, source, target, tclass, conditional):
        """All permissions of source on target."""
        source_type = self.type(source)
        target_type = source_type if target == "self" else self.type(target)
        names = set(self.names(target_type))
        found = set()
        for to, perms, under in self.of(source, tclass):
            if str(to) in names and (conditional or not under):
                found |= perms
        return found

    def targets(self, source, tclass, perm):
        """All types on which source has a permission."""
        found = set()
        for to, perms, _ in self.of(source, tclass):
            if perm in perms:
                found |= {str(type_) for type_ in to.expand()}
        return found

    def default(self, source, target, tclass):
        found = set()
        for name in self.names(self.type(source)):
            for of in self.names(self.type(target)):
                found |= self.transitions.get((name, of, tclass), set())
        return found


def words(names):
    return " ".join(sorted(names)) or "-"


def judge(rules, verb, args):
    """None, or what is wrong."""
    if verb == "may":
        source, target, tclass, *perms = args
        lacks = set(perms) - rules.perms(source, target, tclass, conditional=False)
        return "lacks " + words(lacks) if lacks else None
    if verb == "never":
        source, target, tclass, *perms = args
        has = set(perms) & rules.perms(source, target, tclass, conditional=True)
        return "has " + words(has) if has else None
    if verb == "only":
        source, tclass, perm, *targets = args
        wanted = {str(rules.type(name.rstrip("?"))) for name in targets
                  if name != "-" and (name[-1] != "?" or rules.has_type(name[:-1]))}
        has = rules.targets(source, tclass, perm)
        if tclass == "file":
            has.discard(source)  # what /proc has of the process itself
        return None if has == wanted else "more: %s; less: %s" % (
            words(has - wanted), words(wanted - has))
    if verb == "holds":
        source, tclass, *perms = args
        has = rules.perms(source, "self", tclass, conditional=True)
        wanted = {perm for perm in perms if perm != "-"}
        return None if has == wanted else "more: %s; less: %s" % (
            words(has - wanted), words(wanted - has))
    if verb == "becomes":
        source, target, tclass, default = args
        has = rules.default(source, target, tclass)
        return None if has == {default} else "becomes " + words(has)
    if verb == "stays":
        has = rules.default(*args)
        return "becomes " + words(has) if has else None
    return "there is no such verb"


def main():
    rules = Rules(sys.argv[1])
    failed = passed = 0
    with open(sys.argv[2], encoding="ascii") as table:
        for line in table:
            row = line.split("#")[0].split()
            if not row:
                continue
            try:
                wrong = judge(rules, row[0], row[1:])
            except setools.exception.InvalidType as error:
                wrong = str(error)
            passed, failed = (passed, failed + 1) if wrong else (passed + 1, failed)
            print("%s %s%s" % ("not ok" if wrong else "ok", " ".join(row), ": " + wrong if wrong else ""))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
