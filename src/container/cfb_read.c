/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads a compound file (MS-CFB, version 3), strictly: what breaks a rule of docs/formats/qcn.md is
 * refused with its place; layouts that real writers produce are not. The file is read into memory
 * in blocks and proved as a whole before the tree is made. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "container/cfb_read.h"

#define MIN_FILE (3 * QD_CFB_SECTOR) /* header, FAT and directory */

static int too_large(struct qd_cfb_reader *r)
{
    return qd_fail(r->e, QDIAG_E_FILE_UNKNOWN, r->file, "larger than %u bytes", QD_CFB_MAX_FILE);
}

static int add_block(struct qd_cfb_reader *r)
{
    uint8_t **v = qd_grow(r->block, r->nblock, &r->cap, sizeof *v);
    if (!v)
        return qd_nomem(r->e);
    r->block = v;
    r->block[r->nblock] = qd_alloc(QD_CFB_BLOCK, 1);
    if (!r->block[r->nblock])
        return qd_nomem(r->e);
    r->nblock++;
    return 0;
}

static int load_file(struct qd_cfb_reader *r, struct qd_source *src)
{
    if (src->size > QD_CFB_MAX_FILE)
        return too_large(r);
    for (size_t got = 1; got > 0; r->size += got) {
        size_t at = r->size % QD_CFB_BLOCK;
        int rc = r->size == r->nblock * QD_CFB_BLOCK ? add_block(r) : 0;
        if (rc == 0)
            rc = src->read(src->user, r->block[r->nblock - 1] + at, QD_CFB_BLOCK - at, &got, r->e);
        if (rc == 0 && r->size + got > QD_CFB_MAX_FILE)
            rc = too_large(r);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int check_kind(struct qd_cfb_reader *r)
{
    enum qd_container kind = qd_sniff(r->block[0], r->size < QD_CFB_BLOCK ? r->size : QD_CFB_BLOCK);
    if (kind == QD_C_QCN)
        return 0;
    return qd_fail(r->e, QDIAG_E_FILE_UNKNOWN, r->file, "not a compound file: the content is %s",
                   qd_container_name(kind));
}

static int check_version(struct qd_cfb_reader *r)
{
    static const struct {
        unsigned at, value;
        const char *what;
    } field[] = {
        {QD_CFB_H_ORDER, 0xfffe, "byte order"},
        {QD_CFB_H_MAJOR, 3, "major version"},
        {QD_CFB_H_SHIFT, 9, "sector shift"},
        {QD_CFB_H_MINI_SHIFT, 6, "mini sector shift"},
        {QD_CFB_H_CUTOFF, QD_CFB_CUTOFF, "mini stream cutoff"},
        {QD_CFB_H_CUTOFF + 2, 0, "mini stream cutoff (high half)"},
    };
    const uint8_t *h = r->block[0];
    if (r->size < MIN_FILE)
        return qd_cfb_bad(r, "header", "%zu bytes: the file is cut", r->size);
    if (qd_get16(h + QD_CFB_H_MAJOR) == 4 && qd_get16(h + QD_CFB_H_SHIFT) == 12) {
        int rc = qd_fail(r->e, QDIAG_E_FILE_UNKNOWN, r->file,
                         "a compound file of version 4; no known tool saves a QCN in that");
        qd_hint(r->e, "%s", "save it anew with the tool it comes from, as .xqcn if it can");
        return rc;
    }
    for (size_t i = 0; i < sizeof field / sizeof field[0]; i++) {
        unsigned v = qd_get16(h + field[i].at);
        if (v != field[i].value)
            return qd_cfb_bad(r, "header", "%s is %u, not %u", field[i].what, v, field[i].value);
    }
    return 0;
}

static int check_header(struct qd_cfb_reader *r)
{
    static const uint8_t zeros[16];
    const uint8_t *h = r->block[0];
    int rc = check_version(r);
    if (rc != 0)
        return rc;
    if (r->size % QD_CFB_SECTOR)
        return qd_cfb_bad(r, "header",
                          "%zu bytes are no whole number of 512-byte sectors: the file "
                          "is cut, or something was added",
                          r->size);
    if (memcmp(h + 8, zeros, 16) != 0 || memcmp(h + 34, zeros, 10) != 0)
        qd_cfb_note(r, "header", "class id, reserved bytes or directory count are not 0");
    r->sectors = (uint32_t)(r->size / QD_CFB_SECTOR) - 1;
    return 0;
}

static int is_free(const struct qd_cfb_reader *r, uint32_t s)
{
    return r->owner[s] == QD_CFB_OF_NOBODY &&
           (s / QD_CFB_FAT_CELLS >= r->fat.n || qd_cfb_next(r, s) == QD_CFB_FREE);
}

/* Sectors that nobody owns are harmless, but a file has no reason to have some of them. */
static void note_unowned(const struct qd_cfb_reader *r)
{
    uint32_t cells = (uint32_t)r->fat.n * QD_CFB_FAT_CELLS, lost = 0, beyond = 0, end = 0;
    for (uint32_t s = 0; s < r->sectors; s++) {
        lost += r->owner[s] == QD_CFB_OF_NOBODY && !is_free(r, s);
        end = is_free(r, s) ? end : s + 1;
    }
    for (uint32_t s = r->sectors; s < cells; s++)
        beyond += qd_cfb_next(r, s) != QD_CFB_FREE;
    if (lost > 0)
        qd_cfb_note(r, "", "%u sectors are marked as used, but no stream has them", (unsigned)lost);
    if (beyond > 0)
        qd_cfb_note(r, "", "the FAT marks %u sectors behind the end of the file as used",
                    (unsigned)beyond);
    if (end < r->sectors)
        qd_cfb_note(r, "", "%u unused sectors behind the last used one",
                    (unsigned)(r->sectors - end));
}

/* The record that begins in a free sector, as far as the sectors behind it are free too. */
static int take_record(struct qd_cfb_reader *r, uint32_t s, struct qd_node *root)
{
    struct qd_buf b = {0};
    int found = 0;
    for (; found == 0 && s < r->sectors && is_free(r, s) && b.len < QD_CFB_BLOCK * 2; s++)
        if (qd_buf_add(&b, qd_cfb_sector(r, s), QD_CFB_SECTOR) != 0)
            found = -2;
    if (found == 0)
        found = qd_cfb_text_take(b.p, b.len, root);
    qd_buf_free(&b);
    return found;
}

static int take_text(struct qd_cfb_reader *r, struct qd_node *root)
{
    int found = 0;
    for (uint32_t s = 0; found == 0 && s < r->sectors; s++)
        if (is_free(r, s) && qd_cfb_text_begins(qd_cfb_sector(r, s)))
            found = take_record(r, s, root);
    if (found == -1)
        qd_cfb_note(r, "", "the record of the XQCN text is broken: the root's name is lost");
    return found == -2 ? qd_nomem(r->e) : 0;
}

static int read_all(struct qd_cfb_reader *r, struct qd_source *src, struct qd_node *root)
{
    int rc = load_file(r, src);
    if (rc == 0)
        rc = check_kind(r);
    if (rc == 0)
        rc = check_header(r);
    if (rc == 0)
        rc = qd_cfb_load_chains(r);
    if (rc == 0)
        rc = qd_cfb_walk_directory(r);
    if (rc == 0)
        rc = qd_cfb_claim_streams(r);
    if (rc == 0)
        rc = take_text(r, root);
    if (rc != 0)
        return rc;
    note_unowned(r);
    return qd_cfb_build_tree(r, root);
}

static void free_reader(struct qd_cfb_reader *r)
{
    for (size_t i = 0; i < r->nblock; i++)
        free(r->block[i]);
    free(r->block);
    free(r->live);
    free(r->fat.v);
    free(r->directory.v);
    free(r->mini_fat.v);
    free(r->mini_stream.v);
    free(r->owner);
    free(r->mini_owner);
    free(r->depth);
    free(r->parent);
}

int qd_cfb_read(struct qd_source *src, const struct qd_notes *notes, struct qd_node **root,
                struct qdiag_error *e)
{
    struct qd_cfb_reader r = {.file = src->name ? src->name : "", .notes = notes, .e = e};
    struct qd_node *n = qd_tree_new(QD_CFB_ROOT_NAME);
    *root = NULL;
    int rc = n ? read_all(&r, src, n) : qd_nomem(e);
    free_reader(&r);
    if (rc == 0)
        *root = n;
    else
        qd_tree_free(&n);
    return rc;
}
