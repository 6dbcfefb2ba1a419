/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiling sessions as xenstore may hold them, on a stock and on a patched
 * Xen: what is listed is in range, and starting and stopping survives whatever
 * stands there.
 */

#include <stdlib.h>
#include <string.h>

#include "fake/fake_xen.h"
#include "fuzz.h"
#include "xentime.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return 0;
}

static void check(const struct xentime_session *s)
{
    if (!xentime_session_kind_name(s->kind) || !s->count || s->pid < 0 ||
        s->since < 0 || s->ends_in_ms < -1 ||
        (s->kind == XENTIME_SESSION_XEN) != (s->domid == XENTIME_NO_DOMID) ||
        !memchr(s->by, '\0', sizeof(s->by)) ||
        (s->holder[0] && !xentime_is_holder(s->holder)))
        abort();
}

static void look(xentime *xt)
{
    struct xentime_profile p;
    size_t i;

    if (xentime_get_profile(xt, &p))
        return;
    for (i = 0; i < p.count; i++)
        check(&p.sessions[i]);
    xentime_free_profile(&p);
}

static void change(xentime *xt, const uint8_t *data, size_t size)
{
    const struct xentime_session_request r = { .holder = "x" };
    struct xentime_profile_change c;
    struct xentime_domain d = { .domid = 1 };

    fake_uuid(1, d.uuid);
    xs_stub_feed(data, size);
    xentime_profile_start(xt, &d, 1, &r, &c);
    xs_stub_feed(data, size);
    xentime_profile_stop(xt, &d, 1, "x", &c);
    xs_stub_feed(data, size);
    xentime_profile_stop_all(xt, NULL, &c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xentime *xt;

    fake_reset();
    if (size % 2)
        fake_count_sessions();
    fake->vpmu = 0;
    fake_add(0, XENTIME_PV);
    fake_add(1, XENTIME_HVM);
    if (xentime_open(&xt, NULL))
        abort();
    xs_stub_feed(data, size);
    look(xt);
    change(xt, data, size);
    xentime_close(xt);
    return 0;
}
