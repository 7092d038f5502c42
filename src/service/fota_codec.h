/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Lines, arguments, families and error codes of AT+QFOTADL. Pure. Forms and sources:
 * docs/formats/dfota.md. */
#ifndef QD_SERVICE_FOTA_CODEC_H
#define QD_SERVICE_FOTA_CODEC_H

#include <stddef.h>

#include <qdiag/fota.h>

#include "base/error.h"

enum qd_fota_word {
    QD_FOTA_NO_URC = 0, /* not a line of an upgrade */
    QD_FOTA_UNREAD,     /* of an upgrade, but broken or not understood: a sign of life, no more */
    QD_FOTA_OTHER,      /* "ABFOTA": an upgrade of another kind */
    QD_FOTA_HTTP_START,
    QD_FOTA_HTTP_END,
    QD_FOTA_FTP_START,
    QD_FOTA_FTP_END,
    QD_FOTA_START,
    QD_FOTA_UPDATE,
    QD_FOTA_RESTORE,
    QD_FOTA_END,
    QD_FOTA_CONTINUE /* power was cut while firmware was copied back */
};

struct qd_fota_urc {
    enum qd_fota_word word;
    int number; /* a code, or a percentage of 0 to 100; -1 = none */
};

/* Reads one line, in every spelling that documents and units have. A percentage above 100 is
 * left out; a negative number, or one of more than six digits, makes the line unread. */
struct qd_fota_urc qd_fota_urc_read(const char *line);

/* The line in one spelling, as it is shown; "" for what is no FOTA line or unread. */
void qd_fota_urc_text(const struct qd_fota_urc *u, char out[80]);

enum { QD_FOTA_HAS_FILE = 1, QD_FOTA_HAS_FTP = 2, QD_FOTA_HAS_HTTP = 4, QD_FOTA_HAS_HTTPS = 8 };
enum qd_fota_local { QD_FOTA_LOCAL_TEXT, QD_FOTA_LOCAL_ONE };

struct qd_fota_family {
    const char *name;
    unsigned schemes;
    size_t url, file, part; /* bytes */
    const char *folder;
    enum qd_fota_local local;
    int final;
    unsigned tries;
    int early, restore;
};

/* NULL when no document of the family's upgrades is known. */
const struct qd_fota_family *qd_fota_family(const char *name);

/* Why a module's upgrades are none of ours, by its model and its full firmware version; NULL when
 * nothing says so. */
const char *qd_fota_foreign(const char *model, const char *firmware);

enum qd_fota_then { QD_FOTA_FINAL, QD_FOTA_AGAIN, QD_FOTA_NEVER };

struct qd_fota_code {
    const char *family, *stage;
    int first, last;
    enum qd_fota_then then;
    const char *text, *advice;
};

/* NULL when the family's document does not have the code. */
const struct qd_fota_code *qd_fota_code_find(const char *family, const char *stage, int code);

/* The name of a local package in the user's storage, from a command's path; NULL when it lies
 * elsewhere. */
const char *qd_fota_stored_name(const struct qd_fota_family *f, const char *path);

#endif
