/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rig of restore_rig.h. The wire is the real one: frames, faults, losses; only time is not. A
 * link that is asked for while the module restarts is refused, as a port that is not there. */
#include "restore_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/restore/journal.h"
#include "sim/link.h"
#include "sim/op.h"
#include "sim/queue.h"
#include "sim/unit_store.h"
#include "transport/transport.h"
#include "shell_run.h"

#define SERVICE_US 100u

enum port { UP, AWAY, GONE };

/* What the library does not see of the unit. */
static struct {
    struct restore_rig *rig;
    struct sim_faults *faults;
    struct sim_queue out;
    struct sim_link in;
    struct sim_reply reply;
    uint8_t req[SIM_PAYLOAD_MAX];
    uint64_t now_us, back_us;
    enum sim_after after;
    enum port port;
    unsigned session; /* a link of an earlier session is dead */
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

static void go_away(enum port port, int power_cut)
{
    sim_queue_clear(&wire.out);
    sim_link_reset(&wire.in);
    sim_faults_reset(wire.faults);
    sim_modem_restart(wire.rig->modem, power_cut);
    wire.after = SIM_AFTER_NONE;
    wire.port = port;
    wire.back_us = wire.now_us + sim_conf_number(wire.rig->unit, "reset_ms", 1000) * 1000ull;
    wire.session++;
    wire.rig->resets++;
}

/* NV and EFS; mode, SPC and sync change nothing that is restored. */
static int is_change(const uint8_t *req, size_t n)
{
    static const uint8_t ops[] = {5, 6, 8, 9, 10, 14, 18, 38, 40};
    if (n && req[0] == 0x27)
        return 1;
    if (n >= 4 && req[0] == 0x4b && req[1] == 0x30)
        return req[2] == 2;
    if (n < 8 || !sim_op_efs(req, n))
        return 0;
    return req[2] == 2 ? qd_get32(req + 4) != 0 : memchr(ops, req[2], sizeof ops) != NULL;
}

/* The journal on the disk says that a step is being written. */
static int announced(const char *path)
{
    struct qd_jview v;
    struct qdiag_error e = {0};
    if (qd_journal_status(path, &v, &e) != 0)
        return 0;
    long i = qd_jview_open_step(&v);
    int good = i >= 0 && v.step[i].has_before;
    qd_jview_clear(&v);
    return good;
}

static void answer(const uint8_t *p, size_t n)
{
    if (n)
        assert_int_equal(sim_faults_wire(wire.faults, p, n, wire.now_us + SERVICE_US, &wire.out),
                         0);
}

static void on_request(const uint8_t *p, size_t n)
{
    struct restore_rig *r = wire.rig;
    struct sim_reply *reply = &wire.reply;
    if (is_change(p, n)) {
        r->changes++;
        r->unjournaled += !announced(r->journal);
    }
    memcpy(wire.req, p, n);
    reply->len = 0;
    reply->after = SIM_AFTER_NONE;
    enum sim_todo todo = sim_faults_request(wire.faults, wire.req, n, reply);
    sim_modem_tick(r->modem, wire.now_us);
    r->reached += todo != SIM_ANSWERED && is_change(p, n);
    if (todo == SIM_ASK_MODEM)
        sim_modem_request(r->modem, wire.req, sim_faults_use(wire.faults), reply);
    if (todo == SIM_ASK_MODEM || todo == SIM_ANSWERED) {
        sim_faults_reply(wire.faults, p, n, reply);
        answer(reply->p, reply->len);
        wire.after = reply->after;
    } else if (todo != SIM_SILENT) {
        go_away(todo == SIM_VANISH ? GONE : AWAY, todo == SIM_POWER_CUT);
    }
}

static void on_frame(void *user, enum sim_link_verdict v, const uint8_t *p, size_t n)
{
    (void)user;
    if (wire.port != UP || wire.after != SIM_AFTER_NONE)
        return;
    if (v == SIM_LINK_GOOD)
        on_request(p, n);
}

static int is_dead(const void *self)
{
    return wire.port != UP || *(const unsigned *)self != wire.session;
}

static int rig_send(void *self, const uint8_t *p, size_t n, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    (void)t;
    if (is_dead(self))
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "%s", "the port is gone");
    sim_link_feed(&wire.in, p, n, on_frame, NULL);
    return 0;
}

static size_t take(uint8_t *p, size_t cap)
{
    size_t n;
    const uint8_t *q = sim_queue_next(&wire.out, wire.now_us, &n);
    if (!q)
        return 0;
    n = n < cap ? n : cap;
    memcpy(p, q, n);
    sim_queue_wrote(&wire.out, n, wire.now_us);
    return n;
}

static int rig_recv(void *self, uint8_t *p, size_t cap, size_t *got, const struct qd_deadline *t,
                    struct qdiag_error *e)
{
    *got = 0;
    if (is_dead(self))
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "%s", "the port is gone");
    if (wire.after != SIM_AFTER_NONE && !wire.out.head) {
        go_away(wire.after == SIM_AFTER_POWER_OFF ? GONE : AWAY, wire.after == SIM_AFTER_CRASH);
        return qd_fail(e, QDIAG_E_LINK_GONE, NULL, "%s", "the port went");
    }
    uint64_t due = sim_queue_due(&wire.out);
    assert_true(t->end_us != UINT64_MAX);
    if (due > t->end_us)
        due = t->end_us;
    if (due > wire.now_us)
        wire.now_us = due;
    *got = take(p, cap);
    return 0;
}

static void rig_close(void *self)
{
    free(self);
}

int __wrap_qd_link_open(struct qd_link **link, struct qdiag_context *ctx,
                        const struct qd_address *a, struct qdiag_error *e);

int __wrap_qd_link_open(struct qd_link **link, struct qdiag_context *ctx,
                        const struct qd_address *a, struct qdiag_error *e)
{
    static const struct qd_link_ops ops = {rig_send, rig_recv, rig_close};
    if (wire.port == AWAY && wire.now_us >= wire.back_us)
        wire.port = UP;
    if (wire.port != UP)
        return qd_fail(e, QDIAG_E_OPEN_FAILED, a->text, "%s", "no such port");
    unsigned *self = malloc(sizeof *self);
    assert_non_null(self);
    *self = ++wire.session;
    sim_queue_clear(&wire.out);
    sim_link_reset(&wire.in);
    assert_int_equal(sim_faults_connect(wire.faults, wire.now_us, &wire.out), 0);
    *link = qd_link_new(ctx, &ops, self, a->text);
    assert_non_null(*link);
    return 0;
}

/* ---- the rig ---- */

void rr_plug(struct restore_rig *r, const char *faults)
{
    char err[1024] = "";
    memset(&wire, 0, sizeof wire);
    wire.rig = r;
    wire.now_us = 1000000;
    wire.faults = sim_faults_new(1);
    assert_non_null(wire.faults);
    if (faults[0] && sim_faults_add(wire.faults, faults, err, sizeof err) != 0)
        fail_msg("%s", err);
    wire.in.profile = sim_faults_profile(wire.faults);
    sim_faults_cut(wire.faults, &wire.out);
    if (sim_unit_load(&r->unit, r->unit_dir, err, sizeof err) != 0)
        fail_msg("%s", err);
    r->modem = sim_modem_new(r->unit);
    assert_non_null(r->modem);
    r->changes = r->reached = r->resets = r->unjournaled = 0;
    memset(&r->e, 0, sizeof r->e);
    if (qdiag_device_open(r->ctx, "unix:/rig", NULL, &r->dev, &r->e) != 0 && !faults[0])
        fail_msg("%s: %s", r->e.what, r->e.why);
    if (r->dev && r->serial)
        qd_copy_text(r->dev->usb_serial, sizeof r->dev->usb_serial, r->serial);
}

void rr_unplug(struct restore_rig *r)
{
    qdiag_plan_free(&r->plan);
    qdiag_restore_report_free(&r->report);
    qdiag_device_close(&r->dev);
    sim_modem_free(&r->modem);
    sim_unit_free(&r->unit);
    sim_queue_clear(&wire.out);
    sim_faults_free(&wire.faults);
}

void rr_backup(struct restore_rig *r)
{
    struct qdiag_backup_options o = QDIAG_BACKUP_OPTIONS_DEFAULT;
    struct qdiag_backup_report *report = NULL;
    o.xqcn = r->file;
    rr_plug(r, "");
    if (qdiag_backup(r->dev, &o, &report, &r->e) != 0)
        fail_msg("%s: %s", r->e.what, r->e.why);
    qdiag_backup_report_free(&report);
    rr_unplug(r);
}

void rr_start(struct restore_rig *r, const char *bundled)
{
    char err[512];
    memset(r, 0, sizeof *r);
    snprintf(r->root, sizeof r->root, "/tmp/qdiag-restore-XXXXXX");
    assert_non_null(mkdtemp(r->root));
    snprintf(r->unit_dir, sizeof r->unit_dir, "%s/unit", r->root);
    snprintf(r->file, sizeof r->file, "%s/good.xqcn", r->root);
    snprintf(r->safety, sizeof r->safety, "%s/safety.xqcn", r->root);
    snprintf(r->journal, sizeof r->journal, "%s/journal", r->root);
    if (sim_unit_unpack(bundled, r->unit_dir, err, sizeof err) != 0)
        fail_msg("%s", err);
    assert_int_equal(shell_run("cp -a %s %s/good", r->unit_dir, r->root), 0);
    r->backup = r->file;
    r->ctx = qdiag_context_new();
    assert_non_null(r->ctx);
    r->ctx->clock = &clock_virtual;
    rr_backup(r);
}

void rr_stop(struct restore_rig *r)
{
    qdiag_context_free(&r->ctx);
    assert_int_equal(shell_run("rm -rf %s", r->root), 0);
}

void rr_damage(struct restore_rig *r, const char *command)
{
    assert_int_equal(shell_run("rm -rf %s %s %s* && cp -a %s/good %s", r->unit_dir, r->journal,
                               r->safety, r->root, r->unit_dir),
                     0);
    /* Attributes of what is not there any more would be refused. */
    if (shell_run("cd %s && { %s; } && while read -r m t k p x; do "
                  "if [ -e \"efs$p\" ] || [ $k = link ]; then echo $m $t $k $p $x; fi; "
                  "done < efs.attr > new && mv new efs.attr",
                  r->unit_dir, command) != 0)
        fail_msg("the damage did not work: %s", command);
}

int rr_plan(struct restore_rig *r, const struct qdiag_plan_options *o)
{
    static const struct qdiag_plan_options none = {0};
    memset(&r->e, 0, sizeof r->e);
    qdiag_plan_free(&r->plan);
    return qdiag_plan_make(r->dev, r->file, o ? o : &none, &r->plan, &r->e);
}

int rr_restore(struct restore_rig *r, const char *confirm)
{
    struct qdiag_restore_options o = {
        .safety = r->safety, .journal = r->journal, .confirm = confirm};
    memset(&r->e, 0, sizeof r->e);
    qdiag_restore_report_free(&r->report);
    return qdiag_restore(r->dev, r->plan, &o, &r->report, &r->e);
}

int rr_go_on(struct restore_rig *r, int back)
{
    struct qdiag_restore_options o = {.backup = back ? NULL : r->backup};
    memset(&r->e, 0, sizeof r->e);
    qdiag_restore_report_free(&r->report);
    return back ? qdiag_restore_rollback(r->dev, r->journal, &o, &r->report, &r->e)
                : qdiag_restore_resume(r->dev, r->journal, &o, &r->report, &r->e);
}

/* Whether a listing shows an item is the simulator's; the bytes of items are padded with zeros in a
 * folder that was written to, and times are not restored: both count for nothing. */
static const char normal[] =
    "normal() { cd $1 && find . -path ./nv -prune -o -mindepth 1 "
    "! -name unit.conf ! -name '*.attr' -printf '%y %p %l\\n' | sort && "
    "find efs* -type f ! -name '*.attr' -exec sha256sum {} + | sort -k2 && "
    "for f in $(find nv -type f | sort); do echo $f $(od -An -v -tx1 $f | tr -d ' \\n' | "
    "sed 's/\\(00\\)*$//'); done && "
    "sed -n 's/^0*\\([0-7]*\\) [0-9]* /\\1 /p' *.attr | sed 's/^\\(16[0-7]*\\) hidden /\\1 item /' "
    "| "
    "grep -Ev '^(100644 file|40755 dir) ' | sort; }; ";

char *rr_compare(struct restore_rig *r, const char *folder)
{
    struct qd_buf b = {0};
    uint8_t part[512];
    char path[96];
    size_t n;
    /* diff says 1 for a difference, 2 when it could not look. */
    assert_int_equal(shell_run("%s set -e; cd %s; (normal %s) > a; (normal %s) > b; test -s a; "
                               "diff a b > diff || [ $? = 1 ]",
                               normal, r->root, folder, r->unit_dir),
                     0);
    snprintf(path, sizeof path, "%s/diff", r->root);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        assert_int_equal(qd_buf_add(&b, part, n), 0);
    fclose(f);
    assert_int_equal(qd_buf_terminate(&b), 0);
    return (char *)b.p;
}
