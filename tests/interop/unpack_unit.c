/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unpack_unit NAME FOLDER: sim_unit_unpack() from the command line; without arguments the names of
 * the bundled units. For test_units.py, which must be able to run it on faulty archives. */
#include <stdio.h>
#include <stdlib.h>

#include "sim/unit.h"

static int list(void)
{
    char **names = sim_unit_names();

    for (size_t i = 0; names && names[i]; i++) {
        puts(names[i]);
        free(names[i]);
    }
    int rc = names ? 0 : 1;
    free(names);
    return rc;
}

int main(int argc, char **argv)
{
    char err[1024] = "";

    if (argc == 1)
        return list();
    if (argc != 3)
        return 2;
    if (sim_unit_unpack(argv[1], argv[2], err, sizeof(err)) == 0)
        return 0;
    fprintf(stderr, "%s\n", err);
    return 1;
}
