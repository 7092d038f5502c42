/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QPRTPARA of the simulated module. A backup copies what the DIAG side sees at this moment; a
 * restore is remembered and done at the next start. Whether a family has the command, and which
 * half of it, is in the table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/at_int.h"

static const struct {
    const char *family;
    int ufs, eufs;
    const char *test; /* answer to =?; NULL = ERROR */
} families[] = {
    {"bg95-s5", 1, 1, NULL}, {"bg95", 1, 1, NULL}, {"bg96", 1, 0, NULL},
    {"eg9x", 1, 0, NULL},    {"ec2x", 1, 0, NULL}, {"rg50xq", 1, 0, "(1-4)"},
};

static int put_probe(struct qd_buf *b, const uint32_t *probe)
{
    for (int i = 0; i < 10; i++)
        if (qd_buf_printf(b, ",%u", probe[i]))
            return -1;
    return 0;
}

/* The first field, as faults spoil it. */
static int put_first(struct sim_at *a, struct qd_buf *b, uint32_t v)
{
    static const char *const spoilt[] = {"-1", "1x", "4294967296", ""};
    struct sim_fault *f = sim_at_fault(a, SIM_F_ufs_value, NULL);

    if (!f)
        return qd_buf_printf(b, "%u", v);
    sim_at_fired(a, SIM_F_ufs_value);
    return qd_buf_printf(b, "%s", spoilt[f->n[0]]);
}

static uint32_t pages(struct sim_at *a, int which)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_ufs_pages, NULL);
    uint32_t n = sim_copy_pages(a->unit, which);

    return !f ? n : f->n[0] == 0 ? 0 : 5000;
}

static int put_ufs(struct sim_at *a, struct qd_buf *b, const struct sim_copy *c)
{
    return put_first(a, b, c->backups) ||
                   qd_buf_printf(b, ",%u,%u", c->restores, pages(a, SIM_UFS)) ||
                   put_probe(b, c->probe) || qd_buf_printf(b, ",%u", c->bad)
               ? -1
               : 0;
}

static int put_eufs(struct sim_at *a, struct qd_buf *b, const struct sim_copy *c)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_ufs_valid, NULL);
    uint32_t valid = c->valid;

    if (f && (f->n[0] == 1 || f->seen < 2)) /* seen: backups since the start */
        valid = 0;
    return put_first(a, b, valid) || qd_buf_printf(b, ",%u,%u", c->backups, c->restores) ||
                   put_probe(b, c->probe) ||
                   qd_buf_printf(b, ",%u,%u,%u,%u,%u,%u", pages(a, SIM_EUFS), c->bad,
                                 c->bad_part[0], c->bad_part[1], c->bad_part[2], c->bad_part[3])
               ? -1
               : 0;
}

/* More or fewer fields than the document has. */
static int spoil_count(struct sim_at *a, struct qd_buf *b)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_ufs_fields, NULL);
    int64_t have = 1;

    if (!f)
        return 0;
    sim_at_fired(a, SIM_F_ufs_fields);
    for (size_t i = 0; i < b->len; i++)
        have += b->p[i] == ',';
    for (; have < f->n[0]; have++)
        if (qd_buf_add_text(b, ",0"))
            return -1;
    for (; have > f->n[0] && b->len; have--)
        while (b->len && b->p[--b->len] != ',')
            continue;
    return 0;
}

static int tell(struct sim_at *a, int which)
{
    const struct sim_copy *c = &a->unit->copy[which];
    struct qd_buf b = {0};
    int rc = which == SIM_UFS ? put_ufs(a, &b, c) : put_eufs(a, &b, c);

    if (rc == 0)
        rc = spoil_count(a, &b);
    if (rc == 0)
        rc = qd_buf_terminate(&b);
    rc = rc ? SIM_AT_NO_MEMORY : sim_at_line(a, "+QPRTPARA: %s", (const char *)b.p);
    qd_buf_free(&b);
    return rc;
}

/* What goes wrong in the counting, after the copy was made. */
static void spoil_backup(struct sim_at *a, struct sim_copy *c, uint32_t before)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_ufs_count, NULL);

    if (f) {
        sim_at_fired(a, SIM_F_ufs_count);
        c->backups = f->n[0] == 0 ? before : f->n[0] == 1 ? before + 2 : before / 2;
    }
    if (sim_at_fault(a, SIM_F_ufs_bad, NULL))
        c->bad++;
    if (sim_at_fault(a, SIM_F_ufs_restored, NULL))
        c->restores++;
    if ((f = sim_at_fault(a, SIM_F_ufs_valid, NULL)))
        f->seen++;
}

static int back_up(struct sim_at *a, int which)
{
    struct sim_copy *c = &a->unit->copy[which];
    uint32_t before = c->backups;

    if (sim_copy_make(a->unit, which) != 0)
        return SIM_AT_ERROR;
    spoil_backup(a, c, before);
    return sim_copy_save(a->unit, which, NULL, 0) ? SIM_AT_ERROR : SIM_AT_OK;
}

static int order(struct sim_at *a, int which)
{
    a->unit->copy[which].pending = 1;
    return sim_copy_save(a->unit, which, NULL, 0) ? SIM_AT_ERROR : SIM_AT_OK;
}

/* A reset while the copy is made: it is broken, and nothing was counted. */
static int interrupted(struct sim_at *a, int which, const char *command)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_reset, command);

    if (!f || f->seen >= (uint64_t)(f->given > 1 ? f->n[1] : 1))
        return 0;
    f->seen++;
    sim_at_fired(a, SIM_F_at_reset);
    sim_copy_break(a->unit, which);
    return 1;
}

static int run(struct sim_at *a, int number, const char *command)
{
    int which = number > 10 ? SIM_EUFS : SIM_UFS;

    if (which == SIM_EUFS && (!a->app_told || !sim_copy_present(a->unit, SIM_EUFS)))
        return SIM_AT_ERROR;
    switch (number % 10) {
    case 1:
        if (interrupted(a, which, command))
            return sim_at_reset_now(a) ? SIM_AT_NO_MEMORY : SIM_AT_NOTHING;
        return back_up(a, which);
    case 3:
        return order(a, which);
    default:
        return tell(a, which);
    }
}

int sim_at_qprtpara(struct sim_at *a, const char *rest)
{
    static const char *const forms[] = {"=1", "=3", "=4", "=11", "=13", "=14"};
    const char *family = sim_unit_conf(a->unit, "family", "other");
    char command[32];
    size_t f = 0;

    while (f < sizeof families / sizeof families[0] && strcmp(families[f].family, family) != 0)
        f++;
    if (f == sizeof families / sizeof families[0])
        return SIM_AT_ERROR;
    if (strcmp(rest, "=?") == 0)
        return families[f].test ? sim_at_line(a, "+QPRTPARA: %s", families[f].test) : SIM_AT_ERROR;
    for (size_t i = 0; i < 6; i++)
        if (strcmp(rest, forms[i]) == 0 && (i < 3 ? families[f].ufs : families[f].eufs)) {
            snprintf(command, sizeof command, "+QPRTPARA%s", rest);
            return run(a, atoi(rest + 1), command);
        }
    return SIM_AT_ERROR;
}
