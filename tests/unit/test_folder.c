/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The folder form: every tree comes back byte for byte, plain unit folders get their sections, and
 * a folder that lies about itself is refused with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "container/doc.h"
#include "qcn_fixture.h"

#define CONFIG "00024628/default"
#define EFS    CONFIG "/EFS_Backup"

static struct qd_doc *doc_of(struct qd_node *tree)
{
    struct qd_doc *d = qd_doc_new();
    struct qdiag_error e = {0};
    assert_non_null(d);
    d->tree = tree;
    if (qd_qcn_view(tree, NULL, &d->backup, &e) != 0)
        fail_msg("%s: %s", e.item, e.why);
    return d;
}

static const struct qd_entry *at(const struct qd_entries *l, const char *path)
{
    const struct qd_entry *x = qd_entries_find(l, path);
    if (!x)
        fail_msg("no entry %s", path);
    return x;
}

static void has_text(const struct qd_entries *l, const char *path, const char *part)
{
    const struct qd_entry *x = at(l, path);
    if (!memmem(x->data, x->len, part, strlen(part)))
        fail_msg("%s does not say '%s':\n%.*s", path, part, (int)x->len, (const char *)x->data);
}

static struct qd_doc *read_back(struct qd_entries *l)
{
    struct qd_doc *back = NULL;
    struct qdiag_error e = {0};
    if (qd_folder_to_doc(l, NULL, &back, &e) != 0)
        fail_msg("%s: %s", e.item, e.why);
    return back;
}

static void same_text(const struct qd_node *a, const struct qd_node *b)
{
    struct qd_buf x, y;
    fixture_text(a, &x);
    fixture_text(b, &y);
    assert_string_equal((const char *)x.p, (const char *)y.p);
    assert_int_equal(a->lf, b->lf);
    qd_buf_free(&x);
    qd_buf_free(&y);
}

/* Tree to folder and back: same bytes, same order, same name; the entries stay for a look. */
static void round_trip(struct qd_node *tree, struct qd_entries *look)
{
    struct qd_doc *d = doc_of(tree), *back;
    struct qd_entries l = {0}, again = {0};
    struct qdiag_error e = {0};
    assert_int_equal(qd_folder_from_doc(d, &l, &e), 0);
    assert_int_equal(qd_folder_from_doc(d, &again, &e), 0);
    assert_int_equal(qd_entries_compare(&l, &again, &e), 0);
    for (size_t i = 1; i < l.n; i++)
        assert_true(strcmp(l.v[i - 1].path, l.v[i].path) < 0);
    back = read_back(&l);
    same_text(tree, back->tree);
    assert_int_equal(back->nrest, 0);
    assert_int_equal(qd_entries_compare(&again, &back->entries, &e), 0);
    qd_doc_free(&back);
    if (look) {
        *look = again;
        for (size_t i = 0; i < look->n; i++) { /* outlives the document */
            struct qd_entry *x = &look->v[i];
            if (x->borrowed && x->len) {
                uint8_t *p = qd_alloc(x->len, 1);
                assert_non_null(p);
                memcpy(p, x->data, x->len);
                x->data = p;
            } else if (x->borrowed) {
                x->data = NULL;
            }
            x->borrowed = 0;
        }
    } else {
        qd_entries_free(&again);
    }
    qd_doc_free(&d);
}

static struct qd_node *t1(void)
{
    struct qd_backup *b = fixture_t1();
    struct qd_node *n = fixture_tree(b, "C:\\Users\\x y\\50% #1 \xc3\xa9.xqcn");
    qd_backup_free(&b);
    return n;
}

static struct qd_node *t2(void)
{
    struct qd_backup *b = fixture_t2();
    struct qd_node *n = fixture_tree(b, "T2.xqcn");
    qd_backup_free(&b);
    return n;
}

static void test_vectors(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    struct qd_node *n = t1();
    n->lf = 1;
    round_trip(n, &l);
    has_text(&l, "qcn/properties", "root = C:\\Users\\x y\\50%25 %231 \xc3\xa9.xqcn\n");
    has_text(&l, "qcn/properties", "lines = lf\n");
    has_text(&l, "unit.conf",
             "ext_build = T1\nmodel_number = 24628\nesn = deadd00d\n"
             "feature_mask = 0180ff\nsubs = 1\n");
    assert_null(qd_entries_find(&l, "efs.attr"));
    assert_int_equal(at(&l, "efs/cert/Q")->len, 1);
    assert_int_equal(at(&l, "efs/nv/item_files/ims/a")->len, 0);
    qd_entries_free(&l);
    round_trip(t2(), &l);
    assert_int_equal(at(&l, "nv/0/571")->len, 128);
    assert_memory_equal(at(&l, "nv/0/1014.2")->data, "\x02\xa2", 3);
    assert_memory_equal(at(&l, "nv/0/4678")->data, "\x02\0\0\0\0\x01\0", 7); /* four times one */
    assert_null(qd_entries_find(&l, "nv/0/4678.1"));
    assert_null(qd_entries_find(&l, "nv/2"));
    has_text(&l, "efs.attr", "0100644 315964800 file /nv/item_files/rfnv/00020000\n");
    has_text(&l, "efs.attr", "0100644 1610612736 file /rfc/rffe_scan/rffe_scan.dat\n");
    has_text(&l, "qcn/order", "nv 2 NV_ITEM_ARRAY_SIM_2\nend\n");
    has_text(&l, "qcn/order", " 4678\n 4678.1\n 4678.2\n 4678.3\n 550\n");
    qd_entries_free(&l);
}

static void drop(struct qd_node *root, const char *path)
{
    struct qd_node *n = fixture_at(root, path), *p = n->parent;
    size_t i = 0;
    while (p->child[i] != n)
        i++;
    memmove(p->child + i, p->child + i + 1, (--p->nchild - i) * sizeof p->child[0]);
    n->parent = NULL;
    qd_tree_free(&n);
}

static void swap(struct qd_node *n, size_t a, size_t b)
{
    struct qd_node *c = n->child[a];
    n->child[a] = n->child[b];
    n->child[b] = c;
}

static void rename_node(struct qd_node *n, const char *name)
{
    free(n->name);
    n->name = qd_strdup(name);
}

static void set(struct qd_node *n, const void *p, size_t len)
{
    uint8_t *copy = qd_alloc(len, 1);
    memcpy(copy, p, len);
    free(n->data);
    n->data = copy;
    n->len = len;
}

static void test_odd_trees(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    struct qd_node *n = t2();
    qd_tree_stream(fixture_at(n, CONFIG), "Roaming_List_00000000", "\0\4ab", 4);
    qd_tree_stream(qd_tree_storage(fixture_at(n, EFS), "Odd one"), "x%y", "z", 1);
    qd_tree_stream(fixture_at(n, EFS "/EFS_Dir")->parent, "Empty", NULL, 0);
    qd_tree_stream(n, "Root stream", "q", 1);
    round_trip(n, &l);
    has_text(&l, "qcn/order", "storage Odd%20one\nextra 1 x%25y\nend\nempty Empty\n");
    assert_memory_equal(at(&l, "qcn/extra/2")->data, "\0\4ab", 4);
    qd_entries_free(&l);
    n = t2(); /* absent stays absent, empty stays empty */
    drop(n, CONFIG "/NV_NUMBERED_ITEMS/NV_ITEM_ARRAY_SIM_2");
    drop(n, CONFIG "/Feature_Mask");
    drop(n, CONFIG "/NV_Items/EFS_Dir");
    drop(n, CONFIG "/NV_Items/EFS_Data");
    round_trip(n, NULL);
    n = t2();
    drop(n, CONFIG "/Mobile_Property_Info");
    drop(n, CONFIG "/Provisioning_Item_Files");
    drop(n, CONFIG "/NV_NUMBERED_ITEMS");
    round_trip(n, NULL);
    n = t2(); /* RF-only order; another configuration; another model name */
    swap(fixture_at(n, CONFIG), 3, 5);
    swap(fixture_at(n, CONFIG), 0, 1);
    rename_node(fixture_at(n, CONFIG), "other name");
    rename_node(fixture_at(n, "00024628"), "1");
    round_trip(n, NULL);
    n = t2();
    set(fixture_at(n, "File_Version"), "\2", 2);
    set(fixture_at(n, CONFIG "/Mobile_Property_Info"), "\1\2\3\4\5\6\7\x08\4\0a\0b#\3\0 x ",
        12 + 4 + 3);
    set(fixture_at(n, CONFIG "/Feature_Mask"), "\0", 2);
    round_trip(n, NULL);
}

static void test_odd_sections(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    struct qd_node *n = t2();
    rename_node(fixture_at(n, EFS "/EFS_Dir/00000003"), "0000000a"); /* gap, lower case */
    rename_node(fixture_at(n, EFS "/EFS_Data/00000003"), "0000000A");
    swap(fixture_at(n, EFS "/EFS_Data"), 0, 2);
    round_trip(n, &l);
    has_text(&l, "qcn/order", " =0000000a - /rfc/rffe_scan/rffe_scan.dat\n");
    has_text(&l, "qcn/order", "datas EFS_Data\n 00000002\n 00000001\n 00000000\n 0000000A\nend\n");
    qd_entries_free(&l);
    n = t2();
    swap(fixture_at(n, EFS), 0, 1); /* EFS_Data first */
    round_trip(n, NULL);
    n = t2(); /* Octopus: no NUL, and a leading slash where others have none */
    set(fixture_at(n, CONFIG "/Provisioning_Item_Files/EFS_Dir/00000000"), "/a/b", 4);
    set(fixture_at(n, EFS "/EFS_Dir/00000000"), "\1\0\1\1\0\0\0\0/cert/Q\0", 16);
    round_trip(n, &l);
    has_text(&l, "qcn/order", "dirs EFS_Dir\n - /a/b\n n /nv");
    has_text(&l, "qcn/order", "dirs EFS_Dir\n n /cert/Q\n - /nv");
    qd_entries_free(&l);
    n = t2(); /* QPST .378: NV_Items repeats a file of EFS_Backup */
    qd_tree_stream(fixture_at(n, CONFIG "/NV_Items/EFS_Dir"), "00000000",
                   "/rfc/rffe_scan/rffe_scan.dat", 28);
    struct qd_node *twin = fixture_at(n, EFS "/EFS_Data/00000003");
    qd_tree_stream(fixture_at(n, CONFIG "/NV_Items/EFS_Data"), "00000000", twin->data, twin->len);
    round_trip(n, NULL);
}

/* Paths that QCN holds and a host folder does not go to qcn/extra. */
static void test_paths_no_host_takes(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    struct qd_node *n = t2(), *dir = fixture_at(n, CONFIG "/Provisioning_Item_Files/EFS_Dir");
    struct qd_node *data = fixture_at(n, CONFIG "/Provisioning_Item_Files/EFS_Data");
    char longest[301];
    memset(longest, 'L', 300);
    longest[0] = '/';
    longest[300] = '\0';
    qd_tree_stream(dir, "00000003", longest, 300);
    qd_tree_stream(data, "00000003", "long", 4);
    qd_tree_stream(dir, "00000004", "/nv/item_files/ims/IMS_enable/below",
                   35); /* a file above it */
    qd_tree_stream(data, "00000004", "deep", 4);
    qd_tree_stream(dir, "00000005", "/x/.qdiag-1", 11);
    qd_tree_stream(data, "00000005", "", 0);
    qd_tree_stream(dir, "00000006", "/nv/item_files/ims/IMS_enable-2", 31);
    qd_tree_stream(data, "00000006", "2", 1);
    round_trip(n, &l);
    assert_memory_equal(at(&l, "qcn/extra/1")->data, "long", 4);
    assert_memory_equal(at(&l, "qcn/extra/2")->data, "deep", 4);
    assert_int_equal(at(&l, "qcn/extra/3")->len, 0);
    assert_int_equal(at(&l, "efs/nv/item_files/ims/IMS_enable")->len, 1);
    assert_int_equal(at(&l, "efs/nv/item_files/ims/IMS_enable-2")->len, 1);
    has_text(&l, "qcn/order", " x2:0 - /nv/item_files/ims/IMS_enable/below\n");
    qd_entries_free(&l);
}

static void add(struct qd_entries *l, const char *path, const void *p, size_t n)
{
    struct qdiag_error e = {0};
    struct qd_entry x = {.path = (char *)path, .data = (uint8_t *)p, .len = n, .borrowed = 1};
    assert_int_equal(qd_entries_add(l, &x, &e), 0);
}

static void add_text(struct qd_entries *l, const char *path, const char *s)
{
    add(l, path, s, strlen(s));
}

static void missing(struct qd_backup *b, const char *path, const char *reason, uint8_t fs,
                    const char *data)
{
    struct qdiag_error e = {0};
    struct qd_missing m = {.kind = QD_MISSING_NOT_HELD, .sub = -1, .nv = -1, .wire = -1, .fs = fs};
    m.path = (char *)path;
    m.reason = (char *)reason;
    m.data = (uint8_t *)data;
    m.len = data ? strlen(data) : 0;
    assert_int_equal(qd_backup_add_missing(b, &m, &e), 0);
}

static size_t held_aside(const struct qd_backup *b, const char *path, const char *reason)
{
    size_t n = 0;
    for (size_t i = 0; i < b->missing.n; i++)
        n += b->missing.v[i].path && strcmp(b->missing.v[i].path, path) == 0 &&
             strcmp(b->missing.v[i].reason, reason) == 0;
    return n;
}

/* Links, empty folders, modes and a second file system: what the manifest had goes into the folder,
 * and back into the account of what a QCN cannot hold. */
static void test_more_than_a_qcn(void **state)
{
    (void)state;
    struct qd_doc *d = doc_of(t2()), *back;
    struct qd_entries l = {0};
    struct qdiag_error e = {0};
    d->backup->files.v[1].mode = 0100600;
    for (size_t i = 0; i < d->backup->files.n; i++)
        d->backup->files.v[i].fs = 0x13;
    d->backup->files.v[4].mode = 0160777;
    d->backup->files.v[4].fs = 0x3e;
    d->efs[0] = 0x13;
    d->efs[1] = 0x3e;
    missing(d->backup, "/lnk", "link to /nv/x", 0x13, NULL);
    missing(d->backup, "/leer", "empty folder", 0x13, NULL);
    missing(d->backup, "/cert/Q", "the other file system has a different file of this name", 0x3e,
            "other");
    missing(d->backup, "/odd\x01name", "a control byte", 0x13, "odd");
    missing(d->backup, "/<20 digits>", "link to /nv/y", 0x13, NULL); /* its name is not known */
    assert_int_equal(qd_folder_from_doc(d, &l, &e), 0);
    has_text(&l, "efs.attr", "0120777 0 link /lnk -> /nv/x\n");
    has_text(&l, "efs.attr", "040755 0 dir /leer\n");
    has_text(&l, "efs.attr", "0100600 315964800 file /nv/item_files/rfnv/00020000\n");
    has_text(&l, "efs-alt.attr", "0160777 0 item /nv/item_files/ims/IMS_enable\n");
    has_text(&l, "unit.conf", "efs_subsys = both\n");
    assert_memory_equal(at(&l, "efs-alt/cert/Q")->data, "other", 5);
    assert_memory_equal(at(&l, "efs/odd\x01name")->data, "odd", 3);
    assert_int_equal(at(&l, "efs/lnk")->kind, QD_ENTRY_LINK);
    back = read_back(&l);
    same_text(d->tree, back->tree);
    assert_int_equal(back->backup->files.v[1].mode, 0100600);
    assert_int_equal(back->backup->files.v[1].fs, 0x13);
    assert_int_equal(back->backup->files.v[4].mode, 0160777);
    assert_int_equal(back->backup->files.v[4].fs, 0x3e);
    assert_int_equal(back->backup->missing.n, 4);
    assert_int_equal(held_aside(back->backup, "/lnk", "link to /nv/x"), 1);
    assert_int_equal(held_aside(back->backup, "/leer", "empty folder"), 1);
    assert_int_equal(held_aside(back->backup, "/cert/Q",
                                "the other file system has a different file of this name"),
                     1);
    assert_int_equal(back->nrest, 0);
    qd_doc_free(&back);
    qd_doc_free(&d);
}

static size_t rest_has(const struct qd_doc *d, const char *part)
{
    size_t n = 0;
    for (size_t i = 0; i < d->nrest; i++)
        n += strstr(d->rest[i], part) != NULL;
    return n;
}

/* A folder as qdiag-sim has it: sections by the rules of a backup. */
static void test_plain_unit(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    add_text(&l, "unit.conf",
             "family = eg9x # one\r\next_build = FW1\nmodel = EG95\nesn = 00000000\n"
             "model_number = 9607\nno_verno\nsubs = 2\n");
    add(&l, "nv/0/550", "\x08\x0a\x10", 3);
    add(&l, "nv/0/1014.1", "\1\2", 2);
    add(&l, "nv/0/1014.0", "\0\2", 2);
    add(&l, "nv/0/4678", "mac", 3);
    add(&l, "nv/0/3252", "no", 2);
    add(&l, "nv/1/441", "", 0);
    add_text(&l, "efs/nv/item_files/conf/a.conf", "/policyman/x\n");
    add_text(&l, "efs/policyman/x", "px");
    add_text(&l, "efs/policyman/y", "py");
    add_text(&l, "efs/cert/c", "c");
    add_text(&l, "efs/nv/item_files/rfnv/00020000", "rf");
    add_text(&l, "efs.attr",
             "# a note\n0160777 100 item /nv/item_files/rfnv/00020000\n"
             "0100644 7 file /policyman/x\n040700 0 dir /policyman\n0120777 0 link /l -> /a b\n");
    add_text(&l, "README", "mine");
    struct qd_doc *d = read_back(&l);
    const struct qd_backup *b = d->backup;
    const struct qd_file *rf = qd_backup_file(b, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020000");
    assert_non_null(rf);
    assert_int_equal(rf->mtime, 100);
    assert_int_equal(rf->mode, 0160777);
    assert_int_equal(rf->fs, 0);
    assert_non_null(qd_backup_file(b, QD_SEC_EFS_BACKUP, "cert/c"));
    assert_int_equal(qd_backup_file(b, QD_SEC_EFS_BACKUP, "/policyman/y")->mode, 0100644);
    assert_non_null(qd_backup_file(b, QD_SEC_PROVISIONING, "/policyman/x"));
    assert_int_equal(b->nv[0].n, 7); /* 550, 1014 twice, 4678 four times */
    assert_int_equal(b->nv[0].v[0].id, 550);
    assert_memory_equal(qd_backup_nv(b, 0, 4678, 3)->data, "mac", 4);
    assert_memory_equal(qd_backup_nv(b, 0, 1014, 1)->data, "\1\2\0", 3);
    assert_int_equal(b->nv[1].n, 1);
    assert_int_equal(b->esn, 0xDEADD00D);
    assert_string_equal(b->software, "FW1");
    assert_string_equal(d->model_name, "EG95");
    assert_int_equal(held_aside(b, "/l", "link to /a b"), 1);
    assert_int_equal(b->missing.n, 2); /* and NV 3252 */
    assert_int_equal(rest_has(d, "unit.conf: family = eg9x"), 1);
    assert_int_equal(rest_has(d, "unit.conf: no_verno"), 1);
    assert_int_equal(rest_has(d, "README"), 1);
    assert_int_equal(rest_has(d, "times or folder modes of 2 entries"), 1);
    assert_int_equal(d->nrest, 4);
    assert_non_null(fixture_at(d->tree, "00009607/default/NV_Items/EFS_Data"));
    qd_doc_free(&d);
}

/* Files that somebody puts into a folder later are not lost. */
static void test_later_files(void **state)
{
    (void)state;
    struct qd_doc *d = doc_of(t2()), *back;
    struct qd_entries l = {0};
    struct qdiag_error e = {0};
    assert_int_equal(qd_folder_from_doc(d, &l, &e), 0);
    add_text(&l, "efs/nv/item_files/new", "n");
    add_text(&l, "nv/0/10", "x");
    add_text(&l, "nv/0/1014.7", "y");
    back = read_back(&l);
    const struct qd_file *f =
        qd_backup_file(back->backup, QD_SEC_PROVISIONING, "/nv/item_files/new");
    assert_non_null(f);
    assert_memory_equal(f->data, "n", 1);
    assert_non_null(fixture_at(back->tree, CONFIG "/Provisioning_Item_Files/EFS_Dir/00000003"));
    assert_int_equal(back->backup->nv[0].n, 12);
    assert_int_equal(back->backup->nv[0].v[10].id, 10);
    assert_int_equal(back->backup->nv[0].v[11].index, 7);
    qd_doc_free(&back);
    qd_doc_free(&d);
}

static void refused_entries(struct qd_entries *l, const char *item, const char *why)
{
    struct qd_doc *d = NULL;
    struct qdiag_error e = {0};
    int rc = qd_folder_to_doc(l, NULL, &d, &e);
    if (rc == 0 || d || !strstr(e.item, item) || !strstr(e.why, why))
        fail_msg("%d '%s' at '%s' instead of '%s' at '%s'", rc, e.why, e.item, why, item);
    assert_int_equal(l->n, 0);
}

/* The twin is what no order line names: items of the subscription. */
static void test_twins(void **state)
{
    (void)state;
    struct qd_entries twin = {0};
    add_text(&twin, "unit.conf", "model_number = 24628\n");
    add_text(&twin, "nv/0/5", "x");
    add_text(&twin, "qcn/order",
             "version File_Version\nstorage 00024628\nstorage default\n"
             "storage NV_NUMBeRED_ITEMS\nend\nend\nend\n");
    refused_entries(&twin, "qcn/order", "two parts named");
}

static void test_bad_folders(void **state)
{
    (void)state;
    static const struct {
        const char *path, *text, *item, *why;
    } bad[] = {
        {"../x", "", "../x", "'..'"},
        {"/x", "", "/x", "absolute"},
        {"nv/0/x", "", "nv/0/x", "an NV file is named"},
        {"nv/3/5", "", "nv/3/5", "an NV file is named"},
        {"nv/0/05", "", "nv/0/05", "an NV file is named"},
        {"nv/0/5.256", "", "nv/0/5.256", "an NV file is named"},
        {"unit.conf/x", "", "unit.conf/x", "below something that is no folder"},
        {"efs.attr", "0100644 0 file /none\n", "efs.attr line 1", "no such file"},
        {"efs.attr", "\n9 0 file /x\n", "efs.attr line 2", "octal"},
        {"efs.attr", "0100644 x file /x\n", "efs.attr line 1", "decimal"},
        {"efs.attr", "0100644 0 pipe /x\n", "efs.attr line 1", "the kind is none of"},
        {"efs.attr", "0100644 0 dir x\n", "efs.attr line 1", "begin with '/'"},
        {"efs.attr", "0120777 0 link /x\n", "efs.attr line 1", "' -> target'"},
        {"efs.attr", "0100644 1 dir /x\n", "efs/x", "the mode is that of another kind"},
        {"efs.attr", "040755 0 dir /../../x\n", "efs.attr line 1", "'..'"},
        {"qcn/properties", "format = 2\n", "qcn/properties", "'format'"},
        {"qcn/properties", "format = 1\nlines = x\n", "qcn/properties", "'lines'"},
        {"qcn/properties", "format = 1\nroot = a%0\n", "qcn/properties", "'root'"},
        {"qcn/properties", "format = 1\nformat = 1\n", "qcn/properties line 2", "there twice"},
        {"qcn/order", "end\n", "qcn/order line 1", "an end without a storage"},
        {"qcn/order", "storage a\n", "qcn/order line 1", "the end of a storage is missing"},
        {"qcn/order", "storage NV_Items\ndirs EFS_DirY\nend\n", "qcn/order line 2",
         "under no other name"},
        {"qcn/order", "storage NV_Items\ndatas EFQ_Data\nend\n", "qcn/order line 2",
         "under no other name"},
        {"qcn/order", "storage a\nnv 0 NV_ITEM_ARRAY_SIM_1\nend\n", "qcn/order line 2",
         "not the array's of their subscription"},
        {"qcn/order", "what a\n", "qcn/order line 1", "unknown kind"},
        {"qcn/order", " 5\n", "qcn/order line 1", "an entry of nothing"},
        {"qcn/order", "storage \n", "qcn/order line 1", "a name"},
        {"qcn/order", "storage \xff\n", "qcn/order line 1", "a name"},
        {"qcn/order", "storage aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", "qcn/order line 1", "a name"},
        {"qcn/order", "extra 1 x\n", "qcn/order line 1", "there is no qcn/extra/1"},
        {"qcn/order", "extra one x\n", "qcn/order line 1", "extra NUMBER NAME"},
        {"qcn/order", "nv 3 x\n", "qcn/order line 1", "subscription"},
        {"qcn/order", "nv 0 NV_ITEM_ARRAY\n 7\n", "qcn/order line 2", "there is no nv/0/7"},
        {"qcn/order", "nv 0 NV_ITEM_ARRAY\n 70000\n", "qcn/order line 2", "not an NV id"},
        {"qcn/order", "dirs EFS_Dir\n", "qcn/order line 1", "outside of a section"},
        {"qcn/order", "storage EFS_Backup\ndirs EFS_Dir\n - /a\n", "qcn/order line 3",
         "there is no efs/a"},
        {"qcn/order", "storage EFS_Backup\ndirs EFS_Dir\n - /../a\n", "qcn/order line 3", "'..'"},
        {"qcn/order", "storage EFS_Backup\ndirs EFS_Dir\n q /a\n", "qcn/order line 3", "flags"},
        {"qcn/order", "storage EFS_Backup\ndatas EFS_Data\n 00000000\nend\n", "qcn/order line 4",
         "that dirs does not have"},
        {"qcn/order", "empty a\n", "qcn/order", "not one model"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct qd_entries l = {0};
        add_text(&l, "unit.conf", "");
        add_text(&l, bad[i].path, bad[i].text);
        refused_entries(&l, bad[i].item, bad[i].why);
    }
    static const char *const conf[] = {"model_number = 65536\n", "esn = 1234567\n",    "subs = 4\n",
                                       "efs_subsys = 14\n",      "feature_mask = 1\n", "a\na\n"};
    for (size_t i = 0; i < sizeof conf / sizeof conf[0]; i++) {
        struct qd_entries l = {0};
        add_text(&l, "unit.conf", conf[i]);
        refused_entries(&l, "unit.conf", "");
    }
    struct qd_entries none = {0};
    add_text(&none, "nv/0/5", "");
    refused_entries(&none, "", "there is no unit.conf");
    struct qd_entries twice = {0};
    add_text(&twice, "unit.conf", "");
    add_text(&twice, "unit.conf", "");
    refused_entries(&twice, "unit.conf", "there twice");
    struct qd_entries long_item = {0};
    uint8_t big[129] = {0};
    add_text(&long_item, "unit.conf", "");
    add(&long_item, "nv/0/5", big, sizeof big);
    refused_entries(&long_item, "nv/0/5", "128 bytes");
}

/* The digest is what `sha256sum` over the sorted files prints, digested again. */
static void test_digest(void **state)
{
    (void)state;
    struct qd_entries l = {0};
    struct qdiag_error e = {0};
    uint64_t size;
    char sha[65], want[65];
    static const char text[] =
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a\n"
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b/c\n";
    add_text(&l, "b/c", "");
    add_text(&l, "a", "a");
    struct qd_entry dir = {.path = (char *)"b/d", .kind = QD_ENTRY_DIR};
    assert_int_equal(qd_entries_add(&l, &dir, &e), 0);
    qd_entries_sort(&l);
    assert_int_equal(qd_entries_digest(&l, &size, sha, &e), 0);
    qd_sha256_hex(text, sizeof text - 1, want);
    assert_string_equal(sha, want);
    assert_int_equal(size, 1);
    qd_entries_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),         cmocka_unit_test(test_odd_trees),
        cmocka_unit_test(test_odd_sections),    cmocka_unit_test(test_paths_no_host_takes),
        cmocka_unit_test(test_more_than_a_qcn), cmocka_unit_test(test_plain_unit),
        cmocka_unit_test(test_later_files),     cmocka_unit_test(test_twins),
        cmocka_unit_test(test_bad_folders),
        cmocka_unit_test(test_digest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
