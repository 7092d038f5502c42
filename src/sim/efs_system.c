/* SPDX-License-Identifier: BSD-3-Clause
 *
 * EFS2 operations about the file system as a whole: HELLO, sizes, factory image (refused), sync. */
#include "sim/efs.h"

#include <string.h>

#include "base/bytes.h"

#define WINDOW_PACKETS 16u
#define WINDOW_BYTES   65536u
#define FEATURES       0x3fu
#define BLOCK_SIZE     2048u
#define BLOCKS         16384u

/* Six windows, lowered to what this unit takes; zero asks for the unit's own. Packets come first.
 */
void efs_hello(struct sim_call *c)
{
    uint8_t *p = sim_answer(c, 4, 44);
    for (size_t i = 0; i < 6; i++) {
        uint32_t asked = qd_get32(c->req + 4 + 4 * i);
        uint32_t most = i % 2 ? WINDOW_BYTES : WINDOW_PACKETS;
        qd_put32(p + 4 + 4 * i, asked && asked < most ? asked : most);
    }
    for (size_t at = 28; at < 40; at += 4)
        qd_put32(p + at, 1);
    qd_put32(p + 40, qd_get32(c->req + 40) & FEATURES);
}

void efs_query(struct sim_call *c)
{
    uint8_t *p = sim_answer(c, 4, 28);
    qd_put32(p + 4, SIM_NAME_MAX);
    qd_put32(p + 8, sim_conf_number(c->m->unit, "max_path", 1024));
    qd_put32(p + 12, 8);
    qd_put32(p + 16, SIM_FILE_MAX);
    qd_put32(p + 20, sim_conf_number(c->m->unit, "max_dirs", 4));
    qd_put32(p + 24, 1);
}

struct usage {
    uint32_t files, blocks;
};

static void count(const struct sim_node *n, struct usage *u)
{
    u->files++;
    u->blocks += (uint32_t)((n->len + BLOCK_SIZE - 1) / BLOCK_SIZE);
    for (size_t i = 0; i < n->kids; i++)
        count(n->kid[i], u);
}

/* fs_id, type[8], block size, total, available, free, largest file, files, most files: 40 bytes. */
static void put_fs(struct sim_call *c, uint8_t *p)
{
    struct usage u = {0, 0};
    count(c->vol->tree->root, &u);
    uint32_t left = u.blocks < BLOCKS ? BLOCKS - u.blocks : 0;
    qd_put32(p, 1);
    memcpy(p + 4, "EFS2", 4);
    qd_put32(p + 12, BLOCK_SIZE);
    qd_put32(p + 16, BLOCKS);
    qd_put32(p + 20, left);
    qd_put32(p + 24, left);
    qd_put32(p + 28, SIM_FILE_MAX);
    qd_put32(p + 32, u.files);
    qd_put32(p + 36, 65536);
}

void efs_statfs(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 4);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 1, &w);
    uint8_t *p = sim_answer(c, 4, 48);
    qd_put32(p + 4, err);
    if (err == 0)
        put_fs(c, p + 8);
}

void efs_statvfs(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 6);
    if (!path)
        return;
    uint32_t err = efs_find(c, path, 1, &w);
    uint8_t *p = sim_answer(c, 6, 86);
    qd_put32(p + 6, err);
    if (err)
        return;
    put_fs(c, p + 10);
    qd_put32(p + 50, 4096);
    qd_put32(p + 54, sim_conf_number(c->m->unit, "max_path", 1024));
    qd_put32(p + 58, 1);
    qd_put32(p + 62, 1);
    qd_put32(p + 66, SIM_FILE_MAX);
    qd_put32(p + 70, 1);
    qd_put32(p + 74, sim_conf_number(c->m->unit, "max_open", 8));
}

void efs_dev_info(struct sim_call *c)
{
    static const char name[] = "SIMULATED NAND";
    uint8_t *p = sim_answer(c, 4, 33 + sizeof name);
    qd_put32(p + 8, 256);
    qd_put32(p + 12, 64);
    qd_put32(p + 16, BLOCK_SIZE);
    qd_put32(p + 20, BLOCK_SIZE + 64);
    p[32] = 1;
    memcpy(p + 33, name, sizeof name);
}

/* CHOWN, SET_RESERVATION, SET_QUOTA: there is one owner and no quota, so nothing but the path
 * matters. */
void efs_chown(struct sim_call *c)
{
    struct efs_where w;
    const char *path = efs_string(c, 12);
    if (path)
        efs_answer_errno(c, efs_find(c, path, 1, &w));
}

void efs_group_info(struct sim_call *c)
{
    sim_answer(c, 4, 20);
}

void efs_fact_image(struct sim_call *c)
{
    efs_answer_errno(c, EFS_EPERM);
}

/* Refused too, with the eight bytes of stream state given back. */
void efs_fact_image_read(struct sim_call *c)
{
    uint8_t *p = sim_answer(c, 4, 16);
    qd_put32(p + 4, EFS_EPERM);
    memcpy(p + 8, c->req + 4, 8);
}

/* PUT_DEPRECATED: EINVAL, and then this unit never answers again until it is restarted. */
void efs_put_old(struct sim_call *c)
{
    efs_answer_errno(c, EFS_EINVAL);
    c->m->hung = 1;
    sim_note(c, "efs put_deprecated: errno 22, and silence from now on");
}

static uint32_t commit(struct sim_modem *m)
{
    if (sim_unit_commit(m->unit, NULL, 0) != 0)
        return EFS_EIO;
    m->unsynced = 0;
    return 0;
}

/* SYNC_NO_WAIT: u16 sequence, path → sequence, u32 token, errno. */
void efs_sync(struct sim_call *c)
{
    const char *how = sim_unit_conf(c->m->unit, "sync", "");
    struct efs_where w;
    struct sim_volume *vol = c->vol;
    const char *path = efs_string(c, 6);
    if (!path)
        return;
    uint32_t err = strcmp(how, "306") == 0 ? EFS_SYNC_NOT_NOW : efs_find(c, path, 1, &w);
    if (err == 0 && strcmp(how, "never") == 0)
        err = commit(c->m);
    uint8_t *p = sim_answer(c, 6, 14);
    if (err == 0) {
        vol->token = vol->next_token++;
        vol->polls_left = sim_conf_number(c->m->unit, "sync_polls", 2);
        qd_put32(p + 6, vol->token);
    }
    qd_put32(p + 10, err);
    sim_note(c, "efs sync %s: token %u errno %u", path, vol->token, err);
}

/* SYNC_GET_STATUS: sequence, token, path → sequence, u8 status (0 = done), errno. */
void efs_sync_status(struct sim_call *c)
{
    struct sim_volume *vol = c->vol;
    uint32_t token = qd_get32(c->req + 6), err = 0;
    int never = strcmp(sim_unit_conf(c->m->unit, "sync", ""), "never") == 0;
    int busy = 0;
    if (!efs_string(c, 10))
        return;
    if (token == 0 || token != vol->token)
        err = EFS_EINVAL;
    else if (never || vol->polls_left)
        busy = 1;
    else
        err = commit(c->m);
    if (busy && vol->polls_left)
        vol->polls_left--;
    uint8_t *p = sim_answer(c, 6, 11);
    p[6] = (uint8_t)busy;
    qd_put32(p + 7, err);
    sim_note(c, "efs sync status %u: %s errno %u", token, busy ? "busy" : "done", err);
}
