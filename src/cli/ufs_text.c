/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The module's own backups as text and as JSON. It must never show a state that was not read as one
 * that is well. */
#include "cli/ufs_text.h"

#include <stdio.h>

#include "cli/text.h"

const char *const cli_ufs_names[2] = {"ufs", "eufs"};

static void print_state(const char *name, const struct qdiag_ufs_state *s, int eufs)
{
    if (!s->known) {
        printf("%-10s not known\n", name);
        return;
    }
    printf("%-10s %s, made %u times, restored %u times\n", name,
           s->valid ? "a copy is there" : "no valid copy", s->backups, s->restores);
    printf("           in use %u pages (%u KB), usual limit %u pages; bad blocks %u\n", s->pages,
           s->pages * 2, s->page_limit, s->bad_blocks);
    if (eufs)
        printf("           bad blocks in the copies: modem data %u, info %u; application data %u, "
               "info %u\n",
               s->bad_part[0], s->bad_part[1], s->bad_part[2], s->bad_part[3]);
    for (unsigned i = 0; i < 10; i++)
        if (s->probe[i])
            printf("           restores at probe point %u: %u\n", i + 1, s->probe[i]);
}

void cli_ufs_print(const struct qdiag_ufs_status *s)
{
    print_state("UFS", &s->fs[QDIAG_UFS], 0);
    if (s->fs[QDIAG_EUFS].known)
        print_state("EUFS", &s->fs[QDIAG_EUFS], 1);
    for (size_t i = 0; i < s->warnings; i++)
        printf("note       %s\n", s->warning[i]);
}

json_t *cli_ufs_json(const struct qdiag_ufs_state *s)
{
    json_t *probe, *part, *j;

    if (!s->known)
        return json_null();
    probe = json_array();
    part = json_array();
    for (unsigned i = 0; i < 10; i++)
        json_array_append_new(probe, json_integer(s->probe[i]));
    for (unsigned i = 0; i < 4; i++)
        json_array_append_new(part, json_integer(s->bad_part[i]));
    j = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I}", "valid", s->valid, "backups",
                  (json_int_t)s->backups, "restores", (json_int_t)s->restores, "pages",
                  (json_int_t)s->pages, "page_bytes", (json_int_t)2048, "bad_blocks",
                  (json_int_t)s->bad_blocks);
    json_object_set_new(j, "probe_restores", probe);
    json_object_set_new(j, "bad_blocks_of_copies", part);
    return j;
}

void cli_ufs_json_states(json_t *j, const struct qdiag_ufs_status *s)
{
    json_t *w = json_array();

    for (int i = 0; i < 2; i++)
        json_object_set_new(j, cli_ufs_names[i], cli_ufs_json(&s->fs[i]));
    for (size_t i = 0; i < s->warnings; i++)
        json_array_append_new(w, cli_json_string(s->warning[i]));
    json_object_set_new(j, "notes", w);
}

const char *cli_ufs_reason(const struct cli_options *o, const struct qdiag_error *e, char *out,
                           size_t cap)
{
    char text[512], shown[512];

    snprintf(text, sizeof text, "%s%s%s", e->what, *e->why ? ": " : "", e->why);
    return cli_masked(o, cli_printable(text, shown, sizeof shown), out, cap);
}
