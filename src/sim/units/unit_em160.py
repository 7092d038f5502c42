# SPDX-License-Identifier: BSD-3-Clause
"""Unit B: an EM160R-class module, RF calibration in a few large files. Counts and sizes are those of
a real backup of its kind; the bytes are made up."""
import efs_names as names
from unit_maker import (GPS_EPOCH, ITEM, REGULAR, Unit, add_tcxomgr, ids, imei_item, pattern,
                        rffe_scan, seed_of)

CONTEXT0 = ids("""
571 572 5479 5594-5597 1913 1914 1916 1917 5046 1923 1935 1937 5034 5035 452 4708 3756 4707 5047
3446 1993-1997 4698 4705 831 400 3354-3358 4695 4704 1921 1922 2787-2789 4703 4701 4706 3758 2786
1920 1940 1960 1929 1918 1936 4627 4632-4634 4928-4932 5599 6214 6252 6267 6273 6274 1015 1944 1999
4697 4709-4718 5154 5289 5290 1924 1991 2784 2785 3297 3486-3494 4544 4906-4916 6486 6755 6758-6762
6766-6794 6816 6830 6831 6845-6852 6876 7146 7165 39 24 10 441 946 2954 848-850 3383 562 550 5153
559 830 909 1016 1017 2826 3532 3533 4228 4229 4524 853 923 1190 3649 947 930 4366 4678 3006 0 5 71
85 82 454 455 847 855 933 1807 1808 1810 2001 2820 2821 3635 4118 4184 4205 453 4212 4257 4395 4398
4722 4953 4954 4995 4996 5029 5280
""")
CONTEXT1 = ids("452 562 550 559 3532 3533 930 71 847 855 3635 4995")
RFNV = ids("""
21722 22982 23040 23120 23401 23581 23663 23760 23806 24139 24182 24239 24615 24703 24832 24961
25007 25060 25156 25219 25261 25372 25452 25503 25549 25621 25664 25714 25772 25826 26369 26635
26670 26700 26770 26819 27113 27172 27255 27358 27412 27461 27516 27646 27987 28060 28162 28331
28505 28775 28874 28899 28928 28967 28991 29038 29156 29180 29204 29261 29409 29459 29503 29552
29570 29618-29624 29650 29653 29654 29720
""")
RFNV_SIZES = {29650: 334610, 29618: 115956, 29619: 25911, 29653: 21779, 28874: 2499, 28967: 16,
              29620: 4380, 29622: 4531, 29621: 2100, 29623: 2100, 29624: 1024, 29654: 1025,
              29720: 4096, 29570: 4095}
RFNV_TOTAL = 539668  # all of rfnv but the marker file Q
HIDDEN_RFNV = (25772, 28874, 29720)
ITEMS = "/nv/item_files/"
HIDDEN_ITEMS = ("modem/mmode/lte_bandpref", "ims/IMS_enable",
                "wcdma/rrc/wcdma_rrc_feature_Subscription01")
EMPTY = 101  # of the provisioning files


def add_items(u):
    u.item(0, 550, imei_item("001001000000023"))
    u.item(1, 550, imei_item("490154203237526"))
    u.item(2, 550, b"\x08\x0A")
    for ident in (0, 5597, 453):
        u.item(0, ident, b"\0")  # no ESN was ever written, not in factory test mode
    for ident, data in ((10, b"\0\x1e\0"), (24, b"\0\0"), (39, b"\0\x01")):
        u.item(0, ident, data, 0)  # array items with one element
    u.item(0, 4678, bytes.fromhex("020000000023"))
    u.item(0, 85, b"000000")
    u.item(0, 82, b"1234")
    u.item(0, 5153, b"\x02")
    u.item(0, 923, b"\x08\x09\x10\x10\x00\x00\x00\x00\x32")
    u.item(0, 4953, pattern(seed_of("em160 field"), 42))
    u.item(0, 4954, pattern(seed_of("em160 factory"), 31))
    u.plain_items(0, CONTEXT0, "em160")
    u.plain_items(1, CONTEXT1, "em160")


def add_rf_files(u):
    small = [n for n in RFNV if n not in RFNV_SIZES]
    left = RFNV_TOTAL - sum(RFNV_SIZES.values())
    sizes = dict(RFNV_SIZES)
    for number in small:
        sizes[number] = (4, 8, 26, 64, 100, 132, 260, 404)[seed_of("em160 %d" % number) % 8]
    sizes[small[-1]] += left - sum(sizes[n] for n in small)
    assert len(RFNV) == 76 and min(sizes.values()) > 0 and sum(sizes.values()) == RFNV_TOTAL
    for number in RFNV:
        u.made(ITEMS + "rfnv/%08d" % number, sizes[number], ITEM | 0o777)
    for number in HIDDEN_RFNV:
        u.hide(ITEMS + "rfnv/%08d" % number)
    u.add(ITEMS + "rfnv/Q", "hex:31")
    u.add("/rfc/rffe_scan/Q", "hex:31")
    u.add("/rfc/rffe_scan/rffe_scan.dat", "hex:" + rffe_scan(494, 26).hex())
    u.text("/nv/item_store/rfnv/rfnv.bl", "/nv/item_files/rfnv\n")
    u.text("/nv/item_store/rfnv/rfc.bl", "/rfc\n")


def take(table, count, pairs=0):
    """`count` names: `pairs` of them twice over, with their _Subscription01 form, the rest alone."""
    both = [group for group in table if len(group) == 2][:pairs]
    alone = [[g[0]] for g in table if g not in both][:count - 2 * pairs]
    assert len(both) == pairs and 2 * len(both) + len(alone) == count
    return both + alone


def provisioning():
    """The 475 paths, 125 of them of the second subscription."""
    out = []
    for folder, groups in (
            ("wcdma/", take(names.WCDMA, 240, 115)), ("modem/", take(names.MODEM, 70, 9)),
            ("mcs/", take(names.MCS, 74)), ("ims/", take(names.IMS, 27)),
            ("gps/", take(names.GPS, 9)), ("data/", take(names.DATA, 3)),
            ("datamodem/", take(names.DATAMODEM, 2)), ("mcfg/", take(names.MCFG, 2, 1)),
            ("Thin_UI/", take(names.THIN_UI, 1)), ("pbm/", take(names.PBM, 1))):
        out += [ITEMS + folder + name for group in groups for name in group]
    return out


def add_settings(u):
    add_tcxomgr(u)  # 13 of the 87 mcs files
    paths = provisioning()
    empty = set(sorted(paths, key=lambda p: seed_of("em160" + p))[:EMPTY])
    for path in paths:
        size = (1, 1, 4, 1, 2, 8, 16, 60, 132)[seed_of("size" + path) % 9]
        if path.endswith("lte_bandpref"):
            size = 1024
        u.made(path, 0 if path in empty else size, ITEM | 0o777)
    for name in names.REG_MCS:
        u.made("/nv/reg_files/mcs/lmtsmgr/coex/desense/" + name[0], 24, REGULAR | 0o777)
    u.made("/sd/mru001", 60)
    u.made("/sd/mru001_ext", 84)


def add_manifests(u):
    """What names the hidden items, some listed ones and some that are not there."""
    u.text(ITEMS + "conf/mmode.conf",
           ITEMS + "modem/mmode/lte_bandpref\n" + ITEMS + "modem/mmode/gone\n")
    u.text(ITEMS + "conf/ims.conf", ITEMS + "ims/IMS_enable\n" + ITEMS + "ims/ims_sip_config\n")
    u.text(ITEMS + "conf/wcdma.conf", ITEMS + "wcdma/rrc/wcdma_rrc_feature\n")
    u.text("/nv/reg_files/conf/lmtsmgr.conf", "/nv/reg_files/mcs/lmtsmgr/coex/desense/gsm_v_lte_a\n")
    for name in HIDDEN_ITEMS:
        u.hide(ITEMS + name)


def build():
    u = Unit("em160", ["Unit B of qdiag-sim: an EM160R-class module. Every byte is made up.",
                       "Written by make_units.py; edit that."])
    for key, value in (
            ("family", "other"), ("model", "EM160R-GL"), ("firmware", "EM160RGLAUR02A07M4G"),
            ("firmware_full", "EM160RGLAUR02A07M4G_01.001.01.001"),
            ("ext_build", "EM160RGLAUR02A07M4G"), ("model_number", "24628"),
            ("esn", "DEADD00D"), ("usb", "2c7c:0620"), ("serial", "SIMULATED00B"),
            ("feature_mask", "7f3c00e1" * 13 + "ff01"), ("subs", "3"), ("efs_subsys", "13"),
            ("absent", "badparm")):
        u.set(key, value)
    add_items(u)
    add_rf_files(u)
    add_settings(u)
    add_manifests(u)
    u.folder("/brew")
    u.add("/cert/Q", "hex:31", mtime=0)
    u.add("/pdp_profiles/Q", "hex:31", mtime=0)
    u.add("/pdp_profiles/embedded_call_prof_num", "hex:01", mtime=GPS_EPOCH)
    u.link("/policyman/carrier_policy.xml", "/nv/item_files/conf/mmode.conf")
    return u
