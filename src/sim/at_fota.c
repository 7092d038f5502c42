/* SPDX-License-Identifier: BSD-3-Clause
 *
 * AT+QFOTADL and what belongs to it: which arguments a family takes, and the settings of its data
 * call. What is refused is ERROR and nothing else; it must never hint at the right form. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "sim/at_fota_int.h"

#define ACCEPT_US 500000u

static const struct sim_fota_family families[] = {
    {.name = "bg96",
     .restores = 1,
     .retries = 1,
     .https = 1,
     .url_max = 255,
     .http_end = "HTTPEND",
     .url_style = SIM_PERCENT,
     .file_style = SIM_PERCENT,
     .verdict = {0, 506, 506, 511, 511},
     .absent = 505,
     .space = 504,
     .http = {0, 702, 703, 706, 704, 708, 701}},
    {.name = "eg9x",
     .early = 1,
     .retries = 5,
     .ftp = 1,
     .url_max = 255,
     .file_max = 128,
     .part_max = 50,
     .prefix = "/data/ufs/",
     .http_end = "HTTPEnd",
     .url_style = SIM_BLANK,
     .file_style = SIM_BLANKS,
     .verdict = {0, 505, 505, 510, 510},
     .absent = 505,
     .space = 511,
     .http = {0, 701, 701, 701, 701, 511, 701},
     .ftp_code = {0, 601, 601, 601, 601, 511, 601}},
    {.name = "rg50xq",
     .early = 1,
     .retries = 5,
     .ftp = 1,
     .https = 1,
     .url_max = 512,
     .file_max = 512,
     .prefix = "/cache/ufs/",
     .http_end = "HTTPPEND",
     .verdict = {0, 504, 505, 505, 505},
     .absent = 502,
     .space = 511,
     .large = 550,
     .http = {0, 701, 701, 701, 701, 701, 701},
     .ftp_code = {0, 601, 601, 601, 601, 601, 601}},
};

const struct sim_fota_family *sim_fota_family(const struct sim_at *a)
{
    const char *name = sim_unit_conf(a->unit, "family", "other");

    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (strcmp(families[i].name, name) == 0)
            return &families[i];
    return NULL;
}

struct sim_tree *sim_fota_tree(struct sim_at *a)
{
    return &a->unit->tree[a->unit->tree[1].present ? 1 : 0];
}

struct sim_node *sim_fota_node(struct sim_at *a, const char *path)
{
    struct sim_node *n = sim_tree_at(sim_fota_tree(a), path);

    return n && (n->kind == SIM_FILE || n->kind == SIM_ITEM) ? n : NULL;
}

/* ---- arguments ---- */

/* ="…" and nothing else: the text between the quotes. 0 or -1. */
static int take_quoted(const char *rest, char *out, size_t cap)
{
    size_t n;

    if (rest[0] != '=' || rest[1] != '"')
        return -1;
    n = strlen(rest + 2);
    if (n < 2 || rest[n + 1] != '"' || n > cap || memchr(rest + 2, '"', n - 1))
        return -1;
    memcpy(out, rest + 2, n - 1);
    out[n - 1] = '\0';
    return 0;
}

static int form_of(const char *url, size_t *skip)
{
    static const struct {
        const char *prefix;
        enum sim_fota_form form;
    } forms[] = {
        {"ftp://", SIM_FOTA_FTP}, {"http://", SIM_FOTA_HTTP}, {"https://", SIM_FOTA_HTTPS}};

    for (size_t i = 0; i < 3; i++) {
        *skip = strlen(forms[i].prefix);
        if (strncasecmp(url, forms[i].prefix, *skip) == 0)
            return (int)forms[i].form;
    }
    return SIM_FOTA_LOCAL;
}

static int good_port(const char *p, size_t n)
{
    unsigned long v;

    if (n == 0 || n > 5 || strspn(p, "0123456789") < n)
        return 0;
    v = strtoul(p, NULL, 10);
    return v >= 1 && v <= 65535;
}

/* [user:password@]server[:port]/path, each part within the family's limit. */
static int good_parts(const char *p, size_t most, int ftp)
{
    const char *slash = strchr(p, '/'), *at = NULL, *colon;

    for (const char *q = p; ftp && slash && q < slash; q++)
        at = *q == '@' ? q : at;
    if (!slash || !slash[1] || (most && strlen(slash + 1) > most))
        return 0;
    if (at) {
        colon = memchr(p, ':', (size_t)(at - p));
        if (!colon || colon == p ||
            (most && ((size_t)(colon - p) > most || (size_t)(at - colon - 1) > most)))
            return 0;
        p = at + 1;
    }
    colon = memchr(p, ':', (size_t)(slash - p));
    if (colon && !good_port(colon + 1, (size_t)(slash - colon - 1)))
        return 0;
    colon = colon ? colon : slash;
    return colon > p && (!most || (size_t)(colon - p) <= most);
}

static int take_url(struct sim_at *a, const struct sim_fota_family *f, const char *url)
{
    size_t skip;
    int form = form_of(url, &skip);

    if ((form == SIM_FOTA_FTP && !f->ftp) || (form == SIM_FOTA_HTTPS && !f->https) ||
        strlen(url) > f->url_max ||
        !good_parts(url + skip, form == SIM_FOTA_FTP ? f->part_max : 0, form == SIM_FOTA_FTP))
        return SIM_AT_ERROR;
    a->fota.kept.form = (uint32_t)form;
    a->fota.kept.tries = 0;
    a->fota.kept.package[0] = '\0';
    qd_copy_text(a->fota.url, sizeof a->fota.url, url);
    sim_fota_begin(a, SIM_STEP_FETCH, ACCEPT_US);
    return SIM_AT_OK;
}

static int take_file(struct sim_at *a, const struct sim_fota_family *f, const char *path)
{
    char place[600];
    size_t skip = f->prefix ? strlen(f->prefix) : 0;

    if (!f->prefix || strlen(path) > f->file_max)
        return SIM_AT_ERROR;
    if (strncmp(path, f->prefix, skip) != 0) {
        skip -= 1; /* the RG note's text leaves the first slash out, its example has it */
        if (strcmp(f->name, "rg50xq") != 0 || strncmp(path, f->prefix + 1, skip) != 0)
            return SIM_AT_ERROR;
    }
    if (!path[skip] || strchr(path + skip, '/'))
        return SIM_AT_ERROR;
    snprintf(place, sizeof place, "/datatx/%s", path + skip);
    if (strlen(place) >= sizeof a->fota.kept.package || !sim_fota_node(a, place))
        return SIM_AT_ERROR;
    a->fota.kept.form = SIM_FOTA_LOCAL;
    a->fota.kept.tries = 0;
    qd_copy_text(a->fota.kept.package, sizeof a->fota.kept.package, place);
    sim_fota_begin(a, sim_fota_early(a) ? SIM_STEP_INTO_RECOVERY : SIM_STEP_START, ACCEPT_US);
    return SIM_AT_OK;
}

/* BG96: one place, one name. */
static int take_fixed(struct sim_at *a)
{
    static const char place[] = "/fota/update.zip";

    if (!sim_fota_node(a, place) &&
        strcmp(sim_unit_conf(a->unit, "fota_nofile", "end"), "error") == 0)
        return SIM_AT_ERROR;
    a->fota.kept.form = SIM_FOTA_LOCAL;
    qd_copy_text(a->fota.kept.package, sizeof a->fota.kept.package, place);
    sim_fota_begin(a, SIM_STEP_START, ACCEPT_US);
    return SIM_AT_OK;
}

int sim_at_qfotadl(struct sim_at *a, const char *rest)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    char text[600];
    size_t skip;

    if (!f)
        return SIM_AT_ERROR;
    if (strcmp(rest, "=?") == 0)
        return SIM_AT_OK;
    if (sim_fota_active(a) || a->fota.kept.stage != SIM_FOTA_IDLE)
        return SIM_AT_ERROR;
    if (!f->prefix && strcmp(rest, "=1") == 0)
        return take_fixed(a);
    if (take_quoted(rest, text, sizeof text) != 0)
        return SIM_AT_ERROR;
    return form_of(text, &skip) == SIM_FOTA_LOCAL ? take_file(a, f, text) : take_url(a, f, text);
}

/* ---- settings ---- */

/* The next "…" of a list, its comma before it; "" when the list is over. 0 or -1. */
static int take_text(const char **p, char *out, size_t cap)
{
    const char *end;

    out[0] = '\0';
    if (!**p)
        return 0;
    if ((*p)[0] != ',' || (*p)[1] != '"')
        return -1;
    end = strchr(*p + 2, '"');
    if (!end || (size_t)(end - *p - 2) >= cap)
        return -1;
    memcpy(out, *p + 2, (size_t)(end - *p - 2));
    out[end - *p - 2] = '\0';
    *p = end + 1;
    return 0;
}

static int set_apn(struct sim_at *a, const char *p)
{
    struct sim_fota_kept k = a->fota.kept;

    if (p[0] != ',' || p[1] < '0' || p[1] > '2')
        return SIM_AT_ERROR;
    k.apn_type = (uint32_t)(p[1] - '0');
    p += 2;
    if (take_text(&p, k.apn, sizeof k.apn) || !k.apn[0] || take_text(&p, k.user, sizeof k.user) ||
        take_text(&p, k.password, sizeof k.password) || *p)
        return SIM_AT_ERROR;
    if (sim_fota_save(a->unit, &k))
        return SIM_AT_ERROR;
    a->fota.kept = k;
    return SIM_AT_OK;
}

int sim_at_qcfgext(struct sim_at *a, const char *rest)
{
    static const char name[] = "=\"fota_apn\"";
    const struct sim_fota_kept *k = &a->fota.kept;
    const struct sim_fota_family *f = sim_fota_family(a);

    if (!f || !f->restores || strncasecmp(rest, name, sizeof name - 1) != 0)
        return SIM_AT_ERROR;
    rest += sizeof name - 1;
    if (*rest)
        return set_apn(a, rest);
    return sim_at_line(a, "+QCFGEXT: \"fota_apn\",%u,\"%s\",\"%s\",\"%s\"", k->apn_type, k->apn,
                       k->user, k->password);
}

/* No document has its form: read, and the number of a data call's APN. */
int sim_at_qfotapid(struct sim_at *a, const char *rest)
{
    const struct sim_fota_family *f = sim_fota_family(a);
    struct sim_fota_kept k = a->fota.kept;
    char *end;

    if (!f || strcmp(f->name, "rg50xq") != 0)
        return SIM_AT_ERROR;
    if (strcmp(rest, "=?") == 0)
        return SIM_AT_OK;
    if (strcmp(rest, "?") == 0)
        return sim_at_line(a, "+QFOTAPID: %u", k.pid);
    if (rest[0] != '=' || rest[1] < '1' || rest[1] > '9')
        return SIM_AT_ERROR;
    k.pid = (uint32_t)strtoul(rest + 1, &end, 10);
    if (*end || k.pid > 16 || sim_fota_save(a->unit, &k))
        return SIM_AT_ERROR;
    a->fota.kept = k;
    if (a->fota.step == SIM_STEP_FETCH)
        a->fota.due_us = a->now_us; /* it waited for a free APN */
    return SIM_AT_OK;
}
