/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The checks of the doctor: facts in, findings out. Pure, so that every finding can be tested both
 * ways. Must never call a thing OK that is not known, and never name an identity number. */
#include "flow/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"

void qd_doctor_facts_init(struct qd_doctor_facts *f)
{
    memset(f, 0, sizeof *f);
    f->has_diag = f->access = f->open_code = f->is_modem = f->locked = f->ftm = -1;
    f->rfnv = f->tcxomgr = f->rf_items = f->at_mode = -1;
}

__attribute__((format(printf, 3, 4))) static void
say(struct qdiag_finding *o, enum qdiag_doctor_state state, const char *fmt, ...)
{
    va_list ap;
    o->state = state;
    va_start(ap, fmt);
    vsnprintf(o->seen, sizeof o->seen, fmt, ap);
    va_end(ap);
}

__attribute__((format(printf, 2, 3))) static void next(struct qdiag_finding *o, const char *fmt,
                                                       ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(o->next, sizeof o->next, fmt, ap);
    va_end(ap);
}

static void ok(struct qdiag_finding *o, const char *seen)
{
    say(o, QDIAG_DOCTOR_OK, "%s", seen);
}

static void unknown(struct qdiag_finding *o, const char *seen)
{
    say(o, QDIAG_DOCTOR_UNKNOWN, "%s", seen);
}

static void check_unit(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (!f->listed && f->address[0]) {
        say(o, QDIAG_DOCTOR_OK, "%.120s was named", f->address);
    } else if (f->modules > 0) {
        say(o, QDIAG_DOCTOR_OK, "%d connected", f->modules);
    } else {
        say(o, QDIAG_DOCTOR_PROBLEM, "no port or USB device of a cellular module is seen");
        next(o, "check cable and power, then look: lsusb; sudo dmesg | tail");
    }
}

static void check_download(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (!f->download[0]) {
        ok(o, "none is");
        return;
    }
    say(o, QDIAG_DOCTOR_PROBLEM,
        "%s: a module in download (EDL) or ram-dump mode; it was not opened", f->download);
    next(o,
         "switch it off and on; if it comes back like this its firmware is damaged and has to be "
         "written anew with its maker's tool");
}

static void check_composition(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->open_code == 0 || f->has_diag == 1) {
        ok(o, "it has");
        return;
    }
    if (f->has_diag < 0) {
        unknown(o, "the ports of this unit are not listed by the system");
        return;
    }
    say(o, QDIAG_DOCTOR_PROBLEM, "none of its USB interfaces looks like DIAG");
    next(o,
         "ask its AT port%s%s what the USB composition is; on Quectel modules: AT+QCFG=\"usbcfg\" "
         "(the third value is DIAG: 0 = off). qdiag does not change it",
         f->at_port[0] ? " " : "", f->at_port);
}

static int is_serial_driver(const char *d)
{
    static const char *const known[] = {"option",  "qcserial", "usbserial_generic", "usbfs",
                                        "generic", "sierra",   "usb_serial_simple"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(d, known[i]) == 0)
            return 1;
    return 0;
}

static void check_driver(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (!f->face[0]) {
        if (f->open_code == 0)
            ok(o, "not on USB: none is needed");
        else
            unknown(o, "the port is not known to be on USB");
    } else if (!f->driver[0] && f->sibling_driver[0]) {
        say(o, QDIAG_DOCTOR_PROBLEM,
            "interface %s has no driver, its neighbours have %s: a program that was killed left it",
            f->face, f->sibling_driver);
        next(o, "echo %s | sudo tee /sys/bus/usb/drivers/%s/bind", f->face, f->sibling_driver);
    } else if (!f->driver[0]) {
        ok(o, "none is bound; qdiag uses the interface through USB");
    } else if (is_serial_driver(f->driver)) {
        say(o, QDIAG_DOCTOR_OK, "%s", f->driver);
    } else {
        say(o, QDIAG_DOCTOR_PROBLEM, "%s is bound to %s and is no serial driver", f->driver,
            f->face);
        next(o, "echo %s | sudo tee /sys/bus/usb/drivers/%s/unbind", f->face, f->driver);
    }
}

static void check_permission(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->open_code == 0) {
        ok(o, "the port could be opened");
        return;
    }
    if (f->access == 1) {
        say(o, QDIAG_DOCTOR_OK, "user %u may use %s", f->me, f->node);
        return;
    }
    if (f->access < 0 && f->open_code != QDIAG_E_PERMISSION) {
        unknown(o, "there is no port to look at");
        return;
    }
    say(o, QDIAG_DOCTOR_PROBLEM, "%s is %s:%s, mode %04o; user %u may not use it", f->node,
        f->owner, f->group, f->mode, f->me);
    if ((f->mode & 060) == 060 && strcmp(f->group, "root") != 0)
        next(o, "sudo usermod -aG %s \"$USER\", then log in again", f->group);
    else
        next(o,
             "until it is unplugged: sudo setfacl -m \"u:$USER:rw\" %s; for good: a udev rule with "
             "TAG+=\"uaccess\"",
             f->node);
}

static void check_holder(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->open_code == 0) {
        ok(o, "it could be opened for qdiag alone");
    } else if (f->holders[0]) {
        say(o, QDIAG_DOCTOR_PROBLEM, "%s", f->holders);
        next(o, "stop that program; who it is: sudo fuser -v %s", f->node);
    } else if (f->open_code == QDIAG_E_BUSY) {
        say(o, QDIAG_DOCTOR_PROBLEM, "%s", f->open_why);
        next(o, "sudo fuser -v %s", f->node[0] ? f->node : f->address);
    } else if (f->holders_known) {
        ok(o, "nobody has it open");
    } else if (!f->address[0]) {
        unknown(o, "there is no port to look at");
    } else {
        unknown(o, "programs of other users could not be looked at");
        next(o, "sudo qdiag doctor");
    }
}

static void check_manager(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (!f->manager) {
        ok(o, "it does not run");
    } else if (f->manager_holds) {
        say(o, QDIAG_DOCTOR_PROBLEM, "process %ld holds a port of this unit", f->manager);
        next(o, "sudo systemctl stop ModemManager, and start it again behind the backup");
    } else if (f->open_code == 0) {
        say(o, QDIAG_DOCTOR_OK, "process %ld runs and does not hold the port", f->manager);
    } else {
        say(o, QDIAG_DOCTOR_UNKNOWN, "process %ld runs; which ports it uses could not be seen",
            f->manager);
        next(o, "sudo systemctl stop ModemManager, then qdiag doctor again");
    }
}

static void check_answer(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->open_code == 0) {
        ok(o, "it does");
    } else if (f->open_code < 0) {
        unknown(o, "there was no port to ask");
    } else if (f->open_code == QDIAG_E_PERMISSION || f->open_code == QDIAG_E_BUSY) {
        unknown(o, "the port could not be opened");
    } else {
        say(o, QDIAG_DOCTOR_PROBLEM, "%s", f->open_why);
        next(o,
             "check that this is the DIAG port (qdiag list), unplug the unit and plug it in again");
    }
}

static void check_modem(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->is_modem == 1) {
        ok(o, "it has NV items or EFS");
    } else if (f->is_modem < 0) {
        unknown(o, "it was not asked");
    } else {
        say(o, QDIAG_DOCTOR_PROBLEM,
            "not the modem: the processor that answers has neither NV items nor EFS (an audio "
            "DSP?)");
        next(o, "qdiag list shows the other ports; name one with -d");
    }
}

static void check_locked(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->locked == 0) {
        ok(o, "they can");
    } else if (f->locked < 0) {
        unknown(o, "no NV item could be asked for");
    } else {
        say(o, QDIAG_DOCTOR_PROBLEM, "the unit is locked: it refuses NV items without a code");
        next(o, "ask its owner or maker for the service code; qdiag sends none and guesses none");
    }
}

static void check_imei(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    int usable = 0, damaged = 0, blank = 0;
    for (unsigned i = 0; f->read && i < QDIAG_SUBS; i++) {
        usable += f->imei[i] == QDIAG_IDENT_USABLE;
        damaged += f->imei[i] == QDIAG_IDENT_DAMAGED;
        blank += f->imei[i] == QDIAG_IDENT_BLANK;
    }
    if (!f->read || (!usable && !damaged && !blank)) {
        unknown(o, "it could not be read");
    } else if (f->imei[0] == QDIAG_IDENT_UNKNOWN && !damaged) {
        unknown(o, "that of the first subscription could not be read");
    } else if (damaged) {
        say(o, QDIAG_DOCTOR_PROBLEM, "the IMEI is damaged: neither blank nor well formed");
        next(o, "keep a backup as it is now (qdiag backup --xqcn F), then restore the unit's own "
                "earlier backup");
    } else if (f->imei[0] == QDIAG_IDENT_BLANK || !usable) {
        say(o, QDIAG_DOCTOR_PROBLEM, "the IMEI is blank");
        next(o, "restore the unit's own earlier backup");
    } else {
        ok(o, "it is");
    }
}

static void check_ftm(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->ftm < 0) {
        unknown(o, "item 453 could not be read");
    } else if (f->ftm) {
        say(o, QDIAG_DOCTOR_PROBLEM, "factory test mode: the unit finds no network (CFUN 5)");
        next(o,
             "restore a backup in which item 453 is 0; the unit leaves the mode at its next start");
    } else {
        ok(o, "normal mode");
    }
}

/* DIAG has no request that tells the mode and changes nothing. */
static void check_mode(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    switch (f->at_mode) {
    case 1:
        ok(o, "1: normal");
        break;
    case 5:
        say(o, QDIAG_DOCTOR_PROBLEM, "5: factory test mode, the unit finds no network");
        next(o, "see factory_mode; where item 453 is 0 the unit leaves the mode at its next start");
        break;
    case 7:
        say(o, QDIAG_DOCTOR_PROBLEM, "7: offline, the unit finds no network");
        next(o, "start the unit anew: switch it off and on");
        break;
    case 0:
    case 4:
        say(o, QDIAG_DOCTOR_WARNING, "%d: its radio is switched off", f->at_mode);
        next(o, "somebody set this; AT+CFUN=1 ends it");
        break;
    case -1:
        say(o, QDIAG_DOCTOR_AT_ONLY,
            "DIAG cannot tell whether it is 1 (normal), 5 (factory test) or 7 "
            "(offline)");
        next(o, "ask the AT port%s%s: AT+CFUN?", f->at_port[0] ? " " : "", f->at_port);
        break;
    default:
        say(o, QDIAG_DOCTOR_WARNING, "%d, which is not 1 (normal)", f->at_mode);
    }
}

static void not_read(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    say(o, QDIAG_DOCTOR_AT_ONLY, "not read: %s",
        f->at_why[0] ? f->at_why : "the AT port was not asked");
    next(o, "name the unit's AT port with --at");
}

static void check_at_imei(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    switch (f->at_imei) {
    case QD_AT_IMEI_THERE:
        ok(o, "it is there");
        break;
    case QD_AT_IMEI_NONE:
        say(o, QDIAG_DOCTOR_PROBLEM, "AT+CGSN gives none, or a blank one");
        next(o, "restore the unit's own earlier backup");
        break;
    case QD_AT_IMEI_OTHER:
        say(o, QDIAG_DOCTOR_PROBLEM, "another than DIAG gives: the ports of two units?");
        next(o, "name both ports of one unit, with -d and --at; qdiag list shows them");
        break;
    default:
        not_read(f, o);
    }
}

static const char *words_for(const struct qdiag_ufs_state *s, char out[80])
{
    if (!s->valid || s->backups == 0)
        snprintf(out, 80, "no valid copy%s", s->restores ? ", restored before" : "");
    else if (s->restores)
        snprintf(out, 80, "restored %u times, made %u times", s->restores, s->backups);
    else
        snprintf(out, 80, "there, made %u times, never restored", s->backups);
    return out;
}

static void check_copies(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    const struct qdiag_ufs_state *ufs = &f->copy[QDIAG_UFS], *eufs = &f->copy[QDIAG_EUFS];
    char one[80], two[80];
    int none = 0, restored = 0;

    if (!ufs->known && !eufs->known) {
        not_read(f, o);
        return;
    }
    for (int i = 0; i < 2; i++) {
        none |= f->copy[i].known && (!f->copy[i].valid || f->copy[i].backups == 0);
        restored |= f->copy[i].known && f->copy[i].restores > 0;
    }
    say(o, none || restored ? QDIAG_DOCTOR_WARNING : QDIAG_DOCTOR_OK, "%s%s%s%s%s",
        ufs->known ? "UFS: " : "", ufs->known ? words_for(ufs, one) : "",
        ufs->known && eufs->known ? "; " : "", eufs->known ? "EUFS: " : "",
        eufs->known ? words_for(eufs, two) : "");
    if (restored)
        next(o, "a restore means that the unit lost its files and took its own copy: compare with "
                "an earlier backup, qdiag verify FILE");
    else if (none)
        next(o, "behind a DIAG backup: qdiag ufs backup --backup FILE");
}

static void check_rf(const struct qd_doctor_facts *f, struct qdiag_finding *o)
{
    if (f->rfnv > 0 && f->tcxomgr > 0) {
        say(o, QDIAG_DOCTOR_OK, "%d RF files, %d of the crystal", f->rfnv, f->tcxomgr);
    } else if (f->rfnv == 0 && f->tcxomgr == 0 && f->rf_items == 0) {
        say(o, QDIAG_DOCTOR_PROBLEM, "empty: no rfnv file, no tcxomgr file, no RF item");
        next(o, "restore the unit's own earlier backup; calibration of another unit does not fit");
    } else if (f->rfnv < 0 || f->tcxomgr < 0) {
        unknown(o, "EFS could not be looked at");
    } else {
        say(o, QDIAG_DOCTOR_UNKNOWN,
            "%d RF files, %d of the crystal: some families keep one kind elsewhere", f->rfnv,
            f->tcxomgr);
        next(o, "compare with an earlier backup: qdiag diff OLD NEW --only rf-calibration");
    }
}

static const struct {
    void (*fn)(const struct qd_doctor_facts *f, struct qdiag_finding *o);
    const char *name, *title;
} checks[] = {
#define QD_CHECK(fn, name, title) {check_##fn, name, title},
#include "flow/doctor/doctor.def"
#undef QD_CHECK
};

int qd_doctor_judge(const struct qd_doctor_facts *f, struct qdiag_doctor_report *r,
                    struct qdiag_error *e)
{
    size_t n = sizeof checks / sizeof checks[0];
    memset(r, 0, sizeof *r);
    r->finding = qd_alloc(n, sizeof *r->finding);
    if (!r->finding)
        return qd_nomem(e);
    for (size_t i = 0; i < n; i++) {
        struct qdiag_finding *o = &r->finding[i];
        o->name = checks[i].name;
        o->title = checks[i].title;
        checks[i].fn(f, o);
        r->problems += o->state == QDIAG_DOCTOR_PROBLEM;
        r->unknown += o->state == QDIAG_DOCTOR_UNKNOWN;
        r->warnings += o->state == QDIAG_DOCTOR_WARNING;
    }
    r->count = n;
    qd_copy_text(r->address, sizeof r->address, f->address);
    return 0;
}

const char *qdiag_doctor_state_name(enum qdiag_doctor_state state)
{
    static const char *const names[] = {"ok", "problem", "unknown", "unknown", "warning"};
    return (size_t)state < sizeof names / sizeof names[0] ? names[state] : "unknown";
}

void qdiag_doctor_report_free(struct qdiag_doctor_report *r)
{
    free(r->finding);
    memset(r, 0, sizeof *r);
}
