/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What `qdiag preflight` and the runs of `qdiag fota` share: the options, the table, its JSON. */
#ifndef CLI_PREFLIGHT_TEXT_H
#define CLI_PREFLIGHT_TEXT_H

#include <jansson.h>

#include "cli/cli.h"

struct qdiag_preflight_options cli_preflight_options(const struct cli_options *o);

/* One line per check, its detail under it, the verdict last. */
void cli_print_preflight(const struct cli_options *o, const struct qdiag_preflight *pf);

/* {"go": …, "line": …, "unit": …, "package": …, "checks": […]} */
json_t *cli_json_preflight(const struct cli_options *o, const struct qdiag_preflight *pf);

#endif
