/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Loaded before the C library: main becomes a server that runs the program once for each line of
 * its standard input, in a process of its own, with one allocation that fails, or all from one on:
 *
 *   FOLDER AT ALL TRACE   work in FOLDER; allocation AT, from 1, fails; ALL 1: every one from there
 * on; TRACE 1: FOLDER gets the file trace, the way to the one that failed
 *
 * and answers a line each: wait status, allocations made, open files left at the end of main.
 * FOLDER gets the files stdout and stderr. Only what is allocated from main on counts, whoever
 * asks. It hands on to whatever malloc comes next, so it works under AddressSanitizer, too. */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static struct note { /* shared with the process that runs the program */
    long made, files;
} * note;
static long at; /* 0: none fails */
static int all, counting, tracing;
static int (*real_main)(int, char **, char **);

static void trace(void)
{
    void *way[40];
    counting = 0;
    int fd = open("trace", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    backtrace_symbols_fd(way, backtrace(way, 40), fd);
    close(fd);
    counting = 1;
}

static int fails(void)
{
    if (!counting)
        return 0;
    long n = __atomic_add_fetch(&note->made, 1, __ATOMIC_SEQ_CST);
    if (at == 0 || n < at || (n > at && !all))
        return 0;
    if (tracing && n == at)
        trace();
    errno = ENOMEM;
    return 1;
}

static void *next(const char *name)
{
    void *p = dlsym(RTLD_NEXT, name);
    if (!p)
        abort();
    return p;
}

void *malloc(size_t n)
{
    static void *(*real)(size_t);
    if (!real)
        *(void **)&real = next("malloc");
    return fails() ? NULL : real(n);
}

void *calloc(size_t count, size_t n)
{
    static void *(*real)(size_t, size_t);
    if (!real)
        *(void **)&real = next("calloc");
    return fails() ? NULL : real(count, n);
}

void *realloc(void *p, size_t n)
{
    static void *(*real)(void *, size_t);
    if (!real)
        *(void **)&real = next("realloc");
    return fails() ? NULL : real(p, n);
}

int posix_memalign(void **p, size_t align, size_t n)
{
    static int (*real)(void **, size_t, size_t);
    if (!real)
        *(void **)&real = next("posix_memalign");
    return fails() ? ENOMEM : real(p, align, n);
}

void *aligned_alloc(size_t align, size_t n)
{
    static void *(*real)(size_t, size_t);
    if (!real)
        *(void **)&real = next("aligned_alloc");
    return fails() ? NULL : real(align, n);
}

static long open_files(void)
{
    long n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static void must(int ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    _exit(99);
}

static void run(const char *folder, int argc, char **argv, char **env)
{
    must(chdir(folder) == 0, folder);
    if (tracing)
        trace(); /* loads what backtrace needs */
    int in = open("/dev/null", O_RDONLY);
    int out = open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int err = open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    must(in >= 0 && out >= 0 && err >= 0, "files");
    must(dup2(in, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2, "files");
    close(in);
    close(out);
    close(err);
    long before = open_files();
    counting = 1;
    int rc = real_main(argc, argv, env);
    counting = 0;
    note->files = open_files() - before;
    exit(rc);
}

static int serve(int argc, char **argv, char **env)
{
    static char line[8192];
    char folder[4096];
    note = mmap(NULL, sizeof *note, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(note != MAP_FAILED, "mmap");
    for (size_t n = 0; n + 1 < sizeof line && read(0, line + n, 1) == 1;) {
        if (line[n++] != '\n')
            continue;
        line[n] = '\0';
        n = 0;
        must(sscanf(line, "%4095s %ld %d %d", folder, &at, &all, &tracing) == 4, line);
        note->made = 0;
        note->files = -1;
        pid_t child = fork();
        if (child == 0)
            run(folder, argc, argv, env);
        int status;
        must(child > 0 && waitpid(child, &status, 0) == child, "fork");
        dprintf(1, "%d %ld %ld\n", status, note->made, note->files);
    }
    _exit(0);
}

/* What the C library's start code passes: main, argc, argv, init, fini, rtld_fini, stack_end. */
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void *init, ...);
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv, void *init, ...)
{
    int (*real)(int (*)(int, char **, char **), int, char **, void *, void *, void *, void *);
    void *rest[3];
    va_list ap;
    va_start(ap, init);
    for (int i = 0; i < 3; i++)
        rest[i] = va_arg(ap, void *);
    va_end(ap);
    *(void **)&real = next("__libc_start_main");
    real_main = main;
    return real(serve, argc, argv, init, rest[0], rest[1], rest[2]);
}
