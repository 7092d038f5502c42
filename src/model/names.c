/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads names.tsv: `nv <id> <name> <label>` and `efs <path> <note> <label>`, tab-separated, '#'
 * starts a comment. It must never fail a command: the caller goes on without names. */
#include "model/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/catalog.h"

#define FIELDS    4u
#define PATH_CAP  1100u
#define RFNV_DIR  "/nv/item_files/rfnv/"
#define NO_NUMBER 0x10000ul

struct nv_row {
    uint16_t id;
    struct qd_label text;
};

struct path_row {
    const char *path;
    struct qd_label text;
};

struct qd_labels {
    char *all; /* the file; every text points into it */
    struct nv_row *nv;
    size_t nnv, capnv;
    struct path_row *path;
    size_t npath, cappath;
};

void qd_labels_free(struct qd_labels **lp)
{
    struct qd_labels *l = *lp;
    *lp = NULL;
    if (!l)
        return;
    free(l->all);
    free(l->nv);
    free(l->path);
    free(l);
}

static unsigned long number_of(const char *s)
{
    unsigned long v = 0;
    if (!*s || strlen(s) > 8)
        return NO_NUMBER;
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return NO_NUMBER;
        v = v * 10 + (unsigned long)(*s - '0');
    }
    return v > 0xffff ? NO_NUMBER : v;
}

static int add_nv(struct qd_labels *l, char *const field[FIELDS])
{
    unsigned long id = number_of(field[1]);
    if (id == NO_NUMBER)
        return -QDIAG_E_FILE_DAMAGED;
    struct nv_row *v = qd_grow(l->nv, l->nnv, &l->capnv, sizeof *v);
    if (!v)
        return -QDIAG_E_NO_MEMORY;
    l->nv = v;
    l->nv[l->nnv++] = (struct nv_row){(uint16_t)id, {field[2], field[3]}};
    return 0;
}

static int add_path(struct qd_labels *l, char *const field[FIELDS])
{
    if (field[1][0] != '/')
        return -QDIAG_E_FILE_DAMAGED;
    struct path_row *v = qd_grow(l->path, l->npath, &l->cappath, sizeof *v);
    if (!v)
        return -QDIAG_E_NO_MEMORY;
    l->path = v;
    l->path[l->npath++] = (struct path_row){field[1], {field[2], field[3]}};
    return 0;
}

static int plain_text(const char *s)
{
    for (; *s; s++)
        if (*s != '\t' && ((unsigned char)*s < 0x20 || (unsigned char)*s > 0x7e))
            return 0;
    return 1;
}

static int take_line(struct qd_labels *l, char *line)
{
    char *field[FIELDS], *at = line;
    size_t n = 0;
    if (!plain_text(line))
        return -QDIAG_E_FILE_DAMAGED;
    if (line[0] == '#' || line[0] == '\0')
        return 0;
    while (at && n < FIELDS) {
        field[n++] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    if (n != FIELDS || at)
        return -QDIAG_E_FILE_DAMAGED;
    if (strcmp(field[0], "nv") == 0)
        return add_nv(l, field);
    return strcmp(field[0], "efs") == 0 ? add_path(l, field) : -QDIAG_E_FILE_DAMAGED;
}

static int by_id(const void *a, const void *b)
{
    return (int)((const struct nv_row *)a)->id - (int)((const struct nv_row *)b)->id;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct path_row *)a)->path, ((const struct path_row *)b)->path);
}

static int take_all(struct qd_labels *l, size_t n, const char *file, struct qdiag_error *e)
{
    size_t number = 1;
    if (memchr(l->all, 0, n))
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, file, "%s", "a NUL byte in the names file");
    for (char *at = l->all; *at; number++) {
        char *end = strchr(at, '\n');
        if (end)
            *end = '\0';
        int rc = take_line(l, at);
        if (rc == -QDIAG_E_NO_MEMORY)
            return qd_nomem(e);
        if (rc != 0)
            return qd_fail(e, QDIAG_E_FILE_DAMAGED, file, "line %zu is no entry of a names file",
                           number);
        if (!end)
            break;
        at = end + 1;
    }
    if (l->nnv > 1)
        qsort(l->nv, l->nnv, sizeof *l->nv, by_id);
    if (l->npath > 1)
        qsort(l->path, l->npath, sizeof *l->path, by_path);
    return 0;
}

int qd_labels_parse(const uint8_t *p, size_t n, const char *file, struct qd_labels **out,
                    struct qdiag_error *e)
{
    *out = NULL;
    if (n > QD_NAMES_MAX_FILE)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, file, "%zu bytes, too large for a names file", n);
    struct qd_labels *l = qd_alloc(1, sizeof *l);
    if (!l)
        return qd_nomem(e);
    int rc = 0;
    l->all = qd_alloc(n + 1, 1);
    if (!l->all) {
        rc = qd_nomem(e);
    } else {
        if (n > 0)
            memcpy(l->all, p, n);
        rc = take_all(l, n, file, e);
    }
    if (rc == 0)
        *out = l;
    else
        qd_labels_free(&l);
    return rc;
}

struct qd_label qd_label_nv(const struct qd_labels *l, uint16_t id)
{
    struct nv_row key = {.id = id};
    const struct nv_row *r =
        l && l->nnv ? bsearch(&key, l->nv, l->nnv, sizeof *l->nv, by_id) : NULL;
    return r ? r->text : (struct qd_label){"", ""};
}

/* The same file of another subscription has the name of the first. */
static void drop_subscription(char *path)
{
    static const char tail[] = "_Subscription";
    char *at = strstr(path, tail);
    if (at && strlen(at) == sizeof tail + 1)
        *at = '\0';
}

struct qd_label qd_label_path(const struct qd_labels *l, const char *path)
{
    char at[PATH_CAP];
    struct path_row key = {.path = at};
    if (!l || qd_path_normalise(path, at, sizeof at) != 0)
        return (struct qd_label){"", ""};
    drop_subscription(at);
    if (strncmp(at, RFNV_DIR, strlen(RFNV_DIR)) == 0) {
        unsigned long id = number_of(at + strlen(RFNV_DIR));
        return id == NO_NUMBER ? (struct qd_label){"", ""} : qd_label_nv(l, (uint16_t)id);
    }
    const struct path_row *r =
        l->npath ? bsearch(&key, l->path, l->npath, sizeof *l->path, by_path) : NULL;
    return r ? r->text : (struct qd_label){"", ""};
}
