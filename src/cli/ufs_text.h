/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups in answers, for every command that shows them. */
#ifndef CLI_UFS_TEXT_H
#define CLI_UFS_TEXT_H

#include "cli/json.h"

extern const char *const cli_ufs_names[2]; /* "ufs", "eufs" */

/* Lines of text: both file systems and the notes. */
void cli_ufs_print(const struct qdiag_ufs_status *s);

/* One file system; null when its state is not known. */
json_t *cli_ufs_json(const struct qdiag_ufs_state *s);

/* Adds ufs, eufs and notes. */
void cli_ufs_json_states(json_t *j, const struct qdiag_ufs_status *s);

/* "what: why" of an error, masked. */
const char *cli_ufs_reason(const struct cli_options *o, const struct qdiag_error *e, char *out,
                           size_t cap);

#endif
