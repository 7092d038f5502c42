# SPDX-License-Identifier: BSD-3-Clause
"""Unit A: an EG95-class module, RF calibration in many numbered items and small RF files."""
import efs_names as names
from unit_maker import (GPS_EPOCH, ITEM, REGULAR, YEAR_2021, Unit, add_tcxomgr, ids, imei_item,
                        pattern, rffe_scan, seed_of)

PLAIN = ids("""
71 74 400 409 441 449 452 454-455 524-525 533-534 540 559 562 723 737-739 830-831 849-850 853
855-858 865-868 896 930 933 945-947 1015-1017 1030-1031 1143-1145 1152-1155 1168-1169
1177-1178 1184 1190 1302 1814-1816 1823-1826 1839-1840 1848-1849 1864 1877 1892 1896-1897
1913-1914 1916-1918 1920-1924 1929-1930 1935-1937 1940 1944 1960 1971-1976 1991 1993-1997 1999
2013-2014 2034-2035 2059-2060 2784-2789 2820-2821 2826 2954 3006 3297 3354-3358 3440 3486-3494
3520 3532-3533 3628 3630 3635 3649-3652 3659-3662 3675-3676 3684-3685 3691 3704-3705 3710-3711
3756 3758-3759 3765-3768 3778-3779 3781-3782 3787 3789-3791 3804-3805 3807-3808 3815-3817
3819-3821 3834-3836 3838-3840 3847 3851 3995-3997 4004-4007 4020-4021 4029-4030 4049-4050
4055-4056 4118 4157-4158 4205 4210 4228-4229 4257 4366 4395 4398 4463-4465 4478-4479 4481-4482
4489-4494 4507-4508 4510-4511 4518-4520 4524 4544 4627-4634 4695 4697-4698 4701 4703-4718 4722
4906-4916 4927-4932 4955 4969 4995-4996 5029 5034-5035 5046-5047 5154 5280 5289-5290 5479
5594-5596 5599 5895 6214 6252 6267 6273-6274 6486 6543 6548 6559 6563 6578-6579 6591 6593 6616
6632 6668 6684 6700 6705 6720 6736 6747 6749 6755-6756 6758-6794 6816 6828 6845-6852 6884-6888
6890 7146 7167 7169 7171 7173 7175 7177 7207 7209 7211 7213 7217 7219-7221 7224
""")
SUB1 = ids("71 409 441 562 830 849-850 855 930 946 1015-1017 2826 2954 3532-3533 3635 4995")
RFNV = ids("""
20000 20099 20140 20179 20224 20267 20299 20350 20401 20462 20535 20614 20810 20863 20914
20933 20962 20981 20992-20998 21003-21005 21323 21557 21582 21635 21670 21732 21782 22144
22191 22200 22330 22617 22648 22667 22698 22765 22822 22850 22972 22982 23091 23134 23399
23564 23611 23668 23758 23796 23823 24158 24180 24202 24211 24215 24226-24230 24232-24233
24237-24238 24240-24243 24246 24248-24256 24588 24630 24693 24734 24936 24964-24966 24970
24972-24975 25005 25044 25079 25161 25215 25253 25283 25392 25444 25477 25481 25483 25527
25558 25619 25647 25682 25721-25723 25728 25761 25769 25808 25841 26599 26630 26662 26683
26725 26757 26801 26820 26869 27132 27170 27225 27300 27371 27408 27447 27480 27523 27644
27779-27783 27785-27786 27790-27791 27793-27796 27800-27801 27803-27806 27810-27812 27814
27908 27963-27964 28025 28068 28160 28199 28225-28226 28393 28516 28760 28874 28890 28909
28934 28967
""")
# Sizes at the edges of readers' buffers and of a compound file's small-stream limit.
RFNV_SIZES = {24226: 4095, 24227: 4096, 24228: 1023, 24229: 1024, 24230: 1025, 24232: 2048,
              24233: 128, 24237: 129, 24238: 0, 22982: 64697, 28874: 2499, 28967: 16}
# LTE maximum power: u16 1, u16 power in 0.1 dBm.
LTE_POWER = ids("20992-20998 21003-21005 21670 22191 25477")
HIDDEN_RFNV = (24241, 25721, 28967)
MEID = bytes.fromhex("AF0123450ABCDE")
ESN = 0x8016B128  # 0x80 and the last three bytes of SHA-1 of the MEID

ITEMS = "/nv/item_files/"
CONF_MMODE = ("modem/mmode/lte_bandpref", "modem/mmode/device_mode", "modem/mmode/no_such_item",
              "modem/mmode/ue_usage_setting", "modem/mmode/voice_domain_pref")
CONF_WCDMA = ("wcdma/rrc/wcdma_rrc_feature", "wcdma/rrc/rrc_ganss_support_nv",
              "wcdma/rrc/empty_by_list",
              "wcdma/rrc/not_on_this_unit", "wcdma/idle/w_idle_mode_opt")

MISSING = ("modem/mmode/no_such_item", "wcdma/rrc/not_on_this_unit")


def add_identity(u):
    u.item(0, 550, imei_item("001001000000015"))
    u.item(1, 550, imei_item("001001000000114"))
    u.item(2, 550, b"\x08\x0A")
    esn = ESN.to_bytes(4, "little")
    u.item(0, 0, esn)
    u.item(0, 5597, esn)
    u.item(0, 1943, MEID[::-1])
    u.item(0, 5598, MEID[::-1])
    u.item(0, 447, bytes.fromhex("150000000002"))   # Bluetooth address, stored reversed
    u.item(0, 4678, bytes.fromhex("020000000015"))  # WLAN address, the same at every index
    u.item(0, 85, b"000000")
    u.item(0, 5153, b"\x07")
    u.item(0, 2497, b"SIMULATED-A")


def add_arrays(u):
    """Items whose first byte names the element; 465 has none at 0."""
    for k in range(2):
        u.item(0, 10, bytes([k, 30, 0]), k)
        u.item(0, 24, bytes([k, 0x10 + k]), k)
    for k in range(6):
        u.item(0, 1014, bytes([k, 0xA0 + k, 0, k * k]), k)
    for k in range(4):
        u.item(0, 5451, bytes([k, 1, 2 * k]), k)
    for k in range(1, 6):
        u.item(0, 465, bytes([k, 0x40 + k]), k)
    u.item(1, 10, bytes([0, 30, 0]), 0)


def add_calibration(u):
    u.item(0, 571, (0x57A21C30).to_bytes(4, "little"))
    u.item(0, 572, (0x57A21C94).to_bytes(4, "little"))
    u.item(0, 4953, pattern(seed_of("eg95 field"), 42))
    u.item(0, 4954, pattern(seed_of("eg95 factory"), 31))
    u.item(0, 4212, b"\x3C\x01")
    u.item(0, 453, b"\0")
    for ident, value in ((880, 1), (881, 1), (882, 0), (255, 2)):
        u.item(0, ident, bytes([value]))
    for ident in range(5080, 5088):
        u.item(0, ident, pattern(ident, 100))
    u.item(0, 923, b"\x08\x09\x10\x10\x00\x00\x00\x00\x51")


def rfnv_size(path):
    number = int(path[-8:])
    if number in RFNV_SIZES:
        return RFNV_SIZES[number]
    return (4, 4, 8, 12, 26, 32, 64, 100, 260)[seed_of(path) % 9]


def add_rf_files(u):
    for number in RFNV:
        path = ITEMS + "rfnv/%08d" % number
        mtime = YEAR_2021 if number in HIDDEN_RFNV[:2] else GPS_EPOCH
        if number in LTE_POWER:
            u.add(path, "hex:0100%s" % (230 + number % 3 * 10).to_bytes(2, "little").hex(),
                  ITEM | 0o777, mtime)
        else:
            u.made(path, rfnv_size(path), ITEM | 0o777, mtime)
    for number in HIDDEN_RFNV:
        u.hide(ITEMS + "rfnv/%08d" % number)
    add_tcxomgr(u)
    u.text("/nv/item_store/rfnv/rfnv.bl", "/nv/item_files/rfnv\n")
    u.text("/nv/item_store/rfnv/rfc.bl", "/rfc\n")
    u.add("/rfc/rffe_scan/rffe_scan.dat", "hex:" + rffe_scan(87, 5).hex(), mtime=YEAR_2021)


def item_size(path):
    """Sizes as they come: many of one byte, some empty, a few larger."""
    return (1, 1, 1, 4, 0, 2, 8, 1, 20, 64, 1, 4, 132)[seed_of("size" + path) % 13]


def add_settings(u):
    for folder, table, count in (
            ("wcdma/", names.WCDMA, 12), ("modem/", names.MODEM, 24), ("mcs/", names.MCS, 20),
            ("gsm/", names.GSM, 8), ("ims/", names.IMS, 10), ("gps/", names.GPS, 9),
            ("data/", names.DATA, 6), ("datamodem/", names.DATAMODEM, 2), ("pbm/", names.PBM, 2)):
        u.items(ITEMS + folder, table[:count], item_size)
    for name in names.REG_MCS[:8]:
        path = "/nv/reg_files/mcs/lmtsmgr/coex/desense/" + name[0]
        u.made(path, 24, REGULAR | 0o777)
    u.add(ITEMS + "wcdma/rrc/empty_by_list", "empty", ITEM | 0o777)
    for name in CONF_MMODE + CONF_WCDMA:
        path = ITEMS + name
        if name not in MISSING and path not in u.files:
            u.made(path, item_size(path), ITEM | 0o777)
    u.made(ITEMS + "modem/mmode/lte_bandpref_Subscription01", 8, ITEM | 0o777)


def add_manifests(u):
    """Lists the modem leaves of its own items: present, empty, hidden and missing ones."""
    mmode = "".join(ITEMS + name + "\n" for name in CONF_MMODE)
    u.text(ITEMS + "conf/mmode.conf", "# mode items\n" + mmode + "/policyman/device_config\n")
    u.text(ITEMS + "conf/wcdma.conf", "".join(ITEMS + n + "\r\n" for n in CONF_WCDMA))
    u.text("/nv/reg_files/conf/lmtsmgr.conf",
           b"/nv/reg_files/mcs/lmtsmgr/coex/desense/1x_v_gsm_a\0/nv/reg_files/mcs/gone\0")
    for name in ("modem/mmode/device_mode", "modem/mmode/lte_bandpref_Subscription01",
                 "wcdma/rrc/wcdma_rrc_feature"):
        u.hide(ITEMS + name)


def add_other_files(u):
    u.folder("/brew")
    u.text("/cert/root_ca.pem", "-----BEGIN CERTIFICATE-----\nsynthetic, no certificate\n", mtime=0)
    u.add("/cert/Q", "hex:51", mtime=0)
    u.text("/pdp_profiles/profile1", "apn=internet.example\n", mtime=0)
    u.made("/pdp_profiles/Subs1/profile1", 300, mtime=YEAR_2021)
    u.add("/pdp_profiles/embedded_call_prof_num", "hex:01", mtime=0)
    u.add("/policyman/ue_mode", "hex:0100", mtime=YEAR_2021)
    u.made("/policyman/device_config", 40)
    u.text("/policyman/carrier_policy.xml", "<policy name='synthetic' rev='1'/>\n", mtime=YEAR_2021)
    u.made("/data/pdn_policy_db.txt", 307201, mtime=YEAR_2021)
    u.add("/data/andsf.xml", "empty", mtime=0)
    u.link("/data/default_andsf.xml", "/data/andsf.xml")
    u.made("/data/ds_dsd_attach_profile.txt", 96, ITEM | 0o777)
    u.add("/cgps/nv/item_files/me/auto_min_gps_week", "hex:2208", ITEM | 0o777)
    u.made("/sd/mru001", 60, mtime=YEAR_2021)
    u.made("/sd/mru001_Subscription01", 60, mtime=YEAR_2021)
    u.add("/sd/lte_avail_file", "hex:01", ITEM | 0o777)


def build():
    u = Unit("eg95", ["Unit A of qdiag-sim: an EG95-class module. Every byte is made up.",
                      "Written by make_units.py; edit that."])
    for key, value in (
            ("family", "eg9x"), ("model", "EG95"), ("firmware", "EG95EFBR06A08M4G"),
            ("firmware_full", "EG95EFBR06A08M4G_01.001.01.001"),
            ("ext_build", "EG95EFBR06A08M4G"), ("model_number", "9607"), ("esn", "%08X" % ESN),
            ("usb", "2c7c:0195"), ("serial", "SIMULATED00A"),
            ("feature_mask", "fb7f1c0e" * 13 + "0180"),
            ("subs", "3"), ("efs_subsys", "13"), ("absent", "notactive")):
        u.set(key, value)
    add_identity(u)
    add_arrays(u)
    add_calibration(u)
    u.plain_items(0, PLAIN, "eg95")
    u.plain_items(1, SUB1, "eg95")
    u.plain_items(2, ids("71 4995 6855"), "eg95")
    add_rf_files(u)
    add_settings(u)
    add_manifests(u)
    add_other_files(u)
    return u
