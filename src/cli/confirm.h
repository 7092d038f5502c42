/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a change to a unit needs from a person: digits that show which unit is meant, and a service
 * code where the unit asks for one. Never asked without a terminal. */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

#include "cli/cli.h"

/* Names for the journal and the safety backup, and a code. */
struct cli_change {
    struct qdiag_restore_options opt;
    char journal[64], safety[64];
    char spc[8];
};

/* From the options, --spc-file, QDIAG_SPC and, for names that were not given, the time. 0 or an
 * exit code. */
int cli_change_prepare(const struct cli_options *o, struct cli_change *c);

/* Shows the plan and carries it out, or stops after the plan with --dry-run; frees nothing. */
int cli_change_run(struct qdiag_device *dev, struct qdiag_plan *p, const struct cli_options *o,
                   struct qdiag_error *e);

#endif
