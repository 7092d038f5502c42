/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The unit folder (docs/formats/unit.md): unit.conf, nv/, efs/, efs-alt/, *.attr. Loaded whole,
 * written through on change, so that a stopped simulator can be started again where it was. */
#ifndef SIM_UNIT_H
#define SIM_UNIT_H

#include <stddef.h>
#include <stdint.h>

struct sim_unit;

/* Loads and checks a unit folder. 0, or -1 with a sentence naming file and line in err. */
int sim_unit_load(struct sim_unit **u, const char *dir, char *err, size_t cap);
void sim_unit_free(struct sim_unit **u);

/* Writes a bundled unit (src/sim/units/NAME.unit) out as a folder. 0, or -1 with a sentence in err.
 */
int sim_unit_unpack(const char *name, const char *dir, char *err, size_t cap);

/* One line per bundled unit name on out of --help; NULL-terminated vector of names, free each and
 * it. */
char **sim_unit_names(void);

/* A key of unit.conf as text; def when it is not there. Quirks are keys without a value ("" then).
 */
const char *sim_unit_conf(const struct sim_unit *u, const char *key, const char *def);
int sim_unit_quirk(const struct sim_unit *u, const char *name);

/* Changes are kept in memory until the unit would have them in its flash (sync, close, reset,
 * free); commit writes them to the folder now. 0, or -1 with a sentence in err. sim_unit_free
 * commits too, but has nobody to tell. */
int sim_unit_commit(struct sim_unit *u, char *err, size_t cap);
int sim_unit_pending(const struct sim_unit *u);

/* A power cut: forgets what was not committed and reads the folder again. 0, or -1 and the unit
 * stays as it was. No file or directory of it may be open. */
int sim_unit_revert(struct sim_unit *u, char *err, size_t cap);

/* The last failure to write the folder, "" if there was none; for the front to show. */
const char *sim_unit_trouble(const struct sim_unit *u);

#endif
