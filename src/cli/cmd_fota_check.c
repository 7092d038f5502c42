/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag fota check: what a package is, and whether it is for the connected unit. It sends nothing
 * that changes a unit, and must never end with 0 unless the verdict is MATCH. */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_fota.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

struct answer {
    const struct cli_options *o;
    struct qdiag_error e;
    struct qdiag_package p;
    struct qdiag_versions v;
    struct qdiag_match m;
    int has_package, has_versions, has_match;
};

/* ---- text ---- */

static void print_line(const char *name, const char *text)
{
    char shown[1024];

    if (*text)
        printf("%-10s %s\n", name, cli_printable(text, shown, sizeof shown));
}

static void print_package(const struct qdiag_package *p)
{
    char size[32];

    cli_size(size, sizeof size, p->size);
    print_line("package", p->name);
    printf("%-10s %llu bytes (%s)\n", "size", (unsigned long long)p->size, size);
    print_line("sha256", p->sha256);
    print_line("kind", p->kind_text);
    print_line("name from", p->from);
    print_line("name to", p->to);
    print_line("or to", p->to_other);
    print_line("inside", p->hint_from);
    print_line("inside to", p->hint_to);
}

static void print_versions(const struct qdiag_versions *v)
{
    print_line("model", v->model);
    print_line("firmware", *v->full ? v->full : "AT+QGMR does not tell it");
    print_line("base", v->base);
    print_line("edition", v->sub);
}

/* The one line a person reads; scripts read the exit code. */
static void print_verdict(const struct answer *a)
{
    char why[512];

    if (a->has_match)
        printf("%s: %s\n", qdiag_verdict_name(a->m.verdict),
               cli_printable(a->m.why, why, sizeof why));
    if (a->has_match && a->m.downgrade && a->m.verdict == QDIAG_MATCH)
        printf("WARNING    this is a DOWNGRADE. Some versions cannot be left again, and units have "
               "lost IMEI and serial number by one.\n");
}

static void print_text(const struct answer *a)
{
    if (a->has_package && !a->o->quiet)
        print_package(&a->p);
    if (a->has_versions && !a->o->quiet)
        print_versions(&a->v);
    print_verdict(a);
}

/* ---- JSON ---- */

static json_t *json_package(const struct qdiag_package *p)
{
    static const char *const kinds[] = {"opaque", "zip", "delta", "not_a_delta"};
    json_t *j = json_object();

    cli_json_text(j, "name", p->name);
    json_object_set_new(j, "size", json_integer((json_int_t)p->size));
    cli_json_text(j, "sha256", p->sha256);
    cli_json_text(j, "kind", kinds[p->kind]);
    cli_json_text(j, "kind_text", p->kind_text);
    json_object_set_new(j, "entries", json_integer((json_int_t)p->entries));
    cli_json_text(j, "from", p->from);
    cli_json_text(j, "to", p->to);
    cli_json_text(j, "to_other", p->to_other);
    cli_json_text(j, "hint_from", p->hint_from);
    cli_json_text(j, "hint_to", p->hint_to);
    return j;
}

static json_t *json_versions(const struct qdiag_versions *v)
{
    json_t *j = json_object();

    cli_json_text(j, "model", v->model);
    cli_json_text(j, "family", v->family);
    cli_json_text(j, "base", v->base);
    cli_json_text(j, "full", v->full);
    cli_json_text(j, "sub_edition", v->sub);
    json_object_set_new(j, "ready", json_boolean(v->ready));
    return j;
}

static json_t *json_match(const struct qdiag_match *m)
{
    json_t *j = json_object();

    cli_json_text(j, "verdict", qdiag_verdict_name(m->verdict));
    cli_json_text(j, "from", m->from);
    cli_json_text(j, "to", m->to);
    json_object_set_new(j, "declared", json_boolean(m->declared));
    json_object_set_new(j, "downgrade", json_boolean(m->downgrade));
    cli_json_text(j, "why", m->why);
    cli_json_text(j, "next", m->next);
    return j;
}

static int print_json(const struct answer *a, int exit_code)
{
    json_t *j = cli_json_new("qdiag.fota/1");

    if (j) {
        cli_json_result(j, a->o, &a->e, exit_code);
        cli_json_text(j, "action", "check");
        json_object_set_new(j, "package", a->has_package ? json_package(&a->p) : json_null());
        json_object_set_new(j, "unit", a->has_versions ? json_versions(&a->v) : json_null());
        json_object_set_new(j, "match", a->has_match ? json_match(&a->m) : json_null());
    }
    return cli_json_print(j, a->o, exit_code);
}

/* ---- the check ---- */

/* The unit's versions, and the package against them. */
static void check_unit(struct qdiag_context *ctx, struct answer *a)
{
    const struct cli_options *o = a->o;
    struct qdiag_at *at = NULL;

    if (qdiag_at_find(ctx, o->at, o->device, o->serial, &at, &a->e) == 0)
        a->has_versions = qdiag_versions_read(at, 0, &a->v, &a->e) == 0;
    qdiag_at_close(&at);
    if (a->has_versions)
        a->has_match = qdiag_package_match(&a->p, &a->v, o->from, o->to, &a->m, &a->e) == 0;
}

/* Without a unit: what can be said is said, and it is never a match. What is no package is none for
 * any unit. */
static void check_alone(struct answer *a)
{
    const struct cli_options *o = a->o;

    a->has_match = qdiag_package_match(&a->p, &a->v, o->from, o->to, &a->m, &a->e) == 0;
    if (!a->has_match || a->m.verdict == QDIAG_NOT_A_DELTA)
        return;
    snprintf(a->m.why, sizeof a->m.why, "no unit was named: nothing was compared");
    snprintf(a->m.next, sizeof a->m.next, "name its AT port: --at tty:/dev/ttyUSB2");
}

static int names_unit(const struct cli_options *o)
{
    return o->at || o->serial || o->device_named;
}

static int finish(struct answer *a)
{
    int exit_code;

    if (a->has_match)
        qdiag_match_result(&a->m, &a->e);
    exit_code = a->e.code ? cli_exit_code(&a->e) : 0;
    cli_progress_clear();
    if (a->o->json != CLI_TEXT)
        exit_code = print_json(a, exit_code);
    else
        print_text(a);
    if (a->e.code)
        cli_print_error(a->o, &a->e, exit_code);
    return exit_code;
}

int cmd_fota_check(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct answer a; /* large */

    if (!o->package)
        return cli_usage_error("`qdiag fota check` needs --package FILE");
    if (!o->from != !o->to)
        return cli_usage_error("--from and --to go together");
    a.o = o;
    a.has_package = qdiag_package_inspect(ctx, o->package, &a.p, &a.e) == 0;
    if (a.has_package && o->sha256)
        qdiag_package_expect(&a.p, o->sha256, &a.e);
    if (!a.e.code && names_unit(o) && a.p.kind != QDIAG_PACKAGE_NOT_DELTA)
        check_unit(ctx, &a);
    else if (!a.e.code)
        check_alone(&a);
    return finish(&a);
}
