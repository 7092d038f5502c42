/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Inside of the simulated EFS2 server: errno values, path look-up, and the handlers of the table in
 * efs.c. Layouts: facts, diag-protocol 7.3. */
#ifndef SIM_EFS_H
#define SIM_EFS_H

#include "sim/diag.h"

enum {
    EFS_EPERM = 1,
    EFS_ENOENT = 2,
    EFS_EIO = 5,
    EFS_ENXIO = 6,
    EFS_EBADF = 9,
    EFS_ENOMEM = 12,
    EFS_EACCES = 13,
    EFS_EBUSY = 16,
    EFS_EEXIST = 17,
    EFS_ENOTDIR = 20,
    EFS_EISDIR = 21,
    EFS_EINVAL = 22,
    EFS_EFBIG = 27,
    EFS_ENOSPC = 28,
    EFS_ENAMETOOLONG = 36,
    EFS_ENOTEMPTY = 39,
    EFS_ELOOP = 40,
    EFS_SYNC_NOT_NOW = 306,
    EFS_INVALID_SEQ_NO = 0x40000002,
    EFS_DIR_NOT_OPEN = 0x40000003,
    EFS_PATH_TOO_LONG = 0x40000006,
    EFS_TOO_MANY_OPEN_FILES = 0x40000009
};

enum {
    EFS_O_ACCMODE = 3,
    EFS_O_RDONLY = 0,
    EFS_O_WRONLY = 1,
    EFS_O_RDWR = 2,
    EFS_O_CREAT = 0x40,
    EFS_O_EXCL = 0x80,
    EFS_O_TRUNC = 0x200,
    EFS_O_APPEND = 0x400,
    EFS_O_ITEMFILE = 0x40000,
    EFS_O_AUTODIR = 0x80000
};

/* Where a path leads. On ENOENT `parent` and `name` say where it would be, if its directory exists.
 */
struct efs_where {
    struct sim_node *node, *parent;
    char name[SIM_NAME_MAX + 1];
};

/* efs_path.c. Each returns an errno value, 0 = fine. */
uint32_t efs_find(const struct sim_call *c, const char *path, int follow, struct efs_where *w);
uint32_t efs_make_parents(struct sim_call *c, const char *path);
/* Adds a node at `w`, which says ENOENT; honours the creates-need-a-sync quirk. */
uint32_t efs_create(struct sim_call *c, const struct efs_where *w, enum sim_kind kind,
                    uint32_t mode, struct sim_node **out);
/* Is the path one of /nvm/num/<id>, /nvm/context<c>/<id> of a unit that has them? */
int efs_nv_alias(const struct sim_call *c, const char *path, unsigned *sub, unsigned *id);
void efs_changed(struct sim_call *c, struct sim_node *n);
uint32_t efs_now(const struct sim_call *c); /* seconds for a file's mtime */

/* The string at `at`, with the NUL inside the request; NULL: refused with BAD_LEN already. */
const char *efs_string(struct sim_call *c, size_t at);
/* Answers hdr4 + errno, 8 bytes. */
void efs_answer_errno(struct sim_call *c, uint32_t err);
/* Answers hdr4 + u16 sequence + errno, 10 bytes. */
void efs_answer_seq(struct sim_call *c, uint32_t err);

/* efs_file.c */
void efs_open(struct sim_call *c);
void efs_close(struct sim_call *c);
void efs_read(struct sim_call *c);
void efs_write(struct sim_call *c);
void efs_fstat(struct sim_call *c);
void efs_ftruncate(struct sim_call *c);
void efs_ftruncate64(struct sim_call *c);
void efs_lseek64(struct sim_call *c);
uint32_t efs_resize(struct sim_call *c, struct sim_node *n, uint64_t len);
/* Writes bytes into the 128 of an NV item. */
uint32_t efs_nv_store(struct sim_call *c, unsigned sub, unsigned id, uint32_t at, const uint8_t *p,
                      size_t n);

/* efs_dir.c */
void efs_opendir(struct sim_call *c);
void efs_readdir(struct sim_call *c);
void efs_closedir(struct sim_call *c);

/* efs_name.c */
void efs_stat(struct sim_call *c);
void efs_lstat(struct sim_call *c);
void efs_access(struct sim_call *c);
void efs_symlink(struct sim_call *c);
void efs_readlink(struct sim_call *c);
void efs_unlink(struct sim_call *c);
void efs_mkdir(struct sim_call *c);
void efs_rmdir(struct sim_call *c);
void efs_rename(struct sim_call *c);
void efs_chmod(struct sim_call *c);
void efs_deltree(struct sim_call *c);
void efs_truncate(struct sim_call *c);
void efs_truncate64(struct sim_call *c);
void efs_put(struct sim_call *c);

/* efs_system.c */
void efs_hello(struct sim_call *c);
void efs_query(struct sim_call *c);
void efs_statfs(struct sim_call *c);
void efs_statvfs(struct sim_call *c);
void efs_dev_info(struct sim_call *c);
void efs_chown(struct sim_call *c);
void efs_group_info(struct sim_call *c);
void efs_fact_image(struct sim_call *c);
void efs_fact_image_read(struct sim_call *c);
void efs_put_old(struct sim_call *c);
void efs_sync(struct sim_call *c);
void efs_sync_status(struct sim_call *c);

#endif
