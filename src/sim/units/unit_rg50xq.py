# SPDX-License-Identifier: BSD-3-Clause
"""Unit D: an RG500Q-class module, small: RF calibration in a few files, two subscriptions, one file
system over DIAG."""
import efs_names as names
from unit_maker import ITEM, YEAR_2021, Unit, add_tcxomgr, ids, imei_item, pattern, rffe_scan, seed_of

CONTEXT0 = ids("""
71 441 452 454-455 562 830 847-850 853 855 909 930 933 946-947 1015-1017 1190 1913-1914 1916-1917
1920-1924 1929 1935-1937 1940 1993-1997 2826 2954 3354-3358 3532-3533 3635 4118 4228-4229 4395 4398
4695 4703-4708 4995-4996 5046-5047 6267 6845-6850
""")
CONTEXT1 = ids("71 452 562 830 847 855 930 3532-3533 3635 4995")
RFNV = ids("22982 23040 23581 24139 25549 26635 27113 28874 28967 29156 29409 29570 29618-29620 29650 29653 29720")
SIZES = {29650: 23411, 29618: 8190, 29653: 4096, 29720: 4095, 28874: 2499, 28967: 16, 29619: 1025}
HIDDEN_RFNV = (28874, 29720)
ITEMS = "/nv/item_files/"


def add_items(u):
    u.item(0, 550, imei_item("001010000000412"))
    u.item(1, 550, imei_item("001010000000511"))
    for ident in (0, 5597, 453):
        u.item(0, ident, b"\0")  # no ESN was ever written, not in factory test mode
    u.item(0, 85, b"000000")
    u.item(0, 5153, b"\x02")
    u.item(0, 4678, bytes.fromhex("020000000041"))
    u.item(0, 571, (0x60061C30).to_bytes(4, "little"))
    u.item(0, 572, (0x60061C94).to_bytes(4, "little"))
    u.item(0, 4953, pattern(seed_of("rg50xq field"), 42))
    u.item(0, 4954, pattern(seed_of("rg50xq factory"), 31))
    u.item(0, 10, b"\0\x1e\0", 0)
    u.plain_items(0, CONTEXT0, "rg50xq")
    u.plain_items(1, CONTEXT1, "rg50xq")


def add_files(u):
    for number in RFNV:
        path = ITEMS + "rfnv/%08d" % number
        u.made(path, SIZES.get(number, (8, 26, 64, 100, 404)[seed_of(path) % 5]), ITEM | 0o777)
    for number in HIDDEN_RFNV:
        u.hide(ITEMS + "rfnv/%08d" % number)
    add_tcxomgr(u)
    u.text("/nv/item_store/rfnv/rfnv.bl", "/nv/item_files/rfnv\n")
    u.text("/nv/item_store/rfnv/rfc.bl", "/rfc\n")
    u.add("/rfc/rffe_scan/rffe_scan.dat", "hex:" + rffe_scan(501, 8).hex(), mtime=YEAR_2021)
    for folder, table, count in (("modem/", names.MODEM, 10), ("mcs/", names.MCS, 8),
                                 ("ims/", names.IMS, 6)):
        u.items(ITEMS + folder, table[:count], lambda path: (1, 1, 4, 0, 8, 60)[seed_of(path) % 6])
    u.folder("/datatx")
    u.text("/pdp_profiles/profile1", "apn=internet.example\n", mtime=0)
    u.made("/policyman/device_config", 40)


def build():
    u = Unit("rg50xq", ["Unit D of qdiag-sim: an RG500Q-class module. Every byte is made up.",
                        "Written by make_units.py; edit that."])
    for key, value in (
            ("family", "rg50xq"), ("model", "RG500Q-EA"), ("firmware", "RG500QEAAAR11A06M4G"),
            ("firmware_full", "RG500QEAAAR11A06M4G_01.001.01.001"),
            ("ext_build", "RG500QEAAAR11A06M4G"), ("model_number", "24800"), ("esn", "00000000"),
            ("usb", "2c7c:0800"), ("serial", "SIMULATED00D"),
            ("feature_mask", "7f3c00e1" * 13 + "ff01"), ("subs", "2"), ("efs_subsys", "13"),
            ("absent", "badparm"), ("csub", "V01"), ("qgmr_late_ms", "2000")):
        u.set(key, value)
    add_items(u)
    add_files(u)
    return u
