/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Names the place in a compound file where something is wrong or odd. Names out of the file are
 * made printable first. */
#include <stdarg.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/text.h"
#include "container/cfb_read.h"

__attribute__((format(printf, 3, 0))) static int refuse(struct qd_cfb_reader *r, const char *place,
                                                        const char *fmt, va_list ap)
{
    char item[320], why[256];
    snprintf(item, sizeof item, "%.200s%s%.100s", r->file, r->file[0] ? " " : "", place);
    vsnprintf(why, sizeof why, fmt, ap);
    return qd_fail(r->e, QDIAG_E_FILE_DAMAGED, item, "%s", why);
}

int qd_cfb_bad(struct qd_cfb_reader *r, const char *place, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int rc = refuse(r, place, fmt, ap);
    va_end(ap);
    return rc;
}

int qd_cfb_bad_sector(struct qd_cfb_reader *r, uint32_t n, const char *fmt, ...)
{
    char place[32];
    va_list ap;
    snprintf(place, sizeof place, "sector %u", (unsigned)n);
    va_start(ap, fmt);
    int rc = refuse(r, place, fmt, ap);
    va_end(ap);
    return rc;
}

static void entry_place(const struct qd_cfb_reader *r, uint32_t id, char out[96])
{
    const uint8_t *p = qd_cfb_entry(r, id);
    char name[32] = "";
    size_t n = 0;
    for (uint16_t u; n + 1 < sizeof name && (u = qd_get16(p + 2 * n)) != 0; n++)
        name[n] = (char)(u >= 0x20 && u < 0x7f ? u : '.');
    name[n] = '\0';
    snprintf(out, 96, "directory entry %u (%s)", (unsigned)id, name);
}

int qd_cfb_bad_entry(struct qd_cfb_reader *r, uint32_t id, const char *fmt, ...)
{
    char place[96];
    va_list ap;
    entry_place(r, id, place);
    va_start(ap, fmt);
    int rc = refuse(r, place, fmt, ap);
    va_end(ap);
    return rc;
}

void qd_cfb_note(const struct qd_cfb_reader *r, const char *place, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    if (!r->notes || !r->notes->fn)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    r->notes->fn(place, text, r->notes->user);
}

void qd_cfb_note_entry(const struct qd_cfb_reader *r, uint32_t id, const char *text)
{
    char place[96];
    entry_place(r, id, place);
    qd_cfb_note(r, place, "%s", text);
}
