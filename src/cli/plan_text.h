/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plans and reports of restores, as text and as JSON: the same for restore, plan, nv write and efs.
 */
#ifndef CLI_PLAN_TEXT_H
#define CLI_PLAN_TEXT_H

#include "cli/json.h"

/* Evidence, firmware, what is written, what is left out and why. */
void cli_print_plan(const struct cli_options *o, struct qdiag_plan *p);
json_t *cli_json_plan(const struct cli_options *o, struct qdiag_plan *p);

void cli_print_restored(const struct cli_options *o, const struct qdiag_restore_report *r);
json_t *cli_json_restored(const struct cli_options *o, const struct qdiag_restore_report *r);

#endif
