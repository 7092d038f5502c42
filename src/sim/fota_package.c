/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Upgrade packages of the simulator: a zip in which the member qdiag-sim/versions says from which
 * version to which. Every member's sum is checked, as a module checks what it is to flash. It must
 * never read beyond the bytes it was given, nor unpack more than MEMBER_MAX of one member. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/text.h"
#include "sim/fota.h"

#define END_SIZE     22u
#define CENTRAL_SIZE 46u
#define LOCAL_SIZE   30u
#define COMMENT_MAX  65535u
#define MEMBER_MAX   (16u << 20)
#define MEMBERS_MAX  1024u
#define VERSIONS     "qdiag-sim/versions"
#define VERSIONS_MAX 4096u

struct member {
    const uint8_t *name, *packed;
    size_t name_len, packed_len, size;
    uint32_t crc;
    unsigned method;
};

/* The end record; NULL when there is none that fits the file's end. */
static const uint8_t *find_end(const uint8_t *p, size_t n)
{
    for (size_t back = END_SIZE; back <= n && back <= END_SIZE + COMMENT_MAX; back++) {
        const uint8_t *e = p + n - back;

        if (memcmp(e, "PK\5\6", 4) == 0 && qd_get16(e + 20) == back - END_SIZE)
            return e;
    }
    return NULL;
}

/* The member whose central record is at *at; *at moves behind it. 0 or -1. */
static int next_member(const uint8_t *p, size_t n, size_t *at, struct member *m)
{
    const uint8_t *c = p + *at;
    size_t local, head;

    if (*at > n || n - *at < CENTRAL_SIZE || memcmp(c, "PK\1\2", 4) != 0)
        return -1;
    m->method = qd_get16(c + 10);
    m->crc = qd_get32(c + 16);
    m->packed_len = qd_get32(c + 20);
    m->size = qd_get32(c + 24);
    m->name_len = qd_get16(c + 28);
    m->name = c + CENTRAL_SIZE;
    local = qd_get32(c + 42);
    head = CENTRAL_SIZE + m->name_len + qd_get16(c + 30) + qd_get16(c + 32);
    if ((qd_get16(c + 8) & 1) || n - *at < head || local > n || n - local < LOCAL_SIZE ||
        memcmp(p + local, "PK\3\4", 4) != 0)
        return -1;
    *at += head;
    head = LOCAL_SIZE + qd_get16(p + local + 26) + qd_get16(p + local + 28);
    if (n - local < head || n - local - head < m->packed_len || m->size > MEMBER_MAX)
        return -1;
    m->packed = p + local + head;
    return 0;
}

static int inflate_all(const struct member *m, uint8_t *out)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)m->packed,
                  .avail_in = (uInt)m->packed_len,
                  .next_out = out,
                  .avail_out = (uInt)m->size};
    int rc;

    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return -1;
    rc = inflate(&z, Z_FINISH);
    inflateEnd(&z);
    return rc == Z_STREAM_END && z.total_out == m->size ? 0 : -1;
}

/* The contents of a member, its sum checked; free() them. NULL: damaged, or no memory. */
static uint8_t *unpack(const struct member *m)
{
    uint8_t *out;
    int rc = -1;

    if (m->method == 0 && m->packed_len != m->size)
        return NULL;
    out = qd_alloc(m->size + 1, 1);
    if (!out)
        return NULL;
    if (m->method == 0)
        rc = (memcpy(out, m->packed, m->size), 0);
    else if (m->method == 8)
        rc = inflate_all(m, out);
    if (rc == 0 && crc32(0, out, (uInt)m->size) == m->crc)
        return out;
    free(out);
    return NULL;
}

/* "key = value" lines. 1 when there is a pair of versions in them. */
static int take_versions(char *text, struct sim_package *out)
{
    static const char *const keys[] = {"from", "to", "base", "build"};
    char *const slots[] = {out->from, out->to, out->base, out->build};

    for (char *line = text, *next; line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        line[strcspn(line, "\r")] = '\0';
        for (size_t i = 0; i < 4; i++) {
            size_t n = strlen(keys[i]);

            if (strncmp(line, keys[i], n) == 0 && strncmp(line + n, " = ", 3) == 0)
                qd_copy_text(slots[i], SIM_VERSION_CAP, line + n + 3);
        }
    }
    if (!out->base[0]) {
        qd_copy_text(out->base, SIM_VERSION_CAP, out->to);
        out->base[strcspn(out->base, "_")] = '\0';
    }
    if (!out->build[0])
        qd_copy_text(out->build, SIM_VERSION_CAP, out->base);
    return out->from[0] && out->to[0];
}

static int is_versions(const struct member *m)
{
    return m->name_len == strlen(VERSIONS) && memcmp(m->name, VERSIONS, m->name_len) == 0 &&
           m->size <= VERSIONS_MAX;
}

/* Every member; 1 when the versions were among them, 0 when not, -1 damaged. */
static int read_members(const uint8_t *p, size_t n, struct sim_package *out)
{
    const uint8_t *end = find_end(p, n);
    unsigned left = end ? qd_get16(end + 10) : 0;
    size_t at = end ? qd_get32(end + 16) : 0;
    int found = 0;

    if (!end || left == 0 || left > MEMBERS_MAX)
        return -1;
    for (; left; left--) {
        struct member m;
        uint8_t *bytes;

        if (next_member(p, (size_t)(end - p), &at, &m) != 0 || !(bytes = unpack(&m)))
            return -1;
        if (is_versions(&m))
            found = take_versions((char *)bytes, out);
        free(bytes);
    }
    return found;
}

/* What stands before R, two digits and A: the project. */
static size_t project_length(const char *v)
{
    for (size_t i = 0; v[i]; i++)
        if (v[i] == 'R' && v[i + 1] >= '0' && v[i + 1] <= '9' && v[i + 2] >= '0' &&
            v[i + 2] <= '9' && v[i + 3] == 'A')
            return i;
    return strlen(v);
}

enum sim_package_verdict sim_package_check(const uint8_t *p, size_t n, const char *version,
                                           struct sim_package *out)
{
    size_t project = project_length(version);
    int found;

    memset(out, 0, sizeof *out);
    found = read_members(p, n, out);
    if (found < 0)
        return SIM_PACKAGE_NO_ZIP;
    if (!found)
        return SIM_PACKAGE_FOREIGN;
    if (strcmp(out->from, version) == 0)
        return SIM_PACKAGE_FITS;
    if (project_length(out->from) != project || memcmp(out->from, version, project) != 0)
        return SIM_PACKAGE_PROJECT;
    return SIM_PACKAGE_SOURCE;
}
