/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Decides by class, id and path whether a value may go back to its unit, and guards the doors of
 * single writes. It looks at one spelling of a path only, the normalised one, and has no way to be
 * told to make an exception. */
#include "model/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/backup.h"
#include "model/ident.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])
#define PATH_CAP 1100u
#define RFNV_DIR "/nv/item_files/rfnv/"

struct class_row {
    enum qd_policy policy;
    enum qd_reason reason;
};

static const struct class_row class_rows[QD_CLASSES] = {
#define QD_POLICY_CLASS(class, policy, reason)                                                     \
    [QD_CLASS_##class] = {QD_POLICY_##policy, QD_REASON_##reason},
#include "model/policy.def"
#undef QD_POLICY_CLASS
};

static const struct item_row {
    uint16_t first, last;
    enum qd_policy policy;
    enum qd_reason reason;
} item_rows[] = {
#define QD_POLICY_ITEM(first, last, policy, reason)                                                \
    {first, last, QD_POLICY_##policy, QD_REASON_##reason},
#include "model/policy.def"
#undef QD_POLICY_ITEM
};

static const char *const door_classes[QD_CLASSES] = {
#define QD_DOOR_CLASS(class, text) [QD_CLASS_##class] = text,
#include "model/policy.def"
#undef QD_DOOR_CLASS
};

static const struct door_row {
    uint16_t first, last;
    const char *text;
} door_rows[] = {
#define QD_DOOR_ITEM(first, last, text) {first, last, text},
#include "model/policy.def"
#undef QD_DOOR_ITEM
};

static const struct kind_row {
    const char *path;
    enum qd_there kind;
} kind_rows[] = {
#define QD_KIND(path, kind) {path, QD_THERE_##kind},
#include "model/kinds.def"
#undef QD_KIND
};

const char *qd_policy_name(enum qd_policy p)
{
    static const char *const names[] = {"never", "if-blank", "same-unit", "same-fw"};
    return (size_t)p < COUNT(names) ? names[p] : "never";
}

static struct qd_rule rule_of_class(enum qd_class class)
{
    const struct class_row *r = &class_rows[class];
    return (struct qd_rule){class, r->policy, r->reason, class == QD_CLASS_CALIBRATION};
}

struct qd_rule qd_policy_nv(uint16_t id)
{
    struct qd_rule r = rule_of_class(qd_catalog_nv_class(id));
    for (size_t i = 0; i < COUNT(item_rows); i++)
        if (id >= item_rows[i].first && id <= item_rows[i].last) {
            r.policy = item_rows[i].policy;
            r.reason = item_rows[i].reason;
        }
    if (qd_catalog_nv_quarantined(id)) {
        r.policy = QD_POLICY_NEVER;
        r.reason = QD_REASON_QUARANTINED;
    } else if (id >= 20000 && id <= 32767) { /* a file: no unit takes it by its number */
        r = (struct qd_rule){r.class, QD_POLICY_NEVER, QD_REASON_NOT_PLACEABLE, 0};
    }
    return r;
}

/* Case does not save a path: some file systems fold it. */
static int is_nvm(const char *path)
{
    return strncasecmp(path, "/nvm", 4) == 0 && (path[4] == '/' || path[4] == '\0');
}

struct qd_rule qd_policy_path(const char *path)
{
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return (struct qd_rule){QD_CLASS_UNKNOWN, QD_POLICY_NEVER, QD_REASON_UNKNOWN, 0};
    struct qd_rule r = rule_of_class(qd_catalog_path_class(p));
    if (is_nvm(p)) {
        r = (struct qd_rule){r.class, QD_POLICY_NEVER, QD_REASON_ALIAS, 0};
    } else if (strncmp(p, RFNV_DIR, strlen(RFNV_DIR)) == 0 &&
               (r.policy == QD_POLICY_SAME_UNIT || r.policy == QD_POLICY_SAME_FW)) {
        /* Tables and calibration of one set, read by one firmware. */
        r.policy = QD_POLICY_SAME_FW;
        r.set = 1;
    }
    return r;
}

int qd_policy_reaches_set(const char *path)
{
    static const char *const parts[] = {RFNV_DIR, "/nv/item_files/mcs/tcxomgr/"};
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0 || qd_policy_path(p).set)
        return 1;
    size_t n = p[1] ? strlen(p) : 0;
    for (size_t i = 0; i < COUNT(parts); i++)
        if (strncmp(parts[i], p, n) == 0 && parts[i][n] == '/')
            return 1;
    return 0;
}

static int refuse(struct qdiag_error *e, const char *item, const char *text)
{
    int rc = qd_fail(e, QDIAG_E_POLICY, item, "%s", text);
    qd_what(e, "%s", "refused: qdiag does not write this");
    qd_hint(e, "%s", "a restore of the unit's own backup decides by itself what it puts back");
    return rc;
}

int qd_policy_nv_door(uint16_t id, struct qdiag_error *e)
{
    char item[32];
    snprintf(item, sizeof item, "NV %u", id);
    const char *text = door_classes[qd_catalog_nv_class(id)];
    for (size_t i = 0; i < COUNT(door_rows) && !text; i++)
        if (id >= door_rows[i].first && id <= door_rows[i].last)
            text = door_rows[i].text;
    if (!text && qd_catalog_nv_withheld(id))
        text = "units keep it to themselves, like a secret";
    if (!text && qd_catalog_nv_quarantined(id))
        text = "it is known to make writes fail";
    return text ? refuse(e, item, text) : 0;
}

int qd_policy_path_door(const char *path, struct qdiag_error *e)
{
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return refuse(e, NULL, "the path is empty, too long or holds a control byte");
    if (strlen(p) > QD_PLAN_PATH_MAX)
        return refuse(e, p, "the path is longer than 251 bytes");
    if (strcmp(p, "/") == 0)
        return refuse(e, p, "it is the root of the file system");
    if (is_nvm(p))
        return refuse(e, p,
                      "everything below /nvm is another door to NV items, the IMEI among them");
    const char *text = door_classes[qd_catalog_path_class(p)];
    return text ? refuse(e, p, text) : 0;
}

int qd_policy_link_target(const char *path, const uint8_t *target, size_t n, char *out, size_t cap)
{
    char joined[2 * PATH_CAP];
    const char *slash = strrchr(path, '/');
    int dir = slash ? (int)(slash - path) : 0;
    if (n == 0 || n >= PATH_CAP || dir >= (int)PATH_CAP || memchr(target, '\0', n))
        return -1;
    snprintf(joined, sizeof joined, "%.*s/%.*s", target[0] == '/' ? 0 : dir, path, (int)n,
             (const char *)target);
    return qd_path_normalise(joined, out, cap);
}

/* A blank identity may be filled with a usable one, and with nothing else. */
static int identity_step(const struct qd_step *s, struct qdiag_error *e)
{
    uint16_t id = (uint16_t)s->key.nv;
    int blank = s->before.kind == QD_THERE_ABSENT ||
                (s->before.kind == QD_THERE_NV && s->before.len == QD_NV_SIZE &&
                 qd_ident_item_class(id, s->before.data) == QD_IDENT_BLANK);
    int usable = s->after.kind == QD_THERE_NV && s->after.len == QD_NV_SIZE &&
                 qd_ident_item_class(id, s->after.data) == QD_IDENT_USABLE;
    char item[32];
    snprintf(item, sizeof item, "NV %u", id);
    return blank && usable ? 0 : refuse(e, item, "the unit has an identity of its own there");
}

int qd_policy_step(const struct qd_step *s, struct qdiag_error *e)
{
    char target[PATH_CAP];
    if (s->decision != QD_DO_WRITE)
        return 0;
    /* What has to succeed before an identity is written is told by the phase. */
    if (!s->key.path &&
        (qd_key_class(&s->key) == QD_CLASS_IDENTITY) != (s->phase == QD_PHASE_IDENTITY))
        return refuse(e, NULL, "the step of an identity stands elsewhere than at the end");
    if (!s->key.path) {
        struct qd_rule r = qd_policy_nv((uint16_t)s->key.nv);
        if (r.class == QD_CLASS_IDENTITY && r.policy == QD_POLICY_IF_BLANK)
            return identity_step(s, e);
        if (r.class == QD_CLASS_IDENTITY && r.policy == QD_POLICY_SAME_FW)
            return 0;
        return qd_policy_nv_door((uint16_t)s->key.nv, e);
    }
    int rc = qd_policy_path_door(s->key.path, e);
    if (rc != 0 || s->after.kind != QD_THERE_LINK)
        return rc;
    if (qd_policy_link_target(s->key.path, s->after.data, s->after.len, target, sizeof target) != 0)
        return refuse(e, s->key.path, "the target of the link is empty, too long or damaged");
    return qd_policy_path_door(target, e);
}

/* "…_Subscription01" and so on are instances of the path before. */
static size_t base_length(const char *p)
{
    size_t n = strlen(p);
    if (n > 15 && strncmp(p + n - 15, "_Subscription0", 14) == 0 && p[n - 1] >= '1' &&
        p[n - 1] <= '9')
        n -= 15;
    return n;
}

static int below(const char *p, const char *folder)
{
    size_t n = strlen(folder);
    return strncmp(p, folder, n) == 0 && p[n] == '/';
}

enum qd_there qd_policy_file_kind(const char *path, int items)
{
    static const char *const folders[] = {"/nv/item_files", "/nv/reg_files", "/cgps/nv/item_files"};
    char p[PATH_CAP];
    if (qd_path_normalise(path, p, sizeof p) != 0)
        return QD_THERE_FILE;
    size_t n = base_length(p);
    for (size_t i = 0; i < COUNT(kind_rows); i++)
        if (strncmp(kind_rows[i].path, p, n) == 0 && kind_rows[i].path[n] == '\0')
            return kind_rows[i].kind;
    for (size_t i = 0; i < COUNT(folders); i++)
        items |= below(p, folders[i]);
    return items ? QD_THERE_ITEM : QD_THERE_FILE;
}
