/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The flash that holds the module's own backups wears out, so a confirmed one is not made again the
 * same day. What was confirmed is noted beside the DIAG backup, FILE.ufs.json, and looked for in
 * all notes of that folder. A note of another unit, firmware or count must never count. */
#include "flow/ufs/ufs_guard.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/hex.h"
#include "base/save.h"
#include "base/text.h"
#include "container/json_text.h"

#define SCHEMA     "qdiag.ufs-note/1"
#define END        ".ufs.json"
#define HOUR       3600
#define WEAR_HOURS 24
#define FUTURE_S   600 /* clocks differ a little */
#define NOTE_MAX   65536u
#define SALT_BYTES 16u

static const char *const fs_names[] = {"ufs", "eufs"};

/* The note's name, and the folder it lies in. */
static void find_place(const char *backup, char path[1024], char folder[1024])
{
    int n = (int)strlen(backup);
    char *slash;

    while (n > 1 && backup[n - 1] == '/')
        n--;
    snprintf(path, 1024, "%.*s" END, n < 1000 ? n : 1000, backup);
    qd_copy_text(folder, 1024, path);
    slash = strrchr(folder, '/');
    if (!slash)
        qd_copy_text(folder, 1024, ".");
    else
        slash[slash == folder] = '\0';
}

/* Who the unit is, without telling. */
static void unit_of(const char *salt, const char *imei, char out[65])
{
    char text[128];

    snprintf(text, sizeof text, "%.64s:%.15s", salt, imei);
    qd_sha256_hex(text, strlen(text), out);
}

/* The note of this unit at path, or NULL; *damaged: there is one, and it cannot be read. */
static json_t *load_note(const char *path, const char *imei, int *damaged)
{
    const char *schema = NULL, *salt = NULL, *unit = NULL;
    struct qdiag_error e = {0};
    char mine[65] = "";
    uint8_t *p = NULL;
    size_t n = 0;
    json_t *j = NULL;
    int nomem = 0, rc;

    *damaged = 0;
    if (access(path, F_OK) != 0)
        return NULL;
    rc = qd_read_file(path, NOTE_MAX, &p, &n, &e);
    if (rc == 0)
        j = qd_json_read(p, n, NULL, &nomem);
    free(p);
    if (nomem || rc == -QDIAG_E_NO_MEMORY) {
        *damaged = -1;
        return NULL;
    }
    *damaged =
        json_unpack(j, "{s:s, s:s, s:s}", "schema", &schema, "salt", &salt, "unit", &unit) != 0 ||
        strcmp(schema, SCHEMA) != 0;
    if (!*damaged)
        unit_of(salt, imei, mine);
    if (!*damaged && strcmp(mine, unit) == 0)
        return j;
    json_decref(j);
    return NULL;
}

/* What a note's entry says of the file system that stands so now. */
static enum qd_ufs_seen judge(json_t *one, const struct qdiag_ufs_state *now, const char *version,
                              unsigned max_h, struct qd_ufs_found *found)
{
    const char *firmware = NULL;
    json_int_t backups = 0, when = 0, restores = -1;
    int64_t age;

    if (json_unpack(one, "{s:s, s:I, s:I, s?I}", "firmware", &firmware, "backups", &backups, "time",
                    &when, "restores", &restores) != 0 ||
        when < 0)
        return QD_UFS_SEEN_DAMAGED;
    qd_copy_text(found->firmware, sizeof found->firmware, firmware);
    found->restores = restores;
    age = (int64_t)time(NULL) - when;
    found->hours = age > 0 ? (age + HOUR - 1) / HOUR : 0;
    if (!*version || strcmp(firmware, version) != 0)
        return QD_UFS_SEEN_FIRMWARE;
    if (backups != (json_int_t)now->backups || !now->valid ||
        (restores >= 0 && restores != (json_int_t)now->restores))
        return QD_UFS_SEEN_COUNTS;
    return age < -FUTURE_S || age >= (int64_t)max_h * HOUR ? QD_UFS_SEEN_OLD : QD_UFS_SEEN_FRESH;
}

enum qd_ufs_seen qd_ufs_look_up(const struct qdiag_ufs_options *o, const char *sha256,
                                const struct qdiag_ufs_status *s, struct qd_ufs_found *found)
{
    char path[1024], folder[1024];
    const char *file = NULL;
    enum qd_ufs_seen seen;
    int damaged;
    json_t *j, *one;

    *found = (struct qd_ufs_found){.restores = -1};
    find_place(o->backup, path, folder);
    j = load_note(path, s->imei, &damaged);
    one = json_object_get(j, fs_names[o->fs]);
    seen = damaged ? QD_UFS_SEEN_DAMAGED : QD_UFS_SEEN_NONE;
    if (one && json_unpack(one, "{s:s}", "file_sha256", &file) != 0)
        seen = QD_UFS_SEEN_DAMAGED;
    else if (one && strcmp(file, sha256) == 0)
        seen =
            judge(one, &s->fs[o->fs], s->firmware, o->max_age_h ? o->max_age_h : WEAR_HOURS, found);
    json_decref(j);
    return seen;
}

static int says_fresh(const char *path, enum qdiag_ufs fs, const struct qdiag_ufs_status *s)
{
    struct qd_ufs_found found;
    int damaged;
    json_t *j = load_note(path, s->imei, &damaged), *one = json_object_get(j, fs_names[fs]);
    int hit = one && judge(one, &s->fs[fs], s->firmware, WEAR_HOURS, &found) == QD_UFS_SEEN_FRESH;

    json_decref(j);
    return hit;
}

int qd_ufs_recorded(const struct qdiag_ufs_options *o, const char *sha256,
                    const struct qdiag_ufs_status *s)
{
    struct qdiag_ufs_options wear = {.fs = o->fs, .backup = o->backup};
    char path[1024], folder[1024], name[2048];
    struct qd_ufs_found found;
    const struct dirent *de;
    int hit = qd_ufs_look_up(&wear, sha256, s, &found) == QD_UFS_SEEN_FRESH;
    DIR *d;

    find_place(o->backup, path, folder);
    d = hit ? NULL : opendir(folder);
    while (d && !hit && (de = readdir(d))) {
        size_t n = strlen(de->d_name);

        if (n < sizeof END || strcmp(de->d_name + n - (sizeof END - 1), END) != 0)
            continue;
        snprintf(name, sizeof name, "%s/%s", folder, de->d_name);
        hit = says_fresh(name, o->fs, s);
    }
    if (d)
        closedir(d);
    return hit;
}

static json_t *new_note(const char *imei, struct qdiag_error *e)
{
    uint8_t bytes[SALT_BYTES];
    char salt[2 * SALT_BYTES + 1], unit[65];
    json_t *j;

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        qd_fail(e, QDIAG_E_FAILED, NULL, "the system gives no random bytes");
        return NULL;
    }
    qd_hex(bytes, sizeof bytes, salt);
    unit_of(salt, imei, unit);
    j = json_pack("{s:s, s:s, s:s}", "schema", SCHEMA, "salt", salt, "unit", unit);
    if (!j)
        (void)qd_nomem(e);
    return j;
}

int qd_ufs_record(const struct qdiag_ufs_options *o, const char *sha256,
                  const struct qdiag_ufs_status *s, uint32_t backups, struct qdiag_error *e)
{
    char path[1024], folder[1024], *text = NULL;
    json_t *j, *one;
    int damaged, rc;

    find_place(o->backup, path, folder);
    j = load_note(path, s->imei, &damaged);
    if (damaged < 0) /* a good note is not written over for want of memory */
        return qd_nomem(e);
    if (!j)
        j = new_note(s->imei, e);
    if (!j)
        return -e->code;
    one = json_pack("{s:s, s:s, s:I, s:I, s:I}", "firmware", s->firmware, "file_sha256", sha256,
                    "backups", (json_int_t)backups, "restores", (json_int_t)s->fs[o->fs].restores,
                    "time", (json_int_t)time(NULL));
    if (one && json_object_set_new(j, fs_names[o->fs], one) == 0)
        text = qd_json_write(j, JSON_INDENT(2));
    json_decref(j);
    rc = text ? qd_save_text(path, text, e) : qd_nomem(e);
    free(text);
    return rc;
}
