/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads sysfs to find the serial ports of modules and what USB says about them. A ttyUSB number is
 * no interface number, so the way always goes from the tty to its interface. Must never open a
 * device node: opening a port can disturb the program that uses it. */
#include "transport/discover.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/text.h"
#include "transport/sysfs.h"
#include "transport/usb_match.h"

/* A hexadecimal attribute; -1 when missing or not a number up to max. */
static long read_hex(const char *folder, const char *name, long max)
{
    char text[32], *end;
    long v;

    if (qd_sysfs_attr(folder, name, text, sizeof(text)))
        return -1;
    v = strtol(text, &end, 16);
    return end == text || *end || v < 0 || v > max ? -1 : v;
}

static uint16_t read_id(const char *folder, const char *name)
{
    long v = read_hex(folder, name, 0xffff);

    return v < 0 ? 0 : (uint16_t)v;
}

static uint8_t read_byte(const char *folder, const char *name)
{
    long v = read_hex(folder, name, 0xff);

    return v < 0 ? 0 : (uint8_t)v;
}

static int has_attr(const char *folder, const char *name)
{
    char path[PATH_MAX];

    return !qd_sysfs_join(path, folder, name) && access(path, F_OK) == 0;
}

/* Shortens path to the nearest folder at or above it that has the attribute, not above root. */
static int climb_to(char *path, const char *root, const char *attr)
{
    size_t root_len = strlen(root);

    while (strlen(path) > root_len) {
        if (has_attr(path, attr))
            return 0;
        *strrchr(path, '/') = '\0';
    }
    return -1;
}

static void count_endpoints(struct qd_port *p, const char *folder)
{
    char path[PATH_MAX], type[16], direction[16];
    int in = 0, out = 0;
    struct dirent *d;
    DIR *dir = opendir(folder);

    p->endpoints = read_byte(folder, "bNumEndpoints");
    while (dir && (d = readdir(dir)) != NULL) {
        if (strncmp(d->d_name, "ep_", 3) != 0 || qd_sysfs_join(path, folder, d->d_name) ||
            qd_sysfs_attr(path, "type", type, sizeof(type)) || strcmp(type, "Bulk") != 0 ||
            qd_sysfs_attr(path, "direction", direction, sizeof(direction)))
            continue;
        in += strcmp(direction, "in") == 0;
        out += strcmp(direction, "out") == 0;
    }
    if (dir)
        closedir(dir);
    p->bulk_pairs = in < out ? in : out;
}

/* `path` is the port's folder; it is shortened to the interface's, then to the device's. */
static void describe_usb(struct qd_port *p, char *path, const char *root)
{
    if (climb_to(path, root, "bInterfaceNumber"))
        return;
    p->interface = read_byte(path, "bInterfaceNumber");
    p->cls = read_byte(path, "bInterfaceClass");
    p->sub = read_byte(path, "bInterfaceSubClass");
    p->proto = read_byte(path, "bInterfaceProtocol");
    count_endpoints(p, path);
    qd_sysfs_driver(path, p->driver, sizeof(p->driver));
    if (climb_to(path, root, "idVendor"))
        return;
    p->vid = read_id(path, "idVendor");
    p->pid = read_id(path, "idProduct");
    qd_sysfs_attr(path, "serial", p->serial, sizeof(p->serial));
    qd_sysfs_attr(path, "product", p->product, sizeof(p->product));
    qd_sysfs_attr(path, "manufacturer", p->manufacturer, sizeof(p->manufacturer));
    qd_copy_text(p->usb_path, sizeof(p->usb_path), strrchr(path, '/') + 1);
}

struct qd_usb_interface qd_port_interface(const struct qd_port *p)
{
    return (struct qd_usb_interface){.vid = p->vid,
                                     .pid = p->pid,
                                     .number = p->interface,
                                     .cls = p->cls,
                                     .sub = p->sub,
                                     .proto = p->proto,
                                     .endpoints = p->endpoints,
                                     .bulk_pairs = p->bulk_pairs};
}

static enum qd_role role_of(const struct qd_port *p)
{
    struct qd_usb_interface u = qd_port_interface(p);

    return qd_usb_role(&u);
}

/* What the kernel's name of a wwan or MHI port says of it. "firehose" is the download mode's own.
 */
static enum qd_role role_by_name(const char *name)
{
    static const struct {
        const char *part;
        enum qd_role role;
    } names[] = {{"qcdm", QD_ROLE_DIAG}, {"DIAG", QD_ROLE_DIAG}, {"firehose", QD_ROLE_DOWNLOAD},
                 {"mbim", QD_ROLE_NET},  {"qmi", QD_ROLE_NET},   {"cdc-wdm", QD_ROLE_NET},
                 {"at", QD_ROLE_AT}};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strstr(name, names[i].part))
            return names[i].role;
    return QD_ROLE_UNKNOWN;
}

int qd_is_message_port(const char *node)
{
    const char *name = strrchr(node, '/');

    name = name ? name + 1 : node;
    return (strncmp(name, "wwan", 4) == 0 && strstr(name, "qcdm")) ||
           (strncmp(name, "mhi", 3) == 0 && strstr(name, "DIAG"));
}

/* "wwan0" of "wwan0qcdm0": the ports of one module share it. */
static void group_by_name(struct qd_port *p, const char *name)
{
    size_t n = strncmp(name, "wwan", 4) == 0 ? 4 + strspn(name + 4, "0123456789") : 0;

    if (p->usb_path[0])
        qd_copy_text(p->group, sizeof(p->group), p->usb_path);
    else if (n)
        snprintf(p->group, sizeof(p->group), "%.*s", (int)n, name);
    else
        snprintf(p->group, sizeof(p->group), "%.31s", name);
}

static int add_port(struct qd_port_list *list, const char *folder, const char *name,
                    const char *root, int named)
{
    char path[PATH_MAX], *real;
    struct qd_port *grown, *p;

    grown = qd_grow(list->p, list->n, &list->cap, sizeof(*grown));
    if (!grown)
        return -1;
    list->p = grown;
    p = &grown[list->n++];
    memset(p, 0, sizeof(*p));
    p->interface = -1;
    snprintf(p->node, sizeof(p->node), "/dev/%.58s", name);
    real = qd_sysfs_join(path, folder, name) ? NULL : realpath(path, NULL);
    if (real)
        describe_usb(p, real, root);
    free(real);
    p->role = role_of(p);
    if (named && p->role != QD_ROLE_DOWNLOAD)
        p->role = role_by_name(name);
    p->likely_diag = p->role == QD_ROLE_DIAG;
    group_by_name(p, name);
    return 0;
}

static int is_usb_tty(const char *name)
{
    return strncmp(name, "ttyUSB", 6) == 0;
}

/* wwan0 itself is the device, wwan0at0 a port of it. */
static int is_wwan_port(const char *name)
{
    const char *kind = name + (strncmp(name, "wwan", 4) == 0 ? 4 : 0);

    return kind > name && kind[strspn(kind, "0123456789")] != '\0';
}

static int is_cdc_wdm(const char *name)
{
    return strncmp(name, "cdc-wdm", 7) == 0;
}

static int scan(struct qd_port_list *list, const char *root, const char *class_name,
                int (*wanted)(const char *name), int named, struct qdiag_error *e)
{
    char folder[PATH_MAX];
    struct dirent *d;
    DIR *dir;
    int rc = 0;

    if (qd_sysfs_join(folder, root, class_name))
        return qd_fail(e, QDIAG_E_LOCAL_FILE, root, "the path is too long");
    dir = opendir(folder);
    if (!dir && errno == ENOENT)
        return 0; /* this kernel has no such ports */
    if (!dir)
        return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, folder, "cannot list: %s",
                            strerror(errno));
    while (!rc && (d = readdir(dir)) != NULL)
        if (wanted(d->d_name) && add_port(list, folder, d->d_name, root, named))
            rc = qd_nomem(e);
    closedir(dir);
    return rc;
}

/* MHI drivers differ in the class they use, so their nodes are found by name among all character
 * devices: the links of dev/char. */
static int scan_mhi(struct qd_port_list *list, const char *root, struct qdiag_error *e)
{
    char folder[PATH_MAX], target[PATH_MAX];
    struct dirent *d;
    DIR *dir;
    int rc = 0;

    dir = qd_sysfs_join(folder, root, "dev/char") ? NULL : opendir(folder);
    while (!rc && dir && (d = readdir(dir)) != NULL) {
        ssize_t n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);
        const char *name;

        if (n < 0)
            continue;
        target[n] = '\0';
        name = strrchr(target, '/');
        name = name ? name + 1 : target;
        if (strncmp(name, "mhi", 3) != 0 || !qd_is_message_port(name))
            continue;
        if (add_port(list, folder, name, root, 1))
            rc = qd_nomem(e);
    }
    if (dir)
        closedir(dir);
    return rc;
}

/* ttyUSB2 before ttyUSB10, 1-4.2 before 1-4.10: runs of digits count as numbers. */
static int compare_names(const char *a, const char *b)
{
    while (*a && *b) {
        char *enda, *endb;
        unsigned long x, y;

        if (*a < '0' || *a > '9' || *b < '0' || *b > '9') {
            if (*a != *b)
                return (unsigned char)*a - (unsigned char)*b;
            a++;
            b++;
            continue;
        }
        x = strtoul(a, &enda, 10);
        y = strtoul(b, &endb, 10);
        if (x != y)
            return x < y ? -1 : 1;
        a = enda;
        b = endb;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

static int compare_ports(const void *va, const void *vb)
{
    const struct qd_port *a = va, *b = vb;
    int rc = compare_names(a->usb_path, b->usb_path);

    if (!rc)
        rc = (a->interface > b->interface) - (a->interface < b->interface);
    return rc ? rc : compare_names(a->node, b->node);
}

void qd_port_list_sort(struct qd_port_list *list)
{
    if (list->n > 1)
        qsort(list->p, list->n, sizeof(list->p[0]), compare_ports);
}

int qd_discover(struct qdiag_context *ctx, const char *sysfs, struct qd_port_list *list,
                struct qdiag_error *e)
{
    char *root = realpath(sysfs ? sysfs : "/sys", NULL);
    int rc;

    if (!root && errno == ENOENT)
        return 0;
    if (!root)
        return qd_fail_wire(e, QDIAG_E_LOCAL_FILE, errno, sysfs ? sysfs : "/sys",
                            "cannot be read: %s", strerror(errno));
    rc = scan(list, root, "class/tty", is_usb_tty, 0, e);
    if (!rc)
        rc = scan(list, root, "class/wwan", is_wwan_port, 1, e);
    if (!rc)
        rc = scan(list, root, "class/usbmisc", is_cdc_wdm, 1, e);
    if (!rc)
        rc = scan_mhi(list, root, e);
    free(root);
    if (rc) {
        qd_port_list_free(list);
        return rc;
    }
    qd_port_list_sort(list);
    qd_log(ctx, QDIAG_LOG_DEBUG, "discover", "%zu ports", list->n);
    return 0;
}

void qd_port_list_free(struct qd_port_list *list)
{
    free(list->p);
    memset(list, 0, sizeof(*list));
}
