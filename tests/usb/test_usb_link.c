/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bytes over USB: transfers, their ends, stalls, time-outs and unplugging. */
#include "usb_test.h"

#define UNIT "usb:2c7c:0125@1-1"

struct over_usb {
    struct usb_dev *d;
    struct qd_link *l;
};

static struct over_usb open_unit(struct rig *r, const struct usb_knobs *k)
{
    struct over_usb o = {.d = usb_host_plug(r->host, &usb_ec25, NULL)};

    if (k)
        usb_dev_set(o.d, k);
    o.l = must_open(r->ctx, UNIT);
    return o;
}

static int try_send(struct qd_link *l, size_t n, unsigned ms, struct qdiag_error *e)
{
    uint8_t p[2048];
    struct qd_deadline t = in_ms(l->ctx, ms);

    memset(e, 0, sizeof *e);
    memset(p, 0x55, sizeof p);
    return qd_link_send(l, p, n, &t, e);
}

static int try_recv(struct qd_link *l, unsigned ms, uint8_t *p, size_t cap, size_t *got)
{
    struct qd_deadline t = in_ms(l->ctx, ms);
    struct qdiag_error e = {0};

    return qd_link_recv(l, p, cap, got, &t, &e);
}

static void test_transfers_are_always_posted(void **state)
{
    struct over_usb o = open_unit(*state, NULL);

    assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    for (int i = 0; i < 10; i++) {
        usb_dev_push(o.d, "0123456789", 10);
        must_recv(o.l, "0123456789", 10);
        assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    }
    assert_int_equal(usb_dev_seen(o.d).pending_in_max, 4);
    qd_link_close(&o.l);
    assert_int_equal(usb_dev_seen(o.d).pending_in, 0); /* cancelled and given back */
    assert_int_equal(usb_dev_seen(o.d).discards, 4);
    assert_int_equal(usb_dev_seen(o.d).releases, 1);
}

/* More than all transfers and the ring hold, before anything is read. */
static void test_order_is_kept(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    enum { N = 400000 };
    uint8_t *p = malloc(N);
    size_t at = 0, n = 1;

    assert_non_null(p);
    pattern(p, N, 7);
    while (at < N) {
        n = n * 3 % 19997; /* transfers of all lengths, some longer than a URB */
        n = n < N - at ? n : N - at;
        usb_dev_push(o.d, p + at, n);
        at += n;
        n += n == 0;
    }
    must_recv(o.l, p, N);
    must_be_silent(o.l, 0);
    free(p);
    qd_link_close(&o.l);
}

/* While a request waits to be taken, more arrives than there is room for: the rest stays in the
 * unit until somebody reads. */
static void test_no_room(void **state)
{
    struct usb_knobs k = {.no_out = 1};
    struct over_usb o = open_unit(*state, &k);
    enum { N = 300000 };
    uint8_t *p = malloc(N);
    struct qdiag_error e;

    assert_non_null(p);
    pattern(p, N, 9);
    for (size_t at = 0; at < N; at += 10000)
        usb_dev_push(o.d, p + at, 10000);
    assert_int_equal(try_send(o.l, 20, 200, &e), -QDIAG_E_TIMEOUT);
    assert_true(usb_dev_seen(o.d).pending_in < 4);
    must_recv(o.l, p, N);
    must_be_silent(o.l, 0);
    assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    free(p);
    qd_link_close(&o.l);
}

/* A reply that fills its packets and is not followed by an empty one, within one call's deadline.
 */
static void no_zlp(struct rig *r, size_t n, unsigned ms)
{
    struct usb_knobs k = {.no_zlp = 1};
    struct over_usb o = open_unit(r, &k);
    uint8_t p[2048], have[4096];
    size_t got;

    pattern(p, n, (unsigned)n);
    usb_dev_push(o.d, p, n);
    assert_int_equal(try_recv(o.l, ms, have, sizeof have, &got), 0);
    assert_int_equal(got, n);
    assert_memory_equal(have, p, n);
    assert_true(usb_dev_seen(o.d).discards >= 1); /* it was really kept back */
    assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    usb_dev_push(o.d, "next", 4);
    must_recv(o.l, "next", 4);
    qd_link_close(&o.l);
}

static void test_no_zlp_512(void **state)
{
    no_zlp(*state, 512, 60); /* shorter than any quiet time: at the deadline */
}

static void test_no_zlp_1024(void **state)
{
    no_zlp(*state, 1024, 60);
}

static void test_no_zlp_long_deadline(void **state)
{
    no_zlp(*state, 512, LONG_MS);
}

/* Two such replies one after another lie in one transfer. */
static void test_no_zlp_twice(void **state)
{
    struct usb_knobs k = {.no_zlp = 1};
    struct over_usb o = open_unit(*state, &k);
    uint8_t p[1536];

    pattern(p, sizeof p, 3);
    usb_dev_push(o.d, p, 512);
    usb_dev_push(o.d, p + 512, 1024);
    must_recv(o.l, p, sizeof p);
    qd_link_close(&o.l);
}

static void test_zlp_512(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    uint8_t p[512];

    pattern(p, sizeof p, 5);
    usb_dev_push(o.d, p, sizeof p);
    must_recv(o.l, p, sizeof p);
    assert_int_equal(usb_dev_seen(o.d).discards, 0);
    usb_dev_push(o.d, "", 0); /* an empty transfer says nothing */
    usb_dev_push(o.d, "x", 1);
    must_recv(o.l, "x", 1);
    qd_link_close(&o.l);
}

static void test_short_reads(void **state)
{
    struct usb_knobs k = {.urb_bytes = 64};
    struct over_usb o = open_unit(*state, &k);
    uint8_t p[1000];

    pattern(p, sizeof p, 11);
    usb_dev_push(o.d, p, sizeof p);
    must_recv(o.l, p, sizeof p);
    assert_true(usb_dev_seen(o.d).submits_in >= 4 + 16);
    qd_link_close(&o.l);
}

/* The bytes of a transfer go to callers with small buffers too. */
static void test_small_buffers(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    uint8_t p[300], have[7];
    size_t at = 0, got;

    pattern(p, sizeof p, 13);
    usb_dev_push(o.d, p, sizeof p);
    while (at < sizeof p) {
        assert_int_equal(try_recv(o.l, LONG_MS, have, sizeof have, &got), 0);
        assert_true(got >= 1 && got <= sizeof have);
        assert_memory_equal(have, p + at, got);
        at += got;
    }
    must_be_silent(o.l, 0);
    qd_link_close(&o.l);
}

static void test_frames_end_their_transfer(void **state)
{
    static const unsigned sizes[] = {1, 4, 511, 512, 513, 1024, 2048};
    struct over_usb o = open_unit(*state, NULL);
    struct qdiag_error e;

    for (unsigned i = 0; i < 7; i++)
        assert_int_equal(try_send(o.l, sizes[i], LONG_MS, &e), 0);
    /* Each one reached the device: those of whole packets by an empty packet. */
    assert_int_equal(usb_dev_seen(o.d).out_transfers, 7);
    assert_int_equal(usb_dev_seen(o.d).submits_out, 7);
    assert_int_equal(usb_dev_seen(o.d).zero_packets, 3);
    qd_link_close(&o.l);
}

static void test_silence(void **state)
{
    struct over_usb o = open_unit(*state, NULL);

    must_be_silent(o.l, 0);
    assert_int_equal(usb_dev_seen(o.d).discards, 0); /* a look disturbs nothing */
    must_be_silent(o.l, 150);
    usb_dev_push(o.d, "late", 4);
    must_recv(o.l, "late", 4);
    qd_link_close(&o.l);
}

/* As QEMU's xHCI does it: one transfer is cancelled, and the others hear nothing any more. */
static void test_forgetful_controller(void **state)
{
    struct usb_knobs k = {.forgetful = 1};
    struct over_usb o = open_unit(*state, &k);

    must_be_silent(o.l, 150);
    assert_true(usb_dev_seen(o.d).discards >= 4);
    assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    usb_dev_push(o.d, "heard", 5);
    must_recv(o.l, "heard", 5);
    qd_link_close(&o.l);
}

/* An expired deadline still takes what is there. */
static void test_look(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    uint8_t p[16];
    size_t got;

    usb_dev_push(o.d, "there", 5);
    assert_int_equal(try_recv(o.l, 0, p, sizeof p, &got), 0);
    assert_int_equal(got, 5);
    assert_memory_equal(p, "there", 5);
    qd_link_close(&o.l);
}

static void test_request_not_taken(void **state)
{
    struct usb_knobs k = {.no_out = 1};
    struct over_usb o = open_unit(*state, &k);
    struct qdiag_error e;

    assert_int_equal(try_send(o.l, 20, 30, &e), -QDIAG_E_TIMEOUT);
    assert_string_equal(e.why, "0 of 20 bytes were taken");
    assert_int_equal(e.touch, QDIAG_UNTOUCHED);
    k.no_out = 0;
    usb_dev_set(o.d, &k);
    assert_int_equal(try_send(o.l, 20, LONG_MS, &e), 0); /* the link lives */
    assert_int_equal(usb_dev_seen(o.d).out_transfers, 1);
    qd_link_close(&o.l);
}

/* What came before the stall is kept, what comes after it arrives. */
static void test_stall(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    struct usb_knobs k = {.in_stalls = 1};

    usb_dev_push(o.d, "before ", 7);
    usb_dev_set(o.d, &k);
    usb_dev_push(o.d, "after", 5);
    must_recv(o.l, "before after", 12);
    assert_int_equal(usb_dev_seen(o.d).clear_halts, 1);
    assert_int_equal(usb_dev_seen(o.d).pending_in, 4);
    k.in_stalls = 1;
    usb_dev_set(o.d, &k); /* once more, after bytes: a new stall */
    usb_dev_push(o.d, "again", 5);
    must_recv(o.l, "again", 5);
    assert_int_equal(usb_dev_seen(o.d).clear_halts, 2);
    qd_link_close(&o.l);
}

static void test_stall_for_good(void **state)
{
    struct usb_knobs k = {.in_stalls = 2};
    struct over_usb o = open_unit(*state, &k);
    uint8_t p[4];
    size_t got;

    assert_int_equal(try_recv(o.l, LONG_MS, p, sizeof p, &got), -QDIAG_E_LINK_IO);
    assert_int_equal(usb_dev_seen(o.d).clear_halts, 1);
    assert_int_equal(try_recv(o.l, LONG_MS, p, sizeof p, &got), -QDIAG_E_LINK_IO);
    qd_link_close(&o.l);
    assert_string_equal(usb_dev_driver(o.d, 0), "option");
}

static void test_request_stalls(void **state)
{
    struct usb_knobs k = {.out_stalls = 1};
    struct over_usb o = open_unit(*state, &k);
    struct qdiag_error e;

    assert_int_equal(try_send(o.l, 20, LONG_MS, &e), 0);
    assert_int_equal(usb_dev_seen(o.d).submits_out, 2);
    assert_int_equal(usb_dev_seen(o.d).out_transfers, 1);
    assert_int_equal(usb_dev_seen(o.d).clear_halts, 1);
    k.out_stalls = 2;
    usb_dev_set(o.d, &k);
    assert_int_equal(try_send(o.l, 20, LONG_MS, &e), -QDIAG_E_LINK_IO);
    qd_link_close(&o.l);
}

/* What a cable that is being pulled looks like before the kernel knows that the device is gone. */
static void test_failing_transfers(void **state)
{
    struct over_usb o = open_unit(*state, NULL);
    struct usb_knobs k = {.in_errors = 1};

    usb_dev_set(o.d, &k);
    usb_dev_push(o.d, "recovered", 9);
    must_recv(o.l, "recovered", 9);
    k.in_errors = 2;
    usb_dev_set(o.d, &k);
    must_be_gone(o.l);
    must_be_gone(o.l);
    qd_link_close(&o.l);
}

static void test_unplugged_while_waiting(void **state)
{
    struct usb_knobs k = {.unplug_idle = 6};
    struct over_usb o = open_unit(*state, &k);
    struct qdiag_error e;

    must_be_gone(o.l);
    must_be_gone(o.l);
    assert_int_equal(try_send(o.l, 4, LONG_MS, &e), -QDIAG_E_LINK_GONE);
    qd_link_close(&o.l);
}

/* The bytes that came are read first; then there is one error, and it stays. */
static void test_unplugged_in_mid_frame(void **state)
{
    struct rig *r = *state;
    struct over_usb o = open_unit(r, NULL);
    uint8_t p[600];

    pattern(p, sizeof p, 17);
    usb_dev_push(o.d, p, sizeof p); /* and the rest of the frame never */
    usb_host_unplug(r->host, o.d);
    must_recv(o.l, p, sizeof p);
    must_be_gone(o.l);
    must_be_gone(o.l);
    qd_link_close(&o.l);
}

/* Half a reply without the end of its transfer: in the kernel when the cable goes. */
static void test_unplugged_with_bytes_in_a_transfer(void **state)
{
    struct usb_knobs k = {.no_zlp = 1};
    struct rig *r = *state;
    struct over_usb o = open_unit(r, &k);
    uint8_t p[512];

    pattern(p, sizeof p, 19);
    usb_dev_push(o.d, p, sizeof p);
    usb_host_unplug(r->host, o.d);
    must_recv(o.l, p, sizeof p);
    must_be_gone(o.l);
    qd_link_close(&o.l);
}

static void test_unplugged_before_a_request(void **state)
{
    struct rig *r = *state;
    struct over_usb o = open_unit(r, NULL);
    struct qdiag_error e;

    usb_host_unplug(r->host, o.d);
    assert_int_equal(try_send(o.l, 100, LONG_MS, &e), -QDIAG_E_LINK_GONE);
    assert_string_equal(e.item, UNIT);
    must_be_gone(o.l);
    qd_link_close(&o.l);
}

/* Back on the same port under another device number. */
static void test_back_again(void **state)
{
    struct rig *r = *state;
    struct over_usb o = open_unit(r, NULL);
    struct usb_profile again = usb_ec25;
    struct qdiag_error e;
    struct usb_dev *d;

    usb_host_unplug(r->host, o.d);
    must_be_gone(o.l);
    qd_link_close(&o.l);
    must_not_open(r->ctx, UNIT, QDIAG_E_NO_UNIT, &e);
    again.number = 7;
    d = usb_host_plug(r->host, &again, NULL);
    o.l = must_open(r->ctx, UNIT);
    usb_dev_push(d, "back", 4);
    must_recv(o.l, "back", 4);
    qd_link_close(&o.l);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        USB_TEST(test_transfers_are_always_posted),
        USB_TEST(test_order_is_kept),
        USB_TEST(test_no_room),
        USB_TEST(test_no_zlp_512),
        USB_TEST(test_no_zlp_1024),
        USB_TEST(test_no_zlp_long_deadline),
        USB_TEST(test_no_zlp_twice),
        USB_TEST(test_zlp_512),
        USB_TEST(test_short_reads),
        USB_TEST(test_small_buffers),
        USB_TEST(test_frames_end_their_transfer),
        USB_TEST(test_silence),
        USB_TEST(test_forgetful_controller),
        USB_TEST(test_look),
        USB_TEST(test_request_not_taken),
        USB_TEST(test_stall),
        USB_TEST(test_stall_for_good),
        USB_TEST(test_request_stalls),
        USB_TEST(test_failing_transfers),
        USB_TEST(test_unplugged_while_waiting),
        USB_TEST(test_unplugged_in_mid_frame),
        USB_TEST(test_unplugged_with_bytes_in_a_transfer),
        USB_TEST(test_unplugged_before_a_request),
        USB_TEST(test_back_again),
    };

    return rig_broken() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
