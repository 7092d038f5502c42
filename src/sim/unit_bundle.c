/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Where bundled units lie: $QDIAG_SIM_UNITS, the source tree the program was built from (for a run
 * before installation), the installed folder, in this order. Reads folders; must never create any.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "sim/unit.h"
#include "sim/unit_archive.h"

#ifndef SIM_UNITS_SRC
#define SIM_UNITS_SRC ""
#endif

#define SUFFIX     ".unit"
#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define PLACES     3

static const char *place(int i)
{
    const char *env = getenv("QDIAG_SIM_UNITS");

    if (i == 0)
        return env ? env : "";
    return i == 1 ? SIM_UNITS_SRC : PKGDATADIR "/units";
}

static int name_ok(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n <= 64 && strspn(name, NAME_CHARS) == n;
}

static void names_free(char **v)
{
    for (size_t i = 0; v && v[i]; i++)
        free(v[i]);
    free(v);
}

/* "eg95 em160", for the message that a name is not known. */
static void names_text(char *out, size_t cap)
{
    char **v = sim_unit_names();
    size_t at = 0;

    snprintf(out, cap, "none");
    for (size_t i = 0; v && v[i] && at < cap; i++) {
        int n = snprintf(out + at, cap - at, "%s%s", i ? " " : "", v[i]);
        at += n > 0 ? (size_t)n : 0;
    }
    names_free(v);
}

int sim_unit_find(const char *name, char *file, size_t file_cap, char *err, size_t cap)
{
    char known[256];

    for (int i = 0; name_ok(name) && i < PLACES; i++) {
        const char *dir = place(i);
        int n = snprintf(file, file_cap, "%s/%s" SUFFIX, dir, name);
        if (*dir && n > 0 && (size_t)n < file_cap && access(file, R_OK) == 0)
            return 0;
    }
    names_text(known, sizeof(known));
    snprintf(err, cap, "no bundled unit is called `%.64s`; there are: %s", name, known);
    return -1;
}

/* Adds a name unless it is there; takes it over. 0, or -1 out of memory. */
static int add_name(char ***v, size_t *n, size_t *room, char *name)
{
    for (size_t i = 0; i < *n; i++)
        if (strcmp((*v)[i], name) == 0) {
            free(name);
            return 0;
        }
    char **more = qd_grow(*v, *n + 1, room, sizeof(**v)); /* one spare for the closing NULL */
    if (more == NULL) {
        free(name);
        return -1;
    }
    *v = more;
    more[(*n)++] = name;
    more[*n] = NULL;
    return 0;
}

static int add_place(char ***v, size_t *n, size_t *room, const char *dir)
{
    const struct dirent *de;
    DIR *d = *dir ? opendir(dir) : NULL;
    int rc = 0;

    if (d == NULL)
        return 0; /* a place that is not there has no units */
    while (rc == 0 && (de = readdir(d)) != NULL) {
        size_t len = strlen(de->d_name);
        if (len <= strlen(SUFFIX) || strcmp(de->d_name + len - strlen(SUFFIX), SUFFIX) != 0)
            continue;
        char *name = qd_strndup(de->d_name, len - strlen(SUFFIX));
        rc = name ? add_name(v, n, room, name) : -1;
    }
    closedir(d);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

char **sim_unit_names(void)
{
    size_t n = 0, room = 0;
    char **v = qd_grow(NULL, 0, &room, sizeof(*v));

    if (v == NULL)
        return NULL;
    v[0] = NULL;
    for (int i = 0; i < PLACES; i++) {
        if (add_place(&v, &n, &room, place(i)) != 0) {
            names_free(v);
            return NULL;
        }
    }
    qsort(v, n, sizeof(*v), by_name);
    return v;
}
