/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints policies, and configurations of domains for libvirt and xl. */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xmlwriter.h>

#include "policy/write.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "policy/model.h"
#include "tool.h"

static const char *yes_no(int yes)
{
    return yes ? "yes" : "no";
}

bool policy_is_writable(const char *text)
{
    const unsigned char *at;

    for (at = (const unsigned char *)text; *at; at++)
        if (*at < 0x20 || *at == 0x7f)
            return false;
    return xmlCheckUTF8((const unsigned char *)text);
}

static void print_config(const struct tool *t, const char *text)
{
    json_object *doc;

    if (!t->opt[OPT_JSON]) {
        fputs(text, stdout);
        return;
    }
    doc = json_object_new_object();
    json_object_object_add(doc, "text", json_text(text));
    print_json(doc);
}

/* ---- XML ---- */

/* The functions down to write_document() return false when out of memory. */
static bool attribute(xmlTextWriter *w, const char *name, const char *value)
{
    return xmlTextWriterWriteAttribute(w, (const xmlChar *)name,
                                       (const xmlChar *)value) >= 0;
}

static bool start(xmlTextWriter *w, const char *name)
{
    return xmlTextWriterStartElement(w, (const xmlChar *)name) >= 0;
}

static bool end(xmlTextWriter *w)
{
    return xmlTextWriterEndElement(w) >= 0;
}

static bool write_timer(xmlTextWriter *w, const char *name, const char *key,
                        const char *value)
{
    return start(w, "timer") && attribute(w, "name", name) &&
           attribute(w, key, value) && end(w);
}

static bool write_clock(xmlTextWriter *w, const struct policy_want *want)
{
    int hpet = want->setting[XENTIME_VHPET];
    int mode = want->setting[XENTIME_TIMER_MODE];

    if (hpet < 0 && mode < 0)
        return true;
    return start(w, "clock") &&
           (hpet < 0 || write_timer(w, "hpet", "present", yes_no(hpet))) &&
           (mode < 0 || write_timer(w, "platform", "tickpolicy",
                                    policy_tickpolicy(mode))) &&
           end(w);
}

static bool write_want(xmlTextWriter *w, const struct policy_want *want)
{
    int sync = want->setting[XENTIME_SYNC_WAKEUP];
    char text[16];

    snprintf(text, sizeof(text), "%d", sync);
    return write_clock(w, want) &&
           (sync < 0 || (start(w, "tuning") &&
                         attribute(w, "sync-wakeup-after", text) && end(w))) &&
           (want->profiling < 0 ||
            (start(w, "profiling") &&
             attribute(w, "allow", yes_no(want->profiling)) && end(w)));
}

static bool write_match(xmlTextWriter *w, const struct policy_match *m)
{
    char uuid[UUID_TEXT];

    uuid_text(m->uuid, uuid);
    return start(w, "match") && (!m->name || attribute(w, "name", m->name)) &&
           (!m->has_uuid || attribute(w, "uuid", uuid)) && end(w);
}

static bool write_rule(xmlTextWriter *w, const struct policy_rule *rule)
{
    bool ok = start(w, "rule");
    size_t i;

    if (rule->name && policy_is_writable(rule->name))
        ok = ok && attribute(w, "name", rule->name);
    for (i = 0; i < rule->nmatch; i++)
        ok = ok && write_match(w, &rule->match[i]);
    return ok && write_want(w, &rule->want) && end(w);
}

static bool write_policy(xmlTextWriter *w, const struct policy *p)
{
    bool ok = start(w, "xentime-policy") && attribute(w, "version", "1");
    size_t i;

    for (i = 0; i < p->nrules; i++)
        ok = ok && write_rule(w, &p->rules[i]);
    return ok && end(w);
}

bool policy_is_stock_mode(int mode)
{
    const struct xentime_mode_name *m = xentime_mode_name(mode);

    return m && !m->needs;
}

/*
 * Writes a <clock> of what libvirt's Xen driver passes on.  It refuses the timer
 * "platform" with its tickpolicy, and hpet for any type but HVM; it turns hpet on
 * and never off, which libxl has as the default (libxlMakeDomBuildInfo() in
 * libvirt's libxl_conf.c).
 */
static bool write_libvirt_clock(xmlTextWriter *w,
                                const struct policy_want *want)
{
    const struct policy_tsc_word *tsc = policy_tsc_word(want->tsc_mode);
    bool hpet = want->setting[XENTIME_VHPET] == 1;

    if (!hpet && !tsc)
        return true;
    return start(w, "clock") &&
           (!hpet || write_timer(w, "hpet", "present", "yes")) &&
           (!tsc || write_timer(w, "tsc", "mode", tsc->libvirt)) && end(w);
}

static bool write_domain(xmlTextWriter *w, const struct policy_rule *rule)
{
    char uuid[UUID_TEXT];

    uuid_text(rule->match->uuid, uuid);
    return start(w, "domain") && attribute(w, "type", "xen") &&
           (!rule->name || !policy_is_writable(rule->name) ||
            xmlTextWriterWriteElement(w, (const xmlChar *)"name",
                                      (const xmlChar *)rule->name) >= 0) &&
           xmlTextWriterWriteElement(w, (const xmlChar *)"uuid",
                                     (const xmlChar *)uuid) >= 0 &&
           write_libvirt_clock(w, &rule->want) && end(w);
}

typedef bool write_fn(xmlTextWriter *w, const void *what);

static bool write_document(xmlBuffer *buf, write_fn *write, const void *what)
{
    xmlTextWriter *w = xmlNewTextWriterMemory(buf, 0);
    bool ok = w && xmlTextWriterSetIndent(w, 1) >= 0 &&
              xmlTextWriterSetIndentString(w, (const xmlChar *)"  ") >= 0 &&
              xmlTextWriterStartDocument(w, NULL, "UTF-8", NULL) >= 0 &&
              write(w, what) && xmlTextWriterEndDocument(w) >= 0;

    xmlFreeTextWriter(w);
    return ok;
}

static int print_document(const struct tool *t, write_fn *write,
                          const void *what)
{
    xmlBuffer *buf = xmlBufferCreate();
    int status = EXIT_DONE;

    if (buf && write_document(buf, write, what))
        print_config(t, (const char *)xmlBufferContent(buf));
    else
        status = report(t, EXIT_FAILED, "out of memory");
    xmlBufferFree(buf);
    return status;
}

static bool write_any_policy(xmlTextWriter *w, const void *policy)
{
    return write_policy(w, policy);
}

static bool write_any_domain(xmlTextWriter *w, const void *rule)
{
    return write_domain(w, rule);
}

int policy_write(const struct tool *t, const struct policy *p)
{
    return print_document(t, write_any_policy, p);
}

/* Says what of the domain's settings is not in the document. */
static void note_libvirt(const struct policy_rule *rule)
{
    int mode = rule->want.setting[XENTIME_TIMER_MODE];

    if (mode >= 0)
        fprintf(stderr,
                "xentimectl: note: timer_mode %d is left out: libvirt's Xen "
                "driver refuses <timer name=\"platform\">. Keep it by a "
                "policy\n",
                mode);
    if (!rule->want.setting[XENTIME_VHPET])
        fputs("xentimectl: note: that hpet is off is left out: libvirt's Xen "
              "driver only turns it on. Keep it by a policy\n",
              stderr);
}

int policy_write_libvirt(const struct tool *t, const struct policy_rule *rule)
{
    note_libvirt(rule);
    return print_document(t, write_any_domain, rule);
}

/* ---- xl.cfg(5) ---- */

static void write_xl(FILE *f, const struct policy_rule *rule)
{
    int mode = rule->want.setting[XENTIME_TIMER_MODE];
    int hpet = rule->want.setting[XENTIME_VHPET];
    const struct policy_tsc_word *tsc = policy_tsc_word(rule->want.tsc_mode);
    char uuid[UUID_TEXT];

    uuid_text(rule->match->uuid, uuid);
    /* xl has no way to write a quote or a backslash within its quotes. */
    if (rule->name && policy_is_writable(rule->name) &&
        !strpbrk(rule->name, "\"\\"))
        fprintf(f, "name = \"%s\"\n", rule->name);
    fprintf(f, "uuid = \"%s\"\n", uuid);
    if (policy_is_stock_mode(mode))
        fprintf(f, "timer_mode = \"%s\"\n", xentime_mode_name(mode)->name);
    else if (mode >= 0)
        fprintf(
            stderr,
            "xentimectl: note: timer_mode %d is left out, of which xl knows "
            "nothing\n",
            mode);
    if (hpet >= 0)
        fprintf(f, "hpet = %d\n", hpet);
    if (tsc)
        fprintf(f, "tsc_mode = \"%s\"\n", tsc->xl);
}

int policy_write_xl(const struct tool *t, const struct policy_rule *rule)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (!f)
        return report(t, EXIT_FAILED, "out of memory");
    write_xl(f, rule);
    if (fclose(f)) {
        free(text);
        return report(t, EXIT_FAILED, "out of memory");
    }
    print_config(t, text);
    free(text);
    return EXIT_DONE;
}
