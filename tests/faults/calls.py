#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
# calls.py [--step N | --about N] [--part K/M] NAME COMMAND... - the n-th system call of a command
# fails, for each n (each N-th; or for about N of them), once with each error that the kernel may give
# for it; of those the K-th of M shares. A command that only reads has then to end by itself, without a
# signal, and to give the answer that it gives else, or to say that it cannot: no other text without a
# word on standard error or that something is unknown, and never exit status 0 where it was another.
# Prints each run that falls short, and how many there were; exit status 1 when one fell short.
#
# With --list it prints the faults, "CALL N ERROR", and tries none; NAME is the program then, and with
# --trace FILE its calls are those that strace wrote there.
#
# strace makes the call fail, without carrying it out; brk, which has no errors, is left alone. So are
# the calls of the loader: they are what the same program does for "version".
import argparse
import collections
import os
import re
import subprocess
import sys
import tempfile

LIMIT = 30  # seconds; the longest wait of a command for firewalld is five
ERRORS = {
    "accept4": ["EMFILE"], "access": ["EACCES"], "bind": ["EADDRINUSE"],
    "clone": ["EAGAIN"], "clone3": ["EAGAIN"], "close": ["EIO"], "connect": ["ECONNREFUSED", "EAGAIN"],
    "dup2": ["EMFILE"], "epoll_create1": ["EMFILE"], "epoll_ctl": ["ENOSPC"], "fchmod": ["EPERM"],
    "fchown": ["EPERM"], "fcntl": ["ENOLCK"], "fdatasync": ["EIO"], "flock": ["EINTR"],
    "fstat": ["EIO"], "fsync": ["EIO"], "ftruncate": ["ENOSPC"], "futex": ["EAGAIN"],
    "getdents64": ["EIO"], "getrandom": ["ENOSYS"], "getsockname": ["ENOBUFS"], "getsockopt": ["ENOBUFS"],
    "inotify_add_watch": ["ENOSPC"], "inotify_init1": ["EMFILE"], "ioctl": ["ENOTTY"],
    "lseek": ["EIO"], "mkdir": ["ENOSPC"], "mmap": ["ENOMEM"], "newfstatat": ["EIO"],
    "openat": ["EMFILE", "EACCES", "EIO"], "pipe2": ["EMFILE"], "poll": ["EINTR", "ENOMEM"], "prctl": ["EINVAL"],
    "pread64": ["EIO"], "pwrite64": ["ENOSPC"], "read": ["EIO", "EINTR"], "readlinkat": ["EACCES"],
    "readlink": ["EACCES"], "recvfrom": ["ENOBUFS", "EINTR"], "recvmsg": ["ENOBUFS", "EINTR"],
    "rename": ["ENOSPC"], "renameat": ["ENOSPC"], "sendmsg": ["ENOBUFS", "EPIPE"],
    "sendto": ["ENOBUFS", "EPIPE"], "setsockopt": ["ENOBUFS"],
    "socket": ["EMFILE"], "socketpair": ["EMFILE"], "statfs": ["EIO"], "statx": ["EIO"],
    "timerfd_create": ["EMFILE"], "timerfd_settime": ["EINVAL"], "uname": ["EFAULT"],
    "unlink": ["EROFS"], "vfork": ["EAGAIN"], "wait4": ["EINTR"], "write": ["ENOSPC", "EINTR"],
}
UNKNOWN = re.compile("unknown|not known|cannot|could not|not read")

arguments = argparse.ArgumentParser()
arguments.add_argument("--step", type=int, default=0)
arguments.add_argument("--about", type=int, default=0)
arguments.add_argument("--part", default="0/1")
arguments.add_argument("--list", action="store_true")
arguments.add_argument("--trace")
arguments.add_argument("name")
arguments.add_argument("command", nargs=argparse.REMAINDER)
arguments = arguments.parse_args()
share, shares = map(int, arguments.part.split("/"))
folder = tempfile.mkdtemp()
trace = os.path.join(folder, "trace")


def run(command, *options):
    """Exit status (None: it hangs), what it writes and what it complains of."""
    process = subprocess.Popen(["strace", "-qq", "-o", trace, "-e", "signal=none", *options, *command],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", start_new_session=True)
    try:
        out, err = process.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.communicate()
        return None, "", ""
    return process.returncode, out, err


def calls(file):
    """How often each is called, of what strace wrote."""
    with open(file, errors="replace") as lines:
        names = (re.match(r"(\w+)\(", line) for line in lines)
        return collections.Counter(name.group(1) for name in names if name)


def plain(text):
    """Without numbers, which tell times: they may differ from run to run, and their columns."""
    return re.sub(r"[ \t]+", " ", re.sub(r"\d+( (h|min|s)\b( \d+ (min|s)\b)?)?", "#", text))


def differences(good, out):
    told, now = plain(good[1]).splitlines(), plain(out).splitlines()
    return [line for line in told if line not in now], [line for line in now if line not in told]


def falls_short(good, status, out, err):
    if status is None:
        return f"hangs for {LIMIT} s"
    if status < 0 or status > 4:
        return f"ends with {status}"
    if status == 0 < good[0]:
        return f"exit status {status}, else {good[0]}"
    if status in (2, 3, 4) and not err and not out:
        return f"exit status {status} without a word"
    fewer, more = differences(good, out)
    if status in (0, good[0]) and (fewer or more) and plain(err) == plain(good[2]) and not any(map(UNKNOWN.search, more)):
        return "another answer, and not a word"
    return None


run([arguments.command[0] if arguments.command else arguments.name, "version"])
loader = calls(trace)
good = None if arguments.trace else run(arguments.command)
counts = calls(arguments.trace or trace)
faults = [(call, at, error) for call in sorted(counts) for error in ERRORS.get(call, ())
          for at in range(loader[call] + 1, counts[call] + 1)]
step = min(arguments.step, len(faults)) or max(1, len(faults) // arguments.about if arguments.about else 1)
tried = faults[step // 2::step][share::shares]
if arguments.list:
    print(*(f"{call} {at} {error}" for call, at, error in tried), sep="\n")
    sys.exit()
short = 0
for call, at, error in tried:
    status, out, err = run(arguments.command, "-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={at}")
    why = falls_short(good, status, out, err)
    if why:
        short += 1
        print(f"  {arguments.name}: {call} {at} of {counts[call]}, {error}: {why}")
        for sign, lines in zip("-+!", [*differences(good, out), err.splitlines()]):
            for line in lines[:4]:
                print(f"      {sign} {line}", flush=True)
print(f"  {arguments.name}: {len(tried)} of {len(faults)} faults, {short} fell short", flush=True)
sys.exit(short > 0)
