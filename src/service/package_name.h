/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the file name of an upgrade package says of its source and target. Pure. The rule and its
 * sources: docs/formats/dfota.md. */
#ifndef QD_SERVICE_PACKAGE_NAME_H
#define QD_SERVICE_PACKAGE_NAME_H

#include "base/version.h"

#define QD_VERSION_CAP (QD_VERSION_MAX + 1) /* with the NUL */

struct qd_package_name {
    char from[QD_VERSION_CAP], to[QD_VERSION_CAP];
    char to_other[QD_VERSION_CAP]; /* a name ending in _Vnn: with it; `to` is without. "" = none */
};

/* name: the last part of a path. 1: it names both versions; 0: no evidence, all fields "". */
int qd_package_name(const char *name, struct qd_package_name *out);

#endif
