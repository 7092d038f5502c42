/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Errors: one caller-owned struct, no allocation. Every failure says what, where, why, whether the
 * unit was touched, and what to do next. Functions return 0, or the negative code of the error. */
#ifndef QDIAG_ERROR_H
#define QDIAG_ERROR_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes; the numbers never change. One line each in src/base/errtab.def. */
enum qdiag_code {
    QDIAG_OK = 0,
    QDIAG_E_FAILED = 1,
    QDIAG_E_USAGE = 2,
    QDIAG_E_NO_MEMORY = 3,
    QDIAG_E_INCOMPLETE = 4,
    QDIAG_E_NOT_SAME_UNIT = 5,
    QDIAG_E_POLICY = 6,
    QDIAG_E_NO_UNIT = 7,
    QDIAG_E_MANY_UNITS = 8,
    QDIAG_E_OPEN_FAILED = 9,
    QDIAG_E_PERMISSION = 10,
    QDIAG_E_BUSY = 11,
    QDIAG_E_LOCKED = 12,
    QDIAG_E_LINK_GONE = 13,
    QDIAG_E_LINK_SILENT = 14,
    QDIAG_E_LINK_IO = 15,
    QDIAG_E_TIMEOUT = 16,
    QDIAG_E_PROTOCOL = 17,
    QDIAG_E_UNSTEADY = 18,
    QDIAG_E_REFUSED = 19,
    QDIAG_E_ABSENT = 20,
    QDIAG_E_UNSUPPORTED = 21,
    QDIAG_E_FILE_DAMAGED = 22,
    QDIAG_E_FILE_UNKNOWN = 23,
    QDIAG_E_LOCAL_FILE = 24,
    QDIAG_E_DIFFERENT = 25,
    QDIAG_E_UNKNOWN = 26,
    QDIAG_E_CANCELLED = 27,
    QDIAG_E_BUG = 28,
    QDIAG_E_PARTLY = 29,
    QDIAG_E_READBACK_DIFFERS = 30,
    QDIAG_E_ITEM_UNKNOWN = 31,
    QDIAG_E_ROLLED_BACK = 32,
    QDIAG_E_ROLLBACK_FAILED = 33,
    QDIAG_E_FOTA_FAILED = 34,
    QDIAG_E_FOTA_UNKNOWN = 35,
    QDIAG_E_FOTA_DIFFERS = 36,
    QDIAG_E_UFS_NOT_MADE = 37
};

/* Was the unit written to before the failure? */
enum qdiag_touch { QDIAG_UNTOUCHED = 0, QDIAG_CHANGED = 1, QDIAG_TOUCH_UNKNOWN = 2 };

/* Who has to act. */
enum qdiag_who {
    QDIAG_WHO_US = 0,
    QDIAG_WHO_LINK,
    QDIAG_WHO_UNIT,
    QDIAG_WHO_FILE,
    QDIAG_WHO_OS,
    QDIAG_WHO_USER
};

/* A zeroed struct means "no error yet". Text fields are NUL-terminated UTF-8, cut if too long. */
struct qdiag_error {
    int code;               /* enum qdiag_code; 0 = no error */
    enum qdiag_touch touch; /* state of the unit */
    enum qdiag_who who;     /* who has to act */
    int64_t wire;           /* NV status, EFS errno, DIAG error byte or OS errno; -1 = none */
    char what[128];         /* one line that stands alone in a log */
    char item[512];         /* NV item, EFS path, local file, port, or place in a file; may be "" */
    char why[256];          /* the cause, with numbers and units; may be "" */
    char hint[256];         /* what to do next; may be "" */
};

/* Name of a code as used in JSON, for example "link_gone".
 *
 * @param code  an enum qdiag_code; other values give "unknown_code".
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_code_name(int code);

/* Process exit code for an error, by the table in the manual page.
 *
 * @param e  an error; NULL or code 0 gives 0.
 * Time: none. Unit: none. Owner: borrows e. Returns: 0..255. */
QDIAG_API int qdiag_exit_code(const struct qdiag_error *e);

/* Name of a touch state as used in JSON: "untouched", "changed" or "unknown".
 *
 * @param touch  the state.
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_touch_name(enum qdiag_touch touch);

/* Name of a who value as used in JSON: "us", "link", "unit", "file", "os" or "user".
 *
 * @param who  the value.
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_who_name(enum qdiag_who who);

#ifdef __cplusplus
}
#endif
#endif
