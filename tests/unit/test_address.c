/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Device addresses: every form, its pastable text, and what is refused. Must open nothing. */
#include "transport_test.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct qd_address good(const char *text, enum qd_address_kind kind, const char *shown)
{
    struct qd_address a;
    struct qdiag_error e = {0};

    if (qd_address_parse(&a, text, &e))
        fail_msg("%s: %s", text, e.why);
    assert_int_equal(a.kind, kind);
    assert_string_equal(a.text, shown);
    return a;
}

static void bad(const char *text)
{
    struct qd_address a;
    struct qdiag_error e = {0};

    if (qd_address_parse(&a, text, &e) != -QDIAG_E_USAGE)
        fail_msg("accepted: %s", text);
    assert_int_equal(e.code, QDIAG_E_USAGE);
    assert_int_equal(qdiag_exit_code(&e), 2);
    assert_non_null(strstr(e.hint, "tty:/dev/ttyUSB0"));
    assert_non_null(strstr(e.hint, "replay:FILE"));
}

static void test_auto(void **state)
{
    (void)state;
    good("auto", QD_ADDR_AUTO, "auto");
    bad("automatic");
    bad("auto:");
    bad("");
}

static void test_usb(void **state)
{
    struct qd_address a;

    (void)state;
    a = good("usb:2c7c:0296", QD_ADDR_USB, "usb:2c7c:0296");
    assert_int_equal(a.vid, 0x2c7c);
    assert_int_equal(a.pid, 0x0296);
    assert_string_equal(a.path, "");
    a = good("usb:5C6:9@1-4.2", QD_ADDR_USB, "usb:05c6:0009@1-4.2");
    assert_int_equal(a.vid, 0x05c6);
    assert_int_equal(a.pid, 9);
    assert_string_equal(a.path, "1-4.2");
    good("usb:ffff:ffff@12-1.2.3.4.5", QD_ADDR_USB, "usb:ffff:ffff@12-1.2.3.4.5");
    bad("usb:");
    bad("usb:2c7c");
    bad("usb:2c7c:");
    bad("usb::0296");
    bad("usb:2c7c:02960");
    bad("usb:2c7g:0296");
    bad("usb:0x2c7c:0296");
    bad("usb:2c7c:0296@");
    bad("usb:2c7c:0296@1");
    bad("usb:2c7c:0296@1-");
    bad("usb:2c7c:0296@1-4.");
    bad("usb:2c7c:0296@1-4.2x");
    bad("usb:2c7c:0296@1-1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1");
    bad("usb:@1-4");
}

static void test_tcp(void **state)
{
    struct qd_address a;

    (void)state;
    a = good("tcp:localhost:2500", QD_ADDR_TCP, "tcp:localhost:2500");
    assert_string_equal(a.path, "localhost");
    assert_int_equal(a.port, 2500);
    a = good("tcp:[::1]:65535", QD_ADDR_TCP, "tcp:[::1]:65535");
    assert_string_equal(a.path, "::1");
    assert_int_equal(a.port, 65535);
    a = good("tcp-listen:07", QD_ADDR_TCP_LISTEN, "tcp-listen:7");
    assert_int_equal(a.port, 7);
    good("tcp-listen:0", QD_ADDR_TCP_LISTEN, "tcp-listen:0");
    bad("tcp:localhost");
    bad("tcp:localhost:");
    bad("tcp:localhost:0");
    bad("tcp:localhost:65536");
    bad("tcp:localhost:99999999999");
    bad("tcp:localhost:25x");
    bad("tcp::2500");
    bad("tcp:::1:2500");
    bad("tcp:[::1:2500");
    bad("tcp:[]:2500");
    bad("tcp-listen:");
    bad("tcp-listen:-1");
    bad("tcp-listen:127.0.0.1:80");
}

static void test_paths(void **state)
{
    struct qd_address a;

    (void)state;
    a = good("tty:/dev/ttyUSB0", QD_ADDR_TTY, "tty:/dev/ttyUSB0");
    assert_string_equal(a.path, "/dev/ttyUSB0");
    a = good("unix:/run/unit a.sock", QD_ADDR_UNIX, "unix:/run/unit a.sock");
    assert_string_equal(a.path, "/run/unit a.sock");
    a = good("replay:some:file.cap", QD_ADDR_REPLAY, "replay:some:file.cap");
    assert_string_equal(a.path, "some:file.cap");
    bad("tty:");
    bad("unix:");
    bad("replay:");
    bad("tty:/dev/tty\nUSB0");
    bad("serial:/dev/ttyUSB0");
    bad("TTY:/dev/ttyUSB0");
    bad("ttyUSB0");
}

static void test_too_long(void **state)
{
    char text[QD_ADDRESS_MAX + 8], shown[QD_ADDRESS_MAX + 16];

    (void)state;
    memset(text, 'a', sizeof(text));
    memcpy(text, "tty:", 4);
    text[QD_ADDRESS_MAX] = '\0';
    bad(text);
    text[QD_ADDRESS_MAX - 1] = '\0';
    good(text, QD_ADDR_TTY, text);
    /* A bare path gets a prefix, which must fit too: refused, not cut. */
    memcpy(text, "/dev/", 5);
    bad(text);
    text[QD_ADDRESS_MAX - 5] = '\0';
    snprintf(shown, sizeof(shown), "tty:%s", text);
    good(text, QD_ADDR_TTY, shown);
}

static void make_socket(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
    assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
    close(fd);
}

static void test_bare_paths(void **state)
{
    char dir[64], path[96], shown[128];

    (void)state;
    good("/dev/ttyUSB7", QD_ADDR_TTY, "tty:/dev/ttyUSB7");
    good("/dev/null", QD_ADDR_TTY, "tty:/dev/null");
    test_folder(dir);
    snprintf(path, sizeof(path), "%s/s", dir);
    make_socket(path);
    snprintf(shown, sizeof(shown), "unix:%s", path);
    good(path, QD_ADDR_UNIX, shown);
    unlink(path);
    bad(path); /* gone */
    assert_int_equal(symlink("/dev/null", path), 0);
    snprintf(shown, sizeof(shown), "tty:%s", path);
    good(path, QD_ADDR_TTY, shown);
    unlink(path);
    bad(dir);
    rmdir(dir);
}

static void refused(const char *text, int code, const char *hint)
{
    struct qdiag_context *ctx = qdiag_context_new();
    struct qd_link *l = (struct qd_link *)&l;
    struct qdiag_error e;

    assert_non_null(ctx);
    assert_int_equal(open_text(&l, ctx, text, &e), -code);
    assert_int_equal(e.code, code);
    assert_null(l);
    assert_non_null(strstr(e.hint, hint));
    assert_string_equal(e.item, text);
    qdiag_context_free(&ctx);
}

static void test_not_openable(void **state)
{
    (void)state;
    refused("auto", QDIAG_E_NO_UNIT, "name one");
    refused("usb:2c7c:0296@250-1", QDIAG_E_NO_UNIT, "connect one");
    refused("usb:05c6:9008", QDIAG_E_POLICY, "switch the module off and on");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_auto),         cmocka_unit_test(test_usb),
        cmocka_unit_test(test_tcp),          cmocka_unit_test(test_paths),
        cmocka_unit_test(test_too_long),     cmocka_unit_test(test_bare_paths),
        cmocka_unit_test(test_not_openable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
