#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""qdiag-sim from outside: options, the three kinds of port, clients one after another, the log. Never
judges a duration."""
import os
import signal
import socket
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim_rig import LOOP, NV550, PATIENCE, SIM, UNKNOWN, Case, Tty, frame, main, run, unframe  # noqa: E402


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
        self.assertEqual(marked[0][4:6], ["nv:0:10", "00" * 128])

    def test_a_write_says_what_and_where(self):
        sim = self.sim()
        client = self.client(sim)
        client.ask(b"\x4b\x13\x02\x00\x41\x02\x00\x00\xa4\x01\x00\x00/n w\x00")
        client.ask(b"\x4b\x13\x05\x00" + bytes(8) + b"abc")
        client.ask(b"\x4b\x13\x03\x00" + bytes(4))
        client.ask(b"\x4b\x13\x09\x00\xed\x01/d\x00")
        client.ask(b"\x29\x01\x00")
        client.ask(b"\x41000000")
        sim.stop()
        self.assertEqual([words[3:6] for words in sim.log() if words[0] == "W"],
                         [["open", "efs:/n%20w", "flags:241"], ["write", "efs:/n%20w", "0:616263"],
                          ["mkdir", "efs:/d", "mode:755"], ["control", "-", "-"],
                          ["spc", "-", "-"]])

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
    main()
