/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a capture shows of code words and of private items, sent and received: zeros. Everything
 * else stays byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "flow/unit/redact_traffic.h"
#include "vector.h"

static struct qd_redact redact;
static struct qd_buf out;

/* The payload that the capture holds of a frame of this payload. */
static struct vec seen(int sent, const char *text, int flagged)
{
    struct vec v = vec(text), r = {.n = 0};
    struct qd_buf wire = {0};
    static struct qd_hdlc in;
    size_t at = 0, used;
    assert_int_equal(qd_hdlc_encode(&wire, v.p, v.n, flagged), 0);
    out.len = 0;
    for (size_t i = 0; i < wire.len; i++) /* byte by byte */
        assert_int_equal(qd_redact(&redact, sent, wire.p + i, 1, &out), 0);
    assert_int_equal(out.len > 0 && out.p[0] == 0x7e, flagged);
    qd_hdlc_reset(&in);
    for (; at < out.len; at += used)
        if (qd_hdlc_feed(&in, out.p + at, out.len - at, &used) == QD_HDLC_FRAME) {
            r.n = in.len;
            memcpy(r.p, in.buf, in.len);
        }
    qd_buf_free(&wire);
    return r;
}

static void check(int sent, const char *text, const char *want)
{
    for (int flagged = 0; flagged <= sent; flagged++) {
        struct vec v = seen(sent, text, flagged), w = vec(want);
        assert_int_equal(v.n, w.n);
        assert_memory_equal(v.p, w.p, w.n);
    }
}

static void same(int sent, const char *text)
{
    check(sent, text, text);
}

static void code_words(void **state)
{
    (void)state;
    check(1, "41 39 38 37 36 35 34", "41 00*6");
    check(1, "46 ff*7 fe", "46 00*8");
    check(0, "13 41 39 38 37 36 35 34", "13 41 00*6");
    check(0, "42 41 39 38 37", "42 41 00*3");
    check(0, "15 46 ff*8", "15 46 00*8");
    check(0, "98 01 00*6 13 41 39 38 37 36 35 34", "98 01 00*6 13 41 00*6");
    same(0, "41 01");
    same(0, "41 00");
    same(0, "46 01");
}

static void private_items(void **state)
{
    (void)state;
    check(1, "27 26 02 08 1a*8 00*119 00 00", "27 26 02 00*130");
    check(0, "27 26 02 08 1a*8 00*119 07 00", "27 26 02 00*128 07 00");
    check(1, "4b 30 02 00 26 02 01 00 08 1a*8 00*119 00 00", "4b 30 02 00 26 02 01 00 00*130");
    check(0, "42 27 26 02 08 1a*8 00*119 00 00", "42 27 26 02 00*130");
    check(0, "26 26 02 08 1a*8 00*119 00 00", "26 26 02 00*130");
    same(1, "26 26 02 01 00*129");
    same(1, "27 b9 01 08 1a*8 00*119 00 00");
    same(1, "4b 13 05 00 00*8 27 26 02 08 1a*8");
    same(1, "4b 13 0f 00 2f 00");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_words),
        cmocka_unit_test(private_items),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    qd_redact_free(&redact);
    qd_buf_free(&out);
    return rc;
}
