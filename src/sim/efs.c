/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 over DIAG: the table of opcodes with their exact widths, and what all handlers share. An
 * opcode that is not here does not exist in this unit. */
#include "sim/efs.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum width { EXACT, AT_LEAST }; /* paths tolerate trailing bytes, so those are lower bounds */

struct efs_op {
    uint16_t op;
    uint16_t length;
    enum width width;
    uint8_t is_write;
    sim_handler handle;
    const char *name;
};

/* A path is at least one NUL. Not here, hence 13: GET 39, MD5SUM 43, formats, FS image 54-56, … */
static const struct efs_op ops[] = {
    {0, 44, EXACT, 0, efs_hello, "hello"},
    {1, 4, EXACT, 0, efs_query, "query"},
    {2, 13, AT_LEAST, 0, efs_open, "open"},
    {3, 8, EXACT, 0, efs_close, "close"},
    {4, 16, EXACT, 0, efs_read, "read"},
    {5, 12, AT_LEAST, 1, efs_write, "write"},
    {6, 6, AT_LEAST, 1, efs_symlink, "symlink"},
    {7, 5, AT_LEAST, 0, efs_readlink, "readlink"},
    {8, 5, AT_LEAST, 1, efs_unlink, "unlink"},
    {9, 7, AT_LEAST, 1, efs_mkdir, "mkdir"},
    {10, 5, AT_LEAST, 1, efs_rmdir, "rmdir"},
    {11, 5, AT_LEAST, 0, efs_opendir, "opendir"},
    {12, 12, EXACT, 0, efs_readdir, "readdir"},
    {13, 8, EXACT, 0, efs_closedir, "closedir"},
    {14, 6, AT_LEAST, 1, efs_rename, "rename"},
    {15, 5, AT_LEAST, 0, efs_stat, "stat"},
    {16, 5, AT_LEAST, 0, efs_lstat, "lstat"},
    {17, 8, EXACT, 0, efs_fstat, "fstat"},
    {18, 7, AT_LEAST, 1, efs_chmod, "chmod"},
    {19, 5, AT_LEAST, 0, efs_statfs, "statfs"},
    {20, 6, AT_LEAST, 0, efs_access, "access"},
    {21, 4, EXACT, 0, efs_dev_info, "dev_info"},
    {22, 4, EXACT, 0, efs_fact_image, "fact_image_start"},
    {23, 12, EXACT, 0, efs_fact_image_read, "fact_image_read"},
    {24, 4, EXACT, 0, efs_fact_image, "fact_image_end"},
    {25, 4, EXACT, 0, efs_fact_image, "prep_fact_image"},
    {26, 4, AT_LEAST, 1, efs_put_old, "put_deprecated"},
    {30, 13, AT_LEAST, 1, efs_chown, "chown"},
    {34, 13, AT_LEAST, 1, efs_chown, "set_reservation"},
    {35, 13, AT_LEAST, 1, efs_chown, "set_quota"},
    {36, 8, EXACT, 0, efs_group_info, "get_group_info"},
    {37, 7, AT_LEAST, 1, efs_deltree, "deltree"},
    {38, 15, AT_LEAST, 1, efs_put, "put"},
    {40, 11, AT_LEAST, 1, efs_truncate, "truncate"},
    {41, 14, EXACT, 1, efs_ftruncate, "ftruncate"},
    {42, 7, AT_LEAST, 0, efs_statvfs, "statvfs_v2"},
    {48, 7, AT_LEAST, 1, efs_sync, "sync_no_wait"},
    {49, 11, AT_LEAST, 0, efs_sync_status, "sync_get_status"},
    {50, 15, AT_LEAST, 1, efs_truncate64, "truncate64"},
    {51, 18, EXACT, 1, efs_ftruncate64, "ftruncate64"},
    {52, 22, EXACT, 0, efs_lseek64, "lseek64"},
};

static const struct efs_op *find_op(unsigned op)
{
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++)
        if (ops[i].op == op)
            return &ops[i];
    return NULL;
}

/* Unknown here, but sent to change the unit: HOTPLUG_FORMAT, SHRED, SET_IDLE_DEV_EVT_DUR, golden
 * copy. */
static int means_write(unsigned op)
{
    return (op >= 44 && op <= 46) || op == 53;
}

static int is_withheld(const struct sim_modem *m, unsigned op)
{
    const char *sync = sim_unit_conf(m->unit, "sync", "");
    return (op == 0 && sim_unit_quirk(m->unit, "hello_refused")) ||
           (op == 16 && sim_unit_quirk(m->unit, "no_lstat")) ||
           ((op == 48 || op == 49) && strcmp(sync, "13") == 0);
}

/* Opens that this unit allows only in some state; 0, or the code of the error frame. */
static int locked(const struct sim_modem *m, unsigned op)
{
    if (op != 2 && op != 11)
        return 0;
    if (sim_unit_quirk(m->unit, "password_for_efs") && !m->password_ok)
        return SIM_BAD_SECURITY;
    if (sim_unit_quirk(m->unit, "offline_for_efs") && m->mode != SIM_OFFLINE_A &&
        m->mode != SIM_OFFLINE_D)
        return SIM_BAD_MODE;
    return 0;
}

void sim_efs_request(struct sim_call *c)
{
    unsigned code = qd_get16(c->req + 2);
    const struct efs_op *op = find_op(code);
    c->r->is_write = op ? op->is_write : means_write(code);
    c->r->cls = c->r->is_write ? SIM_CLASS_EFS_WRITE : SIM_CLASS_EFS_READ;
    if (!op || is_withheld(c->m, code)) {
        sim_note(c, "efs opcode %u: unknown", code);
        sim_refuse(c, SIM_BAD_CMD);
    } else if (op->width == EXACT ? c->n != op->length : c->n < op->length) {
        sim_note(c, "efs %s: wrong length %zu", op->name, c->n);
        sim_refuse(c, SIM_BAD_LEN);
    } else if (locked(c->m, code)) {
        sim_note(c, "efs %s: locked", op->name);
        sim_refuse(c, locked(c->m, code));
    } else {
        sim_note(c, "efs %s", op->name);
        op->handle(c);
    }
}

const char *efs_string(struct sim_call *c, size_t at)
{
    if (at < c->n && memchr(c->req + at, 0, c->n - at))
        return (const char *)c->req + at;
    sim_refuse(c, SIM_BAD_LEN);
    return NULL;
}

void efs_answer_errno(struct sim_call *c, uint32_t err)
{
    qd_put32(sim_answer(c, 4, 8) + 4, err);
}

void efs_answer_seq(struct sim_call *c, uint32_t err)
{
    qd_put32(sim_answer(c, 6, 10) + 6, err);
}

static void close_dir(struct sim_dir *d)
{
    for (size_t i = 0; i < d->n; i++)
        free(d->v[i].name);
    free(d->v);
    memset(d, 0, sizeof *d);
}

void sim_efs_close_all(struct sim_modem *m)
{
    for (int v = 0; v < 2; v++) {
        struct sim_volume *vol = &m->volume[v];
        for (unsigned i = 0; i < SIM_HANDLES; i++) {
            if (vol->file[i].used && vol->file[i].node)
                sim_node_release(vol->file[i].node);
            memset(&vol->file[i], 0, sizeof vol->file[i]);
            close_dir(&vol->dir[i]);
        }
        vol->token = 0;
    }
}
