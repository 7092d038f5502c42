/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The modem of fake_modem.h. Replies carry values that differ from request to request, so that a
 * test can tell whose answer it was given. */
#include "fake_modem.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

static void add(struct qd_buf *b, const void *p, size_t n)
{
    if (qd_buf_add(b, p, n) != 0)
        abort();
}

static void add32(struct qd_buf *b, uint32_t v)
{
    uint8_t p[4];

    qd_put32(p, v);
    add(b, p, sizeof p);
}

static void add_zeros(struct qd_buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(b, "", 1);
}

static void reply_nv(const uint8_t *req, struct qd_buf *out)
{
    add(out, req, 3);
    add(out, req + 1, 2); /* the item's data begins with its own number */
    add_zeros(out, 133 - 5);
}

static void reply_efs(struct fake_modem *m, const uint8_t *req, size_t n, struct qd_buf *out)
{
    add(out, req, 4);
    switch (req[2]) {
    case 2: /* OPEN */
        add32(out, m->next_fd++);
        add32(out, 0);
        break;
    case 4: /* READ: four bytes of data, the offset itself */
        add(out, req + 4, 4);
        add(out, req + 12, 4);
        add32(out, 4);
        add32(out, 0);
        add(out, req + 12, 4);
        break;
    default: /* STAT: size = length of the path */
        add32(out, 0);
        add32(out, 0100644);
        add32(out, (uint32_t)(n - 5));
        add_zeros(out, 16);
        break;
    }
}

static int knows(const struct fake_modem *m, const uint8_t *req)
{
    switch (req[0]) {
    case 0x00:
        return !m->no_verno;
    case 0x26:
        return 1;
    case 0x4b:
        return req[1] == 0x13 && (req[2] == 2 || req[2] == 4 || req[2] == 15);
    case 0x7b:
        return !m->no_loopback;
    default:
        return 0;
    }
}

void fake_modem_reply(struct fake_modem *m, const uint8_t *req, size_t n, struct qd_buf *payload)
{
    if (!knows(m, req)) {
        add(payload, "\x13", 1);
        add(payload, req, n);
    } else if (req[0] == 0x00) {
        add_zeros(payload, 55);
        memcpy(payload->p + 1, "Jan 01 2026", 11);
    } else if (req[0] == 0x7b) {
        add(payload, req, n);
    } else if (req[0] == 0x26) {
        reply_nv(req, payload);
    } else {
        reply_efs(m, req, n, payload);
    }
}

static int answer(void *user, const uint8_t *req, size_t n, struct qd_buf *wire)
{
    struct fake_modem *m = user;
    struct qd_buf payload = {0};

    m->seen[req[0]]++;
    if (m->mute) {
        m->mute--;
        return 0;
    }
    add(wire, m->before.p, m->before.len);
    fake_modem_reply(m, req, n, &payload);
    for (unsigned i = 0; i < (m->copies ? m->copies : 1); i++)
        fake_frame(wire, payload.p, payload.len);
    add(wire, m->behind.p, m->behind.len);
    m->before.len = m->behind.len = 0;
    qd_buf_free(&payload);
    return 0;
}

struct fake_modem *fake_modem_cold(void)
{
    struct fake_modem *m = calloc(1, sizeof *m);

    if (!m)
        abort();
    m->next_fd = 1;
    m->f = fake_link_new(answer, m);
    return m;
}

int fake_modem_open(struct fake_modem *m)
{
    struct qd_link *link = fake_link_link(m->f);
    int rc = qd_diag_open(&m->d, &link, &m->e);

    if (rc != 0)
        qd_link_close(&link);
    else if (link)
        abort();
    return rc;
}

struct fake_modem *fake_modem_new(void)
{
    struct fake_modem *m = fake_modem_cold();

    if (fake_modem_open(m) != 0)
        abort();
    m->f->sends = m->f->requests = m->f->flagged = 0;
    memset(m->seen, 0, sizeof m->seen);
    return m;
}

void fake_modem_free(struct fake_modem *m)
{
    qd_diag_close(&m->d);
    if (m->f->closed != 1)
        abort();
    fake_link_free(&m->f);
    qd_buf_free(&m->before);
    qd_buf_free(&m->behind);
    free(m);
}

struct qd_buf fake_nv_request(uint16_t item)
{
    struct qd_buf b = {0};
    uint8_t head[3] = {0x26};

    qd_put16(head + 1, item);
    add(&b, head, sizeof head);
    add_zeros(&b, 130);
    return b;
}

struct qd_buf fake_efs_stat_request(const char *path)
{
    struct qd_buf b = {0};

    add(&b, "\x4b\x13\x0f\x00", 4);
    add(&b, path, strlen(path) + 1);
    return b;
}

struct qd_buf fake_efs_open_request(const char *path)
{
    struct qd_buf b = {0};

    add(&b, "\x4b\x13\x02\x00", 4);
    add_zeros(&b, 8);
    add(&b, path, strlen(path) + 1);
    return b;
}

struct qd_buf fake_efs_read_request(uint32_t fd, uint32_t offset)
{
    struct qd_buf b = {0};

    add(&b, "\x4b\x13\x04\x00", 4);
    add32(&b, fd);
    add32(&b, 1024);
    add32(&b, offset);
    return b;
}

int fake_ask(struct fake_modem *m, enum qd_cmd cmd, struct qd_buf req, struct qd_reply *r)
{
    int rc;

    memset(&m->e, 0, sizeof m->e);
    memset(r, 0, sizeof *r);
    rc = qd_diag_ask(m->d, cmd, req.p, req.len, r, &m->e);
    qd_buf_free(&req);
    return rc;
}
