/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What came of an upgrade, as `qdiag fota verify` and the end of a run tell it. */
#ifndef CLI_FOTA_VERIFY_TEXT_H
#define CLI_FOTA_VERIFY_TEXT_H

#include <jansson.h>

#include "cli/cli.h"

void cli_print_fota_verify(const struct cli_options *o, const struct qdiag_fota_report *r);
json_t *cli_json_fota_verify(const struct qdiag_fota_report *r);

#endif
