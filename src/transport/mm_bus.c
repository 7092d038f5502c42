/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Talks to ModemManager over a connection of its own to the system bus. The inhibition belongs to
 * that connection: it ends with it, however this process ends. Nothing reads from the connection
 * between begin and end, and nothing has to.
 *
 * Must never start ModemManager: it is addressed by the unique name of the one that runs, which the
 * bus does not start anything for. Must never wait without a limit, and never let libdbus end the
 * process or change its signals. */
#include <dbus/dbus.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/text.h"
#include "transport/mm_bus.h"

#define SYSTEM_BUS "unix:path=/var/run/dbus/system_bus_socket" /* as the D-Bus standard has it */
#define MM         "org.freedesktop.ModemManager1"
#define MM_PATH    "/org/freedesktop/ModemManager1"
#define NOT_FOUND  MM ".Error.Core.NotFound"

#define ANSWER_MS  2000u  /* of the bus, and of ModemManager about what it knows */
#define INHIBIT_MS 15000u /* it first disconnects the module and closes its ports */
#define SLICE_MS   50     /* between looks whether the user wants to stop */

struct qd_mm {
    struct qdiag_context *ctx;
    DBusConnection *bus;
    char owner[256];    /* unique name of the ModemManager that runs */
    char uid[PATH_MAX]; /* its name for the device */
    int ending;         /* what is said now is said also to a user who wants to stop */
};

static int stopped(const struct qd_mm *m)
{
    return !m->ending && qdiag_cancel_requested(m->ctx->cancel);
}

/* The reply of p, which it takes; NULL when none came in time. */
static DBusMessage *await(struct qd_mm *m, DBusPendingCall *p, unsigned ms)
{
    struct qd_deadline t = qd_deadline_in_ms(m->ctx->clock, ms);
    DBusMessage *reply = NULL;

    while (!dbus_pending_call_get_completed(p) && !qd_deadline_over(&t) && !stopped(m))
        if (!dbus_connection_read_write_dispatch(m->bus, SLICE_MS))
            break;
    if (dbus_pending_call_get_completed(p))
        reply = dbus_pending_call_steal_reply(p);
    else
        dbus_pending_call_cancel(p);
    dbus_pending_call_unref(p);
    return reply;
}

/* Sends q, which it takes, and waits for the reply; NULL and *e otherwise. */
static DBusMessage *ask(struct qd_mm *m, DBusMessage *q, unsigned ms, DBusError *e)
{
    DBusPendingCall *p = NULL;
    DBusMessage *reply;

    if (!q || !dbus_connection_send_with_reply(m->bus, q, &p, DBUS_TIMEOUT_INFINITE))
        dbus_set_error(e, DBUS_ERROR_NO_MEMORY, "out of memory");
    if (q)
        dbus_message_unref(q);
    reply = p ? await(m, p, ms) : NULL;
    if (reply && dbus_set_error_from_message(e, reply)) {
        dbus_message_unref(reply);
        return NULL;
    }
    if (!reply && !dbus_error_is_set(e))
        dbus_set_error(e, DBUS_ERROR_NO_REPLY, "no answer within %u s", ms / 1000);
    return reply;
}

/* A call that starts no service. */
static DBusMessage *request(const char *to, const char *path, const char *face, const char *method)
{
    DBusMessage *q = dbus_message_new_method_call(to, path, face, method);

    if (q)
        dbus_message_set_auto_start(q, FALSE);
    return q;
}

/* A question to the bus itself, with one text or none, answered with one text. */
static int ask_bus(struct qd_mm *m, const char *method, const char *arg, char *out, size_t cap,
                   DBusError *e)
{
    DBusMessage *q = request(DBUS_SERVICE_DBUS, DBUS_PATH_DBUS, DBUS_INTERFACE_DBUS, method);
    DBusMessage *reply;
    const char *text = NULL;

    if (q && arg && !dbus_message_append_args(q, DBUS_TYPE_STRING, &arg, DBUS_TYPE_INVALID)) {
        dbus_message_unref(q);
        q = NULL;
    }
    reply = ask(m, q, ANSWER_MS, e);
    if (!reply)
        return -1;
    if (dbus_message_get_args(reply, e, DBUS_TYPE_STRING, &text, DBUS_TYPE_INVALID))
        qd_copy_text(out, cap, text);
    dbus_message_unref(reply);
    return text ? 0 : -1;
}

/* Steps into a dictionary entry whose key is a text: the key, and *value at what belongs to it. */
static const char *entry(DBusMessageIter *at, DBusMessageIter *value)
{
    const char *key;

    dbus_message_iter_recurse(at, value);
    dbus_message_iter_get_basic(value, &key);
    dbus_message_iter_next(value);
    return key;
}

/* Whether one of a modem's ports, an array of names and types, is of this device. */
static int ports_of(DBusMessageIter *array, const char *device)
{
    DBusMessageIter port, field;
    const char *name;

    dbus_message_iter_recurse(array, &port);
    for (; dbus_message_iter_get_arg_type(&port) == DBUS_TYPE_STRUCT;
         dbus_message_iter_next(&port)) {
        dbus_message_iter_recurse(&port, &field);
        if (dbus_message_iter_get_arg_type(&field) != DBUS_TYPE_STRING)
            return 0;
        dbus_message_iter_get_basic(&field, &name);
        if (qd_mm_port_of(device, name))
            return 1;
    }
    return 0;
}

/* The uid of a modem by its properties, when it is this device; NULL when it is not. */
static const char *uid_of_modem(DBusMessageIter *properties, const char *device)
{
    DBusMessageIter at, value, inside;
    const char *key, *uid = NULL;
    int ours = 0;

    dbus_message_iter_recurse(properties, &at);
    for (; dbus_message_iter_get_arg_type(&at) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&at)) {
        key = entry(&at, &value);
        dbus_message_iter_recurse(&value, &inside);
        if (strcmp(key, "Device") == 0 &&
            dbus_message_iter_get_arg_type(&inside) == DBUS_TYPE_STRING)
            dbus_message_iter_get_basic(&inside, &uid);
        else if (strcmp(key, "Ports") == 0 &&
                 dbus_message_iter_get_arg_type(&inside) == DBUS_TYPE_ARRAY)
            ours = ports_of(&inside, device);
    }
    return uid && (ours || strcmp(uid, device) == 0) ? uid : NULL;
}

static const char *uid_in_object(DBusMessageIter *object, const char *device)
{
    DBusMessageIter faces, at, properties;
    const char *uid = NULL;

    entry(object, &faces);
    dbus_message_iter_recurse(&faces, &at);
    for (; !uid && dbus_message_iter_get_arg_type(&at) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&at))
        if (strcmp(entry(&at, &properties), MM ".Modem") == 0)
            uid = uid_of_modem(&properties, device);
    return uid;
}

/* Most devices are known by their folder in sysfs; a rule of udev can give one another name, which
 * shows once there is a modem for it. A device that is still being looked at has no modem yet. */
static int find_uid(struct qd_mm *m, const char *device, DBusError *e)
{
    DBusMessage *reply = ask(
        m, request(m->owner, MM_PATH, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"),
        ANSWER_MS, e);
    DBusMessageIter top, object;
    const char *uid = NULL;

    if (!reply)
        return -1;
    if (!dbus_message_has_signature(reply, "a{oa{sa{sv}}}")) {
        dbus_message_unref(reply);
        dbus_set_error(e, DBUS_ERROR_INVALID_SIGNATURE, "its list of modems is of another form");
        return -1;
    }
    dbus_message_iter_init(reply, &top);
    dbus_message_iter_recurse(&top, &object);
    for (; !uid && dbus_message_iter_get_arg_type(&object) == DBUS_TYPE_DICT_ENTRY;
         dbus_message_iter_next(&object))
        uid = uid_in_object(&object, device);
    qd_copy_text(m->uid, sizeof(m->uid), uid ? uid : device);
    dbus_message_unref(reply);
    return 0;
}

static int set_inhibited(struct qd_mm *m, dbus_bool_t on, unsigned ms, DBusError *e)
{
    const char *uid = m->uid;
    DBusMessage *q = request(m->owner, MM_PATH, MM, "InhibitDevice"), *reply;

    if (q && !dbus_message_append_args(q, DBUS_TYPE_STRING, &uid, DBUS_TYPE_BOOLEAN, &on,
                                       DBUS_TYPE_INVALID)) {
        dbus_message_unref(q);
        q = NULL;
    }
    reply = ask(m, q, ms, e);
    if (reply)
        dbus_message_unref(reply);
    return reply ? 0 : -1;
}

/* 1: connected; 0: there is no bus here; -1: it does not work. */
static int connect_bus(struct qd_mm *m, DBusError *e)
{
    char name[256];

    dbus_connection_set_change_sigpipe(FALSE);
    m->bus = dbus_connection_open_private(m->ctx->bus ? m->ctx->bus : SYSTEM_BUS, e);
    if (!m->bus)
        return dbus_error_has_name(e, DBUS_ERROR_FILE_NOT_FOUND) ||
                       dbus_error_has_name(e, DBUS_ERROR_NO_SERVER)
                   ? 0
                   : -1;
    dbus_connection_set_exit_on_disconnect(m->bus, FALSE);
    if (ask_bus(m, "Hello", NULL, name, sizeof(name), e))
        return -1;
    return dbus_bus_set_unique_name(m->bus, name) ? 1 : -1;
}

static void drop(struct qd_mm *m)
{
    if (m->bus) {
        dbus_connection_close(m->bus);
        dbus_connection_unref(m->bus);
    }
    free(m);
}

/* Nothing is set where libdbus itself ran out of memory. */
static const char *text_of(const DBusError *e)
{
    return e->message ? e->message : "out of memory";
}

static void warn_denied(struct qd_mm *m)
{
    qd_log(m->ctx, QDIAG_LOG_WARN, "mm",
           "ModemManager runs and takes orders to leave the unit alone only from root. If the run "
           "is disturbed, run qdiag as root, or stop it for the time: systemctl stop ModemManager");
}

static void explain(struct qd_mm *m, const DBusError *e)
{
    if (dbus_error_has_name(e, DBUS_ERROR_ACCESS_DENIED) ||
        dbus_error_has_name(e, MM ".Error.Core.Unauthorized"))
        warn_denied(m);
    else if (dbus_error_has_name(e, NOT_FOUND))
        qd_log(m->ctx, QDIAG_LOG_DEBUG, "mm", "ModemManager does not know %s", m->uid);
    else
        qd_log(m->ctx, QDIAG_LOG_WARN, "mm",
               "ModemManager runs and could not be asked to leave the unit alone: %s. If the run "
               "is disturbed, stop it for the time: systemctl stop ModemManager",
               text_of(e));
}

/* 1: ModemManager runs; 0: it does not; -1: what stands in the way of knowing is told. */
static int runs(struct qd_mm *m, DBusError *e)
{
    int rc = connect_bus(m, e);

    if (rc > 0 && ask_bus(m, "GetNameOwner", MM, m->owner, sizeof(m->owner), e) == 0)
        return 1;
    if (rc == 0 || dbus_error_has_name(e, DBUS_ERROR_NAME_HAS_NO_OWNER))
        qd_log(m->ctx, QDIAG_LOG_DEBUG, "mm", "ModemManager does not run");
    else
        qd_log(m->ctx, QDIAG_LOG_WARN, "mm",
               "the system bus cannot be asked whether ModemManager runs: %s. If it does and the "
               "run is disturbed, stop it for the time: systemctl stop ModemManager",
               text_of(e));
    return rc == 0 || dbus_error_has_name(e, DBUS_ERROR_NAME_HAS_NO_OWNER) ? 0 : -1;
}

struct qd_mm *qd_mm_inhibit(struct qdiag_context *ctx, const char *device, int *at_it)
{
    struct qd_mm *m = qd_alloc(1, sizeof(*m));
    DBusError e = DBUS_ERROR_INIT;
    int held = 0;

    *at_it = 1;
    if (!m)
        return NULL;
    m->ctx = ctx;
    *at_it = runs(m, &e);
    if (*at_it > 0) {
        held = find_uid(m, device, &e) == 0 && set_inhibited(m, TRUE, INHIBIT_MS, &e) == 0;
        if (!held && !qdiag_cancel_requested(ctx->cancel))
            explain(m, &e);
        *at_it = !held && !dbus_error_has_name(&e, NOT_FOUND);
    }
    dbus_error_free(&e);
    if (!held) {
        drop(m);
        return NULL;
    }
    qd_log(ctx, QDIAG_LOG_INFO, "mm", "ModemManager leaves %s alone for this run", m->uid);
    return m;
}

/* The reply is waited for only so that a next run finds ModemManager ready; closing the connection
 * ends the inhibition, too. */
void qd_mm_release(struct qd_mm *m)
{
    DBusError e = DBUS_ERROR_INIT;

    m->ending = 1;
    if (set_inhibited(m, FALSE, ANSWER_MS, &e))
        qd_log(m->ctx, QDIAG_LOG_DEBUG, "mm", "giving %s back to ModemManager: %s", m->uid,
               text_of(&e));
    dbus_error_free(&e);
    drop(m);
}
