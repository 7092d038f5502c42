/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The version of the library at run time. */
#ifndef QDIAG_VERSION_H
#define QDIAG_VERSION_H

#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the library that is running, for example "0.1.0".
 *
 * Time: none. Unit: none. Owner: static text. Returns: never NULL. */
QDIAG_API const char *qdiag_version(void);

#ifdef __cplusplus
}
#endif
#endif
