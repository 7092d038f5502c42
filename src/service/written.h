/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What became of one write. Every write service fills one of these, whatever it returns, so that
 * the caller never has to guess from an error code whether the unit may have changed.
 *
 * Write services return 0 when the session can go on (also when the unit refused: look at `how`),
 * and a negative code when it cannot: LINK_GONE, LINK_SILENT, LINK_IO, NO_MEMORY, BUG. When
 * something had been sent by then and its answer never came, `how` is UNKNOWN and e->touch is
 * unknown. A signal does not end a write: the caller looks at the cancel flag between keys. No
 * request that changes the unit is sent twice after a time-out or a damaged reply. */
#ifndef QD_SERVICE_WRITTEN_H
#define QD_SERVICE_WRITTEN_H

#include <stdint.h>

enum qd_how {
    QD_HOW_NOT_SENT,  /* nothing went out: this call has changed nothing */
    QD_HOW_DONE,      /* the unit says it is done; to be read back before anybody believes it */
    QD_HOW_READ_ONLY, /* NV status 7, EROFS: skip and report */
    QD_HOW_NO_SUCH,   /* the unit knows no such item or operation (NV 5, 6, 8; error 0x13, 0x14);
                         ENOENT: the folder above is not there. Skip and report */
    QD_HOW_REFUSED,   /* any other refusal: nothing changed, stop before the identity phase */
    QD_HOW_LOCKED,    /* error 0x42, 0x47: ask for the SPC */
    QD_HOW_FULL,      /* NV status 3, ENOSPC: sync, then try once more */
    QD_HOW_BUSY,      /* NV status 1 until the time was over */
    QD_HOW_PART,      /* a file was opened for writing and then refused or cut short: it is neither
                         the old one nor the new one */
    QD_HOW_UNKNOWN /* no answer, or one that cannot be told from another's: read the state back */
};

struct qd_written {
    enum qd_how how;
    int32_t wire;     /* NV status or EFS errno of the answer that decided; 0 = none */
    uint8_t bad;      /* DIAG error byte, or 0 */
    int full;         /* PART, because the unit is full: sync and write it all again may help */
    char reason[160]; /* "NV status 7 (read only)", "WRITE at 1024: 512 of 1024 bytes"; "" when DONE
                       */
};

/* "done", "read_only", … for logs, the journal and JSON. */
const char *qd_how_name(enum qd_how how);

/* Whether this key may now differ from what it was before the call. */
int qd_how_changed(enum qd_how how);

#endif
