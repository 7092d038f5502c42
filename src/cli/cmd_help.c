/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag help: made from the command and option tables, so that it cannot drift from them. */
#include <stdio.h>

#include "cli/args.h"
#include "cli/text.h"

const struct cli_command cli_commands[] = {
    {"backup", C_BACKUP, 0, 0, "--xqcn|--qcn|--tar|--dir FILE… [-d ADDR] [options]",
     "read a unit's NV items and EFS files into a file", cmd_backup},
    {"check", C_CHECK, 1, 1, "FILE [options]", "is this backup file sound? needs no unit",
     cmd_check},
    {"convert", C_CONVERT, 2, 2, "IN OUT [options]",
     "a backup file into another form: xqcn, qcn, tar or a folder", cmd_convert},
    {"diff", C_DIFF, 2, 2, "FILE FILE [options]", "what differs between two backup files, by class",
     cmd_diff},
    {"doctor", C_DOCTOR, 0, 0, "[-d ADDR] [options]",
     "what stands in the way of a backup, and what to do; reads only", cmd_doctor},
    {"efs", C_EFS, 1, 3, "ls|tree|stat|cat|get|put|rm|mkdir|ln|chmod PATH… [-d ADDR] [options]",
     "files and folders in a unit's EFS", cmd_efs},
    {"info", C_INFO, 0, 0, "[-d ADDR] [options]", "identity and firmware of a unit, read only",
     cmd_info},
    {"list", C_LIST, 0, 0, "[options]",
     "units, their ports and who holds them; opens nothing without --probe", cmd_list},
    {"nv", C_NV, 1, CLI_NV_IDS + 1,
     "read ID… | list | write ID --hex BYTES|--file FILE [-d ADDR] [options]",
     "a unit's numbered NV items", cmd_nv},
    {"plan", C_PLAN, 1, 1, "FILE [-d ADDR] [--out PLAN] [options]",
     "what a restore of FILE would write, item by item; reads only", cmd_plan},
    {"redact", C_REDACT, 2, 2, "IN OUT [options]",
     "a copy without identity and secrets, safe to attach to a bug report", cmd_redact},
    {"restore", C_RESTORE, 0, 1,
     "FILE | --plan PLAN | --resume JOURNAL [FILE] | --rollback|--status JOURNAL [-d ADDR] "
     "[options]",
     "a backup back onto the unit it was taken from; every write is read back", cmd_restore},
    {"show", C_SHOW, 1, 2, "FILE [PATTERN] [options]",
     "contents of a backup file by class, with names and values", cmd_show},
    {"ufs", C_UFS, 1, 4,
     "status|backup|restore [--fs ufs|eufs] --at ADDR | files ls|put|get|rm … --at ADDR",
     "the module's own backups (AT+QPRTPARA), and a user's files in it", cmd_ufs},
    {"preflight", C_PREFLIGHT, 0, 0,
     "--backup FILE [--package FILE] [--source URL|PATH] [--power-ok] --at ADDR [-d ADDR]",
     "may this unit be upgraded with this package now? reads only", cmd_preflight},
    {"fota", C_FOTA, 1, 3,
     "check --package FILE | upload FILE [NAME] --at ADDR | run --source URL|PATH --package FILE "
     "--backup FILE --at ADDR | watch --state FILE | verify --backup FILE --at ADDR [-d ADDR]",
     "upgrades (DFOTA): judge a package, send it, upgrade, watch, verify", cmd_fota},
    {"verify", C_VERIFY, 1, 1, "FILE [-d ADDR] [options]",
     "compare a backup with the connected unit; reads only", cmd_verify},
    {"help", C_HELP, 0, 1, "[COMMAND]", "this help, or that of one command", cmd_help},
    {NULL, 0, 0, 0, NULL, NULL, NULL}};

static const struct {
    int code;
    const char *meaning;
} exit_codes[] = {
#define QD_EXIT(code, meaning) {code, meaning},
#include "cli/exit_codes.def"
#undef QD_EXIT
};

static void help_all(void)
{
    printf("qdiag %s: backup of Qualcomm DIAG modules (NV items, EFS files, RF calibration)\n\n",
           qdiag_version());
    printf("usage: qdiag COMMAND [options]\n\n");
    for (const struct cli_command *c = cli_commands; c->name; c++)
        printf("  %-9s %s\n", c->name, c->summary);
    printf("\nexit codes; 16 to 31 only after the unit was written to:\n\n");
    for (size_t i = 0; i < sizeof exit_codes / sizeof exit_codes[0]; i++)
        printf("  %3d  %s\n", exit_codes[i].code, exit_codes[i].meaning);
    printf("\n`qdiag help COMMAND` shows its options; more, and examples, are in qdiag(1).\n");
}

static void help_one(const struct cli_command *c)
{
    printf("qdiag %s: %s\n\nusage: qdiag %s %s\n\n", c->name, c->summary, c->name, c->usage);
    cli_print_options(c->bit);
}

int cmd_help(struct qdiag_context *ctx, const struct cli_options *o)
{
    (void)ctx;
    if (o->nargs == 0) {
        help_all();
        return 0;
    }
    const struct cli_command *c = cli_find_command(o->arg[0]);
    if (!c)
        return cli_usage_error("there is no command %s", o->arg[0]);
    help_one(c);
    return 0;
}
