/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag diff and verify: what differs between two backup files, or between one and a unit, by
 * class. */
#include <stdio.h>
#include <string.h>

#include "cli/diff_text.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

void cli_difference_key(const struct qdiag_difference *d, char *out, size_t cap)
{
    switch (d->kind) {
    case QDIAG_ITEM_NV:
        if (d->index)
            snprintf(out, cap, "nv:%d:%ld:%u", d->sub, d->nv, d->index);
        else
            snprintf(out, cap, "nv:%d:%ld", d->sub, d->nv);
        break;
    case QDIAG_ITEM_FILE:
        snprintf(out, cap, "efs:%s", d->path);
        break;
    case QDIAG_ITEM_STREAM:
        snprintf(out, cap, "stream:%s", d->path);
        break;
    default:
        snprintf(out, cap, "property:%s", d->path);
    }
}

static void print_bytes(const uint8_t *p, unsigned n, size_t len)
{
    for (unsigned i = 0; i < n; i++)
        printf("%02x", p[i]);
    printf("%s", n == 0 ? "-" : len > n ? "…" : "");
}

static void print_ranges(const struct qdiag_difference *d)
{
    for (size_t i = 0; i < d->ranges; i++) {
        const struct qdiag_range *r = &d->range[i];
        printf("      bytes %zu-%zu", r->offset, r->offset + r->length - 1);
        if (r->na || r->nb) {
            printf(": ");
            print_bytes(r->a, r->na, r->length);
            printf(" -> ");
            print_bytes(r->b, r->nb, r->length);
        }
        printf("\n");
    }
    if (d->more_ranges)
        printf("      and %zu more places\n", d->more_ranges);
}

static void print_change(const struct qdiag_difference *d)
{
    switch (d->change) {
    case QDIAG_CHANGE_ONLY_A:
        printf("only in the first, %zu B", d->size_a);
        break;
    case QDIAG_CHANGE_ONLY_B:
        printf("only in the second, %zu B", d->size_b);
        break;
    case QDIAG_CHANGE_MODE:
        printf("mode %o -> %o", (unsigned)d->mode_a, (unsigned)d->mode_b);
        break;
    default:
        if (d->size_a != d->size_b)
            printf("%zu B -> %zu B, ", d->size_a, d->size_b);
        printf("%zu byte%s differ%s", d->bytes, d->bytes == 1 ? "" : "s", d->bytes == 1 ? "s" : "");
    }
}

static void print_difference(const struct qdiag_difference *d)
{
    char key[1300];
    cli_difference_key(d, key, sizeof key);
    printf("  %-14s ", key);
    if (d->name[0])
        printf("%s ", d->name);
    if (d->label[0] && strcmp(d->class_name, "unknown") == 0)
        printf("[%s] ", d->label);
    if (d->kind != QDIAG_ITEM_PROPERTY)
        print_change(d);
    if (d->value_a[0] || d->value_b[0])
        printf("%s%s -> %s", d->kind == QDIAG_ITEM_PROPERTY ? "" : " : ",
               d->value_a[0] ? d->value_a : "-", d->value_b[0] ? d->value_b : "-");
    printf("\n");
    print_ranges(d);
}

static void print_class(const struct qdiag_diff_report *r, size_t from, size_t n,
                        const struct cli_options *o)
{
    int apart = r->difference[from].volatile_item && !o->with_volatile;
    printf("%s: %zu%s\n", r->difference[from].class_name, n,
           apart ? ", changes by itself, not counted" : "");
    for (size_t i = from; i < from + n; i++)
        print_difference(&r->difference[i]);
}

static void print_report(const struct qdiag_diff_report *r, const struct cli_options *o)
{
    size_t n;
    for (size_t i = 0; i < r->count; i += n) {
        for (n = 1; i + n < r->count &&
                    strcmp(r->difference[i].class_name, r->difference[i + n].class_name) == 0;)
            n++;
        print_class(r, i, n, o);
    }
    printf("%zu item%s, %zu equal", r->counted, r->counted == 1 ? " differs" : "s differ",
           r->equal);
    if (r->volatiles && !o->with_volatile)
        printf(", %zu volatile not counted", r->volatiles);
    if (r->not_chosen)
        printf(", %zu different in other classes", r->not_chosen);
    printf("\n");
}

static json_t *hex_of(const uint8_t *p, unsigned n)
{
    char text[17];
    for (unsigned i = 0; i < n; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", p[i]);
    return n ? json_stringn(text, 2 * (size_t)n) : json_null();
}

static json_t *ranges_of(const struct qdiag_difference *d)
{
    json_t *a = json_array();
    for (size_t i = 0; i < d->ranges; i++) {
        const struct qdiag_range *r = &d->range[i];
        json_array_append_new(a, json_pack("{s:I, s:I, s:o, s:o}", "offset", (json_int_t)r->offset,
                                           "length", (json_int_t)r->length, "first_a",
                                           hex_of(r->a, r->na), "first_b", hex_of(r->b, r->nb)));
    }
    return a;
}

json_t *cli_json_difference(const struct qdiag_difference *d)
{
    static const char *const changes[] = {"only_in_first", "only_in_second", "bytes", "mode"};
    static const char *const kinds[] = {"property", "nv", "efs", "stream"};
    char key[1300];
    cli_difference_key(d, key, sizeof key);
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:b, s:b, s:I, s:I, s:I}", "kind", kinds[d->kind], "change",
                  changes[d->change], "class", d->class_name, "volatile", d->volatile_item,
                  "private", d->is_private, "size_a", (json_int_t)d->size_a, "size_b",
                  (json_int_t)d->size_b, "bytes", (json_int_t)d->bytes);
    cli_json_text(j, "key", key);
    cli_json_text(j, "name", d->name);
    cli_json_text(j, "label", d->label);
    cli_json_text(j, "value_a", d->value_a);
    cli_json_text(j, "value_b", d->value_b);
    json_object_set_new(j, "mode_a", d->mode_a ? json_integer(d->mode_a) : json_null());
    json_object_set_new(j, "mode_b", d->mode_b ? json_integer(d->mode_b) : json_null());
    json_object_set_new(j, "ranges", ranges_of(d));
    json_object_set_new(j, "more_ranges", json_integer((json_int_t)d->more_ranges));
    return j;
}

static void json_report(json_t *j, const struct qdiag_diff_report *r)
{
    json_t *list = json_array(), *by_class = json_object();
    for (size_t i = 0; i < r->count; i++) {
        const char *class = r->difference[i].class_name;
        json_int_t n = json_integer_value(json_object_get(by_class, class));
        json_object_set_new(by_class, class, json_integer(n + 1));
        json_array_append_new(list, cli_json_difference(&r->difference[i]));
    }
    json_object_set_new(j, "counted", json_integer((json_int_t)r->counted));
    json_object_set_new(j, "volatile", json_integer((json_int_t)r->volatiles));
    json_object_set_new(j, "other_classes", json_integer((json_int_t)r->not_chosen));
    json_object_set_new(j, "unknown", json_integer((json_int_t)r->unknown));
    json_object_set_new(j, "equal", json_integer((json_int_t)r->equal));
    json_object_set_new(j, "by_class", by_class);
    json_object_set_new(j, "differences", list);
}

static int answer(const struct cli_options *o, const char *second, struct qdiag_diff_report *r,
                  struct qdiag_error *e)
{
    char name[4096];
    int exit_code = e->code ? cli_exit_code(e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.diff/1");
        if (j) {
            cli_json_result(j, o, e, exit_code);
            cli_json_text(j, "first", cli_masked(o, o->arg[0], name, sizeof name));
            cli_json_text(j, "second", cli_masked(o, second, name, sizeof name));
            if (r)
                json_report(j, r);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (r && !o->quiet) {
        print_report(r, o);
    }
    if (e->code && !(r && o->quiet))
        cli_print_error(o, e, exit_code);
    qdiag_diff_report_free(&r);
    return exit_code;
}

int cmd_diff(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_diff_report *r = NULL;
    struct qdiag_diff_options d = {o->only, o->with_volatile > 0, o->show_identity > 0};
    qdiag_diff_files(ctx, o->arg[0], o->arg[1], &d, &r, &e);
    return answer(o, o->arg[1], r, &e);
}

int cmd_verify(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_diff_report *r = NULL;
    struct qdiag_device *dev = NULL;
    struct qdiag_diff_options d = {o->only, o->with_volatile > 0, o->show_identity > 0};
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0)
        qdiag_verify(dev, o->arg[0], &d, &r, &e);
    int rc = answer(o, dev ? qdiag_device_address(dev) : o->device, r, &e);
    qdiag_device_close(&dev);
    return rc;
}
