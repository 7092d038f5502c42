/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Unit folders: what is refused and how it is told, what is kept over a stop, a power cut and a
 * reset, size, and that docs/formats/unit.md names everything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sim_rig.h"

#define EFS "4b 13 "

static void refused(const char *conf, const char *want)
{
    struct sim_rig r;
    sim_rig_init(&r, conf);
    sim_rig_start_fails(&r);
    if (!strstr(r.err, want))
        fail_msg("'%s' does not say '%s'", r.err, want);
    sim_rig_end(&r);
}

static void test_conf_errors(void **state)
{
    (void)state;
    refused("family = eg9x\n\nmodell = EG95\n", "unit.conf:3: unknown key or quirk 'modell'");
    refused("wobbly\n", "known are: family model firmware");
    refused("subs = 4\n", "unit.conf:1: subs takes a number 1-3");
    refused("subs = x\n", "subs takes a number 1-3");
    refused("subs\n", "subs takes a number 1-3");
    refused("absent = gone\n", "absent is one of: notactive notdef badparm badcmd");
    refused("family = eg95\n", "family is one of:");
    refused("esn = 1234567\n", "esn takes 8 hex digits");
    refused("feature_mask = 123\n", "feature_mask takes an even number of hex digits");
    refused("strict = yes\n", "strict takes no value");
    refused("model =\n", "model has no value");
    refused("model = A\n# x\nmodel = B\n", "unit.conf:3: 'model' is there twice");
}

static void test_no_folder(void **state)
{
    struct sim_rig r;
    char err[256];
    struct sim_unit *u;
    (void)state;
    assert_int_equal(sim_unit_load(&u, "/nonexistent/unit", err, sizeof err), -1);
    assert_string_equal(err, "/nonexistent/unit: No such file or directory");
    sim_rig_init(&r, "");
    snprintf(err, sizeof err, "%s/unit.conf", r.dir);
    unlink(err);
    sim_rig_start_fails(&r);
    assert_non_null(strstr(r.err, "unit.conf: "));
    sim_rig_end(&r);
}

static void test_conf_accepted(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "# a unit\r\n  family=bg95-s5 # trailing\r\nmodel =  EG95 E#1 \n\nstrict\n"
                     "usb = 2c7c:0195");
    sim_rig_start(&r);
    assert_string_equal(sim_unit_conf(r.unit, "family", "-"), "bg95-s5");
    assert_string_equal(sim_unit_conf(r.unit, "model", "-"), "EG95 E#1");
    assert_string_equal(sim_unit_conf(r.unit, "usb", "-"), "2c7c:0195");
    assert_string_equal(sim_unit_conf(r.unit, "strict", "-"), "");
    assert_string_equal(sim_unit_conf(r.unit, "serial", "-"), "-");
    assert_int_equal(sim_unit_quirk(r.unit, "strict"), 1);
    assert_int_equal(sim_unit_quirk(r.unit, "noindexed"), 0);
    sim_rig_end(&r);
}

static void bad_file(const char *path, size_t size, const char *want)
{
    struct sim_rig r;
    static uint8_t zeros[256];
    sim_rig_init(&r, "subs = 2\n");
    sim_rig_bytes(&r, path, zeros, size);
    sim_rig_start_fails(&r);
    if (!strstr(r.err, want))
        fail_msg("'%s' does not say '%s'", r.err, want);
    sim_rig_end(&r);
}

static void test_nv_errors(void **state)
{
    (void)state;
    bad_file("nv/0/550", 129, "nv/0/550: larger than 128 bytes");
    bad_file("nv/0/65536", 1, "nv/0/65536: an NV file is named <id> or <id>.<index>");
    bad_file("nv/0/0550", 1, "an NV file is named");
    bad_file("nv/0/550.256", 1, "an NV file is named");
    bad_file("nv/0/550.", 1, "an NV file is named");
    bad_file("nv/0/x", 1, "an NV file is named");
    bad_file("nv/3/550", 1, "nv/3: a folder in nv/ is named 0, 1 or 2");
    bad_file("nv/2/550", 1, "nv/2: unit.conf says subs = 2");
}

static void bad_attr(const char *text, const char *want)
{
    struct sim_rig r;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/d/f", "x");
    sim_rig_text(&r, "efs.attr", text);
    sim_rig_start_fails(&r);
    if (!strstr(r.err, want))
        fail_msg("'%s' does not say '%s'", r.err, want);
    sim_rig_end(&r);
}

static void test_attr_errors(void **state)
{
    (void)state;
    bad_attr("0100644 0 file /d/g\n", "efs.attr:1: there is no such file in the folder");
    bad_attr("# c\n0100648 0 file /d/f\n", "efs.attr:2: the mode is not an octal number");
    bad_attr("0200000 0 file /d/f\n", "the mode is not an octal number up to 0177777");
    bad_attr("0100644 x file /d/f\n", "the time is not a decimal number");
    bad_attr("0100644 4294967296 file /d/f\n", "the time is not a decimal number");
    bad_attr("0100644 0\n", "the kind is missing");
    bad_attr("0100644 0 fifo /d/f\n", "the kind is none of");
    bad_attr("0100644 0 file d/f\n", "the path does not begin with '/'");
    bad_attr("0100644 0 file /d\n", "the entry is a directory");
    bad_attr("040755 0 dir /d/f\n", "the entry is a file");
    bad_attr("040755 0 dir /d/f/g\n", "a directory on the way is a file");
    bad_attr("0100755 0 dir /e\n", "the mode is not that of a directory");
    bad_attr("0120777 0 link /l\n", "a link needs ' -> target'");
    bad_attr("0100777 0 link /l -> /d\n", "the mode is not that of a link");
    bad_attr("0120777 0 link /d/f -> /d\n", "in the place of this link");
    bad_attr("0120777 0 link /../l -> /d\n", "'.', '..'");
}

/* Close and sync make changes durable; a power cut before loses them; a reset keeps them. */
static void test_power_cut(void **state)
{
    struct sim_rig r;
    uint8_t b[256];
    (void)state;
    sim_rig_init(&r, "sync_polls = 0\n");
    sim_rig_bytes(&r, "nv/0/10", "\1", 1);
    sim_rig_start(&r);
    sim_rig_send(&r, "27 0a 00 02");
    sim_rig_send(&r, EFS "09 00 ed 01 '/d' 00");
    sim_rig_expect(&r, EFS "02 00 41 00 00 00 a4 01 00 00 '/d/f' 00", EFS "02 00 00*8");
    sim_rig_send(&r, EFS "05 00 00*8 'one'");
    assert_int_equal(sim_unit_pending(r.unit), 1);
    sim_modem_restart(r.modem, 1);
    assert_int_equal(sim_unit_pending(r.unit), 0);
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 01 00*127 00 00");
    sim_rig_send(&r, EFS "0f 00 '/d' 00");
    assert_int_equal(r.reply.p[4], 2);
    assert_int_equal(sim_rig_file(&r, "efs/d/f", b, sizeof b), -1);

    sim_rig_send(&r, "27 0a 00 02");
    sim_rig_expect(&r, EFS "02 00 41 00 08 00 a4 01 00 00 '/d/f' 00", EFS "02 00 00*8");
    sim_rig_send(&r, EFS "05 00 00*8 'one'");
    assert_int_equal(sim_rig_file(&r, "efs/d/f", b, sizeof b), -1);
    sim_rig_send(&r, EFS "03 00 00*4");
    assert_int_equal(sim_rig_file(&r, "efs/d/f", b, sizeof b), 3);
    assert_memory_equal(b, "one", 3);
    assert_int_equal(sim_rig_file(&r, "nv/0/10", b, sizeof b), 128);
    assert_int_equal(b[0], 2);
    sim_modem_restart(r.modem, 1);
    sim_rig_expect(&r, "26 0a 00", "26 0a 00 02 00*127 00 00");

    sim_rig_send(&r, EFS "08 00 '/d/f' 00");
    sim_rig_send(&r, EFS "30 00 01 00 '/' 00");
    assert_int_equal(sim_rig_file(&r, "efs/d/f", b, sizeof b), 3);
    sim_rig_send(&r, EFS "31 00 01 00 07 00 00 00 '/' 00");
    assert_int_equal(r.reply.p[6], 0);
    assert_int_equal(sim_rig_file(&r, "efs/d/f", b, sizeof b), -1);

    sim_rig_send(&r, "27 0a 00 03");
    sim_modem_restart(r.modem, 0);
    assert_int_equal(sim_rig_file(&r, "nv/0/10", b, sizeof b), 128);
    assert_int_equal(b[0], 3);
    assert_string_equal(sim_unit_trouble(r.unit), "");
    sim_rig_end(&r);
}

static void test_idle_commit(void **state)
{
    struct sim_rig r;
    uint8_t b[256];
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_start(&r);
    sim_modem_tick(r.modem, 1000000);
    sim_rig_send(&r, "27 0a 00 02");
    sim_modem_tick(r.modem, 5999999);
    assert_int_equal(sim_rig_file(&r, "nv/0/10", b, sizeof b), -1);
    sim_modem_tick(r.modem, 6000000);
    assert_int_equal(sim_rig_file(&r, "nv/0/10", b, sizeof b), 128);
    sim_rig_end(&r);
}

/* Everything a client can make comes back after a stop and a start. */
static void test_round_trip(void **state)
{
    struct sim_rig r;
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/old", "old");
    sim_rig_text(&r, "efs/hid", "h");
    sim_rig_text(&r, "efs/den", "d");
    sim_rig_text(&r, "efs.attr", "0160777 3 hidden /hid\n0100600 4 denied /den\n");
    sim_rig_start(&r);
    sim_rig_send(&r, EFS "26 00 03 00 00 00 41 02 0c 00 01 00 'abc' '/n v/it' 00");
    sim_rig_send(&r, EFS "26 00 00 00 00 00 41 02 0c 00 01 00 '/n v/empty' 00");
    sim_rig_send(&r, EFS "06 00 'it' 00 '/n v/ln' 00");
    sim_rig_send(&r, EFS "09 00 c0 01 '/bare' 00");
    sim_rig_send(&r, EFS "12 00 ff 01 '/old' 00");
    sim_rig_stop(&r);
    assert_true(sim_rig_contains(&r, "efs.attr", "0160777 315964800 item /n v/it\n"));
    assert_true(sim_rig_contains(&r, "efs.attr", "0120777 315964800 link /n v/ln -> it\n"));
    assert_true(sim_rig_contains(&r, "efs.attr", "040700 315964800 dir /bare\n"));
    assert_true(sim_rig_contains(&r, "efs.attr", "0100777 0 file /old\n"));
    assert_true(sim_rig_contains(&r, "efs.attr", "0160777 3 hidden /hid\n"));
    assert_true(sim_rig_contains(&r, "efs.attr", "0100600 4 denied /den\n"));
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "02 00 00*8 '/n v/ln' 00", EFS "02 00 00*8");
    sim_rig_expect(&r, EFS "04 00 00*4 00 04 00 00 00*4", EFS "04 00 00*8 03 00 00 00 00*4 'abc'");
    sim_rig_expect(&r, EFS "0f 00 '/n v/empty' 00",
                   EFS
                   "0f 00 00*4 ff e1 00 00 00*4 01 00 00 00 80 3d d5 12 80 3d d5 12 80 3d d5 12");
    sim_rig_expect(&r, EFS "10 00 '/bare' 00",
                   EFS "10 00 00*4 c0 41 00 00 80 3d d5 12 80 3d d5 12 80 3d d5 12");
    sim_rig_end(&r);
}

/* A file turns into a directory and back, and the folder follows. */
static void test_kind_changes(void **state)
{
    struct sim_rig r;
    uint8_t b[16];
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/x", "file");
    sim_rig_start(&r);
    sim_rig_send(&r, EFS "08 00 '/x' 00");
    sim_rig_send(&r, EFS "09 00 ed 01 '/x' 00");
    sim_rig_send(&r, EFS "26 00 01 00 00 00 41 02 04 00 01 00 'a' '/x/y' 00");
    sim_rig_stop(&r);
    assert_int_equal(sim_rig_file(&r, "efs/x/y", b, sizeof b), 1);
    sim_rig_start(&r);
    sim_rig_send(&r, EFS "25 00 01 00 '/x' 00");
    sim_rig_send(&r, EFS "06 00 '/y' 00 '/x' 00");
    sim_rig_stop(&r);
    assert_int_equal(sim_rig_file(&r, "efs/x", b, sizeof b), -1);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "07 00 '/x' 00", EFS "07 00 00*4 '/y' 00");
    sim_rig_end(&r);
}

/* A host symlink is a link of the unit: it is never followed out of the folder. */
static void test_host_symlinks(void **state)
{
    struct sim_rig r;
    char path[128];
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_text(&r, "efs/f", "x");
    snprintf(path, sizeof path, "%s/efs/out", r.dir);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "07 00 '/out' 00", EFS "07 00 00*4 '/etc/hostname' 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/out' 00", EFS "02 00 ff ff ff ff 02 00 00 00");
    sim_rig_end(&r);
}

static void test_failing_folder(void **state)
{
    struct sim_rig r;
    char old[128], new[128];
    (void)state;
    sim_rig_init(&r, "");
    sim_rig_start(&r);
    snprintf(old, sizeof old, "%s", r.dir);
    snprintf(new, sizeof new, "%s-moved", r.dir);
    sim_rig_expect(&r, EFS "02 00 41 00 00 00 a4 01 00 00 '/f' 00", EFS "02 00 00*8");
    assert_int_equal(rename(old, new), 0);
    sim_rig_expect(&r, EFS "03 00 00*4", EFS "03 00 05 00 00 00");
    assert_non_null(strstr(sim_unit_trouble(r.unit), "/efs"));
    assert_int_equal(rename(new, old), 0);
    assert_int_equal(sim_unit_commit(r.unit, r.err, sizeof r.err), 0);
    sim_rig_end(&r);
}

/* Six thousand files in one directory and many below, one of 5 MiB. */
static void test_big_folder(void **state)
{
    struct sim_rig r;
    size_t big = 5u * 1024 * 1024;
    uint8_t *bytes = malloc(big);
    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < big; i++)
        bytes[i] = (uint8_t)(i * 7 >> 3);
    sim_rig_init(&r, "");
    for (int i = 0; i < 6000; i++) {
        char path[64];
        snprintf(path, sizeof path, i % 2 ? "efs/flat/%08d" : "efs/a/b%d/c/d/%08d",
                 i % 2 ? i : i % 50, i);
        sim_rig_bytes(&r, path, bytes, (size_t)i % 100);
    }
    sim_rig_bytes(&r, "efs/big", bytes, big);
    sim_rig_start(&r);
    sim_rig_expect(&r, EFS "02 00 00*8 '/big' 00", EFS "02 00 00*8");
    for (uint32_t at = 0; at < big; at += 1024) {
        uint8_t req[16] = {0x4b, 0x13, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0};
        for (int i = 0; i < 4; i++)
            req[12 + i] = (uint8_t)(at >> 8 * i);
        sim_rig_send_bytes(&r, req, sizeof req);
        assert_int_equal(r.reply.len, 20 + 1024);
        assert_memory_equal(r.reply.p + 20, bytes + at, 1024);
    }
    sim_rig_send(&r, EFS "0b 00 '/flat' 00");
    for (uint32_t seq = 1; seq <= 3001; seq++) {
        char name[16] = "";
        uint8_t req[12] = {0x4b, 0x13, 12, 0, 1, 0, 0, 0, (uint8_t)seq, (uint8_t)(seq >> 8)};
        if (seq <= 3000)
            snprintf(name, sizeof name, "%08u", seq * 2 - 1);
        sim_rig_send_bytes(&r, req, sizeof req);
        assert_string_equal((char *)r.reply.p + 40, name);
    }
    sim_rig_end(&r);
    free(bytes);
}

static void assert_documented(const char *text, const char *name)
{
    char want[64];
    snprintf(want, sizeof want, "| `%s` |", name);
    if (!strstr(text, want))
        fail_msg("docs/formats/unit.md has no row for %s", name);
}

static void test_documentation(void **state)
{
    static char text[65536];
    (void)state;
    FILE *f = fopen(SRCDIR "/docs/formats/unit.md", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
#define SIM_KEY(name, kind, allowed, words)   assert_documented(text, #name);
#define SIM_QUIRK(name, kind, allowed, words) assert_documented(text, #name);
#include "sim/quirks.def"
}

/* The example of the document is a unit that loads. */
static void test_documented_example(void **state)
{
    static char text[65536];
    struct sim_rig r;
    (void)state;
    FILE *f = fopen(SRCDIR "/docs/formats/unit.md", "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    char *from = strstr(text, "```sh\n"), *to = from ? strstr(from, "\n```") : NULL;
    assert_non_null(to);
    sim_rig_init(&r, "");
    from[5] = '\n';
    to[1] = '\0';
    sim_rig_text(&r, "make.sh", from + 6);
    char script[128];
    snprintf(script, sizeof script, "%s/make.sh", r.dir);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (chdir(r.dir) == 0)
            execl("/bin/sh", "sh", "-eu", script, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    char dir[128];
    snprintf(dir, sizeof dir, "%s/myunit", r.dir);
    if (sim_unit_load(&r.unit, dir, r.err, sizeof r.err) != 0)
        fail_msg("%s", r.err);
    r.modem = sim_modem_new(r.unit);
    sim_rig_expect(&r, "26 26 02", "26 26 02 08 0a 10 00 01 00 00 00 51 00*119 00 00");
    sim_rig_expect(&r, EFS "02 00 00*8 '/nv/item_files/modem/demo' 00", EFS "02 00 00*8");
    sim_rig_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conf_errors),    cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_conf_accepted),  cmocka_unit_test(test_nv_errors),
        cmocka_unit_test(test_attr_errors),    cmocka_unit_test(test_power_cut),
        cmocka_unit_test(test_idle_commit),    cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_kind_changes),   cmocka_unit_test(test_host_symlinks),
        cmocka_unit_test(test_failing_folder), cmocka_unit_test(test_big_folder),
        cmocka_unit_test(test_documentation),  cmocka_unit_test(test_documented_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
