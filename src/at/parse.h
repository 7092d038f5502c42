/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a line of an AT port means, which commands may be sent at all, and module families. Pure. */
#ifndef QD_AT_PARSE_H
#define QD_AT_PARSE_H

#include <stddef.h>

enum qd_at_result {
    QD_AT_OK,
    QD_AT_ERROR,  /* without a number: CMEE 0, or a command the unit does not know */
    QD_AT_CME,    /* +CME ERROR: n or text; number -1 when it came as a text that names none */
    QD_AT_CMS,    /* +CMS ERROR */
    QD_AT_CONNECT /* data mode has begun */
};

struct qd_at_final {
    enum qd_at_result result;
    int number;    /* of CME and CMS errors; -1 = none */
    char text[64]; /* of CME errors as text; "" */
};

enum qd_at_kind {
    QD_AT_TEXT,    /* an answer, an echo, or something unknown */
    QD_AT_FINAL,   /* the result of a command */
    QD_AT_URC,     /* said without being asked (urc.def) */
    QD_AT_RDY,     /* the unit has started: whatever was asked before is gone */
    QD_AT_APP_RDY, /* its application side has started */
    QD_AT_GONE     /* the unit says that it goes down */
};

/* Judges one line. numeric: bare "0" and "4" are results (ATV0). */
enum qd_at_kind qd_at_judge(const char *line, int numeric, struct qd_at_final *final);

/* "+QPRTPARA: 1,2" with prefix "+QPRTPARA" gives "1,2"; NULL when the line has another prefix. */
const char *qd_at_after(const char *line, const char *prefix);

/* NULL when a command may be sent; else why not. Identity is never written, whatever the spelling;
 * a line end inside, bytes that are no printable ASCII, and A/ are refused as well. */
const char *qd_at_refuses(const char *command);

/* Sentence for a +CME ERROR number of general and FILE commands, or NULL. */
const char *qd_at_cme_text(int number);

/* A line as it may be logged: long digit runs, the password of a URL and of an APN masked. */
void qd_at_mask(char *dst, size_t cap, const char *line);

/* What a family has of AT+QPRTPARA. */
enum qd_at_has { QD_AT_NO, QD_AT_PROBE, QD_AT_YES };

struct qd_at_family {
    const char *name;
    enum qd_at_has ufs, eufs; /* =1/3/4 and =11/13/14 */
};

/* By the answer to AT+CGMM; never NULL: the last one is "unknown". */
const struct qd_at_family *qd_at_family(const char *model);

#endif
