/* SPDX-License-Identifier: BSD-3-Clause
 *
 * The floor for reading XQCN: libxml2 fed a file 1 MiB at a time, with callbacks that do nothing.
 * The parser is set up as the library sets it up. Shares no code with the library, so that the
 * floor does not sink with it. Prints the processor seconds that the parse took. */
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHUNK (1024 * 1024)

static size_t elements;

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int n_ns, const xmlChar **ns, int n_attr, int n_default, const xmlChar **list)
{
    (void)user, (void)name, (void)prefix, (void)uri, (void)n_ns, (void)ns;
    (void)n_attr, (void)n_default, (void)list;
    elements++;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)user, (void)name, (void)prefix, (void)uri;
}

static void on_text(void *user, const xmlChar *s, int n)
{
    (void)user, (void)s, (void)n;
}

static int parse(FILE *f, char *buf)
{
    xmlSAXHandler sax;
    memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.ignorableWhitespace = on_text;
    xmlParserCtxtPtr x = xmlCreatePushParserCtxt(&sax, NULL, NULL, 0, NULL);
    if (!x)
        return -1;
    xmlCtxtUseOptions(x, XML_PARSE_NONET | XML_PARSE_HUGE);
    size_t n;
    while ((n = fread(buf, 1, CHUNK, f)) > 0)
        xmlParseChunk(x, buf, (int)n, 0);
    xmlParseChunk(x, NULL, 0, 1);
    int good = x->wellFormed;
    xmlFreeParserCtxt(x);
    return good ? 0 : -1;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    char *buf = malloc(CHUNK);
    int rc = 1;
    if (f && buf) {
        setvbuf(f, NULL, _IONBF, 0);
        double start = now();
        rc = parse(f, buf) == 0 ? 0 : 1;
        printf("%.6f %zu\n", now() - start, elements);
    }
    if (f)
        fclose(f);
    free(buf);
    return rc;
}
