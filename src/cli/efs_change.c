/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag efs put, rm, mkdir, ln and chmod: one change each, the way of every change: plan,
 * confirmation, journal, read-back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd_efs.h"
#include "cli/confirm.h"
#include "cli/text.h"

#define PUT_MAX (16u << 20)

/* The bytes put in are freed by the caller. */
struct change {
    struct qdiag_single s;
    uint8_t *data;
};

static int take_put(const struct cli_options *o, struct change *c)
{
    if (o->as_item && o->as_file)
        return cli_usage_error("--item and --regular exclude each other");
    c->s.path = o->arg[2];
    c->s.item = o->as_item ? 1 : o->as_file ? 0 : -1;
    int rc = cli_read_file(o->arg[1], PUT_MAX, &c->data, &c->s.size);
    c->s.data = c->data;
    return rc;
}

static int take_path(const struct cli_options *o, struct change *c)
{
    c->s.path = o->arg[1];
    return 0;
}

static int take_link(const struct cli_options *o, struct change *c)
{
    c->s.target = o->arg[1];
    c->s.path = o->arg[2];
    return o->arg[1][0] ? 0 : cli_usage_error("a link needs a target");
}

static int take_mode(const struct cli_options *o, struct change *c)
{
    char *end;
    unsigned long mode = strtoul(o->arg[1], &end, 8);
    if (o->arg[1][0] < '0' || o->arg[1][0] > '7' || *end || mode > 07777)
        return cli_usage_error("%s is no mode: 0 to 7777, octal", o->arg[1]);
    c->s.mode = (unsigned)mode;
    c->s.path = o->arg[2];
    return 0;
}

static const struct verb {
    const char *name;
    int args;
    const char *usage;
    enum qdiag_change_op op;
    int (*take)(const struct cli_options *o, struct change *c);
} verbs[] = {{"put", 2, "FILE PATH", QDIAG_CHANGE_PUT, take_put},
             {"rm", 1, "PATH", QDIAG_CHANGE_RM, take_path},
             {"mkdir", 1, "PATH", QDIAG_CHANGE_MKDIR, take_path},
             {"ln", 2, "TARGET PATH", QDIAG_CHANGE_LINK, take_link},
             {"chmod", 2, "MODE PATH", QDIAG_CHANGE_CHMOD, take_mode}};

static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

int cli_efs_is_change(const char *verb)
{
    return find(verb) != NULL;
}

int cli_efs_change(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_plan *plan = NULL;
    const struct verb *v = find(o->arg[0]);
    struct change c = {.s = {.op = v->op}};
    if (o->nargs - 1 != v->args)
        return cli_usage_error("usage: qdiag efs %s %s", v->name, v->usage);
    int rc = v->take(o, &c);
    if (rc == 0) {
        if (qdiag_device_open(ctx, o->device, o->serial, &dev, &e) == 0)
            qdiag_plan_single(dev, &c.s, &plan, &e);
        rc = cli_change_run(dev, plan, o, &e);
    }
    qdiag_plan_free(&plan);
    qdiag_device_close(&dev);
    free(c.data);
    return rc;
}
