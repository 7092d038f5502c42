/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What the commands of the program share: parsed options, the context with its callbacks, output.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <qdiag/qdiag.h>

enum cli_command_bit {
    C_BACKUP = 1,
    C_CHECK = 2,
    C_INFO = 4,
    C_LIST = 8,
    C_HELP = 16,
    C_SHOW = 32,
    C_DIFF = 64,
    C_REDACT = 128,
    C_CONVERT = 256,
    C_DOCTOR = 512,
    C_UNIT = C_BACKUP | C_INFO | C_DOCTOR,
    C_ALL = C_DOCTOR | C_CONVERT | C_BACKUP | C_CHECK | C_INFO | C_LIST | C_HELP | C_SHOW | C_DIFF | C_REDACT
};

enum cli_json { CLI_TEXT, CLI_JSON, CLI_JSON_LINES };
enum cli_progress { CLI_PROGRESS_AUTO, CLI_PROGRESS_BAR, CLI_PROGRESS_LINES, CLI_PROGRESS_NONE };

struct cli_options {
    const char *device, *serial, *capture, *log_file;
    unsigned timeout_ms;
    struct qdiag_backup_options backup;
    const char *to;
    const char *raw, *only, *report;
    int with_volatile;
    int show_identity, verbose, quiet, help, version, color;
    enum cli_json json;
    enum cli_progress progress;
    char **arg; /* what is not an option */
    int nargs;
};

struct cli_command {
    const char *name;
    enum cli_command_bit bit;
    int min_args, max_args;
    const char *usage, *summary;
    int (*run)(struct qdiag_context *ctx, const struct cli_options *o); /* exit code */
};

extern const struct cli_command cli_commands[]; /* ends with a NULL name */
const struct cli_command *cli_find_command(const char *name);

int cmd_backup(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_check(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_convert(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_doctor(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_info(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_list(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_redact(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_show(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_diff(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_help(struct qdiag_context *ctx, const struct cli_options *o);

#endif
