/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Journals that somebody edited, checksums and all: none of them gets an identity onto a unit that
 * its own backup does not put there, forth or back. A true journal goes on with its backup. */
#include "restore_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "flow/restore/journal.h"
#include "model/backup.h"

#define LEFT   "rm nv/0/550 nv/0/946"
#define IMEI_B "\x08\x0a\x10\x00\x01\x00\x00\x00\x32"

/* A restore that stopped before the identity, and what its journal says. */
static void stopped(struct restore_rig *r)
{
    rr_damage(r, LEFT);
    rr_plug(r, "nvreadonly=946");
    assert_int_equal(rr_plan(r, NULL), 0);
    assert_int_not_equal(rr_restore(r, "000114"), 0);
    rr_unplug(r);
}

/* Writes a journal with the header of v and a state from before for step i (-1: none). */
static void write_journal(const char *path, struct qd_jview *v, long i, const struct qd_state *s)
{
    struct qd_jrecord h = {.type = QD_J_HEADER, .wire = -1, .header = v->header};
    struct qd_jrecord b = {.type = QD_J_BEFORE, .step = (uint32_t)i, .wire = -1};
    struct qd_jrecord w = {.type = QD_J_WRITING, .step = (uint32_t)i, .wire = -1};
    struct qd_buf out = {0};
    struct qdiag_error e = {0};
    qd_buf_add(&out, QD_JOURNAL_MAGIC, QD_JOURNAL_MAGIC_SIZE);
    assert_int_equal(qd_jrecord_encode(&h, 0, &out, &e), 0);
    if (s) {
        b.state = *s;
        assert_int_equal(qd_jrecord_encode(&b, 1, &out, &e), 0);
        assert_int_equal(qd_jrecord_encode(&w, 2, &out, &e), 0);
    }
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(out.p, 1, out.len, f), out.len);
    assert_int_equal(fclose(f), 0);
    qd_buf_free(&out);
}

static long imei_step(const struct qd_jview *v)
{
    for (size_t i = 0; i < v->header.plan->n; i++)
        if (v->header.plan->v[i].key.nv == 550 && v->header.plan->v[i].key.sub == 0)
            return (long)i;
    fail_msg("the journal has no IMEI");
    return -1;
}

enum forgery {
    TRUE,         /* nothing */
    OTHER_IMEI,   /* the bytes to be written */
    ONLY_IMEI,    /* likewise, no other step, and no digest of the unit */
    AS_SETTING,   /* the IMEI as a step of another class and phase */
    BACK_AS_MISC, /* the IMEI as what stood there before, of another class */
    BACK_BEFORE,  /* likewise, and the plan says so too */
};

static void forge(struct restore_rig *r, enum forgery what)
{
    struct qd_jview v;
    struct qdiag_error e = {0};
    assert_int_equal(qd_journal_status(r->journal, &v, &e), 0);
    long i = imei_step(&v);
    struct qd_plan *p = v.header.plan;
    struct qd_step *s = &p->v[i];
    struct qd_state b = {QD_THERE_NV, QD_MODE_ANY, calloc(1, QD_NV_SIZE), QD_NV_SIZE};
    assert_non_null(b.data);
    memcpy(b.data, IMEI_B, 9);
    assert_int_equal(s->after.kind, QD_THERE_NV);
    if (what == OTHER_IMEI || what == ONLY_IMEI || what == AS_SETTING)
        memcpy(s->after.data, b.data, QD_NV_SIZE);
    for (size_t k = 0; k < p->n && (what == ONLY_IMEI || what == AS_SETTING); k++)
        if (k != (size_t)i && p->v[k].decision == QD_DO_WRITE) {
            p->v[k].decision = QD_DO_KEEP;
            p->v[k].reason = QD_REASON_NONE;
        }
    if (what == ONLY_IMEI)
        p->unit[0] = p->salt[0] = '\0';
    if (what == AS_SETTING || what == BACK_AS_MISC || what == BACK_BEFORE)
        s->class = QD_CLASS_MISC;
    if (what == AS_SETTING) /* first, as phases stand in order */
        for (struct qd_step t = *s; i > 0; i--) {
            p->v[i] = p->v[i - 1];
            p->v[i - 1] = t;
            p->v[i - 1].phase = QD_PHASE_NV;
        }
    if (what == BACK_BEFORE) {
        qd_state_clear(&s->before);
        assert_int_equal(qd_state_copy(&s->before, &b, &e), 0);
    }
    int back = what == BACK_AS_MISC || what == BACK_BEFORE;
    if (what != TRUE)
        write_journal(r->journal, &v, i, back ? &b : NULL);
    free(b.data);
    qd_jview_clear(&v);
}

static void assert_no_imei(struct restore_rig *r, const char *what)
{
    char path[160];
    snprintf(path, sizeof path, "%s/nv/0/550", r->unit_dir);
    if (access(path, F_OK) == 0)
        fail_msg("%s: an IMEI was written", what);
}

static void test_forged(void **state)
{
    static const struct {
        const char *name;
        enum forgery what;
        int back, code; /* expected exit status */
    } rows[] = {
        {"another IMEI", OTHER_IMEI, 0, 5},
        {"only another IMEI, for any unit", ONLY_IMEI, 0, 5},
        {"another IMEI as a setting", AS_SETTING, 0, 5},
        {"another IMEI from before", BACK_AS_MISC, 1, 10},
        {"another IMEI from before, in the plan too", BACK_BEFORE, 1, 20},
    };
    struct restore_rig r;
    (void)state;
    rr_start(&r, "eg95");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int named = 0; named < 2; named++) {
            stopped(&r);
            forge(&r, rows[i].what);
            r.backup = named ? r.file : NULL;
            rr_plug(&r, "");
            assert_int_not_equal(rr_go_on(&r, rows[i].back), 0);
            if (qdiag_exit_code(&r.e) != rows[i].code)
                fail_msg("%s: exit %d: %s: %s", rows[i].name, qdiag_exit_code(&r.e), r.e.what,
                         r.e.why);
            assert_int_equal(r.changes, 0);
            rr_unplug(&r);
            assert_no_imei(&r, rows[i].name);
        }
    rr_stop(&r);
}

/* The same journal, as it was written. */
static void test_true(void **state)
{
    struct restore_rig r;
    char folder[96];
    (void)state;
    rr_start(&r, "eg95");
    stopped(&r);

    rr_plug(&r, ""); /* no backup, and nothing else is written either */
    r.backup = NULL;
    assert_int_not_equal(rr_go_on(&r, 0), 0);
    assert_int_equal(qdiag_exit_code(&r.e), 5);
    assert_non_null(strstr(r.e.hint, "--resume JOURNAL FILE"));
    assert_int_equal(r.changes, 0);
    r.backup = r.safety; /* another backup of the same unit */
    assert_int_not_equal(rr_go_on(&r, 0), 0);
    assert_int_equal(qdiag_exit_code(&r.e), 5);
    assert_int_equal(r.changes, 0);
    rr_unplug(&r);
    assert_no_imei(&r, "no proof");

    rr_plug(&r, "");
    r.backup = r.file;
    if (rr_go_on(&r, 0) != 0)
        fail_msg("%d %s: %s: %s", r.e.code, r.e.what, r.e.item, r.e.why);
    assert_int_equal(r.report->verified, 1);
    assert_int_equal(r.unjournaled, 0);
    rr_unplug(&r);
    snprintf(folder, sizeof folder, "%s/good", r.root);
    char *diff = rr_compare(&r, folder);
    assert_string_equal(diff, "");
    free(diff);
    rr_stop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_true), cmocka_unit_test(test_forged)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
