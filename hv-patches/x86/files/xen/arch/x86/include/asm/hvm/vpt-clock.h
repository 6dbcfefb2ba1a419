/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vpt-clock.h: the guest time of an HVM domain, which may stand still.
 *
 * Guest time is what every clock of a guest is made of: HPET, PM timer, the
 * LAPIC's current count, and the TSC where that is emulated (with it pvclock,
 * which is computed from the TSC, and Viridian's reference time).  Some timer
 * modes let it stand still, and bring it forward again with the ticks.
 *
 *   real ........ what guest time would be if it had never stood still
 *   lag ......... by how much guest time is behind that; never less than 0
 *   stopped ..... guest time stands still now, hence lag is growing
 *
 *      guest ^                       reach(due)    reach(due)
 *       time |                            ____________----
 *            |        stop   start   ____-   lag is less
 *            |    ____--------   _---
 *            | _--            ---  lag
 *            +--------------------------------------------------> real
 *
 * A domain has one of these for all its vCPUs: two clocks, each for a vCPU,
 * would be apart by what each vCPU has lost, and a guest that compares what
 * two vCPUs have read would see time go back.
 *
 * The answer has these limits:
 *
 *  - A TSC that the guest reads from the hardware is not made of guest time,
 *    and nothing here can hold it.  A mode that holds it back moves its offset,
 *    and can do so for the only vCPU of a domain: the offsets of several would
 *    come apart.
 *  - Only ticks bring back what was lost.  A timer of 10 ms leaves guest time
 *    up to 10 ms behind, and a guest that stops its last periodic timer would
 *    stay behind for ever: vpt.c then calls vpt_clock_release(), and guest time
 *    jumps forward to real.
 *  - Each reading is VPT_CLOCK_STEP later than the one before, also while time
 *    stands still.  A million readings within one stop are 4 ms of it.  Guest
 *    time is still not ahead of real time then, since a reading is an exit from
 *    the guest and takes longer than that.
 *  - "real" is NOW() of the CPU that reads.  Where the CPUs of a host disagree,
 *    guest time goes on by the one that is ahead, and stands still on others
 *    until they have come to it.
 *  - Comparisons are signed, for two times that are less than 2^63 ns apart.
 *
 * All times are nanoseconds.  The caller serialises; vpt.c has pl_time_lock.
 * Nothing here depends on Xen but for types.
 */
#ifndef __ASM_X86_HVM_VPT_CLOCK_H__
#define __ASM_X86_HVM_VPT_CLOCK_H__

#ifdef __XEN__
#include <xen/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/*
 * Two readings differ by at least this many ns, also when time stands still.
 * A guest scales both to pvclock's nanoseconds, with parameters that were
 * rounded down on two vCPUs at two moments, by 2 ns at most: the later reading
 * is not the lesser one after that.  A reading takes longer.
 */
#define VPT_CLOCK_STEP 4

struct vpt_clock {
    uint64_t last;              /* the latest guest time that was read */
    uint64_t lag;               /* behind real time by this, if not stopped */
    uint64_t stopped_at;        /* the guest time at which it stopped */
    bool stopped;
};

/* Reads guest time for the guest: later than all that was read before. */
uint64_t vpt_clock_read(struct vpt_clock *c, uint64_t real);

/*
 * Returns guest time at a moment of the recent past, for saving, restoring and
 * comparing clocks.  This is not a reading: c stays as it is.
 */
uint64_t vpt_clock_at(const struct vpt_clock *c, uint64_t real);

/* Returns how far guest time is behind real. */
uint64_t vpt_clock_lag(const struct vpt_clock *c, uint64_t real);

/* From now on guest time stands still, or goes on again. */
void vpt_clock_stop(struct vpt_clock *c, uint64_t real);
void vpt_clock_start(struct vpt_clock *c, uint64_t real);

/* It stands still at "due", not later than real, unless it does already. */
void vpt_clock_stop_at(struct vpt_clock *c, uint64_t real, uint64_t due);

/*
 * A tick that was due at "due", not later than real, makes guest time that at
 * least.  What it has lost before comes back so.
 */
void vpt_clock_reach(struct vpt_clock *c, uint64_t real, uint64_t due);

/* Guest time is real from now on. */
void vpt_clock_release(struct vpt_clock *c);

#endif /* __ASM_X86_HVM_VPT_CLOCK_H__ */
