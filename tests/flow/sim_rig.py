# SPDX-License-Identifier: BSD-3-Clause
"""What the tests of qdiag-sim share: a running simulator, clients, and a framing of their own. No
project code."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import unittest

SIM = os.path.join(os.environ.get("top_builddir", "."), "qdiag-sim")
PATIENCE = 60  # seconds until something that must happen counts as not happening


def crc(data):
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0x8408 if value & 1 else value >> 1
    return (~value & 0xFFFF).to_bytes(2, "little")


def frame(payload):
    data = payload + crc(payload)
    return data.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"


def unframe(data):
    data = data[:-1].replace(b"\x7d\x5e", b"\x7e").replace(b"\x7d\x5d", b"\x7d")
    assert crc(data[:-2]) == data[-2:], data.hex()
    return data[:-2]


LOOP = b"\x7b\x01\x02"
UNKNOWN = b"\x99"
NV550 = b"\x26\x26\x02" + bytes(130)


class Sim:
    """A running simulator in a folder of its own."""

    shared = None  # an unpacked unit for the tests that change nothing

    def __init__(self, *args, diag="unix", at=None, unit=None):
        self.dir = tempfile.mkdtemp(prefix="sim-front.")
        self.path = os.path.join(self.dir, "diag")
        self.at_path = os.path.join(self.dir, "at")
        self.log_path = os.path.join(self.dir, "log")
        port = {"unix": "unix:" + self.path, "pty": "pty:" + self.path, "tcp": "tcp:0"}[diag]
        argv = [SIM, "--unit", unit or self.shared, "--diag", port, "--log", self.log_path]
        if at:
            argv += ["--at", at + ":" + self.at_path]
        env = dict(os.environ, TMPDIR=self.dir)
        self.process = subprocess.Popen(argv + list(args), stdout=subprocess.PIPE, env=env)
        self.lines = []
        for line in self.process.stdout:
            self.lines.append(line.decode().strip())
            if self.lines[-1] == "ready":
                break
        else:
            raise AssertionError("not ready: %s" % self.lines)

    def connect(self):
        line = next(text for text in self.lines if text.startswith("diag "))
        if line.startswith("diag tcp:"):
            link = socket.create_connection(("127.0.0.1", int(line.rsplit(":", 1)[1])), PATIENCE)
        else:
            link = socket.socket(socket.AF_UNIX)
            try:
                link.settimeout(PATIENCE)
                link.connect(self.path)
            except OSError:
                link.close()
                raise
        return Client(link)

    def log(self):
        with open(self.log_path) as file:
            return [line.split() for line in file]

    def stop(self, sig=signal.SIGTERM):
        self.process.send_signal(sig)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        return code

    def clean(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.dir)


class Client:
    def __init__(self, link):
        self.link = link
        self.rest = b""

    def send(self, data):
        self.link.sendall(data)

    def read(self):
        """One frame with its flag, or b"" when the link has gone."""
        while b"\x7e" not in self.rest:
            try:
                data = self.link.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                return b""
            self.rest += data
        data, self.rest = self.rest.split(b"\x7e", 1)
        return data + b"\x7e"

    def ask(self, payload):
        self.send(frame(payload))
        return unframe(self.read())

    def gone(self):
        return self.read() == b""

    def quiet(self, seconds=0.3):
        """Nothing comes for a while: only for things that must never come."""
        self.link.settimeout(seconds)
        try:
            return not self.rest and not self.link.recv(1)
        except (TimeoutError, socket.timeout):
            return True
        finally:
            self.link.settimeout(PATIENCE)

    def close(self):
        self.link.close()


class Tty:
    """The least of a serial client, as one with a termios built from zeros: no CREAD."""

    def __init__(self, path, zeroed=True):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        if zeroed:
            chars = [b"\x00"] * 32
            chars[termios.VMIN] = 1
            flags = termios.CS8
            termios.tcsetattr(self.fd, termios.TCSANOW,
                              [0, 0, flags, 0, termios.B115200, termios.B115200, chars])

    def send(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def read(self):
        data = b""
        while not data.endswith(b"\x7e"):
            data += os.read(self.fd, 1)
        return data

    def ask(self, payload):
        self.send(frame(payload))
        return unframe(self.read())

    def close(self):
        os.close(self.fd)


class Case(unittest.TestCase):
    def sim(self, *args, **kind):
        sim = Sim(*args, **kind)
        self.addCleanup(sim.clean)
        return sim

    def client(self, sim):
        client = sim.connect()
        self.addCleanup(client.close)
        return client

    def folder(self):
        path = tempfile.mkdtemp(prefix="sim-front.")
        self.addCleanup(shutil.rmtree, path)
        return path


def run(*args):
    done = subprocess.run([SIM] + list(args), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=PATIENCE)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def main():
    """Unpacks the shared unit and runs the tests of the calling file."""
    if not os.access(SIM, os.X_OK):
        print("no simulator at " + SIM)
        sys.exit(99)
    with tempfile.TemporaryDirectory(prefix="sim-front.") as folder:
        Sim.shared = os.path.join(folder, "unit")
        subprocess.run([SIM, "--unit", "eg95", "--unpack", Sim.shared], check=True)
        unittest.main(verbosity=2)
