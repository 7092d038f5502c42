/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The version the library was built as. */
#include <qdiag/version.h>

#include "config.h"

const char *qdiag_version(void)
{
    return PACKAGE_VERSION;
}
