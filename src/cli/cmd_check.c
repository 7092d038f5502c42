/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag check: is this backup file sound? Needs no unit. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/text.h"

static void print_manifest(const struct qdiag_check_report *r)
{
    if (r->manifest == QDIAG_MANIFEST_NONE) {
        printf("  manifest   none beside the file: structure and contents checked, single bytes"
               " cannot be\n");
        return;
    }
    printf("  manifest   every byte is as saved on %s by %s\n", r->created, r->tool);
    if (r->narrowed == 1)
        printf("  narrowed   holds %s, as it was asked for\n", r->scope);
    printf("  complete   %s", r->complete < 0
                                  ? "not known: converted from a file without a manifest"
                              : r->complete ? "yes"
                                            : "NO");
    if (r->unreadable)
        printf(", %zu items could not be read", r->unreadable);
    if (r->withheld)
        printf(", %zu secrets withheld by the unit", r->withheld);
    if (r->not_held)
        printf(", %zu kept in the manifest only", r->not_held);
    printf("\n");
}

static void print_identity(const struct cli_options *o, const struct qdiag_check_report *r)
{
    char imei[32], line[2048];
    printf("  unit       model %u", r->model_number);
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        if (r->imei_state[sub] != QDIAG_IDENT_UNKNOWN)
            printf(", IMEI %u %s", sub + 1,
                   cli_identity(o, r->imei_state[sub], r->imei[sub], imei));
    printf("\n");
    if (r->software[0])
        printf("  firmware   %s\n", cli_masked(o, r->software, line, sizeof line));
    if (r->client[0])
        printf("  written by %s\n", cli_masked(o, r->client, line, sizeof line));
}

static void print_verdict(const struct cli_options *o, const struct qdiag_check_report *r)
{
    static const char *const answers[] = {"cannot tell", "yes", "NO"};
    char line[2048];
    if (r->redacted)
        printf("  redacted   identity and secrets are zero in this copy; it cannot be restored\n");
    printf("  restores   %s: %s\n", answers[r->restorable], r->restorable_why);
    for (size_t i = 0; i < r->finding_count; i++)
        printf("  finding    %s\n", cli_masked(o, r->finding[i], line, sizeof line));
}

static void print_report(const struct cli_options *o, const char *path,
                         const struct qdiag_check_report *r)
{
    char size[32], efs[32], line[2048];
    cli_size(size, sizeof size, r->file_size);
    cli_size(efs, sizeof efs, r->efs_bytes);
    printf("%s %s  %s %s  sha256 %.16s…\n",
           r->complete != 0                         ? "sound:"
           : r->narrowed == 1 && r->unreadable == 0 ? "sound, but narrowed:"
                                                    : "sound, but incomplete:",
           path, r->container, size, r->sha256);
    print_identity(o, r);
    printf("  NV items   %zu + %zu + %zu (subscriptions 0, 1, 2)\n", r->nv[0], r->nv[1], r->nv[2]);
    printf("  EFS files  %zu, %s (EFS_Backup %zu, Provisioning_Item_Files %zu, NV_Items %zu)\n",
           r->efs_backup + r->provisioning + r->nv_items, efs, r->efs_backup, r->provisioning,
           r->nv_items);
    print_manifest(r);
    print_verdict(o, r);
    for (size_t i = 0; i < r->note_count; i++)
        printf("  note       %s\n", cli_masked(o, r->note[i], line, sizeof line));
}

static void json_verdict(json_t *j, const struct cli_options *o, const struct qdiag_check_report *r)
{
    static const char *const answers[] = {"cannot_tell", "yes", "no"};
    json_t *arrays = json_array(), *findings = json_array();
    char line[2048];
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        json_array_append_new(arrays, json_boolean(r->nv_array[sub]));
    for (size_t i = 0; i < r->finding_count; i++)
        json_array_append_new(findings,
                              json_string(cli_masked(o, r->finding[i], line, sizeof line)));
    json_object_set_new(j, "would_restore", json_string(answers[r->restorable]));
    cli_json_text(j, "would_restore_why", r->restorable_why);
    json_object_set_new(j, "redacted", json_boolean(r->redacted));
    json_object_set_new(j, "factory_test_mode", r->ftm < 0 ? json_null() : json_boolean(r->ftm));
    json_object_set_new(j, "nv_arrays", arrays);
    json_object_set_new(j, "property_info", json_boolean(r->property_info));
    json_object_set_new(j, "feature_mask", json_boolean(r->feature_mask));
    json_object_set_new(j, "rfnv_files", json_integer((json_int_t)r->rfnv));
    json_object_set_new(j, "tcxomgr_files", json_integer((json_int_t)r->tcxomgr));
    json_object_set_new(j, "findings", findings);
}

static void json_report(json_t *j, const struct cli_options *o, const struct qdiag_check_report *r)
{
    json_t *nv = json_array(), *imei = json_array(), *notes = json_array();
    char line[2048];
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        json_array_append_new(nv, json_integer((json_int_t)r->nv[sub]));
        json_array_append_new(imei, cli_json_ident(o, r->imei_state[sub], r->imei[sub]));
    }
    for (size_t i = 0; i < r->note_count; i++)
        json_array_append_new(notes, json_string(cli_masked(o, r->note[i], line, sizeof line)));
    cli_json_text(j, "container", r->container);
    cli_json_text(j, "sha256", r->sha256);
    json_object_set_new(j, "file_size", json_integer((json_int_t)r->file_size));
    json_object_set_new(j, "manifest",
                        json_string(r->manifest == QDIAG_MANIFEST_MATCHES ? "matches" : "none"));
    cli_json_completeness(j, r->complete, r->narrowed == 1 && !r->unreadable, r->scope);
    cli_json_text(j, "created", r->created);
    cli_json_text(j, "tool", r->tool);
    cli_json_text(j, "software", cli_masked(o, r->software, line, sizeof line));
    cli_json_text(j, "client", cli_masked(o, r->client, line, sizeof line));
    json_object_set_new(j, "model_number", json_integer(r->model_number));
    json_object_set_new(j, "imei", imei);
    json_object_set_new(j, "nv_items", nv);
    json_object_set_new(j, "efs_backup", json_integer((json_int_t)r->efs_backup));
    json_object_set_new(j, "provisioning", json_integer((json_int_t)r->provisioning));
    json_object_set_new(j, "nv_item_files", json_integer((json_int_t)r->nv_items));
    json_object_set_new(j, "efs_bytes", json_integer((json_int_t)r->efs_bytes));
    json_object_set_new(j, "notes", notes);
    json_verdict(j, o, r);
}

int cmd_check(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_check_report *r = NULL;
    qdiag_check_file(ctx, o->arg[0], &r, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.check/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "file", o->arg[0]);
            if (r)
                json_report(j, o, r);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (r && !o->quiet) {
        print_report(o, o->arg[0], r);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_check_report_free(&r);
    return exit_code;
}
