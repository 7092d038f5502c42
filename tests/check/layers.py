#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Enforces the layer table of HACKING.md over every #include below src/ and include/."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

# layer: layers whose headers it may include (itself always).
MAY = {
    'base': [],
    'transport': ['base'],
    'frame': ['base'],
    'diag': ['base', 'transport', 'frame'],
    'at': ['base', 'transport', 'frame'],
    'service': ['base', 'diag', 'at'],
    'model': ['base'],
    'container': ['base', 'model'],
    'flow': ['base', 'transport', 'frame', 'diag', 'at', 'service', 'model', 'container'],
    'cli': [],
    'sim': ['base'],
}
# The rooms of flow: each may include the ones before it.
ROOMS = ['files', 'unit', 'backup', 'plan', 'restore', 'ufs', 'upgrade', 'doctor']
# Headers of libraries, and the only layers that may use them.
FOREIGN = {
    'libusb': ['transport'],
    'dbus/': ['transport'],
    'libxml/': ['container'],
    'nettle/': ['base'],
    'zlib.h': ['container', 'service', 'sim'],
    'curl/': ['sim'],
    'jansson.h': ['container', 'flow', 'cli'],
}
NO_PUBLIC = ['sim']  # layers that may not use <qdiag/*.h> themselves
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def includes(text):
    for m in INCLUDE.finditer(cscan.strip(text, strings=False)):
        yield text.count('\n', 0, m.start()) + 1, m.group(1), m.group(2)


def judge_public(quote, name):
    if quote == '"' or (name.startswith('qdiag/') and '..' in name):
        return 'a public header includes only <qdiag/…> and the C library'
    if any(name.startswith(f) for f in FOREIGN):
        return 'a public header may not need another library'
    return None


def judge_angle(layer, name):
    if name.startswith('qdiag/') and layer in NO_PUBLIC:
        return '%s may not include public headers; base headers bring what it needs' % layer
    if name.split('/')[0] in MAY and '/' in name:
        return 'headers of this tree are included with quotes'
    for prefix, allowed in FOREIGN.items():
        if name.startswith(prefix) and layer not in allowed:
            return 'only %s may include <%s…>' % (', '.join(allowed), prefix)
    return None


def judge_room(path, name):
    """One room of flow that includes another."""
    rooms = [p.split('/')[1] if p.count('/') == 2 else '' for p in (path[len('src/'):], name)]
    for room in rooms:
        if room not in ROOMS:
            return 'src/flow/%s is not a room' % room
    if ROOMS.index(rooms[1]) > ROOMS.index(rooms[0]):
        return 'flow/%s may not include flow/%s/' % tuple(rooms)
    return None


def judge(path, quote, name, exists):
    """None, or what is wrong with this include."""
    if path.startswith('include/'):
        return judge_public(quote, name)
    parts = path.split('/')
    layer = parts[1] if len(parts) > 2 else ''
    if layer not in MAY:
        return 'src/%s is not a layer' % layer
    if quote == '<':
        return judge_angle(layer, name)
    if name == 'config.h':
        return None
    target = name.split('/')[0]
    if '/' not in name or '..' in name or target not in MAY:
        return 'write "layer/file.h", relative to src/'
    if target != layer and target not in MAY[layer]:
        return '%s may not include %s/' % (layer, target)
    if not exists('src/' + name):
        return 'there is no src/%s' % name
    return judge_room(path, name) if target == layer == 'flow' else None


def violations(paths, read, exists):
    bad = []
    for path in paths:
        for line, quote, name in includes(read(path)):
            why = judge(path, quote, name, exists)
            if why:
                bad.append('%s:%d: %s: %s' % (path, line, name, why))
    return bad


def self_test():
    bad = {
        'src/base/a.c': '#include "diag/session.h"\n',
        'src/diag/a.c': '#include "service/nv.h"\n',
        'src/sim/a.c': '#include "frame/hdlc.h"\n',
        'src/sim/b.c': '#include <qdiag/error.h>\n',
        'src/cli/a.c': '#include "base/error.h"\n',
        'src/flow/unit/a.c': '#include "sim/modem.h"\n',
        'src/flow/unit/b.c': '#include "flow/plan/plan.h"\n',
        'src/flow/a.c': '#include "flow/unit/device.h"\n',
        'src/flow/upgrade/a.c': '#include "flow/device.h"\n',
        'src/model/a.c': '#include "../base/error.h"\n',
        'src/model/b.c': '#  include "catalog.h"\n',
        'src/service/a.c': '#include <libusb-1.0/libusb.h>\n',
        'src/container/a.c': '#include "base/no_such.h"\n',
        'src/util/a.c': '#include <stdio.h>\n',
        'include/qdiag/a.h': '#include "base/error.h"\n',
    }
    good = {
        'src/base/a.c': '/* #include "diag/session.h" */\n#include <stdio.h>\n#include "config.h"\n',
        'src/flow/unit/a.c': '#include "service/nv.h"\n#include <qdiag/error.h>\n',
        'src/flow/plan/a.c': '#include "flow/plan/plan.h"\n#include "flow/unit/device.h"\n',
        'src/sim/a.c': '#include "base/error.h"\n#include "sim/modem.h"\n',
        'src/cli/a.c': '#include <qdiag/error.h>\n#include "cli/args.h"\n',
        'include/qdiag/a.h': '#include <stdint.h>\n#include <qdiag/error.h>\n',
    }
    def exists(p):
        return 'no_such' not in p
    for path in bad:
        assert len(violations([path], bad.get, exists)) == 1, path
    assert violations(good, good.get, exists) == []


def main():
    self_test()
    top = cscan.top_srcdir()
    paths = cscan.files(top, ['src', 'include'], ('.c', '.h', '.def'))
    assert len(paths) > 20, 'found no sources in %s' % top
    bad = violations(paths, lambda p: cscan.read(top, p),
                     lambda p: os.path.exists(os.path.join(top, p)))
    print('\n'.join(bad) if bad else '%d files keep the layer table' % len(paths))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
