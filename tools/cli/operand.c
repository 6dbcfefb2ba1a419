/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Operands that name domains: see operand.h. */

#include <stdlib.h>
#include <string.h>

#include "cli/operand.h"
#include "cli/run.h"
#include "output/report.h"
#include "tool.h"

/* Returns the words with commas between them; the caller frees it. */
static char *join(char *const *words, int n)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    int i;

    for (i = 0; f && i < n; i++)
        fprintf(f, "%s%s", i ? "," : "", words[i]);
    if (f && !fclose(f))
        return text;
    free(text);
    return NULL;
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

int find_domains(const struct tool *t, int first, int end, unsigned int want,
                 struct xentime_domain **doms, size_t *count)
{
    char *list = join(t->args + first, end - first);
    const char **refs = NULL;
    int status = EXIT_DONE;
    size_t n;

    if (list)
        refs = split_list(list, &n);
    if (!refs)
        status = report(t, EXIT_FAILED, "out of memory");
    else if (xentime_find(t->xt, refs, n, want, doms, count))
        status = report_error(t);
    free(refs);
    free(list);
    return status;
}

int open_domains(struct tool *t, int first, unsigned int want,
                 struct xentime_domain **doms, size_t *count)
{
    int status = tool_open(t);

    if (!status && t->nargs > first)
        status = find_domains(t, first, t->nargs, want, doms, count);
    else if (!status && xentime_list(t->xt, want, doms, count))
        status = report_error(t);
    if (!status)
        report_damage(t);
    return status;
}

int open_one_domain(struct tool *t, unsigned int want,
                    struct xentime_domain **dom)
{
    const char *const refs[] = { t->args[0] };
    int status = tool_open(t);
    size_t n;

    if (status)
        return status;
    if (xentime_find(t->xt, refs, 1, want, dom, &n))
        return report_error(t);
    report_damage(t);
    return EXIT_DONE;
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
