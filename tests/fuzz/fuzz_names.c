/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mode names: whatever is taken for a mode is one of its words. */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fuzz.h"
#include "xentime.h"

/* Modes that libvirt does not know have no tickpolicy. */
static bool is_name_of(const char *word, int mode,
                       const struct xentime_mode_name *m)
{
    size_t i;

    if (!strcasecmp(word, m->name) || atoi(word) == mode ||
        (m->tickpolicy && !strcasecmp(word, m->tickpolicy)))
        return true;
    for (i = 0; i < sizeof(m->aliases) / sizeof(m->aliases[0]); i++)
        if (m->aliases[i] && !strcasecmp(word, m->aliases[i]))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *word = calloc(1, size + 1);
    const struct xentime_mode_name *m;
    int mode;

    if (size)
        memcpy(word, data, size);
    mode = xentime_parse_mode(word);
    m = xentime_mode_name(mode);
    if (mode < -1 || mode >= XENTIME_TIMER_MODES)
        abort();
    if (m && !is_name_of(word, mode, m))
        abort();
    free(word);
    return 0;
}
