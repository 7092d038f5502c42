/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Asking a person before a unit is changed, and carrying the change out. The service code comes
 * from a prompt, a file or the environment, is sent once, and is never guessed. */
#include "cli/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/plan_text.h"
#include "cli/progress.h"
#include "cli/question.h"
#include "cli/text.h"

static int ask(const char *what, char answer[64], void *user)
{
    (void)user;
    if (!cli_can_ask())
        return -1;
    cli_progress_clear();
    fprintf(stderr, "This changes the unit. To go on, type %s: ", what);
    fflush(stderr);
    return cli_answer(answer);
}

static int bad_spc(const char *from)
{
    return cli_usage_error("%s holds no service code: six digits", from);
}

static int take_spc(const char *text, size_t n, const char *from, char spc[8])
{
    while (n > 0 && memchr(" \t\r\n", text[n - 1], 4))
        n--;
    for (size_t i = 0; i < n; i++)
        if (n != 6 || text[i] < '0' || text[i] > '9')
            return bad_spc(from);
    if (n == 0)
        return bad_spc(from);
    memcpy(spc, text, 6);
    spc[6] = '\0';
    return 0;
}

static int read_spc_file(const char *path, char spc[8])
{
    uint8_t *p = NULL;
    size_t n;
    int rc = cli_read_file(path, 63, &p, &n);
    if (rc == 0)
        rc = take_spc((const char *)p, n, path, spc);
    free(p);
    return rc;
}

static int find_spc(const struct cli_options *o, char spc[8])
{
    const char *env = getenv("QDIAG_SPC");
    if (o->spc_file)
        return read_spc_file(o->spc_file, spc);
    return env && env[0] ? take_spc(env, strlen(env), "QDIAG_SPC", spc) : 0;
}

static void name_files(struct cli_change *c)
{
    char stamp[32] = "now";
    time_t now = time(NULL);
    struct tm tm;
    if (localtime_r(&now, &tm))
        strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", &tm);
    snprintf(c->journal, sizeof c->journal, "qdiag-%.20s.journal", stamp);
    snprintf(c->safety, sizeof c->safety, "qdiag-%.20s.before.xqcn", stamp);
}

int cli_change_prepare(const struct cli_options *o, struct cli_change *c)
{
    memset(c, 0, sizeof *c);
    name_files(c);
    int rc = find_spc(o, c->spc);
    c->opt.journal = o->journal ? o->journal : c->journal;
    c->opt.safety = o->safety ? o->safety : c->safety;
    c->opt.confirm = o->confirm;
    c->opt.accept_incomplete = o->backup.accept_incomplete;
    c->opt.spc = c->spc[0] ? c->spc : NULL;
    c->opt.ask = ask;
    return rc;
}

static void answer_json(const struct cli_options *o, struct qdiag_plan *p,
                        const struct qdiag_restore_report *r, const struct qdiag_error *e,
                        int *exit_code)
{
    json_t *j = cli_json_new("qdiag.restore/1");
    if (j) {
        cli_json_result(j, o, e, *exit_code);
        json_object_set_new(j, "dry_run", json_boolean(o->dry_run));
        json_object_set_new(j, "plan", p ? cli_json_plan(o, p) : json_null());
        json_object_set_new(j, "report", r ? cli_json_restored(o, r) : json_null());
    }
    *exit_code = cli_json_print_done(j, o, *exit_code, r && r->touch != QDIAG_UNTOUCHED);
}

int cli_change_run(struct qdiag_device *dev, struct qdiag_plan *p, const struct cli_options *o,
                   struct qdiag_error *e)
{
    struct cli_change c;
    struct qdiag_restore_report *r = NULL;
    int exit_code = 0;
    if (p && o->json == CLI_TEXT && !o->quiet)
        cli_print_plan(o, p);
    fflush(stdout); /* the plan stands above the question */
    if (!e->code && !o->dry_run) {
        exit_code = cli_change_prepare(o, &c);
        if (exit_code == 0)
            qdiag_restore(dev, p, &c.opt, &r, e);
    }
    if (exit_code != 0)
        return exit_code;
    cli_progress_clear();
    exit_code = e->code ? cli_exit_code(e) : 0;
    if (o->json != CLI_TEXT)
        answer_json(o, p, r, e, &exit_code);
    else if (r && !o->quiet)
        cli_print_restored(o, r);
    else if (o->dry_run && !e->code && !o->quiet)
        printf("dry run    nothing was written\n");
    if (e->code)
        cli_print_error(o, e, exit_code);
    qdiag_restore_report_free(&r);
    return exit_code;
}
