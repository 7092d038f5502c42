/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag fota run, watch and upload. A person is asked at a terminal only; progress goes to stderr,
 * or as JSON lines to stdout. It must never end with 0 unless the library did. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_fota.h"
#include "cli/fota_verify_text.h"
#include "cli/json.h"
#include "cli/preflight_text.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/text.h"

struct answer {
    const struct cli_options *o;
    const char *action;
    struct qdiag_error e;
    struct qdiag_fota_report r;
    struct qdiag_fota_argument a;
    int planned; /* --dry-run: the command was not sent */
    char state[1024];
    enum qdiag_fota_state shown;
    unsigned shown_attempt;
};

/* ---- while it goes on ---- */

static void json_event(enum qdiag_fota_state s, int percent, unsigned attempt, const char *line)
{
    json_t *j =
        json_pack("{s:s, s:s, s:o, s:i, s:o}", "event", "fota", "state", qdiag_fota_state_name(s),
                  "percent", percent < 0 ? json_null() : json_integer(percent), "attempt",
                  (int)attempt, "line", *line ? cli_json_string(line) : json_null());

    cli_json_line(j);
}

/* Every change of state or attempt; percents of ten. */
static void on_event(enum qdiag_fota_state s, int percent, unsigned attempt, const char *line,
                     void *user)
{
    struct answer *a = user;
    int news = s != a->shown || attempt != a->shown_attempt;

    a->shown = s;
    a->shown_attempt = attempt;
    if (a->o->json == CLI_JSON_LINES)
        json_event(s, percent, attempt, line);
    if (a->o->quiet || a->o->progress == CLI_PROGRESS_NONE)
        return;
    if (!news && (percent < 0 || percent % 10))
        return;
    cli_progress_clear();
    fprintf(stderr, "fota       %s", qdiag_fota_state_name(s));
    if (percent >= 0 && (s == QDIAG_FOTA_UPDATING || s == QDIAG_FOTA_RESTORING))
        fprintf(stderr, " %d %%", percent);
    if (attempt > 1)
        fprintf(stderr, ", attempt %u", attempt);
    fprintf(stderr, "\n");
}

static int ask(const char *what, char answer[64], void *user)
{
    char shown[1024];

    (void)user;
    if (!cli_can_ask())
        return -1;
    cli_progress_clear();
    fprintf(stderr,
            "This upgrades the firmware of %s\nThe unit must not lose its power until it is done, "
            "even if this program ends.\nType the last 4 digits of its IMEI to go on: ",
            cli_printable(what, shown, sizeof shown));
    return cli_answer(answer);
}

/* ---- what came of it ---- */

static const char *done(int state)
{
    return state > 0 ? "yes" : state == 0 ? "NO" : "does not apply";
}

static void print_run(const struct answer *a)
{
    const struct qdiag_fota_report *r = &a->r;
    char text[1024];

    if (strcmp(a->action, "run") == 0 && r->preflight.checks)
        cli_print_preflight(a->o, &r->preflight);
    if (a->planned)
        printf("would send   %s\n", cli_printable(a->a.shown, text, sizeof text));
    if (*a->a.note)
        printf("note         %s\n", a->a.note);
    if (a->planned || (r->state == QDIAG_FOTA_SENT && !r->attempts))
        return;
    printf("state        %s, %u attempt%s\n", qdiag_fota_state_name(r->state), r->attempts,
           r->attempts == 1 ? "" : "s");
    if (r->code > 0)
        printf("last error   %s %d: %s\n", r->stage, r->code, r->code_text);
    cli_print_fota_verify(a->o, r);
    if (strcmp(a->action, "run") == 0 || r->package_deleted >= 0 || r->inner_backup >= 0)
        printf("package deleted in the unit: %s; the module's own backup renewed: %s\n",
               done(r->package_deleted), done(r->inner_backup));
    if (*r->next)
        printf("next         %s\n", cli_printable(r->next, text, sizeof text));
}

static json_t *json_known(int state)
{
    return state < 0 ? json_null() : json_boolean(state);
}

static json_t *json_run(const struct answer *a)
{
    const struct qdiag_fota_report *r = &a->r;
    json_t *j = cli_json_fota_verify(r);

    if (!j)
        return NULL;
    cli_json_text(j, "action", a->action);
    cli_json_text(j, "command", a->a.shown);
    cli_json_text(j, "note", a->a.note);
    cli_json_text(j, "state", qdiag_fota_state_name(r->state));
    json_object_set_new(j, "attempts", json_integer((json_int_t)r->attempts));
    json_object_set_new(j, "code", r->code < 0 ? json_null() : json_integer(r->code));
    cli_json_text(j, "stage", r->stage);
    cli_json_text(j, "code_text", r->code_text);
    cli_json_text(j, "advice", r->advice);
    json_object_set_new(j, "package_deleted", json_known(r->package_deleted));
    json_object_set_new(j, "inner_backup", json_known(r->inner_backup));
    cli_json_text(j, "state_file", a->state);
    if (r->preflight.checks)
        json_object_set_new(j, "preflight", cli_json_preflight(a->o, &r->preflight));
    return j;
}

static int finish(struct answer *a)
{
    int exit_code = a->e.code ? cli_exit_code(&a->e) : 0;

    cli_progress_clear();
    if (a->o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.fota/1"), *more = json_run(a);

        if (j) {
            cli_json_result(j, a->o, &a->e, exit_code);
            json_object_update(j, more);
        }
        json_decref(more);
        exit_code = cli_json_print(j, a->o, exit_code);
    } else if (!a->o->quiet) {
        print_run(a);
    }
    if (a->e.code)
        cli_print_error(a->o, &a->e, exit_code);
    qdiag_fota_report_free(&a->r);
    return exit_code;
}

/* ---- run ---- */

static struct qdiag_fota_options options_of(struct answer *a)
{
    const struct cli_options *o = a->o;

    if (o->state)
        snprintf(a->state, sizeof a->state, "%s", o->state);
    else if (strcmp(a->action, "run") == 0 && o->ufs.backup)
        snprintf(a->state, sizeof a->state, "%s.fota.json", o->ufs.backup);
    return (struct qdiag_fota_options){.preflight = cli_preflight_options(o),
                                       .confirm = o->confirm,
                                       .state = *a->state ? a->state : NULL,
                                       .device = strcmp(o->device, "auto") == 0 ? NULL : o->device,
                                       .limits = o->limits,
                                       .keep_package = o->keep_package > 0,
                                       .ask = ask,
                                       .event = on_event,
                                       .user = a};
}

/* All but the sending: what is wrong with it is an error as of a run. */
static void rehearse(struct qdiag_at *at, struct qdiag_device *dev,
                     const struct qdiag_fota_options *f, struct answer *a)
{
    int rc = qdiag_preflight(at, dev, &f->preflight, &a->r.preflight, &a->e);

    a->r.before = a->r.preflight.versions;
    if (rc == 0)
        rc = qdiag_fota_argument(a->r.before.family, f->preflight.source, &a->a, &a->e);
    a->planned = rc == 0;
}

static void clear(struct answer *a, const struct cli_options *o, const char *action)
{
    memset(a, 0, sizeof *a);
    a->o = o;
    a->action = action;
    a->shown = QDIAG_FOTA_LOST;
    a->r.version_is_target = a->r.identity_equal = a->r.calibration_equal = -1;
    a->r.package_deleted = a->r.inner_backup = a->r.code = -1;
    a->r.restores_before = a->r.restores_after = UINT32_MAX;
}

int cmd_fota_run(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct answer a; /* large */
    struct qdiag_fota_options f;
    struct qdiag_device *dev = NULL;
    struct qdiag_at *at = NULL;
    struct qdiag_error none = {0};
    int exit_code;

    if (!o->source || !o->ufs.backup)
        return cli_usage_error("`qdiag fota run` needs --source URL|PATH and --backup FILE");
    clear(&a, o, "run");
    f = options_of(&a);
    if (qdiag_backup_not_narrowed(o->ufs.backup, &a.e) == 0 &&
        qdiag_at_find(ctx, o->at, o->device, o->serial, &at, &a.e) == 0 &&
        qdiag_device_open(ctx, o->device, o->serial, &dev, &a.e) == 0) {
        if (o->dry_run)
            rehearse(at, dev, &f, &a);
        else
            qdiag_fota_run(at, dev, &f, &a.r, &a.e);
        if (!a.planned && a.r.before.family[0])
            (void)qdiag_fota_argument(a.r.before.family, o->source, &a.a, &none);
    }
    exit_code = finish(&a);
    qdiag_device_close(&dev);
    qdiag_at_close(&at);
    return exit_code;
}

/* ---- watch ---- */

/* Needed at the end only, and opened there when it is away now; when it is there, ModemManager is
 * kept from the unit as long as it is open. */
static struct qdiag_device *open_diag(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_error e = {0};

    (void)qdiag_device_open(ctx, o->device, o->serial, &dev, &e);
    return dev;
}

int cmd_fota_watch(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct answer a; /* large */
    struct qdiag_fota_options f;
    struct qdiag_device *dev = NULL;
    struct qdiag_at *at = NULL;
    struct qdiag_at_place place = {o->at, o->device, o->serial};
    char address[512] = "";
    int rc = 0;

    if (o->dry_run)
        return cli_usage_error("`qdiag fota watch` only looks: it has no --dry-run");
    clear(&a, o, "watch");
    f = options_of(&a);
    f.device = o->device;
    if (!o->at && o->state) {
        rc = qdiag_fota_where(ctx, o->state, address, &a.e);
        place.address = address;
    }
    if (rc == 0)
        rc = qdiag_at_listen(ctx, &place, o->limits.port_back ? o->limits.port_back : 120, &at,
                             &a.e);
    if (rc == 0) {
        dev = open_diag(ctx, o);
        qdiag_fota_watch(at, dev, &f, &a.r, &a.e);
    } else if (rc == -QDIAG_E_CANCELLED) {
        snprintf(a.e.hint, sizeof a.e.hint,
                 "an upgrade that was begun goes on: do not cut the power; run the same command "
                 "again");
    }
    rc = finish(&a);
    qdiag_device_close(&dev);
    qdiag_at_close(&at);
    return rc;
}

/* ---- upload ---- */

int cmd_fota_upload(struct qdiag_context *ctx, const struct cli_options *o)
{
    const char *path = o->nargs > 1 ? o->arg[1] : o->package;
    char argument[512] = "";
    struct qdiag_error e = {0};
    struct qdiag_at *at = NULL;
    int exit_code;

    if (!path)
        return cli_usage_error("it is: qdiag fota upload FILE [NAME] --at ADDR");
    if (o->dry_run)
        return cli_usage_error("`qdiag fota upload` has no --dry-run; `qdiag ufs files ls` shows "
                               "what is in the unit");
    if (qdiag_at_find(ctx, o->at, o->device, o->serial, &at, &e) == 0)
        qdiag_fota_upload(at, path, o->nargs > 2 ? o->arg[2] : NULL, argument, &e);
    qdiag_at_close(&at);
    exit_code = e.code ? cli_exit_code(&e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.fota-upload/1");

        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "source", argument);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (!e.code && !o->quiet) {
        printf("%s\n", argument);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    return exit_code;
}
