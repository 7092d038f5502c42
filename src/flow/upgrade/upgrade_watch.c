/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The upgrade's state machine. It must never conclude success or failure from a line or from
 * silence alone: lines move the state, limits lead to reading the version, and only the version
 * decides. An error that the unit retries is not an end. */
#include "flow/upgrade/upgrade_watch.h"

#include <string.h>

#include "base/text.h"

#define FINAL_S 180u /* from END to the restart that completes it */
#define ANY     (-1)

/* What an event is to the table. */
enum what {
    W_DOWNLOAD_START,
    W_DOWNLOAD_END,
    W_DOWNLOAD_FAILED,
    W_START,
    W_UPDATE,
    W_RESTORE,
    W_CONTINUE,
    W_END_AGAIN,
    W_END_LAST,
    W_END_FINAL,
    W_END_DONE,
    W_OK,
    W_ERROR,
    W_GONE,
    W_BACK,
    W_RDY,
    W_NOTHING
};

enum from { F_since, F_line, F_phase };

const char *qdiag_fota_state_name(enum qdiag_fota_state s)
{
    static const char *const names[] = {
        "sent",  "accepted",     "downloading", "downloaded", "rebooting", "updating", "restoring",
        "ended", "final reboot", "verify",      "done",       "failed",    "unknown"};

    return (size_t)s < sizeof names / sizeof names[0] ? names[s] : "unknown";
}

static uint64_t ms_of(unsigned seconds, unsigned usual)
{
    return (seconds ? seconds : usual) * (uint64_t)1000;
}

void qd_watch_begin(struct qd_watch *w, const struct qd_fota_family *family,
                    const struct qdiag_fota_limits *l, uint64_t now)
{
    static const struct qd_fota_family patient = {"unknown",          0, 0, 0, 0, "",
                                                  QD_FOTA_LOCAL_TEXT, 0, 5, 1, 1};

    memset(w, 0, sizeof *w);
    w->family = family ? family : &patient;
    w->state = w->resume = QDIAG_FOTA_SENT;
    w->percent = w->code = -1;
    w->since = w->line = w->phase = now;
    w->expired = "";
    w->limit.ok = ms_of(l->ok, 5);
    w->limit.start = ms_of(l->start, 60);
    w->limit.download = ms_of(l->download, 900);
    w->limit.port_back = ms_of(l->port_back, 120);
    w->limit.first = ms_of(l->first, 90);
    w->limit.between = ms_of(l->between, 600);
    w->limit.attempt = ms_of(l->attempt, 2700);
    w->limit.final = ms_of(0, FINAL_S);
    w->limit.settle = w->limit.port_back + w->limit.first;
}

/* ---- lines ---- */

static void note_code(struct qd_watch *w, const char *stage, int code)
{
    const struct qd_fota_code *c = qd_fota_code_find(w->family->name, stage, code);

    w->code = code;
    w->hopeless = c && c->then == QD_FOTA_NEVER;
    qd_copy_text(w->stage, sizeof w->stage, stage);
}

/* One more try has failed; the same line twice counts once. */
static enum what failed_try(struct qd_watch *w)
{
    if (!w->counted)
        w->failures++;
    w->counted = 1;
    if (w->failures < w->family->tries)
        return W_END_AGAIN;
    w->failed = 1;
    return W_END_LAST;
}

static enum what on_download_end(struct qd_watch *w, const char *stage, int code)
{
    const struct qd_fota_code *c = qd_fota_code_find(w->family->name, stage, code);

    if (code == 0)
        return W_DOWNLOAD_END;
    note_code(w, stage, code);
    if (c ? c->then != QD_FOTA_FINAL : code < 600) /* of the upgrade, not of the download */
        return failed_try(w);
    w->failed = 1;
    return W_DOWNLOAD_FAILED;
}

static enum what on_end(struct qd_watch *w, int code)
{
    if (code == 0) {
        int again =
            w->ended && (w->state == QDIAG_FOTA_ENDED || w->state >= QDIAG_FOTA_FINAL_REBOOT);

        w->ended = 1;
        w->failed = 0;
        w->failures = 0;
        return again ? W_NOTHING : W_END_DONE;
    }
    note_code(w, "end", code);
    w->ended = 0;
    if (!w->family->final)
        return failed_try(w);
    w->failed = 1;
    return W_END_FINAL;
}

/* The unit is at work: what was said of an end before does not hold any more. */
static enum what at_work(struct qd_watch *w, enum what what)
{
    w->failed = w->ended = w->counted = 0;
    w->restarted = w->normal = 0;
    if (what == W_START)
        w->attempts++;
    else if ((what == W_UPDATE || what == W_RESTORE) && w->attempts == 0)
        w->attempts = 1;
    return what;
}

static enum what judge_line(struct qd_watch *w, const struct qd_fota_urc *u)
{
    switch (u->word) {
    case QD_FOTA_HTTP_START:
    case QD_FOTA_FTP_START:
        return at_work(w, W_DOWNLOAD_START);
    case QD_FOTA_HTTP_END:
        return on_download_end(w, "http", u->number);
    case QD_FOTA_FTP_END:
        return on_download_end(w, "ftp", u->number);
    case QD_FOTA_START:
        return at_work(w, W_START);
    case QD_FOTA_UPDATE:
        return at_work(w, W_UPDATE);
    case QD_FOTA_RESTORE:
        return at_work(w, W_RESTORE);
    case QD_FOTA_CONTINUE:
        return at_work(w, W_CONTINUE);
    case QD_FOTA_END:
        if (w->attempts == 0)
            w->attempts = 1;
        return on_end(w, u->number);
    default:
        return W_NOTHING;
    }
}

/* What moves while a limit below the last one is being looked into moves the state before it. */
static void leave_look(struct qd_watch *w, const struct qd_watch_event *ev)
{
    if (w->state == QDIAG_FOTA_VERIFY && w->rank < 2 &&
        (ev->kind == QD_WATCH_GONE || ev->kind == QD_WATCH_BACK || ev->kind == QD_WATCH_RDY))
        w->state = w->resume;
}

static enum what judge_event(struct qd_watch *w, const struct qd_watch_event *ev, uint64_t now)
{
    leave_look(w, ev);
    switch (ev->kind) {
    case QD_WATCH_URC:
        w->line = now;
        w->soft = 0;
        return judge_line(w, &ev->urc);
    case QD_WATCH_OK:
        return W_OK;
    case QD_WATCH_ERROR:
        return W_ERROR;
    case QD_WATCH_GONE:
        w->away = 1;
        w->counted = 0;
        return W_GONE;
    case QD_WATCH_BACK:
        w->away = 0;
        w->restarted = 1;
        return W_BACK;
    case QD_WATCH_RDY:
        w->restarted = w->normal = 1;
        w->counted = 0;
        return W_RDY;
    default:
        return W_NOTHING;
    }
}

/* ---- the table ---- */

/* An attempt begins where its download ends, or its try before; a download begins with itself. */
static int begins_phase(const struct qd_watch *w, enum what what)
{
    switch (what) {
    case W_DOWNLOAD_START:
    case W_DOWNLOAD_END:
    case W_START:
    case W_CONTINUE:
    case W_END_AGAIN:
        return 1;
    case W_UPDATE:
    case W_RESTORE:
    case W_GONE:
    case W_RDY:
        return w->state < QDIAG_FOTA_DOWNLOADED;
    default:
        return 0;
    }
}

static void enter(struct qd_watch *w, enum qdiag_fota_state next, enum what what, uint64_t now)
{
    int moved = next != w->state, progress = what == W_UPDATE || what == W_RESTORE;

    if (begins_phase(w, what))
        w->phase = now;
    if (moved || what == W_GONE || what == W_BACK || what == W_RDY || what == W_START) {
        w->since = w->line = now;
        w->soft = 0;
    }
    if ((moved && progress) || what == W_START || what == W_CONTINUE)
        w->percent = -1;
    w->state = next;
    w->rank = 2;
}

static enum qd_watch_action apply(struct qd_watch *w, enum what what, uint64_t now)
{
    static const struct {
        int state;
        enum what what;
        enum qdiag_fota_state next;
        enum qd_watch_action action;
    } rows[] = {
#define STATE_ANY          ANY
#define STATE_SENT         QDIAG_FOTA_SENT
#define STATE_ENDED        QDIAG_FOTA_ENDED
#define STATE_FINAL_REBOOT QDIAG_FOTA_FINAL_REBOOT
#define STATE_VERIFY       QDIAG_FOTA_VERIFY
#define QD_WATCH_ROW(state, event, next, action)                                                   \
    {STATE_##state, W_##event, QDIAG_FOTA_##next, QD_WATCH_##action},
#define QD_WATCH_LIMIT(state, away, limit, from, rank)
#include "flow/upgrade/upgrade_watch.def"
#undef QD_WATCH_ROW
#undef QD_WATCH_LIMIT
    };

    for (size_t i = 0; what != W_NOTHING && i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].what != what || (rows[i].state != ANY && rows[i].state != (int)w->state))
            continue;
        enter(w, rows[i].next, what, now);
        if (what == W_ERROR)
            w->outcome = QD_WATCH_REFUSED;
        if (rows[i].action == QD_WATCH_READ)
            w->state = QDIAG_FOTA_VERIFY;
        return rows[i].action;
    }
    return w->away ? QD_WATCH_FIND : QD_WATCH_LISTEN;
}

/* ---- time ---- */

static enum qd_watch_action on_tick(struct qd_watch *w, uint64_t now)
{
    const struct {
        enum qdiag_fota_state state;
        int away;
        const char *name;
        uint64_t ms;
        enum from from;
        int rank;
    } rows[] = {
#define QD_WATCH_ROW(state, event, next, action)
#define QD_WATCH_LIMIT(state, away, which, from, rank)                                             \
    {QDIAG_FOTA_##state, away, #which, w->limit.which, F_##from, rank},
#include "flow/upgrade/upgrade_watch.def"
#undef QD_WATCH_ROW
#undef QD_WATCH_LIMIT
    };
    const uint64_t from[] = {[F_since] = w->since, [F_line] = w->line, [F_phase] = w->phase};
    const char *over = NULL;
    int rank = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].state == w->state && (rows[i].away < 0 || rows[i].away == w->away) &&
            now - from[rows[i].from] >= rows[i].ms && rows[i].rank >= w->soft) {
            over = rows[i].name;
            rank = rows[i].rank; /* they stand in order */
        }
    if (!over)
        return w->away ? QD_WATCH_FIND : QD_WATCH_LISTEN;
    w->expired = over;
    w->resume = w->state;
    w->state = QDIAG_FOTA_VERIFY;
    w->soft = rank + 1;
    w->rank = rank;
    return QD_WATCH_READ;
}

/* ---- the version ---- */

static enum qd_watch_action over(struct qd_watch *w, enum qd_watch_outcome outcome)
{
    w->outcome = outcome;
    if (outcome == QD_WATCH_HAS_FAILED)
        w->state = QDIAG_FOTA_FAILED;
    if (outcome == QD_WATCH_UNKNOWN)
        w->state = QDIAG_FOTA_LOST;
    return QD_WATCH_OVER;
}

/* On the old version: failed when the unit has ended, or has started normally and does not go on;
 * else it may still be at work. */
static enum qd_watch_action on_version(struct qd_watch *w, enum qd_watch_version v)
{
    int ended = w->failed || w->ended || w->normal || (w->restarted && w->rank > 0);

    if (w->state != QDIAG_FOTA_VERIFY)
        return w->away ? QD_WATCH_FIND : QD_WATCH_LISTEN; /* it went on meanwhile */
    if (v == QD_VERSION_TARGET)
        return over(w, QD_WATCH_IS_TARGET);
    if (v == QD_VERSION_OTHER)
        return over(w, QD_WATCH_UNKNOWN);
    if (v == QD_VERSION_SOURCE && ended)
        return over(w, QD_WATCH_HAS_FAILED);
    if (w->rank == 2)
        return over(w, QD_WATCH_UNKNOWN);
    w->state = w->resume;
    return w->away ? QD_WATCH_FIND : QD_WATCH_LISTEN;
}

enum qd_watch_action qd_watch_step(struct qd_watch *w, const struct qd_watch_event *ev,
                                   uint64_t now)
{
    enum qd_watch_action action;

    if (w->outcome != QD_WATCH_OPEN)
        return QD_WATCH_OVER;
    if (ev->kind == QD_WATCH_TICK)
        return on_tick(w, now);
    if (ev->kind == QD_WATCH_VERSION)
        return on_version(w, ev->version);
    action = apply(w, judge_event(w, ev, now), now);
    if (w->outcome != QD_WATCH_OPEN)
        return QD_WATCH_OVER;
    if (ev->kind == QD_WATCH_URC &&
        (ev->urc.word == QD_FOTA_UPDATE || ev->urc.word == QD_FOTA_RESTORE) &&
        ev->urc.number > w->percent)
        w->percent = ev->urc.number;
    return action;
}
