# SPDX-License-Identifier: BSD-3-Clause
"""A bus of its own, and on an emulated USB a module whose serial ports the simulator answers: where
ModemManager and qdiag meet. Threads here carry the bytes; nothing of the project is imported."""
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import termios
import threading
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fault"))
import rig  # noqa: E402

PYTHON = "/usr/bin/python3"  # the one that Debian's modules are for
PRELOAD = "libumockdev-preload.so.0"
PATIENCE = 60  # seconds until something that must happen counts as not happening
LIMIT = 40  # seconds for one run of qdiag
DEVICE = "/devices/pci0000:00/0000:00:14.0/usb1/1-1"
SYSFS = "/sys" + DEVICE
DIAG, AT = 0, 2  # numbers of the interfaces and of their ttys
MM = "org.freedesktop.ModemManager1"

# Only this bus: no service can be started on it, and everybody may do everything.
BUS = """<busconfig><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_type="method_call"/>
<allow send_type="signal"/><allow send_requested_reply="true"/><allow receive_type="method_call"/>
<allow receive_type="signal"/><allow receive_requested_reply="true"/></policy>%s</busconfig>"""

POLKIT = """<node><interface name="org.freedesktop.PolicyKit1.Authority">
<method name="CheckAuthorization"><arg type="(sa{sv})" direction="in"/><arg type="s" direction="in"/>
<arg type="a{ss}" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="(bba{ss})" direction="out"/></method><signal name="Changed"/>
<property name="BackendName" type="s" access="read"/>
<property name="BackendVersion" type="s" access="read"/>
<property name="BackendFeatures" type="u" access="read"/></interface></node>"""


def emulated():
    """This program once more, with the emulation loaded before the C library; or it is skipped."""
    if os.environ.get("QDIAG_MM_RIG") != "1":
        env = dict(os.environ, LD_PRELOAD=PRELOAD, QDIAG_MM_RIG="1")
        os.execve(PYTHON, [PYTHON] + sys.argv, env)
    os.environ.pop("LD_PRELOAD", None)


def wait_until(what, *about, limit=PATIENCE):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        value = what()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen: %s" % (about,))


class Bus:
    """A dbus-daemon."""

    def __init__(self, folder, policy=""):
        self.address = "unix:path=%s/bus" % folder
        with open(folder + "/bus.conf", "w") as f:
            f.write(BUS % (folder + "/bus", policy))
        self.p = subprocess.Popen(["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog",
                                   "--config-file=%s/bus.conf" % folder], env=clean_env())
        wait_until(lambda: connected(folder + "/bus"), "the bus").close()

    def stop(self):
        end(self.p)


class Service:
    """Something that answers on the bus, in a thread of this process."""

    loop = None

    def __init__(self, bus, name, path, xml, answer, values=None):
        from gi.repository import Gio, GLib
        self.glib = GLib
        if not Service.loop:
            Service.loop = GLib.MainLoop()
            threading.Thread(target=Service.loop.run, daemon=True).start()
        flags = Gio.DBusConnectionFlags
        self.bus = Gio.DBusConnection.new_for_address_sync(
            bus.address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION, None, None)
        self.bus.set_exit_on_close(False)
        for face in Gio.DBusNodeInfo.new_for_xml(xml).interfaces:
            self.bus.register_object(path, face, answer, values)
        self.call("RequestName", GLib.Variant("(su)", (name, 4)))

    def call(self, method, args):
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus",
                                  "org.freedesktop.DBus", method, args, None, 0, -1, None)

    def stop(self):
        self.bus.close_sync(None)


class Polkit(Service):
    """Everybody may do everything."""

    def __init__(self, bus):
        super().__init__(bus, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
                         POLKIT, self.answer, self.value)

    def value(self, _bus, _sender, _path, _face, name):
        v = self.glib.Variant
        return v("u", 0) if name == "BackendFeatures" else v("s", "rig")

    def answer(self, _bus, _sender, _path, _face, _method, _args, call):
        call.return_value(self.glib.Variant("((bba{ss}))", ((True, False, {}),)))


def end(p, sig=signal.SIGTERM):
    if p.poll() is None:
        p.send_signal(sig)
    try:
        p.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        p.kill()
        p.wait()


def clean_env(**more):
    return dict(os.environ, **more)


def skip_without(*programs):
    """Ends with 77 where something that the rig is made of is not installed."""
    missing = [p for p in programs if not shutil.which(p)]
    if subprocess.run([PYTHON, "-c", "import gi; gi.require_version('UMockdev', '1.0')"],
                      stderr=subprocess.DEVNULL).returncode:
        missing.append("python3-gi with gir1.2-umockdev-1.0")
    if missing:
        print("skipped: there is no %s" % ", ".join(missing))
        sys.exit(77)


def records(ttys, port=1, first=0, serial="SIM0001"):
    """A device at bus 1, and its serial ports as the option driver makes them; `first` is the ttyUSB
    number of interface 0."""
    device = DEVICE[:-1] + str(port)
    number = port + 1
    desc = bytes([18, 1, 0, 2, 0xef, 2, 1, 64, 0x7c, 0x2c, 0x25, 1, 0x18, 3, 1, 2, 3, 1])
    faces = b""
    for i in range(4):
        faces += bytes([9, 4, i, 0, 2, 255, 255, 255, 0, 7, 5, 0x81 + i, 2, 0, 2, 0,
                        7, 5, 1 + i, 2, 0, 2, 0])
    total = 9 + len(faces)
    desc += bytes([9, 2, total & 255, total >> 8, 4, 1, 0, 0xa0, 0xfa]) + faces
    yield ("P: %s\nN: bus/usb/001/%03d\nE: SUBSYSTEM=usb\nE: DRIVER=usb\nE: DEVTYPE=usb_device\n"
           "E: BUSNUM=001\nE: DEVNUM=%03d\nE: DEVNAME=/dev/bus/usb/001/%03d\nE: PRODUCT=2c7c/125/318\n"
           "E: MAJOR=189\nE: MINOR=%d\nE: ID_VENDOR_ID=2c7c\nE: ID_MODEL_ID=0125\n"
           "A: bConfigurationValue=1\\n\nA: busnum=1\\n\nA: devnum=%d\\n\nA: speed=480\\n\n"
           "A: idVendor=2c7c\\n\nA: idProduct=0125\\n\nA: serial=%s\\n\nH: descriptors=%s\n"
           % (device, number, number, number, number - 1, number, serial, desc.hex()))
    for i in ttys:
        yield from tty_records("%s/1-%d:1.%d" % (device, port, i), i, first + i)


def tty_records(face, i, tty):
    """Interface i and its serial port."""
    yield ("P: %s\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\nE: DRIVER=option\n"
           "A: bInterfaceNumber=%02d\\n\nA: bInterfaceClass=ff\\n\nA: bInterfaceSubClass=ff\\n\n"
           "A: bInterfaceProtocol=ff\\n\nA: bNumEndpoints=02\\n\n"
           "L: driver=../../../../../../bus/usb/drivers/option\n" % (face, i))
    yield ("P: %s/ttyUSB%d\nE: SUBSYSTEM=usb-serial\nE: DRIVER=option1\n" % (face, tty))
    yield ("P: %s/ttyUSB%d/tty/ttyUSB%d\nN: ttyUSB%d\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/ttyUSB%d\n"
           "E: MAJOR=188\nE: MINOR=%d\nE: ID_MM_CANDIDATE=1\nE: ID_VENDOR_ID=2c7c\n"
           "E: ID_MODEL_ID=0125\nE: ID_USB_INTERFACE_NUM=%02d\nE: ID_BUS=usb\n"
           "E: ID_MM_PORT_TYPE_%s=1\n"
           % (face, tty, tty, tty, tty, tty, i, "QCDM" if i == DIAG else "AT_PRIMARY"))


def connected(path):
    """None: a program that has just started has its socket's file before it listens."""
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.connect(path)
        return sock
    except (ConnectionRefusedError, FileNotFoundError):
        sock.close()
        return None


class Carrier:
    """Bytes between the far end of a tty and a port of the simulator."""

    def __init__(self, fd, path):
        self.fd = fd
        self.sock = wait_until(lambda: connected(path), path)
        self.seen = bytearray()
        self.stopped = False
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        poll = select.poll()
        poll.register(self.fd, select.POLLIN)
        poll.register(self.sock, select.POLLIN)
        while not self.stopped:
            for fd, what in poll.poll(100):
                if fd == self.fd and what & select.POLLIN:
                    data = os.read(self.fd, 65536)
                    self.seen += data
                    self.sock.sendall(data)
                elif fd == self.fd:
                    time.sleep(0.002)  # nobody has the port open
                else:
                    data = self.sock.recv(65536)
                    if not data:
                        return
                    os.write(self.fd, data)

    def stop(self):
        self.stopped = True
        self.thread.join(PATIENCE)
        self.sock.close()


class Module:
    """The testbed with one module, its DIAG port on ttyUSB0 and its AT port on ttyUSB2."""

    def __init__(self, work, unit, ttys=(DIAG, AT)):
        import gi
        gi.require_version("UMockdev", "1.0")
        from gi.repository import UMockdev
        self.bed = UMockdev.Testbed.new()
        self.sim = rig.Sim(unit, args=["--at", "unix:%s/at" % work])
        for i in ttys:
            self.emulate(UMockdev, "/dev/ttyUSB%d" % i)
        for r in records(ttys):
            self.bed.add_from_string(r)
        far = {DIAG: self.sim.folder + "/port", AT: work + "/at"}
        self.carriers = [Carrier(self.bed.get_dev_fd("/dev/ttyUSB%d" % i), far[i]) for i in ttys]
        self.root = self.bed.get_root_dir()

    def emulate(self, mock, node):
        """The one request to a serial port that umockdev refuses by itself: to be alone on it."""
        handler = mock.IoctlBase()
        handler.connect("handle-ioctl", self.on_ioctl)
        self.bed.attach_ioctl(node, handler)

    @staticmethod
    def on_ioctl(_handler, client):
        known = client.get_request() in (termios.TIOCEXCL, termios.TIOCNXCL)
        if known:
            client.complete(0, 0)
        return known

    def env(self, bus, **more):
        return clean_env(LD_PRELOAD=PRELOAD, UMOCKDEV_DIR=self.root,
                         DBUS_SYSTEM_BUS_ADDRESS=bus.address,
                         ASAN_OPTIONS=os.environ.get("ASAN_OPTIONS", "")
                         + ":verify_asan_link_order=0", **more)

    def start(self, bus, *args, **more):
        """qdiag ARGS; libtool puts the real program in the place of its script."""
        cmd = [os.path.join(rig.TOP, "libtool"), "--silent", "--mode=execute", rig.QDIAG, *args]
        return subprocess.Popen(cmd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.env(bus, **more))

    def run(self, bus, *args, check=0, **more):
        """qdiag ARGS to its end; what it wrote to stderr."""
        p = self.start(bus, *args, **more)
        out, err = p.communicate(timeout=LIMIT)
        for sign in ("AddressSanitizer", "runtime error:", "LeakSanitizer"):
            assert sign not in err, err
        assert p.returncode == check, "exit %d, not %d\n%s\n%s" % (p.returncode, check, out, err)
        return err

    def stop_in_the_middle(self, bus, sig, *args):
        """Sends a signal while requests go to and fro; the exit status."""
        before = len(self.carriers[0].seen)
        p = self.start(bus, *args)
        wait_until(lambda: len(self.carriers[0].seen) > before + 20000, "requests")
        p.send_signal(sig)
        p.communicate(timeout=LIMIT)
        return p.returncode

    def stop(self):
        for c in self.carriers:
            c.stop()
        self.sim.__exit__(None)
