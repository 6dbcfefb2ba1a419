/* SPDX-License-Identifier: GPL-2.0-only */
/* XML from whoever wrote it, as libxml2 reads it without doing any more. */
#ifndef XENTIMECTL_POLICY_XML_H
#define XENTIMECTL_POLICY_XML_H

#include <libxml/tree.h>

#include "tool.h"

/* No file may be larger. */
#define XML_FILE_MAX (1 << 20)

/*
 * Reads all of @file ("-": standard input), which is freed by free() and has
 * a NUL after its end.  Returns an exit status, with the error reported.
 */
int xml_slurp(const struct tool *t, const char *file, char **text, size_t *len);

/* What is wrong with a file; the first few of it are kept. */
#define XML_FAULTS 10
struct xml_faults {
    const char *file;
    char *text[XML_FAULTS];  /* "FILE:LINE: WHAT" */
    size_t n;                /* of all of them */
};

/* @line 0: of the file as a whole. */
void xml_fault(struct xml_faults *faults, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports and frees them; EXIT_DONE if there are none. */
int xml_report(const struct tool *t, struct xml_faults *faults);

/*
 * No network, no external entity, no DTD: a document that has one is refused
 * before what is in there is read.  NULL with the faults noted; to be freed by
 * xmlFreeDoc().
 */
xmlDoc *xml_parse(const char *text, size_t len, struct xml_faults *faults);

/* An attribute's value, to be freed by xmlFree(); NULL: it is not there. */
char *xml_attribute(const xmlNode *node, const char *name);

#endif /* XENTIMECTL_POLICY_XML_H */
