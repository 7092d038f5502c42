/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Look-ups in the catalog of hard rules (catalog.def and the id and path lists). Pure; it never
 * asks a unit, and a path is brought to one spelling before any rule sees it. */
#include "model/catalog.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define WITHHELD     1u
#define QUARANTINED  2u
#define PATH_CAP     1100u /* above the 1,024 bytes that a container accepts */
#define RFNV_FIRST   20000u
#define RFNV_LAST    32767u
#define RFNV_DIR     "/nv/item_files/rfnv/"
#define NOT_A_NUMBER 0x10000u

struct nv_row {
    uint16_t first, last;
    uint8_t class, flags;
};

static const struct nv_row nv_rows[] = {
#define QD_NV(first, last, class, flags) {first, last, QD_CLASS_##class, flags},
#include "model/catalog.def"
#undef QD_NV
};

struct element_row {
    uint16_t id;
    uint8_t kind, elements;
};

static const struct element_row element_rows[] = {
#define QD_NV_ELEMENTS(id, kind, elements) {id, QD_NV_##kind, elements},
#include "model/catalog.def"
#undef QD_NV_ELEMENTS
};

enum path_match { BELOW, START, HOLDS, LAST };

struct path_row {
    enum path_match match;
    const char *text;
    enum qd_class class;
};

static const struct path_row path_rows[] = {
#define QD_PATH(match, text, class) {match, text, QD_CLASS_##class},
#include "model/catalog.def"
#undef QD_PATH
};

static const uint16_t context1_ids[] = {
#define QD_CONTEXT1(id) id,
#define QD_CONTEXT2(id)
#include "model/context_ids.def"
#undef QD_CONTEXT1
#undef QD_CONTEXT2
};

static const uint16_t context2_ids[] = {
#define QD_CONTEXT1(id)
#define QD_CONTEXT2(id) id,
#include "model/context_ids.def"
#undef QD_CONTEXT1
#undef QD_CONTEXT2
};

static const uint16_t rfnv_ids[] = {
#define QD_RFNV(number) number,
#include "model/rfnv.def"
#undef QD_RFNV
};

static const char *const probe_paths[] = {
#define QD_PROBE(path) path,
#include "model/probe_paths.def"
#undef QD_PROBE
};

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static int compare_nv(const void *key, const void *row)
{
    uint16_t id = *(const uint16_t *)key;
    const struct nv_row *r = row;
    return id < r->first ? -1 : id > r->last;
}

static const struct nv_row *find_nv(uint16_t id)
{
    return bsearch(&id, nv_rows, COUNT(nv_rows), sizeof nv_rows[0], compare_nv);
}

enum qd_class qd_catalog_nv_class(uint16_t id)
{
    const struct nv_row *r = find_nv(id);
    return r ? (enum qd_class)r->class : QD_CLASS_UNKNOWN;
}

int qd_catalog_nv_withheld(uint16_t id)
{
    const struct nv_row *r = find_nv(id);
    return r && (r->flags & WITHHELD);
}

int qd_catalog_nv_quarantined(uint16_t id)
{
    const struct nv_row *r = find_nv(id);
    return r && (r->flags & QUARANTINED);
}

static int compare_element(const void *key, const void *row)
{
    return (int)*(const uint16_t *)key - (int)((const struct element_row *)row)->id;
}

enum qd_nv_kind qd_catalog_nv_kind(uint16_t id, unsigned *elements)
{
    const struct element_row *r =
        bsearch(&id, element_rows, COUNT(element_rows), sizeof element_rows[0], compare_element);
    if (elements)
        *elements = r ? r->elements : 1;
    return r ? (enum qd_nv_kind)r->kind : QD_NV_PLAIN;
}

size_t qd_catalog_context_ids(unsigned sub, const uint16_t **ids)
{
    *ids = sub == 1 ? context1_ids : sub == 2 ? context2_ids : NULL;
    return sub == 1 ? COUNT(context1_ids) : sub == 2 ? COUNT(context2_ids) : 0;
}

size_t qd_catalog_rfnv_ids(const uint16_t **ids)
{
    *ids = rfnv_ids;
    return COUNT(rfnv_ids);
}

size_t qd_catalog_probe_paths(const char *const **paths)
{
    *paths = probe_paths;
    return COUNT(probe_paths);
}

/* Decimal number, leading zeros allowed, that ends the string. */
static uint32_t number_at(const char *s)
{
    uint32_t v = 0;
    if (!*s)
        return NOT_A_NUMBER;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return NOT_A_NUMBER;
        v = v * 10 + (uint32_t)(*s - '0');
        if (v > 0xffff)
            return NOT_A_NUMBER;
    }
    return v;
}

static int is_below(const char *path, const char *dir)
{
    size_t n = strlen(dir);
    return strncasecmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* The numbered item that a path below /nvm is another door to, or NOT_A_NUMBER. */
static uint32_t nvm_item(const char *path)
{
    if (strncasecmp(path, "/nvm/num/", 9) == 0)
        return number_at(path + 9);
    if (strncasecmp(path, "/nvm/context", 12) == 0) {
        const char *slash = strchr(path + 12, '/');
        if (slash && slash > path + 12)
            return number_at(slash + 1);
    }
    return NOT_A_NUMBER;
}

/* Case-folded for secrets, which must not be missed; as written for the rest. */
static int holds(const char *path, const char *text, int fold)
{
    return (fold ? strcasestr(path, text) : strstr(path, text)) != NULL;
}

static int row_matches(const struct path_row *r, const char *path)
{
    int fold = r->class == QD_CLASS_SECRET;
    size_t n = strlen(r->text);
    switch (r->match) {
    case BELOW:
        if (fold)
            return is_below(path, r->text);
        return strncmp(path, r->text, n) == 0 && (path[n] == '/' || path[n] == '\0');
    case START:
        return strncmp(path, r->text, n) == 0;
    case HOLDS:
        return holds(path, r->text, fold);
    case LAST:
        break;
    }
    return strcmp(strrchr(path, '/') + 1, r->text) == 0;
}

static enum qd_class class_by_rule(const char *path)
{
    for (size_t i = 0; i < COUNT(path_rows); i++)
        if (row_matches(&path_rows[i], path))
            return path_rows[i].class;
    return QD_CLASS_UNKNOWN;
}

enum qd_class qd_catalog_path_class(const char *path)
{
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return QD_CLASS_UNKNOWN;
    if (is_below(p, "/nvm")) {
        uint32_t id = nvm_item(p);
        return id == NOT_A_NUMBER ? QD_CLASS_IDENTITY : qd_catalog_nv_class((uint16_t)id);
    }
    if (strncmp(p, RFNV_DIR, strlen(RFNV_DIR)) == 0) {
        uint32_t id = number_at(p + strlen(RFNV_DIR));
        if (id >= RFNV_FIRST && id <= RFNV_LAST && find_nv((uint16_t)id))
            return qd_catalog_nv_class((uint16_t)id);
    }
    return class_by_rule(p);
}

int qd_catalog_path_withheld(const char *path)
{
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return 0;
    if (is_below(p, "/nvm")) {
        uint32_t id = nvm_item(p);
        return id != NOT_A_NUMBER && qd_catalog_nv_withheld((uint16_t)id);
    }
    return class_by_rule(p) == QD_CLASS_SECRET;
}

const char *qd_class_name(enum qd_class c)
{
    static const char *const names[] = {[QD_CLASS_UNKNOWN] = "unknown",
                                        [QD_CLASS_IDENTITY] = "identity",
                                        [QD_CLASS_SUBSCRIBER] = "subscriber",
                                        [QD_CLASS_SECRET] = "secret",
                                        [QD_CLASS_CALIBRATION] = "calibration",
                                        [QD_CLASS_RF_CONFIG] = "rf_config",
                                        [QD_CLASS_NETWORK] = "network",
                                        [QD_CLASS_DATA] = "data",
                                        [QD_CLASS_GPS] = "gps",
                                        [QD_CLASS_USER] = "user",
                                        [QD_CLASS_USB] = "usb",
                                        [QD_CLASS_VOLATILE] = "volatile",
                                        [QD_CLASS_FIRMWARE] = "firmware",
                                        [QD_CLASS_MISC] = "misc"};
    return (size_t)c < COUNT(names) ? names[c] : "unknown";
}

uint32_t qd_class_bits(const char *name)
{
    static const struct {
        const char *name;
        uint32_t bits;
    } groups[] = {{"carrier", 1u << QD_CLASS_NETWORK | 1u << QD_CLASS_DATA},
                  {"config", 1u << QD_CLASS_RF_CONFIG | 1u << QD_CLASS_GPS | 1u << QD_CLASS_USER |
                                 1u << QD_CLASS_USB | 1u << QD_CLASS_MISC}};
    uint32_t bits = 0;
    for (unsigned c = 0; c < QD_CLASSES; c++)
        if (strcmp(name, qd_class_name((enum qd_class)c)) == 0)
            bits |= 1u << c;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(name, groups[i].name) == 0)
            bits |= groups[i].bits;
    return bits;
}

/* Takes the last component off out; at the root there is nothing to take. */
static size_t up_one(const char *out, size_t n)
{
    while (n > 0 && out[n - 1] != '/')
        n--;
    return n > 0 ? n - 1 : 0;
}

int qd_path_normalise(const char *path, char *out, size_t cap)
{
    size_t n = 0; /* out[0..n) is "" or "/a/b": never ends in a slash */
    if (!*path || cap < 2)
        return -1;
    while (*path) {
        size_t len = strcspn(path, "/");
        for (size_t i = 0; i < len; i++)
            if ((unsigned char)path[i] < 0x20 || path[i] == 0x7f)
                return -1;
        if (len == 2 && path[0] == '.' && path[1] == '.') {
            n = up_one(out, n);
        } else if (len > 0 && !(len == 1 && path[0] == '.')) {
            if (n + 1 + len + 1 > cap)
                return -1;
            out[n++] = '/';
            memcpy(out + n, path, len);
            n += len;
        }
        path += len + (path[len] == '/');
    }
    if (n == 0)
        out[n++] = '/';
    out[n] = '\0';
    return 0;
}
