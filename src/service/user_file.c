/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The files of a user in the unit (FILE commands): list, space, upload, download, delete. A
 * transfer is done when the unit's size and checksum are ours; the checksum does not see swapped
 * words, so what must be right is read back. It must never send a byte more than was declared: the
 * unit would take it for a command. */
#include "service/at_write.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/text.h"

#define LIST_MS   10000u
#define DELETE_MS 10000u
#define ACK_EVERY 1024u
#define UNIT_WAIT 5u    /* seconds after which the unit ends an upload that stands still */
#define ACK_MS    4000u /* so that we give up first */
#define DONE_MS   20000u

static int add_entry(struct qd_user_list *list, const char *text, struct qdiag_error *e)
{
    struct qd_user_file *v = qd_grow(list->v, list->n, &list->cap, sizeof *v);

    if (!v)
        return qd_nomem(e);
    list->v = v;
    memset(&v[list->n], 0, sizeof *v);
    if (qd_user_parse_entry(text, v[list->n].name, &v[list->n].size, e) != 0)
        return -QDIAG_E_PROTOCOL;
    list->n++;
    return 0;
}

int qd_user_list(struct qd_at *at, const char *pattern, struct qd_user_list *list,
                 struct qdiag_error *e)
{
    char text[128] = "AT+QFLST";
    struct qd_at_command c = {text, "+QFLST", LIST_MS, 0};
    struct qd_at_reply r;
    int rc = pattern ? qd_user_name_check(pattern, e) : 0;

    memset(list, 0, sizeof *list);
    if (rc == 0 && pattern)
        snprintf(text, sizeof text, "AT+QFLST=\"%s\"", pattern);
    if (rc == 0)
        rc = qd_at_ask(at, &c, NULL, &r, e);
    if (rc != 0)
        return rc;
    if (r.final.result == QD_AT_CME && r.final.number == 405)
        return 0; /* nothing of that name */
    if (r.final.result != QD_AT_OK)
        return qd_at_fail(&c, &r.final, e);
    if (r.too_many)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, c.text, "more than %u files", QD_AT_LINES);
    for (size_t i = 0; rc == 0 && i < r.lines; i++)
        rc = add_entry(list, qd_at_after(r.line[i], c.prefix), e);
    if (rc != 0)
        qd_user_list_free(list);
    return rc;
}

void qd_user_list_free(struct qd_user_list *list)
{
    free(list->v);
    memset(list, 0, sizeof *list);
}

int qd_user_space(struct qd_at *at, uint64_t *free_bytes, uint64_t *total, struct qdiag_error *e)
{
    static const struct qd_at_command c = {"AT+QFLDS=\"UFS\"", "+QFLDS", LIST_MS, 0};
    struct qd_at_reply r;
    int rc = qd_at_need(at, &c, NULL, &r, e);

    if (rc == 0 && r.lines != 1)
        rc = qd_fail(e, QDIAG_E_PROTOCOL, c.text, "%zu answer lines, not one", r.lines);
    return rc ? rc : qd_user_parse_space(qd_at_after(r.line[0], c.prefix), free_bytes, total, e);
}

/* The line that ends a transfer, against what was transferred. */
static int compare(const struct qd_at_command *c, const struct qd_at_reply *r, uint32_t size,
                   uint16_t sum, struct qdiag_error *e)
{
    uint32_t got = 0;
    uint16_t got_sum = 0;

    if (r->final.result != QD_AT_OK)
        return qd_at_fail(c, &r->final, e);
    if (r->lines != 1)
        return qd_fail(e, QDIAG_E_PROTOCOL, c->text, "%zu answer lines, not one", r->lines);
    if (qd_user_parse_sum(qd_at_after(r->line[0], c->prefix), &got, &got_sum, e) != 0)
        return -QDIAG_E_PROTOCOL;
    if (got != size || got_sum != sum)
        return qd_fail(e, c->writes ? QDIAG_E_READBACK_DIFFERS : QDIAG_E_PROTOCOL, c->text,
                       "the unit counts %u bytes, checksum %x; sent or read were %u, %x", got,
                       got_sum, size, sum);
    return 0;
}

static int send_pieces(struct qd_at *at, const uint8_t *p, size_t n, struct qdiag_error *e)
{
    int rc = 0;

    for (size_t done = 0; rc == 0 && done < n;) {
        size_t piece = n - done < ACK_EVERY ? n - done : ACK_EVERY;
        struct qd_deadline t = qd_deadline_in_ms(qd_at_context(at)->clock, ACK_MS);
        char ack = 0;

        rc = qd_cancel_check(qd_at_context(at)->cancel, e); /* then the unit waits in vain */
        if (rc == 0)
            rc = qd_at_data_out(at, p + done, piece, &t, e);
        done += piece;
        if (rc == 0 && piece == ACK_EVERY)
            rc = qd_at_data_in(at, &ack, 1, &t, e);
        if (rc == 0 && piece == ACK_EVERY && ack != 'A')
            rc = qd_fail(e, QDIAG_E_PROTOCOL, NULL,
                         "byte 0x%02x in place of the acknowledgement behind byte %zu",
                         (unsigned char)ack, done);
        qd_progress(qd_at_context(at), "upload", done, n, "");
    }
    return rc;
}

void qd_user_put_text(const char *name, size_t n, char out[160])
{
    snprintf(out, 160, "AT+QFUPL=\"%.80s\",%zu,%u,1", name, n, UNIT_WAIT);
}

void qd_user_delete_text(const char *name, char out[160])
{
    snprintf(out, 160, "AT+QFDEL=\"%.80s\"", name);
}

int qd_user_put(struct qd_at *at, const char *name, const void *p, size_t n, struct qdiag_error *e)
{
    char text[160];
    struct qd_at_command c = {text, "+QFUPL", DONE_MS, 1};
    struct qd_at_reply r;
    int rc = qd_user_name_check(name, e), sent;

    if (rc == 0 && (n == 0 || n > QD_USER_FILE_MAX))
        rc = qd_fail(e, QDIAG_E_USAGE, name, "%zu bytes; 1 to %u can be sent", n, QD_USER_FILE_MAX);
    if (rc != 0)
        return rc;
    qd_user_put_text(name, n, text);
    rc = qd_at_ask(at, &c, NULL, &r, e);
    if (rc != 0)
        return rc;
    if (r.final.result == QD_AT_OK)
        return qd_fail(e, QDIAG_E_PROTOCOL, text, "no data mode before OK");
    if (r.final.result != QD_AT_CONNECT)
        return qd_at_fail(&c, &r.final, e);
    if (e)
        e->touch = QDIAG_CHANGED; /* the file exists from here on, at least in part */
    sent = send_pieces(at, p, n, e);
    rc = qd_at_finish(at, &c, NULL, &r, sent ? NULL : e);
    if (sent)
        return sent;
    return rc ? rc : compare(&c, &r, (uint32_t)n, qd_user_checksum(0, p, n), e);
}

int qd_user_get(struct qd_at *at, const char *name, uint32_t size, struct qd_buf *out,
                struct qdiag_error *e)
{
    char text[160];
    struct qd_at_command c = {text, "+QFDWL", DONE_MS, 0};
    struct qd_deadline t = qd_deadline_in_ms(qd_at_context(at)->clock, DONE_MS + size / 4u);
    struct qd_at_reply r;
    int rc = qd_user_name_check(name, e);

    out->len = 0;
    if (rc == 0 && size > QD_USER_FILE_MAX)
        rc = qd_fail(e, QDIAG_E_UNSUPPORTED, name, "%u bytes; at most %u are read", size,
                     QD_USER_FILE_MAX);
    if (rc == 0 && qd_buf_reserve(out, size + 1u) != 0)
        rc = qd_nomem(e);
    if (rc != 0)
        return rc;
    snprintf(text, sizeof text, "AT+QFDWL=\"%s\"", name);
    rc = qd_at_ask(at, &c, NULL, &r, e);
    if (rc != 0)
        return rc;
    if (r.final.result != QD_AT_CONNECT)
        return r.final.result == QD_AT_OK ? qd_fail(e, QDIAG_E_PROTOCOL, text, "no data mode")
                                          : qd_at_fail(&c, &r.final, e);
    rc = qd_at_data_in(at, out->p, size, &t, e);
    if (rc != 0) {
        (void)qd_at_finish(at, &c, &t, &r, NULL);
        return rc;
    }
    out->len = size;
    rc = qd_at_finish(at, &c, &t, &r, e);
    return rc ? rc : compare(&c, &r, size, qd_user_checksum(0, out->p, size), e);
}

int qd_user_delete(struct qd_at *at, const char *name, struct qdiag_error *e)
{
    char text[160];
    struct qd_at_command c = {text, "+QFDEL", DELETE_MS, 1};
    struct qd_at_reply r;
    int rc = qd_user_name_check(name, e);

    if (rc != 0)
        return rc;
    qd_user_delete_text(name, text);
    return qd_at_need(at, &c, NULL, &r, e);
}
