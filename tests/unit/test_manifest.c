/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The manifest: what is written, what must never be in it, strict reading, and one changed byte
 * found by comparison. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/digest.h"
#include "container/manifest.h"
#include "qcn_fixture.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
static const uint8_t salt[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

struct made {
    struct qd_backup *b;
    struct qd_node *tree;
    char *json;
    size_t len;
};

static void miss(struct qd_backup *b, struct qd_missing m)
{
    struct qdiag_error e = {0};
    assert_int_equal(qd_backup_add_missing(b, &m, &e), 0);
}

static void add_file(struct qd_backup *b, const char *path, uint32_t mode, uint8_t fs)
{
    struct qdiag_error e = {0};
    uint8_t *p = qd_alloc(1, 1);
    assert_int_equal(
        qd_backup_add_file(
            b, &(struct qd_file){QD_SEC_PROVISIONING, (char *)path, 0, p, 1, mode, fs, 0}, &e),
        0);
}

static void fill_backup(struct qd_backup *b)
{
    static uint8_t bytes[] = {0xca, 0xfe};
    char unreadable[] = "/nv/item_files/mcfg/cards/89000000000000000000";
    add_file(b, "/nv/item_files/x/item", 0160644, 0x3e);
    add_file(b, "/nv/item_files/x/plain", 0100644, 0x13);
    add_file(b, "/nv/item_files/mcfg/cards/89000000000000000001", 0, 0x3e);
    miss(b, (struct qd_missing){.kind = QD_MISSING_UNREADABLE,
                                .sub = -1,
                                .nv = -1,
                                .fs = 0x13,
                                .path = unreadable,
                                .reason = (char[]){"EFS errno 13 (EACCES)"},
                                .wire = 13});
    miss(b, (struct qd_missing){.kind = QD_MISSING_WITHHELD,
                                .sub = 0,
                                .nv = 85,
                                .index = 0,
                                .reason = (char[]){"security mode"},
                                .wire = 0x47});
    miss(b, (struct qd_missing){.kind = QD_MISSING_WITHHELD,
                                .sub = 2,
                                .nv = -1,
                                .reason = (char[]){"the whole subscription"},
                                .wire = 0x42});
    miss(b, (struct qd_missing){.kind = QD_MISSING_NOT_HELD,
                                .sub = -1,
                                .nv = -1,
                                .fs = 0x3e,
                                .path = (char[]){"/nv/\xff\n"},
                                .reason = (char[]){"odd name"},
                                .wire = -1,
                                .data = bytes,
                                .len = 2});
    miss(b, (struct qd_missing){.kind = QD_MISSING_NOT_HELD,
                                .sub = 0,
                                .nv = 3252,
                                .index = 0,
                                .reason = (char[]){"quarantined"},
                                .wire = -1,
                                .data = bytes,
                                .len = 2});
}

static int gather(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    (void)e;
    return qd_buf_add(user, p, n);
}

static void make(struct made *m)
{
    struct qdiag_error e = {0};
    static const struct qd_evidence ev = {
        .imei = {"001001000000015", "001001000000114", ""},
        .esn = "DEADD00D",
        .module_serial = "S1",
    };
    m->b = fixture_t2();
    fill_backup(m->b);
    m->tree = fixture_tree(m->b, "t.xqcn");
    struct qd_manifest_in in = {
        .backup = m->b,
        .tree = m->tree,
        .evidence = &ev,
        .file_name = "t.xqcn",
        .file_sha256 = SHA,
        .file_size = 12345,
        .container = "xqcn",
        .address = "unix:/run/diag",
        .time = 1767323045,
        .model_name = "EM160R",
        .ext_build = "TESTFW01A01",
        .verno_dir = "",
        .efs_subsys = {0x13, 0x3e},
        .complete = 0,
        .salt = salt,
    };
    struct qd_buf text = {0};
    struct qd_sink out = {gather, &text};
    assert_int_equal(qd_manifest_write(&in, &out, &e), 0);
    assert_int_equal(qd_buf_terminate(&text), 0);
    m->json = (char *)text.p;
    m->len = text.len;
    assert_int_equal(strlen(m->json), m->len);
}

static void unmake(struct made *m)
{
    qd_backup_free(&m->b);
    qd_tree_free(&m->tree);
    free(m->json);
}

static const json_t *at(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    assert_non_null(v);
    return v;
}

static void assert_text_at(const json_t *o, const char *key, const char *want)
{
    assert_non_null(json_string_value(at(o, key)));
    assert_string_equal(json_string_value(at(o, key)), want);
}

static void check_unit(const json_t *o)
{
    const json_t *unit = at(o, "unit"), *imei = at(unit, "imei");
    uint8_t salted[31];
    char hex[65];
    memcpy(salted, salt, 16);
    memcpy(salted + 16, "001001000000114", 15);
    qd_sha256_hex(salted, sizeof salted, hex);
    assert_text_at(unit, "salt", "0102030405060708090a0b0c0d0e0f10");
    assert_int_equal(json_array_size(imei), 2);
    assert_int_equal(json_integer_value(at(json_array_get(imei, 1), "sub")), 1);
    assert_text_at(json_array_get(imei, 1), "sha256", hex);
    assert_text_at(json_array_get(imei, 1), "last4", "0114");
    assert_true(json_is_null(at(unit, "meid")));
    assert_text_at(at(unit, "esn"), "last4", "D00D");
    assert_text_at(at(unit, "module_serial"), "last4", "1");
}

static void check_missing(const json_t *o)
{
    const json_t *c = at(o, "completeness"), *x;
    assert_true(json_is_false(at(c, "complete")));
    x = json_array_get(at(c, "unreadable"), 0);
    assert_text_at(x, "kind", "efs");
    assert_text_at(x, "fs", "0x13");
    assert_text_at(x, "path", "/nv/item_files/mcfg/cards/<20 digits>");
    assert_text_at(x, "reason", "EFS errno 13 (EACCES)");
    assert_int_equal(json_integer_value(at(x, "wire")), 13);
    assert_null(json_object_get(x, "data"));
    x = json_array_get(at(c, "withheld"), 0);
    assert_text_at(x, "kind", "nv");
    assert_int_equal(json_integer_value(at(x, "nv")), 85);
    x = json_array_get(at(c, "withheld"), 1);
    assert_int_equal(json_integer_value(at(x, "sub")), 2);
    assert_true(json_is_null(at(x, "nv")));
    x = json_array_get(at(c, "not_held"), 0);
    assert_text_at(x, "path", "/nv/\\xff\\x0a");
    assert_text_at(x, "path_hex", "2f6e762fff0a");
    assert_text_at(x, "data", "cafe");
    assert_true(json_is_null(at(x, "wire")));
    x = json_array_get(at(c, "not_held"), 1);
    assert_int_equal(json_integer_value(at(x, "nv")), 3252);
    assert_text_at(x, "data", "cafe");
}

static void test_content(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    json_t *o = json_loadb(m.json, m.len, 0, NULL);
    assert_non_null(o);
    assert_int_equal(m.json[m.len - 1], '\n');
    assert_int_equal(strncmp(m.json, "{\n  \"schema\": \"qdiag.manifest/1\",\n  \"tool\": {\n", 45),
                     0);
    assert_text_at(o, "created", "2026-01-02T03:04:05Z");
    assert_text_at(at(o, "file"), "sha256", SHA);
    assert_int_equal(json_integer_value(at(at(o, "file"), "size")), 12345);
    assert_int_equal(json_integer_value(at(at(o, "model"), "number")), 24628);
    assert_text_at(at(o, "firmware"), "software", "TESTFW01A01");
    assert_true(json_is_null(at(at(o, "firmware"), "verno_dir")));
    assert_true(json_is_null(at(at(o, "firmware"), "verno_date")));
    const json_t *nv = json_array_get(at(at(o, "counts"), "nv"), 0);
    assert_int_equal(json_integer_value(at(nv, "items")), 10);
    assert_int_equal(json_integer_value(at(nv, "bytes")), 1280);
    const json_t *sec = json_array_get(at(at(o, "counts"), "sections"), 0);
    assert_text_at(sec, "section", "EFS_Backup");
    assert_int_equal(json_integer_value(at(sec, "bytes")), 1 + 4096 + 4095 + 65);
    const json_t *second = at(at(o, "efs"), "second_subsystem_files");
    assert_int_equal(json_array_size(second), 2);
    assert_string_equal(json_string_value(json_array_get(second, 1)),
                        "/nv/item_files/mcfg/cards/<20 digits>");
    assert_int_equal(json_array_size(at(o, "files")), 1);
    const json_t *f = json_array_get(at(o, "files"), 0);
    assert_text_at(f, "mode", "0160644");
    assert_text_at(f, "fs", "0x3e");
    assert_int_equal(json_array_size(at(o, "streams")), 1 + 3 + 2 + 2 * 4 + 2 * 6);
    check_unit(o);
    check_missing(o);
    json_decref(o);
    unmake(&m);
}

/* Identities and ICCIDs must not stand in the text in any place. */
static void test_no_identity_inside(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    assert_null(strstr(m.json, "001001000000015"));
    assert_null(strstr(m.json, "001001000000114"));
    assert_null(strstr(m.json, "8900000000000000000"));
    unmake(&m);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct made m;
    struct qd_manifest *back;
    struct qdiag_error e = {0};
    make(&m);
    assert_int_equal(qd_manifest_read((uint8_t *)m.json, m.len, "t.manifest.json", &back, &e), 0);
    assert_string_equal(back->file_name, "t.xqcn");
    assert_string_equal(back->file_sha256, SHA);
    assert_int_equal(back->file_size, 12345);
    assert_string_equal(back->created, "2026-01-02T03:04:05Z");
    assert_int_equal(strncmp(back->tool, "qdiag ", 6), 0);
    assert_int_equal(back->complete, 0);
    assert_int_equal(back->unreadable, 1);
    assert_int_equal(back->withheld, 2);
    assert_int_equal(back->not_held, 2);
    assert_int_equal(back->nstreams, 26);
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), 0);
    qd_manifest_free(&back);
    assert_null(back);
    unmake(&m);
}

/* A manifest of scope s, as text and as read back. */
static struct qd_manifest *scoped(struct made *m, struct qd_scope s, int complete,
                                  const struct qd_manifest *source)
{
    static const struct qd_evidence none;
    struct qd_converted how = {"t", SHA, "xqcn", 1, source};
    struct qd_manifest *back;
    struct qdiag_error e = {0};
    struct qd_buf text = {0};
    struct qd_sink out = {gather, &text};
    *m = (struct made){.b = fixture_t2(), .tree = qd_tree_new("t.xqcn")};
    struct qd_manifest_in in = {.backup = m->b,
                                .tree = m->tree,
                                .evidence = &none,
                                .file_name = "t",
                                .file_sha256 = SHA,
                                .container = "xqcn",
                                .complete = complete,
                                .scope = s,
                                .converted = source ? &how : NULL,
                                .salt = salt};
    assert_int_equal(qd_manifest_write(&in, &out, &e), 0);
    assert_int_equal(qd_buf_terminate(&text), 0);
    m->json = (char *)text.p;
    m->len = text.len;
    assert_int_equal(qd_manifest_read(text.p, text.len, "t", &back, &e), 0);
    return back;
}

/* What was asked for comes back, and only the default or more counts as complete. */
static void test_scope(void **state)
{
    (void)state;
    static const struct {
        struct qd_scope s;
        int narrowed;
        const char *text;
    } k[] = {
        {{0}, -1, ""},
        {{1, -1, 0, 10500, 0}, 0, ""},
        {{1, -1, 0, 65535, 0}, 0, ""},
        {{1, -1, 0, 10500, 1}, 0, ""},
        {{1, 0, 400, 500, 0}, 1, "NV 400-500 of subscription 0 only"},
        {{1, 2, 0, 10500, 1}, 1, "NV 0-65535 of subscription 2 only"},
        {{1, -1, 1, 65535, 0},
         1,
         "only NV 1-65535 of subscription 0, and the usual ids of the others"},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++) {
        struct made m;
        char text[QD_SCOPE_TEXT];
        struct qd_manifest *back = scoped(&m, k[i].s, 1, NULL);
        assert_int_equal(qd_scope_narrowed(&back->scope), k[i].narrowed);
        qd_scope_text(&back->scope, text);
        assert_string_equal(text, k[i].text);
        assert_int_equal(back->complete, k[i].narrowed != 1);
        assert_int_equal(qd_manifest_only_narrowed(back), k[i].narrowed == 1);
        assert_int_equal(back->scope.sub, k[i].s.known ? k[i].s.sub : 0);
        qd_manifest_free(&back);
        unmake(&m);
    }
}

/* A conversion copies the scope of its source; older manifests have none. */
static void test_scope_of_a_conversion(void **state)
{
    (void)state;
    struct made m, n;
    struct qdiag_error e = {0};
    struct qd_scope untold = {0};
    struct qd_manifest *source = scoped(&m, (struct qd_scope){1, 1, 7, 9, 0}, 1, NULL), *back;
    back = scoped(&n, untold, source->complete, source);
    assert_int_equal(qd_manifest_only_narrowed(back), 1);
    assert_memory_equal(&back->scope, &source->scope, sizeof back->scope);
    qd_manifest_free(&back);
    unmake(&n);
    unmake(&m);
    qd_manifest_free(&source);
    source = scoped(&n, untold, 1, NULL);
    assert_non_null(strstr(n.json, "\"scope\": null"));
    memcpy(strstr(n.json, "\"scope\""), "\"scopE\"", 7);
    assert_int_equal(qd_manifest_read((uint8_t *)n.json, n.len, "u", &back, &e), 0);
    assert_int_equal(qd_scope_narrowed(&back->scope), -1);
    assert_int_equal(back->complete, 1);
    qd_manifest_free(&back);
    qd_manifest_free(&source);
    unmake(&n);
}

static void test_every_changed_stream_is_found(void **state)
{
    (void)state;
    struct made m;
    struct qd_manifest *back;
    struct qdiag_error e = {0};
    make(&m);
    assert_int_equal(qd_manifest_read((uint8_t *)m.json, m.len, "t", &back, &e), 0);
    for (size_t i = 0; i < back->nstreams; i++) {
        struct qd_node *n = fixture_at(m.tree, back->stream[i].path + 1);
        for (size_t at_byte = 0; at_byte<n->len; at_byte += n->len> 64 ? n->len / 16 : 1) {
            memset(&e, 0, sizeof e);
            n->data[at_byte] ^= 0x10;
            assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
            assert_string_equal(e.item, back->stream[i].path);
            n->data[at_byte] ^= 0x10;
        }
    }
    memset(&e, 0, sizeof e);
    struct qd_node *mask = fixture_at(m.tree, "00024628/default/Feature_Mask");
    mask->len--;
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "55 bytes instead of 56 in the manifest");
    mask->len++;
    memset(&e, 0, sizeof e);
    assert_non_null(qd_tree_stream(m.tree, "New", "x", 1));
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.item, "/New");
    assert_string_equal(e.why, "in the file, not in the manifest");
    qd_manifest_free(&back);
    unmake(&m);
}

/* Two files whose names a SIM card gave look alike in the manifest; each is still compared. */
static void test_paths_that_masking_makes_equal(void **state)
{
    (void)state;
    struct made m = {0};
    struct qd_manifest *back;
    struct qdiag_error e = {0};
    struct qd_buf text = {0};
    struct qd_sink out = {gather, &text};
    static const struct qd_evidence none;
    m.b = fixture_t2();
    m.tree = qd_tree_new("t.xqcn");
    qd_tree_stream(m.tree, "001010000000000001", "a", 1);
    qd_tree_stream(m.tree, "001010000000000002", "b", 1);
    qd_tree_stream(m.tree, "001010000000000003", "b", 1);
    struct qd_manifest_in in = {.backup = m.b,
                                .tree = m.tree,
                                .evidence = &none,
                                .file_name = "t",
                                .file_sha256 = SHA,
                                .container = "xqcn",
                                .salt = salt};
    assert_int_equal(qd_manifest_write(&in, &out, &e), 0);
    assert_int_equal(qd_manifest_read(text.p, text.len, "t", &back, &e), 0);
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), 0);
    m.tree->child[0]->data[0] = 'b'; /* three of b, where one was a */
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "its SHA-256 is not the one in the manifest");
    memset(&e, 0, sizeof e);
    m.tree->child[0]->data[0] = 'a';
    m.tree->child[2]->is_stream = 0; /* one b too few */
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.why, "in the manifest, not in the file");
    m.tree->child[2]->is_stream = 1;
    qd_manifest_free(&back);
    qd_buf_free(&text);
    unmake(&m);
}

static void test_stream_gone(void **state)
{
    (void)state;
    struct made m;
    struct qd_manifest *back;
    struct qdiag_error e = {0};
    make(&m);
    assert_int_equal(qd_manifest_read((uint8_t *)m.json, m.len, "t", &back, &e), 0);
    free(m.tree->child[0]->name);
    m.tree->child[0]->name = strdup("file_version");
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.item, "/file_version");
    assert_string_equal(e.why, "in the file, not in the manifest");
    memset(&e, 0, sizeof e);
    qd_tree_free(&m.tree);
    m.tree = qd_tree_new("t.xqcn");
    assert_int_equal(qd_manifest_compare(back, m.tree, &e), -QDIAG_E_FILE_DAMAGED);
    assert_string_equal(e.item, back->stream[0].path);
    assert_string_equal(e.why, "in the manifest, not in the file");
    qd_manifest_free(&back);
    unmake(&m);
}

/* Reads the manifest after `from` became `to`; the error must name the key. */
static void refused(const char *text, const char *from, const char *to, const char *key)
{
    struct qd_buf b = {0};
    struct qdiag_error e = {0};
    struct qd_manifest *back;
    const char *hit = strstr(text, from);
    assert_non_null(hit);
    assert_int_equal(qd_buf_add(&b, text, (size_t)(hit - text)), 0);
    assert_int_equal(qd_buf_add_text(&b, to), 0);
    assert_int_equal(qd_buf_add_text(&b, hit + strlen(from)), 0);
    int rc = qd_manifest_read(b.p, b.len, "m.json", &back, &e);
    if (rc != -QDIAG_E_FILE_DAMAGED || !strstr(e.item, key))
        print_error("%s -> %s: rc %d item '%s' why '%s'\n", from, to, rc, e.item, e.why);
    assert_int_equal(rc, -QDIAG_E_FILE_DAMAGED);
    assert_null(back);
    assert_non_null(strstr(e.item, key));
    qd_buf_free(&b);
}

static void test_strict_reading(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    static const char *const k[][3] = {
        {"qdiag.manifest/1", "qdiag.manifest/2", "m.json key schema"},
        {"\"qdiag.manifest/1\"", "1", "m.json key schema"},
        {"\"schema\"", "\"schemA\"", "m.json key schema"},
        {"\"name\": \"qdiag\"", "\"name\": null", "key tool.name"},
        {"\"created\": \"2026", "\"created\": 2026, \"x\": \"", "key created"},
        {"\"created\": \"", "\"created\": \"0123456789012345678901234567890", "key created"},
        {"\"size\": 12345", "\"size\": \"12345\"", "key file.size"},
        {"\"size\": 12345", "\"size\": -1", "key file.size"},
        {"\"size\": 12345", "\"size\": 1.5", "key file.size"},
        {"0123456789abcdef", "0123456789ABCDEF", "key file.sha256"},
        {"\"0123456789abcdef", "\"", "key file.sha256"},
        {"\"container\"", "\"containeR\"", "key file.container"},
        {"\"unit\": {", "\"unit\": 1, \"x\": {", "key unit"},
        {"\"counts\": {", "\"counts\": [], \"x\": {", "key counts"},
        {"\"complete\": false", "\"complete\": 0", "key completeness.complete"},
        {"\"complete\": false", "\"complete\": true", "key completeness.complete"},
        {"\"unreadable\": [", "\"unreadable\": {}, \"x\": [", "key completeness.unreadable"},
        {"\"unreadable\": [", "\"unreadable\": [7, ", "key completeness.unreadable"},
        {"\"kind\": \"efs\"", "\"kind\": \"foo\"", "key completeness.unreadable"},
        {"\"nv\": 85", "\"nv\": \"85\"", "key completeness.nv"},
        {"\"streams\": [", "\"streams\": null, \"x\": [", "key streams"},
        {"\"streams\": [", "\"streams\": [[], ", "key streams"},
        {"\"path\": \"/File_Version\"", "\"path\": 3", "key streams.path"},
        {"\"size\": 6,", "\"size\": {},", "key streams.size"},
        {"\"schema\":", "\"schema\": \"qdiag.manifest/1\", \"schema\":", "m.json line"},
        {"{", "[", "m.json line 2"},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
        refused(m.json, k[i][0], k[i][1], k[i][2]);
    refused("[]", "[]", "[]", "m.json key (top)");
    unmake(&m);
}

static void test_hostile_scope(void **state)
{
    (void)state;
    struct made m;
    struct qd_manifest *back = scoped(&m, (struct qd_scope){1, 0, 400, 500, 0}, 1, NULL);
    qd_manifest_free(&back);
    static const char *const k[][3] = {
        {"\"scope\": {", "\"scope\": 7, \"x\": {", "m.json key scope"},
        {"\"subscription\": 0", "\"subscription\": 3", "key scope.subscription"},
        {"\"subscription\": 0", "\"subscription\": -1", "key scope.subscription"},
        {"\"subscription\": 0", "\"subscription\": \"all\"", "key scope.subscription"},
        {"\"nv_first\": 400", "\"nv_first\": 501", "key scope.nv_last"},
        {"\"nv_first\": 400", "\"nv_first\": null", "key scope.nv_first"},
        {"\"nv_first\": 400", "\"nv_first\": -400", "key scope.nv_first"},
        {"\"nv_last\": 500", "\"nv_last\": 65536", "key scope.nv_last"},
        {"\"nv_last\": 500", "\"nv_last\": 9223372036854775807", "key scope.nv_last"},
        {"\"nv_last\": 500", "\"nv_last\": 4294967796", "key scope.nv_last"},
        {"\"nv_last\": 500", "\"nv_last\": 500.0", "key scope.nv_last"},
        {"\"exhaustive\": false", "\"exhaustive\": 0", "key scope.exhaustive"},
        {"\"exhaustive\": false", "\"exhaustive\": true", "key scope.exhaustive"},
        {"\"complete\": false", "\"complete\": true", "key completeness.complete"},
    };
    for (size_t i = 0; i < sizeof k / sizeof k[0]; i++)
        refused(m.json, k[i][0], k[i][1], k[i][2]);
    unmake(&m);
}

static void test_cut_everywhere(void **state)
{
    (void)state;
    struct made m;
    make(&m);
    for (size_t n = 0; n + 1 < m.len; n += n < 2000 ? 1 : 37) {
        struct qdiag_error e = {0};
        struct qd_manifest *back;
        assert_int_equal(qd_manifest_read((uint8_t *)m.json, n, "m", &back, &e),
                         -QDIAG_E_FILE_DAMAGED);
        assert_null(back);
    }
    unmake(&m);
}

/* What a guard gets out of it: hashes that fit the unit's values, never the placeholder. */
static void test_anchors(void **state)
{
    (void)state;
    struct qdiag_error e = {0};
    struct qd_anchors a = {.software = "from the file"};
    struct qd_manifest *m;
    struct made made;
    make(&made);
    assert_int_equal(qd_manifest_read((uint8_t *)made.json, made.len, "m", &m, &e), 0);
    qd_manifest_anchors(m, &a);
    assert_true(qd_anchors_is(&a, QD_ANCHOR_IMEI, "001001000000015"));
    assert_true(qd_anchors_is(&a, QD_ANCHOR_IMEI2, "001001000000114"));
    assert_false(qd_anchors_is(&a, QD_ANCHOR_IMEI2, "001001000000015"));
    assert_true(qd_anchors_is(&a, QD_ANCHOR_MODULE_SERIAL, "S1"));
    assert_int_equal(a.fact[QD_ANCHOR_IMEI3].state, QD_IDENT_UNKNOWN);
    assert_int_equal(a.fact[QD_ANCHOR_MEID].state, QD_IDENT_UNKNOWN);
    assert_int_not_equal(a.fact[QD_ANCHOR_ESN].state, QD_IDENT_USABLE);
    assert_string_equal(a.model, "EM160R");
    assert_int_equal(a.model_number, made.b->model);
    assert_string_equal(a.software, "from the file");
    assert_int_equal(a.contradicts, 0);
    qd_manifest_free(&m);
    unmake(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_anchors),
        cmocka_unit_test(test_content),
        cmocka_unit_test(test_no_identity_inside),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_every_changed_stream_is_found),
        cmocka_unit_test(test_paths_that_masking_makes_equal),
        cmocka_unit_test(test_stream_gone),
        cmocka_unit_test(test_strict_reading),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_scope_of_a_conversion),
        cmocka_unit_test(test_hostile_scope),
        cmocka_unit_test(test_cut_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
