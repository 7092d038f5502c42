/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The little that discovery needs from sysfs. Must never open a device node, and never treat an
 * attribute that is missing as a fault: devices and kernels differ, and ports come and go. */
#include "transport/sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

int qd_sysfs_join(char *out, const char *folder, const char *name)
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);

    return n > 0 && n < PATH_MAX ? 0 : -1;
}

int qd_sysfs_attr(const char *folder, const char *name, char *out, size_t cap)
{
    char path[PATH_MAX], raw[256];
    ssize_t n = -1;
    int fd;

    out[0] = '\0';
    if (qd_sysfs_join(path, folder, name))
        return -1;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -1;
    n = read(fd, raw, sizeof(raw) - 1);
    close(fd);
    if (n < 0)
        return -1;
    raw[n] = '\0';
    raw[strcspn(raw, "\n")] = '\0';
    qd_printable(out, cap, raw, strlen(raw));
    return 0;
}

void qd_sysfs_driver(const char *folder, char *out, size_t cap)
{
    char path[PATH_MAX], target[PATH_MAX];
    const char *name;
    ssize_t n;

    out[0] = '\0';
    if (qd_sysfs_join(path, folder, "driver"))
        return;
    n = readlink(path, target, sizeof(target) - 1);
    if (n < 0)
        return;
    target[n] = '\0';
    name = strrchr(target, '/');
    qd_copy_text(out, cap, name ? name + 1 : target);
}

int qd_sysfs_serial_port(const char *folder, char *out, size_t cap)
{
    DIR *dir = opendir(folder);
    struct dirent *d;

    out[0] = '\0';
    while (dir && !out[0] && (d = readdir(dir)) != NULL)
        if (strncmp(d->d_name, "ttyUSB", 6) == 0)
            qd_copy_text(out, cap, d->d_name);
    if (dir)
        closedir(dir);
    return out[0] != '\0';
}
