/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What stands in a backup file, item by item; differences between two files; a copy without
 * identity. None of it needs a unit. Identities, codes, addresses and what holds them are masked
 * unless asked for: masked items have no bytes. */
#ifndef QDIAG_CONTENTS_H
#define QDIAG_CONTENTS_H

#include <stddef.h>
#include <stdint.h>

#include <qdiag/context.h>
#include <qdiag/error.h>
#include <qdiag/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum qdiag_item_kind {
    QDIAG_ITEM_PROPERTY = 0, /* model, firmware, … of the file */
    QDIAG_ITEM_NV,
    QDIAG_ITEM_FILE,  /* of the EFS */
    QDIAG_ITEM_STREAM /* a part of the container that no rule explains */
};

struct qdiag_item {
    enum qdiag_item_kind kind;
    const char *key;        /* "nv:0:10:1", "efs:/a/b", "efs:/a/b@NV_Items", "stream:/a/b" */
    const char *class_name; /* by hard rules: "identity", "calibration", …, "unknown" */
    const char *name;       /* from the names file, or "" */
    const char *label;      /* class guessed by the names file, or "": text only */
    const char *value;      /* in words; "hidden" for masked bytes; "" when not known */
    int sub;                /* NV: subscription; else -1 */
    long nv;                /* NV: id; else -1 */
    unsigned index;         /* NV: array element */
    const char *path;       /* EFS path from the root, stream path, or name of the property */
    const char *section;    /* EFS: where it stands in the file; else "" */
    uint32_t mode;          /* EFS mode, 0 = not known */
    const char *time;       /* EFS: time of the file, "no date", or "" */
    int is_private;         /* says who a unit is, or opens it */
    size_t size;            /* bytes */
    const uint8_t *data;    /* NULL when masked or empty */
};

struct qdiag_contents;

struct qdiag_contents_info {
    const char *container; /* "xqcn", "qcn.gz", … */
    const char *software, *client;
    uint16_t model_number;
    uint64_t file_size;
    int redacted; /* a copy without identity: cannot be restored */
    size_t items;
    size_t notes;
    int complete;      /* by its manifest; 0 also when narrowed; -1 = cannot tell */
    int only_narrowed; /* 1: nothing of what was asked for is missing, but less was asked for */
    const char *scope; /* what it holds when narrowed: "NV 400-500 of subscription 0 only"; else "" */
};

/* Opens a backup file of any kind for looking at it.
 *
 * @param c              the context.
 * @param path           the file or folder.
 * @param show_identity  0: identities and codes are masked; 1: all is shown.
 * @param out            set on success; free with qdiag_contents_free.
 * @param e              set on failure: item names file and place, why names the rule.
 * Time: one pass over the file. Unit: none. Owner: the caller owns *out.
 * Returns: 0, -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE, -QDIAG_E_NO_MEMORY,
 *          -QDIAG_E_CANCELLED.
 * Source: docs/formats/qcn.md, docs/formats/catalog.md. */
QDIAG_API int qdiag_contents_open(struct qdiag_context *c, const char *path, int show_identity,
                                  struct qdiag_contents **out, struct qdiag_error *e);

/* Frees contents and sets the pointer to NULL.
 *
 * @param c  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_contents_free(struct qdiag_contents **c);

/* Fills in what holds for the whole file.
 *
 * @param c     the contents.
 * @param info  filled.
 * Time: none. Unit: none. Owner: texts live as long as c. Returns: nothing. */
QDIAG_API void qdiag_contents_info(const struct qdiag_contents *c,
                                   struct qdiag_contents_info *info);

/* One item: properties first, then NV items by subscription and id, files by path, other streams.
 *
 * @param c  the contents.
 * @param i  0 to items - 1.
 * Time: none. Unit: none. Owner: lives as long as c. Returns: the item, or NULL beyond the last. */
QDIAG_API const struct qdiag_item *qdiag_contents_item(const struct qdiag_contents *c, size_t i);

/* One oddity that was accepted, with its place.
 *
 * @param c  the contents.
 * @param i  0 to notes - 1.
 * Time: none. Unit: none. Owner: lives as long as c. Returns: the text, or NULL beyond the last. */
QDIAG_API const char *qdiag_contents_note(const struct qdiag_contents *c, size_t i);

/* The bytes of one item or stream. What identifies or opens a unit is given out only by contents
 * opened with show_identity.
 *
 * @param c    the contents.
 * @param key  nv:SUB:ID[:INDEX], efs:PATH[@SECTION] or stream:PATH.
 * @param p    set to the bytes.
 * @param n    set to their number.
 * @param e    set on failure.
 * Time: none. Unit: none. Owner: the bytes live as long as c.
 * Returns: 0, -QDIAG_E_ABSENT (no such item), -QDIAG_E_USAGE (no key), -QDIAG_E_POLICY (masked). */
QDIAG_API int qdiag_contents_raw(const struct qdiag_contents *c, const char *key,
                                 const uint8_t **p, size_t *n, struct qdiag_error *e);

enum qdiag_change {
    QDIAG_CHANGE_ONLY_A = 0, /* not in the second file */
    QDIAG_CHANGE_ONLY_B,     /* not in the first file */
    QDIAG_CHANGE_BYTES,
    QDIAG_CHANGE_MODE /* same bytes, other EFS mode */
};

struct qdiag_range {
    size_t offset, length;
    uint8_t a[8], b[8]; /* first bytes of either side */
    unsigned na, nb;    /* how many of them; 0 when masked or beyond the end */
};

struct qdiag_difference {
    enum qdiag_item_kind kind;
    enum qdiag_change change;
    const char *class_name, *name, *label;
    int volatile_item; /* changes by itself, or is the firmware's own: counted apart */
    int unit_bound;    /* identity, or calibration with its RF files: the same in any firmware */
    int is_private;
    int sub; /* NV; else -1 */
    long nv;
    unsigned index;
    const char *path;               /* masked like everything else; "" for NV */
    const char *value_a, *value_b;  /* in words, or "" */
    size_t size_a, size_b, bytes;   /* bytes: how many differ */
    uint32_t mode_a, mode_b;
    const struct qdiag_range *range;
    size_t ranges, more_ranges; /* more_ranges: counted, not kept */
};

struct qdiag_diff_options {
    const char *only;     /* a class, or NULL for all; "carrier" and "config" are groups of classes */
    int with_volatile;    /* 1: volatile differences count, too */
    int show_identity;
};

struct qdiag_diff_report {
    struct qdiag_difference *difference; /* those of the chosen classes, by class */
    size_t count;
    size_t counted;     /* of these, the ones that make the files differ */
    size_t volatiles;   /* of these, volatile ones */
    size_t not_chosen;  /* differences in classes that `only` left out */
    size_t equal;       /* items that are the same on both sides, all classes */
    size_t unknown;     /* verify: what could not be read from the unit, or when the file was made */
    void *inside;
};

/* Compares two backup files of any kinds, item by item; how they are packed does not count.
 *
 * @param c       the context.
 * @param a       the first file or folder.
 * @param b       the second.
 * @param o       what counts.
 * @param report  set when both could be read; free with qdiag_diff_report_free.
 * @param e       set on failure and when they differ.
 * Time: one pass over each file. Unit: none. Owner: the caller owns the report.
 * Returns: 0 (no difference counts), -QDIAG_E_DIFFERENT (with a report), -QDIAG_E_USAGE (no such
 *          class), -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_NO_MEMORY, -QDIAG_E_CANCELLED. */
QDIAG_API int qdiag_diff_files(struct qdiag_context *c, const char *a, const char *b,
                               const struct qdiag_diff_options *o,
                               struct qdiag_diff_report **report, struct qdiag_error *e);

/* Frees a report and sets the pointer to NULL.
 *
 * @param r  address of the pointer; a NULL pointer inside is fine.
 * Time: none. Unit: none. Owner: takes it. Returns: nothing. */
QDIAG_API void qdiag_diff_report_free(struct qdiag_diff_report **r);

struct qdiag_redact_report {
    char container[16];
    char sha256[65];
    uint64_t file_size;
    size_t items, files; /* whose bytes were set to zero */
    size_t found;        /* identity values blanked inside other items */
    size_t paths;        /* paths and names with long numbers in them */
    size_t streams;      /* unknown streams set to zero */
};

/* Writes a copy of a backup that is safe to attach to a bug report: identity, subscriber data, secrets,
 * addresses, what the unit learned from networks and unknown parts are zero, at the same length. The
 * copy says that it is redacted and cannot be restored.
 *
 * @param c       the context.
 * @param in      the file or folder to read; never changed.
 * @param out     the file to make, mode 0600; its name says the kind of file.
 * @param report  filled on success.
 * @param e       set on failure.
 * Time: one pass over the file. Unit: none. Owner: none.
 * Returns: 0, -QDIAG_E_USAGE, -QDIAG_E_FILE_DAMAGED, -QDIAG_E_FILE_UNKNOWN, -QDIAG_E_LOCAL_FILE,
 *          -QDIAG_E_NO_MEMORY, -QDIAG_E_CANCELLED. */
QDIAG_API int qdiag_redact_file(struct qdiag_context *c, const char *in, const char *out,
                                struct qdiag_redact_report *report, struct qdiag_error *e);

#ifdef __cplusplus
}
#endif
#endif
