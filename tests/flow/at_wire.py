# SPDX-License-Identifier: BSD-3-Clause
"""A wire to a simulated AT port that stays when its client dies, as a serial one does, and that counts
what goes over it: each command, each piece of a file, each line the module says by itself, each loss of
the module. At a chosen one it stops, does something (sends a signal), and only then lets it pass: the
signal is there before the answer can be. What the module says to nobody waits for the next client."""
import os
import select
import socket
import threading
import time

SAID = (b"+QIND:", b"RDY", b"APP RDY", b"CONNECT")


class Wire:
    def __init__(self, module, path):
        self.module = module  # the simulator's socket
        self.path = path
        self.steps = []
        self.at = None        # the number of the step that stops, and what is done there
        self.act = None
        self.hold = 0         # seconds between the deed and the answer
        self.alone = threading.Event()  # no client, or all is done that it said
        self.alone.set()
        self.reached = threading.Event()
        self.up = self.down = self.listener = None
        self.half = {"<": b"", ">": b""}
        self.data = False
        self.last = ""
        self.kick = b""       # sent to the module when a client comes
        self.mute = False     # what the module says is lost, but for CONNECT
        self.busy = 0         # seconds it needs yet, when a client comes, for what was said to none
        self.until = 0
        self.waiting = b""    # said while nobody listened
        self.quit, self.quitter = os.pipe()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.connect(30)
        self.thread.start()

    def arm(self, at, act, hold=0):
        self.steps, self.at, self.act, self.hold = [], at, act, hold
        self.reached.clear()

    # -- steps

    def step(self, name):
        self.steps.append(name)
        if self.at == len(self.steps) and self.act:
            self.reached.set()
            self.act()
            time.sleep(self.hold)

    def commands(self, data):
        if self.data:
            self.step("> %d bytes" % len(data))
            return
        *whole, self.half[">"] = (self.half[">"] + data).split(b"\r")
        for line in whole:
            self.last = "> " + line.decode("latin-1")
            self.step(self.last)

    def answers(self, data):
        *whole, self.half["<"] = (self.half["<"] + data).replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            if line.startswith(b"CONNECT") and self.last.startswith("> AT+QFUPL"):
                self.data = True
            if line.startswith((b"+QFUPL:", b"+CME", b"ERROR")):
                self.data = False
            if line.startswith(SAID):
                self.step("< " + line.decode("latin-1"))

    # -- ends

    def connect(self, patience):
        """To the module, and only then is there a port."""
        end = time.monotonic() + patience
        while True:
            self.up = socket.socket(socket.AF_UNIX)
            try:
                self.up.connect(self.module)
                break
            except OSError:
                self.up.close()
                self.up = None
                if time.monotonic() > end or select.select([self.quit], [], [], 0.01)[0]:
                    return False
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(1)
        return True

    def lost(self):
        """The module is gone, and the port with it."""
        os.unlink(self.path)
        for end in (self.listener, self.down, self.up):
            if end:
                end.close()
        self.up = self.down = self.listener = None
        self.alone.set()
        self.half, self.data, self.waiting = {"<": b"", ">": b""}, False, b""
        self.step("gone")
        return self.connect(60)

    def client_gone(self):
        """What it said before it went is still said to the module."""
        down, self.down = self.down, None
        try:
            while True:
                data = down.recv(65536, socket.MSG_DONTWAIT)
                if not data:
                    break
                self.commands(data)
                self.up.sendall(data)
        except OSError:
            pass
        down.close()
        self.alone.set()

    def from_client(self):
        try:
            data = self.down.recv(65536)
        except OSError:
            data = b""
        if not data:
            self.client_gone()
            return True
        self.commands(data)
        try:
            self.up.sendall(data)
        except OSError:
            return self.lost()
        return True

    def from_module(self):
        try:
            data = self.up.recv(65536)
        except OSError:
            data = b""
        if not data:
            return self.lost()
        self.answers(data)
        if self.mute:
            head, found, _ = data.partition(b"CONNECT\r\n")
            data = head + found if found else b""
        self.waiting += data
        return True

    def deliver(self):
        try:
            if self.down and self.waiting and time.monotonic() >= self.until:
                self.down.sendall(self.waiting)
                self.waiting = b""
        except OSError:
            self.client_gone()

    def run(self):
        on = True
        while on:
            ends = [x for x in (self.up, self.down, self.listener if not self.down else None) if x]
            ready = select.select(ends + [self.quit], [], [], 0.05 if self.waiting else None)[0]
            if self.quit in ready:
                break
            if self.listener in ready:
                self.down = self.listener.accept()[0]
                self.alone.clear()
                self.until = time.monotonic() + self.busy if self.waiting else 0
                if self.kick:
                    self.up.sendall(self.kick)
                    self.kick = b""
            elif self.down in ready:
                on = self.from_client()
            elif self.up in ready:
                on = self.from_module()
            self.deliver()

    def close(self):
        os.write(self.quitter, b"q")
        self.thread.join(30)
        for end in (self.listener, self.down, self.up):
            if end:
                end.close()
        os.close(self.quit)
        os.close(self.quitter)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
