/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Loaded before the C library: the write number QDIAG_EIO_AT (from 1) that begins with "AT" fails with
 * EIO, as on a serial port that has just been unplugged. Nothing of it goes out. What was to be
 * written is noted in the file QDIAG_EIO_LOG, a line each. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

typedef ssize_t (*write_fn)(int, const void *, size_t);

static write_fn real_write(void)
{
    static write_fn found;

    if (!found)
        *(void **)&found = dlsym(RTLD_NEXT, "write");
    return found;
}

static void note(const char *p, size_t n)
{
    const char *path = getenv("QDIAG_EIO_LOG");
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0600) : -1;
    size_t most = 0;
    char line[256];
    while (most < n && p[most] != '\r')
        most++;
    int len = snprintf(line, sizeof line, "%.*s\n", (int)(most < 200 ? most : 200), p);

    if (fd < 0 || len < 0 || real_write()(fd, line, (size_t)len) != len)
        abort();
    close(fd);
}

ssize_t write(int fd, const void *p, size_t n)
{
    static int count;
    const char *at = getenv("QDIAG_EIO_AT");

    if (n < 2 || memcmp(p, "AT", 2) != 0)
        return real_write()(fd, p, n);
    note(p, n);
    if (at && ++count == atoi(at)) {
        errno = EIO;
        return -1;
    }
    return real_write()(fd, p, n);
}
