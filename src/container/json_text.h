/* SPDX-License-Identifier: BSD-3-Clause
 *
 * JSON as text, where memory may run out: jansson's reader and writer then leave characters out of
 * strings and call it a success, or call it a mistake in the text. */
#ifndef QD_CONTAINER_JSON_TEXT_H
#define QD_CONTAINER_JSON_TEXT_H

#include <jansson.h>

/* NULL with *nomem set when memory ran out, else with *why (which may be NULL). Keys that are there
 * twice are refused. */
json_t *qd_json_read(const void *p, size_t n, json_error_t *why, int *nomem);

/* NULL only when memory ran out; free() it. */
char *qd_json_write(const json_t *j, size_t flags);

#endif
