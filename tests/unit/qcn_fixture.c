/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Builds the synthetic vectors through the model. Payloads and identities are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "qcn_fixture.h"

#define GPS_EPOCH 0x12D53D80u

static void add_nv(struct qd_backup *b, unsigned sub, uint16_t id, uint8_t index, const char *bytes,
                   size_t n)
{
    uint8_t data[QD_NV_SIZE] = {0};
    struct qdiag_error e = {0};
    memcpy(data, bytes, n);
    assert_int_equal(qd_backup_add_nv(b, sub, id, index, data, &e), 0);
}

static void add_file(struct qd_backup *b, enum qd_section s, const char *path, uint32_t mtime,
                     const void *p, size_t n)
{
    struct qdiag_error e = {0};
    uint8_t *copy = qd_alloc(n, 1);
    assert_non_null(copy);
    memcpy(copy, p, n);
    assert_int_equal(
        qd_backup_add_file(b, &(struct qd_file){s, (char *)path, mtime, copy, n, 0, 0, 0}, &e), 0);
}

/* Byte i of n is 7 * i + n. */
static void add_pattern(struct qd_backup *b, enum qd_section s, const char *path, uint32_t mtime,
                        size_t n)
{
    uint8_t p[4096];
    assert_true(n <= sizeof p);
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(7 * i + n);
    add_file(b, s, path, mtime, p, n);
}

static struct qd_backup *start(const char *software, const char *client, size_t feature_len)
{
    struct qd_backup *b = qd_backup_new();
    assert_non_null(b);
    b->model = 24628;
    b->software = qd_strdup(software);
    b->client = qd_strdup(client);
    b->has_feature = 1;
    b->feature_len = feature_len;
    b->feature = qd_alloc(feature_len, 1);
    assert_non_null(b->feature);
    return b;
}

struct qd_backup *fixture_t1(void)
{
    struct qd_backup *b = start("T1", "q", 3);
    memcpy(b->feature, "\x01\x80\xff", 3);
    add_file(b, QD_SEC_EFS_BACKUP, "cert/Q", 0, "Q", 1);
    add_file(b, QD_SEC_PROVISIONING, "/nv/item_files/ims/a", 0, "", 0);
    return b;
}

struct qd_backup *fixture_t2(void)
{
    static const char imei[] = "\x08\x0a\x10\x32\x54\x76\x98\x10\x82";
    struct qd_backup *b = start("TESTFW01A01", "qdiag test", 54);
    for (size_t i = 0; i < 54; i++)
        b->feature[i] = (uint8_t)(7 * i + 54);
    add_nv(b, 0, 571, 0, "\x21\x5e", 2);
    add_nv(b, 0, 1014, 0, "\x00\xa0", 2);
    add_nv(b, 0, 1014, 1, "\x01\xa1", 2);
    add_nv(b, 0, 1014, 2, "\x02\xa2", 2);
    for (unsigned i = 0; i < 4; i++)
        add_nv(b, 0, 4678, (uint8_t)i, "\x02\x00\x00\x00\x00\x01", 6);
    add_nv(b, 0, 550, 0, imei, 9);
    add_nv(b, 0, 453, 0, "", 0);
    add_nv(b, 1, 550, 0, "\x08\x0a", 2);
    add_file(b, QD_SEC_EFS_BACKUP, "cert/Q", 0, "Q", 1);
    add_pattern(b, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020000", GPS_EPOCH, 4096);
    add_pattern(b, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020001", GPS_EPOCH, 4095);
    add_pattern(b, QD_SEC_EFS_BACKUP, "/rfc/rffe_scan/rffe_scan.dat", 0x60000000u, 65);
    add_file(b, QD_SEC_PROVISIONING, "/nv/item_files/ims/IMS_enable", 0, "\x01", 1);
    add_pattern(b, QD_SEC_PROVISIONING, "/nv/item_files/modem/mmode/lte_bandpref", 0, 64);
    add_file(b, QD_SEC_PROVISIONING, "/nv/item_files/modem/mmode/lte_bandpref_Subscription01", 0,
             "", 0);
    return b;
}

struct qd_node *fixture_tree(const struct qd_backup *b, const char *root_name)
{
    struct qdiag_error e = {0};
    struct qd_node *root = NULL;
    assert_int_equal(qd_qcn_from_backup(b, root_name, &root, &e), 0);
    assert_non_null(root);
    return root;
}

struct qd_node *fixture_at(struct qd_node *root, const char *path)
{
    char part[64];
    while (*path) {
        size_t n = strcspn(path, "/");
        assert_true(n < sizeof part);
        memcpy(part, path, n);
        part[n] = '\0';
        root = qd_tree_child(root, part);
        assert_non_null(root);
        path += n + (path[n] == '/');
    }
    return root;
}

static int sink_write(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    return qd_buf_add(user, p, n) == 0 ? 0 : qd_nomem(e);
}

void fixture_text(const struct qd_node *root, struct qd_buf *out)
{
    struct qdiag_error e = {0};
    struct qd_sink sink = {sink_write, out};
    memset(out, 0, sizeof *out);
    assert_int_equal(qd_xqcn_write(root, &sink, &e), 0);
    assert_int_equal(qd_buf_terminate(out), 0);
}

int fixture_read(const void *text, size_t n, const struct qd_notes *notes, struct qd_node **root,
                 struct qdiag_error *e)
{
    struct qd_mem_source mem;
    struct qd_source src;
    qd_mem_source(&mem, &src, text, n, "f.xqcn");
    return qd_xqcn_read(&src, notes, root, e);
}

static void keep_note(const char *place, const char *text, void *user)
{
    struct fixture_notes *n = user;
    assert_int_equal(qd_buf_printf(&n->all, "%s|%s\n", place, text), 0);
}

void fixture_notes_start(struct fixture_notes *n)
{
    memset(n, 0, sizeof *n);
    n->notes.fn = keep_note;
    n->notes.user = n;
}

int fixture_noted(struct fixture_notes *n, const char *part)
{
    assert_int_equal(qd_buf_terminate(&n->all), 0);
    return strstr((const char *)n->all.p, part) != NULL;
}

void fixture_notes_end(struct fixture_notes *n)
{
    qd_buf_free(&n->all);
}
