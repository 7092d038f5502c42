/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The cancel token: a flag and a pipe. qdiag_cancel_request runs in signal handlers, so it does
 * nothing but set the flag and write one byte. */
#include "base/cancel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

struct qdiag_cancel {
    volatile sig_atomic_t asked;
    int fd[2];
};

struct qdiag_cancel *qdiag_cancel_new(void)
{
    struct qdiag_cancel *c = qd_alloc(1, sizeof *c);
    if (!c)
        return NULL;
    if (pipe2(c->fd, O_CLOEXEC | O_NONBLOCK) != 0) {
        free(c);
        return NULL;
    }
    return c;
}

void qdiag_cancel_request(struct qdiag_cancel *c)
{
    if (!c)
        return;
    int saved = errno;
    c->asked = 1;
    /* A full pipe already wakes every reader, so a failed write loses nothing. */
    ssize_t n = write(c->fd[1], "", 1);
    (void)n;
    errno = saved;
}

int qdiag_cancel_requested(const struct qdiag_cancel *c)
{
    return c && c->asked ? 1 : 0;
}

void qdiag_cancel_free(struct qdiag_cancel **c)
{
    if (!c || !*c)
        return;
    close((*c)->fd[0]);
    close((*c)->fd[1]);
    free(*c);
    *c = NULL;
}

int qd_cancel_fd(const struct qdiag_cancel *c)
{
    return c ? c->fd[0] : -1;
}

int qd_cancel_check(const struct qdiag_cancel *c, struct qdiag_error *e)
{
    if (!qdiag_cancel_requested(c))
        return 0;
    return qd_fail(e, QDIAG_E_CANCELLED, NULL, "%s", "the work was stopped between two items");
}
