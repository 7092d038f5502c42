/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Which AT port is found, from lists of ports alone: the one unit, the order of its ports, and what
 * is never taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "flow/unit/at_find.h"

static struct qd_port ports[24];
static struct qd_port_list list;

static int set_up(void **state)
{
    (void)state;
    memset(ports, 0, sizeof ports);
    list = (struct qd_port_list){.p = ports};
    return 0;
}

static struct qd_port *add(const char *node, const char *group, enum qd_role role)
{
    struct qd_port *p = &ports[list.n++];

    assert_true(list.n <= sizeof ports / sizeof ports[0]);
    snprintf(p->node, sizeof p->node, "%s", node);
    snprintf(p->group, sizeof p->group, "%s", group);
    p->role = role;
    p->likely_diag = role == QD_ROLE_DIAG;
    p->interface = -1;
    return p;
}

static struct qd_port *usb(const char *node, const char *path, uint16_t vid, uint16_t pid, int face)
{
    struct qd_usb_interface u = {.vid = vid,
                                 .pid = pid,
                                 .number = face,
                                 .cls = 0xff,
                                 .sub = face ? 0 : 0xff,
                                 .proto = face ? 0 : 0xff,
                                 .endpoints = face ? 3 : 2,
                                 .bulk_pairs = 1};
    struct qd_port *p = add(node, path, qd_usb_role(&u));

    snprintf(p->usb_path, sizeof p->usb_path, "%s", path);
    p->vid = vid;
    p->pid = pid;
    p->interface = face;
    p->cls = u.cls;
    p->sub = u.sub;
    p->proto = u.proto;
    p->endpoints = u.endpoints;
    p->bulk_pairs = u.bulk_pairs;
    return p;
}

/* An EC25 with four serial ports from this number on. */
static void add_ec25(const char *path, int tty, const char *serial)
{
    char node[32];

    for (int i = 0; i < 4; i++) {
        snprintf(node, sizeof node, "/dev/ttyUSB%d", tty + i);
        snprintf(usb(node, path, 0x2c7c, 0x0125, i)->serial, 8, "%s", serial);
    }
}

static void must_choose(const char *device, const char *serial, const char *want)
{
    struct qd_at_choice ch;
    struct qdiag_error e = {0};
    struct qd_address a;
    char got[256] = "";

    assert_int_equal(qd_address_parse(&a, device, &e), 0);
    if (qd_at_choose(&list, &a, serial, &ch, &e) != 0)
        fail_msg("%s: %s: %s", device, e.what, e.why);
    for (unsigned i = 0; i < ch.n; i++)
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%s", i ? " " : "",
                 ch.port[i].text);
    assert_string_equal(got, want);
}

static void must_refuse(const char *device, const char *serial, int code, const char *why,
                        const char *hint)
{
    struct qd_at_choice ch;
    struct qdiag_error e = {0};
    struct qd_address a;

    assert_int_equal(qd_address_parse(&a, device, &e), 0);
    assert_int_equal(qd_at_choose(&list, &a, serial, &ch, &e), -code);
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
    if (!strstr(e.why, why) || !strstr(e.hint, hint))
        fail_msg("%s / %s", e.why, e.hint);
}

#define EC25 "tty:/dev/ttyUSB2 tty:/dev/ttyUSB3"

static void test_one_unit(void **state)
{
    (void)state;
    add_ec25("1-1", 0, "A");
    must_choose("auto", NULL, EC25);
    must_choose("auto", "A", EC25);
    must_choose("usb:2c7c:0125", NULL, EC25);
    must_choose("usb:2c7c:0125@1-1", "A", EC25);
    must_choose("tty:/dev/ttyUSB0", NULL, EC25); /* any port names the unit */
    must_choose("tty:/dev/ttyUSB1", NULL, EC25);
    must_refuse("auto", "B", QDIAG_E_NO_UNIT, "serial number B", "--at");
    must_refuse("usb:2c7c:0125@1-2", NULL, QDIAG_E_NO_UNIT, "no such module", "--at");
    must_refuse("usb:2c7c:0296", NULL, QDIAG_E_NO_UNIT, "no such module", "--at");
    must_refuse("tty:/dev/ttyUSB0", "A", QDIAG_E_USAGE, "auto or usb:", "");
}

static void test_two_units(void **state)
{
    (void)state;
    add_ec25("1-1", 0, "A");
    add_ec25("1-2", 4, "");
    must_refuse("auto", NULL, QDIAG_E_MANY_UNITS,
                "2 candidates: 1-1 (usb:2c7c:0125@1-1), 1-2 (usb:2c7c:0125@1-2)", "--at");
    must_refuse("usb:2c7c:0125", NULL, QDIAG_E_MANY_UNITS, "2 candidates", "--serial");
    must_choose("auto", "A", EC25);
    must_refuse("auto", "", QDIAG_E_NO_UNIT, "serial number", ""); /* "none" is no number */
    must_choose("usb:2c7c:0125@1-2", NULL, "tty:/dev/ttyUSB6 tty:/dev/ttyUSB7");
    must_choose("tty:/dev/ttyUSB5", NULL, "tty:/dev/ttyUSB6 tty:/dev/ttyUSB7");
}

/* A second unit counts also when it has no port that could be taken. */
static void test_second_unit_without_at(void **state)
{
    (void)state;
    add_ec25("1-1", 0, "A");
    usb("/dev/bus/usb/001/009", "1-9", 0x2c7c, 0x0296, -1);
    must_refuse("auto", NULL, QDIAG_E_MANY_UNITS, "1-9", "--at");
    must_refuse("usb:2c7c:0296", NULL, QDIAG_E_NO_UNIT, "no serial port that is known to take AT",
                "modprobe option");
}

/* A serial cable looks like an AT port by its class, and may have anything behind it. */
static void test_serial_cable(void **state)
{
    (void)state;
    assert_int_equal(usb("/dev/ttyUSB0", "1-3", 0x10c4, 0xea60, 1)->role, QD_ROLE_AT);
    must_refuse("auto", NULL, QDIAG_E_NO_UNIT, "no module is seen", "a unit on a UART is not seen");
    must_refuse("tty:/dev/ttyUSB0", NULL, QDIAG_E_NO_UNIT, "not one that is seen on USB", "--at");
    add_ec25("1-4", 4, "");
    must_choose("auto", NULL, "tty:/dev/ttyUSB6 tty:/dev/ttyUSB7");
}

static void test_not_on_usb(void **state)
{
    (void)state;
    add_ec25("1-1", 0, "A");
    must_refuse("unix:/x", NULL, QDIAG_E_NO_UNIT, "not one that is seen on USB", "--at");
    must_refuse("tcp:host:1", NULL, QDIAG_E_NO_UNIT, "not one that is seen on USB", "--at");
    must_refuse("tty:/dev/ttyS0", NULL, QDIAG_E_NO_UNIT, "not one that is seen on USB", "--at");
}

/* What looks like DIAG is never taken, whatever else is said of it. */
static void test_never_diag(void **state)
{
    (void)state;
    add_ec25("1-1", 0, "");
    ports[2].likely_diag = 1;
    must_choose("auto", NULL, "tty:/dev/ttyUSB3");
    ports[3].role = QD_ROLE_DIAG;
    must_refuse("auto", NULL, QDIAG_E_NO_UNIT, "no serial port", "");
}

/* A product that is not in the table: its class is believed only beside a DIAG port that is known.
 */
static void test_unknown_product(void **state)
{
    (void)state;
    usb("/dev/ttyUSB1", "1-1", 0x2c7c, 0x0fff, 1);
    must_refuse("auto", NULL, QDIAG_E_NO_UNIT, "no serial port", "");
    assert_int_equal(usb("/dev/ttyUSB0", "1-1", 0x2c7c, 0x0fff, 0)->role, QD_ROLE_DIAG);
    must_choose("auto", NULL, "tty:/dev/ttyUSB1");
}

static void test_download_mode(void **state)
{
    (void)state;
    usb("/dev/ttyUSB0", "1-1", 0x05c6, 0x9008, 0);
    must_refuse("auto", NULL, QDIAG_E_NO_UNIT, "no module is seen", "");
}

static void test_wwan(void **state)
{
    (void)state;
    add("/dev/wwan0at0", "wwan0", QD_ROLE_AT);
    add("/dev/wwan0mbim0", "wwan0", QD_ROLE_NET);
    add("/dev/wwan0qcdm0", "wwan0", QD_ROLE_DIAG);
    must_choose("auto", NULL, "tty:/dev/wwan0at0");
    must_choose("tty:/dev/wwan0qcdm0", NULL, "tty:/dev/wwan0at0");
    add_ec25("1-1", 0, "");
    must_refuse("auto", NULL, QDIAG_E_MANY_UNITS, "2 candidates: wwan0 (not USB), 1-1", "");
}

/* One node under two names. */
static void test_names_of_a_node(void **state)
{
    char link[64] = "/tmp/qdiag-node.XXXXXX";
    char path[96];

    (void)state;
    add("/dev/null", "1-1", QD_ROLE_DIAG);
    assert_non_null(mkdtemp(link));
    snprintf(path, sizeof path, "%s/n", link);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_ptr_equal(qd_port_of_node(&list, path), &ports[0]);
    assert_ptr_equal(qd_port_of_node(&list, "/dev/null"), &ports[0]);
    assert_null(qd_port_of_node(&list, "/dev/zero"));
    assert_null(qd_port_of_node(&list, link));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(link), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_unit, set_up),
        cmocka_unit_test_setup(test_two_units, set_up),
        cmocka_unit_test_setup(test_second_unit_without_at, set_up),
        cmocka_unit_test_setup(test_serial_cable, set_up),
        cmocka_unit_test_setup(test_not_on_usb, set_up),
        cmocka_unit_test_setup(test_never_diag, set_up),
        cmocka_unit_test_setup(test_unknown_product, set_up),
        cmocka_unit_test_setup(test_download_mode, set_up),
        cmocka_unit_test_setup(test_wwan, set_up),
        cmocka_unit_test_setup(test_names_of_a_node, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
