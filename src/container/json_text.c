/* SPDX-License-Identifier: BSD-3-Clause
 *
 * JSON as text. What jansson does not say, errno does: nothing else in these calls sets ENOMEM.
 * Must never give back what is only a part. */
#include "container/json_text.h"

#include <errno.h>
#include <stdlib.h>

struct text {
    const char *p;
    size_t n;
    int nomem;
};

/* A byte at a time: between two, all that may have failed is that the last one was kept. Later the
 * reader sets errno to 0 for a number. */
static size_t next(void *to, size_t size, void *user)
{
    struct text *t = user;
    t->nomem |= errno == ENOMEM;
    if (t->nomem || size == 0)
        return (size_t)-1;
    if (t->n == 0)
        return 0;
    *(char *)to = *t->p++;
    t->n--;
    return 1;
}

json_t *qd_json_read(const void *p, size_t n, json_error_t *why, int *nomem)
{
    struct text t = {p, n, 0};
    errno = 0;
    json_t *j = json_load_callback(next, &t, JSON_REJECT_DUPLICATES, why);
    *nomem = t.nomem || errno == ENOMEM;
    if (!*nomem)
        return j;
    json_decref(j);
    return NULL;
}

char *qd_json_write(const json_t *j, size_t flags)
{
    errno = 0;
    char *text = json_dumps(j, flags);
    if (errno != ENOMEM)
        return text;
    free(text);
    return NULL;
}
