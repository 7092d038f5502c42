/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The serial number on USB as a witness, from backup and manifest to restore, for units that lost
 * part or all of what names them. In memory, because a simulator on a socket is not on USB. */
#include "restore_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINE  "QD-1977-0042"
#define OTHER "QD-1977-0043"
#define ESN                                                                                        \
    "sed -i 's/^esn.*/esn = 00000000/' unit.conf; rm -f nv/0/0 nv/0/5597 nv/0/1943 nv/0/5598"
#define GONE ESN " nv/0/550 nv/1/550 nv/2/550"
#define REST                                                                                       \
    ESN " nv/0/571 nv/0/4954 efs/nv/item_files/mcs/tcxomgr/xo_factory_cal_debug; "                 \
        "for f in nv/0/447 nv/0/4678; do [ ! -f $f ] || : > $f; done"

static const struct row {
    const char *name, *damage, *serial, *rule, *verdict, *digits;
} rows[] = {
    {"blank, the serial agrees", GONE, MINE, "G5", "allow", "7-0042"},
    {"blank, another serial", GONE, OTHER, "G6", "needs-more", NULL},
    {"blank, a useless serial", GONE, "0123456789ABCDEF", "G6", "needs-more", NULL},
    {"the rest is gone, the serial agrees", REST, MINE, "G3c", "allow", "000015"},
    {"the rest is gone, another serial", REST, OTHER, "G3c", "needs-more", NULL},
    {"all is there, another serial: a warning", "rm nv/0/946", OTHER, "G3a", "allow", "000015"},
};

static void allowed(struct restore_rig *r, const struct row *row)
{
    if (rr_restore(r, row->digits) != 0)
        fail_msg("%s: %d %s: %s", row->name, r->e.code, r->e.what, r->e.why);
    assert_int_equal(r->report->verified, 1);
    assert_int_equal(r->unjournaled, 0);
}

static void refused(struct restore_rig *r)
{
    assert_int_equal(qdiag_exit_code(&r->e), 4);
    assert_int_equal(r->e.touch, QDIAG_UNTOUCHED);
    assert_int_not_equal(rr_restore(r, "000015"), 0);
    assert_int_equal(r->changes, 0);
}

static void test_serial(void **state)
{
    struct restore_rig r;
    (void)state;
    rr_start(&r, "eg95");
    r.serial = MINE;
    rr_backup(&r);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct qdiag_plan_info info;
        rr_damage(&r, row->damage);
        r.serial = row->serial;
        rr_plug(&r, "");
        int rc = rr_plan(&r, NULL);
        qdiag_plan_info(r.plan, &info);
        if (strcmp(info.rule, row->rule) != 0 || strcmp(info.verdict, row->verdict) != 0)
            fail_msg("%s: %s %s: %s", row->name, info.rule, info.verdict, info.why);
        assert_int_equal(rc == 0, row->digits != NULL);
        assert_int_equal(strstr(info.warning, "on USB") != NULL,
                         row->serial && strcmp(row->serial, OTHER) == 0 && rc == 0);
        if (row->digits)
            allowed(&r, row);
        else
            refused(&r);
        rr_unplug(&r);
    }
    rr_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_serial)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
