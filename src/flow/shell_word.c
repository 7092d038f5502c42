/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of command lines that a person is to paste. A word must never mean more than itself. */
#include "flow/shell_word.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void qd_shell_word(const char *word, char *out, size_t cap)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-:@,+=";
    size_t n = 0, len = strlen(word);

    if (len && strspn(word, plain) == len && len < cap) {
        qd_copy_text(out, cap, word);
        return;
    }
    out[0] = '\0';
    if (len * 4 + 3 > cap)
        return;
    out[n++] = '\'';
    for (; *word; word++) {
        if (*word == '\'')
            n += (size_t)snprintf(out + n, cap - n, "'\\''");
        else
            out[n++] = *word;
    }
    out[n++] = '\'';
    out[n] = '\0';
}
