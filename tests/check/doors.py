#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Only src/flow/execute.c may change a unit: the headers of what writes are included, and their
functions and qd_diag_allow_writes called, there and where they are made, nowhere else in src/. What
is written over AT has its door as well: AT_WRITES says which files may call what."""
import os
import re
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cscan  # noqa: E402

DOOR = 'src/flow/execute.c'
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
# Internal headers: not even the door needs them.
INSIDE = ['service/efs_write_codec.h', 'service/write_seq.h']
ARM = 'qd_diag_allow_writes'
ARM_HOME = ['src/diag/session.h', 'src/diag/session.c']
# What sends a request: with one of these commands it writes.
SENDS = re.compile(r'\bQD_CMD_(\w+)')
SENDERS = ['src/diag/', 'src/service/nv_write.c', 'src/service/efs_write.c',
           'src/service/efs_change.c', 'src/service/sync.c', 'src/service/efs_seq.c']
# The AT side's door: what sends an AT command that writes is called from these files only.
AT_WRITES = {
    'qd_ufs_order': ['src/service/ufs.c', 'src/service/ufs.h', 'src/flow/ufs.c'],
    'qd_user_put': ['src/service/user_file.c', 'src/service/ufs.h', 'src/flow/user_files.c'],
    'qd_user_delete': ['src/service/user_file.c', 'src/service/ufs.h', 'src/flow/user_files.c'],
    'qd_fota_start': ['src/service/fota.c', 'src/service/fota.h', 'src/flow/upgrade.c'],
}
# And their text stands in these files only.
AT_TEXTS = {
    r'AT\+QPRTPARA=(?:1|3|11|13)"': ['src/service/ufs.c', 'src/flow/ufs.c'],
    r'AT\+QFUPL=': ['src/service/user_file.c'],
    r'AT\+QFDEL=': ['src/service/user_file.c'],
    r'AT\+QFOTADL=(?!\?)': ['src/service/fota_argument.c'],
    r'AT\+CFUN=1,1': ['src/flow/ufs.c'],
}
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


def judge(path, text, declared, commands):
    """What is wrong with one file, as (line, sentence)."""
    plain = cscan.strip(text)
    quoted = cscan.strip(text, strings=False)
    for m in INCLUDE.finditer(quoted):
        name = m.group(1)
        if name in HEADERS and path not in HEADERS[name] and path != 'src/' + name and \
                (path != DOOR or name in INSIDE):
            yield line_of(quoted, m.start()), 'includes %s' % name
    for header, names in declared.items():
        if path in HEADERS[header] or path == 'src/' + header or \
                (path == DOOR and header not in INSIDE):
            continue
        for m in re.finditer(r'\b(qd_\w+)\b', plain):
            if m.group(1) in names:
                yield line_of(plain, m.start()), 'uses %s' % m.group(1)
    if path != DOOR and path not in ARM_HOME:
        for m in re.finditer(r'\b%s\b' % ARM, plain):
            yield line_of(plain, m.start()), 'arms a session'
    if not any(path.startswith(s) for s in SENDERS):
        for m in SENDS.finditer(plain):
            if m.group(1) in commands:
                yield line_of(plain, m.start()), 'sends %s' % m.group(1)


def judge_at(path, text):
    plain = cscan.strip(text)
    quoted = cscan.strip(text, strings=False)
    for name, homes in AT_WRITES.items():
        if path not in homes:
            for m in re.finditer(r'\b%s\b' % name, plain):
                yield line_of(plain, m.start()), 'uses %s' % name
    for form, homes in AT_TEXTS.items():
        if path not in homes:
            for m in re.finditer(r'"' + form, quoted):
                yield line_of(quoted, m.start()), 'holds an AT command that writes'


def at_violations(sources):
    return ['%s:%d: %s; the AT side has a door of its own' % (path, line, what)
            for path, text in sources.items() for line, what in judge_at(path, text)]


def violations(sources, declared, commands):
    return ['%s:%d: %s; only %s may' % (path, line, what, DOOR)
            for path, text in sources.items() for line, what in judge(path, text, declared, commands)]


def self_test():
    declared = {'service/nv_write.h': {'qd_nv_write'}, 'service/write_seq.h': {'qd_write_ask'}}
    commands = write_commands('/* QD_CMD(X, .writes = 1) */\nQD_CMD(NV_READ, .code = 0x26)\n'
                              'QD_CMD(NV_WRITE, .code = 0x27,\n       .writes = 1)\n')
    assert commands == {'NV_WRITE'}, commands
    bad = {
        'src/flow/restore.c': '#include "service/nv_write.h"\n',
        'src/flow/plan.c': 'int f(void) { return qd_nv_write(d); }\n',
        'src/flow/backup.c': 'void f(void) { qd_diag_allow_writes(d, 1); }\n',
        'src/service/nv.c': 'int f(void) { return ask(QD_CMD_NV_WRITE); }\n',
        'src/flow/execute.c': '#include "service/write_seq.h"\n',
        'src/flow/table.c': 'static fn *const t[] = {qd_nv_write};\n',
    }
    good = {
        'src/flow/execute.c': '#include "service/nv_write.h"\nint f(void) { qd_diag_allow_writes(d, 1);'
                              ' return qd_nv_write(d); }\n',
        'src/flow/plan.c': '/* qd_nv_write */ const char *s = "qd_nv_write";\n',
        'src/service/nv.c': 'int f(void) { return ask(QD_CMD_NV_READ); }\n',
    }
    for path, text in bad.items():
        assert len(violations({path: text}, declared, commands)) == 1, path
    assert violations(good, declared, commands) == []
    for path, text in (('src/flow/preflight.c', 'int f(void) { return qd_fota_start(at); }\n'),
                       ('src/flow/fota_verify.c', 'int f(void) { return qd_ufs_order(at); }\n'),
                       ('src/flow/upgrade_run.c', 'const char *s = "AT+QFOTADL=1";\n'),
                       ('src/flow/upgrade.c', 'const char *s = "AT+CFUN=1,1";\n')):
        assert len(at_violations({path: text})) == 1, path
    assert at_violations({'src/flow/upgrade.c': 'int f(void) { return qd_fota_start(at); }\n',
                          'src/service/fota.c': 'const char *s = "AT+QFOTADL=?";\n'}) == []


def main():
    self_test()
    top = cscan.top_srcdir()
    declared = {h: functions(cscan.read(top, 'src/' + h)) for h in HEADERS}
    assert all(declared.values()), declared
    assert 'qd_nv_write' in declared['service/nv_write.h']
    commands = write_commands(cscan.read(top, 'src/diag/cmd.def'))
    assert {'NV_WRITE', 'CONTROL', 'SPC', 'EFS_PUT', 'EFS_SYNC_STATUS'} <= commands, commands
    sources = {p: cscan.read(top, p) for p in cscan.files(top, ['src'], ('.c', '.h'))
               if not p.startswith('src/sim/')}
    for name in AT_WRITES:  # a name that is nowhere guards nothing
        assert any(re.search(r'\b%s\b' % name, text) for text in sources.values()), name
    bad = violations(sources, declared, commands) + at_violations(sources)
    print('\n'.join(bad) if bad else
          '%d files: none but %s can change a unit' % (len(sources), DOOR))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
