# SPDX-License-Identifier: BSD-3-Clause
"""Unit C: a BG96-class module, small, with two file systems: the modem's and the application's, where
upgrade packages and the user's files lie."""
import efs_names as names
from unit_maker import ITEM, YEAR_2021, Unit, add_tcxomgr, ids, imei_item, pattern, rffe_scan, seed_of

PLAIN = ids("""
71 441 452 454-455 562 830 849-850 853 855 909 930 946-947 1015-1017 1190 1892 1896 1920-1924 1929
1935-1937 1993-1997 2826 2954 3354-3358 3486-3490 3649 4118 4228-4229 4398 4524 4632-4634 4695
4703-4708 4995 5046-5047 6267 6755-6760
""")
RFNV = ids("20000 20140 20299 20992-20995 21732 22144 23091 23823 24215 24588 25044 25477 26599 27132 28874 28967")
ITEMS = "/nv/item_files/"
HIDDEN_RFNV = (28967,)
SIZES = {28874: 2499, 28967: 16, 24215: 1024, 24588: 4097}


def add_items(u):
    u.item(0, 550, imei_item("001010000000313"))
    u.item(0, 0, b"\x31\x00\x00\x80")
    u.item(0, 85, b"000000")
    u.item(0, 5153, b"\x03")
    u.item(0, 453, b"\0")
    u.item(0, 571, (0x5AC31C30).to_bytes(4, "little"))
    u.item(0, 572, (0x5AC31C94).to_bytes(4, "little"))
    u.item(0, 4953, pattern(seed_of("bg96 field"), 42))
    u.item(0, 4954, pattern(seed_of("bg96 factory"), 31))
    for k in range(2):
        u.item(0, 10, bytes([k, 30, 0]), k)
    u.plain_items(0, PLAIN, "bg96")


def add_files(u):
    for number in RFNV:
        path = ITEMS + "rfnv/%08d" % number
        u.made(path, SIZES.get(number, (4, 8, 26, 64, 100, 260)[seed_of(path) % 6]), ITEM | 0o777)
    for number in HIDDEN_RFNV:
        u.hide(ITEMS + "rfnv/%08d" % number)
    add_tcxomgr(u)
    u.text("/nv/item_store/rfnv/rfnv.bl", "/nv/item_files/rfnv\n")
    u.text("/nv/item_store/rfnv/rfc.bl", "/rfc\n")
    u.add("/rfc/rffe_scan/rffe_scan.dat", "hex:" + rffe_scan(61, 3).hex(), mtime=YEAR_2021)
    u.items(ITEMS + "modem/", names.MODEM[:8], lambda path: (1, 1, 4, 0, 8)[seed_of(path) % 5])
    u.items(ITEMS + "mcs/", names.MCS[:6], lambda path: (1, 4, 2)[seed_of(path) % 3])
    u.text("/pdp_profiles/profile1", "apn=internet.example\n", mtime=0)
    u.add("/policyman/ue_mode", "hex:0100", mtime=YEAR_2021)


def add_application_side(u):
    for path in ("/fota", "/datatx", "/custapp", "/customer"):
        u.alt(path)
    u.alt("/usb/conf", "text:usbcfg=2c7c:0296\\n")
    u.alt("/lwm2m/defaults", "pattern:%d:700" % seed_of("bg96 lwm2m"))


def build():
    u = Unit("bg96", ["Unit C of qdiag-sim: a BG96-class module. Every byte is made up.",
                      "Written by make_units.py; edit that."])
    for key, value in (
            ("family", "bg96"), ("model", "BG96"), ("firmware", "BG96MAR02A07M1G"),
            ("firmware_full", "BG96MAR02A07M1G_01.016.01.016"), ("ext_build", "BG96MAR02A07M1G"),
            ("model_number", "9206"), ("esn", "80000031"), ("usb", "2c7c:0296"),
            ("serial", "SIMULATED00C"), ("feature_mask", "fb7f1c0e" * 13 + "0180"), ("subs", "1"),
            ("efs_subsys", "both"), ("absent", "notactive"), ("qgmr_late_ms", "2000")):
        u.set(key, value)
    add_items(u)
    add_files(u)
    add_application_side(u)
    return u
