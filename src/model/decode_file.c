/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decoders of EFS files whose layout is known, and what counts as private. A layout that does not
 * fit is "not known", never an error. */
#include "model/decode.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/text.h"

#define PATH_CAP    1100u
#define GPS_EPOCH   315964800u /* a unit whose clock was never set says this */
#define SCAN_HEAD   7u         /* words before the first record of rffe_scan.dat */
#define SCAN_RECORD 11u
#define RFNV_DIR    "/nv/item_files/rfnv/"

/* LTE maximum transmit power, 0.1 dBm, one file for each band. */
static const struct {
    uint16_t rfnv, band;
} power_files[] = {{20992, 1},  {20993, 2},  {20994, 3},  {20995, 4},  {20996, 5},
                   {20997, 7},  {20998, 8},  {21003, 20}, {21004, 38}, {21005, 40},
                   {21670, 41}, {22191, 12}, {25477, 28}};

int qd_class_is_private(enum qd_class c)
{
    return c == QD_CLASS_IDENTITY || c == QD_CLASS_SUBSCRIBER || c == QD_CLASS_SECRET;
}

int qd_path_is_private(const char *path)
{
    enum qd_class c = qd_catalog_path_class(path);
    return qd_class_is_private(c) || c == QD_CLASS_DATA;
}

static int decode_scan(const uint8_t *p, size_t n, char *out, size_t cap)
{
    if (n < 4 * SCAN_HEAD || qd_get32(p + 4) != SCAN_HEAD || qd_get32(p + 8) != SCAN_RECORD)
        return 0;
    uint32_t count = qd_get32(p + 16);
    if (count != qd_get32(p + 20) || n != 4 * (SCAN_HEAD + (uint64_t)SCAN_RECORD * count))
        return 0;
    snprintf(out, cap, "RF card id %u, %u front-end parts", (unsigned)qd_get32(p + 12),
             (unsigned)count);
    return 1;
}

static int decode_power(const char *digits, const uint8_t *p, size_t n, char *out, size_t cap)
{
    unsigned id = 0;
    if (n != 4 || qd_get16(p) != 1 || sscanf(digits, "%8u", &id) != 1)
        return 0;
    for (size_t i = 0; i < sizeof power_files / sizeof power_files[0]; i++)
        if (power_files[i].rfnv == id) {
            unsigned power = qd_get16(p + 2);
            snprintf(out, cap, "LTE band %u maximum power %u.%u dBm", power_files[i].band,
                     power / 10, power % 10);
            return 1;
        }
    return 0;
}

static int decode_marker(const char *path, const uint8_t *p, size_t n, char *out, size_t cap)
{
    if (strcmp(strrchr(path, '/'), "/Q") != 0 || n != 1 || p[0] != '1')
        return 0;
    snprintf(out, cap, "folder marker left by a vendor tool, not a file of the unit");
    return 1;
}

int qd_decode_file(const char *path, const uint8_t *p, size_t n, char *out, size_t cap)
{
    char at[PATH_CAP];
    out[0] = '\0';
    if (qd_path_normalise(path, at, sizeof at) != 0)
        return 0;
    if (strcmp(at, "/rfc/rffe_scan/rffe_scan.dat") == 0)
        return decode_scan(p, n, out, cap);
    if (decode_marker(at, p, n, out, cap))
        return 1;
    if (strncmp(at, RFNV_DIR, strlen(RFNV_DIR)) == 0)
        return decode_power(at + strlen(RFNV_DIR), p, n, out, cap);
    return 0;
}

int qd_client_is_redacted(const char *client)
{
    static const char first[] = "qdiag ", last[] = " redacted";
    size_t n = client ? strlen(client) : 0, tail = strlen(last);
    return n > tail && strncmp(client, first, strlen(first)) == 0 &&
           strcmp(client + n - tail, last) == 0;
}

void qd_decode_mtime(uint32_t mtime, char out[32])
{
    char utc[21];
    qd_utc_text(mtime, utc);
    qd_copy_text(out, 32, mtime == 0 ? "" : mtime == GPS_EPOCH ? "no date" : utc);
}
