/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Restores of a damaged unit behind seeded faults of unit and link: never a success with a wrong
 * unit, never a write that the journal did not announce, never an exit status below 16 when
 * something was written; and the journal leads back or to the end. QDIAG_TEST_SEEDS=FIRST-LAST
 * chooses the seeds; the default is a few. */
#include "restore_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DAMAGE                                                                                     \
    "rm nv/0/441 && printf '\\1' > nv/1/946 && printf x > nv/0/4954 && "                           \
    ": > efs/nv/item_files/rfnv/00022982 && truncate -s 9 efs/nv/item_files/rfnv/00024226 && "     \
    "printf y > efs/nv/item_files/mcs/tcxomgr/ft_table_wwan"

/* before, then a number in 1..most, then behind. */
static const struct {
    const char *name, *before;
    unsigned most; /* 0 = no number */
    const char *behind;
} faults[] = {
    {"dropwrite", "", 8, ""},       {"flipwrite", "", 8, ""},       {"loseanswer", "", 8, ""},
    {"cutafter", "", 8, ""},        {"powercut", "", 8, ""},        {"nvreadonly", "441", 0, ""},
    {"nvreadonly", "4954", 0, ""},  {"busywrite", "441:", 4, ""},   {"busywrite", "4954:-1", 0, ""},
    {"dropnv", "441", 0, ""},       {"dropefs", "ft_table", 0, ""}, {"shortwrite", "", 9, ":told"},
    {"shortwrite", "", 9, ":lied"}, {"drop", "", 9000, ""},         {"badcrc", "", 9000, ""},
    {"dup", "", 9000, ""},          {"reorder", "", 9000, ""},      {"truncate", "", 9000, ""},
    {"event", "around", 0, ""},     {"event", "inside", 0, ""},     {"flood", "", 3, ""},
    {"vanish", "", 30000, ""},      {"silent", "", 30000, ""},      {"noise13", "", 500, ""}};
#define FAULTS (sizeof faults / sizeof *faults)

static uint32_t state_of;

static unsigned dice(unsigned most)
{
    state_of = state_of * 1664525u + 1013904223u;
    return (state_of >> 8) % most;
}

/* One to three faults. */
static void choose(char *out, size_t cap)
{
    unsigned n = 1 + dice(3);
    size_t at = 0;
    out[0] = '\0';
    for (unsigned i = 0; i < n; i++) {
        unsigned k = dice(FAULTS);
        char number[16] = "";
        if (strstr(out, faults[k].name))
            continue;
        if (faults[k].most)
            snprintf(number, sizeof number, "%u", 1 + dice(faults[k].most));
        at += (size_t)snprintf(out + at, cap - at, "%s%s=%s%s%s", at ? "," : "", faults[k].name,
                               faults[k].before, number, faults[k].behind);
    }
}

static int is_whole(struct restore_rig *r)
{
    char folder[96], *rest = NULL;
    int whole = 1;
    snprintf(folder, sizeof folder, "%s/good", r->root);
    char *diff = rr_compare(r, folder);
    for (char *line = strtok_r(diff, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        whole &= line[0] != '<' && line[0] != '>';
    free(diff);
    return whole;
}

struct tally {
    unsigned done, plan_failed, stopped, resumed, back;
};

static void judge(struct restore_rig *r, int rc, const char *what)
{
    int code = qdiag_exit_code(&r->e);
    if (r->unjournaled)
        fail_msg("%s: %u writes that the journal did not announce", what, r->unjournaled);
    if (rc != 0 && r->reached > 0 && (code < 16 || code > 31))
        fail_msg("%s: exit %d after %u changes: %s: %s", what, code, r->reached, r->e.what,
                 r->e.why);
    if (rc != 0 && r->reached > 0 && r->e.touch == QDIAG_UNTOUCHED && code != 19)
        fail_msg("%s: called untouched after %u changes", what, r->reached);
    if (rc == 0 && !r->report->verified)
        fail_msg("%s: success without a second reading", what);
}

/* The faults are gone; the journal goes on, or back. */
static void settle(struct restore_rig *r, int back, struct tally *t, const char *what)
{
    if (access(r->journal, F_OK) != 0)
        return;
    rr_plug(r, "");
    int rc = rr_go_on(r, back);
    judge(r, back && rc != 0 ? 1 : rc, what);
    rr_unplug(r);
    if (!back && rc == 0) {
        t->resumed++;
        if (!is_whole(r))
            fail_msg("%s: resumed, and the unit is wrong", what);
    }
    t->back += back && r->e.code == QDIAG_E_ROLLED_BACK;
}

static void one_seed(struct restore_rig *r, unsigned seed, struct tally *t)
{
    char set[160], what[200];
    state_of = seed * 2654435761u + 1;
    choose(set, sizeof set);
    snprintf(what, sizeof what, "seed %u, %s", seed, set);
    rr_damage(r, DAMAGE);
    rr_plug(r, set);
    int rc = r->dev ? rr_plan(r, NULL) : -1;
    if (rc != 0) {
        assert_int_equal(r->changes, 0);
        t->plan_failed++;
        rr_unplug(r);
        return;
    }
    rc = rr_restore(r, "000015");
    judge(r, rc, what);
    rr_unplug(r);
    if (rc == 0 && !is_whole(r))
        fail_msg("%s: exit 0, and the unit is wrong", what);
    t->done += rc == 0;
    t->stopped += rc != 0;
    if (rc != 0)
        settle(r, seed & 1, t, what);
}

static void test_seeds(void **state)
{
    struct restore_rig r;
    struct tally t = {0};
    unsigned first = 1, last = 6;
    const char *range = getenv("QDIAG_TEST_SEEDS");
    (void)state;
    if (range && sscanf(range, "%u-%u", &first, &last) != 2)
        fail_msg("QDIAG_TEST_SEEDS is FIRST-LAST");
    rr_start(&r, "eg95");
    for (unsigned seed = first; seed <= last; seed++)
        one_seed(&r, seed, &t);
    rr_stop(&r);
    print_message(
        "seeds %u-%u: %u restored, %u without a plan, %u stopped; then %u resumed, %u taken "
        "back\n",
        first, last, t.done, t.plan_failed, t.stopped, t.resumed, t.back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_seeds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
