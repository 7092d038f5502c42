/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a unit folder is in memory: keys, NV items, EFS trees. The folder on disk is the unit's
 * flash: changes stay in memory until sim_unit_commit() writes them, and sim_unit_revert() is a
 * power cut. */
#ifndef SIM_UNIT_STORE_H
#define SIM_UNIT_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "sim/unit.h"

#define SIM_NV_BYTES 128u
#define SIM_SUBS_MAX 3u
#define SIM_FILE_MAX (16u * 1024 * 1024)
#define SIM_NAME_MAX 255u
#define SIM_PATH_MAX 4096u

#define SIM_S_IFMT  0170000u
#define SIM_S_IFDIR 0040000u
#define SIM_S_IFREG 0100000u
#define SIM_S_IFLNK 0120000u
#define SIM_S_IFITM 0160000u

struct sim_nv {
    uint16_t id;
    int16_t index; /* -1: answers every index */
    uint8_t dirty;
    uint8_t data[SIM_NV_BYTES];
};

struct sim_nv_set {
    struct sim_nv *v; /* sorted by id, then index */
    size_t n, cap;
};

enum sim_kind { SIM_FILE, SIM_ITEM, SIM_DIR, SIM_LINK };

struct sim_node {
    char *name;
    struct sim_node *parent; /* NULL: the root, or removed while still open */
    struct sim_node **kid;   /* sorted by name */
    size_t kids, kid_cap;
    uint8_t *data;
    size_t len, cap;
    char *target;
    uint32_t mode, mtime;
    enum sim_kind kind;
    unsigned hidden, denied, dirty;
    unsigned refs; /* open handles */
};

struct sim_tree {
    const char *folder; /* "efs" or "efs-alt" */
    struct sim_node *root;
    char **gone; /* paths whose host file has to go at the next commit */
    size_t n_gone, gone_cap;
    int dirty; /* something has changed since the last commit */
    int present;
};

/* The module's own backup of one file system: ufs/ (NV and the tree behind 13) or eufs/ (the tree
 * behind 3E). What is counted here survives a restore. */
enum { SIM_UFS, SIM_EUFS };
struct sim_copy {
    uint32_t valid, backups, restores, probe[10], bad, bad_part[4];
    uint32_t pending; /* a restore is due at the next start */
    struct sim_tree image;
    struct sim_nv_set nv[SIM_SUBS_MAX]; /* UFS only */
};

struct sim_conf {
    char *key, *value;
};

struct sim_unit {
    char *dir;
    struct sim_conf *conf;
    size_t n_conf, conf_cap;
    unsigned subs;
    struct sim_nv_set nv[SIM_SUBS_MAX];
    struct sim_tree tree[2]; /* behind 13, behind 3E */
    struct sim_copy copy[2]; /* SIM_UFS, SIM_EUFS */
    int nv_dirty;
    char trouble[256];
};

/* Writes a formatted sentence into err and returns -1. */
int sim_err(char *err, size_t cap, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* A path made of the unit's folder and two parts; free() it. NULL when out of memory. */
char *sim_unit_path(const struct sim_unit *u, const char *a, const char *b);

/* unit_conf.c: fills u->conf from the text of unit.conf. */
int sim_conf_load(struct sim_unit *u, char *err, size_t cap);
void sim_conf_free(struct sim_unit *u);
/* A key as a number; def when it is not there. The loader has checked its range. */
unsigned sim_conf_number(const struct sim_unit *u, const char *key, unsigned def);
/* A key of hex digits as bytes, at most cap; the number of bytes. */
size_t sim_conf_hex(const struct sim_unit *u, const char *key, uint8_t *out, size_t cap);

/* A key in memory and in unit.conf, whose other lines stay as they are. 0 or -1. */
int sim_conf_set(struct sim_unit *u, const char *key, const char *value, char *err, size_t cap);

/* unit_nv.c */
int sim_nv_load(struct sim_unit *u, char *err, size_t cap);
void sim_nv_free(struct sim_unit *u);
/* The item, its element when it is an array; NULL when it is not there. */
struct sim_nv *sim_nv_find(struct sim_unit *u, unsigned sub, unsigned id, unsigned index);
/* Writes 128 bytes, creating the item; -1 when out of memory. */
int sim_nv_store(struct sim_unit *u, unsigned sub, unsigned id, const uint8_t *data);
/* Forgets what is in memory and reads the folder again; -1: stays as it was. */
int sim_nv_reload(struct sim_unit *u, char *err, size_t cap);
int sim_nv_commit(struct sim_unit *u, char *err, size_t cap);

/* unit_tree.c: the tree in memory. */
struct sim_node *sim_node_new(const char *name, enum sim_kind kind, uint32_t mode, uint32_t mtime);
void sim_node_free(struct sim_node *n);
struct sim_node *sim_node_child(const struct sim_node *dir, const char *name, size_t len);
int sim_node_add(struct sim_node *dir, struct sim_node *n); /* takes n; -1 frees nothing */
char *sim_node_path(const struct sim_node *n);              /* "/a/b"; free() it */
struct sim_node *sim_tree_at(const struct sim_tree *t, const char *path); /* no links followed */
int sim_node_resize(struct sim_node *n, size_t len); /* zero fill; -1 when out of memory */
void sim_tree_touch(struct sim_tree *t, struct sim_node *n);
/* Takes a node and all below it out of the tree; open ones live on until released. */
int sim_tree_remove(struct sim_tree *t, struct sim_node *n);
/* Moves a node to another directory and name. */
int sim_tree_move(struct sim_tree *t, struct sim_node *n, struct sim_node *dir, const char *name);
void sim_node_release(struct sim_node *n); /* one handle less */
void sim_tree_free(struct sim_tree *t);

/* unit_load.c, unit_attr.c, unit_save.c: the tree on disk. */
int sim_tree_load(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap);
int sim_attr_load(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap);
int sim_attr_save(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap);
int sim_tree_commit(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap);
int sim_save_bytes(const char *path, const void *p, size_t n, char *err, size_t cap);

/* unit_copy.c: the module's own backups. All of it is on disk when a call returns. */
int sim_copy_load(struct sim_unit *u, char *err, size_t cap);
void sim_copy_free(struct sim_unit *u);
int sim_copy_save(struct sim_unit *u, int which, char *err, size_t cap);
/* Copies the live file system and counts. -1: nothing there to copy, no memory or no disk. */
int sim_copy_make(struct sim_unit *u, int which);
/* The power went while it was made: what is there cannot be restored. */
int sim_copy_break(struct sim_unit *u, int which);
/* At a start: does the restores that were ordered. No handle may be open. */
void sim_copy_boot(struct sim_unit *u);
uint32_t sim_copy_pages(const struct sim_unit *u, int which); /* 2048 bytes each, of the live one */
int sim_copy_present(const struct sim_unit *u, int which);

#endif
