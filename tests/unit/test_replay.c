/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Captures and their replay: what is recorded, byte for byte; what a replay accepts; and that a
 * capture never hides that it could not write. */
#include "transport_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fsio.h"

/* A unit with a script: each receive gives the next text; "" = silence, NULL = gone. */
struct script {
    const char *const *say;
    int sends, closed, fail_send;
};

struct rig {
    struct qdiag_context *ctx;
    struct qd_clock clock;
    uint64_t now_us;
    char dir[64], path[96], address[112];
    char warned[160];
    struct script script;
};

static uint64_t fake_now(void *user)
{
    return ((struct rig *)user)->now_us;
}

static void fake_sleep(void *user, uint64_t us)
{
    ((struct rig *)user)->now_us += us;
}

static void note_warning(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    struct rig *r = user;

    if (level == QDIAG_LOG_WARN && strcmp(area, "capture") == 0)
        snprintf(r->warned, sizeof(r->warned), "%s", text);
}

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    r->clock = (struct qd_clock){fake_now, fake_sleep, r};
    r->ctx->clock = &r->clock;
    r->now_us = 5000000;
    qdiag_context_set_log(r->ctx, QDIAG_LOG_WARN, note_warning, r);
    test_folder(r->dir);
    snprintf(r->path, sizeof(r->path), "%s/c", r->dir);
    snprintf(r->address, sizeof(r->address), "replay:%s", r->path);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    qd_fsio = &qd_fsio_real;
    unlink(r->path);
    assert_int_equal(rmdir(r->dir), 0);
    qdiag_context_free(&r->ctx);
    free(r);
    return 0;
}

static int script_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct script *s = self;

    (void)p;
    (void)n;
    (void)t;
    s->sends++;
    return s->fail_send ? qd_fail(e, QDIAG_E_TIMEOUT, "unit", "full") : 0;
}

static int script_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                       struct qdiag_error *e)
{
    struct script *s = self;
    const char *text = *s->say;

    (void)t;
    if (!text)
        return qd_fail(e, QDIAG_E_LINK_GONE, "unit", "gone");
    s->say++;
    *got = strlen(text);
    assert_true(*got <= cap);
    memcpy(p, text, *got);
    return 0;
}

static void script_close(void *self)
{
    ((struct script *)self)->closed++;
}

static const struct qd_link_ops script_ops = {script_send, script_recv, script_close};

static struct qd_link *captured(struct rig *r, const char *const *say, int keep)
{
    struct qdiag_error e = {0};
    struct qd_link *l;

    assert_int_equal(qdiag_context_set_capture(r->ctx, r->path, keep, &e), 0);
    r->script = (struct script){.say = say};
    l = qd_link_new(r->ctx, &script_ops, &r->script, "tty:/dev/ttyUSB0");
    assert_non_null(l);
    if (qd_capture_wrap(&l, &e))
        fail_msg("%s: %s", e.what, e.why);
    assert_string_equal(l->address, "tty:/dev/ttyUSB0");
    return l;
}

/* The file behind its head, whose time differs from run to run. */
static char *body(struct rig *r)
{
    static const char head[] = "qdiag-capture 1\n# address: tty:/dev/ttyUSB0\n# time: ";
    struct qdiag_error e = {0};
    uint8_t *text;
    size_t n;
    char *end, *rest;

    assert_int_equal(qd_read_file(r->path, 100000, &text, &n, &e), 0);
    assert_true(n > strlen(head));
    assert_memory_equal(text, head, strlen(head));
    end = strchr((char *)text + strlen(head), '\n');
    assert_non_null(end);
    assert_int_equal(end - (char *)text, strlen(head) + 20);
    assert_int_equal(end[-1], 'Z');
    rest = strdup(end + 1);
    assert_non_null(rest);
    free(text);
    return rest;
}

static void assert_body(struct rig *r, const char *want)
{
    char *have = body(r);

    assert_string_equal(have, want);
    free(have);
}

static void test_capture_text(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {"\x7e\x01", "", "b", NULL};
    struct qd_link *l = captured(r, say, 1);
    struct stat st;

    r->now_us += 17;
    must_send(l, "\x00\xff", 2);
    r->now_us += 1000000;
    must_recv(l, "\x7e\x01", 2);
    must_be_silent(l, 0); /* leaves no line */
    must_send(l, "a", 1);
    must_recv(l, "b", 1);
    qd_link_close(&l);
    assert_int_equal(r->script.closed, 1);
    assert_body(r, "# identity: kept\n17 > 00ff\n1000017 < 7e01\n1000017 > 61\n1000017 < 62\n");
    assert_int_equal(stat(r->path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_string_equal(r->warned, ""); /* it was asked for */
}

static void test_capture_says_that_identity_is_kept(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *l = captured(r, say, 0);

    must_send(l, "a", 1);
    assert_non_null(strstr(r->warned, "holds identity data"));
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 61\n");
}

/* Replaces digits by 'x', a whole line of text at a time: holds back what has no '\n' yet. */
struct redactor {
    struct qd_buf held[2];
    int calls;
};

static int redact(void *user, int sent, const uint8_t *p, size_t n, struct qd_buf *out)
{
    struct redactor *d = user;
    struct qd_buf *held = &d->held[sent];

    d->calls++;
    if (n && qd_buf_add(held, p, n))
        return -1;
    if (n && p[n - 1] != '\n')
        return 0;
    for (size_t i = 0; i < held->len; i++)
        if (qd_buf_add_byte(out, held->p[i] >= '0' && held->p[i] <= '9' ? 'x' : held->p[i]))
            return -1;
    held->len = 0;
    return 0;
}

static void test_redactor(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {"i12", "3\n", "late 4", "5", NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 0);

    qd_capture_set_redactor(l, redact, &d);
    must_send(l, "ask 1\n", 6);
    must_recv(l, "i12", 3); /* the caller gets the truth */
    must_recv(l, "3\n", 2);
    must_recv(l, "late 4", 6);
    must_send(l, "b\n", 2);
    must_recv(l, "5", 1);
    qd_link_close(&l);
    assert_body(r, "# identity: redacted\n"
                   "0 > 61736b20780a\n"
                   "0 < 697878780a\n"
                   "0 < 6c6174652078\n" /* held back until the direction changed */
                   "0 > 620a\n"
                   "0 < 78\n"); /* held back until the end */
    assert_string_equal(r->warned, "");
    qd_buf_free(&d.held[0]);
    qd_buf_free(&d.held[1]);
}

static void test_redactor_not_wanted(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 1);
    struct qd_link *plain = qd_link_new(r->ctx, &script_ops, &r->script, "plain");

    assert_non_null(plain);
    qd_capture_set_redactor(l, redact, &d);
    qd_capture_set_redactor(plain, redact, &d);
    must_send(l, "1\n", 2);
    must_send(plain, "1\n", 2);
    qd_link_close(&l);
    qd_link_close(&plain);
    assert_int_equal(d.calls, 0);
    assert_body(r, "# identity: kept\n0 > 310a\n");
}

static void test_redactor_after_the_first_transfer(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct redactor d = {0};
    struct qd_link *l = captured(r, say, 0);

    must_send(l, "1\n", 2);
    qd_capture_set_redactor(l, redact, &d);
    must_send(l, "1\n", 2);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 310a\n# identity: redacted\n0 > 780a\n");
    qd_buf_free(&d.held[1]);
}

static void test_failures_are_noted(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *l = captured(r, say, 1);
    struct qd_deadline t = in_ms(r->ctx, 1000);
    struct qdiag_error e = {0};
    uint8_t byte;
    size_t got = 7;

    r->script.fail_send = 1;
    assert_int_equal(qd_link_send(l, (const uint8_t *)"a", 1, &t, &e), -QDIAG_E_TIMEOUT);
    assert_int_equal(e.code, QDIAG_E_TIMEOUT);
    qd_error_clear(&e);
    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &t, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(got, 0);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 61\n# send failed: timeout\n"
                   "# receive failed: link_gone\n");
}

static void test_never_overwrites(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_link *inner, *l = captured(r, say, 1);
    struct qdiag_error e = {0};

    qd_link_close(&l);
    inner = l = qd_link_new(r->ctx, &script_ops, &r->script, "x");
    assert_int_equal(qd_capture_wrap(&l, &e), -QDIAG_E_LOCAL_FILE);
    assert_ptr_equal(l, inner);
    assert_int_equal(e.wire, EEXIST);
    assert_string_equal(e.item, r->path);
    assert_non_null(strstr(e.why, "never overwrites"));
    assert_int_equal(qdiag_exit_code(&e), 12);
    qd_link_close(&l);
    assert_body(r, "");
}

static ssize_t write_disk_full(int fd, const void *p, size_t n)
{
    (void)fd;
    (void)p;
    (void)n;
    errno = ENOSPC;
    return -1;
}

/* One byte at a time, and a signal before each. */
static ssize_t write_in_pieces(int fd, const void *p, size_t n)
{
    static int turn;

    (void)n;
    turn = !turn;
    if (turn)
        return write(fd, p, 1);
    errno = EINTR;
    return -1;
}

static void test_full_disk(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {"a", NULL};
    struct qd_fsio full = qd_fsio_real;
    struct qd_link *inner, *l = captured(r, say, 1);
    struct qd_deadline t = in_ms(r->ctx, 1000);
    struct qdiag_error e = {0};
    uint8_t bytes[8];
    size_t got = 7;

    full.write = write_disk_full;
    qd_fsio = &full;
    assert_int_equal(qd_link_send(l, (const uint8_t *)"a", 1, &t, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(e.wire, ENOSPC);
    assert_int_equal(r->script.sends, 0); /* what cannot be recorded is not sent */
    qd_error_clear(&e);
    assert_int_equal(qd_link_recv(l, bytes, 8, &got, &t, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(got, 0);
    qd_link_close(&l);
    unlink(r->path);

    /* No head: no file is left behind. */
    qd_error_clear(&e);
    inner = l = qd_link_new(r->ctx, &script_ops, &r->script, "x");
    assert_int_equal(qd_capture_wrap(&l, &e), -QDIAG_E_LOCAL_FILE);
    assert_ptr_equal(l, inner);
    assert_int_equal(access(r->path, F_OK), -1);
    qd_link_close(&l);
}

static void test_short_writes(void **state)
{
    struct rig *r = *state;
    const char *const say[] = {NULL};
    struct qd_fsio pieces = qd_fsio_real;
    struct qd_link *l;

    pieces.write = write_in_pieces;
    qd_fsio = &pieces;
    l = captured(r, say, 1);
    must_send(l, "abc", 3);
    qd_link_close(&l);
    assert_body(r, "# identity: kept\n0 > 616263\n");
}

static void put_text(struct rig *r, const char *text, size_t n)
{
    int fd;

    unlink(r->path);
    fd = open(r->path, O_CREAT | O_EXCL | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    close(fd);
}

static struct qd_link *replay_of(struct rig *r, const char *text)
{
    put_text(r, text, strlen(text));
    return must_open(r->ctx, r->address);
}

static void test_round_trip(void **state)
{
    struct rig *r = *state;
    uint8_t all[256];
    const char *const say[] = {"first", "second", "third", NULL};
    struct qd_link *l = captured(r, say, 1);
    struct qdiag_error e = {0};

    all_bytes(all);
    must_send(l, all, sizeof(all));
    must_recv(l, "first", 5);
    must_recv(l, "second", 6);
    must_send(l, "x", 1);
    must_recv(l, "third", 5);
    qd_link_close(&l);

    assert_int_equal(qdiag_context_set_capture(r->ctx, NULL, 0, &e), 0);
    l = must_open(r->ctx, r->address);
    must_send(l, all, sizeof(all));
    must_recv(l, "first", 5);
    must_recv(l, "second", 6);
    must_send(l, "x", 1);
    must_recv(l, "third", 5);
    must_be_gone(l);
    must_be_gone(l);
    qd_link_close(&l);
}

/* The whole way through qd_link_open, the capture around the replay. */
static void test_open_wraps(void **state)
{
    struct rig *r = *state;
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
    struct rig *r = *state;
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
    struct rig *r = *state;
    struct qd_link *l = replay_of(r, "qdiag-capture 1\n0 > 61\n");
    struct qd_deadline never = qd_deadline_never(r->ctx->clock);
    struct qdiag_error e = {0};
    uint64_t before = r->now_us;
    uint8_t byte;
    size_t got;

    must_be_silent(l, 250);
    assert_int_equal(r->now_us, before + 250000); /* on the caller's clock */
    must_be_silent(l, 0);
    assert_int_equal(qd_link_recv(l, &byte, 1, &got, &never, &e), -QDIAG_E_PROTOCOL);
    assert_non_null(strstr(e.why, "line 2"));
    must_send(l, "a", 1);
    qd_link_close(&l);
}

static void send_refused(struct qd_link *l, const char *p, size_t n, const char *why)
{
    struct qd_deadline t = in_ms(l->ctx, 1000);
    struct qdiag_error e = {0};

    assert_int_equal(qd_link_send(l, (const uint8_t *)p, n, &t, &e), -QDIAG_E_PROTOCOL);
    assert_string_equal(e.what, "the replay differs from the capture");
    assert_string_equal(e.why, why);
    assert_string_equal(e.item, l->address);
}

static void test_replay_is_strict(void **state)
{
    struct rig *r = *state;
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

static void damaged(struct rig *r, const char *text, size_t n, const char *why)
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
    struct rig *r = *state;
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
    struct rig *r = *state;
    struct qd_link *l = replay_of(r, H);
    struct qdiag_error e;

    must_be_gone(l);
    send_refused(l, "a", 1, "a request of 1 bytes after the last line");
    qd_link_close(&l);
    unlink(r->path);
    assert_int_equal(open_text(&l, r->ctx, r->address, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(e.wire, ENOENT);
}

#define REPLAY_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        REPLAY_TEST(test_capture_text),
        REPLAY_TEST(test_capture_says_that_identity_is_kept),
        REPLAY_TEST(test_redactor),
        REPLAY_TEST(test_redactor_not_wanted),
        REPLAY_TEST(test_redactor_after_the_first_transfer),
        REPLAY_TEST(test_failures_are_noted),
        REPLAY_TEST(test_never_overwrites),
        REPLAY_TEST(test_full_disk),
        REPLAY_TEST(test_short_writes),
        REPLAY_TEST(test_round_trip),
        REPLAY_TEST(test_open_wraps),
        REPLAY_TEST(test_replay_keeps_the_cuts),
        REPLAY_TEST(test_replay_silence),
        REPLAY_TEST(test_replay_is_strict),
        REPLAY_TEST(test_damaged_files),
        REPLAY_TEST(test_replay_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
