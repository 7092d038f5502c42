/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The serial transport on ptys: raw and given back as found, exclusive, and one error for every way
 * a port can go away. */
#include "transport_test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pty.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>

/* A port without settings, as the kernel answers for it. */
static int no_settings, settings_set;
int __real_tcgetattr(int fd, struct termios *t);
int __wrap_tcgetattr(int fd, struct termios *t);
int __real_tcsetattr(int fd, int when, const struct termios *t);
int __wrap_tcsetattr(int fd, int when, const struct termios *t);

int __wrap_tcgetattr(int fd, struct termios *t)
{
    if (!no_settings)
        return __real_tcgetattr(fd, t);
    errno = ENOTTY;
    return -1;
}

int __wrap_tcsetattr(int fd, int when, const struct termios *t)
{
    settings_set += no_settings;
    return __real_tcsetattr(fd, when, t);
}

struct rig {
    struct qdiag_context *ctx;
    int master, slave; /* slave stays open, or the master would see a hang-up between links */
    char path[128], address[160];
};

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    assert_int_equal(openpty(&r->master, &r->slave, r->path, NULL, NULL), 0);
    snprintf(r->address, sizeof(r->address), "tty:%s", r->path);
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    if (r->master >= 0)
        close(r->master);
    if (r->slave >= 0)
        close(r->slave);
    qdiag_context_free(&r->ctx);
    free(r);
    return 0;
}

static void write_all(int fd, const uint8_t *p, size_t n)
{
    assert_int_equal(write(fd, p, n), n);
}

static void read_all(int fd, uint8_t *p, size_t n)
{
    for (size_t at = 0; at < n;) {
        ssize_t r = read(fd, p + at, n - at);

        assert_true(r > 0);
        at += (size_t)r;
    }
}

static void test_all_bytes_both_ways_twice(void **state)
{
    struct rig *r = *state;
    uint8_t all[256], have[256];

    all_bytes(all);
    for (int run = 0; run < 2; run++) {
        struct qd_link *l = must_open(r->ctx, r->address);

        assert_string_equal(l->address, r->address);
        must_send(l, all, sizeof(all));
        read_all(r->master, have, sizeof(have));
        assert_memory_equal(have, all, sizeof(all));
        write_all(r->master, all, sizeof(all));
        must_recv(l, all, sizeof(all));
        must_be_silent(l, 0); /* no echo */
        qd_link_close(&l);
        assert_null(l);
    }
}

static void assert_same_termios(const struct termios *a, const struct termios *b)
{
    assert_int_equal(a->c_iflag, b->c_iflag);
    assert_int_equal(a->c_oflag, b->c_oflag);
    assert_int_equal(a->c_cflag, b->c_cflag);
    assert_int_equal(a->c_lflag, b->c_lflag);
    assert_memory_equal(a->c_cc, b->c_cc, sizeof(a->c_cc));
    assert_int_equal(cfgetispeed(a), cfgetispeed(b));
    assert_int_equal(cfgetospeed(a), cfgetospeed(b));
}

static void test_settings(void **state)
{
    struct rig *r = *state;
    struct termios before, during, after;
    struct qd_link *l;

    assert_int_equal(tcgetattr(r->slave, &before), 0);
    before.c_cflag |= HUPCL | CRTSCTS | CSTOPB;
    before.c_iflag |= IXOFF | IXON;
    before.c_cc[VMIN] = 7;
    cfsetispeed(&before, B9600);
    cfsetospeed(&before, B9600);
    assert_int_equal(tcsetattr(r->slave, TCSANOW, &before), 0);
    assert_int_equal(tcgetattr(r->slave, &before), 0);

    l = must_open(r->ctx, r->address);
    assert_int_equal(tcgetattr(r->slave, &during), 0);
    assert_int_equal(during.c_lflag & (tcflag_t)(ICANON | ECHO | ISIG | IEXTEN), 0);
    assert_int_equal(during.c_iflag & (tcflag_t)(IXON | IXOFF | ICRNL | ISTRIP), 0);
    assert_int_equal(during.c_oflag & (tcflag_t)OPOST, 0);
    assert_int_equal(during.c_cflag & (tcflag_t)(CRTSCTS | HUPCL | CSTOPB | PARENB), 0);
    assert_int_equal(during.c_cflag & (tcflag_t)(CREAD | CLOCAL | CSIZE), CREAD | CLOCAL | CS8);
    assert_int_equal(during.c_cc[VMIN], 1);
    assert_int_equal(during.c_cc[VTIME], 0);
    assert_int_equal(cfgetospeed(&during), B115200);

    qd_link_close(&l);
    assert_int_equal(tcgetattr(r->slave, &after), 0);
    assert_same_termios(&before, &after);
}

static void test_busy(void **state)
{
    struct rig *r = *state;
    struct qd_link *first = must_open(r->ctx, r->address), *second;
    struct termios during, after;
    struct qdiag_error e;
    char mine[64];

    assert_int_equal(tcgetattr(r->slave, &during), 0);
    assert_int_equal(open_text(&second, r->ctx, r->address, &e), -QDIAG_E_BUSY);
    assert_null(second);
    assert_int_equal(qdiag_exit_code(&e), 7);
    snprintf(mine, sizeof(mine), "process %ld (", (long)getpid());
    assert_non_null(strstr(e.why, mine));
    assert_non_null(strstr(e.why, "test_tty"));
    assert_int_equal(tcgetattr(r->slave, &after), 0);
    assert_same_termios(&during, &after); /* the refused one has changed nothing */
    qd_link_close(&first);
    second = must_open(r->ctx, r->address);
    qd_link_close(&second);
}

/* A program that only locks, as other tools do. */
static void test_busy_by_lock(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;
    struct qdiag_error e;

    assert_int_equal(flock(r->slave, LOCK_EX | LOCK_NB), 0);
    assert_int_equal(open_text(&l, r->ctx, r->address, &e), -QDIAG_E_BUSY);
    assert_int_equal(e.wire, EWOULDBLOCK);
    assert_int_equal(flock(r->slave, LOCK_UN), 0);
    l = must_open(r->ctx, r->address);
    qd_link_close(&l);
}

static void test_silence(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);

    must_be_silent(l, 0);
    must_be_silent(l, 15);
    write_all(r->master, (const uint8_t *)"\x7e", 1);
    must_recv(l, "\x7e", 1);
    qd_link_close(&l);
}

/* An expired deadline still looks once. */
static void test_expired_deadline_delivers(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);
    struct qd_deadline over = in_ms(r->ctx, 0);
    struct qdiag_error e = {0};
    uint8_t byte = 0;
    size_t got;

    write_all(r->master, (const uint8_t *)"Q", 1);
    /* Wait without taking it: the pty hands it over in its own time. */
    while (qd_link_recv(l, &byte, 1, &got, &over, &e) == 0 && got == 0)
        ;
    assert_int_equal(e.code, 0);
    assert_int_equal(byte, 'Q');
    must_send(l, "x", 1);
    assert_int_equal(qd_link_send(l, (const uint8_t *)"y", 1, &over, &e), 0);
    qd_link_close(&l);
}

static void test_hang_up(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);
    struct qd_deadline t = in_ms(r->ctx, LONG_MS);
    struct qdiag_error e = {0};

    close(r->master);
    r->master = -1;
    must_be_gone(l);
    must_be_gone(l); /* and it stays so */
    assert_int_equal(qd_link_send(l, (const uint8_t *)"a", 1, &t, &e), -QDIAG_E_LINK_GONE);
    assert_int_equal(e.wire, EIO);
    assert_int_equal(qdiag_exit_code(&e), 9);
    qd_link_close(&l);
}

static void *close_soon(void *arg)
{
    usleep(20000);
    close(*(int *)arg);
    return NULL;
}

static void test_hang_up_while_waiting(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);
    pthread_t thread;

    assert_int_equal(pthread_create(&thread, NULL, close_soon, &r->master), 0);
    must_be_gone(l);
    pthread_join(thread, NULL);
    r->master = -1;
    qd_link_close(&l);
}

static void test_send_to_a_full_port(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);
    struct qd_deadline t = in_ms(r->ctx, 30);
    struct qdiag_error e = {0};
    static uint8_t big[65536];

    assert_int_equal(qd_link_send(l, big, sizeof(big), &t, &e), -QDIAG_E_TIMEOUT);
    assert_non_null(strstr(e.why, "of 65536 bytes"));
    qd_link_close(&l);
}

struct reader {
    int fd;
    uint8_t bytes[65536];
};

static void *read_it(void *arg)
{
    struct reader *r = arg;

    for (size_t at = 0; at < sizeof(r->bytes);) {
        ssize_t n = read(r->fd, r->bytes + at, sizeof(r->bytes) - at);

        if (n <= 0)
            break;
        at += (size_t)n;
    }
    return NULL;
}

static void test_long_send_is_whole(void **state)
{
    struct rig *r = *state;
    struct qd_link *l = must_open(r->ctx, r->address);
    struct reader *reader = calloc(1, sizeof(*reader));
    uint8_t *big = malloc(65536);
    pthread_t thread;

    assert_non_null(reader);
    assert_non_null(big);
    for (size_t i = 0; i < 65536; i++)
        big[i] = (uint8_t)(i * 7 + i / 256);
    reader->fd = r->master;
    assert_int_equal(pthread_create(&thread, NULL, read_it, reader), 0);
    must_send(l, big, 65536);
    pthread_join(thread, NULL);
    assert_memory_equal(reader->bytes, big, 65536);
    free(big);
    free(reader);
    qd_link_close(&l);
}

static void refused(struct rig *r, const char *address, int code, const char *why)
{
    struct qd_link *l;
    struct qdiag_error e;

    assert_int_equal(open_text(&l, r->ctx, address, &e), -code);
    assert_null(l);
    if (!strstr(e.why, why))
        fail_msg("%s: %s", address, e.why);
    assert_string_equal(e.item, address);
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
}

static void test_not_a_tty(void **state)
{
    struct rig *r = *state;
    char dir[64], path[96], address[112];
    int fd;

    refused(r, "tty:/dev/null", QDIAG_E_OPEN_FAILED, "not a tty");
    test_folder(dir);
    snprintf(address, sizeof(address), "tty:%s", dir);
    refused(r, address, QDIAG_E_OPEN_FAILED, "not a tty");
    snprintf(path, sizeof(path), "%s/f", dir);
    snprintf(address, sizeof(address), "tty:%s", path);
    refused(r, address, QDIAG_E_NO_UNIT, "No such file");
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    refused(r, address, QDIAG_E_OPEN_FAILED, "not a tty");
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    refused(r, address, QDIAG_E_OPEN_FAILED, "not a tty"); /* and does not wait for a writer */
    unlink(path);
    rmdir(dir);
}

/* wwan0qcdm0 and mhi_DIAG have no settings to ask for. They take one message per write. */
static void test_message_port(void **state)
{
    struct rig *r = *state;
    struct termios raw;
    struct qdiag_error e;
    struct qd_link *l = NULL;
    char folder[64], path[96], text[112], other[96];
    uint8_t have[4];

    assert_int_equal(tcgetattr(r->slave, &raw), 0);
    cfmakeraw(&raw);
    assert_int_equal(tcsetattr(r->slave, TCSANOW, &raw), 0);
    test_folder(folder);
    snprintf(path, sizeof(path), "%s/wwan0qcdm0", folder);
    snprintf(other, sizeof(other), "%s/wwan0at0", folder);
    assert_int_equal(symlink(r->path, path), 0);
    assert_int_equal(symlink(r->path, other), 0);
    no_settings = 1;
    snprintf(text, sizeof(text), "tty:%s", path);
    l = must_open(r->ctx, text);
    must_send(l, "\x00\x78\xf0\x7e", 4);
    read_all(r->master, have, 4);
    assert_memory_equal(have, "\x00\x78\xf0\x7e", 4);
    write_all(r->master, (const uint8_t *)"abc", 3);
    must_recv(l, "abc", 3);
    assert_int_equal(open_text(&(struct qd_link *){NULL}, r->ctx, text, &e), -QDIAG_E_BUSY);
    qd_link_close(&l);
    assert_int_equal(settings_set, 0);
    snprintf(text, sizeof(text), "tty:%s", other); /* no name that carries DIAG */
    assert_int_equal(open_text(&l, r->ctx, text, &e), -QDIAG_E_OPEN_FAILED);
    no_settings = 0;
    unlink(path);
    unlink(other);
    assert_int_equal(rmdir(folder), 0);
}

static void test_gone_before_open(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;
    struct qdiag_error e;

    close(r->master);
    r->master = -1;
    assert_int_equal(open_text(&l, r->ctx, r->address, &e), -QDIAG_E_NO_UNIT);
    assert_int_equal(qdiag_exit_code(&e), 6);
}

/* In a child, since root may open everything. */
static void test_permission(void **state)
{
    struct rig *r = *state;
    int status;
    pid_t pid;

    assert_int_equal(chmod(r->path, 0), 0);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct qd_address a;
        struct qd_link *l = NULL;
        struct qdiag_error e = {0};

        if (geteuid() == 0 && setuid(65534) != 0)
            _exit(99);
        if (qd_address_parse(&a, r->address, &e) ||
            qd_link_open(&l, r->ctx, &a, &e) != -QDIAG_E_PERMISSION || e.wire != EACCES)
            _exit(98);
        _exit(strstr(e.hint, r->path) ? 0 : 97);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

#define TTY_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TTY_TEST(test_all_bytes_both_ways_twice),
        TTY_TEST(test_settings),
        TTY_TEST(test_busy),
        TTY_TEST(test_busy_by_lock),
        TTY_TEST(test_silence),
        TTY_TEST(test_expired_deadline_delivers),
        TTY_TEST(test_hang_up),
        TTY_TEST(test_hang_up_while_waiting),
        TTY_TEST(test_send_to_a_full_port),
        TTY_TEST(test_long_send_is_whole),
        TTY_TEST(test_not_a_tty),
        TTY_TEST(test_message_port),
        TTY_TEST(test_gone_before_open),
        TTY_TEST(test_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
