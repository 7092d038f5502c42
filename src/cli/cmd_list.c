/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag list: the ports of cellular modules that the system shows, serial and USB. Opens
 * nothing. */
#include <stdio.h>

#include "cli/json.h"
#include "cli/text.h"

static void print_port(const struct cli_options *o, const struct qdiag_port *p)
{
    printf("%-20s %s", p->address, p->likely_diag ? "DIAG " : "     ");
    if (p->vid)
        printf(" %04x:%04x if%d @%s", p->vid, p->pid, p->interface_number, p->usb_path);
    if (p->driver[0])
        printf(" driver %s", p->driver);
    if (p->product[0])
        printf(" %s", p->product);
    if (p->serial[0])
        printf(" serial %s", o->show_identity ? p->serial : "(hidden)");
    printf("\n");
}

static json_t *json_port(const struct cli_options *o, const struct qdiag_port *p)
{
    char vid[8], pid[8];
    json_t *j = json_pack("{s:s, s:b}", "address", p->address, "likely_diag", p->likely_diag);
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
    return j;
}

int cmd_list(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_port_list list = {0};
    qdiag_port_list_get(ctx, &list, &e);
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.list/1"), *ports = json_array();
        for (size_t i = 0; i < list.count; i++)
            json_array_append_new(ports, json_port(o, &list.port[i]));
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            json_object_set_new(j, "ports", ports);
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else {
        for (size_t i = 0; i < list.count; i++)
            print_port(o, &list.port[i]);
        if (!e.code && list.count == 0)
            fprintf(stderr, "no port of a cellular module is connected\n");
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_port_list_free(&list);
    return exit_code;
}
