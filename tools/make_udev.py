#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes the rules for udev below data/udev/ from src/transport/usb_ids.def; --check only compares."""
import os
import re
import sys

TOP = os.environ.get('top_srcdir', os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
ROW = re.compile(r'^QD_USB_(ID|VENDOR)\(0x([0-9a-f]{4}),(?: 0x([0-9a-f]{4}),)? (\d+), "', re.M)

ACCESS = '''# The user at the machine may open the known modules' USB device and the serial port of their DIAG
# interface. Made by tools/make_udev.py from the table of ids in qdiag; modules in a download mode
# are not here.
ACTION=="remove", GOTO="qdiag_end"
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", GOTO="qdiag_usb"
SUBSYSTEM=="tty", ENV{ID_BUS}=="usb", GOTO="qdiag_tty"
GOTO="qdiag_end"

LABEL="qdiag_usb"
%s
GOTO="qdiag_end"

LABEL="qdiag_tty"
%s

LABEL="qdiag_end"
'''
IGNORE = '''# An example, not active where it is installed: ModemManager never touches the DIAG port of the known
# modules; their other ports it uses as before. Copy it to /etc/udev/rules.d and plug the module in
# again. Made by tools/make_udev.py from the table of ids in qdiag.
ACTION=="remove", GOTO="qdiag_mm_end"
SUBSYSTEM!="tty", GOTO="qdiag_mm_end"
ENV{ID_BUS}!="usb", GOTO="qdiag_mm_end"

%s

LABEL="qdiag_mm_end"
'''


def groups(rows, key):
    """Products by what they have in common; None stands for every product."""
    found = {}
    for _, vid, pid, face in rows:
        found.setdefault(key(vid, int(face)), set()).add(pid or None)
    return sorted(found.items())


def match(vid, pids):
    text = 'ENV{ID_VENDOR_ID}=="%s"' % vid
    if None not in pids:
        text += ', ENV{ID_MODEL_ID}=="%s"' % '|'.join(sorted(pids))
    return text


def lines(rows, what, by_face):
    if not by_face:
        return '\n'.join('%s, %s' % (match(vid, pids), what)
                         for vid, pids in groups(rows, lambda v, f: v))
    return '\n'.join('%s, ENV{ID_USB_INTERFACE_NUM}=="%02x", %s' % (match(vid, pids), face, what)
                     for (vid, face), pids in groups(rows, lambda v, f: (v, f)))


def main():
    with open(os.path.join(TOP, 'src/transport/usb_ids.def')) as f:
        table = f.read()
    rows = ROW.findall(table)
    assert len(rows) == len(re.findall(r'^QD_USB_(?:ID|VENDOR)\(', table, re.M)) > 50
    access, ignore = 'TAG+="uaccess"', 'ENV{ID_MM_PORT_IGNORE}="1"'
    bad = 0
    for name, text in (
            ('70-qdiag.rules', ACCESS % (lines(rows, access, False), lines(rows, access, True))),
            ('78-qdiag-mm-ignore.rules', IGNORE % lines(rows, ignore, True))):
        path = os.path.join(TOP, 'data/udev', name)
        if '--check' not in sys.argv:
            with open(path, 'w') as f:
                f.write(text)
        elif open(path).read() != text:
            print('data/udev/%s is not what the table says: run tools/make_udev.py' % name)
            bad = 1
    print('%d rows of the table' % len(rows))
    return bad


if __name__ == '__main__':
    sys.exit(main())
