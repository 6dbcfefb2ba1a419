/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints in sentences what was found of a clock. */

#include <math.h>
#include <string.h>

#include "output/text.h"
#include "skew/words.h"

#define CELL DECIMAL_TEXT
#define DAY 86400

/* A sentence has the sum of events if they are more than these. */
#define EACH 8

int decimals_for(double interval)
{
    return !(interval < 10) ? 0 : interval >= 1 ? 1 : interval >= 0.1 ? 2 : 3;
}

void span_text(double seconds, char text[CELL])
{
    long s = lround(seconds);

    if (s < 120)
        snprintf(text, CELL, "%lds", s);
    else if (s < DAY)
        snprintf(text, CELL, "%ldh%02ldm", s / 3600, s / 60 % 60);
    else
        snprintf(text, CELL, "%ldd%02ldh", s / DAY, s / 3600 % 24);
}

double clock_begin(const struct clock *c)
{
    return c->fit.n ? c->fit.start : c->nmoves ? c->moves[0].t : NAN;
}

double own_rate(const struct clock *c)
{
    return isnan(c->corrected) ? NAN : c->verdict.rate;
}

/* Writes a value without its sign, which the sentence has in words. */
static const char *size_text(double value, int decimals, char text[CELL])
{
    decimal_text(fabs(value), decimals, true, text);
    return text + 1;
}

static const char *way(double size)
{
    return size < 0 ? "back" : "forward";
}

/* Begins a sentence about a clock. */
static void say(const struct clock *c)
{
    print_safe(stdout, c->name);
    fputs(": ", stdout);
}

/* ---- the rate ---- */

/* An interval of time such as "20 min", to about a hundredth. */
static void every_text(double seconds, char text[CELL])
{
    if (seconds < 120)
        snprintf(text, CELL, "%.3g s", seconds);
    else if (seconds < 7200)
        snprintf(text, CELL, "%.3g min", seconds / 60);
    else
        snprintf(text, CELL, "%.3g h", seconds / 3600);
}

/* A log of a program without a limit of its own is judged by ntpd's. */
static const char *daemon_of(const struct clock *c)
{
    return c->daemon == NTP_UNKNOWN || isnan(c->limit_ppm)
               ? "ntpd"
               : ntplog_daemon_name(c->daemon);
}

static const char *writer_of(const struct clock *c)
{
    return c->daemon == NTP_UNKNOWN ? "NTP" : ntplog_daemon_name(c->daemon);
}

static void print_limit(const struct clock *c)
{
    const struct verdict *v = &c->verdict;

    if (v->at_limit)
        printf(": %s's correction is at its limit (%g ppm)%s", daemon_of(c),
               c->limit_ppm, v->follows ? "" : ", and does not follow");
    else if (!v->follows && c->limit_ppm > NTP_LIMIT_PPM)
        printf(": %s does not follow, though it could", daemon_of(c));
    else if (!v->follows)
        printf(": %s cannot follow beyond 500 ppm (0.05 %%)%s", daemon_of(c),
               isnan(c->limit_ppm) ? ", chronyd can" : "");
}

static void print_drift(const struct clock *c)
{
    double rate = c->verdict.rate;
    char a_day[CELL], percent[CELL];

    say(c);
    printf("%s %s s a day (%s %%)", rate < 0 ? "loses" : "gains",
           size_text(rate / PPM_PER_S_A_DAY, 3, a_day),
           size_text(rate / PPM_PER_PERCENT, 4, percent));
    if (c->verdict.claim == CLAIM_TWO)
        printf(", by two readings alone: %.6f s in %.0f s",
               fabs(c->fit.last - c->fit.first), c->fit.span);
    print_limit(c);
    putchar('\n');
}

static void print_rate(const struct clock *c)
{
    const struct verdict *v = &c->verdict;
    double bound = (fabs(v->rate) + fmax(v->interval, 0)) / PPM_PER_S_A_DAY;
    char a_day[CELL], span[CELL];

    switch (v->claim) {
    case CLAIM_DRIFT:
    case CLAIM_TWO:
        print_drift(c);
        break;
    case CLAIM_NO_DRIFT:
        say(c);
        printf("no drift to be seen: less than %s s a day\n",
               size_text(bound, 3, a_day));
        break;
    case CLAIM_CANNOT_TELL:
        span_text(c->fit.span, span);
        say(c);
        printf("too few readings to tell a drift: %zu in %s\n", c->fit.n, span);
        break;
    case CLAIM_NOTHING:
        if (c->fit.n == 1 || (c->fit.n && !(c->fit.span > 0))) {
            say(c);
            puts(c->fit.n == 1 ? "one reading tells no drift"
                               : "readings without a time tell no drift");
        }
        break;
    }
}

/* ---- what happened to it ---- */

static void after_text(const struct clock *c, double t, char text[CELL])
{
    span_text(t - clock_begin(c), text);
}

static void print_repetition(const struct repetition *r)
{
    char interval[CELL];

    if (!r->count)
        return;
    every_text(r->interval, interval);
    printf("; every %s, %+.3g s", interval, r->size);
}

static bool is_daily(const struct repetition *r)
{
    return r->count && fabs(r->interval - DAY) < 0.02 * DAY;
}

static const char *why_again(const struct clock *c, const struct repetition *r)
{
    if (!r->count)
        return "";
    if (is_daily(r))
        return ": something that each day brings";
    if (r->size * c->verdict.rate < 0)
        return c->daemon == NTP_NTPD ? ": ntpd steps" : ": it is set again";
    return "";
}

static void print_step_sum(const struct clock *c)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < c->fit.nsteps; i++)
        sum += c->fit.step[i].size;
    say(c);
    printf("stepped %zu times, by %+.6f s in all", c->fit.nsteps, sum);
    print_repetition(&c->verdict.steps);
    puts(why_again(c, &c->verdict.steps));
}

static void print_steps(const struct clock *c)
{
    char after[CELL], size[CELL], interval[CELL];
    size_t i;

    if (c->fit.nsteps > EACH || c->verdict.steps.count)
        print_step_sum(c);
    for (i = 0; i < c->fit.nsteps && i < EACH; i++) {
        const struct fit_step *s = &c->fit.step[i];

        after_text(c, s->t, after);
        say(c);
        printf("stepped %s by %s s (+-%s), %s after the first reading\n",
               way(s->size), size_text(s->size, 6, size),
               size_text(s->interval, 6, interval), after);
    }
    if (c->fit.nsteps > EACH) {
        say(c);
        printf("%zu more steps, which --json has\n", c->fit.nsteps - EACH);
    }
}

static void print_jump(const struct clock *c, const struct jump *j)
{
    char after[CELL], size[CELL], lasted[CELL] = "";

    after_text(c, j->t, after);
    if (!isnan(j->lasted))
        span_text(j->lasted, lasted);
    say(c);
    printf("jumped %s by %s s, %s after the first reading, %s%s\n",
           way(j->size), size_text(j->size, 6, size), after,
           *lasted ? "corrected within " : "and is still there", lasted);
}

static void print_jumps(const struct clock *c)
{
    const struct verdict *v = &c->verdict;
    size_t i;

    for (i = 0; i < v->njumps && i < EACH; i++)
        print_jump(c, &v->jumps[i]);
    if (v->njumps > EACH) {
        say(c);
        printf("%zu more jumps, which --json has\n", v->njumps - EACH);
    }
    if (v->njumps) {
        char worst[CELL], after[CELL];

        decimal_text(v->worst, 6, true, worst);
        after_text(c, v->worst_t, after);
        say(c);
        printf("its worst error was %s s, %s after the first reading\n", worst,
               after);
    }
}

/* Tells whether a jump that was told already is what the clock was set for. */
static bool is_of_a_jump(const struct clock *c, const struct ntp_move *m)
{
    const struct verdict *v = &c->verdict;
    size_t i;

    for (i = 0; i < v->njumps; i++)
        if (m->t >= v->jumps[i].t &&
            !(m->t > v->jumps[i].t + v->jumps[i].lasted))
            return true;
    return false;
}

static void print_move_sum(const struct clock *c)
{
    double sum = 0;
    size_t i;

    for (i = 0; i < c->nmoves; i++)
        sum += c->moves[i].size;
    say(c);
    printf("%s set it %zu times, by %+.6f s in all%s", writer_of(c), c->nmoves,
           sum, c->unset ? "; the readings are sums of that" : "");
    print_repetition(&c->verdict.moves);
    putchar('\n');
}

static void print_moves(const struct clock *c)
{
    char after[CELL], size[CELL];
    size_t i;

    if (c->nmoves > 1)
        print_move_sum(c);
    for (i = 0; i < c->nmoves && i < EACH && !c->unset; i++) {
        if (is_of_a_jump(c, &c->moves[i]))
            continue;
        after_text(c, c->moves[i].t, after);
        say(c);
        printf("%s set it %s by %s s, after %s\n", writer_of(c),
               way(c->moves[i].size), size_text(c->moves[i].size, 6, size),
               after);
    }
}

/* ---- the readings themselves ---- */

static void print_notes(const struct clock *c)
{
    static const char *const words[NTP_NOTES] = {
        [NTP_NOT_SYNCHRONISED] = "left out: not synchronised",
        [NTP_NO_DATE] = "left out: a date of 1970, or none",
        [NTP_BEFORE_SET] = "left out: from before the clock was set",
        [NTP_WENT_BACK] = "left out: their time is that of earlier ones",
        [NTP_ZONE_CHANGED] = "mended: local time changed by an hour",
        [NTP_YEAR_TURNED] = "mended: the date's year turned",
    };
    size_t i;

    for (i = 0; i < NTP_NOTES; i++)
        if (c->notes[i]) {
            say(c);
            printf("%zu line%s %s\n", c->notes[i], c->notes[i] > 1 ? "s" : "",
                   words[i]);
        }
}

void print_verdict(const struct clock *c)
{
    print_rate(c);
    print_steps(c);
    print_jumps(c);
    print_moves(c);
    if (c->hard) {
        say(c);
        printf("Allan deviation over 1000 in %zu of %zu readings: "
               "ntpd works hard\n",
               c->hard, c->fit.n);
    }
    print_notes(c);
}

/* ---- what to do next ---- */

/* Good crystals are within this, ticks that are lost are not. */
#define CRYSTAL_PPM 100

static bool comes_daily(const struct clock *c)
{
    /* An ntpdate that cron runs each day tells of cron, not of the clock. */
    return is_daily(&c->verdict.steps) ||
           (!c->unset && is_daily(&c->verdict.moves));
}

const char *next_step(const struct clock *c)
{
    const struct verdict *v = &c->verdict;

    if (v->follows == 0 || v->at_limit)
        return "let 'xentimectl recommend DOM' name the timer mode that this "
               "guest needs, and set it by 'xentimectl set-mode DOM MODE'";
    if (comes_daily(c))
        return "look for what stops the guest each day (a backup, a snapshot), "
               "and have it followed by 'xentimectl resync DOM'";
    if (c->fit.nsteps + v->njumps + (c->unset ? 0 : c->nmoves))
        return "compare these times with suspends, migrations and clocks that "
               "were set; 'xentimectl show DOM' tells how the guest keeps time";
    if (v->claim == CLAIM_CANNOT_TELL || v->claim == CLAIM_NOTHING)
        return "take more readings, over a longer time";
    if (v->claim != CLAIM_NO_DRIFT &&
        fabs(v->rate) - CRYSTAL_PPM > fmax(v->interval, 0))
        return "see 'xentimectl show DOM': a crystal is within 100 ppm; more "
               "is ticks that get lost, or the TSC of another host";
    return "nothing: this rate is what clocks have, and NTP corrects it";
}

bool drift_alike(const struct clocks *all)
{
    const struct verdict *first;
    size_t i;

    if (all->n < 2)
        return false;
    first = &all->c[0].verdict;
    for (i = 0; i < all->n; i++) {
        const struct verdict *v = &all->c[i].verdict;

        if (v->claim != CLAIM_DRIFT || fabs(v->rate) < CRYSTAL_PPM / 5.0 ||
            !(fabs(v->rate - first->rate) <= v->interval + first->interval))
            return false;
        if (i && !strcmp(all->c[i].name, all->c[0].name))
            return false;
    }
    return true;
}

void print_next(const struct clocks *all)
{
    bool same = true;
    size_t i;

    if (drift_alike(all))
        puts("They drift alike: if these are different guests, it is their "
             "host's clock ('chronyc tracking' in dom0).");
    for (i = 1; i < all->n; i++)
        same = same && next_step(&all->c[i]) == next_step(&all->c[0]);
    for (i = 0; i < all->n && (!i || !same); i++) {
        if (!same)
            say(&all->c[i]);
        printf("%s %s.\n", same ? "Next:" : "next,", next_step(&all->c[i]));
    }
}
