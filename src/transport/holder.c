/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Finds the process that holds a port, by the links under /proc, so that "in use" can name it.
 * Looks at link texts only: must never open or stat what they point to, since that could hang on a
 * dead network mount or wake a device. */
#include "transport/holder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static void program_name(const char *pid, char *out, size_t cap)
{
    char path[64], raw[64] = "";
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, raw, sizeof(raw) - 1);
        close(fd);
    }
    raw[n > 0 ? n : 0] = '\0';
    raw[strcspn(raw, "\n")] = '\0';
    qd_printable(out, cap, raw, strlen(raw));
}

/* 1 holds, 0 does not, -1 not ours to look at. A process that is gone meanwhile holds nothing. */
static int process_holds(const char *pid, const char *real)
{
    char dir_path[64], target[PATH_MAX];
    struct dirent *d;
    DIR *dir;
    int found = 0;

    snprintf(dir_path, sizeof(dir_path), "/proc/%.20s/fd", pid);
    dir = opendir(dir_path);
    if (!dir)
        return errno == EACCES || errno == EPERM ? -1 : 0;
    while (!found && (d = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);

        if (n < 0)
            continue;
        target[n] = '\0';
        found = strcmp(target, real) == 0;
    }
    closedir(dir);
    return found;
}

/* What the links under /proc call a node. A link with an absolute target, as a simulator's, is
 * followed by hand once: the node it leads to is then taken as it is named there. */
static char *real_name(const char *path)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof(target) - 1);

    if (n <= 0 || target[0] != '/')
        return realpath(path, NULL);
    target[n] = '\0';
    return strncmp(target, "/dev/pts/", 9) == 0 ? qd_strdup(target) : realpath(target, NULL);
}

size_t qd_port_holders(const char *path, struct qd_holder *v, size_t cap, int *all)
{
    char *real = real_name(path);
    DIR *proc = real ? opendir("/proc") : NULL;
    struct dirent *d;
    size_t n = 0;

    *all = proc != NULL;
    while (proc && n < cap && (d = readdir(proc)) != NULL) {
        int holds = isdigit((unsigned char)d->d_name[0]) ? process_holds(d->d_name, real) : 0;

        if (holds < 0)
            *all = 0;
        if (holds <= 0)
            continue;
        v[n].pid = strtol(d->d_name, NULL, 10);
        program_name(d->d_name, v[n].program, sizeof(v[n].program));
        n++;
    }
    if (proc)
        closedir(proc);
    free(real);
    return n;
}

long qd_find_program(const char *name)
{
    DIR *proc = opendir("/proc");
    struct dirent *d;
    long pid = 0;

    while (proc && !pid && (d = readdir(proc)) != NULL) {
        char program[32];

        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        program_name(d->d_name, program, sizeof(program));
        if (strncmp(program, name, 15) == 0 && program[0])
            pid = strtol(d->d_name, NULL, 10);
    }
    if (proc)
        closedir(proc);
    return pid;
}

/* The one who really uses the port may not be the first that has it open, so several are named. */
#define NAMED 3

int qd_port_holder(const char *path, char *out, size_t cap)
{
    struct qd_holder v[NAMED];
    int all;
    size_t at = 0, n = qd_port_holders(path, v, NAMED, &all);

    out[0] = '\0';
    for (size_t i = 0; i < n && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, "%sprocess %ld (%s)", i ? ", " : "", v[i].pid,
                               v[i].program[0] ? v[i].program : "?");
    return n > 0;
}
