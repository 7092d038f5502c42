/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The state file of an upgrade: what is written is read back, who the unit is stands in it as a
 * hash only, and what is no such file is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "flow/files/shell_word.h"
#include "flow/upgrade/upgrade_state.h"

#define IMEI "001010000000015"

static void fill(struct qd_run_state *s)
{
    static struct qdiag_at at;

    memset(s, 0, sizeof *s);
    qd_copy_text(at.address.text, sizeof at.address.text, "tty:/dev/ttyUSB2");
    qd_copy_text(at.usb_path, sizeof at.usb_path, "1-4.2");
    at.interface = 2;
    assert_int_equal(qd_run_state_about(s, &at, IMEI, NULL), 0);
    qd_copy_text(s->model, sizeof s->model, "EG95");
    qd_copy_text(s->family, sizeof s->family, "eg9x");
    qd_copy_text(s->source, sizeof s->source, "EG95EFBR06A08M4G_01.001.01.001");
    qd_copy_text(s->target, sizeof s->target, "EG95EFBR06A09M4G_01.002.01.002");
    qd_copy_text(s->target_other, sizeof s->target_other, "EG95EFBR06A09M4G_01.002.01.002_V02");
    qd_copy_text(s->argument, sizeof s->argument, "AT+QFOTADL=\"ftp://u:***@h/f\"");
    qd_copy_text(s->backup, sizeof s->backup, "b.xqcn");
    memset(s->backup_sha256, 'a', 64);
    qd_copy_text(s->stage, sizeof s->stage, "updating");
    s->attempts = 3;
    s->code = 520;
    s->restores = 4;
    qd_copy_text(s->package, sizeof s->package, "update.zip");
    s->copies = 7;
    s->changed = s->began + 60;
}

static void test_round_trip(void **state)
{
    char name[] = "/tmp/state.XXXXXX", text[4096];
    struct qd_run_state a, b;
    struct qdiag_error e = {0};
    FILE *f;
    size_t n;

    (void)state;
    close(mkstemp(name));
    fill(&a);
    assert_int_equal(qd_run_state_save(name, &a, &e), 0);
    assert_int_equal(qd_run_state_load(name, &b, &e), 0);
    assert_memory_equal(&a, &b, sizeof a);
    f = fopen(name, "r");
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    unlink(name);
    assert_null(strstr(text, "0010100000"));
    assert_non_null(strstr(text, "\"last_digits\": \"0015\""));
    a.code = -1;
    a.restores = a.copies = -1;
    assert_int_equal(qd_run_state_save(name, &a, &e), 0);
    assert_int_equal(qd_run_state_load(name, &b, &e), 0);
    assert_int_equal(b.code, -1);
    assert_int_equal(b.restores, -1);
    assert_int_equal(b.copies, -1);
    a.backup_sha256[0] = '\0'; /* then any backup would do */
    assert_int_equal(qd_run_state_save(name, &a, &e), 0);
    assert_int_equal(qd_run_state_load(name, &b, NULL), -QDIAG_E_FILE_UNKNOWN);
    unlink(name);
    assert_int_equal(qd_run_state_load(name, &b, &e), -QDIAG_E_LOCAL_FILE);
}

static void test_who_it_is(void **state)
{
    struct qd_run_state a, b;

    (void)state;
    fill(&a);
    fill(&b);
    assert_int_equal(qd_run_state_is(&a, IMEI), 1);
    assert_int_equal(qd_run_state_is(&a, "001010000000023"), 0);
    assert_int_equal(qd_run_state_is(&a, ""), 0);
    assert_string_not_equal(a.unit, b.unit); /* a salt of its own */
}

static void test_open(void **state)
{
    static const char *const over[] = {"done", "failed", "unknown", "refused"};
    struct qd_run_state s;

    (void)state;
    fill(&s);
    for (int i = QDIAG_FOTA_SENT; i <= (int)QDIAG_FOTA_VERIFY; i++) {
        qd_copy_text(s.stage, sizeof s.stage, qdiag_fota_state_name((enum qdiag_fota_state)i));
        assert_int_equal(qd_run_state_open(&s), 1);
    }
    for (size_t i = 0; i < 4; i++) {
        qd_copy_text(s.stage, sizeof s.stage, over[i]);
        assert_int_equal(qd_run_state_open(&s), 0);
    }
}

static void test_what_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "{}",
        "[]",
        "{\"schema\": \"qdiag.fota-run/1\"}",
        "{\"schema\": \"qdiag.fota-run/2\", \"port\": {}}",
        "{\"schema\": \"qdiag.fota-run/1\", \"schema\": \"qdiag.fota-run/1\"}"};
    struct qd_run_state s;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(qd_run_state_parse(bad[i], strlen(bad[i]), "f", &s, NULL),
                         -QDIAG_E_FILE_UNKNOWN);
}

/* Nothing that a watcher goes by may be missing, or be cut. */
static void test_a_field_less(void **state)
{
    static const char *const lines[] = {"\"at\": ",
                                        "\"usb_path\": ",
                                        "\"salt\": ",
                                        "\"sha256\": ",
                                        "\"last_digits\": ",
                                        "\"model\": ",
                                        "\"family\": ",
                                        "\"source\": ",
                                        "\"target\": ",
                                        "\"argument\": ",
                                        "\"backup\": ",
                                        "\"target_other\": ",
                                        "\"backup_sha256\": ",
                                        "\"stage\": ",
                                        "\"schema\": "};
    char name[] = "/tmp/state.XXXXXX", text[4096], *at;
    struct qd_run_state a, b;
    FILE *f;
    size_t n;

    (void)state;
    close(mkstemp(name));
    fill(&a);
    assert_int_equal(qd_run_state_save(name, &a, NULL), 0);
    f = fopen(name, "r");
    n = fread(text, 1, sizeof text - 1, f);
    text[n] = '\0';
    fclose(f);
    unlink(name);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        at = strstr(text, lines[i]);
        assert_non_null(at);
        at[1] ^= 1; /* another name */
        assert_int_equal(qd_run_state_parse(text, n, "f", &b, NULL), -QDIAG_E_FILE_UNKNOWN);
        at[1] ^= 1;
    }
    assert_int_equal(qd_run_state_parse(text, n, "f", &b, NULL), 0);
    a.salt[31] = '\0';
    assert_int_equal(qd_run_state_save(name, &a, NULL), 0);
    assert_int_equal(qd_run_state_load(name, &b, NULL), -QDIAG_E_FILE_UNKNOWN);
    fill(&a);
    a.unit[63] = '\0';
    assert_int_equal(qd_run_state_save(name, &a, NULL), 0);
    assert_int_equal(qd_run_state_load(name, &b, NULL), -QDIAG_E_FILE_UNKNOWN);
    unlink(name);
}

/* Commands that are printed to be pasted: a word is one word, a file no option, and what does not
 * fit makes the line no shorter. */
static void test_words(void **state)
{
    char long_name[201], word[208], line[24] = "qdiag x", file[32];

    (void)state;
    memset(long_name, 'a', 200);
    long_name[100] = ' ';
    long_name[200] = '\0';
    qd_shell_word(long_name, word, sizeof word);
    assert_int_equal(strlen(word), 202);
    qd_shell_word("a'b; c", word, sizeof word);
    assert_string_equal(word, "'a'\\''b; c'");
    qd_shell_word("''", word, 11);
    assert_int_equal(strlen(word), 10);
    qd_shell_word("''", word, 10);
    assert_string_equal(word, "");
    qd_shell_file("-x.xqcn", file, sizeof file);
    assert_string_equal(file, "./-x.xqcn");
    assert_int_equal(qd_shell_add(line, sizeof line, "--to", "'a b'"), 0);
    assert_int_equal(qd_shell_add(line, sizeof line, "--at", "tcp:h:1"), -1);
    assert_int_equal(qd_shell_add(line, sizeof line, "--at", ""), -1);
    assert_string_equal(line, "qdiag x --to 'a b'");
    assert_int_equal(qd_shell_add(line, sizeof line, "", "file"), 0);
    assert_string_equal(line, "qdiag x --to 'a b' file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_who_it_is),
        cmocka_unit_test(test_open),         cmocka_unit_test(test_what_is_none),
        cmocka_unit_test(test_a_field_less), cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
