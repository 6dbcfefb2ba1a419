/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands that name domains: see operand.h. */

#include <stdlib.h>
#include <string.h>

#include "cli/operand.h"
#include "cli/run.h"
#include "output/report.h"
#include "tool.h"

int open_domains(struct tool *t, int first, unsigned int want,
                 struct xentime_domain **doms, size_t *count)
{
    const char *const *refs = (const char *const *)t->args + first;
    int status = tool_open(t);

    if (status)
        return status;
    if (t->nargs > first
            ? xentime_find(t->xt, refs, t->nargs - first, want, doms, count)
            : xentime_list(t->xt, want, doms, count))
        return report_error(t);
    return EXIT_DONE;
}

int open_one_domain(struct tool *t, unsigned int want,
                    struct xentime_domain **dom)
{
    size_t n;

    return open_domains(t, 0, want, dom, &n);
}

void leave_out_dying(struct xentime_domain *doms, size_t *count)
{
    size_t i, kept = 0;

    for (i = 0; i < *count; i++)
        if (doms[i].state & XENTIME_DYING)
            free(doms[i].name);
        else
            doms[kept++] = doms[i];
    *count = kept;
}

/* Splits "a,b,c" into an array of references into @list, which is cut up. */
static const char **split_list(char *list, size_t *n)
{
    const char **refs;
    char *at;

    for (*n = 1, at = list; *at; at++)
        *n += *at == ',';
    refs = calloc(*n, sizeof(*refs));
    for (*n = 0, at = list; refs && at;)
        refs[(*n)++] = strsep(&at, ",");
    return refs;
}

enum xentime_error find_domain_list(struct tool *t, char *list,
                                    struct xentime_domain **doms, size_t *count)
{
    enum xentime_error rc;
    const char **refs;
    size_t n;

    refs = split_list(list, &n);
    rc = refs ? xentime_find(t->xt, refs, n, XENTIME_WANT_NAME, doms, count)
              : XENTIME_ERR_FAIL;
    free(refs);
    return rc;
}
