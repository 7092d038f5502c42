/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A unit with more than one processor that speaks DIAG: which port `auto` takes, what a probe says
 * of each, and which ports neither of them opens. */
#include "usb_test.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <qdiag/device.h>
#include <qdiag/doctor.h>
#include <qdiag/identity.h>

#include "flow/unit/device.h"
#include "usb_tty.h"

static const char conf[] =
    "family = eg9x\nmodel = EG95\nfirmware = EG95EFBR06A08M4G\n"
    "firmware_full = EG95EFBR06A08M4G_01.001.01.001\next_build = EG95EFBR06A08M4G\n"
    "model_number = 9607\nesn = 00000000\nusb = 2c7c:0125\nserial = 0123\n"
    "feature_mask = 010203\nsubs = 1\nefs_subsys = 13\n";

/* What is behind a port. */
enum kind { NOBODY, MODEM, DSP };

enum { FIRST = 0, SECOND = 3 }; /* interfaces that say they are DIAG, and their ttys */

struct unit {
    char dir[64], file[80];
    struct usb_sim *sim;
};

static void unit_start(struct unit *u, enum kind kind)
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
    if (kind == DSP)
        usb_sim_be_dsp(u->sim);
}

static void unit_end(struct unit *u)
{
    usb_sim_free(&u->sim);
    unlink(u->file);
    assert_int_equal(rmdir(u->dir), 0);
}

/* Two interfaces of the class of the DIAG gadget, and one for AT. */
static struct usb_profile two_ports(void)
{
    struct usb_profile p = usb_ec25;

    p.face[FIRST].sub = p.face[SECOND].sub = 0xff;
    p.face[FIRST].proto = 0x30;
    p.face[FIRST].tty = FIRST;
    p.face[2].tty = 2;
    p.face[SECOND] = (struct usb_face){.cls = 0xff,
                                       .sub = 0xff,
                                       .proto = 0x30,
                                       .in = 0x85,
                                       .out = 0x02,
                                       .driver = "option",
                                       .tty = SECOND};
    return p;
}

/* What was logged as a warning. */
static char warned[1024];

static void on_log(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    size_t at = strlen(warned);

    (void)user;
    if (level == QDIAG_LOG_WARN)
        snprintf(warned + at, sizeof warned - at, "%s: %s\n", area, text);
}

/* A unit whose two ports are answered by these. */
struct pair {
    struct rig *rig;
    struct usb_dev *dev;
    struct unit unit[2];
    struct tty_server tty[2];
    int on[2];
};

static struct pair *pair_start(struct rig *r, enum kind first, enum kind second)
{
    static const char *const node[2] = {"/dev/ttyUSB0", "/dev/ttyUSB3"};
    const enum kind kind[2] = {first, second};
    struct usb_profile p = two_ports();
    struct pair *k = calloc(1, sizeof *k); /* a test that fails leaves its threads behind */

    assert_non_null(k);
    k->rig = r;
    warned[0] = '\0';
    qdiag_context_set_log(r->ctx, QDIAG_LOG_WARN, on_log, NULL);
    k->dev = usb_host_plug(r->host, &p, NULL);
    for (int i = 0; i < 2; i++) {
        k->on[i] = kind[i] != NOBODY;
        if (!k->on[i])
            continue;
        unit_start(&k->unit[i], kind[i]);
        tty_start(&k->tty[i], r, node[i], k->unit[i].sim);
    }
    return k;
}

static void pair_end(struct pair *k)
{
    for (int i = 0; i < 2; i++) {
        if (!k->on[i])
            continue;
        tty_end(&k->tty[i]);
        assert_int_equal(usb_sim_writes(k->unit[i].sim), 0);
        unit_end(&k->unit[i]);
    }
    assert_int_equal(usb_dev_seen(k->dev).ioctls, 0); /* its interfaces stay with their driver */
    free(k);
}

static struct qdiag_device *must_open_unit(struct rig *r, const char *address)
{
    struct qdiag_device *dev = NULL;
    struct qdiag_error e = {0};

    if (qdiag_device_open(r->ctx, address, NULL, &dev, &e))
        fail_msg("%s: %s: %s", address, e.what, e.why);
    return dev;
}

static void must_not_open_unit(struct rig *r, int code, struct qdiag_error *e)
{
    struct qdiag_device *dev = NULL;

    memset(e, 0, sizeof *e);
    assert_int_equal(qdiag_device_open(r->ctx, "auto", NULL, &dev, e), -code);
    assert_null(dev);
}

static void test_auto_takes_the_first(void **state)
{
    struct qdiag_device *dev;
    struct pair *k = pair_start(*state, MODEM, DSP);

    dev = must_open_unit(k->rig, "auto");
    assert_string_equal(qdiag_device_address(dev), "tty:/dev/ttyUSB0");
    qdiag_device_close(&dev);
    assert_string_equal(warned, "");
    assert_int_equal(usb_sim_requests(k->unit[1].sim), 0);
    pair_end(k);
}

static void test_auto_passes_a_dsp(void **state)
{
    struct qdiag_device *dev;
    struct pair *k = pair_start(*state, DSP, MODEM);

    dev = must_open_unit(k->rig, "auto");
    assert_string_equal(qdiag_device_address(dev), "tty:/dev/ttyUSB3");
    assert_int_equal(dev->interface, SECOND);
    assert_string_equal(dev->usb_serial, "SIM0001");
    qdiag_device_close(&dev);
    assert_string_equal(warned,
                        "auto: tty:/dev/ttyUSB0 answers, but is not the modem: it has neither NV "
                        "items nor EFS; next is tty:/dev/ttyUSB3\n");
    pair_end(k);
}

static void test_auto_without_a_modem(void **state)
{
    struct qdiag_error e;
    struct pair *k = pair_start(*state, DSP, DSP);

    must_not_open_unit(k->rig, QDIAG_E_UNSUPPORTED, &e);
    assert_string_equal(e.what, "no DIAG port of the unit is the modem's");
    assert_string_equal(e.item, "tty:/dev/ttyUSB0, tty:/dev/ttyUSB3");
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
    pair_end(k);
}

/* Silence says nothing of what is behind the port. */
static void test_auto_and_silence(void **state)
{
    struct qdiag_error e;
    struct pair *k = pair_start(*state, DSP, NOBODY);

    k->rig->ctx->timeout_ms = 500;
    must_not_open_unit(k->rig, QDIAG_E_LINK_SILENT, &e);
    assert_non_null(strstr(warned, "tty:/dev/ttyUSB0 answers, but is not the modem"));
    pair_end(k);
}

static void test_named_port_is_taken(void **state)
{
    struct qdiag_device *dev;
    struct pair *k = pair_start(*state, DSP, MODEM);

    dev = must_open_unit(k->rig, "tty:/dev/ttyUSB0");
    assert_string_equal(qdiag_device_address(dev), "tty:/dev/ttyUSB0");
    assert_int_equal(usb_sim_requests(k->unit[0].sim), 1); /* VERNO */
    qdiag_device_close(&dev);
    assert_string_equal(warned, "");
    pair_end(k);
}

/* Only the session with the port that was chosen is in the capture, from its beginning. */
static void test_capture_of_auto(void **state)
{
    struct qdiag_device *dev;
    struct qdiag_identity id;
    struct qdiag_error e = {0};
    char folder[64], path[80], address[96];

    test_folder(folder);
    snprintf(path, sizeof path, "%s/capture", folder);
    snprintf(address, sizeof address, "replay:%s", path);
    struct pair *k = pair_start(*state, DSP, MODEM);

    assert_int_equal(qdiag_context_set_capture(k->rig->ctx, path, 1, &e), 0);
    dev = must_open_unit(k->rig, "auto");
    assert_int_equal(qdiag_identity_read(dev, &id, &e), 0);
    qdiag_device_close(&dev);
    assert_int_equal(qdiag_context_set_capture(k->rig->ctx, NULL, 0, &e), 0);
    dev = must_open_unit(k->rig, address);
    assert_int_equal(qdiag_identity_read(dev, &id, &e), 0);
    qdiag_device_close(&dev);
    pair_end(k);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void test_doctor_on_a_dsp(void **state)
{
    struct qdiag_doctor_report report;
    struct qdiag_error e = {0};
    const char *seen = "";
    struct pair *k = pair_start(*state, DSP, DSP);

    assert_int_equal(qdiag_doctor(k->rig->ctx, "auto", NULL, NULL, &report, &e), 0);
    for (size_t i = 0; i < report.count; i++)
        if (strcmp(report.finding[i].name, "modem") == 0 &&
            report.finding[i].state == QDIAG_DOCTOR_PROBLEM)
            seen = report.finding[i].seen;
    assert_non_null(strstr(seen, "neither NV items nor EFS"));
    assert_string_equal(report.address, "tty:/dev/ttyUSB0");
    qdiag_doctor_report_free(&report);
    pair_end(k);
}

/* Asks every port; what each said is found by its address. */
struct asked {
    struct qdiag_port_list list;
    struct qdiag_probe said[8];
};

static void ask_all(struct asked *a, struct rig *r)
{
    struct qdiag_error e = {0};

    memset(a, 0, sizeof *a);
    assert_int_equal(qdiag_port_list_get(r->ctx, &a->list, &e), 0);
    assert_true(a->list.count <= 8);
    for (size_t i = 0; i < a->list.count; i++)
        if (qdiag_port_probe(r->ctx, &a->list.port[i], &a->said[i], &e))
            fail_msg("%s: %s: %s", a->list.port[i].address, e.what, e.why);
}

static void expect(const struct asked *a, const char *address, const char *word, const char *reason)
{
    for (size_t i = 0; i < a->list.count; i++) {
        if (strcmp(a->list.port[i].address, address) != 0)
            continue;
        assert_string_equal(qdiag_probe_name(a->said[i].result), word);
        assert_string_equal(a->said[i].reason, reason);
        return;
    }
    fail_msg("%s is not listed", address);
}

static void test_probe(void **state)
{
    struct asked a;
    struct pair *k = pair_start(*state, DSP, MODEM);

    ask_all(&a, k->rig);
    assert_int_equal(a.list.count, 4);
    expect(&a, "usb:2c7c:0125@1-1", "not asked", "the driver option has it");
    expect(&a, "tty:/dev/ttyUSB0", "not the modem", "it has neither NV items nor EFS");
    expect(&a, "tty:/dev/ttyUSB2", "not asked", "it does not look like DIAG");
    expect(&a, "tty:/dev/ttyUSB3", "diag", "");
    assert_int_equal(usb_sim_requests(k->unit[1].sim), 2); /* VERNO, and one item */
    qdiag_port_list_free(&a.list);
    pair_end(k);
}

static void test_probe_silent_and_locked(void **state)
{
    struct asked a;
    int fd;
    struct pair *k = pair_start(*state, NOBODY, MODEM);

    k->rig->ctx->timeout_ms = 300;
    fd = open("/dev/ttyUSB3", O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    ask_all(&a, k->rig);
    expect(&a, "tty:/dev/ttyUSB0", "silent", "nothing was heard");
    assert_int_equal(usb_sim_requests(k->unit[1].sim), 0);
    for (size_t i = 0; i < a.list.count; i++)
        if (strcmp(a.list.port[i].address, "tty:/dev/ttyUSB3") == 0) {
            assert_int_equal(a.said[i].result, QDIAG_PROBE_BUSY);
            assert_non_null(strstr(a.said[i].reason, "held by "));
        }
    close(fd);
    qdiag_port_list_free(&a.list);
    pair_end(k);
}

/* No driver: through USB, and the interface is left as it was. */
static void test_probe_over_usb(void **state)
{
    struct rig *r = *state;
    struct usb_profile p = bare_ec25(), edl = bare_ec25();
    struct usb_knobs busy = {.busy = 1};
    struct usb_dev *d, *download;
    struct asked a;
    struct unit u;

    unit_start(&u, MODEM);
    d = usb_host_plug(r->host, &p, u.sim);
    edl.vid = 0x05c6;
    edl.pid = 0x9008;
    edl.port = 2;
    edl.number = 3;
    download = usb_host_plug(r->host, &edl, NULL);
    ask_all(&a, r);
    expect(&a, "usb:2c7c:0125@1-1", "diag", "");
    expect(&a, "usb:05c6:9008@1-2", "not asked", "download mode");
    qdiag_port_list_free(&a.list);
    assert_int_equal(usb_dev_seen(d).claims, 1);
    assert_int_equal(usb_dev_seen(d).releases, 1);
    assert_int_equal(usb_dev_seen(d).attaches + usb_dev_seen(d).detaches, 0);
    assert_string_equal(usb_dev_driver(d, 0), "");
    assert_int_equal(usb_dev_seen(download).ioctls, 0);
    usb_dev_set(d, &busy);
    ask_all(&a, r);
    expect(&a, "usb:2c7c:0125@1-1", "busy", "held by a program that could not be named");
    qdiag_port_list_free(&a.list);
    assert_int_equal(usb_sim_requests(u.sim), 2);
    unit_end(&u);
}

static void test_probe_cancelled(void **state)
{
    struct rig *r = *state;
    struct qdiag_cancel *cancel = qdiag_cancel_new();
    struct usb_profile p = bare_ec25();
    struct qdiag_port_list list;
    struct qdiag_probe said;
    struct qdiag_error e = {0};

    usb_host_plug(r->host, &p, NULL);
    assert_int_equal(qdiag_port_list_get(r->ctx, &list, &e), 0);
    qdiag_context_set_cancel(r->ctx, cancel);
    qdiag_cancel_request(cancel);
    assert_int_equal(qdiag_port_probe(r->ctx, &list.port[0], &said, &e), -QDIAG_E_CANCELLED);
    assert_int_equal(e.code, QDIAG_E_CANCELLED);
    qdiag_context_set_cancel(r->ctx, NULL);
    qdiag_cancel_free(&cancel);
    qdiag_port_list_free(&list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        USB_TEST(test_auto_takes_the_first),    USB_TEST(test_auto_passes_a_dsp),
        USB_TEST(test_auto_without_a_modem),    USB_TEST(test_auto_and_silence),
        USB_TEST(test_named_port_is_taken),     USB_TEST(test_capture_of_auto),
        USB_TEST(test_doctor_on_a_dsp),         USB_TEST(test_probe),
        USB_TEST(test_probe_silent_and_locked), USB_TEST(test_probe_over_usb),
        USB_TEST(test_probe_cancelled),
    };

    return rig_broken() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
