/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag fota: which of its commands was meant. It must do nothing of its own. */
#include "cli/cmd_fota.h"

#include <string.h>

#include "cli/text.h"

static const struct word {
    const char *name;
    int args; /* words behind it, at most */
    int (*run)(struct qdiag_context *ctx, const struct cli_options *o);
} words[] = {
    {"check", 0, cmd_fota_check},
    {"upload", 2, cmd_fota_upload},
    {"run", 0, cmd_fota_run},
    {"watch", 0, cmd_fota_watch},
    {"verify", 0, cmd_fota_verify},
    {NULL, 0, NULL},
};

int cmd_fota(struct qdiag_context *ctx, const struct cli_options *o)
{
    for (const struct word *w = words; w->name; w++) {
        if (strcmp(o->arg[0], w->name) != 0)
            continue;
        if (o->nargs > 1 + w->args)
            return cli_usage_error("`qdiag fota %s` does not take %s", w->name,
                                   o->arg[1 + w->args]);
        return w->run(ctx, o);
    }
    return cli_usage_error("`qdiag fota` has no command %s; `qdiag help fota` lists them",
                           o->arg[0]);
}
