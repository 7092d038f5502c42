/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Discovery on a made-up sysfs, and the rules that tell a DIAG interface. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* nftw */
#endif
#include "transport_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>

#include "transport/discover.h"
#include "transport/usb_match.h"

#define DEV1 "devices/pci0000:00/usb1/1-4/1-4.2"
#define DEV2 "devices/pci0000:00/usb1/1-10"

static char root[64];

static void make_folders(const char *path)
{
    char at[512];

    snprintf(at, sizeof(at), "%s/%s/", root, path);
    for (char *p = at + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(at, 0700); /* often there already */
        *p = '/';
    }
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *f;

    make_folders(folder);
    snprintf(path, sizeof(path), "%s/%s/%s", root, folder, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void put_link(const char *folder, const char *name, const char *target)
{
    char path[512];

    make_folders(folder);
    snprintf(path, sizeof(path), "%s/%s/%s", root, folder, name);
    assert_int_equal(symlink(target, path), 0);
}

static void put_device(const char *dev, const char *vid, const char *pid)
{
    put(dev, "idVendor", vid);
    put(dev, "idProduct", pid);
}

static void put_endpoint(const char *iface, const char *name, const char *type, const char *dir)
{
    char folder[512];

    snprintf(folder, sizeof(folder), "%s/%s", iface, name);
    put(folder, "type", type);
    put(folder, "direction", dir);
}

/* An interface with one bulk endpoint each way, and an interrupt one when eps is 3. */
static void put_interface(const char *iface, const char *number, const char *sub, const char *proto,
                          int eps)
{
    put(iface, "bInterfaceNumber", number);
    put(iface, "bInterfaceClass", "ff\n");
    put(iface, "bInterfaceSubClass", sub);
    put(iface, "bInterfaceProtocol", proto);
    put(iface, "bNumEndpoints", eps == 3 ? "03\n" : "02\n");
    put_endpoint(iface, "ep_81", "Bulk\n", "in\n");
    put_endpoint(iface, "ep_01", "Bulk\n", "out\n");
    if (eps == 3)
        put_endpoint(iface, "ep_82", "Interrupt\n", "in\n");
    put_link(iface, "driver", "../../../../../../bus/usb/drivers/option");
}

static void put_tty(const char *iface, const char *name)
{
    char folder[512], target[520];

    snprintf(folder, sizeof(folder), "%s/%s/tty/%s", iface, name, name);
    make_folders(folder);
    snprintf(target, sizeof(target), "../../%s", folder);
    put_link("class/tty", name, target);
}

static int set_up(void **state)
{
    (void)state;
    test_folder(root);
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *f)
{
    (void)st;
    (void)type;
    (void)f;
    return remove(path);
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static struct qd_port_list discover(void)
{
    struct qdiag_context *ctx = qdiag_context_new();
    struct qd_port_list list = {0};
    struct qdiag_error e = {0};

    assert_non_null(ctx);
    if (qd_discover(ctx, root, &list, &e))
        fail_msg("%s: %s", e.item, e.why);
    qdiag_context_free(&ctx);
    return list;
}

static void test_one_module(void **state)
{
    struct qd_port_list list;
    const struct qd_port *p;

    (void)state;
    put_device(DEV1, "2c7c\n", "0195\n");
    put(DEV1, "serial",
        "5a\x01"
        "b1\n");
    put(DEV1, "product", "LTE Module\n");
    put(DEV1, "manufacturer", "Quectel, Incorporated\n");
    put_interface(DEV1 "/1-4.2:1.0", "00\n", "ff\n", "ff\n", 2);
    put_interface(DEV1 "/1-4.2:1.2", "02\n", "00\n", "00\n", 3);
    put_tty(DEV1 "/1-4.2:1.2", "ttyUSB0"); /* the number of a tty is no interface number */
    put_tty(DEV1 "/1-4.2:1.0", "ttyUSB5");
    put_link("class/tty", "ttyS0", "../../devices/platform/serial8250/tty/ttyS0");
    list = discover();
    assert_int_equal(list.n, 2);
    p = &list.p[0];
    assert_string_equal(p->node, "/dev/ttyUSB5");
    assert_string_equal(p->usb_path, "1-4.2");
    assert_int_equal(p->vid, 0x2c7c);
    assert_int_equal(p->pid, 0x0195);
    assert_int_equal(p->interface, 0);
    assert_int_equal(p->cls, 0xff);
    assert_int_equal(p->sub, 0xff);
    assert_int_equal(p->proto, 0xff);
    assert_int_equal(p->endpoints, 2);
    assert_int_equal(p->bulk_pairs, 1);
    assert_string_equal(p->driver, "option");
    assert_string_equal(p->serial, "5a.b1");
    assert_string_equal(p->product, "LTE Module");
    assert_string_equal(p->manufacturer, "Quectel, Incorporated");
    assert_int_equal(p->likely_diag, 1);
    p = &list.p[1];
    assert_string_equal(p->node, "/dev/ttyUSB0");
    assert_int_equal(p->interface, 2);
    assert_int_equal(p->endpoints, 3);
    assert_int_equal(p->bulk_pairs, 1);
    assert_int_equal(p->likely_diag, 0);
    qd_port_list_free(&list);
    assert_null(list.p);
    assert_int_equal(list.n, 0);
}

static void test_order_and_numbers(void **state)
{
    static const char *const want[] = {"/dev/ttyUSB11", "/dev/ttyUSB9", "/dev/ttyUSB10"};
    struct qd_port_list list;

    (void)state;
    put_device(DEV1, "1bc7\n", "10a0\n");
    put_device(DEV2, "1bc7\n", "10a0\n");
    put_interface(DEV1 "/1-4.2:1.10", "10\n", "ff\n", "ff\n", 2);
    put_interface(DEV2 "/1-10:1.3", "03\n", "ff\n", "ff\n", 2);
    put_interface(DEV2 "/1-10:1.4", "04\n", "ff\n", "ff\n", 2);
    put_tty(DEV2 "/1-10:1.4", "ttyUSB10");
    put_tty(DEV2 "/1-10:1.3", "ttyUSB9");
    put_tty(DEV1 "/1-4.2:1.10", "ttyUSB11");
    list = discover();
    assert_int_equal(list.n, 3);
    for (int i = 0; i < 3; i++)
        assert_string_equal(list.p[i].node, want[i]);
    assert_int_equal(list.p[0].interface, 16); /* sysfs writes it in hexadecimal */
    assert_string_equal(list.p[1].usb_path, "1-10");
    assert_int_equal(list.p[1].likely_diag, 1); /* by the table: interface 3 */
    assert_int_equal(list.p[2].likely_diag, 0);
    qd_port_list_free(&list);
}

static void test_wwan(void **state)
{
    struct qd_port_list list;

    (void)state;
    /* A module on PCI: no USB above it. */
    make_folders("devices/pci0000:00/mhi0/wwan/wwan0/wwan0qcdm0");
    put_link("class/wwan", "wwan0qcdm0", "../../devices/pci0000:00/mhi0/wwan/wwan0/wwan0qcdm0");
    put_link("class/wwan", "wwan0at0", "../../devices/pci0000:00/mhi0/wwan/wwan0/wwan0at0");
    list = discover();
    assert_int_equal(list.n, 2);
    assert_string_equal(list.p[0].node, "/dev/wwan0at0");
    assert_int_equal(list.p[0].role, QD_ROLE_AT);
    assert_int_equal(list.p[0].likely_diag, 0);
    assert_string_equal(list.p[0].group, "wwan0");
    assert_string_equal(list.p[1].node, "/dev/wwan0qcdm0");
    assert_string_equal(list.p[1].usb_path, "");
    assert_string_equal(list.p[1].group, "wwan0");
    assert_int_equal(list.p[1].interface, -1);
    assert_int_equal(list.p[1].vid, 0);
    assert_int_equal(list.p[1].likely_diag, 1);
    qd_port_list_free(&list);
}

/* One port of every name; wwan0 itself is no port. Vendor drivers of MHI have classes of their own.
 */
static void test_named_ports(void **state)
{
    static const struct {
        const char *node;
        enum qd_role role;
    } want[] = {{"/dev/cdc-wdm0", QD_ROLE_NET},   {"/dev/mhi_0306_00.01.00_DIAG", QD_ROLE_DIAG},
                {"/dev/wwan0", QD_ROLE_UNKNOWN},  {"/dev/wwan0firehose0", QD_ROLE_DOWNLOAD},
                {"/dev/wwan0mbim0", QD_ROLE_NET}, {"/dev/wwan0xmmrpc0", QD_ROLE_UNKNOWN}};
    struct qd_port_list list;
    size_t at = 0;

    (void)state;
    put_link("class/wwan", "wwan0", "../../devices/x/wwan0");
    put_link("class/wwan", "wwan0mbim0", "../../devices/x/wwan0mbim0");
    put_link("class/wwan", "wwan0firehose0", "../../devices/x/wwan0firehose0");
    put_link("class/wwan", "wwan0xmmrpc0", "../../devices/x/wwan0xmmrpc0");
    put_link("class/usbmisc", "cdc-wdm0", "../../devices/x/cdc-wdm0");
    put_link("class/usbmisc", "hiddev0", "../../devices/x/hiddev0");
    put_link("dev/char", "510:0", "../../devices/x/mhi_any/mhi_0306_00.01.00_DIAG");
    put_link("dev/char", "510:1", "../../devices/x/mhi_any/mhi_0306_00.01.00_DUN");
    put_link("dev/char", "188:0", "../../devices/x/ttyUSB0/tty/ttyUSB0");
    list = discover();
    assert_int_equal(list.n, 5);
    for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
        if (i == 2)
            continue;
        assert_string_equal(list.p[at].node, want[i].node);
        assert_int_equal(list.p[at].role, want[i].role);
        assert_int_equal(list.p[at++].likely_diag, want[i].role == QD_ROLE_DIAG);
    }
    qd_port_list_free(&list);
}

static enum qd_role role(uint16_t vid, uint16_t pid, int number, uint8_t sub, uint8_t proto)
{
    struct qd_usb_interface u = {vid, pid, number, 0xff, sub, proto, 2, 1};

    return qd_usb_role(&u);
}

static void test_roles(void **state)
{
    struct qd_usb_interface u = {0x1234, 1, 3, 0x02, 0x06, 0, 1, 0};

    (void)state;
    assert_int_equal(role(0x2c7c, 0x0125, 0, 0xff, 0xff), QD_ROLE_DIAG);
    assert_int_equal(role(0x2c7c, 0x0125, 1, 0x00, 0x00), QD_ROLE_NMEA); /* by the table */
    assert_int_equal(role(0x2c7c, 0x0125, 2, 0x00, 0x00), QD_ROLE_AT);
    assert_int_equal(role(0x2c7c, 0x0125, 4, 0xff, 0xff), QD_ROLE_NET);
    assert_int_equal(role(0x2c7c, 0x0128, 4, 0xff, 0xff), QD_ROLE_NMEA);
    assert_int_equal(role(0x1199, 0x9091, 8, 0xff, 0xff), QD_ROLE_NET);
    assert_int_equal(role(0x1234, 1, 3, 0xff, 0x40), QD_ROLE_AT); /* by the class alone */
    assert_int_equal(role(0x1234, 1, 3, 0x00, 0x40), QD_ROLE_AT);
    assert_int_equal(role(0x1234, 1, 3, 0x00, 0x00), QD_ROLE_AT);
    assert_int_equal(role(0x1234, 1, 3, 0xff, 0x60), QD_ROLE_NMEA);
    assert_int_equal(role(0x1234, 1, 3, 0xff, 0x50), QD_ROLE_NET);
    assert_int_equal(role(0x1234, 1, 3, 0xff, 0xff), QD_ROLE_UNKNOWN);
    assert_int_equal(role(0x1234, 1, 3, 0xff, 0x30), QD_ROLE_DIAG);
    assert_int_equal(role(0x05c6, 0x9008, 0, 0xff, 0x30), QD_ROLE_DOWNLOAD);
    assert_int_equal(qd_usb_role(&u), QD_ROLE_NET);
    u.cls = 0x03;
    assert_int_equal(qd_usb_role(&u), QD_ROLE_UNKNOWN);
}

static void test_broken_trees(void **state)
{
    struct qd_port_list list;
    struct qdiag_error e = {0};
    char blocked[96];

    (void)state;
    list = discover(); /* no class folders at all */
    assert_int_equal(list.n, 0);
    qd_port_list_free(&list);
    put_link("class/tty", "ttyUSB0", "../../devices/gone");
    put_device(DEV1, "xyz\n", "123456\n");
    put(DEV1 "/1-4.2:1.0", "bInterfaceNumber", "\n");
    put_tty(DEV1 "/1-4.2:1.0", "ttyUSB1");
    list = discover();
    assert_int_equal(list.n, 2);
    assert_string_equal(list.p[0].node, "/dev/ttyUSB0");
    assert_int_equal(list.p[0].interface, -1);
    assert_int_equal(list.p[0].likely_diag, 0);
    assert_string_equal(list.p[1].usb_path, "1-4.2");
    assert_int_equal(list.p[1].vid, 0);
    assert_int_equal(list.p[1].pid, 0);
    assert_int_equal(list.p[1].likely_diag, 0);
    qd_port_list_free(&list);
    put("class", "wwan", "a file where a folder should be");
    assert_int_equal(qd_discover(NULL, root, &list, &e), -QDIAG_E_LOCAL_FILE);
    assert_int_equal(list.n, 0);
    assert_null(list.p);
    snprintf(blocked, sizeof(blocked), "%s/class/wwan", root);
    assert_non_null(strstr(e.item, "class/wwan"));
    assert_int_equal(unlink(blocked), 0);
}

static int likely(uint16_t vid, uint16_t pid, int number, uint8_t sub, uint8_t proto)
{
    struct qd_usb_interface u = {vid, pid, number, 0xff, sub, proto, 2, 1};

    return qd_usb_likely_diag(&u);
}

static void test_rules(void **state)
{
    struct qd_usb_interface u = {0x1234, 0x5678, 4, 0xff, 0xff, 0x30, 2, 1};

    (void)state;
    assert_int_equal(qd_usb_likely_diag(&u), 1); /* the DIAG gadget, whoever made it */
    u.endpoints = 3;
    assert_int_equal(qd_usb_likely_diag(&u), 0);
    u.endpoints = 2;
    u.bulk_pairs = 0;
    assert_int_equal(qd_usb_likely_diag(&u), 0);
    u.bulk_pairs = 1;
    u.cls = 2;
    assert_int_equal(qd_usb_likely_diag(&u), 0);

    assert_int_equal(likely(0x2c7c, 0x7777, 0, 0xff, 0xff), 1); /* Quectel, not in the table */
    assert_int_equal(likely(0x2c7c, 0x7777, 1, 0xff, 0xff), 0);
    assert_int_equal(likely(0x2c7c, 0x7777, 0, 0x00, 0x00), 0);
    assert_int_equal(likely(0x1234, 0x7777, 0, 0xff, 0xff), 0);
    assert_int_equal(likely(0x2c7c, 0x0128, 3, 0xff, 0xff), 1); /* the table overrides */
    assert_int_equal(likely(0x2c7c, 0x0128, 0, 0xff, 0xff), 0);
    assert_int_equal(likely(0x2c7c, 0x0128, 0, 0xff, 0x30), 1);
    assert_int_equal(likely(0x413c, 0x81e0, 0, 0xff, 0xff), 1); /* sources differ: both */
    assert_int_equal(likely(0x413c, 0x81e0, 5, 0xff, 0xff), 1);
    assert_int_equal(likely(0x413c, 0x81e0, 4, 0xff, 0xff), 0);
    assert_int_equal(likely(0x3731, 0x0001, 3, 0xff, 0xff), 1);
    assert_int_equal(likely(0x3c93, 0xffff, 8, 0xff, 0xff), 1);
    assert_int_equal(likely(0x3c93, 0x0001, 8, 0xff, 0xff), 0);
    assert_int_equal(likely(0x1199, 0xc081, 0, 0xff, 0xff), 1);
    assert_int_equal(likely(0x1bc7, 0x1051, 0, 0xff, 0xff), 1);
    assert_string_equal(qd_usb_name(0x2c7c, 0x0195), "Quectel EG95");
    assert_string_equal(qd_usb_name(0x3731, 0x1234), "NetPrisma");
    assert_null(qd_usb_name(0x1234, 0x5678));
}

/* Every id of 9.1 of the protocol notes; the most tempting interface makes no difference. */
static void test_download_modes(void **state)
{
    static const uint16_t ids[][2] = {
        {0x05c6, 0x9008}, {0x05c6, 0x9006}, {0x05c6, 0x900e}, {0x05c6, 0x9025}, {0x1199, 0x9062},
        {0x1199, 0x9070}, {0x1199, 0x9090}, {0x0fce, 0x9dde}, {0x0fce, 0xade3}, {0x0fce, 0xade5},
        {0x0fce, 0xaded}, {0x0846, 0x68e0}, {0x19d2, 0x0076}, {0x1004, 0x61a1}};

    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_int_equal(qd_usb_is_download_mode(ids[i][0], ids[i][1]), 1);
        assert_int_equal(likely(ids[i][0], ids[i][1], 0, 0xff, 0x30), 0);
        assert_null(qd_usb_name(ids[i][0], ids[i][1]));
    }
    assert_int_equal(qd_usb_is_download_mode(0x05c6, 0x901d), 0);
    assert_int_equal(likely(0x05c6, 0x9090, 0, 0xff, 0xff), 1); /* UC15; 1199:9090 is not */
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TREE_TEST(test_one_module),   TREE_TEST(test_order_and_numbers),
        TREE_TEST(test_wwan),         TREE_TEST(test_broken_trees),
        TREE_TEST(test_named_ports),  cmocka_unit_test(test_roles),
        cmocka_unit_test(test_rules), cmocka_unit_test(test_download_modes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
