/* SPDX-License-Identifier: BSD-3-Clause
 *
 * SYNC_NO_WAIT and its status. Units answer in four dialects: done, taken and never told, errno
 * 306, unknown command. What is told is what was heard; where nothing useful was, a pause. All
 * pauses go through the context's clock. */
#include "service/sync.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "service/efs_seq.h"
#include "service/efs_write_codec.h"
#include "service/write_seq.h"

#define NOT_APPLICABLE 306

const char *qd_synced_name(enum qd_synced how)
{
    static const char *const names[] = {"done",        "untold",  "not_applicable",
                                        "unsupported", "refused", "unanswered"};
    return (size_t)how < sizeof names / sizeof names[0] ? names[how] : "unknown";
}

static void wait_ms(struct qd_efs *fs, struct qd_sync *s, unsigned ms)
{
    const struct qd_clock *clock = qd_diag_context(fs->diag)->clock;
    clock->sleep_us(clock->user, ms * 1000ull);
    s->waited_ms += ms;
}

/* An outcome without a useful answer. */
static void settle_for(struct qd_sync *s, enum qd_synced how, const struct qd_written *w)
{
    s->how = how;
    s->wire = w->wire;
    s->bad = w->bad;
    qd_copy_text(s->reason, sizeof s->reason, w->reason);
}

/* What is made of an answer that was no success. */
static void judge(struct qd_sync *s, const struct qd_written *w)
{
    if (w->how == QD_HOW_UNKNOWN || w->how == QD_HOW_NOT_SENT)
        settle_for(s, QD_SYNC_UNANSWERED, w);
    else if (w->bad == 0x13)
        settle_for(s, QD_SYNC_UNSUPPORTED, w);
    else if (w->wire == NOT_APPLICABLE)
        settle_for(s, QD_SYNC_NOT_APPLICABLE, w);
    else
        settle_for(s, QD_SYNC_REFUSED, w);
}

static int start(struct qd_efs *fs, uint32_t *token, struct qd_written *w, struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    int32_t err = 0;
    size_t n = qd_efs_put_sync(req, fs->subsys, ++fs->seq, "/");
    qd_written_init(w);
    int rc = qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_SYNC, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_sync(r.p, r.len, token, &err, &own))
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
    else
        qd_written_errno(w, "SYNC_NO_WAIT", err);
    return 0;
}

/* One question; *done = 1 when the unit says that it has finished. */
static int poll_once(struct qd_efs *fs, uint32_t token, int *done, struct qd_written *w,
                     struct qdiag_error *e)
{
    uint8_t req[QD_EFS_REQUEST_MAX];
    struct qd_write_reply r;
    struct qdiag_error own = {0};
    uint8_t status = 1;
    int32_t err = 0;
    size_t n = qd_efs_put_sync_status(req, fs->subsys, ++fs->seq, token, "/");
    qd_written_init(w);
    int rc =
        qd_write_alone(fs, &(struct qd_write_request){QD_CMD_EFS_SYNC_STATUS, req, n}, &r, w, e);
    if (rc || w->how != QD_HOW_DONE)
        return rc;
    if (qd_efs_get_sync_status(r.p, r.len, &status, &err, &own))
        qd_written_set(w, QD_HOW_UNKNOWN, "%s", own.why);
    else
        qd_written_errno(w, "SYNC_GET_STATUS", err);
    *done = w->how == QD_HOW_DONE && status == 0;
    return 0;
}

/* An errno to the question leaves the sync as it is: taken, and nothing told. */
static int follow(struct qd_efs *fs, uint32_t token, struct qd_sync *s, struct qdiag_error *e)
{
    const struct qd_clock *clock = qd_diag_context(fs->diag)->clock;
    struct qd_deadline end = qd_deadline_in_ms(clock, QD_SYNC_LIMIT_MS);
    struct qd_written w;
    int done = 0;
    while (!qd_deadline_over(&end)) {
        int rc = poll_once(fs, token, &done, &w, e);
        s->polls++;
        if (rc)
            return rc;
        if (done) {
            s->how = QD_SYNC_DONE;
            return 0;
        }
        if (w.how != QD_HOW_DONE) {
            settle_for(s, QD_SYNC_UNTOLD, &w);
            wait_ms(fs, s, QD_SYNC_PAUSE_MS);
            return 0;
        }
        wait_ms(fs, s, QD_SYNC_POLL_MS);
    }
    s->how = QD_SYNC_UNTOLD;
    snprintf(s->reason, sizeof s->reason, "not told done within %u s", QD_SYNC_LIMIT_MS / 1000);
    return 0;
}

int qd_sync(struct qd_efs *fs, struct qd_sync *s, struct qdiag_error *e)
{
    struct qd_written w;
    uint32_t token = 0;
    memset(s, 0, sizeof *s);
    s->how = QD_SYNC_UNANSWERED;
    int rc = start(fs, &token, &w, e);
    if (rc) {
        settle_for(s, QD_SYNC_UNANSWERED, &w);
        return rc;
    }
    if (w.how == QD_HOW_DONE)
        return follow(fs, token, s, e);
    judge(s, &w);
    wait_ms(fs, s, QD_SYNC_PAUSE_MS);
    return 0;
}
