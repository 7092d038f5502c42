/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "cli/cli.h"

/* Parses argv behind the command's name. 0, or an exit code after a message on stderr. */
int cli_parse(const struct cli_command *cmd, int argc, char **argv, struct cli_options *o);

/* The options a command takes, as help lines on stdout. */
void cli_print_options(enum cli_command_bit bit);

#endif
