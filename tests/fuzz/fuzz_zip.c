/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Any bytes as an upgrade package: the gate for zips, and what is seen inside while it looks. With
 * a first byte of 'M' the checksums of stored entries are set right before, so that the fuzzer gets
 * behind them. Never crashes, reads only within the file, says why it refuses. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/bytes.h"
#include "service/package.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *p;
    size_t n, given, entries;
    struct qd_package_inside inside;
};

static void need(int good)
{
    if (!good)
        abort();
}

static int read_at(void *user, uint64_t at, void *p, size_t n, struct qdiag_error *e)
{
    struct input *in = user;

    (void)e;
    need(at <= in->n && n <= in->n - at);
    if (n)
        memcpy(p, in->p + at, n);
    return 0;
}

static int on_entry(void *user, const char *name, uint64_t size, struct qdiag_error *e)
{
    struct input *in = user;

    need(strlen(name) <= QD_ZIP_NAME_MAX && name[0] && name[0] != '/' && !strchr(name, '\\'));
    in->entries++;
    return qd_package_entry(&in->inside, name, size, e);
}

static int on_data(void *user, const void *p, size_t n, struct qdiag_error *e)
{
    struct input *in = user;

    in->given += n;
    return qd_package_data(&in->inside, p, n, e);
}

/* Sets the CRC of a stored entry, here and in its header, at p in the directory. */
static void mend_one(uint8_t *zip, size_t n, uint8_t *p)
{
    size_t at = qd_get32(p + 42), len = qd_get32(p + 20);

    if (qd_get16(p + 10) != 0 || at > n || n - at < 30)
        return;
    size_t from = at + 30u + qd_get16(zip + at + 26) + qd_get16(zip + at + 28);
    if (from > n || len > n - from)
        return;
    uint32_t crc = (uint32_t)crc32(0, zip + from, (uInt)len);
    qd_put32(p + 16, crc);
    qd_put32(zip + at + 14, crc);
}

static void mend(uint8_t *zip, size_t n)
{
    static const uint8_t central[] = {'P', 'K', 1, 2};

    for (size_t i = 0; i + 46 <= n; i++)
        if (memcmp(zip + i, central, 4) == 0)
            mend_one(zip, n, zip + i);
}

static void check(struct input *in)
{
    const struct qd_zip_reader r = {read_at, in, in->n, "fuzz"};
    const struct qd_zip_visitor v = {on_entry, on_data, NULL, in};
    struct qdiag_error e = {0};
    size_t entries = 0;
    char text[160];
    int meant = 0;

    need(qd_zip_meant(&r, &meant, &e) == 0);
    int rc = qd_zip_check(&r, &v, &entries, &e);
    need(rc == -e.code && (rc == 0 || rc == -QDIAG_E_FILE_DAMAGED));
    need(rc != 0 || (entries == in->entries && entries > 0 && in->given <= QD_ZIP_TOTAL_MAX));
    need(rc == 0 || strncmp(e.why, "rule `", 6) == 0);
    need(rc != 0 || meant);
    (void)qd_package_kind(&in->inside, text);
    need(text[0] && strlen(text) < sizeof text);
    (void)qd_package_head(in->p, in->n < QD_PACKAGE_HEAD ? in->n : QD_PACKAGE_HEAD, in->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {.p = data, .n = size};
    uint8_t *copy = NULL;

    if (size && data[0] == 'M') {
        copy = malloc(size);
        need(copy != NULL);
        memcpy(copy, data + 1, size - 1);
        mend(copy, size - 1);
        in.p = copy;
        in.n = size - 1;
    }
    check(&in);
    free(copy);
    return 0;
}
