/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The sidecar FILE.manifest.json, schema qdiag.manifest/1 (docs/formats/manifest.md). */
#ifndef QD_CONTAINER_MANIFEST_H
#define QD_CONTAINER_MANIFEST_H

#include "container/container.h"
#include "model/anchors.h"
#include "model/scope.h"

struct qd_evidence { /* what tells this unit from another; "" or QD unknown = not known */
    char imei[QD_SUBS][16];
    char meid[15];
    char esn[9]; /* 8 upper-case hex digits, placeholder included */
    char usb_serial[64];
    char module_serial[64];
};

struct qd_manifest_in {
    const struct qd_backup *backup;
    const struct qd_node *tree;
    const struct qd_evidence *evidence;
    const char *file_name;   /* base name of the backup file */
    const char *file_sha256; /* 64 hex digits */
    uint64_t file_size;
    const char *container; /* "xqcn" */
    const char *address;
    int64_t time; /* Unix seconds */
    const char *model_name, *ext_build, *verno_dir, *verno_date;
    uint8_t efs_subsys[2]; /* subsystems that answered; 0 = none */
    int complete; /* nothing unreadable; -1 = not known: converted from a file without a manifest */
    struct qd_scope scope; /* what was asked for; a conversion copies its source's */
    const uint8_t *salt;   /* 16 random bytes */
    /* A converted file: what it was made of, and that file's manifest (its evidence, model,
     * firmware and time of backup are copied) or NULL when it had none. */
    const struct qd_converted *converted;
    int folder_form; /* the file itself holds links and folders: they are not "not held" */
};

struct qd_converted {
    const char *file_name, *file_sha256, *container;
    uint64_t file_size;
    const struct qd_manifest *manifest; /* may be NULL */
};

/* The manifest as JSON text (pretty, keys in fixed order, final newline), piece by piece. */
int qd_manifest_write(const struct qd_manifest_in *in, const struct qd_sink *out,
                      struct qdiag_error *e);

/* What `check` needs back. */
struct qd_manifest {
    char file_name[256], file_sha256[65], tool[64], created[32];
    uint64_t file_size;
    int complete; /* 0 also when it was narrowed; -1 = not known */
    struct qd_scope scope;
    size_t nstreams;
    struct qd_manifest_stream {
        char *path;
        uint64_t size;
        char sha256[65];
    } * stream; /* sorted by path */
    size_t unreadable, withheld, not_held;
    struct json_t *json; /* all of it, for what a conversion copies */
};

/* Strict: wrong schema, wrong types or missing keys are -QDIAG_E_FILE_DAMAGED with the key named.
 */
int qd_manifest_read(const uint8_t *p, size_t n, const char *name, struct qd_manifest **m,
                     struct qdiag_error *e);
void qd_manifest_free(struct qd_manifest **m);

/* 1: whole in itself, but of less than a whole unit, as it was asked for. */
int qd_manifest_only_narrowed(const struct qd_manifest *m);
void qd_manifest_drop_streams(struct qd_manifest *m); /* frees the list, the longest part */

/* Fills what a QCN cannot say into the backup of that file: modes and subsystems of its files, and
 * what is unreadable, withheld or not held. Entries that match no file are told as notes. */
int qd_manifest_apply(const struct qd_manifest *m, const struct qd_notes *notes,
                      struct qd_backup *b, struct qdiag_error *e);

/* Subsystems that answered, as far as the manifest names them; model name or NULL. */
void qd_manifest_efs(const struct qd_manifest *m, uint8_t efs[2]);
const char *qd_manifest_model(const struct qd_manifest *m);

/* Hashes of the unit's evidence; model name and firmware where out does not have them yet. */
void qd_manifest_anchors(const struct qd_manifest *m, struct qd_anchors *out);

/* Compares the tree of a file with its manifest, stream by stream. */
int qd_manifest_compare(const struct qd_manifest *m, const struct qd_node *tree,
                        struct qdiag_error *e);

#endif
