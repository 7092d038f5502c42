#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The faults and the clock of qdiag-sim on a real link. Never judges a duration."""
import os
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim_rig import LOOP, NV550, PATIENCE, UNKNOWN, Case, Tty, frame, main, unframe  # noqa: E402


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

    def test_power_cut(self):
        write = b"\x27\xb9\x01" + b"\x07" + bytes(129)
        read = b"\x26\xb9\x01" + bytes(130)
        sim = self.sim("--fault", "powercut=2")
        client = self.client(sim)
        before = client.ask(read)
        self.assertEqual(client.ask(write), write)
        client.send(frame(write))
        self.assertTrue(client.gone())
        self.assertEqual(self.come_back(sim).ask(read), before)
        self.assertEqual(sim.stop(), 0)
        self.assertEqual([words[3] for words in sim.log() if words[0] == "F"], ["powercut"])

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


if __name__ == "__main__":
    main()
