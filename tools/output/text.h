/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How names, times and settings are written for people. */
#ifndef XENTIMECTL_OUTPUT_TEXT_H
#define XENTIMECTL_OUTPUT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tool.h"

/*
 * Writes @text with everything that is not a printable character of the
 * locale as \xNN, and characters that cannot be seen as \uNNNN: a domain's name
 * cannot play tricks on a terminal, nor pass for another one.
 */
void print_safe(FILE *f, const char *text);

/* Does so with "xentimectl: ", a formatted text and a new line on stderr. */
void print_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vprint_warning(const char *fmt, va_list ap)
    __attribute__((format(printf, 1, 0)));

/*
 * Returns a copy of @text in which characters that cannot be seen are \uNNNN.
 * Bytes that are not printable stay: libsmartcols writes them as \xNN.  The
 * caller frees it; NULL: out of memory.
 */
char *visible_text(const char *text);

/*
 * Returns a copy of @text in which bytes that are not UTF-8 are U+FFFD. The
 * caller frees it; NULL: out of memory.
 */
char *utf8_text(const char *text);

/* Prints the domain's name, or "domain 7" if it has none. */
void print_domain(FILE *f, const struct xentime_domain *dom);

/* Prints a line on stderr about a domain that is no error. */
void print_note(const struct xentime_domain *dom, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Notes the changes that were left out because their domain is gone. */
void print_gone(const struct xentime_change *changes, size_t n);

/*
 * Writes @value, with a sign also if it is positive where @sign is set; "-" for
 * a value that is not finite.
 */
#define DECIMAL_TEXT 40
void decimal_text(double value, int decimals, bool sign,
                  char text[DECIMAL_TEXT]);

/* Writes a setting's value: "2 (no_missed_ticks_pending)", "off". */
#define SETTING_TEXT 48
void setting_text(enum xentime_setting setting, int value,
                  char text[SETTING_TEXT]);

/* Writes "a, b, c", with @last in place of the last comma. */
#define WORDS_TEXT 128
void words_text(word_list *words, const char *last, char text[WORDS_TEXT]);

/*
 * A list of the timer modes in which XENTIME_SYNC_WAKEUP has an effect, by
 * their numbers.  Each is valid until the next call.
 */
const char *sync_wakeup_mode(size_t i);

/* Writes @when, in seconds since 1970, in UTC as ISO 8601 has it. */
#define DATE_TEXT 32
void date_text(int64_t when, char text[DATE_TEXT]);

/* Writes @ns as "12.345 ms", or as "12.345 s" from 10 s on. */
#define LAG_TEXT 32
void lag_text(int64_t ns, char text[LAG_TEXT]);

/*
 * Writes by how many seconds an RTC is ahead of UTC, and what that is: a whole
 * number of quarters of an hour is a time zone.
 */
#define RTC_TEXT 192
void rtc_text(int64_t offset_s, char text[RTC_TEXT]);

#define UUID_TEXT 37
void uuid_text(const uint8_t uuid[16], char text[UUID_TEXT]);

/*
 * Returns the word that Xen's command line (vpmu=) and Linux' pmu_mode have
 * for a mode XENPMU_MODE_* of Xen's public/pmu.h; NULL if there is no such
 * mode.
 */
const char *vpmu_word(int mode);

/* Returns the word for the gravest of the states XENTIME_*. */
const char *state_word(unsigned int states);

/*
 * Takes the gravest of *@states out of it, and returns its word; NULL if there
 * is none left.
 */
const char *take_state_word(unsigned int *states);

#endif /* XENTIMECTL_OUTPUT_TEXT_H */
