/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag doctor: what stands in the way of a backup, or is wrong with the unit, and what to do next.
 * Reads only. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

static void print_report(const struct cli_options *o, const struct qdiag_doctor_report *r)
{
    char text[640];
    printf("unit      %s\n", r->address[0] ? r->address : "none");
    for (size_t i = 0; i < r->count; i++) {
        const struct qdiag_finding *f = &r->finding[i];
        printf("%-8s  %s: %s\n", qdiag_doctor_state_name(f->state), f->title,
               cli_masked(o, f->seen, text, sizeof text));
        if (f->next[0])
            printf("          next: %s\n", cli_masked(o, f->next, text, sizeof text));
    }
    printf("%zu problem%s, %zu unknown beside what only the AT port can tell, %zu warning%s\n",
           r->problems, r->problems == 1 ? "" : "s", r->unknown, r->warnings,
           r->warnings == 1 ? "" : "s");
}

static json_t *json_findings(const struct cli_options *o, const struct qdiag_doctor_report *r)
{
    json_t *all = json_array();
    char text[640];
    for (size_t i = 0; i < r->count; i++) {
        const struct qdiag_finding *f = &r->finding[i];
        json_t *j = json_pack("{s:s, s:s, s:s, s:b}", "name", f->name, "title", f->title, "state",
                              qdiag_doctor_state_name(f->state), "at_only",
                              f->state == QDIAG_DOCTOR_AT_ONLY);
        cli_json_text(j, "seen", cli_masked(o, f->seen, text, sizeof text));
        cli_json_text(j, "next", cli_masked(o, f->next, text, sizeof text));
        json_array_append_new(all, j);
    }
    return all;
}

int cmd_doctor(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_doctor_report r = {0};
    int rc = qdiag_doctor(ctx, o->device, o->serial, o->at, &r, &e);
    if (rc == 0 && o->report)
        qdiag_doctor_save(&r, o->report, &e);
    int exit_code = e.code ? cli_exit_code(&e) : r.problems ? 11 : r.unknown ? 14 : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.doctor/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "address", r.address);
            json_object_set_new(j, "problems", json_integer((json_int_t)r.problems));
            json_object_set_new(j, "unknown", json_integer((json_int_t)r.unknown));
            json_object_set_new(j, "warnings", json_integer((json_int_t)r.warnings));
            json_object_set_new(j, "findings", json_findings(o, &r));
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (rc == 0) {
        print_report(o, &r);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_doctor_report_free(&r);
    return exit_code;
}
