/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What may go back: by item, by path in any spelling, as part of the calibration set; links; kinds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/ident.h"
#include "model/policy.h"

#define NEVER QD_POLICY_NEVER
#define BLANK QD_POLICY_IF_BLANK
#define UNIT  QD_POLICY_SAME_UNIT
#define FW    QD_POLICY_SAME_FW

static void test_items(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        enum qd_policy policy;
        enum qd_reason reason;
        int set;
    } v[] = {
        {550, BLANK, 0, 0},
        {0, BLANK, 0, 0},
        {1943, BLANK, 0, 0},
        {5597, BLANK, 0, 0},
        {5598, BLANK, 0, 0},
        {447, BLANK, 0, 0},
        {4678, BLANK, 0, 0},
        {88, BLANK, 0, 0},
        {114, BLANK, 0, 0},
        {2497, BLANK, 0, 0},
        {2500, BLANK, 0, 0},
        {6853, BLANK, 0, 0},
        {6860, BLANK, 0, 0},
        {50014, BLANK, 0, 0},
        {5153, FW, 0, 0},
        {571, UNIT, 0, 1},
        {4953, UNIT, 0, 1},
        {4955, UNIT, 0, 1},
        {540, UNIT, 0, 1},
        {5462, UNIT, 0, 1},
        {5463, NEVER, QD_REASON_UNKNOWN, 0},
        {441, FW, 0, 0},
        {6829, FW, 0, 0},
        {880, FW, 0, 0},
        {1907, FW, 0, 0},
        {4399, FW, 0, 0},
        {83, UNIT, 0, 0},
        {412, UNIT, 0, 0},
        {1, NEVER, QD_REASON_DERIVED, 0},
        {457, NEVER, QD_REASON_DERIVED, 0},
        {1992, NEVER, QD_REASON_DERIVED, 0},
        {2824, NEVER, QD_REASON_DERIVED, 0},
        {923, NEVER, QD_REASON_SUBSCRIBER, 0},
        {85, NEVER, QD_REASON_SECRET, 0},
        {1206, NEVER, QD_REASON_SECRET, 0},
        {4632, NEVER, QD_REASON_SECRET, 0},
        {4634, NEVER, QD_REASON_SECRET, 0},
        {453, NEVER, QD_REASON_FIRMWARE_OWNED, 0},
        {1885, NEVER, QD_REASON_VOLATILE, 0},
        {4526, NEVER, QD_REASON_USB, 0},
        {3252, NEVER, QD_REASON_QUARANTINED, 0},
        {10002, NEVER, QD_REASON_UNKNOWN, 0},
        {65535, NEVER, QD_REASON_UNKNOWN, 0},
        {29650, NEVER, QD_REASON_NOT_PLACEABLE, 0},
        {32767, NEVER, QD_REASON_NOT_PLACEABLE, 0},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_rule r = qd_policy_nv(v[i].id);
        if (r.policy != v[i].policy || r.set != v[i].set ||
            (r.policy == NEVER && r.reason != v[i].reason))
            fail_msg("NV %u: %s, %s, set %d", v[i].id, qd_policy_name(r.policy),
                     qd_reason_name(r.reason), r.set);
    }
}

/* No class may be without a decision, and nothing secret may be writable by any number. */
static void test_all_ids(void **state)
{
    (void)state;
    for (unsigned id = 0; id <= 0xffff; id++) {
        struct qd_rule r = qd_policy_nv((uint16_t)id);
        enum qd_class c = qd_catalog_nv_class((uint16_t)id);
        int writable = r.policy != NEVER;
        if (writable &&
            (c == QD_CLASS_SECRET || c == QD_CLASS_SUBSCRIBER || c == QD_CLASS_UNKNOWN ||
             c == QD_CLASS_VOLATILE || c == QD_CLASS_FIRMWARE || c == QD_CLASS_USB))
            fail_msg("NV %u", id);
        if (!writable && (r.reason == QD_REASON_NONE || r.set))
            fail_msg("NV %u has no reason", id);
        int door = qd_policy_nv_door((uint16_t)id, NULL);
        if (door == 0 && (c == QD_CLASS_IDENTITY || c == QD_CLASS_SECRET ||
                          c == QD_CLASS_SUBSCRIBER || qd_catalog_nv_withheld((uint16_t)id)))
            fail_msg("the door of NV %u is open", id);
    }
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum qd_class class;
        enum qd_policy policy;
        int set;
    } v[] = {
        {"/nvm/num/550", QD_CLASS_IDENTITY, NEVER, 0},
        {"nvm/num/550", QD_CLASS_IDENTITY, NEVER, 0},
        {"//nvm//num/550", QD_CLASS_IDENTITY, NEVER, 0},
        {"/nvm/./num/550/", QD_CLASS_IDENTITY, NEVER, 0},
        {"/public/../nvm/num/550", QD_CLASS_IDENTITY, NEVER, 0},
        {"/nvm/num/0550", QD_CLASS_IDENTITY, NEVER, 0},
        {"/nvm/context1/550", QD_CLASS_IDENTITY, NEVER, 0},
        {"/nvm/num/85", QD_CLASS_SECRET, NEVER, 0},
        {"/nvm/num/571", QD_CLASS_CALIBRATION, NEVER, 0},
        {"/nvm/xyz", QD_CLASS_IDENTITY, NEVER, 0},
        {"/../../nvm/num/0", QD_CLASS_IDENTITY, NEVER, 0},
        {"/nv/item_files/rfnv/00029650", QD_CLASS_CALIBRATION, FW, 1},
        {"/nv/item_files/rfnv/29650", QD_CLASS_CALIBRATION, FW, 1},
        {"/nv/item_files/rfnv/00031999", QD_CLASS_RF_CONFIG, FW, 1},
        {"/nv/item_files/rfnv/Q", QD_CLASS_UNKNOWN, NEVER, 0},
        {"/nv/item_files/mcs/tcxomgr/rgs_data", QD_CLASS_VOLATILE, NEVER, 0},
        {"/nv/item_files/mcs/tcxomgr/ft_table_wwan", QD_CLASS_CALIBRATION, UNIT, 1},
        {"pdp_profiles/profile1", QD_CLASS_DATA, FW, 0},
        {"/sd/mru001_Subscription01", QD_CLASS_VOLATILE, NEVER, 0},
        {"/nv/item_files/mcfg/cards/89000000000000000000", QD_CLASS_FIRMWARE, NEVER, 0},
        {"/nv/item_files/modem/new/thing", QD_CLASS_NETWORK, FW, 0},
        {"/nv/item_files/gps/cgps/me/x", QD_CLASS_GPS, UNIT, 0},
        {"/unknown/thing", QD_CLASS_UNKNOWN, NEVER, 0},
        {"/a\x01", QD_CLASS_UNKNOWN, NEVER, 0},
        {"", QD_CLASS_UNKNOWN, NEVER, 0},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_rule r = qd_policy_path(v[i].path);
        if (r.class != v[i].class || r.policy != v[i].policy || r.set != v[i].set)
            fail_msg("%s: %s %s set %d", v[i].path, qd_class_name(r.class),
                     qd_policy_name(r.policy), r.set);
        if (r.policy == NEVER)
            assert_int_not_equal(r.reason, QD_REASON_NONE);
    }
    assert_int_equal(qd_policy_path("/nvm/num/571").reason, QD_REASON_ALIAS);
}

static void test_links(void **state)
{
    (void)state;
    static const struct {
        const char *path, *target, *result;
    } v[] = {{"/a/b", "c", "/a/c"},
             {"/a/b", "/x", "/x"},
             {"/a/b", "../nvm/num/550", "/nvm/num/550"},
             {"/a/b", "../../../nvm", "/nvm"},
             {"/b", "nvm", "/nvm"},
             {"/a/b", "", NULL}};
    char out[64];
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        int rc = qd_policy_link_target(v[i].path, (const uint8_t *)v[i].target, strlen(v[i].target),
                                       out, sizeof out);
        assert_int_equal(rc, v[i].result ? 0 : -1);
        if (v[i].result)
            assert_string_equal(out, v[i].result);
    }
    assert_int_equal(qd_policy_link_target("/a", (const uint8_t *)"x\0y", 3, out, sizeof out), -1);
}

static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        int items;
        enum qd_there kind;
    } v[] = {
        {"/nv/item_files/modem/x", 0, QD_THERE_ITEM},
        {"/nv/item_files/rfnv/00022982", 0, QD_THERE_ITEM},
        {"/nv/item_files/mcs/tcxomgr/ft_table_wwan", 1, QD_THERE_FILE},
        {"/nv/item_files/modem/mmode/sd/sdssscr_timers", 1, QD_THERE_FILE},
        {"/nv/item_files/modem/mmode/sd/sdssscr_timers_Subscription01", 1, QD_THERE_FILE},
        {"/nv/item_files/modem/mmode/sd/sdssscr_timers_Subscription0", 1, QD_THERE_ITEM},
        {"pdp_profiles/profile1", 0, QD_THERE_FILE},
        {"/sd/rat_acq_order", 1, QD_THERE_ITEM},
        {"/policyman/rat_mask", 0, QD_THERE_ITEM},
        {"/policyman/carrier_policy.xml", 0, QD_THERE_FILE},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        if (qd_policy_file_kind(v[i].path, v[i].items) != v[i].kind)
            fail_msg("%s", v[i].path);
}

/* Blank, usable or damaged, for every identity item. */
static void test_identity_items(void **state)
{
    (void)state;
    uint8_t d[128] = {0};
    static const uint16_t plain[] = {88, 114, 447, 2497, 4678, 6853, 50014};
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        memset(d, 0, sizeof d);
        assert_int_equal(qd_ident_item_class(plain[i], d), QD_IDENT_BLANK);
        memset(d, 0xff, 6);
        assert_int_equal(qd_ident_item_class(plain[i], d), QD_IDENT_BLANK);
        d[3] = 1;
        assert_int_equal(qd_ident_item_class(plain[i], d), QD_IDENT_USABLE);
    }
    memcpy(d, "\x0d\xd0\xad\xde\0\0", 6);
    assert_int_equal(qd_ident_item_class(0, d), QD_IDENT_BLANK);
    assert_int_equal(qd_ident_item_class(5597, d), QD_IDENT_BLANK);
    memcpy(d, "\x28\xb1\x16\x80\0\0", 6);
    assert_int_equal(qd_ident_item_class(0, d), QD_IDENT_USABLE);
    memcpy(d, "\xde\xbc\x0a\x45\x23\x01\xaf", 8);
    assert_int_equal(qd_ident_item_class(1943, d), QD_IDENT_USABLE);
    assert_int_equal(qd_ident_item_class(5598, d), QD_IDENT_USABLE);
    d[9] = 1;
    assert_int_equal(qd_ident_item_class(1943, d), QD_IDENT_DAMAGED);
    assert_int_equal(qd_ident_item_class(550, d), QD_IDENT_DAMAGED);
}

static void test_what_reaches_the_set(void **state)
{
    static const struct {
        const char *path;
        int reaches;
    } v[] = {{"/", 1},
             {"/nv", 1},
             {"nv/item_files/", 1},
             {"/nv/item_files/rfnv", 1},
             {"/nv/item_files/rfnv/00020000", 1},
             {"/nv/item_files/mcs", 1},
             {"/nv/item_files/mcs/tcxomgr", 1},
             {"/nv/item_files/mcs/tcxomgr/field_cal_params", 1},
             {"/nv/item_files/rf", 0},
             {"/nv/item_files/modem", 0},
             {"/n", 0},
             {"/policyman", 0}};
    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++)
        if (qd_policy_reaches_set(v[i].path) != v[i].reaches)
            fail_msg("%s", v[i].path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_items),          cmocka_unit_test(test_all_ids),
        cmocka_unit_test(test_paths),          cmocka_unit_test(test_links),
        cmocka_unit_test(test_kinds),          cmocka_unit_test(test_what_reaches_the_set),
        cmocka_unit_test(test_identity_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
