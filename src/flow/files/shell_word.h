/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FLOW_FILES_SHELL_WORD_H
#define QD_FLOW_FILES_SHELL_WORD_H

#include <stddef.h>

/* A word of a command line for a POSIX shell; one that does not fit is left out whole. */
void qd_shell_word(const char *word, char *out, size_t cap);

#define QD_SHELL_FILE_MAX 1024u

/* The same for a file's name, which must not be taken for an option. */
void qd_shell_file(const char *file, char *out, size_t cap);

/* Adds " option word", word already quoted, or nothing. 0; -1: no word, or no room. */
int qd_shell_add(char *line, size_t cap, const char *option, const char *word);

#endif
