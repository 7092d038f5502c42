/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The NV items of a unit folder: nv/<sub>/<id> and nv/<sub>/<id>.<index>, 128 bytes each. Knows
 * where the bytes are, not who may read or write them. */
#include "sim/unit_store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/fsio.h"

static long key_of(unsigned id, int index)
{
    return (long)id * 512 + index + 1;
}

static int compare(const void *a, const void *b)
{
    const struct sim_nv *x = a, *y = b;
    long kx = key_of(x->id, x->index), ky = key_of(y->id, y->index);
    return (kx > ky) - (kx < ky);
}

/* Place of the first entry that is not before (id, index). */
static size_t lower_bound(const struct sim_nv_set *s, unsigned id, int index)
{
    size_t lo = 0, hi = s->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (key_of(s->v[mid].id, s->v[mid].index) < key_of(id, index))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static struct sim_nv *exact(const struct sim_nv_set *s, unsigned id, int index)
{
    size_t i = lower_bound(s, id, index);
    return i < s->n && s->v[i].id == id && s->v[i].index == index ? &s->v[i] : NULL;
}

struct sim_nv *sim_nv_find(struct sim_unit *u, unsigned sub, unsigned id, unsigned index)
{
    if (sub >= u->subs)
        return NULL;
    struct sim_nv *nv = exact(&u->nv[sub], id, (int)index);
    return nv ? nv : exact(&u->nv[sub], id, -1);
}

static struct sim_nv *insert(struct sim_nv_set *s, unsigned id, int index)
{
    size_t i = lower_bound(s, id, index);
    struct sim_nv *v = qd_grow(s->v, s->n, &s->cap, sizeof *v);
    if (!v)
        return NULL;
    s->v = v;
    memmove(v + i + 1, v + i, (s->n - i) * sizeof *v);
    memset(&v[i], 0, sizeof v[i]);
    v[i].id = (uint16_t)id;
    v[i].index = (int16_t)index;
    s->n++;
    return &v[i];
}

int sim_nv_store(struct sim_unit *u, unsigned sub, unsigned id, const uint8_t *data)
{
    struct sim_nv_set *s = &u->nv[sub];
    struct sim_nv *nv = sim_nv_find(u, sub, id, data[0]);
    if (!nv) {
        size_t i = lower_bound(s, id, -1);
        int array = i < s->n && s->v[i].id == id;
        nv = insert(s, id, array ? data[0] : -1);
    }
    if (!nv)
        return -1;
    memcpy(nv->data, data, SIM_NV_BYTES);
    nv->dirty = 1;
    u->nv_dirty = 1;
    return 0;
}

/* A decimal number of `name` up to max, without leading zeros; the byte behind it, or NULL. */
static const char *parse_number(const char *name, unsigned max, int *out)
{
    size_t n = strspn(name, "0123456789");
    if (n == 0 || n > 5 || (n > 1 && name[0] == '0'))
        return NULL;
    unsigned long v = strtoul(name, NULL, 10);
    if (v > max)
        return NULL;
    *out = (int)v;
    return name + n;
}

static int parse_name(const char *name, int *id, int *index)
{
    const char *p = parse_number(name, 65535, id);
    *index = -1;
    if (p && *p == '.')
        p = parse_number(p + 1, 255, index);
    return p && !*p ? 0 : -1;
}

static int load_item(struct sim_unit *u, unsigned sub, const char *folder, const char *name,
                     char *err, size_t cap)
{
    struct qdiag_error e = {0};
    int id, index;
    size_t len = 0;
    uint8_t *bytes = NULL;
    char path[64];
    if (parse_name(name, &id, &index) != 0)
        return sim_err(err, cap, "%s/%s: an NV file is named <id> or <id>.<index>", folder, name);
    snprintf(path, sizeof path, "/nv/%u/%s", sub, name);
    char *full = sim_unit_path(u, path, "");
    int rc = full ? qd_read_file(full, SIM_NV_BYTES, &bytes, &len, &e) : -1;
    free(full);
    if (rc != 0)
        return sim_err(err, cap, "%s/%s: %s", folder, name, e.why[0] ? e.why : "out of memory");
    struct sim_nv_set *s = &u->nv[sub];
    struct sim_nv *v = qd_grow(s->v, s->n, &s->cap, sizeof *v);
    if (v) {
        s->v = v;
        memset(&v[s->n], 0, sizeof v[s->n]);
        v[s->n].id = (uint16_t)id;
        v[s->n].index = (int16_t)index;
        memcpy(v[s->n].data, bytes, len);
        s->n++;
    }
    free(bytes);
    return v ? 0 : sim_err(err, cap, "%s/%s: out of memory", folder, name);
}

static int load_sub(struct sim_unit *u, unsigned sub, char *err, size_t cap)
{
    char name[16];
    snprintf(name, sizeof name, "/nv/%u", sub);
    char *folder = sim_unit_path(u, name, "");
    DIR *d = folder ? opendir(folder) : NULL;
    int rc = folder ? 0 : sim_err(err, cap, "%s%s: out of memory", u->dir, name);
    if (rc == 0 && !d && errno != ENOENT)
        rc = sim_err(err, cap, "%s: %s", folder, strerror(errno));
    for (struct dirent *de; d && rc == 0 && (de = readdir(d));)
        if (de->d_name[0] != '.')
            rc = load_item(u, sub, folder, de->d_name, err, cap);
    if (d)
        closedir(d);
    if (u->nv[sub].n)
        qsort(u->nv[sub].v, u->nv[sub].n, sizeof u->nv[sub].v[0], compare);
    free(folder);
    return rc;
}

/* Without the key `subs` there are as many subscriptions as nv/ has folders. */
static int find_subs(struct sim_unit *u, char *err, size_t cap)
{
    unsigned found = 1;
    char *folder = sim_unit_path(u, "/nv", "");
    DIR *d = folder ? opendir(folder) : NULL;
    int rc = folder ? 0 : sim_err(err, cap, "%s/nv: out of memory", u->dir);
    for (struct dirent *de; d && rc == 0 && (de = readdir(d));) {
        const char *n = de->d_name;
        if (n[0] == '.')
            continue;
        if (n[0] < '0' || n[0] > '2' || n[1])
            rc = sim_err(err, cap, "%s/%s: a folder in nv/ is named 0, 1 or 2", folder, n);
        else if ((unsigned)(n[0] - '0') >= found)
            found = (unsigned)(n[0] - '0') + 1;
    }
    if (d)
        closedir(d);
    free(folder);
    u->subs = sim_conf_number(u, "subs", found);
    if (rc == 0 && found > u->subs)
        rc = sim_err(err, cap, "%s/nv/%u: unit.conf says subs = %u", u->dir, found - 1, u->subs);
    return rc;
}

int sim_nv_load(struct sim_unit *u, char *err, size_t cap)
{
    int rc = find_subs(u, err, cap);
    for (unsigned sub = 0; rc == 0 && sub < u->subs; sub++)
        rc = load_sub(u, sub, err, cap);
    return rc;
}

int sim_nv_reload(struct sim_unit *u, char *err, size_t cap)
{
    struct sim_unit fresh = {.dir = u->dir, .conf = u->conf, .n_conf = u->n_conf};
    if (sim_nv_load(&fresh, err, cap) != 0) {
        sim_nv_free(&fresh);
        return -1;
    }
    sim_nv_free(u);
    memcpy(u->nv, fresh.nv, sizeof u->nv);
    u->nv_dirty = 0;
    return 0;
}

void sim_nv_free(struct sim_unit *u)
{
    for (unsigned sub = 0; sub < SIM_SUBS_MAX; sub++)
        free(u->nv[sub].v);
    memset(u->nv, 0, sizeof u->nv);
}

static int make_folder(struct sim_unit *u, const char *name, char *err, size_t cap)
{
    char *path = sim_unit_path(u, name, "");
    int rc = 0;
    if (!path)
        return sim_err(err, cap, "%s%s: out of memory", u->dir, name);
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        rc = sim_err(err, cap, "%s: %s", path, strerror(errno));
    free(path);
    return rc;
}

static int save_item(struct sim_unit *u, unsigned sub, struct sim_nv *nv, char *err, size_t cap)
{
    char name[40];
    snprintf(name, sizeof name, "/nv/%u", sub);
    if (make_folder(u, "/nv", err, cap) != 0 || make_folder(u, name, err, cap) != 0)
        return -1;
    if (nv->index < 0)
        snprintf(name, sizeof name, "/nv/%u/%u", sub, nv->id);
    else
        snprintf(name, sizeof name, "/nv/%u/%u.%d", sub, nv->id, nv->index);
    char *path = sim_unit_path(u, name, "");
    if (!path)
        return sim_err(err, cap, "%s%s: out of memory", u->dir, name);
    int rc = sim_save_bytes(path, nv->data, SIM_NV_BYTES, err, cap);
    if (rc == 0)
        nv->dirty = 0;
    free(path);
    return rc;
}

int sim_nv_commit(struct sim_unit *u, char *err, size_t cap)
{
    if (!u->nv_dirty)
        return 0;
    for (unsigned sub = 0; sub < u->subs; sub++)
        for (size_t i = 0; i < u->nv[sub].n; i++)
            if (u->nv[sub].v[i].dirty && save_item(u, sub, &u->nv[sub].v[i], err, cap) != 0)
                return -1;
    u->nv_dirty = 0;
    return 0;
}
