/* SPDX-License-Identifier: BSD-3-Clause
 *
 * fota/ of the unit folder: what an upgrade leaves in flash, so that a power cut or a stopped
 * program goes on where it was. It must never report as kept what is not on disk. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/text.h"
#include "sim/fota.h"
#include "sim/unit_store.h"

#define STATE_MAX 8192u

#define NUMBER(name)                                                                               \
    {                                                                                              \
#name, offsetof(struct sim_fota_kept, name), 0                                             \
    }
#define TEXT(name)                                                                                 \
    {                                                                                              \
#name, offsetof(struct sim_fota_kept, name), sizeof(((struct sim_fota_kept *)0)->name)     \
    }

static const struct field {
    const char *name;
    size_t at, cap; /* cap 0: a number */
} fields[] = {
    NUMBER(stage), NUMBER(form),   NUMBER(tries), NUMBER(apn_type), NUMBER(pid), TEXT(apn),
    TEXT(user),    TEXT(password), TEXT(package), TEXT(to),         TEXT(base),  TEXT(build),
};

#define FIELDS (sizeof fields / sizeof fields[0])

static int take_line(struct sim_fota_kept *k, const char *line)
{
    const char *eq = strstr(line, " = ");

    if (!*line)
        return 0;
    for (size_t i = 0; eq && i < FIELDS; i++) {
        char *slot = (char *)k + fields[i].at;

        if (strlen(fields[i].name) != (size_t)(eq - line) ||
            strncmp(fields[i].name, line, (size_t)(eq - line)) != 0)
            continue;
        if (fields[i].cap)
            qd_copy_text(slot, fields[i].cap, eq + 3);
        else
            *(uint32_t *)(void *)slot = (uint32_t)strtoul(eq + 3, NULL, 10);
        return 0;
    }
    return -1;
}

int sim_fota_load(struct sim_unit *u, struct sim_fota_kept *k)
{
    struct qdiag_error e = {0};
    char *path = sim_unit_path(u, "/fota/state", ""), *text = NULL;
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = 0;

    memset(k, 0, sizeof *k);
    k->pid = 1;
    if (!path)
        return -1;
    if (access(path, F_OK) == 0)
        rc = qd_read_file(path, STATE_MAX, &p, &n, &e) || !(text = qd_strndup((char *)p, n));
    for (char *line = text, *next; rc == 0 && line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        rc = take_line(k, line);
    }
    if (rc)
        sim_err(u->trouble, sizeof u->trouble, "%s: not understood", path);
    free(text);
    free(p);
    free(path);
    return rc ? -1 : 0;
}

/* A path below fota/, which is made; NULL when out of memory or disk. */
static char *path_of(struct sim_unit *u, const char *name)
{
    char *dir = sim_unit_path(u, "/fota", "");
    char *path = sim_unit_path(u, "/fota", name);

    if (!dir || !path || (mkdir(dir, 0777) != 0 && errno != EEXIST)) {
        free(path);
        path = NULL;
    }
    free(dir);
    return path;
}

static int put_bytes(struct sim_unit *u, const char *name, const void *p, size_t n)
{
    char *path = path_of(u, name);
    char text[sizeof u->trouble] = "fota: out of memory";
    int rc = path ? sim_save_bytes(path, p, n, text, sizeof text) : -1;

    if (rc)
        qd_copy_text(u->trouble, sizeof u->trouble, text);
    free(path);
    return rc;
}

int sim_fota_save(struct sim_unit *u, const struct sim_fota_kept *k)
{
    struct qd_buf out = {0};
    int rc = 0;

    for (size_t i = 0; i < FIELDS && rc == 0; i++) {
        const char *slot = (const char *)k + fields[i].at;

        if (fields[i].cap)
            rc = qd_buf_printf(&out, "%s = %s\n", fields[i].name, slot);
        else
            rc = qd_buf_printf(&out, "%s = %" PRIu32 "\n", fields[i].name,
                               *(const uint32_t *)(const void *)slot);
    }
    if (rc == 0)
        rc = put_bytes(u, "/state", out.p, out.len);
    qd_buf_free(&out);
    return rc;
}

int sim_fota_keep_package(struct sim_unit *u, const uint8_t *p, size_t n)
{
    return put_bytes(u, "/package", p, n);
}

int sim_fota_package(struct sim_unit *u, uint8_t **p, size_t *n)
{
    struct qdiag_error e = {0};
    char *path = sim_unit_path(u, "/fota/package", "");
    int rc = path ? qd_read_file(path, SIM_FILE_MAX, p, n, &e) : -1;

    free(path);
    return rc ? -1 : 0;
}

void sim_fota_drop_package(struct sim_unit *u)
{
    char *path = sim_unit_path(u, "/fota/package", "");

    if (path)
        unlink(path);
    free(path);
}
