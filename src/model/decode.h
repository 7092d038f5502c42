/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Values of NV items and EFS files in words, for people only: nothing decides by them. Identities
 * and codes are masked unless the caller may show them. */
#ifndef QD_MODEL_DECODE_H
#define QD_MODEL_DECODE_H

#include <stddef.h>
#include <stdint.h>

#include "model/catalog.h"

/* Whether bytes of this class say who a unit or its user is, or open a lock. */
int qd_class_is_private(enum qd_class c);

/* As above, and APN profiles too: they can hold passwords. */
int qd_path_is_private(const char *path);

/* Both return 1 with text in out, or 0 with "" when nothing is known about the value. data holds
 * QD_NV_SIZE bytes. show: 1 puts identities and codes in full. */
int qd_decode_nv(uint16_t id, const uint8_t *data, int show, char *out, size_t cap);
int qd_decode_file(const char *path, const uint8_t *p, size_t n, char *out, size_t cap);

/* 1 for a client text that marks a copy without identity ("qdiag VERSION redacted"); NULL is none. */
int qd_client_is_redacted(const char *client);

/* The time field of an EFS_Backup entry: "" for 0, "no date" for the GPS epoch, else UTC. */
void qd_decode_mtime(uint32_t mtime, char out[32]);

#endif
