/* SPDX-License-Identifier: BSD-3-Clause
 *
 * A user's files between the unit and local files. A transfer that went wrong part-way is never
 * said to have left the unit as it was. */
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/save.h"
#include "base/text.h"
#include "flow/ufs/at_door.h"
#include "flow/files/shell_word.h"

int qdiag_user_files_get(struct qdiag_at *at, struct qdiag_user_files *list, struct qdiag_error *e)
{
    struct qd_user_list found;
    int rc;

    memset(list, 0, sizeof *list);
    rc = qd_user_list(at->at, NULL, &found, e);
    if (rc != 0)
        return rc;
    list->file = qd_alloc(found.n ? found.n : 1, sizeof *list->file);
    for (size_t i = 0; list->file && i < found.n; i++) {
        qd_copy_text(list->file[i].name, sizeof list->file[i].name, found.v[i].name);
        list->file[i].size = found.v[i].size;
        list->count++;
    }
    qd_user_list_free(&found);
    rc = list->file ? qd_user_space(at->at, &list->free_bytes, &list->total_bytes, e) : qd_nomem(e);
    if (rc != 0)
        qdiag_user_files_free(list);
    return rc;
}

void qdiag_user_files_free(struct qdiag_user_files *list)
{
    free(list->file);
    memset(list, 0, sizeof *list);
}

/* Whatever the cause, a file that may be there in part is not nothing. */
static int settle(const struct qdiag_at *at, int rc, const char *name, struct qdiag_error *e)
{
    struct qdiag_error old;
    char word[160];

    if (rc == 0 || !e || rc == -QDIAG_E_READBACK_DIFFERS || e->touch == QDIAG_UNTOUCHED)
        return rc;
    old = *e;
    memset(e, 0, sizeof *e);
    qd_fail(e, QDIAG_E_ITEM_UNKNOWN, name, "%.120s: %.120s", old.what, old.why);
    qd_what(e, "the file in the unit may be there in part");
    qd_shell_word(name, word, sizeof word);
    qd_hint(e, "`qdiag ufs files ls` shows it, `qdiag ufs files rm %s --at %s` removes it", word,
            at->address.text);
    e->touch = QDIAG_TOUCH_UNKNOWN;
    return -QDIAG_E_ITEM_UNKNOWN;
}

int qdiag_user_file_put(struct qdiag_at *at, const char *path, const char *name,
                        struct qdiag_error *e)
{
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(path, QD_USER_FILE_MAX, &p, &n, e);

    if (rc == 0)
        rc = qd_cancel_check(at->ctx->cancel, e);
    if (rc == 0)
        rc = settle(at, qd_at_door_put(at, name, p, n, e), name, e);
    free(p);
    return rc;
}

int qdiag_user_file_get(struct qdiag_at *at, const char *name, const char *path,
                        struct qdiag_error *e)
{
    struct qd_user_list found = {0};
    struct qd_save *save = NULL;
    struct qd_buf data = {0};
    int rc = qd_save_begin(&save, path, e);

    if (rc == 0)
        rc = qd_user_list(at->at, name, &found, e);
    if (rc == 0 && found.n != 1)
        rc = qd_fail(e, found.n ? QDIAG_E_PROTOCOL : QDIAG_E_ABSENT, name,
                     "the unit lists %zu files of this name", found.n);
    if (rc == 0)
        rc = qd_user_get(at->at, name, found.v[0].size, &data, e);
    if (rc == 0 && data.len)
        rc = qd_save_write(save, data.p, data.len, e);
    if (rc == 0)
        rc = qd_save_commit(&save, NULL, NULL, e);
    qd_save_abort(&save);
    qd_user_list_free(&found);
    qd_buf_free(&data);
    return rc;
}

int qdiag_user_file_delete(struct qdiag_at *at, const char *name, struct qdiag_error *e)
{
    int rc = qd_cancel_check(at->ctx->cancel, e);

    return rc ? rc : settle(at, qd_at_door_delete(at, name, e), name, e);
}

static int count_of(struct qdiag_at *at, const char *name, size_t *n, struct qdiag_error *e)
{
    struct qd_user_list found = {0};
    int rc = qd_user_list(at->at, name, &found, e);

    *n = rc == 0 ? found.n : 0;
    qd_user_list_free(&found);
    return rc;
}

int qdiag_user_file_put_check(struct qdiag_at *at, const char *path, const char *name,
                              char command[160], struct qdiag_error *e)
{
    uint64_t free_bytes = 0, total = 0;
    uint8_t *p = NULL;
    size_t size = 0, there = 0;
    int rc = qd_read_file(path, QD_USER_FILE_MAX, &p, &size, e);

    free(p);
    if (rc == 0 && size == 0)
        rc = qd_fail(e, QDIAG_E_USAGE, path, "it is empty; 1 to %u bytes can be sent",
                     QD_USER_FILE_MAX);
    if (rc == 0)
        rc = count_of(at, name, &there, e);
    if (rc == 0 && there)
        rc = qd_fail(e, QDIAG_E_POLICY, name, "the unit has a file of this name");
    if (rc == 0)
        rc = qd_user_space(at->at, &free_bytes, &total, e);
    if (rc == 0 && total && size > free_bytes)
        rc = qd_fail(e, QDIAG_E_POLICY, name, "%zu bytes do not fit, %llu are free", size,
                     (unsigned long long)free_bytes);
    if (rc == 0)
        qd_user_put_text(name, size, command);
    return rc;
}

int qdiag_user_file_delete_check(struct qdiag_at *at, const char *name, char command[160],
                                 struct qdiag_error *e)
{
    size_t there = 0;
    int rc = count_of(at, name, &there, e);

    if (rc == 0 && !there)
        rc = qd_fail(e, QDIAG_E_ABSENT, name, "the unit has no file of this name");
    if (rc == 0)
        qd_user_delete_text(name, command);
    return rc;
}
