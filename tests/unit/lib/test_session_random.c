/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Profiling sessions, on a stock and on a patched Xen: 5,000 random starts,
 * stops and ends of domains each (20,000 with UNIT_SLOW), a call going wrong in
 * every fourth of them, held against session_model.c after every step.
 */

#include <errno.h>
#include <stdlib.h>

#include "session_world.h"
#include "unit.h"

#define STEPS 5000
#define SLOW_STEPS 20000

static unsigned int seed;

static unsigned int below(unsigned int n)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 16) % n;
}

/* Fills in @targets for the library; a domain that is gone has no UUID. */
static size_t pick(unsigned int targets, struct xentime_domain *doms)
{
    size_t n = 0;
    int id;

    for (id = 0; id < MODEL_DOMAINS; id++) {
        if (!(targets & (1u << id)))
            continue;
        memset(&doms[n], 0, sizeof(doms[n]));
        doms[n].domid = id;
        if (fake_exists(id))
            memcpy(doms[n].uuid, fake_domain(id)->uuid, 16);
        n++;
    }
    return n;
}

/* Now and then a call goes wrong. */
static void maybe_break(void)
{
    static const int errors[] = { EIO, EFAULT, ENOSPC };

    if (below(4))
        return;
    fault_fail(below(2) ? &xen_fault : &store_fault, 1 + below(24),
               errors[below(ARRAY_COUNT(errors))], false);
}

/*
 * Checks the answer.  If a broken call made it another one, it has to be an
 * error, and then nothing has happened: *m becomes @before again.
 */
static void judge(enum xentime_error rc, enum xentime_error wanted,
                  const char *what, struct model *m, const struct model *before)
{
    bool struck = xen_fault.struck || store_fault.struck;

    fault_clear(&xen_fault);
    fault_clear(&store_fault);
    if (rc == wanted)
        return;
    if (!struck || !rc)
        fail_because("%s: %d, wanted %d (%s)", what, rc, wanted, error_text());
    *m = *before;
}

static unsigned int some_targets(bool xen)
{
    return xen ? 1u << MODEL_XEN : 1 + below((1u << MODEL_DOMAINS) - 1);
}

static void step_start(struct model *m)
{
    enum xentime_session_kind kind = below(3);
    unsigned int targets = some_targets(kind == XENTIME_SESSION_XEN);
    int holder = below(MODEL_HOLDERS + 1);
    struct xentime_session_request r = { .kind = kind,
                                         .holder = model_holder(holder) };
    struct xentime_domain doms[MODEL_DOMAINS];
    struct xentime_profile_change c;
    struct model before = *m;
    enum xentime_error rc, wanted;
    size_t n;

    /* Most of the time there is one domain. */
    if (below(3))
        targets &= -targets;
    if (kind == XENTIME_SESSION_PASSIVE)
        targets &= ~1u;
    if (!targets)
        return;
    n = pick(targets, doms);
    maybe_break();
    rc = xentime_profile_start(xt, doms, n, &r, &c);
    wanted = model_start(m, targets, kind, holder);
    judge(rc, wanted, "start", m, &before);
}

static void step_stop(struct model *m)
{
    unsigned int targets = some_targets(!below(5));
    int holder = below(MODEL_HOLDERS + 1);
    struct xentime_domain doms[MODEL_DOMAINS];
    struct xentime_profile_change c;
    struct model before = *m;
    enum xentime_error rc, wanted;
    size_t n;

    if (below(4))
        targets &= -targets;
    n = pick(targets, doms);
    maybe_break();
    rc = xentime_profile_stop(xt, doms, n, model_holder(holder), &c);
    wanted = model_stop(m, targets, holder);
    judge(rc, wanted, "stop", m, &before);
}

static void step_stop_all(struct model *m)
{
    bool all = !below(3);
    int holder = below(MODEL_HOLDERS);
    struct xentime_profile_change c;

    assert_done(
        xentime_profile_stop_all(xt, all ? NULL : model_holder(holder), &c));
    assert_int_equal(c.changed, model_stop_all(m, all, holder));
}

static void step_domain(struct model *m)
{
    int id = 1 + below(MODEL_DOMAINS - 1);

    if (fake_exists(id)) {
        fake_destroy(id);
        model_destroy(m, id);
    } else {
        model_tidy(m);
        world_compare(m);
        world_create(m, id);
    }
}

static void walk(bool patched, int mode, unsigned int steps)
{
    static void (*const kinds[])(struct model *) = {
        step_start, step_start, step_start, step_start,  step_stop,
        step_stop,  step_stop,  step_stop,  step_domain, step_stop_all,
    };
    struct model m;
    unsigned int i;

    world_begin(&m, patched, mode);
    world_create(&m, 1);
    for (i = 0; i < steps; i++) {
        kinds[below(ARRAY_COUNT(kinds))](&m);
        world_compare(&m);
    }
    model_stop_all(&m, true, 0);
    for (i = 1; i < MODEL_DOMAINS; i++)
        if (fake_exists(i)) {
            fake_destroy(i);
            model_destroy(&m, i);
        }
    {
        struct xentime_profile_change c;

        assert_done(xentime_profile_stop_all(xt, NULL, &c));
    }
    assert_int_equal(fake->vpmu, mode);
}

static void random_steps(bool patched)
{
    static const int modes[] = { 0, 1, 2, 4 };
    unsigned int steps = getenv("UNIT_SLOW") ? SLOW_STEPS : STEPS;
    size_t i;

    for (i = 0; i < ARRAY_COUNT(modes); i++) {
        seed = 1 + i;
        walk(patched, modes[i], steps / ARRAY_COUNT(modes));
    }
}

static void random_steps_on_stock_xen(void **state)
{
    (void)state;
    random_steps(false);
}

static void random_steps_on_patched_xen(void **state)
{
    (void)state;
    random_steps(true);
}

UNIT_MAIN(TEST(random_steps_on_stock_xen), TEST(random_steps_on_patched_xen))
