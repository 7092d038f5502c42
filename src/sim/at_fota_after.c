/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The start behind END,0: the new version is what the unit is from now on, and the faults of after
 * an upgrade have done their harm. It must never touch more of the unit than the version and what a
 * fault names. */
#include <string.h>

#include "sim/at_fota_int.h"

#define NV_IMEI 550u

static void new_version(struct sim_at *a)
{
    const struct sim_fota_kept *k = &a->fota.kept;
    char text[256];

    if (sim_conf_set(a->unit, "firmware", k->base, text, sizeof text) ||
        sim_conf_set(a->unit, "firmware_full", k->to, text, sizeof text) ||
        sim_conf_set(a->unit, "ext_build", k->build, text, sizeof text))
        sim_err(a->unit->trouble, sizeof a->unit->trouble, "%s", text);
}

static int lose_imei(struct sim_at *a)
{
    static const uint8_t blank[SIM_NV_BYTES];

    return sim_nv_store(a->unit, 0, NV_IMEI, blank);
}

/* The last byte of the first file of a folder that has any. */
static int change_calibration(struct sim_at *a)
{
    struct sim_tree *t = &a->unit->tree[0];
    struct sim_node *dir = sim_tree_at(t, "/nv/item_files/rfnv");

    for (size_t i = 0; dir && i < dir->kids; i++) {
        struct sim_node *n = dir->kid[i];

        if (n->kind == SIM_DIR || n->kind == SIM_LINK || !n->len)
            continue;
        n->data[n->len - 1] ^= 1;
        sim_tree_touch(t, n);
        return 0;
    }
    return -1;
}

static int add_item(struct sim_at *a)
{
    struct sim_tree *t = &a->unit->tree[0];
    struct sim_node *dir = sim_tree_at(t, "/nv/item_files");
    struct sim_node *n = sim_node_new("added_by_upgrade", SIM_ITEM, SIM_S_IFITM | 0777, 0);

    if (!dir || !n || sim_node_add(dir, n) != 0 || sim_node_resize(n, 4) != 0)
        return -1;
    sim_tree_touch(t, n);
    return 0;
}

static int count_restore(struct sim_at *a)
{
    a->unit->copy[SIM_UFS].restores++;
    return sim_copy_save(a->unit, SIM_UFS, NULL, 0);
}

static const struct {
    enum sim_fault_id id;
    int (*harm)(struct sim_at *a);
} harms[] = {
    {SIM_F_after_imei, lose_imei},     {SIM_F_after_cal, change_calibration},
    {SIM_F_after_item, add_item},      {SIM_F_after_restored, count_restore},
    {SIM_F_after_fell, count_restore},
};

void sim_fota_finish(struct sim_at *a)
{
    struct sim_fota *f = &a->fota;
    int lies = sim_at_fault(a, SIM_F_fota_lie, NULL) != NULL;
    int fell = sim_at_fault(a, SIM_F_after_fell, NULL) != NULL;

    if (lies)
        sim_at_fired(a, SIM_F_fota_lie);
    if (!lies && !fell)
        new_version(a);
    for (size_t i = 0; i < sizeof harms / sizeof harms[0]; i++)
        if (sim_at_fault(a, harms[i].id, NULL) && harms[i].harm(a) == 0)
            sim_at_fired(a, harms[i].id);
    sim_unit_commit(a->unit, NULL, 0);
    sim_fota_drop_package(a->unit);
    f->upgraded = 1;
    f->kept.stage = SIM_FOTA_IDLE;
    f->kept.tries = 0;
    f->kept.to[0] = f->kept.base[0] = f->kept.build[0] = '\0';
    sim_fota_save(a->unit, &f->kept);
}
