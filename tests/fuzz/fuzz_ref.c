/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domain references: the first line has them, with blanks between; the names
 * of three domains follow.  Whatever is found is a domain that there is.
 */

#include <stdlib.h>
#include <string.h>

#include "fake/fake_xen.h"
#include "fuzz.h"
#include "xentime.h"

#define MAX_REFS 8

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    fake_add(22, XENTIME_PVH);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *refs[MAX_REFS];
    struct xentime_domain *doms;
    size_t nrefs = 0, n, i;
    char *line, *at;
    xentime *xt;

    xs_stub_feed(data, size);
    line = at = xs_stub_line();
    while (at && nrefs < MAX_REFS)
        refs[nrefs++] = strsep(&at, " ");
    if (xentime_open(&xt, NULL))
        abort();
    if (!xentime_find(xt, refs, nrefs, size % 4, &doms, &n)) {
        for (i = 0; i < n; i++)
            if (!fake_exists(doms[i].domid))
                abort();
        xentime_free_domains(doms, n);
    } else if (!*xentime_last_error(xt)->text) {
        abort();
    }
    xentime_close(xt);
    free(line);
    return 0;
}
