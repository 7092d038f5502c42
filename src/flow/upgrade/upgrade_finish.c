/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is put away after an upgrade, and the package's way into the unit before one. It must never
 * be reached with a difference in identity or calibration: a new inner backup would seal it. */
#include "flow/upgrade/upgrade_finish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/fsio.h"
#include "base/text.h"
#include "flow/unit/at_port.h"
#include "flow/files/shell_word.h"
#include "service/fota_codec.h"

/* ---- afterwards ---- */

void qd_upgrade_note(const struct qdiag_fota_options *o, const struct qdiag_fota_argument *a,
                     const struct qdiag_fota_report *r, struct qd_run_state *s)
{
    const struct qd_fota_family *f = qd_fota_family(r->before.family);
    const char *name = f && a->scheme == QDIAG_FOTA_FILE ? qd_fota_stored_name(f, a->path) : NULL;
    const struct qdiag_ufs_state *copy = &r->preflight.ufs.fs[QDIAG_UFS];

    s->copies = -1;
    if (o->keep_package)
        return;
    qd_copy_text(s->package, sizeof s->package, name ? name : "");
    if (!o->preflight.without_ufs && copy->known)
        s->copies = (int64_t)copy->backups;
}

static void say_package(const struct qdiag_at *at, const char *name, struct qdiag_fota_report *r)
{
    char word[160];

    qd_shell_word(name, word, sizeof word);
    snprintf(r->next, sizeof r->next, "qdiag ufs files rm %s --at %.300s", word, at->address.text);
}

static void delete_package(struct qdiag_at *at, const char *name, struct qdiag_fota_report *r)
{
    struct qdiag_error e = {0};

    r->package_deleted = qdiag_user_file_delete(at, name, &e) == 0;
    if (r->package_deleted)
        return;
    qd_log(at->ctx, QDIAG_LOG_WARN, "fota", "the package is still in the unit: %s: %s", e.what,
           e.why);
    say_package(at, name, r);
}

static int not_renewed(struct qdiag_error *e)
{
    qd_what(e, "upgraded and verified, but the module's own backup is not renewed");
    qd_hint(e, "`qdiag ufs backup` makes it, with a new DIAG backup");
    if (e)
        e->touch = QDIAG_CHANGED;
    return -QDIAG_E_PARTLY;
}

int qd_upgrade_finish(struct qdiag_at *at, struct qdiag_device *dev,
                      const struct qdiag_fota_options *o, const struct qd_run_state *s,
                      struct qdiag_fota_report *r, struct qdiag_error *e)
{
    struct qdiag_ufs_options u = {.fs = QDIAG_UFS,
                                  .backup = o->preflight.backup,
                                  .max_age_h =
                                      (o->preflight.max_age_h ? o->preflight.max_age_h : 24) + 24,
                                  .force = 1};
    struct qdiag_ufs_report report;
    struct qdiag_error mine = {0};
    int rc;

    if (s->package[0])
        delete_package(at, s->package, r);
    if (s->copies < 0)
        return 0;
    rc = qdiag_ufs_backup(at, dev, &u, &report, &mine);
    r->inner_backup = rc == 0;
    if (rc == 0)
        return 0;
    qd_fail(e, QDIAG_E_PARTLY, at->address.text, "%.100s: %.140s", mine.what, mine.why);
    return not_renewed(e);
}

static int look_for_package(struct qdiag_at *at, const char *name, struct qdiag_fota_report *r,
                            struct qdiag_error *e)
{
    struct qd_user_list found = {0};
    int rc = qd_user_list(at->at, name, &found, e);

    if (rc != 0)
        return rc;
    r->package_deleted = found.n == 0;
    if (found.n)
        say_package(at, name, r);
    qd_user_list_free(&found);
    return 0;
}

/* Counters that were made anew tell nothing. */
static int look_for_copy(struct qdiag_at *at, int64_t before, struct qdiag_fota_report *r,
                         struct qdiag_error *e)
{
    struct qdiag_ufs_status now;
    int rc = qdiag_ufs_status(at, &now, e);
    const struct qdiag_ufs_state *copy = &now.fs[QDIAG_UFS];

    if (rc == 0 && (!copy->known || copy->backups < before))
        rc = qd_fail(e, QDIAG_E_UNKNOWN, "UFS", "the count of its backups does not tell it");
    if (rc == 0)
        r->inner_backup = copy->backups > before && copy->valid;
    return rc;
}

int qd_upgrade_left(struct qdiag_at *at, const struct qd_run_state *s, struct qdiag_fota_report *r,
                    struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    int rc = s->package[0] ? look_for_package(at, s->package, r, &mine) : 0;

    if (rc == 0 && s->copies >= 0)
        rc = look_for_copy(at, s->copies, r, &mine);
    if (rc == 0 && r->inner_backup != 0)
        return 0;
    if (rc == 0) {
        qd_fail(e, QDIAG_E_PARTLY, at->address.text, "who watches changes nothing in the unit");
        return not_renewed(e);
    }
    qd_fail(e, QDIAG_E_PARTLY, at->address.text, "%.100s: %.140s", mine.what, mine.why);
    qd_what(e, "upgraded and verified, but what is left to do could not be looked at");
    qd_hint(e,
            "`qdiag ufs status` and `qdiag ufs files ls` show it; the module's own backup has to "
            "be made anew, the package deleted");
    if (e)
        e->touch = QDIAG_CHANGED;
    return -QDIAG_E_PARTLY;
}

/* ---- the way in ---- */

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int place(const struct qd_fota_family *f, const char *model, const char *name,
                 char argument[512], struct qdiag_error *e)
{
    struct qdiag_fota_argument a;

    if (!f)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, model,
                       "no document of upgrades of this module's family is known");
    if (f->local == QD_FOTA_LOCAL_ONE)
        return qd_fail(
            e, QDIAG_E_UNSUPPORTED, model,
            "its package lies at %s, which the FILE commands do not reach: they write to "
            "the user's storage (/datatx)",
            f->folder);
    int n = snprintf(argument, 512, "%s%s", f->folder, name);
    if (n < 0 || n >= 512)
        return qd_fail(e, QDIAG_E_USAGE, name, "the name is too long");
    return qdiag_fota_argument(f->name, argument, &a, e);
}

static int has_room(struct qdiag_at *at, const char *name, size_t size, struct qdiag_error *e)
{
    struct qd_user_list list = {0};
    uint64_t room = 0, total = 0;
    char word[160];
    int rc = qd_user_list(at->at, name, &list, e), there = list.n > 0;

    qd_user_list_free(&list);
    if (rc == 0 && there) {
        qd_shell_word(name, word, sizeof word);
        qd_fail(e, QDIAG_E_POLICY, name, "a file of this name is in the unit already");
        qd_what(e, "an older package is not overwritten");
        qd_hint(e, "`qdiag ufs files rm %s --at %s` removes it", word, at->address.text);
        return -QDIAG_E_POLICY;
    }
    if (rc == 0)
        rc = qd_user_space(at->at, &room, &total, e);
    if (rc == 0 && room < size)
        rc = qd_fail(e, QDIAG_E_POLICY, name,
                     "it has %zu bytes; %llu of %llu bytes of the unit's storage are free", size,
                     (unsigned long long)room, (unsigned long long)total);
    return rc;
}

int qdiag_fota_upload(struct qdiag_at *at, const char *path, const char *name, char argument[512],
                      struct qdiag_error *e)
{
    const char *model = qd_at_model(at->at);
    const struct qd_fota_family *f = qd_fota_family(qd_at_family(model)->name);
    const char *there = name ? name : last_part(path), *why = qd_fota_foreign(model, "");
    uint8_t *p = NULL;
    size_t n = 0;
    int rc;

    argument[0] = '\0';
    if (why)
        return qd_fail(e, QDIAG_E_UNSUPPORTED, model, "%s; nothing was sent", why);
    rc = place(f, model, there, argument, e);
    if (rc == 0)
        rc = qd_read_file(path, QD_USER_FILE_MAX, &p, &n, e);
    free(p);
    if (rc == 0)
        rc = has_room(at, there, n, e);
    if (rc == 0)
        rc = qdiag_user_file_put(at, path, there, e);
    if (rc != 0)
        argument[0] = '\0';
    return rc;
}
