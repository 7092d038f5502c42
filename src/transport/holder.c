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

static int process_holds(const char *pid, const char *real)
{
    char dir_path[64], target[PATH_MAX];
    struct dirent *d;
    DIR *dir;
    int found = 0;

    snprintf(dir_path, sizeof(dir_path), "/proc/%.20s/fd", pid);
    dir = opendir(dir_path);
    if (!dir)
        return 0; /* gone meanwhile, or not ours to look at */
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

/* The one who really uses the port may not be the first that has it open, so several are named. */
#define NAMED 3

int qd_port_holder(const char *path, char *out, size_t cap)
{
    char *real = realpath(path, NULL);
    DIR *proc = real ? opendir("/proc") : NULL;
    struct dirent *d;
    size_t at = 0;
    int found = 0;

    out[0] = '\0';
    while (proc && found < NAMED && at < cap && (d = readdir(proc)) != NULL) {
        char name[32];

        if (!isdigit((unsigned char)d->d_name[0]) || !process_holds(d->d_name, real))
            continue;
        program_name(d->d_name, name, sizeof(name));
        at += (size_t)snprintf(out + at, cap - at, "%sprocess %.20s (%s)", found ? ", " : "",
                               d->d_name, name[0] ? name : "?");
        found++;
    }
    if (proc)
        closedir(proc);
    free(real);
    return found > 0;
}

int qd_program_runs(const char *name)
{
    DIR *proc = opendir("/proc");
    struct dirent *d;
    char running[64];
    int found = 0;

    while (proc && !found && (d = readdir(proc)) != NULL) {
        if (!isdigit((unsigned char)d->d_name[0]))
            continue;
        program_name(d->d_name, running, sizeof(running));
        found = strcmp(running, name) == 0;
    }
    if (proc)
        closedir(proc);
    return found;
}
