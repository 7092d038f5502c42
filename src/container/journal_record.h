/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The journal of a change to a unit: records and their bytes. Pure. A record stands in the file
 * before what it announces is done, so that the file is the truth whenever the program stops.
 * Every record has its length, its number and two checksums: a torn tail is told from damage.
 * Source: docs/formats/journal.md. */
#ifndef QD_CONTAINER_JOURNAL_RECORD_H
#define QD_CONTAINER_JOURNAL_RECORD_H

#include "base/buf.h"
#include "container/plan_codec.h"
#include "model/plan.h"

#define QD_JOURNAL_MAGIC      "qdiag journal 1\n"
#define QD_JOURNAL_MAGIC_SIZE 16u
#define QD_JOURNAL_RECORD_MAX (512u << 20)
#define QD_JOURNAL_FILE_MAX   (1024u << 20)

enum qd_jtype {
    QD_J_HEADER = 1, /* first, and only there */
    QD_J_BEFORE,     /* step, state: what was there before the first write of the step */
    QD_J_WRITING,    /* step: a write begins */
    QD_J_DONE,       /* step, result, wire */
    QD_J_SYNCED,     /* step = phase: the unit was asked to put everything into its flash */
    QD_J_RESET,      /* the unit was reset */
    QD_J_VERIFIED,   /* step = number of steps read back after the reset, all equal */
    QD_J_BACK,       /* from here on the journal only goes back */
    QD_J_UNDOING,    /* step: a write back begins */
    QD_J_UNDONE,     /* step, result, wire */
    QD_J_END,        /* step = exit code of this run */
    QD_J_TYPES
};

/* How one step came out; kept for ever: scripts read the names. */
enum qd_result {
    QD_RESULT_NONE,    /* not reached */
    QD_RESULT_WRITTEN, /* written and read back equal at once */
    QD_RESULT_ALREADY, /* the unit held it already: nothing was sent in this run */
    QD_RESULT_REFUSED, /* the unit said no; wire holds status or errno */
    QD_RESULT_DIFFERS, /* accepted, but read back different at once */
    QD_RESULT_LOST,    /* read back equal at once, and different after the reset */
    QD_RESULT_CHANGED, /* the unit holds neither what the plan saw nor what it wants: not written */
    QD_RESULT_UNKNOWN, /* the link went during the write */
    QD_RESULT_NOT_SENT, /* the link went before it */
    QD_RESULT_UNDONE,   /* put back as it was */
    QD_RESULT_KEPT,     /* identity: the unit's own, not taken away again */
    QD_RESULT_STAYS,    /* cannot be taken away over DIAG: it stays on the unit */
    QD_RESULTS
};
const char *qd_result_name(enum qd_result r);
const char *qd_result_text(enum qd_result r);

/* What a header says beside the plan. Texts; "" = not known. */
struct qd_jheader {
    char tool[64], created[32];
    char
        plan_sha256[65]; /* of the plan as encoded; filled by the encoder, checked by the decoder */
    char safety[512], safety_sha256[65]; /* the backup made before the first write */
    char address[128], usb_path[32], usb_serial[64];
    struct qd_plan *plan; /* borrowed when encoding, owned when decoded */
};

struct qd_jrecord {
    enum qd_jtype type;
    uint32_t step;
    enum qd_result result;
    int64_t wire;             /* NV status, EFS errno, minus a DIAG error byte; -1 = none */
    struct qd_state state;    /* BEFORE only */
    struct qd_jheader header; /* HEADER only */
};

void qd_jrecord_clear(struct qd_jrecord *r); /* of a decoded one */
const char *qd_jtype_name(enum qd_jtype t);

/* Appends a whole record; seq counts from 0. The magic is not part of the first one. */
int qd_jrecord_encode(struct qd_jrecord *r, uint32_t seq, struct qd_buf *out,
                      struct qdiag_error *e);

enum qd_jfound {
    QD_JFOUND_RECORD,
    QD_JFOUND_END,    /* nothing left */
    QD_JFOUND_TORN,   /* the last record is not whole: it never counted */
    QD_JFOUND_DAMAGED /* an error is set */
};

/* Takes the record at the front of what is left of the file. name is for messages. On DAMAGED also
 * for want of memory. */
enum qd_jfound qd_jrecord_decode(struct qd_cursor *file, uint32_t seq, struct qd_jrecord *r,
                                 const char *name, struct qdiag_error *e);

#endif
