/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_SHELL_WORD_H
#define QD_FLOW_SHELL_WORD_H

#include <stddef.h>

/* A word of a command line for a POSIX shell; one that does not fit is left out whole. */
void qd_shell_word(const char *word, char *out, size_t cap);

#endif
