/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The examples of the upgrade guides (dialogues/fota-*.at), as the library reads them: no line of
 * them is left unread, and each leads to the state its guide describes. Every file needs a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>

#include <cmocka.h>

#include "watch_rig.h"

static const struct row {
    const char *file, *family;
    enum qdiag_fota_state last; /* behind the last line that is printed */
    unsigned attempts;
    int code; /* -1 = none */
    unsigned lines;
} rows[] = {
    {"fota-bg96-continue-https.at", "bg96", S(ENDED), 1, -1, 11},
    {"fota-bg96-continue-local.at", "bg96", S(ENDED), 2, -1, 10},
    {"fota-bg96-https.at", "bg96", S(ENDED), 1, -1, 10},
    {"fota-bg96-local.at", "bg96", S(RESTORING), 1, -1, 8}, /* its END is not printed */
    {"fota-eg9x-ftp.at", "eg9x", S(ENDED), 1, -1, 7},
    {"fota-eg9x-http-table.at", "eg9x", S(ENDED), 1, -1, 7},
    {"fota-eg9x-http.at", "eg9x", S(ENDED), 1, -1, 7},
    {"fota-eg9x-local.at", "eg9x", S(ENDED), 1, -1, 5},
    {"fota-rg-file.at", "rg50xq", S(ENDED), 1, -1, 5},
    {"fota-rg-ftp.at", "rg50xq", S(ENDED), 1, -1, 7},
    {"fota-rg-http.at", "rg50xq", S(ENDED), 1, -1, 7},
    {"fota-rg-retry.at", "rg50xq", S(ENDED), 2, 520, 8},
};
#define ROWS (sizeof rows / sizeof rows[0])

static const char *folder(void)
{
    static char path[1024];
    const char *top = getenv("top_srcdir");

    snprintf(path, sizeof path, "%s/tests/unit/dialogues", top ? top : ".");
    return path;
}

static void load(const char *name, char *text, size_t cap)
{
    char path[1300];
    FILE *f;
    size_t n;

    snprintf(path, sizeof path, "%s/%s", folder(), name);
    f = fopen(path, "r");
    assert_non_null(f);
    n = fread(text, 1, cap - 1, f);
    fclose(f);
    assert_true(n < cap - 1);
    text[n] = '\0';
}

/* What the unit says to the last command of the dialogue; the escapes \r and \n end its lines. */
static char *last_answer(char *text)
{
    char *found = NULL, *line, *save = NULL;

    for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        if (strncmp(line, "AT+QFOTADL=", 11) == 0)
            found = line;
    assert_non_null(found);
    found = strstr(found, "   ");
    assert_non_null(found);
    for (char *c = found; *c; c++)
        if (c[0] == '\\' && (c[1] == 'r' || c[1] == 'n'))
            c[0] = c[1] = '\n';
    return found + strspn(found, " \n");
}

/* Before START a unit of these families restarts; the guides do not print it. */
static void restart(struct run *r)
{
    watch_event(r, QD_WATCH_GONE);
    assert_int_equal(r->action, QD_WATCH_FIND);
    r->now += SECOND;
    watch_event(r, QD_WATCH_BACK);
    assert_int_equal(r->action, QD_WATCH_LISTEN);
}

static void say(struct run *r, const char *line, unsigned *lines)
{
    struct qd_fota_urc u = qd_fota_urc_read(line);

    if (strcmp(line, "OK") == 0) {
        watch_event(r, QD_WATCH_OK);
        watch_is(r, S(ACCEPTED), QD_WATCH_LISTEN);
        return;
    }
    if (u.word == QD_FOTA_NO_URC || u.word == QD_FOTA_UNREAD || u.word == QD_FOTA_OTHER)
        fail_msg("not read: %s", line);
    if (u.word == QD_FOTA_START && r->w.family->early)
        restart(r);
    watch_line(r, line);
    assert_int_equal(r->action, QD_WATCH_LISTEN); /* nothing may be sent in between */
    assert_int_equal(r->w.outcome, QD_WATCH_OPEN);
    if (u.word == QD_FOTA_UPDATE || u.word == QD_FOTA_RESTORE)
        assert_true(r->w.percent >= u.number && u.number > 0);
    ++*lines;
}

static struct run read_dialogue(const struct row *v)
{
    char text[8192], *line, *save = NULL;
    unsigned lines = 0;
    struct run r = watch_begin(v->family);

    load(v->file, text, sizeof text);
    line = strtok_r(last_answer(text), "\n", &save);
    for (; line; line = strtok_r(NULL, "\n", &save))
        say(&r, line, &lines);
    if (lines != v->lines || r.w.state != v->last || r.w.attempts != v->attempts ||
        r.w.code != v->code)
        fail_msg("%s: %u lines, %s, %u attempts, code %d", v->file, lines,
                 qdiag_fota_state_name(r.w.state), r.w.attempts, r.w.code);
    assert_int_equal(r.w.percent, 100);
    return r;
}

/* Each to its end: the restart that completes it, and the version that alone decides. */
static void test_each_to_its_end(void **state)
{
    static const struct {
        enum qd_watch_version version;
        enum qd_watch_outcome outcome;
    } ends[] = {{QD_VERSION_TARGET, QD_WATCH_IS_TARGET},
                {QD_VERSION_SOURCE, QD_WATCH_HAS_FAILED},
                {QD_VERSION_OTHER, QD_WATCH_UNKNOWN},
                {QD_VERSION_UNREAD, QD_WATCH_UNKNOWN}};

    (void)state;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            struct run r = read_dialogue(&rows[i]);

            if (rows[i].last != S(ENDED))
                watch_silence(&r, 600 * SECOND, "between");
            else {
                watch_event(&r, QD_WATCH_GONE);
                watch_is(&r, S(FINAL_REBOOT), QD_WATCH_FIND);
                watch_event(&r, QD_WATCH_BACK);
            }
            watch_is(&r, S(VERIFY), QD_WATCH_READ);
            watch_version(&r, ends[k].version);
            if (rows[i].last != S(ENDED) &&
                (ends[k].version == QD_VERSION_SOURCE || ends[k].version == QD_VERSION_UNREAD))
                watch_is(&r, S(RESTORING), QD_WATCH_LISTEN); /* no END: it may still be copying */
            else
                watch_ends(&r, ends[k].outcome);
        }
}

static int is_dialogue(const char *name)
{
    return strncmp(name, "fota-", 5) == 0;
}

static void test_every_file_has_a_row(void **state)
{
    DIR *d = opendir(folder());
    size_t found = 0;

    (void)state;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        size_t i = 0;

        if (!is_dialogue(e->d_name))
            continue;
        while (i < ROWS && strcmp(rows[i].file, e->d_name) != 0)
            i++;
        if (i == ROWS)
            fail_msg("%s has no row here", e->d_name);
        found++;
    }
    closedir(d);
    assert_int_equal(found, ROWS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_to_its_end),
        cmocka_unit_test(test_every_file_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
