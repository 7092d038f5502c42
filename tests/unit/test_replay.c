/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Replay: what a capture plays back, how strictly it is compared, and which files are refused with
 * the line that is wrong. */
#include "capture_rig.h"

#include <errno.h>
#include <fcntl.h>

static void put_text(struct capture_rig *r, const char *text, size_t n)
{
    int fd;

    unlink(r->path);
    fd = open(r->path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

static struct qd_link *replay_of(struct capture_rig *r, const char *text)
{
    put_text(r, text, strlen(text));
    return must_open(r->ctx, r->address);
}

/* The whole way through qd_link_open, the capture around the replay. */
static void test_open_wraps(void **state)
{
    struct capture_rig *r = *state;
    char copy[112];
    struct qdiag_error e = {0};
    struct qd_link *l;
    uint8_t *text;
    size_t n;

    put_text(r, "qdiag-capture 1\n0 > 61\n0 < 62\n", 30);
    snprintf(copy, sizeof(copy), "%s/copy", r->dir);
    assert_int_equal(qdiag_context_set_capture(r->ctx, copy, 1, &e), 0);
    l = must_open(r->ctx, r->address);
    must_send(l, "a", 1);
    must_recv(l, "b", 1);
    qd_link_close(&l);
    assert_int_equal(qd_read_file(copy, 10000, &text, &n, &e), 0);
    assert_non_null(strstr((char *)text, "# identity: kept\n0 > 61\n0 < 62\n"));
    free(text);
    assert_int_equal(open_text(&l, r->ctx, r->address, &e), -QDIAG_E_LOCAL_FILE);
    assert_null(l);
    unlink(copy);
}

static void test_replay_keeps_the_cuts(void **state)
{
    struct capture_rig *r = *state;
    struct qd_link *l = replay_of(r, "qdiag-capture 1\n# note\n0 < 6162\n1 < 63\n# end\n");
    struct qd_deadline t = in_ms(r->ctx, 1000);
    struct qdiag_error e = {0};
    uint8_t bytes[8];
    size_t got;

    assert_int_equal(qd_link_recv(l, bytes, 8, &got, &t, &e), 0);
    assert_int_equal(got, 2);
    assert_memory_equal(bytes, "ab", 2);
    assert_int_equal(qd_link_recv(l, bytes, 8, &got, &t, &e), 0);
    assert_int_equal(got, 1);
    assert_int_equal(bytes[0], 'c');
    must_be_gone(l);
    qd_link_close(&l);
    l = replay_of(r, "qdiag-capture 1\n0 < 616263\n");
    must_recv(l, "a", 1); /* a small buffer loses nothing */
    must_recv(l, "bc", 2);
    qd_link_close(&l);
}

static void test_replay_silence(void **state)
{
    struct capture_rig *r = *state;
    struct qd_link *l = replay_of(r, "qdiag-capture 1\n0 > 61\n");
    struct qd_deadline never = qd_deadline_never(r->ctx->clock);
    struct qdiag_error e = {0};
    uint64_t before = r->now_us;
    uint8_t byte;
    size_t got;

    must_be_silent(l, 250);
    assert_int_equal(r->now_us, before + 250000); /* on the caller's clock */
    must_be_silent(l, 0);
    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &never, &e), -QDIAG_E_LINK_IO);
    assert_non_null(strstr(e.why, "line 2"));
    must_send(l, "a", 1);
    qd_link_close(&l);
}

static void send_refused(struct qd_link *l, const char *p, size_t n, const char *why)
{
    struct qd_deadline t = in_ms(l->ctx, 1000);
    struct qdiag_error e = {0};

    assert_int_equal(qd_link_send(l, (const uint8_t *)p, n, &t, &e), -QDIAG_E_LINK_IO);
    assert_string_equal(e.what, "the replay differs from the capture");
    assert_string_equal(e.why, why);
    assert_string_equal(e.item, l->address);
}

static void test_replay_is_strict(void **state)
{
    struct capture_rig *r = *state;
    struct qd_link *l = replay_of(r, "qdiag-capture 1\n# x\n5 > 4b1300\n6 < 4b\n");

    send_refused(l, "\x4b\x12\x00", 3,
                 "line 3: expected 4b1300 (3 bytes), got 4b1200 (3 bytes); they differ at byte 1");
    send_refused(l, "\x4b\x13", 2,
                 "line 3: expected 4b1300 (3 bytes), got 4b13 (2 bytes); they differ at byte 2");
    send_refused(
        l, "\x4b\x13\x00\x00", 4,
        "line 3: expected 4b1300 (3 bytes), got 4b130000 (4 bytes); they differ at byte 3");
    send_refused(l, "xxxxxxxxxxxxxxxxxxxx", 20,
                 "line 3: expected 4b1300 (3 bytes), got 78787878787878787878787878787878… "
                 "(20 bytes); they differ at byte 0");
    must_send(l, "\x4b\x13\x00", 3);
    send_refused(l, "a", 1, "line 4: a request of 1 bytes before this was received");
    must_recv(l, "\x4b", 1);
    send_refused(l, "a", 1, "a request of 1 bytes after the last line");
    qd_link_close(&l);
}

static void damaged(struct capture_rig *r, const char *text, size_t n, const char *why)
{
    struct qd_link *l;
    struct qdiag_error e;

    put_text(r, text, n);
    if (open_text(&l, r->ctx, r->address, &e) != -QDIAG_E_FILE_DAMAGED)
        fail_msg("accepted: %s", text);
    assert_null(l);
    assert_string_equal(e.why, why);
    assert_int_equal(qdiag_exit_code(&e), 10);
}

#define DAMAGED(r, text, why) damaged(r, text, sizeof(text) - 1, why)
#define H                     "qdiag-capture 1\n"

static void test_damaged_files(void **state)
{
    struct capture_rig *r = *state;
    static const char start[] = "it must start with the microseconds or with #";
    char why[96];

    DAMAGED(r, "", "line 1: the file is empty");
    DAMAGED(r, "qdiag-capture 2\n", "line 1: it must be \"qdiag-capture 1\"");
    DAMAGED(r, "qdiag-capture 1", "line 1: the line is cut off");
    DAMAGED(r, "qdiag-capture 1\r\n", "line 1: it must be \"qdiag-capture 1\"");
    DAMAGED(r, H "0 > 61", "line 2: the line is cut off");
    snprintf(why, sizeof(why), "line 3: %s", start);
    DAMAGED(r, H "# x\n\n", why);
    DAMAGED(r, H "# x\n > 61\n", why);
    DAMAGED(r, H "# x\n-1 > 61\n", why);
    DAMAGED(r, H "# x\n123456789012345678901 > 61\n", why);
    DAMAGED(r, H "0 61\n", "line 2: the direction, > or <, is missing");
    DAMAGED(r, H "0\n", "line 2: the direction, > or <, is missing");
    DAMAGED(r, H "0 >61\n", "line 2: the direction, > or <, is missing");
    DAMAGED(r, H "0 > \n", "line 2: an even number of hex digits must follow");
    DAMAGED(r, H "0 > 616\n", "line 2: an even number of hex digits must follow");
    DAMAGED(r, H "0 > 61\r\n", "line 2: an even number of hex digits must follow");
    DAMAGED(r, H "0 > 6g\n", "line 2: a character that is no hex digit");
    DAMAGED(r, H "0 > 61\n0 < 6\0\n", "line 3: a character that is no hex digit");
    DAMAGED(r, H "0 > 61 \x20\n", "line 2: a character that is no hex digit");
}

static void test_replay_of_nothing(void **state)
{
    struct capture_rig *r = *state;
    struct qd_link *l = replay_of(r, H);
    struct qdiag_error e;

    must_be_gone(l);
    send_refused(l, "a", 1, "a request of 1 bytes after the last line");
    qd_link_close(&l);
    unlink(r->path);
    assert_int_equal(open_text(&l, r->ctx, r->address, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(e.wire, ENOENT);
}

#define REPLAY_TEST(f) cmocka_unit_test_setup_teardown(f, capture_rig_up, capture_rig_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLAY_TEST(test_open_wraps),     REPLAY_TEST(test_replay_keeps_the_cuts),
        REPLAY_TEST(test_replay_silence), REPLAY_TEST(test_replay_is_strict),
        REPLAY_TEST(test_damaged_files),  REPLAY_TEST(test_replay_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
