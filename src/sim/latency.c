/* SPDX-License-Identifier: BSD-3-Clause
 *
 * When a reply becomes visible. Pure arithmetic on the times it is given: it must never sleep or
 * ask a clock, so that the model can be computed in a test to the microsecond. */
#include "sim/latency.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/rng.h"

#define UNSET      UINT64_MAX
#define LONGEST_US (600ull * 1000000)
#define CLASSES    5

static const struct {
    const char *key;
    enum sim_class cls;
} class_keys[] = {
    {"nv", SIM_CLASS_NV_READ},
    {"nvwrite", SIM_CLASS_NV_WRITE},
    {"efs", SIM_CLASS_EFS_READ},
    {"efswrite", SIM_CLASS_EFS_WRITE},
};

static int parse_time(const char *s, size_t n, uint64_t *out)
{
    char text[32], *end;
    unsigned long long v;
    unsigned scale = 1;

    if (n == 0 || n >= sizeof text || s[0] < '0' || s[0] > '9')
        return -1;
    memcpy(text, s, n);
    text[n] = '\0';
    errno = 0;
    v = strtoull(text, &end, 10);
    if (strcmp(end, "ms") == 0)
        scale = 1000;
    else if (strcmp(end, "s") == 0)
        scale = 1000000;
    else if (*end && strcmp(end, "us") != 0)
        return -1;
    if (errno || v > LONGEST_US / scale)
        return -1;
    *out = v * scale;
    return 0;
}

static uint64_t *knob(struct sim_latency *l, uint64_t *service, const char *key, size_t n)
{
    if (n == 7 && memcmp(key, "service", 7) == 0)
        return service;
    if (n == 4 && memcmp(key, "link", 4) == 0)
        return &l->link_us;
    if (n == 6 && memcmp(key, "jitter", 6) == 0)
        return &l->jitter_us;
    for (size_t i = 0; i < sizeof class_keys / sizeof class_keys[0]; i++)
        if (strlen(class_keys[i].key) == n && memcmp(class_keys[i].key, key, n) == 0)
            return &l->service_us[class_keys[i].cls];
    return NULL;
}

int sim_latency_parse(struct sim_latency *l, const char *text, char *err, size_t cap)
{
    uint64_t service = 0;

    memset(l, 0, sizeof *l);
    for (int i = 0; i < CLASSES; i++)
        l->service_us[i] = UNSET;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",");
        const char *eq = memchr(p, '=', n);
        uint64_t *where = eq ? knob(l, &service, p, (size_t)(eq - p)) : NULL;

        if (!where || parse_time(eq + 1, n - (size_t)(eq + 1 - p), where)) {
            snprintf(err, cap,
                     "--latency: bad \"%.*s\"; known: service, link, nv, nvwrite, efs, efswrite, "
                     "jitter, each =NUMBER with us, ms or s",
                     (int)n, p);
            return -1;
        }
        p += n + (p[n] == ',');
    }
    for (int i = 0; i < CLASSES; i++)
        if (l->service_us[i] == UNSET)
            l->service_us[i] = service;
    return 0;
}

void sim_latency_seed(struct sim_latency *l, uint64_t seed)
{
    l->rng = sim_rng_start(seed);
}

uint64_t sim_latency_admit(struct sim_latency *l, enum sim_class cls, uint64_t now_us)
{
    uint64_t there = l->link_us / 2, back = l->link_us - there;
    uint64_t start = now_us + there;
    uint64_t service = l->service_us[cls];

    if (l->jitter_us)
        service += sim_rng_next(&l->rng) % (l->jitter_us + 1);
    if (start < l->free_at_us)
        start = l->free_at_us;
    l->free_at_us = start + service;
    return l->free_at_us + back;
}

void sim_latency_restart(struct sim_latency *l)
{
    l->free_at_us = 0;
}
