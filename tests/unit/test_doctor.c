/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Every finding of the doctor, both ways, from facts alone; and what a saved report leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "flow/doctor/doctor.h"

static void set(char *text, size_t cap, const char *value)
{
    assert_true(snprintf(text, cap, "%s", value) < (int)cap);
}

/* A unit that is well and open. */
static struct qd_doctor_facts well(void)
{
    struct qd_doctor_facts f;
    qd_doctor_facts_init(&f);
    f.listed = f.modules = f.has_diag = f.access = f.is_modem = f.read = f.holders_known = 1;
    f.open_code = f.locked = f.ftm = 0;
    f.imei[0] = QDIAG_IDENT_USABLE;
    f.rfnv = 300;
    f.tcxomgr = 4;
    f.rf_items = 1;
    set(f.address, sizeof f.address, "usb:2c7c:0125@1-4.2");
    set(f.node, sizeof f.node, "/dev/bus/usb/001/002");
    set(f.face, sizeof f.face, "1-4.2:1.0");
    set(f.driver, sizeof f.driver, "option");
    set(f.at_port, sizeof f.at_port, "/dev/ttyUSB2");
    return f;
}

/* The same, before its port could be opened. */
static struct qd_doctor_facts closed(int code)
{
    struct qd_doctor_facts f = well();
    f.open_code = code;
    set(f.open_why, sizeof f.open_why, "why");
    f.is_modem = f.locked = f.ftm = f.rfnv = f.tcxomgr = f.rf_items = -1;
    f.read = 0;
    return f;
}

static void must_be(const struct qd_doctor_facts *f, const char *name,
                    enum qdiag_doctor_state state, const char *seen, const char *next)
{
    struct qdiag_doctor_report r;
    struct qdiag_error e = {0};
    int found = 0;
    assert_int_equal(qd_doctor_judge(f, &r, &e), 0);
    for (size_t i = 0; i < r.count; i++) {
        struct qdiag_finding *o = &r.finding[i];
        assert_true(o->seen[0] != '\0');
        assert_true(o->state != QDIAG_DOCTOR_PROBLEM || o->next[0]); /* each has a next step */
        if (strcmp(o->name, name) != 0)
            continue;
        found = 1;
        if (o->state != state || !strstr(o->seen, seen) || !strstr(o->next, next))
            fail_msg("%s: %s: %s / %s", name, qdiag_doctor_state_name(o->state), o->seen, o->next);
    }
    assert_true(found);
    qdiag_doctor_report_free(&r);
}

#define OK      QDIAG_DOCTOR_OK
#define PROBLEM QDIAG_DOCTOR_PROBLEM
#define UNKNOWN QDIAG_DOCTOR_UNKNOWN
#define WARNING QDIAG_DOCTOR_WARNING
#define AT_ONLY QDIAG_DOCTOR_AT_ONLY

static int needs_at(const char *name)
{
    return strcmp(name, "mode") == 0 || strcmp(name, "at_imei") == 0 ||
           strcmp(name, "own_copies") == 0;
}

static void test_all_well(void **state)
{
    struct qd_doctor_facts f = well();
    struct qdiag_doctor_report r;
    struct qdiag_error e = {0};
    (void)state;
    assert_int_equal(qd_doctor_judge(&f, &r, &e), 0);
    assert_int_equal(r.count, 16);
    assert_int_equal(r.problems, 0);
    assert_int_equal(r.unknown, 0);
    for (size_t i = 0; i < r.count; i++)
        assert_int_equal(r.finding[i].state,
                         needs_at(r.finding[i].name) ? QDIAG_DOCTOR_AT_ONLY : OK);
    qdiag_doctor_report_free(&r);
    must_be(&f, "mode", QDIAG_DOCTOR_AT_ONLY, "DIAG cannot tell", "/dev/ttyUSB2: AT+CFUN?");
}

/* What the AT port tells, each way. */
static void test_at_port(void **state)
{
    static const struct {
        int mode;
        enum qdiag_doctor_state want;
        const char *seen;
    } modes[] = {{1, OK, "1: normal"},         {5, PROBLEM, "5: factory test"},
                 {7, PROBLEM, "7: offline"},   {0, WARNING, "0: its radio"},
                 {4, WARNING, "4: its radio"}, {6, WARNING, "6, which is not 1"}};
    struct qd_doctor_facts f = well();
    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        f.at_mode = modes[i].mode;
        must_be(&f, "mode", modes[i].want, modes[i].seen, "");
    }
    must_be(&f, "at_imei", AT_ONLY, "not read: the AT port was not asked", "--at");
    set(f.at_why, sizeof f.at_why, "the port is in use: held by process 7 (x)");
    must_be(&f, "at_imei", AT_ONLY, "not read: the port is in use: held by process 7", "--at");
    must_be(&f, "own_copies", AT_ONLY, "not read: the port is in use", "--at");
    f.at_imei = QD_AT_IMEI_THERE;
    must_be(&f, "at_imei", OK, "it is there", "");
    f.at_imei = QD_AT_IMEI_NONE;
    must_be(&f, "at_imei", PROBLEM, "none, or a blank one", "restore");
    f.at_imei = QD_AT_IMEI_OTHER;
    must_be(&f, "at_imei", PROBLEM, "another than DIAG", "-d and --at");
}

static void test_own_copies(void **state)
{
    struct qd_doctor_facts f = well();
    struct qdiag_ufs_state *ufs = &f.copy[QDIAG_UFS], *eufs = &f.copy[QDIAG_EUFS];
    (void)state;
    ufs->known = ufs->valid = 1;
    ufs->backups = 16;
    must_be(&f, "own_copies", OK, "UFS: there, made 16 times, never restored", "");
    eufs->known = 1;
    must_be(&f, "own_copies", WARNING, "EUFS: no valid copy", "qdiag ufs backup");
    eufs->backups = 3; /* counted, and not valid */
    must_be(&f, "own_copies", WARNING, "EUFS: no valid copy", "qdiag ufs backup");
    eufs->valid = 1;
    must_be(&f, "own_copies", OK, "EUFS: there, made 3 times", "");
    ufs->restores = 2;
    must_be(&f, "own_copies", WARNING, "UFS: restored 2 times, made 16 times; EUFS: there",
            "verify");
    ufs->valid = 0;
    must_be(&f, "own_copies", WARNING, "UFS: no valid copy, restored before", "verify");
    ufs->known = 0;
    must_be(&f, "own_copies", OK, "EUFS: there", "");
}

/* No fact at all: nothing may be called OK but what needs none. */
static void test_nothing_known(void **state)
{
    struct qd_doctor_facts f;
    struct qdiag_doctor_report r;
    struct qdiag_error e = {0};
    (void)state;
    qd_doctor_facts_init(&f);
    assert_int_equal(qd_doctor_judge(&f, &r, &e), 0);
    assert_int_equal(r.problems, 1);
    assert_int_equal(r.unknown, 10);
    qdiag_doctor_report_free(&r);
    must_be(&f, "unit", PROBLEM, "no port or USB device", "lsusb");
    must_be(&f, "rf_set", UNKNOWN, "", "");
    must_be(&f, "imei", UNKNOWN, "", "");
    must_be(&f, "locked", UNKNOWN, "", "");
}

static void test_system(void **state)
{
    struct qd_doctor_facts f = closed(-1);
    (void)state;
    set(f.download, sizeof f.download, "usb:05c6:9008@1-1");
    must_be(&f, "download_mode", PROBLEM, "05c6:9008", "switch it off and on");
    f.has_diag = 0;
    must_be(&f, "composition", PROBLEM, "none of its USB interfaces", "AT+QCFG=\"usbcfg\"");
    must_be(&f, "composition", PROBLEM, "", "AT port /dev/ttyUSB2");
    f = closed(QDIAG_E_OPEN_FAILED);
    f.listed = 0;
    must_be(&f, "unit", OK, "was named", "");
    f.has_diag = -1;
    must_be(&f, "composition", UNKNOWN, "", "");
}

static void test_driver(void **state)
{
    struct qd_doctor_facts f = well();
    (void)state;
    f.driver[0] = '\0';
    must_be(&f, "driver", OK, "none is bound", "");
    set(f.sibling_driver, sizeof f.sibling_driver, "option");
    must_be(&f, "driver", PROBLEM, "1-4.2:1.0 has no driver",
            "echo 1-4.2:1.0 | sudo tee /sys/bus/usb/drivers/option/bind");
    set(f.driver, sizeof f.driver, "qmi_wwan");
    must_be(&f, "driver", PROBLEM, "qmi_wwan",
            "echo 1-4.2:1.0 | sudo tee /sys/bus/usb/drivers/qmi_wwan/unbind");
    set(f.driver, sizeof f.driver, "qcserial");
    must_be(&f, "driver", OK, "qcserial", "");
    f.face[0] = '\0';
    must_be(&f, "driver", OK, "not on USB", "");
}

static void test_permission(void **state)
{
    struct qd_doctor_facts f = closed(QDIAG_E_PERMISSION);
    (void)state;
    must_be(&f, "permission", OK, "may use", "");
    f.access = 0;
    f.mode = 0660;
    f.me = 1000;
    set(f.owner, sizeof f.owner, "root");
    set(f.group, sizeof f.group, "dialout");
    must_be(&f, "permission", PROBLEM, "root:dialout, mode 0660; user 1000",
            "sudo usermod -aG dialout");
    f.mode = 0664;
    set(f.group, sizeof f.group, "root");
    must_be(&f, "permission", PROBLEM, "root:root",
            "setfacl -m \"u:$USER:rw\" /dev/bus/usb/001/002");
    must_be(&f, "answer", UNKNOWN, "could not be opened", "");
    f.access = -1;
    f.open_code = -1;
    must_be(&f, "permission", UNKNOWN, "", "");
}

static void test_holders(void **state)
{
    struct qd_doctor_facts f = closed(QDIAG_E_BUSY);
    (void)state;
    must_be(&f, "modem_manager", OK, "does not run", "");
    set(f.open_why, sizeof f.open_why, "the port is in use by another program");
    must_be(&f, "holder", PROBLEM, "in use", "sudo fuser -v /dev/bus/usb/001/002");
    set(f.holders, sizeof f.holders, "process 812 (ModemManager)");
    must_be(&f, "holder", PROBLEM, "process 812 (ModemManager)", "fuser");
    f.manager = 812;
    must_be(&f, "modem_manager", UNKNOWN, "process 812 runs", "systemctl stop");
    f.manager_holds = 1;
    must_be(&f, "modem_manager", PROBLEM, "process 812 holds", "systemctl stop ModemManager");
    f = closed(-1);
    must_be(&f, "holder", OK, "nobody", "");
    f.holders_known = 0;
    must_be(&f, "holder", UNKNOWN, "other users", "sudo qdiag doctor");
    f.address[0] = '\0';
    must_be(&f, "holder", UNKNOWN, "no port to look at", "");
    f = well();
    f.manager = 812;
    must_be(&f, "modem_manager", OK, "does not hold", "");
}

static void test_answers(void **state)
{
    struct qd_doctor_facts f = closed(QDIAG_E_LINK_SILENT);
    (void)state;
    set(f.open_why, sizeof f.open_why, "the unit does not answer: nothing was heard");
    must_be(&f, "answer", PROBLEM, "nothing was heard", "qdiag list");
    must_be(&f, "modem", UNKNOWN, "not asked", "");
    f = well();
    f.is_modem = 0;
    must_be(&f, "modem", PROBLEM, "not the modem", "-d");
    f = well();
    f.locked = 1;
    must_be(&f, "locked", PROBLEM, "locked", "guesses none");
}

static void test_health(void **state)
{
    struct qd_doctor_facts f = well();
    (void)state;
    f.imei[0] = QDIAG_IDENT_BLANK;
    must_be(&f, "imei", PROBLEM, "blank", "earlier backup");
    f.imei[1] = QDIAG_IDENT_USABLE; /* the second subscription does not make up for the first */
    must_be(&f, "imei", PROBLEM, "blank", "");
    f.imei[0] = QDIAG_IDENT_DAMAGED;
    must_be(&f, "imei", PROBLEM, "damaged", "backup");
    f.imei[0] = QDIAG_IDENT_UNKNOWN;
    must_be(&f, "imei", UNKNOWN, "first subscription", "");
    f.imei[1] = QDIAG_IDENT_UNKNOWN;
    must_be(&f, "imei", UNKNOWN, "could not be read", "");
    f.ftm = 1;
    must_be(&f, "factory_mode", PROBLEM, "factory test mode", "453");
    f.ftm = -1;
    must_be(&f, "factory_mode", UNKNOWN, "", "");
    f.rfnv = f.tcxomgr = f.rf_items = 0;
    must_be(&f, "rf_set", PROBLEM, "empty", "of another unit does not fit");
    f.rf_items = 1;
    must_be(&f, "rf_set", UNKNOWN, "0 RF files", "qdiag diff");
    f.rf_items = 0;
    f.rfnv = 5;
    must_be(&f, "rf_set", UNKNOWN, "5 RF files", "");
    f.rfnv = -1;
    must_be(&f, "rf_set", UNKNOWN, "could not be looked at", "");
}

static void test_saved(void **state)
{
    static const char long_number[] = "001010123456785";
    struct qd_doctor_facts f = closed(QDIAG_E_LINK_SILENT);
    struct qdiag_doctor_report r;
    struct qdiag_error e = {0};
    char folder[] = "/tmp/qdiag-test-XXXXXX", path[64], text[8192];
    struct stat st;
    FILE *in;
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/report", folder);
    set(f.address, sizeof f.address, "tcp:lab.example:5000");
    snprintf(f.open_why, sizeof f.open_why, "lab.example:5000 said %s", long_number);
    assert_int_equal(qd_doctor_judge(&f, &r, &e), 0);
    assert_int_equal(qdiag_doctor_save(&r, path, &e), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    in = fopen(path, "r");
    assert_non_null(in);
    text[fread(text, 1, sizeof text - 1, in)] = '\0';
    fclose(in);
    assert_non_null(strstr(text, "unit      tcp:(hidden)\n"));
    assert_non_null(strstr(text, "\nproblem   the port answers DIAG\n"));
    assert_non_null(strstr(text, "<15 digits>"));
    assert_null(strstr(text, long_number));
    assert_null(strstr(text, "lab.example"));
    assert_int_equal(unlink(path), 0);
    assert_int_equal(qdiag_doctor_save(&r, "/nowhere/at/all", &e), -QDIAG_E_LOCAL_FILE);
    qdiag_doctor_report_free(&r);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_well),   cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_system),     cmocka_unit_test(test_driver),
        cmocka_unit_test(test_permission), cmocka_unit_test(test_holders),
        cmocka_unit_test(test_answers),    cmocka_unit_test(test_health),
        cmocka_unit_test(test_saved),      cmocka_unit_test(test_at_port),
        cmocka_unit_test(test_own_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
