/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The helper of shell_run.h: a child, the shell, its end. */
#include "shell_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

int shell_run(const char *fmt, ...)
{
    char command[2048];
    va_list ap;
    va_start(ap, fmt);
    assert_true((size_t)vsnprintf(command, sizeof command, fmt, ap) < sizeof command);
    va_end(ap);
    int status = -1;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}
