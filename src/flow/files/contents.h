/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A loaded backup with what is needed to show it: names, and the identity values that must not be
 * shown. The inside of qdiag_contents. */
#ifndef QD_FLOW_FILES_CONTENTS_H
#define QD_FLOW_FILES_CONTENTS_H

#include <qdiag/contents.h>

#include "flow/files/load.h"
#include "model/names.h"
#include "model/needle.h"
#include "model/scope.h"
#include "model/sections.h"

/* One item with the texts it owns. */
struct qd_shown {
    struct qdiag_item pub;
    char *key, *path, *value;
    char time[32];
};

struct qdiag_contents {
    struct qd_doc *doc;
    struct qd_labels *labels; /* NULL = none */
    struct qd_needles needles;
    int show; /* identities and codes in full */
    struct qd_shown *v;
    size_t n, cap;
    struct qd_names notes;
    int note_failed;
    char container[20];
    char scope[QD_SCOPE_TEXT]; /* of a narrowed backup */
    char *software, *client;
};

/* Whether an item or file must be masked: by rule, by label, or because an identity value or a long
 * number stands in it. */
int qd_nv_masked(const struct qdiag_contents *c, const struct qd_nv_item *it);
int qd_file_masked(const struct qdiag_contents *c, const char *path, const uint8_t *p, size_t n);
int qd_bytes_masked(const struct qdiag_contents *c, const uint8_t *p, size_t n);

/* A copy with long numbers masked unless the contents show them; NULL = out of memory. */
char *qd_text_shown(const struct qdiag_contents *c, const char *text);

/* The value of an item in words as it may be shown; NULL = out of memory. */
char *qd_nv_value(const struct qdiag_contents *c, const struct qd_nv_item *it);
char *qd_file_value(const struct qdiag_contents *c, const char *path, const uint8_t *p, size_t n);

/* Names, needles and items for the document in c->doc. 0 or -QDIAG_E_NO_MEMORY. */
int qd_contents_fill(struct qdiag_contents *c, struct qdiag_context *ctx, struct qdiag_error *e);

/* Fills c->v. 0 or -QDIAG_E_NO_MEMORY. */
int qd_contents_list(struct qdiag_contents *c, struct qdiag_error *e);

#endif
