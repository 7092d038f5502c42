/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Section filling as the vendor tools do it: walked folders and the folders of rfnv.bl and rfc.bl
 * go to EFS_Backup, item files to Provisioning_Item_Files. A path no rule names still gets a place,
 * so that nothing the unit lists is left out. */
#include "model/sections.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

#define PATH_LIMIT 1024u /* longest path a reader of QCN files has to accept */

int qd_names_add(struct qd_names *s, const char *name)
{
    char **v = qd_grow(s->v, s->n, &s->cap, sizeof *s->v);
    if (!v)
        return -1;
    s->v = v;
    v[s->n] = qd_strdup(name);
    if (!v[s->n])
        return -1;
    s->n++;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void qd_names_sort(struct qd_names *s)
{
    if (s->n == 0)
        return;
    qsort(s->v, s->n, sizeof *s->v, by_name);
    size_t kept = 1;
    for (size_t i = 1; i < s->n; i++) {
        if (strcmp(s->v[i], s->v[kept - 1]) == 0)
            free(s->v[i]);
        else
            s->v[kept++] = s->v[i];
    }
    s->n = kept;
}

int qd_names_has(const struct qd_names *s, const char *name)
{
    return s->n && bsearch(&name, s->v, s->n, sizeof *s->v, by_name) != NULL;
}

void qd_names_free(struct qd_names *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->v[i]);
    free(s->v);
    memset(s, 0, sizeof *s);
}

static int add_line(struct qd_names *s, const uint8_t *p, size_t n)
{
    while (n && (p[n - 1] == ' ' || p[n - 1] == '\t' || (n > 1 && p[n - 1] == '/')))
        n--;
    while (n && (*p == ' ' || *p == '\t')) {
        p++;
        n--;
    }
    if (n < 2 || n > PATH_LIMIT || p[0] != '/')
        return 0;
    char path[PATH_LIMIT + 1];
    memcpy(path, p, n);
    path[n] = '\0';
    return qd_names_add(s, path);
}

int qd_names_add_lines(struct qd_names *s, const uint8_t *p, size_t n)
{
    size_t start = 0;
    for (size_t i = 0; i <= n; i++) {
        if (i < n && p[i] != '\n' && p[i] != '\r' && p[i] != '\0')
            continue;
        if (add_line(s, p + start, i - start) != 0)
            return -1;
        start = i + 1;
    }
    return 0;
}

static int below(const char *path, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static int below_any(const char *path, const char *const *folders)
{
    for (; *folders; folders++)
        if (below(path, *folders))
            return 1;
    return 0;
}

static int below_listed(const char *path, const struct qd_names *folders)
{
    for (size_t i = 0; i < folders->n; i++)
        if (below(path, folders->v[i]))
            return 1;
    return 0;
}

struct qd_place qd_section_place(const struct qd_section_rules *r, const char *path, uint32_t mode)
{
    static const char *const walked[] = {"/brew", "/cert", "/pdp_profiles", NULL};
    static const char *const rf[] = {"/nv/item_files/rfnv", "/rfc", NULL};
    static const char *const items[] = {"/nv/item_files", "/nv/reg_files", "/sd",
                                        "/cgps/nv/item_files", NULL};
    struct qd_place place = {QD_SEC_EFS_BACKUP, path, 1};
    if (below_any(path, walked)) {
        place.spelled = path + 1;
        place.keeps_time = 0;
        return place;
    }
    if (below_any(path, rf) || below_listed(path, &r->folders))
        return place;
    if (qd_names_has(&r->conf, path) || below_any(path, items) || (mode & 0170000u) == 0160000u) {
        place.section = QD_SEC_PROVISIONING;
        place.keeps_time = 0;
    }
    return place;
}
