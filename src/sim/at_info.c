/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT commands that tell or set something small: who are you, error form, reset. The IMEI comes
 * from the NV item that DIAG shows, so the two ports cannot disagree. Identity is never written. */
#include <stdio.h>
#include <string.h>

#include "sim/at_int.h"

#define NV_IMEI 550u
#define NV_FTM  453u

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

static const char *conf(const struct sim_at *a, const char *key)
{
    return sim_unit_conf(a->unit, key, "UNKNOWN");
}

int sim_at_info(struct sim_at *a, const char *rest)
{
    char base[SIM_VERSION_CAP];

    (void)rest;
    sim_at_base(a, base);
    return sim_at_line(a, "Quectel\r\n%s\r\nRevision: %s", conf(a, "model"), base);
}

static int maker(struct sim_at *a, const char *rest)
{
    return *rest ? SIM_AT_ERROR : sim_at_line(a, "Quectel");
}

static int model(struct sim_at *a, const char *rest)
{
    return *rest ? SIM_AT_ERROR : sim_at_line(a, "%s", conf(a, "model"));
}

static int revision(struct sim_at *a, const char *rest)
{
    char base[SIM_VERSION_CAP];

    sim_at_base(a, base);
    return *rest ? SIM_AT_ERROR : sim_at_line(a, "%s", base);
}

/* Another unit's number: valid, and not this one's. */
static void other_imei(char text[16])
{
    unsigned sum = 0;

    text[13] = text[13] == '9' ? '0' : (char)(text[13] + 1);
    for (int i = 0; i < 14; i++) {
        unsigned v = (unsigned)(text[i] - '0') << i % 2;

        sum += v > 9 ? v - 9 : v;
    }
    text[14] = (char)('0' + (10 - sum % 10) % 10);
}

static int imei(struct sim_at *a, const char *rest)
{
    struct sim_fault *f = sim_at_fault(a, SIM_F_at_imei, NULL);
    enum { OTHER, CHECK, EMPTY, ZEROS, REFUSED, LATER } how = f ? (int)f->n[0] : OTHER;
    char text[16];

    if (*rest)
        return SIM_AT_ERROR;
    if (read_imei(a, text) != 0 || how == REFUSED)
        return 23; /* memory failure */
    if (f && (how == OTHER || (how == LATER && a->resets > 1)))
        other_imei(text);
    if (how == CHECK)
        text[14] = text[14] == '9' ? '0' : (char)(text[14] + 1);
    return sim_at_line(a, "%s", how == EMPTY ? "" : how == ZEROS ? "000000000000000" : text);
}

static int error_form(struct sim_at *a, const char *rest)
{
    if (strcmp(rest, "?") == 0)
        return sim_at_line(a, "+CMEE: %d", a->cmee);
    if (strcmp(rest, "=?") == 0)
        return sim_at_line(a, "+CMEE: (0-2)");
    if (rest[0] != '=' || rest[1] < '0' || rest[1] > '2' || rest[2])
        return SIM_AT_ERROR;
    a->cmee = rest[1] - '0';
    return SIM_AT_OK;
}

/* NV 453: factory test mode, as DIAG shows it. */
static int in_test_mode(struct sim_at *a)
{
    uint8_t req[133] = {0x26, NV_FTM & 0xff, NV_FTM >> 8};

    sim_modem_request(a->modem, req, sizeof req, a->scratch);
    return a->scratch->len == 133 && a->scratch->p[0] == 0x26 && !a->scratch->p[131] &&
           a->scratch->p[3] == 1;
}

static int function(struct sim_at *a, const char *rest)
{
    if (strcmp(rest, "?") == 0)
        return sim_at_line(a, "+CFUN: %d", in_test_mode(a) ? 5 : 1);
    if (strcmp(rest, "=1,1") != 0)
        return SIM_AT_ERROR;
    a->after = SIM_AFTER_RESET;
    return SIM_AT_OK;
}

static int power_down(struct sim_at *a, const char *rest)
{
    if (*rest && strcmp(rest, "=1") != 0)
        return SIM_AT_ERROR;
    a->after = SIM_AFTER_POWER_OFF;
    return SIM_AT_OK;
}

const struct sim_at_entry sim_at_commands[] = {
    {"+CGMI", 0, maker},
    {"+GMI", 0, maker},
    {"+CGMM", 0, model},
    {"+GMM", 0, model},
    {"+CGMR", 0, revision},
    {"+GMR", 0, revision},
    {"+QGMR", 0, sim_at_full_version},
    {"+CSUB", 0, sim_at_sub_edition},
    {"+CGSN", 0, imei},
    {"+GSN", 0, imei},
    {"+CMEE", 0, error_form},
    {"+CSQ", 0, sim_at_signal},
    {"+CEREG", 0, sim_at_cereg},
    {"+CGREG", 0, sim_at_cgreg},
    {"+C5GREG", 0, sim_at_c5greg},
    {"+COPS", 0, sim_at_operator},
    {"+CBC", 0, sim_at_supply},
    {"+CFUN", 0, function},
    {"+QPOWD", 1, power_down},
    {"+QPRTPARA", 0, sim_at_qprtpara},
    {"+QFUPL", 1, sim_at_upload},
    {"+QFDWL", 0, sim_at_download},
    {"+QFLST", 0, sim_at_list},
    {"+QFLDS", 0, sim_at_space},
    {"+QFDEL", 1, sim_at_delete},
    {"+QFOTADL", 0, sim_at_qfotadl},
    {"+QCFGEXT", 0, sim_at_qcfgext},
    {"+QFOTAPID", 0, sim_at_qfotapid},
    {NULL, 0, NULL},
};
