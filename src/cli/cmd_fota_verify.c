/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag fota verify: what came of an upgrade, and in which of three groups each difference from the
 * backup belongs. Reads only. */
#include <stdio.h>
#include <time.h>

#include "cli/cmd_fota.h"
#include "cli/diff_text.h"
#include "cli/fota_verify_text.h"
#include "cli/json.h"
#include "cli/preflight_text.h"
#include "cli/progress.h"
#include "cli/text.h"

enum group { MUST_BE_EQUAL, MAY_CHANGE, NEW_OR_GONE, GROUPS };

static const char *const names[GROUPS] = {"must_be_equal", "may_change", "new_or_gone"};
static const char *const titles[GROUPS] = {"must be as before", "may have changed", "new or gone"};

/* What is gone of identity and calibration is a loss, what is new there is not. */
static enum group group_of(const struct qdiag_difference *d)
{
    if (d->unit_bound && !d->volatile_item && d->change != QDIAG_CHANGE_ONLY_B)
        return MUST_BE_EQUAL;
    return d->change == QDIAG_CHANGE_ONLY_A || d->change == QDIAG_CHANGE_ONLY_B ? NEW_OR_GONE
                                                                                : MAY_CHANGE;
}

static const char *word(int state)
{
    return state > 0 ? "equal" : state == 0 ? "DIFFERS" : "not known";
}

static void print_group(const struct qdiag_diff_report *d, enum group g)
{
    static const char *const changes[] = {"gone", "new", "changed", "other mode"};
    size_t n = 0;

    for (size_t i = 0; i < d->count; i++)
        n += group_of(&d->difference[i]) == g;
    printf("%-12s %zu\n", titles[g], n);
    for (size_t i = 0; i < d->count; i++) {
        char key[1300];

        if (group_of(&d->difference[i]) != g)
            continue;
        cli_difference_key(&d->difference[i], key, sizeof key);
        printf("             %s %s, %s\n", key, d->difference[i].class_name,
               changes[d->difference[i].change]);
    }
}

static void print_count(const char *name, uint32_t n)
{
    if (n == UINT32_MAX)
        printf("%s not known", name);
    else
        printf("%s %u", name, n);
}

void cli_print_fota_verify(const struct cli_options *o, const struct qdiag_fota_report *r)
{
    char text[256];

    printf("version      %s",
           *r->after.full ? cli_masked(o, r->after.full, text, sizeof text) : "not known");
    printf("%s\n", r->version_is_target > 0    ? ", the target"
                   : r->version_is_target == 0 ? ", NOT the target"
                                               : "");
    printf("identity     %s\n", word(r->identity_equal));
    printf("calibration  %s\n", word(r->calibration_equal));
    print_count("restores     before:", r->restores_before);
    print_count(", now:", r->restores_after);
    printf("\n");
    for (int g = 0; r->diff && g < GROUPS; g++)
        print_group(r->diff, (enum group)g);
}

static json_t *json_state(int state)
{
    return state < 0 ? json_null() : json_boolean(state);
}

static json_t *json_count(uint32_t n)
{
    return n == UINT32_MAX ? json_null() : json_integer((json_int_t)n);
}

static json_t *json_groups(const struct qdiag_diff_report *d)
{
    json_t *j = json_object();

    for (int g = 0; g < GROUPS; g++)
        json_object_set_new(j, names[g], json_array());
    for (size_t i = 0; i < d->count; i++)
        json_array_append_new(json_object_get(j, names[group_of(&d->difference[i])]),
                              cli_json_difference(&d->difference[i]));
    return j;
}

json_t *cli_json_fota_verify(const struct qdiag_fota_report *r)
{
    json_t *j = json_object();

    cli_json_text(j, "version", r->after.full);
    cli_json_text(j, "source", r->before.full);
    cli_json_text(j, "target", r->target);
    json_object_set_new(j, "version_is_target", json_state(r->version_is_target));
    json_object_set_new(j, "identity_equal", json_state(r->identity_equal));
    json_object_set_new(j, "calibration_equal", json_state(r->calibration_equal));
    json_object_set_new(j, "restores_before", json_count(r->restores_before));
    json_object_set_new(j, "restores_after", json_count(r->restores_after));
    json_object_set_new(j, "differences", r->diff ? json_groups(r->diff) : json_null());
    cli_json_text(j, "next", r->next);
    return j;
}

static int finish(const struct cli_options *o, const struct qdiag_fota_report *r,
                  const struct qdiag_error *e)
{
    int exit_code = e->code ? cli_exit_code(e) : 0;

    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.fota-verify/1"), *more = cli_json_fota_verify(r);

        if (j) {
            cli_json_result(j, o, e, exit_code);
            json_object_update(j, more);
        }
        json_decref(more);
        exit_code = cli_json_print(j, o, exit_code);
    } else if (r->state != QDIAG_FOTA_SENT && !o->quiet) {
        cli_print_fota_verify(o, r);
    }
    if (e->code)
        cli_print_error(o, e, exit_code);
    return exit_code;
}

/* A unit that starts anew has no ports, or silent ones, for a while. */
static int may_come(const struct qdiag_error *e)
{
    switch (e->code) {
    case QDIAG_E_NO_UNIT:
    case QDIAG_E_OPEN_FAILED:
    case QDIAG_E_LINK_SILENT:
    case QDIAG_E_LINK_GONE:
    case QDIAG_E_LINK_IO:
    case QDIAG_E_TIMEOUT:
        return 1;
    default:
        return 0;
    }
}

/* 1: worth another try, a second later. */
static int wait_on(const struct qdiag_error *e, time_t end)
{
    struct timespec second = {1, 0}, now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!may_come(e) || now.tv_sec >= end)
        return 0;
    nanosleep(&second, NULL);
    return 1;
}

static struct qdiag_at *open_at(struct qdiag_context *ctx, const struct cli_options *o, time_t end,
                                struct qdiag_error *e)
{
    struct qdiag_at *at = NULL;

    do
        *e = (struct qdiag_error){0};
    while (qdiag_at_find(ctx, o->at, o->device, o->serial, &at, e) != 0 && wait_on(e, end));
    return at;
}

/* A DIAG port that is not there does not keep the version from being read; it is never success. */
static struct qdiag_device *open_diag(struct qdiag_context *ctx, const struct cli_options *o,
                                      time_t end)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_error e;

    do
        e = (struct qdiag_error){0};
    while (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) != 0 && wait_on(&e, end));
    if (!dev && !o->quiet)
        fprintf(stderr, "qdiag: no DIAG port, so the calibration cannot be compared: %s: %s\n",
                e.what, e.why);
    return dev;
}

int cmd_fota_verify(struct qdiag_context *ctx, const struct cli_options *o)
{
    static struct qdiag_fota_report r; /* large */
    struct qdiag_fota_options f = {.preflight = cli_preflight_options(o)};
    struct qdiag_error e = {0};
    struct qdiag_at *at = NULL;
    struct qdiag_device *dev = NULL;
    struct timespec now;

    if (!o->ufs.backup)
        return cli_usage_error("`qdiag fota verify` needs --backup FILE, taken before the upgrade");
    r = (struct qdiag_fota_report){.identity_equal = -1,
                                   .calibration_equal = -1,
                                   .version_is_target = -1,
                                   .restores_before = UINT32_MAX,
                                   .restores_after = UINT32_MAX};
    clock_gettime(CLOCK_MONOTONIC, &now);
    now.tv_sec += o->ufs.wait_ms / 1000;
    if (qdiag_backup_not_narrowed(o->ufs.backup, &e) == 0)
        at = open_at(ctx, o, now.tv_sec, &e);
    if (at) {
        dev = open_diag(ctx, o, now.tv_sec);
        qdiag_fota_verify(at, dev, &f, &r, &e);
    }
    int exit_code = finish(o, &r, &e);
    qdiag_fota_report_free(&r);
    qdiag_device_close(&dev);
    qdiag_at_close(&at);
    return exit_code;
}
