/* SPDX-License-Identifier: BSD-3-Clause
 *
 * unit.conf: `key = value` lines, quirks as a name alone or `name = value`, `#` comments. Whatever
 * is not in quirks.def, doubled or out of range is refused with its line: a unit with a mistyped
 * quirk must not pass for one without. */
#include "sim/unit_store.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fsio.h"
#include "base/hex.h"
#include "base/text.h"

enum value_kind { TEXT, DEC, HEX, ENUM, FLAG };

struct known {
    const char *name;
    enum value_kind kind;
    const char *allowed;
    int quirk;
};

static const struct known table[] = {
#define SIM_KEY(name, kind, allowed, text)   {#name, kind, allowed, 0},
#define SIM_QUIRK(name, kind, allowed, text) {#name, kind, allowed, 1},
#include "sim/quirks.def"
};

#define TABLE_N (sizeof table / sizeof table[0])

static const struct known *find_known(const char *key)
{
    for (size_t i = 0; i < TABLE_N; i++)
        if (strcmp(table[i].name, key) == 0)
            return &table[i];
    return NULL;
}

static void list_names(char *out, size_t cap)
{
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < TABLE_N && at < cap; i++)
        at += (size_t)snprintf(out + at, cap - at, " %s", table[i].name);
}

static int in_list(const char *list, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = list; *p; p += strspn(p, " ")) {
        size_t len = strcspn(p, " ");
        if (len == n && memcmp(p, word, n) == 0)
            return 1;
        p += len;
    }
    return 0;
}

static int in_range(const char *range, const char *value)
{
    char *end;
    unsigned long lo = strtoul(range, &end, 10), hi = strtoul(end + 1, NULL, 10);
    size_t n = strlen(value);
    if (n == 0 || n > 9 || strspn(value, "0123456789") != n)
        return 0;
    unsigned long v = strtoul(value, NULL, 10);
    return v >= lo && v <= hi;
}

static int is_hex(const char *digits, const char *value)
{
    size_t n = strlen(value);
    for (size_t i = 0; i < n; i++)
        if (qd_hex_digit((unsigned char)value[i]) < 0)
            return 0;
    return *digits ? n == strtoul(digits, NULL, 10) : n > 0 && n % 2 == 0;
}

/* What is wrong with a value, as the second half of a sentence; 0 when nothing is. */
static int check_value(const struct known *k, const char *value, char *why, size_t cap)
{
    why[0] = '\0';
    if (k->kind == DEC && !in_range(k->allowed, value))
        snprintf(why, cap, "%s takes a number %s", k->name, k->allowed);
    else if (k->kind == ENUM && !in_list(k->allowed, value))
        snprintf(why, cap, "%s is one of: %s", k->name, k->allowed);
    else if (k->kind == HEX && !is_hex(k->allowed, value))
        snprintf(why, cap, "%s takes %s hex digits", k->name,
                 *k->allowed ? k->allowed : "an even number of");
    else if (k->kind == FLAG && *value)
        snprintf(why, cap, "%s takes no value", k->name);
    else if (k->kind == TEXT && !*value)
        snprintf(why, cap, "%s has no value", k->name);
    return why[0] != '\0';
}

static int add_conf(struct sim_unit *u, const char *key, const char *value)
{
    struct sim_conf *v = qd_grow(u->conf, u->n_conf, &u->conf_cap, sizeof *v);
    if (!v)
        return -1;
    u->conf = v;
    v[u->n_conf].key = qd_strdup(key);
    v[u->n_conf].value = qd_strdup(value);
    u->n_conf++;
    return v[u->n_conf - 1].key && v[u->n_conf - 1].value ? 0 : -1;
}

static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* Cuts a comment: `#` at the start, or after a blank. */
static void cut_comment(char *s)
{
    for (char *p = s; *p; p++) {
        if (*p == '#' && (p == s || isspace((unsigned char)p[-1]))) {
            *p = '\0';
            return;
        }
    }
}

static int take_line(struct sim_unit *u, char *line, unsigned no, char *err, size_t cap)
{
    char text[1900];
    cut_comment(line);
    char *key = trim(line), *eq = strchr(key, '=');
    const char *value = "";
    if (!*key)
        return 0;
    if (eq) {
        *eq = '\0';
        key = trim(key);
        value = trim(eq + 1);
    }
    const struct known *k = find_known(key);
    if (!k) {
        list_names(text, sizeof text);
        return sim_err(err, cap, "%s/unit.conf:%u: unknown key or quirk '%s'; known are:%s", u->dir,
                       no, key, text);
    }
    if (sim_unit_conf(u, key, NULL))
        return sim_err(err, cap, "%s/unit.conf:%u: '%s' is there twice", u->dir, no, key);
    if (check_value(k, value, text, sizeof text))
        return sim_err(err, cap, "%s/unit.conf:%u: %s", u->dir, no, text);
    if (add_conf(u, key, value) != 0)
        return sim_err(err, cap, "%s/unit.conf: out of memory", u->dir);
    return 0;
}

int sim_conf_load(struct sim_unit *u, char *err, size_t cap)
{
    struct qdiag_error e = {0};
    uint8_t *text = NULL;
    size_t len = 0;
    char *path = sim_unit_path(u, "/unit.conf", "");
    if (!path)
        return sim_err(err, cap, "%s/unit.conf: out of memory", u->dir);
    int rc = qd_read_file(path, 1u << 20, &text, &len, &e);
    free(path);
    if (rc != 0)
        return sim_err(err, cap, "%s/unit.conf: %s", u->dir, e.why);
    char *copy = qd_strndup((const char *)text, len);
    char *next = copy;
    rc = copy ? 0 : sim_err(err, cap, "%s/unit.conf: out of memory", u->dir);
    for (unsigned no = 1; rc == 0 && next; no++) {
        char *line = next;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        rc = take_line(u, line, no, err, cap);
    }
    free(copy);
    free(text);
    return rc;
}

void sim_conf_free(struct sim_unit *u)
{
    for (size_t i = 0; i < u->n_conf; i++) {
        free(u->conf[i].key);
        free(u->conf[i].value);
    }
    free(u->conf);
    u->conf = NULL;
    u->n_conf = u->conf_cap = 0;
}

const char *sim_unit_conf(const struct sim_unit *u, const char *key, const char *def)
{
    for (size_t i = 0; i < u->n_conf; i++)
        if (strcmp(u->conf[i].key, key) == 0)
            return u->conf[i].value;
    return def;
}

int sim_unit_quirk(const struct sim_unit *u, const char *name)
{
    return sim_unit_conf(u, name, NULL) != NULL;
}

unsigned sim_conf_number(const struct sim_unit *u, const char *key, unsigned def)
{
    const char *s = sim_unit_conf(u, key, NULL);
    return s ? (unsigned)strtoul(s, NULL, 10) : def;
}

size_t sim_conf_hex(const struct sim_unit *u, const char *key, uint8_t *out, size_t cap)
{
    const char *s = sim_unit_conf(u, key, "");
    size_t n = strlen(s) / 2;
    if (n > cap)
        n = cap;
    return qd_unhex(s, out, n) == 0 ? n : 0;
}

static int set_in_memory(struct sim_unit *u, const char *key, const char *value)
{
    for (size_t i = 0; i < u->n_conf; i++) {
        char *copy;

        if (strcmp(u->conf[i].key, key) != 0)
            continue;
        copy = qd_strdup(value);
        if (!copy)
            return -1;
        free(u->conf[i].value);
        u->conf[i].value = copy;
        return 0;
    }
    return add_conf(u, key, value);
}

/* Whether a line of the file gives the key. */
static int gives(const char *line, size_t n, const char *key)
{
    size_t len = strlen(key);

    while (n && isspace((unsigned char)*line))
        line++, n--;
    if (n < len || memcmp(line, key, len) != 0)
        return 0;
    while (len < n && isspace((unsigned char)line[len]))
        len++;
    return len < n && line[len] == '=';
}

static int rewrite(const char *text, size_t len, const char *key, const char *value,
                   struct qd_buf *out)
{
    int done = 0;

    for (size_t at = 0; at < len;) {
        const char *end = memchr(text + at, '\n', len - at);
        size_t n = end ? (size_t)(end - text) - at : len - at;

        if (gives(text + at, n, key)) {
            done = 1;
            if (qd_buf_printf(out, "%s = %s\n", key, value))
                return -1;
        } else if (qd_buf_add(out, text + at, n) || qd_buf_add_byte(out, '\n')) {
            return -1;
        }
        at += n + 1;
    }
    return done ? 0 : qd_buf_printf(out, "%s = %s\n", key, value);
}

int sim_conf_set(struct sim_unit *u, const char *key, const char *value, char *err, size_t cap)
{
    char *path = sim_unit_path(u, "/unit.conf", "");
    struct qdiag_error e = {0};
    struct qd_buf out = {0};
    uint8_t *text = NULL;
    size_t len = 0;
    int rc;

    if (!path || set_in_memory(u, key, value))
        rc = sim_err(err, cap, "%s/unit.conf: out of memory", u->dir);
    else if (qd_read_file(path, 1u << 20, &text, &len, &e) != 0)
        rc = sim_err(err, cap, "%s: %s", path, e.why);
    else if (rewrite((const char *)text, len, key, value, &out))
        rc = sim_err(err, cap, "%s: out of memory", path);
    else
        rc = sim_save_bytes(path, out.p, out.len, err, cap);
    qd_buf_free(&out);
    free(text);
    free(path);
    return rc;
}
