/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences and JSON about what was found of clocks. */
#ifndef XENTIMECTL_SKEW_WORDS_H
#define XENTIMECTL_SKEW_WORDS_H

#include <json-c/json.h>

#include "output/text.h"
#include "skew/skew.h"

#define PPM_PER_PERCENT 1e4
#define PPM_PER_S_A_DAY (1e6 / 86400)

/* Returns how many decimals of a rate make sense, by its interval in ppm. */
int decimals_for(double interval);

/* Returns when a clock begins: at its first reading, or else its first move. */
double clock_begin(const struct clock *c);

/* Returns its rate without its daemon, in ppm; NAN if that tells nothing. */
double own_rate(const struct clock *c);

/* Writes a time such as "1h39m". */
void span_text(double seconds, char text[DECIMAL_TEXT]);

/* Prints all that is to be said of a judged clock, a line for each thing. */
void print_verdict(const struct clock *c);

/* Prints what to do next about all of them, in one line or one for each. */
void print_next(const struct clocks *all);

/* Returns the same for one of them: a sentence without its full stop. */
const char *next_step(const struct clock *c);

/* Tells whether all clocks drift alike, as guests of one drifting host do. */
bool drift_alike(const struct clocks *all);

/* Prints @doc with all clocks in it, and frees it. */
void clocks_json(const struct clocks *all, json_object *doc);

#endif /* XENTIMECTL_SKEW_WORDS_H */
