#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Only src/flow/restore/execute.c may change a unit through DIAG, and only src/flow/ufs/at_door.c through
AT: the headers of what writes are included, their functions and qd_diag_allow_writes called, and AT commands
that write spelt, there and where they are made, nowhere else in src/."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

DOOR = 'src/flow/restore/execute.c'
# header: the files that make its functions, or build on them below the door.
HEADERS = {
    'diag/mode.h': ['src/diag/mode.c'],
    'diag/unlock.h': ['src/diag/unlock.c'],
    'service/nv_write.h': ['src/service/nv_write.c'],
    'service/efs_write.h': ['src/service/efs_write.c', 'src/service/efs_change.c',
                            'src/service/efs_write_codec.h', 'src/service/efs_write_codec.c'],
    'service/efs_write_codec.h': ['src/service/efs_write_codec.c', 'src/service/efs_write.c',
                                  'src/service/efs_change.c', 'src/service/sync.c'],
    'service/sync.h': ['src/service/sync.c'],
    'service/write_seq.h': ['src/service/write_seq.c', 'src/service/nv_write.c',
                            'src/service/efs_write.c', 'src/service/efs_change.c',
                            'src/service/sync.c'],
}
# The AT side has a door of its own.
AT_DOOR = 'src/flow/ufs/at_door.c'
AT_HEADERS = {
    'service/at_write.h': ['src/service/ufs.c', 'src/service/user_file.c', 'src/service/at_mode.c',
                           'src/service/fota.c', 'src/service/fota_argument.c'],
}
# Their commands, as the beginning of a string, and the texts a dry run shows.
AT_WRITES = re.compile(r'"AT\s*(\+QPRTPARA=(?:1|3|11|13)\b|\+QFUPL\b|\+QFDEL\b|\+CFUN=\d|\+QPOWD\b|'
                       r'\+QFOTADL=[^?]|\+EGMR=1)', re.I)
AT_TEXTS = {'qd_ufs_order_text', 'qd_at_reset_text', 'qd_user_put_text', 'qd_user_delete_text'}
AT_SHOWS = ['src/flow/ufs/at_door.h', 'src/flow/ufs/ufs.c', 'src/flow/ufs/user_files.c']
# Internal headers: not even the door needs them.
INSIDE = ['service/efs_write_codec.h', 'service/write_seq.h']
ARM = 'qd_diag_allow_writes'
ARM_HOME = ['src/diag/session.h', 'src/diag/session.c']
# What sends a request: with one of these commands it writes.
SENDS = re.compile(r'\bQD_CMD_(\w+)')
SENDERS = ['src/diag/', 'src/service/nv_write.c', 'src/service/efs_write.c',
           'src/service/efs_change.c', 'src/service/sync.c', 'src/service/efs_seq.c']
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
DECLARED = re.compile(r'^(?:[\w ]+[ *])(qd_\w+)\(', re.M)
ROW = re.compile(r'QD_CMD\((\w+),(.*?)\)\s*(?=QD_CMD\(|/\*|\Z)', re.S)


def write_commands(text):
    """Names of the rows of cmd.def with .writes = 1."""
    return {name for name, rest in ROW.findall(cscan.strip(text)) if '.writes = 1' in rest}


def functions(text):
    return set(DECLARED.findall(cscan.strip(text)))


def line_of(text, at):
    return text.count('\n', 0, at) + 1


def stand_in_door(path, plain, quoted, door, headers, declared):
    """Includes of the headers of one door, and uses of their functions, elsewhere."""
    for m in INCLUDE.finditer(quoted):
        name = m.group(1)
        if name in headers and path not in headers[name] and path != 'src/' + name and \
                (path not in door or name in INSIDE):
            yield line_of(quoted, m.start()), 'includes %s' % name
    for header in headers:
        if path in headers[header] or path == 'src/' + header or \
                (path in door and header not in INSIDE):
            continue
        for m in re.finditer(r'(?<!enum )\b(qd_\w+)\b', plain):
            if m.group(1) in declared.get(header, ()) and \
                    not (m.group(1) in AT_TEXTS and path in AT_SHOWS):
                yield line_of(plain, m.start()), 'uses %s' % m.group(1)


def judge(path, text, declared, commands):
    """What is wrong with one file, as (line, sentence)."""
    plain = cscan.strip(text)
    quoted = cscan.strip(text, strings=False)
    yield from stand_in_door(path, plain, quoted, [DOOR], HEADERS, declared)
    yield from stand_in_door(path, plain, quoted, [AT_DOOR, 'src/flow/ufs/at_door.h'], AT_HEADERS, declared)
    if path not in AT_HEADERS['service/at_write.h']:
        for m in AT_WRITES.finditer(quoted):
            yield line_of(quoted, m.start()), 'spells AT%s' % m.group(1)
    if path != DOOR and path not in ARM_HOME:
        for m in re.finditer(r'\b%s\b' % ARM, plain):
            yield line_of(plain, m.start()), 'arms a session'
    if not any(path.startswith(s) for s in SENDERS):
        for m in SENDS.finditer(plain):
            if m.group(1) in commands:
                yield line_of(plain, m.start()), 'sends %s' % m.group(1)


def violations(sources, declared, commands):
    return ['%s:%d: %s; only %s and %s may' % (path, line, what, DOOR, AT_DOOR)
            for path, text in sources.items() for line, what in judge(path, text, declared, commands)]


def self_test():
    declared = {'service/nv_write.h': {'qd_nv_write'}, 'service/write_seq.h': {'qd_write_ask'},
                'service/at_write.h': {'qd_ufs_order', 'qd_ufs_order_text'}}
    commands = write_commands('/* QD_CMD(X, .writes = 1) */\nQD_CMD(NV_READ, .code = 0x26)\n'
                              'QD_CMD(NV_WRITE, .code = 0x27,\n       .writes = 1)\n')
    assert commands == {'NV_WRITE'}, commands
    bad = {
        'src/flow/restore/restore.c': '#include "service/nv_write.h"\n',
        'src/flow/plan/plan.c': 'int f(void) { return qd_nv_write(d); }\n',
        'src/flow/backup/backup.c': 'void f(void) { qd_diag_allow_writes(d, 1); }\n',
        'src/service/nv.c': 'int f(void) { return ask(QD_CMD_NV_WRITE); }\n',
        'src/flow/restore/execute.c': '#include "service/write_seq.h"\n',
        'src/flow/table.c': 'static fn *const t[] = {qd_nv_write};\n',
        'src/flow/upgrade/preflight.c': '#include "service/at_write.h"\n',
        'src/flow/restore/execute_run.c': 'int f(void) { return qd_ufs_order(a); }\n',
        'src/flow/ufs/ufs.c': 'int f(void) { return qd_ufs_order(a); }\n',
        'src/flow/doctor/doctor.c': 'const char *s = qd_ufs_order_text(0, 0);\n',
        'src/service/supply.c': 'struct c c = {"AT+QPRTPARA=11", "", 0, 0};\n',
        'src/flow/look.c': 'const char *s = "at+cfun=1,1";\n',
    }
    good = {
        'src/flow/restore/execute.c': '#include "service/nv_write.h"\nint f(void) { qd_diag_allow_writes(d, 1);'
                              ' return qd_nv_write(d); }\n',
        'src/flow/plan/plan.c': '/* qd_nv_write */ const char *s = "qd_nv_write";\n',
        'src/service/nv.c': 'int f(void) { return ask(QD_CMD_NV_READ); }\n',
        'src/flow/ufs/at_door.c': '#include "service/at_write.h"\nint f(void) { return qd_ufs_order(a); }\n',
        'src/flow/wear.c': 'int f(enum qd_ufs_order o);\n',
        'src/flow/ufs/ufs.c': '#include "flow/ufs/at_door.h"\nconst char *s = qd_ufs_order_text(0, 0);\n',
        'src/service/ufs.c': 'struct c c = {"AT+QPRTPARA=1", "", 0, 1};\n',
        'src/service/info.c': 'const char *s[] = {"AT+QPRTPARA=14", "AT+QPRTPARA=4", "AT+CFUN?", "AT+QFDWL"};\n',
    }
    for path, text in bad.items():
        assert len(violations({path: text}, declared, commands)) == 1, path
    assert violations(good, declared, commands) == []


def main():
    self_test()
    top = cscan.top_srcdir()
    declared = {h: functions(cscan.read(top, 'src/' + h)) for h in [*HEADERS, *AT_HEADERS]}
    assert all(declared.values()), declared
    assert 'qd_nv_write' in declared['service/nv_write.h']
    assert {'qd_ufs_order', 'qd_at_reset', 'qd_user_put', 'qd_user_delete', 'qd_fota_start'} | AT_TEXTS == \
        declared['service/at_write.h'], declared['service/at_write.h']
    commands = write_commands(cscan.read(top, 'src/diag/cmd.def'))
    assert {'NV_WRITE', 'CONTROL', 'SPC', 'EFS_PUT', 'EFS_SYNC_STATUS'} <= commands, commands
    sources = {p: cscan.read(top, p) for p in cscan.files(top, ['src'], ('.c', '.h'))
               if not p.startswith('src/sim/')}
    bad = violations(sources, declared, commands)
    print('\n'.join(bad) if bad else
          '%d files: none but %s and %s can change a unit' % (len(sources), DOOR, AT_DOOR))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
