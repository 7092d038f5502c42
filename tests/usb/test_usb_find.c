/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finding units on USB and opening the right interface of the right one. */
#include "usb_test.h"

#include <sys/stat.h>

#include "transport/discover.h"

/* Stands for the look into /proc: files of the testbed have other names there. */
static const char *held_node;
int __wrap_qd_port_holder(const char *path, char *out, size_t cap);

int __wrap_qd_port_holder(const char *path, char *out, size_t cap)
{
    int held = held_node && strcmp(path, held_node) == 0;

    snprintf(out, cap, "%s", held ? "process 812 (ModemManager)" : "");
    return held;
}

static struct qd_port_list discover(struct rig *r)
{
    struct qd_port_list list = {0};
    struct qdiag_error e = {0};

    assert_int_equal(qd_discover_usb(r->ctx, &list, &e), 0);
    qd_port_list_sort(&list);
    return list;
}

static void test_list(void **state)
{
    struct rig *r = *state;
    struct usb_dev *d = usb_host_plug(r->host, &usb_ec25, NULL);
    struct qd_port_list list = discover(r);

    assert_int_equal(list.n, 1);
    assert_string_equal(list.p[0].node, "/dev/bus/usb/001/002");
    assert_string_equal(list.p[0].usb_path, "1-1");
    assert_int_equal(list.p[0].vid, 0x2c7c);
    assert_int_equal(list.p[0].pid, 0x0125);
    assert_int_equal(list.p[0].interface, 0);
    assert_int_equal(list.p[0].endpoints, 2);
    assert_int_equal(list.p[0].bulk_pairs, 1);
    assert_string_equal(list.p[0].driver, "option");
    assert_string_equal(list.p[0].serial, "SIM0001");
    assert_string_equal(list.p[0].product, "EC25 sim");
    assert_int_equal(list.p[0].likely_diag, 1);
    assert_int_equal(usb_dev_seen(d).ioctls, 0); /* nothing was asked of it */
    qd_port_list_free(&list);
}

static void test_two_units(void **state)
{
    struct rig *r = *state;
    struct usb_profile second = usb_ec25;
    struct qd_port_list list;
    struct qdiag_error e;
    struct qd_link *l;

    second.port = 2;
    second.number = 9;
    usb_host_plug(r->host, &second, NULL);
    usb_host_plug(r->host, &usb_ec25, NULL);
    list = discover(r);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.p[0].usb_path, "1-1");
    assert_string_equal(list.p[1].usb_path, "1-2");
    assert_string_equal(list.p[1].node, "/dev/bus/usb/001/009");
    qd_port_list_free(&list);
    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_MANY_UNITS, &e);
    assert_non_null(strstr(e.why, "usb:2c7c:0125@1-1"));
    assert_non_null(strstr(e.why, "usb:2c7c:0125@1-2"));
    l = must_open(r->ctx, "usb:2c7c:0125@1-2");
    qd_link_close(&l);
}

static void test_path_opens_that_unit(void **state)
{
    struct rig *r = *state;
    struct usb_profile second = usb_ec25;
    struct usb_dev *one, *two;
    struct qdiag_error e;
    struct qd_link *l;

    second.port = 2;
    second.number = 9;
    one = usb_host_plug(r->host, &usb_ec25, NULL);
    two = usb_host_plug(r->host, &second, NULL);
    l = must_open(r->ctx, "usb:2c7c:0125@1-2");
    assert_string_equal(l->address, "usb:2c7c:0125@1-2");
    usb_dev_push(two, "two", 3);
    must_recv(l, "two", 3);
    assert_int_equal(usb_dev_seen(one).ioctls, 0);
    qd_link_close(&l);
    must_not_open(r->ctx, "usb:2c7c:0125@1-3", QDIAG_E_NO_UNIT, &e);
    must_not_open(r->ctx, "usb:2c7c:0296@1-1", QDIAG_E_NO_UNIT, &e);
}

static void test_one_match_needs_no_path(void **state)
{
    struct rig *r = *state;
    struct usb_dev *d = usb_host_plug(r->host, &usb_ec25, NULL);
    struct qd_link *l = must_open(r->ctx, "usb:2c7c:0125");

    assert_string_equal(l->address, "usb:2c7c:0125@1-1"); /* pastable, and means this one only */
    assert_int_equal(usb_dev_seen(d).claims, 1);
    qd_link_close(&l);
}

/* The table says interface 0; the module's own descriptors say 3. Endpoints 85 and 02. */
static void test_gadget_class_wins(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct qd_port_list list;
    struct usb_dev *d;
    struct qd_link *l;

    p.face[0] = (struct usb_face){.cls = 0xff, .in = 0x81, .out = 0x01, .tty = -1};
    p.face[3] = (struct usb_face){.cls = 0xff,
                                  .sub = 0xff,
                                  .proto = 0x30,
                                  .in = 0x85,
                                  .out = 0x02,
                                  .driver = "option",
                                  .tty = -1};
    p.diag = 3;
    d = usb_host_plug(r->host, &p, NULL);
    list = discover(r);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.p[0].interface, 3);
    qd_port_list_free(&list);
    l = must_open(r->ctx, "usb:2c7c:0125");
    assert_string_equal(usb_dev_driver(d, 3), "usbfs");
    assert_string_equal(usb_dev_driver(d, 0), "");
    usb_dev_push(d, "abc", 3);
    must_recv(l, "abc", 3);
    must_send(l, "\0x\xf0\x7e", 4);
    assert_int_equal(usb_dev_seen(d).out_transfers, 1);
    qd_link_close(&l);
}

/* EM060K: DIAG is interface 3 by the table, with no gadget class to show it. */
static void test_diag_not_at_0(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct usb_dev *d;
    struct qd_link *l;

    p.pid = 0x0128;
    p.face[3] = (struct usb_face){.cls = 0xff,
                                  .sub = 0xff,
                                  .proto = 0xff,
                                  .interrupt = 0x8a,
                                  .in = 0x86,
                                  .out = 0x04,
                                  .tty = -1};
    p.diag = 3;
    d = usb_host_plug(r->host, &p, NULL);
    l = must_open(r->ctx, "usb:2c7c:0128");
    assert_string_equal(usb_dev_driver(d, 3), "usbfs");
    assert_string_equal(usb_dev_driver(d, 0), "option");
    usb_dev_push(d, "abc", 3);
    must_recv(l, "abc", 3);
    qd_link_close(&l);
}

static void test_other_classes_only(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct qd_port_list list;
    struct qdiag_error e;
    struct usb_dev *d;

    for (int i = 0; i < p.faces; i++)
        p.face[i].cls = 0x0a;
    d = usb_host_plug(r->host, &p, NULL);
    list = discover(r);
    assert_int_equal(list.n, 1); /* a module all the same, for whom the reason can be told */
    assert_int_equal(list.p[0].likely_diag, 0);
    assert_int_equal(list.p[0].role, QD_ROLE_UNKNOWN);
    assert_int_equal(list.p[0].interface, -1);
    qd_port_list_free(&list);
    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_UNSUPPORTED, &e);
    assert_int_equal(usb_dev_seen(d).ioctls, 0);
}

/* Descriptors that end early: whatever is left is looked at, and nothing else. */
static void test_cut_descriptors(void **state)
{
    struct rig *r = *state;
    struct qd_port_list list;
    struct usb_profile p[20];

    for (unsigned i = 0; i < 20; i++) {
        p[i] = usb_ec25;
        p[i].port = i + 1;
        p[i].number = i + 2;
        p[i].faces = 1;
        p[i].cut = i;
        usb_host_plug(r->host, &p[i], NULL);
    }
    list = discover(r);
    assert_string_equal(list.p[0].usb_path, "1-1");
    for (size_t i = 0; i < list.n; i++)
        assert_int_equal(list.p[i].likely_diag, i == 0);
    qd_port_list_free(&list);
}

/* A device nobody knows is not listed; who names it gets its first likely interface. */
static void test_unknown_device_is_a_guess(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct qd_port_list list;
    struct usb_dev *d;
    struct qd_link *l;

    p.vid = 0x1234;
    p.face[0].proto = p.face[0].sub = 0;
    p.face[2].proto = p.face[2].sub = 0xff;
    p.diag = 2;
    d = usb_host_plug(r->host, &p, NULL);
    list = discover(r);
    assert_int_equal(list.n, 0);
    l = must_open(r->ctx, "usb:1234:0125");
    assert_string_equal(usb_dev_driver(d, 2), "usbfs");
    qd_link_close(&l);
}

static void test_download_mode(void **state)
{
    static const uint16_t ids[][2] = {{0x05c6, 0x9008}, {0x05c6, 0x900e}, {0x1199, 0x9090}};
    struct rig *r = *state;
    struct usb_profile p[3];
    struct usb_dev *d[3];
    struct qd_port_list list;
    struct qdiag_error e;
    char text[32];

    for (unsigned i = 0; i < 3; i++) {
        p[i] = usb_ec25;
        p[i].vid = ids[i][0];
        p[i].pid = ids[i][1];
        p[i].port = i + 1;
        p[i].number = i + 2;
        p[i].face[0].proto = 0x30; /* looks like DIAG and is not to be believed */
        d[i] = usb_host_plug(r->host, &p[i], NULL);
    }
    list = discover(r);
    assert_int_equal(list.n, 3);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(list.p[i].role, QD_ROLE_DOWNLOAD);
        assert_int_equal(list.p[i].likely_diag, 0);
        assert_int_equal(list.p[i].interface, -1);
    }
    qd_port_list_free(&list);
    for (unsigned i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "usb:%04x:%04x", ids[i][0], ids[i][1]);
        must_not_open(r->ctx, text, QDIAG_E_POLICY, &e);
        assert_non_null(strstr(e.what, "download (EDL) mode"));
        assert_int_equal(usb_dev_seen(d[i]).ioctls, 0);
    }
}

/* The node is there, but not for us. */
static void test_no_permission(void **state)
{
    struct rig *r = *state;
    struct qdiag_error e;
    char node[256], ioctls[256];
    struct qd_link *l = NULL;
    int root = geteuid() == 0, rc;

    usb_host_plug(r->host, &usb_ec25, NULL);
    snprintf(node, sizeof node, "%s/dev/bus/usb/001/002", usb_host_dir(r->host));
    assert_int_equal(chmod(usb_host_dir(r->host), 0777), 0);
    assert_int_equal(chmod(node, 0), 0);
    snprintf(ioctls, sizeof ioctls, "%s/ioctl/dev/bus/usb/001/002", usb_host_dir(r->host));
    assert_int_equal(chmod(ioctls, 0777), 0); /* umockdev connects before it looks */
    if (root)
        assert_int_equal(seteuid(65534), 0);
    rc = open_text(&l, r->ctx, "usb:2c7c:0125", &e);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(rc, -QDIAG_E_PERMISSION);
    assert_non_null(strstr(e.why, "/dev/bus/usb/001/002"));
    assert_non_null(strstr(e.hint, "udev rules"));
}

static void test_claim_busy(void **state)
{
    struct rig *r = *state;
    struct usb_dev *d = usb_host_plug(r->host, &usb_ec25, NULL);
    struct usb_knobs k = {.busy = 1};
    struct qdiag_error e;
    struct qd_link *l;

    usb_dev_set(d, &k);
    held_node = "/dev/bus/usb/001/002";
    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_BUSY, &e);
    assert_string_equal(e.why, "held by process 812 (ModemManager)");
    held_node = NULL;
    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_BUSY, &e);
    assert_string_equal(e.why, "held by a program that could not be named");
    assert_string_equal(usb_dev_driver(d, 0), "option");
    assert_int_equal(usb_dev_seen(d).submits_in, 0);
    k.busy = 0;
    usb_dev_set(d, &k);
    l = must_open(r->ctx, "usb:2c7c:0125");
    qd_link_close(&l);
}

/* Taking the interface would hang up the program that has its serial port open. */
static void test_tty_in_use(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct qdiag_error e;
    struct usb_dev *d;
    struct qd_link *l;

    p.face[0].tty = 3;
    d = usb_host_plug(r->host, &p, NULL);
    held_node = "/dev/ttyUSB3";
    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_BUSY, &e);
    assert_string_equal(e.why,
                        "its serial port /dev/ttyUSB3 is held by process 812 (ModemManager)");
    assert_int_equal(usb_dev_seen(d).ioctls, 0);
    held_node = "/dev/ttyUSB4"; /* another module's */
    l = must_open(r->ctx, "usb:2c7c:0125");
    held_node = NULL;
    qd_link_close(&l);
}

static void test_second_client(void **state)
{
    struct rig *r = *state;
    struct usb_dev *d = usb_host_plug(r->host, &usb_ec25, NULL);
    struct qd_link *l = must_open(r->ctx, "usb:2c7c:0125");
    struct qdiag_error e;

    must_not_open(r->ctx, "usb:2c7c:0125", QDIAG_E_BUSY, &e);
    usb_dev_push(d, "still mine", 10);
    must_recv(l, "still mine", 10);
    qd_link_close(&l);
}

static void test_driver_is_detached_and_given_back(void **state)
{
    struct rig *r = *state;
    struct usb_dev *d = usb_host_plug(r->host, &usb_ec25, NULL);
    struct qd_link *l = must_open(r->ctx, "usb:2c7c:0125");

    assert_int_equal(usb_dev_seen(d).detaches, 1);
    assert_string_equal(usb_dev_driver(d, 0), "usbfs");
    assert_string_equal(usb_dev_driver(d, 1), "option"); /* the others are let alone */
    qd_link_close(&l);
    assert_int_equal(usb_dev_seen(d).releases, 1);
    assert_int_equal(usb_dev_seen(d).attaches, 1);
    assert_string_equal(usb_dev_driver(d, 0), "option");
}

/* No driver on the whole device: none is bound when we go. */
static void test_no_driver_stays_no_driver(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct usb_dev *d = usb_host_plug(r->host, &p, NULL);
    struct qd_link *l = must_open(r->ctx, "usb:2c7c:0125");

    qd_link_close(&l);
    assert_int_equal(usb_dev_seen(d).detaches, 0);
    assert_int_equal(usb_dev_seen(d).releases, 1);
    assert_int_equal(usb_dev_seen(d).attaches, 0);
    assert_string_equal(usb_dev_driver(d, 0), "");
}

/* A killed client left interface 0 alone; the AT port still has its serial driver. */
static void test_left_behind_by_a_killed_client(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct usb_dev *d;
    struct qd_link *l;

    p.face[2].tty = 2;
    d = usb_host_plug(r->host, &p, NULL);
    usb_dev_unbind(d, 0);
    l = must_open(r->ctx, "usb:2c7c:0125");
    assert_int_equal(usb_dev_seen(d).detaches, 0);
    qd_link_close(&l);
    assert_int_equal(usb_dev_seen(d).attaches, 1);
    assert_string_equal(usb_dev_driver(d, 0), "option");
}

/* The kernel has no driver for the interface, though it has one for others: nothing to give back.
 */
static void test_no_driver_for_the_interface(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct usb_dev *d;
    struct qd_link *l;

    p.face[0].driver = NULL;
    p.face[2].tty = 2;
    d = usb_host_plug(r->host, &p, NULL);
    l = must_open(r->ctx, "usb:2c7c:0125");
    qd_link_close(&l);
    assert_int_equal(usb_dev_seen(d).attaches, 1);
    assert_int_equal(usb_dev_seen(d).releases, 1);
    assert_string_equal(usb_dev_driver(d, 0), "");
    l = must_open(r->ctx, "usb:2c7c:0125");
    qd_link_close(&l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        USB_TEST(test_list),
        USB_TEST(test_two_units),
        USB_TEST(test_path_opens_that_unit),
        USB_TEST(test_one_match_needs_no_path),
        USB_TEST(test_gadget_class_wins),
        USB_TEST(test_diag_not_at_0),
        USB_TEST(test_other_classes_only),
        USB_TEST(test_cut_descriptors),
        USB_TEST(test_unknown_device_is_a_guess),
        USB_TEST(test_download_mode),
        USB_TEST(test_no_permission),
        USB_TEST(test_claim_busy),
        USB_TEST(test_tty_in_use),
        USB_TEST(test_second_client),
        USB_TEST(test_driver_is_detached_and_given_back),
        USB_TEST(test_no_driver_stays_no_driver),
        USB_TEST(test_left_behind_by_a_killed_client),
        USB_TEST(test_no_driver_for_the_interface),
    };

    return rig_broken() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
