/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Knowing a unit again: before the first write, after a reset, before a resume. Reads a dozen
 * items; values are compared and never kept. */
#include <string.h>
#include <sys/random.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/text.h"
#include "flow/unit/device.h"
#include "flow/plan/planned.h"
#include "service/nv.h"

#define SALT_BYTES 16u

static const struct {
    uint8_t sub;
    uint16_t id;
} items[] = {{0, 550}, {1, 550},  {2, 550}, {0, 1943}, {0, 0},
             {0, 571}, {0, 4954}, {0, 447}, {0, 4678}};

/* An item that cannot be read is listed as missing: unknown, which is not blank. */
static int read_item(struct qdiag_device *dev, struct qd_backup *b, unsigned sub, uint16_t id,
                     struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(dev->diag, sub, id, 0, &a, e);
    if (rc == 0 && a.state == QD_NV_PRESENT)
        return qd_backup_add_nv(b, sub, id, 0, a.data, e);
    if (rc != 0 || a.state == QD_NV_ABSENT)
        return rc;
    struct qd_missing m = {.kind = QD_MISSING_UNREADABLE,
                           .sub = (int)sub,
                           .nv = id,
                           .reason = a.reason,
                           .wire = a.status};
    return qd_backup_add_missing(b, &m, e);
}

int qd_evidence_live(struct qdiag_device *dev, struct qd_anchors *a, struct qdiag_error *e)
{
    struct qd_backup *b = qd_backup_new();
    int rc = b ? 0 : qd_nomem(e);
    for (size_t i = 0; rc == 0 && i < sizeof items / sizeof *items; i++)
        rc = read_item(dev, b, items[i].sub, items[i].id, e);
    if (rc == 0) {
        qd_anchors_from_backup(b, 1, a);
        qd_anchors_set(a, QD_ANCHOR_USB_SERIAL, dev->usb_serial);
    }
    qd_backup_free(&b);
    return rc;
}

int qd_evidence_same(struct qdiag_device *dev, const char *salt, const char *digest,
                     struct qdiag_error *e)
{
    struct qd_anchors a;
    uint8_t bytes[SALT_BYTES];
    if (!digest[0]) {
        qd_log(dev->ctx, QDIAG_LOG_WARN, "guard",
               "the unit showed nothing to know it by; its port is all that was compared");
        return 0;
    }
    if (strlen(salt) != 2 * sizeof bytes || qd_unhex(salt, bytes, sizeof bytes) != 0)
        return qd_fail(e, QDIAG_E_FILE_DAMAGED, NULL, "%s", "the salt of the unit's digest");
    int rc = qd_evidence_live(dev, &a, e);
    if (rc != 0 || qd_anchors_match(&a, bytes, digest))
        return rc;
    rc = qd_fail(e, QDIAG_E_NOT_SAME_UNIT, qdiag_device_address(dev), "%s",
                 "the unit at this port is not the one the plan was made for");
    qd_hint(e, "%s", "connect that unit and run the same command again");
    return rc;
}

int qd_evidence_sign(const struct qd_anchors *unit, char salt[65], char digest[65],
                     struct qdiag_error *e)
{
    uint8_t bytes[SALT_BYTES];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return qd_fail(e, QDIAG_E_FAILED, NULL, "%s", "the system gives no random bytes");
    qd_hex(bytes, sizeof bytes, salt);
    qd_anchors_digest(unit, bytes, digest);
    return 0;
}
