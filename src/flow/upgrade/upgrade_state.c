/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state file of an upgrade. It is written before anything is sent and at every change after
 * that, whole or not at all. It must never hold a password or a whole IMEI. */
#include "flow/upgrade/upgrade_state.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/digest.h"
#include "base/save.h"
#include "base/text.h"
#include "container/json_text.h"
#include "transport/discover.h"

#define LATEST         INT64_C(253402300799) /* the end of year 9999 */
#define SCHEMA         "qdiag.fota-run/1"
#define FILE_MAX_BYTES 65536u

static void hash(const struct qd_run_state *s, const char *imei, char out[65])
{
    char text[64];

    snprintf(text, sizeof text, "%.32s%.15s", s->salt, imei);
    qd_sha256_hex(text, strlen(text), out);
}

int qd_run_state_about(struct qd_run_state *s, const struct qdiag_at *at, const char *imei,
                       struct qdiag_error *e)
{
    uint8_t salt[16];
    size_t n = strlen(imei);

    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt)
        return qd_fail(e, QDIAG_E_FAILED, NULL, "the system gives no random bytes");
    for (size_t i = 0; i < sizeof salt; i++)
        snprintf(s->salt + 2 * i, 3, "%02x", salt[i]);
    hash(s, imei, s->unit);
    qd_copy_text(s->last, sizeof s->last, n > 4 ? imei + n - 4 : imei);
    qd_copy_text(s->at, sizeof s->at, at->address.text);
    qd_copy_text(s->usb_path, sizeof s->usb_path, at->usb_path);
    s->interface = at->interface;
    s->began = (int64_t)time(NULL);
    s->code = -1;
    return 0;
}

int qd_run_state_is(const struct qd_run_state *s, const char *imei)
{
    char now[65];

    hash(s, imei, now);
    return strcmp(now, s->unit) == 0;
}

int qd_run_state_open(const struct qd_run_state *s)
{
    static const char *const over[] = {"done", "failed", "unknown", "refused"};

    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++)
        if (strcmp(s->stage, over[i]) == 0)
            return 0;
    return 1;
}

static json_t *to_json(const struct qd_run_state *s)
{
    char began[21], changed[21];

    qd_utc_text(s->began, began);
    qd_utc_text(s->changed, changed);
    return json_pack("{s:s, s:{s:s, s:s, s:i}, s:{s:s, s:s, s:s, s:s, s:s}, s:s, s:s, s:s, s:s, "
                     "s:s, s:s, s:s, s:i, s:o, s:o, s:s, s:o, s:I, s:I, s:s, s:s}",
                     "schema", SCHEMA, "port", "at", s->at, "usb_path", s->usb_path, "interface",
                     s->interface, "unit", "salt", s->salt, "sha256", s->unit, "last_digits",
                     s->last, "model", s->model, "family", s->family, "source", s->source, "target",
                     s->target, "target_other", s->target_other, "argument", s->argument, "backup",
                     s->backup, "backup_sha256", s->backup_sha256, "stage", s->stage, "attempts",
                     (int)s->attempts, "code", s->code < 0 ? json_null() : json_integer(s->code),
                     "restores_before",
                     s->restores < 0 ? json_null() : json_integer((json_int_t)s->restores),
                     "package", s->package, "copies_before",
                     s->copies < 0 ? json_null() : json_integer((json_int_t)s->copies),
                     "began_unix", (json_int_t)s->began, "changed_unix", (json_int_t)s->changed,
                     "began", began, "changed", changed);
}

int qd_run_state_save(const char *path, const struct qd_run_state *s, struct qdiag_error *e)
{
    json_t *j = to_json(s);
    char *text = j ? qd_json_write(j, JSON_INDENT(2)) : NULL;
    int rc = text ? qd_save_text(path, text, e) : qd_nomem(e);

    json_decref(j);
    free(text);
    return rc;
}

static int take(const json_t *j, const char *key, char *out, size_t cap)
{
    const char *text = json_string_value(json_object_get(j, key));

    if (!text || strlen(text) >= cap)
        return -1;
    qd_copy_text(out, cap, text);
    return 0;
}

static int64_t take_number(const json_t *j, const char *key, int64_t most, int64_t otherwise)
{
    const json_t *v = json_object_get(j, key);
    int64_t n = json_is_integer(v) ? json_integer_value(v) : -1;

    return n >= 0 && n <= most ? n : otherwise;
}

#define TAKE(from, key, field) take(from, key, s->field, sizeof s->field)

static int from_json(const json_t *j, struct qd_run_state *s)
{
    const json_t *port = json_object_get(j, "port"), *unit = json_object_get(j, "unit");
    const char *schema = json_string_value(json_object_get(j, "schema"));

    if (!schema || strcmp(schema, SCHEMA) != 0 || TAKE(port, "at", at) ||
        TAKE(port, "usb_path", usb_path) || TAKE(unit, "salt", salt) ||
        TAKE(unit, "sha256", unit) || TAKE(unit, "last_digits", last) ||
        TAKE(unit, "model", model) || TAKE(unit, "family", family) || TAKE(j, "source", source) ||
        TAKE(j, "target", target) || TAKE(j, "argument", argument) || TAKE(j, "backup", backup) ||
        TAKE(j, "stage", stage))
        return -1;
    if (strlen(s->salt) != 32 || strlen(s->unit) != 64)
        return -1;
    if (TAKE(j, "target_other", target_other) || TAKE(j, "backup_sha256", backup_sha256) ||
        strlen(s->backup_sha256) != (s->backup[0] ? 64 : 0)) /* without it any backup would do */
        return -1;
    if (json_object_get(j, "package") && TAKE(j, "package", package))
        return -1;
    s->interface = (int)take_number(port, "interface", 255, -1);
    s->attempts = (unsigned)take_number(j, "attempts", 1000000, 0);
    s->code = (int)take_number(j, "code", 999999, -1);
    s->restores = take_number(j, "restores_before", UINT32_MAX - 1, -1);
    s->copies = take_number(j, "copies_before", UINT32_MAX - 1, -1);
    s->began = take_number(j, "began_unix", LATEST, 0);
    s->changed = take_number(j, "changed_unix", LATEST, 0);
    return 0;
}

int qd_run_state_parse(const void *p, size_t n, const char *name, struct qd_run_state *s,
                       struct qdiag_error *e)
{
    int nomem, rc = 0;
    json_t *j = qd_json_read(p, n, NULL, &nomem);

    memset(s, 0, sizeof *s);
    if (nomem)
        rc = qd_nomem(e);
    else if (!j || from_json(j, s) != 0)
        rc = qd_fail(e, QDIAG_E_FILE_UNKNOWN, name, "it is no state file of an upgrade (%s)",
                     SCHEMA);
    json_decref(j);
    return rc;
}

int qd_run_state_load(const char *path, struct qd_run_state *s, struct qdiag_error *e)
{
    uint8_t *p = NULL;
    size_t n = 0;
    int rc = qd_read_file(path, FILE_MAX_BYTES, &p, &n, e);

    memset(s, 0, sizeof *s);
    if (rc == 0)
        rc = qd_run_state_parse(p, n, path, s, e);
    free(p);
    return rc;
}

int qdiag_fota_where(struct qdiag_context *c, const char *state, char address[512],
                     struct qdiag_error *e)
{
    struct qd_port_list list = {0};
    struct qdiag_error mine = {0};
    struct qd_run_state s;
    int rc = qd_run_state_load(state, &s, e);

    address[0] = '\0';
    if (rc != 0)
        return rc;
    qd_copy_text(address, 512, s.at);
    if (s.usb_path[0] && qd_discover(c, NULL, &list, &mine) == 0)
        for (size_t i = 0; i < list.n; i++)
            if (strcmp(list.p[i].usb_path, s.usb_path) == 0 && !list.p[i].likely_diag &&
                list.p[i].interface == s.interface)
                snprintf(address, 512, "tty:%s", list.p[i].node);
    qd_port_list_free(&list);
    return 0;
}
