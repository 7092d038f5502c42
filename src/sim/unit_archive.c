/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Bundled units: NAME.unit, one line-based text file (docs/formats/unit-archive.md), written out as
 * a unit folder. The archive is read twice: the first pass only checks, so a faulty archive creates
 * nothing. It must never write outside the target folder nor into one that holds anything. */
#include "sim/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/text.h"
#include "sim/unit_archive.h"

#define ARCHIVE_MAX  (32u << 20)
#define NV_SIZE      128u
#define EFS_PATH_MAX 1024u

struct archive {
    const char *file;      /* of the .unit, for messages */
    const char *dir;       /* target folder */
    unsigned line;         /* 0 = outside any line */
    int write;             /* second pass */
    struct qd_buf conf;    /* unit.conf */
    struct qd_buf attr[2]; /* efs.attr, efs-alt.attr */
    struct qd_buf data;    /* content of the entry at hand */
    char *err;
    size_t cap;
};

static int fail(struct archive *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static int fail(struct archive *a, const char *fmt, ...)
{
    char why[768];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(why, sizeof(why), fmt, ap);
    va_end(ap);
    if (a->line)
        snprintf(a->err, a->cap, "%s:%u: %s", a->file, a->line, why);
    else
        snprintf(a->err, a->cap, "%s: %s", a->file, why);
    return -1;
}

/* Cuts the next blank-separated word off *s; NULL at the end of the line. */
static char *next_word(char **s)
{
    char *w = *s;

    while (*w == ' ')
        w++;
    if (*w == '\0')
        return NULL;
    char *end = strchr(w, ' ');
    if (end) {
        *end = '\0';
        *s = end + 1;
    } else {
        *s = w + strlen(w);
    }
    return w;
}

/* Digits only: no sign, no blank, no 0x. */
static int read_number(const char *s, int base, unsigned long max, unsigned long *out)
{
    if (s == NULL || *s == '\0' || strlen(s) > 11)
        return -1;
    unsigned long v = 0;
    for (; *s; s++) {
        if (*s < '0' || *s >= '0' + base)
            return -1;
        v = v * (unsigned)base + (unsigned long)(*s - '0');
    }
    *out = v;
    return v > max ? -1 : 0;
}

/* --- writing ------------------------------------------------------------------------------- */

static int make_parents(struct archive *a, char *path, size_t from)
{
    for (char *p = path + from; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        int bad = mkdir(path, 0777) != 0 && errno != EEXIST;
        if (bad)
            return fail(a, "cannot make folder %s: %s", path, strerror(errno));
        *p = '/';
    }
    return 0;
}

/* DIR + rel (without a leading '/') as a host path, folders above it made. */
static int target(struct archive *a, const char *rel, char *path, size_t cap)
{
    int n = snprintf(path, cap, "%s/%s", a->dir, rel);
    if (n < 0 || (size_t)n >= cap)
        return fail(a, "the path %s/%s is too long for this system", a->dir, rel);
    return make_parents(a, path, strlen(a->dir) + 1);
}

static int write_file(struct archive *a, const char *rel, const struct qd_buf *b)
{
    char path[PATH_MAX];

    if (!a->write)
        return 0;
    if (target(a, rel, path, sizeof(path)) != 0)
        return -1;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (fd < 0 && errno == EEXIST)
        return fail(a, "%s is listed twice", rel);
    if (fd < 0)
        return fail(a, "cannot create %s: %s", path, strerror(errno));
    int bad = qd_write_all(fd, b->p, b->len) != 0;
    int why = errno;
    if (close(fd) != 0 && !bad) {
        bad = 1;
        why = errno;
    }
    return bad ? fail(a, "cannot write %s: %s", path, strerror(why)) : 0;
}

static int write_folder(struct archive *a, const char *rel)
{
    char path[PATH_MAX];

    if (!a->write)
        return 0;
    if (target(a, rel, path, sizeof(path)) != 0)
        return -1;
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return fail(a, "cannot make folder %s: %s", path, strerror(errno));
    return 0;
}

/* --- the three kinds of line ---------------------------------------------------------------- */

static int conf_line(struct archive *a, char *rest)
{
    size_t key = strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    if (key == 0 || (rest[key] != '\0' && strncmp(rest + key, " = ", 3) != 0))
        return fail(a, "conf wants `key = value` or one quirk name, not `%.200s`", rest);
    if (a->write && qd_buf_printf(&a->conf, "%s\n", rest) != 0)
        return fail(a, "out of memory");
    return 0;
}

static int nv_line(struct archive *a, char *rest)
{
    unsigned long sub, id, index = 0;
    char rel[64];
    uint8_t *p;
    const char *sub_text = next_word(&rest);
    char *id_text = next_word(&rest);
    const char *hex = next_word(&rest);
    char *dot = id_text ? strchr(id_text, '.') : NULL;

    if (dot)
        *dot = '\0';
    if (read_number(sub_text, 10, 2, &sub) != 0)
        return fail(a, "nv wants a subscription 0-2 first");
    if (read_number(id_text, 10, 65535, &id) != 0)
        return fail(a, "nv wants an item id 0-65535");
    if (dot && read_number(dot + 1, 10, 255, &index) != 0)
        return fail(a, "an array index is 0-255");
    size_t n = hex ? strlen(hex) : 0;
    if (n == 0 || n % 2 != 0 || n / 2 > NV_SIZE || next_word(&rest) != NULL)
        return fail(a, "nv %lu wants 1-%u bytes of hex", id, NV_SIZE);
    uint8_t data[NV_SIZE] = {0};
    p = data;
    if (qd_unhex(hex, p, n / 2) != 0)
        return fail(a, "nv %lu: not hex", id);
    a->data.len = 0;
    if (qd_buf_add(&a->data, data, sizeof(data)) != 0)
        return fail(a, "out of memory");
    if (dot)
        snprintf(rel, sizeof(rel), "nv/%lu/%lu.%lu", sub, id, index);
    else
        snprintf(rel, sizeof(rel), "nv/%lu/%lu", sub, id);
    return write_file(a, rel, &a->data);
}

enum kind { KIND_FILE, KIND_ITEM, KIND_DIR, KIND_LINK, KIND_HIDDEN, KIND_DENIED, KINDS };

/* S_IFMT of an EFS mode: the unit's own numbers, not the host's. */
#define EFS_IFMT  0170000ul
#define EFS_IFREG 0100000ul
#define EFS_IFITM 0160000ul

static const struct {
    const char *name;
    unsigned long type[2]; /* S_IFMT values that fit */
} kinds[KINDS] = {
    [KIND_FILE] = {"file", {EFS_IFREG, EFS_IFREG}},
    [KIND_ITEM] = {"item", {EFS_IFITM, EFS_IFITM}},
    [KIND_DIR] = {"dir", {0040000, 0040000}},
    [KIND_LINK] = {"link", {0120000, 0120000}},
    [KIND_HIDDEN] = {"hidden", {EFS_IFREG, EFS_IFITM}},
    [KIND_DENIED] = {"denied", {EFS_IFREG, EFS_IFITM}},
};

static enum kind find_kind(const char *name)
{
    for (int k = 0; name && k < KINDS; k++)
        if (strcmp(kinds[k].name, name) == 0)
            return (enum kind)k;
    return KINDS;
}

/* Absolute, printable, no empty, "." or ".." component, so that it stays below the target. */
static int path_ok(const char *path)
{
    if (path == NULL || *path != '/' || strlen(path) > EFS_PATH_MAX)
        return 0;
    for (const char *p = path; *p; p++)
        if (*p <= ' ' || *p > '~')
            return 0;
    while (*path == '/') {
        size_t n = strcspn(++path, "/");
        if (n == 0 || n > NAME_MAX || (n == 1 && path[0] == '.') ||
            (n == 2 && path[0] == '.' && path[1] == '.'))
            return 0;
        path += n;
    }
    return 1;
}

/* What stands behind the path: a link's target, a folder's nothing, a file's content. */
static int entry_body(struct archive *a, enum kind kind, const char *rel, char *rest)
{
    char why[160];

    if (kind == KIND_DIR)
        return *rest ? fail(a, "a dir has no content") : write_folder(a, rel);
    if (kind == KIND_LINK) {
        if (strncmp(rest, "-> ", 3) != 0 || rest[3] == '\0' || strchr(rest + 3, ' ') != NULL)
            return fail(a, "a link wants `-> target`");
        return 0; /* a link lives in the attr file only */
    }
    if (sim_content_decode(rest, &a->data, why, sizeof(why)) != 0)
        return fail(a, "%s", why);
    return write_file(a, rel, &a->data);
}

static int efs_line(struct archive *a, int alt, char *rest)
{
    unsigned long mode = 0, mtime = 0;
    char rel[EFS_PATH_MAX + 16];
    const char *mode_text = next_word(&rest);
    const char *time_text = next_word(&rest);
    const char *kind_text = next_word(&rest);
    const char *path = next_word(&rest);
    enum kind kind = find_kind(kind_text);

    if (read_number(mode_text, 8, 0177777, &mode) != 0)
        return fail(a, "wants an octal mode first");
    if (read_number(time_text, 10, UINT32_MAX, &mtime) != 0)
        return fail(a, "wants a time in Unix seconds after the mode");
    if (kind == KINDS)
        return fail(a, "unknown kind `%.40s`", kind_text ? kind_text : "");
    if ((mode & EFS_IFMT) != kinds[kind].type[0] && (mode & EFS_IFMT) != kinds[kind].type[1])
        return fail(a, "mode %lo does not fit kind %s", mode, kinds[kind].name);
    if (!path_ok(path))
        return fail(a, "bad path `%.200s`", path ? path : "");
    snprintf(rel, sizeof(rel), "%s%s", alt ? "efs-alt" : "efs", path);
    if (a->write &&
        qd_buf_printf(&a->attr[alt], "%lo %lu %s %s%s%s\n", mode, mtime, kind_text, path,
                      kind == KIND_LINK ? " " : "", kind == KIND_LINK ? rest : "") != 0)
        return fail(a, "out of memory");
    return entry_body(a, kind, rel, rest);
}

static int one_line(struct archive *a, char *line)
{
    if (*line == '#' || *line == '\0')
        return 0;
    const char *word = next_word(&line);
    if (word && strcmp(word, "conf") == 0)
        return conf_line(a, line);
    if (word && strcmp(word, "nv") == 0)
        return nv_line(a, line);
    if (word && strcmp(word, "efs") == 0)
        return efs_line(a, 0, line);
    if (word && strcmp(word, "alt") == 0)
        return efs_line(a, 1, line);
    return fail(a, "a line begins with conf, nv, efs, alt or #");
}

static int one_pass(struct archive *a, const char *text, size_t n)
{
    const char *end = text + n;

    a->line = 0;
    while (text < end) {
        const char *nl = memchr(text, '\n', (size_t)(end - text));
        a->line++;
        if (nl == NULL)
            return fail(a, "the last line has no line end: the file was cut");
        if (memchr(text, '\0', (size_t)(nl - text)) != NULL)
            return fail(a, "a NUL byte in the line");
        char *line = qd_strndup(text, (size_t)(nl - text));
        if (line == NULL)
            return fail(a, "out of memory");
        int rc = one_line(a, line);
        free(line);
        if (rc != 0)
            return rc;
        text = nl + 1;
    }
    a->line = 0;
    return 0;
}

/* --- the whole thing ------------------------------------------------------------------------ */

/* The target may be absent or empty; anything in it is somebody's unit. */
static int target_ready(struct archive *a)
{
    DIR *d = opendir(a->dir);
    const struct dirent *de;
    int used = 0;

    if (d == NULL && errno == ENOENT) {
        if (mkdir(a->dir, 0777) == 0)
            return 0;
        return fail(a, "cannot make folder %s: %s", a->dir, strerror(errno));
    }
    if (d == NULL)
        return fail(a, "cannot open folder %s: %s", a->dir, strerror(errno));
    while ((de = readdir(d)) != NULL)
        if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
            used = 1;
    closedir(d);
    return used ? fail(a, "folder %s is not empty; nothing was written", a->dir) : 0;
}

static int write_lists(struct archive *a)
{
    if (write_file(a, "unit.conf", &a->conf) != 0 || write_folder(a, "nv/0") != 0 ||
        write_folder(a, "efs") != 0 || write_file(a, "efs.attr", &a->attr[0]) != 0)
        return -1;
    return a->attr[1].len ? write_file(a, "efs-alt.attr", &a->attr[1]) : 0;
}

int sim_unit_unpack(const char *name, const char *dir, char *err, size_t cap)
{
    char file[PATH_MAX];
    struct archive a = {.file = file, .dir = dir, .err = err, .cap = cap};
    struct qdiag_error e = {0};
    uint8_t *text = NULL;
    size_t len = 0;
    int rc = -1;

    if (sim_unit_find(name, file, sizeof(file), err, cap) != 0)
        return -1;
    if (qd_read_file(file, ARCHIVE_MAX, &text, &len, &e) != 0) {
        fail(&a, "cannot read it: %s", e.why);
        goto out;
    }
    if (one_pass(&a, (const char *)text, len) != 0 || target_ready(&a) != 0)
        goto out;
    a.write = 1;
    if (one_pass(&a, (const char *)text, len) != 0 || write_lists(&a) != 0)
        goto out;
    rc = 0;
out:
    free(text);
    qd_buf_free(&a.conf);
    qd_buf_free(&a.attr[0]);
    qd_buf_free(&a.attr[1]);
    qd_buf_free(&a.data);
    return rc;
}
