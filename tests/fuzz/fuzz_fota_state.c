/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes the reader of an upgrade's state file. Whatever comes in: every text ends within its
 * field, every number is within its range, and nothing is taken from a file that is refused. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "flow/upgrade/upgrade_state.h"

static void require(int ok)
{
    if (!ok)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct qd_run_state s;
    struct qdiag_error e = {0};

    if (qd_run_state_parse(data, size, "input", &s, &e) != 0) {
        require(e.code == QDIAG_E_FILE_UNKNOWN && strcmp(e.item, "input") == 0);
        return 0;
    }
    require(strlen(s.salt) == 32 && strlen(s.unit) == 64);
    require(strlen(s.at) < sizeof s.at && strlen(s.target) < sizeof s.target);
    require(strlen(s.argument) < sizeof s.argument && strlen(s.stage) < sizeof s.stage);
    require(s.code >= -1 && s.restores >= -1 && s.restores < UINT32_MAX && s.interface >= -1);
    (void)qd_run_state_is(&s, "001010000000015");
    (void)qd_run_state_open(&s);
    return 0;
}
