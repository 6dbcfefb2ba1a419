/* SPDX-License-Identifier: GPL-2.0-only */
/* Everything that is printed goes through here. */

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include <libsmartcols/libsmartcols.h>
#include <uuid/uuid.h>

#include "tool.h"

/* clang-format off */
static const struct {
    int exit_status;
    const char *id;          /* in JSON */
} error_map[] = {
    [XENTIME_ERR_FAIL] = { EXIT_FAILED, "failed" },
    [XENTIME_ERR_INVALID] = { EXIT_USAGE, "invalid" },
    [XENTIME_ERR_NODOM] = { EXIT_NO_DOMAIN, "no-domain" },
    [XENTIME_ERR_AMBIGUOUS] = { EXIT_NO_DOMAIN, "ambiguous" },
    [XENTIME_ERR_UNSUPPORTED] = { EXIT_CANNOT, "unsupported" },
    [XENTIME_ERR_REFUSED] = { EXIT_CANNOT, "refused" },
    [XENTIME_ERR_NOXEN] = { EXIT_NO_XEN, "no-xen" },
    [XENTIME_ERR_PERM] = { EXIT_NO_XEN, "permission" },
    [XENTIME_ERR_VERSION] = { EXIT_NO_XEN, "version" },
    [XENTIME_ERR_BUSY] = { EXIT_BUSY, "busy" },
    [XENTIME_ERR_NODATA] = { EXIT_FAILED, "not-counted" },
    [XENTIME_ERR_NOSESSION] = { EXIT_FAILED, "no-session" },
};
/* clang-format on */

static const struct {
    unsigned int bit;
    const char *word;
} states[] = {
    /* gravest first */
    { XENTIME_DYING, "dying" },       { XENTIME_CRASHED, "crashed" },
    { XENTIME_SHUTDOWN, "shutdown" }, { XENTIME_PAUSED, "paused" },
    { XENTIME_BLOCKED, "blocked" },   { XENTIME_RUNNING, "running" },
};

/* ---- text ---- */

/* Printable, and not one that turns round the text after it (bidi). */
static bool is_harmless(wchar_t wc)
{
    return iswprint(wc) && !(wc >= 0x200e && wc <= 0x200f) &&
           !(wc >= 0x202a && wc <= 0x202e) && !(wc >= 0x2066 && wc <= 0x2069);
}

void print_safe(FILE *f, const char *text)
{
    size_t left = strlen(text), n;
    mbstate_t mb = { 0 };
    wchar_t wc;

    while (left) {
        n = mbrtowc(&wc, text, left, &mb);
        if (n == 0 || n > left || !is_harmless(wc)) {
            if (n > left || n == 0) {
                memset(&mb, 0, sizeof(mb));
                n = 1;
            }
            for (size_t i = 0; i < n; i++)
                fprintf(f, "\\x%02x", (unsigned char)text[i]);
        } else {
            fwrite(text, 1, n, f);
        }
        text += n;
        left -= n;
    }
}

void print_domain(FILE *f, const struct xentime_domain *dom)
{
    if (dom->name)
        print_safe(f, dom->name);
    else
        fprintf(f, "domain %u", dom->domid);
}

void print_note(const struct xentime_domain *dom, const char *fmt, ...)
{
    va_list ap;

    fputs("xentimectl: ", stderr);
    print_domain(stderr, dom);
    fputs(": ", stderr);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

void date_text(int64_t when, char text[DATE_TEXT])
{
    time_t t = when;
    struct tm tm;

    text[0] = '\0';
    if (gmtime_r(&t, &tm))
        strftime(text, DATE_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void lag_text(int64_t ns, char text[LAG_TEXT])
{
    int64_t us = ns / 1000; /* no "-0.000" */
    double ms = us / 1e3;

    if (ms >= 1e4 || ms <= -1e4)
        snprintf(text, LAG_TEXT, "%.3f s", ms / 1e3);
    else
        snprintf(text, LAG_TEXT, "%.3f ms", ms);
}

void uuid_text(const uint8_t uuid[16], char text[UUID_TEXT])
{
    uuid_unparse_lower(uuid, text);
}

/* XENPMU_MODE_* of Xen's public/pmu.h, in vpmu='s words. */
const char *vpmu_word(int mode)
{
    switch (mode) {
    case 0:
        return "off";
    case 1:
        return "self";
    case 2:
        return "hv";
    case 4:
        return "all";
    default:
        return NULL;
    }
}

const char *state_word(unsigned int state)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(states); i++)
        if (state & states[i].bit)
            return states[i].word;
    return "runnable";
}

/* ---- JSON ---- */

/* Length of the UTF-8 sequence at @s (RFC 3629), 0 if it is none. */
static size_t utf8_length(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    unsigned int min = 0x80, max = 0xbf;
    size_t len, i;

    if (s[0] < 0x80)
        return 1;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    len = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
    /* No overlong forms, no surrogates, nothing past U+10FFFF. */
    if (s[0] == 0xe0)
        min = 0xa0;
    else if (s[0] == 0xed)
        max = 0x9f;
    else if (s[0] == 0xf0)
        min = 0x90;
    else if (s[0] == 0xf4)
        max = 0x8f;
    if (s[1] < min || s[1] > max)
        return 0;
    for (i = 2; i < len; i++)
        if (s[i] < 0x80 || s[i] > 0xbf)
            return 0;
    return len;
}

char *utf8_text(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *clean = malloc(strlen(text) * 3 + 1), *to = clean;
    size_t n;

    if (!clean)
        return NULL;
    while (*text) {
        n = utf8_length(text);
        if (n) {
            memcpy(to, text, n);
            to += n;
            text += n;
        } else {
            memcpy(to, replacement, 3);
            to += 3;
            text++;
        }
    }
    *to = '\0';
    return clean;
}

json_object *json_text(const char *text)
{
    char *clean = utf8_text(text);
    json_object *string = json_object_new_string(clean ? clean : "");

    free(clean);
    return string;
}

void setting_text(enum xentime_setting setting, int value,
                  char text[SETTING_TEXT])
{
    const struct xentime_mode_name *m = xentime_mode_name(value);

    if (setting == XENTIME_VHPET)
        snprintf(text, SETTING_TEXT, "%s", value ? "on" : "off");
    else if (setting == XENTIME_TIMER_MODE)
        snprintf(text, SETTING_TEXT, "%d (%s)", value, m ? m->name : "?");
    else
        snprintf(text, SETTING_TEXT, "%d", value);
}

json_object *setting_json(enum xentime_setting setting, int value)
{
    return setting == XENTIME_VHPET ? json_object_new_boolean(value)
                                    : json_object_new_int(value);
}

json_object *json_uuid(const uint8_t uuid[16])
{
    char text[UUID_TEXT];

    uuid_text(uuid, text);
    return json_object_new_string(text);
}

json_object *json_state(unsigned int state)
{
    json_object *list = json_object_new_array();
    size_t i;

    for (i = 0; i < ARRAY_LEN(states); i++)
        if (state & states[i].bit)
            json_object_array_add(list, json_object_new_string(states[i].word));
    if (!state)
        json_object_array_add(list, json_object_new_string(state_word(state)));
    return list;
}

json_object *json_domain(const struct xentime_domain *dom)
{
    json_object *o = json_object_new_object();

    json_object_object_add(o, "id", json_object_new_int64(dom->domid));
    json_object_object_add(o, "name", dom->name ? json_text(dom->name) : NULL);
    json_object_object_add(o, "uuid", json_uuid(dom->uuid));
    return o;
}

/* printf() in a locale with a decimal comma would make two columns of one. */
void decimal_text(double value, int decimals, bool sign,
                  char text[DECIMAL_TEXT])
{
    char *comma;

    if (!isfinite(value)) {
        snprintf(text, DECIMAL_TEXT, "-");
        return;
    }
    snprintf(text, DECIMAL_TEXT, sign ? "%+.*f" : "%.*f", decimals, value);
    /* There is one zero. */
    if (*text == '-' && !strpbrk(text, "123456789"))
        snprintf(text, DECIMAL_TEXT, sign ? "%+.*f" : "%.*f", decimals, 0.0);
    comma = strchr(text, ',');
    if (comma)
        *comma = '.';
}

json_object *json_decimals(double value, int decimals)
{
    char text[DECIMAL_TEXT];

    if (!isfinite(value))
        return NULL;
    decimal_text(value, decimals, false, text);
    return json_object_new_double_s(value, text);
}

json_object *json_decimal(double value)
{
    return json_decimals(value, 3);
}

static enum { NO_ARRAY, EMPTY_ARRAY, ARRAY } json_array;

void open_json_array(void)
{
    fputs("[", stdout);
    json_array = EMPTY_ARRAY;
}

void close_json_array(void)
{
    puts("\n]");
    json_array = NO_ARRAY;
}

/* In an array, a line each. */
void print_json(json_object *doc)
{
    int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

    if (json_array == NO_ARRAY)
        flags |= JSON_C_TO_STRING_PRETTY;
    else
        fputs(json_array == ARRAY ? ",\n" : "\n", stdout);
    fputs(json_object_to_json_string_ext(doc, flags), stdout);
    if (json_array == NO_ARRAY)
        fputc('\n', stdout);
    else
        json_array = ARRAY;
    json_object_put(doc);
}

/* ---- errors ---- */

static void print_error_json(const char *id, int status, const char *domain,
                             const char *text, const char *hint)
{
    json_object *error = json_object_new_object();
    json_object *doc = json_object_new_object();

    json_object_object_add(error, "code", json_object_new_string(id));
    json_object_object_add(error, "exit", json_object_new_int(status));
    json_object_object_add(error, "domain", *domain ? json_text(domain) : NULL);
    json_object_object_add(error, "message", json_text(text));
    json_object_object_add(error, "hint", *hint ? json_text(hint) : NULL);
    json_object_object_add(doc, "error", error);
    print_json(doc);
}

static int print_error(const struct tool *t, const char *id, int status,
                       const char *domain, const char *text, const char *hint)
{
    fputs("xentimectl: ", stderr);
    if (*domain) {
        print_safe(stderr, domain);
        fputs(": ", stderr);
    }
    print_safe(stderr, text);
    fputc('\n', stderr);
    if (*hint) {
        fputs("xentimectl: hint: ", stderr);
        print_safe(stderr, hint);
        fputc('\n', stderr);
    }
    if (t->opt[OPT_JSON])
        print_error_json(id, status, domain, text, hint);
    return status;
}

int report_error(const struct tool *t)
{
    const struct xentime_error_info *e = xentime_last_error(t->xt);

    return print_error(t, error_map[e->code].id, error_map[e->code].exit_status,
                       e->domain, e->text, e->hint);
}

int error_status(const struct tool *t)
{
    return error_map[xentime_last_error(t->xt)->code].exit_status;
}

int report(const struct tool *t, int status, const char *fmt, ...)
{
    char text[768];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return print_error(t, "failed", status, "", text, "");
}

int report_usage(const struct tool *t, const char *fmt, ...)
{
    char text[768], hint[96];
    const char *name = t->command ? t->command->name : "";
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    snprintf(hint, sizeof(hint), "see 'xentimectl help%s%s'", *name ? " " : "",
             name);
    return print_error(t, "usage", EXIT_USAGE, name, text, hint);
}

/* ---- tables ---- */

struct libscols_table *new_table(const struct tool *t,
                                 const struct table_column *cols, size_t ncols)
{
    struct libscols_table *table = scols_new_table();
    size_t i;

    if (table) {
        scols_table_enable_raw(table, !!t->opt[OPT_RAW]);
        scols_table_enable_noheadings(table, !!t->opt[OPT_NOHEADINGS]);
    }
    for (i = 0; table && i < ncols; i++) {
        if (!scols_table_new_column(table, cols[i].name, cols[i].width,
                                    cols[i].flags)) {
            scols_unref_table(table);
            table = NULL;
        }
    }
    if (!table)
        report(t, EXIT_FAILED, "out of memory");
    return table;
}

bool add_line(struct libscols_table *table, const char *const *texts,
              size_t ncols)
{
    struct libscols_line *line = scols_table_new_line(table, NULL);
    size_t i;

    for (i = 0; line && i < ncols; i++)
        if (scols_line_set_data(line, i, texts[i]))
            return false;
    return line;
}

void print_table(struct libscols_table *table)
{
    scols_print_table(table);
    scols_unref_table(table);
}
