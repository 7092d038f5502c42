/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit that goes away and comes back: under another device number or tty, as another unit, in
 * download mode, or never. The waiting is the test's: each look of it changes the bus by hand. */
#include "usb_test.h"

#include <sys/stat.h>

#include <qdiag/device.h>
#include <qdiag/identity.h>

#include "flow/unit/device.h"
#include "usb_tty.h"

static const char conf[] =
    "family = eg9x\nmodel = EG95\nfirmware = EG95EFBR06A08M4G\n"
    "firmware_full = EG95EFBR06A08M4G_01.001.01.001\next_build = EG95EFBR06A08M4G\n"
    "model_number = 9607\nesn = 00000000\nusb = 2c7c:0125\nserial = 0123\n"
    "feature_mask = 010203\nsubs = 1\nefs_subsys = 13\n";
static const uint8_t imei_one[9] = {0x08, 0x0a, 0x10, 0x00, 0x01, 0, 0, 0, 0x51};
static const uint8_t imei_two[9] = {0x08, 0x0a, 0x10, 0x00, 0x01, 0, 0, 0, 0x32};

struct unit {
    char dir[64];
    struct usb_sim *sim;
};

static void put_file(const char *dir, const char *name, const void *p, size_t n)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static void unit_start(struct unit *u, const uint8_t imei[9])
{
    char folder[96];

    test_folder(u->dir);
    put_file(u->dir, "unit.conf", conf, sizeof conf - 1);
    snprintf(folder, sizeof folder, "%s/nv", u->dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    snprintf(folder, sizeof folder, "%s/nv/0", u->dir);
    assert_int_equal(mkdir(folder, 0700), 0);
    put_file(u->dir, "nv/0/550", imei, 9);
    u->sim = usb_sim_new(u->dir);
    assert_non_null(u->sim);
}

static void unit_end(struct unit *u)
{
    static const char *const parts[] = {"nv/0/550", "nv/0", "nv", "unit.conf", ""};
    char path[128];

    usb_sim_free(&u->sim);
    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "%s/%s", u->dir, parts[i]);
        assert_int_equal(remove(path), 0);
    }
}

/* Time passes at the looks only as far as the waiting is concerned; the rest of it is real. */
struct script {
    struct rig *rig;
    struct qd_clock clock;
    uint64_t slept;
    unsigned looks, plug_at, cancel_at;
    const struct usb_profile *next; /* plugged in at look plug_at */
    struct usb_sim *sim;
    struct usb_dev *came;
    struct qdiag_cancel *cancel;
};

static uint64_t script_now(void *user)
{
    struct script *s = user;

    return qd_clock_real.now_us(NULL) + s->slept;
}

static void script_sleep(void *user, uint64_t us)
{
    struct script *s = user;

    s->slept += us;
    s->looks++;
    if (s->looks == s->plug_at)
        s->came = usb_host_plug(s->rig->host, s->next, s->sim);
    if (s->looks == s->cancel_at)
        qdiag_cancel_request(s->cancel);
}

static void script_start(struct script *s, struct rig *r)
{
    memset(s, 0, sizeof *s);
    s->rig = r;
    s->clock = (struct qd_clock){script_now, script_sleep, s};
    r->ctx->clock = &s->clock;
}

static struct qdiag_device *must_open_unit(struct rig *r, const char *address, int identify)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_identity id;
    struct qdiag_error e = {0};

    if (qdiag_device_open(r->ctx, address, NULL, &dev, &e) ||
        (identify && qdiag_identity_read(dev, &id, &e)))
        fail_msg("%s: %s: %s", address, e.what, e.why);
    return dev;
}

static void must_not_reopen(struct qdiag_device **dev, unsigned gone_ms, unsigned wait_ms, int code,
                            struct qdiag_error *e)
{
    memset(e, 0, sizeof *e);
    assert_int_equal(qdiag_device_reopen(dev, gone_ms, wait_ms, e), -code);
    assert_int_equal(e->code, code);
    assert_null(*dev);
}

/* Plugged in again with another number: one device, one session, the same pointer. */
static void replug(struct rig *r, int identify)
{
    struct usb_profile p = bare_ec25(), again = bare_ec25();
    struct qdiag_identity id;
    struct qdiag_device *dev, *same;
    struct qdiag_error e = {0};
    struct script s;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u, imei_one);
    script_start(&s, r);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = same = must_open_unit(r, "auto", identify);
    usb_host_unplug(r->host, d);
    again.number = 9;
    s.next = &again;
    s.plug_at = 3;
    s.sim = u.sim;
    if (qdiag_device_reopen(&dev, 1000, 20000, &e))
        fail_msg("%s: %s", e.what, e.why);
    assert_ptr_equal(dev, same);
    assert_int_equal(s.looks, 3);
    assert_string_equal(qdiag_device_address(dev), "usb:2c7c:0125@1-1");
    assert_int_equal(usb_dev_seen(s.came).claims, 1);
    assert_int_equal(qdiag_identity_read(dev, &id, &e), 0);
    assert_int_equal(id.imei_state[0], QDIAG_IDENT_USABLE);
    qdiag_device_close(&dev);
    assert_int_equal(usb_sim_writes(u.sim), 0);
    unit_end(&u);
}

static void test_new_number(void **state)
{
    replug(*state, 1);
}

static void test_new_number_by_serial_alone(void **state)
{
    replug(*state, 0);
}

static void test_never_back(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25(), elsewhere = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct script s;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u, imei_one);
    script_start(&s, r);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", 1);
    usb_host_unplug(r->host, d);
    elsewhere.port = 2; /* an equal one at another place is not it */
    elsewhere.number = 9;
    s.next = &elsewhere;
    s.plug_at = 2;
    must_not_reopen(&dev, 0, 60000, QDIAG_E_LINK_GONE, &e);
    assert_string_equal(e.why, "the unit did not come back within 60 s");
    assert_true(s.looks > 100 && s.looks <= 240);
    assert_int_equal(usb_dev_seen(s.came).ioctls, 0);
    unit_end(&u);
}

/* Unplugs a unit with `first` and puts `second` in its place. */
static void other(struct rig *r, const struct usb_profile *first, const struct usb_profile *second,
                  int code, const char *why, unsigned ioctls)
{
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct script s;
    struct usb_dev *d;
    struct unit u, v;

    unit_start(&u, imei_one);
    unit_start(&v, imei_two);
    script_start(&s, r);
    d = usb_host_plug(r->host, first, u.sim);
    dev = must_open_unit(r, "auto", 1);
    usb_host_unplug(r->host, d);
    s.next = second;
    s.plug_at = 1;
    s.sim = v.sim;
    must_not_reopen(&dev, 0, 20000, code, &e);
    if (!strstr(e.why, why) && !strstr(e.what, why))
        fail_msg("%s: %s", e.what, e.why);
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
    if (!ioctls)
        assert_int_equal(usb_dev_seen(s.came).ioctls, 0);
    assert_int_equal(usb_dev_seen(s.came).claims, usb_dev_seen(s.came).releases);
    unit_end(&u);
    unit_end(&v);
}

static void test_other_serial(void **state)
{
    struct usb_profile p = bare_ec25(), q = bare_ec25();

    q.serial = "SIM0002";
    q.number = 9;
    other(*state, &p, &q, QDIAG_E_NOT_SAME_UNIT, "another serial number", 0);
}

static void test_serial_gone(void **state)
{
    struct usb_profile p = bare_ec25(), q = bare_ec25();

    q.serial = NULL;
    q.number = 9;
    other(*state, &p, &q, QDIAG_E_NOT_SAME_UNIT, "another serial number", 0);
}

/* Makers give many units one serial number: the IMEI tells them apart. */
static void test_other_identity(void **state)
{
    struct usb_profile p = bare_ec25(), q = bare_ec25();

    q.number = 9;
    other(*state, &p, &q, QDIAG_E_NOT_SAME_UNIT, "IMEI", 1);
}

static void test_other_identity_without_serial(void **state)
{
    struct usb_profile p = bare_ec25(), q = bare_ec25();

    p.serial = q.serial = NULL;
    q.number = 9;
    other(*state, &p, &q, QDIAG_E_NOT_SAME_UNIT, "IMEI", 1);
}

static void test_back_in_download_mode(void **state)
{
    struct usb_profile p = bare_ec25(), q = bare_ec25();

    q.vid = 0x05c6;
    q.pid = 0x9008;
    q.number = 9;
    other(*state, &p, &q, QDIAG_E_POLICY, "download (EDL) mode", 0);
}

static void test_nothing_to_tell_by(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct script s;
    struct unit u;

    p.serial = NULL;
    unit_start(&u, imei_one);
    script_start(&s, r);
    usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", 0);
    must_not_reopen(&dev, 0, 20000, QDIAG_E_UNKNOWN, &e);
    assert_int_equal(s.looks, 0);
    unit_end(&u);
}

static void test_does_not_go(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u, imei_one);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", 0);
    must_not_reopen(&dev, 50, 20000, QDIAG_E_TIMEOUT, &e);
    assert_string_equal(e.why, "the unit was still there after 1 s");
    assert_int_equal(usb_dev_seen(d).releases, 1);
    unit_end(&u);
}

static void test_cancel(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25();
    struct qdiag_device *dev;
    struct qdiag_error e;
    struct script s;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u, imei_one);
    script_start(&s, r);
    s.cancel = qdiag_cancel_new();
    s.cancel_at = 4;
    qdiag_context_set_cancel(r->ctx, s.cancel);
    d = usb_host_plug(r->host, &p, u.sim);
    dev = must_open_unit(r, "auto", 0);
    usb_host_unplug(r->host, d);
    must_not_reopen(&dev, 0, 20000, QDIAG_E_CANCELLED, &e);
    assert_int_equal(s.looks, 4);
    qdiag_context_set_cancel(r->ctx, NULL);
    qdiag_cancel_free(&s.cancel);
    unit_end(&u);
}

/* ttyUSB3 is ttyUSB5 after the reset: found by the interface, not by the number. */
static void test_new_tty(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = usb_ec25, again = usb_ec25;
    struct qdiag_device *dev;
    struct qdiag_error e = {0};
    struct tty_server t;
    struct usb_dev *d;
    struct unit u;

    unit_start(&u, imei_one);
    p.face[0].tty = 3;
    p.face[2].tty = 2;
    d = usb_host_plug(r->host, &p, NULL);
    tty_start(&t, r, "/dev/ttyUSB3", u.sim);
    dev = must_open_unit(r, "auto", 1);
    assert_string_equal(qdiag_device_address(dev), "tty:/dev/ttyUSB3");
    assert_string_equal(dev->usb_path, "1-1");
    assert_string_equal(dev->usb_serial, "SIM0001");
    tty_end(&t);
    usb_host_unplug(r->host, d);
    again.number = 9;
    again.face[0].tty = 5;
    again.face[2].tty = 4;
    usb_host_plug(r->host, &again, NULL);
    tty_start(&t, r, "/dev/ttyUSB5", u.sim);
    if (qdiag_device_reopen(&dev, 0, 20000, &e))
        fail_msg("%s: %s", e.what, e.why);
    assert_string_equal(qdiag_device_address(dev), "tty:/dev/ttyUSB5");
    qdiag_device_close(&dev);
    tty_end(&t);
    unit_end(&u);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        USB_TEST(test_new_number),
        USB_TEST(test_new_number_by_serial_alone),
        USB_TEST(test_never_back),
        USB_TEST(test_other_serial),
        USB_TEST(test_serial_gone),
        USB_TEST(test_other_identity),
        USB_TEST(test_other_identity_without_serial),
        USB_TEST(test_back_in_download_mode),
        USB_TEST(test_nothing_to_tell_by),
        USB_TEST(test_does_not_go),
        USB_TEST(test_cancel),
        USB_TEST(test_new_tty),
    };

    return rig_broken() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
