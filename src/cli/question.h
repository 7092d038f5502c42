/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Questions to a person. */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

/* 1: somebody sits at a terminal; what comes through a pipe is never taken for a person. */
int cli_can_ask(void);

/* The line that is typed after a question that stands on stderr already, without its end. 0; -1:
 * the input ended, or a signal that ends the run came before the line. */
int cli_answer(char answer[64]);

#endif
