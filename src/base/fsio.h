/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The few file-system calls that decide whether a saved file survives, behind one table, so that a
 * test can make the n-th of them fail or stop the program there. */
#ifndef QD_BASE_FSIO_H
#define QD_BASE_FSIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct qd_fsio {
    int (*open)(const char *path, int flags, unsigned mode);
    ssize_t (*write)(int fd, const void *p, size_t n);
    int (*fsync)(int fd);
    int (*close)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*ftruncate)(int fd, off_t length);
};

extern const struct qd_fsio qd_fsio_real;
extern const struct qd_fsio *qd_fsio; /* &qd_fsio_real unless a test changes it */

/* Writes all of it. 0, or -1 with errno. */
int qd_write_all(int fd, const void *p, size_t n);

/* Makes the names in a folder last; a file system that cannot sync folders has nothing to do. 0, or -1
 * with errno. */
int qd_sync_folder(const char *folder);

/* The folder a file is in: "." for a bare name. */
void qd_folder_of(const char *path, char *folder, size_t cap);

/* A pull source of bytes: read() fills at most cap bytes, *got = 0 at the end. */
struct qd_source {
    int (*read)(void *user, uint8_t *p, size_t cap, size_t *got, struct qdiag_error *e);
    void *user;
    const char *name; /* for messages; may be "" */
    uint64_t size;    /* total bytes when known, else 0 */
};

/* A push sink of bytes. */
struct qd_sink {
    int (*write)(void *user, const void *p, size_t n, struct qdiag_error *e);
    void *user;
};

/* A regular local file as a source. `file` is caller storage. Refuses directories and devices with
 * -QDIAG_E_LOCAL_FILE. Close with qd_file_close. */
struct qd_file_source {
    int fd;
    char name[512];
};
int qd_file_open(struct qd_file_source *file, struct qd_source *src, const char *path,
                 struct qdiag_error *e);
void qd_file_close(struct qd_file_source *file);

/* Bytes in memory as a source. `mem` is caller storage. */
struct qd_mem_source {
    const uint8_t *p;
    size_t len, pos;
};
void qd_mem_source(struct qd_mem_source *mem, struct qd_source *src, const void *p, size_t n,
                   const char *name);

/* Reads a whole small local file (at most cap bytes) into a fresh buffer; free() it. */
int qd_read_file(const char *path, size_t cap, uint8_t **out, size_t *len, struct qdiag_error *e);

#endif
