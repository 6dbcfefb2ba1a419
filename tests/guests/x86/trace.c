/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes one domain's changes of state from what xentrace has recorded. */
#include <stdint.h>
#include <stdio.h>

#include "commands.h"

/* public/trace.h, and tools/xentrace/xentrace.c for the change of CPU. */
#define HEAD_EVENT(head) ((head)&0x0fffffff)
#define HEAD_WORDS(head) (((head) >> 28 & 7) + ((head) >> 31 ? 2 : 0))
#define TRACE_CPU_CHANGE 0x1f003
#define LOST_RECORDS 0x1f001
#define RUNSTATE_CHANGE(event) (((event) & ~0x330u) == 0x21001)

static int is_wanted(const uint32_t *record, uint32_t domid)
{
    uint32_t event = HEAD_EVENT(record[0]);

    return event == TRACE_CPU_CHANGE || event == LOST_RECORDS ||
           (RUNSTATE_CHANGE(event) && HEAD_WORDS(record[0]) > 2 &&
            record[3] >> 16 == domid);
}

int cmd_trace(int argc, char **argv)
{
    uint32_t record[10], domid, n;

    if (argc != 2)
        return usage_error();
    domid = domid_of(argv[1]);
    while (fread(record, 4, 1, stdin) == 1) {
        n = HEAD_WORDS(record[0]);
        if (fread(record + 1, 4, n, stdin) != n)
            break;
        if (is_wanted(record, domid))
            fwrite(record, 4, 1 + n, stdout);
    }
    return ferror(stdin) || fflush(stdout);
}
