#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Downloads of the simulated module: from real servers, over HTTP, HTTPS and FTP, what comes when they
fail, and the faults of a download."""
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import fota_servers  # noqa: E402
from fota_rig import (READY, VERSIONS, Line, Module, conf_of, fota_unit, lines, main, new, old,  # noqa: E402
                      package, put, read, words)
from test_sim_fota import build_id  # noqa: E402

FEW = ("fota_percents = 1 100",)
SERVERS = None


def schemes(family):
    return {"bg96": ("http", "https"), "eg9x": ("http", "ftp"), "rg50xq": ("http", "https", "ftp")}[family]


def end_word(family, scheme):
    return "FTPEND" if scheme == "ftp" else {"bg96": "HTTPEND", "eg9x": "HTTPEnd", "rg50xq": "HTTPPEND"}[family]


def offer(family):
    """The right package on the servers; its bytes."""
    package(SERVERS.root + "/update.zip", old(family), new(family))
    return read(SERVERS.root + "/update.zip")


def failing(work, family, argument, *faults, conf=(), files=None):
    """A download that fails: its last line; the unit goes on as it was."""
    folder = fota_unit(work + "/" + family, family, good=False, conf=FEW + tuple(conf), files=files)
    with Module(folder, *faults) as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        assert line.ask("AT+QFOTADL=" + argument) == b"\r\nOK\r\n"
        text = b""
        while b'END",' not in text and b'End",' not in text:
            text += line.until(b"\r\n")
        found = words(lines(text))
        line.ask("AT")
        assert line.version() == old(family) and line.connects == 1
        line.close()
    assert conf_of(folder)["firmware_full"] == old(family)
    assert not os.path.exists(folder + "/fota/package")
    return found[-1]


def code(work, family, scheme, path, *faults, port=None, **kw):
    word, number = failing(work, family, SERVERS.url(scheme, path, port), *faults, **kw).split()
    assert word == end_word(family, scheme), word
    return int(number)


def test_downloads(work):
    """Every scheme of every family, from the command to the new version."""
    for family in VERSIONS:
        data = offer(family)
        for scheme in schemes(family):
            folder = fota_unit("%s/%s-%s" % (work, family, scheme), family, good=False, conf=FEW)
            with Module(folder) as m:
                line = Line(m.at_path)
                found = words(line.run(SERVERS.url(scheme)))
                start = "FTPSTART" if scheme == "ftp" else "HTTPSTART"
                assert found[:3] == [start, end_word(family, scheme) + " 0", "START"], found
                assert found[-1] == "END 0"
                line.ask("ATE0")
                assert line.version() == new(family)
                line.close()
            assert not os.path.exists(folder + "/fota/package")
    assert '"GET /update.zip HTTP/1.1" 200 %d' % len(data) in SERVERS.log()
    assert "RETR update.zip" in SERVERS.log("vsftpd")


def test_large_package(work):
    """Two megabytes come whole; more than there is room for does not."""
    package(SERVERS.root + "/large.zip", old("rg50xq"), new("rg50xq"), extra=(("noise", os.urandom(2 << 20)),))
    for scheme in schemes("rg50xq"):
        folder = fota_unit(work + "/" + scheme, "rg50xq", good=False, conf=FEW)
        with Module(folder) as m:
            line = Line(m.at_path)
            assert "END 0" in words(line.run(SERVERS.url(scheme, "large.zip")))
            line.close()
    room = ("fota_space = 1048576",)
    assert code(work + "/1", "bg96", "http", "large.zip", conf=room) == 708
    assert code(work + "/2", "eg9x", "http", "large.zip", conf=room) == 511
    assert code(work + "/3", "eg9x", "ftp", "large.zip", conf=room) == 511
    assert code(work + "/4", "rg50xq", "ftp", "large.zip", conf=room) == 601


def test_diag_goes_on(work):
    """A slow download keeps nobody waiting."""
    offer("rg50xq")
    folder = fota_unit(work + "/u", "rg50xq", good=False, conf=FEW)
    with Module(folder) as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        line.ask("AT+QFOTADL=" + SERVERS.url("http", "slow/update.zip"))
        line.until(b'"HTTPSTART"\r\n')
        for _ in range(5):
            assert build_id(m)[0] == VERSIONS["rg50xq"][1].encode()
            assert line.version() == old("rg50xq")
        assert b"HTTPPEND" not in line.seen  # it was still under way
        found = words(lines(line.until(READY)))
        assert found[0] == "HTTPPEND 0" and found[-1] == "END 0"
        line.close()


def test_what_servers_say(work):
    offer("bg96")
    for n, (path, want) in enumerate((("none.zip", 706), ("deny", 703), ("moved", 703), ("broken", 703),
                                      ("closed", 701))):
        assert code("%s/%d" % (work, n), "bg96", "http", path) == want, path
        assert code("%s/%d" % (work, n), "rg50xq", "http", path) == 701, path
        assert code("%s/%d" % (work, n), "eg9x", "http", path) == 701, path
    assert code(work + "/ftp", "rg50xq", "ftp", "none.zip") == 601
    assert code(work + "/ftp", "eg9x", "ftp", "none.zip") == 601
    stranger = '"ftp://somebody:x@127.0.0.1:%d/update.zip"' % SERVERS.ftp
    assert failing(work + "/who", "eg9x", stranger) == "FTPEND 601"


def test_no_server(work):
    dead = fota_servers.free_ports(1)[0]
    for family, scheme, want in (("bg96", "http", 702), ("bg96", "https", 702), ("eg9x", "http", 701),
                                 ("eg9x", "ftp", 601), ("rg50xq", "https", 701), ("rg50xq", "ftp", 601)):
        assert code(work + "/" + scheme, family, scheme, "update.zip", port=dead) == want
    # Another machine is never asked: not one of the network, and none by name.
    for host in ("192.0.2.1", "example.invalid", "127.0.0.1.example.invalid", "127.0.0.1@192.0.2.1"):
        assert failing(work + "/" + host, "bg96", '"http://%s/update.zip"' % host) == "HTTPEND 702"


def test_time_out(work):
    offer("bg96")
    assert code(work + "/1", "bg96", "http", "slow/update.zip", conf=("fota_timeout_ms = 300",)) == 704
    assert code(work + "/2", "rg50xq", "http", "slow/update.zip", conf=("fota_timeout_ms = 300",)) == 701


def test_network_of_a_unit(work):
    """The examples of the guides name hosts of the world: `network` leads them to a server of the test."""
    offer("rg50xq")
    for scheme, url in (("http", '"http://www.example.invalid:100/update.zip"'),
                        ("ftp", '"ftp://anonymous:x@192.0.2.10:21/update.zip"')):
        folder = fota_unit(work + "/" + scheme, "rg50xq", good=False,
                           conf=FEW + ("network = 127.0.0.1:%d" % getattr(SERVERS, scheme),))
        with Module(folder) as m:
            line = Line(m.at_path)
            assert words(line.run(url))[-1] == "END 0"
            line.close()


def test_certificates(work):
    """Those of a BG96 in /datatx: the right root, the wrong one, none; and its own for a server that asks."""
    offer("bg96")
    ca = SERVERS.authority
    root, client, key = "fota_cacert.pem", "fota_client_cert.pem", "fota_client_key.pem"
    for n, (names, port, good) in enumerate((
            ({root: "ca.pem"}, SERVERS.https, True), ({}, SERVERS.https, True),
            ({root: "other.pem"}, SERVERS.https, False),
            ({root: "ca.pem", client: "client.pem", key: "client.key"}, SERVERS.mutual, True),
            ({root: "ca.pem"}, SERVERS.mutual, False))):
        place = "%s/%d" % (work, n)
        files = {"/datatx/" + k: ca.read(v) for k, v in names.items()}
        if not good:
            want = 702 if "other.pem" in names.values() else 703  # nginx answers 400
            assert code(place, "bg96", "https", "update.zip", port=port, files=files) == want
            continue
        folder = fota_unit(place, "bg96", good=False, conf=FEW, files=files)
        with Module(folder) as m:
            line = Line(m.at_path)
            assert words(line.run(SERVERS.url("https", port=port)))[-1] == "END 0"
            line.close()


def test_package_of_a_server_is_checked(work):
    for family, want in (("bg96", 506), ("eg9x", 505), ("rg50xq", 504)):
        put(SERVERS.root + "/page.zip", b"<html>not found</html>")
        folder = fota_unit(work + "/" + family, family, good=False, conf=FEW + ("fota_retries = 2",))
        with Module(folder) as m:
            line = Line(m.at_path)
            found = words(line.run(SERVERS.url("http", "page.zip"), end=b'END",%d\r\n' % want))
            assert found[1:] == [end_word(family, "http") + " 0", "START", "END %d" % want], found
            if family != "bg96":
                line.until(READY)
            line.ask("ATE0")
            assert line.version() == old(family) and not os.path.exists(folder + "/fota/package")
            line.close()


def test_fota_download(work):
    """Each code of the guides, without a server."""
    for family, scheme, codes in (("bg96", "http", (701, 702, 703, 704, 706, 707, 708)),
                                  ("eg9x", "http", (502, 505, 510, 511, 520, 546, 701)),
                                  ("eg9x", "ftp", (502, 505, 510, 511, 530, 540, 601)),
                                  ("rg50xq", "http", (701,)), ("rg50xq", "ftp", (601,))):
        for n in codes:
            assert code("%s/%d" % (work, n), family, scheme, "update.zip", "fota_download=%d" % n) == n
    folder = fota_unit(work + "/six", "bg96", good=False)
    with Module(folder, "fota_download=702:360000") as m:  # six silent minutes
        line = Line(m.at_path)
        line.run(SERVERS.url("http"), end=b'"HTTPEND",702\r\n')
        line.close()
        log = [x.split() for x in open(m.log) if x.startswith("A ") and x.split()[3] == "<"]
    at = [int(x[1]) for x in log if b"HTTP" in bytes.fromhex(x[4])]
    assert at[1] - at[0] == 360 * 1000000, at


def test_fota_netlost(work):
    offer("bg96")
    assert code(work + "/1", "bg96", "http", "update.zip", "fota_netlost") == 701
    assert code(work + "/2", "rg50xq", "ftp", "update.zip", "fota_netlost") == 601


def test_noreg(work):
    assert code(work + "/1", "bg96", "http", "update.zip", "noreg") == 702
    assert code(work + "/2", "eg9x", "ftp", "update.zip", "noreg") == 601


def test_fota_apnbusy(work):
    offer("rg50xq")
    folder = fota_unit(work + "/u", "rg50xq", good=False, conf=FEW)
    with Module(folder, "fota_apnbusy") as m:
        line = Line(m.at_path)
        line.ask("ATE0")
        line.ask("AT+QFOTADL=" + SERVERS.url("http"))
        end = time.monotonic() + 30
        while b"fota_apnbusy" not in read(m.log):
            assert time.monotonic() < end
            line.ask("AT")
        assert b"HTTPSTART" not in line.seen
        line.ask("AT+QFOTAPID=2")
        assert words(lines(line.until(READY)))[-1] == "END 0"
        line.close()


def test_fota_powercut_in_a_download(work):
    """Nothing was begun: the old version, and the next command works."""
    for family in VERSIONS:
        offer(family)
        folder = fota_unit(work + "/" + family, family, good=False, conf=FEW)
        with Module(folder, "fota_powercut=download") as m:
            line = Line(m.at_path)
            assert words(line.run(SERVERS.url("http"))) == ["HTTPSTART"]
            line.ask("ATE0")
            assert line.version() == old(family)
            assert words(line.run(SERVERS.url("http")))[-1] == "END 0"
            line.close()


def has_curl():
    with open(os.path.join(os.environ.get("top_builddir", "."), "config.h")) as f:
        return "#define HAVE_LIBCURL 1\n" in f.read()


def run_all():
    global SERVERS
    lacks = fota_servers.missing() + ([] if has_curl() else ["libcurl"])
    if lacks:
        print("not installed: " + ", ".join(lacks))
        return 77
    with fota_servers.Servers() as SERVERS:
        return main([v for k, v in list(globals().items()) if k.startswith("test_")])


if __name__ == "__main__":
    sys.exit(run_all())
