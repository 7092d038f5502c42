/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Words of command lines that a person is to paste. A word must never mean more than itself. */
#include "flow/files/shell_word.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

void qd_shell_word(const char *word, char *out, size_t cap)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "/._-:@,+=";
    size_t n = 0, len = strlen(word), quotes = 0;

    if (len && strspn(word, plain) == len && len < cap) {
        qd_copy_text(out, cap, word);
        return;
    }
    out[0] = '\0';
    for (size_t i = 0; i < len; i++)
        quotes += word[i] == '\'';
    if (len + 3 * quotes + 3 > cap)
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

void qd_shell_file(const char *file, char *out, size_t cap)
{
    char path[QD_SHELL_FILE_MAX];
    int n = snprintf(path, sizeof path, "%s%s", file[0] == '-' ? "./" : "", file);

    if (n < 0 || (size_t)n >= sizeof path)
        out[0] = '\0';
    else
        qd_shell_word(path, out, cap);
}

int qd_shell_add(char *line, size_t cap, const char *option, const char *word)
{
    size_t n = strlen(line);
    int more;

    if (!*word)
        return -1;
    more = snprintf(line + n, cap - n, "%s%s %s", *option ? " " : "", option, word);
    if (more >= 0 && (size_t)more < cap - n)
        return 0;
    line[n] = '\0';
    return -1;
}
