/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The planner: every policy both ways, the calibration as a set, arrays, links, folders, what could
 * not be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flow/plan/plan.h"

#define RFNV "/nv/item_files/rfnv/"
#define XO   "/nv/item_files/mcs/tcxomgr/"

static struct qd_guard yes = {.verdict = QD_GUARD_ALLOW, .identity = 1};
static struct qd_firmware same = {.model = QD_REL_EQUAL, .revision = QD_REV_MATCH};

struct rig {
    struct qd_backup *file, *unit;
    struct qd_looks looks;
    struct qd_plan_in in;
    struct qd_plan *plan;
};

static void nv(struct qd_backup *b, unsigned sub, uint16_t id, uint8_t index, const char *data,
               size_t n)
{
    uint8_t d[QD_NV_SIZE] = {0};
    memcpy(d, data, n);
    assert_int_equal(qd_backup_add_nv(b, sub, id, index, d, NULL), 0);
}

static void put(struct qd_backup *b, const char *path, const char *data, uint32_t mode)
{
    size_t n = strlen(data);
    struct qd_file f = {.section = QD_SEC_EFS_BACKUP,
                        .path = (char *)path,
                        .data = malloc(n + 1),
                        .len = n,
                        .mode = mode};
    memcpy(f.data, data, n + 1);
    assert_int_equal(qd_backup_add_file(b, &f, NULL), 0);
}

static void missing(struct qd_backup *b, enum qd_missing_kind kind, int32_t id, const char *path,
                    const char *reason)
{
    struct qd_missing m = {.kind = kind,
                           .sub = path ? -1 : 0,
                           .nv = id,
                           .path = (char *)path,
                           .reason = (char *)reason,
                           .fs = path ? 0x13 : 0,
                           .wire = -1};
    assert_int_equal(qd_backup_add_missing(b, &m, NULL), 0);
}

static void start(struct rig *r)
{
    memset(r, 0, sizeof *r);
    r->file = qd_backup_new();
    r->unit = qd_backup_new();
    assert_true(r->file && r->unit);
    r->in = (struct qd_plan_in){
        .file = r->file, .unit = r->unit, .efs = {0x13, 0}, .guard = &yes, .firmware = &same};
}

static void end(struct rig *r)
{
    qd_plan_free(&r->plan);
    qd_looks_free(&r->looks);
    qd_backup_free(&r->file);
    qd_backup_free(&r->unit);
}

/* Everything that was asked for is found to be absent, as on a unit that lost its files. */
static void look_all_absent(struct rig *r)
{
    assert_int_equal(qd_plan_open_keys(&r->in, &r->looks, NULL), 0);
    for (size_t i = 0; i < r->looks.n; i++)
        r->looks.v[i].state.kind = QD_THERE_ABSENT;
    r->in.looks = &r->looks;
}

static void build(struct rig *r)
{
    struct qdiag_error e = {0};
    qd_plan_free(&r->plan);
    if (qd_plan_build(&r->in, &r->plan, &e) != 0)
        fail_msg("%s: %s", e.what, e.why);
    for (size_t i = 0; i < r->plan->n; i++)
        assert_int_equal(qd_policy_step(&r->plan->v[i], NULL), 0);
}

static const struct qd_step *step(const struct rig *r, const char *key)
{
    char text[512];
    for (size_t i = 0; i < r->plan->n; i++) {
        qd_key_text(&r->plan->v[i].key, text, sizeof text);
        if (strcmp(text, key) == 0)
            return &r->plan->v[i];
    }
    fail_msg("no step %s", key);
    return NULL;
}

static void expect(const struct rig *r, const char *key, const char *what)
{
    const struct qd_step *s = step(r, key);
    const char *is =
        s->decision == QD_DO_SKIP ? qd_reason_name(s->reason) : qd_decision_name(s->decision);
    if (strcmp(is, what) != 0)
        fail_msg("%s: %s, expected %s", key, is, what);
}

static void test_nv_policies(void **state)
{
    (void)state;
    static const struct {
        uint16_t id;
        const char *result;
    } v[] = {
        {83, "write"},           {880, "write"},           {571, "write"},
        {4954, "write"},         {923, "subscriber"},      {85, "secret"},
        {453, "firmware-owned"}, {853, "volatile"},        {4526, "usb"},
        {3252, "quarantined"},   {1, "derived"},           {550, "identity-damaged"},
        {5153, "write"},         {29650, "not-placeable"},
    };
    struct rig r;
    start(&r);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        nv(r.file, 0, v[i].id, 0, "new", 3);
        nv(r.unit, 0, v[i].id, 0, "old", 3);
    }
    build(&r);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        char key[32];
        snprintf(key, sizeof key, "nv:0:%u", v[i].id);
        expect(&r, key, v[i].result);
    }
    const struct qd_step *s = step(&r, "nv:0:83");
    assert_int_equal(s->before.kind, QD_THERE_NV);
    assert_memory_equal(s->before.data, "old", 3);
    assert_memory_equal(s->after.data, "new", 3);
    assert_int_equal(s->after.len, QD_NV_SIZE);
    end(&r);
}

static void test_equal_is_kept(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    nv(r.file, 0, 83, 0, "x", 1);
    nv(r.unit, 0, 83, 0, "x", 1);
    nv(r.file, 0, 550, 0, "\x08\x0a\x10\x00\x01\x00\x00\x00\x51", 9);
    nv(r.unit, 0, 550, 0, "\x08\x0a\x10\x00\x01\x00\x00\x00\x51", 9);
    put(r.file, "nv/item_files/modem/a", "x", 0);
    put(r.unit, "/nv/item_files/modem/a", "x", 0160777);
    build(&r);
    assert_int_equal(qd_plan_count(r.plan, QD_DO_KEEP), 3);
    assert_int_equal(qd_plan_count(r.plan, QD_DO_WRITE), 0);
    end(&r);
}

#define IMEI_A   "\x08\x0a\x10\x00\x01\x00\x00\x00\x51"
#define IMEI_B   "\x08\x0a\x10\x00\x01\x00\x00\x00\x32"
#define NO_IMEI  "\x08\x0a\x00\x00\x00\x00\x00\x00\x00"
#define BAD_IMEI "\x78\x0a\x10\x00\x01\x00\x00\x00\x51"

static void test_identity(void **state)
{
    (void)state;
    static const struct {
        const char *file, *unit;
        int proven;
        const char *result;
    } v[] = {
        {IMEI_A, NO_IMEI, 1, "write"},
        {IMEI_A, NULL, 1, "write"},
        {IMEI_A, NO_IMEI, 0, "identity-not-proven"},
        {IMEI_A, IMEI_B, 1, "identity-present"},
        {IMEI_A, IMEI_A, 1, "keep"},
        {IMEI_A, IMEI_A, 0, "keep"},
        {IMEI_A, BAD_IMEI, 1, "identity-damaged"},
        {BAD_IMEI, NO_IMEI, 1, "identity-damaged"},
        {NO_IMEI, NULL, 1, "identity-blank"},
        {NO_IMEI, IMEI_A, 1, "identity-present"},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_guard g = {.verdict = QD_GUARD_ALLOW, .identity = v[i].proven};
        struct rig r;
        start(&r);
        r.in.guard = &g;
        nv(r.file, 1, 550, 0, v[i].file, 9);
        if (v[i].unit)
            nv(r.unit, 1, 550, 0, v[i].unit, 9);
        look_all_absent(&r);
        build(&r);
        expect(&r, "nv:1:550", v[i].result);
        assert_int_equal(step(&r, "nv:1:550")->phase, QD_PHASE_IDENTITY);
        end(&r);
    }
}

/* An item nobody looked at, or that could not be read, is no absent one. */
static void test_unreadable(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    nv(r.file, 0, 83, 0, "x", 1);
    nv(r.file, 0, 550, 0, IMEI_A, 9);
    nv(r.file, 0, 412, 0, "x", 1);
    put(r.file, "/nv/item_files/modem/a", "x", 0);
    missing(r.unit, QD_MISSING_UNREADABLE, 412, NULL, "status 4");
    build(&r);
    expect(&r, "nv:0:83", "unreadable");
    expect(&r, "nv:0:550", "unreadable");
    expect(&r, "nv:0:412", "unreadable");
    expect(&r, "efs:/nv/item_files/modem/a", "unreadable");
    assert_int_equal(qd_plan_open_keys(&r.in, &r.looks, NULL), 0);
    char text[64];
    static const char *const keys[] = {"nv:0:83",
                                       "nv:0:550",
                                       "efs:/nv",
                                       "efs:/nv/item_files",
                                       "efs:/nv/item_files/modem",
                                       "efs:/nv/item_files/modem/a"};
    assert_int_equal(r.looks.n, 6);
    for (size_t i = 0; i < 6; i++) {
        qd_key_text(&r.looks.v[i].key, text, sizeof text);
        assert_string_equal(text, keys[i]);
        r.looks.v[i].state.kind = QD_THERE_ABSENT;
    }
    r.in.looks = &r.looks;
    build(&r);
    expect(&r, "nv:0:83", "write");
    expect(&r, "nv:0:550", "write");
    expect(&r, "nv:0:412", "unreadable");
    /* The folders come first, then the file; numbered items before files, identity at the end. */
    char order[512] = "";
    for (size_t i = 0; i < r.plan->n; i++) {
        qd_key_text(&r.plan->v[i].key, text, sizeof text);
        snprintf(order + strlen(order), sizeof order - strlen(order), "%s ", text);
    }
    assert_string_equal(order, "nv:0:83 nv:0:412 efs:/nv efs:/nv/item_files "
                               "efs:/nv/item_files/modem efs:/nv/item_files/modem/a nv:0:550 ");
    assert_int_equal(step(&r, "efs:/nv")->after.kind, QD_THERE_DIR);
    assert_int_equal(step(&r, "efs:/nv")->before.kind, QD_THERE_ABSENT);
    end(&r);
}

static void test_arrays(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    nv(r.file, 0, 10, 0, "\0a", 2); /* unknown class, yet every element stands alone */
    nv(r.file, 0, 10, 1, "\1b", 2);
    nv(r.file, 0, 24, 1, "\0c", 2);
    for (uint8_t i = 0; i < 2; i++) {
        nv(r.file, 0, 880, i, "same", 4);
        nv(r.unit, 0, 880, i, "diff", 4);
    }
    nv(r.file, 0, 881, 0, "one", 3);
    nv(r.file, 0, 881, 1, "two", 3);
    nv(r.unit, 0, 881, 0, "old", 3);
    nv(r.unit, 0, 881, 1, "old", 3);
    build(&r);
    assert_int_equal(r.plan->n, 6);
    expect(&r, "nv:0:880", "write");
    expect(&r, "nv:0:881", "write");
    expect(&r, "nv:0:881:1", "not-placeable");
    expect(&r, "nv:0:10", "unknown");
    expect(&r, "nv:0:10:1", "unknown");
    expect(&r, "nv:0:24:1", "firmware-owned");
    end(&r);
}

static void calibration(struct rig *r)
{
    start(r);
    put(r->file, RFNV "00022982", "a", 0);
    put(r->file, RFNV "00029650", "b", 0);
    put(r->file, XO "ft_table_wwan", "c", 0);
    put(r->file, XO "rgs_data", "v", 0);
    put(r->file, RFNV "Q", "1", 0);
    nv(r->file, 0, 571, 0, "d", 1);
    nv(r->file, 0, 83, 0, "u", 1);
}

static void test_calibration_set(void **state)
{
    (void)state;
    struct rig r;
    calibration(&r);
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:" RFNV "00022982", "write");
    expect(&r, "efs:" RFNV "00029650", "write");
    expect(&r, "efs:" XO "ft_table_wwan", "write");
    expect(&r, "efs:" XO "rgs_data", "volatile");
    expect(&r, "efs:" RFNV "Q", "unknown");
    expect(&r, "nv:0:571", "write");
    assert_int_equal(step(&r, "efs:" XO "ft_table_wwan")->phase, QD_PHASE_XO);
    assert_int_equal(step(&r, "efs:" XO "ft_table_wwan")->after.kind, QD_THERE_FILE);
    assert_int_equal(step(&r, "efs:" RFNV "00022982")->phase, QD_PHASE_RFNV);
    assert_int_equal(step(&r, "efs:" RFNV "00022982")->after.kind, QD_THERE_ITEM);
    end(&r);

    /* One part that cannot be written, and all of it stays. */
    calibration(&r);
    put(r.unit, RFNV "00022982", "old", 0100644);
    missing(r.unit, QD_MISSING_UNREADABLE, -1, RFNV "00029650", "EFS errno 13");
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:" RFNV "00029650", "unreadable");
    expect(&r, "efs:" RFNV "00022982", "calibration-set");
    expect(&r, "efs:" XO "ft_table_wwan", "calibration-set");
    expect(&r, "nv:0:571", "calibration-set");
    expect(&r, "nv:0:83", "write");
    end(&r);

    /* The backup itself lacks a part. */
    calibration(&r);
    missing(r.file, QD_MISSING_UNREADABLE, -1, XO "field_cal_params", "EFS errno 13");
    look_all_absent(&r);
    build(&r);
    expect(&r, "nv:0:571", "calibration-set");
    expect(&r, "nv:0:83", "write");
    end(&r);

    /* Or it could not list a folder of it. */
    calibration(&r);
    missing(r.file, QD_MISSING_UNREADABLE, -1, "/nv", "EFS errno 13");
    look_all_absent(&r);
    build(&r);
    expect(&r, "nv:0:571", "calibration-set");
    end(&r);

    /* --only calibration takes the RF set along; --only rf_config takes none of it. */
    calibration(&r);
    r.in.only = 1u << QD_CLASS_CALIBRATION;
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:" RFNV "00022982", "write");
    expect(&r, "nv:0:571", "write");
    expect(&r, "nv:0:83", "not-chosen");
    r.in.only = 1u << QD_CLASS_RF_CONFIG | 1u << QD_CLASS_USER;
    build(&r);
    expect(&r, "efs:" RFNV "00022982", "not-chosen");
    expect(&r, "nv:0:571", "not-chosen");
    expect(&r, "nv:0:83", "write");
    end(&r);
}

static void test_firmware(void **state)
{
    (void)state;
    struct qd_firmware other = {.model = QD_REL_EQUAL, .revision = QD_REV_DIFFERS};
    struct qdiag_error e = {0};
    struct rig r;
    calibration(&r);
    nv(r.file, 0, 880, 0, "n", 1);
    nv(r.file, 0, 5153, 0, "n", 1);
    look_all_absent(&r);
    r.in.firmware = &other;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, &e), -QDIAG_E_POLICY);
    assert_int_equal(qdiag_exit_code(&e), 5);
    assert_null(r.plan);
    r.in.only = 1u << QD_CLASS_USER | 1u << QD_CLASS_IDENTITY;
    build(&r);
    expect(&r, "nv:0:83", "write");
    expect(&r, "nv:0:5153", "other-firmware");
    other.revision = QD_REV_UNKNOWN;
    build(&r);
    expect(&r, "nv:0:5153", "firmware-unknown");
    r.in.only = 0;
    qd_plan_free(&r.plan);
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_POLICY);
    r.in.accept_firmware = 1;
    build(&r);
    expect(&r, "nv:0:880", "write");
    expect(&r, "efs:" RFNV "00022982", "write");
    other.model = QD_REL_DIFFERENT;
    qd_plan_free(&r.plan);
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_POLICY);
    end(&r);
}

static void test_guard(void **state)
{
    (void)state;
    struct qd_guard g = {.verdict = QD_GUARD_REFUSE, .rule = QD_GUARD_RULE_G1};
    struct qdiag_error e = {0};
    struct rig r;
    calibration(&r);
    nv(r.file, 0, 441, 0, "c", 1);
    look_all_absent(&r);
    r.in.guard = &g;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, &e), -QDIAG_E_NOT_SAME_UNIT);
    assert_int_equal(qdiag_exit_code(&e), 4);
    r.in.only = 1u << QD_CLASS_RF_CONFIG;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_NOT_SAME_UNIT);
    g.verdict = QD_GUARD_NEEDS;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_NOT_SAME_UNIT);
    g.verdict = QD_GUARD_LIMITED;
    build(&r);
    expect(&r, "nv:0:441", "write");
    expect(&r, "nv:0:571", "not-chosen");
    qd_plan_free(&r.plan);
    r.in.only |= 1u << QD_CLASS_CALIBRATION;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_NOT_SAME_UNIT);
    r.in.only = 0;
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_NOT_SAME_UNIT);
    end(&r);
}

static void test_source(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct rig r;
    start(&r);
    assert_int_equal(qd_plan_build(&r.in, &r.plan, &e), -QDIAG_E_POLICY); /* empty */
    nv(r.file, 0, 83, 0, "u", 1);
    r.file->client = strdup("qdiag 0.1.0 redacted");
    assert_int_equal(qd_plan_build(&r.in, &r.plan, NULL), -QDIAG_E_POLICY);
    free(r.file->client);
    r.file->client = NULL;
    build(&r);
    end(&r);
}

static void test_kinds(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    put(r.file, "/nv/item_files/modem/a", "new", 0100600); /* the unit has an item file */
    put(r.unit, "/nv/item_files/modem/a", "old", 0160777);
    put(r.file, "/policyman/b", "new", 0100640);
    put(r.unit, "/policyman/b", "old", 0100644);
    put(r.file, "/policyman/c", "equal", 0100640); /* the mode alone differs */
    put(r.unit, "/policyman/c", "equal", 0100644);
    put(r.file, "/policyman/d", "x", 0);
    missing(r.unit, QD_MISSING_NOT_HELD, -1, "/policyman/d", "link to /nvm/num/550");
    put(r.file, "/policyman/e/f", "x", 0);
    missing(r.unit, QD_MISSING_NOT_HELD, -1, "/policyman/e", "link to /nvm/num");
    put(r.file, "/policyman/rat_mask", "x", 0);
    put(r.file, "/policyman/carrier_policy.xml", "x", 0);
    put(r.file, "/policyman/dev", "x", 0020644);
    look_all_absent(&r);
    build(&r);
    const struct qd_step *s = step(&r, "efs:/nv/item_files/modem/a");
    assert_int_equal(s->decision, QD_DO_WRITE);
    assert_int_equal(s->after.kind, QD_THERE_ITEM);
    assert_int_equal(s->after.mode, QD_MODE_ANY);
    assert_int_equal(s->before.mode, 0777);
    assert_int_equal(step(&r, "efs:/policyman/b")->after.mode, 0640);
    expect(&r, "efs:/policyman/c", "write");
    expect(&r, "efs:/policyman/d", "conflict");
    expect(&r, "efs:/policyman/e/f", "conflict");
    expect(&r, "efs:/policyman/dev", "not-placeable");
    assert_int_equal(step(&r, "efs:/policyman/rat_mask")->after.kind, QD_THERE_ITEM);
    assert_int_equal(step(&r, "efs:/policyman/carrier_policy.xml")->after.kind, QD_THERE_FILE);
    end(&r);
}

/* A manifest names the modes that are not the usual one, so a file without a mode was plain. */
static void test_plain_files(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    r.in.plain_unless_noted = 1;
    put(r.file, RFNV "00022982", "x", 0);
    put(r.file, RFNV "00022983", "x", 0160777);
    put(r.file, RFNV "00022984", "new", 0);
    put(r.unit, RFNV "00022984", "old", 0160777);
    look_all_absent(&r);
    build(&r);
    assert_int_equal(step(&r, "efs:" RFNV "00022982")->after.kind, QD_THERE_FILE);
    assert_int_equal(step(&r, "efs:" RFNV "00022982")->after.mode, 0644);
    assert_int_equal(step(&r, "efs:" RFNV "00022983")->after.kind, QD_THERE_ITEM);
    assert_int_equal(step(&r, "efs:" RFNV "00022983")->after.mode, 0777);
    assert_int_equal(step(&r, "efs:" RFNV "00022984")->after.kind, QD_THERE_ITEM);
    assert_int_equal(step(&r, "efs:" RFNV "00022984")->after.mode, QD_MODE_ANY);
    end(&r);
}

static void test_doors_of_paths(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    put(r.file, "nvm/num/550", "x", 0);
    put(r.file, "/sfs/a", "x", 0);
    put(r.file, "/public/../NVM/context1/550", "x", 0);
    missing(r.file, QD_MISSING_NOT_HELD, -1, "/policyman/l1", "link to ../nvm/num/550");
    missing(r.file, QD_MISSING_NOT_HELD, -1, "/policyman/l2", "link to b");
    missing(r.file, QD_MISSING_NOT_HELD, -1, "/policyman/empty", "empty folder");
    put(r.file, "/policyman/b", "x", 0);
    char long_path[300] = "/policyman/";
    memset(long_path + 11, 'n', 241);
    put(r.file, long_path, "x", 0);
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:/nvm/num/550", "alias");
    expect(&r, "efs:/NVM/context1/550", "alias");
    expect(&r, "efs:/sfs/a", "secret");
    expect(&r, "efs:/policyman/l1", "alias");
    expect(&r, "efs:/policyman/l2", "write");
    expect(&r, "efs:/policyman/empty", "write");
    assert_int_equal(step(&r, "efs:/policyman/l2")->after.kind, QD_THERE_LINK);
    char key[320];
    snprintf(key, sizeof key, "efs:%s", long_path);
    expect(&r, key, "too-large");
    end(&r);
}

static void test_two_trees(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    r.in.efs[0] = 0x3e;
    r.in.efs[1] = 0x13;
    put(r.file, "/policyman/a", "x", 0);
    put(r.file, "/policyman/b", "x", 0);
    put(r.unit, "/policyman/a", "y", 0100644);
    r.unit->files.v[0].fs = 0x13;
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:/policyman/a", "write");
    expect(&r, "efs:3e:/policyman/b", "write");
    end(&r);
}

static void test_sections(void **state)
{
    (void)state;
    struct rig r;
    start(&r);
    put(r.file, "/policyman/a", "x", 0);
    put(r.file, "policyman/a", "x", 0);
    put(r.file, "/policyman/b", "x", 0);
    put(r.file, "policyman/b", "y", 0);
    look_all_absent(&r);
    build(&r);
    expect(&r, "efs:/policyman/a", "write");
    expect(&r, "efs:/policyman/b", "not-placeable");
    assert_int_equal(r.plan->n, 3); /* and the folder, once */
    end(&r);
}

static void test_surplus(void **state)
{
    (void)state;
    struct rig r;
    struct qd_looks l;
    char text[64];
    start(&r);
    nv(r.file, 0, 83, 0, "u", 1);
    nv(r.unit, 0, 83, 0, "u", 1);
    nv(r.unit, 2, 412, 0, "u", 1);
    put(r.file, "policyman/a", "x", 0);
    put(r.unit, "/policyman/a", "y", 0100644);
    put(r.unit, "/policyman/b", "y", 0100644);
    assert_int_equal(qd_plan_surplus(&r.in, &l, NULL), 0);
    assert_int_equal(l.n, 2);
    qd_key_text(&l.v[0].key, text, sizeof text);
    assert_string_equal(text, "nv:2:412");
    qd_key_text(&l.v[1].key, text, sizeof text);
    assert_string_equal(text, "efs:/policyman/b");
    qd_looks_free(&l);
    end(&r);
}

#define T(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_nv_policies), T(test_equal_is_kept),   T(test_identity),    T(test_unreadable),
        T(test_arrays),      T(test_calibration_set), T(test_firmware),    T(test_guard),
        T(test_source),      T(test_kinds),           T(test_plain_files), T(test_doors_of_paths),
        T(test_two_trees),   T(test_sections),        T(test_surplus),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
