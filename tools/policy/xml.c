/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses untrusted XML: see xml.h. */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include "policy/xml.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

/* ---- faults ---- */

void xml_fault(struct xml_faults *faults, int line, const char *fmt, ...)
{
    char *what = NULL, *whole = NULL, at[16] = "";
    va_list ap;

    if (faults->n++ >= XML_FAULTS)
        return;
    va_start(ap, fmt);
    if (vasprintf(&what, fmt, ap) < 0)
        what = NULL;
    va_end(ap);
    if (line)
        snprintf(at, sizeof(at), ":%d", line);
    if (asprintf(&whole, "%s%s: %s", faults->file, at,
                 what ? what : "out of memory") < 0)
        whole = NULL;
    free(what);
    faults->text[faults->n - 1] = whole;
}

void xml_note(struct xml_faults *faults, const char *fmt, ...)
{
    char *what, *whole;
    va_list ap;
    int rc;

    if (faults->nnotes == XML_FAULTS)
        return;
    va_start(ap, fmt);
    rc = vasprintf(&what, fmt, ap);
    va_end(ap);
    if (rc < 0)
        return;
    if (asprintf(&whole, "%s: %s", faults->file, what) >= 0)
        faults->note[faults->nnotes++] = whole;
    free(what);
}

/* Prints the remarks, and frees them. */
static void print_notes(struct xml_faults *faults)
{
    size_t i;

    for (i = 0; i < faults->nnotes; i++) {
        fputs("xentimectl: note: ", stderr);
        print_safe(stderr, faults->note[i]);
        fputc('\n', stderr);
        free(faults->note[i]);
    }
}

/* Reports and frees the faults; EXIT_DONE if there are none. */
static int report_faults(const struct tool *t, struct xml_faults *faults)
{
    size_t most = faults->most ? faults->most : XML_FAULTS;
    size_t i, kept = faults->n < most ? faults->n : most;
    /* A JSON document has one error only. */
    size_t shown = t->opt[OPT_JSON] && kept ? 1 : kept;

    for (i = 0; i < shown; i++)
        report(t, EXIT_FAILED, "%s",
               faults->text[i] ? faults->text[i] : "out of memory");
    if (faults->n > shown && !t->opt[OPT_JSON])
        fprintf(stderr, "xentimectl: and %zu more\n", faults->n - shown);
    for (i = 0; i < kept; i++)
        free(faults->text[i]);
    return faults->n ? EXIT_FAILED : EXIT_DONE;
}

/* ---- files ---- */

/*
 * Reads a file of @len bytes into a text, which has a NUL after them and which
 * the caller frees; NULL: an error was reported.
 */
static char *slurp(const struct tool *t, const char *file, size_t *len)
{
    bool is_stdin = !strcmp(file, "-");
    FILE *f = is_stdin ? stdin : fopen(file, "re");
    int err = f ? 0 : errno;
    char *text = malloc(XML_FILE_MAX + 2);

    if (f && text) {
        errno = 0;
        *len = fread(text, 1, XML_FILE_MAX + 1, f);
        err = ferror(f) ? errno : 0;
        text[*len] = '\0';
    }
    if (f && !is_stdin)
        fclose(f);
    if (text && !err && *len <= XML_FILE_MAX)
        return text;
    if (!text)
        report(t, EXIT_FAILED, "out of memory");
    else
        report(t, EXIT_FAILED, "%s: %s", *file ? file : "\"\"",
               err ? strerror(err) : "larger than 1 MiB");
    free(text);
    return NULL;
}

int xml_parse_file(const struct tool *t, const char *file, policy_parser *parse,
                   struct policy *p)
{
    struct xml_faults faults = { .file = file };
    size_t len = 0;
    char *text = slurp(t, file, &len);

    if (!text)
        return EXIT_FAILED;
    parse(text, len, p, &faults);
    free(text);
    print_notes(&faults);
    return report_faults(t, &faults);
}

/* ---- parsing ---- */

#if LIBXML_VERSION >= 21200
typedef const xmlError *xml_error;
#else
typedef xmlError *xml_error;
#endif

static void on_error(void *arg, xml_error error)
{
    xmlParserCtxt *ctxt = arg;
    struct xml_faults *faults = ctxt->_private;
    size_t len = strcspn(error->message ? error->message : "", "\n");

    /* Errors after the parser has stopped are only a consequence of that. */
    if (faults->stopped)
        return;
    faults->stopped = error->level == XML_ERR_FATAL;
    xml_fault(faults, error->line, "%.*s", (int)len,
              error->message ? error->message : "");
}

/* The parser calls this before it reads the declarations of a DTD. */
static void on_doctype(void *arg, const xmlChar *name, const xmlChar *id,
                       const xmlChar *system)
{
    xmlParserCtxt *ctxt = arg;
    struct xml_faults *faults = ctxt->_private;

    (void)name;
    (void)id;
    (void)system;
    xml_fault(faults, xmlSAX2GetLineNumber(ctxt),
              "a document type declaration is not taken");
    faults->stopped = true;
    xmlStopParser(ctxt);
}

/* Ignores errors that go by no parser's context: they have no line. */
static void on_stray_error(void *arg, xml_error error)
{
    (void)arg;
    (void)error;
}

xmlDoc *xml_parse(const char *text, size_t len, struct xml_faults *faults)
{
    xmlParserCtxt *ctxt = xmlNewParserCtxt();
    size_t before = faults->n;
    xmlDoc *doc;

    if (!ctxt) {
        xml_fault(faults, 0, "out of memory");
        return NULL;
    }
    xmlSetStructuredErrorFunc(NULL, on_stray_error);
    faults->stopped = false;
    ctxt->_private = faults;
    ctxt->sax->serror = on_error;
    ctxt->sax->internalSubset = on_doctype;
    doc = xmlCtxtReadMemory(ctxt, text, len, faults->file, NULL,
                            XML_PARSE_NONET | XML_PARSE_BIG_LINES);
    xmlFreeParserCtxt(ctxt);
    if (!doc && faults->n == before)
        xml_fault(faults, 0, "no XML document");
    if (doc && faults->n > before) {
        xmlFreeDoc(doc);
        doc = NULL;
    }
    return doc;
}

char *xml_attribute(const xmlNode *node, const char *name)
{
    return (char *)xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name);
}
