/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Looks at one key. Uses read services only, and never takes "could not be read" for "not there".
 */
#include "flow/unit/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "model/backup.h"
#include "service/nv.h"

int qd_eye_efs(struct qd_eye *eye, uint8_t subsys, struct qd_efs **fs, struct qdiag_error *e)
{
    int i = subsys == QD_EFS_ALT;
    if (!eye->looked[i]) {
        int rc = qd_efs_open(&eye->fs[i], eye->diag, subsys, e);
        if (rc != 0)
            return rc;
        eye->looked[i] = 1;
    }
    *fs = &eye->fs[i];
    return 0;
}

static int set_state(struct qd_state *s, enum qd_there kind, const void *p, size_t n,
                     struct qdiag_error *e)
{
    uint8_t *data = n ? qd_alloc(n, 1) : NULL;
    if (n && !data)
        return qd_nomem(e);
    if (n)
        memcpy(data, p, n);
    qd_state_clear(s);
    s->kind = kind;
    s->data = data;
    s->len = n;
    return 0;
}

static int observe_nv(struct qd_eye *eye, const struct qd_key *k, struct qd_state *s, char *why,
                      struct qdiag_error *e)
{
    struct qd_nv_answer a;
    int rc = qd_nv_read(eye->diag, (unsigned)k->sub, (uint16_t)k->nv, k->index, &a, e);
    if (rc != 0)
        return rc;
    if (a.state == QD_NV_PRESENT)
        return set_state(s, QD_THERE_NV, a.data, QD_NV_SIZE, e);
    if (a.state == QD_NV_ABSENT)
        s->kind = QD_THERE_ABSENT;
    else
        qd_copy_text(why, QD_OBSERVE_WHY, a.reason);
    return 0;
}

/* An error of one path: absent, or unknown with its text. */
static int judge(struct qdiag_error *mine, struct qd_state *s, char *why, struct qdiag_error *e)
{
    if (qd_ends_session(-mine->code)) {
        if (e && !e->code)
            *e = *mine;
        return -mine->code;
    }
    if (mine->code == QDIAG_E_ABSENT)
        s->kind = QD_THERE_ABSENT;
    else
        qd_copy_text(why, QD_OBSERVE_WHY, mine->why[0] ? mine->why : mine->what);
    return 0;
}

static int observe_content(struct qd_efs *fs, const char *path, uint32_t mode, struct qd_state *s,
                           char *why, struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_buf b = {0};
    int item = (mode & QD_EFS_IFMT) == QD_EFS_IFITM;
    int rc = qd_efs_read(fs, path, &b, &mine);
    if (rc != 0)
        rc = judge(&mine, s, why, e);
    else
        rc = set_state(s, item ? QD_THERE_ITEM : QD_THERE_FILE, b.p, b.len, e);
    if (rc == 0 && s->kind >= QD_THERE_FILE)
        s->mode = mode & 07777;
    qd_buf_free(&b);
    return rc;
}

static int observe_node(struct qd_efs *fs, const char *path, struct qd_state *s, char *why,
                        struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_efs_stat st;
    if (qd_efs_stat(fs, path, &st, &mine) != 0)
        return judge(&mine, s, why, e);
    switch (st.mode & QD_EFS_IFMT) {
    case QD_EFS_IFDIR:
        s->kind = QD_THERE_DIR;
        s->mode = st.mode & 07777;
        return 0;
    case QD_EFS_IFREG:
    case QD_EFS_IFITM:
        return observe_content(fs, path, st.mode, s, why, e);
    default:
        snprintf(why, QD_OBSERVE_WHY, "mode 0%o: neither file, item, folder nor link", st.mode);
        return 0;
    }
}

/* STAT follows links, and LSTAT is missing on some units. READLINK fails on all but links. */
static int observe_efs(struct qd_eye *eye, const struct qd_key *k, struct qd_state *s, char *why,
                       struct qdiag_error *e)
{
    struct qdiag_error mine = {0};
    struct qd_buf target = {0};
    struct qd_efs *fs;
    int rc = qd_eye_efs(eye, k->fs, &fs, &mine);
    if (rc != 0)
        return judge(&mine, s, why, e);
    rc = qd_efs_readlink(fs, k->path, &target, &mine);
    if (rc == 0)
        rc = set_state(s, QD_THERE_LINK, target.p, target.len, e);
    else if (mine.code == QDIAG_E_REFUSED || mine.code == QDIAG_E_UNSUPPORTED)
        rc = observe_node(fs, k->path, s, why, e);
    else
        rc = judge(&mine, s, why, e);
    qd_buf_free(&target);
    return rc;
}

int qd_observe(struct qd_eye *eye, const struct qd_key *key, struct qd_state *s,
               char why[QD_OBSERVE_WHY], struct qdiag_error *e)
{
    *s = (struct qd_state){.kind = QD_THERE_UNKNOWN, .mode = QD_MODE_ANY};
    why[0] = '\0';
    if (key->nv >= 0)
        return observe_nv(eye, key, s, why, e);
    return observe_efs(eye, key, s, why, e);
}

void qd_eye_doubt(struct qd_eye *eye)
{
    eye->clear[0] = '\0';
}

static int was_seen(const struct qd_eye *eye, const struct qd_key *k, size_t n)
{
    return eye->clear_fs == k->fs && strncmp(eye->clear, k->path, n) == 0 && eye->clear[n] == '/';
}

static int is_link(struct qd_eye *eye, const struct qd_key *k, int *link, struct qdiag_error *e)
{
    struct qd_state s;
    char why[QD_OBSERVE_WHY];
    int rc = qd_observe(eye, k, &s, why, e);
    *link = rc == 0 && s.kind == QD_THERE_LINK;
    qd_state_clear(&s);
    return rc;
}

int qd_observe_way(struct qd_eye *eye, const struct qd_key *key, struct qdiag_error *e)
{
    char path[sizeof eye->clear];
    if (!key->path || strlen(key->path) >= sizeof path)
        return 0;
    for (char *slash = strchr(key->path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t n = (size_t)(slash - key->path);
        struct qd_key up = {.sub = -1, .nv = -1, .fs = key->fs, .path = path};
        int link, rc;
        if (was_seen(eye, key, n))
            continue;
        memcpy(path, key->path, n);
        path[n] = '\0';
        rc = is_link(eye, &up, &link, e);
        if (rc == 0 && link)
            rc = qd_fail(e, QDIAG_E_POLICY, path, "%s",
                         "it is a link, and could lead to a protected place");
        if (rc != 0)
            return rc;
    }
    eye->clear_fs = key->fs;
    qd_copy_text(eye->clear, sizeof eye->clear, key->path);
    return 0;
}
