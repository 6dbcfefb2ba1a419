/* SPDX-License-Identifier: GPL-2.0-only */
/* xentimectl resync: guest time back to real time. */

#include <string.h>

#include "tool.h"

static const char *const method_words[] = {
    [XENTIME_RESYNC_STEP] = "step",
    [XENTIME_RESYNC_SLEW] = "slew",
    [XENTIME_RESYNC_CANCEL] = "cancel",
};

static int pick_method(const struct tool *t, enum xentime_resync *method,
                       long *ppm)
{
    if (!!t->opt[OPT_STEP] + !!t->opt[OPT_SLEW] + !!t->opt[OPT_CANCEL] > 1)
        return report_usage(t,
                            "--step, --slew and --cancel do not go together");
    *method = t->opt[OPT_SLEW]     ? XENTIME_RESYNC_SLEW
              : t->opt[OPT_CANCEL] ? XENTIME_RESYNC_CANCEL
                                   : XENTIME_RESYNC_STEP;
    *ppm = 0;
    return option_number(t, OPT_SLEW, 1, XENTIME_SLEW_MAX, ppm);
}

static void print_text(const struct xentime_domain *dom,
                       enum xentime_resync method, long ppm, int64_t lag)
{
    double seconds = ppm ? lag / (ppm * 1e3) : 0;
    char text[LAG_TEXT];

    lag_text(lag, text);
    print_domain(stdout, dom);
    if (lag <= 0)
        puts(": no lag, nothing to do");
    else if (method == XENTIME_RESYNC_STEP)
        printf(": lag %s, stepped\n", text);
    else if (method == XENTIME_RESYNC_CANCEL)
        printf(": lag %s, left as it is\n", text);
    else
        printf(": lag %s, slewing at %ld ppm, about %.*f s\n", text, ppm,
               seconds < 10, seconds);
}

static void print_as_json(const struct xentime_domain *dom,
                          enum xentime_resync method, long ppm, int64_t lag)
{
    json_object *doc = json_domain(dom);

    json_object_object_add(doc, "method",
                           json_object_new_string(method_words[method]));
    json_object_object_add(doc, "lag_ns", json_object_new_int64(lag));
    json_object_object_add(doc, "slew_ppm",
                           ppm ? json_object_new_int64(ppm) : NULL);
    json_object_object_add(doc, "slew_seconds",
                           ppm ? json_decimal(lag > 0 ? lag / (ppm * 1e3) : 0)
                               : NULL);
    print_json(doc);
}

int cmd_resync(struct tool *t)
{
    enum xentime_resync method = XENTIME_RESYNC_STEP;
    struct xentime_domain *dom;
    int64_t lag;
    size_t n;
    long ppm = 0;
    int status = pick_method(t, &method, &ppm);

    if (!status)
        status = tool_open(t);
    if (!status)
        status = set_wait(t);
    if (status)
        return status;
    if (xentime_find(t->xt, (const char *const *)t->args, 1, XENTIME_WANT_NAME,
                     &dom, &n))
        return report_error(t);
    if (xentime_resync(t->xt, dom, method, ppm, &lag))
        status = report_error(t);
    else if (t->opt[OPT_JSON])
        print_as_json(dom, method, ppm, lag);
    else
        print_text(dom, method, ppm, lag);
    xentime_free_domains(dom, n);
    return status;
}
