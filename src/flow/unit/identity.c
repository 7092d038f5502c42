/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Gathers who a unit is from DIAG answers and NV items. Reads only; identity is never encoded here.
 */
#include "base/error.h"
#include "flow/unit/identity.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "model/ident.h"
#include "service/efs.h"
#include "service/nv.h"

#define NV_ESN      0
#define NV_FTM      453
#define NV_IMEI     550
#define NV_MEID     1943
#define ESN_NONE    0xDEADD00Du
#define START_TRIES 30u /* seconds to wait for a modem side that is still starting */

/* The class names of the model are those of the public header, value by value. */
_Static_assert((int)QD_IDENT_UNKNOWN == (int)QDIAG_IDENT_UNKNOWN &&
                   (int)QD_IDENT_BLANK == (int)QDIAG_IDENT_BLANK &&
                   (int)QD_IDENT_USABLE == (int)QDIAG_IDENT_USABLE &&
                   (int)QD_IDENT_DAMAGED == (int)QDIAG_IDENT_DAMAGED,
               "identity classes differ from the public header");

static int wait_for_modem(struct qdiag_device *dev, struct qd_unit_info *u, struct qdiag_error *e)
{
    for (unsigned i = 0; i < START_TRIES; i++) {
        int rc = qd_cancel_check(dev->ctx->cancel, e);
        if (rc == 0)
            rc = qd_unit_info_read(dev->diag, u, e);
        if (rc != 0 || !u->has_verno || u->modem_up)
            return rc;
        qd_progress(dev->ctx, "waiting", i, START_TRIES, "the modem side is still starting");
        dev->ctx->clock->sleep_us(dev->ctx->clock->user, 1000000);
    }
    return qd_fail(e, QDIAG_E_LINK_SILENT, qdiag_device_address(dev),
                   "the port answers, but the modem side behind it is not up after %u s",
                   START_TRIES);
}

static int read_imei(struct qdiag_device *dev, struct qdiag_identity *id, struct qdiag_error *e)
{
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++) {
        struct qd_nv_answer a;
        int rc = qd_nv_read(dev->diag, sub, NV_IMEI, 0, &a, e);
        if (rc != 0)
            return rc;
        if (a.state == QD_NV_PRESENT)
            id->imei_state[sub] = (enum qdiag_ident_state)qd_imei_decode(a.data, id->imei[sub]);
        else if (a.state == QD_NV_ABSENT && a.status == 5)
            id->imei_state[sub] = QDIAG_IDENT_BLANK;
    }
    return 0;
}

static int read_meid(struct qdiag_device *dev, struct qdiag_identity *id, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(dev->diag, 0, NV_MEID, 0, &a, e);
    if (rc == 0 && a.state == QD_NV_PRESENT)
        id->meid_state = (enum qdiag_ident_state)qd_meid_decode(a.data, id->meid);
    return rc;
}

static int read_esn(struct qdiag_device *dev, struct qdiag_identity *id,
                    const struct qd_unit_info *u, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(dev->diag, 0, NV_ESN, 0, &a, e);
    if (rc != 0)
        return rc;
    if (a.state == QD_NV_PRESENT && qd_get32(a.data) != 0)
        id->esn = qd_get32(a.data);
    else
        id->esn = u->has_esn && u->esn ? u->esn : ESN_NONE;
    id->esn_state = (enum qdiag_ident_state)qd_esn_class(id->esn);
    return 0;
}

static int read_ftm(struct qdiag_device *dev, struct qdiag_identity *id, struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(dev->diag, 0, NV_FTM, 0, &a, e);
    id->ftm = rc == 0 && a.state == QD_NV_PRESENT ? a.data[0] != 0 : -1;
    return rc;
}

static void copy_info(struct qdiag_identity *id, const struct qd_unit_info *u)
{
    id->model_number = u->has_build ? (uint16_t)u->mobile_model : 0;
    id->msm_hw_rev = u->has_build ? u->msm_hw_rev : 0;
    qd_copy_text(id->model, sizeof id->model, u->has_build ? u->model : "");
    qd_copy_text(id->software, sizeof id->software, u->has_build ? u->software : "");
    if (u->has_verno) {
        qd_copy_text(id->ver_dir, sizeof id->ver_dir, u->ver_dir);
        qd_copy_text(id->comp_date, sizeof id->comp_date, u->comp_date);
        qd_copy_text(id->comp_time, sizeof id->comp_time, u->comp_time);
    }
    id->feature_len = u->has_feature ? u->feature_len : 0;
}

int qd_identity_read(struct qdiag_device *dev, struct qdiag_identity *id, struct qd_unit_info *info,
                     struct qdiag_error *e)
{
    struct qd_unit_info own, *u = info ? info : &own;
    memset(id, 0, sizeof *id);
    memset(u, 0, sizeof *u);
    int rc = wait_for_modem(dev, u, e);
    if (rc == 0)
        rc = read_imei(dev, id, e);
    if (rc == 0)
        rc = read_meid(dev, id, e);
    if (rc == 0)
        rc = read_esn(dev, id, u, e);
    if (rc == 0)
        rc = read_ftm(dev, id, e);
    copy_info(id, u);
    if (rc == 0) {
        dev->identity = *id;
        dev->identified = 1;
    }
    return rc;
}

int qdiag_identity_read(struct qdiag_device *dev, struct qdiag_identity *id, struct qdiag_error *e)
{
    static const uint8_t subsystems[2] = {QD_EFS_FS, QD_EFS_ALT};
    int rc = qd_identity_read(dev, id, NULL, e);
    for (size_t i = 0, n = 0; rc == 0 && i < 2; i++) {
        struct qd_efs fs;
        struct qdiag_error why = {0};
        int there = qd_efs_open(&fs, dev->diag, subsystems[i], &why);
        if (there == 0)
            id->efs[n++] = subsystems[i];
        else
            qd_log(dev->ctx, QDIAG_LOG_INFO, "efs", "subsystem 0x%02X: %s: %s", subsystems[i],
                   why.what, why.why);
        if (qd_ends_run(there)) {
            if (e)
                *e = why;
            rc = there;
        }
    }
    return rc;
}

/* An identity that cannot be read any more is a doubt, not a difference. */
static int same_state(enum qdiag_ident_state a, enum qdiag_ident_state b, const char *what,
                      struct qdiag_error *e)
{
    if (a == b)
        return 0;
    if (a == QDIAG_IDENT_UNKNOWN || b == QDIAG_IDENT_UNKNOWN)
        return qd_fail(e, QDIAG_E_UNKNOWN, NULL,
                       "the %s could be read only once, so it is not sure that this is one unit",
                       what);
    return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL, "the %s changed during the run", what);
}

int qd_identity_same(const struct qdiag_identity *a, const struct qdiag_identity *b,
                     struct qdiag_error *e)
{
    int rc = same_state(a->meid_state, b->meid_state, "MEID", e);
    for (unsigned sub = 0; rc == 0 && sub < QDIAG_SUBS; sub++) {
        rc = same_state(a->imei_state[sub], b->imei_state[sub], "IMEI", e);
        if (rc == 0 && strcmp(a->imei[sub], b->imei[sub]) != 0)
            rc = qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL,
                         "the IMEI of subscription %u changed during the run", sub);
    }
    if (rc != 0)
        return rc;
    if (strcmp(a->meid, b->meid) != 0)
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL, "%s", "the MEID changed during the run");
    if (a->esn != b->esn)
        return qd_fail(e, QDIAG_E_NOT_SAME_UNIT, NULL, "%s", "the ESN changed during the run");
    return 0;
}

void qdiag_identity_mask(const char *digits, char out[16])
{
    qd_ident_mask(digits, out);
}
