/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The evidence of one side, a backup or a unit, that tells it from other units. Values are compared
 * only; nothing here can be written to a unit. Source: docs/formats/guard.md. */
#ifndef QD_MODEL_ANCHORS_H
#define QD_MODEL_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#include "model/backup.h"
#include "model/ident.h"

enum qd_anchor { /* rows of anchors.def; the first QD_SUBS are the IMEIs */
#define QD_ANCHOR(id, name, kind, text) QD_ANCHOR_##id,
#include "model/anchors.def"
#undef QD_ANCHOR
                 QD_ANCHORS
};

enum qd_anchor_kind {
    QD_STRONG,      /* differs: another unit */
    QD_HARDWARE,    /* strong, and survives the loss of the file system */
    QD_FINGERPRINT, /* crystal and RF calibration: per board, but can be lost or made anew */
    QD_SUPPORTING   /* agrees: a witness; differs: a warning */
};

struct qd_fact {
    enum qd_ident_class state;
    char text[72]; /* value in one spelling; "" when only its hash is known */
    char hash[65]; /* salted, from a manifest; "" = none */
    char last4[8]; /* as the manifest shows it */
};

struct qd_anchors {
    struct qd_fact fact[QD_ANCHORS];
    uint8_t salt[16];    /* of the hashes */
    char extra_imei[16]; /* by AT, of whichever subscription; "" = not asked */
    int contradicts;     /* manifest and file disagree about whose backup it is: fact + 1, 0 = no */
    /* Design, not unit: these exclude, they prove nothing. */
    uint16_t model_number; /* 0 = not known */
    char model[64];        /* "" = not known */
    int has_card;
    uint32_t card_id, card_count; /* rffe_scan.dat */
    char software[256];           /* firmware as the extended build id has it; "" = not known */
    char firmware_full[128];      /* longest form known (AT+QGMR); "" = not known */
};

/* Hashes of a manifest, to be filled in by who read it. */
struct qd_hashed_anchors {
    uint8_t salt[16];
    struct {
        char hash[65], last4[8];
    } v[QD_ANCHORS]; /* "" = not in it */
};

const char *qd_anchor_name(enum qd_anchor a); /* "imei", "imei2", "meid"… */
const char *qd_anchor_text(enum qd_anchor a); /* "IMEI", "serial number of the module" */
enum qd_anchor_kind qd_anchor_kind(enum qd_anchor a);

/* What a backup says. live: it was just read from a unit, so an item that is neither in it nor in
 * its missing list is blank; in a file it is unknown. */
void qd_anchors_from_backup(const struct qd_backup *b, int live, struct qd_anchors *out);

/* Texts that come from elsewhere (USB descriptor, AT); useless values are taken as blank. */
void qd_anchors_set(struct qd_anchors *a, enum qd_anchor which, const char *value);

/* Adds what only the manifest knows, and notes where it disagrees with the file. */
void qd_anchors_add_hashed(struct qd_anchors *a, const struct qd_hashed_anchors *h);

enum qd_relation { QD_REL_UNKNOWN, QD_REL_EQUAL, QD_REL_DIFFERENT };
/* One fact of a file with that of a unit; hashes are compared with the file's salt. */
enum qd_relation qd_anchors_compare(const struct qd_anchors *file, const struct qd_anchors *unit,
                                    enum qd_anchor which);
/* Whether text is the value of a fact, by hash if need be. */
int qd_anchors_is(const struct qd_anchors *a, enum qd_anchor which, const char *text);

/* "…0015", "usable", "blank": what a report may show. */
void qd_anchors_show(const struct qd_anchors *a, enum qd_anchor which, char out[24]);

/* "blank": nothing says who this unit is; usable IMEI count. */
unsigned qd_anchors_imeis(const struct qd_anchors *a);

/* A salted digest that a later run can find again on the same unit: of the best anchor it has.
 * "" when there is none. match: 1 when any anchor of the unit has it. */
void qd_anchors_digest(const struct qd_anchors *a, const uint8_t salt[16], char out[65]);
int qd_anchors_match(const struct qd_anchors *a, const uint8_t salt[16], const char *digest);

/* 15 digits, good check digit, not all equal. */
int qd_imei_text_usable(const char *digits);

#endif
