/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Takes the evidence of a unit out of a backup, and compares two sides value by value or by salted
 * hash. A value that every unit could have (zero, placeholder, default) is no evidence. It never
 * judges; that is flow/plan/guard.c. */
#include "model/anchors.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/hex.h"
#include "base/text.h"
#include "model/catalog.h"

#define PATH_CAP   1100u
#define XO_DEBUG   "/nv/item_files/mcs/tcxomgr/xo_factory_cal_debug"
#define RFFE_SCAN  "/rfc/rffe_scan/rffe_scan.dat"
#define CARD_WORDS 7u /* of the header, and of one record, in rffe_scan.dat */
#define CARD_ENTRY 11u

static const struct anchor_row {
    const char *name, *text;
    enum qd_anchor_kind kind;
} rows[QD_ANCHORS] = {
#define QD_ANCHOR(id, name, kind, text) {name, text, QD_##kind},
#include "model/anchors.def"
#undef QD_ANCHOR
};

const char *qd_anchor_name(enum qd_anchor a)
{
    return rows[a].name;
}

const char *qd_anchor_text(enum qd_anchor a)
{
    return rows[a].text;
}

enum qd_anchor_kind qd_anchor_kind(enum qd_anchor a)
{
    return rows[a].kind;
}

static int all_equal(const uint8_t *p, size_t n, uint8_t v)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != v)
            return 0;
    return 1;
}

int qd_imei_text_usable(const char *digits)
{
    unsigned sum = 0;
    if (strlen(digits) != 15 || strspn(digits, "0123456789") != 15)
        return 0;
    for (unsigned i = 0; i < 15; i++) {
        unsigned v = (unsigned)(digits[i] - '0') << (i % 2);
        sum += v > 9 ? v - 9 : v;
    }
    /* Fourteen equal digits are a filler, zeros among them. */
    char filler[15];
    memset(filler, digits[0], 14);
    return sum % 10 == 0 && memcmp(filler, digits, 14) != 0;
}

static int is_default_serial(const char *s)
{
    static const char *const defaults[] = {"0123456789ABCDEF", "0123456789abcdef", "1234567890",
                                           "123456789ABCDEF", "0123456789"};
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++)
        if (strcmp(s, defaults[i]) == 0)
            return 1;
    return 0;
}

/* One character over and over: "0", "00000000", "ffff", blanks. */
static int is_useless_serial(const char *s)
{
    size_t n = strlen(s);
    return n == 0 || all_equal((const uint8_t *)s, n, (uint8_t)s[0]) || is_default_serial(s);
}

static enum qd_ident_class text_state(enum qd_anchor which, const char *s)
{
    unsigned long esn = 0;
    switch (which) {
    case QD_ANCHOR_IMEI:
    case QD_ANCHOR_IMEI2:
    case QD_ANCHOR_IMEI3:
        return qd_imei_text_usable(s) ? QD_IDENT_USABLE : *s ? QD_IDENT_DAMAGED : QD_IDENT_BLANK;
    case QD_ANCHOR_MEID:
        if (strlen(s) != 14 || strspn(s, "0123456789ABCDEF") != 14)
            return *s ? QD_IDENT_DAMAGED : QD_IDENT_BLANK;
        return all_equal((const uint8_t *)s, 14, (uint8_t)s[0]) ? QD_IDENT_BLANK : QD_IDENT_USABLE;
    case QD_ANCHOR_ESN:
        if (strlen(s) != 8 || sscanf(s, "%8lX", &esn) != 1)
            return *s ? QD_IDENT_DAMAGED : QD_IDENT_BLANK;
        return qd_esn_class((uint32_t)esn);
    default:
        return is_useless_serial(s) ? QD_IDENT_BLANK : QD_IDENT_USABLE;
    }
}

void qd_anchors_set(struct qd_anchors *a, enum qd_anchor which, const char *value)
{
    struct qd_fact *f = &a->fact[which];
    f->state = text_state(which, value);
    if (f->state == QD_IDENT_USABLE && strlen(value) >= sizeof f->text)
        qd_sha256_hex(value, strlen(value), f->text);
    else
        qd_copy_text(f->text, sizeof f->text, f->state == QD_IDENT_USABLE ? value : "");
}

struct reading {
    const struct qd_backup *b;
    int live;
    struct qd_anchors *out;
};

/* What an item that is not in the backup means. */
static enum qd_ident_class not_there(const struct reading *r, unsigned sub, uint16_t id)
{
    if (!r->live || (sub > 0 && !r->b->nv[sub].present))
        return QD_IDENT_UNKNOWN;
    for (size_t i = 0; i < r->b->missing.n; i++) {
        const struct qd_missing *m = &r->b->missing.v[i];
        if (!m->path && m->sub == (int)sub && (m->nv == (int32_t)id || m->nv < 0))
            return QD_IDENT_UNKNOWN;
    }
    return QD_IDENT_BLANK;
}

static const uint8_t *item(const struct reading *r, unsigned sub, uint16_t id, uint8_t index)
{
    const struct qd_nv_item *it = qd_backup_nv(r->b, sub, id, index);
    return it ? it->data : NULL;
}

static void read_imeis(const struct reading *r)
{
    for (unsigned sub = 0; sub < QD_SUBS; sub++) {
        struct qd_fact *f = &r->out->fact[QD_ANCHOR_IMEI + sub];
        const uint8_t *p = item(r, sub, 550, 0);
        if (!p && sub > 0) /* some writers keep it as a further element of the first */
            p = item(r, 0, 550, (uint8_t)sub);
        f->state = p ? qd_imei_decode(p, f->text) : not_there(r, sub, 550);
    }
}

/* An item and its shadow are one value; when they disagree neither is evidence. */
static void read_meid(const struct reading *r)
{
    struct qd_fact *f = &r->out->fact[QD_ANCHOR_MEID];
    const uint8_t *p = item(r, 0, 1943, 0), *shadow = item(r, 0, 5598, 0);
    char second[15] = "";
    f->state = p ? qd_meid_decode(p, f->text) : not_there(r, 0, 1943);
    if (!shadow || qd_meid_decode(shadow, second) != QD_IDENT_USABLE)
        return;
    if (f->state == QD_IDENT_USABLE && strcmp(f->text, second) != 0) {
        f->state = QD_IDENT_DAMAGED;
        f->text[0] = '\0';
    } else if (f->state != QD_IDENT_DAMAGED) {
        f->state = QD_IDENT_USABLE;
        qd_copy_text(f->text, sizeof f->text, second);
    }
}

static void read_esn(const struct reading *r)
{
    struct qd_fact *f = &r->out->fact[QD_ANCHOR_ESN];
    const uint8_t *p = item(r, 0, 0, 0), *shadow = item(r, 0, 5597, 0);
    uint32_t esn = p ? qd_get32(p) : 0;
    if (qd_esn_class(esn) != QD_IDENT_USABLE && shadow)
        esn = qd_get32(shadow);
    if (qd_esn_class(esn) != QD_IDENT_USABLE)
        esn = r->b->esn; /* header of the file, or the DIAG answer of the unit */
    f->state = qd_esn_class(esn);
    if (f->state == QD_IDENT_USABLE)
        snprintf(f->text, sizeof f->text, "%08X", (unsigned)esn);
    else if (!p)
        f->state = not_there(r, 0, 0);
}

/* Bytes that are evidence as they are: hex when short, else their digest. */
static void set_bytes(struct qd_fact *f, const uint8_t *p, size_t n)
{
    f->state = QD_IDENT_BLANK;
    if (n == 0 || all_equal(p, n, 0) || all_equal(p, n, 0xff))
        return;
    f->state = QD_IDENT_USABLE;
    if (2 * n < 64)
        qd_hex(p, n, f->text);
    else
        qd_sha256_hex(p, n, f->text);
}

static void read_bytes(const struct reading *r, enum qd_anchor which, uint16_t id, size_t n)
{
    struct qd_fact *f = &r->out->fact[which];
    const uint8_t *p = item(r, 0, id, 0);
    if (p)
        set_bytes(f, p, n);
    else
        f->state = not_there(r, 0, id);
}

static const struct qd_file *find_file(const struct qd_backup *b, const char *path)
{
    char p[PATH_CAP];
    for (size_t i = 0; i < b->files.n; i++)
        if (qd_path_normalise(b->files.v[i].path, p, sizeof p) == 0 && strcmp(p, path) == 0)
            return &b->files.v[i];
    return NULL;
}

/* u32 words: 2, words of the header, words of a record, card id, count, count, 0, records. */
static void read_card(const struct qd_backup *b, struct qd_anchors *out)
{
    const struct qd_file *f = find_file(b, RFFE_SCAN);
    if (!f || f->len < 4 * CARD_WORDS)
        return;
    uint32_t count = qd_get32(f->data + 16);
    out->has_card = qd_get32(f->data + 4) == CARD_WORDS && qd_get32(f->data + 8) == CARD_ENTRY &&
                    qd_get32(f->data + 20) == count &&
                    f->len == 4 * (CARD_WORDS + (uint64_t)CARD_ENTRY * count);
    out->card_id = out->has_card ? qd_get32(f->data + 12) : 0;
    out->card_count = out->has_card ? count : 0;
}

void qd_anchors_from_backup(const struct qd_backup *b, int live, struct qd_anchors *out)
{
    struct reading r = {b, live, out};
    memset(out, 0, sizeof *out);
    read_imeis(&r);
    read_meid(&r);
    read_esn(&r);
    read_bytes(&r, QD_ANCHOR_RF_DATE, 571, 4);
    read_bytes(&r, QD_ANCHOR_XO, 4954, QD_NV_SIZE);
    read_bytes(&r, QD_ANCHOR_BT_MAC, 447, 6);
    read_bytes(&r, QD_ANCHOR_WLAN_MAC, 4678, 6);
    const struct qd_file *f = find_file(b, XO_DEBUG);
    if (f)
        set_bytes(&out->fact[QD_ANCHOR_XO_DEBUG], f->data, f->len);
    read_card(b, out);
    out->model_number = b->model;
    qd_copy_text(out->software, sizeof out->software, b->software ? b->software : "");
}

static void salted(const uint8_t salt[16], const char *text, char out[65])
{
    uint8_t joined[16 + sizeof((struct qd_fact *)0)->text];
    size_t n = strlen(text);
    memcpy(joined, salt, 16);
    memcpy(joined + 16, text, n);
    qd_sha256_hex(joined, 16 + n, out);
}

static int is_placeholder(const struct qd_hashed_anchors *h, enum qd_anchor which)
{
    static const char *const none[] = {"DEADD00D", "00000000", "FFFFFFFF", "0", "0123456789ABCDEF"};
    char hash[65];
    if (which != QD_ANCHOR_ESN && which != QD_ANCHOR_USB_SERIAL)
        return 0;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        salted(h->salt, none[i], hash);
        if (strcmp(hash, h->v[which].hash) == 0)
            return 1;
    }
    return 0;
}

void qd_anchors_add_hashed(struct qd_anchors *a, const struct qd_hashed_anchors *h)
{
    memcpy(a->salt, h->salt, sizeof a->salt);
    for (unsigned i = 0; i < QD_ANCHORS; i++) {
        struct qd_fact *f = &a->fact[i];
        char own[65];
        if (!h->v[i].hash[0] || is_placeholder(h, (enum qd_anchor)i))
            continue;
        if (f->state == QD_IDENT_UNKNOWN) {
            f->state = QD_IDENT_USABLE;
            qd_copy_text(f->hash, sizeof f->hash, h->v[i].hash);
            qd_copy_text(f->last4, sizeof f->last4, h->v[i].last4);
            continue;
        }
        salted(h->salt, f->text, own);
        if ((f->state != QD_IDENT_USABLE || strcmp(own, h->v[i].hash) != 0) && !a->contradicts)
            a->contradicts = (int)i + 1;
    }
}

int qd_anchors_is(const struct qd_anchors *a, enum qd_anchor which, const char *text)
{
    const struct qd_fact *f = &a->fact[which];
    char hash[65];
    if (f->state != QD_IDENT_USABLE)
        return 0;
    if (f->text[0])
        return strcmp(f->text, text) == 0;
    salted(a->salt, text, hash);
    return strcmp(f->hash, hash) == 0;
}

enum qd_relation qd_anchors_compare(const struct qd_anchors *file, const struct qd_anchors *unit,
                                    enum qd_anchor which)
{
    const struct qd_fact *u = &unit->fact[which];
    if (file->fact[which].state != QD_IDENT_USABLE || u->state != QD_IDENT_USABLE || !u->text[0])
        return QD_REL_UNKNOWN;
    return qd_anchors_is(file, which, u->text) ? QD_REL_EQUAL : QD_REL_DIFFERENT;
}

void qd_anchors_show(const struct qd_anchors *a, enum qd_anchor which, char out[24])
{
    const struct qd_fact *f = &a->fact[which];
    char digest[65], masked[16];
    if (f->state != QD_IDENT_USABLE) {
        qd_copy_text(out, 24, qd_ident_class_name(f->state));
    } else if (!f->text[0]) {
        snprintf(out, 24, "…%s", f->last4);
    } else if (rows[which].kind == QD_FINGERPRINT) {
        qd_sha256_hex(f->text, strlen(f->text), digest);
        snprintf(out, 24, "#%.8s", digest);
    } else {
        size_t n = strlen(f->text);
        qd_ident_mask(n > 15 ? f->text + n - 15 : f->text, masked);
        snprintf(out, 24, "%s", masked);
    }
}

unsigned qd_anchors_imeis(const struct qd_anchors *a)
{
    unsigned n = 0;
    for (unsigned sub = 0; sub < QD_SUBS; sub++)
        n += a->fact[QD_ANCHOR_IMEI + sub].state == QD_IDENT_USABLE;
    return n;
}

/* Hardware first: it is still the same after a restore has filled a blank identity. */
static const enum qd_anchor digest_order[] = {
    QD_ANCHOR_MODULE_SERIAL, QD_ANCHOR_CHIP_SERIAL, QD_ANCHOR_USB_SERIAL, QD_ANCHOR_IMEI,
    QD_ANCHOR_IMEI2,         QD_ANCHOR_IMEI3,       QD_ANCHOR_MEID,       QD_ANCHOR_ESN};

void qd_anchors_digest(const struct qd_anchors *a, const uint8_t salt[16], char out[65])
{
    out[0] = '\0';
    for (size_t i = 0; i < sizeof digest_order / sizeof digest_order[0] && !out[0]; i++) {
        const struct qd_fact *f = &a->fact[digest_order[i]];
        if (f->state == QD_IDENT_USABLE && f->text[0])
            salted(salt, f->text, out);
    }
}

int qd_anchors_match(const struct qd_anchors *a, const uint8_t salt[16], const char *digest)
{
    char hash[65];
    for (size_t i = 0; i < sizeof digest_order / sizeof digest_order[0]; i++) {
        const struct qd_fact *f = &a->fact[digest_order[i]];
        if (f->state != QD_IDENT_USABLE || !f->text[0])
            continue;
        salted(salt, f->text, hash);
        if (strcmp(hash, digest) == 0)
            return 1;
    }
    return 0;
}
