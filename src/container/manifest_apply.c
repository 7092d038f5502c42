/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Brings what a manifest knows into the backup it describes: modes, subsystems, and what is missing
 * and why. A manifest that says something of a file that is not there is told, never believed. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hex.h"
#include "base/text.h"
#include "container/manifest.h"

struct applying {
    const struct qd_notes *notes;
    struct qd_backup *b;
    struct qd_file **sorted; /* by section, then masked path, as the manifest spells it */
    struct qdiag_error *e;
    size_t lost; /* entries that match no file */
};

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));
    return s ? s : "";
}

static uint8_t subsystem(const char *name)
{
    return strcmp(name, "0x13") == 0 ? 0x13 : strcmp(name, "0x3e") == 0 ? 0x3e : 0;
}

static int order(const void *pa, const void *pb)
{
    const struct qd_file *a = *(struct qd_file *const *)pa, *b = *(struct qd_file *const *)pb;
    return a->section != b->section ? (a->section < b->section ? -1 : 1) : strcmp(a->path, b->path);
}

static int sort_files(struct applying *a)
{
    a->sorted = qd_alloc(a->b->files.n, sizeof(struct qd_file *));
    if (!a->sorted)
        return qd_nomem(a->e);
    for (size_t i = 0; i < a->b->files.n; i++)
        a->sorted[i] = &a->b->files.v[i];
    qsort(a->sorted, a->b->files.n, sizeof(struct qd_file *), order);
    return 0;
}

/* Masked names ("<16 digits>") match no file by search; they are compared one by one. */
static struct qd_file *find_masked(struct applying *a, int section, const char *path)
{
    struct qd_file *found = NULL;
    char masked[1200];
    if (!strstr(path, " digits>"))
        return NULL;
    for (size_t i = 0; i < a->b->files.n; i++) {
        struct qd_file *f = &a->b->files.v[i];
        if (section >= 0 && f->section != (enum qd_section)section)
            continue;
        qd_mask_digits(masked, sizeof masked, f->path);
        if (strcmp(masked, path) != 0)
            continue;
        if (found)
            return NULL; /* two files, one name: neither is known */
        found = f;
    }
    return found;
}

static struct qd_file *find_file(struct applying *a, int section, const char *path)
{
    for (int s = section < 0 ? 0 : section; s < (section < 0 ? (int)QD_SECTIONS : section + 1);
         s++) {
        struct qd_file key = {.section = (enum qd_section)s, .path = (char *)path};
        struct qd_file *pkey = &key, **hit;
        hit = a->b->files.n ? bsearch(&pkey, a->sorted, a->b->files.n, sizeof *a->sorted, order)
                            : NULL;
        if (hit)
            return *hit;
    }
    return find_masked(a, section, path);
}

static int section_of(const char *name)
{
    for (int s = 0; s < (int)QD_SECTIONS; s++)
        if (strcmp(name, qd_section_name((enum qd_section)s)) == 0)
            return s;
    return -1;
}

static void apply_files(struct applying *a, const json_t *list)
{
    size_t i;
    const json_t *x;
    json_array_foreach(list, i, x)
    {
        struct qd_file *f = find_file(a, section_of(text(x, "section")), text(x, "path"));
        char *end;
        unsigned long mode = strtoul(text(x, "mode"), &end, 8);
        if (!f || *end || mode > 0177777) {
            a->lost++;
            continue;
        }
        f->mode = (uint32_t)mode;
        f->fs = subsystem(text(x, "fs"));
    }
}

static void apply_second(struct applying *a, const struct qd_manifest *m)
{
    const json_t *efs = json_object_get(m->json, "efs"), *x;
    uint8_t known[2];
    size_t i;
    qd_manifest_efs(m, known);
    if (!known[1])
        return;
    json_array_foreach(json_object_get(efs, "second_subsystem_files"), i, x)
    {
        const char *path = json_string_value(x);
        struct qd_file *f = path ? find_file(a, -1, path) : NULL;
        if (f)
            f->fs = known[1];
        else
            a->lost++;
    }
}

static uint8_t *unhex(const char *s, size_t *n)
{
    *n = strlen(s) / 2;
    uint8_t *p = qd_alloc(*n + 1, 1);
    if (p && (strlen(s) % 2 || qd_unhex(s, p, *n) != 0)) {
        free(p);
        return NULL;
    }
    return p;
}

static int apply_one(struct applying *a, const json_t *x, enum qd_missing_kind kind)
{
    const char *data = json_string_value(json_object_get(x, "data"));
    const char *whole = json_string_value(json_object_get(x, "path_hex"));
    const json_t *nv = json_object_get(x, "nv"), *wire = json_object_get(x, "wire");
    size_t n = 0;
    struct qd_missing m = {.kind = kind, .sub = -1, .nv = -1, .wire = -1};
    if (strcmp(text(x, "kind"), "nv") == 0) {
        m.sub = (int)json_integer_value(json_object_get(x, "sub"));
        m.nv = json_is_integer(nv) ? (int32_t)json_integer_value(nv) : -1;
        m.index = (uint8_t)json_integer_value(json_object_get(x, "index"));
    } else {
        m.path = (char *)text(x, "path");
        m.fs = subsystem(text(x, "fs"));
    }
    m.reason = (char *)text(x, "reason");
    if (json_is_integer(wire))
        m.wire = json_integer_value(wire);
    uint8_t *name = whole ? unhex(whole, &n) : NULL;
    if (name && !memchr(name, '\0', n))
        m.path = (char *)name;
    m.data = data ? unhex(data, &m.len) : NULL;
    int rc = qd_backup_add_missing(a->b, &m, a->e);
    free(m.data);
    free(name);
    return rc;
}

static int apply_missing(struct applying *a, const json_t *completeness)
{
    static const char *const keys[] = {[QD_MISSING_UNREADABLE] = "unreadable",
                                       [QD_MISSING_WITHHELD] = "withheld",
                                       [QD_MISSING_NOT_HELD] = "not_held"};
    for (int k = 0; k < 3; k++) {
        size_t i;
        const json_t *x;
        json_array_foreach(json_object_get(completeness, keys[k]), i, x)
        {
            int rc = apply_one(a, x, (enum qd_missing_kind)k);
            if (rc != 0)
                return rc;
        }
    }
    return 0;
}

int qd_manifest_apply(const struct qd_manifest *m, const struct qd_notes *notes,
                      struct qd_backup *b, struct qdiag_error *e)
{
    struct applying a = {.notes = notes, .b = b, .e = e};
    int rc = sort_files(&a);
    if (rc == 0) {
        apply_files(&a, json_object_get(m->json, "files"));
        apply_second(&a, m);
        rc = apply_missing(&a, json_object_get(m->json, "completeness"));
    }
    if (rc == 0 && a.lost > 0 && notes && notes->fn) {
        char line[80];
        snprintf(line, sizeof line, "%zu entries of the manifest match no file", a.lost);
        notes->fn("", line, notes->user);
    }
    free(a.sorted);
    return rc;
}

void qd_manifest_efs(const struct qd_manifest *m, uint8_t efs[2])
{
    const json_t *list = json_object_get(json_object_get(m->json, "efs"), "subsystems");
    for (size_t i = 0; i < 2; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        efs[i] = name ? subsystem(name) : 0;
    }
}

const char *qd_manifest_model(const struct qd_manifest *m)
{
    return json_string_value(json_object_get(json_object_get(m->json, "model"), "name"));
}

static void take_hash(const json_t *o, struct qd_hashed_anchors *h, enum qd_anchor which)
{
    const char *hash = text(o, "sha256");
    if (strlen(hash) != 64 || strspn(hash, "0123456789abcdef") != 64)
        return;
    qd_copy_text(h->v[which].hash, sizeof h->v[which].hash, hash);
    qd_copy_text(h->v[which].last4, sizeof h->v[which].last4, text(o, "last4"));
}

static void take_text(char *out, size_t cap, const char *s)
{
    if (!out[0])
        qd_copy_text(out, cap, s);
}

void qd_manifest_anchors(const struct qd_manifest *m, struct qd_anchors *out)
{
    const json_t *unit = json_object_get(m->json, "unit"), *x;
    const json_t *firmware = json_object_get(m->json, "firmware");
    const json_t *model = json_object_get(m->json, "model");
    struct qd_hashed_anchors h = {.salt = {0}};
    const char *salt = text(unit, "salt");
    size_t i;
    take_text(out->model, sizeof out->model, text(model, "name"));
    take_text(out->software, sizeof out->software, text(firmware, "software"));
    if (!out->model_number)
        out->model_number = (uint16_t)json_integer_value(json_object_get(model, "number"));
    if (strlen(salt) != 2 * sizeof h.salt || qd_unhex(salt, h.salt, sizeof h.salt) != 0)
        return;
    json_array_foreach(json_object_get(unit, "imei"), i, x)
    {
        json_int_t sub = json_integer_value(json_object_get(x, "sub"));
        if (sub >= 0 && sub < QD_SUBS)
            take_hash(x, &h, (enum qd_anchor)(QD_ANCHOR_IMEI + sub));
    }
    take_hash(json_object_get(unit, "meid"), &h, QD_ANCHOR_MEID);
    take_hash(json_object_get(unit, "esn"), &h, QD_ANCHOR_ESN);
    take_hash(json_object_get(unit, "usb_serial"), &h, QD_ANCHOR_USB_SERIAL);
    take_hash(json_object_get(unit, "module_serial"), &h, QD_ANCHOR_MODULE_SERIAL);
    qd_anchors_add_hashed(out, &h);
}
