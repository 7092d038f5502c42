/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Shared by the at_fota*.c files only: what upgrades are like in each family. */
#ifndef SIM_AT_FOTA_INT_H
#define SIM_AT_FOTA_INT_H

#include "sim/at_int.h"
#include "sim/fota.h"

/* How numbers are printed: `,1`, `, 1`, `, 1%`, `,1%`; blanks: one before every word as well. */
enum sim_fota_style { SIM_PLAIN, SIM_BLANK, SIM_PERCENT, SIM_TIGHT, SIM_BLANKS };

struct sim_fota_family {
    const char *name;
    int early;                          /* restarts before START */
    int restores;                       /* has the RESTORE part */
    int retries;                        /* times it tries; 1: END with an error is the end */
    int ftp, https;                     /* beside http */
    size_t url_max, file_max, part_max; /* bytes; 0: no limit */
    const char *prefix;                 /* of a local package; NULL: the argument is 1 */
    const char *http_end;
    enum sim_fota_style url_style, file_style;
    int verdict[5];           /* END, by enum sim_package_verdict */
    int absent, space, large; /* END; 0: not known in this family */
    int http[SIM_FETCH_RESULTS], ftp_code[SIM_FETCH_RESULTS];
};

/* NULL: the unit has no QFOTADL. */
const struct sim_fota_family *sim_fota_family(const struct sim_at *a);

/* The node of the local package; NULL when it is not there. */
struct sim_node *sim_fota_node(struct sim_at *a, const char *path);

/* The tree that holds the user's files. */
struct sim_tree *sim_fota_tree(struct sim_at *a);

int sim_fota_early(const struct sim_at *a); /* restarts before START */
/* at_fota_say.c */
int sim_fota_say(struct sim_at *a, const char *word, int number); /* number -1: none */
int sim_fota_say_fetch(struct sim_at *a);
int sim_fota_say_fetched(struct sim_at *a, int code);
int sim_fota_say_end(struct sim_at *a, int code);
void sim_fota_plan(struct sim_at *a); /* which percents, and where the power goes */

void sim_fota_begin(struct sim_at *a, enum sim_fota_step step, uint64_t in_us);

#endif
