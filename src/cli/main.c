/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The program: finds the command, sets up signals, log and progress, runs it. Everything that
 * touches a unit or a file is libqdiag's. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/args.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

static struct qdiag_cancel *cancel;

static void on_signal(int signo)
{
    cli_note_signal(signo);
    qdiag_cancel_request(cancel);
}

static void catch_signals(void)
{
    struct sigaction sa, old;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = on_signal;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    if (sigaction(SIGHUP, NULL, &old) == 0 && old.sa_handler != SIG_IGN) /* nohup */
        sigaction(SIGHUP, &sa, NULL);
    sa.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &sa, NULL); /* a closed pipe becomes a write error that is reported */
}

struct logger {
    const struct cli_options *o;
    int fd; /* log file, or -1 */
    int failed;
    enum qdiag_log_level screen;
};

static void on_log(enum qdiag_log_level level, const char *area, const char *text, void *user)
{
    static const char *const names[] = {"error", "warn", "info", "debug", "trace"};
    struct logger *l = user;
    char shown[2048];
    cli_printable(text, shown, sizeof shown);
    if (l->fd >= 0) {
        struct timespec ts;
        clock_gettime(CLOCK_REALTIME, &ts);
        if (dprintf(l->fd, "%lld.%03ld %-5s %-8s %s\n", (long long)ts.tv_sec, ts.tv_nsec / 1000000,
                    names[level], area, shown) < 0 &&
            !l->failed++)
            fprintf(stderr, "qdiag: lines of the log are lost: %s: %s\n", l->o->log_file,
                    strerror(errno));
    }
    if (level <= l->screen) {
        cli_progress_clear();
        fprintf(stderr, "%s: %s: %s\n", names[level], area, shown);
    }
}

static int open_log(struct logger *l, struct qdiag_context *ctx)
{
    int level = l->o->quiet ? QDIAG_LOG_ERROR : QDIAG_LOG_WARN + l->o->verbose;
    l->screen = level > QDIAG_LOG_TRACE ? QDIAG_LOG_TRACE : (enum qdiag_log_level)level;
    l->fd = -1;
    if (l->o->log_file) {
        l->fd = open(l->o->log_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (l->fd < 0) {
            fprintf(stderr,
                    "qdiag: cannot open the log file %s: %s  [exit 12]\n  unit     not touched\n",
                    l->o->log_file, strerror(errno));
            return 12;
        }
        if (l->screen < QDIAG_LOG_DEBUG) {
            qdiag_context_set_log(ctx, QDIAG_LOG_DEBUG, on_log, l);
            return 0;
        }
    }
    qdiag_context_set_log(ctx, l->screen, on_log, l);
    return 0;
}

const struct cli_command *cli_find_command(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

/* What the environment and the options say to the library. */
static int set_context(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    const char *names = getenv("QDIAG_NAMES"), *bus = getenv("DBUS_SYSTEM_BUS_ADDRESS");
    int rc = qdiag_context_set_bus(ctx, o->no_inhibit ? "" : bus && bus[0] ? bus : NULL, &e);
    if (o->timeout_ms)
        qdiag_context_set_timeout(ctx, o->timeout_ms);
    if (rc == 0 && names && names[0])
        rc = qdiag_context_set_names(ctx, names, &e);
    if (rc == 0 && o->capture)
        rc = qdiag_context_set_capture(ctx, o->capture, o->show_identity, &e);
    if (rc == 0)
        return 0;
    rc = qdiag_exit_code(&e);
    cli_print_error(o, &e, rc);
    return rc;
}

static int run(const struct cli_command *cmd, const struct cli_options *o)
{
    struct logger log = {.o = o, .fd = -1};
    struct qdiag_context *ctx = qdiag_context_new();
    cancel = qdiag_cancel_new();
    if (!ctx || !cancel) {
        fputs("qdiag: out of memory or file descriptors  [exit 1]\n", stderr);
        qdiag_context_free(&ctx);
        return 1;
    }
    int rc = open_log(&log, ctx);
    qdiag_context_set_cancel(ctx, cancel);
    if (rc == 0)
        rc = set_context(ctx, o);
    cli_progress_start(ctx, o);
    catch_signals();
    if (rc == 0)
        rc = cmd->run(ctx, o);
    if (log.fd >= 0)
        close(log.fd);
    qdiag_context_free(&ctx);
    return cli_finish(rc);
}

/* A program may be started with standard files closed. The next file to be opened, a unit's port
 * among them, would then get their numbers and with them the answer and the messages. Opened for
 * reading, so that writing an answer there is still an error. */
static int fill_standard_files(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != fd)
            return -1;
    return 0;
}

int main(int argc, char **argv)
{
    static const struct qdiag_backup_options defaults = QDIAG_BACKUP_OPTIONS_DEFAULT;
    struct cli_options o = {.device = "auto", .backup = defaults};
    if (fill_standard_files() != 0)
        return 1;
    cli_json_start();
    if (argc < 2)
        return cli_usage_error("no command");
    if (strcmp(argv[1], "--version") == 0) {
        printf("qdiag %s\n", qdiag_version());
        return cli_finish(0);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        argv[1] = (char *)"help";
    const struct cli_command *cmd = cli_find_command(argv[1]);
    if (!cmd && argv[1][0] == '-')
        return cli_usage_error("options come after the command: qdiag COMMAND %s", argv[1]);
    if (!cmd)
        return cli_usage_error("there is no command %s", argv[1]);
    int rc = cli_parse(cmd, argc - 1, argv + 1, &o);
    if (rc != 0)
        return rc;
    if (o.version) {
        printf("qdiag %s\n", qdiag_version());
        return cli_finish(0);
    }
    char *name[] = {(char *)cmd->name};
    if (o.help) {
        o.arg = name;
        o.nargs = 1;
        cmd = cli_find_command("help");
    }
    return run(cmd, &o);
}
