/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rig of exec_rig.h. It changes nothing that the modem does unless a hook says so. */
#include "exec_rig.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/digest.h"
#include "base/fsio.h"
#include "sim/unit_store.h"

#define OP_OPEN 2

static int is_efs(const uint8_t *req, size_t n)
{
    return n >= 8 && req[0] == 0x4b && (req[1] == 0x13 || req[1] == 0x3e);
}

int exec_is_change(const uint8_t *req, size_t n)
{
    static const uint8_t ops[] = {5, 6, 8, 9, 10, 14, 18, 38, 40};
    if (n && req[0] == 0x27)
        return 1;
    if (n >= 4 && req[0] == 0x4b && req[1] == 0x30)
        return req[2] == 2;
    if (!is_efs(req, n))
        return 0;
    if (req[2] == OP_OPEN)
        return qd_get32(req + 4) != 0;
    return memchr(ops, req[2], sizeof ops) != NULL;
}

/* The key a change is about, as the plan spells it; "" for a handle. */
static void key_of(const uint8_t *req, size_t n, char *out, size_t cap)
{
    size_t at;
    out[0] = '\0';
    if (req[0] == 0x27) {
        snprintf(out, cap, "nv:0:%u", qd_get16(req + 1));
        return;
    }
    if (req[1] == 0x30) {
        snprintf(out, cap, "nv:%u:%u", qd_get16(req + 6), qd_get16(req + 4));
        return;
    }
    switch (req[2]) {
    case OP_OPEN:
        at = 12;
        break;
    case 5:
        return;
    case 6: /* target, then the place */
        at = 4 + strnlen((const char *)req + 4, n - 4) + 1;
        break;
    case 9:
    case 18:
        at = 6;
        break;
    case 38:
        at = 14 + qd_get32(req + 4);
        break;
    default:
        at = 4;
        break;
    }
    snprintf(out, cap, "efs:%.*s", (int)(n - at), (const char *)req + at);
}

/* An alias of an item that is taken away counts as the item. */
static int names(const char *said, const char *key)
{
    char alias[64];
    unsigned sub, id;
    size_t n = strlen(said);
    if (strncmp(said, key, n) == 0 && (key[n] == '\0' || key[n] == ':'))
        return 1;
    if (sscanf(key, "nv:%u:%u", &sub, &id) != 2 || sub != 0)
        return 0;
    snprintf(alias, sizeof alias, "efs:/nvm/num/%u", id);
    return strcmp(said, alias) == 0;
}

/* On the disk stands, as the last thing, that this step is being written. */
/* The file that was synced last, as it was then. A test with calls of its own is left alone. */
static struct stat synced;
static struct qd_fsio noting;

static int note_sync(int fd)
{
    int rc = qd_fsio_real.fsync(fd);
    if (rc == 0)
        (void)fstat(fd, &synced);
    return rc;
}

static int on_the_disk(const char *journal)
{
    struct stat now;
    return qd_fsio != &noting || (stat(journal, &now) == 0 && now.st_ino == synced.st_ino &&
                                  now.st_size == synced.st_size);
}

static int announced(struct exec_rig *x, const uint8_t *req, size_t n)
{
    struct qd_jview v;
    struct qdiag_error e = {0};
    char said[4200], key[512];
    if (!on_the_disk(x->plan.path) || qd_journal_status(x->plan.path, &v, &e) != 0)
        return 0;
    long i = qd_jview_open_step(&v);
    int good = 0;
    if (i >= 0 && v.step[i].has_before) {
        key_of(req, n, said, sizeof said);
        qd_key_text(&v.header.plan->v[i].key, key, sizeof key);
        good = !said[0] || names(said, key);
        if (!good)
            print_error("%s while the journal says %s\n", said, key);
    }
    qd_jview_clear(&v);
    return good;
}

void exec_forget_nv(struct exec_rig *x, unsigned sub, unsigned id)
{
    struct sim_nv_set *s = &x->sim.unit->nv[sub];
    char path[128];
    for (size_t i = 0; i < s->n;) {
        if (s->v[i].id != id) {
            i++;
            continue;
        }
        memmove(s->v + i, s->v + i + 1, (s->n - i - 1) * sizeof *s->v);
        s->n--;
    }
    snprintf(path, sizeof path, "%s/nv/%u/%u", x->sim.dir, sub, id);
    unlink(path);
}

/* Units on which an alias can be unlinked: the simulator answers ENOENT. */
static int unlink_alias(struct exec_rig *x, const uint8_t *req, size_t n)
{
    struct sim_reply *r = &x->sim.reply;
    unsigned id;
    if (x->alias_stays || n < 16 || !is_efs(req, n) || req[2] != 8 ||
        sscanf((const char *)req + 4, "/nvm/num/%u", &id) != 1)
        return 0;
    exec_forget_nv(x, 0, id);
    memset(r->p, 0, 8);
    memcpy(r->p, req, 4);
    r->len = 8;
    r->is_write = 1;
    r->after = SIM_AFTER_NONE;
    return 1;
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct exec_rig *x = user;
    struct sim_reply *r = &x->sim.reply;
    int change = exec_is_change(req, n), what = 0;

    x->requests++;
    x->changes += (unsigned)change;
    if (change && !announced(x, req, n))
        x->unjournaled++;
    if (x->before)
        what = x->before(x, req, n);
    if (what == 0) {
        sim_modem_tick(x->sim.modem, x->link->now_us);
        if (!unlink_alias(x, req, n))
            sim_modem_request(x->sim.modem, req, n, r);
        x->writes += (unsigned)r->is_write;
        if (x->behind)
            what = x->behind(x, req, n);
    } else {
        r->after = SIM_AFTER_NONE;
        what = what == 1 ? 0 : what;
    }
    if (what == 3)
        return 1;
    if (what == 0 && r->len)
        fake_frame(wire, r->p, r->len);
    if (r->after != SIM_AFTER_RESET)
        return 0;
    sim_modem_restart(x->sim.modem, 0);
    x->resets++;
    return 1;
}

static int connect_again(struct exec_rig *x, struct qdiag_error *e)
{
    struct qd_link *l;
    x->link->gone = 0;
    l = fake_link_link(x->link);
    int rc = qd_diag_open(&x->unit.diag, &l, e);
    if (rc != 0)
        qd_link_close(&l);
    return rc;
}

static int reconnect(void *user, struct qd_diag **d, struct qdiag_error *e)
{
    struct exec_rig *x = user;
    assert_ptr_equal(d, &x->unit.diag);
    qd_diag_close(d);
    x->reconnects++;
    if (x->no_return)
        return qd_fail(e, QDIAG_E_NO_UNIT, NULL, "%s", "the unit did not come back");
    return connect_again(x, e);
}

static int same_unit(void *user, struct qd_diag *d, struct qdiag_error *e)
{
    struct exec_rig *x = user;
    assert_non_null(d);
    if (++x->same_asked >= (unsigned)x->other_unit && x->other_unit)
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL, "%s", "another unit");
    return 0;
}

static int may_identify(void *user, const struct qd_step *s, struct qdiag_error *e)
{
    struct exec_rig *x = user;
    assert_true(s->key.nv >= 0);
    x->identities++;
    return x->no_proof ? qd_fail(e, QDIAG_E_POLICY, NULL, "%s", "not proven") : 0;
}

void exec_start(struct exec_rig *x, const char *conf)
{
    memset(x, 0, sizeof *x);
    noting = qd_fsio_real;
    noting.fsync = note_sync;
    if (qd_fsio == &qd_fsio_real)
        qd_fsio = &noting;
    sim_rig_init(&x->sim, conf);
    journal_rig_init(&x->plan);
    x->unit.reconnect = reconnect;
    x->unit.same_unit = same_unit;
    x->unit.may_identify = may_identify;
    x->unit.user = x;
    x->unit.flags = QD_UNIT_RESET;
}

#define ITEM "/nv/item_files/rfnv/00020111"

static struct qd_state imei(void)
{
    static const uint8_t digits[9] = {8, 0x0a, 0x10, 0, 1, 0, 0, 0, 0x51};
    struct qd_state s = rig_nv(0);
    memcpy(s.data, digits, sizeof digits);
    return s;
}

static struct qd_state blank_imei(void)
{
    struct qd_state s = rig_nv(0);
    s.data[0] = 8;
    s.data[1] = 0x0a;
    return s;
}

struct qd_state exec_long_file(uint8_t fill)
{
    static uint8_t bytes[2500];
    memset(bytes, fill, sizeof bytes);
    bytes[2499] = 1;
    return rig_bytes(QD_THERE_FILE, 0640, bytes, sizeof bytes);
}

void exec_standard(struct exec_rig *x, const char *more)
{
    char conf[512];
    struct qd_state s;
    struct journal_rig *p = &x->plan;
    snprintf(conf, sizeof conf, "model = EG95\nsubs = 2\nefs_subsys = 13\n%s", more);
    exec_start(x, conf);
    s = rig_nv(1);
    sim_rig_bytes(&x->sim, "nv/0/441", s.data, s.len);
    sim_rig_bytes(&x->sim, "nv/1/441", s.data, s.len);
    rig_step(p, QD_PHASE_NV, rig_nv_key(0, 441, 0), s, rig_nv(2));
    rig_step(p, QD_PHASE_NV, rig_nv_key(1, 441, 0), rig_nv(1), rig_nv(3));
    rig_step(p, QD_PHASE_NV, rig_nv_key(0, 946, 0), rig_absent(), rig_nv(4));
    s = blank_imei();
    sim_rig_bytes(&x->sim, "nv/0/550", s.data, s.len);
    sim_rig_text(&x->sim, "efs" ITEM, "old item");
    sim_rig_text(&x->sim, "efs.attr", "0100640 0 file /long\n0160777 0 item " ITEM "\n");
    rig_step(p, QD_PHASE_RFNV, rig_efs_key(ITEM), rig_bytes(QD_THERE_ITEM, 0777, "old item", 8),
             rig_bytes(QD_THERE_ITEM, 0777, "the new item", 12));
    rig_step(p, QD_PHASE_EFS, rig_efs_key("/d"), rig_absent(),
             rig_bytes(QD_THERE_DIR, 0700, NULL, 0));
    rig_step(p, QD_PHASE_EFS, rig_efs_key("/d/f"), rig_absent(),
             rig_bytes(QD_THERE_FILE, 0600, "contents", 8));
    rig_step(p, QD_PHASE_EFS, rig_efs_key("/d/l"), rig_absent(),
             rig_bytes(QD_THERE_LINK, QD_MODE_ANY, "/d/f", 4));
    struct qd_state old = exec_long_file(5);
    sim_rig_bytes(&x->sim, "efs/long", old.data, old.len);
    rig_step(p, QD_PHASE_EFS, rig_efs_key("/long"), old, exec_long_file(6));
    rig_step(p, QD_PHASE_IDENTITY, rig_nv_key(0, 550, 0), s, imei());
}

void exec_open(struct exec_rig *x)
{
    if (!x->sim.unit)
        sim_rig_start(&x->sim);
    if (!x->link)
        x->link = fake_link_new(answer, x);
    memset(&x->e, 0, sizeof x->e);
    if (!x->unit.diag)
        assert_int_equal(connect_again(x, &x->e), 0);
}

void exec_hang_up(struct exec_rig *x)
{
    qd_diag_close(&x->unit.diag);
    fake_link_free(&x->link);
    sim_rig_stop(&x->sim);
}

void exec_stop(struct exec_rig *x)
{
    exec_hang_up(x);
    qd_outcome_free(&x->out);
    sim_rig_end(&x->sim);
    journal_rig_end(&x->plan);
}

static int carry_out(struct exec_rig *x, struct qd_journal *j, int back)
{
    qd_outcome_free(&x->out);
    memset(&x->e, 0, sizeof x->e);
    int rc =
        back ? qd_rollback(j, &x->unit, &x->out, &x->e) : qd_execute(j, &x->unit, &x->out, &x->e);
    x->out.plan = NULL; /* it goes with the journal */
    qd_journal_close(&j);
    assert_int_equal(rc, -x->e.code);
    return rc;
}

int exec_new(struct exec_rig *x)
{
    struct qd_jheader h = rig_header(&x->plan);
    struct qd_journal *j;
    exec_open(x);
    int rc = qd_journal_create(&j, x->plan.path, &h, &x->e);
    return rc != 0 ? rc : carry_out(x, j, 0);
}

static int again(struct exec_rig *x, int back)
{
    struct qd_journal *j;
    exec_open(x);
    int rc = qd_journal_open(&j, x->plan.path, &x->e);
    return rc != 0 ? rc : carry_out(x, j, back);
}

int exec_resume(struct exec_rig *x)
{
    return again(x, 0);
}

int exec_back(struct exec_rig *x)
{
    return again(x, 1);
}

/* ---- the unit as text ---- */

static void dump_attr(const char *path, struct qd_buf *out)
{
    char line[4096];
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f)) {
        unsigned mode;
        int time_at, rest_at;
        if (line[0] == '#' || sscanf(line, "%o %n%*d %n", &mode, &time_at, &rest_at) != 1)
            continue;
        int plain = ((mode & 07777) == 0644 && strncmp(line + rest_at, "file ", 5) == 0) ||
                    ((mode & 07777) == 0755 && strncmp(line + rest_at, "dir ", 4) == 0);
        if (!plain)
            qd_buf_printf(out, "attr %o %s", mode, line + rest_at);
    }
    if (f)
        fclose(f);
}

static void dump_file(const char *full, const char *shown, struct qd_buf *out)
{
    static uint8_t bytes[1 << 20];
    FILE *f = fopen(full, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    if (strncmp(shown, "nv/", 3) == 0) /* the rest of an item is zero */
        while (n && !bytes[n - 1])
            n--;
    char digest[65];
    qd_sha256_hex(bytes, n, digest);
    qd_buf_printf(out, "file %s %zu %.16s\n", shown, n, digest);
}

static void dump_dir(const char *root, const char *below, struct qd_buf *out)
{
    struct dirent **list;
    char full[4096], shown[2048];
    snprintf(full, sizeof full, "%s/%s", root, below);
    int n = scandir(full, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        struct stat st;
        const char *name = list[i]->d_name;
        int skip = name[0] == '.' || strcmp(name, "unit.conf") == 0;
        snprintf(shown, sizeof shown, "%s%s%s", below, below[0] ? "/" : "", name);
        snprintf(full, sizeof full, "%s/%s", root, shown);
        free(list[i]);
        if (skip || lstat(full, &st) != 0)
            continue;
        if (strstr(shown, ".attr")) {
            dump_attr(full, out);
        } else if (S_ISDIR(st.st_mode)) {
            if (strncmp(shown, "nv", 2) != 0)
                qd_buf_printf(out, "dir %s\n", shown);
            dump_dir(root, shown, out);
        } else if (S_ISREG(st.st_mode)) {
            dump_file(full, shown, out);
        }
    }
    if (n >= 0)
        free(list);
}

char *exec_dump(struct exec_rig *x)
{
    struct qd_buf b = {0};
    char err[512];
    if (x->sim.unit)
        assert_int_equal(sim_unit_commit(x->sim.unit, err, sizeof err), 0);
    dump_dir(x->sim.dir, "", &b);
    assert_int_equal(qd_buf_terminate(&b), 0);
    return (char *)b.p;
}
