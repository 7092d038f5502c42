/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Runs a command with a stack of 256 KB and prints on descriptor 3: status, processor time and peak
 * memory. The peak that Linux reports for a process includes that of the program that started it,
 * so the starter must be small: Python itself would show in every figure. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK  (256 << 10)
#define REPORT 3

int main(int argc, char **argv)
{
    struct rusage u;
    int status = 0;
    pid_t pid = argc > 1 ? fork() : -1;
    if (pid == 0) {
        struct rlimit stack = {STACK, STACK};
        setrlimit(RLIMIT_STACK, &stack);
        close(REPORT);
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &status, 0, &u) != pid)
        return 1;
    dprintf(REPORT, "%d %ld.%06ld %ld.%06ld %ld\n", status, (long)u.ru_utime.tv_sec,
            (long)u.ru_utime.tv_usec, (long)u.ru_stime.tv_sec, (long)u.ru_stime.tv_usec,
            u.ru_maxrss);
    return 0;
}
