/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unix:, tcp: and tcp-listen: links against servers and clients made here, on ports the system
 * chooses. */
#include "transport_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

struct rig {
    struct qdiag_context *ctx;
    struct qdiag_cancel *cancel;
    char dir[64], path[96], address[112];
    int listener, peer;
    unsigned port; /* of a tcp-listen link, from its log line */
    pthread_t thread;
    int threaded;
};

static int set_up(void **state)
{
    struct rig *r = calloc(1, sizeof(*r));

    assert_non_null(r);
    r->ctx = qdiag_context_new();
    r->cancel = qdiag_cancel_new();
    assert_non_null(r->ctx);
    assert_non_null(r->cancel);
    qdiag_context_set_cancel(r->ctx, r->cancel);
    test_folder(r->dir);
    snprintf(r->path, sizeof(r->path), "%s/s", r->dir);
    r->listener = r->peer = -1;
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *r = *state;

    if (r->listener >= 0)
        close(r->listener);
    if (r->peer >= 0)
        close(r->peer);
    unlink(r->path);
    assert_int_equal(rmdir(r->dir), 0);
    qdiag_context_free(&r->ctx);
    qdiag_cancel_free(&r->cancel);
    free(r);
    return 0;
}

static void serve_unix(struct rig *r)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};

    snprintf(un.sun_path, sizeof(un.sun_path), "%s", r->path);
    r->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&un, sizeof(un)), 0);
    assert_int_equal(listen(r->listener, 1), 0);
    snprintf(r->address, sizeof(r->address), "unix:%s", r->path);
}

/* Bound to a port of the system's choice; listens only when asked to. */
static void serve_tcp(struct rig *r, int listening)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    socklen_t len = sizeof(in);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(r->listener, (struct sockaddr *)&in, sizeof(in)), 0);
    if (listening)
        assert_int_equal(listen(r->listener, 1), 0);
    assert_int_equal(getsockname(r->listener, (struct sockaddr *)&in, &len), 0);
    snprintf(r->address, sizeof(r->address), "tcp:127.0.0.1:%u", ntohs(in.sin_port));
}

static struct qd_link *connect_link(struct rig *r)
{
    struct qd_link *l = must_open(r->ctx, r->address);

    r->peer = accept(r->listener, NULL, NULL);
    assert_true(r->peer >= 0);
    assert_string_equal(l->address, r->address);
    return l;
}

static void both_ways(struct rig *r, struct qd_link *l)
{
    uint8_t all[256], have[256];

    all_bytes(all);
    must_send(l, all, sizeof(all));
    assert_int_equal(recv(r->peer, have, sizeof(have), MSG_WAITALL), sizeof(have));
    assert_memory_equal(have, all, sizeof(all));
    must_be_silent(l, 0);
    must_be_silent(l, 10);
    assert_int_equal(send(r->peer, all, sizeof(all), 0), sizeof(all));
    must_recv(l, all, sizeof(all));
}

static void close_peer(struct rig *r)
{
    close(r->peer);
    r->peer = -1;
}

static void send_gone(struct qd_link *l)
{
    struct qd_deadline t = in_ms(l->ctx, LONG_MS);
    struct qdiag_error e = {0};
    int rc = 0;

    /* TCP learns of it with the answer to the first bytes. */
    for (int i = 0; i < 1000 && !rc; i++) {
        rc = qd_link_send(l, (const uint8_t *)"a", 1, &t, &e);
        if (!rc)
            usleep(1000);
    }
    assert_int_equal(rc, -QDIAG_E_LINK_GONE);
}

static void test_unix(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;

    serve_unix(r);
    l = connect_link(r);
    both_ways(r, l);
    close_peer(r);
    must_be_gone(l);
    send_gone(l); /* and no SIGPIPE, which would end this program */
    qd_link_close(&l);
}

static void test_tcp(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;

    serve_tcp(r, 1);
    l = connect_link(r);
    both_ways(r, l);
    close_peer(r);
    must_be_gone(l);
    send_gone(l);
    qd_link_close(&l);
}

static void test_bytes_before_the_end(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;

    serve_unix(r);
    l = connect_link(r);
    assert_int_equal(send(r->peer, "last words", 10, 0), 10);
    close_peer(r);
    must_recv(l, "la", 2);
    must_recv(l, "st words", 8);
    must_be_gone(l);
    qd_link_close(&l);
}

static void test_reset(void **state)
{
    struct rig *r = *state;
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    struct qd_link *l;

    serve_tcp(r, 1);
    l = connect_link(r);
    assert_int_equal(setsockopt(r->peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
    close_peer(r);
    must_be_gone(l);
    qd_link_close(&l);
}

static void *read_slowly(void *arg)
{
    struct rig *r = arg;
    uint8_t piece[4096];
    size_t at = 0;

    while (at < 1000000) {
        ssize_t n = recv(r->peer, piece, sizeof(piece), 0);

        if (n <= 0)
            return NULL;
        for (ssize_t i = 0; i < n; i++, at++)
            if (piece[i] != (uint8_t)(at % 251))
                return NULL;
    }
    return r;
}

static void test_long_send(void **state)
{
    struct rig *r = *state;
    struct qd_deadline t;
    struct qdiag_error e = {0};
    uint8_t *big = malloc(1000000);
    void *whole = NULL;
    struct qd_link *l;

    assert_non_null(big);
    for (size_t i = 0; i < 1000000; i++)
        big[i] = (uint8_t)(i % 251);
    serve_unix(r);
    l = connect_link(r);
    assert_int_equal(pthread_create(&r->thread, NULL, read_slowly, r), 0);
    must_send(l, big, 1000000);
    pthread_join(r->thread, &whole);
    assert_ptr_equal(whole, r);

    /* Nobody reads now. */
    t = in_ms(r->ctx, 30);
    assert_int_equal(qd_link_send(l, big, 1000000, &t, &e), -QDIAG_E_TIMEOUT);
    assert_non_null(strstr(e.why, "of 1000000 bytes"));
    free(big);
    qd_link_close(&l);
}

static void refused(struct rig *r, const char *address, int code, int64_t wire, const char *hint)
{
    struct qd_link *l;
    struct qdiag_error e;

    if (open_text(&l, r->ctx, address, &e) != -code)
        fail_msg("%s: %d %s", address, e.code, e.why);
    assert_null(l);
    assert_int_equal(e.code, code);
    assert_int_equal(e.wire, wire);
    if (!strstr(e.hint, hint))
        fail_msg("%s: %s", address, e.hint);
}

static void test_refusals(void **state)
{
    struct rig *r = *state;
    char long_path[200] = "unix:";

    serve_tcp(r, 0);
    refused(r, r->address, QDIAG_E_OPEN_FAILED, ECONNREFUSED, "nothing listens there");
    snprintf(r->address, sizeof(r->address), "unix:%s", r->path);
    refused(r, r->address, QDIAG_E_NO_UNIT, ENOENT, "no such socket");
    close(r->listener);
    serve_unix(r);
    close(r->listener);
    r->listener = -1;
    refused(r, r->address, QDIAG_E_OPEN_FAILED, ECONNREFUSED, "nothing listens there");
    snprintf(r->address, sizeof(r->address), "unix:%s", r->dir);
    refused(r, r->address, QDIAG_E_OPEN_FAILED, -1, "");
    memset(long_path + 5, 'a', 150);
    refused(r, long_path, QDIAG_E_USAGE, -1, "");
    /* A label longer than the 63 bytes of DNS: refused by the resolver itself, without a network.
     */
    memcpy(long_path, "tcp:aaa", 7);
    memcpy(long_path + 120, ":1", 3);
    refused(r, long_path, QDIAG_E_OPEN_FAILED, -1, "name service");
}

static int connect_to(uint32_t host, unsigned port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    in.sin_addr.s_addr = htonl(host);
    if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
        return fd;
    assert_int_equal(errno, ECONNREFUSED);
    close(fd);
    return -1;
}

/* The second address of this machine stands for all that are not 127.0.0.1. */
static void connect_from_outside(struct rig *r)
{
    assert_int_equal(connect_to(INADDR_LOOPBACK + 1, r->port), -1);
    r->peer = connect_to(INADDR_LOOPBACK, r->port);
    assert_true(r->peer >= 0);
}

/* The line comes when the port is open and before the wait: a client can connect from here. */
static void connect_on_log(enum qdiag_log_level level, const char *area, const char *text,
                           void *user)
{
    struct rig *r = user;

    (void)level;
    if (strcmp(area, "socket") == 0 &&
        sscanf(text, "waiting for one client on 127.0.0.1:%u", &r->port) == 1)
        connect_from_outside(r);
}

static void test_listen(void **state)
{
    struct rig *r = *state;
    struct sockaddr_in in;
    socklen_t len = sizeof(in);
    char shown[32];
    struct qd_link *l;

    qdiag_context_set_log(r->ctx, QDIAG_LOG_INFO, connect_on_log, r);
    l = must_open(r->ctx, "tcp-listen:0");
    snprintf(shown, sizeof(shown), "tcp-listen:%u", r->port);
    assert_string_equal(l->address, shown);
    both_ways(r, l);
    assert_int_equal(getpeername(r->peer, (struct sockaddr *)&in, &len), 0);
    assert_int_equal(in.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    close_peer(r);
    must_be_gone(l);
    qd_link_close(&l);
}

static void test_listen_takes_one_client(void **state)
{
    struct rig *r = *state;
    struct qd_link *l;

    qdiag_context_set_log(r->ctx, QDIAG_LOG_INFO, connect_on_log, r);
    l = must_open(r->ctx, "tcp-listen:0");
    assert_int_equal(connect_to(INADDR_LOOPBACK, r->port), -1);
    qd_link_close(&l);
}

static void test_listen_port_taken(void **state)
{
    struct rig *r = *state;
    unsigned port;
    char address[32];

    serve_tcp(r, 1);
    assert_int_equal(sscanf(r->address, "tcp:127.0.0.1:%u", &port), 1);
    snprintf(address, sizeof(address), "tcp-listen:%u", port);
    refused(r, address, QDIAG_E_BUSY, EADDRINUSE, "another port");
}

static void *cancel_soon(void *arg)
{
    struct rig *r = arg;

    usleep(20000);
    qdiag_cancel_request(r->cancel);
    return NULL;
}

static void cancel_on_log(enum qdiag_log_level level, const char *area, const char *text,
                          void *user)
{
    struct rig *r = user;

    (void)level;
    (void)text;
    if (strcmp(area, "socket") != 0)
        return;
    assert_int_equal(pthread_create(&r->thread, NULL, cancel_soon, r), 0);
    r->threaded = 1;
}

static void test_listen_cancelled(void **state)
{
    struct rig *r = *state;

    qdiag_context_set_log(r->ctx, QDIAG_LOG_INFO, cancel_on_log, r);
    refused(r, "tcp-listen:0", QDIAG_E_CANCELLED, -1, "");
    assert_int_equal(r->threaded, 1);
    pthread_join(r->thread, NULL);
}

#define SOCKET_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SOCKET_TEST(test_unix),
        SOCKET_TEST(test_tcp),
        SOCKET_TEST(test_bytes_before_the_end),
        SOCKET_TEST(test_reset),
        SOCKET_TEST(test_long_send),
        SOCKET_TEST(test_refusals),
        SOCKET_TEST(test_listen),
        SOCKET_TEST(test_listen_takes_one_client),
        SOCKET_TEST(test_listen_port_taken),
        SOCKET_TEST(test_listen_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
