/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The names file: good lines, every kind of damage, and life without it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsio.h"
#include "model/names.h"

static int parse(const char *text, struct qd_labels **l, struct qdiag_error *e)
{
    memset(e, 0, sizeof *e);
    return qd_labels_parse((const uint8_t *)text, strlen(text), "names.tsv", l, e);
}

static void test_look_up(void **state)
{
    struct qd_labels *l = NULL;
    struct qdiag_error e;
    (void)state;
    assert_int_equal(parse("# a comment\n\nnv\t571\tNV_RF_CAL_DATE_I\trf-calibration\n"
                           "nv\t29650\t\trf-calibration\n"
                           "nv\t10\tNV_PREF_MODE_I\tnetwork\n"
                           "efs\t/nv/item_files/ims/x\tlast note\tnetwork",
                           &l, &e),
                     0);
    assert_string_equal(qd_label_nv(l, 571).name, "NV_RF_CAL_DATE_I");
    assert_string_equal(qd_label_nv(l, 10).label, "network");
    assert_string_equal(qd_label_nv(l, 572).name, "");
    assert_string_equal(qd_label_path(l, "nv//item_files/ims/x").label, "network");
    assert_string_equal(qd_label_path(l, "/nv/item_files/ims/x_Subscription01").name, "last note");
    assert_string_equal(qd_label_path(l, "/nv/item_files/ims/y").name, "");
    assert_string_equal(qd_label_path(l, "/nv/item_files/rfnv/00029650").label, "rf-calibration");
    assert_string_equal(qd_label_path(l, "/nv/item_files/rfnv/00029651").label, "");
    assert_string_equal(qd_label_path(l, "/nv/item_files/rfnv/Q").label, "");
    qd_labels_free(&l);
    assert_null(l);
    assert_string_equal(qd_label_nv(NULL, 571).name, "");
    assert_string_equal(qd_label_path(NULL, "/a").label, "");
    assert_int_equal(parse("", &l, &e), 0);
    assert_string_equal(qd_label_nv(l, 571).name, "");
    assert_string_equal(qd_label_path(l, "/a").label, "");
    qd_labels_free(&l);
}

static void test_damage(void **state)
{
    static const char *const bad[] = {"nv\t1\tA\tx\nnonsense\n",
                                      "nv\t65536\tA\tx\n",
                                      "nv\t-1\tA\tx\n",
                                      "nv\t\tA\tx\n",
                                      "nv\t1\tA\n",
                                      "nv\t1\tA\tx\ty\n",
                                      "efs\trel\tA\tx\n",
                                      "nv\t1\tA\tx\r\n",
                                      "nv\t1\t\xff\tx\n",
                                      "nv\t1 \tA\tx\n",
                                      "nw\t1\tA\tx\n",
                                      "nv\t999999999\tA\tx\n"};
    struct qd_labels *l = NULL;
    struct qdiag_error e;
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(parse(bad[i], &l, &e), -QDIAG_E_FILE_DAMAGED);
        assert_null(l);
        assert_string_equal(e.item, "names.tsv");
    }
    assert_int_equal(parse(bad[0], &l, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "line 2 is no entry of a names file");
    memset(&e, 0, sizeof e);
    assert_int_equal(qd_labels_parse((const uint8_t *)"nv\0", 3, "n", &l, &e),
                     -QDIAG_E_FILE_DAMAGED);
}

/* The file that is installed. */
static void test_shipped_file(void **state)
{
    uint8_t *p = NULL;
    size_t n = 0;
    struct qd_labels *l = NULL;
    struct qdiag_error e = {0};
    (void)state;
    assert_int_equal(qd_read_file(SRCDIR "/data/names.tsv", QD_NAMES_MAX_FILE, &p, &n, &e), 0);
    assert_int_equal(qd_labels_parse(p, n, "names.tsv", &l, &e), 0);
    free(p);
    assert_string_equal(qd_label_nv(l, 550).name, "NV_UE_IMEI_I");
    assert_string_equal(qd_label_nv(l, 550).label, "identity");
    assert_string_equal(qd_label_nv(l, 6828).name, "NV_LTE_BC_CONFIG_I");
    assert_string_equal(qd_label_nv(l, 29618).label, "rf-calibration");
    assert_string_equal(qd_label_path(l, "/data/andsf.xml").label, "data");
    qd_labels_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_look_up),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_shipped_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
