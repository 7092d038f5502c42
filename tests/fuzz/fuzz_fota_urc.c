/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Fuzzes the reader of an upgrade's lines, the state machine behind it, the checker of arguments
 * and the readers of what is asked around an upgrade. Each line of the input is one line of a unit;
 * its first byte can also stand for an event without a line. Whatever comes in: a canonical line
 * reads back the same, a percentage is one, no argument that passes can inject, no end without a
 * version. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "at/parse.h"
#include "flow/upgrade/upgrade_watch.h"
#include "service/fota.h"

static void require(int ok)
{
    if (!ok)
        abort();
}

static struct qd_fota_urc read_line(const char *line)
{
    struct qd_fota_urc u = qd_fota_urc_read(line), again;
    char text[80];

    require(u.number >= -1 && u.number <= 999999);
    qd_fota_urc_text(&u, text);
    require((text[0] == '\0') == (u.word <= QD_FOTA_OTHER));
    if (u.word == QD_FOTA_UPDATE || u.word == QD_FOTA_RESTORE)
        require(u.number <= 100);
    if (text[0]) {
        again = qd_fota_urc_read(text);
        require(again.word == u.word && again.number == u.number);
    }
    return u;
}

static void check_argument(const char *line)
{
    static const char *const family[] = {"bg96", "eg9x", "rg50xq", "other"};
    static const size_t most[] = {255, 255, 512, 0};

    for (size_t i = 0; i < 4; i++) {
        struct qdiag_fota_argument a;
        size_t quotes = 0;

        if (qdiag_fota_argument(family[i], line, &a, NULL) != 0) {
            require(a.command[0] == '\0' && a.shown[0] == '\0');
            continue;
        }
        for (const char *p = a.command; *p; p++) {
            require(*p > 0x20 && *p < 0x7f && *p != ';' && *p != '\\');
            quotes += *p == '"';
        }
        require(strncmp(a.command, "AT+QFOTADL=", 11) == 0 && (quotes == 0 || quotes == 2));
        require(strlen(a.command) <= 11 + most[i] + 2 && a.port <= 65535);
        require(qd_at_refuses(a.command) == NULL || strstr(a.command, "+"));
    }
}

static void check_rest(const char *line)
{
    struct qd_fota_net n = {-1, -1, -1, -1, ""};
    struct qd_fota_apn apn;
    char shown[256];

    if (qd_fota_net_line(&n, line))
        require(n.rssi >= -1 && n.lte <= 20 && n.packet <= 20 && n.nr <= 20);
    if (qd_fota_apn_parse(line, &apn, NULL) == 0)
        require(apn.ip >= 0 && apn.ip <= 2 && strlen(apn.apn) < sizeof apn.apn);
    qd_at_mask(shown, sizeof shown, line);
    require(strlen(shown) < sizeof shown);
}

static void run(struct qd_watch *w, const char *line, uint64_t *now)
{
    struct qd_watch_event ev = {.kind = QD_WATCH_URC};
    enum qd_watch_outcome before = w->outcome;

    *now += (uint8_t)line[0] * (uint64_t)1000;
    if (line[0] >= 'a' && line[0] < 'a' + 8)
        ev.kind = (enum qd_watch_kind)(line[0] - 'a');
    ev.version = (enum qd_watch_version)(line[0] ? (uint8_t)line[1] & 3 : 0);
    ev.urc = read_line(line);
    if (ev.urc.word == QD_FOTA_NO_URC && ev.kind == QD_WATCH_URC)
        ev.kind = QD_WATCH_TICK;
    (void)qd_watch_step(w, &ev, *now);
    require(w->percent >= -1 && w->percent <= 100);
    require(before == QD_WATCH_OPEN || w->outcome == before);
    if (w->outcome != before && w->outcome != QD_WATCH_REFUSED)
        require(ev.kind == QD_WATCH_VERSION);
    if (w->outcome == QD_WATCH_IS_TARGET && before == QD_WATCH_OPEN)
        require(ev.version == QD_VERSION_TARGET);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct qdiag_fota_limits none;
    static const char *const family[] = {"bg96", "eg9x", "rg50xq", ""};
    char line[1024];
    struct qd_watch w;
    uint64_t now = 0;

    qd_watch_begin(&w, qd_fota_family(family[size & 3]), &none, now);
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;
        size_t take = n < sizeof line ? n : sizeof line - 1;

        memcpy(line, data + at, take);
        line[take] = '\0';
        run(&w, line, &now);
        check_argument(line);
        check_rest(line);
        at += n + 1;
    }
    return 0;
}
