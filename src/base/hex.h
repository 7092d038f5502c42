/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Hexadecimal text. */
#ifndef QD_BASE_HEX_H
#define QD_BASE_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Lower-case hex without spaces; out must hold 2*n + 1 bytes. */
void qd_hex(const uint8_t *p, size_t n, char *out);

/* Value of a hex digit, or -1. */
int qd_hex_digit(int c);

/* Parses exactly 2*n hex digits (no spaces) into out; 0, or -1 on any other character or a NUL. */
int qd_unhex(const char *s, uint8_t *out, size_t n);

#endif
