/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups beside something else: shown by `info`, made behind a DIAG backup. */
#ifndef CLI_INNER_H
#define CLI_INNER_H

#include "cli/json.h"

/* What `info` shows. e.code: not read, and why. */
struct cli_inner_state {
    struct qdiag_ufs_status s;
    struct qdiag_error e;
};

/* Reads them through the AT port that is named, or found for the unit at device. */
void cli_inner_read(struct qdiag_context *ctx, const struct cli_options *o, const char *device,
                    const struct qdiag_identity *id, struct cli_inner_state *in);
void cli_inner_show(const struct cli_options *o, const struct cli_inner_state *in);
json_t *cli_inner_state_json(const struct cli_options *o, const struct cli_inner_state *in);

/* What `backup --with-ufs` made. */
struct cli_inner_backup {
    struct {
        enum qdiag_ufs fs;
        struct qdiag_ufs_report r;
        struct qdiag_error e;
    } one[2];
    unsigned n;           /* that were tried */
    struct qdiag_error e; /* the first failure, in its own words */
};

/* Makes each that the module has, with file as the DIAG backup. *e is then the run's error: it says
 * that the DIAG backup is good. */
void cli_inner_make(struct qdiag_context *ctx, const struct cli_options *o,
                    struct qdiag_device *dev, const char *file, struct cli_inner_backup *in);
void cli_inner_error(const struct cli_inner_backup *in, struct qdiag_error *e);
void cli_inner_made(const struct cli_options *o, const struct cli_inner_backup *in);
json_t *cli_inner_made_json(const struct cli_options *o, const struct cli_inner_backup *in);

#endif
