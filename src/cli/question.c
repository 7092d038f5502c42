/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Waiting for what a person types. A signal that came at any moment before the answer ends the
 * waiting: it must never be lost between a look at it and the reading. */
#include "cli/question.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/text.h"

int cli_can_ask(void)
{
    return isatty(0) && isatty(2);
}

/* Signals come only while it waits, so none falls between the look and the waiting. */
static void wait_for_line(void)
{
    static const int ending[] = {SIGINT, SIGTERM, SIGHUP};
    struct pollfd in = {.fd = 0, .events = POLLIN};
    sigset_t blocked, before;
    sigemptyset(&blocked);
    for (size_t i = 0; i < sizeof ending / sizeof ending[0]; i++)
        sigaddset(&blocked, ending[i]);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    while (!cli_signalled() && ppoll(&in, 1, NULL, &before) < 0 && errno == EINTR)
        ; /* a signal that ends nothing: once more */
    sigprocmask(SIG_SETMASK, &before, NULL);
}

int cli_answer(char answer[64])
{
    wait_for_line();
    if (cli_signalled() || !fgets(answer, 64, stdin))
        return -1;
    answer[strcspn(answer, "\r\n")] = '\0';
    return 0;
}
