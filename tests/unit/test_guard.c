/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every row of the guard's decision table, both ways, from real NV payloads: the vectors of the
 * table in docs/formats/guard.md; and the firmware comparison. Identities are invented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"
#include "base/hex.h"
#include "base/text.h"
#include "flow/plan/guard.h"

/* One letter per anchor: '-' = not there, '0' = blank, '!' = damaged, letters = values. */
struct side {
    const char *imei; /* one per subscription */
    const char *rest; /* MEID, ESN, XO, date, module serial, USB serial, Bluetooth address */
};

static char at(const struct side *s, size_t i)
{
    return strlen(s->rest) > i ? s->rest[i] : '-';
}

static const char *imei_of(char c)
{
    switch (c) {
    case 'A':
        return "001001000000015";
    case 'B':
        return "001001000000023";
    case 'C':
        return "001001000000114";
    default:
        return "001001000000031";
    }
}

static void put_imei(struct qd_backup *b, unsigned sub, char c)
{
    uint8_t d[QD_NV_SIZE] = {8, 0x0a};
    const char *s = imei_of(c);
    if (c == '-')
        return;
    if (c == '!')
        d[0] = 0x78;
    if (c != '0' && c != '!')
        for (unsigned i = 1; i < 15; i++)
            d[1 + (i + 1) / 2] |= (uint8_t)((s[i] - '0') << (i % 2 ? 0 : 4));
    assert_int_equal(qd_backup_add_nv(b, sub, 550, 0, d, NULL), 0);
}

static void put(struct qd_backup *b, uint16_t id, char c, size_t n)
{
    uint8_t d[QD_NV_SIZE] = {0};
    if (c == '-')
        return;
    if (c != '0')
        for (size_t i = 0; i < n; i++)
            d[i] = (uint8_t)(c + (char)i);
    assert_int_equal(qd_backup_add_nv(b, 0, id, 0, d, NULL), 0);
}

static void put_meid(struct qd_backup *b, char c)
{
    uint8_t d[QD_NV_SIZE] = {0};
    if (c == '-')
        return;
    if (c == 'a') { /* the first 14 digits of IMEI A */
        static const uint8_t digits[7] = {0x00, 0x10, 0x01, 0x00, 0x00, 0x00, 0x01};
        for (unsigned i = 0; i < 7; i++)
            d[i] = digits[6 - i];
    } else if (c != '0') {
        d[0] = (uint8_t)c;
        d[6] = 0xaf;
    }
    assert_int_equal(qd_backup_add_nv(b, 0, 1943, 0, d, NULL), 0);
}

static void put_esn(struct qd_backup *b, char c)
{
    uint8_t d[QD_NV_SIZE] = {0};
    static const uint8_t placeholder[4] = {0x0d, 0xd0, 0xad, 0xde};
    if (c == '-')
        return;
    if (c == 'D')
        memcpy(d, placeholder, 4);
    else if (c != '0')
        d[0] = (uint8_t)c, d[3] = c == 'P' ? 0x80 : 0x12;
    assert_int_equal(qd_backup_add_nv(b, 0, 0, 0, d, NULL), 0);
}

static struct qd_backup *build(const struct side *s)
{
    struct qd_backup *b = qd_backup_new();
    assert_non_null(b);
    for (unsigned i = 0; s->imei[i]; i++)
        put_imei(b, i, s->imei[i]);
    put_meid(b, at(s, 0));
    put_esn(b, at(s, 1));
    put(b, 4954, at(s, 2), 31);
    put(b, 571, at(s, 3), 4);
    put(b, 447, at(s, 6), 6);
    put(b, 10, '0', 1); /* something, so that the array is there */
    return b;
}

static void serial_text(char c, const char *prefix, char out[32])
{
    snprintf(out, 32, "%s-%c-00042", prefix, c);
}

static void hash_of(const uint8_t salt[16], const char *text, char out[65])
{
    uint8_t joined[128];
    memcpy(joined, salt, 16);
    memcpy(joined + 16, text, strlen(text));
    qd_sha256_hex(joined, 16 + strlen(text), out);
}

/* Serials of a file are known by hash only: they come from its manifest. */
static void file_side(const struct side *s, struct qd_anchors *a)
{
    struct qd_hashed_anchors h = {.salt = "0123456789abcde"};
    struct qd_backup *b = build(s);
    char text[32];
    qd_anchors_from_backup(b, 0, a);
    if (at(s, 4) != '-') {
        serial_text(at(s, 4), "MOD", text);
        hash_of(h.salt, text, h.v[QD_ANCHOR_MODULE_SERIAL].hash);
    }
    if (at(s, 5) != '-') {
        serial_text(at(s, 5), "USB", text);
        hash_of(h.salt, text, h.v[QD_ANCHOR_USB_SERIAL].hash);
    }
    qd_anchors_add_hashed(a, &h);
    qd_backup_free(&b);
}

static void unit_side(const struct side *s, struct qd_anchors *a)
{
    struct qd_backup *b = build(s);
    char text[32];
    qd_anchors_from_backup(b, 1, a);
    if (at(s, 4) != '-') {
        serial_text(at(s, 4), "MOD", text);
        qd_anchors_set(a, QD_ANCHOR_MODULE_SERIAL, text);
    }
    if (at(s, 5) != '-') {
        serial_text(at(s, 5), "USB", text);
        qd_anchors_set(a, QD_ANCHOR_USB_SERIAL, text);
    }
    qd_backup_free(&b);
}

struct row {
    const char *name;
    struct side f, u;
    const char *label;
    enum qd_guard_verdict verdict;
    const char *rule;
    int identity, confirm;
};

#define A15    "001001000000015"
#define B15    "001001000000023"
#define ALLOW  QD_GUARD_ALLOW
#define REFUSE QD_GUARD_REFUSE
#define NEEDS  QD_GUARD_NEEDS
#define LIMIT  QD_GUARD_LIMITED

static const struct row table[] = {
    {"all equal", {"A", "m-x-s"}, {"A", "m-x-s"}, 0, ALLOW, "G3a", 1, 0},
    {"other IMEI", {"A", "m-x"}, {"B", "m-x"}, 0, REFUSE, "G1", 0, 0},
    {"other IMEI, serial equal", {"A", "----s"}, {"B", "----s"}, 0, REFUSE, "G1", 0, 0},
    {"same IMEI, other MEID and XO", {"A", "m-x"}, {"A", "n-y"}, 0, REFUSE, "G2", 0, 0},
    {"same IMEI, other ESN", {"A", "-e"}, {"A", "-f"}, 0, REFUSE, "G2", 0, 0},
    {"same IMEI and MEID, other XO", {"A", "m-x"}, {"A", "m-y"}, 0, REFUSE, "G2", 0, 0},
    {"other XO and date", {"A", "m-xd"}, {"A", "m-ye"}, 0, REFUSE, "G2", 0, 0},
    {"other XO, same date", {"A", "m-xd"}, {"A", "m-yd"}, 0, ALLOW, "G3a", 1, 0},
    {"other XO, hardware equal", {"A", "m-xds"}, {"A", "m-yes"}, 0, ALLOW, "G2h", 1, 1},
    {"other XO, USB equal only", {"A", "m-xd-u"}, {"A", "m-ye-u"}, 0, REFUSE, "G2", 0, 0},
    {"XO as the second witness", {"A", "--x"}, {"A", "--x"}, 0, ALLOW, "G3a", 1, 0},
    {"MAC as the second witness", {"A", "------k"}, {"A", "------k"}, 0, ALLOW, "G3a", 1, 0},
    {"MAC differs: a warning", {"A", "m-----k"}, {"A", "m-----l"}, 0, ALLOW, "G3a", 1, 0},
    {"USB serial differs: a warning", {"A", "m----u"}, {"A", "m----v"}, 0, ALLOW, "G3a", 1, 0},
    {"one witness", {"A", ""}, {"A", ""}, 0, ALLOW, "G3b", 1, 1},
    {"MEID made of the IMEI is none", {"A", "a"}, {"A", "a"}, 0, ALLOW, "G3b", 1, 1},
    {"ESN made of a MEID is none", {"A", "-P"}, {"A", "-P"}, 0, ALLOW, "G3b", 1, 1},
    {"the same with its MEID", {"A", "mP"}, {"A", "mP"}, 0, ALLOW, "G3a", 1, 0},
    {"the rest is lost", {"A", "m-x"}, {"A", ""}, 0, NEEDS, "G3c", 0, 0},
    {"the rest is lost, serial", {"A", "m-x-s"}, {"A", "----s"}, 0, ALLOW, "G3c", 1, 0},
    {"the rest is lost, USB serial", {"A", "m-x--u"}, {"A", "-----u"}, 0, ALLOW, "G3c", 1, 0},
    {"the rest is lost, other serial", {"A", "m-x-s"}, {"A", "----t"}, 0, REFUSE, "G2", 0, 0},
    {"the rest is lost, label", {"A", "m-x"}, {"A", ""}, A15, ALLOW, "G3c", 1, 0},
    {"the rest is lost, other label", {"A", "m-x"}, {"A", ""}, B15, REFUSE, "label", 0, 0},
    {"the file has only its IMEI", {"A", ""}, {"A", "m-x"}, 0, NEEDS, "G3c", 0, 0},
    {"two IMEIs, both equal", {"AB", "--x"}, {"AB", "--x"}, 0, ALLOW, "G3a", 1, 0},
    {"two IMEIs, one on the unit", {"AB", "--x"}, {"A0", "--x"}, 0, ALLOW, "G3a", 1, 0},
    {"two IMEIs, second only", {"AB", "--x"}, {"0B", "--x"}, 0, ALLOW, "G3a", 1, 0},
    {"second IMEI differs", {"AB", "--x"}, {"AC", "--x"}, 0, REFUSE, "G1", 0, 0},
    {"second IMEI differs, all else equal",
     {"AB", "mexds"},
     {"AC", "mexds"},
     0,
     REFUSE,
     "G1",
     0,
     0},
    {"second IMEI differs, elsewhere", {"AB", "m"}, {"A-C", "m"}, 0, REFUSE, "G1", 0, 0},
    {"swapped", {"AC", "m"}, {"CA", "m"}, 0, REFUSE, "G1", 0, 0},
    {"moved", {"A", "m"}, {"0A", "m"}, 0, REFUSE, "G1", 0, 0},
    {"unit ignores the context", {"A", "m"}, {"AA", "m"}, 0, ALLOW, "G3a", 1, 0},
    {"unit has one more", {"A", "m"}, {"AB", "m"}, 0, ALLOW, "G3a", 1, 0},
    {"blank, MEID equal", {"A", "m-x"}, {"0", "m"}, 0, ALLOW, "G4", 1, 0},
    {"blank, other MEID", {"A", "m-x"}, {"0", "n"}, 0, REFUSE, "G1", 0, 0},
    {"blank, other MEID, label", {"A", "m-x"}, {"0", "n"}, A15, REFUSE, "G1", 0, 0},
    {"blank, MEID equal, calibration of another board",
     {"A", "m-x"},
     {"0", "m-y"},
     0,
     REFUSE,
     "G1",
     0,
     0},
    {"blank, ESN equal", {"A", "-e"}, {"0", "-e"}, 0, ALLOW, "G4", 1, 0},
    {"absent, ESN equal", {"A", "-e"}, {"-", "-e"}, 0, ALLOW, "G4", 1, 0},
    {"blank, serial equal", {"A", "m-x-s"}, {"0", "00--s"}, 0, ALLOW, "G5", 1, 0},
    {"blank, USB serial equal", {"A", "m-x--u"}, {"0", "-----u"}, 0, ALLOW, "G5", 1, 0},
    {"blank, other serial", {"A", "m-x-s"}, {"0", "----t"}, 0, REFUSE, "G1", 0, 0},
    {"blank, other serial, label", {"A", "m-x-s"}, {"0", "----t"}, A15, REFUSE, "G1", 0, 0},
    {"blank, label", {"A", ""}, {"0", ""}, A15, ALLOW, "G6", 1, 0},
    {"blank, other label", {"A", ""}, {"0", ""}, B15, REFUSE, "label", 0, 0},
    {"blank, label with a wrong check digit",
     {"A", ""},
     {"0", ""},
     "001001000000016",
     REFUSE,
     "label",
     0,
     0},
    {"blank, label too short", {"A", ""}, {"0", ""}, "00100100000001", REFUSE, "label", 0, 0},
    {"blank, nothing else", {"A", ""}, {"0", ""}, 0, NEEDS, "G6", 0, 0},
    {"blank, only XO agrees", {"A", "--x"}, {"0", "--x"}, 0, NEEDS, "G6", 0, 0},
    {"blank, label, calibration of another board",
     {"A", "--x"},
     {"0", "--y"},
     A15,
     REFUSE,
     "G1",
     0,
     0},
    {"placeholder ESN on both sides", {"A", "-D"}, {"0", "-D"}, 0, NEEDS, "G6", 0, 0},
    {"placeholder ESN, no IMEI", {"0", "-D"}, {"0", "-D"}, 0, LIMIT, "G7", 0, 0},
    {"file nameless, XO equal", {"-", "--x"}, {"A", "--x"}, 0, LIMIT, "G7", 0, 0},
    {"file nameless, XO differs", {"-", "--x"}, {"A", "--y"}, 0, LIMIT, "G7", 0, 0},
    {"file blank", {"0", ""}, {"A", ""}, 0, LIMIT, "G7", 0, 0},
    {"file nameless, label", {"0", ""}, {"A", ""}, A15, REFUSE, "label", 0, 0},
    {"file damaged, serial equal", {"!", "----s"}, {"A", "----s"}, 0, ALLOW, "G9", 0, 0},
    {"file damaged, other XO", {"!", "m-x"}, {"A", "m-y"}, 0, REFUSE, "G1", 0, 0},
    {"file damaged, other XO, serial", {"!", "--x-s"}, {"A", "--y-s"}, 0, ALLOW, "G2h", 0, 1},
    {"file damaged, MEID equal", {"!", "m"}, {"A", "m"}, 0, ALLOW, "G9", 0, 0},
    {"file damaged, serial differs", {"!", "----s"}, {"A", "----t"}, 0, REFUSE, "G1", 0, 0},
    {"file damaged, nothing else", {"!", ""}, {"A", ""}, 0, LIMIT, "G7", 0, 0},
    {"unit damaged, MEID equal", {"A", "m"}, {"!", "m"}, 0, ALLOW, "G4", 1, 0},
    {"unit damaged, nothing else", {"A", "m"}, {"!", ""}, 0, NEEDS, "G6", 0, 0},
    {"unit damaged, label", {"A", "m"}, {"!", ""}, A15, ALLOW, "G6", 1, 0},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct row *r = &table[i];
        struct qd_anchors f, u;
        struct qd_guard g;
        file_side(&r->f, &f);
        unit_side(&r->u, &u);
        qd_guard_judge(&f, &u, r->label, &g);
        if (g.verdict != r->verdict || strcmp(qd_guard_rule_name(g.rule), r->rule) != 0 ||
            g.identity != r->identity || g.confirm != r->confirm)
            fail_msg("%s: %s %s identity %d confirm %d: %s", r->name,
                     qd_guard_verdict_name(g.verdict), qd_guard_rule_name(g.rule), g.identity,
                     g.confirm, g.why);
        struct qdiag_error e = {0};
        assert_int_equal(qd_guard_check(&g, 0, &e),
                         r->verdict == ALLOW ? 0 : -QDIAG_E_NOT_SAME_UNIT);
        assert_int_equal(qd_guard_check(&g, 1, NULL),
                         r->verdict == ALLOW || r->verdict == LIMIT ? 0 : -QDIAG_E_NOT_SAME_UNIT);
        if (r->verdict != ALLOW)
            assert_int_equal(qdiag_exit_code(&e), 4);
        if (r->verdict == NEEDS)
            assert_true(g.needs & QD_NEEDS_SERIAL);
    }
}

/* Nothing that the verdict shows may tell a whole number. */
static void test_masked(void **state)
{
    (void)state;
    struct side s = {"AB", "mexdsuk"};
    struct qd_anchors f, u;
    struct qd_guard g;
    file_side(&s, &f);
    unit_side(&s, &u);
    qd_guard_judge(&f, &u, NULL, &g);
    assert_int_equal(g.n, 10);
    for (size_t i = 0; i < g.n; i++) {
        int wlan = g.v[i].anchor == QD_ANCHOR_WLAN_MAC; /* asked for, not there */
        assert_int_equal(g.v[i].relation, wlan ? QD_REL_UNKNOWN : QD_REL_EQUAL);
        assert_null(strstr(g.v[i].unit, "00100100"));
        assert_null(strstr(g.v[i].file, "00100100"));
        assert_true(strlen(g.v[i].unit) <= 11);
    }
    assert_string_equal(g.v[0].file, "…0015");
    assert_string_equal(g.v[0].unit, "…0015");
    assert_int_equal(g.v[1].anchor, QD_ANCHOR_IMEI2);
}

static void test_warnings(void **state)
{
    (void)state;
    struct side f = {"A", "m-xdsuk"}, u = {"A", "m-xesvl"};
    struct qd_anchors a, b;
    struct qd_guard g;
    file_side(&f, &a);
    unit_side(&u, &b);
    qd_guard_judge(&a, &b, NULL, &g);
    assert_int_equal(g.verdict, QD_GUARD_ALLOW);
    assert_non_null(strstr(g.warning, "serial number on USB differs"));
    assert_non_null(strstr(g.warning, "Bluetooth address"));
    assert_non_null(strstr(g.warning, "RF calibration date"));
    assert_null(strstr(g.warning, "4954"));
}

/* The IMEI by AT belongs to either subscription; it must be one of those DIAG gave. */
static void test_at_imei(void **state)
{
    (void)state;
    struct side f = {"AB", "--x"}, both = {"AB", "--x"}, blank = {"0", "m"};
    struct qd_anchors a, u;
    struct qd_guard g;
    file_side(&f, &a);
    unit_side(&both, &u);
    qd_copy_text(u.extra_imei, sizeof u.extra_imei, B15);
    qd_guard_judge(&a, &u, NULL, &g);
    assert_int_equal(g.verdict, QD_GUARD_ALLOW);
    qd_copy_text(u.extra_imei, sizeof u.extra_imei, "001001000000114");
    qd_guard_judge(&a, &u, NULL, &g);
    assert_int_equal(g.verdict, QD_GUARD_REFUSE);
    unit_side(&blank, &u);
    qd_copy_text(u.extra_imei, sizeof u.extra_imei, "001001000000114");
    qd_guard_judge(&a, &u, NULL, &g);
    assert_int_equal(g.verdict, QD_GUARD_REFUSE);
    qd_copy_text(u.extra_imei, sizeof u.extra_imei, A15);
    qd_guard_judge(&a, &u, NULL, &g);
    assert_int_equal(g.rule, QD_GUARD_RULE_G3C);
    assert_int_equal(g.verdict, QD_GUARD_NEEDS);
}

/* An IMEI that could not be read is not a blank one. */
static void test_unreadable(void **state)
{
    (void)state;
    struct side f = {"A", ""}, u = {"-", ""};
    struct qd_anchors a, b;
    struct qd_guard g;
    struct qd_missing m = {
        .kind = QD_MISSING_UNREADABLE, .sub = 0, .nv = 550, .reason = (char *)"x"};
    file_side(&f, &a);
    struct qd_backup *live = build(&u);
    qd_anchors_from_backup(live, 1, &b);
    assert_int_equal(b.fact[QD_ANCHOR_IMEI].state, QD_IDENT_BLANK);
    assert_int_equal(qd_backup_add_missing(live, &m, NULL), 0);
    qd_anchors_from_backup(live, 1, &b);
    assert_int_equal(b.fact[QD_ANCHOR_IMEI].state, QD_IDENT_UNKNOWN);
    qd_guard_judge(&a, &b, A15, &g);
    assert_int_equal(g.verdict, QD_GUARD_NEEDS);
    assert_int_equal(g.needs, QD_NEEDS_SERIAL);
    qd_backup_free(&live);
}

/* A manifest that was put beside another file, and one that fills what the file lacks. */
static void test_manifest(void **state)
{
    (void)state;
    struct side f = {"A", "m"}, u = {"A", "m"}, none = {"-", ""};
    struct qd_hashed_anchors h = {.salt = "0123456789abcde"};
    struct qd_anchors a, b;
    struct qd_guard g;
    file_side(&f, &a);
    unit_side(&u, &b);
    hash_of(h.salt, B15, h.v[QD_ANCHOR_IMEI].hash);
    qd_anchors_add_hashed(&a, &h);
    assert_int_equal(a.contradicts, QD_ANCHOR_IMEI + 1);
    qd_guard_judge(&a, &b, NULL, &g);
    assert_int_equal(g.verdict, QD_GUARD_REFUSE);
    assert_non_null(strstr(g.why, "manifest"));

    file_side(&none, &a);
    hash_of(h.salt, A15, h.v[QD_ANCHOR_IMEI].hash);
    hash_of(h.salt, "DEADD00D", h.v[QD_ANCHOR_ESN].hash);
    qd_anchors_add_hashed(&a, &h);
    assert_int_equal(a.contradicts, 0);
    assert_int_not_equal(a.fact[QD_ANCHOR_ESN].state, QD_IDENT_USABLE);
    assert_int_equal(qd_anchors_compare(&a, &b, QD_ANCHOR_IMEI), QD_REL_EQUAL);
    assert_true(qd_anchors_is(&a, QD_ANCHOR_IMEI, A15));
    assert_false(qd_anchors_is(&a, QD_ANCHOR_IMEI, B15));
}

static void test_useless(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "0", "00000000", "ffff", "0123456789ABCDEF", "    "};
    struct qd_anchors a = {0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        qd_anchors_set(&a, QD_ANCHOR_USB_SERIAL, bad[i]);
        assert_int_equal(a.fact[QD_ANCHOR_USB_SERIAL].state, QD_IDENT_BLANK);
    }
    qd_anchors_set(&a, QD_ANCHOR_USB_SERIAL, "a1b2");
    assert_int_equal(a.fact[QD_ANCHOR_USB_SERIAL].state, QD_IDENT_USABLE);
    assert_true(qd_imei_text_usable("490154203237518"));
    assert_false(qd_imei_text_usable("490154203237519"));
    assert_false(qd_imei_text_usable("000000000000000"));
    assert_false(qd_imei_text_usable("111111111111119"));
    assert_false(qd_imei_text_usable("49015420323751"));
}

/* The digest finds the unit again, also after its blank identity was filled. */
static void test_digest(void **state)
{
    (void)state;
    static const uint8_t salt[16] = "fedcba987654321";
    struct side blank = {"0", "----s"}, full = {"A", "m---s"}, other = {"B", "m"};
    struct qd_anchors a;
    char digest[65];
    unit_side(&blank, &a);
    qd_anchors_digest(&a, salt, digest);
    assert_int_equal(strlen(digest), 64);
    unit_side(&full, &a);
    assert_true(qd_anchors_match(&a, salt, digest));
    unit_side(&other, &a);
    assert_false(qd_anchors_match(&a, salt, digest));
    assert_false(qd_anchors_match(&a, salt, ""));
}

static void test_card(void **state)
{
    (void)state;
    static const uint8_t head[28] = {2, 0, 0, 0, 7, 0, 0, 0, 11, 0, 0, 0, 87, 0,
                                     0, 0, 1, 0, 0, 0, 1, 0, 0,  0, 0, 0, 0,  0};
    for (int bad = 0; bad < 5; bad++) {
        uint8_t *d = calloc(1, 73);
        memcpy(d, head, sizeof head);
        d[16] = bad == 1 ? 2 : 1;
        d[4] = bad == 2 ? 6 : 7;
        d[8] = bad == 3 ? 12 : 11;
        struct qd_backup *b = qd_backup_new();
        struct qd_file f = {
            .path = (char *)"rfc/rffe_scan/rffe_scan.dat", .data = d, .len = bad == 4 ? 73 : 72};
        struct qd_anchors a;
        assert_int_equal(qd_backup_add_file(b, &f, NULL), 0);
        qd_anchors_from_backup(b, 0, &a);
        assert_int_equal(a.has_card, bad == 0);
        assert_int_equal(a.card_id, bad == 0 ? 87 : 0);
        qd_backup_free(&b);
    }
}

static void test_revisions(void **state)
{
    (void)state;
    static const struct {
        const char *unit, *file;
        enum qd_rev_match m;
    } v[] = {
        {"EM061KGLAAR01A02M2G_01.015.01.015", "EM061KGLAAR01A02M2G_01.015.01.015", QD_REV_MATCH},
        {"EM061KGLAAR01A02M2G_01.015", "EM061KGLAAR01A02M2G_01.015.01.015", QD_REV_NOTE},
        {"EG25GGBR07A08M2G", "EG25GGBR07A08M2G_30.203.30.203", QD_REV_NOTE},
        {"RM520NGLAAR03A03M4G_JP_04.206.04.206", "RM520NGLAAR03A03M4G_JP_04.206.04.206",
         QD_REV_MATCH},
        {"RM520NGLAAR03A03M4G_04.206.04.206", "RM520NGLAAR03A03M4G_JP_04.206.04.206",
         QD_REV_DIFFERS},
        {"RM520NGLAAR03A03M4G", "RM520NGLAAR03A03M4G_JP_04.206.04.206", QD_REV_DIFFERS},
        {"EG25GGBR07A08M2G_01.01.01.01", "EG25GGBR07A08M2G_01.015.01.015", QD_REV_DIFFERS},
        {"EG25GGBR07A08M2G_01.01", "EG25GGCR07A02M1G", QD_REV_DIFFERS},
        {"RM502QAEAAR11A02M4G", "RM502QEAAAR11A02M4G", QD_REV_DIFFERS},
        {"EG95EFBR06A08M4G_01.001.01.001", "EG95EXBR06A08M4G_01.001.01.001", QD_REV_DIFFERS},
        {"BG96MAR02A07M1G_01.018.01.018", "BG96MAR02A07M1G_01.016.01.016", QD_REV_DIFFERS},
        {"EM05GFAR07A07M1G_01.016.00.000", "EM05GFAR07A07M1G_01.016.01.016", QD_REV_UNKNOWN},
        {"", "EM05GFAR07A07M1G", QD_REV_UNKNOWN},
        {NULL, "EM05GFAR07A07M1G", QD_REV_UNKNOWN},
        {"A.1", "A_1", QD_REV_DIFFERS},
        {"EG25GGBR07A08M2", "EG25GGBR07A08M2G", QD_REV_DIFFERS},
    };
    for (size_t i = 0; i < sizeof v / sizeof v[0]; i++) {
        assert_int_equal(qd_revision_compare(v[i].unit, v[i].file), v[i].m);
        assert_int_equal(qd_revision_compare(v[i].file, v[i].unit), v[i].m);
    }
}

static void test_firmware(void **state)
{
    (void)state;
    struct qd_anchors f = {.model_number = 9607, .software = "EG95EFBR06A08M4G"}, u = f;
    struct qd_firmware w;
    struct qdiag_error e = {0};
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.model, QD_REL_EQUAL);
    assert_int_equal(w.revision, QD_REV_MATCH);
    assert_int_equal(qd_firmware_check(&w, 1, 0, &e), 0);

    qd_copy_text(u.firmware_full, sizeof u.firmware_full, "EG95EFBR06A08M4G_01.001.01.001");
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.revision, QD_REV_MATCH); /* the same form of both */
    f.software[0] = '\0';
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.revision, QD_REV_UNKNOWN);
    assert_int_equal(qd_firmware_check(&w, 1, 0, &e), -QDIAG_E_POLICY);
    assert_int_equal(qdiag_exit_code(&e), 5);
    assert_int_equal(qd_firmware_check(&w, 0, 0, NULL), 0);
    assert_int_equal(qd_firmware_check(&w, 1, 1, NULL), 0);

    qd_copy_text(f.software, sizeof f.software, "EG95EFBR06A09M4G");
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.revision, QD_REV_DIFFERS);
    assert_int_equal(qd_firmware_check(&w, 1, 0, NULL), -QDIAG_E_POLICY);

    f.model_number = 24628;
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.model, QD_REL_DIFFERENT);
    assert_int_equal(qd_firmware_check(&w, 0, 1, NULL), -QDIAG_E_POLICY); /* never accepted */
    f.model_number = 9607;
    f.has_card = u.has_card = 1;
    f.card_id = 494;
    u.card_id = 489;
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.model, QD_REL_DIFFERENT);
    u.card_id = 494;
    f.model_number = 0;
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.model, QD_REL_UNKNOWN); /* an equal card proves nothing */

    memset(&f, 0, sizeof f);
    memset(&u, 0, sizeof u);
    qd_copy_text(f.software, sizeof f.software, "MPSS.AT.4.0.1-00123-SDX55_GEN_P");
    qd_copy_text(u.software, sizeof u.software, "MPSS.AT.4.0.1-00123-SDX55_GEN_PACK-1");
    qd_firmware_judge(&f, &u, &w);
    assert_int_equal(w.revision, QD_REV_NOTE); /* cut by a vendor tool at 31 bytes */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),      cmocka_unit_test(test_masked),
        cmocka_unit_test(test_warnings),   cmocka_unit_test(test_at_imei),
        cmocka_unit_test(test_unreadable), cmocka_unit_test(test_manifest),
        cmocka_unit_test(test_useless),    cmocka_unit_test(test_digest),
        cmocka_unit_test(test_card),       cmocka_unit_test(test_revisions),
        cmocka_unit_test(test_firmware),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
