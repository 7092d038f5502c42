/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The event loop. Everything that is delayed has an absolute deadline in the queue; nothing here
 * may sleep or block on a client, or two requests would wait for each other where a module would
 * not. */
#include "config.h"

#include "sim/server.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "base/clock.h"
#include "sim/at_int.h"
#include "sim/op.h"
#include "sim/unit_store.h"

#define OUTAGE_MS   1000u /* a reset module is away that long, by default */
#define REST_US     20000u
#define LEAVE_US    200000u
#define MOST_QUEUED (4u << 20)
#define GRACE_US    3000000u /* real time a restart waits for what was told to be read */
#define FETCH_US    10000u
#define UPLOAD_US   1000000
#define FDS         6

static uint64_t real_us(void)
{
    return qd_clock_real.now_us(qd_clock_real.user);
}

static uint64_t now_us(const struct sim_server *s)
{
    return s->virtual_clock ? s->virtual_us : real_us() - s->start_us;
}

static void log_fired(struct sim_server *s)
{
    sim_log_faults(s->log, now_us(s), sim_faults_fired(s->faults));
}

/* ---- clients and the link ---- */

static void forget_client(struct sim_server *s)
{
    sim_queue_clear(&s->out);
    s->blocked = 0;
    s->leaving = 0;
}

/* What a client finds waiting: on a pty it is put there before the client comes. */
static void prepare_client(struct sim_server *s)
{
    if (sim_faults_connect(s->faults, now_us(s), &s->out))
        s->failed = 1;
    log_fired(s);
}

static void client_gone(struct sim_server *s)
{
    sim_log_link(s->log, now_us(s), "client-gone");
    forget_client(s);
    sim_port_hangup(&s->diag);
}

static int open_ports(struct sim_server *s, char *err, size_t cap)
{
    if ((!sim_fota_hides_diag(&s->at_side) && sim_port_open(&s->diag, err, cap)) ||
        sim_port_open(&s->at, err, cap))
        return -1;
    s->alone_us = 0;
    s->state = SIM_UP;
    s->rest_us = real_us() + REST_US;
    sim_log_link(s->log, now_us(s), "up");
    if (s->diag.kind == SIM_PORT_PTY && s->diag.up)
        prepare_client(s);
    return 0;
}

/* As USB numbers its ports anew. */
static void rename_at(struct sim_server *s)
{
    size_t n = strlen(s->at.path);

    if (!sim_at_fault(&s->at_side, SIM_F_fota_renamed, NULL) || !n || n + 2 > sizeof s->at.path)
        return;
    sim_at_fired(&s->at_side, SIM_F_fota_renamed);
    s->at.path[n] = '2';
    s->at.path[n + 1] = '\0';
}

/* The module leaves the bus; the unit sees a reset or a power cut. */
static void go_away(struct sim_server *s, enum sim_state state, int power_cut)
{
    sim_port_drop(&s->diag);
    sim_port_drop(&s->at);
    forget_client(s);
    sim_link_reset(&s->link);
    sim_latency_restart(&s->latency);
    sim_faults_reset(s->faults);
    sim_queue_clear(&s->at_side.out);
    s->at_blocked = 0;
    s->after = SIM_AFTER_NONE;
    sim_modem_restart(s->modem, power_cut);
    s->state = state;
    s->back_us = now_us(s) + sim_conf_number(s->unit, "reset_ms", OUTAGE_MS) * 1000ull;
    sim_at_restart(&s->at_side, s->back_us);
    s->at_side.booted = 1;
    s->rest_us = 0;
    rename_at(s);
    sim_log_link(s->log, now_us(s), state == SIM_GONE ? "gone" : "down");
}

/* ---- one request ---- */

static void deliver(struct sim_server *s, uint64_t now)
{
    uint64_t due = sim_latency_admit(&s->latency, s->reply.cls, now);

    if (s->reply.len) {
        sim_log_reply(s->log, due, s->reply.p, s->reply.len);
        if (sim_faults_wire(s->faults, s->reply.p, s->reply.len, due, &s->out))
            s->failed = 1;
    }
    log_fired(s);
}

/* A fault has kept the request from the unit: file it as if the unit had seen it. */
static void describe(struct sim_server *s, const uint8_t *p, size_t n)
{
    const struct sim_op *op = sim_op_of(p, n);

    s->reply.cls = op ? op->cls : SIM_CLASS_OTHER;
    s->reply.is_write = op && op->writes;
    snprintf(s->reply.note, sizeof s->reply.note, "kept from the unit by a fault");
}

static void clear_reply(struct sim_reply *r)
{
    r->len = 0;
    r->cls = SIM_CLASS_OTHER;
    r->after = SIM_AFTER_NONE;
    r->is_write = 0;
    r->note[0] = '\0';
}

static void on_request(struct sim_server *s, const uint8_t *p, size_t n)
{
    uint64_t now = now_us(s);
    enum sim_todo todo;

    memcpy(s->req, p, n);
    clear_reply(&s->reply);
    sim_log_request(s->log, now, p, n);
    todo = sim_faults_request(s->faults, s->req, n, &s->reply);
    sim_modem_tick(s->modem, now);
    if (todo == SIM_ASK_MODEM)
        sim_modem_request(s->modem, s->req, sim_faults_use(s->faults), &s->reply);
    else
        describe(s, p, n);
    if (s->reply.is_write)
        sim_log_write(s->log, now, p, n, sim_faults_path(s->faults, p, n), s->reply.note);
    else
        sim_log_note(s->log, now, s->reply.note);
    if (todo == SIM_ASK_MODEM || todo == SIM_ANSWERED) {
        sim_faults_reply(s->faults, p, n, &s->reply);
        deliver(s, now);
        s->after = s->reply.after;
        return;
    }
    log_fired(s);
    if (todo != SIM_SILENT)
        go_away(s, todo == SIM_VANISH ? SIM_GONE : SIM_AWAY, todo == SIM_POWER_CUT);
}

/* As the kernel driver does: host tools need some answer to recover from noise. */
static void on_bad(struct sim_server *s, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    sim_log_bad(s->log, now_us(s), sim_link_text(v), p, n);
    clear_reply(&s->reply);
    if (n > sizeof s->reply.p - 1)
        n = sizeof s->reply.p - 1;
    s->reply.p[0] = 0x13;
    memcpy(s->reply.p + 1, p, n);
    s->reply.len = n + 1;
    deliver(s, now_us(s));
}

static void on_frame(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    struct sim_server *s = user;

    if (s->state != SIM_UP || s->after != SIM_AFTER_NONE)
        return; /* on its way down */
    if (v == SIM_LINK_GOOD)
        on_request(s, p, n);
    else
        on_bad(s, v, p, n);
}

/* ---- bytes ---- */

static void read_diag(struct sim_server *s)
{
    ssize_t n = sim_port_read(&s->diag, s->in, sizeof s->in);

    if (n == SIM_PORT_GONE && s->leaving) {
        client_gone(s);
    } else if (n == SIM_PORT_GONE) {
        s->leaving = 1;
        s->leave_us = now_us(s) + LEAVE_US;
    }
    if (n <= 0)
        return;
    s->rest_us = real_us() + REST_US;
    sim_port_rest(&s->diag); /* before the reply: its client may leave and the next come at once */
    sim_log_bytes(s->log, (uint64_t)n, 0);
    sim_link_feed(&s->link, s->in, (size_t)n, on_frame, s);
}

static void write_diag(struct sim_server *s)
{
    const uint8_t *p;
    size_t n;

    s->blocked = 0;
    while ((p = sim_queue_next(&s->out, now_us(s), &n))) {
        ssize_t w = sim_port_write(&s->diag, p, n);

        if (w == SIM_PORT_GONE) {
            client_gone(s);
            return;
        }
        if (w == SIM_PORT_AGAIN) {
            s->blocked = 1;
            return;
        }
        sim_log_bytes(s->log, 0, (uint64_t)w);
        sim_queue_wrote(&s->out, (size_t)w, now_us(s));
    }
}

static void at_gone(struct sim_server *s)
{
    sim_port_hangup(&s->at);
    sim_at_hangup(&s->at_side);
    sim_queue_clear(&s->at_side.out);
    s->at_blocked = 0;
}

static void write_at(struct sim_server *s)
{
    const uint8_t *p;
    size_t n;

    s->at_blocked = 0;
    if (s->at.fd < 0 && (sim_fota_active(&s->at_side) || s->at_side.after != SIM_AFTER_NONE))
        return; /* the next client reads them */
    while ((p = sim_queue_next(&s->at_side.out, now_us(s), &n))) {
        ssize_t w = sim_port_write(&s->at, p, n);

        if (w == SIM_PORT_GONE) {
            at_gone(s);
            return;
        }
        if (w == SIM_PORT_AGAIN) {
            s->at_blocked = 1;
            return;
        }
        sim_queue_wrote(&s->at_side.out, (size_t)w, now_us(s));
    }
}

static void at_client(struct sim_server *s)
{
    if (sim_at_connect(&s->at_side, now_us(s)))
        s->failed = 1;
    write_at(s);
}

static void read_at(struct sim_server *s)
{
    uint8_t in[1024];
    ssize_t n = sim_port_read(&s->at, in, sizeof in);

    if (n == SIM_PORT_GONE)
        at_gone(s);
    if (n <= 0)
        return;
    s->rest_us = real_us() + REST_US;
    sim_log_at(s->log, now_us(s), '>', in, (size_t)n);
    sim_modem_tick(s->modem, now_us(s));
    if (!s->at_side.rdy_told) /* a pty's client may write before it is seen to have come */
        at_client(s);
    if (s->at_side.after == SIM_AFTER_NONE && sim_at_feed(&s->at_side, in, (size_t)n, now_us(s)))
        s->failed = 1;
    log_fired(s);
    write_at(s);
}

/* ---- the loop ---- */

static void accept_clients(struct sim_server *s)
{
    if (sim_port_accept(&s->at))
        at_client(s);
    if (!sim_port_accept(&s->diag))
        return;
    sim_log_link(s->log, now_us(s), "client");
    sim_link_reset(&s->link);
    prepare_client(s);
}

static void watch_ptys(struct sim_server *s)
{
    unsigned before = s->diag.openers, at_before = s->at.openers;
    int seen = sim_port_watch(&s->diag), at_seen = sim_port_watch(&s->at);

    if (at_seen | seen)
        s->rest_us = real_us() + REST_US;
    if ((at_seen & SIM_PTY_OPENED) && !at_before)
        at_client(s);
    if ((at_seen & SIM_PTY_CLOSED) && !s->at.openers)
        sim_at_hangup(&s->at_side);
    if ((seen & SIM_PTY_OPENED) && !before)
        sim_log_link(s->log, now_us(s), "client");
    if (!(seen & SIM_PTY_CLOSED) || s->diag.openers)
        return;
    sim_port_rest(&s->diag);
    client_gone(s);
    prepare_client(s);
}

/* Is somebody there to hear what the AT side says? */
static int at_watched(const struct sim_server *s)
{
    if (s->at.kind == SIM_PORT_NONE)
        return 1;
    return s->at.kind == SIM_PORT_PTY ? s->at.openers || s->at.watch_fd < 0 : s->at.fd >= 0;
}

static void look_for_client(struct sim_server *s)
{
    if (at_watched(s))
        s->alone_us = 0;
    else if (!s->alone_us)
        s->alone_us = real_us() + GRACE_US;
}

/* Nothing waits for the AT client, in the queue or in its terminal; or it does not come for it. */
static int at_has_read(struct sim_server *s)
{
    int waiting = 0;

    if (s->at_side.after == SIM_AFTER_NONE || (s->alone_us && real_us() >= s->alone_us))
        return 1;
    if (s->at.kind == SIM_PORT_PTY && s->at.slave_fd >= 0 &&
        ioctl(s->at.slave_fd, FIONREAD, &waiting) == 0 && waiting) {
        if (!s->unread_us)
            s->unread_us = real_us() + GRACE_US;
        if (real_us() < s->unread_us)
            return 0;
    }
    s->unread_us = 0;
    return !s->at_side.out.head;
}

static void finish_after(struct sim_server *s)
{
    enum sim_after after = s->after;

    if (after == SIM_AFTER_NONE && at_has_read(s))
        after = s->at_side.after;
    if (after == SIM_AFTER_NONE || s->out.head)
        return;
    go_away(s, after == SIM_AFTER_POWER_OFF ? SIM_GONE : SIM_AWAY, after == SIM_AFTER_CRASH);
}

/* Everything that is due now. */
static int step(struct sim_server *s, char *err, size_t cap)
{
    if (s->state == SIM_AWAY && now_us(s) >= s->back_us && open_ports(s, err, cap))
        return -1;
    sim_modem_tick(s->modem, now_us(s));
    look_for_client(s);
    if (s->state == SIM_UP &&
        (sim_fota_fetching(&s->at_side) || sim_at_due(&s->at_side) <= now_us(s)) &&
        sim_at_tick(&s->at_side, now_us(s)))
        s->failed = 1;
    if (s->rest_us && real_us() >= s->rest_us) {
        s->rest_us = 0;
        sim_port_rest(&s->diag);
        sim_port_rest(&s->at);
    }
    write_diag(s);
    write_at(s);
    if (s->leaving && (!s->out.head || now_us(s) >= s->leave_us))
        client_gone(s);
    finish_after(s);
    return 0;
}

/* The next deadline in the module's time. */
static uint64_t next_us(const struct sim_server *s)
{
    uint64_t next = s->blocked ? UINT64_MAX : sim_queue_due(&s->out);
    uint64_t at = s->at_blocked || s->at.fd < 0 ? UINT64_MAX : sim_queue_due(&s->at_side.out);

    if (at < next)
        next = at;
    if (s->state == SIM_UP && sim_at_due(&s->at_side) < next)
        next = sim_at_due(&s->at_side);

    if (s->state == SIM_AWAY && s->back_us < next)
        next = s->back_us;
    if (s->leaving && s->leave_us < next)
        next = s->leave_us;
    return next;
}

static int fill_fds(const struct sim_server *s, struct pollfd fds[FDS])
{
    short diag = 0;
    int n = 0;

    if (s->diag.fd >= 0 && !s->leaving && s->out.bytes < MOST_QUEUED)
        diag = POLLIN;
    if (s->blocked)
        diag |= POLLOUT;
    fds[n++] = (struct pollfd){.fd = diag ? s->diag.fd : -1, .events = diag};
    fds[n++] = (struct pollfd){.fd = s->at.fd, .events = POLLIN};
    if (s->at_blocked)
        fds[n - 1].events |= POLLOUT;
    fds[n++] = (struct pollfd){.fd = s->diag.fd < 0 ? s->diag.listen_fd : -1, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = s->at.fd < 0 ? s->at.listen_fd : -1, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = s->diag.watch_fd, .events = POLLIN};
    fds[n++] = (struct pollfd){.fd = s->at.watch_fd, .events = POLLIN};
    return n;
}

/* How long to wait: -1 = until something happens. */
static int64_t wait_us(const struct sim_server *s)
{
    uint64_t next = next_us(s), now = now_us(s), real = real_us();
    int64_t wait = -1;

    if (next != UINT64_MAX)
        wait = next <= now ? 0 : (int64_t)(next - now);
    if (wait > 0 && s->virtual_clock) /* who sends a file is slow, not gone */
        wait = s->at_side.uploading && wait > UPLOAD_US ? UPLOAD_US : 0;
    if (s->rest_us && (wait < 0 || (int64_t)(s->rest_us - real) < wait))
        wait = s->rest_us <= real ? 0 : (int64_t)(s->rest_us - real);
    /* A download, and whether a client has read what stands before a restart, are seen by looking.
     */
    if (s->state == SIM_UP && (wait < 0 || wait > FETCH_US) &&
        (sim_fota_fetching(&s->at_side) || s->at_side.after != SIM_AFTER_NONE))
        wait = FETCH_US;
    return wait;
}

static int wait_and_read(struct sim_server *s, const sigset_t *waiting, char *err, size_t cap)
{
    struct pollfd fds[FDS];
    int64_t us = wait_us(s);
    struct timespec ts = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    uint64_t next = next_us(s);
    int n = ppoll(fds, (nfds_t)fill_fds(s, fds), us < 0 ? NULL : &ts, waiting);

    if (n < 0 && errno != EINTR) {
        snprintf(err, cap, "ppoll: %s", strerror(errno));
        return -1;
    }
    if (n == 0 && s->virtual_clock && next != UINT64_MAX && next > s->virtual_us)
        s->virtual_us = next; /* nobody wants anything: time jumps */
    if (n <= 0)
        return 0;
    if (fds[0].revents & ~POLLOUT)
        read_diag(s);
    if (fds[1].revents & POLLOUT)
        write_at(s);
    if (fds[1].revents & ~POLLOUT)
        read_at(s);
    if (s->state == SIM_UP && (fds[2].revents || fds[3].revents))
        accept_clients(s);
    write_diag(s); /* before a pty's close is looked at: its client may have read nothing yet */
    if (fds[4].revents || fds[5].revents)
        watch_ptys(s);
    return 0;
}

int sim_server_open(struct sim_server *s, char *err, size_t cap)
{
    s->start_us = real_us();
    s->link.profile = sim_faults_profile(s->faults);
    s->at_side.unit = s->unit;
    s->at_side.modem = s->modem;
    s->at_side.scratch = &s->at_reply;
    s->at_side.faults = s->faults;
    s->at_side.log = s->log;
    sim_faults_cut(s->faults, &s->out);
    sim_faults_cut_at(s->faults, &s->at_side.out);
    sim_at_restart(&s->at_side, now_us(s));
    if (open_ports(s, err, cap))
        return -1;
    if (!sim_fota_hides_diag(&s->at_side))
        return 0;
    if (sim_port_open(&s->diag, err, cap)) /* once, so that its name is known */
        return -1;
    sim_port_drop(&s->diag);
    return 0;
}

int sim_server_run(struct sim_server *s, const sigset_t *waiting, char *err, size_t cap)
{
    (void)prctl(PR_SET_TIMERSLACK,
                1UL); /* deadlines to the microsecond; late ones are still kept */
    while (!*s->stop && !s->failed)
        if (step(s, err, cap) || wait_and_read(s, waiting, err, cap))
            return -1;
    if (!s->failed)
        return 0;
    snprintf(err, cap, "out of memory");
    return -1;
}

void sim_server_close(struct sim_server *s)
{
    sim_port_drop(&s->diag);
    sim_port_drop(&s->at);
    sim_queue_clear(&s->out);
    sim_at_free(&s->at_side);
    sim_log_verdict(s->log, now_us(s), sim_modem_counts(s->modem));
}
