/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag_redact_file: load, take out what says whose it is, save under another name. The source is
 * never written to, and neither its manifest nor its name goes along. */
#include "flow/files/redact_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "flow/files/convert.h"
#include "flow/files/load.h"
#include "model/needle.h"

#define COMPOUND_ROOT "Root Entry"
#define TEXT_ROOT     "redacted"

static int check_name(const char *in, const char *out, struct qdiag_error *e)
{
    struct stat a, b;
    char shown[512];
    qd_mask_digits(shown, sizeof shown, out);
    if (qd_digit_runs((const uint8_t *)out, strlen(out)))
        return qd_fail(e, QDIAG_E_USAGE, shown, "%s",
                       "the name of a copy without identity must not hold a long number");
    if (stat(in, &a) == 0 && stat(out, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
        return qd_fail(e, QDIAG_E_USAGE, shown, "%s",
                       "this is the backup itself; a redacted copy cannot take its place");
    return 0;
}

/* The root of a text usually bears a file name, and a file name may say whose it is. */
static int name_root(struct qd_node *root, enum qd_target_kind kind, struct qdiag_error *e)
{
    char *name = qd_strdup(kind == QD_T_QCN ? COMPOUND_ROOT : TEXT_ROOT);
    if (!name)
        return qd_nomem(e);
    free(root->name);
    root->name = name;
    return 0;
}

static int save(struct qd_doc *doc, struct qd_target *t, struct qdiag_error *e)
{
    static const uint8_t no_salt[16];
    struct qd_evidence none;
    struct qd_store s = {.doc = doc,
                         .evidence = &none,
                         .model_name = doc->model_name,
                         .efs = {doc->efs[0], doc->efs[1]},
                         .complete = -1,
                         .time = (int64_t)time(NULL),
                         .storage_time = -1,
                         .salt = no_salt,
                         .keep_root = 1,
                         .target = {*t},
                         .n = 1};
    memset(&none, 0, sizeof none);
    int rc = qd_store_all(&s, e);
    *t = s.target[0];
    return rc;
}

int qdiag_redact_file(struct qdiag_context *c, const char *in, const char *out,
                      struct qdiag_redact_report *report, struct qdiag_error *e)
{
    struct qd_notes quiet = {NULL, NULL};
    struct qd_target t = {.kind = QD_T_XQCN};
    struct qd_doc *doc = NULL;
    memset(report, 0, sizeof *report);
    int rc = check_name(in, out, e);
    if (rc == 0)
        rc = qd_target_kind(out, NULL, &t, e);
    if (rc == 0)
        rc = qd_store_probe(&t, e);
    if (rc == 0)
        rc = qd_load(c, in, &quiet, &doc, e);
    if (rc == 0)
        rc = qd_redact_doc(doc, report, e);
    if (rc == 0)
        rc = name_root(doc->tree, t.kind, e);
    if (rc == 0)
        rc = save(doc, &t, e);
    qd_doc_free(&doc);
    if (rc != 0)
        return rc;
    qd_target_name(&t, report->container);
    qd_copy_text(report->sha256, sizeof report->sha256, t.sha256);
    report->file_size = t.size;
    return 0;
}
