/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Progress. One bar at a time, so the state is the file's own. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/json.h"
#include "cli/text.h"

#define BAR_MS   100
#define LINES_MS 5000

static struct {
    const struct cli_options *o;
    enum cli_progress mode;
    char phase[32];
    uint64_t last_ms;
    int shown; /* a bar is on the screen */
} bar;

static uint64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

static void counts(char *out, size_t cap, uint64_t done, uint64_t total)
{
    if (total)
        snprintf(out, cap, "%llu/%llu (%u %%)", (unsigned long long)done, (unsigned long long)total,
                 (unsigned)(done * 100 / total));
    else
        snprintf(out, cap, "%llu", (unsigned long long)done);
}

static void print_json(const char *phase, uint64_t done, uint64_t total, const char *item)
{
    json_t *j = json_pack("{s:s, s:s, s:I, s:o, s:s}", "event", "progress", "phase", phase, "done",
                          (json_int_t)done, "total",
                          total ? json_integer((json_int_t)total) : json_null(), "item", item);
    cli_json_line(j);
}

void cli_progress_clear(void)
{
    if (bar.shown)
        fputs("\r\033[K", stderr);
    bar.shown = 0;
}

static void on_progress(const char *phase, uint64_t done, uint64_t total, const char *item,
                        void *user)
{
    (void)user;
    uint64_t now = now_ms();
    char text[64], shown[512];
    int new_phase = strcmp(phase, bar.phase) != 0, finished = total && done == total;
    uint64_t wait =
        bar.mode == CLI_PROGRESS_BAR || bar.o->json == CLI_JSON_LINES ? BAR_MS : LINES_MS;
    if (!new_phase && !finished && now - bar.last_ms < wait)
        return;
    bar.last_ms = now;
    snprintf(bar.phase, sizeof bar.phase, "%s", phase);
    counts(text, sizeof text, done, total);
    cli_printable(item, shown, sizeof shown);
    if (bar.o->json == CLI_JSON_LINES)
        print_json(phase, done, total, shown);
    if (bar.mode == CLI_PROGRESS_LINES)
        fprintf(stderr, "%-10s %s\n", phase, text);
    if (bar.mode == CLI_PROGRESS_BAR) {
        fprintf(stderr, "\r\033[K%-10s %-22s %.40s", phase, text, shown);
        fflush(stderr);
        bar.shown = 1;
    }
}

void cli_progress_start(struct qdiag_context *ctx, const struct cli_options *o)
{
    bar.o = o;
    bar.mode = o->progress;
    if (bar.mode == CLI_PROGRESS_AUTO)
        bar.mode = o->quiet ? CLI_PROGRESS_NONE : isatty(2) ? CLI_PROGRESS_BAR : CLI_PROGRESS_LINES;
    if (bar.mode != CLI_PROGRESS_NONE || o->json == CLI_JSON_LINES)
        qdiag_context_set_progress(ctx, on_progress, NULL);
}
