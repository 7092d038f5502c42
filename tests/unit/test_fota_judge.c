/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The one answer about an upgrade, over every mixture of what can be known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <qdiag/error.h>

#include "flow/upgrade/fota_verify.h"

#define NO QD_RESTORES_UNKNOWN

static int judge(const struct qd_fota_facts *f, int *is_target)
{
    char why[200];
    int code = qd_fota_judge(f, is_target, why);

    assert_int_equal(why[0] != '\0', code != 0);
    return code;
}

/* Versions, identity, calibration and counts in all states: success exactly when all is known and
 * right; a known difference is told as such whatever else is not known. */
static void test_every_mixture(void **state)
{
    static const char *const versions[] = {"old", "new", "other", ""};
    static const char *const targets[] = {"new", ""};
    static const uint32_t counts[] = {0, 1, NO};

    (void)state;
    for (int m = 0; m < 4 * 2 * 2 * 3 * 3 * 3 * 3 * 2; m++) {
        int n = m, is;
        struct qd_fota_facts f = {.source = "old"};

        f.version = versions[n % 4], n /= 4;
        f.target = targets[n % 2], n /= 2;
        f.ready = n % 2 && f.version[0], n /= 2;
        f.identity = n % 3 - 1, n /= 3;
        f.calibration = n % 3 - 1, n /= 3;
        f.restores_before = counts[n % 3], n /= 3;
        f.restores_after = counts[n % 3], n /= 3;
        f.source = n % 2 ? "old" : "";

        int code = judge(&f, &is);
        int rose = f.restores_before == 0 && f.restores_after == 1;
        int damage = !f.identity || !f.calibration || rose;
        int stayed = f.source[0] && strcmp(f.version, "old") == 0;
        int at_target = f.ready && f.target[0] && strcmp(f.version, "new") == 0;
        int counted = f.restores_before == NO || f.restores_after == f.restores_before;

        assert_int_equal(is, !f.ready || !f.target[0] ? -1 : strcmp(f.version, "new") == 0);
        assert_int_equal(code == QDIAG_E_FOTA_DIFFERS, damage);
        assert_int_equal(code == 0,
                         !damage && at_target && f.identity == 1 && f.calibration == 1 && counted);
        assert_int_equal(code == QDIAG_E_FOTA_FAILED, !damage && f.ready && stayed);
    }
}

/* Truncated answers and package names that end in _V02. */
static void test_readings(void **state)
{
    static const struct {
        const char *version, *target, *other;
        int code, is;
    } rows[] = {
        {"X_01.015.01.015", "X_01.015.01.015", "", 0, 1},
        {"X_01.015", "X_01.015.01.015", "", QDIAG_E_FOTA_UNKNOWN, -1},
        {"X", "X_01.015.01.015", "", QDIAG_E_FOTA_UNKNOWN, -1},
        {"X_01.015.01.015", "X_01.015", "", QDIAG_E_FOTA_UNKNOWN, -1},
        {"X_01.0150", "X_01.015", "", QDIAG_E_FOTA_UNKNOWN, 0},
        {"X_01.015", "X_01.015", "X_01.015_V02", 0, 1},
        {"X_01.015_V02", "X_01.015", "X_01.015_V02", 0, 1},
        {"X_01.015_V03", "X_01.015", "X_01.015_V02", QDIAG_E_FOTA_UNKNOWN, -1},
        {"S", "X_01.015", "X_01.015_V02", QDIAG_E_FOTA_FAILED, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qd_fota_facts f = {.ready = 1,
                                  .version = rows[i].version,
                                  .source = "S",
                                  .target = rows[i].target,
                                  .other = rows[i].other,
                                  .identity = 1,
                                  .calibration = 1};
        int is;

        assert_int_equal(judge(&f, &is), rows[i].code);
        assert_int_equal(is, rows[i].is);
    }
}

static void test_texts(void **state)
{
    struct qd_fota_facts f = {.ready = 1, .version = "b", .source = "a", .target = "b"};
    char why[200];
    int is;

    (void)state;
    assert_int_equal(qd_fota_judge(&f, &is, why), QDIAG_E_FOTA_DIFFERS);
    assert_string_equal(why, "identity and calibration differ from the backup");
    f.calibration = 1;
    qd_fota_judge(&f, &is, why);
    assert_string_equal(why, "identity differs from the backup");
    f.identity = 1;
    f.calibration = 0;
    qd_fota_judge(&f, &is, why);
    assert_string_equal(why, "calibration differs from the backup");
    f.calibration = 1;
    f.restores_after = 2;
    assert_int_equal(qd_fota_judge(&f, &is, why), QDIAG_E_FOTA_DIFFERS);
    assert_string_equal(
        why, "the module went back to its stored file system: restores counted 0 before, 2 now");
    f.restores_after = 0;
    assert_int_equal(qd_fota_judge(&f, &is, why), 0);
    f.target = "";
    assert_int_equal(qd_fota_judge(&f, &is, why), QDIAG_E_FOTA_UNKNOWN);
    assert_string_equal(why, "no target version was named to compare with");
    f.target = "b";
    f.restores_before = 3; /* the counters were made anew: what they counted is gone */
    assert_int_equal(qd_fota_judge(&f, &is, why), QDIAG_E_FOTA_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_mixture),
        cmocka_unit_test(test_readings),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
