/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One verdict out of many checks. Pure. It must never let a check that could not be made pass, and
 * never end in an exit code that says the unit was written to. */
#include "flow/upgrade/preflight.h"

static int first(const struct qdiag_check *check, size_t n, enum qdiag_check_result result,
                 int code)
{
    for (size_t i = 0; i < n; i++)
        if (check[i].result == result && (!code || check[i].code == code))
            return (int)i;
    return -1;
}

/* Codes of calls that write have no place here. */
static int untouched(int code)
{
    struct qdiag_error e = {.code = code};
    int exit_code = qdiag_exit_code(&e);

    return exit_code > 0 && exit_code < 16;
}

int qd_pf_verdict(const struct qdiag_check *check, size_t n, int *row)
{
    *row = first(check, n, QDIAG_FAIL, QDIAG_E_NOT_SAME_UNIT);
    if (*row < 0)
        *row = first(check, n, QDIAG_FAIL, 0);
    if (*row >= 0)
        return untouched(check[*row].code) ? check[*row].code : QDIAG_E_DIFFERENT;
    for (size_t i = 0; i < n; i++) /* whatever is neither passed nor not needed */
        if (check[i].result != QDIAG_PASS && check[i].result != QDIAG_SKIPPED) {
            *row = (int)i;
            return QDIAG_E_UNKNOWN;
        }
    return n ? 0 : QDIAG_E_UNKNOWN;
}

const char *qdiag_check_name(enum qdiag_check_result r)
{
    static const char *const names[] = {"PASS", "FAIL", "UNKNOWN", "SKIPPED"};

    return (unsigned)r < 4 ? names[r] : "UNKNOWN";
}
