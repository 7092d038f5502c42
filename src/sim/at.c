/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The line side of the simulated AT port: echo, result forms, chained commands, unsolicited lines,
 * and the faults of a line. What commands do is in at_info.c, at_ufs.c and at_file.c. It must never
 * answer what a module would not. */
#include "sim/at.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/at_int.h"

#define TELL_START_US 10000000u /* a client that comes so long after a reset hears of it */
#define HUGE_LINE     70000u

struct sim_fault *sim_at_fault(struct sim_at *a, enum sim_fault_id id, const char *command)
{
    for (size_t i = 0; a->faults && i < a->faults->n; i++) {
        struct sim_fault *f = &a->faults->v[i];

        if (f->id != id)
            continue;
        if (!f->s[0] ||
            (command && strncasecmp(command + (*command == '+'), f->s[0], strlen(f->s[0])) == 0))
            return f;
    }
    return NULL;
}

void sim_at_fired(struct sim_at *a, enum sim_fault_id id)
{
    sim_fault_fire(a->faults, id);
}

int sim_at_send(struct sim_at *a, const void *p, size_t n)
{
    uint64_t due = a->free_us > a->now_us ? a->free_us : a->now_us;

    if (a->dead || n == 0)
        return 0;
    if (a->log)
        sim_log_at(a->log, due, '<', p, n);
    return sim_queue_add(&a->out, due, p, n);
}

int sim_at_line(struct sim_at *a, const char *fmt, ...)
{
    char text[700];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return qd_buf_printf(&a->say, a->numeric ? "%s\r\n" : "\r\n%s\r\n", text) ? SIM_AT_NO_MEMORY
                                                                              : SIM_AT_OK;
}

static int send_text(struct sim_at *a, const char *text)
{
    return sim_at_send(a, text, strlen(text));
}

int sim_at_urc(struct sim_at *a, const char *text)
{
    char line[128];
    int n = snprintf(line, sizeof line, "\r\n%s\r\n", text);

    return sim_at_send(a, line, (size_t)n);
}

/* The blank line before OK, which some firmware leaves out. */
static int put_ok(struct sim_at *a)
{
    int bare = a->say.len && sim_at_fault(a, SIM_F_at_noblank, NULL);

    return qd_buf_add_text(&a->say, a->numeric ? "0\r" : bare ? "OK\r\n" : "\r\nOK\r\n");
}

static int put_error(struct sim_at *a, int cme)
{
    static const char *const texts[] = {"operation not allowed", "file not found"};

    if (cme <= 0 || a->cmee == 0)
        return qd_buf_add_text(&a->say, a->numeric ? "4\r" : "\r\nERROR\r\n");
    if (a->cmee == 1)
        return sim_at_line(a, "+CME ERROR: %d", cme);
    return sim_at_line(a, "+CME ERROR: %s", texts[cme == 405]);
}

/* Another client's command and its answer in the same stream. */
static int put_foreign(struct sim_at *a)
{
    return send_text(a, "AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n");
}

static int put_huge(struct sim_at *a)
{
    struct qd_buf b = {0};
    int rc = 0;

    while (b.len < HUGE_LINE && !rc)
        rc = qd_buf_add_text(&b, "0123456789abcdef");
    if (!rc)
        rc = qd_buf_add_text(&b, "\r\n") || sim_at_send(a, b.p, b.len);
    qd_buf_free(&b);
    return rc;
}

static int put_around(struct sim_at *a)
{
    int rc = 0;

    if (sim_at_fault(a, SIM_F_at_broken, NULL))
        rc = send_text(a, "\r\n+QIND: \"FOTA\",\"UPDAT\r\n");
    if (!rc && sim_at_fault(a, SIM_F_at_huge, NULL))
        rc = put_huge(a);
    if (!rc && sim_at_fault(a, SIM_F_at_foreign, NULL))
        rc = put_foreign(a);
    return rc;
}

/* An unsolicited line in the middle: before the result, which is the last line. */
static int send_split(struct sim_at *a, int64_t how)
{
    size_t cut = a->say.len;
    int rc;

    while (cut > 2 && !(a->say.p[cut - 1] == '\n' && cut + 4 <= a->say.len))
        cut--;
    if (cut <= 2)
        cut = 0;
    if (how == 0 && sim_at_urc(a, "+QIND: \"csq\",26,99"))
        return -1;
    rc = sim_at_send(a, a->say.p, cut);
    if (!rc && how == 1)
        rc = sim_at_urc(a, "+CREG: 1");
    if (!rc && how == 2)
        rc = send_text(a, "\r\n+QI") || send_text(a, "ND: \"csq\",1\r") || send_text(a, "\n");
    if (!rc)
        rc = sim_at_send(a, a->say.p + cut, a->say.len - cut);
    if (!rc && how == 3)
        rc = send_text(a, "\r\n+CREG: 1\r\n\r\n+QURC: 2\r\n");
    return rc;
}

int sim_at_result(struct sim_at *a, int result)
{
    struct sim_fault *u = sim_at_fault(a, SIM_F_at_urc, NULL);
    int rc;

    if (result == SIM_AT_NO_MEMORY || put_around(a))
        return -1;
    if (result == SIM_AT_OK)
        rc = put_ok(a);
    else
        rc = result == SIM_AT_NOTHING ? 0 : put_error(a, result);
    if (!rc)
        rc = u && !a->uploading ? send_split(a, u->n[0]) : sim_at_send(a, a->say.p, a->say.len);
    a->say.len = 0;
    return rc ? -1 : 0;
}

/* ---- commands ---- */

static int basic(struct sim_at *a, const char **p)
{
    char letter = (char)toupper((unsigned char)**p);
    int value = 0;

    ++*p;
    while (isdigit((unsigned char)**p))
        value = value * 10 % 1000 + *(*p)++ - '0';
    switch (letter) {
    case 'E':
        a->echo_off = value == 0 && !sim_at_fault(a, SIM_F_at_echo, NULL);
        return value > 1 ? SIM_AT_ERROR : SIM_AT_OK;
    case 'V':
        a->numeric = value == 0;
        return value > 1 ? SIM_AT_ERROR : SIM_AT_OK;
    case 'Q':
        return value ? SIM_AT_ERROR : SIM_AT_OK;
    case 'I':
        return sim_at_info(a, "");
    default:
        return SIM_AT_ERROR;
    }
}

static void log_command(struct sim_at *a, const char *text, int writes)
{
    if (!a->log)
        return;
    sim_log_at_command(a->log, a->now_us, text, writes);
}

/* Lines such as "+QPRTPARA=1" that change the unit: of QPRTPARA only some do. */
static int is_write(const struct sim_at_entry *c, const char *rest)
{
    if (strcmp(c->name, "+QPRTPARA") == 0)
        return strcmp(rest, "=1") == 0 || strcmp(rest, "=3") == 0 || strcmp(rest, "=11") == 0 ||
               strcmp(rest, "=13") == 0;
    if (strcmp(c->name, "+QCFGEXT") == 0)
        return strchr(rest, ',') != NULL;
    if (strcmp(c->name, "+CFUN") == 0 || strcmp(c->name, "+QFOTADL") == 0 ||
        strcmp(c->name, "+QFOTAPID") == 0)
        return rest[0] == '=' && rest[1] != '?';
    return c->writes;
}

/* Whether a fault answers in the command's place: 1, with the result. */
static int spoiled(struct sim_at *a, const char *text, int *result)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_error, text);

    if (f) {
        sim_at_fired(a, SIM_F_at_error);
        *result = f->given > 1 ? (int)f->n[1] : SIM_AT_ERROR;
        return 1;
    }
    if (sim_at_fault(a, SIM_F_at_okundone, text)) {
        sim_at_fired(a, SIM_F_at_okundone);
        *result = SIM_AT_OK;
        return 1;
    }
    return 0;
}

/* What a fault makes of a result. */
static int spoil_result(struct sim_at *a, const char *text, int result)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_late, text);

    if (f) {
        sim_at_fired(a, SIM_F_at_late);
        a->free_us = (a->free_us > a->now_us ? a->free_us : a->now_us) + (uint64_t)f->n[1] * 1000;
    }
    if (sim_at_fault(a, SIM_F_at_errdone, text)) {
        sim_at_fired(a, SIM_F_at_errdone);
        return SIM_AT_ERROR;
    }
    if (sim_at_fault(a, SIM_F_at_silent, text)) {
        sim_at_fired(a, SIM_F_at_silent);
        a->say.len = 0;
        return SIM_AT_NOTHING;
    }
    return result;
}

static int extended(struct sim_at *a, char *text)
{
    size_t n =
        1 + strspn(text + 1, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    const struct sim_at_entry *c = sim_at_commands;
    int result;

    while (c->name && (strlen(c->name) != n || strncasecmp(c->name, text, n) != 0))
        c++;
    log_command(a, text, c->name && is_write(c, text + n));
    if (!c->name)
        return SIM_AT_ERROR;
    if (!spoiled(a, text, &result))
        result = c->run(a, text + n);
    return spoil_result(a, text, result);
}

/* Cuts the next command off a chain; quotes keep a semicolon together. */
static char *cut(char *p)
{
    int quoted = 0;

    for (; *p; p++) {
        quoted ^= *p == '"';
        if (*p == ';' && !quoted) {
            *p = '\0';
            return p + 1;
        }
    }
    return p;
}

static int run_commands(struct sim_at *a, char *p)
{
    int result = SIM_AT_OK;

    while (*p && result == SIM_AT_OK) {
        if (*p == ';' || *p == ' ') {
            p++;
        } else if (*p == '+') {
            char *next = cut(p);

            result = extended(a, p);
            p = next;
        } else {
            const char *q = p;

            result = basic(a, &q);
            p += q - p;
        }
    }
    return result;
}

static int run_line(struct sim_at *a)
{
    char *s = a->line;
    struct sim_fault *f;

    while (*s == ' ')
        s++;
    if (!*s && !a->too_long)
        return 0;
    if (a->too_long || strncasecmp(s, "AT", 2) != 0)
        return sim_at_result(a, SIM_AT_ERROR);
    f = sim_at_fault(a, SIM_F_at_dead, s + 2);
    if (sim_at_result(a, run_commands(a, s + 2)))
        return -1;
    if (f)
        a->dead = 1; /* what was queued still goes out */
    return 0;
}

/* ---- bytes ---- */

static int take_byte(struct sim_at *a, uint8_t b)
{
    int rc;

    if (!a->echo_off && sim_at_send(a, &b, 1))
        return -1;
    if (b == '\n')
        return 0;
    if (b != '\r') {
        if (a->len + 1 < sizeof a->line && b)
            a->line[a->len++] = (char)b;
        else
            a->too_long = 1;
        return 0;
    }
    while (a->len && a->line[a->len - 1] == ' ')
        a->len--;
    a->line[a->len] = '\0';
    rc = run_line(a);
    a->len = 0;
    a->too_long = 0;
    return rc;
}

int sim_at_feed(struct sim_at *a, const uint8_t *p, size_t n, uint64_t now_us)
{
    a->now_us = now_us;
    if (sim_fota_deaf(a))
        return 0;
    for (size_t i = 0; i < n;) {
        size_t used = 1;

        if (a->uploading ? sim_at_data(a, p + i, n - i, &used) : take_byte(a, p[i]))
            return -1;
        i += used;
    }
    return 0;
}

/* ---- life ---- */

static uint64_t app_due(const struct sim_at *a)
{
    const struct sim_fault *f = sim_at_fault((struct sim_at *)a, SIM_F_at_applate, NULL);

    return a->boot_us + (f ? (uint64_t)f->n[0] * 1000 : 0);
}

static int tell_start(struct sim_at *a)
{
    if (!a->rdy_told) {
        a->rdy_told = 1;
        if (a->booted && sim_at_urc(a, "RDY"))
            return -1;
    }
    if (!a->app_told && a->now_us >= app_due(a)) {
        a->app_told = 1;
        if ((a->booted || app_due(a) != a->boot_us) && sim_at_urc(a, "APP RDY"))
            return -1;
    }
    return 0;
}

int sim_at_connect(struct sim_at *a, uint64_t now_us)
{
    static const char junk[] = "\0\0\xff\x7f OK\r\n\r\n+QFLST: \"UFS:old\",5\r\n\r\nOK\r\nERR";

    a->now_us = now_us;
    if (now_us - a->boot_us > TELL_START_US)
        a->booted = 0;
    if (sim_at_fault(a, SIM_F_at_junk, NULL) && !a->junk_told) {
        a->junk_told = 1;
        sim_at_fired(a, SIM_F_at_junk);
        if (sim_at_send(a, junk, sizeof junk - 1))
            return -1;
        a->len = (size_t)snprintf(a->line, sizeof a->line, "AT+QF"); /* half a line of another */
    }
    return tell_start(a);
}

int sim_at_tick(struct sim_at *a, uint64_t now_us)
{
    a->now_us = now_us;
    if (a->uploading && now_us - a->last_us >= a->idle_us)
        return sim_at_data_over(a);
    if (now_us >= a->ready_us)
        a->ready_us = 0;
    if (sim_fota_tick(a))
        return -1;
    return a->rdy_told && !a->app_told ? tell_start(a) : 0;
}

uint64_t sim_at_due(const struct sim_at *a)
{
    uint64_t due = a->app_told || !a->rdy_told ? UINT64_MAX : app_due(a);

    if (a->uploading && a->last_us + a->idle_us < due)
        due = a->last_us + a->idle_us;
    if (a->ready_us && a->ready_us < due)
        due = a->ready_us;
    if (sim_fota_due(a) < due)
        due = sim_fota_due(a);
    return due;
}

void sim_at_restart(struct sim_at *a, uint64_t now_us)
{
    sim_at_hangup(a);
    a->echo_off = 0;
    a->cmee = 0;
    a->numeric = sim_at_fault(a, SIM_F_at_numeric, NULL) != NULL;
    a->free_us = 0;
    a->boot_us = now_us;
    a->dead = 0;
    a->rdy_told = a->app_told = 0;
    a->after = SIM_AFTER_NONE;
    a->ready_us = 0;
    sim_fota_boot(a);
}

int sim_at_reset_now(struct sim_at *a)
{
    sim_modem_restart(a->modem, 1);
    a->say.len = 0;
    sim_at_restart(a, a->now_us);
    a->booted = 1;
    return tell_start(a);
}

void sim_at_hangup(struct sim_at *a)
{
    a->len = 0;
    a->too_long = 0;
    a->uploading = 0;
}

void sim_at_free(struct sim_at *a)
{
    sim_queue_clear(&a->out);
    qd_buf_free(&a->say);
    qd_buf_free(&a->data);
    sim_fota_free(a);
}
