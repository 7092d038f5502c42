/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT commands: echo, verbose results, who are you. The IMEI comes from the same NV item that DIAG
 * shows, so the two ports cannot disagree. It must never change the unit. */
#include "sim/at.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define NV_IMEI 550u

/* NV 550: length 8, then the digits, low nibble first, behind a type nibble. 0 when there is one.
 */
static int read_imei(struct sim_at *a, char imei[16])
{
    uint8_t req[133] = {0x26, NV_IMEI & 0xff, NV_IMEI >> 8};
    const uint8_t *d = a->scratch->p + 3;

    sim_modem_request(a->modem, req, sizeof req, a->scratch);
    if (a->scratch->len != 133 || a->scratch->p[0] != 0x26 || a->scratch->p[131] || d[0] != 8)
        return -1;
    for (int i = 0; i < 15; i++) {
        uint8_t byte = d[1 + (i + 1) / 2];
        uint8_t digit = i % 2 ? byte & 15 : byte >> 4;

        if (digit > 9)
            return -1;
        imei[i] = (char)('0' + digit);
    }
    imei[15] = '\0';
    return 0;
}

static int say(struct qd_buf *out, const char *text)
{
    return qd_buf_printf(out, "\r\n%s\r\n", text);
}

static int answer(struct qd_buf *out, const char *text)
{
    return say(out, text) || say(out, "OK") ? -1 : 0;
}

static int cmd_at(struct sim_at *a, struct qd_buf *out)
{
    (void)a;
    return say(out, "OK");
}

static int cmd_echo_off(struct sim_at *a, struct qd_buf *out)
{
    a->echo_off = 1;
    return say(out, "OK");
}

static int cmd_echo_on(struct sim_at *a, struct qd_buf *out)
{
    a->echo_off = 0;
    return say(out, "OK");
}

static int cmd_ati(struct sim_at *a, struct qd_buf *out)
{
    return qd_buf_printf(out, "\r\nQuectel\r\n%s\r\nRevision: %s\r\n",
                         sim_unit_conf(a->unit, "model", "UNKNOWN"),
                         sim_unit_conf(a->unit, "firmware", "UNKNOWN")) ||
                   say(out, "OK")
               ? -1
               : 0;
}

static int cmd_maker(struct sim_at *a, struct qd_buf *out)
{
    (void)a;
    return answer(out, "Quectel");
}

static int cmd_model(struct sim_at *a, struct qd_buf *out)
{
    return answer(out, sim_unit_conf(a->unit, "model", "UNKNOWN"));
}

static int cmd_revision(struct sim_at *a, struct qd_buf *out)
{
    return answer(out, sim_unit_conf(a->unit, "firmware", "UNKNOWN"));
}

static int cmd_full_revision(struct sim_at *a, struct qd_buf *out)
{
    const char *plain = sim_unit_conf(a->unit, "firmware", "UNKNOWN");

    return answer(out, sim_unit_conf(a->unit, "firmware_full", plain));
}

static int cmd_imei(struct sim_at *a, struct qd_buf *out)
{
    char imei[16];

    return read_imei(a, imei) ? say(out, "ERROR") : answer(out, imei);
}

static const struct {
    const char *text;
    int (*run)(struct sim_at *a, struct qd_buf *out);
} commands[] = {
    {"", cmd_at},
    {"E", cmd_echo_off},
    {"E0", cmd_echo_off},
    {"E1", cmd_echo_on},
    {"I", cmd_ati},
    {"+CGMI", cmd_maker},
    {"+GMI", cmd_maker},
    {"+CGMM", cmd_model},
    {"+GMM", cmd_model},
    {"+CGMR", cmd_revision},
    {"+QGMR", cmd_full_revision},
    {"+CGSN", cmd_imei},
    {"+GSN", cmd_imei},
};

static int run_line(struct sim_at *a, struct qd_buf *out)
{
    const char *s = a->line;

    if (a->too_long)
        return say(out, "ERROR");
    while (isspace((unsigned char)*s))
        s++;
    if (!*s)
        return 0;
    if (strncasecmp(s, "AT", 2))
        return say(out, "ERROR");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcasecmp(s + 2, commands[i].text) == 0)
            return commands[i].run(a, out);
    return say(out, "ERROR");
}

static int take_byte(struct sim_at *a, uint8_t b, struct qd_buf *out)
{
    int rc;

    if (!a->echo_off && qd_buf_add_byte(out, b))
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
    rc = run_line(a, out);
    a->len = 0;
    a->too_long = 0;
    return rc;
}

int sim_at_feed(struct sim_at *a, const uint8_t *p, size_t n, struct qd_buf *out)
{
    for (size_t i = 0; i < n; i++)
        if (take_byte(a, p[i], out))
            return -1;
    return 0;
}

void sim_at_restart(struct sim_at *a)
{
    a->echo_off = 0;
    a->len = 0;
    a->too_long = 0;
}
