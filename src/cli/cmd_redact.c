/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag redact: a copy of a backup that is safe to attach to a bug report. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/text.h"

static void print_report(const struct cli_options *o, const struct qdiag_redact_report *r)
{
    char size[32];
    cli_size(size, sizeof size, r->file_size);
    printf("saved %s  %s %s  sha256 %.16s…\n", o->arg[1], r->container, size, r->sha256);
    printf("  set to zero  %zu NV items, %zu EFS files, %zu unknown streams\n", r->items, r->files,
           r->streams);
    printf("  inside others  %zu identity values or long numbers; %zu paths and names\n", r->found,
           r->paths);
    printf("  this copy cannot be restored; calibration and settings are as in the source\n");
}

static void json_report(json_t *j, const struct qdiag_redact_report *r)
{
    cli_json_text(j, "container", r->container);
    cli_json_text(j, "sha256", r->sha256);
    json_object_set_new(j, "file_size", json_integer((json_int_t)r->file_size));
    json_object_set_new(j, "nv_items", json_integer((json_int_t)r->items));
    json_object_set_new(j, "efs_files", json_integer((json_int_t)r->files));
    json_object_set_new(j, "unknown_streams", json_integer((json_int_t)r->streams));
    json_object_set_new(j, "found", json_integer((json_int_t)r->found));
    json_object_set_new(j, "paths", json_integer((json_int_t)r->paths));
}

int cmd_redact(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_redact_report r;
    qdiag_redact_file(ctx, o->arg[0], o->arg[1], &r, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.redact/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "file", e.code ? NULL : o->arg[1]);
            if (!e.code)
                json_report(j, &r);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (!e.code && !o->quiet) {
        print_report(o, &r);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    return exit_code;
}
