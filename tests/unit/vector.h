/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Test vectors as text: "4b 13 00*12 ff" = bytes in hex, hh*n = n times. */
#ifndef QD_TESTS_VECTOR_H
#define QD_TESTS_VECTOR_H

#include <stddef.h>
#include <stdint.h>

struct vec {
    uint8_t p[2048];
    size_t n;
};

/* The bytes of the text. Stops the program on a text that is no vector. */
struct vec vec(const char *text);

/* The payload of a wire frame given as text; its CRC is checked. */
struct vec wire_vec(const char *text);

/* Fails the cmocka test unless p is exactly the payload of the wire frame. */
void assert_payload(const uint8_t *p, size_t n, const char *wire);

#endif
