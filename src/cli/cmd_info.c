/* SPDX-License-Identifier: BSD-3-Clause
 *
 * qdiag info: who the unit is and what a backup would cover. Reads only. */
#include <stdio.h>

#include "cli/inner.h"
#include "cli/json.h"
#include "cli/progress.h"
#include "cli/text.h"

static void print_efs(const struct qdiag_identity *id)
{
    printf("EFS        ");
    for (unsigned i = 0; i < 2; i++)
        if (id->efs[i])
            printf("%ssubsystem 0x%02X", i ? ", " : "", id->efs[i]);
    printf("%s\n", id->efs[0] ? "" : "none answers: a backup would hold NV items only");
}

static void print_identity(const struct cli_options *o, const struct qdiag_identity *id)
{
    char text[32], esn[16];
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        if (id->imei_state[sub] != QDIAG_IDENT_UNKNOWN)
            printf("IMEI %u     %s\n", sub + 1,
                   cli_identity(o, id->imei_state[sub], id->imei[sub], text));
    if (id->meid_state != QDIAG_IDENT_UNKNOWN)
        printf("MEID       %s\n", cli_identity(o, id->meid_state, id->meid, text));
    snprintf(esn, sizeof esn, "%08X", (unsigned)id->esn);
    printf("ESN        %s\n", id->esn == 0xDEADD00D ? "DEADD00D (placeholder, never programmed)"
                                                    : cli_identity(o, id->esn_state, esn, text));
}

static void print_info(const struct cli_options *o, const char *address,
                       const struct qdiag_identity *id)
{
    printf("unit       %s\n", address);
    printf("model      %s", id->model[0] ? id->model : "not known");
    if (id->model_number)
        printf(" (number %u)", id->model_number);
    printf("\nfirmware   %s\n", id->software[0] ? id->software : "not known");
    if (id->comp_date[0])
        printf("built      %s %s (%s)\n", id->comp_date, id->comp_time, id->ver_dir);
    print_identity(o, id);
    print_efs(id);
    if (id->ftm == 1)
        printf("note       the unit is in factory test mode (NV 453)\n");
}

int cmd_info(struct qdiag_context *ctx, const struct cli_options *o)
{
    struct qdiag_error e = {0};
    struct qdiag_device *dev = NULL;
    struct qdiag_identity id;
    struct cli_inner_state inner;
    int rc = qdiag_device_open(ctx, o->device, o->serial, &dev, &e);
    if (rc == 0)
        rc = qdiag_identity_read(dev, &id, &e);
    if (rc == 0)
        cli_inner_read(ctx, o, qdiag_device_address(dev), &id, &inner);
    if (rc == 0 && (inner.e.code == QDIAG_E_CANCELLED || inner.e.code == QDIAG_E_NO_MEMORY))
        e = inner.e;
    int exit_code = e.code ? cli_exit_code(&e) : 0;
    cli_progress_clear();
    if (o->json != CLI_TEXT) {
        json_t *j = cli_json_new("qdiag.info/1");
        if (j) {
            cli_json_result(j, o, &e, exit_code);
            cli_json_text(j, "address", dev ? qdiag_device_address(dev) : NULL);
            json_object_set_new(j, "unit", rc == 0 ? cli_json_identity(o, &id) : json_null());
            json_object_set_new(j, "own_copies",
                                rc == 0 ? cli_inner_state_json(o, &inner) : json_null());
        }
        exit_code = cli_json_print(j, o, exit_code);
    } else if (rc == 0) {
        print_info(o, qdiag_device_address(dev), &id);
        cli_inner_show(o, &inner);
    }
    if (e.code)
        cli_print_error(o, &e, exit_code);
    qdiag_device_close(&dev);
    return exit_code;
}
