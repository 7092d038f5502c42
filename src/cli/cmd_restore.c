/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag plan and qdiag restore: a backup back onto the unit it was taken from. */
#include <stdio.h>
#include <string.h>

#include "cli/confirm.h"
#include "cli/plan_text.h"
#include "cli/progress.h"
#include "cli/text.h"

static struct qdiag_plan_options plan_options(const struct cli_options *o)
{
    return (struct qdiag_plan_options){.only = o->only,
                                       .accept_incomplete = o->backup.accept_incomplete,
                                       .accept_firmware = o->accept_firmware,
                                       .label_imei = o->label_imei};
}

static int end_report(const struct cli_options *o, const struct qdiag_restore_report *r,
                      const struct qdiag_error *e)
{
    int exit_code = e->code ? cli_exit_code(e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.restore/1");
        if (j) {
            cli_json_result(j, o, e, exit_code);
            json_object_set_new(j, "report", r ? cli_json_restored(o, r) : json_null());
        }
        int changed = r && !o->status && r->touch != QDIAG_UNTOUCHED;
        exit_code = cli_json_print_done(j, o, exit_code, changed);
    } else if (r && !o->quiet) {
        cli_print_restored(o, r);
    }
    if (e->code)
        cli_print_error(o, e, exit_code);
    return exit_code;
}

static int status(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_restore_report *r = NULL;
    qdiag_restore_status(ctx, o->status, &r, &e);
    int rc = end_report(o, r, &e);
    qdiag_restore_report_free(&r);
    return rc;
}

static int go_on(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_restore_report *r = NULL;
    struct qdiag_device *dev = NULL;
    struct cli_change c;
    int rc = cli_change_prepare(o, &c);
    if (rc != 0)
        return rc;
    c.opt.backup = o->nargs > 0 ? o->arg[0] : NULL;
    c.opt.label_imei = o->label_imei;
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0) {
        if (o->resume)
            qdiag_restore_resume(dev, o->resume, &c.opt, &r, &e);
        else
            qdiag_restore_rollback(dev, o->rollback, &c.opt, &r, &e);
    }
    rc = end_report(o, r, &e);
    qdiag_restore_report_free(&r);
    qdiag_device_close(&dev);
    return rc;
}

/* Exactly one of: a backup, a plan file, a journal in one of three ways; --resume may name the
 * backup as well. */
static int check_source(const struct cli_options *o)
{
    int n = (o->nargs > 0 && !o->resume) + (o->plan != NULL) + (o->resume != NULL) +
            (o->rollback != NULL) + (o->status != NULL);
    if (n != 1)
        return cli_usage_error("`qdiag restore` needs one of FILE, --plan PLAN, --resume JOURNAL "
                               "[FILE], --rollback JOURNAL, --status JOURNAL");
    if (o->nargs == 0 && (o->only || o->label_imei || o->accept_firmware))
        return cli_usage_error("--only, --label-imei and --accept-firmware go with a backup FILE");
    if (o->resume && (o->only || o->accept_firmware))
        return cli_usage_error("--only and --accept-firmware go with a new restore: the journal "
                               "has its plan");
    if ((o->resume || o->rollback || o->status) && o->dry_run)
        return cli_usage_error("--dry-run goes with a backup or a plan");
    return 0;
}

int cmd_restore(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_plan *p = NULL;
    struct qdiag_plan_options po = plan_options(o);
    int rc = check_source(o);
    if (rc != 0)
        return rc;
    if (o->status)
        return status(ctx, o);
    if (o->resume || o->rollback)
        return go_on(ctx, o);
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0) {
        if (o->plan)
            qdiag_plan_load(dev, o->plan, &p, &e);
        else
            qdiag_plan_make(dev, o->arg[0], &po, &p, &e);
    }
    cli_progress_clear();
    rc = cli_change_run(dev, p, o, &e);
    qdiag_plan_free(&p);
    qdiag_device_close(&dev);
    return rc;
}

int cmd_plan(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_plan *p = NULL;
    struct qdiag_plan_options po = plan_options(o);
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0)
        qdiag_plan_make(dev, o->arg[0], &po, &p, &e);
    if (!e.code && o->out)
        qdiag_plan_save(p, o->out, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.restore/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            json_object_set_new(j, "plan", p ? cli_json_plan(o, p) : json_null());
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (p && !o->quiet) {
        cli_print_plan(o, p);
        if (o->out && !e.code)
            printf("saved      %s; `qdiag restore --plan %s` carries it out\n", o->out, o->out);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_plan_free(&p);
    qdiag_device_close(&dev);
    return exit_code;
}
