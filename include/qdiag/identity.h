/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Who a unit is. Identity is read and compared, never edited. */
#ifndef QDIAG_IDENTITY_H
#define QDIAG_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QDIAG_SUBS 3 /* subscriptions (contexts) a QCN can hold */

enum qdiag_ident_state {
    QDIAG_IDENT_UNKNOWN = 0, /* not there, or could not be read */
    QDIAG_IDENT_BLANK,       /* there and blank */
    QDIAG_IDENT_USABLE,
    QDIAG_IDENT_DAMAGED      /* neither blank nor well formed */
};

struct qdiag_identity {
    enum qdiag_ident_state imei_state[QDIAG_SUBS];
    char imei[QDIAG_SUBS][16]; /* 15 digits when usable, else "" */
    enum qdiag_ident_state meid_state;
    char meid[15];             /* 14 hex digits when usable */
    enum qdiag_ident_state esn_state;
    uint32_t esn;              /* item 0, else the DIAG answer; 0xDEADD00D = placeholder */
    uint16_t model_number;     /* from the extended build id; 0 = not known */
    char model[256];           /* second string of the extended build id */
    char software[256];        /* firmware string of the extended build id */
    char ver_dir[9], comp_date[12], comp_time[9]; /* VERNO; "" = not known */
    uint32_t msm_hw_rev;
    size_t feature_len;        /* bytes of the feature mask; 0 = none */
    int ftm;                   /* item 453: 1 factory test mode, 0 normal, -1 not known */
    unsigned char efs[2];      /* EFS subsystems that answer: 0x13 and/or 0x3E; 0 = none */
};

/* Reads identity and firmware of a unit.
 *
 * @param dev  the device.
 * @param id   filled; what the unit does not have stays zero.
 * @param e    set on failure.
 * Time: about a dozen requests; waits up to 30 s for a modem side that is still starting.
 * Unit: reads only. Owner: borrows dev.
 * Returns: 0, -QDIAG_E_LINK_GONE, -QDIAG_E_LINK_SILENT, -QDIAG_E_LINK_IO, -QDIAG_E_CANCELLED. */
QDIAG_API int qdiag_identity_read(struct qdiag_device *dev, struct qdiag_identity *id,
                                  struct qdiag_error *e);

/* What may be shown of an identity number: "…0015", or "" for an empty text.
 *
 * @param digits  the number.
 * @param out     16 bytes.
 * Time: none. Unit: none. Owner: caller's buffer. Returns: nothing. */
QDIAG_API void qdiag_identity_mask(const char *digits, char out[16]);

#ifdef __cplusplus
}
#endif
#endif
