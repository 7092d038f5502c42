/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Preflight: can the unit get at the package, and will it be fed. Which checks are needed is for
 * the form of the source and the family to say. Queries only. */
#include "flow/upgrade/preflight.h"

#include <string.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"
#include "service/efs.h"
#include "service/fota.h"
#include "service/supply.h"

#define COPS_MS 15000u /* some units search before they answer */
#define LOW_MV  3100u  /* below the supply range of every family known */

static int is_family(const struct qd_pf *p, const char *name)
{
    return strcmp(p->pf->versions.family, name) == 0;
}

static int is_local(const struct qd_pf *p)
{
    return p->argument.scheme == QDIAG_FOTA_FILE;
}

/* ---- over the air ---- */

static const struct qd_at_command ask_signal = {"AT+CSQ", "+CSQ", 0, 0};
static const struct qd_at_command ask_state[] = {
    {"AT+CEREG?", "+CEREG", 0, 0}, {"AT+CGREG?", "+CGREG", 0, 0}, {"AT+C5GREG?", "+C5GREG", 0, 0}};
static const struct qd_at_command ask_operator = {"AT+COPS?", "+COPS", COPS_MS, 0};

/* *told 0: ERROR, or another form. */
static int ask(struct qd_pf *p, const struct qd_at_command *c, struct qd_fota_net *n, int *told,
               struct qdiag_error *e)
{
    struct qd_at_reply r;
    int rc = qd_at_ask(p->at->at, c, NULL, &r, e);

    *told = 0;
    for (size_t i = 0; rc == 0 && r.final.result == QD_AT_OK && i < r.lines; i++)
        *told |= qd_fota_net_line(n, r.line[i]);
    return rc;
}

static int check_signal(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_fota_net n = {.rssi = 99};
    int told;

    if (ask(p, &ask_signal, &n, &told, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_SIGNAL, &mine, e);
    if (!told)
        qd_pf_unknown(p, QD_PF_SIGNAL, "AT+CSQ does not tell it");
    else if (n.rssi == 99)
        qd_pf_set(p, QD_PF_SIGNAL, QDIAG_FAIL, QDIAG_E_DIFFERENT, "AT+CSQ: 99, no signal");
    else
        qd_pf_pass(p, QD_PF_SIGNAL, "AT+CSQ: %d", n.rssi);
    return 0;
}

/* One good registration is enough: a unit in LTE need not be registered for GPRS. */
static int check_registration(struct qd_pf *p, struct qdiag_error *e)
{
    struct qd_fota_net n = {-1, -1, -1, -1, ""};
    size_t domains = is_family(p, "rg50xq") ? 3 : 2;
    int told, any = 0;

    for (size_t i = 0; i < domains; i++) {
        struct qdiag_error mine = {0};

        if (ask(p, &ask_state[i], &n, &told, &mine) != 0)
            return qd_pf_doubt(p, QD_PF_REGISTRATION, &mine, e);
        any |= told;
    }
    if (qd_fota_registered(&n))
        qd_pf_pass(p, QD_PF_REGISTRATION,
                   "AT+CEREG: %d, AT+CGREG: %d, AT+C5GREG: %d; one of them "
                   "is enough, -1 is not told",
                   n.lte, n.packet, n.nr);
    else if (any)
        qd_pf_set(p, QD_PF_REGISTRATION, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "AT+CEREG: %d, AT+CGREG: %d, AT+C5GREG: %d; none is 1 or 5", n.lte, n.packet,
                  n.nr);
    else
        qd_pf_unknown(p, QD_PF_REGISTRATION, "neither AT+CEREG? nor AT+CGREG? tells it");
    return 0;
}

static int check_operator(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_fota_net n = {.rssi = -1};
    int told;

    if (ask(p, &ask_operator, &n, &told, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_OPERATOR, &mine, e);
    if (!told)
        qd_pf_unknown(p, QD_PF_OPERATOR, "AT+COPS? does not tell it");
    else if (!n.operator_name[0])
        qd_pf_set(p, QD_PF_OPERATOR, QDIAG_FAIL, QDIAG_E_DIFFERENT, "none is chosen");
    else
        qd_pf_pass(p, QD_PF_OPERATOR, "%s", n.operator_name);
    return 0;
}

static int show_apid(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    char text[128];

    if (qd_fota_apid_read(p->at->at, text, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_APN, &mine, e);
    qd_pf_skip(p, QD_PF_APN,
               "the first one is used, and waited for while the host is connected through it%s%s",
               text[0] ? "; AT+QFOTAPID: " : "", text);
    return 0;
}

static int check_apn(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_fota_apn a;

    if (is_family(p, "rg50xq"))
        return show_apid(p, e);
    if (!is_family(p, "bg96")) {
        qd_pf_skip(p, QD_PF_APN, "nothing is documented for this family");
        return 0;
    }
    if (qd_fota_apn_read(p->at->at, &a, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_APN, &mine, e);
    if (!a.known)
        qd_pf_unknown(p, QD_PF_APN, "AT+QCFGEXT does not tell it");
    else if (!a.apn[0])
        qd_pf_set(p, QD_PF_APN, QDIAG_FAIL, QDIAG_E_DIFFERENT, "fota_apn is not set");
    else
        qd_pf_pass(p, QD_PF_APN, "%s", a.apn);
    return 0;
}

/* ---- in the unit ---- */

/* A file that lies in the unit. */
struct lying {
    const char *path;
    int found; /* 1, 0, or -1 not known */
    uint32_t size;
    uint8_t subsys; /* of the EFS that holds it; 0: the user's storage does */
};

/* Stat over DIAG, the application side's file system first. */
static int stat_efs(struct qd_pf *p, struct lying *f, struct qdiag_error *e)
{
    static const uint8_t subsystems[] = {QD_EFS_ALT, QD_EFS_FS};

    f->found = p->has_id ? 0 : -1;
    for (size_t i = 0; f->found == 0 && i < 2; i++) {
        struct qdiag_error mine = {0};
        struct qd_efs_stat st;
        struct qd_efs fs;
        int rc;

        if (!memchr(p->id.efs, subsystems[i], sizeof p->id.efs))
            continue;
        rc = qd_efs_open(&fs, p->dev->diag, subsystems[i], &mine);
        if (rc == 0)
            rc = qd_efs_stat(&fs, f->path, &st, &mine);
        if (rc == 0) {
            f->found = 1;
            f->size = st.size;
            f->subsys = subsystems[i];
        } else if (rc != -QDIAG_E_ABSENT) {
            f->found = -1;
            *e = mine;
            return rc;
        }
    }
    return 0;
}

static const char *stored_name(const struct qd_pf *p, const struct lying *f)
{
    return qd_fota_stored_name(qd_fota_family(p->pf->versions.family), f->path);
}

/* In the user's storage. Not known: the path leads elsewhere. */
static int stat_user(struct qd_pf *p, struct lying *f, struct qdiag_error *e)
{
    const char *name = stored_name(p, f);
    struct qd_user_list list = {0};
    int rc = name ? qd_user_list(p->at->at, name, &list, e) : 0;

    f->found = rc == 0 && name ? list.n == 1 : -1;
    f->size = list.n == 1 ? list.v[0].size : 0;
    qd_user_list_free(&list);
    return rc;
}

static int read_lying(struct qd_pf *p, const struct lying *f, struct qd_buf *out,
                      struct qdiag_error *e)
{
    struct qd_efs fs;
    int rc;

    if (!f->subsys)
        return qd_user_get(p->at->at, stored_name(p, f), f->size, out, e);
    rc = qd_efs_open(&fs, p->dev->diag, f->subsys, e);
    return rc ? rc : qd_efs_read(&fs, f->path, out, e);
}

/* The unit flashes what lies there, so the same size is not enough. */
static int compare_bytes(struct qd_pf *p, const struct lying *f, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_buf bytes = {0};
    char sha256[65] = "";
    int rc = read_lying(p, f, &bytes, &mine);

    if (rc == 0)
        qd_sha256_hex(bytes.p, bytes.len, sha256);
    qd_buf_free(&bytes);
    if (rc != 0)
        return qd_pf_doubt(p, QD_PF_FILE, &mine, e);
    if (strcmp(sha256, p->pf->package.sha256) != 0)
        qd_pf_set(p, QD_PF_FILE, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "%.120s has the package's size, and other contents", f->path);
    else
        qd_pf_pass(p, QD_PF_FILE, "%.120s, %u bytes, those of the package", f->path, f->size);
    return 0;
}

static int check_file(struct qd_pf *p, struct qdiag_error *e)
{
    struct lying f = {.path = p->argument.path};
    struct qdiag_error mine = {0};
    int rc = is_family(p, "bg96") ? stat_efs(p, &f, &mine) : stat_user(p, &f, &mine);

    if (rc != 0)
        return qd_pf_doubt(p, QD_PF_FILE, &mine, e);
    if (f.found < 0)
        qd_pf_unknown(p, QD_PF_FILE, "%.160s: what lies there cannot be asked for", f.path);
    else if (!f.found)
        qd_pf_set(p, QD_PF_FILE, QDIAG_FAIL, QDIAG_E_DIFFERENT, "%.160s is not in the unit",
                  f.path);
    else if (!p->pf->package.size)
        qd_pf_unknown(p, QD_PF_FILE, "%.120s: %u bytes; with what to compare is not known", f.path,
                      f.size);
    else if (f.size != p->pf->package.size)
        qd_pf_set(p, QD_PF_FILE, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "%.120s has %u bytes, the package %llu", f.path, f.size,
                  (unsigned long long)p->pf->package.size);
    else
        return compare_bytes(p, &f, e);
    return 0;
}

static int check_space(struct qd_pf *p, struct qdiag_error *e)
{
    uint64_t room = 0, total = 0, size = p->pf->package.size;
    struct qdiag_error mine = {0};

    if (is_family(p, "bg96")) {
        qd_pf_skip(p, QD_PF_SPACE, "the package lies outside the storage that tells its space");
        return 0;
    }
    if (qd_user_space(p->at->at, &room, &total, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_SPACE, &mine, e);
    if (is_local(p) && p->pf->check[QD_PF_FILE].result == QDIAG_PASS)
        qd_pf_pass(p, QD_PF_SPACE, "the package is in; %llu of %llu bytes are free",
                   (unsigned long long)room, (unsigned long long)total);
    else if (!size)
        qd_pf_unknown(p, QD_PF_SPACE, "%llu bytes are free; the size of the package is not known",
                      (unsigned long long)room);
    else if (room < size)
        qd_pf_set(p, QD_PF_SPACE, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "%llu bytes are free, the package has %llu", (unsigned long long)room,
                  (unsigned long long)size);
    else
        qd_pf_pass(p, QD_PF_SPACE, "%llu bytes are free for %llu", (unsigned long long)room,
                   (unsigned long long)size);
    return 0;
}

static int check_certificates(struct qd_pf *p, struct qdiag_error *e)
{
    struct lying f = {.path = "/datatx/fota_cacert.pem"};
    struct qdiag_error mine = {0};

    if (p->argument.scheme != QDIAG_FOTA_HTTPS || !is_family(p, "bg96")) {
        qd_pf_skip(p, QD_PF_CERTIFICATES, "%s",
                   p->argument.scheme == QDIAG_FOTA_HTTPS
                       ? "where they lie is not documented for this family"
                       : "not for this source");
        return 0;
    }
    if (stat_efs(p, &f, &mine) != 0)
        return qd_pf_doubt(p, QD_PF_CERTIFICATES, &mine, e);
    if (f.found < 0)
        qd_pf_unknown(p, QD_PF_CERTIFICATES, "they are looked for over DIAG, which does not tell");
    else if (!f.found)
        qd_pf_unknown(
            p, QD_PF_CERTIFICATES,
            "%s is not there, and nothing tells whether the unit goes on without: put the "
            "server's CA there, `qdiag ufs files put CA.pem fota_cacert.pem`, or name an "
            "http:// URL or a file in the unit",
            f.path);
    else if (!f.size)
        qd_pf_set(p, QD_PF_CERTIFICATES, QDIAG_FAIL, QDIAG_E_DIFFERENT, "%s is empty", f.path);
    else
        qd_pf_pass(p, QD_PF_CERTIFICATES, "%s, %u bytes", f.path, f.size);
    return 0;
}

/* ---- which of them ---- */

static const enum qd_pf_row air[] = {QD_PF_SIGNAL, QD_PF_REGISTRATION, QD_PF_OPERATOR, QD_PF_APN};
static const enum qd_pf_row stored[] = {QD_PF_FILE, QD_PF_SPACE, QD_PF_CERTIFICATES};

static void without_source(struct qd_pf *p)
{
    for (size_t i = 0; i < 7; i++) {
        enum qd_pf_row row = i < 4 ? air[i] : stored[i - 4];

        if (p->o->source)
            qd_pf_unknown(p, row, "asked only when the source is one the family takes");
        else
            qd_pf_skip(p, row, "no source was given");
    }
}

static int check_air(struct qd_pf *p, struct qdiag_error *e)
{
    int rc = check_signal(p, e);

    if (rc == 0)
        rc = check_registration(p, e);
    if (rc == 0)
        rc = check_operator(p, e);
    return rc ? rc : check_apn(p, e);
}

int qd_pf_transport(struct qd_pf *p, struct qdiag_error *e)
{
    int rc = 0;

    if (!p->has_argument || !p->at) {
        without_source(p);
        return 0;
    }
    if (is_local(p)) {
        for (size_t i = 0; i < 4; i++)
            qd_pf_skip(p, air[i], "the package comes from the unit itself");
        rc = check_file(p, e);
    } else {
        qd_pf_skip(p, QD_PF_FILE, "the unit downloads it");
        rc = check_air(p, e);
    }
    if (rc == 0)
        rc = check_space(p, e);
    return rc ? rc : check_certificates(p, e);
}

/* ---- 12: power ---- */

int qd_pf_power(struct qd_pf *p, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    unsigned mv = 0;
    int rc = 0;

    if (p->at && qd_supply_read(p->at->at, &mv, &mine) != 0)
        rc = qd_pf_doubt(p, QD_PF_POWER, &mine, e); /* what is not told is not needed */
    if (rc != 0)
        return rc;
    if (mv && mv < LOW_MV)
        qd_pf_set(p, QD_PF_POWER, QDIAG_FAIL, QDIAG_E_DIFFERENT,
                  "the supply has %u mV by AT+CBC, less than %u", mv, LOW_MV);
    else if (!p->o->power)
        qd_pf_unknown(p, QD_PF_POWER, "no command proves it, and nobody has said so");
    else if (mv)
        qd_pf_pass(p, QD_PF_POWER, "by the operator's word; AT+CBC: %u mV", mv);
    else
        qd_pf_pass(p, QD_PF_POWER, "by the operator's word");
    return 0;
}
