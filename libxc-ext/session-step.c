/* SPDX-License-Identifier: LGPL-2.1-only */
/* A step of an operation on sessions, as both backends prepare and undo it. */

#include <string.h>
#include <time.h>

#include "error.h"
#include "record.h"
#include "session.h"

static void fill(struct xt_session *s, const struct xentime_session_request *r)
{
    s->s.kind = r->kind;
    s->s.count = r->holder ? 1 : s->s.count + 1;
    s->s.pid = r->pid;
    s->pid_start = r->pid ? xt_process_start(r->pid) : 0;
    s->until_ms = r->for_ms ? xt_boottime_ms() + r->for_ms : 0;
    s->s.since = s->s.since ? s->s.since : time(NULL);
    xt_record_author(s->s.by, sizeof(s->s.by));
}

struct xt_session *xt_step_prepare(struct xt_work *w, struct xt_step *step,
                                   const struct xentime_session_request *r)
{
    const char *holder = r->holder ? r->holder : "";
    struct xt_session *s = xt_ledger_find(&w->l, step->dom, holder);

    step->existed = s;
    if (s)
        step->old = *s;
    else
        s = xt_ledger_add(w->xt, &w->l, step->dom, holder);
    if (s)
        fill(s, r);
    return s;
}

void xt_tell_undone(xentime *xt, const struct xentime_error_info *why,
                    bool undone)
{
    xt->error = *why;
    xt_fail_more(xt, "%s",
                 undone ? "; nothing was changed"
                        : "; what was changed could NOT be put back");
}
