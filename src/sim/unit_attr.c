/* SPDX-License-Identifier: BSD-3-Clause
 *
 * efs.attr and efs-alt.attr: what a host file system cannot say about an EFS entry. One line each:
 * `<octal mode> <mtime> <kind> /path[ -> target]`. Entries without a line are plain 0100644 files
 * or 040755 directories of time 0. */
#include "sim/unit_store.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/text.h"

#define ATTR_FILE_MAX (64u * 1024 * 1024)

struct line {
    uint32_t mode, mtime;
    char *kind, *path, *target;
};

static char *attr_path(const struct sim_unit *u, const struct sim_tree *t)
{
    char name[32];
    snprintf(name, sizeof name, "/%s.attr", t->folder);
    return sim_unit_path(u, name, "");
}

/* Cuts the next blank-separated word off *s; NULL when there is none. */
static char *word(char **s)
{
    char *p = *s + strspn(*s, " \t");
    size_t n = strcspn(p, " \t");
    if (n == 0)
        return NULL;
    *s = p + n;
    if (**s)
        *(*s)++ = '\0';
    return p;
}

static int number(const char *s, int base, uint32_t *out)
{
    char *end;
    if (!s || *s < '0' || *s > '9')
        return -1;
    errno = 0;
    unsigned long long v = strtoull(s, &end, base);
    if (*end || errno || v > UINT32_MAX)
        return -1;
    *out = (uint32_t)v;
    return 0;
}

/* The parts of a line; a sentence about what is wrong, or NULL. */
static const char *split(char *s, struct line *l)
{
    if (number(word(&s), 8, &l->mode) != 0 || l->mode > 0177777)
        return "the mode is not an octal number up to 0177777";
    if (number(word(&s), 10, &l->mtime) != 0)
        return "the time is not a decimal number";
    l->kind = word(&s);
    if (!l->kind)
        return "the kind is missing";
    l->path = s + strspn(s, " \t");
    if (l->path[0] != '/')
        return "the path does not begin with '/'";
    l->target = NULL;
    if (strcmp(l->kind, "link") == 0) {
        char *arrow = strstr(l->path, " -> ");
        if (!arrow || !arrow[4])
            return "a link needs ' -> target'";
        *arrow = '\0';
        l->target = arrow + 4;
    }
    return NULL;
}

static int bad_component(const char *p, size_t len)
{
    return len > SIM_NAME_MAX || (len == 1 && p[0] == '.') ||
           (len == 2 && p[0] == '.' && p[1] == '.');
}

/* The node of a path; made, with its parents, when it is not there and `make` says so. */
static struct sim_node *node_at(struct sim_tree *t, const char *path, int make, const char **why)
{
    struct sim_node *n = t->root;
    while (*path) {
        size_t len = strcspn(path, "/");
        struct sim_node *kid = len ? sim_node_child(n, path, len) : n;
        *why = n->kind != SIM_DIR         ? "a directory on the way is a file"
               : bad_component(path, len) ? "the path has a part '.', '..' or one too long"
                                          : "there is no such file in the folder";
        if (n->kind != SIM_DIR || bad_component(path, len))
            return NULL;
        if (!kid && make) {
            char *name = qd_strndup(path, len);
            kid = name ? sim_node_new(name, SIM_DIR, SIM_S_IFDIR | 0755, 0) : NULL;
            free(name);
            *why = "out of memory";
            if (!kid || sim_node_add(n, kid) != 0) {
                sim_node_free(kid);
                return NULL;
            }
        }
        if (!kid)
            return NULL;
        n = kid;
        path += len + (path[len] == '/');
    }
    return n;
}

static const char *apply_dir(struct sim_node *n, const struct line *l)
{
    if (n->kind != SIM_DIR)
        return "the entry is a file";
    if ((l->mode & SIM_S_IFMT) && (l->mode & SIM_S_IFMT) != SIM_S_IFDIR)
        return "the mode is not that of a directory (040000)";
    n->mode = SIM_S_IFDIR | (l->mode & 07777);
    return NULL;
}

static const char *apply_link(struct sim_node *n, const struct line *l)
{
    if ((l->mode & SIM_S_IFMT) && (l->mode & SIM_S_IFMT) != SIM_S_IFLNK)
        return "the mode is not that of a link (0120000)";
    if (n->kids || n->len)
        return "the folder holds a file or directory in the place of this link";
    char *target = qd_strdup(l->target);
    if (!target)
        return "out of memory";
    free(n->target);
    n->target = target;
    n->kind = SIM_LINK;
    n->mode = SIM_S_IFLNK | (l->mode & 07777);
    return NULL;
}

/* file, item, hidden, denied: the bytes are in the folder; the type comes from the mode, else the
 * kind. */
static const char *apply_file(struct sim_node *n, const struct line *l)
{
    uint32_t type = l->mode & SIM_S_IFMT;
    int item = strcmp(l->kind, "item") == 0;
    n->hidden = strcmp(l->kind, "hidden") == 0;
    n->denied = strcmp(l->kind, "denied") == 0;
    if (n->kind == SIM_LINK)
        return "the folder holds a link in the place of this file";
    if (n->kind == SIM_DIR && !n->hidden && !n->denied)
        return "the entry is a directory";
    if (n->kind == SIM_DIR)
        type = SIM_S_IFDIR;
    else if (type == SIM_S_IFDIR || type == SIM_S_IFLNK)
        return "the mode is that of a directory or a link";
    else if (!type)
        type = item ? SIM_S_IFITM : SIM_S_IFREG;
    n->mode = type | (l->mode & 07777);
    if (n->kind != SIM_DIR)
        n->kind =
            item || (type == SIM_S_IFITM && strcmp(l->kind, "file") != 0) ? SIM_ITEM : SIM_FILE;
    return NULL;
}

static int known_kind(const char *kind)
{
    static const char *const kinds[] = {"file", "item", "dir", "link", "hidden", "denied"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i], kind) == 0)
            return 1;
    return 0;
}

/* A denied entry needs no bytes in the folder: nobody can read them. */
static int may_make(const struct line *l)
{
    return strcmp(l->kind, "dir") == 0 || l->target || strcmp(l->kind, "denied") == 0;
}

static const char *apply(struct sim_tree *t, char *text)
{
    struct line l;
    const char *why = split(text, &l);
    if (why)
        return why;
    if (!known_kind(l.kind))
        return "the kind is none of file, item, dir, link, hidden, denied";
    int was_there = sim_tree_at(t, l.path) != NULL;
    struct sim_node *n = node_at(t, l.path, may_make(&l), &why);
    if (!n)
        return why;
    if (!was_there && !l.target && strcmp(l.kind, "denied") == 0 &&
        (l.mode & SIM_S_IFMT) != SIM_S_IFDIR)
        n->kind = SIM_FILE;
    n->mtime = l.mtime;
    if (strcmp(l.kind, "dir") == 0)
        return apply_dir(n, &l);
    return l.target ? apply_link(n, &l) : apply_file(n, &l);
}

static int apply_all(char *text, struct sim_tree *t, const char *path, char *err, size_t cap)
{
    unsigned no = 1;
    for (char *next = text; next; no++) {
        char *line = next;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        size_t n = strlen(line);
        if (n && line[n - 1] == '\r')
            line[n - 1] = '\0';
        char *first = line + strspn(line, " \t");
        const char *why = *first && *first != '#' ? apply(t, first) : NULL;
        if (why)
            return sim_err(err, cap, "%s:%u: %s", path, no, why);
    }
    return 0;
}

int sim_attr_load(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap)
{
    struct qdiag_error e = {0};
    uint8_t *text = NULL;
    size_t len = 0;
    char *path = attr_path(u, t);
    if (!path)
        return sim_err(err, cap, "%s/%s.attr: out of memory", u->dir, t->folder);
    if (access(path, F_OK) != 0) {
        free(path);
        return 0;
    }
    int rc = qd_read_file(path, ATTR_FILE_MAX, &text, &len, &e);
    char *copy = rc == 0 ? qd_strndup((const char *)text, len) : NULL;
    if (!copy)
        rc = sim_err(err, cap, "%s: %s", path, e.why[0] ? e.why : "out of memory");
    else
        rc = apply_all(copy, t, path, err, cap);
    free(copy);
    free(text);
    free(path);
    return rc;
}

static const char *kind_name(const struct sim_node *n)
{
    static const char *const names[] = {"file", "item", "dir", "link"};
    return n->hidden ? "hidden" : n->denied ? "denied" : names[n->kind];
}

static int is_plain(const struct sim_node *n)
{
    uint32_t plain = n->kind == SIM_DIR ? SIM_S_IFDIR | 0755 : SIM_S_IFREG | 0644;
    return n->mode == plain && n->mtime == 0 && n->kind != SIM_ITEM && n->kind != SIM_LINK &&
           !n->hidden && !n->denied;
}

static int print_node(struct qd_buf *out, const struct sim_node *n)
{
    int rc = 0;
    if (!is_plain(n)) {
        char *path = sim_node_path(n);
        rc = path ? qd_buf_printf(out, "0%o %u %s %s", n->mode, n->mtime, kind_name(n), path) : -1;
        if (rc == 0 && n->kind == SIM_LINK)
            rc = qd_buf_printf(out, " -> %s", n->target);
        if (rc == 0)
            rc = qd_buf_add_byte(out, '\n');
        free(path);
    }
    for (size_t i = 0; rc == 0 && i < n->kids; i++)
        rc = print_node(out, n->kid[i]);
    return rc;
}

int sim_attr_save(struct sim_unit *u, struct sim_tree *t, char *err, size_t cap)
{
    struct qd_buf out = {0};
    char *path = attr_path(u, t);
    int rc = path ? print_node(&out, t->root) : -1;
    if (rc != 0)
        rc = sim_err(err, cap, "%s/%s.attr: out of memory", u->dir, t->folder);
    else if (out.len || access(path, F_OK) == 0)
        rc = sim_save_bytes(path, out.p, out.len, err, cap);
    qd_buf_free(&out);
    free(path);
    return rc;
}
