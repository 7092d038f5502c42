/* SPDX-License-Identifier: BSD-3-Clause
 *
 * JSON answers through jansson. Keys are snake_case and never change their meaning. */
#include "cli/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/text.h"

/* jansson takes what could not be made for a key that is not there, and goes on. So every answer
 * is looked at here, once, before it is printed. */
static int short_of_memory;

static void *alloc(size_t n)
{
    void *p = malloc(n);
    short_of_memory |= !p;
    return p;
}

void cli_json_start(void)
{
    json_set_alloc_funcs(alloc, free);
}

json_t *cli_json_new(const char *schema)
{
    return json_pack("{s:s, s:s}", "schema", schema, "qdiag", qdiag_version());
}

json_t *cli_json_string(const char *text)
{
    char shown[4096];
    json_t *j = json_string(text);
    return j ? j : json_string(cli_printable(text, shown, sizeof shown)); /* not UTF-8 */
}

void cli_json_text(json_t *obj, const char *key, const char *text)
{
    json_object_set_new(obj, key, text && text[0] ? cli_json_string(text) : json_null());
}

static json_t *error_object(const struct cli_options *o, const struct qdiag_error *e)
{
    char item[sizeof e->item], why[sizeof e->why];
    json_t *j = json_pack("{s:i, s:s, s:s, s:s}", "code", e->code, "name", qdiag_code_name(e->code),
                          "unit", qdiag_touch_name(e->touch), "who", qdiag_who_name(e->who));
    if (!j)
        return NULL;
    json_object_set_new(j, "wire", e->wire >= 0 ? json_integer(e->wire) : json_null());
    cli_json_text(j, "what", e->what);
    cli_json_text(j, "item", cli_masked(o, e->item, item, sizeof item));
    cli_json_text(j, "why", cli_masked(o, e->why, why, sizeof why));
    cli_json_text(j, "next", e->hint);
    return j;
}

void cli_json_result(json_t *root, const struct cli_options *o, const struct qdiag_error *e,
                     int exit_code)
{
    json_object_set_new(root, "result", json_string(e->code ? qdiag_code_name(e->code) : "ok"));
    json_object_set_new(root, "exit_code", json_integer(exit_code));
    json_object_set_new(root, "error", e->code ? error_object(o, e) : json_null());
}

json_t *cli_json_ident(const struct cli_options *o, enum qdiag_ident_state state,
                       const char *digits)
{
    static const char *const names[] = {"unknown", "blank", "usable", "damaged"};
    char masked[16];
    json_t *j = json_pack("{s:s}", "state", names[state]);
    qdiag_identity_mask(digits, masked);
    if (j)
        cli_json_text(j, "value",
                      state != QDIAG_IDENT_USABLE ? NULL
                      : o->show_identity          ? digits
                                                  : masked);
    return j;
}

json_t *cli_json_identity(const struct cli_options *o, const struct qdiag_identity *id)
{
    char esn[16], shown[16];
    json_t *j = json_object(), *imei = json_array(), *efs = json_array();
    for (unsigned sub = 0; sub < QDIAG_SUBS; sub++)
        json_array_append_new(imei, cli_json_ident(o, id->imei_state[sub], id->imei[sub]));
    for (unsigned i = 0; i < 2; i++)
        if (id->efs[i])
            json_array_append_new(efs, json_integer(id->efs[i]));
    json_object_set_new(j, "imei", imei);
    json_object_set_new(j, "meid", cli_json_ident(o, id->meid_state, id->meid));
    snprintf(esn, sizeof esn, "%08X", (unsigned)id->esn);
    snprintf(shown, sizeof shown, "%s", esn);
    json_object_set_new(j, "esn", cli_json_ident(o, id->esn_state, shown));
    cli_json_text(j, "model", id->model);
    json_object_set_new(j, "model_number",
                        id->model_number ? json_integer(id->model_number) : json_null());
    cli_json_text(j, "software", id->software);
    cli_json_text(j, "ver_dir", id->ver_dir);
    cli_json_text(j, "comp_date", id->comp_date);
    cli_json_text(j, "comp_time", id->comp_time);
    json_object_set_new(j, "feature_bytes", json_integer((json_int_t)id->feature_len));
    json_object_set_new(j, "factory_test_mode", id->ftm < 0 ? json_null() : json_boolean(id->ftm));
    json_object_set_new(j, "efs_subsystems", efs);
    return j;
}

void cli_json_completeness(json_t *j, int complete, int only_narrowed, const char *scope)
{
    const char *word = complete < 0    ? NULL
                       : complete      ? "complete"
                       : only_narrowed ? "narrowed"
                                       : "incomplete";
    json_object_set_new(j, "complete", complete < 0 ? json_null() : json_boolean(complete));
    cli_json_text(j, "completeness", word);
    cli_json_text(j, "scope", scope);
}

/* Whole or not at all; takes root. A failure to write is seen when the program ends. */
static int print(json_t *root, size_t flags)
{
    char *text = root ? json_dumps(root, flags) : NULL;
    int bad = !text || short_of_memory;
    if (!bad)
        puts(text);
    free(text);
    json_decref(root);
    return bad;
}

int cli_json_print(json_t *root, const struct cli_options *o, int exit_code)
{
    return cli_json_print_done(root, o, exit_code, 0);
}

int cli_json_print_done(json_t *root, const struct cli_options *o, int exit_code, int changed)
{
    int lost = changed ? 16 : 1; /* the exit code of a unit that was written to */
    if (root && o->json == CLI_JSON_LINES)
        json_object_set_new(root, "event", json_string("result"));
    if (print(root, o->json == CLI_JSON_LINES ? JSON_COMPACT : JSON_INDENT(2)) == 0)
        return exit_code;
    fprintf(stderr, "qdiag: %sout of memory while making the answer  [exit %d]\n",
            exit_code ? "" : "done, but ", exit_code ? exit_code : lost);
    return exit_code ? exit_code : lost;
}

void cli_json_line(json_t *j)
{
    if (!j)
        return;
    print(j, JSON_COMPACT);
    fflush(stdout);
}
