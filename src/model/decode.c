/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decoders of NV values, chosen by decode.def. They read the bytes and never judge them: a value
 * that does not fit its form is left undecoded and shown as bytes. */
#include "model/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"
#include "model/backup.h"
#include "model/ident.h"

#define MAC_SIZE  6u
#define LTE_BYTES 16u

/* Text under way; what does not fit is cut. */
struct words {
    char *out;
    size_t cap, at;
};

static void say(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say(struct words *w, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(w->out + w->at, w->cap - w->at, fmt, ap);
    va_end(ap);
    w->at += n > 0 && (size_t)n < w->cap - w->at ? (size_t)n : n > 0 ? w->cap - w->at - 1 : 0;
}

enum form {
    FORM_IMEI,
    FORM_MEID,
    FORM_ESN,
    FORM_MAC_REVERSED,
    FORM_MAC,
    FORM_DIGITS,
    FORM_FLAG,
    FORM_U16,
    FORM_NAM_MODE,
    FORM_NAM_DOMAIN,
    FORM_BANDS_0,
    FORM_BANDS_16,
    FORM_BANDS_32,
    FORM_LTE_BANDS,
    FORM_DATE
};

struct row {
    uint16_t id;
    enum form form;
    const char *label;
};

static const struct row rows[] = {
#define QD_DECODE(id, form, label) {id, FORM_##form, label},
#include "model/decode.def"
#undef QD_DECODE
};

struct value {
    const struct row *row;
    const uint8_t *p; /* QD_NV_SIZE bytes */
    int show;
};

static void say_number(struct words *w, const struct value *v, enum qd_ident_class c,
                       const char *digits)
{
    char masked[16];
    qd_ident_mask(digits, masked);
    if (c == QD_IDENT_USABLE)
        say(w, "%s %s", v->row->label, v->show ? digits : masked);
    else
        say(w, "%s %s", v->row->label, qd_ident_class_name(c));
}

static void say_ident(struct words *w, const struct value *v)
{
    char digits[16];
    if (v->row->form == FORM_IMEI) {
        say_number(w, v, qd_imei_decode(v->p, digits), digits);
    } else if (v->row->form == FORM_MEID) {
        say_number(w, v, qd_meid_decode(v->p, digits), digits);
    } else {
        uint32_t esn = qd_get32(v->p);
        snprintf(digits, sizeof digits, "%08X", (unsigned)esn);
        say_number(w, v, qd_esn_class(esn), digits);
    }
}

static int all_are(const uint8_t *p, size_t n, uint8_t v)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != v)
            return 0;
    return 1;
}

static void say_mac(struct words *w, const struct value *v)
{
    int reversed = v->row->form == FORM_MAC_REVERSED;
    say(w, "%s ", v->row->label);
    if (all_are(v->p, MAC_SIZE, 0) || all_are(v->p, MAC_SIZE, 0xff)) {
        say(w, "blank");
        return;
    }
    if (!v->show) {
        say(w, "…%02x", v->p[reversed ? 0 : MAC_SIZE - 1]);
        return;
    }
    for (unsigned i = 0; i < MAC_SIZE; i++)
        say(w, "%s%02x", i ? ":" : "", v->p[reversed ? MAC_SIZE - 1 - i : i]);
}

static int say_digits(struct words *w, const struct value *v)
{
    size_t n = strspn((const char *)v->p, "0123456789");
    if (!v->show) {
        say(w, "%s hidden", v->row->label);
        return 1;
    }
    if (n == 0 || n > 16 || !all_are(v->p + n, QD_NV_SIZE - n, 0))
        return 0;
    say(w, "%s %.*s", v->row->label, (int)n, (const char *)v->p);
    return 1;
}

static void say_bits(struct words *w, uint64_t mask, unsigned first)
{
    for (unsigned i = 0; i < 64; i++)
        if (mask >> i & 1)
            say(w, " %u", i + first);
}

static void say_bands(struct words *w, const struct value *v)
{
    unsigned first = v->row->form == FORM_BANDS_0 ? 0 : v->row->form == FORM_BANDS_16 ? 16 : 32;
    uint32_t mask = first == 32 ? qd_get32(v->p + 1) : qd_get16(v->p + 1);
    say(w, "%s: 0x%0*X", v->row->label, first == 32 ? 8 : 4, (unsigned)mask);
    if (mask)
        say(w, ", set:");
    say_bits(w, mask, first);
}

static void say_lte(struct words *w, const struct value *v)
{
    say(w, "%s", v->row->label);
    if (all_are(v->p, LTE_BYTES, 0))
        say(w, " none");
    say_bits(w, qd_get64(v->p), 1);
    say_bits(w, qd_get64(v->p + 8), 65);
}

static void say_mode(struct words *w, const struct value *v)
{
    static const struct {
        uint16_t mode;
        const char *text;
    } modes[] = {{4, "automatic"}, {13, "GSM only"}, {14, "WCDMA only"}, {30, "LTE only"}};
    uint16_t mode = qd_get16(v->p + 1);
    say(w, "%s %u", v->row->label, mode);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (modes[i].mode == mode)
            say(w, " (%s)", modes[i].text);
}

static void say_domain(struct words *w, const struct value *v)
{
    static const char *const names[] = {"circuit switched", "packet switched", "both"};
    uint16_t domain = qd_get16(v->p + 1);
    say(w, "%s %u", v->row->label, domain);
    if (domain < sizeof names / sizeof names[0])
        say(w, " (%s)", names[domain]);
}

/* Nobody documents the form of these four bytes; only a number that is a calendar date when read in
 * decimal is called one. */
static void say_date(struct words *w, const struct value *v)
{
    uint32_t d = qd_get32(v->p), year = d / 10000, month = d / 100 % 100, day = d % 100;
    say(w, "%s bytes %02X %02X %02X %02X", v->row->label, v->p[0], v->p[1], v->p[2], v->p[3]);
    if (year >= 1990 && year <= 2099 && month >= 1 && month <= 12 && day >= 1 && day <= 31)
        say(w, " (reads as %u-%02u-%02u)", (unsigned)year, (unsigned)month, (unsigned)day);
}

static int say_flag(struct words *w, const struct value *v)
{
    if (v->p[0] > 1 || !all_are(v->p + 1, QD_NV_SIZE - 1, 0))
        return 0;
    say(w, "%s %s", v->row->label, v->p[0] ? "ON" : "off");
    return 1;
}

static int decode(struct words *w, const struct value *v)
{
    switch (v->row->form) {
    case FORM_IMEI:
    case FORM_MEID:
    case FORM_ESN:
        say_ident(w, v);
        return 1;
    case FORM_MAC_REVERSED:
    case FORM_MAC:
        say_mac(w, v);
        return 1;
    case FORM_DIGITS:
        return say_digits(w, v);
    case FORM_FLAG:
        return say_flag(w, v);
    case FORM_U16:
        say(w, "%s %u", v->row->label, qd_get16(v->p));
        return 1;
    case FORM_NAM_MODE:
        say_mode(w, v);
        return 1;
    case FORM_NAM_DOMAIN:
        say_domain(w, v);
        return 1;
    case FORM_LTE_BANDS:
        say_lte(w, v);
        return 1;
    case FORM_DATE:
        say_date(w, v);
        return 1;
    default:
        say_bands(w, v);
        return 1;
    }
}

int qd_decode_nv(uint16_t id, const uint8_t *data, int show, char *out, size_t cap)
{
    struct words w = {out, cap, 0};
    out[0] = '\0';
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].id == id)
            return decode(&w, &(struct value){&rows[i], data, show});
    return 0;
}
