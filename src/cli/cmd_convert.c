/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag convert: one backup file into another form, and what that form does not hold. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/json.h"
#include "cli/text.h"

static void print_report(const struct cli_options *o, const struct qdiag_convert_report *r)
{
    char size[32], line[2048];
    cli_size(size, sizeof size, r->file_size);
    printf("%s %s  %s to %s, %s  sha256 %.16s…\n",
           r->left_out_count ? "converted, not all:" : "converted:", r->file, r->from, r->to, size,
           r->sha256);
    printf("  holds      NV items %zu + %zu + %zu, EFS files %zu\n", r->nv[0], r->nv[1], r->nv[2],
           r->efs_files);
    if (r->left_out_count)
        printf("  left out   %zu, neither in the file nor in its manifest:\n", r->left_out_count);
    for (size_t i = 0; i < r->left_out_count; i++)
        printf("             %s\n", cli_masked(o, r->left_out[i], line, sizeof line));
    if (r->not_held)
        printf("  aside      %zu kept in the manifest only: %s cannot hold them\n", r->not_held,
               r->to);
    printf("  manifest   %s%s\n", r->manifest,
           r->source_manifest ? ", with the evidence of the source's"
                              : " (the source had none: whose it is comes from its contents)");
    if (*r->scope)
        printf("  narrowed   the source holds %s\n", r->scope);
    if (r->complete == 0 && !r->only_narrowed)
        printf("  complete   NO: the source's manifest says so\n");
    for (size_t i = 0; i < r->note_count; i++)
        printf("  note       %s\n", cli_masked(o, r->note[i], line, sizeof line));
    printf("  verified   read back from disk and equal\n");
}

static json_t *json_lines(const struct cli_options *o, char *const *v, size_t n)
{
    json_t *list = json_array();
    char line[2048];
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_string_nocheck(cli_masked(o, v[i], line, sizeof line)));
    return list;
}

static void json_report(json_t *j, const struct cli_options *o,
                        const struct qdiag_convert_report *r)
{
    json_t *nv = json_array();
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        json_array_append_new(nv, json_integer((json_int_t)r->nv[sub]));
    cli_json_text(j, "from", r->from);
    cli_json_text(j, "to", r->to);
    cli_json_text(j, "file", r->file);
    cli_json_text(j, "manifest", r->manifest);
    cli_json_text(j, "sha256", r->sha256);
    json_object_set_new(j, "file_size", json_integer((json_int_t)r->file_size));
    json_object_set_new(j, "source_manifest", json_boolean(r->source_manifest));
    cli_json_completeness(j, r->complete, r->only_narrowed, r->scope);
    json_object_set_new(j, "nv_items", nv);
    json_object_set_new(j, "efs_files", json_integer((json_int_t)r->efs_files));
    json_object_set_new(j, "not_held", json_integer((json_int_t)r->not_held));
    json_object_set_new(j, "left_out", json_lines(o, r->left_out, r->left_out_count));
    json_object_set_new(j, "notes", json_lines(o, r->note, r->note_count));
}

/* https://reproducible-builds.org/specs/source-date-epoch/ : a time that is not the clock's. */
static int source_date(int64_t *time)
{
    const char *s = getenv("SOURCE_DATE_EPOCH");
    char *end;
    if (!s || !s[0])
        return 0;
    errno = 0;
    long long v = strtoll(s, &end, 10);
    if (errno || *end || v < 0 || v > 253402300799LL)
        return cli_usage_error("SOURCE_DATE_EPOCH is no time: %s", s);
    *time = v;
    return 0;
}

int cmd_convert(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_convert_options c = QDIAG_CONVERT_OPTIONS_DEFAULT;
    struct qdiag_convert_report *r = NULL;
    struct qdiag_error e = {0};
    int usage = source_date(&c.time);
    if (usage != 0)
        return usage;
    c.to = o->to;
    qdiag_convert(ctx, o->arg[0], o->arg[1], &c, &r, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.convert/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "source", o->arg[0]);
            if (r)
                json_report(j, o, r);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (r && !o->quiet) {
        print_report(o, r);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_convert_report_free(&r);
    return exit_code;
}
