/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of all that --json prints are those of the manual, and their types
 * are: of each command a document is printed that has them all, and what the
 * manual lists is printed by some command.  Each document has its version.
 *
 * The manual has a section JSON in each page, with a subsection for each kind
 * of document, and in that a key ("domains[].id") and a line that begins with its
 * type ("integer or null, ns: ...").  A word in capitals stands for any key.
 */

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>

#include "run.h"

#define ROWS 64
#define PATH 96

/* A key of the manual. */
static struct row {
    char path[PATH];
    char pattern[2 * PATH]; /* for fnmatch(), with "/" between keys */
    char types[64];         /* "integer or null" */
    bool seen;
} rows[ROWS];
static size_t nrows;

static const char *document; /* for messages */

/* ---- the manual ---- */

static void add_row(const char *path, const char *text)
{
    struct row *r = &rows[nrows++];
    char *to = r->pattern;

    if (nrows > ROWS)
        fail_because("%s: too many keys", document);
    memset(r, 0, sizeof(*r));
    snprintf(r->path, sizeof(r->path), "%s", path);
    snprintf(r->types, sizeof(r->types), "%.*s", (int)strcspn(text, ",:"),
             text);
    for (; *path; path++) {
        if (isupper((unsigned char)*path)) {
            *to++ = '*';
            path += strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") - 1;
        } else if (*path == '.') {
            *to++ = '/';
        } else {
            if (*path == '[')
                *to++ = '\\';
            *to++ = *path;
        }
    }
    *to = '\0';
}

/* Takes "\-" for "-". */
static void plain(char *line)
{
    char *to = line;

    line[strcspn(line, "\n")] = '\0';
    for (; *line; line++)
        if (line[0] != '\\' || line[1] != '-')
            *to++ = *line;
    *to = '\0';
}

/* Adds the rows of a page's subsection, which has to be there. */
static void read_manual(const char *page, const char *name)
{
    char path[256], line[512], wanted[80], key[PATH] = "";
    bool in_json = false, here = false, found = false;
    FILE *f;

    snprintf(path, sizeof(path), TOP "/man/%s", page);
    snprintf(wanted, sizeof(wanted), ".Ss %s", name);
    f = fopen(path, "r");
    assert_non_null(f);
    while (fgets(line, sizeof(line), f)) {
        plain(line);
        if (!strncmp(line, ".Sh ", 4))
            in_json = !strcmp(line, ".Sh JSON");
        if (!strncmp(line, ".Sh ", 4) || !strncmp(line, ".Ss ", 4))
            here = in_json && !strcmp(line, wanted);
        found |= here;
        if (here && *key)
            add_row(key, line);
        *key = '\0';
        if (here && !strncmp(line, ".It Sy ", 7))
            snprintf(key, sizeof(key), "%.*s", PATH - 1, line + 7);
    }
    fclose(f);
    if (!found)
        fail_because("%s: no JSON of %s", page, name);
}

/* ---- documents ---- */

static const char *type_name(json_object *value)
{
    switch (json_object_get_type(value)) {
    case json_type_int:
        return "integer";
    case json_type_double:
        return "number";
    case json_type_boolean:
        return "boolean";
    case json_type_string:
        return "string";
    default:
        return "null";
    }
}

/* Tells whether "integer or null" has the word. */
static bool has_type(const char *types, const char *type)
{
    const char *at = strstr(types, type);
    size_t len = strlen(type);

    return at && (!at[len] || at[len] == ' ');
}

/* Tells whether the row's path goes on where @path ends. */
static bool leads_to(const char *path, const struct row *row)
{
    char above[sizeof(row->pattern)], *end = above;
    const char *at = path;

    snprintf(above, sizeof(above), "%s", row->pattern);
    for (; (at = strchr(at, '/')); at++) {
        end += strcspn(end, "/");
        end += *end == '/';
    }
    end += strcspn(end, "/\\");
    if (!*end)
        return false;
    *end = '\0';
    return !fnmatch(above, path, FNM_PATHNAME);
}

/*
 * Finds the row of a value, by its path with "/" between keys.  An array or an
 * object that is not there is null as well.
 */
static void look_up(const char *path, json_object *value)
{
    const char *type = type_name(value);
    bool known = false;
    size_t i;

    for (i = 0; i < nrows; i++) {
        if (!value && leads_to(path, &rows[i]))
            return;
        if (fnmatch(rows[i].pattern, path, FNM_PATHNAME))
            continue;
        known = true;
        if (!has_type(rows[i].types, type))
            continue;
        rows[i].seen |= value != NULL;
        return;
    }
    fail_because("%s: %s, a %s, is %s the manual", document, path, type,
                 known ? "of another type in" : "not in");
}

static void walk(const char *path, json_object *value)
{
    char below[PATH];
    size_t i;

    if (json_object_is_type(value, json_type_object)) {
        json_object_object_foreach(value, key, member)
        {
            snprintf(below, sizeof(below), "%s%s%s", path, *path ? "/" : "",
                     key);
            walk(below, member);
        }
    } else if (json_object_is_type(value, json_type_array)) {
        snprintf(below, sizeof(below), "%s[]", path);
        for (i = 0; i < json_object_array_length(value); i++)
            walk(below, json_object_array_get_idx(value, i));
    } else {
        look_up(path, value);
    }
}

/* Runs a command, and looks up all that it prints. */
static void print_and_walk(const char *const *args)
{
    json_object *doc, *one;
    size_t i, n = 1;
    bool array;

    doc = parse_json(run_args(args)->out);
    array = json_object_is_type(doc, json_type_array);
    if (array)
        n = json_object_array_length(doc);
    assert_true(n > 0);
    for (i = 0; i < n; i++) {
        one = array ? json_object_array_get_idx(doc, i) : doc;
        assert_string_equal(json_at(one, "json_version"), "1");
        walk("", one);
    }
    json_object_put(doc);
}

#define walk_over(...) \
    print_and_walk((const char *const[]){ __VA_ARGS__, "--json", NULL })

/* Begins with the keys that the manual has for a kind of document. */
static void begin(const char *page, const char *name)
{
    nrows = 0;
    document = name;
    read_manual("xentimectl.8", "every document");
    read_manual(page, name);
}

/* Each key of the manual has been printed. */
static void end(void)
{
    size_t i;

    for (i = 0; i < nrows; i++)
        if (!rows[i].seen)
            fail_because("%s: the manual has %s, which was not printed",
                         document, rows[i].path);
}

/* ---- the commands ---- */

static void add_usual_domains(void)
{
    fake->vpmu = 1;
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(2, XENTIME_PVH);
    name_domain(1, "web");
}

static void of_list_and_show(void **state)
{
    (void)state;
    add_usual_domains();
    fake_domain(1)->hpet_config = 1;
    fake_domain(1)->hpet_timer[0] = 4;
    begin("xentimectl-domain.8", "list");
    walk_over("list");
    end();

    begin("xentimectl-domain.8", "show");
    walk_over("show", "0");
    fake_add(9, XENTIME_PV);
    walk_over("show", "9");
    walk_over("show", "1");
    fake_patch();
    assert_exit(run("set-mode", "1", "2"), 0);
    walk_over("show", "1");
    fake_vtimer(1)->counting = true;
    walk_over("show", "1");
    end();
}

static void of_changes(void **state)
{
    (void)state;
    add_usual_domains();
    begin("xentimectl-domain.8", "set-mode, set-vhpet, tune");
    walk_over("set-mode", "1,2", "2");
    walk_over("set-vhpet", "1", "off");
    end();
    fake_patch();
    walk_over("tune", "1", "sync-wakeup-after=3");
    begin("xentimectl-domain.8", "resync");
    walk_over("resync", "1");
    end();
}

static void of_stats(void **state)
{
    (void)state;
    add_usual_domains();
    fake_patch();
    begin("xentimectl-domain.8", "stats --reset, --off");
    walk_over("stats", "1", "--off");
    walk_over("stats", "1", "--reset");
    end();
    begin("xentimectl-domain.8", "stats");
    walk_over("stats", "1");
    walk_over("stats", "1", "-i", "0.01", "-c", "2");
    end();
}

static void of_profile(void **state)
{
    (void)state;
    add_usual_domains();
    begin("xentimectl-profile.8", "profile start, profile stop");
    walk_over("profile", "start", "1", "--holder", "night", "--for", "60");
    walk_over("profile", "start", "1");
    begin("xentimectl-profile.8", "profile status");
    walk_over("profile", "status");
    /* A session that lasts as long as a program, which is this one. */
    print_and_walk((const char *const[]){
        "profile", "start", "1", "--", "sh", "-c",
        "exec /proc/$PPID/exe profile status --json", NULL });
    end();
    begin("xentimectl-profile.8", "profile start, profile stop");
    walk_over("profile", "stop", "1", "--holder", "night");
    walk_over("profile", "stop", "1");
    end();
}

/* Writes loopstats of a clock that steps. */
static void write_loopstats(void)
{
    FILE *f = fopen("loopstats", "w");
    int i;

    assert_non_null(f);
    /* A step every 20 readings, a jump, and a gap. */
    for (i = 0; i < 120; i++)
        fprintf(f, "55000 %d.0 %.6f 12.5 0.000012 0.01 6\n",
                64 * i + (i > 110 ? 9000 : 0),
                1e-5 * (i * 7 % 5) + 0.5 * (i / 20) + (i == 90 ? 3 : 0));
    assert_int_equal(fclose(f), 0);
}

/* A clock that chronyd has to set each hour. */
static void write_journal(void)
{
    FILE *f = fopen("journal", "w");
    int i;

    assert_non_null(f);
    for (i = 0; i < 5; i++)
        fprintf(f,
                "Sep 02 %02d:00:11 guest7 chronyd[811]: System clock was "
                "stepped by 2.500000 seconds\n",
                i);
    assert_int_equal(fclose(f), 0);
}

/* Excuses the keys with @part, which is null or missing for this command. */
static void excuse(const char *part)
{
    size_t i;

    for (i = 0; i < nrows; i++)
        rows[i].seen |= strstr(rows[i].path, part) != NULL;
}

static void of_skew(void **state)
{
    static const char *const not_of_a_domain[] = {
        "steps",    "jumps",      "moves",  "gaps",
        "own_rate", "correction", "daemon", "limit_ppm",
    };
    size_t i;

    (void)state;
    add_usual_domains();
    write_loopstats();
    begin("xentimectl-skew.8", "skew analyze");
    write_journal();
    walk_over("skew", "analyze", "loopstats", "journal");
    excuse("reading_error_s");
    end();
    begin("xentimectl-skew.8", "skew DOM");
    walk_over("skew", "1", "-i", "0.01", "-c", "4");
    for (i = 0; i < ARRAY_COUNT(not_of_a_domain); i++)
        excuse(not_of_a_domain[i]);
    end();
}

/* Copies a trace of domain 3 from those that the fuzzer has. */
static void copy_trace(void)
{
    FILE *from = fopen(TOP "/tests/fuzz/corpus/fuzz_xentrace/mixed", "r");
    FILE *to = fopen("trace", "w");
    int c;

    assert_true(from && to);
    fgetc(from); /* what the fuzzer makes of it */
    while ((c = fgetc(from)) != EOF)
        fputc(c, to);
    fclose(from);
    assert_int_equal(fclose(to), 0);
}

#define TRACE "--trace", "trace", "--tsc-khz", "1000000"

static void of_predictions(void **state)
{
    (void)state;
    fake_add(3, XENTIME_HVM);
    name_domain(3, "vm");
    copy_trace();
    begin("xentimectl-predict.8", "simulate");
    walk_over("simulate", "--hours", "0.01");
    walk_over("simulate", "--hours", "0.01", TRACE);
    end();
    begin("xentimectl-predict.8", "recommend");
    walk_over("recommend", "3", "--guest", "tick", TRACE);
    fake_patch();
    walk_over("recommend", "3", TRACE);
    end();
}

static void of_policy(void **state)
{
    (void)state;
    add_usual_domains();
    write_file("policy.xml", "%s",
               "<xentime-policy version='1'><rule name='r'><match name='web'/>"
               "<clock><timer name='platform' tickpolicy='merge'/>"
               "<timer name='hpet' present='no'/></clock>"
               "<profiling allow='no'/></rule></xentime-policy>");
    begin("xentimectl-policy.8", "policy check");
    walk_over("policy", "check", "policy.xml");
    end();
    begin("xentimectl-policy.8", "policy export, policy import");
    walk_over("policy", "export");
    end();
    begin("xentimectl-policy.8", "policy apply");
    walk_over("policy", "apply", "policy.xml", "--dry-run");
    walk_over("policy", "apply", "policy.xml");
    write_file("policy.xml", "%s",
               "<xentime-policy version='1'><rule name='r'><match name='web'/>"
               "<clock><timer name='platform' tickpolicy='paced'/></clock>"
               "</rule></xentime-policy>");
    walk_over("policy", "apply", "policy.xml", "--dry-run");
    end();
}

static void of_the_host(void **state)
{
    (void)state;
    add_usual_domains();
    begin("xentimectl.8", "info");
    walk_over("info");
    fake_patch();
    walk_over("info");
    end();
    begin("xentimectl.8", "help");
    walk_over("help");
    walk_over("help", "list");
    end();
    begin("xentimectl.8", "errors");
    walk_over("show", "nobody");
    walk_over("list", "--bogus");
    end();
}

UNIT_MAIN(TEST(of_list_and_show), TEST(of_changes), TEST(of_stats),
          TEST(of_profile), TEST(of_skew), TEST(of_predictions),
          TEST(of_policy), TEST(of_the_host))
