/* SPDX-License-Identifier: BSD-3-Clause
 *
 * UTF-8, one character at a time: names in the tree are UTF-8, in files they are not. */
#ifndef QD_CONTAINER_UTF_H
#define QD_CONTAINER_UTF_H

#include <stddef.h>
#include <stdint.h>

/* The character at *s, which must not be at the NUL; 0. Broken bytes give U+FFFD and -1, and
 * advance by one, so that nothing is read past the NUL. */
int qd_utf8_next(const unsigned char **s, uint32_t *cp);

/* Number of bytes written. cp is at most 0x10FFFF. */
size_t qd_utf8_put(uint32_t cp, char out[4]);

#endif
