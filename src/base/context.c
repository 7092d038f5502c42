/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The context: callbacks and limits a program gives the library. Holds no device. */
#include "base/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

struct qdiag_context *qdiag_context_new(void)
{
    struct qdiag_context *c = qd_alloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->clock = &qd_clock_real;
    c->timeout_ms = QD_DEFAULT_TIMEOUT_MS;
    return c;
}

void qdiag_context_free(struct qdiag_context **c)
{
    if (!c || !*c)
        return;
    free((*c)->bus);
    free((*c)->capture_path);
    free((*c)->names_path);
    free(*c);
    *c = NULL;
}

void qdiag_context_set_log(struct qdiag_context *c, enum qdiag_log_level level, qdiag_log_fn fn,
                           void *user)
{
    c->log_level = level;
    c->log = fn;
    c->log_user = user;
}

void qdiag_context_set_progress(struct qdiag_context *c, qdiag_progress_fn fn, void *user)
{
    c->progress = fn;
    c->progress_user = user;
}

void qdiag_context_set_cancel(struct qdiag_context *c, struct qdiag_cancel *cancel)
{
    c->cancel = cancel;
}

void qdiag_context_set_timeout(struct qdiag_context *c, unsigned ms)
{
    c->timeout_ms = ms ? ms : QD_DEFAULT_TIMEOUT_MS;
}

int qdiag_context_set_capture(struct qdiag_context *c, const char *path, int keep_identity,
                              struct qdiag_error *e)
{
    char *copy = NULL;
    if (path && !(copy = qd_strdup(path)))
        return qd_nomem(e);
    free(c->capture_path);
    c->capture_path = copy;
    c->capture_keep_identity = keep_identity;
    return 0;
}

int qdiag_context_set_names(struct qdiag_context *c, const char *path, struct qdiag_error *e)
{
    char *copy = NULL;
    if (path && !(copy = qd_strdup(path)))
        return qd_nomem(e);
    free(c->names_path);
    c->names_path = copy;
    return 0;
}

int qdiag_context_set_bus(struct qdiag_context *c, const char *address, struct qdiag_error *e)
{
    char *copy = NULL;
    if (address && !(copy = qd_strdup(address)))
        return qd_nomem(e);
    free(c->bus);
    c->bus = copy;
    return 0;
}

void qd_progress(const struct qdiag_context *c, const char *phase, uint64_t done, uint64_t total,
                 const char *item)
{
    if (!c->progress)
        return;
    char shown[256];
    qd_mask_digits(shown, sizeof shown, item ? item : "");
    c->progress(phase, done, total, shown, c->progress_user);
}
