/* SPDX-License-Identifier: GPL-2.0-only */
/* Mode names: whatever is taken for a mode is one of its words. */

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "xentime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *word = calloc(1, size + 1);
    const struct xentime_mode_name *m;
    int mode;

    memcpy(word, data, size);
    mode = xentime_parse_mode(word);
    m = xentime_mode_name(mode);
    if (mode < -1 || mode >= XENTIME_TIMER_MODES)
        abort();
    if (m && strcasecmp(word, m->name) && strcasecmp(word, m->tickpolicy) &&
        strcasecmp(word, m->aliases[0]) && atoi(word) != mode)
        abort();
    free(word);
    return 0;
}
