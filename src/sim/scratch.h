/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The private temporary folder of a bundled unit. */
#ifndef SIM_SCRATCH_H
#define SIM_SCRATCH_H

#include <stddef.h>

/* Makes one (mode 0700) below TMPDIR and puts its name into path. 0, or -1 with a sentence in err.
 */
int sim_scratch_make(char *path, size_t path_cap, char *err, size_t cap);

/* Removes it with all that is in it; "" is fine. */
void sim_scratch_remove(const char *path);

#endif
