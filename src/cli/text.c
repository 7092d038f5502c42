/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Text for people. stdout is the answer, stderr everything else. */
#include "cli/text.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t last_signal;

void cli_note_signal(int signo)
{
    if (!last_signal) /* the one that stops the work */
        last_signal = signo;
}

int cli_signalled(void)
{
    return last_signal != 0;
}

int cli_exit_code(const struct qdiag_error *e)
{
    if (e->code == QDIAG_E_CANCELLED && last_signal)
        return 128 + last_signal;
    return qdiag_exit_code(e);
}

int cli_usage_error(const char *fmt, ...)
{
    va_list ap;
    char text[1024], shown[2048];
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr,
            "qdiag: %s  [exit 2]\n  unit     not touched\n"
            "  next     `qdiag help` lists commands, `qdiag help COMMAND` its options\n",
            cli_printable(text, shown, sizeof shown));
    return 2;
}

static int use_color(const struct cli_options *o)
{
    const char *no = getenv("NO_COLOR");
    if (o->color)
        return o->color == 1;
    return isatty(2) && !(no && no[0]);
}

static void detail(const char *label, const char *text)
{
    if (text[0])
        fprintf(stderr, "  %-8s %s\n", label, text);
}

static const char *unit_state(enum qdiag_touch touch)
{
    switch (touch) {
    case QDIAG_UNTOUCHED:
        return "not touched";
    case QDIAG_CHANGED:
        return "changed; the list of changes is known";
    default:
        return "unknown: check it before using it";
    }
}

void cli_print_error(const struct cli_options *o, const struct qdiag_error *e, int exit_code)
{
    char item[sizeof e->item], why[sizeof e->why];
    int color = use_color(o);
    cli_masked(o, e->why, why, sizeof why);
    cli_masked(o, e->item, item, sizeof item);
    int named = item[0] && !strstr(why, item); /* the first line may be all that a log keeps */
    fprintf(stderr, "%sqdiag: %s%s%s%s%s%s  [exit %d]\n", color ? "\033[1;31m" : "", e->what,
            named ? ": " : "", named ? item : "", why[0] ? ": " : "", why, color ? "\033[0m" : "",
            exit_code);
    detail("at", item);
    detail("unit", unit_state(e->touch));
    detail("next", e->hint);
}

void cli_size(char *out, size_t cap, uint64_t bytes)
{
    if (bytes < 10000)
        snprintf(out, cap, "%llu B", (unsigned long long)bytes);
    else if (bytes < 10000000)
        snprintf(out, cap, "%.0f KB", (double)bytes / 1000);
    else
        snprintf(out, cap, "%.1f MB", (double)bytes / 1000000);
}

const char *cli_identity(const struct cli_options *o, enum qdiag_ident_state state,
                         const char *digits, char out[32])
{
    char masked[16];
    switch (state) {
    case QDIAG_IDENT_USABLE:
        qdiag_identity_mask(digits, masked);
        snprintf(out, 32, "%s", o->show_identity ? digits : masked);
        break;
    case QDIAG_IDENT_BLANK:
        snprintf(out, 32, "blank");
        break;
    case QDIAG_IDENT_DAMAGED:
        snprintf(out, 32, "damaged");
        break;
    default:
        snprintf(out, 32, "not known");
        break;
    }
    return out;
}

/* Bytes of the UTF-8 character at s, 0 when there is no valid one. Follows RFC 3629: no overlong
 * forms, no surrogates, nothing above U+10FFFF. */
static size_t utf8_length(const unsigned char *s)
{
    unsigned char lo = 0x80, hi = 0xbf;
    size_t n;
    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    if (s[0] == 0xe0)
        lo = 0xa0;
    else if (s[0] == 0xed)
        hi = 0x9f;
    else if (s[0] == 0xf0)
        lo = 0x90;
    else if (s[0] == 0xf4)
        hi = 0x8f;
    if (s[1] < lo || s[1] > hi)
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

const char *cli_printable(const char *text, char *out, size_t cap)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t at = 0;
    while (*s) {
        size_t n = utf8_length(s);
        int control = n == 1 && (*s < 0x20 || *s == 0x7f);
        int c1 = n == 2 && s[0] == 0xc2 && s[1] < 0xa0; /* some terminals obey these, too */
        if (n == 0 || control || c1) {
            if (at + 4 >= cap)
                break;
            snprintf(out + at, cap - at, "\\x%02x", *s);
            at += 4;
            s++;
            continue;
        }
        if (at + n >= cap)
            break;
        memcpy(out + at, s, n);
        at += n;
        s += n;
    }
    out[at] = '\0';
    return out;
}

static size_t run_of_digits(const char *s)
{
    return strspn(s, "0123456789");
}

const char *cli_masked(const struct cli_options *o, const char *text, char *out, size_t cap)
{
    char masked[2048];
    size_t at = 0;
    if (o->show_identity)
        return cli_printable(text, out, cap);
    while (*text && at + 1 < sizeof masked) {
        size_t run = run_of_digits(text), left = sizeof masked - at;
        size_t take = run ? run : 1;
        int n = run >= 14 ? snprintf(masked + at, left, "<%zu digits>", run)
                          : snprintf(masked + at, left, "%.*s", (int)take, text);
        at += (size_t)n < left ? (size_t)n : left - 1;
        text += take;
    }
    masked[at] = '\0';
    return cli_printable(masked, out, cap);
}

static int file_error(const char *path, const char *why)
{
    fprintf(stderr, "qdiag: local file error: %s: %s  [exit 12]\n  unit     not touched\n", path,
            why);
    return 12;
}

int cli_read_file(const char *path, size_t cap, uint8_t **p, size_t *n)
{
    FILE *f = fopen(path, "rbe");
    *n = 0;
    *p = f ? malloc(cap + 1) : NULL;
    if (!f)
        return file_error(path, strerror(errno));
    if (*p)
        *n = fread(*p, 1, cap + 1, f);
    int bad = !*p || ferror(f);
    fclose(f);
    if (!bad && *n <= cap)
        return 0;
    free(*p);
    *p = NULL;
    return file_error(path, bad ? "cannot be read" : "too large");
}

int cli_finish(int exit_code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    fprintf(stderr, "qdiag: the answer could not be written to standard output: %s  [exit %d]\n",
            strerror(errno), exit_code ? exit_code : 12);
    if (exit_code == 0)
        fputs("  done     what the command was asked to do is done; only its answer is lost\n",
              stderr);
    return exit_code ? exit_code : 12;
}
