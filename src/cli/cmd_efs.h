/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The verbs of qdiag efs that change a unit. */
#ifndef CLI_CMD_EFS_H
#define CLI_CMD_EFS_H

#include "cli/cli.h"

int cli_efs_is_change(const char *verb);
int cli_efs_change(struct qdiag_context *ctx, const struct cli_options *o);

#endif
