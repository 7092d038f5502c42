/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes the simulator's reader of upgrade packages. Whatever comes in: a verdict, versions within
 * their limits, and "fits" only for the version that was asked about. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/fota.h"

static void require(int ok)
{
    if (!ok)
        abort();
}

static void judge(const uint8_t *data, size_t size, const char *version)
{
    struct sim_package p;
    enum sim_package_verdict v = sim_package_check(data, size, version, &p);

    require(v <= SIM_PACKAGE_SOURCE);
    require(memchr(p.from, 0, sizeof p.from) && memchr(p.to, 0, sizeof p.to));
    require(memchr(p.base, 0, sizeof p.base) && memchr(p.build, 0, sizeof p.build));
    if (v == SIM_PACKAGE_FITS)
        require(p.from[0] && p.to[0] && strcmp(p.from, version) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    judge(data, size, "EG95EFBR06A08M4G_01.001.01.001");
    judge(data, size, "");
    return 0;
}
