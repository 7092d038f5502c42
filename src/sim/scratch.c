/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Makes and removes the temporary folder. It must never follow a link, and never be given a folder
 * that sim_scratch_make has not made. */
#include "config.h"

#include "sim/scratch.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int sim_scratch_make(char *path, size_t path_cap, char *err, size_t cap)
{
    const char *base = getenv("TMPDIR");
    int n = snprintf(path, path_cap, "%s/qdiag-sim.XXXXXX", base && *base ? base : "/tmp");

    if (n < 0 || (size_t)n >= path_cap) {
        snprintf(err, cap, "TMPDIR is too long");
        path[0] = '\0';
        return -1;
    }
    if (!mkdtemp(path)) {
        snprintf(err, cap, "%s: %s", path, strerror(errno));
        path[0] = '\0';
        return -1;
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    (void)remove(path); /* go on: what can be removed shall be */
    return 0;
}

void sim_scratch_remove(const char *path)
{
    if (*path)
        (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
