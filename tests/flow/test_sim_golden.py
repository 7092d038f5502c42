#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The examples of the vendor's upgrade guides (tests/unit/dialogues/fota-*.at), misprints included,
against the simulated module: byte for byte, over all the restarts in between."""
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fota_servers  # noqa: E402
from fota_rig import Line, Module, conf_of, fota_unit, main, new, old, package, read  # noqa: E402
from test_sim_fota_net import has_curl  # noqa: E402

HERE = os.path.join(os.environ.get("top_srcdir", "."), "tests", "unit", "dialogues")
LOCAL = ("/datatx/update-v13-to-v12.zip", "/fota/update.zip")


class Ftp(threading.Thread):
    """Serves one file to the user and password of the guides' examples, which vsftpd cannot know
    without being root."""

    def __init__(self, data):
        super().__init__(daemon=True)
        self.data = data
        self.listen = socket.create_server(("127.0.0.1", 0))
        self.port = self.listen.getsockname()[1]
        self.asked = []

    def run(self):
        link, _ = self.listen.accept()
        with link, link.makefile("r", newline="\r\n") as commands:
            link.sendall(b"220 ready\r\n")
            for line in commands:
                if not self.answer(link, *line.strip().partition(" ")[::2]):
                    return

    def answer(self, link, command, argument):
        self.asked.append((command, argument))
        if command == "EPSV":
            self.passive = socket.create_server(("127.0.0.1", 0))
            link.sendall(b"229 ok (|||%d|)\r\n" % self.passive.getsockname()[1])
        elif command == "RETR":
            link.sendall(b"150 coming\r\n")
            with self.passive.accept()[0] as data:
                data.sendall(self.data)
            self.passive.close()
            link.sendall(b"226 done\r\n")
        else:
            link.sendall({"USER": b"331 password\r\n", "PASS": b"230 in\r\n", "PWD": b'257 "/"\r\n',
                          "SIZE": b"213 %d\r\n" % len(self.data),
                          "QUIT": b"221 bye\r\n"}.get(command, b"250 ok\r\n"))
        return command != "QUIT"


def dialogue(name):
    """The settings in its comments, and (command, bytes) pairs."""
    head, steps = {"unit": [], "conf": [], "fault": [], "args": []}, []
    with open(os.path.join(HERE, name)) as f:
        for line in f.read().splitlines():
            key, _, value = line[2:].partition(": ")
            if line.startswith("# ") and key in head:
                head[key].append(value)
            elif line and not line.startswith("#"):
                command, _, says = line.partition("   ")
                steps.append((command, says.strip().replace("\\r", "\r").replace("\\n", "\n").encode()))
    return head, steps


def exactly(line, command, says):
    line.link.sendall(command.encode() + b"\r")
    while len(line.seen) < len(says):
        line.more()
    got, line.seen = line.seen[:len(says)], line.seen[len(says):]
    assert got == says, "%s\n%r\n%r" % (command, got, says)


def replay(work, name, ports):
    head, steps = dialogue(name)
    family = head["unit"][0]
    conf = [x if not x.startswith("network = ") else "network = 127.0.0.1:%d" % ports[x[10:]]
            for x in head["conf"]]
    folder = fota_unit(work + "/" + name, family, conf=conf, good=False)
    for path in LOCAL:
        package(folder + "/efs" + path, old(family), new(family))
    with Module(folder, *head["fault"], args=sum((x.split() for x in head["args"]), [])) as m:
        line = Line(m.at_path)
        for command, says in steps:
            exactly(line, command, says)
        line.until(b"\r\nRDY\r\n")  # the start that makes it true
        line.close()
    assert conf_of(folder)["firmware_full"] == new(family)


def names(net):
    found = sorted(x for x in os.listdir(HERE) if x.startswith("fota-"))
    return [x for x in found if any(c.startswith("network") for c in dialogue(x)[0]["conf"]) == net]


def test_local(work):
    assert len(names(False)) == 5, names(False)
    for name in names(False):
        replay(work, name, {})


def test_network(work):
    assert len(names(True)) == 7, names(True)
    with fota_servers.Servers() as s:
        for name in names(True):
            family = dialogue(name)[0]["unit"][0]
            package(s.root + "/update.zip", old(family), new(family))
            ftp = Ftp(read(s.root + "/update.zip"))
            ftp.start()
            replay(work, name, {"http": s.http, "https": s.https, "ftp": ftp.port})
            if "-ftp" in name:
                assert ("USER", "test") in ftp.asked and ("PASS", "test") in ftp.asked
                assert ("RETR", "update-v12-to-v13.zip") in ftp.asked and ("CWD", "Jun") in ftp.asked
                ftp.join(30)
            ftp.listen.close()


def run_all():
    lacks = fota_servers.missing() + ([] if has_curl() else ["libcurl"])
    rc = main([test_local] if lacks else [test_local, test_network])
    if lacks:
        print("not installed: " + ", ".join(lacks))
    return rc or (77 if lacks else 0)


if __name__ == "__main__":
    sys.exit(run_all())
