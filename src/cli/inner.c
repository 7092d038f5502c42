/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups as a part of `info` and of `backup --with-ufs`. It must never let their
 * failure look like one of the identity that was read or of the DIAG backup that was saved. */
#include "cli/inner.h"

#include <stdio.h>
#include <string.h>

#include "cli/progress.h"
#include "cli/text.h"
#include "cli/ufs_text.h"

/* ---- info ---- */

static int is_unit(const struct qdiag_identity *id, const char *imei)
{
    int usable = 0;

    for (unsigned i = 0; i < QDIAG_SUBS; i++) {
        if (id->imei_state[i] != QDIAG_IDENT_USABLE)
            continue;
        usable = 1;
        if (strcmp(id->imei[i], imei) == 0)
            return 1;
    }
    return !usable || !imei[0];
}

void cli_inner_read(struct qdiag_context *ctx, const struct cli_options *o, const char *device,
                    const struct qdiag_identity *id, struct cli_inner_state *in)
{
    struct qdiag_at *at = NULL;

    memset(in, 0, sizeof *in);
    if (qdiag_at_find(ctx, o->at, device, NULL, &at, &in->e) == 0)
        qdiag_ufs_status(at, &in->s, &in->e);
    qdiag_at_close(&at);
    if (in->e.code || is_unit(id, in->s.imei))
        return;
    in->e.code = QDIAG_E_NOT_SAME_UNIT;
    in->e.wire = -1;
    snprintf(in->e.what, sizeof in->e.what, "the AT port gives another IMEI than DIAG");
}

void cli_inner_show(const struct cli_options *o, const struct cli_inner_state *in)
{
    char why[512];

    if (in->e.code)
        printf("own copies not read: %s\n", cli_ufs_reason(o, &in->e, why, sizeof why));
    else
        cli_ufs_print(&in->s);
}

json_t *cli_inner_state_json(const struct cli_options *o, const struct cli_inner_state *in)
{
    json_t *j = json_object();
    char why[512];

    json_object_set_new(j, "read", json_boolean(in->e.code == 0));
    if (in->e.code) {
        cli_json_text(j, "why", cli_ufs_reason(o, &in->e, why, sizeof why));
        return j;
    }
    cli_json_text(j, "address", in->s.address);
    cli_ufs_json_states(j, &in->s);
    return j;
}

/* ---- backup --with-ufs ---- */

static void make_one(struct qdiag_at *at, struct qdiag_device *dev, const struct cli_options *o,
                     const char *file, struct cli_inner_backup *in)
{
    struct qdiag_ufs_options w = o->ufs;
    struct qdiag_ufs_report *r = &in->one[in->n].r;
    struct qdiag_error *e = &in->one[in->n].e;

    w.fs = in->one[in->n].fs;
    w.backup = file;
    qdiag_ufs_backup(at, dev, &w, r, e);
    in->n++;
    if (e->code)
        in->e = *e;
}

void cli_inner_make(struct qdiag_context *ctx, const struct cli_options *o,
                    struct qdiag_device *dev, const char *file, struct cli_inner_backup *in)
{
    struct qdiag_ufs_status s;
    struct qdiag_at *at = NULL;

    memset(in, 0, sizeof *in);
    cli_progress_clear();
    if (!o->quiet)
        fprintf(stderr,
                "qdiag: %s is saved; next the module's own copy is overwritten: do not cut "
                "the power until this ends\n",
                file);
    if (qdiag_at_find(ctx, o->at, qdiag_device_address(dev), NULL, &at, &in->e) == 0)
        qdiag_ufs_status(at, &s, &in->e);
    for (int fs = 0; fs < 2 && !in->e.code; fs++) {
        in->one[in->n].fs = (enum qdiag_ufs)fs;
        if (s.fs[fs].known)
            make_one(at, dev, o, file, in);
    }
    qdiag_at_close(&at);
}

/* The first may be made, the second not. */
static int is_any_made(const struct cli_inner_backup *in)
{
    for (unsigned i = 0; i < in->n; i++)
        if (!in->one[i].e.code && !in->one[i].r.skipped)
            return 1;
    return 0;
}

/* An error of its own where nothing was sent: the exit codes below 15 would be taken for the DIAG
 * backup's. What was sent and not confirmed keeps its own, and so does a stop by a signal before
 * anything was sent. */
void cli_inner_error(const struct cli_inner_backup *in, struct qdiag_error *e)
{
    int code = in->e.code ? qdiag_exit_code(&in->e) : 0, made = is_any_made(in);

    if (!code)
        return;
    *e = in->e;
    if ((code < 16 || code > 31) && (code != 130 || made))
        e->code = QDIAG_E_UFS_NOT_MADE;
    if (made && e->touch == QDIAG_UNTOUCHED)
        e->touch = QDIAG_CHANGED;
    snprintf(e->what, sizeof e->what, "the DIAG backup is good; the module's own was not %s",
             code >= 16 && code <= 31 ? "confirmed" : "made");
    snprintf(e->why, sizeof e->why, "%.100s%s%.150s", in->e.what, *in->e.why ? ": " : "",
             in->e.why);
}

void cli_inner_made(const struct cli_options *o, const struct cli_inner_backup *in)
{
    char why[512];

    for (unsigned i = 0; i < in->n; i++) {
        const struct qdiag_ufs_report *r = &in->one[i].r;
        const char *name = cli_ufs_names[in->one[i].fs];

        if (in->one[i].e.code)
            printf("  own %-6s NOT MADE OR NOT CONFIRMED: %s\n", name,
                   cli_ufs_reason(o, &in->one[i].e, why, sizeof why));
        else if (r->skipped)
            printf("  own %-6s not repeated, a confirmed copy is not a day old (backup %u)\n", name,
                   r->before.backups);
        else
            printf("  own %-6s confirmed: count %u before, %u after%s\n", name, r->before.backups,
                   r->after.backups, r->repeated ? "; repeated once" : "");
        if (*r->note)
            printf("  note       %s\n", r->note);
    }
    if (in->n == 0)
        printf("  own copies NOT MADE: %s\n", cli_ufs_reason(o, &in->e, why, sizeof why));
}

json_t *cli_inner_made_json(const struct cli_options *o, const struct cli_inner_backup *in)
{
    json_t *list = json_array(), *j;
    char why[512];

    for (unsigned i = 0; i < in->n; i++) {
        const struct qdiag_ufs_report *r = &in->one[i].r;
        const struct qdiag_error *e = &in->one[i].e;

        j = json_object();
        cli_json_text(j, "fs", cli_ufs_names[in->one[i].fs]);
        json_object_set_new(j, "result", json_string(e->code ? qdiag_code_name(e->code) : "ok"));
        cli_json_text(j, "why", e->code ? cli_ufs_reason(o, e, why, sizeof why) : NULL);
        json_object_set_new(j, "unit",
                            json_string(qdiag_touch_name(e->code      ? e->touch
                                                         : r->skipped ? QDIAG_UNTOUCHED
                                                                      : QDIAG_CHANGED)));
        json_object_set_new(j, "before", cli_ufs_json(&r->before));
        json_object_set_new(j, "after", cli_ufs_json(&r->after));
        json_object_set_new(j, "skipped", json_boolean(r->skipped));
        json_object_set_new(j, "repeated", json_boolean(r->repeated));
        cli_json_text(j, "note", r->note);
        json_array_append_new(list, j);
    }
    j = json_object();
    json_object_set_new(j, "result", json_string(in->e.code ? qdiag_code_name(in->e.code) : "ok"));
    cli_json_text(j, "why", in->e.code ? cli_ufs_reason(o, &in->e, why, sizeof why) : NULL);
    json_object_set_new(j, "made", list);
    return j;
}
