/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag preflight: one yes or no for scripts, and the table behind it for people. Reads only. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/preflight_text.h"
#include "cli/progress.h"
#include "cli/text.h"

void cli_print_preflight(const struct cli_options *o, const struct qdiag_preflight *pf)
{
    char text[512];

    for (size_t i = 0; i < pf->checks; i++) {
        const struct qdiag_check *c = &pf->check[i];

        printf("%2u %-7s  %-15s  %s\n", c->step, qdiag_check_name(c->result), c->name, c->title);
        if (c->detail[0])
            printf("                             %s\n",
                   cli_masked(o, c->detail, text, sizeof text));
    }
    printf("%s\n", cli_masked(o, pf->line, text, sizeof text));
}

static json_t *json_checks(const struct cli_options *o, const struct qdiag_preflight *pf)
{
    json_t *all = json_array();
    char text[512];

    for (size_t i = 0; i < pf->checks; i++) {
        const struct qdiag_check *c = &pf->check[i];
        json_t *j = json_pack("{s:s, s:s, s:i, s:s}", "name", c->name, "title", c->title, "step",
                              (int)c->step, "result", qdiag_check_name(c->result));

        cli_json_text(j, "detail", cli_masked(o, c->detail, text, sizeof text));
        cli_json_text(j, "error", c->code ? qdiag_code_name(c->code) : NULL);
        json_array_append_new(all, j);
    }
    return all;
}

static json_t *json_unit(const struct qdiag_preflight *pf)
{
    const struct qdiag_versions *v = &pf->versions;
    json_t *j = json_object();

    cli_json_text(j, "model", v->model);
    cli_json_text(j, "family", v->family);
    cli_json_text(j, "firmware", v->full);
    cli_json_text(j, "firmware_base", v->base);
    cli_json_text(j, "firmware_sub", v->sub);
    return j;
}

static json_t *json_package(const struct qdiag_preflight *pf)
{
    const struct qdiag_package *k = &pf->package;
    json_t *j;

    if (!k->sha256[0])
        return json_null();
    j = json_object();
    cli_json_text(j, "name", k->name);
    json_object_set_new(j, "size", json_integer((json_int_t)k->size));
    cli_json_text(j, "sha256", k->sha256);
    cli_json_text(j, "from", pf->match.from);
    cli_json_text(j, "to", pf->match.to);
    return j;
}

json_t *cli_json_preflight(const struct cli_options *o, const struct qdiag_preflight *pf)
{
    char text[512];
    json_t *j = json_pack("{s:b}", "go", pf->go);

    cli_json_text(j, "line", cli_masked(o, pf->line, text, sizeof text));
    json_object_set_new(j, "unit", json_unit(pf));
    json_object_set_new(j, "package", json_package(pf));
    json_object_set_new(j, "checks", json_checks(o, pf));
    return j;
}

static int finish(const struct cli_options *o, const struct qdiag_preflight *pf,
                  const struct qdiag_error *e)
{
    int exit_code = e->code ? cli_exit_code(e) : 0;

    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.preflight/1"), *more = cli_json_preflight(o, pf);

        if (j) {
            cli_json_result(j, o, e, exit_code);
            json_object_update(j, more);
        }
        json_decref(more);
        exit_code = cli_json_print(j, o, exit_code);
    } else if (pf->checks && !o->quiet) {
        cli_print_preflight(o, pf);
    }
    if (e->code)
        cli_print_error(o, e, exit_code);
    return exit_code;
}

int cmd_preflight(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct qdiag_preflight pf; /* large */
    struct qdiag_preflight_options p = cli_preflight_options(o);
    struct qdiag_error e = {0};
    struct qdiag_at *at = NULL;
    struct qdiag_device *dev = NULL;

    if (qdiag_at_find(ctx, o->at, o->device, o->serial, &at, &e) == 0 &&
        qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0)
        qdiag_preflight(at, dev, &p, &pf, &e);
    int exit_code = finish(o, &pf, &e);
    qdiag_device_close(&dev);
    qdiag_at_close(&at);
    return exit_code;
}

struct qdiag_preflight_options cli_preflight_options(const struct cli_options *o)
{
    return (struct qdiag_preflight_options){.package = o->package,
                                            .from = o->from,
                                            .to = o->to,
                                            .sha256 = o->sha256,
                                            .source = o->source,
                                            .backup = o->ufs.backup,
                                            .max_age_h = o->ufs.max_age_h,
                                            .power = o->power_ok > 0,
                                            .without_ufs = o->without_ufs > 0};
}
