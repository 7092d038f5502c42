/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The rig of the simulator's unit tests. Uses none of the simulator's own file code, so that a
 * fault there cannot hide. */
#include "sim_rig.h"

#include <ctype.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void full_path(const struct sim_rig *r, const char *path, char *out, size_t cap)
{
    assert_true((size_t)snprintf(out, cap, "%s/%s", r->dir, path) < cap);
}

void sim_rig_init(struct sim_rig *r, const char *conf)
{
    memset(r, 0, sizeof *r);
    snprintf(r->dir, sizeof r->dir, "/tmp/qdiag-unit-XXXXXX");
    assert_non_null(mkdtemp(r->dir));
    sim_rig_text(r, "unit.conf", conf);
}

void sim_rig_bytes(struct sim_rig *r, const char *path, const void *p, size_t n)
{
    char full[4096];
    full_path(r, path, full, sizeof full);
    for (char *s = full + strlen(r->dir) + 1; (s = strchr(s, '/')); s++) {
        *s = '\0';
        mkdir(full, 0777);
        *s = '/';
    }
    FILE *f = fopen(full, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(p, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

void sim_rig_text(struct sim_rig *r, const char *path, const char *text)
{
    sim_rig_bytes(r, path, text, strlen(text));
}

void sim_rig_start(struct sim_rig *r)
{
    if (sim_unit_load(&r->unit, r->dir, r->err, sizeof r->err) != 0)
        fail_msg("%s", r->err);
    r->modem = sim_modem_new(r->unit);
    assert_non_null(r->modem);
}

void sim_rig_start_fails(struct sim_rig *r)
{
    r->err[0] = '\0';
    assert_int_equal(sim_unit_load(&r->unit, r->dir, r->err, sizeof r->err), -1);
    assert_null(r->unit);
}

void sim_rig_stop(struct sim_rig *r)
{
    sim_modem_free(&r->modem);
    sim_unit_free(&r->unit);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

void sim_rig_end(struct sim_rig *r)
{
    sim_rig_stop(r);
    assert_int_equal(nftw(r->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static size_t add(uint8_t *out, size_t at, size_t cap, uint8_t v, size_t times)
{
    assert_true(at + times <= cap);
    memset(out + at, v, times);
    return at + times;
}

size_t sim_rig_vector(const char *s, uint8_t *out, size_t cap)
{
    size_t at = 0;
    while (*(s += strspn(s, " \n"))) {
        if (*s == '\'') {
            for (s++; *s != '\''; s++)
                at = add(out, at, cap, (uint8_t)*s, 1);
            s++;
            continue;
        }
        char digits[3] = {s[0], s[1], '\0'}, *end;
        uint8_t v = (uint8_t)strtoul(digits, &end, 16);
        assert_true(isxdigit((unsigned char)s[0]) && end == digits + 2);
        s += 2;
        size_t times = *s == '*' ? strtoul(s + 1, (char **)&s, 10) : 1;
        at = add(out, at, cap, v, times);
    }
    return at;
}

void sim_rig_send_bytes(struct sim_rig *r, const uint8_t *p, size_t n)
{
    uint8_t *exact = malloc(n ? n : 1); /* so that a read behind the request is seen */
    assert_non_null(exact);
    if (n)
        memcpy(exact, p, n);
    sim_modem_request(r->modem, exact, n, &r->reply);
    free(exact);
}

void sim_rig_send(struct sim_rig *r, const char *request)
{
    static uint8_t bytes[SIM_PAYLOAD_MAX];
    sim_rig_send_bytes(r, bytes, sim_rig_vector(request, bytes, sizeof bytes));
}

void sim_rig_expect(struct sim_rig *r, const char *request, const char *reply)
{
    static uint8_t want[SIM_PAYLOAD_MAX];
    size_t n = sim_rig_vector(reply, want, sizeof want);
    sim_rig_send(r, request);
    if (r->reply.len != n || memcmp(r->reply.p, want, n) != 0) {
        for (size_t i = 0; i < r->reply.len && i < 64; i++)
            print_error("%02x ", r->reply.p[i]);
        fail_msg("request %s: reply of %zu bytes is not %s (%zu)", request, r->reply.len, reply, n);
    }
}

long sim_rig_file(struct sim_rig *r, const char *path, uint8_t *out, size_t cap)
{
    char full[4096];
    full_path(r, path, full, sizeof full);
    FILE *f = fopen(full, "rb");
    if (!f)
        return -1;
    size_t n = fread(out, 1, cap, f);
    fclose(f);
    return (long)n;
}

int sim_rig_contains(struct sim_rig *r, const char *path, const char *text)
{
    char buf[65536];
    long n = sim_rig_file(r, path, (uint8_t *)buf, sizeof buf - 1);
    if (n < 0)
        return 0;
    buf[n] = '\0';
    return strstr(buf, text) != NULL;
}

uint32_t sim_rig_u32(const struct sim_rig *r, size_t at)
{
    const uint8_t *p = r->reply.p + at;
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}
