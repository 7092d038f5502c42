/* SPDX-License-Identifier: BSD-3-Clause
 *
 * What a sound file is worth: is everything in it that a restore needs? Pure. */
#ifndef QD_FLOW_FILES_VERDICT_H
#define QD_FLOW_FILES_VERDICT_H

#include <qdiag/container.h>

#include "container/doc.h"

/* Fills the verdict fields of a report whose manifest fields are filled already. 0 or -1 when out of
 * memory. */
int qd_verdict(const struct qd_doc *doc, struct qdiag_check_report *r);

#endif
