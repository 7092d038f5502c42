/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What every call needs from the program around it: log, progress, cancel, capture, time-outs. */
#ifndef QDIAG_CONTEXT_H
#define QDIAG_CONTEXT_H

#include <qdiag/cancel.h>
#include <qdiag/error.h>
#include <qdiag/export.h>
#include <qdiag/log.h>
#include <qdiag/progress.h>

#ifdef __cplusplus
extern "C" {
#endif

struct qdiag_context;

/* Makes a context with no callbacks and default time-outs.
 *
 * Time: none. Unit: none. Owner: the caller; free with qdiag_context_free.
 * Returns: the context, or NULL when out of memory. */
QDIAG_API struct qdiag_context *qdiag_context_new(void);

/* Frees a context and sets the pointer to NULL. Devices opened with it must be closed before.
 *
 * @param c  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_context_free(struct qdiag_context **c);

/* Sets the log callback.
 *
 * @param c      the context.
 * @param level  lines above this level are not formatted at all.
 * @param fn     the callback, or NULL for none.
 * @param user   passed back as it is.
 * Time: none. Unit: none. Owner: borrows user. Returns: nothing. */
QDIAG_API void qdiag_context_set_log(struct qdiag_context *c, enum qdiag_log_level level,
                                     qdiag_log_fn fn, void *user);

/* Sets the progress callback.
 *
 * @param c     the context.
 * @param fn    the callback, or NULL for none.
 * @param user  passed back as it is.
 * Time: none. Unit: none. Owner: borrows user. Returns: nothing. */
QDIAG_API void qdiag_context_set_progress(struct qdiag_context *c, qdiag_progress_fn fn,
                                          void *user);

/* Sets the cancel token that all long work under this context looks at.
 *
 * @param c       the context.
 * @param cancel  the token, or NULL; must outlive the context.
 * Time: none. Unit: none. Owner: borrows cancel. Returns: nothing. */
QDIAG_API void qdiag_context_set_cancel(struct qdiag_context *c, struct qdiag_cancel *cancel);

/* Sets how long one request may wait for its answer.
 *
 * @param c   the context.
 * @param ms  milliseconds, 1..600000; 0 restores the default of 3000.
 * Time: none. Unit: none. Owner: none. Returns: nothing. */
QDIAG_API void qdiag_context_set_timeout(struct qdiag_context *c, unsigned ms);

/* Records all traffic of devices opened afterwards to a file that `replay:FILE` plays back.
 *
 * @param c               the context.
 * @param path            the file to make (mode 0600), or NULL for none; the text is copied.
 * @param keep_identity   0: identity bytes are replaced in the file; 1: kept.
 * @param e               set on failure.
 * Time: none. Unit: none. Owner: copies path. Returns: 0 or -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_context_set_capture(struct qdiag_context *c, const char *path,
                                        int keep_identity, struct qdiag_error *e);

/* Sets the D-Bus system bus on which ModemManager is looked for. Where it runs, it is asked to leave a
 * unit on USB alone while that is open; this also ends a data connection it has through the unit.
 * What is in the way of that goes to the log and is no error.
 *
 * @param c        the context.
 * @param address  a D-Bus address; NULL for the usual one; "" to leave ModemManager alone. Copied.
 * @param e        set on failure.
 * Time: none. Unit: none. Owner: copies address. Returns: 0 or -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_context_set_bus(struct qdiag_context *c, const char *address,
                                    struct qdiag_error *e);

/* Sets the file with names of NV items and EFS paths. Without one the installed file is used when it
 * is there. Names change text and nothing else; a damaged file is told in the log.
 *
 * @param c     the context.
 * @param path  the file, or NULL for the installed one; copied.
 * @param e     set on failure.
 * Time: none. Unit: none. Owner: copies path. Returns: 0 or -QDIAG_E_NO_MEMORY. */
QDIAG_API int qdiag_context_set_names(struct qdiag_context *c, const char *path,
                                      struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif
