/* SPDX-License-Identifier: BSD-3-Clause
 *
 * JSON answers: one object with a `schema` key; null = not known. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "cli/cli.h"

/* To be called before anything else here: an answer that lacks something for want of memory will
 * not be printed. */
void cli_json_start(void);

/* {"schema": …, "qdiag": version}; NULL when out of memory. */
json_t *cli_json_new(const char *schema);

/* Adds result, exit_code and error (null when e->code is 0). */
void cli_json_result(json_t *root, const struct cli_options *o, const struct qdiag_error *e,
                     int exit_code);

/* A string value; text that is not UTF-8 is made printable. */
json_t *cli_json_string(const char *text);

/* Adds a text, or null when it is NULL or empty. */
void cli_json_text(json_t *obj, const char *key, const char *text);

/* Identity of a unit, masked unless asked. */
json_t *cli_json_identity(const struct cli_options *o, const struct qdiag_identity *id);

/* {"state": "usable", "value": "…0015"} */
json_t *cli_json_ident(const struct cli_options *o, enum qdiag_ident_state state,
                       const char *digits);

/* complete, completeness ("complete", "narrowed", "incomplete") and scope of a backup; null = not
 * known, and scope is null unless less was asked for than a whole unit.
 * only_narrowed: nothing of what was asked for is missing. */
void cli_json_completeness(json_t *j, int complete, int only_narrowed, const char *scope);

/* Prints the object on stdout (one line with --json=lines) and frees it. Returns the exit code, or
 * 1 instead of 0 when the object could not be made: then that is said, and nothing printed. */
int cli_json_print(json_t *root, const struct cli_options *o, int exit_code);

/* The same when the unit may have been written to: 16 instead of 0 then. */
int cli_json_print_done(json_t *root, const struct cli_options *o, int exit_code, int changed);

/* One event on a line of its own, at once; takes j, NULL is nothing to say. */
void cli_json_line(json_t *j);

#endif
