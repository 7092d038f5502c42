/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rig of ufs_rig.h. The wires are the real ones: frames, lines, faults; only time is not. A
 * port that is asked for while the module restarts is refused, unless it is a UART, which stays. */
#include "ufs_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sim/link.h"
#include "sim/queue.h"
#include "sim/simlog.h"
#include "sim/unit_store.h"
#include "transport/transport.h"
#include "shell_run.h"

#define SERVICE_US 100u
#define AWAY_US    1000000u

/* What the library does not see of the unit. */
static struct {
    struct ufs_rig *rig;
    struct sim_unit *unit;
    struct sim_modem *modem;
    struct sim_faults *faults;
    struct sim_log *log;
    struct sim_queue out;
    struct sim_link in;
    struct sim_reply reply, at_reply;
    uint8_t req[SIM_PAYLOAD_MAX];
    struct sim_at at;
    uint64_t now_us, back_us;
    int away;
    unsigned diag_session, at_session; /* a link of an earlier session is dead */
    int at_client;
} wire;

static uint64_t now(void *user)
{
    (void)user;
    return wire.now_us;
}

static void pass(void *user, uint64_t us)
{
    (void)user;
    wire.now_us += us;
}

static const struct qd_clock clock_virtual = {now, pass, NULL};

/* ---- the unit comes and goes ---- */

static void go_away(int power_cut)
{
    int stays = sim_at_stays(&wire.at);
    sim_queue_clear(&wire.out);
    sim_queue_clear(&wire.at.out);
    sim_link_reset(&wire.in);
    sim_faults_reset(wire.faults);
    sim_modem_restart(wire.modem, power_cut);
    wire.away = 1;
    wire.back_us = wire.now_us + AWAY_US;
    sim_at_restart(&wire.at, wire.back_us);
    wire.at.booted = 1;
    wire.diag_session++;
    if (!stays)
        wire.at_session++;
    wire.at_client = stays && wire.at_client;
    wire.rig->resets++;
}

static void come_back(void)
{
    wire.away = 0;
    if (wire.at_client)
        assert_int_equal(sim_at_connect(&wire.at, wire.now_us), 0);
}

static void look_at_clock(void)
{
    if (wire.away && wire.now_us >= wire.back_us)
        come_back();
    if (!wire.away && sim_at_due(&wire.at) <= wire.now_us)
        assert_int_equal(sim_at_tick(&wire.at, wire.now_us), 0);
}

static int gone(struct qdiag_error *e)
{
    return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "%s", "the port is gone");
}

/* ---- DIAG ---- */

static void on_frame(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    struct sim_reply *reply = &wire.reply;
    (void)user;
    if (v != SIM_LINK_GOOD)
        return;
    memcpy(wire.req, p, n);
    reply->len = 0;
    sim_log_request(wire.log, wire.now_us, p, n);
    sim_modem_tick(wire.modem, wire.now_us);
    sim_modem_request(wire.modem, wire.req, n, reply);
    if (reply->is_write)
        sim_log_write(wire.log, wire.now_us, p, n, "", reply->note);
    if (reply->len)
        assert_int_equal(
            sim_faults_wire(wire.faults, reply->p, reply->len, wire.now_us + SERVICE_US, &wire.out),
            0);
}

static int diag_is_dead(const void *self)
{
    look_at_clock();
    return wire.away || *(const unsigned *)self != wire.diag_session;
}

static int diag_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    (void)t;
    if (diag_is_dead(self))
        return gone(e);
    sim_link_feed(&wire.in, p, n, on_frame, NULL);
    return 0;
}

static size_t take(struct sim_queue *q, uint8_t *p, size_t cap)
{
    size_t n;
    const uint8_t *from = sim_queue_next(q, wire.now_us, &n);
    if (!from)
        return 0;
    n = n < cap ? n : cap;
    memcpy(p, from, n);
    sim_queue_wrote(q, n, wire.now_us);
    return n;
}

static int diag_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                     struct qdiag_error *e)
{
    uint64_t due = sim_queue_due(&wire.out);
    *got = 0;
    if (diag_is_dead(self))
        return gone(e);
    if (due > t->end_us)
        due = t->end_us;
    if (due > wire.now_us)
        wire.now_us = due;
    *got = take(&wire.out, p, cap);
    return 0;
}

/* ---- AT ---- */

static int at_is_dead(const void *self)
{
    look_at_clock();
    return *(const unsigned *)self != wire.at_session;
}

static int at_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    (void)t;
    if (at_is_dead(self))
        return gone(e);
    if (wire.away || wire.at.after != SIM_AFTER_NONE)
        return 0; /* nobody hears it */
    sim_log_at(wire.log, wire.now_us, '>', p, n);
    sim_modem_tick(wire.modem, wire.now_us);
    assert_int_equal(sim_at_feed(&wire.at, p, n, wire.now_us), 0);
    return 0;
}

/* The next moment at which something can happen, not after `end`. */
static uint64_t next_moment(uint64_t end)
{
    uint64_t next = wire.away ? wire.back_us : sim_queue_due(&wire.at.out);
    if (!wire.away && sim_at_due(&wire.at) < next)
        next = sim_at_due(&wire.at);
    return next < end ? next : end;
}

static int at_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                   struct qdiag_error *e)
{
    *got = 0;
    assert_true(t->end_us != UINT64_MAX);
    for (;;) {
        uint64_t next;
        if (at_is_dead(self))
            return gone(e);
        *got = take(&wire.at.out, p, cap);
        if (*got)
            return 0;
        if (!wire.at.out.head && wire.at.after != SIM_AFTER_NONE) {
            go_away(wire.at.after == SIM_AFTER_CRASH);
            continue;
        }
        next = next_moment(t->end_us);
        if (next > wire.now_us)
            wire.now_us = next;
        else if (wire.now_us >= t->end_us)
            return 0;
    }
}

static void close_diag(void *self)
{
    free(self);
}

static void close_at(void *self)
{
    if (*(unsigned *)self == wire.at_session) {
        wire.at_client = 0;
        sim_at_hangup(&wire.at);
        sim_queue_clear(&wire.at.out);
    }
    free(self);
}

int __wrap_qd_link_open(struct qd_link **link, struct qdiag_context *ctx,
                        const struct qd_address *a, struct qdiag_error *e);

int __wrap_qd_link_open(struct qd_link **link, struct qdiag_context *ctx,
                        const struct qd_address *a, struct qdiag_error *e)
{
    static const struct qd_link_ops diag = {diag_send, diag_recv, close_diag},
                                    at = {at_send, at_recv, close_at};
    int is_at = strcmp(a->text, "unix:/at") == 0;
    unsigned *self = malloc(sizeof *self);
    assert_non_null(self);
    look_at_clock();
    if (wire.away && !(is_at && sim_at_stays(&wire.at))) {
        free(self);
        return qd_fail(e, QDIAG_E_OPEN_FAILED, a->text, "%s", "no such port");
    }
    *self = is_at ? ++wire.at_session : ++wire.diag_session;
    if (is_at) {
        wire.at_client = 1;
        if (!wire.away)
            assert_int_equal(sim_at_connect(&wire.at, wire.now_us), 0);
    } else {
        sim_queue_clear(&wire.out);
        sim_link_reset(&wire.in);
    }
    *link = qd_link_new(ctx, is_at ? &at : &diag, self, a->text);
    assert_non_null(*link);
    return 0;
}

struct sim_at *ur_side(void)
{
    return &wire.at;
}

uint64_t ur_now_ms(void)
{
    return wire.now_us / 1000;
}

/* ---- the unit's folder ---- */

void ur_put(struct ufs_rig *r, const char *name, const void *p, size_t n)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", r->unit_dir, name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static const char conf[] =
    "family = bg95-s5\nmodel = BG95-S5\nfirmware = BG95S5LAR02A08\n"
    "firmware_full = BG95S5LAR02A08_01.001.01.001\next_build = BG95S5LAR02A08\n"
    "model_number = 9205\nesn = 00000000\nusb = 2c7c:0700\nserial = 0123\nfeature_mask = 010203\n"
    "subs = 1\nefs_subsys = both\n";

static void make_unit(struct ufs_rig *r)
{
    static const uint8_t imei[] = {8, 0x0a, 0x10, 0, 1, 0, 0, 0, 0x51}; /* UFS_IMEI */
    uint8_t data[3000];
    memset(data, 0x5a, sizeof data);
    assert_int_equal(shell_run("mkdir -p %s/nv/0 %s/efs/nv/item_files/rfnv %s/efs-alt/usb %s/ufs",
                               r->unit_dir, r->unit_dir, r->unit_dir, r->unit_dir),
                     0);
    ur_put(r, "unit.conf", conf, sizeof conf - 1);
    ur_put(r, "nv/0/550", imei, sizeof imei);
    ur_put(r, "nv/0/10", "x", 1);
    ur_put(r, "efs/nv/item_files/rfnv/00020000", data, sizeof data);
    ur_put(r, "efs/nv/item_files/rfnv/00020001", data + 1, 1024);
    ur_put(r, "efs-alt/usb/conf", data, sizeof data);
    assert_int_equal(shell_run("mv %s %s/new", r->unit_dir, r->root), 0);
}

void ur_unit(struct ufs_rig *r)
{
    assert_int_equal(shell_run("rm -rf %s %s/*.ufs.json && cp -a %s/new %s", r->unit_dir, r->root,
                               r->root, r->unit_dir),
                     0);
}

void ur_other_unit(struct ufs_rig *r)
{
    static const uint8_t imei[] = {8, 0x0a, 0x10, 0, 1, 0, 0, 0, 0x32}; /* 001001000000023 */
    ur_put(r, "nv/0/550", imei, sizeof imei);
}

/* ---- on and off ---- */

void ur_plug(struct ufs_rig *r, const char *faults)
{
    char err[1024] = "";
    memset(&wire, 0, sizeof wire);
    memset(&r->e, 0, sizeof r->e);
    wire.rig = r;
    wire.now_us = 60000000; /* its start is long ago */
    wire.faults = sim_faults_new(1);
    assert_non_null(wire.faults);
    if (faults[0] && sim_faults_add(wire.faults, faults, err, sizeof err) != 0)
        fail_msg("%s", err);
    wire.in.profile = sim_faults_profile(wire.faults);
    sim_faults_cut(wire.faults, &wire.out);
    sim_faults_cut_at(wire.faults, &wire.at.out);
    wire.log = sim_log_open(r->log, err, sizeof err);
    if (!wire.log || sim_unit_load(&wire.unit, r->unit_dir, err, sizeof err) != 0)
        fail_msg("%s", err);
    wire.modem = sim_modem_new(wire.unit);
    assert_non_null(wire.modem);
    wire.at.unit = wire.unit;
    wire.at.modem = wire.modem;
    wire.at.scratch = &wire.at_reply;
    wire.at.faults = wire.faults;
    wire.at.log = wire.log;
    sim_at_restart(&wire.at, wire.now_us);
    r->resets = 0;
    if (qdiag_device_open(r->ctx, "unix:/diag", NULL, &r->dev, &r->e) != 0)
        fail_msg("%s: %s", r->e.what, r->e.why);
}

void ur_unplug(struct ufs_rig *r)
{
    qdiag_at_close(&r->at);
    qdiag_device_close(&r->dev);
    sim_at_free(&wire.at);
    assert_int_equal(sim_log_close(&wire.log), 0);
    sim_modem_free(&wire.modem);
    sim_unit_free(&wire.unit);
    sim_queue_clear(&wire.out);
    sim_faults_free(&wire.faults);
}

int ur_backup_file(struct ufs_rig *r, const char *path)
{
    struct qdiag_backup_options o = QDIAG_BACKUP_OPTIONS_DEFAULT;
    struct qdiag_backup_report *report = NULL;
    o.xqcn = path;
    memset(&r->e, 0, sizeof r->e);
    qdiag_backup(r->dev, &o, &report, &r->e);
    qdiag_backup_report_free(&report);
    return r->e.code ? qdiag_exit_code(&r->e) : 0;
}

void ur_start(struct ufs_rig *r)
{
    memset(r, 0, sizeof *r);
    snprintf(r->root, sizeof r->root, "/tmp/qdiag-ufs-XXXXXX");
    assert_non_null(mkdtemp(r->root));
    snprintf(r->unit_dir, sizeof r->unit_dir, "%s/unit", r->root);
    snprintf(r->file, sizeof r->file, "%s/good.xqcn", r->root);
    snprintf(r->log, sizeof r->log, "%s/log", r->root);
    make_unit(r);
    ur_unit(r);
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    r->ctx->clock = &clock_virtual;
    ur_plug(r, "");
    if (ur_backup_file(r, r->file) != 0)
        fail_msg("%s: %s", r->e.what, r->e.why);
    ur_unplug(r);
}

void ur_stop(struct ufs_rig *r)
{
    qdiag_context_free(&r->ctx);
    assert_int_equal(shell_run("rm -rf %s", r->root), 0);
}

/* ---- commands ---- */

static int begin(struct ufs_rig *r)
{
    memset(&r->e, 0, sizeof r->e);
    memset(&r->report, 0, sizeof r->report);
    return qdiag_at_open(r->ctx, "unix:/at", &r->at, &r->e);
}

static int finish(struct ufs_rig *r)
{
    qdiag_at_close(&r->at);
    return r->e.code ? qdiag_exit_code(&r->e) : 0;
}

int ur_status(struct ufs_rig *r)
{
    if (begin(r) == 0)
        qdiag_ufs_status(r->at, &r->report.unit, &r->e);
    return finish(r);
}

int ur_backup(struct ufs_rig *r, enum qdiag_ufs fs, unsigned wait_ms, int force)
{
    struct qdiag_ufs_options o = {.fs = fs, .backup = r->file, .wait_ms = wait_ms, .force = force};
    if (begin(r) == 0)
        qdiag_ufs_backup(r->at, r->dev, &o, &r->report, &r->e);
    return finish(r);
}

int ur_restore(struct ufs_rig *r, enum qdiag_ufs fs, const char *confirm)
{
    struct qdiag_ufs_options o = {.fs = fs, .confirm = confirm};
    if (begin(r) == 0)
        qdiag_ufs_restore(r->at, &o, &r->report, &r->e);
    return finish(r);
}

int ur_put_file(struct ufs_rig *r, const char *name, const void *p, size_t n)
{
    char path[128];
    snprintf(path, sizeof path, "%s/upload", r->root);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
    if (begin(r) == 0)
        qdiag_user_file_put(r->at, path, name, &r->e);
    return finish(r);
}

int ur_get_file(struct ufs_rig *r, const char *name, const char *path)
{
    if (begin(r) == 0)
        qdiag_user_file_get(r->at, name, path, &r->e);
    return finish(r);
}

int ur_files(struct ufs_rig *r, struct qdiag_user_files *list)
{
    memset(list, 0, sizeof *list);
    if (begin(r) == 0)
        qdiag_user_files_get(r->at, list, &r->e);
    return finish(r);
}

/* ---- the log ---- */

static char *log_line(FILE *f, char line[4096])
{
    if (!fgets(line, 4096, f))
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return line;
}

/* What stands behind kind, time and number. */
static const char *rest_of(const char *line)
{
    for (int blanks = 0; *line && blanks < 3; line++)
        blanks += *line == ' ';
    return line;
}

const char *ur_writes(struct ufs_rig *r)
{
    static char out[4096];
    char line[4096];
    size_t n = 0;
    FILE *f = fopen(r->log, "r");
    assert_non_null(f);
    out[0] = '\0';
    while (log_line(f, line))
        if (line[0] == 'W')
            n += (size_t)snprintf(out + n, sizeof out - n, "%s\n", rest_of(line));
    fclose(f);
    assert_true(n < sizeof out);
    return out;
}

unsigned ur_count(struct ufs_rig *r, const char *command)
{
    char line[4096];
    unsigned n = 0;
    FILE *f = fopen(r->log, "r");
    assert_non_null(f);
    while (log_line(f, line))
        n += line[0] == 'C' && strcmp(rest_of(line), command) == 0;
    fclose(f);
    return n;
}
