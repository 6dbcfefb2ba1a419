/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-clock.c: the guest time of an HVM domain, which may stand still.
 *
 * The contract of every function is in the header.
 */

#ifdef __XEN__
#include <asm/hvm/vpt-clock.h>
#else
#include "asm/hvm/vpt-clock.h"
#endif

/* The comparison is signed: times begin at 0, and a restored one may wrap. */
static bool is_before(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b) < 0;
}

uint64_t vpt_clock_read(struct vpt_clock *c, uint64_t real)
{
    uint64_t now = c->stopped ? c->stopped_at : real - c->lag;

    if ( is_before(now, c->last + VPT_CLOCK_STEP) )
        now = c->last + VPT_CLOCK_STEP;

    return c->last = now;
}

uint64_t vpt_clock_at(const struct vpt_clock *c, uint64_t real)
{
    if ( !c->stopped )
        return real - c->lag;

    return is_before(c->stopped_at, c->last) ? c->last : c->stopped_at;
}

uint64_t vpt_clock_lag(const struct vpt_clock *c, uint64_t real)
{
    uint64_t now = vpt_clock_at(c, real);

    return is_before(now, real) ? real - now : 0;
}

void vpt_clock_stop(struct vpt_clock *c, uint64_t real)
{
    if ( c->stopped )
        return;

    c->stopped_at = real - c->lag;
    c->stopped = true;
}

void vpt_clock_start(struct vpt_clock *c, uint64_t real)
{
    if ( !c->stopped )
        return;

    c->lag = vpt_clock_lag(c, real);
    c->stopped = false;
}

void vpt_clock_reach(struct vpt_clock *c, uint64_t real, uint64_t due)
{
    if ( is_before(real, due) )
        due = real;

    if ( c->stopped )
    {
        if ( is_before(c->stopped_at, due) )
            c->stopped_at = due;
    }
    else if ( real - due < c->lag )
        c->lag = real - due;
}

void vpt_clock_stop_at(struct vpt_clock *c, uint64_t real, uint64_t due)
{
    if ( c->stopped )
        return;

    vpt_clock_reach(c, real, due);
    vpt_clock_stop(c, real);
}

void vpt_clock_release(struct vpt_clock *c)
{
    c->stopped = false;
    c->lag = 0;
}
