/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * libxentime: virtual time of Xen domains, from the control domain.
 *
 * The library never prints and never exits.  A function that can fail
 * returns an enum xentime_error; xentime_last_error() then tells which
 * domain, what and why, until the next call on the same handle.
 *
 * A handle belongs to one thread at a time.  Several handles, in one thread
 * or in several, do not disturb one another: changes of one domain are
 * serialised by a lock file whoever makes them.
 *
 * "Patched" below means a hypervisor with this project's patches; every
 * other function works on a stock Xen.
 */
#ifndef XENTIME_H
#define XENTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xentoollog_logger;

typedef struct xentime xentime;

enum xentime_error {
    XENTIME_OK = 0,
    XENTIME_ERR_FAIL,        /* a call failed; errno_value says how */
    XENTIME_ERR_INVALID,     /* an argument is not valid */
    XENTIME_ERR_NODOM,       /* no such domain, or it is gone */
    XENTIME_ERR_AMBIGUOUS,   /* a name or UUID that several domains have */
    XENTIME_ERR_UNSUPPORTED, /* this Xen or this domain cannot do it */
    XENTIME_ERR_REFUSED,     /* because of a defect of this Xen, or a policy */
    XENTIME_ERR_NOXEN,       /* no Xen, or no xenstored, to talk to */
    XENTIME_ERR_PERM,        /* not privileged */
    XENTIME_ERR_VERSION,     /* built for another Xen, or for other patches */
    XENTIME_ERR_BUSY,        /* another process or domain is in the way */
    XENTIME_ERR_NODATA,      /* ticks are not counted */
    XENTIME_ERR_NOSESSION,   /* no such profiling session */
};

#define XENTIME_NO_DOMID UINT32_MAX

struct xentime_error_info {
    enum xentime_error code;
    int errno_value;  /* 0 where there is none */
    uint32_t domid;   /* XENTIME_NO_DOMID where there is none */
    char domain[256]; /* the domain as the caller or Xen names it */
    char text[768];   /* what failed: why */
    char hint[256];   /* the next step, or "" */
};

/* ---- handle ---- */

/*
 * The interfaces of Xen that the library was built for.  It works on no Xen that
 * has another version of either.
 */
struct xentime_interface {
    unsigned int domctl, sysctl; /* XEN_*_INTERFACE_VERSION, Xen's headers */
    const char *releases;        /* of Xen, as "4.19 and 4.20"; NULL: unknown */
};

/* Needs no handle and no Xen. */
const struct xentime_interface *xentime_interface(void);

/*
 * Opens libxenctrl and compares interface versions; libxenstore is opened
 * when it is first needed.
 *
 * @logger gets libxenctrl's messages; NULL drops them.  It stays the
 * caller's and has to outlive the handle.
 *
 * *xt is set on failure too, unless memory is out: the caller reads the error
 * from it and closes it as usual.  A handle does not survive fork().
 *
 * Errors: NOXEN, PERM, VERSION (the text names the versions of both
 * sides), FAIL.
 */
enum xentime_error xentime_open(xentime **xt, struct xentoollog_logger *logger);

/* NULL is allowed. */
void xentime_close(xentime *xt);

/* Returns the last error; it is valid until the next call on @xt. */
const struct xentime_error_info *xentime_last_error(const xentime *xt);

/*
 * Tells what the last xentime_list(), xentime_find() or xentime_get_profile()
 * passed over because it is damaged: the first of these, and in *more how many
 * others.  Returns NULL if there was nothing.
 */
const struct xentime_error_info *xentime_warning(const xentime *xt,
                                                 size_t *more);

/*
 * Returns what a call on @xt waits for at this moment ("xenstored", "the lock
 * of domain 3, held by process 4711"), or NULL if it does not wait.  May be
 * called from a signal handler while another call runs.
 */
const char *xentime_waiting_for(const xentime *xt);

/*
 * Sets how long a call waits for the locks that other processes hold, all of
 * them together, in milliseconds (default 10,000; 0: do not wait).
 */
void xentime_set_lock_timeout(xentime *xt, unsigned int ms);

/* ---- settings ---- */

/* HVMPTM_* in Xen's public/hvm/params.h and in hv-patches/include/vtimer.h. */
enum xentime_timer_mode {
    XENTIME_DELAY_FOR_MISSED_TICKS = 0,
    XENTIME_NO_DELAY_FOR_MISSED_TICKS = 1,
    XENTIME_NO_MISSED_TICKS_PENDING = 2,
    XENTIME_ONE_MISSED_TICK_PENDING = 3,
    XENTIME_PACED_MISSED_TICKS = 4,       /* patched only */
    XENTIME_NO_DOUBLED_TICKS_PENDING = 5, /* patched only */
    XENTIME_TIMER_MODES,
};

enum xentime_setting {
    XENTIME_TIMER_MODE, /* value: enum xentime_timer_mode */
    XENTIME_VHPET,      /* value: 0 off, 1 on */
    /*
     * Patched only.  The value is 0 to XENTIME_SYNC_WAKEUP_MAX.  In a mode
     * that drops missed ticks, a timer of a descheduled vCPU goes on running
     * once this many were missed in a row; with 0, Xen's own rule decides.
     */
    XENTIME_SYNC_WAKEUP,
    XENTIME_SETTINGS,
};
#define XENTIME_SYNC_WAKEUP_MAX 65535

/*
 * A timer_mode in words.  xentime_mode_name() returns NULL past the end; the
 * strings are constant.
 */
struct xentime_mode_name {
    const char *name;         /* as xl and Xen's headers spell it */
    const char *tickpolicy;   /* libvirt's word; NULL: it has none */
    const char *aliases[3];   /* NULL-terminated unless full */
    const char *guest_time;   /* what it does while the vCPU is descheduled */
    const char *missed_ticks; /* what becomes of them */
    unsigned int needs;       /* a capability; 0: any Xen has the mode */
    const char *capability;   /* the name of that; NULL: any Xen has it */
    const char *patch;        /* the subject of the one that brings it; NULL */
    const char *not_for;      /* domains to which Xen refuses it; NULL: none */
    const char *instead;      /* advice for such a domain; NULL: none */
    /*
     * A Xen without one of these, XENTIME_CAP_*, harms a live domain that is
     * switched to the mode; @harm tells how.  0 and NULL: any Xen does it well.
     */
    unsigned int unsafe_without;
    const char *harm;
    bool drops_ticks; /* XENTIME_SYNC_WAKEUP has an effect in it */
    bool holds_time;  /* guest time can be behind: xentime_resync() */
};
const struct xentime_mode_name *xentime_mode_name(int mode);

/* Returns the mode that @word names (number, name or alias), or -1. */
int xentime_parse_mode(const char *word);

/* Returns "timer_mode", "vhpet", "sync_wakeup_after"; NULL past the end. */
const char *xentime_setting_name(enum xentime_setting setting);

/* ---- domains ---- */

enum xentime_type { XENTIME_PV, XENTIME_HVM, XENTIME_PVH };

/* Bits */
enum xentime_state {
    XENTIME_RUNNING = 1 << 0,
    XENTIME_BLOCKED = 1 << 1,
    XENTIME_PAUSED = 1 << 2,
    XENTIME_SHUTDOWN = 1 << 3,
    XENTIME_CRASHED = 1 << 4,
    XENTIME_DYING = 1 << 5,
};

struct xentime_domain {
    uint32_t domid;
    uint8_t uuid[16];
    char *name; /* NULL: not asked for, or xenstore has none */
    enum xentime_type type;
    unsigned int state;   /* enum xentime_state */
    unsigned int vcpus;   /* online */
    uint64_t cpu_time_ns; /* sum over its vCPUs */
    /* -1: not asked for, or it has none; or XENTIME_UNKNOWN */
    int setting[XENTIME_SETTINGS];
    /* profiling; -1: not asked for, or no vPMU; or XENTIME_UNKNOWN */
    int64_t sessions;
};
#define XENTIME_UNKNOWN (-2) /* it is damaged: see xentime_warning() */

/* Bits */
enum xentime_want {
    XENTIME_WANT_NAME = 1 << 0, /* one xenstore read per domain */
    /*
     * Reads the settings of HVM and PVH domains, in few hypercalls for all, but
     * not XENTIME_SYNC_WAKEUP.
     */
    XENTIME_WANT_SETTINGS = 1 << 1,
    /*
     * Counts sessions as they stand, those that are over included.  A stock Xen
     * needs one xenstore read per session.
     */
    XENTIME_WANT_SESSIONS = 1 << 2,
};

const char *xentime_type_name(enum xentime_type type);

/* Tells whether domains of this type have the setting at all. */
bool xentime_type_has(enum xentime_type type, enum xentime_setting setting);

/*
 * Lists every domain, in order of id, in one pass.  A domain that ends while it
 * is read is left out.  What is damaged is unknown, and fails no other domain:
 * see xentime_warning().  The array is freed by xentime_free_domains().
 *
 * Errors: PERM, NOXEN (no xenstored), FAIL.
 */
enum xentime_error xentime_list(xentime *xt, unsigned int want,
                                struct xentime_domain **doms, size_t *count);

/*
 * Finds the domains that @refs name, in that order, each once.  A reference is
 * an id, a UUID or a name, tried in this order; an empty one names nobody.  The
 * names of all domains are read from xenstore only if a reference is neither an
 * id nor a UUID.  The array is freed by xentime_free_domains().
 *
 * Errors: as xentime_list(), and NODOM, AMBIGUOUS (the text lists the
 * candidates).
 */
enum xentime_error xentime_find(xentime *xt, const char *const *refs,
                                size_t nrefs, unsigned int want,
                                struct xentime_domain **doms, size_t *count);

void xentime_free_domains(struct xentime_domain *doms, size_t count);

/*
 * Reads the value as the hypervisor has it now.
 * Errors: INVALID (no such setting), NODOM, UNSUPPORTED (this type of domain or
 * this Xen does not have the setting), VERSION (as xentime_status()), PERM,
 * FAIL.
 */
enum xentime_error xentime_get(xentime *xt, const struct xentime_domain *dom,
                               enum xentime_setting setting, int *value);

/*
 * Tells which timers of the virtual HPET will interrupt: bit N is set if timer
 * N is armed and the HPET is enabled.  Xen pauses the domain for some
 * microseconds to read this.  HVM only.  Source: struct hvm_hw_hpet in Xen's
 * public/arch-x86/hvm/save.h; IA-PC HPET 1.0a, 2.3.5 and 2.3.8.
 *
 * Errors: as xentime_get().
 */
enum xentime_error xentime_hpet_armed(xentime *xt,
                                      const struct xentime_domain *dom,
                                      unsigned int *timers);

enum xentime_tsc_kind {
    XENTIME_TSC_UNKNOWN,  /* this Xen does not tell */
    XENTIME_TSC_NATIVE,   /* RDTSC is the CPU's own, as the hardware moves or
                                scales it */
    XENTIME_TSC_EMULATED, /* Xen answers RDTSC by the domain's time */
};

struct xentime_tsc_info {
    uint32_t mode;        /* TSC_MODE_*: 0 default, 1 always emulated,
                                2 never emulated */
    uint32_t khz;         /* at which it counts */
    uint32_t incarnation; /* number of migrations and restores */
    enum xentime_tsc_kind kind;
    uint32_t host_khz; /* at which the host's TSC counts */
    int invariant;     /* 1, 0: whether the domain's CPUID says so (leaf
                                80000007h, EDX bit 8); -1: unknown */
};

/*
 * Reads how a domain has its TSC (XEN_DOMCTL_gettscinfo and _get_cpu_policy).  In
 * mode 0 a stock Xen tells the kind only to a dom0 that is PV: how is told at the
 * head of tsc.c.
 * Errors: NODOM, PERM, FAIL.
 */
enum xentime_error xentime_get_tsc(xentime *xt,
                                   const struct xentime_domain *dom,
                                   struct xentime_tsc_info *tsc);

/* ---- changes ---- */

struct xentime_change {
    const struct xentime_domain *dom; /* from xentime_find() */
    enum xentime_setting setting;
    int value;
    int old; /* out: what it was, -1 if not read, or XENTIME_GONE */
};
#define XENTIME_GONE (-2) /* left out: see XENTIME_SKIP_GONE */

enum xentime_change_flags {
    XENTIME_FORCE = 1 << 0,   /* even where a known defect would be hit */
    XENTIME_PERSIST = 1 << 1, /* keep the record when the domain ends */
    XENTIME_KEEP = 1 << 2,    /* keep it if the last record was to be kept */
    /*
     * Leave out the changes of domains that are gone, and make the others.  It
     * is for callers that mean all domains that there are, on a host where some
     * end at any time.
     */
    XENTIME_SKIP_GONE = 1 << 3,
};

/*
 * Makes all @n changes, or none.  Locks the domains, checks each change, writes
 * to xenstore what is about to happen, applies each change, reads it back and
 * records it.  If anything fails, what was changed is put back and the text
 * says so; the text also says what could not be put back.
 *
 * If the caller is killed half way, "requested" and "applied" differ in the
 * record until the next change mends it.  SIGINT, SIGTERM and SIGHUP are held
 * back in the calling thread from the first change to the last.
 *
 * Errors: INVALID (the value, or one setting named twice), NODOM (also if a
 * domain ended half way; no record of it is left; never with
 * XENTIME_SKIP_GONE), UNSUPPORTED, REFUSED (stock
 * Xen without XENTIME_FORCE), VERSION (as xentime_status()), BUSY, NOXEN, PERM,
 * FAIL.
 */
enum xentime_error xentime_apply(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags);

/*
 * Tells whether xentime_apply() would refuse the changes, without changing or
 * locking anything; "old" is filled in as far as it was read.
 * Errors: INVALID, NODOM, UNSUPPORTED, REFUSED, VERSION, PERM, FAIL.
 */
enum xentime_error xentime_check(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags);

/* ---- virtual clocks ---- */

enum xentime_clock {
    XENTIME_CLOCK_TSC,  /* of vCPU 0 */
    XENTIME_CLOCK_HPET, /* the main counter */
    XENTIME_CLOCKS,
};

/* Returns "tsc", "hpet"; NULL past the end. */
const char *xentime_clock_name(enum xentime_clock clock);

/* The readings of a domain's clocks, all of the same moment. */
struct xentime_clocks {
    int64_t at_ns;        /* the moment, by the host's CLOCK_MONOTONIC_RAW */
    int64_t error_ns;     /* which was at most this much earlier or later */
    unsigned int present; /* bits by enum xentime_clock: it is running */
    int64_t ns[XENTIME_CLOCKS]; /* since each clock's own epoch */
    /*
     * The RTC's date is Xen's wall clock plus rtc_offset_s: it cannot drift.  Xen
     * keeps the offset itself, as libxl set it (localtime, rtc_timeoffset) and as
     * the guest moves it when it sets its RTC; xenstore's rtc/timeoffset has only
     * what the toolstack began with.
     */
    bool has_rtc;
    int64_t rtc_offset_s;
    /*
     * The frequency of the TSC where the domain began, in kHz, which migration
     * keeps; 0: unknown.  Source: gtsc_khz of struct hvm_save_header in Xen's
     * public/arch-x86/hvm/save.h.
     */
    uint32_t tsc_khz;
};

/*
 * Reads the clocks from the domain's HVM context (XEN_DOMCTL_gethvmcontext,
 * which pauses the domain for some 100 microseconds).  The guest takes no part.
 * Errors: UNSUPPORTED (a PV domain), NODOM, PERM, FAIL.
 */
enum xentime_error xentime_read_clocks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       struct xentime_clocks *clocks);

/* ---- virtual timers (patched; XEN_DOMCTL_vtimer_op) ---- */

/*
 * Errors of all functions in this section: UNSUPPORTED (a PV domain, or a Xen
 * without the patch, which the hint names), NODOM, VERSION (Xen's patches have
 * another version of the interface), PERM, FAIL.
 */

struct xentime_status {
    bool counting;                  /* ticks are counted */
    bool native_tsc;                /* the guest reads the CPU's own TSC */
    unsigned int sync_wakeup_after; /* as XENTIME_SYNC_WAKEUP */
    unsigned int vcpus;
    unsigned int timekeeper; /* the vCPU whose ticks keep the domain's time */
    unsigned int modes;      /* bit N: timer_mode can be N */
    int64_t lag_ns;          /* guest time behind real time */
};

/*
 * Reads how the domain's virtual time stands.  Needs one of CAP_TICK_STATS,
 * CAP_RESYNC and CAP_SYNC_WAKEUP.
 */
enum xentime_error xentime_status(xentime *xt, const struct xentime_domain *dom,
                                  struct xentime_status *status);

enum xentime_timer {
    XENTIME_PIT,
    XENTIME_RTC,
    XENTIME_LAPIC,
    XENTIME_HPET0,
    XENTIME_HPET1,
    XENTIME_HPET2,
    XENTIME_TIMERS,
};

/* Returns "pit", "rtc", "lapic", "hpet0" to "hpet2"; NULL past the end. */
const char *xentime_timer_name(enum xentime_timer timer);

/*
 * Ticks of one timer since counting began.
 * due == delivered + collapsed + dropped + pending.
 */
#define XENTIME_LATENESS 24
struct xentime_tick_counts {
    uint64_t due;       /* ticks whose time has come */
    uint64_t delivered; /* ticks for which the guest was interrupted */
    uint64_t late;      /* delivered when the next was due already */
    uint64_t collapsed; /* merged with another */
    uint64_t dropped;   /* discarded */
    uint64_t pending;   /* due, and none of the others yet */
    uint64_t wakeups;   /* fired with the vCPU waiting for a CPU */
    uint64_t period_ns; /* now; 0: one-shot, or not running */
    /*
     * Delivered ticks by how late they were: [0] under 2 us, [n] from 2^n to
     * 2^(n+1) us; the last element also has all that were later.
     */
    uint64_t lateness[XENTIME_LATENESS];
};

struct xentime_vcpu_stats {
    unsigned int vcpu;
    uint64_t since_ns;    /* Xen's system time when counting began */
    uint64_t now_ns;      /* Xen's system time of this reading */
    int64_t lag_ns;       /* the domain's time behind real time */
    uint64_t descheduled; /* times it lost its CPU while runnable */
    uint64_t switches;    /* changes of timer_mode */
    struct xentime_tick_counts timer[XENTIME_TIMERS];
};

/*
 * Tells what became of the ticks of each vCPU, in order of vCPU; a vCPU that
 * does not exist any more is left out.  The array is freed by free().  vCPUs
 * are read one after the other, each at its own now_ns.  Needs CAP_TICK_STATS.
 *
 * Errors: also NODATA (ticks are not counted: see xentime_count_ticks()).
 */
enum xentime_error xentime_stats(xentime *xt, const struct xentime_domain *dom,
                                 struct xentime_vcpu_stats **vcpus,
                                 size_t *count);

/*
 * Starts counting the ticks of all vCPUs at zero, even if they are counted
 * already, or stops and forgets the counts.  The guest sees nothing of it, so
 * that it takes no lock and leaves no record.  Needs CAP_TICK_STATS.
 */
enum xentime_error xentime_count_ticks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       bool on);

/*
 * Brings the domain's time to real time at once, for all vCPUs; it only ever
 * moves forwards.  *lag_ns is how far it was behind; 0: there was nothing to
 * do.  A timer_mode in which time stands still makes up for it by itself, tick
 * by tick, as soon as the timekeeper runs.  Locks the domain; leaves no record.
 * Needs CAP_RESYNC.
 *
 * Errors: also BUSY (the lock).
 */
enum xentime_error xentime_resync(xentime *xt, const struct xentime_domain *dom,
                                  int64_t *lag_ns);

/* ---- records in xenstore: xentimectl(8), FILES ---- */

struct xentime_record {
    int requested; /* -1: none */
    int applied;   /* -1: none yet */
    int64_t when;  /* seconds since the epoch; 0: unknown */
    char by[128];  /* user, program and pid */
    bool persist;
};

/*
 * Reads a record.  If there is none, *found is false and *rec is untouched.
 * Errors: INVALID (no such setting), BUSY (others wrote at every try), NOXEN,
 * PERM, FAIL (the record is damaged).
 */
enum xentime_error xentime_record_read(xentime *xt, const uint8_t uuid[16],
                                       enum xentime_setting setting,
                                       struct xentime_record *rec, bool *found);

/*
 * Writes a record in one transaction, retried while others interfere, and
 * drops some of domains that are gone, unless they persist.
 * Errors: INVALID, BUSY (others wrote at every try), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_record_write(xentime *xt, const uint8_t uuid[16],
                                        enum xentime_setting setting,
                                        const struct xentime_record *rec);

/*
 * Removes every record of a domain; it is no error if there is none.
 * Errors: BUSY (others wrote at every try), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_record_remove(xentime *xt, const uint8_t uuid[16]);

/* ---- for policies ---- */

/*
 * Reads /tool/xentime/label/<uuid>/<label> in xenstore, which whoever manages
 * the domain has written.  *value is NULL if it is not there; it is freed by
 * free().
 * Errors: INVALID (@label is empty, too long or has a "/"), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_label(xentime *xt, const uint8_t uuid[16],
                                 const char *label, char **value);

/*
 * The permission for new profiling sessions of a domain.  In xenstore it is
 * removed with the records of a domain that is gone.
 */
struct xentime_permission {
    const struct xentime_domain *dom;
    bool allowed;
};

/*
 * Does what xentime_apply() does, and stores the permissions, which
 * xentime_profile_start() heeds: all of both, or nothing.
 * Errors: as xentime_apply().
 */
enum xentime_error xentime_apply_policy(
    xentime *xt, struct xentime_change *changes, size_t n,
    const struct xentime_permission *permissions, size_t npermissions,
    unsigned int flags);

/*
 * Tells whether a domain may get new profiling sessions; it may unless a policy
 * forbids it.  Errors: NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_may_profile(xentime *xt, const uint8_t uuid[16],
                                       bool *allowed);

/* ---- domains as they come and go ---- */

/*
 * Has xenstored tell of the domains that the toolstack introduces to it, of
 * those that end, and of changes of profiling sessions.  Called once, it holds
 * until the handle is closed.  Only one process on a host can watch at a time.
 * Errors: BUSY (the text names the process), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_watch(xentime *xt);

/*
 * Gives two descriptors for poll(2).  POLLIN on the first says that there are
 * events.  The second becomes readable when xenstored ends, and is -1 where
 * xenstored has no socket.  Both stay the handle's.
 */
void xentime_watch_fds(const xentime *xt, int fds[2]);

/* Bits */
enum xentime_event {
    XENTIME_DOMAIN_CAME = 1 << 0,
    XENTIME_DOMAIN_WENT = 1 << 1,
    XENTIME_SESSIONS_CHANGED = 1 << 2,
};

/*
 * Tells which events there were since the last call, however often each.  All
 * of them are reported once at first, because xenstored fires every watch when
 * it is set.  Does not wait.
 * Errors: NOXEN (xenstored has ended: the watch is over), FAIL.
 */
enum xentime_error xentime_watch_read(xentime *xt, unsigned int *events);

/* ---- profiling sessions ----
 *
 * A session is one holder's claim on a domain's vPMU, or on samples of Xen
 * itself.  Sessions without a name are only counted.  A session with a name
 * exists once per domain, and xentime_profile_stop() ends it only under that
 * name.  The first session anywhere turns profiling on; the end of the last
 * one brings back the vPMU mode that was there before.  A session ends with
 * its domain.
 *
 * A patched Xen counts sessions itself and has a vPMU for the domains that they
 * cover.  Stock Xen has one vPMU mode for all domains (vpmu= on its command
 * line: off, self, hv, all); the library sets the least that serves all
 * sessions, and keeps the counts in xenstore.
 *
 * Each function in this section that reads or changes sessions first ends those
 * whose holder's process is gone or whose time is over.  Only one such call
 * runs at a time on a host.
 */

enum xentime_session_kind {
    XENTIME_SESSION_DOMAIN,  /* the domain uses its own vPMU */
    XENTIME_SESSION_PASSIVE, /* dom0 samples a domain that does not know it */
    XENTIME_SESSION_XEN,     /* dom0 samples Xen; one session at a time */
};

/* Returns "domain", "passive", "xen"; NULL past the end. */
const char *xentime_session_kind_name(enum xentime_session_kind kind);

#define XENTIME_HOLDER_MAX 64
#define XENTIME_HOLDERS_MAX 60 /* of a domain; those without a name are one */

/*
 * Tells whether @name can be a holder's name: 1 to XENTIME_HOLDER_MAX of
 * A-Z a-z 0-9 - and _.
 */
bool xentime_is_holder(const char *name);

struct xentime_session {
    enum xentime_session_kind kind;
    uint32_t domid;                      /* XENTIME_NO_DOMID: Xen */
    uint8_t uuid[16];                    /* of the domain */
    char holder[XENTIME_HOLDER_MAX + 1]; /* "": without a name */
    uint32_t count;     /* 1 with a name; without one, how many */
    int64_t since;      /* seconds since the epoch; 0: unknown */
    int64_t ends_in_ms; /* -1: it runs until it is stopped */
    int pid;            /* it ends with this process; 0: with none */
    char by[128];       /* user, program and pid; "": unknown */
};

struct xentime_profile {
    bool counted_by_xen; /* true on a patched Xen */
    int mode;            /* XENPMU_MODE_* in force */
    int initial;         /* the mode to which the last stop returns */
    struct xentime_session *sessions; /* in order of domain id, Xen last */
    size_t count;
};

/*
 * Reads all sessions and the vPMU mode; freed by xentime_free_profile().  A
 * session that is damaged is left out: see xentime_warning().
 * Errors: UNSUPPORTED (no vPMU: the hint says what to boot with), BUSY (the
 * lock), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_get_profile(xentime *xt,
                                       struct xentime_profile *profile);
void xentime_free_profile(struct xentime_profile *profile);

struct xentime_session_request {
    enum xentime_session_kind kind;
    const char *holder; /* NULL: without a name */
    int pid;            /* end it with this process; 0: no */
    int64_t for_ms;     /* end it after this time; 0: no.  Both @pid and
                                @for_ms need @holder */
};

struct xentime_profile_change {
    int mode_before, mode; /* XENPMU_MODE_* */
    bool counted_by_xen;
    size_t changed;      /* sessions that came or went */
    bool restore_failed; /* the last one went, but domains that have a
                                vPMU keep the mode from going back; every later
                                call tries again */
};

/*
 * Starts one session on each of @n domains, or, with SESSION_XEN and @n = 0, on
 * Xen: all or none.  If the holder has a session there already, only its end is
 * set anew.  *change is valid on success only.
 *
 * Errors: as xentime_get_profile(), and NODOM, INVALID, REFUSED (a policy
 * forbids it: see xentime_apply_policy()), BUSY (also if the session does not
 * go together with those there are, if somebody samples Xen already, or if the
 * holder has a session there already and one of the two is bound to a process).
 */
enum xentime_error xentime_profile_start(
    xentime *xt, const struct xentime_domain *doms, size_t n,
    const struct xentime_session_request *request,
    struct xentime_profile_change *change);

/*
 * Stops one session on each of @n domains, or, with @n = 0, on Xen: all or
 * none.  @holder NULL stops a session that has no name.  *change is valid on
 * success only.
 * Errors: as xentime_profile_start(), and NOSESSION.
 */
enum xentime_error xentime_profile_stop(xentime *xt,
                                        const struct xentime_domain *doms,
                                        size_t n, const char *holder,
                                        struct xentime_profile_change *change);

/*
 * Stops all sessions of @holder, or everybody's if @holder is NULL.  It is no
 * error if there are none.
 * Errors: as xentime_profile_stop(), but for NOSESSION.
 */
enum xentime_error xentime_profile_stop_all(
    xentime *xt, const char *holder, struct xentime_profile_change *change);

/* ---- this host ---- */

/* Bits */
enum xentime_capability {
    XENTIME_CAP_TIMER_MODE = 1 << 0, /* HVM domains can be created */
    XENTIME_CAP_VHPET = 1 << 1,
    XENTIME_CAP_VPMU = 1 << 2, /* a vPMU mode that is not off */
    /* The rest is patched only; see hv-patches/include/vtimer.h. */
    XENTIME_CAP_SAFE_SWITCH = 1 << 8,
    XENTIME_CAP_QUIET_VHPET = 1 << 9,
    XENTIME_CAP_TICK_STATS = 1 << 10,
    XENTIME_CAP_RESYNC = 1 << 11,
    XENTIME_CAP_SYNC_WAKEUP = 1 << 12,
    /* This one is in hv-patches/include/profile.h. */
    XENTIME_CAP_SESSIONS = 1 << 13,
    /* This one is in hv-patches/include/vtimer.h again. */
    XENTIME_CAP_ONE_TIME = 1 << 15, /* all vCPUs have the same time */
    /* profile.h; a guest reads nobody's counters but its own */
    XENTIME_CAP_OWN_RDPMC = 1 << 30,
    /*
     * The bits for modes have no names here: "needs" of xentime_mode_name() has
     * them.  No bit from 8 on is, or will be, what a stock Xen can do.
     */
    XENTIME_CAP_PATCHED = 0x7fffff00,
};

/* Returns @bit's name as `xentimectl info` prints it; NULL: no such bit. */
const char *xentime_capability_name(unsigned int bit);

/* Returns the subject of the patch that brings @bit; NULL if none does. */
const char *xentime_capability_patch(unsigned int bit);

/*
 * Tells what this Xen can do; the handle keeps the answer of the first call.
 * Errors: PERM, FAIL.
 */
enum xentime_error xentime_capabilities(xentime *xt, unsigned int *caps);

/*
 * A vPMU mode is one of XENPMU_MODE_* (bits, Xen's public/pmu.h; 0 is off) or
 * XENTIME_VPMU_UNKNOWN.
 */
#define XENTIME_VPMU_UNKNOWN (-1) /* this Xen or this CPU has none */

struct xentime_host {
    unsigned int major, minor;
    char extra[32]; /* what follows major.minor */
    char changeset[64];
    char scheduler[16];          /* as sched= spells it, or its number */
    char platform_timer[64];     /* "" if Xen's boot messages are gone */
    unsigned int domctl_version; /* Xen's and libxentime's, which agree */
    int vpmu_mode;
    unsigned int cpus;
    unsigned int khz; /* of a CPU, and of its TSC */
    unsigned int capabilities;
};

/* Describes this host.  Errors: PERM, FAIL. */
enum xentime_error xentime_get_host(xentime *xt, struct xentime_host *host);

/* The virtual CPUs of dom0, and the CPUs that they may run on. */
struct xentime_pinning {
    unsigned int cpus;  /* CPUs of the host */
    unsigned int vcpus; /* virtual CPUs of dom0, those offline included */
    unsigned int
        pinned; /* of these, bound to the one CPU of their own number */
};

/*
 * Tells whether dom0 is pinned one to one: Xen hands samples of CPU n to dom0's
 * vCPU n modulo vcpus, which tells the CPU right only if it runs there
 * (choose_hwdom_vcpu() in Xen's vpmu.c).  It is if all three are equal.
 * Errors: PERM, FAIL.
 */
enum xentime_error xentime_get_pinning(xentime *xt,
                                       struct xentime_pinning *pinning);

/*
 * A known defect of Xen's virtual time.  A Xen with the capability @fixed_by
 * does not have it; if that is 0, each Xen has it.
 */
struct xentime_defect {
    const char *id;
    const char *summary;
    unsigned int fixed_by;
};
const struct xentime_defect *xentime_defect(size_t i); /* NULL past the end */

#ifdef __cplusplus
}
#endif

#endif /* XENTIME_H */
