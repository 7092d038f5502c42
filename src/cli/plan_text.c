/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What is going to be written to a unit, and what became of it. */
#include "cli/plan_text.h"

#include <stdio.h>
#include <string.h>

#include "cli/text.h"

#define LISTED   20u /* steps shown without -v */
#define COUNT(x) (sizeof(x) / sizeof *(x))

static void print_evidence(const struct qdiag_plan *p)
{
    struct qdiag_plan_evidence x;
    for (size_t i = 0; qdiag_plan_evidence(p, i, &x) == 0; i++)
        printf("  %-9s  %s: file %s, unit %s\n", x.relation, x.text, x.file, x.unit);
}

static void print_guard(const struct qdiag_plan_info *f)
{
    if (!f->verdict[0])
        return;
    printf("guard      %s (%s): %s\n", f->verdict, f->rule, f->why);
    if (f->warning[0])
        printf("warning    %s\n", f->warning);
    printf("model      %s\nfirmware   %s: file %s, unit %s\n", f->model_relation,
           f->firmware_relation, f->firmware_file[0] ? f->firmware_file : "not known",
           f->firmware_unit[0] ? f->firmware_unit : "not known");
}

static void print_step(const struct cli_options *o, const struct qdiag_plan_step *s)
{
    char key[1300];
    cli_masked(o, s->key, key, sizeof key);
    if (s->decision == QDIAG_SKIP)
        printf("  skip   %-11s %s: %s\n", s->class_name, key, s->reason_text);
    else if (s->decision == QDIAG_KEEP)
        printf("  keep   %-11s %s\n", s->class_name, key);
    else if (strcmp(s->after, "absent") == 0)
        printf("  remove %-11s %s (%s, %zu B)\n", s->class_name, key, s->before, s->before_size);
    else
        printf("  write  %-11s %s: %s, %zu B (before: %s%s)\n", s->class_name, key, s->after,
               s->after_size, s->before,
               strcmp(s->before, "absent") == 0  ? ""
               : s->before_size == s->after_size ? ", other bytes"
                                                 : ", other size");
}

static void print_steps(const struct cli_options *o, struct qdiag_plan *p, enum qdiag_decision d,
                        size_t limit)
{
    struct qdiag_plan_step s;
    size_t n = 0;
    for (size_t i = 0; qdiag_plan_get(p, i, &s) == 0; i++)
        if (s.decision == d && n++ < limit)
            print_step(o, &s);
    if (n > limit)
        printf("  … and %zu more; -v lists them all\n", n - limit);
}

struct tally {
    const char *reason, *text;
    size_t n;
};

/* Reasons come from a small table of the library: a word is always the same text. */
static size_t tally_skips(struct qdiag_plan *p, struct tally *t, size_t cap)
{
    struct qdiag_plan_step s;
    size_t n = 0;
    for (size_t i = 0; qdiag_plan_get(p, i, &s) == 0; i++) {
        size_t k = 0;
        if (s.decision != QDIAG_SKIP)
            continue;
        while (k < n && strcmp(t[k].reason, s.reason) != 0)
            k++;
        if (k == n && n < cap)
            t[n++] = (struct tally){s.reason, s.reason_text, 0};
        if (k < n)
            t[k].n++;
    }
    return n;
}

static void print_skips(const struct cli_options *o, struct qdiag_plan *p)
{
    struct tally t[32];
    size_t n = tally_skips(p, t, COUNT(t));
    for (size_t i = 0; i < n; i++)
        printf("  left out   %zu: %s\n", t[i].n, t[i].text);
    if (o->verbose)
        print_steps(o, p, QDIAG_SKIP, (size_t)-1);
}

void cli_print_plan(const struct cli_options *o, struct qdiag_plan *p)
{
    struct qdiag_plan_info f;
    char size[32];
    qdiag_plan_info(p, &f);
    if (*f.scope)
        printf("narrowed   the backup holds %s; nothing else is restored\n", f.scope);
    print_guard(&f);
    print_evidence(p);
    cli_size(size, sizeof size, f.bytes);
    printf("plan       %zu to write (%s), %zu equal already, %zu left out\n", f.write, size, f.keep,
           f.skip);
    print_steps(o, p, QDIAG_WRITE, o->verbose ? (size_t)-1 : LISTED);
    print_skips(o, p);
    if (f.surplus)
        printf("  surplus    %zu items of the unit are not in the backup and keep their values\n",
               f.surplus);
}

static json_t *json_evidence(const struct qdiag_plan *p)
{
    struct qdiag_plan_evidence x;
    json_t *list = json_array();
    for (size_t i = 0; qdiag_plan_evidence(p, i, &x) == 0; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b}", "name", x.name,
                                              "relation", x.relation, "file", x.file, "unit",
                                              x.unit, "strong", x.strong));
    return list;
}

static json_t *json_steps(const struct cli_options *o, struct qdiag_plan *p)
{
    static const char *const decisions[] = {"write", "keep", "skip"};
    struct qdiag_plan_step s;
    char key[1300];
    json_t *list = json_array();
    for (size_t i = 0; qdiag_plan_get(p, i, &s) == 0; i++) {
        json_t *j =
            json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b}", "decision", decisions[s.decision],
                      "class", s.class_name, "phase", s.phase, "before", s.before, "after", s.after,
                      "before_size", (json_int_t)s.before_size, "after_size",
                      (json_int_t)s.after_size, "private", s.is_private);
        cli_json_text(j, "key", cli_masked(o, s.key, key, sizeof key));
        cli_json_text(j, "reason", s.reason);
        json_array_append_new(list, j);
    }
    return list;
}

json_t *cli_json_plan(const struct cli_options *o, struct qdiag_plan *p)
{
    struct qdiag_plan_info f;
    json_t *j = json_object();
    qdiag_plan_info(p, &f);
    cli_json_text(j, "source", f.source);
    cli_json_text(j, "verdict", f.verdict);
    cli_json_text(j, "rule", f.rule);
    cli_json_text(j, "why", f.why);
    cli_json_text(j, "warning", f.warning);
    cli_json_text(j, "model", f.model_relation);
    cli_json_text(j, "firmware", f.firmware_relation);
    cli_json_text(j, "firmware_file", f.firmware_file);
    cli_json_text(j, "firmware_unit", f.firmware_unit);
    json_object_set_new(j, "narrowed", json_boolean(*f.scope != '\0'));
    cli_json_text(j, "scope", f.scope);
    cli_json_text(j, "confirm", f.confirm);
    json_object_set_new(j, "write", json_integer((json_int_t)f.write));
    json_object_set_new(j, "keep", json_integer((json_int_t)f.keep));
    json_object_set_new(j, "skip", json_integer((json_int_t)f.skip));
    json_object_set_new(j, "bytes", json_integer((json_int_t)f.bytes));
    json_object_set_new(j, "surplus", json_integer((json_int_t)f.surplus));
    json_object_set_new(j, "evidence", json_evidence(p));
    json_object_set_new(j, "steps", json_steps(o, p));
    return j;
}

/* Everything that did not simply succeed, and with -v the rest, too. */
static int worth_telling(const struct cli_options *o, const struct qdiag_restore_line *l)
{
    return o->verbose || (strcmp(l->result, "written") != 0 && strcmp(l->result, "already") != 0 &&
                          strcmp(l->result, "undone") != 0);
}

static void print_lines(const struct cli_options *o, const struct qdiag_restore_report *r)
{
    char key[1300];
    size_t n = 0, limit = o->verbose ? (size_t)-1 : LISTED;
    for (size_t i = 0; i < r->lines; i++) {
        const struct qdiag_restore_line *l = &r->line[i];
        if (!worth_telling(o, l) || n++ >= limit)
            continue;
        printf("  %-10s %s: %s%s%s\n", l->result, cli_masked(o, l->key, key, sizeof key),
               l->result_text, l->why[0] ? ": " : "", l->why);
    }
    if (n > limit)
        printf("  … and %zu more; -v lists them all\n", n - limit);
}

void cli_print_restored(const struct cli_options *o, const struct qdiag_restore_report *r)
{
    printf("%s  %zu of %zu written", r->back ? "taken back" : "restored  ", r->written + r->already,
           r->to_write);
    if (r->refused)
        printf(", %zu refused by the unit", r->refused);
    if (r->not_reached)
        printf(", %zu not reached", r->not_reached);
    printf("; %zu were equal already, %zu left out\n", r->keep, r->skip);
    print_lines(o, r);
    if (r->verified)
        printf("verified   all that was written was read back equal\n");
    if (r->unverified)
        printf("  unverified %zu change by themselves and were not read again\n", r->unverified);
    if (r->safety[0])
        printf("safety     %s holds the state from before\n", r->safety);
    if (r->journal[0])
        printf("journal    %s\n", r->journal);
    printf("unit       %s\n", qdiag_touch_name(r->touch));
}

static json_t *json_lines(const struct cli_options *o, const struct qdiag_restore_report *r)
{
    char key[1300];
    json_t *list = json_array();
    for (size_t i = 0; i < r->lines; i++) {
        const struct qdiag_restore_line *l = &r->line[i];
        json_t *j = json_pack("{s:s, s:s, s:o}", "class", l->class_name, "result", l->result,
                              "wire", l->wire == -1 ? json_null() : json_integer(l->wire));
        cli_json_text(j, "key", cli_masked(o, l->key, key, sizeof key));
        cli_json_text(j, "why", l->why);
        json_array_append_new(list, j);
    }
    return list;
}

json_t *cli_json_restored(const struct cli_options *o, const struct qdiag_restore_report *r)
{
    json_t *j = json_pack("{s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "back", r->back,
                          "to_write", (json_int_t)r->to_write, "written", (json_int_t)r->written,
                          "already", (json_int_t)r->already, "refused", (json_int_t)r->refused,
                          "not_reached", (json_int_t)r->not_reached, "keep", (json_int_t)r->keep,
                          "skip", (json_int_t)r->skip, "unverified", (json_int_t)r->unverified,
                          "verified", r->verified);
    cli_json_text(j, "journal", r->journal);
    cli_json_text(j, "safety", r->safety);
    cli_json_text(j, "unit", qdiag_touch_name(r->touch));
    json_object_set_new(j, "requests", json_integer((json_int_t)r->requests));
    json_object_set_new(j, "milliseconds", json_integer((json_int_t)r->milliseconds));
    json_object_set_new(j, "lines", json_lines(o, r));
    return j;
}
