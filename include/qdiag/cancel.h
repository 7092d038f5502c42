/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Stopping long work from a signal handler or another thread: a flag and a pipe, nothing else. */
#ifndef QDIAG_CANCEL_H
#define QDIAG_CANCEL_H

#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qdiag_cancel;

/* Makes a cancel token.
 *
 * Time: none. Unit: none. Owner: the caller; free with qdiag_cancel_free.
 * Returns: the token, or NULL when out of memory or file descriptors. */
QDIAG_API struct qdiag_cancel *qdiag_cancel_new(void);

/* Asks the work to stop at the next item. Async-signal-safe; may be called any number of times.
 *
 * @param c  the token; NULL is ignored.
 * Time: none. Unit: none. Owner: borrows c. Returns: nothing. */
QDIAG_API void qdiag_cancel_request(struct qdiag_cancel *c);

/* Whether a stop was asked for.
 *
 * @param c  the token; NULL gives 0.
 * Time: none. Unit: none. Owner: borrows c. Returns: 0 or 1. */
QDIAG_API int qdiag_cancel_requested(const struct qdiag_cancel *c);

/* Frees the token and sets the pointer to NULL.
 *
 * @param c  address of the token pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_cancel_free(struct qdiag_cancel **c);

#ifdef __cplusplus
}
#endif
#endif
