/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Version, build id, ESN and feature mask: decoders on vectors of real and made-up units, and a
 * unit that lacks any of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_link.h"
#include "service/identity.h"
#include "vector.h"

#define REAL_VERNO                                                                                 \
    "00 41 75 67 20 31 39 20 32 30 30 38 32 30 3a 34 38 3a 34 37 4f 63 74 20 32 39 20 32 30 30 "   \
    "37 31 39 3a 30 30 3a 30 30 53 43 4e 52 5a 2e 2e 2e 2a 06 04 b9 0b 02 00 b2 19 c4 7e"

static void verno_real(void **state)
{
    struct qd_unit_info u = {0};
    (void)state;
    struct vec v = wire_vec(REAL_VERNO);
    assert_int_equal(v.n, 55);
    assert_int_equal(qd_verno_decode(v.p, v.n, &u, NULL), 0);
    assert_true(u.has_verno && u.modem_up);
    assert_string_equal(u.comp_date, "Aug 19 2008");
    assert_string_equal(u.comp_time, "20:48:47");
    assert_string_equal(u.rel_date, "Oct 29 2007");
    assert_string_equal(u.rel_time, "19:00:00");
    assert_string_equal(u.ver_dir, "SCNRZ...");
    assert_int_equal(u.mob_model, 4);
    assert_int_equal(u.firm_rev, 0x0BB9);
}

static void verno_down_and_short(void **state)
{
    struct qd_unit_info u = {0};
    (void)state;
    struct vec v = wire_vec("00*55 2d f9 7e");
    assert_int_equal(qd_verno_decode(v.p, v.n, &u, NULL), 0);
    assert_true(u.has_verno);
    assert_false(u.modem_up);
    v = wire_vec(REAL_VERNO);
    for (size_t n = 0; n <= 55; n++) {
        uint8_t *p = malloc(n ? n : 1);
        assert_non_null(p);
        memcpy(p, v.p, n);
        assert_int_equal(qd_verno_decode(p, n, &u, NULL), n < 40 ? -QDIAG_E_PROTOCOL : 0);
        free(p);
    }
    v.p[2] = 0x1b; /* an escape byte must not reach a terminal */
    v.p[3] = 0xff;
    assert_int_equal(qd_verno_decode(v.p, v.n, &u, NULL), 0);
    assert_string_equal(u.comp_date, "A.. 19 2008");
}

static void build(void **state)
{
    struct qd_unit_info u = {0};
    (void)state;
    struct vec v = wire_vec("7c 00*13 b7 85 7e");
    assert_int_equal(v.n, 14);
    assert_int_equal(qd_build_decode(v.p, v.n, &u, NULL), 0);
    assert_true(u.has_build);
    assert_string_equal(u.software, "");
    assert_string_equal(u.model, "");
    v = vec("7c 02 00 00 44 33 22 11 88 77 66 55 53 57 31 00 4d 32 00");
    assert_int_equal(qd_build_decode(v.p, v.n, &u, NULL), 0);
    assert_int_equal(u.msm_hw_rev, 0x11223344);
    assert_int_equal(u.mobile_model, 0x55667788);
    assert_string_equal(u.software, "SW1"); /* the first letter lies at 12 */
    assert_string_equal(u.model, "M2");
    assert_int_equal(qd_build_decode(v.p, 16, &u, NULL), 0); /* second string missing */
    assert_string_equal(u.software, "SW1");
    assert_string_equal(u.model, "");
    assert_int_equal(qd_build_decode(v.p, 14, &u, NULL), 0); /* first string cut */
    assert_string_equal(u.software, "SW");
    assert_int_equal(qd_build_decode(v.p, 11, &u, NULL), -QDIAG_E_PROTOCOL);
    memset(&v, 'x', sizeof v.p);
    v.p[0] = 0x7c;
    assert_int_equal(qd_build_decode(v.p, sizeof v.p, &u, NULL), 0);
    assert_int_equal(strlen(u.software), sizeof u.software - 1);
}

static void feature(void **state)
{
    struct qd_unit_info u = {0};
    struct qdiag_error e = {0};
    (void)state;
    struct vec v = vec("51 03 00 aa bb cc");
    assert_int_equal(qd_feature_decode(v.p, v.n, &u, NULL), 0);
    assert_true(u.has_feature);
    assert_int_equal(u.feature_len, 3);
    assert_memory_equal(u.feature, "\xaa\xbb\xcc", 3);
    memset(&u, 0, sizeof u);
    assert_int_equal(qd_feature_decode(v.p, 5, &u, &e), -QDIAG_E_PROTOCOL);
    assert_string_equal(e.why, "FEATURE_QUERY says 3 mask bytes and carries 2");
    assert_false(u.has_feature);
    v = vec("51 01 04 00*1025");
    assert_int_equal(qd_feature_decode(v.p, v.n, &u, NULL), -QDIAG_E_PROTOCOL);
    v = vec("51 00 04 00*1024");
    assert_int_equal(qd_feature_decode(v.p, v.n, &u, NULL), 0);
    assert_int_equal(u.feature_len, 1024);
}

static struct {
    uint8_t bad[256]; /* error byte per command */
    int silent[256], cut[256];
    int vanish;
} modem;

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct vec v;
    (void)user;
    if (modem.vanish && req[0] == 0x01)
        return 1;
    if (modem.silent[req[0]])
        return 0;
    if (modem.bad[req[0]]) {
        fake_refuse(wire, modem.bad[req[0]], req, n, 0);
        return 0;
    }
    switch (req[0]) {
    case 0x00:
        v = wire_vec(REAL_VERNO);
        break;
    case 0x01:
        v = vec("01 78 56 34 12");
        break;
    case 0x51:
        v = vec("51 02 00 01 02");
        break;
    case 0x7C:
        v = vec("7c 02 00*10 41 00 42 00");
        break;
    case 0x7B:
        fake_frame(wire, req, n);
        return 0;
    default:
        fake_refuse(wire, 0x13, req, n, 0);
        return 0;
    }
    fake_frame(wire, v.p, modem.cut[req[0]] ? 2 : v.n);
    return 0;
}

static struct fake_link *link_;
static struct qd_diag *diag;

static int setup(void **state)
{
    struct qdiag_error e = {0};
    (void)state;
    memset(&modem, 0, sizeof modem);
    link_ = fake_link_new(answer, NULL);
    struct qd_link *l = fake_link_link(link_);
    return qd_diag_open(&diag, &l, &e);
}

static int teardown(void **state)
{
    (void)state;
    qd_diag_close(&diag);
    fake_link_free(&link_);
    return 0;
}

static int flags(const struct qd_unit_info *u)
{
    return u->has_verno | u->has_build << 1 | u->has_esn << 2 | u->has_feature << 3;
}

static void whole_unit(void **state)
{
    struct qd_unit_info u;
    struct qdiag_error e = {0};
    (void)state;
    assert_int_equal(qd_unit_info_read(diag, &u, &e), 0);
    assert_int_equal(flags(&u), 15);
    assert_string_equal(u.comp_date, "Aug 19 2008");
    assert_string_equal(u.software, "A");
    assert_string_equal(u.model, "B");
    assert_int_equal(u.esn, 0x12345678);
    assert_int_equal(u.feature_len, 2);
}

static void parts_missing(void **state)
{
    static const uint8_t codes[4] = {0x00, 0x7C, 0x01, 0x51};
    static const uint8_t bads[] = {0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x42, 0x47, 0x95, 0x96};
    struct qd_unit_info u;
    (void)state;
    for (int i = 0; i < 4; i++) {
        struct qdiag_error e = {0};
        for (size_t k = 0; k < sizeof bads; k++) {
            modem.bad[codes[i]] = bads[k];
            assert_int_equal(qd_unit_info_read(diag, &u, &e), 0);
            assert_int_equal(flags(&u), 15 & ~(1 << i));
        }
        modem.bad[codes[i]] = 0;
        modem.silent[codes[i]] = 1;
        assert_int_equal(qd_unit_info_read(diag, &u, &e), 0);
        assert_int_equal(flags(&u), 15 & ~(1 << i));
        modem.silent[codes[i]] = 0;
        modem.cut[codes[i]] = 1;
        assert_int_equal(qd_unit_info_read(diag, &u, &e), 0);
        assert_int_equal(flags(&u), 15 & ~(1 << i));
        modem.cut[codes[i]] = 0;
        assert_int_equal(e.code, 0);
    }
}

static void vanishes(void **state)
{
    struct qd_unit_info u;
    struct qdiag_error e = {0};
    (void)state;
    modem.vanish = 1;
    assert_int_equal(qd_unit_info_read(diag, &u, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.code, QDIAG_E_LINK_GONE);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verno_real),
        cmocka_unit_test(verno_down_and_short),
        cmocka_unit_test(build),
        cmocka_unit_test(feature),
        T(whole_unit),
        T(parts_missing),
        T(vanishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
