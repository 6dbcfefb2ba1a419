/* SPDX-License-Identifier: GPL-2.0-or-later */
/* xentimectl resync: guest time back to real time. */

#include "cli/commands.h"
#include "cli/operand.h"
#include "output/json.h"
#include "output/report.h"
#include "output/text.h"
#include "tool.h"

static void print_text(const struct xentime_domain *dom, int64_t lag)
{
    int mode = dom->setting[XENTIME_TIMER_MODE];
    const struct xentime_mode_name *m = xentime_mode_name(mode);
    char text[LAG_TEXT];

    lag_text(lag, text);
    print_domain(stdout, dom);
    if (lag > 0)
        printf(": lag %s, stepped\n", text);
    else if (m && !m->holds_time)
        printf(": no lag, nothing to do: guest time does not stand still in "
               "mode %d\n",
               mode);
    else
        puts(": no lag, nothing to do");
}

static void print_as_json(const struct xentime_domain *dom, int64_t lag)
{
    json_object *doc = json_domain(dom);

    json_object_object_add(doc, "lag_ns", json_object_new_int64(lag));
    print_json(doc);
}

int cmd_resync(struct tool *t)
{
    struct xentime_domain *dom;
    int64_t lag;
    int status = open_one_domain(t, XENTIME_WANT_NAME | XENTIME_WANT_SETTINGS,
                                 &dom);

    if (status)
        return status;
    if (xentime_resync(t->xt, dom, &lag))
        status = report_error(t);
    else if (t->opt[OPT_JSON])
        print_as_json(dom, lag);
    else
        print_text(dom, lag);
    xentime_free_domains(dom, 1);
    return status;
}
