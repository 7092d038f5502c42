/* SPDX-License-Identifier: BSD-3-Clause
 *
 * libxml2 reports failed character conversion past the parser's own handler, straight to stderr,
 * and then goes on as if the text had ended. The handlers are per thread and the program's own:
 * they are put back. Never prints. */
#include "container/xml_quiet.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/xmlversion.h>

__attribute__((format(printf, 2, 3))) static void say_nothing(void *user, const char *fmt, ...)
{
    (void)user;
    (void)fmt;
}

#if LIBXML_VERSION >= 21200
static void on_error(void *user, const xmlError *err)
#else
static void on_error(void *user, xmlErrorPtr err)
#endif
{
    struct qd_xml_quiet *h = user;
    if (errno == ENOMEM) /* libxml2 calls it another error */
        h->no_memory = 1;
    else if (err && err->domain == XML_FROM_I18N)
        h->not_converted = 1;
}

void qd_xml_quiet(struct qd_xml_quiet *h)
{
    h->not_converted = h->no_memory = 0;
    h->text = xmlGenericError;
    h->text_user = xmlGenericErrorContext;
    h->structured = xmlStructuredError;
    h->structured_user = xmlStructuredErrorContext;
    xmlSetGenericErrorFunc(NULL, say_nothing);
    xmlSetStructuredErrorFunc(h, on_error);
}

void qd_xml_loud(const struct qd_xml_quiet *h)
{
    xmlSetGenericErrorFunc(h->text_user, h->text);
    xmlSetStructuredErrorFunc(h->structured_user, h->structured);
}
