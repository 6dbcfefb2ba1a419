/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parses untrusted XML: no network, no DTD, no entities, at most 1 MiB. */
#ifndef XENTIMECTL_POLICY_XML_H
#define XENTIMECTL_POLICY_XML_H

#include <libxml/tree.h>

#include "tool.h"

/* The largest size of a file, in bytes. */
#define XML_FILE_MAX (1 << 20)

/*
 * The faults of a file, of which the first XML_FAULTS are kept, and as many
 * remarks on what is no fault.
 */
#define XML_FAULTS 10
struct xml_faults {
    const char *file;
    char *text[XML_FAULTS]; /* "FILE:LINE: WHAT" */
    size_t n;               /* all that were noted, also those not kept */
    size_t most;            /* how many are shown; 0: all that are kept */
    bool stopped;           /* the parser can read no further */
    char *note[XML_FAULTS]; /* "FILE: WHAT" */
    size_t nnotes;          /* those kept; any further one is dropped */
};

/* Notes a fault at @line of the file; 0: in the file as a whole. */
void xml_fault(struct xml_faults *faults, int line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Remarks on the file as a whole. */
void xml_note(struct xml_faults *faults, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

struct policy;

/* Adds to @p what a text has; @text ends with a NUL after its @len bytes. */
typedef void policy_parser(const char *text, size_t len, struct policy *p,
                           struct xml_faults *faults);

/*
 * Has all of @file ("-": standard input) parsed, and prints remarks on it.
 * Returns EXIT_DONE, or another exit status with the error or the faults
 * reported.
 */
int xml_parse_file(const struct tool *t, const char *file, policy_parser *parse,
                   struct policy *p);

/*
 * Parses a document without network and external entities.  A document that
 * has a DTD is refused before the DTD is read.  Returns NULL with the faults
 * noted, or a document that the caller frees with xmlFreeDoc().
 */
xmlDoc *xml_parse(const char *text, size_t len, struct xml_faults *faults);

/* Returns an attribute's value, to be freed by xmlFree(); NULL: not there. */
char *xml_attribute(const xmlNode *node, const char *name);

#endif /* XENTIMECTL_POLICY_XML_H */
