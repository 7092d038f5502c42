/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag ufs: the module's own backups, and a user's files in it. It must never ask on a program's
 * standard input: a question is for a person at a terminal, a script gives --confirm. */
#include <stdio.h>
#include <string.h>

#include "cli/json.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/text.h"
#include "cli/ufs_text.h"

/* What a run came to, for the answer. */
struct answer {
    const struct cli_options *o;
    struct qdiag_error e;
    struct qdiag_ufs_report r;
    struct qdiag_user_files files;
    int has_report, has_files;
    const char *action;
    char command[160]; /* of files: what a dry run did not send */
};

/* ---- text ---- */

static void print_status(const struct cli_options *o, const struct qdiag_ufs_status *s)
{
    char text[256], imei[32];

    printf("unit       %s\n", cli_printable(s->address, text, sizeof text));
    printf("model      %s", cli_printable(s->model, text, sizeof text));
    printf(" (family %s)\n", s->family);
    printf("firmware   %s\n",
           *s->firmware ? cli_masked(o, s->firmware, text, sizeof text) : "not known");
    printf("IMEI       %s\n",
           cli_identity(o, *s->imei ? QDIAG_IDENT_USABLE : QDIAG_IDENT_UNKNOWN, s->imei, imei));
    cli_ufs_print(s);
}

static void print_change(const struct answer *a)
{
    const struct qdiag_ufs_report *r = &a->r;
    int restore = strcmp(a->action, "restore") == 0;

    if (*r->would_send)
        printf("%s: every check passed; %s would be sent now, nothing was\n",
               cli_ufs_names[a->o->ufs.fs], r->would_send);
    else if (r->skipped)
        printf("%s: not repeated, a confirmed copy is not a day old (backup %u); --force makes "
               "another\n",
               cli_ufs_names[a->o->ufs.fs], r->before.backups);
    else
        printf("%s: %s confirmed: count %u before, %u after%s\n", cli_ufs_names[a->o->ufs.fs],
               restore ? "restore" : "backup", restore ? r->before.restores : r->before.backups,
               restore ? r->after.restores : r->after.backups,
               r->repeated ? "; the first one was broken off or not valid, and was repeated" : "");
    if (*r->note)
        printf("note       %s\n", r->note);
}

static void print_files(const struct qdiag_user_files *l)
{
    char text[256];

    for (size_t i = 0; i < l->count; i++)
        printf("%10u  %s\n", l->file[i].size, cli_printable(l->file[i].name, text, sizeof text));
    printf("%zu files, %llu of %llu bytes free\n", l->count, (unsigned long long)l->free_bytes,
           (unsigned long long)l->total_bytes);
}

/* ---- JSON ---- */

static void json_unit(const struct cli_options *o, json_t *j, const struct qdiag_ufs_status *s)
{
    char text[256];

    cli_json_text(j, "address", s->address);
    cli_json_text(j, "model", s->model);
    cli_json_text(j, "family", s->family);
    cli_json_text(j, "firmware", cli_masked(o, s->firmware, text, sizeof text));
    json_object_set_new(
        j, "imei", cli_json_ident(o, *s->imei ? QDIAG_IDENT_USABLE : QDIAG_IDENT_UNKNOWN, s->imei));
    cli_ufs_json_states(j, s);
}

static void json_files(json_t *j, const struct qdiag_user_files *l)
{
    json_t *v = json_array();

    for (size_t i = 0; i < l->count; i++) {
        json_t *f = json_object();

        json_object_set_new(f, "name", cli_json_string(l->file[i].name));
        json_object_set_new(f, "size", json_integer(l->file[i].size));
        json_array_append_new(v, f);
    }
    json_object_set_new(j, "files", v);
    json_object_set_new(j, "free_bytes", json_integer((json_int_t)l->free_bytes));
    json_object_set_new(j, "total_bytes", json_integer((json_int_t)l->total_bytes));
}

static int print_json(const struct answer *a, int exit_code)
{
    json_t *j = cli_json_new("qdiag.ufs/1");

    if (j) {
        cli_json_result(j, a->o, &a->e, exit_code);
        cli_json_text(j, "action", a->action);
        json_object_set_new(j, "dry_run", json_boolean(a->o->dry_run));
        if (a->o->dry_run)
            cli_json_text(j, "would_send", *a->command ? a->command : a->r.would_send);
        if (a->has_report)
            json_unit(a->o, j, &a->r.unit);
        if (a->has_report && strcmp(a->action, "status") != 0) {
            cli_json_text(j, "fs", cli_ufs_names[a->o->ufs.fs]);
            json_object_set_new(j, "before", cli_ufs_json(&a->r.before));
            json_object_set_new(j, "after", cli_ufs_json(&a->r.after));
            json_object_set_new(j, "skipped", json_boolean(a->r.skipped));
            json_object_set_new(j, "repeated", json_boolean(a->r.repeated));
            cli_json_text(j, "note", a->r.note);
        }
        if (a->has_files)
            json_files(j, &a->files);
    }
    return cli_json_print(j, a->o, exit_code);
}

/* ---- actions ---- */

static void run_status(struct qdiag_at *at, struct answer *a)
{
    a->has_report = qdiag_ufs_status(at, &a->r.unit, &a->e) == 0;
}

static void run_backup(struct qdiag_context *ctx, struct qdiag_at *at, struct answer *a)
{
    struct qdiag_ufs_options o = a->o->ufs;
    struct qdiag_device *dev = NULL;

    if (qdiag_device_open(ctx, a->o->device, a->o->serial, &dev, &a->e) != 0)
        return;
    if (!a->o->quiet && !a->o->dry_run)
        fprintf(stderr, "qdiag: when all is checked the module's copy is overwritten: do not cut "
                        "the power until this "
                        "ends\n");
    o.dry_run = a->o->dry_run;
    qdiag_ufs_backup(at, dev, &o, &a->r, &a->e);
    a->has_report = a->r.unit.model[0] != '\0';
    qdiag_device_close(&dev);
}

/* The digits from a person at a terminal. */
static const char *ask_digits(const struct cli_options *o, char line[64])
{
    if (o->confirm || o->dry_run || !cli_can_ask())
        return o->confirm;
    fprintf(stderr,
            "This overwrites the unit's live %s file system with the copy in the module, and "
            "resets the unit.\nType the last 4 digits of its IMEI to go on (NONE when it has "
            "none): ",
            cli_ufs_names[o->ufs.fs]);
    return cli_answer(line) == 0 ? line : NULL;
}

static void run_restore(struct qdiag_at *at, struct answer *a)
{
    struct qdiag_ufs_options o = a->o->ufs;
    char line[64];

    o.dry_run = a->o->dry_run;
    o.confirm = ask_digits(a->o, line);
    qdiag_ufs_restore(at, &o, &a->r, &a->e);
    a->has_report = a->r.unit.model[0] != '\0';
}

static void run_files(struct qdiag_at *at, struct answer *a)
{
    char **arg = a->o->arg + 2;

    if (strcmp(a->action, "ls") == 0)
        a->has_files = qdiag_user_files_get(at, &a->files, &a->e) == 0;
    else if (strcmp(a->action, "put") == 0 && a->o->dry_run)
        qdiag_user_file_put_check(at, arg[0], arg[1], a->command, &a->e);
    else if (strcmp(a->action, "put") == 0)
        qdiag_user_file_put(at, arg[0], arg[1], &a->e);
    else if (strcmp(a->action, "get") == 0)
        qdiag_user_file_get(at, arg[0], arg[1], &a->e);
    else if (a->o->dry_run)
        qdiag_user_file_delete_check(at, arg[0], a->command, &a->e);
    else
        qdiag_user_file_delete(at, arg[0], &a->e);
}

static int finish(struct answer *a)
{
    int exit_code = a->e.code ? cli_exit_code(&a->e) : 0;

    cli_progress_clear();
    if (a->o->json != CLI_TEXT)
        exit_code = print_json(a, exit_code);
    else if (a->has_report && strcmp(a->action, "status") == 0)
        print_status(a->o, &a->r.unit);
    else if (a->has_report && !a->e.code && !a->o->quiet)
        print_change(a);
    else if (*a->command && !a->o->quiet)
        printf("every check passed; %s would be sent now, nothing was\n", a->command);
    else if (a->has_files)
        print_files(&a->files);
    if (a->e.code)
        cli_print_error(a->o, &a->e, exit_code);
    qdiag_user_files_free(&a->files);
    return exit_code;
}

/* The words behind the command: 0, or the usage error. */
static int check_words(const struct cli_options *o)
{
    static const struct {
        const char *word;
        int more;
        const char *names;
    } files[] = {
        {"ls", 0, ""}, {"put", 2, "FILE NAME"}, {"get", 2, "NAME FILE"}, {"rm", 1, "NAME"}};

    if (strcmp(o->arg[0], "status") == 0 || strcmp(o->arg[0], "backup") == 0 ||
        strcmp(o->arg[0], "restore") == 0)
        return o->nargs == 1
                   ? 0
                   : cli_usage_error("`qdiag ufs %s` does not take %s", o->arg[0], o->arg[1]);
    if (strcmp(o->arg[0], "files") != 0)
        return cli_usage_error("`qdiag ufs` has status, backup, restore, files; not %s", o->arg[0]);
    for (size_t i = 0; o->nargs > 1 && i < sizeof files / sizeof files[0]; i++)
        if (strcmp(o->arg[1], files[i].word) == 0)
            return o->nargs == 2 + files[i].more ? 0
                                                 : cli_usage_error("it is: qdiag ufs files %s %s",
                                                                   files[i].word, files[i].names);
    return cli_usage_error("it is: qdiag ufs files ls|put|get|rm");
}

/* The copy in the module is made beside a whole backup only. */
static int needs_whole(const struct cli_options *o)
{
    return strcmp(o->arg[0], "backup") == 0 && o->ufs.backup;
}

int cmd_ufs(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct answer a; /* large */
    struct qdiag_at *at = NULL;
    int rc = check_words(o);

    if (rc != 0)
        return rc;
    a.o = o;
    a.action = o->arg[strcmp(o->arg[0], "files") == 0];
    if (needs_whole(o) && qdiag_backup_not_narrowed(o->ufs.backup, &a.e) != 0)
        return finish(&a);
    if (qdiag_at_find(ctx, o->at, o->device, o->serial, &at, &a.e) == 0) {
        if (strcmp(o->arg[0], "files") == 0)
            run_files(at, &a);
        else if (strcmp(a.action, "status") == 0)
            run_status(at, &a);
        else if (strcmp(a.action, "backup") == 0)
            run_backup(ctx, at, &a);
        else
            run_restore(at, &a);
    }
    qdiag_at_close(&at);
    return finish(&a);
}
