/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A journal as a file: made new, never over another one; locked against a second process; every
 * append is on the disk before it returns, unless said otherwise. */
#ifndef QD_FLOW_RESTORE_JOURNAL_H
#define QD_FLOW_RESTORE_JOURNAL_H

#include "container/journal_view.h"

struct qd_journal;

/* Makes the file (0600), locks it, writes and syncs the header and the folder. h is copied, plan
 * included (through its bytes). -QDIAG_E_LOCAL_FILE (also when the name is taken),
 * -QDIAG_E_UNSUPPORTED (plan too large), -QDIAG_E_NO_MEMORY. On failure no file is left. */
int qd_journal_create(struct qd_journal **j, const char *path, const struct qd_jheader *h,
                      struct qdiag_error *e);

/* Opens an existing journal to go on with it: locks it, reads it, cuts a torn tail off.
 * -QDIAG_E_BUSY (another process has it), -QDIAG_E_LOCAL_FILE, -QDIAG_E_FILE_DAMAGED,
 * -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_NO_MEMORY. */
int qd_journal_open(struct qd_journal **j, const char *path, struct qdiag_error *e);
void qd_journal_close(struct qd_journal **j);

/* Reads a journal without locking or changing it (--status). Clear v with qd_jview_clear. */
int qd_journal_status(const char *path, struct qd_jview *v, struct qdiag_error *e);

const char *qd_journal_path(const struct qd_journal *j);
/* What the journal says now; valid until close, kept up to date by the appends. */
const struct qd_jview *qd_journal_view(const struct qd_journal *j);

/* Appends one record; what r owns passes to the journal. With sync it is on the disk when this
 * returns. After a failure every further append fails: what stands in the file is not known. */
int qd_journal_append(struct qd_journal *j, struct qd_jrecord *r, int sync, struct qdiag_error *e);

#endif
