/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The commands under `qdiag fota`: one line here, one in the table of cmd_fota.c. */
#ifndef CLI_CMD_FOTA_H
#define CLI_CMD_FOTA_H

#include "cli/cli.h"

int cmd_fota_check(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_fota_upload(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_fota_run(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_fota_watch(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_fota_verify(struct qdiag_context *ctx, const struct cli_options *o);

#endif
