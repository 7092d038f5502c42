/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Backup, damage, restore, compare: what may go back is there again to the byte, and what may not
 * is named with its reason. A backup of another unit changes nothing. */
#include "restore_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define XO   "efs/nv/item_files/mcs/tcxomgr"
#define RFNV "efs/nv/item_files/rfnv"

static const struct damage {
    const char *what, *command;
    unsigned least;   /* steps that have to be written */
    const char *left; /* what does not go back: NULL = nothing */
} damages[] = {
    {"items absent", "rm nv/0/441 nv/0/946", 2, NULL},
    {"an item changed", "printf '\\377\\377' > nv/0/1877", 1, NULL},
    {"an item all zero", ": > nv/0/571", 1, NULL},
    {"crystal calibration gone", "rm -r " XO, 2, "/rgs_data"},
    {"one RF file emptied", ": > " RFNV "/00022982", 1, NULL},
    {"an RF file cut", "truncate -s 100 " RFNV "/00024226", 1, NULL},
    {"an RF file longer", "printf x >> " RFNV "/00024227", 1, NULL},
    {"a large file gone", "rm efs/data/pdn_policy_db.txt", 1, NULL},
    {"a link gone", "sed -i '/ link /d' efs.attr", 1, NULL},
    {"subscription 1", "rm nv/1/441 && printf '\\1' > nv/1/946", 2, NULL},
    {"all RF files gone", "rm " RFNV "/*", 20, NULL},
    {"IMEI absent", "rm nv/0/550", 1, NULL},
    {"IMEI with length 0", "printf '\\0\\12\\0' > nv/0/550", 1, NULL},
    {"IMEI all zero", ": > nv/0/550", 1, NULL},
    {"IMEI 08 0A and zeros", "printf '\\10\\12' > nv/0/550", 1, NULL},
};

static void tell(const struct restore_rig *r, const char *what)
{
    print_error("%s: %s [%d] %s: %s\n", what, r->e.what, r->e.code, r->e.item, r->e.why);
    for (size_t i = 0; r->report && i < r->report->lines; i++) {
        const struct qdiag_restore_line *l = &r->report->line[i];
        if (strcmp(l->result, "written") != 0)
            print_error("  %s %s: %s\n", l->key, l->result, l->why);
    }
}

static void digits_of(struct restore_rig *r, char out[16])
{
    struct qdiag_plan_info info;
    qdiag_plan_info(r->plan, &info);
    snprintf(out, 16, "%s", strstr(info.confirm, "subscription 1") ? "000114" : "000015");
}

/* What stays different is in the plan with its reason. */
static void left_with_a_reason(struct restore_rig *r, const struct damage *d)
{
    struct qdiag_plan_step s;
    unsigned found = 0;
    for (size_t i = 0; d->left && qdiag_plan_get(r->plan, i, &s) == 0; i++) {
        if (!strstr(s.key, d->left))
            continue;
        found++;
        assert_int_equal(s.decision, QDIAG_SKIP);
        assert_string_equal(s.reason, "volatile");
        assert_true(s.reason_text[0] != '\0');
    }
    assert_int_equal(found, d->left ? 1 : 0);
}

static void same_as_before(struct restore_rig *r, const struct damage *d)
{
    char folder[96];
    snprintf(folder, sizeof folder, "%s/good", r->root);
    char *diff = rr_compare(r, folder), *rest = NULL;
    for (char *line = strtok_r(diff, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        if ((line[0] == '<' || line[0] == '>') && (!d->left || !strstr(line, d->left)))
            fail_msg("%s: %s", d->what, line);
    free(diff);
}

static void restores(struct restore_rig *r, const struct damage *d)
{
    char digits[16];
    struct qdiag_plan_info info;
    rr_damage(r, d->command);
    rr_plug(r, "");
    if (rr_plan(r, NULL) != 0)
        tell(r, d->what);
    assert_int_equal(r->e.code, 0);
    assert_int_equal(r->changes, 0);
    qdiag_plan_info(r->plan, &info);
    if (info.write < d->least)
        fail_msg("%s: %zu writes planned", d->what, info.write);
    left_with_a_reason(r, d);
    digits_of(r, digits);
    if (rr_restore(r, digits) != 0)
        tell(r, d->what);
    assert_int_equal(r->e.code, 0);
    assert_int_equal(r->report->verified, 1);
    assert_int_equal(r->report->written, info.write);
    assert_int_equal(r->resets, 1);
    assert_true(r->changes >= info.write); /* the rig saw them */
    assert_int_equal(r->unjournaled, 0);
    rr_unplug(r);
    same_as_before(r, d);
}

/* The rows up to this one do not touch each other's keys. */
static size_t together(void)
{
    size_t n = 0;
    while (strcmp(damages[n].what, "all RF files gone") != 0)
        n++;
    return n;
}

/* One restore mends them all; QDIAG_TEST_EACH=1 also takes them one by one. */
static void test_damages(void **state)
{
    struct restore_rig r;
    char all[1024] = ":";
    struct damage d = {"all together", all, 0, "/rgs_data"};
    size_t n = together(), at = 1;
    (void)state;
    rr_start(&r, "eg95");
    for (size_t i = 0; i < n; i++) {
        at += (size_t)snprintf(all + at, sizeof all - at, " && %s", damages[i].command);
        assert_true(at < sizeof all);
        d.least += damages[i].least;
    }
    restores(&r, &d);
    for (size_t i = getenv("QDIAG_TEST_EACH") ? 0 : n; i < sizeof damages / sizeof *damages; i++)
        restores(&r, &damages[i]);
    rr_stop(&r);
}

/* Equal means: no write, no reset, no file, no question. */
static void test_nothing_differs(void **state)
{
    struct restore_rig r;
    (void)state;
    rr_start(&r, "eg95");
    rr_damage(&r, ":");
    rr_plug(&r, "");
    assert_int_equal(rr_plan(&r, NULL), 0);
    assert_int_equal(rr_restore(&r, NULL), 0);
    assert_int_equal(r.report->written, 0);
    assert_int_equal(r.report->exit_code, 0);
    assert_int_equal(r.changes, 0);
    assert_int_equal(r.resets, 0);
    rr_unplug(&r);
    rr_stop(&r);
}

/* Another unit: no option gets past it. */
static void test_other_unit(void **state)
{
    static const struct qdiag_plan_options options[] = {
        {0},
        {.accept_incomplete = 1, .accept_firmware = 1},
        {.label_imei = "001001000000015"},
        {.label_imei = "001001000000015", .accept_incomplete = 1, .accept_firmware = 1},
        {.only = "user"}};
    struct restore_rig r;
    (void)state;
    rr_start(&r, "eg95");
    rr_damage(&r, "printf '\\10\\12\\20\\0\\1\\0\\0\\62' > nv/0/550; rm nv/0/441");
    rr_plug(&r, "");
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        assert_int_not_equal(rr_plan(&r, &options[i]), 0);
        assert_int_equal(qdiag_exit_code(&r.e), 4);
        assert_int_equal(r.e.touch, QDIAG_UNTOUCHED);
        assert_int_not_equal(rr_restore(&r, "000015"), 0);
        assert_null(r.report);
    }
    assert_int_equal(r.changes, 0);
    assert_int_equal(r.resets, 0);
    rr_unplug(&r);
    rr_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_differs),
                                       cmocka_unit_test(test_other_unit),
                                       cmocka_unit_test(test_damages)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
