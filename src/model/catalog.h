/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What qdiag knows about NV items and EFS paths without asking a unit: hard rules only. Labels for
 * people are an optional data file and never decide anything. Source: docs/formats/catalog.md. */
#ifndef QD_MODEL_CATALOG_H
#define QD_MODEL_CATALOG_H

#include <stddef.h>
#include <stdint.h>

enum qd_class {
    QD_CLASS_UNKNOWN,
    QD_CLASS_IDENTITY,
    QD_CLASS_SUBSCRIBER,
    QD_CLASS_SECRET, /* SPC, lock codes, keys, passwords */
    QD_CLASS_CALIBRATION,
    QD_CLASS_RF_CONFIG,
    QD_CLASS_NETWORK,
    QD_CLASS_DATA,
    QD_CLASS_GPS,
    QD_CLASS_USER,
    QD_CLASS_USB,
    QD_CLASS_VOLATILE,
    QD_CLASS_FIRMWARE, /* counters, checksums, versions, modes */
    QD_CLASS_MISC
};
#define QD_CLASSES ((size_t)QD_CLASS_MISC + 1)

enum qd_class qd_catalog_nv_class(uint16_t id);
enum qd_class qd_catalog_path_class(const char *path); /* any spelling; normalised inside */
const char *qd_class_name(enum qd_class c);

/* 1u << class for every class that a word means: one by its name, "carrier" for network and data,
 * "config" for rf_config, gps, user, usb and misc; 0 = no such word. */
uint32_t qd_class_bits(const char *name);

/* Secrets a unit may withhold on read without making a backup incomplete. */
int qd_catalog_nv_withheld(uint16_t id);
int qd_catalog_path_withheld(const char *path);

/* Items kept out of QCN and XQCN because vendor tools fail on them (3252). */
int qd_catalog_nv_quarantined(uint16_t id);

/* Array items: how many elements to ask for (1 = plain), and whether every element repeats the same
 * bytes (echo) or names itself in data[0] (embedded). */
enum qd_nv_kind { QD_NV_PLAIN, QD_NV_EMBEDDED, QD_NV_ECHO, QD_NV_MAYBE_INDEXED };
enum qd_nv_kind qd_catalog_nv_kind(uint16_t id, unsigned *elements);

/* Ids ever seen in contexts 1 and 2 of real backups, ascending. */
size_t qd_catalog_context_ids(unsigned sub, const uint16_t **ids);

/* Probe lists for files that a directory walk does not show. */
size_t qd_catalog_rfnv_ids(const uint16_t **ids); /* /nv/item_files/rfnv/%08u */
size_t qd_catalog_probe_paths(const char *const **paths);

/* Absolute form of an EFS path for every look-up: leading '/', no "//", "." or "..", no trailing
 * '/'. 0, or -1 when it has a control byte, is empty, or does not fit. */
int qd_path_normalise(const char *path, char *out, size_t cap);

#endif
