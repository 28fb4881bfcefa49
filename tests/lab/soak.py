#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""soak.py SAMPLES STATUS - whether what was sampled is flat; see tests/soak.

A line a sample: uptime s, acts, anonymous memory kB, open files, processor ticks, bytes of the
store, bytes of the log. STATUS is how the acts ended.
"""
import os
import sys

FEWEST = 20
# over the second half: what it may grow by an hour, and what comes and goes
PER_HOUR = [("memory", "kB", 2, 512, 192), ("open files", "", 3, 1, 1)]
# the cost of one act: in the second half no more than so many times that in the first
PER_ACT = [
    ("processor time", "ms", 4, 1000 / os.sysconf("SC_CLK_TCK")),
    ("store", "bytes", 5, 1),
    ("log", "bytes", 6, 1),
]
MORE = 1.3


def slope(points):
    """What y grows by while x grows by 1, by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def judge(passed, text):
    print(f"{'ok' if passed else 'not ok'}: {text}")
    return passed


def grows(samples, late):
    hours = (late[-1][0] - late[0][0]) / 3600
    for name, unit, column, most, noise in PER_HOUR:
        rate = slope([(s[0] / 3600, s[column]) for s in late])
        yield judge(
            rate * hours <= most * hours + noise,
            f"{name}: {samples[0][column]:.0f} {unit} at first, {late[0][column]:.0f} half way, "
            f"{late[-1][column]:.0f} at the end; {rate:+.0f} {unit} an hour over the second half",
        )


def costs(halves):
    for name, unit, column, scale in PER_ACT:
        first, second = (
            scale * (half[-1][column] - half[0][column]) / (half[-1][1] - half[0][1]) for half in halves
        )
        yield judge(
            second <= first * MORE,
            f"{name}: {first:.0f} {unit} an act in the first half, {second:.0f} in the second",
        )


def main():
    with open(sys.argv[1], encoding="ascii") as file:
        samples = [[float(word) for word in line.split()] for line in file]
    results = [judge(sys.argv[2] == "0", f"{len(samples)} acts, and all was well after each")]
    half = len(samples) // 2
    if judge(len(samples) >= FEWEST, f"enough to tell a slope ({FEWEST})"):
        results += grows(samples, samples[half:])
        results += costs((samples[:half], samples[half:]))
    else:
        results.append(False)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


sys.exit(main())
