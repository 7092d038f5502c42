/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A user's files: they lie in /datatx of the application's tree (of the only tree, where there is
 * but one), so that a backup of that file system holds them. Data mode must never take a byte more
 * than was declared: what comes behind is a command again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sim/at_int.h"

#define FOLDER     "datatx"
#define TOTAL      (4u << 20)
#define FIRST_SIZE 10240u
#define GUARD_US   1000000u

static struct sim_tree *tree(struct sim_at *a)
{
    return &a->unit->tree[a->unit->tree[1].present ? 1 : 0];
}

static struct sim_node *folder(struct sim_at *a)
{
    return sim_node_child(tree(a)->root, FOLDER, strlen(FOLDER));
}

static struct sim_node *find(struct sim_at *a, const char *name)
{
    struct sim_node *dir = folder(a);

    return dir ? sim_node_child(dir, name, strlen(name)) : NULL;
}

static uint64_t used(struct sim_at *a)
{
    struct sim_node *dir = folder(a);
    uint64_t n = 0;

    for (size_t i = 0; dir && i < dir->kids; i++)
        n += dir->kid[i]->len;
    return n;
}

static uint16_t checksum(const uint8_t *p, size_t n)
{
    unsigned high = 0, low = 0;

    for (size_t i = 0; i < n; i += 2) {
        high ^= p[i];
        if (i + 1 < n)
            low ^= p[i + 1];
    }
    return (uint16_t)(high * 256 + low);
}

/* ="NAME" with or without UFS: in front; what stands behind in *rest. 0, or a CME number. */
static int take_name(const char **rest, char name[96])
{
    const char *p = *rest, *end;

    if (p[0] != '=' || p[1] != '"')
        return 400;
    p += 2;
    end = strchr(p, '"');
    if (!end)
        return 400;
    if (strncmp(p, "UFS:", 4) == 0)
        p += 4;
    if (end == p || end - p > 80 || memchr(p, '/', (size_t)(end - p)))
        return 406;
    memcpy(name, p, (size_t)(end - p));
    name[end - p] = '\0';
    *rest = end + 1;
    return 0;
}

static int line_of(struct sim_at *a, const struct sim_node *n)
{
    return sim_at_line(a, "+QFLST: \"UFS:%s\",%zu", n->name, n->len);
}

int sim_at_list(struct sim_at *a, const char *rest)
{
    struct sim_node *dir = folder(a);
    char name[96] = "";
    int rc = 0, n = 0;

    if (*rest && strcmp(rest, "=\"*\"") != 0 && (rc = take_name(&rest, name)) != 0)
        return rc;
    for (size_t i = 0; dir && i < dir->kids && rc == 0; i++) {
        if (*name && strcmp(name, dir->kid[i]->name) != 0)
            continue;
        n++;
        rc = line_of(a, dir->kid[i]);
    }
    return rc == 0 && *name && n == 0 ? 405 : rc;
}

int sim_at_space(struct sim_at *a, const char *rest)
{
    struct sim_node *dir = folder(a);

    if (strcmp(rest, "=\"UFS\"") == 0)
        return sim_at_line(a, "+QFLDS: %llu,%u", (unsigned long long)(TOTAL - used(a)), TOTAL);
    if (*rest)
        return 400;
    return sim_at_line(a, "+QFLDS: %llu,%zu", (unsigned long long)used(a), dir ? dir->kids : 0);
}

int sim_at_delete(struct sim_at *a, const char *rest)
{
    struct sim_node *n;
    char name[96];
    int rc = take_name(&rest, name);

    if (rc || *rest)
        return rc ? rc : 400;
    n = find(a, name);
    if (!n)
        return 405;
    return sim_tree_remove(tree(a), n) || sim_unit_commit(a->unit, NULL, 0) ? 418 : SIM_AT_OK;
}

/* ---- data mode ---- */

/* ,<size>[,<seconds>[,<ack>]] */
static int take_numbers(const char *rest, unsigned long v[3])
{
    for (int i = 0; i < 3 && *rest; i++) {
        char *end;

        if (*rest != ',' || rest[1] < '0' || rest[1] > '9')
            return -1;
        v[i] = strtoul(rest + 1, &end, 10);
        rest = end;
    }
    return *rest ? -1 : 0;
}

int sim_at_upload(struct sim_at *a, const char *rest)
{
    unsigned long v[3] = {FIRST_SIZE, 5, 0};
    int rc = take_name(&rest, a->name);

    if (rc || take_numbers(rest, v) || v[1] < 1 || v[1] > 65535 || v[2] > 1 || v[0] < 1)
        return rc ? rc : 400;
    if (find(a, a->name))
        return 407;
    if (v[0] > TOTAL - used(a))
        return 420;
    if (sim_at_line(a, "CONNECT"))
        return SIM_AT_NO_MEMORY;
    a->uploading = 1;
    a->size = v[0];
    a->idle_us = v[1] * 1000000u;
    a->last_us = a->now_us;
    a->ack = (int)v[2];
    a->acked = 0;
    a->plus = 0;
    a->data.len = 0;
    return SIM_AT_NOTHING;
}

/* The file as far as it came. */
static int keep(struct sim_at *a)
{
    struct sim_node *dir = folder(a), *n;

    if (!dir) {
        dir = sim_node_new(FOLDER, SIM_DIR, SIM_S_IFDIR | 0755, 0);
        if (!dir || sim_node_add(tree(a)->root, dir) != 0)
            return -1;
        sim_tree_touch(tree(a), dir);
    }
    n = sim_node_new(a->name, SIM_FILE, SIM_S_IFREG | 0644, 0);
    if (!n || sim_node_add(dir, n) != 0 || sim_node_resize(n, a->data.len) != 0)
        return -1;
    if (a->data.len)
        memcpy(n->data, a->data.p, a->data.len);
    sim_tree_touch(tree(a), n);
    return sim_unit_commit(a->unit, NULL, 0);
}

static int told_sum(struct sim_at *a, const char *what, const uint8_t *p, size_t n)
{
    unsigned sum = checksum(p, n);

    if (sim_at_fault(a, SIM_F_file_sum, NULL)) {
        sim_at_fired(a, SIM_F_file_sum);
        sum ^= 0x100;
    }
    if (sim_at_fault(a, SIM_F_file_short, NULL)) {
        sim_at_fired(a, SIM_F_file_short);
        n--;
    }
    return sim_at_line(a, "%s: %zu,%x", what, n, sum);
}

static int finish(struct sim_at *a)
{
    int rc;

    a->uploading = 0;
    if (keep(a) != 0)
        return sim_at_result(a, 409);
    rc = told_sum(a, "+QFUPL", a->data.p, a->data.len);
    return sim_at_result(a, rc);
}

/* Plus signs that were held back are data after all. */
static int flush_plus(struct sim_at *a)
{
    uint32_t n = a->plus;

    a->plus = 0;
    return qd_buf_add(&a->data, "+++", n);
}

uint64_t sim_at_data_due(const struct sim_at *a)
{
    return a->last_us + (a->plus == 3 && GUARD_US < a->idle_us ? GUARD_US : a->idle_us);
}

int sim_at_data_over(struct sim_at *a)
{
    if (a->plus == 3)
        return finish(a);
    a->uploading = 0;
    return flush_plus(a) || keep(a) ? sim_at_result(a, 409) : sim_at_result(a, 421);
}

/* `+++` with a second of silence on both sides ends data mode; what comes without it is data, and
 * so are the signs that make the file whole. */
static int may_be_escape(const struct sim_at *a, const uint8_t *p, size_t n)
{
    if (a->plus == 0 && a->now_us - a->last_us < GUARD_US)
        return 0;
    if (n > 3 - a->plus || a->data.len + a->plus + n >= a->size)
        return 0;
    return memcmp(p, "+++", n) == 0;
}

/* The faults that end an upload in its middle. 1: one did, or stands in the way. */
static int spoil_data(struct sim_at *a, const uint8_t *p, size_t take, size_t *used_bytes, int *rc)
{
    size_t half = (size_t)(a->size / 2), left = a->data.len < half ? half - a->data.len : 0;
    int stall = sim_at_fault(a, SIM_F_file_stall, NULL) != NULL;

    if (a->data.len + take <= half || (!stall && !sim_at_fault(a, SIM_F_file_escape, NULL)))
        return 0;
    sim_at_fired(a, stall ? SIM_F_file_stall : SIM_F_file_escape);
    *rc = left ? qd_buf_add(&a->data, p, left) : 0;
    if (!stall) {
        *used_bytes = left;
        *rc = *rc ? -1 : finish(a);
    }
    return 1;
}

int sim_at_data(struct sim_at *a, const uint8_t *p, size_t n, size_t *used_bytes)
{
    size_t left, take;
    int rc;

    *used_bytes = n;
    if (may_be_escape(a, p, n)) {
        a->plus += (uint32_t)n;
        a->last_us = a->now_us;
        return 0;
    }
    if (flush_plus(a))
        return -1;
    left = (size_t)(a->size - a->data.len);
    *used_bytes = take = n < left ? n : left;
    if (spoil_data(a, p, take, used_bytes, &rc))
        return rc;
    a->last_us = a->now_us;
    if (qd_buf_add(&a->data, p, take))
        return -1;
    for (; a->ack && a->acked + 1024u <= a->data.len; a->acked += 1024u)
        if (sim_at_send(a, "A", 1))
            return -1;
    return a->data.len == a->size ? finish(a) : 0;
}

int sim_at_download(struct sim_at *a, const char *rest)
{
    const struct sim_node *n;
    char name[96];
    int rc = take_name(&rest, name);

    if (rc || *rest)
        return rc ? rc : 400;
    n = find(a, name);
    if (!n)
        return 405;
    if (sim_at_line(a, "CONNECT") || sim_at_send(a, a->say.p, a->say.len))
        return SIM_AT_NO_MEMORY;
    a->say.len = 0;
    if (n->len && sim_at_send(a, n->data, n->len))
        return SIM_AT_NO_MEMORY;
    return told_sum(a, "+QFDWL", n->data, n->len);
}
