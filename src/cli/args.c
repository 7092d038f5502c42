/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Command lines: one option table, getopt_long, and checks that say what was expected. */
#include "cli/args.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/text.h"

enum option_id {
#define QD_OPTION(id, name, letter, arg, commands, help) OPT_##id,
#include "cli/options.def"
#undef QD_OPTION
    OPT_COUNT
};

static const struct option_row {
    const char *name;
    int letter;
    const char *arg;
    unsigned commands;
    const char *help;
} rows[] = {
#define QD_OPTION(id, name, letter, arg, commands, help) {name, letter, arg, commands, help},
#include "cli/options.def"
#undef QD_OPTION
};

#define FIRST_LONG 256 /* getopt values of options without a letter */

int cli_number(const char *text, long lo, long hi, long *out)
{
    char *end;
    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return -1;
    int hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    long v = strtol(text, &end, hex ? 16 : 10);
    if (errno || *end || v < lo || v > hi)
        return -1;
    *out = v;
    return 0;
}

static int parse_range(const char *text, struct qdiag_backup_options *b)
{
    char first[16];
    long lo, hi;
    const char *dash = strchr(text, '-');
    if (!dash || (size_t)(dash - text) >= sizeof first)
        return -1;
    memcpy(first, text, (size_t)(dash - text));
    first[dash - text] = '\0';
    if (cli_number(first, 0, 65535, &lo) || cli_number(dash + 1, lo, 65535, &hi))
        return -1;
    b->nv_first = (int)lo;
    b->nv_last = (int)hi;
    return 0;
}

static int parse_sub(const char *text, struct qdiag_backup_options *b)
{
    long v = QDIAG_SUB_ALL;
    if (strcmp(text, "all") != 0 && cli_number(text, 0, QDIAG_SUBS - 1, &v) != 0)
        return -1;
    b->sub = (int)v;
    return 0;
}

static int parse_word(const char *text, const char *const *words, int *out)
{
    for (int i = 0; words[i]; i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i;
            return 0;
        }
    return -1;
}

static int parse_count(const char *text, long most, unsigned unit, unsigned *out)
{
    long v;
    if (cli_number(text, 1, most, &v) != 0)
        return -1;
    *out = (unsigned)v * unit;
    return 0;
}

/* "first=90,between=600" */
static int parse_limits(const char *text, struct qdiag_fota_limits *l)
{
    const struct {
        const char *name;
        unsigned *value;
    } known[] = {{"ok=", &l->ok},
                 {"start=", &l->start},
                 {"download=", &l->download},
                 {"port_back=", &l->port_back},
                 {"first=", &l->first},
                 {"between=", &l->between},
                 {"attempt=", &l->attempt}};
    char one[16];

    memset(l, 0, sizeof *l);
    if (!*text)
        return -1;
    while (*text) {
        size_t n = strcspn(text, ","), i = 0;

        while (i < sizeof known / sizeof known[0] &&
               strncmp(text, known[i].name, strlen(known[i].name)) != 0)
            i++;
        if (i == sizeof known / sizeof known[0] || *known[i].value ||
            n - strlen(known[i].name) >= sizeof one)
            return -1;
        memcpy(one, text + strlen(known[i].name), n - strlen(known[i].name));
        one[n - strlen(known[i].name)] = '\0';
        if (parse_count(one, 86400, 1, known[i].value) != 0)
            return -1;
        text += n + (text[n] == ',');
    }
    return 0;
}

static int set_word(enum option_id id, const char *arg, struct cli_options *o)
{
    static const char *const progress[] = {"auto", "bar", "lines", "none", NULL};
    static const char *const fs[] = {"ufs", "eufs", NULL};
    static const char *const color[] = {"auto", "always", "never", NULL};
    int v = 0, rc;
    if (id == OPT_COLOR) {
        rc = parse_word(arg, color, &o->color);
    } else if (id == OPT_FS) {
        rc = parse_word(arg, fs, &v);
        o->ufs.fs = (enum qdiag_ufs)v;
    } else {
        rc = parse_word(arg, progress, &v);
        o->progress = (enum cli_progress)v;
    }
    return rc;
}

static int set_value(enum option_id id, const char *arg, struct cli_options *o)
{
    long v;
    switch (id) {
    case OPT_TIMEOUT:
        if (cli_number(arg, 1, 600000, &v) != 0)
            return -1;
        o->timeout_ms = (unsigned)v;
        return 0;
    case OPT_INDEX:
        if (cli_number(arg, 0, 255, &v) != 0)
            return -1;
        o->index = (unsigned)v;
        return 0;
    case OPT_MAX_AGE:
        return parse_count(arg, 24 * 365, 1, &o->ufs.max_age_h);
    case OPT_WAIT:
        return parse_count(arg, 600, 1000, &o->ufs.wait_ms);
    case OPT_LIMIT:
        return parse_limits(arg, &o->limits);
    case OPT_SUB:
        return parse_sub(arg, &o->backup);
    case OPT_NV_RANGE:
        return parse_range(arg, &o->backup);
    case OPT_JSON:
        o->json = arg ? CLI_JSON_LINES : CLI_JSON;
        return arg && strcmp(arg, "lines") != 0 ? -1 : 0;
    default:
        return set_word(id, arg, o);
    }
}

static const char **text_slot(enum option_id id, struct cli_options *o)
{
    switch (id) {
    case OPT_DEVICE:
        o->device_named = 1;
        return &o->device;
    case OPT_SERIAL:
        return &o->serial;
    case OPT_CAPTURE:
        return &o->capture;
    case OPT_XQCN:
        return &o->backup.xqcn;
    case OPT_QCN:
        return &o->backup.qcn;
    case OPT_TAR:
        return &o->backup.tar;
    case OPT_DIR:
        return &o->backup.dir;
    case OPT_TO:
        return &o->to;
    case OPT_PACKAGE:
        return &o->package;
    case OPT_FROM:
        return &o->from;
    case OPT_SHA256:
        return &o->sha256;
    case OPT_SOURCE:
        return &o->source;
    case OPT_STATE:
        return &o->state;
    case OPT_LOG_FILE:
        return &o->log_file;
    case OPT_AT:
        return &o->at;
    case OPT_WITH_BACKUP:
        return &o->ufs.backup;
    case OPT_RAW:
        return &o->raw;
    case OPT_ONLY:
        return &o->only;
    case OPT_REPORT:
        return &o->report;
    default:
        return NULL;
    }
}

/* Of the commands that change a unit. */
static const char **change_slot(enum option_id id, struct cli_options *o)
{
    switch (id) {
    case OPT_OUT:
        return &o->out;
    case OPT_PLAN:
        return &o->plan;
    case OPT_RESUME:
        return &o->resume;
    case OPT_ROLLBACK:
        return &o->rollback;
    case OPT_STATUS:
        return &o->status;
    case OPT_JOURNAL:
        return &o->journal;
    case OPT_SAFETY:
        return &o->safety;
    case OPT_CONFIRM:
        return &o->confirm;
    case OPT_SPC_FILE:
        return &o->spc_file;
    case OPT_LABEL_IMEI:
        return &o->label_imei;
    case OPT_HEX:
        return &o->hex;
    case OPT_FILE:
        return &o->file;
    default:
        return NULL;
    }
}

static int *flag_slot(enum option_id id, struct cli_options *o)
{
    switch (id) {
    case OPT_EXHAUSTIVE:
        return &o->backup.exhaustive;
    case OPT_ACCEPT:
        return &o->backup.accept_incomplete;
    case OPT_NO_INHIBIT:
        return &o->no_inhibit;
    case OPT_VOLATILE:
        return &o->with_volatile;
    case OPT_PROBE:
        return &o->probe;
    case OPT_DRY_RUN:
        return &o->dry_run;
    case OPT_ACCEPT_FW:
        return &o->accept_firmware;
    case OPT_AS_ITEM:
        return &o->as_item;
    case OPT_AS_FILE:
        return &o->as_file;
    case OPT_SHOW_IDENTITY:
        return &o->show_identity;
    case OPT_WITH_UFS:
        return &o->with_ufs;
    case OPT_POWER_OK:
        return &o->power_ok;
    case OPT_WITHOUT_UFS:
        return &o->without_ufs;
    case OPT_KEEP_PACKAGE:
        return &o->keep_package;
    case OPT_FORCE:
        return &o->ufs.force;
    case OPT_VERBOSE:
        return &o->verbose;
    case OPT_QUIET:
        return &o->quiet;
    case OPT_HELP:
        return &o->help;
    case OPT_VERSION:
        return &o->version;
    default:
        return NULL;
    }
}

static int apply(const struct cli_command *cmd, enum option_id id, const char *arg,
                 struct cli_options *o)
{
    if (!(rows[id].commands & cmd->bit))
        return cli_usage_error("`qdiag %s` has no option --%s", cmd->name, rows[id].name);
    const char **text = text_slot(id, o);
    if (!text)
        text = change_slot(id, o);
    int *flag = flag_slot(id, o);
    if (text) {
        *text = arg;
        return arg[0] ? 0 : cli_usage_error("--%s needs a value", rows[id].name);
    }
    if (flag) {
        ++*flag;
        return 0;
    }
    if (set_value(id, arg, o) != 0)
        return cli_usage_error("--%s %s: not understood; %s is: %s", rows[id].name, arg ? arg : "",
                               rows[id].arg, rows[id].help);
    return 0;
}

static void build_tables(struct option *longs, char *shorts)
{
    *shorts++ = ':';
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *r = &rows[i];
        int has = !r->arg ? no_argument : r->arg[0] == '[' ? optional_argument : required_argument;
        longs[i].name = r->name;
        longs[i].has_arg = has;
        longs[i].flag = NULL;
        longs[i].val = FIRST_LONG + i;
        if (!r->letter)
            continue;
        *shorts++ = (char)r->letter;
        if (has == required_argument)
            *shorts++ = ':';
    }
    *shorts = '\0';
    memset(&longs[OPT_COUNT], 0, sizeof longs[0]);
}

static int option_of(int value)
{
    if (value >= FIRST_LONG)
        return value - FIRST_LONG;
    for (int i = 0; i < OPT_COUNT; i++)
        if (rows[i].letter == value)
            return i;
    return -1;
}

static int check_args(const struct cli_command *cmd, const struct cli_options *o)
{
    if (o->help || o->version)
        return 0;
    if (o->nargs < cmd->min_args)
        return cli_usage_error("`qdiag %s` needs more: qdiag %s %s", cmd->name, cmd->name,
                               cmd->usage);
    if (o->nargs > cmd->max_args)
        return cli_usage_error("`qdiag %s` does not take %s", cmd->name, o->arg[cmd->max_args]);
    return 0;
}

int cli_parse(const struct cli_command *cmd, int argc, char **argv, struct cli_options *o)
{
    struct option longs[OPT_COUNT + 1];
    char shorts[2 * OPT_COUNT + 2];
    int v;
    build_tables(longs, shorts);
    opterr = 0;
    while ((v = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (v == ':')
            return cli_usage_error("%s needs a value", argv[optind - 1]);
        if (v == '?' && optopt > 0 && optopt < FIRST_LONG) /* one letter, perhaps of several */
            return cli_usage_error("unknown option -%c", optopt);
        if (v == '?' && optopt >= FIRST_LONG)
            return cli_usage_error("--%s takes no value", rows[optopt - FIRST_LONG].name);
        int id = v == '?' ? -1 : option_of(v);
        if (id < 0)
            return cli_usage_error("unknown or ambiguous option %s", argv[optind - 1]);
        int rc = apply(cmd, (enum option_id)id, optarg, o);
        if (rc != 0)
            return rc;
    }
    o->arg = argv + optind;
    o->nargs = argc - optind;
    return check_args(cmd, o);
}

void cli_print_options(enum cli_command_bit bit)
{
    for (int i = 0; i < OPT_COUNT; i++) {
        const struct option_row *r = &rows[i];
        char left[64];
        if (!(r->commands & bit))
            continue;
        const char *arg = r->arg ? r->arg : "";
        snprintf(left, sizeof left, "%s%c%s --%s%s%s", r->letter ? "-" : " ",
                 r->letter ? r->letter : ' ', r->letter ? "," : " ", r->name,
                 r->arg && r->arg[0] != '[' ? " " : "", arg);
        printf("  %-28s %s\n", left, r->help);
    }
}
