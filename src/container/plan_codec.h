/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A plan as bytes, inside a journal. Pure and strict: what is decoded is what was encoded, and
 * encodes to the same bytes again. Source: docs/formats/journal.md. */
#ifndef QD_CONTAINER_PLAN_CODEC_H
#define QD_CONTAINER_PLAN_CODEC_H

#include "base/buf.h"
#include "model/plan.h"

#define QD_CODEC_STEPS_MAX 1000000u
#define QD_CODEC_DATA_MAX  (16u << 20) /* bytes of one state */
#define QD_CODEC_PATH_MAX  4096u

/* Bytes still to be decoded. `bad` is set by the first thing that is wrong and stays. */
struct qd_cursor {
    const uint8_t *p;
    size_t left;
    const char *bad; /* what is wrong, or NULL */
};

uint8_t qd_cursor_u8(struct qd_cursor *c);
uint16_t qd_cursor_u16(struct qd_cursor *c);
uint32_t qd_cursor_u32(struct qd_cursor *c);
uint64_t qd_cursor_u64(struct qd_cursor *c);
/* A text of u16 length without NUL bytes, at most cap - 1 bytes, into out. */
void qd_cursor_text(struct qd_cursor *c, char *out, size_t cap);

/* All return 0, or -1 when out of memory. */
int qd_add_u16(struct qd_buf *b, uint16_t v);
int qd_add_u32(struct qd_buf *b, uint32_t v);
int qd_add_u64(struct qd_buf *b, uint64_t v);
int qd_add_text(struct qd_buf *b, const char *s);

int qd_state_encode(const struct qd_state *s, struct qd_buf *out);
/* A fresh state, to be cleared by the caller also when c->bad is set; -1 when out of memory. */
int qd_state_decode(struct qd_cursor *c, struct qd_state *s);

/* Appends. States of steps that are not written are left out. -QDIAG_E_NO_MEMORY, -QDIAG_E_BUG when
 * the plan is beyond the caps. */
int qd_plan_encode(const struct qd_plan *p, struct qd_buf *out, struct qdiag_error *e);
/* *plan is NULL on failure: -QDIAG_E_FILE_DAMAGED, -QDIAG_E_NO_MEMORY. */
int qd_plan_decode(struct qd_cursor *c, const char *name, struct qd_plan **plan,
                   struct qdiag_error *e);

#endif
