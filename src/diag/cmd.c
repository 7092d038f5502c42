/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The command table and the DIAG error bytes. Data only: it must not know what the commands mean to
 * the services. */
#include "diag/cmd.h"

#include "base/bytes.h"

static const struct qd_cmd_rule rules[] = {
#define QD_CMD(id, ...) [QD_CMD_##id] = {__VA_ARGS__},
#include "diag/cmd.def"
#undef QD_CMD
};

const struct qd_cmd_rule *qd_cmd_rule(enum qd_cmd cmd)
{
    return (unsigned)cmd < QD_CMD_COUNT ? &rules[cmd] : NULL;
}

const char *qd_cmd_name(enum qd_cmd cmd)
{
    const struct qd_cmd_rule *rule = qd_cmd_rule(cmd);

    return rule ? rule->name : "?";
}

static int is_efs_subsys(uint8_t sub)
{
    return sub == 0x13 || sub == 0x3e;
}

int qd_cmd_allows(enum qd_cmd cmd, const uint8_t *req, size_t n)
{
    const struct qd_cmd_rule *rule = qd_cmd_rule(cmd);

    if (!rule || n < rule->head || n > QD_FRAME_MAX || req[0] != rule->code)
        return 0;
    if (rule->head < 4)
        return 1;
    if (rule->zero_at && (n < rule->zero_at + 4u || qd_get32(req + rule->zero_at) != 0))
        return 0;
    return qd_get16(req + 2) == rule->op &&
           (rule->any_sub ? is_efs_subsys(req[1]) : req[1] == rule->sub);
}

const char *qd_diag_bad_name(uint8_t bad)
{
    static const struct {
        uint8_t code;
        const char *name;
    } names[] = {
        {0x13, "BAD_CMD"},        {0x14, "BAD_PARM"},     {0x15, "BAD_LEN"},
        {0x16, "BAD_DEV"},        {0x17, "BAD_VOC"},      {0x18, "BAD_MODE"},
        {0x42, "BAD_SPC_MODE"},   {0x47, "BAD_SEC_MODE"}, {0x95, "BAD_TRANS"},
        {0x96, "SSM_DISALLOWED"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].code == bad)
            return names[i].name;
    return NULL;
}
