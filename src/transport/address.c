/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Reads a device address as a person types it and gives it one pastable form.
 * Must never open anything: it only looks at the kind of file a bare path names. */
#include "transport/address.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hex.h"
#include "base/text.h"

#define FORMS                                                                                      \
    "write auto, usb:VID:PID[@BUS-PORT.PORT], tty:/dev/ttyUSB0, tcp:HOST:PORT, tcp-listen:PORT, "  \
    "unix:/path or replay:FILE"

static int usage(struct qdiag_error *e, const char *text, const char *why)
{
    char shown[128];

    qd_printable(shown, sizeof(shown), text, strlen(text));
    qd_fail(e, QDIAG_E_USAGE, shown, "%s", why);
    qd_what(e, "wrong device address");
    qd_hint(e, FORMS);
    return -QDIAG_E_USAGE;
}

/* 1 to 4 hex digits ending at `end`; the rest, or NULL. */
static const char *parse_hex16(const char *s, char end, uint16_t *v)
{
    unsigned n = 0, value = 0;

    while (n < 4 && qd_hex_digit((unsigned char)*s) >= 0) {
        value = value << 4 | (unsigned)qd_hex_digit((unsigned char)*s++);
        n++;
    }
    if (!n || *s != end)
        return NULL;
    *v = (uint16_t)value;
    return s;
}

static const char *skip_number(const char *s)
{
    const char *start = s;

    while (isdigit((unsigned char)*s) && s - start < 4)
        s++;
    return s == start ? NULL : s;
}

/* BUS-PORT[.PORT…], as the kernel names it. */
static int is_usb_port(const char *s)
{
    if (strlen(s) > 31)
        return 0;
    s = skip_number(s);
    if (!s || *s != '-')
        return 0;
    do {
        s = skip_number(s + 1);
    } while (s && *s == '.');
    return s && *s == '\0';
}

static int parse_usb(struct qd_address *a, const char *text, const char *rest,
                     struct qdiag_error *e)
{
    const char *s = parse_hex16(rest, ':', &a->vid);
    const char *port;

    port = s ? strchr(s, '@') : NULL;
    s = s ? parse_hex16(s + 1, port ? '@' : '\0', &a->pid) : NULL;
    if (!s)
        return usage(e, text, "VID and PID are hexadecimal, 1 to 4 digits each: usb:2c7c:0296");
    if (port && !is_usb_port(port + 1))
        return usage(e, text, "the USB port is BUS-PORT.PORT, such as 1-4.2");
    qd_copy_text(a->path, sizeof(a->path), port ? port + 1 : "");
    snprintf(a->text, sizeof(a->text), "usb:%04x:%04x%s%.31s", a->vid, a->pid, port ? "@" : "",
             a->path);
    return 0;
}

static int parse_port(const char *s, unsigned lowest, uint16_t *port)
{
    unsigned long v = 0;
    const char *p = s;

    while (isdigit((unsigned char)*p) && p - s < 5)
        v = v * 10 + (unsigned long)(*p++ - '0');
    if (p == s || *p != '\0' || v < lowest || v > 65535)
        return -1;
    *port = (uint16_t)v;
    return 0;
}

/* HOST:PORT; an IPv6 number stands in brackets, since it has colons itself. */
static int parse_tcp(struct qd_address *a, const char *text, const char *rest,
                     struct qdiag_error *e)
{
    const char *colon = strrchr(rest, ':');
    int bracket = rest[0] == '[';
    size_t n;

    if (!colon || parse_port(colon + 1, 1, &a->port))
        return usage(e, text, "it must end in a port, 1 to 65535: tcp:localhost:2500");
    n = (size_t)(colon - rest);
    if (bracket && (n < 3 || rest[n - 1] != ']'))
        return usage(e, text, "the bracket is not closed: tcp:[::1]:2500");
    if (!bracket && memchr(rest, ':', n))
        return usage(e, text, "an IPv6 number stands in brackets: tcp:[::1]:2500");
    if (!n || n > 255)
        return usage(e, text, "the host is missing or longer than 255 bytes");
    snprintf(a->path, sizeof(a->path), "%.*s", (int)n - 2 * bracket, rest + bracket);
    snprintf(a->text, sizeof(a->text), "tcp:%.*s:%u", (int)n, rest, a->port);
    return 0;
}

/* Port 0 lets the system choose one; the log names it. */
static int parse_listen(struct qd_address *a, const char *text, const char *rest,
                        struct qdiag_error *e)
{
    if (parse_port(rest, 0, &a->port))
        return usage(e, text, "the port is a number from 0 to 65535: tcp-listen:2500");
    snprintf(a->text, sizeof(a->text), "tcp-listen:%u", a->port);
    return 0;
}

static int parse_path(struct qd_address *a, const char *text, const char *rest,
                      struct qdiag_error *e)
{
    if (!*rest)
        return usage(e, text, "the path is missing");
    qd_copy_text(a->path, sizeof(a->path), rest);
    qd_copy_text(a->text, sizeof(a->text), text);
    return 0;
}

static int parse_auto(struct qd_address *a, const char *text, const char *rest,
                      struct qdiag_error *e)
{
    if (*rest)
        return usage(e, text, "auto stands alone");
    qd_copy_text(a->text, sizeof(a->text), "auto");
    return 0;
}

static int parse_bare_path(struct qd_address *a, const char *text, struct qdiag_error *e)
{
    struct stat st = {0};
    int err = stat(text, &st) == 0 ? 0 : errno;
    const char *prefix;
    size_t n;

    if (!err && S_ISSOCK(st.st_mode))
        a->kind = QD_ADDR_UNIX;
    else if ((!err && S_ISCHR(st.st_mode)) || strncmp(text, "/dev/", 5) == 0)
        a->kind = QD_ADDR_TTY;
    else
        return usage(e, text, err ? strerror(err) : "that file is neither a device nor a socket");
    prefix = a->kind == QD_ADDR_UNIX ? "unix:" : "tty:";
    n = strlen(prefix);
    if (n + strlen(text) >= sizeof(a->text))
        return usage(e, text, "the path is too long");
    qd_copy_text(a->path, sizeof(a->path), text);
    qd_copy_text(a->text, sizeof(a->text), prefix);
    qd_copy_text(a->text + n, sizeof(a->text) - n, text);
    return 0;
}

/* Addresses end up in messages and in line-based files. */
static int has_control_bytes(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            return 1;
    return 0;
}

static const struct form {
    const char *prefix;
    enum qd_address_kind kind;
    int (*parse)(struct qd_address *a, const char *text, const char *rest, struct qdiag_error *e);
} forms[] = {
    {"auto", QD_ADDR_AUTO, parse_auto},      {"usb:", QD_ADDR_USB, parse_usb},
    {"tty:", QD_ADDR_TTY, parse_path},       {"tcp-listen:", QD_ADDR_TCP_LISTEN, parse_listen},
    {"tcp:", QD_ADDR_TCP, parse_tcp},        {"unix:", QD_ADDR_UNIX, parse_path},
    {"replay:", QD_ADDR_REPLAY, parse_path},
};

int qd_address_parse(struct qd_address *a, const char *text, struct qdiag_error *e)
{
    memset(a, 0, sizeof(*a));
    if (strlen(text) >= QD_ADDRESS_MAX)
        return usage(e, text, "the address is too long: 511 bytes at most");
    if (has_control_bytes(text))
        return usage(e, text, "the address holds a control character");
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        size_t n = strlen(forms[i].prefix);

        if (strncmp(text, forms[i].prefix, n) != 0)
            continue;
        a->kind = forms[i].kind;
        return forms[i].parse(a, text, text + n, e);
    }
    if (text[0] == '/')
        return parse_bare_path(a, text, e);
    return usage(e, text, text[0] ? "unknown kind of address" : "the address is empty");
}
