/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag nv: numbered items of a connected unit. `read` and `list` read only; `write` goes the way
 * of every change: plan, confirmation, journal, read-back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/confirm.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

#define PER_LINE 16u

/* 128 bytes without the zeros at the end, which pad nearly every item. */
static size_t used(const struct qdiag_nv_item *it)
{
    size_t n = QDIAG_NV_BYTES;
    while (n > 0 && it->data[n - 1] == 0)
        n--;
    return n;
}

static void print_bytes(const struct qdiag_nv_item *it)
{
    size_t n = used(it), shown = n ? (n + PER_LINE - 1) / PER_LINE * PER_LINE : PER_LINE;
    for (size_t at = 0; at < shown; at += PER_LINE) {
        printf("  %03zx ", at);
        for (size_t i = at; i < at + PER_LINE; i++)
            printf(" %02x", it->data[i]);
        fputs("  ", stdout);
        for (size_t i = at; i < at + PER_LINE; i++)
            putchar(it->data[i] >= 0x20 && it->data[i] < 0x7f ? it->data[i] : '.');
        putchar('\n');
    }
    if (shown < QDIAG_NV_BYTES)
        printf("  %03zx  … %zu zero bytes\n", shown, QDIAG_NV_BYTES - shown);
}

static void print_head(const struct qdiag_nv_item *it)
{
    printf("%ld", it->nv);
    if (it->index)
        printf(":%u", it->index);
    printf("  %s%s%s  %s%s%s\n", it->class_name, it->name[0] ? "  " : "", it->name,
           it->value[0] ? "= " : "", it->value,
           it->has_data ? "" : "  (masked; --show-identity shows it)");
}

static json_t *json_item(const struct qdiag_nv_item *it)
{
    char hex[2 * QDIAG_NV_BYTES + 1] = "";
    json_t *j =
        json_pack("{s:i, s:I, s:i, s:s, s:b}", "sub", it->sub, "nv", (json_int_t)it->nv, "index",
                  (int)it->index, "class", it->class_name, "private", it->is_private);
    for (size_t i = 0; it->has_data && i < QDIAG_NV_BYTES; i++)
        snprintf(hex + 2 * i, 3, "%02x", it->data[i]);
    cli_json_text(j, "name", it->name);
    cli_json_text(j, "value", it->value);
    cli_json_text(j, "data", hex);
    return j;
}

struct nv_run {
    const struct cli_options *o;
    json_t *items, *failed;
};

static int on_item(const struct qdiag_nv_item *it, void *user)
{
    struct nv_run *r = user;
    cli_progress_clear();
    if (r->items)
        json_array_append_new(r->items, json_item(it));
    else
        print_head(it);
    return 0;
}

static int sub_of(const struct cli_options *o)
{
    return o->backup.sub < 0 ? 0 : o->backup.sub;
}

/* Every id is checked before the first request. */
static int parse_ids(const struct cli_options *o, long *ids, int n)
{
    for (int i = 0; i < n; i++)
        if (cli_number(o->arg[1 + i], 0, 65535, &ids[i]) != 0)
            return cli_usage_error("%s is not an NV id: 0..65535, or 0x0..0xffff", o->arg[1 + i]);
    return 0;
}

static void note_failed(struct nv_run *r, long id, const struct qdiag_error *e, int more)
{
    if (r->failed)
        json_array_append_new(r->failed,
                              json_pack("{s:I, s:s, s:o}", "nv", (json_int_t)id, "result",
                                        qdiag_code_name(e->code), "why", cli_json_string(e->why)));
    else if (more) /* the last one is the command's own error */
        cli_print_error(r->o, e, cli_exit_code(e));
}

/* One item that is not there does not hide the others; the first failure decides the exit code. */
static int read_ids(struct qdiag_device *dev, const long *ids, int n, struct nv_run *r,
                    struct qdiag_error *e)
{
    const struct cli_options *o = r->o;
    for (int i = 0; i < n; i++) {
        struct qdiag_nv_place at = {sub_of(o), ids[i], o->index};
        struct qdiag_nv_item it;
        struct qdiag_error why = {0};
        int rc = qdiag_nv_read(dev, &at, o->show_identity, &it, &why);
        int one =
            why.code == QDIAG_E_ABSENT || why.code == QDIAG_E_LOCKED || why.code == QDIAG_E_REFUSED;
        if (rc == 0) {
            on_item(&it, r);
            if (!r->items && it.has_data)
                print_bytes(&it);
            continue;
        }
        note_failed(r, ids[i], &why, e->code != 0);
        if (!e->code)
            *e = why;
        if (!one)
            return rc;
    }
    return e->code ? -e->code : 0;
}

static int nv_read(struct qdiag_context *ctx, const struct cli_options *o, struct nv_run *r,
                   struct qdiag_error *e)
{
    struct qdiag_device *dev = NULL;
    int n = o->nargs - 1;
    long ids[CLI_NV_IDS];
    if (n < 1 || n > CLI_NV_IDS)
        return cli_usage_error("`qdiag nv read` takes 1 to %d ids", CLI_NV_IDS);
    if (parse_ids(o, ids, n) != 0)
        return 2;
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, e) == 0)
        read_ids(dev, ids, n, r, e);
    qdiag_device_close(&dev);
    return 0;
}

static int nv_list(struct qdiag_context *ctx, const struct cli_options *o, struct nv_run *r,
                   struct qdiag_error *e)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_nv_count count;
    struct qdiag_nv_range range = {sub_of(o), o->backup.nv_first, o->backup.nv_last,
                                   o->show_identity};
    if (o->nargs > 1)
        return cli_usage_error("`qdiag nv list` does not take %s; --nv-range A-B limits it",
                               o->arg[1]);
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, e) == 0) {
        int rc = qdiag_nv_list(dev, &range, on_item, r, &count, e);
        cli_progress_clear();
        if (!r->items && !o->quiet && (rc == 0 || e->code == QDIAG_E_INCOMPLETE))
            fprintf(stderr, "%zu items, %zu ids without one, %zu locked, %zu not readable\n",
                    count.present, count.absent, count.locked, count.unreadable);
    }
    qdiag_device_close(&dev);
    return 0;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Pairs of hex digits; blanks between the pairs are fine. */
static int parse_hex(const char *text, uint8_t *out, size_t *n)
{
    *n = 0;
    while (*text) {
        if (strchr(" \t\n", *text)) {
            text++;
            continue;
        }
        int hi = hex_digit(text[0]), lo = hi < 0 ? -1 : hex_digit(text[1]);
        if (lo < 0 || *n == QDIAG_NV_BYTES)
            return -1;
        out[(*n)++] = (uint8_t)(hi << 4 | lo);
        text += 2;
    }
    return *n ? 0 : -1;
}

static int read_bytes(const struct cli_options *o, uint8_t *out, size_t *n)
{
    uint8_t *p = NULL;
    if (!o->hex == !o->file)
        return cli_usage_error("`qdiag nv write` takes the bytes from one of --hex, --file");
    if (o->hex && parse_hex(o->hex, out, n) != 0)
        return cli_usage_error("--hex takes 1 to %d bytes as pairs of hex digits", QDIAG_NV_BYTES);
    if (o->hex)
        return 0;
    int rc = cli_read_file(o->file, QDIAG_NV_BYTES, &p, n);
    if (rc == 0 && *n == 0)
        rc = cli_usage_error("%s is empty", o->file);
    if (rc == 0)
        memcpy(out, p, *n);
    free(p);
    return rc;
}

static int nv_write(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_plan *plan = NULL;
    uint8_t data[QDIAG_NV_BYTES];
    long id;
    struct qdiag_single s = {
        .op = QDIAG_CHANGE_NV, .sub = sub_of(o), .index = o->index, .data = data};
    if (o->nargs != 2)
        return cli_usage_error("`qdiag nv write` takes one id");
    if (parse_ids(o, &id, 1) != 0)
        return 2;
    s.nv = id;
    int rc = read_bytes(o, data, &s.size);
    if (rc != 0)
        return rc;
    if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0)
        qdiag_plan_single(dev, &s, &plan, &e);
    rc = cli_change_run(dev, plan, o, &e);
    qdiag_plan_free(&plan);
    qdiag_device_close(&dev);
    return rc;
}

int cmd_nv(struct qdiag_context *ctx, const struct cli_options *o)
{
    static const struct {
        const char *name;
        int (*run)(struct qdiag_context *ctx, const struct cli_options *o, struct nv_run *r,
                   struct qdiag_error *e);
    } verbs[] = {{"read", nv_read}, {"list", nv_list}};
    struct qdiag_error e = {0};
    struct nv_run r = {.o = o};
    int rc = -1;
    if (strcmp(o->arg[0], "write") == 0)
        return nv_write(ctx, o);
    if (o->json != CLI_TEXT) {
        r.items = json_array();
        r.failed = json_array();
    }
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(o->arg[0], verbs[i].name) == 0)
            rc = verbs[i].run(ctx, o, &r, &e);
    if (rc < 0)
        rc = cli_usage_error("`qdiag nv` does not know %s: read, list or write", o->arg[0]);
    if (rc != 0) {
        json_decref(r.items);
        json_decref(r.failed);
        return rc;
    }
    rc = e.code ? cli_exit_code(&e) : 0;
    cli_progress_clear();
    if (r.items) {
        json_t *j = cli_json_new("qdiag.nv/1");
        if (j) {
            cli_json_result(j, o, &e, rc);
            json_object_set_new(j, "items", r.items);
            json_object_set_new(j, "failed", r.failed);
        }
        rc = cli_json_print(j, o, rc);
    }
    if (e.code)
        cli_print_error(o, &e, rc);
    return rc;
}
