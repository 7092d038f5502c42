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
    C_NV = 512,
    C_EFS = 1024,
    C_PLAN = 2048,
    C_RESTORE = 4096,
    C_VERIFY = 8192,
    C_UFS = 16384,
    C_DOCTOR = 32768,
    C_FOTA = 65536,
    C_PREFLIGHT = 131072,
    C_AT = C_UFS | C_BACKUP | C_INFO | C_DOCTOR | C_FOTA | C_PREFLIGHT,
    C_WRITES = C_RESTORE | C_NV | C_EFS,
    C_UNIT = C_BACKUP | C_INFO | C_NV | C_EFS | C_PLAN | C_RESTORE | C_VERIFY | C_UFS | C_DOCTOR |
             C_FOTA | C_PREFLIGHT,
    C_ALL = C_UNIT | C_CONVERT | C_CHECK | C_LIST | C_HELP | C_SHOW | C_DIFF | C_REDACT
};

#define CLI_NV_IDS 256 /* ids one `nv read` takes */

enum cli_json { CLI_TEXT, CLI_JSON, CLI_JSON_LINES };
enum cli_progress { CLI_PROGRESS_AUTO, CLI_PROGRESS_BAR, CLI_PROGRESS_LINES, CLI_PROGRESS_NONE };

struct cli_options {
    int device_named; /* -d was given, auto included */
    const char *device, *serial, *capture, *log_file;
    unsigned timeout_ms;
    struct qdiag_backup_options backup;
    const char *to; /* of convert: a form; of fota: a version */
    const char *package, *from, *sha256;
    const char *source; /* of an upgrade */
    int power_ok, without_ufs, keep_package;
    const char *state; /* of a run of an upgrade */
    struct qdiag_fota_limits limits;
    const char *raw, *only, *report;
    unsigned index;                                      /* array element of an NV item */
    const char *out, *plan, *resume, *rollback, *status; /* of plans and journals */
    const char *journal, *safety, *confirm, *spc_file, *label_imei;
    const char *hex, *file; /* bytes to write */
    int dry_run, accept_firmware, as_item, as_file;
    const char *at;
    int with_ufs;
    struct qdiag_ufs_options ufs;
    int with_volatile;
    int probe;
    int no_inhibit, show_identity, verbose, quiet, help, version, color;
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

/* A whole text as a number, decimal or 0x…, within lo..hi; -1 when it is none. */
int cli_number(const char *text, long lo, long hi, long *out);

int cmd_backup(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_check(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_convert(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_efs(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_doctor(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_info(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_list(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_nv(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_plan(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_redact(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_restore(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_show(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_verify(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_diff(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_ufs(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_preflight(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_fota(struct qdiag_context *ctx, const struct cli_options *o);
int cmd_help(struct qdiag_context *ctx, const struct cli_options *o);

#endif
