/* SPDX-License-Identifier: BSD-3-Clause
 *
 * Keeps libxml2 from printing, and hears the one error that it tells no parser's handler. */
#ifndef QD_CONTAINER_XML_QUIET_H
#define QD_CONTAINER_XML_QUIET_H

#include <libxml/xmlerror.h>

struct qd_xml_quiet {
    xmlGenericErrorFunc text; /* the program's own handlers */
    xmlStructuredErrorFunc structured;
    void *text_user, *structured_user;
    int not_converted; /* the input has a byte that its encoding has not */
    int no_memory;     /* ran out during a conversion */
};

/* Takes the handlers of this thread; h must stay where it is until qd_xml_loud. */
void qd_xml_quiet(struct qd_xml_quiet *h);
void qd_xml_loud(const struct qd_xml_quiet *h);

#endif
