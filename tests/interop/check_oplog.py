#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""check_oplog.py [--cut] LOG: did the unit see read requests only? Judges the request bytes in
qdiag-sim's log (docs/formats/sim-log.md), not the names it gives them, by a list of what a backup may
send; anything not on the list fails. --cut: the log may end early, with files open (a fault run)."""
import sys

PLAIN = {0x00: "VERNO", 0x01: "ESN", 0x0C: "STATUS", 0x1C: "DIAG_VER", 0x26: "NV_READ",
         0x51: "FEATURE_QUERY", 0x63: "STATUS_SNAPSHOT", 0x7B: "LOOPBACK", 0x7C: "EXT_BUILD_ID"}
SUBSYSTEM = {(0x30, 0x0001): "NV_READ_EXT", (0x12, 0x0055): "MAX_REQUEST",
             (0x32, 0x0003): "POLLING", (0x32, 0x0006): "MOBILE_ID",
             (0x08, 0x0001): "GSM_STATUS", (0x04, 0x000F): "WCDMA_STATUS"}
EFS = {0: "HELLO", 1: "QUERY", 2: "OPEN", 3: "CLOSE", 4: "READ", 7: "READLINK", 11: "OPENDIR",
       12: "READDIR", 13: "CLOSEDIR", 15: "STAT", 16: "LSTAT", 17: "FSTAT", 19: "STATFS",
       20: "ACCESS", 21: "DEV_INFO", 29: "EXTENDED_INFO", 36: "GET_GROUP_INFO", 39: "GET",
       42: "STATVFS", 43: "MD5SUM", 47: "HOTPLUG_DEVICE_INFO"}


def judge(request):
    """(name, None) of a request that only reads, else (None, why not)."""
    if not request:
        return None, "an empty request"
    if request[0] in PLAIN:
        return PLAIN[request[0]], None
    if request[0] != 0x4B or len(request) < 4:
        return None, "command 0x%02X is not on the list" % request[0]
    subsystem, code = request[1], int.from_bytes(request[2:4], "little")
    if subsystem not in (0x13, 0x3E):
        name = SUBSYSTEM.get((subsystem, code))
        return name, None if name else "subsystem 0x%02X command %d is not on the list" % (
            subsystem, code)
    if code not in EFS:
        return None, "EFS operation %d is not on the list" % code
    if code == 2 and (len(request) < 12 or any(request[4:8])):
        return None, "EFS OPEN with flags 0x%X: only 0 opens for reading" % int.from_bytes(
            request[4:8], "little")
    return "EFS " + EFS[code], None


class Log:
    def __init__(self):
        self.problems, self.seen, self.totals = [], {}, {}
        self.requests = 0

    def line(self, number, words):
        kind = words[0]
        if kind == ">":
            self.request(number, words)
        elif kind == "W":
            self.problems.append("line %d: the unit was written to: %s" % (number, " ".join(words)))
        elif kind == "B":
            self.problems.append("line %d: a bad frame: %s" % (number, " ".join(words[3:])))
        elif kind == "A" and words[3:4] == [">"]:
            self.problems.append("line %d: an AT command" % number)
        elif kind == "=":
            self.totals[" ".join(words[1:-1])] = words[-1]
        elif kind not in ("<", "N", "F", "L", "A"):
            self.problems.append("line %d: an unknown kind of line: %s" % (number, kind))

    def request(self, number, words):
        self.requests += 1
        try:
            name, why = judge(bytes.fromhex(words[4]))
        except (IndexError, ValueError):
            name, why = None, "a request without its bytes"
        if why:
            self.problems.append("line %d: %s: %s" % (number, why, " ".join(words[3:])[:80]))
        else:
            self.seen[name] = self.seen.get(name, 0) + 1

    def verdict(self):
        """The totals at the end tell that the log is whole and that nothing was left open."""
        for key, want in (("requests", self.requests), ("writes", 0), ("bad-frames", 0),
                          ("open-files", 0), ("open-dirs", 0)):
            if self.totals.get(key) != str(want):
                self.problems.append("total %s: is %s, should be %d"
                                     % (key, self.totals.get(key, "missing"), want))


def main():
    args = [a for a in sys.argv[1:] if a != "--cut"]
    if len(args) != 1:
        sys.exit("usage: check_oplog.py [--cut] LOG")
    log = Log()
    with open(args[0], encoding="latin-1") as f:
        for number, line in enumerate(f, 1):
            if line.strip():
                log.line(number, line.split())
    if log.requests == 0:
        log.problems.append("no request in the log: it proves nothing")
    if "--cut" not in sys.argv:
        log.verdict()
    for problem in log.problems:
        print("NOT READ-ONLY " + problem)
    print("%d requests: %s; %d problems" % (
        log.requests, ", ".join("%s %d" % item for item in sorted(log.seen.items())),
        len(log.problems)))
    return 1 if log.problems else 0


if __name__ == "__main__":
    sys.exit(main())
