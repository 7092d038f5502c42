/* SPDX-License-Identifier: BSD-3-Clause
 *
 * One difference for people and for JSON, wherever it is told. */
#ifndef CLI_DIFF_TEXT_H
#define CLI_DIFF_TEXT_H

#include <jansson.h>

#include "cli/cli.h"

/* "nv:0:10:1", "efs:/a/b", … */
void cli_difference_key(const struct qdiag_difference *d, char *out, size_t cap);

json_t *cli_json_difference(const struct qdiag_difference *d);

#endif
