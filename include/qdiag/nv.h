/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Numbered NV items of a connected unit, one at a time or as a list. Reading only; changes go through
 * restore.h. */
#ifndef QDIAG_NV_H
#define QDIAG_NV_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/device.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define QDIAG_NV_BYTES 128

/* One element of one item as the unit holds it. */
struct qdiag_nv_item {
    int sub;                       /* 0..2 */
    long nv;                       /* id, 0..65535 */
    unsigned index;                /* array element; 0 for a plain item */
    const char *class_name;        /* "identity", "calibration", …, "unknown" */
    char name[64];                 /* from the names file, or "" */
    char value[256];               /* in words; "hidden" for masked bytes; "" when not known */
    int is_private;                /* says who a unit is, or opens it */
    int has_data;                  /* 0: masked */
    uint8_t data[QDIAG_NV_BYTES];
};

/* Where an element stands. */
struct qdiag_nv_place {
    int sub;        /* 0..2 */
    long nv;        /* id, 0..65535 */
    unsigned index; /* array element, 0..255; 0 for a plain item */
};

/* Reads one element of one item.
 *
 * @param dev    the device.
 * @param place  which one.
 * @param show   0: bytes that say who a unit is, or open it, are masked; 1: all is shown.
 * @param item   filled on success.
 * @param e      set on failure; wire holds the NV status or the DIAG error byte.
 * Time: one request, more while the unit is busy. Unit: reads only. Owner: the caller's struct.
 * Returns: 0; -QDIAG_E_ABSENT (the unit has no such item, or it is not active), -QDIAG_E_LOCKED,
 *          -QDIAG_E_REFUSED (any other answer), -QDIAG_E_USAGE, -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED.
 * Source: docs/formats/diag.md. */
QDIAG_API int qdiag_nv_read(struct qdiag_device *dev, const struct qdiag_nv_place *place, int show,
                            struct qdiag_nv_item *item, struct qdiag_error *e);

/* What to ask for. */
struct qdiag_nv_range {
    int sub;          /* 0..2 */
    long first, last; /* ids, 0..65535 */
    int show;         /* as in qdiag_nv_read */
};

/* What became of a list. */
struct qdiag_nv_count {
    size_t present, absent, locked, unreadable; /* items asked for */
};

/* Called for each item that is there; a non-zero answer ends the list. */
typedef int (*qdiag_nv_fn)(const struct qdiag_nv_item *item, void *user);

/* Asks for every id of a range and reports those that are there, element by element.
 *
 * @param dev    the device.
 * @param range  subscription and ids.
 * @param fn     called in the order of ids.
 * @param user   passed back as it is.
 * @param count  filled, also on failure.
 * @param e      set on failure.
 * Time: one request per id. Unit: reads only. Owner: items live during the call of fn.
 * Returns: 0 (also when fn ended the list); -QDIAG_E_INCOMPLETE (ran to the end, but some ids
 *          could not be read), -QDIAG_E_USAGE, -QDIAG_E_LINK_*, -QDIAG_E_CANCELLED. */
QDIAG_API int qdiag_nv_list(struct qdiag_device *dev, const struct qdiag_nv_range *range,
                            qdiag_nv_fn fn, void *user, struct qdiag_nv_count *count,
                            struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif
