/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state machine of upgrades with a time that is a number. */
#ifndef QD_TESTS_WATCH_RIG_H
#define QD_TESTS_WATCH_RIG_H

#include "flow/upgrade/upgrade_watch.h"

#define S(x)    QDIAG_FOTA_##x
#define LAST    QDIAG_FOTA_VERIFY /* the last state that is no result */
#define SECOND  ((uint64_t)1000)
#define Q(word) "+QIND: \"FOTA\",\"" word "\""

struct run {
    struct qd_watch w;
    uint64_t now;
    enum qd_watch_action action;
};

struct run watch_begin(const char *family);
void watch_step(struct run *r, struct qd_watch_event ev);
void watch_event(struct run *r, enum qd_watch_kind kind);
void watch_version(struct run *r, enum qd_watch_version v); /* as READ asked for */
void watch_line(struct run *r, const char *text);           /* 10 ms later */
void watch_after(struct run *r, uint64_t ms);

/* Nothing happens until the limit, and then the version is asked for. */
void watch_silence(struct run *r, uint64_t ms, const char *limit);

void watch_is(const struct run *r, enum qdiag_fota_state s, enum qd_watch_action action);
void watch_ends(const struct run *r, enum qd_watch_outcome outcome);

#endif
