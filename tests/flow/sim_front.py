#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""qdiag-sim from outside: options, the three kinds of port, clients one after another, faults that
only show on a real link, the log. Its own framing; no project code. Never judges a duration."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import time
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


class Options(Case):
    def test_help(self):
        code, out, err = run("--help")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("--diag PORT", out)

    def test_version(self):
        code, out, _ = run("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"\Aqdiag-sim \d+\.\d+\.\d+\n\Z")

    def test_faults_are_listed(self):
        code, out, _ = run("--help-faults")
        self.assertEqual(code, 0)
        names = [line.split("=")[0] for line in out.splitlines() if not line.startswith(" ")]
        for name in ("event chunk splitat glue flood junk wrap98 noise13 readerr shortread count "
                     "opendirfail readdirerr openfail errcode badstatus busy late lateevery dup "
                     "dupdelay reorder drop badcrc truncate flip vanish silent restart stale "
                     "foreign noloop modemdown nolstat slowbyte ctxignored kernel router").split():
            self.assertIn(name, names)

    def test_wrong_usage(self):
        for args in (["--unit", "eg95"], ["--diag", "tcp:0"], ["--nope"], ["--unit"], ["file"],
                     ["--unit", "eg95", "--diag", "tcp:65536"],
                     ["--unit", "eg95", "--diag", "usb:1"],
                     ["--unit", "eg95", "--diag", "pty:"],
                     ["--unit", "eg95", "--diag", "unix:/" + "x" * 200],
                     ["--unit", "eg95", "--diag", "tcp:0", "--seed", "x"],
                     ["--unit", "eg95", "--diag", "tcp:0", "--clock", "fast"],
                     ["--unit", "eg95", "--diag", "tcp:0", "--latency", "speed=1"],
                     ["--unit", "eg95", "--keep", "a", "--unpack", "b"]):
            code, out, err = run(*args)
            self.assertEqual((code, out), (2, ""), args)
            self.assertTrue(err.startswith("qdiag-sim: "), err)

    def test_unknown_fault_lists_the_names(self):
        code, _, err = run("--unit", "eg95", "--diag", "tcp:0", "--fault", "drop=3,nope")
        self.assertEqual(code, 2)
        self.assertIn('unknown "nope"', err)
        self.assertIn("readerr", err)
        code, _, err = run("--unit", "eg95", "--diag", "tcp:0", "--fault", "drop=0")
        self.assertEqual(code, 2)
        self.assertIn("drop=N", err)

    def test_unknown_unit(self):
        self.assertEqual(run("--unit", "nope", "--diag", "tcp:0")[0], 1)
        self.assertEqual(run("--unit", "/nonexistent/x", "--diag", "tcp:0")[0], 1)

    def test_units(self):
        code, out, _ = run("--list-units")
        self.assertEqual(code, 0)
        self.assertLessEqual({"eg95", "em160"}, set(out.split()))
        folder = os.path.join(self.folder(), "unit")
        self.assertEqual(run("--unit", "eg95", "--unpack", folder), (0, "", ""))
        self.assertTrue(os.path.isfile(os.path.join(folder, "unit.conf")))

    def test_keep_goes_on(self):
        folder = os.path.join(self.folder(), "unit")
        for _ in range(2):
            sim = self.sim("--keep", folder, unit="eg95")
            self.assertEqual(self.client(sim).ask(LOOP), LOOP)
            self.assertEqual(sim.stop(), 0)
            self.assertTrue(os.path.isfile(os.path.join(folder, "unit.conf")))

    def test_nothing_is_left_behind(self):
        sim = self.sim(at="unix", unit="eg95")
        self.assertIn("qdiag-sim.", " ".join(os.listdir(sim.dir)))
        self.assertEqual(sim.stop(signal.SIGINT), 0)
        self.assertEqual(os.listdir(sim.dir), ["log"])


class Ports(Case):
    def test_tcp(self):
        sim = self.sim(diag="tcp")
        self.assertRegex(sim.lines[0], r"\Adiag tcp:127\.0\.0\.1:[1-9]\d*\Z")
        self.assertEqual(sim.lines[-1], "ready")
        for _ in range(3):
            client = self.client(sim)
            self.assertEqual(client.ask(LOOP), LOOP)
            client.close()
        self.assertEqual(sim.stop(), 0)

    def test_unix_one_client_at_a_time(self):
        sim = self.sim()
        self.assertEqual(os.stat(sim.path).st_mode & 0o077, 0)
        first, second = self.client(sim), self.client(sim)
        second.send(frame(UNKNOWN))
        for _ in range(20):
            self.assertEqual(first.ask(LOOP), LOOP)
        self.assertTrue(second.quiet(0.1))
        first.close()
        self.assertEqual(unframe(second.read()), b"\x13\x99")
        self.assertEqual(sim.stop(), 0)
        self.assertFalse(os.path.lexists(sim.path))

    def test_unix_takes_over_a_dead_socket_only(self):
        folder = self.folder()
        path = os.path.join(folder, "diag")
        with open(path, "w") as file:
            file.write("precious")
        for kind in ("unix:", "pty:"):
            self.assertEqual(run("--unit", "eg95", "--diag", kind + path)[0], 1)
            with open(path) as file:
                self.assertEqual(file.read(), "precious")
        os.unlink(path)
        dead = socket.socket(socket.AF_UNIX)
        dead.bind(path)
        dead.listen(1)
        self.assertEqual(run("--unit", "eg95", "--diag", "unix:" + path)[0], 1)
        dead.close()
        process = subprocess.Popen([SIM, "--unit", "eg95", "--diag", "unix:" + path],
                                   stdout=subprocess.PIPE)
        while process.stdout.readline() not in (b"ready\n", b""):
            pass
        link = socket.socket(socket.AF_UNIX)
        link.connect(path)
        link.close()
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        process.stdout.close()

    def test_reply_after_half_close(self):
        sim = self.sim("--latency", "link=2ms")
        client = self.client(sim)
        client.send(frame(LOOP))
        client.link.shutdown(socket.SHUT_WR)
        self.assertEqual(unframe(client.read()), LOOP)
        self.assertTrue(client.gone())

    def test_pty(self):
        sim = self.sim(diag="pty")
        self.assertEqual(sim.lines, ["diag pty:" + sim.path, "ready"])
        self.assertTrue(os.path.islink(sim.path))
        every = b"\x7b" + bytes(range(256))
        for _ in range(4):  # a termios without CREAD, again and again on one pty
            tty = Tty(sim.path)
            self.assertEqual(tty.ask(every), every)
            self.assertEqual(tty.ask(UNKNOWN), b"\x13\x99")
            tty.close()
        self.assertEqual(sim.stop(), 0)
        self.assertFalse(os.path.lexists(sim.path))
        self.assertEqual(os.listdir(sim.dir), ["log"])

    def test_pty_is_raw_from_the_start(self):
        sim = self.sim(diag="pty")
        tty = Tty(sim.path, zeroed=False)
        self.assertEqual(tty.ask(b"\x7b\x03\x11\x13\r\n\x04\x7e\x7d"),
                         b"\x7b\x03\x11\x13\r\n\x04\x7e\x7d")
        tty.close()

    def test_pty_replaces_an_old_link(self):
        folder = self.folder()
        path = os.path.join(folder, "diag")
        os.symlink("/nonexistent", path)
        process = subprocess.Popen([SIM, "--unit", "eg95", "--diag", "pty:" + path],
                                   stdout=subprocess.PIPE)
        while process.stdout.readline() not in (b"ready\n", b""):
            pass
        self.assertNotEqual(os.readlink(path), "/nonexistent")
        os.unlink(path)
        os.symlink("/elsewhere", path)  # not its own any more
        process.terminate()
        self.assertEqual(process.wait(PATIENCE), 0)
        process.stdout.close()
        self.assertEqual(os.readlink(path), "/elsewhere")

    def test_at(self):
        sim = self.sim(at="unix")
        self.assertIn("at unix:" + sim.at_path, sim.lines)
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(PATIENCE)
        link.connect(sim.at_path)
        self.addCleanup(link.close)

        def command(text, last):
            link.sendall(text)
            data = b""
            while not data.endswith(last):
                data += link.recv(4096)
            return data

        ok, error = b"\r\nOK\r\n", b"\r\nERROR\r\n"
        self.assertEqual(command(b"AT\r", ok), b"AT\r" + ok)
        self.assertEqual(command(b"ATE0\r", ok), b"ATE0\r" + ok)
        self.assertEqual(command(b"at+cgsn\r", ok), b"\r\n001001000000015\r\n" + ok)
        identity = command(b"ATI\r\n", ok).split(b"\r\n")
        self.assertEqual(identity[1], b"Quectel")
        self.assertTrue(identity[3].startswith(b"Revision: "), identity)
        base = identity[3][len(b"Revision: "):]
        self.assertEqual(command(b"AT+CGMM\r", ok), b"\r\n" + identity[2] + b"\r\n" + ok)
        self.assertEqual(command(b"AT+CGMR\r", ok), b"\r\n" + base + b"\r\n" + ok)
        self.assertTrue(command(b"AT+QGMR\r", ok).startswith(b"\r\n" + base + b"_"))
        self.assertEqual(command(b"AT+NOPE\r", error), error)
        self.assertEqual(command(b"ATE1\r", ok), ok)
        self.assertEqual(command(b"A" * 2000 + b"\r", error), b"A" * 2000 + b"\r" + error)
        self.assertEqual(sim.stop(), 0)


class Stream(Case):
    def test_every_way_to_send(self):
        client = self.client(self.sim())
        data = frame(LOOP)
        client.send(b"\x7e" + data)
        self.assertEqual(unframe(client.read()), LOOP)
        client.send(b"\x7e" * 12 + data + b"\x7e" + frame(UNKNOWN))
        self.assertEqual(unframe(client.read()), LOOP)
        self.assertEqual(unframe(client.read()), b"\x13\x99")
        for byte in data:
            client.send(bytes([byte]))
        self.assertEqual(unframe(client.read()), LOOP)

    def test_noise_is_answered(self):
        client = self.client(self.sim())
        client.send(b"ABC\x7e")
        self.assertEqual(unframe(client.read()), b"\x13ABC")
        client.send(b"\x55" * 40000 + b"\x7e")
        self.assertEqual(unframe(client.read()), b"\x13" + b"\x55" * 16383)
        self.assertEqual(client.ask(LOOP), LOOP)

    def test_a_client_that_reads_late(self):
        client = self.client(self.sim())
        big = b"\x7b" + b"\x7e" * 4000
        for i in range(300):
            client.send(frame(big))
            if i >= 100:
                self.assertEqual(unframe(client.read()), big)
        for _ in range(100):
            self.assertEqual(unframe(client.read()), big)


class Faults(Case):
    def test_events_around(self):
        client = self.client(self.sim("--fault", "event=around"))
        client.send(frame(LOOP) + frame(UNKNOWN))
        codes = [unframe(client.read())[0] for _ in range(6)]
        self.assertEqual(codes, [0x60, 0x7B, 0x10, 0x79, 0x13, 0x60])

    def test_split_everywhere(self):
        want = frame(LOOP)
        for at in range(len(want) + 1):
            client = self.client(self.sim("--fault", "event=inside,splitat=%d" % at))
            client.send(want)
            self.assertEqual([unframe(client.read())[0] for _ in range(3)], [0x60, 0x7B, 0x10])

    def test_slow_byte(self):
        client = self.client(self.sim("--fault", "slowbyte=100"))
        self.assertEqual(client.ask(LOOP), LOOP)

    def test_late_comes_after(self):
        client = self.client(self.sim("--fault", "late=1:50", "--clock", "virtual"))
        client.send(frame(LOOP) + frame(UNKNOWN))
        self.assertEqual(unframe(client.read()), b"\x13\x99")
        self.assertEqual(unframe(client.read()), LOOP)

    def test_late_for_real(self):
        client = self.client(self.sim("--fault", "late=1:200"))
        client.send(frame(LOOP) + frame(UNKNOWN))
        self.assertEqual(unframe(client.read()), b"\x13\x99")
        self.assertEqual(unframe(client.read()), LOOP)

    def test_virtual_clock_does_not_sleep(self):
        sim = self.sim("--latency", "service=100s,link=10s", "--clock", "virtual")
        client = self.client(sim)
        for _ in range(50):
            self.assertEqual(client.ask(LOOP), LOOP)
        sim.stop()
        due = [int(words[1]) for words in sim.log() if words[0] == "<"]
        self.assertEqual(due[0], 110 * 1000000)
        self.assertEqual(due[49], 50 * 110 * 1000000)

    def test_latency_for_real(self):
        sim = self.sim("--latency", "service=200us,link=1ms")
        client = self.client(sim)
        for _ in range(20):
            self.assertEqual(client.ask(LOOP), LOOP)
        sim.stop()
        asked = [int(words[1]) for words in sim.log() if words[0] == ">"]
        due = [int(words[1]) for words in sim.log() if words[0] == "<"]
        self.assertEqual([b - a for a, b in zip(asked, due)], [1200] * 20)

    def test_silent(self):
        sim = self.sim("--fault", "silent=2")
        client = self.client(sim)
        self.assertEqual(client.ask(LOOP), LOOP)
        self.assertEqual(client.ask(LOOP), LOOP)
        client.send(frame(LOOP))
        self.assertTrue(client.quiet())
        self.assertEqual(sim.stop(), 0)

    def test_vanish(self):
        for diag in ("unix", "tcp"):
            sim = self.sim("--fault", "vanish=1", diag=diag)
            client = self.client(sim)
            self.assertEqual(client.ask(LOOP), LOOP)
            client.send(frame(LOOP))
            self.assertTrue(client.gone())
            with self.assertRaises(OSError):
                sim.connect()
            self.assertIsNone(sim.process.poll())
            self.assertEqual(sim.stop(), 0)

    def test_vanish_on_a_pty(self):
        sim = self.sim("--fault", "vanish=1", diag="pty")
        tty = Tty(sim.path)
        self.assertEqual(tty.ask(LOOP), LOOP)
        tty.send(frame(LOOP))
        try:
            data = os.read(tty.fd, 100)
        except OSError:
            data = b""
        self.assertEqual(data, b"")
        tty.close()
        self.assertFalse(os.path.lexists(sim.path))
        self.assertEqual(sim.stop(), 0)

    def come_back(self, sim):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return self.client(sim)
            except OSError:
                time.sleep(0.05)
        raise AssertionError("it did not come back")

    def test_restart(self):
        for diag in ("unix", "tcp"):
            sim = self.sim("--fault", "restart=1", diag=diag)
            client = self.client(sim)
            self.assertEqual(client.ask(LOOP), LOOP)
            client.send(frame(LOOP))
            self.assertTrue(client.gone())
            again = self.come_back(sim)
            for _ in range(3):
                self.assertEqual(again.ask(LOOP), LOOP)
            self.assertEqual(sim.stop(), 0)
            self.assertEqual([words[3] for words in sim.log() if words[0] == "L"],
                             ["up", "client", "down", "up", "client"])

    def test_restart_on_a_pty(self):
        sim = self.sim("--fault", "restart=0", "--clock", "virtual", diag="pty")
        tty = Tty(sim.path)
        tty.send(frame(LOOP))
        try:
            self.assertEqual(os.read(tty.fd, 100), b"")
        except OSError:
            pass
        tty.close()
        end = time.monotonic() + PATIENCE
        while not os.path.lexists(sim.path) and time.monotonic() < end:
            time.sleep(0.02)
        tty = Tty(sim.path)
        self.assertEqual(tty.ask(LOOP), LOOP)
        tty.close()
        self.assertEqual(sim.stop(), 0)

    def test_reset_by_request(self):
        sim = self.sim("--latency", "link=2ms")
        client = self.client(sim)
        self.assertEqual(client.ask(b"\x29\x01\x00"), b"\x29\x01\x00")
        self.assertEqual(client.ask(b"\x29\x02\x00"), b"\x29\x02\x00")
        self.assertTrue(client.gone())
        self.assertEqual(self.come_back(sim).ask(LOOP), LOOP)

    def test_power_off_by_request(self):
        sim = self.sim()
        client = self.client(sim)
        client.ask(b"\x29\x01\x00")
        self.assertEqual(client.ask(b"\x29\x06\x00"), b"\x29\x06\x00")
        self.assertTrue(client.gone())
        with self.assertRaises(OSError):
            sim.connect()
        self.assertEqual(sim.stop(), 0)

    def test_stale_replies_wait(self):
        sim = self.sim("--fault", "stale")
        for _ in range(2):
            client = self.client(sim)
            self.assertEqual([unframe(client.read())[0] for _ in range(3)], [0x26, 0x4B, 0x1C])
            self.assertEqual(client.ask(LOOP), LOOP)
            client.close()

    def test_stale_replies_wait_on_a_pty(self):
        sim = self.sim("--fault", "stale", diag="pty")
        tty = Tty(sim.path, zeroed=False)
        self.assertEqual([unframe(tty.read())[0] for _ in range(3)], [0x26, 0x4B, 0x1C])
        self.assertEqual(tty.ask(LOOP), LOOP)
        tty.close()

    def test_kernel_takes_one_frame_per_transfer(self):
        client = self.client(self.sim("--fault", "kernel"))
        client.send(frame(LOOP) + frame(UNKNOWN))
        self.assertEqual(unframe(client.read()), LOOP)
        self.assertTrue(client.quiet())
        client.send(b"\x7e\x7e")
        self.assertEqual(unframe(client.read()), b"\x13")

    def test_busy(self):
        client = self.client(self.sim("--fault", "busy=550:2"))
        status = [client.ask(NV550)[131:133] for _ in range(3)]
        self.assertEqual(status, [b"\x01\x00", b"\x01\x00", b"\x00\x00"])

    def test_context_ignored(self):
        ask = b"\x4b\x30\x01\x00\x26\x02\x01\x00" + bytes(130)
        plain = self.client(self.sim()).ask(ask)
        wrong = self.client(self.sim("--fault", "ctxignored")).ask(ask)
        self.assertEqual(wrong[:8], ask[:8])
        self.assertEqual(plain[:8], ask[:8])
        self.assertNotEqual(wrong[8:17], plain[8:17])
        self.assertEqual(wrong[8:17].hex(), "080a10000100000051")

    def test_same_seed_same_bytes(self):
        got = []
        for seed in ("5", "5", "6"):
            client = self.client(self.sim("--fault", "flip=9", "--seed", seed))
            client.send(frame(b"\x7b" + b"\x55" * 300))
            client.link.shutdown(socket.SHUT_WR)
            data = b""
            while True:
                more = client.link.recv(4096)
                if not more:
                    break
                data += more
            got.append(data)
        self.assertEqual(got[0], got[1])
        self.assertNotEqual(got[0], got[2])


class Log(Case):
    def test_requests_and_totals(self):
        sim = self.sim()
        client = self.client(sim)
        client.ask(NV550)
        client.ask(b"\x4b\x13\x01\x00")
        client.send(b"xx\x7e")
        client.read()
        client.ask(UNKNOWN)
        client.close()
        sim.stop()
        log = sim.log()
        self.assertEqual([words[3:] for words in log if words[0] == ">"],
                         [["nv", NV550.hex()], ["query", "4b130100"], ["x99", "99"]])
        self.assertEqual([words[2:] for words in log if words[0] == "B"], [["2", "short", "7878"]])
        self.assertEqual([words for words in log if words[0] == "W"], [])
        totals = {" ".join(words[1:-1]): int(words[-1]) for words in log if words[0] == "="}
        self.assertEqual(totals["requests"], 3)
        self.assertEqual(totals["replies"], 4)
        self.assertEqual(totals["writes"], 0)
        self.assertEqual(totals["bad-frames"], 1)
        self.assertEqual(totals["cmd nv"], 1)
        self.assertEqual(totals["efs query"], 1)
        self.assertEqual(totals["bytes-in"], 136 + 7 + 3 + 4)

    def test_a_write_is_marked(self):
        sim = self.sim(unit="eg95")
        self.client(sim).ask(b"\x27\x0a\x00" + bytes(130))
        sim.stop()
        marked = [words for words in sim.log() if words[0] == "W"]
        self.assertEqual(len(marked), 1)
        self.assertEqual(marked[0][2:4], ["1", "nvwrite"])

    def test_a_refused_write_is_marked_too(self):
        sim = self.sim("--fault", "errcode=unlink:13")
        self.client(sim).ask(b"\x4b\x13\x08\x00/nv/x\x00")
        sim.stop()
        self.assertEqual([words[3] for words in sim.log() if words[0] == "W"], ["unlink"])
        self.assertEqual([words[3:] for words in sim.log() if words[0] == "F"], [["errcode"]])

    def test_handles_left_open(self):
        sim = self.sim()
        client = self.client(sim)
        reply = client.ask(b"\x4b\x13\x0b\x00/\x00")
        self.assertEqual(reply[8:12], bytes(4))
        sim.stop()
        self.assertIn(["=", "open-dirs", "1"], sim.log())

    def test_survives_sigkill(self):
        sim = self.sim()
        self.client(sim).ask(LOOP)
        sim.stop(signal.SIGKILL)
        self.assertEqual([words[3] for words in sim.log() if words[0] == ">"], ["loopback"])
        self.assertEqual([words for words in sim.log() if words[0] == "="], [])


if __name__ == "__main__":
    if not os.access(SIM, os.X_OK):
        print("no simulator at " + SIM)
        sys.exit(99)
    with tempfile.TemporaryDirectory(prefix="sim-front.") as folder:
        Sim.shared = os.path.join(folder, "unit")
        subprocess.run([SIM, "--unit", "eg95", "--unpack", Sim.shared], check=True)
        unittest.main(verbosity=2)
