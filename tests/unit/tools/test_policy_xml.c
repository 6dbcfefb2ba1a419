/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Policy files: what is in one, what is wrong with others, with its line; the
 * schema for editors says the same of each of them; what is written is read
 * back as it was; xl.cfg and libvirt's domain XML make policies.
 */

#include <stdio.h>
#include <unistd.h>

#include <libxml/relaxng.h>
#include <libxml/xpath.h>
#include <uuid/uuid.h>

#include "policy/read.h"
#include "run.h"

#define MODE XENTIME_TIMER_MODE
#define VHPET XENTIME_VHPET
#define SYNC XENTIME_SYNC_WAKEUP

#define SCHEMA TOP "/build/host/xentime-policy.rng"

#define ROOT(inside) \
    "<xentime-policy version='1'>\n" inside "</xentime-policy>\n"
#define RULE(inside) ROOT("<rule>\n<match name='a'/>\n" inside "</rule>\n")
#define UUID "6a2ac4b1-5f00-4a8d-8b0f-0a5d5c9e7a01"

static struct xml_faults faults;

static void clear_faults(void)
{
    size_t i;

    for (i = 0; i < XML_FAULTS; i++) {
        free(faults.text[i]);
        free(faults.note[i]);
    }
    memset(&faults, 0, sizeof(faults));
    faults.file = "f";
}

static struct policy *parse(const char *text)
{
    struct policy *p = policy_new();

    assert_non_null(p);
    clear_faults();
    policy_parse(text, strlen(text), p, &faults);
    if (!faults.n)
        return p;
    policy_free(p);
    return NULL;
}

static void assert_want(const struct policy_want *want, int mode, int vhpet,
                        int sync, int profiling)
{
    assert_int_equal(want->setting[MODE], mode);
    assert_int_equal(want->setting[VHPET], vhpet);
    assert_int_equal(want->setting[SYNC], sync);
    assert_int_equal(want->profiling, profiling);
}

/* ---- what is in one ---- */

static void all_of_it(void **state)
{
    static const char text[] = ROOT(
        "<!-- a comment --><?pi ?>\n"
        "<defaults><clock><timer name='hpet' present='no'/></clock></defaults>\n"
        "<rule name='web &amp; db'>\n"
        "  <match name='web-*' type='hvm'/>\n"
        "  <match uuid='" UUID "'/>\n"
        "  <match label='role' value='db*'/>\n"
        "  <profiling allow='no'/>\n"
        "  <clock>\n"
        "    <timer name='platform' tickpolicy='merge'/>\n"
        "    <timer name='hpet' present='yes'/>\n"
        "  </clock>\n"
        "  <tuning sync-wakeup-after='8'/>\n"
        "</rule>\n"
        "<rule><match type='pv'/><profiling allow='yes'/></rule>\n");
    struct policy *p = parse(text);
    const struct policy_rule *rule;
    uuid_t uuid;

    (void)state;
    assert_non_null(p);
    assert_want(&p->defaults, -1, 0, -1, -1);
    assert_int_equal(p->nrules, 2);
    rule = p->rules;
    assert_string_equal(rule->name, "web & db");
    assert_int_equal(rule->line, 4);
    assert_want(&rule->want, 3, 1, 8, 0);
    assert_int_equal(rule->nmatch, 3);
    assert_string_equal(rule->match[0].name, "web-*");
    assert_int_equal(rule->match[0].type, XENTIME_HVM);
    assert_false(rule->match[0].has_uuid);
    assert_null(rule->match[0].label);
    assert_int_equal(uuid_parse(UUID, uuid), 0);
    assert_memory_equal(rule->match[1].uuid, uuid, sizeof(uuid));
    assert_int_equal(rule->match[1].type, -1);
    assert_string_equal(rule->match[2].label, "role");
    assert_string_equal(rule->match[2].value, "db*");
    assert_null(p->rules[1].name);
    assert_want(&p->rules[1].want, -1, -1, -1, 1);
    policy_free(p);
}

static void every_tickpolicy(void **state)
{
    char text[256];
    struct policy *p;
    int mode;

    (void)state;
    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++) {
        snprintf(text, sizeof(text),
                 RULE("<clock><timer name='platform' tickpolicy='%s'/>"
                      "</clock>"),
                 policy_tickpolicy(mode));
        p = parse(text);
        assert_non_null(p);
        assert_int_equal(p->rules[0].want.setting[MODE], mode);
        policy_free(p);
    }
    /* The fault of a wrong word names all of the right ones. */
    assert_null(parse(RULE("<clock><timer name='platform' tickpolicy='x'/>"
                           "</clock>")));
    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++)
        assert_has(faults.text[0], policy_tickpolicy(mode));
    clear_faults();
}

/* ---- what is wrong with one ---- */

static const struct wrong {
    const char *text, *fault;
    bool schema_takes_it; /* since a schema cannot tell */
} wrongs[] = {
    { "", "f:1: ", false },
    { "<xentime-policy version='1'>\n<rule>", "f:2: ", false },
    { "<policy version='1'/>", "f:1: no policy", false },
    { "<xentime-policy/>", "f:1: <xentime-policy> needs version=", false },
    { "<xentime-policy version='2'/>", "f:1: version=\"2\"", false },
    { "<xentime-policy version='1' x='1'/>",
      "f:1: <xentime-policy> has no attribute \"x\"", false },
    { "<xentime-policy xmlns='urn:x' version='1'/>", "f:1: no policy", false },
    { ROOT("\n<rul/>\n"), "f:3: no element <rul> in <xentime-policy>", false },
    { ROOT("a\n"), "f:1: text in <xentime-policy>", false },
    { ROOT("<defaults/>\n<defaults/>\n"), "f:3: <defaults> a second time",
      false },
    { ROOT("<defaults x='1'/>"), "f:2: <defaults> has no attribute", false },
    { ROOT("<rule/>"), "f:2: <rule> without a <match>", false },
    { ROOT("<rule><match/></rule>"), "f:2: <match> without any", false },
    { ROOT("<rule><match name=''/></rule>"), "f:2: name=\"\" of <match>",
      false },
    { ROOT("<rule><match uuid='123'/></rule>"), "f:2: uuid=\"123\"", false },
    { ROOT("<rule><match type='xen'/></rule>"), "f:2: type=\"xen\"", false },
    { ROOT("<rule><match label='a/b'/></rule>"), "f:2: label=\"a/b\"", false },
    { ROOT("<rule><match value='b'/></rule>"),
      "f:2: <match> has a value=", false },
    { ROOT("<rule><match name='a'>b</match></rule>"), "f:2: text in <match>",
      false },
    { RULE("<clock/>\n<clock/>\n"), "f:5: <clock> a second time", false },
    { RULE("<clock><timer/></clock>"), "f:4: <timer> needs name=", false },
    { RULE("<clock><timer name='tsc' mode='native'/></clock>"),
      "f:4: a policy cannot set tsc_mode", false },
    { RULE("<clock><timer name='pit'/></clock>"),
      "f:4: <timer> needs name=", false },
    { RULE("<clock><timer name='hpet'/></clock>"),
      "f:4: <timer> needs present=", false },
    { RULE("<clock><timer name='hpet' present='off'/></clock>"),
      "f:4: present=\"off\" of <timer> is not yes or no", false },
    { RULE("<clock><timer name='hpet' present='no' tickpolicy='delay'/>"
           "</clock>"),
      "f:4: <timer> has no attribute \"tickpolicy\"", false },
    { RULE("<clock><timer name='platform' tickpolicy='mixed'/></clock>"),
      "f:4: tickpolicy=\"mixed\"", false },
    { RULE("<clock><timer name='hpet' present='no'/>\n"
           "<timer name='hpet' present='yes'/></clock>"),
      "f:5: this <timer> a second time", true },
    { RULE("<tuning/>"), "f:4: <tuning> needs sync-wakeup-after=", false },
    { RULE("<tuning sync-wakeup-after='65536'/>"),
      "f:4: sync-wakeup-after=\"65536\"", false },
    { RULE("<tuning sync-wakeup-after='-1'/>"), "sync-wakeup-after=\"-1\"",
      false },
    { RULE("<tuning sync-wakeup-after=''/>"), "sync-wakeup-after=\"\"", false },
    { RULE("<profiling/>"), "f:4: <profiling> needs allow=", false },
    { RULE("<profiling allow='maybe'/>"), "f:4: allow=\"maybe\"", false },
    { RULE("<p:clock xmlns:p='urn:x'/>"), "f:4: no element <clock> in <rule>",
      false },
    { "<!DOCTYPE x>\n" ROOT(""), "f:1: a document type declaration", true },
    { "<!DOCTYPE x [<!ENTITY a 'b'>]>\n" ROOT("<rule name='&a;'/>"),
      "a document type declaration", true },
    { "\n<!DOCTYPE x SYSTEM 'http://localhost/x.dtd'>\n" ROOT(""),
      "f:2: a document type declaration", true },
    { "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>\n" ROOT("&a;"),
      "a document type declaration", true },
    { ROOT("&a;"), "f:2: Entity 'a' not defined", false },
};

static void faults_with_their_lines(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(wrongs); i++) {
        struct policy *p = parse(wrongs[i].text);

        if (p)
            fail_because("taken: %s", wrongs[i].text);
        assert_true(faults.n > 0);
        assert_has(faults.text[0], wrongs[i].fault);
    }
    clear_faults();
}

static void the_first_ten(void **state)
{
    char text[2048] = "<xentime-policy version='1'>\n";
    int i;

    (void)state;
    for (i = 0; i < 25; i++)
        strcat(text, "<x/>\n");
    strcat(text, "</xentime-policy>");
    assert_null(parse(text));
    assert_int_equal(faults.n, 25);
    assert_has(faults.text[9], "f:11: ");
    clear_faults();
}

/* Faults that follow from the one at which the parser stops are left out. */
static void no_consequences(void **state)
{
    static const char *const broken[] = {
        "<xentime-policy version='1'>\n<rule></xentime-policy>",
        "<a b=1>\n<c d=2></e></a>",
        "<a>&x;<b>\n</a>\n<d>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a>&b;</d>",
    };
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(broken); i++) {
        assert_null(parse(broken[i]));
        if (faults.n != 1)
            fail_because("%zu faults in: %s", faults.n, broken[i]);
    }
    clear_faults();
}

/* ---- the schema ---- */

static xmlRelaxNG *schema;

static void say_nothing(void *arg, const char *fmt, ...)
{
    (void)arg;
    (void)fmt;
}

static bool schema_takes(const char *text)
{
    xmlDoc *doc = xmlReadMemory(text, strlen(text), "f", NULL,
                                XML_PARSE_NOERROR | XML_PARSE_NONET);
    xmlRelaxNGValidCtxt *ctxt;
    bool valid;

    if (!doc)
        return false;
    ctxt = xmlRelaxNGNewValidCtxt(schema);
    xmlRelaxNGSetValidErrors(ctxt, say_nothing, say_nothing, NULL);
    valid = !xmlRelaxNGValidateDoc(ctxt, doc);
    xmlRelaxNGFreeValidCtxt(ctxt);
    xmlFreeDoc(doc);
    return valid;
}

/* Reader and schema agree on @text with any one of its characters changed. */
static void vary(const char *text)
{
    char varied[2048];
    size_t len = strlen(text), i;
    struct policy *p;

    for (i = 0; i < len; i++) {
        snprintf(varied, sizeof(varied), "%s", text);
        varied[i] = varied[i] == 'x' ? 'y' : 'x';
        p = parse(varied);
        if (!!p != schema_takes(varied))
            fail_because("%s takes it: %s",
                         p ? "only the reader" : "only the schema", varied);
        policy_free(p);
    }
}

static double words_of_schema(void)
{
    static const xmlChar path[] = "count(//*[@name='tickpolicy']"
                                  "//*[local-name()='value'])";
    xmlDoc *doc = xmlReadFile(SCHEMA, NULL, 0);
    xmlXPathContext *ctxt = xmlXPathNewContext(doc);
    xmlXPathObject *count = xmlXPathEvalExpression(path, ctxt);
    double n = count->floatval;

    xmlXPathFreeObject(count);
    xmlXPathFreeContext(ctxt);
    xmlFreeDoc(doc);
    return n;
}

/* The schema has each mode's word, and no other. */
static void schema_has_each_mode(void)
{
    char text[256];
    int mode;

    assert_true(words_of_schema() == XENTIME_TIMER_MODES);
    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++) {
        snprintf(text, sizeof(text),
                 RULE("<clock><timer name='platform' tickpolicy='%s'/>"
                      "</clock>"),
                 policy_tickpolicy(mode));
        if (!schema_takes(text))
            fail_because("the schema does not take %s",
                         policy_tickpolicy(mode));
    }
}

static void schema_agrees(void **state)
{
    static const char *const right[] = {
        ROOT(""),
        ROOT("<defaults/>"),
        RULE("<clock/><tuning sync-wakeup-after='0'/>"),
        RULE("<clock><timer name='hpet' present='no'/>"
             "<timer name='platform' tickpolicy='delay'/></clock>"),
        ROOT("<rule name='n'><match uuid='" UUID "' type='pvh' label='a_b-1' "
             "value='*'/><profiling allow='no'/></rule>"),
        ROOT("<rule><match type='hvm' name='a'/><profiling allow='yes'/>"
             "<tuning sync-wakeup-after='65535'/><clock/></rule>"),
    };
    xmlRelaxNGParserCtxt *ctxt = xmlRelaxNGNewParserCtxt(SCHEMA);
    struct policy *p;
    size_t i;

    (void)state;
    schema = xmlRelaxNGParse(ctxt);
    xmlRelaxNGFreeParserCtxt(ctxt);
    assert_non_null(schema);
    for (i = 0; i < ARRAY_COUNT(wrongs); i++)
        if (schema_takes(wrongs[i].text) && !wrongs[i].schema_takes_it)
            fail_because("the schema takes it: %s", wrongs[i].text);
    for (i = 0; i < ARRAY_COUNT(right); i++) {
        p = parse(right[i]);
        assert_non_null(p);
        policy_free(p);
        assert_true(schema_takes(right[i]));
        vary(right[i]);
    }
    schema_has_each_mode();
    clear_faults();
    xmlRelaxNGFree(schema);
}

/* ---- imports ---- */

#define BOM "\xef\xbb\xbf"

/* The first lines of what XAPI's "xe vm-param-list" prints of a domain. */
#define XE \
    "uuid ( RO)                          : " UUID "\n" \
    "                    name-label ( RW): b [1]: (x)\n"

static const struct import {
    const char *text;
    const char *name; /* the match's; NULL: by UUID */
    int mode, vhpet;
    const char *fault; /* NULL: none */
} imports[] = {
    { "name = \"web\"\ntimer_mode = 2\nhpet = 0\n", "web", 2, 0, NULL },
    { "name='a*b'\ntimer_mode='one_missed_tick_pending'", "a\\*b", 3, -1,
      NULL },
    { "name='a'\ntimer_mode=4\n", "a", 4, -1, NULL },
    { "name='a'\ntimer_mode='no_doubled_ticks_pending'\n", "a", 5, -1, NULL },
    { "name=\"x\"\nuuid=\"" UUID "\"\nhpet=1", NULL, -1, 1, NULL },
    /* as python had it */
    { "kernel = '/usr/lib/xen/boot/hvmloader'\nbuilder='hvm'\nname = \"old\"\n"
      "vif = [ 'type=ioemu, bridge=xenbr0' ]\n"
      "disk = [ 'phy:/dev/vg/a,hda,w' ]\n"
      "timer_mode='1'; hpet='0'\n",
      "old", 1, 0, NULL },
    { "", NULL, 0, 0, "f: there is nothing in it" },
    { BOM "\n", NULL, 0, 0, "f: there is nothing in it" },
    { "timer_mode=2\n", NULL, 0, 0, "f: neither a name nor a UUID" },
    /* A policy could not be read again that had these as a pattern. */
    { "name='caf\xe9'\n", NULL, 0, 0, "f: the name cannot be written in XML" },
    { "name='a\tb'\n", NULL, 0, 0, "f: the name cannot be written in XML" },
    { "name='caf\xe9'\nuuid='" UUID "'\nhpet=1", NULL, -1, 1, NULL },
    { "name='a'\ntimer_mode=9\n", NULL, 0, 0, "f: timer_mode \"9\"" },
    { "name='a'\ntimer_mode='sync'\n", NULL, 0, 0, "f: timer_mode \"sync\"" },
    /* Any number but 0 is yes to xl, and modes are so in any case of letters. */
    { "name='a'\nhpet=2\n", "a", -1, 1, NULL },
    { "name='a'\nhpet='-1'\n", "a", -1, 1, NULL },
    { "name='a'\nhpet=0x0\n", "a", -1, 0, NULL },
    { "name='a'\nhpet='yes'\n", NULL, 0, 0, "f: hpet \"yes\"" },
    { "name='a'\ntype='hvm'\ntimer_mode='One_Missed_TICK_Pending'\n", "a", 3,
      -1, NULL },
    { BOM "name='a'\ntype='hvm'\nhpet=1\n", NULL, 0, 0,
      "f:1: it begins with a byte order mark" },
    { BOM "<domain><name>a</name><clock>"
          "<timer name='hpet' present='no'/></clock></domain>",
      "a", -1, 0, NULL },
    { XE "      platform (MRW): nx: true; hpet: false; viridian: true\n", NULL,
      -1, 0, NULL },
    { BOM "\r\n" XE "   platform (MRW): hpet: 1\r\n", NULL, -1, 1, NULL },
    { XE "   platform (MRW): xhpet: 0; hpet: \n", NULL, -1, 1, NULL },
    { XE "   platform (MRW): hpet: maybe\n", NULL, 0, 0,
      "f: platform: hpet \"maybe\"" },
    { "uuid ( RO) : 12\n", NULL, 0, 0, "f: uuid \"12\"" },
    { "name='a'\nuuid='1'\nhpet=0", NULL, 0, 0, "f: uuid \"1\"" },
    { "name='a'\nimport os\n", NULL, 0, 0, "f:2: config parsing error" },
    { "<domain type='xen'><name>a b</name><clock offset='utc'>"
      "<timer name='tsc' mode='native'/><timer name='hpet' present='no'/>"
      "<timer name='platform' tickpolicy='catchup'/></clock></domain>",
      "a b", 1, 0, NULL },
    { "\n <?x ?><domain><uuid>" UUID "</uuid><name>a</name>"
      "<clock><timer name='hpet' present='yes'/></clock></domain>",
      NULL, -1, 1, NULL },
    { "<domain><name>a</name>\n<clock>\n<timer name='hpet' present='on'/>"
      "</clock></domain>",
      NULL, 0, 0, "f:3: present=\"on\"" },
    { "<domain><name>a</name><clock><timer name='platform' "
      "tickpolicy='paced'/></clock></domain>",
      NULL, 0, 0, "f:1: tickpolicy=\"paced\"" },
    { "<domain><name>a</name><clock><timer name='platform' "
      "tickpolicy='undoubled'/></clock></domain>",
      NULL, 0, 0, "f:1: tickpolicy=\"undoubled\"" },
    { "<network/>", NULL, 0, 0, "f:1: libvirt's domain XML begins" },
    { "<!DOCTYPE d><domain/>", NULL, 0, 0, "f:1: a document type" },
};

static void import_each(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(imports); i++) {
        const struct import *in = &imports[i];
        struct policy *p = policy_new();

        clear_faults();
        policy_import_text(in->text, strlen(in->text), p, &faults);
        if (in->fault) {
            if (!faults.n)
                fail_because("taken: %s", in->text);
            assert_has(faults.text[0], in->fault);
        } else {
            if (faults.n)
                fail_because("%s", faults.text[0]);
            assert_int_equal(p->nrules, 1);
            assert_want(&p->rules[0].want, in->mode, in->vhpet, -1, -1);
            if (in->name)
                assert_string_equal(p->rules[0].match[0].name, in->name);
            else
                assert_true(p->rules[0].match[0].has_uuid);
        }
        policy_free(p);
    }
    clear_faults();
}

/* Settings that xl refuses or ignores are left out, with a note. */
static void import_by_type(void **state)
{
    static const struct {
        const char *text;
        int mode, vhpet;
        const char *notes[2];
    } cases[] = {
        { "name='a'\ntype='pv'\ntimer_mode=2\nhpet=1\n",
          -1,
          -1,
          { "f: a PV domain has no timer_mode",
            "f: a PV domain has no vhpet" } },
        { "name='a'\nbuilder='generic'\ntimer_mode=2\n",
          -1,
          -1,
          { "f: a PV domain has no timer_mode" } },
        { "name='a'\ntype='pvh'\ntimer_mode=2\nhpet=1\n",
          2,
          -1,
          { "f: a PVH domain has no vhpet" } },
        { "name='a'\nbuilder='hvm'\ntimer_mode=2\nhpet=1\n", 2, 1, { NULL } },
        { "name='a'\ntimer_mode=2\n", 2, -1, { "f: it has no type" } },
        { "name='a'\nhpet=0\n", -1, 0, { NULL } },
        { XE "  platform (MRW): hpet: true\n  domain-type ( RW): pvh\n",
          -1,
          -1,
          { "f: a PVH domain has no vhpet" } },
    };
    size_t i, n;

    (void)state;
    for (i = 0; i < ARRAY_COUNT(cases); i++) {
        struct policy *p = policy_new();

        clear_faults();
        policy_import_text(cases[i].text, strlen(cases[i].text), p, &faults);
        assert_int_equal(faults.n, 0);
        assert_want(&p->rules[0].want, cases[i].mode, cases[i].vhpet, -1, -1);
        for (n = 0; n < 2 && cases[i].notes[n]; n++)
            assert_has(faults.note[n], cases[i].notes[n]);
        assert_int_equal(faults.nnotes, n);
        policy_free(p);
    }
    clear_faults();
}

/* "xe vm-list params=all" has templates and snapshots among the domains. */
static void import_many(void **state)
{
    static const char text[] = XE
        "   is-a-template ( RW): true\n"
        "   platform (MRW): hpet: false\n\n\n" XE
        "   is-a-snapshot ( RO): false\n   is-a-template ( RW): false\n"
        "   platform (MRW): hpet: false\n\n" XE "   platform (MRW): nx: true\n";
    struct policy *p = policy_new();

    (void)state;
    clear_faults();
    policy_import_text(text, strlen(text), p, &faults);
    assert_int_equal(faults.n, 0);
    assert_int_equal(p->nrules, 2);
    assert_want(&p->rules[0].want, -1, 0, -1, -1);
    assert_want(&p->rules[1].want, -1, -1, -1, -1);
    assert_string_equal(p->rules[0].name, "b [1]: (x)");
    policy_free(p);
    clear_faults();
}

UNIT_MAIN(TEST(all_of_it), TEST(every_tickpolicy),
          TEST(faults_with_their_lines), TEST(the_first_ten),
          TEST(no_consequences), TEST(schema_agrees), TEST(import_each),
          TEST(import_by_type), TEST(import_many))
