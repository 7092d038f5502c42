/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Text for people: errors on stderr, numbers with units, masking. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include "cli/cli.h"

/* "qdiag: …" and the usage hint on stderr; returns exit code 2. */
int cli_usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The whole error on stderr, first line fit to stand alone in a log. */
void cli_print_error(const struct cli_options *o, const struct qdiag_error *e, int exit_code);

/* "1.2 MB", "812 KB", "97 B". */
void cli_size(char *out, size_t cap, uint64_t bytes);

/* The number itself with --show-identity, else masked; "blank", "damaged", "not known" otherwise.
 */
const char *cli_identity(const struct cli_options *o, enum qdiag_ident_state state,
                         const char *digits, char out[32]);

/* Text that a unit or a file chose, fit for a terminal, a log line and JSON: control bytes and what
 * is not UTF-8 become \\x1b. */
const char *cli_printable(const char *text, char *out, size_t cap);

/* The same, with digit runs of 14 and more masked unless --show-identity. */
const char *cli_masked(const struct cli_options *o, const char *text, char *out, size_t cap);

/* The exit code of an error, with the signal's own code for a cancelled run. */
int cli_exit_code(const struct qdiag_error *e);
void cli_note_signal(int signo);
int cli_signalled(void); /* 1: one has come */

/* A whole local file of at most cap bytes; free() it. 0, or an exit code after the error was
 * printed. */
int cli_read_file(const char *path, size_t cap, uint8_t **p, size_t *n);

/* Flushes stdout; an answer that could not be written is an error of its own. */
int cli_finish(int exit_code);

#endif
