/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How names, times and settings are written for people: see text.h. */

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#include <uuid/uuid.h>

#include "output/text.h"
#include "tool.h"

static const struct {
    unsigned int bit;
    const char *word;
} state_words[] = {
    /* The gravest is first. */
    { XENTIME_DYING, "dying" },       { XENTIME_CRASHED, "crashed" },
    { XENTIME_SHUTDOWN, "shutdown" }, { XENTIME_PAUSED, "paused" },
    { XENTIME_BLOCKED, "blocked" },   { XENTIME_RUNNING, "running" },
};

/*
 * The characters that leave no mark, but turn the text round (U+202E), join or
 * part words, or make two names look alike: Default_Ignorable_Code_Point of
 * Unicode's DerivedCoreProperties.txt, and the annotation marks U+FFF9 to FFFB.
 */
static const struct {
    uint32_t first, last;
} invisible[] = {
    { 0x00ad, 0x00ad },   { 0x034f, 0x034f },   { 0x061c, 0x061c },
    { 0x115f, 0x1160 },   { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
    { 0x200b, 0x200f },   { 0x202a, 0x202e },   { 0x2060, 0x206f },
    { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },   { 0xfeff, 0xfeff },
    { 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb },   { 0x1bca0, 0x1bca3 },
    { 0x1d173, 0x1d17a }, { 0xe0000, 0xe0fff },
};

static bool is_invisible(wchar_t wc)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(invisible); i++)
        if ((uint32_t)wc >= invisible[i].first &&
            (uint32_t)wc <= invisible[i].last)
            return true;
    return false;
}

/*
 * Reads the character at @text, into *wc.  Returns its length in bytes; 0: it is
 * none of the locale's.
 */
static size_t next_character(const char *text, wchar_t *wc)
{
    mbstate_t mb = { 0 };
    size_t n = mbrtowc(wc, text, strlen(text), &mb);

    return n == (size_t)-1 || n == (size_t)-2 ? 0 : n;
}

static void print_code_point(FILE *f, wchar_t wc)
{
    fprintf(f, wc > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned int)wc);
}

void print_safe(FILE *f, const char *text)
{
    wchar_t wc;
    size_t n, i;

    for (; *text; text += n) {
        n = next_character(text, &wc);
        if (n && is_invisible(wc)) {
            print_code_point(f, wc);
        } else if (n && iswprint(wc)) {
            fwrite(text, 1, n, f);
        } else {
            n += !n;
            for (i = 0; i < n; i++)
                fprintf(f, "\\x%02x", (unsigned char)text[i]);
        }
    }
}

void vprint_warning(const char *fmt, va_list ap)
{
    char text[768];

    vsnprintf(text, sizeof(text), fmt, ap);
    fputs("xentimectl: ", stderr);
    print_safe(stderr, text);
    fputc('\n', stderr);
}

void print_warning(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vprint_warning(fmt, ap);
    va_end(ap);
}

char *visible_text(const char *text)
{
    char *copy = NULL;
    size_t size, n;
    wchar_t wc;
    FILE *f = open_memstream(&copy, &size);

    for (; f && *text; text += n) {
        n = next_character(text, &wc);
        if (n && is_invisible(wc)) {
            print_code_point(f, wc);
        } else {
            n += !n;
            fwrite(text, 1, n, f);
        }
    }
    if (f && !fclose(f))
        return copy;
    free(copy);
    return NULL;
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

void print_gone(const struct xentime_change *changes, size_t n)
{
    const struct xentime_domain *told = NULL;
    size_t i;

    for (i = 0; i < n; i++)
        if (changes[i].old == XENTIME_GONE && changes[i].dom != told) {
            told = changes[i].dom;
            print_note(told, "note: the domain has ended meanwhile, and was "
                             "left out");
        }
}

void words_text(word_list *words, const char *last, char text[WORDS_TEXT])
{
    size_t n = 0, at = 0, i;

    while (words(n))
        n++;
    text[0] = '\0';
    for (i = 0; i < n && at < WORDS_TEXT; i++)
        at += snprintf(text + at, WORDS_TEXT - at, "%s%s",
                       !i          ? ""
                       : i < n - 1 ? ", "
                                   : last,
                       words(i));
}

const char *sync_wakeup_mode(size_t i)
{
    static char number[12];
    int mode;

    for (mode = 0; mode < XENTIME_TIMER_MODES; mode++)
        if (xentime_mode_name(mode)->drops_ticks && !i--) {
            snprintf(number, sizeof(number), "%d", mode);
            return number;
        }
    return NULL;
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

/* No time zone is further from UTC, or off by less than a quarter of an hour. */
#define ZONE_MAX_S UINT64_C(50400) /* 14 hours */
#define ZONE_STEP_S UINT64_C(900)

void rtc_text(int64_t offset_s, char text[RTC_TEXT])
{
    const char *way = offset_s < 0 ? "behind" : "ahead of";
    uint64_t size = offset_s < 0 ? -(uint64_t)offset_s : (uint64_t)offset_s;

    if (!offset_s)
        snprintf(text, RTC_TEXT, "0: it is UTC");
    else if (size <= ZONE_MAX_S && size % ZONE_STEP_S == 0)
        snprintf(text, RTC_TEXT,
                 "%" PRId64 ": %" PRIu64 " h %02" PRIu64 " min %s UTC. That is "
                 "a time zone (localtime, rtc_timeoffset, or set by the "
                 "guest), and no drift",
                 offset_s, size / 3600, size % 3600 / 60, way);
    else
        snprintf(text, RTC_TEXT,
                 "%" PRId64 ": %s Xen's wall clock, as rtc_timeoffset or the "
                 "guest has set it. It cannot drift",
                 offset_s, way);
}

void uuid_text(const uint8_t uuid[16], char text[UUID_TEXT])
{
    uuid_unparse_lower(uuid, text);
}

/* The numbers are XENPMU_MODE_* of Xen's public/pmu.h, the words vpmu='s. */
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

const char *take_state_word(unsigned int *states)
{
    size_t i;

    for (i = 0; i < ARRAY_LEN(state_words); i++)
        if (*states & state_words[i].bit) {
            *states &= ~state_words[i].bit;
            return state_words[i].word;
        }
    return NULL;
}

const char *state_word(unsigned int states)
{
    const char *word = take_state_word(&states);

    return word ? word : "runnable";
}

/* Returns the length of the UTF-8 sequence at @text (RFC 3629); 0: none. */
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

void decimal_text(double value, int decimals, bool sign,
                  char text[DECIMAL_TEXT])
{
    if (!isfinite(value)) {
        snprintf(text, DECIMAL_TEXT, "-");
        return;
    }
    snprintf(text, DECIMAL_TEXT, sign ? "%+.*f" : "%.*f", decimals, value);
    /* Zero has no minus sign. */
    if (*text == '-' && !strpbrk(text, "123456789"))
        snprintf(text, DECIMAL_TEXT, sign ? "%+.*f" : "%.*f", decimals, 0.0);
}
