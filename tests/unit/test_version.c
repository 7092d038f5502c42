/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The grammar of firmware versions over strings that real units gave, and the names of packages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/version.h"
#include "service/package_name.h"

static void test_grammar(void **state)
{
    static const struct {
        const char *text, *parts; /* project|release|V|MnG|sub; NULL = outside */
    } v[] = {
        {"EG25GGBR07A08M2G", "EG25GGB|R07A08||M2G|"},
        {"EG25GGBR07A08M2G_30.203.30.203", "EG25GGB|R07A08||M2G|30.203.30.203"},
        {"EG25GGBR07A08M2G_A0.303.A0.303", "EG25GGB|R07A08||M2G|A0.303.A0.303"},
        {"EG25GGBR07A08M2G_01.001.10", "EG25GGB|R07A08||M2G|01.001.10"},
        {"EG25GGBR07A07M2G_OCPU_01.001.04", "EG25GGB|R07A07||M2G|OCPU_01.001.04"},
        {"BG96MAR02A07M1G_01.007.01.007", "BG96MA|R02A07||M1G|01.007.01.007"},
        {"BG95M3LAR02A03_01.204.01.204", "BG95M3LA|R02A03|||01.204.01.204"},
        {"BG95M3LAR02A04_A0.301.A0.301", "BG95M3LA|R02A04|||A0.301.A0.301"},
        {"RG501QEUAAR12A11M4G_04.202", "RG501QEUAA|R12A11||M4G|04.202"},
        {"RG500QEAAAR11A06M4G_01.001V01.01.001V01", "RG500QEAAA|R11A06||M4G|01.001V01.01.001V01"},
        {"RG500QEAAAR11A07M4G_ACY", "RG500QEAAA|R11A07||M4G|ACY"},
        {"EM05CEFCR08A16M1G_LNV", "EM05CEFC|R08A16||M1G|LNV"},
        {"RM520NGLAAR03A03M4G_JP_04.207.04.207", "RM520NGLAA|R03A03||M4G|JP_04.207.04.207"},
        {"EC20EQAR02A05V03", "EC20EQA|R02A05|V03||"},
        {"EG18EAPAR01A08V05M4G", "EG18EAPA|R01A08|V05|M4G|"},
        {"RG650VNA01ACR02A04G8G", "RG650VNA01AC|R02A04||G8G|"},
        {"EG25GGCR07A02M1G", "EG25GGC|R07A02||M1G|"},
        {"EM05GFAR07A07M1G_01.016.00.000", "EM05GFA|R07A07||M1G|01.016.00.000"},
        {"EM061KGLAAR01A02M2G_01.015", "EM061KGLAA|R01A02||M2G|01.015"},
        {"0.5.1", NULL},
        {"", NULL},
        {"R01A13M4G", NULL},
        {"eg25ggbR07A08M2G", NULL},
        {"EG25GGBR07A08M2", NULL},
        {"EG25GGBR07A08M2GX", NULL},
        {"EG25GGBR7A08M2G", NULL},
        {"EG25GGBR07A08M2G_", NULL},
        {"EG25GGBR07A08M2G_01..02", NULL},
        {"EG25GGBR07A08M2G_01.02.", NULL},
        {"EG25GGBR07A08M2G_01-02", NULL},
        {"EG25GGBR07A08M2G_01 02", NULL},
        {" EG25GGBR07A08M2G", NULL},
        {"EG25GGBR07A08V5M2G", NULL},
        {"1G25GGBR07A08M2G", NULL},
        {NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_version p;
        char got[256];

        if (qd_version_parse(v[i].text, &p) != 0) {
            if (v[i].parts)
                fail_msg("%s: outside", v[i].text);
            continue;
        }
        assert_non_null(v[i].parts);
        snprintf(got, sizeof got, "%.*s|%.6s|%.*s|%.*s|%s", (int)p.project, p.text,
                 p.text + p.release, p.v ? 3 : 0, p.text + p.v, (int)p.m_len, p.text + p.m, p.sub);
        assert_string_equal(got, v[i].parts);
    }
}

static void test_length(void **state)
{
    char text[200] = "EG25GGBR07A08M2G_";
    struct qd_version v;

    (void)state;
    memset(text + 17, '1', QD_VERSION_MAX - 17);
    assert_int_equal(qd_version_parse(text, &v), 0);
    text[QD_VERSION_MAX] = '1';
    assert_int_equal(qd_version_parse(text, &v), -1);
}

static void test_starting(void **state)
{
    (void)state;
    assert_true(qd_version_starting("EM05GFAR07A07M1G_01.016.00.000"));
    assert_true(qd_version_starting("BG96MAR02A07M1G_01.018.00.000"));
    assert_false(qd_version_starting("EM05GFAR07A07M1G_01.016.01.016"));
    assert_false(qd_version_starting("EM05GFAR07A07M1G_01.016.00.0000"));
    assert_false(qd_version_starting("00.000"));
    assert_false(qd_version_starting(""));
}

static void test_fit(void **state)
{
    static const struct {
        const char *a, *b;
        enum qd_version_fit fit;
    } v[] = {
        {"EM061KGLAAR01A02M2G_01.015", "EM061KGLAAR01A02M2G_01.015.01.015", QD_VERSION_PART},
        {"EG25GGBR07A08M2G", "EG25GGBR07A08M2G_01.001.10", QD_VERSION_PART},
        {"EG25GGBR07A08M2G_01.001.1", "EG25GGBR07A08M2G_01.001.10", QD_VERSION_OTHER},
        {"EG25GGBR07A08M2", "EG25GGBR07A08M2G", QD_VERSION_OTHER},
        {"EG25GGBR07A08M2G_01.001.10", "EG25GGBR07A08M2G_01.001.10", QD_VERSION_EQUAL},
        {"EG25GGBR07A08M2G_1.1", "EG25GGBR07A08M2G_01.1", QD_VERSION_OTHER},
        {"EG25GGBR07A08M2G", "EG25GGCR07A02M1G", QD_VERSION_OTHER},
        {"", "EG25GGBR07A08M2G", QD_VERSION_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        assert_int_equal(qd_version_fit(v[i].a, v[i].b, NULL), v[i].fit);
        assert_int_equal(qd_version_fit(v[i].b, v[i].a, NULL), v[i].fit);
    }
}

static void test_older(void **state)
{
    static const struct {
        const char *a, *b; /* a is older than b, and not the other way round */
        int told;
    } v[] = {
        {"BG96MAR02A07M1G_01.016.01.016", "BG96MAR02A07M1G_01.018.01.018", 1},
        {"EC20EQAR02A05V03", "EC20EQAR02A09V02", 1},
        {"EC20EQAR02A05V02", "EC20EQAR02A05V03", 1},
        {"EG25GGBR07A08M2G", "EG25GGBR08A01M2G", 1},
        {"BG96MAR02A07M1G_01.016.01.016", "BG96MAR02A07M1G_01.016.01.016", 0},
        {"BG96MAR02A07M1G_A0.301.A0.301", "BG96MAR02A07M1G_01.016.01.016", 0},
        {"BG96MAR02A07M1G_01.016", "BG96MAR02A07M1G_01.016.01.016", 0},
        {"BG96MAR02A07M1G_01_016", "BG96MAR02A07M1G_01.017", 0},
        {"BG96MAR02A07M1G_1.9", "BG96MAR02A07M1G_1.10", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_version a, b;

        assert_int_equal(qd_version_parse(v[i].a, &a), 0);
        assert_int_equal(qd_version_parse(v[i].b, &b), 0);
        assert_int_equal(qd_version_older(&a, &b), v[i].told);
        assert_int_equal(qd_version_older(&b, &a), 0);
    }
}

#define EG18 "EG18EAPAR01A13M4G_01.001.01.001"

static void test_names(void **state)
{
    static const struct {
        const char *name, *from, *to, *other; /* from NULL: no evidence */
    } v[] = {
        {"EC20EQAR02A05V03-R02A09V02.zip", "EC20EQAR02A05V03", "EC20EQAR02A09V02", ""},
        {"BG96MAR02A07M1G_01.016.01.016-BG96MAR02A07M1G_01.018.01.018.bin",
         "BG96MAR02A07M1G_01.016.01.016", "BG96MAR02A07M1G_01.018.01.018", ""},
        {"BG96MAR02A07M1G_01.018.01.018-BG96MAR02A07M1G_01.016.01.016",
         "BG96MAR02A07M1G_01.018.01.018", "BG96MAR02A07M1G_01.016.01.016", ""},
        {"BG96MAR02A07M1G_01.014.01.014-01.017.01.017.bin", "BG96MAR02A07M1G_01.014.01.014",
         "BG96MAR02A07M1G_01.017.01.017", ""},
        {"Update_EG18EAPAR01A08V05M4G-R01A13M4G_01.200.01.200_V02.zip", "EG18EAPAR01A08V05M4G",
         "EG18EAPAR01A13M4G_01.200.01.200", "EG18EAPAR01A13M4G_01.200.01.200_V02"},
        {"Upgrade_EG18EAPAR01A12M4G_01.001.01.001-R01A13M4G_01.001.01.001.zip",
         "EG18EAPAR01A12M4G_01.001.01.001", EG18, ""},
        {"UPGRADE_EG18EAPAR01A12M4G_01.001.01.001-R01A13M4G_01.001.01.001.ZIP",
         "EG18EAPAR01A12M4G_01.001.01.001", EG18, ""},
        {"EG25GGBR07A08M2G_01.002.07-01.003.01.zip", "EG25GGBR07A08M2G_01.002.07",
         "EG25GGBR07A08M2G_01.003.01", ""},
        {"EG25GGBR07A08M2G_A0.303.A0.303-A0.304.A0.304.zip", "EG25GGBR07A08M2G_A0.303.A0.303",
         "EG25GGBR07A08M2G_A0.304.A0.304", ""},
        {"update.zip", NULL, "", ""},
        {"update-v12-to-v13.zip", NULL, "", ""},
        {"BG95_112A_119.zip", NULL, "", ""},
        {"a-b.zip", NULL, "", ""},
        {"", NULL, "", ""},
        {"-", NULL, "", ""},
        {"Update_R01A13M4G-EG18EAPAR01A08V05M4G.zip", NULL, "", ""},
        /* another project on the right side */
        {"EG25GGBR07A08M2G_01.001.10-EG25GGCR07A02M1G_01.001.01.zip", NULL, "", ""},
        /* a word is no version */
        {"EG25GGBR07A08M2G_01.002.07-new.zip", NULL, "", ""},
        {"EG25GGBR07A08M2G_01.002.07-new.er.zip", NULL, "", ""},
        {"EG25GGBR07A08M2G_01.002.07-.zip", NULL, "", ""},
        {"EG25GGBR07A08M2G_01.002.07-2.zip", NULL, "", ""},
        {"EG25GGBR07A08M2G_01.002.07-JP_01.003.01.zip", NULL, "", ""},
        /* letters and a digit are no extension */
        {"EG25GGBR07A08M2G_01.002.07-01.003.ab1", "EG25GGBR07A08M2G_01.002.07",
         "EG25GGBR07A08M2G_01.003.ab1", ""},
        /* the name of a second download */
        {"BG96MAR02A07M1G_01.014.01.014-01.017.01.017(1).bin", NULL, "", ""},
        {"BG96MAR02A07M1G_01.014.01.014-01.017.01.017 (1).bin", NULL, "", ""},
        {"BG96MAR02A07M1G_01.014.01.014-01.017.01.017-final.bin", NULL, "", ""},
        /* a bare sub version has nothing to inherit from */
        {"EG25GGBR07A08M2G-01.003.01.zip", NULL, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qd_package_name n;

        assert_int_equal(qd_package_name(v[i].name, &n), v[i].from != NULL);
        assert_string_equal(n.from, v[i].from ? v[i].from : "");
        assert_string_equal(n.to, v[i].to);
        assert_string_equal(n.to_other, v[i].other);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grammar),  cmocka_unit_test(test_length),
        cmocka_unit_test(test_starting), cmocka_unit_test(test_fit),
        cmocka_unit_test(test_older),    cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
