/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag efs: files and folders in the EFS of a connected unit. `ls`, `stat`, `cat`, `get` and
 * `tree` read only. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_efs.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

static const char *const kinds[] = {"?", "file", "item", "dir", "link"};

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

static void print_entry(const struct cli_options *o, const struct qdiag_efs_entry *x, int whole)
{
    char name[1200], target[1200];
    printf("%-4s %04o %8lu  %-20s %s", kinds[x->kind], (unsigned)x->mode & 07777,
           (unsigned long)x->size, x->time[0] ? x->time : "-",
           cli_masked(o, whole ? x->path : last_part(x->path), name, sizeof name));
    if (x->kind == QDIAG_EFS_LINK)
        printf(" -> %s", cli_masked(o, x->target, target, sizeof target));
    putchar('\n');
}

static void print_stat(const struct cli_options *o, const struct qdiag_efs_list *l)
{
    const struct qdiag_efs_entry *x = &l->entry[0];
    char text[1200];
    printf("path       %s\n", cli_masked(o, x->path, text, sizeof text));
    printf("subsystem  0x%02X\nkind       %s\n", l->subsystem, kinds[x->kind]);
    printf("mode       %07o\nsize       %lu B\n", (unsigned)x->mode, (unsigned long)x->size);
    printf("changed    %s\n", x->time[0] ? x->time : "not told");
    if (x->kind == QDIAG_EFS_LINK)
        printf("target     %s\n", cli_masked(o, x->target, text, sizeof text));
    printf("class      %s\n", x->class_name);
}

static void print_list(const struct cli_options *o, const struct qdiag_efs_list *l, int deep)
{
    char text[1200];
    for (size_t i = 0; i < l->count; i++)
        print_entry(o, &l->entry[i], deep);
    for (size_t i = 0; i < l->trouble_count; i++)
        fprintf(stderr, "qdiag: %s\n", cli_masked(o, l->trouble[i], text, sizeof text));
}

static json_t *json_entry(const struct cli_options *o, const struct qdiag_efs_entry *x)
{
    char text[1200];
    json_t *j =
        json_pack("{s:s, s:i, s:I, s:s, s:b}", "kind", kinds[x->kind], "mode", (int)x->mode, "size",
                  (json_int_t)x->size, "class", x->class_name, "private", x->is_private);
    cli_json_text(j, "path", cli_masked(o, x->path, text, sizeof text));
    cli_json_text(j, "time", x->time);
    cli_json_text(j, "target", cli_masked(o, x->target, text, sizeof text));
    return j;
}

static void json_list(json_t *j, const struct cli_options *o, const struct qdiag_efs_list *l)
{
    char text[1200];
    json_t *entries = json_array(), *trouble = json_array();
    for (size_t i = 0; i < l->count; i++)
        json_array_append_new(entries, json_entry(o, &l->entry[i]));
    for (size_t i = 0; i < l->trouble_count; i++)
        json_array_append_new(trouble,
                              cli_json_string(cli_masked(o, l->trouble[i], text, sizeof text)));
    json_object_set_new(j, "subsystem",
                        l->subsystem ? json_integer((json_int_t)l->subsystem) : json_null());
    json_object_set_new(j, "entries", entries);
    json_object_set_new(j, "trouble", trouble);
}

/* Ends a command: JSON with what it found, or nothing more; then the error, if there is one. */
static int answer(const struct cli_options *o, json_t *j, const struct qdiag_error *e)
{
    int rc = e->code ? cli_exit_code(e) : 0;
    if (o->json != CLI_TEXT) {
        if (j)
            cli_json_result(j, o, e, rc);
        rc = cli_json_print(j, o, rc);
    }
    if (e->code)
        cli_print_error(o, e, rc);
    return rc;
}

enum look { LOOK_LS, LOOK_TREE, LOOK_STAT };

static int look(struct qdiag_device *dev, const struct cli_options *o, enum look how,
                struct qdiag_error *e)
{
    struct qdiag_efs_list list = {0};
    const char *path = o->nargs > 1 ? o->arg[1] : "/";
    json_t *j = o->json != CLI_TEXT ? cli_json_new("qdiag.efs/1") : NULL;
    if (dev && how == LOOK_STAT)
        qdiag_efs_stat(dev, path, &list, e);
    else if (dev)
        qdiag_efs_list(dev, path, how == LOOK_TREE, &list, e);
    cli_progress_clear();
    if (j)
        json_list(j, o, &list);
    else if (how == LOOK_STAT && list.count)
        print_stat(o, &list);
    else
        print_list(o, &list, how == LOOK_TREE);
    qdiag_efs_list_free(&list);
    return answer(o, j, e);
}

static int efs_ls(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e)
{
    return look(dev, o, LOOK_LS, e);
}

static int efs_tree(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e)
{
    return look(dev, o, LOOK_TREE, e);
}

static int efs_stat(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e)
{
    return look(dev, o, LOOK_STAT, e);
}

/* The bytes themselves are the answer, so there is no JSON form of it. */
static int efs_cat(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e)
{
    uint8_t *p = NULL;
    size_t n = 0;
    if (dev)
        qdiag_efs_read(dev, o->arg[1], o->show_identity, &p, &n, e);
    cli_progress_clear();
    if (n > 0)
        fwrite(p, 1, n, stdout);
    qdiag_efs_data_free(&p);
    int rc = e->code ? cli_exit_code(e) : 0;
    if (e->code)
        cli_print_error(o, e, rc);
    return rc;
}

static int efs_get(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e)
{
    const char *local = o->nargs > 2 ? o->arg[2] : last_part(o->arg[1]);
    uint64_t size = 0;
    char sha256[65] = "";
    json_t *j = o->json != CLI_TEXT ? cli_json_new("qdiag.efs_get/1") : NULL;
    if (dev)
        qdiag_efs_get(dev, o->arg[1], local, &size, sha256, e);
    cli_progress_clear();
    if (j) {
        cli_json_text(j, "file", local);
        json_object_set_new(j, "file_size", e->code ? json_null() : json_integer((json_int_t)size));
        cli_json_text(j, "sha256", e->code ? NULL : sha256);
    } else if (!e->code && !o->quiet) {
        printf("saved %s  %llu B  sha256 %.16s…\n", local, (unsigned long long)size, sha256);
    }
    return answer(o, j, e);
}

static const struct verb {
    const char *name;
    int min, max; /* arguments behind the verb */
    const char *usage;
    int (*run)(struct qdiag_device *dev, const struct cli_options *o, struct qdiag_error *e);
} verbs[] = {{"ls", 0, 1, "[PATH]", efs_ls},
             {"tree", 0, 1, "[PATH]", efs_tree},
             {"stat", 1, 1, "PATH", efs_stat},
             {"cat", 1, 1, "PATH", efs_cat},
             {"get", 1, 2, "PATH [FILE]", efs_get}};

int cmd_efs(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    const struct verb *v = NULL;
    if (cli_efs_is_change(o->arg[0]))
        return cli_efs_change(ctx, o);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(o->arg[0], verbs[i].name) == 0)
            v = &verbs[i];
    if (!v)
        return cli_usage_error(
            "`qdiag efs` does not know %s: ls, tree, stat, cat, get, put, rm, mkdir, ln or chmod",
            o->arg[0]);
    if (o->nargs - 1 < v->min || o->nargs - 1 > v->max)
        return cli_usage_error("usage: qdiag efs %s %s", v->name, v->usage);
    if (o->json != CLI_TEXT && v->run == efs_cat)
        return cli_usage_error("`qdiag efs cat` has no JSON form: the bytes are the answer");
    (void)qdiag_device_open(ctx, o->device, o->serial, &dev, &e); /* e tells, with the reason */
    int rc = v->run(dev, o, &e);
    qdiag_device_close(&dev);
    return rc;
}
