/* SPDX-License-Identifier: BSD-3-Clause
 *
 * CRC and framing against the published vectors: what is encoded, what is decoded, what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "frame/crc16.h"
#include "frame/hdlc.h"
#include "hex_vector.h"

struct vector {
    const char *payload, *wire;
};

/* Both ways: the payload encodes to the wire bytes, the wire bytes decode to the payload. */
static const struct vector vectors[] = {
    {"00", "00 78 f0 7e"},
    {"01", "01 f1 e1 7e"},
    {"0c", "0c 14 3a 7e"},
    {"1c", "1c 95 2a 7e"},
    {"7c", "7c 93 49 7e"},
    {"51", "51 74 b3 7e"},
    {"1d", "1d 1c 3b 7e"},
    {"67", "67 c1 e7 7e"},
    {"41", "41 f5 a3 7e"},
    {"41 42 43", "41 42 43 2f 9f 7e"},
    {"99", "99 30 f9 7e"},
    {"13 99", "13 99 f6 b9 7e"},
    {"7e 7d", "7d 5e 7d 5d f1 cd 7e"},
    {"7d 7e 00 20", "7d 5d 7d 5e 00 20 d5 9c 7e"},
    {"26 26 02 00*130", "26 26 02 00*130 3e 2b 7e"},
    {"4b 05 08 00", "4b 05 08 00 01 dd 7e"},
    {"7e*16", "7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e 7d 5e"
              "7d 5e 7d 5e 51 94 7e"},
    {"7b 00*508", "7b 00*508 e0 ef 7e"},
    {"26 cf 46", "26 cf 46 7d 5e 7d 5d 7e"},
    {"26 64 ac", "26 64 ac 7d 5d 7d 5e 7e"},
    {"26 61 01", "26 61 01 2a 7d 5e 7e"},
    {"00 55*60", "00 55*60 09 21 7e"},
    {"00 55*508", "00 55*508 d9 bf 7e"},
    {"00 55*1020", "00 55*1020 f7 8c 7e"},
    {"00 55*16380", "00 55*16380 db 42 7e"},
    {"1c 08 00", "1c 08 00 3a 28 7e"},
    {"1c 02", "1c 02 64 10 7e"},
    {"00*55", "00*55 2d f9 7e"},
    {"7c 00*13", "7c 00*13 b7 85 7e"},
    {"15 7c 00", "15 7c 00 80 23 7e"},
    {"7b 00 11 22 7d 7e 33 44", "7b 00 11 22 7d 5d 7d 5e 33 44 07 45 7e"},
    {"7b a5", "7b a5 8c e9 7e"},
    {"7b 7d 7e", "7b 7d 5d 7d 5e f7 b5 7e"},
    {"41 30 30 30 30 30 30", "41 30 30 30 30 30 30 df 8a 7e"},
    {"41 01", "41 01 70 41 7e"},
    {"41 00", "41 00 f9 50 7e"},
    {"46 ff*7 fe", "46 ff*7 fe 77 65 7e"},
    {"46 ff*8", "46 ff*8 fe 74 7e"},
    {"46 ff*7 7e", "46 ff*7 7d 5e 7f e1 7e"},
    {"29 01 00", "29 01 00 31 40 7e"},
    {"29 02 00", "29 02 00 59 6a 7e"},
    {"29 03 00", "29 03 00 81 73 7e"},
    {"29 04 00", "29 04 00 89 3e 7e"},
    {"29 05 00", "29 05 00 51 27 7e"},
    {"4b 12 18 02", "4b 12 18 02 12 62 7e"},
    {"4b 12 18 02 01 00", "4b 12 18 02 01 00 aa f0 7e"},
    {"4b 12 55 00", "4b 12 55 00 1e b7 7e"},
    {"4b 12 55 00 00 40 00 00", "4b 12 55 00 00 40 00 00 0c 91 7e"},
    {"4b 32 03 00", "4b 32 03 00 02 33 7e"},
    {"4b 08 01 00", "4b 08 01 00 66 f5 7e"},
    {"4b 04 0f 00", "4b 04 0f 00 d5 ca 7e"},
    {"73 00*7", "73 00*7 da 81 7e"},
    {"7d 05 00*6", "7d 5d 05 00*6 74 41 7e"},
    {"60 00", "60 00 12 6a 7e"},
    {"13 00", "13 00 be b0 7e"},
    {"13 4b 13 00 00", "13 4b 13 00 00 a8 da 7e"},
    {"42 27 26 02", "42 27 26 02 d0 08 7e"},
    {"13 41 42", "13 41 42 95 92 7e"},
    {"42 27 26 02 00*13", "42 27 26 02 00*13 24 3a 7e"},
    {"42 27 3b 02 00*13", "42 27 3b 02 00*13 21 a9 7e"},
    {"60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00",
     "60 0e 00 ba 61 12 00 70 68 b6 07 00 00 03 00 01 00 29 34 7e"},
    {"60 0b 00 bc 21 0f 00 79 68 b6 07 00 00 00",
     "60 0b 00 bc 21 0f 00 79 68 b6 07 00 00 00 15 5d 7e"},
    {"10 00 0c 00 0c 00 01 00*9", "10 00 0c 00 0c 00 01 00*9 46 31 7e"},
};

/* Feeds everything and wants exactly one event, at the last byte. */
static enum qd_hdlc_event decode(struct qd_hdlc *d, const struct qd_buf *wire)
{
    size_t used = 0;

    qd_hdlc_reset(d);
    enum qd_hdlc_event ev = qd_hdlc_feed(d, wire->p, wire->len, &used);
    assert_int_equal(used, wire->len);
    return ev;
}

static enum qd_hdlc_event decode_hex(struct qd_hdlc *d, const char *hex)
{
    struct qd_buf wire = hex_buf(hex);
    enum qd_hdlc_event ev = decode(d, &wire);

    qd_buf_free(&wire);
    return ev;
}

static void test_vectors(void **state)
{
    static struct qd_hdlc d;

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct qd_buf payload = hex_buf(vectors[i].payload), wire = hex_buf(vectors[i].wire);
        struct qd_buf out = {0};

        assert_int_equal(qd_hdlc_encode(&out, payload.p, payload.len, 0), 0);
        assert_int_equal(out.len, wire.len);
        assert_memory_equal(out.p, wire.p, wire.len);
        assert_int_equal(decode(&d, &wire), QD_HDLC_FRAME);
        assert_int_equal(d.len, payload.len);
        assert_memory_equal(d.buf, payload.p, payload.len);
        qd_buf_free(&payload);
        qd_buf_free(&wire);
        qd_buf_free(&out);
    }
}

static void test_sizes(void **state)
{
    static const struct {
        const char *payload;
        size_t wire;
    } rows[] = {{"7b 00*508", 512},   {"00 55*60", 64},       {"00 55*508", 512},
                {"00 55*1020", 1024}, {"00 55*16380", 16384}, {"26 26 02 00*130", 136},
                {"7e*16", 35}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct qd_buf payload = hex_buf(rows[i].payload), out = {0};

        assert_int_equal(qd_hdlc_encode(&out, payload.p, payload.len, 0), 0);
        assert_int_equal(out.len, rows[i].wire);
        qd_buf_free(&payload);
        qd_buf_free(&out);
    }
}

static void check_crc(const char *hex, uint16_t crc)
{
    struct qd_buf b = hex_buf(hex);

    assert_int_equal(qd_crc16(b.p, b.len), crc);
    qd_buf_free(&b);
}

static void test_crc(void **state)
{
    (void)state;
    assert_int_equal(qd_crc16((const uint8_t *)"123456789", 9), 0x906e);
    assert_int_equal(qd_crc16(NULL, 0), 0x0000);
    check_crc("26 b2 00*131", 0x6d69);
    check_crc("4b 0f 00*6 05 00*3 02 00*3 02 00*3 ff ff ff 3f ff 00*11 01 00*7 ff*4", 0x097a);
}

static void test_crc_all_bytes(void **state)
{
    uint8_t all[256], mixed[214] = {0x40};
    struct qd_buf out = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof all; i++)
        all[i] = (uint8_t)i;
    assert_int_equal(qd_crc16(all, sizeof all), 0x303c);
    assert_int_equal(qd_hdlc_encode(&out, all, sizeof all, 0), 0);
    assert_int_equal(out.len, 261);
    out.len = 0;
    for (unsigned i = 1; i < sizeof mixed; i++)
        mixed[i] = (uint8_t)(7 * i);
    assert_int_equal(qd_crc16(mixed, sizeof mixed), 0x7e3a);
    assert_int_equal(qd_hdlc_encode(&out, mixed, sizeof mixed, 0), 0);
    assert_int_equal(out.len, 220);
    assert_memory_equal(out.p + 216, "\x3a\x7d\x5e\x7e", 4);
    qd_buf_free(&out);
}

#define VERNO_2008                                                                                 \
    "00 41 75 67 20 31 39 20 32 30 30 38 32 30 3a 34 38 3a 34 37 4f 63 74 20 32 39 20 32 30 30 37" \
    "31 39 3a 30 30 3a 30 30 53 43 4e 52 5a 2e 2e 2e 2a 06 04 b9 0b 02 00 b2 19 c4 7e"

static void test_real_verno(void **state)
{
    static struct qd_hdlc d;

    (void)state;
    assert_int_equal(decode_hex(&d, VERNO_2008), QD_HDLC_FRAME);
    assert_int_equal(d.len, 55);
    assert_memory_equal(d.buf + 1, "Aug 19 200820:48:47Oct 29 200719:00:00SCNRZ...\x2a", 47);
    assert_int_equal(qd_get16(d.buf + 50), 0x0bb9);
    assert_int_equal(decode_hex(&d, "7e*12 " VERNO_2008), QD_HDLC_FRAME);
    assert_int_equal(d.len, 55);
    assert_memory_equal(d.buf + 39, "SCNRZ...", 8);
}

static void test_leading_flag(void **state)
{
    struct qd_buf out = {0};
    uint8_t verno = 0;

    (void)state;
    assert_int_equal(qd_buf_add_byte(&out, 0xaa), 0);
    assert_int_equal(qd_hdlc_encode(&out, &verno, 1, 1), 0);
    assert_int_equal(out.len, 6);
    assert_memory_equal(out.p, "\xaa\x7e\x00\x78\xf0\x7e", 6);
    qd_buf_free(&out);
}

static void test_needless_escapes(void **state)
{
    static struct qd_hdlc d;

    (void)state;
    assert_int_equal(decode_hex(&d, "41 7d 7d 5d 89 70 7e"), QD_HDLC_FRAME);
    assert_int_equal(d.len, 3);
    assert_memory_equal(d.buf, "\x41\x5d\x5d", 3);
    assert_int_equal(decode_hex(&d, "41 7d 02 e9 52 7e"), QD_HDLC_FRAME);
    assert_int_equal(d.len, 2);
    assert_memory_equal(d.buf, "\x41\x22", 2);
}

static void test_refused(void **state)
{
    static const struct {
        const char *wire;
        enum qd_hdlc_event event;
    } rows[] = {
        {"41 7e", QD_HDLC_SHORT},
        {"41 42 7e", QD_HDLC_SHORT},
        {"00 00 7e", QD_HDLC_SHORT},
        {"7d 20 00 7e", QD_HDLC_SHORT},
        {"41 42 43 7d 7e", QD_HDLC_ABORTED},
        {"7d 7e", QD_HDLC_ABORTED},
        {"41 7d 7d 5e 7e", QD_HDLC_BAD_CRC},
        {"00 78 f1 7e", QD_HDLC_BAD_CRC},
        {"1d 08 00 3a 28 7e", QD_HDLC_BAD_CRC},
        {"1c 08 00 3a 29 7e", QD_HDLC_BAD_CRC},
        {"1c 08 00 3b 28 7e", QD_HDLC_BAD_CRC},
        {"7e 00 0a 6b 6d 00 00 07 00*7 7e", QD_HDLC_BAD_CRC},
        {"00 0a 6b 74 00 00 07 00*7 7e", QD_HDLC_BAD_CRC},
        {"7e 01 03 00 1c 08 00 7e", QD_HDLC_NOT_HDLC},
        {"7e 01 01 00 00 7e", QD_HDLC_NOT_HDLC},
        {"7e 01 02 00 00 7e", QD_HDLC_BAD_CRC},
        {"7e 02 01 00 00 7e", QD_HDLC_BAD_CRC},
        {"55*1048576 7e", QD_HDLC_TOO_LONG},
        {"7e 7e 7e", QD_HDLC_MORE},
        {"00 78 f0", QD_HDLC_MORE},
    };
    static struct qd_hdlc d;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(decode_hex(&d, rows[i].wire), rows[i].event);
}

/* The largest payload passes, one byte more does not, and no byte is written behind the buffer. */
static void test_limits(void **state)
{
    struct {
        struct qd_hdlc d;
        uint8_t guard[16];
    } *box = calloc(1, sizeof *box);
    uint8_t *payload = calloc(1, QD_FRAME_MAX + 1);
    struct qd_buf out = {0};

    (void)state;
    assert_non_null(box);
    assert_non_null(payload);
    assert_int_equal(qd_hdlc_encode(&out, payload, QD_FRAME_MAX, 0), 0);
    assert_int_equal(decode(&box->d, &out), QD_HDLC_FRAME);
    assert_int_equal(box->d.len, QD_FRAME_MAX);
    assert_int_equal(qd_hdlc_encode(&out, payload, QD_FRAME_MAX + 1, 0), -1);

    out.len = 0;
    for (size_t i = 0; i < QD_FRAME_MAX + 3; i++)
        assert_int_equal(qd_buf_add_byte(&out, 0x55), 0);
    assert_int_equal(qd_buf_add_byte(&out, 0x7e), 0);
    assert_int_equal(decode(&box->d, &out), QD_HDLC_TOO_LONG);
    for (size_t i = 0; i < sizeof box->guard; i++)
        assert_int_equal(box->guard[i], 0);
    qd_buf_free(&out);
    free(payload);
    free(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_crc),
        cmocka_unit_test(test_crc_all_bytes),
        cmocka_unit_test(test_real_verno),
        cmocka_unit_test(test_leading_flag),
        cmocka_unit_test(test_needless_escapes),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
