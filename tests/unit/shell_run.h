/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Files of a test by the shell: copying and comparing whole folders. */
#ifndef TEST_SHELL_RUN_H
#define TEST_SHELL_RUN_H

/* Runs a command of at most 2047 bytes and waits for it; as wait(2) tells its end. */
int shell_run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
