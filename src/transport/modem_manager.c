/* SPDX-License-Identifier: BSD-3-Clause
 *
 * From an address to the USB device that ModemManager is to leave alone. Reads links and attributes
 * of sysfs only. Must never make opening a unit fail: a unit can be used without all this, and the
 * port's own lock still keeps two programs apart. */
#include "transport/modem_manager.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "transport/holder.h"
#include "transport/mm_bus.h"
#include "transport/sysfs.h"

#define USB_DEVICES "/sys/bus/usb/devices"

/* Where a link of sysfs leads; 0, or -1 when there is none. */
static int follow(const char *folder, const char *name, char out[PATH_MAX])
{
    char path[PATH_MAX], *real;

    if (qd_sysfs_join(path, folder, name))
        return -1;
    real = realpath(path, NULL);
    if (!real)
        return -1;
    qd_copy_text(out, PATH_MAX, real);
    free(real);
    return 0;
}

static int has_id(const char *device, const char *attr, unsigned id)
{
    char text[16];

    return !qd_sysfs_attr(device, attr, text, sizeof(text)) && strtoul(text, NULL, 16) == id;
}

/* Without a path the ids must be enough. When several devices have them, opening fails, too. */
static int find_by_ids(const struct qd_address *a, char device[PATH_MAX])
{
    DIR *dir = opendir(USB_DEVICES);
    char path[PATH_MAX];
    struct dirent *d;
    int found = 0;

    while (dir && (d = readdir(dir)) != NULL) {
        if (d->d_name[0] == '.' || strchr(d->d_name, ':') ||
            qd_sysfs_join(path, USB_DEVICES, d->d_name) || !has_id(path, "idVendor", a->vid) ||
            !has_id(path, "idProduct", a->pid) || follow(USB_DEVICES, d->d_name, device))
            continue;
        found++;
    }
    if (dir)
        closedir(dir);
    return found == 1 ? 0 : -1;
}

/* The USB device above a port; -1 when it is not on USB. */
static int find_by_tty(const char *node, char device[PATH_MAX])
{
    char id[16], *real = NULL;
    const char *name = node;
    int rc = -1;

    if (strncmp(node, "/dev/", 5) != 0 || strchr(node + 5, '/')) { /* a link, as in by-id */
        real = realpath(node, NULL);
        name = real ? real : "";
    }
    if (strncmp(name, "/dev/", 5) == 0 && !strchr(name + 5, '/'))
        rc = follow("/sys/class/tty", name + 5, device);
    free(real);
    while (!rc && qd_sysfs_attr(device, "idVendor", id, sizeof(id))) {
        char *slash = strrchr(device, '/');

        if (!slash || slash == device)
            return -1;
        *slash = '\0';
    }
    return rc;
}

static int find_device(const struct qd_address *a, char device[PATH_MAX])
{
    if (a->kind == QD_ADDR_TTY)
        return find_by_tty(a->path, device);
    if (a->kind != QD_ADDR_USB)
        return -1;
    return a->path[0] ? follow(USB_DEVICES, a->path, device) : find_by_ids(a, device);
}

int qd_mm_port_of(const char *device, const char *port)
{
    static const char *const classes[] = {"tty", "usbmisc", "wwan", "net"};
    char folder[PATH_MAX], real[PATH_MAX];
    size_t n = strlen(device);

    if (!port[0] || strchr(port, '/') || strcmp(port, "..") == 0)
        return 0;
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        snprintf(folder, sizeof(folder), "/sys/class/%s", classes[i]);
        if (!follow(folder, port, real) && strncmp(real, device, n) == 0 && real[n] == '/')
            return 1;
    }
    return 0;
}

/* A unit that was asked for, for all its ports that are open. */
struct qd_mm_hold {
    struct qdiag_context *ctx;
    struct qd_mm *mm; /* NULL: ModemManager was not won over, or does not run */
    int at_it;
    unsigned users;
    struct qd_mm_hold *next;
    char device[PATH_MAX];
};

static struct qd_mm_hold *find_hold(struct qdiag_context *ctx, const char *device)
{
    struct qd_mm_hold *h = ctx->mm_holds;

    while (h && strcmp(h->device, device) != 0)
        h = h->next;
    return h;
}

static struct qd_mm_hold *new_hold(struct qdiag_context *ctx, const char *device)
{
    struct qd_mm_hold *h = qd_alloc(1, sizeof(*h));

    if (!h)
        return NULL;
    h->ctx = ctx;
    qd_copy_text(h->device, sizeof(h->device), device);
    h->mm = qd_mm_inhibit(ctx, device, &h->at_it);
    h->next = ctx->mm_holds;
    ctx->mm_holds = h;
    return h;
}

struct qd_mm_hold *qd_mm_try(struct qdiag_context *ctx, const struct qd_address *a, int *at_it)
{
    char device[PATH_MAX];
    struct qd_mm_hold *h;

    if ((ctx->bus && !ctx->bus[0]) || find_device(a, device)) {
        *at_it = qd_find_program("ModemManager") != 0;
        return NULL;
    }
    h = find_hold(ctx, device);
    if (!h)
        h = new_hold(ctx, device);
    *at_it = !h || (!h->mm && h->at_it);
    if (h)
        h->users++;
    return h;
}

struct qd_mm_hold *qd_mm_begin(struct qdiag_context *ctx, const struct qd_address *a)
{
    int at_it;

    return ctx->bus && !ctx->bus[0] ? NULL : qd_mm_try(ctx, a, &at_it);
}

void qd_mm_end(struct qd_mm_hold **p)
{
    struct qd_mm_hold *h = *p, **at;

    *p = NULL;
    if (!h || --h->users)
        return;
    for (at = &h->ctx->mm_holds; *at != h;)
        at = &(*at)->next;
    *at = h->next;
    if (h->mm)
        qd_mm_release(h->mm);
    free(h);
}

void qd_mm_hint(const char *holder, struct qdiag_error *e)
{
    if (strstr(holder, "(ModemManager)"))
        qd_hint(e, "%s",
                "run qdiag as root, so that it can ask ModemManager to leave the unit alone; or "
                "stop it for the time: systemctl stop ModemManager");
}
