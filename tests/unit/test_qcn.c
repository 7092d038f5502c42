/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Content rules of the QCN tree: T2 through the model and back, one mutation per refusal, one per
 * oddity that is accepted with a note. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qcn_fixture.h"

#define CONFIG "00024628/default/"
#define NV0    CONFIG "NV_NUMBERED_ITEMS/NV_ITEM_ARRAY"
#define DIR    CONFIG "EFS_Backup/EFS_Dir"
#define DATA   CONFIG "EFS_Backup/EFS_Data"
#define PROV   CONFIG "Provisioning_Item_Files/"

static struct qd_node *t2(void)
{
    struct qd_backup *b = fixture_t2();
    struct qd_node *root = fixture_tree(b, "T2.xqcn");
    qd_backup_free(&b);
    return root;
}

static void set_stream(struct qd_node *n, const void *p, size_t len)
{
    free(n->data);
    n->data = qd_alloc(len, 1);
    assert_non_null(n->data);
    memcpy(n->data, p, len);
    n->len = len;
}

static void rename_node(struct qd_node *n, const char *name)
{
    free(n->name);
    n->name = strdup(name);
    assert_non_null(n->name);
}

static void drop(struct qd_node *root, const char *path)
{
    struct qd_node *n = fixture_at(root, path), *parent = n->parent;
    size_t i = 0;
    while (parent->child[i] != n)
        i++;
    memmove(parent->child + i, parent->child + i + 1,
            (parent->nchild - i - 1) * sizeof *parent->child);
    parent->nchild--;
    n->parent = NULL;
    qd_tree_free(&n);
}

static void refused(struct qd_node *root, const char *item, const char *why)
{
    struct qdiag_error e = {0};
    struct qd_backup *b = (struct qd_backup *)root;
    int code = strstr(why, "not supported") ? QDIAG_E_FILE_UNKNOWN : QDIAG_E_FILE_DAMAGED;
    int rc = qd_qcn_to_backup(root, NULL, &b, &e);
    if (rc == 0 || !strstr(e.why, why) || strcmp(e.item, item) != 0)
        print_error("rc %d item '%s' why '%s'; wanted '%s' '%s'\n", rc, e.item, e.why, item, why);
    assert_int_equal(rc, -code);
    assert_null(b);
    assert_string_equal(e.item, item);
    assert_non_null(strstr(e.why, why));
    qd_tree_free(&root);
}

static struct qd_backup *noted(struct qd_node *root, const char *part)
{
    struct qdiag_error e = {0};
    struct fixture_notes n;
    struct qd_backup *b;
    fixture_notes_start(&n);
    int rc = qd_qcn_to_backup(root, &n.notes, &b, &e);
    if (rc != 0)
        print_error("%s: %s\n", e.item, e.why);
    assert_int_equal(rc, 0);
    if (part && !fixture_noted(&n, part))
        print_error("no note '%s' in\n%s", part, (const char *)n.all.p);
    assert_true(part ? fixture_noted(&n, part) : n.all.len == 0);
    fixture_notes_end(&n);
    qd_tree_free(&root);
    return b;
}

static void note_only(struct qd_node *root, const char *part)
{
    struct qd_backup *b = noted(root, part);
    qd_backup_free(&b);
}

static void test_t2_through_the_model(void **state)
{
    (void)state;
    struct qd_node *root = t2(), *again;
    struct qdiag_error e = {0};
    struct qd_backup *b;
    assert_int_equal(qd_qcn_to_backup(root, NULL, &b, &e), 0);
    assert_int_equal(b->model, 24628);
    assert_int_equal(b->esn, 0xDEADD00D);
    assert_string_equal(b->software, "TESTFW01A01");
    assert_string_equal(b->client, "qdiag test");
    assert_int_equal(b->feature_len, 54);
    assert_int_equal(b->has_feature, 1);
    assert_int_equal(b->nv[0].n, 10);
    assert_int_equal(b->nv[1].n, 1);
    assert_int_equal(b->nv[2].n, 0);
    assert_int_equal(b->nv[2].present, 1);
    assert_int_equal(qd_backup_nv(b, 0, 1014, 2)->data[1], 0xa2);
    assert_null(qd_backup_nv(b, 0, 1014, 3));
    assert_int_equal(qd_backup_count_files(b, QD_SEC_EFS_BACKUP), 4);
    assert_int_equal(qd_backup_count_files(b, QD_SEC_PROVISIONING), 3);
    assert_int_equal(qd_backup_count_files(b, QD_SEC_NV_ITEMS), 0);
    const struct qd_file *f = qd_backup_file(b, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020000");
    assert_int_equal(f->len, 4096);
    assert_int_equal(f->mtime, 0x12D53D80);
    assert_int_equal(f->mode, 0);
    assert_int_equal(qd_qcn_from_backup(b, "x", &again, &e), 0);
    assert_int_equal(qd_tree_compare(root, again, &e), 0);
    qd_tree_free(&root);
    qd_tree_free(&again);
    qd_backup_free(&b);
}

static void test_empty_backup(void **state)
{
    (void)state;
    struct qd_backup *b = qd_backup_new(), *back;
    struct qd_node *root = fixture_tree(b, "empty.xqcn");
    struct qd_node *mask = fixture_at(root, "00000000/default/Feature_Mask");
    assert_int_equal(mask->len, 2);
    assert_memory_equal(mask->data, "\0\0", 2);
    struct qd_node *props = fixture_at(root, "00000000/default/Mobile_Property_Info");
    assert_int_equal(props->len, 12);
    assert_memory_equal(props->data, "\x0d\xd0\xad\xde\0\0\0\0\0\0\0\0", 12);
    assert_int_equal(fixture_at(root, "00000000/default/NV_Items/EFS_Data")->nchild, 0);
    back = noted(root, "no usable IMEI");
    assert_int_equal(back->has_feature, 0);
    qd_backup_free(&back);
    qd_backup_free(&b);
}

static void test_child_order(void **state)
{
    (void)state;
    static const char *const order[] = {
        "NV_NUMBERED_ITEMS", "Mobile_Property_Info",    "Feature_Mask",
        "EFS_Backup",        "Provisioning_Item_Files", "NV_Items"};
    struct qd_node *root = t2(), *config = fixture_at(root, "00024628/default");
    assert_string_equal(root->child[0]->name, "File_Version");
    assert_int_equal(config->nchild, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(config->child[i]->name, order[i]);
    qd_tree_free(&root);
}

static void test_version_rules(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    drop(r, "File_Version");
    refused(r, "/", "no File_Version");
    r = t2();
    set_stream(fixture_at(r, "File_Version"), "\2", 1);
    refused(r, "/File_Version", "of 1 bytes");
    r = t2();
    set_stream(fixture_at(r, "File_Version"), "\1\0\0\0\0\0", 6);
    refused(r, "/File_Version", "version 1 layout not supported");
    r = t2();
    set_stream(fixture_at(r, "File_Version"), "\3\0\0\0\0\0", 6);
    refused(r, "/File_Version", "file version 3 instead of 2");
    r = t2();
    drop(r, "File_Version");
    assert_non_null(qd_tree_storage(r, "File_Version"));
    refused(r, "/File_Version", "a storage where a stream belongs");
    r = t2();
    set_stream(fixture_at(r, "File_Version"), "\2\0", 2);
    note_only(r, "/File_Version|2 bytes instead of 6");
}

static void test_storage_rules(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    assert_non_null(qd_tree_storage(r, "00000000"));
    refused(r, "/", "2 model storages instead of one");
    r = t2();
    drop(r, "00024628");
    refused(r, "/", "0 model storages instead of one");
    r = t2();
    assert_non_null(qd_tree_storage(fixture_at(r, "00024628"), "other"));
    refused(r, "/00024628", "2 configurations instead of one");
    r = t2();
    drop(r, "00024628/default");
    refused(r, "/00024628", "0 configurations instead of one");
    r = t2();
    drop(r, CONFIG "NV_NUMBERED_ITEMS");
    assert_non_null(qd_tree_stream(fixture_at(r, CONFIG), "NV_NUMBERED_ITEMS", "", 0));
    refused(r, "/" CONFIG "NV_NUMBERED_ITEMS", "a stream where a storage belongs");
    r = t2();
    rename_node(fixture_at(r, "00024628"), "1");
    note_only(r, "/1|the model storage is not named by 8 digits");
    r = t2();
    rename_node(fixture_at(r, "00024628"), "00000255");
    note_only(r, "/00000255|model 24628 in Mobile_Property_Info differs");
    r = t2();
    rename_node(fixture_at(r, "00024628/default"), "other");
    note_only(r, "/00024628/other|the configuration is not named");
    r = t2();
    assert_non_null(qd_tree_stream(fixture_at(r, CONFIG), "Strange", "x", 1));
    note_only(r, "/" CONFIG "Strange|unknown stream, not read");
    r = t2();
    assert_non_null(qd_tree_stream(r, "Strange", "x", 1));
    note_only(r, "/Strange|unknown stream, not read");
    r = t2();
    assert_non_null(qd_tree_stream(fixture_at(r, "00024628"), "EFS_Backup", "x", 1));
    note_only(r, "/00024628/EFS_Backup|unknown stream, not read");
}

static void poke(struct qd_node *n, size_t at, uint8_t v)
{
    assert_true(at < n->len);
    n->data[at] = v;
}

static void test_nv_rules(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    fixture_at(r, NV0)->len--;
    refused(r, "/" NV0, "1359 bytes are not whole records of 136");
    r = t2();
    poke(fixture_at(r, NV0), 136, 0x87);
    refused(r, "/" NV0 " record 1 (offset 136)", "record length 135 instead of 136");
    r = t2();
    poke(fixture_at(r, NV0), 2, 2);
    refused(r, "/" NV0 " record 0 (offset 0)", "the word at +2 is 2 instead of 1");
    r = t2();
    poke(fixture_at(r, NV0), 9 * 136 + 7, 1);
    refused(r, "/" NV0 " record 9 (offset 1224)", "NV 453 has index 256, above 255");
    r = t2();
    poke(fixture_at(r, NV0), 2 * 136 + 6, 0);
    refused(r, "/" NV0 " record 2 (offset 272)", "NV 1014 index 0 is there twice");
    r = t2();
    drop(r, NV0);
    struct qd_backup *b = noted(r, "NV_NUMBERED_ITEMS|no NV_ITEM_ARRAY");
    assert_int_equal(b->nv[0].present, 0);
    assert_int_equal(b->nv[1].present, 1);
    qd_backup_free(&b);
    r = t2();
    drop(r, CONFIG "NV_NUMBERED_ITEMS");
    note_only(r, "default|no NV_NUMBERED_ITEMS");
    r = t2();
    poke(fixture_at(r, NV0), 5, 0x27);
    note_only(r, "NV_ITEM_ARRAY|1 items with ids above 7232");
    r = t2();
    poke(fixture_at(r, NV0), 8 * 136 + 8, 0x7a);
    note_only(r, "NV_ITEM_ARRAY|no usable IMEI");
    r = t2();
    assert_non_null(
        qd_tree_stream(fixture_at(r, CONFIG "NV_NUMBERED_ITEMS"), "NV_ITEM_ARRAY_SIM_3", "", 0));
    note_only(r, "NV_ITEM_ARRAY_SIM_3|unknown stream");
}

static void test_pairing_rules(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    drop(r, DATA "/00000002");
    refused(r, "/" DIR "/00000002", "a path without data in EFS_Data");
    r = t2();
    drop(r, DIR "/00000003");
    refused(r, "/" DATA "/00000003", "data without a path in EFS_Dir");
    r = t2();
    drop(r, DIR);
    refused(r, "/" CONFIG "EFS_Backup", "EFS_Data without EFS_Dir");
    r = t2();
    drop(r, DATA);
    refused(r, "/" CONFIG "EFS_Backup", "EFS_Dir without EFS_Data");
    r = t2();
    rename_node(fixture_at(r, DIR "/00000001"), "0000000G");
    refused(r, "/" DIR "/0000000G", "not 8 hex digits");
    r = t2();
    rename_node(fixture_at(r, DIR "/00000001"), "1");
    refused(r, "/" DIR "/1", "not 8 hex digits");
    r = t2();
    rename_node(fixture_at(r, DIR "/00000001"), "0000000a");
    rename_node(fixture_at(r, DIR "/00000002"), "0000000A");
    struct qdiag_error e = {0};
    struct qd_backup *b;
    assert_int_equal(qd_qcn_to_backup(r, NULL, &b, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "the entry is there twice");
    qd_tree_free(&r);
    r = t2();
    drop(r, DIR "/00000001");
    assert_non_null(qd_tree_storage(fixture_at(r, DIR), "00000001"));
    refused(r, "/" DIR "/00000001", "a storage where a stream belongs");
}

/* Order in the file means nothing: the names pair path and data. */
static void test_swapped_data_streams(void **state)
{
    (void)state;
    struct qd_node *r = t2(), *data = fixture_at(r, DATA), *first = data->child[1];
    data->child[1] = data->child[3];
    data->child[3] = first;
    struct qd_backup *b = noted(r, "files without data");
    assert_int_equal(qd_backup_file(b, QD_SEC_EFS_BACKUP, "/nv/item_files/rfnv/00020000")->len,
                     4096);
    assert_int_equal(qd_backup_file(b, QD_SEC_EFS_BACKUP, "/rfc/rffe_scan/rffe_scan.dat")->len, 65);
    qd_backup_free(&b);
}

static void test_section_notes(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    drop(r, CONFIG "NV_Items/EFS_Dir");
    drop(r, CONFIG "NV_Items/EFS_Data");
    note_only(r, "NV_Items|neither EFS_Dir nor EFS_Data");
    r = t2();
    drop(r, CONFIG "NV_Items");
    note_only(r, "default|no NV_Items");
    r = t2();
    rename_node(fixture_at(r, DIR "/00000003"), "00000009");
    rename_node(fixture_at(r, DATA "/00000003"), "00000009");
    note_only(r, "EFS_Backup|gaps in the entry numbers");
    r = t2();
    fixture_at(r, PROV "EFS_Dir/00000000")->len--;
    struct qd_backup *b = noted(r, "Provisioning_Item_Files|1 paths without the usual NUL");
    assert_non_null(qd_backup_file(b, QD_SEC_PROVISIONING, "/nv/item_files/ims/IMS_enable"));
    qd_backup_free(&b);
    r = t2();
    set_stream(fixture_at(r, DIR "/00000000"), "\1\0\1\1\0\0\0\0cert/Q\0", 15);
    b = noted(r, "EFS_Backup|1 paths with a NUL at the end");
    assert_non_null(qd_backup_file(b, QD_SEC_EFS_BACKUP, "cert/Q"));
    qd_backup_free(&b);
    r = t2();
    assert_non_null(qd_tree_stream(fixture_at(r, CONFIG "EFS_Backup"), "Odd", "", 0));
    note_only(r, "EFS_Backup/Odd|unknown stream");
}

static void test_efs_header_rules(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    fixture_at(r, DIR "/00000000")->len = 8;
    refused(r, "/" DIR "/00000000", "8 bytes, fewer than 9");
    r = t2();
    set_stream(fixture_at(r, DIR "/00000000"), "", 0);
    refused(r, "/" DIR "/00000000", "0 bytes, fewer than 9");
    for (size_t at = 0; at < 4; at++) {
        r = t2();
        poke(fixture_at(r, DIR "/00000000"), at, 2);
        refused(r, "/" DIR "/00000000", "instead of 1, 1, 1");
    }
}

static void set_path(struct qd_node *root, const char *path, size_t n)
{
    uint8_t b[2048] = {1, 0, 1, 1};
    memcpy(b + 8, path, n);
    set_stream(fixture_at(root, DIR "/00000000"), b, n + 8);
}

static void test_path_rules(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        size_t n;
        const char *why;
    } k[] = {
        {"/a/../b", 7, "'..'"},
        {"../b", 4, "'..'"},
        {"/a/./b", 6, "'..'"},
        {"/a//b", 5, "'//'"},
        {"//a", 3, "'//'"},
        {"/", 1, "'/' at the end"},
        {"/a/", 3, "at the end"},
        {"/a\0b", 4, "a NUL"},
        {"/a\nb", 4, "control"},
        {"/a\x7f", 3, "non-ASCII"},
        {"/\xc3\xa4", 3, "non-ASCII"},
        {"\0", 1, "an empty path"},
        {"/a\0\0", 4, "a NUL"},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        struct qd_node *r = t2();
        set_path(r, k[i].path, k[i].n);
        refused(r, "/" DIR "/00000000", k[i].why);
    }
    char longest[1026] = "/";
    memset(longest + 1, 'a', 1024);
    struct qd_node *r = t2();
    set_path(r, longest, 1025);
    refused(r, "/" DIR "/00000000", "longer than 1,024 bytes");
    r = t2();
    set_path(r, longest, 1024);
    note_only(r, "files without data");
    assert_null(qd_qcn_path_fault("/.hidden/..a/b.", 15));
}

static void test_duplicate_paths(void **state)
{
    (void)state;
    struct qd_node *r = t2();
    set_path(r, "/rfc/rffe_scan/rffe_scan.dat", 28);
    refused(r, "/rfc/rffe_scan/rffe_scan.dat", "the path is there twice in EFS_Backup");
    r = t2();
    set_path(r, "rfc/rffe_scan/rffe_scan.dat", 27);
    struct qdiag_error e = {0};
    struct qd_backup *b;
    assert_int_equal(qd_qcn_to_backup(r, NULL, &b, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "the path is there twice in EFS_Backup");
    qd_tree_free(&r);
    for (int same = 0; same < 2; same++) {
        r = t2();
        assert_non_null(
            qd_tree_stream(fixture_at(r, CONFIG "NV_Items/EFS_Dir"), "00000000", "/cert/Q", 7));
        assert_non_null(qd_tree_stream(fixture_at(r, CONFIG "NV_Items/EFS_Data"), "00000000",
                                       same ? "Q" : "R", 1));
        if (same)
            note_only(r, "files without data");
        else
            refused(r, "/cert/Q", "different bytes in EFS_Backup and NV_Items");
    }
}

static void test_property_rules(void **state)
{
    (void)state;
    static const char mpi[] = CONFIG "Mobile_Property_Info", mask[] = CONFIG "Feature_Mask";
    struct qd_node *r = t2();
    fixture_at(r, mpi)->len = 11;
    refused(r, "/" CONFIG "Mobile_Property_Info", "11 bytes, fewer than 12");
    r = t2();
    poke(fixture_at(r, mpi), 8, 0x80);
    refused(r, "/" CONFIG "Mobile_Property_Info offset 8", "a string runs past the end");
    r = t2();
    poke(fixture_at(r, mpi), 8, 23); /* leaves no room for the second length word */
    refused(r, "/" CONFIG "Mobile_Property_Info offset 33", "a string runs past the end");
    r = t2();
    poke(fixture_at(r, mpi), 21, 9);
    refused(r, "/" CONFIG "Mobile_Property_Info", "1 bytes after the client name");
    r = t2();
    poke(fixture_at(r, mpi), 21, 11);
    refused(r, "/" CONFIG "Mobile_Property_Info offset 21", "a string runs past the end");
    r = t2();
    poke(fixture_at(r, mask), 0, 0x37);
    refused(r, "/" CONFIG "Feature_Mask", "56 bytes do not fit the length word");
    r = t2();
    fixture_at(r, mask)->len = 1;
    refused(r, "/" CONFIG "Feature_Mask", "1 bytes do not fit");
    r = t2();
    drop(r, mask);
    note_only(r, "default|no Feature_Mask");
    r = t2();
    drop(r, mpi);
    struct qd_backup *b = noted(r, "default|no Mobile_Property_Info");
    assert_int_equal(b->model, 24628);
    qd_backup_free(&b);
    r = t2();
    poke(fixture_at(r, mpi), 10, 0);
    note_only(r, "Mobile_Property_Info|a NUL inside a string");
    r = t2();
    assert_non_null(qd_tree_stream(fixture_at(r, CONFIG), "Roaming_List_00000000", "\0\4xx", 4));
    note_only(r, "Roaming_List_00000000|roaming list, not read");
    r = t2();
    assert_non_null(qd_tree_stream(fixture_at(r, CONFIG), "Roaming_List_00000000", "\0\5xx", 4));
    note_only(r, "Roaming_List_00000000|roaming list of odd length");
}

/* What the reader would refuse is not written. */
static void test_writer_refuses(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        enum qd_section s;
        const char *why;
    } k[] = {
        {"/a//b", QD_SEC_NV_ITEMS, "a QCN cannot hold a path with"},
        {"/cert/Q", QD_SEC_EFS_BACKUP, "the path is there twice in EFS_Backup"},
        {"/cert/Q", QD_SEC_NV_ITEMS, "different bytes in EFS_Backup and NV_Items"},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        struct qd_backup *b = fixture_t1();
        struct qdiag_error e = {0};
        struct qd_node *root;
        uint8_t *p = qd_alloc(1, 1);
        assert_int_equal(qd_backup_add_file(
                             b, &(struct qd_file){k[i].s, (char *)k[i].path, 0, p, 1, 0, 0, 0}, &e),
                         0);
        assert_int_equal(qd_qcn_from_backup(b, "x", &root, &e), -QDIAG_E_FAILED);
        assert_null(root);
        assert_string_equal(e.item, k[i].path);
        assert_non_null(strstr(e.why, k[i].why));
        qd_backup_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_t2_through_the_model), cmocka_unit_test(test_empty_backup),
        cmocka_unit_test(test_child_order),          cmocka_unit_test(test_version_rules),
        cmocka_unit_test(test_storage_rules),        cmocka_unit_test(test_nv_rules),
        cmocka_unit_test(test_pairing_rules),        cmocka_unit_test(test_swapped_data_streams),
        cmocka_unit_test(test_section_notes),        cmocka_unit_test(test_efs_header_rules),
        cmocka_unit_test(test_path_rules),           cmocka_unit_test(test_duplicate_paths),
        cmocka_unit_test(test_property_rules),       cmocka_unit_test(test_writer_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
