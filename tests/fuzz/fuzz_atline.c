/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes the line decoder of AT ports and the reader of what lines mean. Whatever comes in: the
 * same bytes give the same lines however they are cut, every line is printable and within its
 * limit. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ctype.h>

#include "at/parse.h"
#include "frame/atline.h"
#include "service/supply_codec.h"
#include "service/ufs_codec.h"

struct seen {
    uint64_t events; /* a running checksum of kinds and texts */
    size_t n;
};

static void require(int ok)
{
    if (!ok)
        abort();
}

/* A line as a command: blanks out, capitals, then no identity write may be left that passes. */
static void check_gate(const char *line)
{
    char text[QD_AT_LINE_MAX + 3] = "AT";
    size_t n = 2;

    if (qd_at_refuses(line))
        return;
    for (; *line; line++)
        if (*line != ' ')
            text[n++] = (char)toupper((unsigned char)*line);
    text[n] = '\0';
    require(!strstr(text, "+EGMR=1") && !strstr(text, "+QNVW=") && !strstr(text, "+QNVFW="));
}

static void read_supply(const char *line)
{
    const char *text = strchr(line, ':');
    unsigned mv = 0;

    if (!text)
        return;
    text += 1 + strspn(text + 1, " ");
    if (qd_supply_parse(text, &mv) == 0)
        require(mv <= 60000 && text[0] >= '0' && text[0] <= '3');
}

static void read_line(const char *line)
{
    struct qd_ufs_state s;
    struct qd_at_final f;
    uint64_t a, b;
    char name[128];
    uint32_t size;
    uint16_t sum;

    for (int numeric = 0; numeric < 2; numeric++)
        if (qd_at_judge(line, numeric, &f) == QD_AT_FINAL)
            require(f.number >= -1 && f.number < 100000 && strlen(f.text) < sizeof f.text);
    check_gate(line);
    read_supply(line);
    (void)qd_at_family(line);
    line = qd_at_after(line, "+Q");
    if (!line)
        return;
    for (int fs = 0; fs < 2; fs++)
        if (qd_ufs_parse(fs ? QD_EUFS : QD_UFS, line, &s, NULL) == 0)
            require(s.valid <= 1);
    (void)qd_user_parse_sum(line, &size, &sum, NULL);
    if (qd_user_parse_entry(line, name, &size, NULL) == 0)
        require(strlen(name) < sizeof name);
    if (qd_user_parse_space(line, &a, &b, NULL) == 0)
        require(a <= b);
}

static void note(struct seen *s, enum qd_atline_event ev, const struct qd_atline *d)
{
    s->n++;
    s->events = s->events * 1000003u + (uint64_t)ev;
    require(d->len >= 1 && d->len <= QD_AT_LINE_MAX);
    require(strlen(d->text) == d->len);
    require(d->text[0] != ' ' && d->text[d->len - 1] != ' ');
    for (size_t i = 0; i < d->len; i++) {
        require(d->text[i] >= 0x20 && d->text[i] < 0x7f);
        s->events = s->events * 1000003u + (uint8_t)d->text[i];
    }
    read_line(d->text);
}

/* Feeds in pieces of 1 + (a byte of a sequence started by seed) & mask; mask 0 = bytewise. */
static struct seen feed(const uint8_t *p, size_t n, uint32_t seed, size_t mask, int prompt)
{
    static struct qd_atline d;
    struct seen s = {0, 0};

    qd_atline_reset(&d);
    d.want_prompt = prompt;
    for (size_t at = 0; at < n;) {
        seed = seed * 1664525u + 1013904223u;
        size_t piece = mask == SIZE_MAX ? n - at : 1 + ((seed >> 16) & mask);
        size_t end = piece < n - at ? at + piece : n;

        while (at < end) {
            size_t used = 0;
            enum qd_atline_event ev = qd_atline_feed(&d, p + at, end - at, &used);

            require(used > 0 && used <= end - at);
            at += used;
            require(ev != QD_ATLINE_MORE || at == end);
            require(prompt || ev != QD_ATLINE_PROMPT);
            if (ev != QD_ATLINE_MORE)
                note(&s, ev, &d);
        }
    }
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int prompt = 0; prompt < 2; prompt++) {
        struct seen whole = feed(data, size, 0, SIZE_MAX, prompt);
        struct seen bytes = feed(data, size, 0, 0, prompt);
        struct seen cuts = feed(data, size, size ? data[0] : 0, 15, prompt);

        require(whole.n == bytes.n && whole.events == bytes.events);
        require(whole.n == cuts.n && whole.events == cuts.events);
    }
    return 0;
}
