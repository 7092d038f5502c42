/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Progress on stderr (bar or lines) or as JSON lines on stdout; at most ten a second. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/cli.h"

void cli_progress_start(struct qdiag_context *ctx, const struct cli_options *o);

/* Takes a bar off the screen before other text. */
void cli_progress_clear(void);

#endif
