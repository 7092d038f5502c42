#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The whole of an upgrade by qdiag's own commands, on each family and over each way that it has:
backup, ufs backup, preflight, fota run, fota verify. The servers are nginx and vsftpd."""
import os
import sys

sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "fault"))
sys.path.insert(0, os.path.join(os.environ.get("top_srcdir", "."), "tests", "flow"))
import fota_servers  # noqa: E402
from rig import at_once, main, qdiag  # noqa: E402
from fota_rig import LOCAL, Line, fota_unit, new, old, package  # noqa: E402
from test_sim_fota_net import has_curl  # noqa: E402
from upgrade_rig import DIGITS, Rig, good, judged  # noqa: E402

WAYS = {"bg96": ("file", "http", "https"), "eg9x": ("file", "http", "ftp"),
        "rg50xq": ("file", "http", "https", "ftp")}
CERTIFICATES = (("ca.pem", "fota_cacert.pem"), ("client.pem", "fota_client_cert.pem"),
                ("client.key", "fota_client_key.pem"))
COPY = "+QPRTPARA=1"


def all_writes(u):
    """What the simulator counts as a write, on both ports."""
    with open(u.log) as f:
        return [x.rstrip("\n").split(" ", 4)[3:] for x in f if x.startswith("W ")]


def lay_down(u, way, servers):
    """The package goes where the way wants it. The source, and what was written for that."""
    if way == "file":
        if u.family == "bg96":  # the guide has no AT command for it; it lies there from the start
            return "1", []
        p, j = u.call("fota", "upload", u.package, "update.zip", check=0)
        return j["source"], ["+QFUPL="]
    written = []
    if u.family == "bg96":
        line = Line(u.at_path)
        line.ask('AT+QCFGEXT="fota_apn",0,"internet"')
        line.close()
        written.append("+QCFGEXT=")
    port = None
    if way == "https" and u.family == "bg96":
        for mine, name in CERTIFICATES:
            u.call("ufs", "files", "put", servers.authority.at(mine), name, check=0)
            written.append("+QFUPL=")
        port = servers.mutual  # no answer without the client's certificate
    name = "%s-%s.zip" % (u.family, way)
    package("%s/%s" % (servers.root, name), old(u.family), new(u.family))
    return servers.url(way, name, port).strip('"'), written


def chain(work, family, way, servers=None):
    place = "%s/%s-%s" % (work, family, way)
    unit = fota_unit(place + "/u", family, conf=("reset_ms = 200",),
                     good=(family, way) == ("bg96", "file"))
    with Rig(place, family=family, unit=unit) as u:
        about = ["--backup", u.backup, "-d", u.address]
        qdiag("backup", "--progress=none", "--xqcn", u.backup, "-d", u.address, check=0)
        p, j = u.call("ufs", "backup", *about, check=0)
        assert (j["before"]["backups"], j["after"]["backups"]) == (0, 1), j
        source, written = lay_down(u, way, servers)
        written = [COPY] + written
        assert [x[:len(w)] for (_, x), w in zip(all_writes(u), written)] == written, all_writes(u)
        before = len(all_writes(u))
        assert before == len(written), all_writes(u)
        what = ["--source", source, "--package", u.package, "--power-ok"] + about
        p, j = u.call("preflight", *what, check=0)
        assert j["go"] is True and all(c["result"] in ("PASS", "SKIPPED") for c in j["checks"]), j
        assert len(all_writes(u)) == before, all_writes(u)
        p, j = u.call("fota", "run", "--confirm", DIGITS, *what)
        good(p, j, family)
        assert (j["attempts"], j["code"], j["inner_backup"]) == (1, None, True), j
        stored = way == "file" and family != "bg96"
        sent = [LOCAL[family] if way == "file" else '"%s"' % source]
        expected = [["at", "+QFOTADL=" + sent[0]]] + [["at", '+QFDEL="update.zip"']] * stored
        assert all_writes(u)[before:] == expected + [["at", COPY]], all_writes(u)
        p, j = u.call("fota", "verify", "--to", new(family), *about, check=0)
        assert j["version"] == new(family) and j["version_is_target"] is True, j
        assert j["identity_equal"] is True and j["calibration_equal"] is True, j
        assert len(u.started()) == 1 and len(all_writes(u)) == before + 2 + stored, all_writes(u)


def was_fetched(servers, family, way):
    """By the server's own log: once, and whole."""
    name = "%s-%s.zip" % (family, way)
    if way == "ftp":
        return sum("OK DOWNLOAD" in x and name in x for x in servers.log("vsftpd").splitlines()) == 1
    size = os.path.getsize("%s/%s" % (servers.root, name))
    found = [x for x in servers.log().splitlines() if '"GET /%s ' % name in x]
    return len(found) == 1 and " 200 %d " % size in found[0]


def chains(work, ways, servers=None):
    """Those of all families at the same time: most of a chain is waiting."""
    pairs = [(f, w) for f in WAYS for w in WAYS[f] if w in ways]
    at_once(chain, [(work, *p, servers) for p in pairs], 5)
    for pair in pairs:
        assert not servers or was_fetched(servers, *pair), (pair, servers.log("vsftpd"), servers.log())


def test_file(work):
    chains(work, ("file",))


def test_servers(work):
    with fota_servers.Servers() as s:
        chains(work, ("http", "https", "ftp"), s)


def refused(place, certificates, port, code, servers):
    """HTTPS of a BG96 whose certificates do not fit the server: nothing is fetched, nothing upgraded."""
    with Rig(place, family="bg96") as u:
        line = Line(u.at_path)
        line.ask('AT+QCFGEXT="fota_apn",0,"internet"')
        line.close()
        for mine, name in certificates:
            u.call("ufs", "files", "put", servers.authority.at(mine), name, check=0)
        name = os.path.basename(place) + ".zip"
        package("%s/%s" % (servers.root, name), old("bg96"), new("bg96"))
        p, j = u.run(source=servers.url("https", name, port).strip('"'))
        judged(u, p, j, (21,))
        assert (j["stage"], j["code"], j["attempts"]) == ("http", code, 0), j
        assert j["error"]["unit"] == "untouched" and len(u.started()) == 1, j
        assert '"GET /%s HTTP/1.1" 200' % name not in servers.log(), servers.log()
        p, j = u.call("fota", "verify", "--to", new("bg96"), "--backup", u.backup, "-d", u.address, check=21)
        assert j["version"] == old("bg96") and j["version_is_target"] is False, j
        assert j["identity_equal"] is True and j["calibration_equal"] is True, j


def test_certificates_that_do_not_fit(work):
    """A root that did not sign the server's; no certificate, and another one's, where the server wants ours."""
    ca, client, key = CERTIFICATES
    with fota_servers.Servers() as s:
        refused(work + "/root", (("other.pem", ca[1]), client, key), s.mutual, 702, s)
        refused(work + "/none", (ca,), s.mutual, 703, s)
        refused(work + "/both", (ca, ("other.pem", client[1]), ("other.key", key[1])), s.mutual, 703, s)


def test_each_way_has_its_chain(work):
    """Each scheme that a family's row lists, and no other, has its chain."""
    with open(os.path.join(os.environ.get("top_srcdir", "."), "src/service/fota_families.def")) as f:
        text = f.read()
    for family, ways in WAYS.items():
        row = text[text.index('QD_FOTA_FAMILY("%s"' % family):].split(")", 1)[0]
        found = {x.strip().lower() for x in row.split(",")[1].split("|")}
        assert found == set(ways), (family, found)


def run_all():
    lacks = fota_servers.missing() + ([] if has_curl() else ["libcurl"])
    tests = [test_each_way_has_its_chain, test_file]
    rc = main(tests if lacks else tests + [test_servers, test_certificates_that_do_not_fit])
    if lacks:
        print("not installed: " + ", ".join(lacks))
    return rc or (77 if lacks else 0)


if __name__ == "__main__":
    sys.exit(run_all())
