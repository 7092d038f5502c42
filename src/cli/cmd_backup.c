/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag backup: reads a unit into a file and says exactly what was saved and what was not. */
#include <stdio.h>
#include <string.h>

#include "cli/inner.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

#define LISTED 20u /* unreadable items shown without -v */

static void item_name(const struct cli_options *o, const struct qdiag_missing *m, char *out,
                      size_t cap)
{
    if (m->path)
        cli_masked(o, m->path, out, cap);
    else if (m->nv >= 0)
        snprintf(out, cap, "NV %ld[%u] of subscription %d", m->nv, m->index, m->sub);
    else
        snprintf(out, cap, "subscription %d", m->sub);
}

static void list_missing(const struct cli_options *o, const struct qdiag_backup_report *r,
                         enum qdiag_missing_kind kind, size_t limit)
{
    size_t n = 0;
    for (size_t i = 0; i < r->missing_count; i++) {
        const struct qdiag_missing *m = &r->missing[i];
        char name[1200], reason[1200];
        if (m->kind != kind || n++ >= limit)
            continue;
        item_name(o, m, name, sizeof name);
        printf("             %s: %s\n", name, cli_masked(o, m->reason, reason, sizeof reason));
    }
    if (n > limit)
        printf("             … and %zu more; -v and the manifest name them all\n", n - limit);
}

static void print_missing(const struct cli_options *o, const struct qdiag_backup_report *r)
{
    size_t all = o->verbose ? r->missing_count : 0;
    if (r->unreadable) {
        printf("  missing    %zu could not be read:\n", r->unreadable);
        list_missing(o, r, QDIAG_MISSING_UNREADABLE, o->verbose ? r->missing_count : LISTED);
    }
    if (r->withheld) {
        printf("  withheld   %zu secrets that the unit does not give out (never in any backup)\n",
               r->withheld);
        if (all)
            list_missing(o, r, QDIAG_MISSING_WITHHELD, all);
    }
    if (r->not_held) {
        printf("  aside      %zu kept in the manifest only: XQCN cannot hold them\n", r->not_held);
        if (all)
            list_missing(o, r, QDIAG_MISSING_NOT_HELD, all);
    }
    for (size_t i = 0; i < r->warning_count; i++)
        printf("  note       %s\n", r->warning[i]);
}

static void print_unit(const struct cli_options *o, const struct qdiag_identity *id)
{
    char imei[32];
    printf("  unit       %s%s%s, IMEI %s\n", id->model[0] ? id->model : "model not known",
           id->software[0] ? ", firmware " : "", id->software,
           cli_identity(o, id->imei_state[0], id->imei[0], imei));
}

static void print_report(const struct cli_options *o, const struct qdiag_backup_report *r)
{
    char size[32], efs[32];
    cli_size(size, sizeof size, r->file_size);
    cli_size(efs, sizeof efs, r->efs_bytes);
    printf("%s %s  %s  sha256 %.16s…\n",
           r->unreadable ? "saved INCOMPLETE"
           : r->narrowed ? "saved, NARROWED:"
                         : "saved",
           r->file, size, r->sha256);
    if (r->narrowed)
        printf("  narrowed   holds %s; it cannot stand for a whole backup\n", r->scope);
    print_unit(o, &r->unit);
    printf("  NV items   %zu + %zu + %zu (subscriptions 0, 1, 2)\n", r->nv[0], r->nv[1], r->nv[2]);
    printf("  EFS files  %zu, %s (EFS_Backup %zu, Provisioning_Item_Files %zu)\n",
           r->efs_backup + r->provisioning, efs, r->efs_backup, r->provisioning);
    print_missing(o, r);
    for (size_t i = 1; i < r->file_count; i++) {
        cli_size(size, sizeof size, r->files[i].file_size);
        printf("  also       %s  %s  sha256 %.16s…\n", r->files[i].file, size, r->files[i].sha256);
    }
    printf("  manifest   %s%s\n", r->manifest,
           r->file_count > 1 ? ", and one beside each other file" : "");
    printf("  verified   read back from disk and equal; %llu requests in %.1f s, the unit was only"
           " read\n",
           (unsigned long long)r->requests, (double)r->milliseconds / 1000);
}

static json_t *json_missing(const struct cli_options *o, const struct qdiag_missing *m)
{
    static const char *const kinds[] = {"unreadable", "withheld", "not_held"};
    char text[1200];
    json_t *j = json_pack("{s:s}", "kind", kinds[m->kind]);
    if (m->nv >= 0) {
        json_object_set_new(j, "nv", json_integer(m->nv));
        json_object_set_new(j, "index", json_integer((json_int_t)m->index));
    }
    if (m->sub >= 0)
        json_object_set_new(j, "sub", json_integer(m->sub));
    if (m->path)
        cli_json_text(j, "path", cli_masked(o, m->path, text, sizeof text));
    if (m->efs)
        json_object_set_new(j, "efs_subsystem", json_integer((json_int_t)m->efs));
    cli_json_text(j, "reason", cli_masked(o, m->reason, text, sizeof text));
    json_object_set_new(j, "wire", m->wire >= 0 ? json_integer(m->wire) : json_null());
    return j;
}

static json_t *json_files(const struct qdiag_backup_report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->file_count; i++) {
        const struct qdiag_backup_file *f = &r->files[i];
        json_t *x = json_object();
        cli_json_text(x, "container", f->container);
        cli_json_text(x, "file", f->file);
        cli_json_text(x, "manifest", f->manifest);
        cli_json_text(x, "sha256", f->sha256);
        json_object_set_new(x, "file_size", json_integer((json_int_t)f->file_size));
        json_array_append_new(list, x);
    }
    return list;
}

static void json_report(json_t *j, const struct cli_options *o, const struct qdiag_backup_report *r)
{
    json_t *nv = json_array(), *missing = json_array(), *notes = json_array();
    for (unsigned i = 0; i < QDIAG_SUBS; i++)
        json_array_append_new(nv, json_integer((json_int_t)r->nv[i]));
    for (size_t i = 0; i < r->missing_count; i++)
        json_array_append_new(missing, json_missing(o, &r->missing[i]));
    for (size_t i = 0; i < r->warning_count; i++)
        json_array_append_new(notes, cli_json_string(r->warning[i]));
    cli_json_completeness(j, r->complete, r->narrowed && !r->unreadable, r->scope);
    cli_json_text(j, "file", r->file);
    cli_json_text(j, "manifest", r->manifest);
    cli_json_text(j, "sha256", r->sha256);
    json_object_set_new(j, "file_size", json_integer((json_int_t)r->file_size));
    json_object_set_new(j, "files", json_files(r));
    json_object_set_new(j, "unit", cli_json_identity(o, &r->unit));
    json_object_set_new(j, "nv_items", nv);
    json_object_set_new(j, "efs_backup", json_integer((json_int_t)r->efs_backup));
    json_object_set_new(j, "provisioning", json_integer((json_int_t)r->provisioning));
    json_object_set_new(j, "efs_bytes", json_integer((json_int_t)r->efs_bytes));
    json_object_set_new(j, "missing", missing);
    json_object_set_new(j, "notes", notes);
    json_object_set_new(j, "requests", json_integer((json_int_t)r->requests));
    json_object_set_new(j, "milliseconds", json_integer((json_int_t)r->milliseconds));
}

static int answer(const struct cli_options *o, const struct qdiag_backup_report *r,
                  const struct cli_inner_backup *in, const struct qdiag_error *e)
{
    int exit_code = e->code ? cli_exit_code(e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.backup/1");
        if (j) {
            cli_json_result(j, o, e, exit_code);
            if (r)
                json_report(j, o, r);
            if (o->with_ufs)
                json_object_set_new(j, "own_copies", in ? cli_inner_made_json(o, in) : json_null());
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (r && !o->quiet) {
        print_report(o, r);
        if (in)
            cli_inner_made(o, in);
    }
    if (e->code)
        cli_print_error(o, e, exit_code);
    return exit_code;
}

int cmd_backup(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_backup_report *r = NULL;
    static struct cli_inner_backup inner; /* large */
    int made = 0;
    if (!o->backup.xqcn && !o->backup.qcn && !o->backup.tar && !o->backup.dir)
        return cli_usage_error("`qdiag backup` needs a file to make: --xqcn FILE, --qcn FILE,"
                               " --tar FILE or --dir DIR");
    int rc = o->with_ufs ? qdiag_backup_options_whole(&o->backup, &e) : 0;
    if (rc == 0)
        rc = qdiag_device_open(ctx, o->device, o->serial, &dev, &e);
    if (rc == 0)
        rc = qdiag_backup(dev, &o->backup, &r, &e);
    if (rc == 0 && o->with_ufs) {
        cli_inner_make(ctx, o, dev, r->file, &inner);
        cli_inner_error(&inner, &e);
        made = 1;
    }
    qdiag_device_close(&dev);
    int exit_code = answer(o, r, made ? &inner : NULL, &e); /* e tells the same as rc, and why */
    qdiag_backup_report_free(&r);
    return exit_code;
}
