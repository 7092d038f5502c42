/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag list: the ports of cellular modules that the system shows, unit by unit, and who holds
 * them. Opens nothing; with --probe, only what qdiag_port_probe does. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/text.h"

static void print_holders(const struct qdiag_port *p)
{
    for (unsigned i = 0; i < p->holders; i++)
        printf("%s%ld (%s)", i ? ", " : "  held by process ", p->holder[i].pid,
               p->holder[i].program[0] ? p->holder[i].program : "?");
}

static void print_unit(const struct cli_options *o, const struct qdiag_port *p)
{
    char product[256], maker[256];
    cli_masked(o, p->product, product, sizeof product);
    cli_masked(o, p->manufacturer, maker, sizeof maker);
    printf("unit %s", p->unit);
    if (p->vid)
        printf("  %04x:%04x", p->vid, p->pid);
    if (maker[0])
        printf("  %s", maker);
    if (product[0])
        printf("  %s", product);
    if (p->serial[0])
        printf("  serial %s", o->show_identity ? p->serial : "(hidden)");
    printf("\n");
}

static void print_port(const struct qdiag_port *p, const struct qdiag_probe *said)
{
    int usb = strncmp(p->address, "usb:", 4) == 0;
    printf("  %-8s %-22s", qdiag_role_name(p->role), p->address);
    if (p->interface_number >= 0)
        printf("  interface %d", p->interface_number);
    if (p->role == QDIAG_ROLE_DOWNLOAD)
        printf("  download mode, not DIAG; never opened");
    else if (usb && p->interface_number < 0)
        printf("  has no DIAG interface");
    if (p->driver[0])
        printf("  driver %s", p->driver);
    else if (usb && p->interface_number >= 0)
        printf("  no driver");
    print_holders(p);
    if (said)
        printf("  probe: %s", qdiag_probe_name(said->result));
    if (said && said->reason[0])
        printf(" (%s)", said->reason);
    printf("\n");
}

static void print_list(const struct cli_options *o, const struct qdiag_port_list *list,
                       const struct qdiag_probe *said)
{
    int hidden = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct qdiag_port *p = &list->port[i];
        if (i == 0 || strcmp(p->unit, p[-1].unit) != 0)
            print_unit(o, p);
        print_port(p, said ? &said[i] : NULL);
        hidden |= !p->holders_known;
    }
    if (list->count == 0)
        fprintf(stderr, "no port of a cellular module is connected\n");
    else if (hidden && !o->quiet)
        fprintf(stderr, "programs of other users could not be looked at: as root, more may be seen "
                        "to hold a port\n");
}

static json_t *json_holders(const struct qdiag_port *p)
{
    json_t *all = json_array();
    for (unsigned i = 0; i < p->holders; i++) {
        json_t *j = json_pack("{s:I}", "pid", (json_int_t)p->holder[i].pid);
        cli_json_text(j, "program", p->holder[i].program);
        json_array_append_new(all, j);
    }
    return all;
}

static json_t *json_port(const struct cli_options *o, const struct qdiag_port *p,
                         const struct qdiag_probe *said)
{
    char vid[8], pid[8];
    json_t *j =
        json_pack("{s:s, s:s, s:s, s:s, s:b}", "address", p->address, "unit", p->unit, "role",
                  qdiag_role_name(p->role), "node", p->node, "likely_diag", p->likely_diag);
    snprintf(vid, sizeof vid, "%04x", p->vid);
    snprintf(pid, sizeof pid, "%04x", p->pid);
    cli_json_text(j, "vid", p->vid ? vid : NULL);
    cli_json_text(j, "pid", p->vid ? pid : NULL);
    cli_json_text(j, "usb_path", p->usb_path);
    json_object_set_new(j, "interface",
                        p->interface_number < 0 ? json_null() : json_integer(p->interface_number));
    cli_json_text(j, "driver", p->driver);
    cli_json_text(j, "product", p->product);
    cli_json_text(j, "manufacturer", p->manufacturer);
    cli_json_text(j, "serial", o->show_identity ? p->serial : NULL);
    json_object_set_new(j, "holders", json_holders(p));
    json_object_set_new(j, "holders_complete", json_boolean(p->holders_known));
    cli_json_text(j, "probe", said ? qdiag_probe_name(said->result) : NULL);
    cli_json_text(j, "probe_reason", said ? said->reason : NULL);
    return j;
}

/* One answer per port, free() it; all "not asked" behind a port where it failed. */
static struct qdiag_probe *probe_all(struct qdiag_context *ctx, const struct qdiag_port_list *list,
                                     struct qdiag_error *e)
{
    struct qdiag_probe *said = calloc(list->count + 1, sizeof *said);
    if (!said) {
        e->code = QDIAG_E_NO_MEMORY;
        snprintf(e->what, sizeof e->what, "out of memory");
    }
    for (size_t i = 0; i < list->count && !e->code; i++)
        qdiag_port_probe(ctx, &list->port[i], &said[i], e);
    return said;
}

int cmd_list(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_port_list list = {0};
    struct qdiag_probe *said = NULL;
    qdiag_port_list_get(ctx, &list, &e);
    if (o->probe && !e.code)
        said = probe_all(ctx, &list, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.list/1"), *ports = json_array();
        for (size_t i = 0; i < list.count; i++)
            json_array_append_new(ports, json_port(o, &list.port[i], said ? &said[i] : NULL));
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            json_object_set_new(j, "ports", ports);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else {
        if (!e.code)
            print_list(o, &list, said);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    free(said);
    qdiag_port_list_free(&list);
    return exit_code;
}
