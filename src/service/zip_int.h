/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Between the files of the gate: zip_gate.c (end record, order, the whole), zip_directory.c (the
 * directory and its names), zip_entry.c (headers and data of one entry). */
#ifndef QD_SERVICE_ZIP_INT_H
#define QD_SERVICE_ZIP_INT_H

#include "service/zip_gate.h"

enum qd_zip_rule {
#define QD_ZIP(id, name, text) QD_ZIP_##id,
#include "service/zip_rules.def"
#undef QD_ZIP
};

#define QD_ZIP_CHUNK           65536u
#define QD_ZIP_DESCRIPTOR_FLAG 0x0008u
#define QD_ZIP_EXTRA_ZIP64     0x0001u
#define QD_ZIP_EXTRA_NAME      0x7075u

struct qd_zip_entry {
    const uint8_t *name; /* in the directory, not terminated */
    uint16_t name_len, flags, method;
    uint32_t crc;
    uint64_t packed, size, at, end; /* at, end: of header, data and descriptor, in the file */
};

struct qd_zip {
    const struct qd_zip_reader *r;
    const struct qd_zip_visitor *v;
    uint8_t *dir;
    uint64_t dir_at;
    size_t dir_len, count;
    struct qd_zip_entry *entry;
    uint8_t *in, *out; /* QD_ZIP_CHUNK bytes each */
};

/* entry NULL: it is about the file. Returns -QDIAG_E_FILE_DAMAGED. */
int qd_zip_refuse(const struct qd_zip *z, const struct qd_zip_entry *entry, enum qd_zip_rule rule,
                  struct qdiag_error *e);

/* The name as a text; cap QD_ZIP_NAME_MAX + 1. */
void qd_zip_name(const struct qd_zip_entry *entry, char *out, size_t cap);

/* Reads the directory into z->entry and judges what needs no look elsewhere. */
int qd_zip_directory(struct qd_zip *z, struct qdiag_error *e);

/* Judges the header in front of the data, unpacks, judges what is behind; sets entry->end. */
int qd_zip_entry_check(const struct qd_zip *z, struct qd_zip_entry *entry, struct qdiag_error *e);

#endif
