/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * Tells what this Xen can do, which patch it needs for that, and what is wrong
 * without the patch.
 */

#include <errno.h>
#include <string.h>

#include "capability.h"
#include "error.h"
#include "hypercall.h"
#include "patched.h"

#include <xen/domctl.h>
#include <xen/pmu.h>
#include <xen/sysctl.h>
#include "profile.h"
#include "vtimer.h"

struct capability {
    unsigned int bit;
    const char *name;
    const char *patch; /* subject of the one that brings it, or NULL */
};

/* The capabilities but for those that modes need: rows of names.c have these. */
static const struct capability capabilities[] = {
    { XENTIME_CAP_TIMER_MODE, "timer-mode", NULL },
    { XENTIME_CAP_VHPET, "vhpet", NULL },
    { XENTIME_CAP_VPMU, "vpmu", NULL },
    { XENTIME_CAP_SAFE_SWITCH, "safe-switch",
      "x86/vpt: switch timer_mode on a live domain in one piece" },
    { XENTIME_CAP_QUIET_VHPET, "quiet-vhpet",
      "x86/hpet: stop the vHPET when HVM_PARAM_HPET_ENABLED is cleared" },
    { XENTIME_CAP_TICK_STATS, "tick-stats",
      "x86/vpt: count what becomes of each tick" },
    { XENTIME_CAP_RESYNC, "resync",
      "x86/vpt: tell how far guest time is behind, and bring it back" },
    { XENTIME_CAP_SYNC_WAKEUP, "sync-wakeup",
      "x86/vpt: bounded wake-ups in no_missed_ticks_pending" },
    { XENTIME_CAP_ONE_TIME, "one-time",
      "x86/vpt: one guest time for all vCPUs of a domain" },
    { XENTIME_CAP_SESSIONS, "profile-sessions",
      "x86/vpmu: only for domains that a profiling session covers" },
    { XENTIME_CAP_OWN_RDPMC, "own-rdpmc", "x86/hvm: intercept RDPMC" },
};

#define IS_CAP(cap, feature) \
    (XENTIME_CAP_##cap == XT_FEATURE_CAP(XEN_VTIMER_FEAT_##feature))
_Static_assert(IS_CAP(SAFE_SWITCH, safe_switch) &&
                   IS_CAP(QUIET_VHPET, quiet_vhpet) &&
                   IS_CAP(TICK_STATS, tick_stats) && IS_CAP(RESYNC, resync) &&
                   IS_CAP(SYNC_WAKEUP, sync_wakeup) &&
                   IS_CAP(ONE_TIME, one_time),
               "the capabilities of virtual timers are Xen's features");

static const struct xentime_defect defects[] = {
    { "backward-jump",
      "a live domain that is put back to timer_mode 0 can see its time go "
      "backwards",
      XENTIME_CAP_SAFE_SWITCH },
    { "kept-lag",
      "each vCPU keeps the lag of timer_mode 0 in the mode it is switched to",
      XENTIME_CAP_SAFE_SWITCH },
    { "times-apart",
      "in timer_mode 0 each vCPU has a time of its own: what one reads can be "
      "before what another has read already",
      XENTIME_CAP_ONE_TIME },
    { "apicv-ticks",
      "on Intel's CPUs with APICv, ticks of a backlog count as delivered that "
      "the guest never gets; apicv=0 among Xen's boot options avoids that",
      XENTIME_CAP_ONE_TIME },
    { "armed-vhpet",
      "vhpet switched off does not stop an HPET timer that is armed",
      XENTIME_CAP_QUIET_VHPET },
    { "sync-freeze",
      "in timer_mode 2 a pending tick stops the timer of a descheduled vCPU",
      XENTIME_CAP_SYNC_WAKEUP },
    { "rdpmc-open",
      "any HVM guest can read the performance counters of dom0, of Xen and of "
      "other guests by RDPMC",
      XENTIME_CAP_OWN_RDPMC },
    /*
     * hpet_set_timer() takes a one-shot comparator of 32 bits that is in the
     * past for one in the future if the counter has wrapped since: the guest
     * waits for 2^32 ticks of 16 ns.  No patch of this project mends it.
     */
    { "restored-vhpet",
      "a domain restored or migrated just after its HPET wrapped can wait 69 "
      "seconds for an HPET timer; hpet=0 in its configuration avoids that",
      0 },
};

/* Copies a capability to *found; returns false if @bit is none. */
static bool find(unsigned int bit, struct capability *found)
{
    const struct xentime_mode_name *m;
    size_t i;

    for (i = 0; i < ARRAY_LEN(capabilities); i++)
        if (capabilities[i].bit == bit) {
            *found = capabilities[i];
            return true;
        }
    for (i = 0; bit && (m = xentime_mode_name(i)); i++)
        if (m->needs == bit) {
            *found = (struct capability){ bit, m->capability, m->patch };
            return true;
        }
    return false;
}

const char *xentime_capability_name(unsigned int bit)
{
    struct capability c;

    return find(bit, &c) ? c.name : NULL;
}

const char *xentime_capability_patch(unsigned int bit)
{
    struct capability c;

    return find(bit, &c) ? c.patch : NULL;
}

const struct xentime_defect *xentime_defect(size_t i)
{
    return i < ARRAY_LEN(defects) ? &defects[i] : NULL;
}

/* Returns the capabilities that Xen's patches give its virtual timers. */
static unsigned int vtimer_caps(xentime *xt)
{
    uint32_t features = xt_vtimer_features(xt), feature;
    unsigned int caps = 0, cap;

    for (feature = 1; feature; feature <<= 1) {
        cap = XT_FEATURE_CAP(feature);
        if ((features & feature) && xentime_capability_name(cap))
            caps |= cap;
    }
    return caps;
}

static unsigned int profile_caps(xentime *xt)
{
    uint64_t features = 0;
    unsigned int caps = 0;

    if (xt_ask_profile_features(xt, &features))
        return 0;
    if (features & XEN_PROFILE_FEATURE_DOMAIN)
        caps |= XENTIME_CAP_SESSIONS;
    if (features & XEN_PROFILE_FEATURE_OWN_RDPMC)
        caps |= XENTIME_CAP_OWN_RDPMC;
    return caps;
}

enum xentime_error xentime_capabilities(xentime *xt, unsigned int *caps)
{
    xc_physinfo_t info;

    if (!xt->caps_known) {
        memset(&info, 0, sizeof(info));
        if (xc_physinfo(xt->xch, &info))
            return xt_fail_xen(xt, errno, NULL,
                               "cannot ask Xen for its capabilities");
        xt->caps = vtimer_caps(xt);
        xt->caps |= profile_caps(xt);
        if (info.capabilities & XEN_SYSCTL_PHYSCAP_hvm)
            xt->caps |= XENTIME_CAP_TIMER_MODE | XENTIME_CAP_VHPET;
        if (xt_vpmu_mode(xt) > XENPMU_MODE_OFF)
            xt->caps |= XENTIME_CAP_VPMU;
        xt->caps_known = true;
    }
    *caps = xt->caps;
    return XENTIME_OK;
}

enum xentime_error xt_need(xentime *xt, const struct xentime_domain *dom,
                           unsigned int cap, const char *what)
{
    enum xentime_error rc;
    unsigned int caps = 0;

    rc = xentime_capabilities(xt, &caps);
    if (rc || (caps & cap))
        return rc;
    if (xt->vtimer_errno == EACCES)
        return xt_fail_vtimer_access(xt, dom, what);
    cap &= -cap;
    xt_fail(xt, XENTIME_ERR_UNSUPPORTED, xt->vtimer_errno, dom,
            "%s: this Xen does not have \"%s\"", what,
            xentime_capability_name(cap));
    xt_hint(xt, "it comes with the patch \"%s\"",
            xentime_capability_patch(cap));
    return XENTIME_ERR_UNSUPPORTED;
}
