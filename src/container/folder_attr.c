/* SPDX-License-Identifier: BSD-3-Clause
 *
 * efs.attr and efs-alt.attr of the unit folder (docs/formats/unit.md): modes, times, kinds, links
 * and empty folders. The file is the authority; what a tar header says of the same entry gives way.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "container/folder.h"

struct attr {
    uint32_t mode, mtime;
    char kind[8];
    char *path, *target; /* path with "efs/" in front */
};

static const char *const kinds[] = {"file", "item", "dir", "link", "hidden", "denied", NULL};
enum { K_FILE, K_ITEM, K_DIR, K_LINK, K_HIDDEN, K_DENIED, K_UNKNOWN };

static int kind_number(const char *s)
{
    int k = 0;
    while (kinds[k] && strcmp(kinds[k], s) != 0)
        k++;
    return k;
}

/* The next blank-separated word as a number in that base. */
static int take_number(const char **s, int base, uint32_t max, uint32_t *out)
{
    char *end;
    *s += strspn(*s, " \t");
    if (**s < '0' || **s > '9')
        return -1;
    errno = 0;
    unsigned long long v = strtoull(*s, &end, base);
    if (errno || v > max || (*end != ' ' && *end != '\t'))
        return -1;
    *out = (uint32_t)v;
    *s = end;
    return 0;
}

static const char no_memory[] = "out of memory"; /* known by its address */

static const char *split(const char *s, int alt, struct attr *a)
{
    if (take_number(&s, 8, 0177777, &a->mode) != 0)
        return "the mode is not an octal number up to 0177777";
    if (take_number(&s, 10, UINT32_MAX, &a->mtime) != 0)
        return "the time is not a decimal number";
    s += strspn(s, " \t");
    size_t n = strcspn(s, " \t");
    qd_copy_text(a->kind, n + 1 < sizeof a->kind ? n + 1 : sizeof a->kind, s);
    if (kind_number(a->kind) == K_UNKNOWN)
        return "the kind is none of file, item, dir, link, hidden, denied";
    s += n;
    s += strspn(s, " \t");
    if (s[0] != '/')
        return "the path does not begin with '/'";
    const char *arrow = kind_number(a->kind) == K_LINK ? strstr(s, " -> ") : NULL;
    if (kind_number(a->kind) == K_LINK && (!arrow || !arrow[4]))
        return "a link needs ' -> target'";
    size_t root = strlen(qd_folder_root(alt)), len = arrow ? (size_t)(arrow - s) : strlen(s);
    a->path = qd_alloc(root + len + 1, 1);
    a->target = arrow ? qd_strdup(arrow + 4) : NULL;
    if (!a->path || (arrow && !a->target))
        return no_memory;
    memcpy(a->path, qd_folder_root(alt), root);
    memcpy(a->path + root, s, len);
    return qd_entry_path_fault(a->path, root + len);
}

static uint32_t with_type(uint32_t mode, uint32_t type)
{
    return mode & QD_EFS_TYPE_MASK ? mode : mode | type;
}

static const char *set_kind(struct qd_entry *x, const struct attr *a)
{
    int k = kind_number(a->kind);
    x->mtime = a->mtime;
    x->veil = k == K_HIDDEN ? QD_VEIL_HIDDEN : k == K_DENIED ? QD_VEIL_DENIED : QD_VEIL_NONE;
    if (k == K_DIR || (x->kind == QD_ENTRY_DIR && x->veil)) {
        x->mode = with_type(a->mode, 0040000u);
        return x->kind != QD_ENTRY_DIR ? "the entry is no folder" : NULL;
    }
    if (k == K_LINK) {
        x->mode = with_type(a->mode, 0120000u);
        return x->kind != QD_ENTRY_LINK ? "the entry is no link" : NULL;
    }
    if (x->kind == QD_ENTRY_DIR || x->kind == QD_ENTRY_LINK)
        return "the entry is a folder or a link";
    x->mode = with_type(a->mode, k == K_ITEM ? QD_EFS_ITEM_TYPE : 0100000u);
    int item = k == K_ITEM || (k != K_FILE && (x->mode & QD_EFS_TYPE_MASK) == QD_EFS_ITEM_TYPE);
    x->kind = item ? QD_ENTRY_ITEM : QD_ENTRY_FILE;
    return NULL;
}

/* Mode and kind must agree on what is a folder and what is a link: a reader that believes the other
 * word would see something else. */
static const char *set_entry(struct qd_entry *x, const struct attr *a)
{
    const char *why = set_kind(x, a);
    uint32_t type = x->mode & QD_EFS_TYPE_MASK;
    if (why)
        return why;
    return (x->kind == QD_ENTRY_DIR) != (type == 0040000u) ||
                   (x->kind == QD_ENTRY_LINK) != (type == 0120000u)
               ? "the mode is that of another kind"
               : NULL;
}

/* Links, folders and denied entries need no file of their own. */
static int add_entry(struct qd_entries *l, const struct attr *a, struct qdiag_error *e)
{
    int k = kind_number(a->kind);
    struct qd_entry x = {.path = a->path, .target = a->target};
    int dir = k == K_DIR || (a->mode & QD_EFS_TYPE_MASK) == 0040000u;
    x.kind = k == K_LINK ? QD_ENTRY_LINK : dir ? QD_ENTRY_DIR : QD_ENTRY_FILE;
    const char *why = set_entry(&x, a);
    if (why)
        return qd_folder_bad(e, a->path, 0, "%s", why);
    return qd_entries_add(l, &x, e);
}

static int set_target(struct qd_entry *x, struct attr *a)
{
    if (a->target && x->kind == QD_ENTRY_LINK) {
        free(x->target);
        x->target = a->target;
        a->target = NULL;
    }
    return 0;
}

int qd_folder_has_below(const struct qd_entries *l, size_t sorted, const char *path)
{
    size_t lo = 0, hi = sorted, n = strlen(path);
    char *key = qd_alloc(n + 2, 1);
    if (!key)
        return 0;
    memcpy(key, path, n);
    key[n] = '/';
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (strcmp(l->v[mid].path, key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    int found = lo < sorted && strncmp(l->v[lo].path, key, n + 1) == 0;
    free(key);
    return found;
}

/* efs.attr under way. */
struct attr_file {
    struct qd_entries *l;
    size_t sorted; /* entries before the first was added */
    int alt;
    char name[16];
    size_t no; /* of the line */
    struct qdiag_error *e;
};

static int apply_line(const struct attr_file *f, const char *text)
{
    struct qd_entries *l = f->l;
    struct qdiag_error *e = f->e;
    const char *file = f->name;
    size_t sorted = f->sorted, no = f->no;
    struct attr a = {0};
    struct qd_entries known = {l->v, sorted, sorted};
    const char *why = split(text, f->alt, &a);
    int rc = why == no_memory ? qd_nomem(e) : why ? qd_folder_bad(e, file, no, "%s", why) : 0;
    struct qd_entry *x = rc == 0 ? (struct qd_entry *)qd_entries_find(&known, a.path) : NULL;
    int k = kind_number(a.kind);
    if (rc == 0 && x) {
        why = set_entry(x, &a);
        set_target(x, &a);
        rc = why ? qd_folder_bad(e, file, no, "%s", why) : 0;
    } else if (rc == 0 && (k == K_FILE || k == K_ITEM || k == K_HIDDEN) &&
               !qd_folder_has_below(l, sorted, a.path)) {
        rc = qd_folder_bad(e, file, no, "there is no such file in the folder");
    } else if (rc == 0) {
        rc = add_entry(l, &a, e);
    }
    free(a.path);
    free(a.target);
    return rc;
}

int qd_attr_apply(struct qd_entries *l, int alt, struct qdiag_error *e)
{
    struct attr_file f = {.l = l, .sorted = l->n, .alt = alt, .e = e};
    snprintf(f.name, sizeof f.name, "%s.attr", qd_folder_root(alt));
    const struct qd_entry *x = qd_entries_find(l, f.name);
    if (!x || x->len == 0)
        return 0;
    const uint8_t *text = x->data; /* the vector may move, the bytes do not */
    if (memchr(text, '\0', x->len))
        return qd_folder_bad(e, f.name, 0, "a NUL in a text file");
    struct qd_lines lines = {(const char *)text, (const char *)text + x->len, 0};
    const char *line;
    size_t n;
    int rc = 0;
    while (rc == 0 && qd_lines_next(&lines, &line, &n)) {
        char *copy = qd_strndup(line, n);
        if (!copy)
            return qd_nomem(e);
        const char *first = copy + strspn(copy, " \t");
        f.no = lines.no;
        if (*first && *first != '#')
            rc = apply_line(&f, first);
        free(copy);
    }
    return rc;
}

static int is_plain(const struct qd_entry *x)
{
    return x->kind == QD_ENTRY_FILE && x->mtime == 0 && x->veil == QD_VEIL_NONE &&
           (x->mode == 0 || x->mode == QD_EFS_FILE_MODE);
}

static uint32_t usual_mode(const struct qd_entry *x)
{
    static const uint32_t usual[] = {[QD_ENTRY_FILE] = QD_EFS_FILE_MODE,
                                     [QD_ENTRY_ITEM] = 0160644u,
                                     [QD_ENTRY_DIR] = QD_EFS_IFDIR_MODE,
                                     [QD_ENTRY_LINK] = QD_EFS_LINK_MODE};
    return x->mode ? x->mode : usual[x->kind];
}

int qd_attr_text(const struct qd_entries *l, int alt, struct qd_buf *out)
{
    for (size_t i = 0; i < l->n; i++) {
        const struct qd_entry *x = &l->v[i];
        int in_alt;
        const char *below = qd_folder_below(x->path, &in_alt);
        if (!below || in_alt != alt || is_plain(x))
            continue;
        int kind = x->veil == QD_VEIL_HIDDEN   ? K_HIDDEN
                   : x->veil == QD_VEIL_DENIED ? K_DENIED
                                               : (int)x->kind;
        int bad =
            qd_buf_printf(out, "0%o %u %s /%s%s%s\n", (unsigned)usual_mode(x), (unsigned)x->mtime,
                          kinds[kind], below, x->target ? " -> " : "", x->target ? x->target : "");
        if (bad)
            return -1;
    }
    return 0;
}
