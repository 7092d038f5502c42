/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Units through the public interface: which one `auto` takes, two alike, and DIAG over USB. */
#include "usb_test.h"

#include <sys/stat.h>

#include <qdiag/device.h>

#include "diag/session.h"
#include "flow/unit/device.h"

static const char conf[] =
    "family = eg9x\nmodel = EG95\nfirmware = EG95EFBR06A08M4G\n"
    "firmware_full = EG95EFBR06A08M4G_01.001.01.001\next_build = EG95EFBR06A08M4G\n"
    "model_number = 9607\nesn = 00000000\nusb = 2c7c:0125\nserial = 0123\n"
    "feature_mask = 010203\nsubs = 1\nefs_subsys = 13\n";

struct unit {
    char dir[64], file[80];
    struct usb_sim *sim;
};

static void unit_start(struct unit *u)
{
    FILE *f;

    test_folder(u->dir);
    snprintf(u->file, sizeof u->file, "%s/unit.conf", u->dir);
    f = fopen(u->file, "w");
    assert_non_null(f);
    assert_true(fputs(conf, f) >= 0);
    assert_int_equal(fclose(f), 0);
    u->sim = usb_sim_new(u->dir);
    assert_non_null(u->sim);
}

static void unit_end(struct unit *u)
{
    usb_sim_free(&u->sim);
    unlink(u->file);
    assert_int_equal(rmdir(u->dir), 0);
}

static struct qdiag_device *must_open_unit(struct rig *r, const char *address, const char *serial)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_error e = {0};

    if (qdiag_device_open(r->ctx, address, serial, &dev, &e))
        fail_msg("%s: %s: %s", address, e.what, e.why);
    return dev;
}

static void must_not_open_unit(struct rig *r, const char *address, const char *serial, int code,
                               struct qdiag_error *e)
{
    struct qdiag_device *dev = NULL;

    memset(e, 0, sizeof *e);
    assert_int_equal(qdiag_device_open(r->ctx, address, serial, &dev, e), -code);
    assert_null(dev);
}

/* Asks for NV items: absent ones, each answer with its own number. */
static void ask_items(struct qdiag_device *dev, unsigned from, unsigned n)
{
    struct qdiag_error e = {0};
    struct qd_reply reply;
    uint8_t req[133] = {0x26};

    for (unsigned id = from; id < from + n; id++) {
        req[1] = (uint8_t)id;
        req[2] = (uint8_t)(id >> 8);
        if (qd_diag_ask(dev->diag, QD_CMD_NV_READ, req, sizeof req, &reply, &e))
            fail_msg("item %u: %s: %s", id, e.what, e.why);
        assert_int_equal(reply.bad, 0);
        assert_int_equal(reply.len, 133);
        assert_memory_equal(reply.p, req, 3);
    }
}

static void test_auto_over_usb(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct unit u;
    struct qdiag_device *dev;
    struct usb_dev *d;

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", NULL);
    assert_string_equal(qdiag_device_address(dev), "usb:2c7c:0125@1-1");
    assert_string_equal(dev->usb_serial, "SIM0001");
    ask_items(dev, 100, 20);
    qdiag_device_close(&dev);
    assert_int_equal(usb_dev_seen(d).pending_in, 0);
    assert_string_equal(usb_dev_driver(d, 0), "");
    unit_end(&u);
}

static void test_serial(void **state)
{
    struct rig *r = *state;
    struct usb_profile one = bare_ec25(), two = bare_ec25(), none = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct unit u;

    unit_start(&u);
    two.port = 2;
    two.number = 3;
    two.serial = "SIM0002";
    none.port = 3;
    none.number = 4;
    none.serial = NULL;
    usb_host_plug(r->host, &one, NULL);
    usb_host_plug(r->host, &two, u.sim);
    usb_host_plug(r->host, &none, NULL);
    must_not_open_unit(r, "auto", NULL, QDIAG_E_MANY_UNITS, &e);
    assert_non_null(strstr(e.why, "usb:2c7c:0125@1-1, usb:2c7c:0125@1-2, usb:2c7c:0125@1-3"));
    must_not_open_unit(r, "auto", "SIM0003", QDIAG_E_NO_UNIT, &e);
    must_not_open_unit(r, "auto", "", QDIAG_E_NO_UNIT, &e); /* "none" is no number to ask for */
    must_not_open_unit(r, "usb:2c7c:0125@1-1", "SIM0002", QDIAG_E_NO_UNIT, &e);
    must_not_open_unit(r, "usb:05c6:9008", "SIM0002", QDIAG_E_POLICY, &e);
    dev = must_open_unit(r, "auto", "SIM0002");
    assert_string_equal(qdiag_device_address(dev), "usb:2c7c:0125@1-2");
    ask_items(dev, 7, 1);
    qdiag_device_close(&dev);
    dev = must_open_unit(r, "usb:2c7c:0125", "SIM0002");
    assert_string_equal(qdiag_device_address(dev), "usb:2c7c:0125@1-2");
    assert_string_equal(dev->usb_serial, "SIM0002");
    qdiag_device_close(&dev);
    unit_end(&u);
}

static void test_two_alike(void **state)
{
    struct rig *r = *state;
    struct usb_profile one = bare_ec25(), two = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct unit u;

    unit_start(&u);
    two.port = 2;
    two.number = 3;
    usb_host_plug(r->host, &one, NULL);
    usb_host_plug(r->host, &two, u.sim);
    must_not_open_unit(r, "auto", "SIM0001", QDIAG_E_MANY_UNITS, &e);
    dev = must_open_unit(r, "usb:2c7c:0125@1-2", "SIM0001");
    ask_items(dev, 7, 1);
    qdiag_device_close(&dev);
    unit_end(&u);
}

/* A serial port and the USB interface below it are two ports of one unit. */
static void test_ports_of_one_unit(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25, other = bare_ec25();
    struct qdiag_port_list list;
    struct qdiag_error e = {0};

    p.face[0].tty = 0;
    p.face[2].tty = 2;
    usb_host_plug(r->host, &p, NULL);
    assert_int_equal(qdiag_port_list_get(r->ctx, &list, &e), 0);
    assert_int_equal(list.count, 3);
    assert_string_equal(list.port[0].address, "usb:2c7c:0125@1-1");
    assert_string_equal(list.port[1].address, "tty:/dev/ttyUSB0");
    assert_string_equal(list.port[2].address, "tty:/dev/ttyUSB2");
    for (int i = 0; i < 3; i++) {
        assert_string_equal(list.port[i].usb_path, "1-1");
        assert_string_equal(list.port[i].serial, "SIM0001");
        assert_string_equal(list.port[i].unit, "1-1");
        assert_int_equal(list.port[i].likely_diag, i < 2);
        assert_int_equal(list.port[i].role, i < 2 ? QDIAG_ROLE_DIAG : QDIAG_ROLE_AT);
    }
    assert_string_equal(list.port[0].node, "/dev/bus/usb/001/002");
    qdiag_port_list_free(&list);
    other.port = 2;
    other.number = 3;
    usb_host_plug(r->host, &other, NULL);
    /* Of two units, the serial port stands for the one and USB for the other. */
    must_not_open_unit(r, "auto", NULL, QDIAG_E_MANY_UNITS, &e);
    assert_string_equal(e.why, "2 candidates: tty:/dev/ttyUSB0 (USB 1-1), usb:2c7c:0125@1-2");
}

/* The serial port the table means is not the interface that says it is DIAG. */
static void test_surest_interface(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct qdiag_device *dev;
    struct unit u;

    unit_start(&u);
    p.face[0].tty = 0;
    p.face[3] = (struct usb_face){
        .cls = 0xff, .sub = 0xff, .proto = 0x30, .in = 0x85, .out = 0x02, .tty = -1};
    p.diag = 3;
    usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", NULL);
    assert_string_equal(qdiag_device_address(dev), "usb:2c7c:0125@1-1");
    ask_items(dev, 7, 1);
    qdiag_device_close(&dev);
    unit_end(&u);
}

static void run_session(struct rig *r, const struct usb_knobs *k, unsigned n)
{
    struct usb_profile p = bare_ec25();
    struct qdiag_device *dev;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "usb:2c7c:0125", NULL);
    usb_dev_set(d, k);
    ask_items(dev, 100, n);
    qdiag_device_close(&dev);
    assert_int_equal(usb_sim_writes(u.sim), 0);
    unit_end(&u);
}

static void test_replies_in_many_transfers(void **state)
{
    run_session(*state, &(struct usb_knobs){.split = 5}, 20);
}

static void test_replies_in_64_byte_transfers(void **state)
{
    run_session(*state, &(struct usb_knobs){.urb_bytes = 64}, 20);
}

static void test_session_over_a_stall(void **state)
{
    run_session(*state, &(struct usb_knobs){.stall_at = 5}, 20);
}

/* What a killed client had asked for waits in the unit and is not taken for an answer of ours. */
static void test_stale_replies(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct qdiag_device *dev;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    usb_dev_push(d, "\x41\x42\x43\x2f\x9f", 5); /* the end of a frame that was being sent */
    for (int i = 0; i < 40; i++)
        usb_dev_push(d, "\x7e\x41\x42\x43\x2f\x9f\x7e", 7);
    dev = must_open_unit(r, "usb:2c7c:0125", NULL);
    ask_items(dev, 100, 5);
    qdiag_device_close(&dev);
    unit_end(&u);
}

/* Several frames of the unit in one transfer: the ones before the reply are passed by. */
static void test_frames_in_one_transfer(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct usb_knobs k = {.glue = 2};
    struct qdiag_device *dev;
    struct usb_dev *d;
    struct unit u;
    struct qdiag_error e = {0};
    struct qd_reply reply;
    uint8_t req[133] = {0x26, 0x26, 0x02};

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    r->ctx->timeout_ms = 150;
    dev = must_open_unit(r, "usb:2c7c:0125", NULL);
    usb_dev_set(d, &k);
    /* The first answer is kept back until the request has been sent again; then both arrive. */
    assert_int_equal(qd_diag_ask(dev->diag, QD_CMD_NV_READ, req, sizeof req, &reply, &e), 0);
    assert_memory_equal(reply.p, req, 3);
    k.glue = 0;
    usb_dev_set(d, &k);
    ask_items(dev, 100, 5);
    qdiag_device_close(&dev);
    unit_end(&u);
}

static void test_silent_unit(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25;
    struct usb_knobs k = {.silent = 1};
    struct qdiag_error e;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    usb_dev_set(d, &k);
    r->ctx->timeout_ms = 100;
    must_not_open_unit(r, "usb:2c7c:0125", NULL, QDIAG_E_LINK_SILENT, &e);
    assert_non_null(strstr(e.why, "nothing was heard"));
    assert_string_equal(usb_dev_driver(d, 0), "option"); /* given back all the same */
    unit_end(&u);
}

static void test_unplugged_in_a_session(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct usb_knobs k = {.unplug_at = 12};
    struct qdiag_error e = {0};
    struct qdiag_device *dev;
    struct qd_reply reply;
    struct usb_dev *d;
    struct unit u;
    uint8_t req[133] = {0x26, 0x26, 0x02};
    int rc = 0;

    unit_start(&u);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "usb:2c7c:0125", NULL);
    usb_dev_set(d, &k);
    for (int i = 0; i < 20 && rc == 0; i++)
        rc = qd_diag_ask(dev->diag, QD_CMD_NV_READ, req, sizeof req, &reply, &e);
    assert_int_equal(rc, -QDIAG_E_LINK_GONE);
    assert_int_equal(usb_dev_seen(d).out_transfers, 12);
    qdiag_device_close(&dev);
    unit_end(&u);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        USB_TEST(test_auto_over_usb),
        USB_TEST(test_serial),
        USB_TEST(test_two_alike),
        USB_TEST(test_ports_of_one_unit),
        USB_TEST(test_surest_interface),
        USB_TEST(test_replies_in_many_transfers),
        USB_TEST(test_replies_in_64_byte_transfers),
        USB_TEST(test_session_over_a_stall),
        USB_TEST(test_stale_replies),
        USB_TEST(test_frames_in_one_transfer),
        USB_TEST(test_silent_unit),
        USB_TEST(test_unplugged_in_a_session),
    };

    return rig_broken() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
