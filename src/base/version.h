/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Firmware versions as text: their one grammar, and how far two of them agree. Pure; for backups
 * (model/revision.c) and upgrade packages alike. Source: docs/formats/dfota.md. */
#ifndef QD_BASE_VERSION_H
#define QD_BASE_VERSION_H

#include <stddef.h>

/* EG18EAPA R01A08 V05 M4G _ 01.001.01.001, as pieces of the text. */
struct qd_version {
    const char *text;
    size_t project;  /* bytes of the project, at the front */
    size_t release;  /* where "R01A08" stands; 6 bytes */
    size_t v;        /* where "V05" stands; 0 = no such part; 3 bytes */
    size_t m, m_len; /* "M4G"; m_len 0 = no such part */
    size_t base;     /* bytes in front of the first '_', or all */
    const char *sub; /* behind it; "" = none */
};

#define QD_VERSION_MAX 127u /* bytes of a version */

/* 0, or -1: outside the grammar, longer than QD_VERSION_MAX, or NULL. */
int qd_version_parse(const char *text, struct qd_version *v);

/* 1: "R02A09" begins the text. */
int qd_version_is_release(const char *text);

/* "…_01.016.00.000": the application half has not started, and this is no version yet. */
int qd_version_starting(const char *text);

enum qd_version_fit {
    QD_VERSION_EQUAL,
    QD_VERSION_PART, /* one ends where the other has '.' or '_': equal as far as it goes */
    QD_VERSION_OTHER
};

/* Byte by byte: groups are text, so that "01" is not "1". *rest: what the longer one has more (""
 * when equal), its '.' or '_' first; may be NULL. */
enum qd_version_fit qd_version_fit(const char *a, const char *b, const char **rest);

/* 1: b is older than a by release, then V, then the groups of digits of the sub version; 0: it is
 * not, or this cannot be told. */
int qd_version_older(const struct qd_version *b, const struct qd_version *a);

#endif
