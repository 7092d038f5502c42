/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Plan files: what comes back is what was written, byte for byte; every edit that would smuggle
 * something in is refused with the step named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/fsio.h"
#include "container/planfile.h"

static char *load(const char *name, size_t *n)
{
    char path[512];
    uint8_t *p;
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/plan/%s", SRCDIR, name);
    assert_int_equal(qd_read_file(path, 1 << 20, &p, n, NULL), 0);
    char *s = malloc(*n + 1);
    memcpy(s, p, *n);
    s[*n] = '\0';
    free(p);
    return s;
}

static int read_text(const char *s, struct qd_plan **p, struct qdiag_error *e)
{
    *e = (struct qdiag_error){0};
    return qd_planfile_read((const uint8_t *)s, strlen(s), "x.plan", p, e);
}

static void test_round(void **state)
{
    (void)state;
    struct qdiag_error e;
    struct qd_plan *p;
    size_t n, m;
    char *text = load("whole", &n), *out;
    if (read_text(text, &p, &e) != 0)
        fail_msg("%s: %s", e.item, e.why);
    assert_int_equal(p->n, 11);
    assert_int_equal(qd_plan_count(p, QD_DO_WRITE), 8);
    assert_int_equal(p->v[1].key.sub, 2);
    assert_memory_equal(p->v[0].before.data, "old", 3);
    assert_memory_equal(p->v[0].after.data, "new", 3);
    assert_int_equal(p->v[2].before.kind, QD_THERE_UNKNOWN);
    assert_int_equal(p->v[5].before.mode, 0777);
    assert_int_equal(p->v[5].after.mode, QD_MODE_ANY);
    assert_int_equal(p->v[5].after.len, 2);
    assert_int_equal(p->v[8].key.fs, 0x3e);
    assert_string_equal(p->v[9].key.path, "/policyman/\xe4");
    assert_int_equal(p->v[9].after.kind, QD_THERE_ABSENT);
    assert_int_equal(p->v[10].reason, QD_REASON_IDENTITY_BY_FILE);
    assert_int_equal(qd_planfile_write(p, &out, &m, NULL), 0);
    assert_int_equal(m, n);
    assert_string_equal(out, text);
    free(out);
    free(text);
    qd_plan_free(&p);
}

/* Identity and secrets of a plan in memory never reach the file. */
static void test_no_identity(void **state)
{
    (void)state;
    struct qd_plan *p = qd_plan_new(), *back;
    struct qdiag_error e;
    char *out;
    size_t n;
    for (int i = 0; i < 2; i++) {
        struct qd_step s = {.key = {.sub = 0, .nv = i ? 85 : 550},
                            .class = i ? QD_CLASS_SECRET : QD_CLASS_IDENTITY,
                            .phase = i ? QD_PHASE_NV : QD_PHASE_IDENTITY,
                            .decision = i ? QD_DO_SKIP : QD_DO_WRITE,
                            .reason = i ? QD_REASON_SECRET : QD_REASON_NONE,
                            .before = {.kind = QD_THERE_ABSENT, .mode = QD_MODE_ANY},
                            .after = {QD_THERE_NV, QD_MODE_ANY, calloc(1, 128), 128}};
        memset(s.after.data, 0xa5, 128);
        assert_int_equal(qd_plan_add(p, &s, NULL), 0);
    }
    assert_int_equal(qd_planfile_write(p, &out, &n, NULL), 0);
    assert_null(strstr(out, "a5a5"));
    assert_non_null(strstr(out, "identity-by-file"));
    assert_int_not_equal(read_text(out, &back, &e), 0); /* phases are in order only one way */
    free(out);
    qd_plan_free(&p);
}

static char *replaced(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    if (!at)
        fail_msg("'%s' is not in the text", from);
    size_t cap = strlen(text) + strlen(to) + 1;
    char *out = malloc(cap);
    snprintf(out, cap, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

static void test_edits(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        int code;
    } v[] = {
        {"qdiag.plan/1", "qdiag.plan/2", QDIAG_E_FILE_DAMAGED},
        {"\"schema\": \"qdiag.plan/1\",", "", QDIAG_E_FILE_DAMAGED},
        {"\"salt\": \"efefefefefefefefefefefefefefefef\"", "\"salt\": null", QDIAG_E_FILE_DAMAGED},
        {"\"abab", "\"ABab", QDIAG_E_FILE_DAMAGED},
        {"\"sub\": 2", "\"sub\": 3", QDIAG_E_FILE_DAMAGED},
        {"\"sub\": 2", "\"sub\": -1", QDIAG_E_FILE_DAMAGED},
        {"\"sub\": 2", "\"sub\": \"2\"", QDIAG_E_FILE_DAMAGED},
        {"\"nv\": 83", "\"nv\": 65536", QDIAG_E_FILE_DAMAGED},
        {"\"nv\": 83", "\"nv\": 84", QDIAG_E_FILE_DAMAGED}, /* of another class */
        {"\"index\": 1", "\"index\": 2", QDIAG_E_FILE_DAMAGED},
        {"\"index\": 1", "\"index\": 1, \"more\": 1", QDIAG_E_FILE_DAMAGED},
        {"\"class\": \"user\"", "\"class\": \"misc\"", QDIAG_E_FILE_DAMAGED},
        {"\"class\": \"user\"", "\"class\": \"nobody\"", QDIAG_E_FILE_DAMAGED},
        {"\"phase\": \"rfnv\"", "\"phase\": \"identity\"", QDIAG_E_FILE_DAMAGED},
        {"\"phase\": \"rfnv\"", "\"phase\": \"xo\"",
         QDIAG_E_FILE_DAMAGED}, /* the next is before it */
        {"\"decision\": \"keep\"", "\"decision\": \"write\"", QDIAG_E_FILE_DAMAGED},
        {"\"decision\": \"skip\"", "\"decision\": \"keep\"", QDIAG_E_FILE_DAMAGED},
        {"\"reason\": \"secret\"", "\"reason\": \"because\"", QDIAG_E_FILE_DAMAGED},
        {"\"reason\": \"secret\"", "\"reason\": \"\"", QDIAG_E_FILE_DAMAGED},
        {"\"kind\": \"item\"", "\"kind\": \"unknown\"", QDIAG_E_FILE_DAMAGED},
        {"\"kind\": \"nv\"", "\"kind\": \"file\"", QDIAG_E_FILE_DAMAGED},
        {"\"mode\": \"0640\"", "\"mode\": \"0980\"", QDIAG_E_FILE_DAMAGED},
        {"\"mode\": \"0640\"", "\"mode\": \"10640\"", QDIAG_E_FILE_DAMAGED},
        {"\"data\": \"01ff\"", "\"data\": \"01f\"", QDIAG_E_FILE_DAMAGED},
        {"\"data\": \"01ff\"", "\"data\": \"01FF\"", QDIAG_E_FILE_DAMAGED},
        {"\"data\": \"01ff\"", "\"data\": \"01 f\"", QDIAG_E_FILE_DAMAGED},
        {"\"6f6c64", "\"6f6c", QDIAG_E_FILE_DAMAGED}, /* 127 bytes */
        {"\"data\": \"61\"", "\"data\": \"\"", QDIAG_E_FILE_DAMAGED},
        {"\"data\": \"61\"", "\"data\": \"2e2e2f6e766d\"", QDIAG_E_POLICY}, /* ../nvm */
        {"\"fs\": \"0x3e\"", "\"fs\": \"0x3f\"", QDIAG_E_FILE_DAMAGED},
        {"\"path\": \"/policyman/a\"", "\"path\": \"policyman/a\"", QDIAG_E_FILE_DAMAGED},
        {"\"path\": \"/policyman/a\"", "\"path\": \"/policyman//a\"", QDIAG_E_FILE_DAMAGED},
        {"\"path\": \"/policyman/a\"", "\"path\": \"/policyman\"",
         QDIAG_E_FILE_DAMAGED}, /* twice */
        {"\"path_hex\": \"2f706f6c6963796d616e2fe4\"",
         "\"path_hex\": \"2f706f6c6963796d616e2f00e4\"", QDIAG_E_FILE_DAMAGED},
        {"\"steps\": [", "\"steps\": {}, \"x\": [", QDIAG_E_FILE_DAMAGED},
        {"\"steps\": [", "\"steps\": [ 7,", QDIAG_E_FILE_DAMAGED},
        {"\"steps\": [", "\"steps\": [], \"steps\": [", QDIAG_E_FILE_DAMAGED},
    };
    size_t n;
    char *text = load("whole", &n);
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qdiag_error e;
        struct qd_plan *p;
        char *s = replaced(text, v[i].from, v[i].to);
        int rc = read_text(s, &p, &e);
        if (rc != -v[i].code || p || !e.why[0])
            fail_msg("%s -> %s: %d, %s", v[i].from, v[i].to, rc, e.why);
        free(s);
    }
    free(text);
}

static void test_forbidden(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int code;
    } v[] = {{"identity", QDIAG_E_POLICY},    {"alias", QDIAG_E_FILE_DAMAGED},
             {"dots", QDIAG_E_FILE_DAMAGED},  {"link", QDIAG_E_POLICY},
             {"class", QDIAG_E_FILE_DAMAGED}, {"order", QDIAG_E_FILE_DAMAGED},
             {"twice", QDIAG_E_FILE_DAMAGED}, {"unknown_key", QDIAG_E_FILE_DAMAGED},
             {"cut", QDIAG_E_FILE_DAMAGED},   {"deep", QDIAG_E_FILE_DAMAGED}};
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        struct qdiag_error e;
        struct qd_plan *p;
        size_t n;
        char *text = load(v[i].name, &n);
        int rc = read_text(text, &p, &e);
        if (rc != -v[i].code || p)
            fail_msg("%s: %d, %s", v[i].name, rc, e.why);
        free(text);
    }
    /* With the class that belongs to it the alias is no damage, and still no door. */
    size_t n;
    char *text = load("alias", &n), *at = strstr(text, "/nvm/num/550");
    char *class = strstr(at, "\"network\"");
    assert_non_null(class);
    size_t cap = strlen(text) + 8;
    char *fixed = malloc(cap);
    snprintf(fixed, cap, "%.*s\"identity\"%s", (int)(class - text), text, class + 9);
    struct qdiag_error e;
    struct qd_plan *p;
    assert_int_equal(read_text(fixed, &p, &e), -QDIAG_E_POLICY);
    assert_int_equal(qdiag_exit_code(&e), 5);
    free(fixed);
    free(text);
}

/* Cut anywhere, it is never half a plan. */
static void test_cut(void **state)
{
    (void)state;
    size_t n;
    char *text = load("whole", &n);
    for (size_t i = 0; i + 2 < n; i += 7) {
        struct qdiag_error e = {0};
        struct qd_plan *p;
        assert_int_equal(qd_planfile_read((const uint8_t *)text, i, "x", &p, &e),
                         -QDIAG_E_FILE_DAMAGED);
        assert_null(p);
    }
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round), cmocka_unit_test(test_no_identity),
        cmocka_unit_test(test_edits), cmocka_unit_test(test_forbidden),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
