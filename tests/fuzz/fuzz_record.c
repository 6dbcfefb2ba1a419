/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records as xenstore may hold them: what is read is in range, and writing
 * one, which sweeps the others, survives whatever stands there.
 */

#include <stdlib.h>
#include <string.h>

#include "fake/fake_xen.h"
#include "fuzz.h"
#include "xentime.h"

static const int max[XENTIME_SETTINGS] = {
    [XENTIME_TIMER_MODE] = XENTIME_TIMER_MODES - 1,
    [XENTIME_VHPET] = 1,
    [XENTIME_SYNC_WAKEUP] = 65535,
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    fake_add(1, XENTIME_HVM);
    return 0;
}

static void check(const struct xentime_record *rec, int most)
{
    if (rec->requested < 0 || rec->requested > most || rec->applied < -1 ||
        rec->applied > most || rec->when < 0 ||
        !memchr(rec->by, '\0', sizeof(rec->by)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct xentime_record rec = { .applied = 1 };
    enum xentime_setting s = size % XENTIME_SETTINGS;
    uint8_t uuid[16];
    bool found;
    xentime *xt;

    fake_uuid(1, uuid);
    xs_stub_feed(data, size);
    if (xentime_open(&xt, NULL))
        abort();
    if (!xentime_record_read(xt, uuid, s, &rec, &found) && found)
        check(&rec, max[s]);
    xs_stub_feed(data, size);
    rec = (struct xentime_record){ .requested = 1, .applied = 1 };
    xentime_record_write(xt, uuid, s, &rec);
    xs_stub_feed(data, size);
    xentime_record_remove(xt, uuid);
    xentime_close(xt);
    return 0;
}
