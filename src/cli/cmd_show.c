/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag show: what stands in a backup file. Masking is the library's: masked items come without
 * bytes, and nothing here puts them back. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/text.h"

#define PREVIEW  16u  /* bytes shown on an item's line */
#define JSON_HEX 256u /* larger files go through --raw */
#define ROW      16u

/* What matters most comes first. */
static const char *const class_order[] = {
    "identity", "subscriber", "secret", "calibration", "rf_config", "network",  "data",
    "gps",      "user",       "usb",    "firmware",    "misc",      "volatile", "unknown"};
#define CLASSES (sizeof class_order / sizeof class_order[0])

static int is_number(const char *s, long *v)
{
    char *end;
    if (*s < '0' || *s > '9')
        return 0;
    *v = strtol(s, &end, 10);
    return *end == '\0';
}

static int matches(const struct qdiag_item *it, const char *pattern)
{
    long id;
    const char *last = strrchr(it->path, '/');
    if (!pattern)
        return 1;
    if (is_number(pattern, &id))
        return it->nv == id;
    if (strcmp(pattern, it->class_name) == 0 || strcmp(pattern, it->label) == 0)
        return 1;
    return fnmatch(pattern, it->key, 0) == 0 || fnmatch(pattern, it->path, 0) == 0 ||
           (last && fnmatch(pattern, last + 1, 0) == 0) ||
           (it->name[0] && fnmatch(pattern, it->name, FNM_CASEFOLD) == 0);
}

/* Bytes up to the last that is not zero: NV items are padded to 128. */
static size_t used(const struct qdiag_item *it)
{
    size_t n = it->data ? it->size : 0;
    while (it->kind == QDIAG_ITEM_NV && n > 0 && it->data[n - 1] == 0)
        n--;
    return n;
}

static void print_preview(const struct qdiag_item *it)
{
    size_t n = used(it), shown = n > PREVIEW ? PREVIEW : n;
    if (it->kind == QDIAG_ITEM_PROPERTY)
        return;
    if (it->data && n == 0 && it->size > 0)
        printf(" all zero");
    for (size_t i = 0; i < shown; i++)
        printf(" %02x", it->data[i]);
    if (n > shown)
        printf(" …");
}

static void print_dump(const struct qdiag_item *it)
{
    size_t n = used(it);
    for (size_t at = 0; at < n; at += ROW) {
        printf("      %06zx ", at);
        for (size_t i = at; i < at + ROW; i++) {
            if (i < n)
                printf(" %02x", it->data[i]);
            else
                printf("   ");
        }
        printf("  ");
        for (size_t i = at; i < at + ROW && i < n; i++)
            putchar(it->data[i] >= 0x20 && it->data[i] < 0x7f ? it->data[i] : '.');
        putchar('\n');
    }
}

static void print_item(const struct cli_options *o, const struct qdiag_item *it)
{
    char size[32];
    cli_size(size, sizeof size, it->size);
    printf("  %-14s %9s ", it->key, it->kind == QDIAG_ITEM_PROPERTY ? "" : size);
    if (it->name[0])
        printf(" %s", it->name);
    if (it->label[0] && strcmp(it->class_name, "unknown") == 0)
        printf(" [%s]", it->label);
    if (it->value[0])
        printf(" : %s", it->value);
    else
        print_preview(it);
    if (it->time[0])
        printf("  (%s)", it->time);
    if (it->mode)
        printf("  mode %o", (unsigned)it->mode);
    putchar('\n');
    if (o->verbose && it->kind != QDIAG_ITEM_PROPERTY)
        print_dump(it);
}

static void print_class(const struct cli_options *o, const struct qdiag_contents *c,
                        const char *class, const char *pattern)
{
    const struct qdiag_item *it;
    size_t count = 0;
    for (size_t i = 0; (it = qdiag_contents_item(c, i)) != NULL; i++) {
        if (strcmp(it->class_name, class) != 0 || !matches(it, pattern))
            continue;
        if (count++ == 0)
            printf("%s\n", class);
        print_item(o, it);
    }
}

static void print_contents(const struct cli_options *o, const struct qdiag_contents *c,
                           const char *pattern)
{
    struct qdiag_contents_info info;
    char size[32], name[4096];
    qdiag_contents_info(c, &info);
    cli_size(size, sizeof size, info.file_size);
    if (!o->quiet)
        printf("%s  %s %s  model %u  %zu items\n", cli_masked(o, o->arg[0], name, sizeof name),
               info.container, size, info.model_number, info.items);
    if (*info.scope)
        printf("a narrowed backup: holds %s\n", info.scope);
    if (info.redacted)
        printf("a redacted copy: identity and secrets are zero, it cannot be restored\n");
    for (size_t i = 0; i < CLASSES; i++)
        print_class(o, c, class_order[i], pattern);
    for (size_t i = 0; o->verbose && i < info.notes; i++)
        printf("note: %s\n", qdiag_contents_note(c, i));
}

static json_t *hex_of(const struct qdiag_item *it, int all)
{
    static const char digits[] = "0123456789abcdef";
    size_t n = used(it);
    if (!it->data || (n > JSON_HEX && !all))
        return json_null();
    char *text = calloc(n + 1, 2);
    if (!text)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = digits[it->data[i] >> 4];
        text[2 * i + 1] = digits[it->data[i] & 15];
    }
    json_t *j = json_stringn(text, 2 * n);
    free(text);
    return j;
}

static json_t *item_object(const struct cli_options *o, const struct qdiag_item *it)
{
    static const char *const kinds[] = {"property", "nv", "efs", "stream"};
    int nv = it->kind == QDIAG_ITEM_NV;
    json_t *j = json_pack("{s:s, s:s, s:b, s:I}", "kind", kinds[it->kind], "class", it->class_name,
                          "private", it->is_private, "size", (json_int_t)it->size);
    cli_json_text(j, "key", it->key);
    cli_json_text(j, "name", it->name);
    cli_json_text(j, "label", it->label);
    cli_json_text(j, "value", it->value);
    cli_json_text(j, "path", it->path);
    cli_json_text(j, "section", it->section);
    cli_json_text(j, "time", it->time);
    json_object_set_new(j, "subscription", nv ? json_integer(it->sub) : json_null());
    json_object_set_new(j, "nv", nv ? json_integer(it->nv) : json_null());
    json_object_set_new(j, "index", nv ? json_integer(it->index) : json_null());
    json_object_set_new(j, "mode", it->mode ? json_integer(it->mode) : json_null());
    json_object_set_new(j, "hex", hex_of(it, o->verbose > 0));
    return j;
}

static void json_contents(json_t *j, const struct cli_options *o, const struct qdiag_contents *c,
                          const char *pattern)
{
    struct qdiag_contents_info info;
    const struct qdiag_item *it;
    json_t *items = json_array(), *notes = json_array();
    qdiag_contents_info(c, &info);
    for (size_t i = 0; (it = qdiag_contents_item(c, i)) != NULL; i++)
        if (matches(it, pattern))
            json_array_append_new(items, item_object(o, it));
    for (size_t i = 0; i < info.notes; i++)
        json_array_append_new(notes, json_string(qdiag_contents_note(c, i)));
    cli_json_text(j, "container", info.container);
    cli_json_text(j, "software", info.software);
    cli_json_text(j, "client", info.client);
    json_object_set_new(j, "model_number", json_integer(info.model_number));
    json_object_set_new(j, "file_size", json_integer((json_int_t)info.file_size));
    json_object_set_new(j, "redacted", json_boolean(info.redacted));
    cli_json_completeness(j, info.complete, info.only_narrowed, info.scope);
    json_object_set_new(j, "items", items);
    json_object_set_new(j, "notes", notes);
}

static int any_match(const struct qdiag_contents *c, const char *pattern)
{
    const struct qdiag_item *it;
    for (size_t i = 0; (it = qdiag_contents_item(c, i)) != NULL; i++)
        if (matches(it, pattern))
            return 1;
    return 0;
}

static void nothing_matches(const char *pattern, struct qdiag_error *e)
{
    e->code = QDIAG_E_ABSENT;
    e->who = QDIAG_WHO_FILE;
    e->wire = -1;
    snprintf(e->what, sizeof e->what, "nothing in the file matches");
    snprintf(e->item, sizeof e->item, "%s", pattern);
    snprintf(e->hint, sizeof e->hint,
             "a pattern is an NV id, a class, or a glob on path, key or name, in quotes");
}

static void write_raw(const struct cli_options *o, const struct qdiag_contents *c,
                      struct qdiag_error *e)
{
    const uint8_t *p = NULL;
    size_t n = 0;
    if (qdiag_contents_raw(c, o->raw, &p, &n, e) == 0 && n > 0)
        fwrite(p, 1, n, stdout); /* a failure is seen when standard output is flushed */
}

int cmd_show(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_contents *c = NULL;
    const char *pattern = o->nargs > 1 ? o->arg[1] : NULL;
    char name[4096];
    int rc = qdiag_contents_open(ctx, o->arg[0], o->show_identity > 0, &c, &e);
    if (rc == 0 && o->raw)
        write_raw(o, c, &e);
    else if (rc == 0 && !any_match(c, pattern))
        nothing_matches(pattern, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT && !(o->raw && !e.code)) {
        json_t *j = cli_json_new("qdiag.show/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "file", cli_masked(o, o->arg[0], name, sizeof name));
            if (c && !o->raw)
                json_contents(j, o, c, pattern);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (c && !o->raw && !e.code) {
        print_contents(o, c, pattern);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_contents_free(&c);
    return exit_code;
}
