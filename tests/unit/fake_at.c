/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The scripted AT unit of fake_at.h. It must never answer what the script does not say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_at.h"

static void run_line(struct fake_at *f)
{
    const struct fake_at_step *s = &f->step[f->at];

    assert_int_equal(qd_buf_terminate(&f->line), 0);
    if (f->at >= f->steps)
        fail_msg("\"%s\" was sent after the script's end", (const char *)f->line.p);
    assert_string_equal((const char *)f->line.p, s->command);
    f->at++;
    f->line.len = 0;
    f->raw = f->raw_after;
    f->raw_after = 0;
    fake_say_in(f->link, s->after_ms * 1000u, s->says, strlen(s->says));
}

static int at_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    struct fake_at *f = self;

    (void)t;
    if (f->link->gone)
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "the fake unit vanished");
    f->link->sends++;
    for (size_t i = 0; i < n; i++) {
        if (f->raw) {
            f->raw--;
            assert_int_equal(qd_buf_add_byte(&f->data, p[i]), 0);
        } else if (p[i] == '\r') {
            run_line(f);
        } else {
            assert_int_equal(qd_buf_add_byte(&f->line, p[i]), 0);
        }
    }
    return 0;
}

static int at_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    struct fake_at *f = self;

    return qd_link_recv(f->inner, p, cap, got, t, e);
}

static void at_close(void *self)
{
    struct fake_at *f = self;

    qd_link_close(&f->inner);
}

static const struct qd_link_ops ops = {at_send, at_recv, at_close};

void fake_at_start(struct fake_at *f, const struct fake_at_step *step, size_t steps)
{
    memset(f, 0, sizeof *f);
    f->link = fake_link_new(NULL, NULL);
    f->step = step;
    f->steps = steps;
}

static void unescape(char *s)
{
    char *to = s;

    for (; *s; s++) {
        if (*s == '\\' && s[1]) {
            s++;
            *to++ = (char)(*s == 'r' ? '\r' : *s == 'n' ? '\n' : *s);
        } else {
            *to++ = *s;
        }
    }
    *to = '\0';
}

static void add_step(struct fake_at *f, char *line)
{
    char *gap = strstr(line, "   ");
    struct fake_at_step *s = &f->from_file[f->steps];

    if (!*line || *line == '#')
        return;
    assert_non_null(gap);
    assert_true(f->steps < sizeof f->from_file / sizeof f->from_file[0]);
    *gap = '\0';
    gap += 3 + strspn(gap + 3, " ");
    unescape(gap);
    s->command = line;
    s->says = strcmp(gap, "(nothing)") == 0 ? "" : gap;
    f->steps++;
}

void fake_at_start_file(struct fake_at *f, const char *name)
{
    const char *top = getenv("top_srcdir");
    char path[1024];
    FILE *file;
    size_t n;

    fake_at_start(f, f->from_file, 0);
    f->step = f->from_file;
    snprintf(path, sizeof path, "%s/tests/unit/dialogues/%s", top ? top : ".", name);
    file = fopen(path, "r");
    assert_non_null(file);
    n = fread(f->text, 1, sizeof f->text - 1, file);
    fclose(file);
    assert_true(n < sizeof f->text - 1);
    for (char *line = f->text, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        add_step(f, line);
    }
}

struct qd_link *fake_at_link(struct fake_at *f)
{
    struct qd_link *l;

    f->inner = fake_link_link(f->link);
    l = qd_link_new(f->link->ctx, &ops, f, "fake:at");
    assert_non_null(l);
    return l;
}

void fake_at_end(struct fake_at *f)
{
    if (f->at < f->steps)
        fail_msg("\"%s\" was never sent", f->step[f->at].command);
    qd_buf_free(&f->data);
    qd_buf_free(&f->line);
    fake_link_free(&f->link);
}
