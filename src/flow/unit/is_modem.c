/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Tells the modem from another processor that speaks DIAG, as an audio DSP does: that one knows
 * neither NV items nor EFS. Reads only; asks for one item, and for EFS only when NV is not known.
 */
#include "flow/unit/device.h"
#include "service/efs.h"
#include "service/identity.h"
#include "service/nv.h"

#define NV_IMEI 550
#define BAD_CMD 0x13

int qd_device_is_modem(struct qdiag_device *dev, struct qdiag_error *e)
{
    static const uint8_t subsystems[2] = {QD_EFS_FS, QD_EFS_ALT};
    struct qd_nv_answer a;
    struct qd_unit_info u = {0};
    int rc = qd_nv_read(dev->diag, 0, NV_IMEI, 0, &a, e);
    if (rc != 0 || a.bad != BAD_CMD)
        return rc != 0 ? rc : 1;
    rc = qd_unit_info_read(dev->diag, &u, e);
    if (rc != 0 || (u.has_verno && !u.modem_up)) /* still starting: it may know more later */
        return rc != 0 ? rc : 1;
    for (unsigned i = 0; i < 2; i++) {
        struct qd_efs fs;
        struct qdiag_error why = {0};
        rc = qd_efs_open(&fs, dev->diag, subsystems[i], &why);
        if (rc == -QDIAG_E_UNSUPPORTED)
            continue;
        if (rc == 0 || rc == -QDIAG_E_LOCKED)
            return 1;
        if (e)
            *e = why;
        return rc;
    }
    return 0;
}
