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
    XENTIME_ERR_UNSUPPORTED, /* this Xen or this domain cannot */
    XENTIME_ERR_REFUSED,     /* a known defect of this Xen would be hit */
    XENTIME_ERR_NOXEN,       /* no Xen, or no xenstored, to talk to */
    XENTIME_ERR_PERM,        /* not privileged */
    XENTIME_ERR_VERSION,     /* built for another release of Xen */
    XENTIME_ERR_BUSY,        /* somebody else holds the domain */
    XENTIME_ERR_NODATA,      /* ticks are not counted */
    XENTIME_ERR_NOSESSION,   /* no such profiling session */
};

#define XENTIME_NO_DOMID UINT32_MAX

struct xentime_error_info {
    enum xentime_error code;
    int errno_value;         /* 0 where there is none */
    uint32_t domid;          /* XENTIME_NO_DOMID where there is none */
    char domain[256];        /* the domain as the caller or Xen names it */
    char text[768];          /* what failed: why */
    char hint[256];          /* the next step, or "" */
};

/* ---- handle ---- */

/*
 * Opens libxenctrl and compares interface versions; libxenstore is opened
 * at the first need of it, once.
 *
 * @logger gets libxenctrl's messages; NULL drops them.  It stays the
 * caller's and has to outlive the handle.
 *
 * *xt is set also on failure, unless memory is out: the error is read from
 * it and it is closed as usual.  A handle does not survive fork().
 *
 * Errors: NOXEN, PERM, VERSION (text names both), FAIL.
 */
enum xentime_error xentime_open(xentime **xt,
                                struct xentoollog_logger *logger);

/* NULL is allowed. */
void xentime_close(xentime *xt);

/* Valid until the next call on @xt. */
const struct xentime_error_info *xentime_last_error(const xentime *xt);

/*
 * What a call on @xt waits for at this moment ("xenstored", "the lock of
 * domain 3, held by process 4711"), or NULL.  May be called from a signal
 * handler while another call runs.
 */
const char *xentime_waiting_for(const xentime *xt);

/*
 * How long a change waits for a lock held by somebody else, in milliseconds
 * (default 10,000; 0: do not wait).
 */
void xentime_set_lock_timeout(xentime *xt, unsigned int ms);

/* ---- settings ---- */

/* HVMPTM_* of Xen's public/hvm/params.h, and of hv-patches/include/vtimer.h. */
enum xentime_timer_mode {
    XENTIME_DELAY_FOR_MISSED_TICKS = 0,
    XENTIME_NO_DELAY_FOR_MISSED_TICKS = 1,
    XENTIME_NO_MISSED_TICKS_PENDING = 2,
    XENTIME_ONE_MISSED_TICK_PENDING = 3,
    XENTIME_PACED_MISSED_TICKS = 4, /* patched only */
    XENTIME_NO_DOUBLED_TICKS_PENDING = 5, /* patched only */
    XENTIME_TIMER_MODES,
};

enum xentime_setting {
    XENTIME_TIMER_MODE,      /* value: enum xentime_timer_mode */
    XENTIME_VHPET,           /* value: 0 off, 1 on */
    /*
     * Patched only.  0 to XENTIME_SYNC_WAKEUP_MAX: in no_missed_ticks_pending
     * a timer of a descheduled vCPU goes on running once this many ticks were
     * missed in a row; 0: Xen's own rule.
     */
    XENTIME_SYNC_WAKEUP,
    XENTIME_SETTINGS,
};
#define XENTIME_SYNC_WAKEUP_MAX 65535

/*
 * Names of the modes, as xl and Xen's headers spell them; NULL past the end.
 */
struct xentime_mode_name {
    const char *name;
    const char *tickpolicy;  /* libvirt's word; NULL: it has none */
    const char *aliases[3];  /* NULL-terminated unless full */
    const char *guest_time;  /* while the vCPU is descheduled */
    const char *missed_ticks; /* what becomes of them */
    unsigned int needs;      /* XENTIME_CAP_*; 0: any Xen has it */
    const char *not_for;     /* domains that Xen refuses it; NULL: none */
    const char *instead;     /* what such a domain is to have */
};
const struct xentime_mode_name *xentime_mode_name(int mode);

/* Returns the mode that @word names (number, name or alias), or -1. */
int xentime_parse_mode(const char *word);

/* "timer_mode", "vhpet", "sync_wakeup_after"; NULL past the end. */
const char *xentime_setting_name(enum xentime_setting setting);

/* ---- domains ---- */

enum xentime_type { XENTIME_PV, XENTIME_HVM, XENTIME_PVH };

enum xentime_state {         /* bits */
    XENTIME_RUNNING  = 1 << 0,
    XENTIME_BLOCKED  = 1 << 1,
    XENTIME_PAUSED   = 1 << 2,
    XENTIME_SHUTDOWN = 1 << 3,
    XENTIME_CRASHED  = 1 << 4,
    XENTIME_DYING    = 1 << 5,
};

struct xentime_domain {
    uint32_t domid;
    uint8_t uuid[16];
    char *name;              /* NULL: not asked for, or xenstore has none */
    enum xentime_type type;
    unsigned int state;      /* enum xentime_state */
    unsigned int vcpus;      /* online */
    uint64_t cpu_time_ns;    /* sum over its vCPUs */
    int setting[XENTIME_SETTINGS]; /* -1: not asked for, or has none */
    int64_t sessions;        /* profiling; -1: not asked for, or no vPMU */
};

enum xentime_want {          /* bits */
    XENTIME_WANT_NAME     = 1 << 0, /* one xenstore read a domain */
    /* HVM and PVH only, all in few hypercalls; not XENTIME_SYNC_WAKEUP */
    XENTIME_WANT_SETTINGS = 1 << 1,
    /* As they stand, over or not.  Stock Xen: a xenstore read a session */
    XENTIME_WANT_SESSIONS = 1 << 2,
};

const char *xentime_type_name(enum xentime_type type);

/* Whether domains of this type have the setting at all. */
bool xentime_type_has(enum xentime_type type, enum xentime_setting setting);

/*
 * Every domain, in order of id, in one pass.  A domain that ends while it is
 * read is left out.  The array is freed by xentime_free_domains().
 *
 * Errors: PERM, NOXEN (no xenstored), FAIL.
 */
enum xentime_error xentime_list(xentime *xt, unsigned int want,
                                struct xentime_domain **doms, size_t *count);

/*
 * The domains that @refs name, in that order, each once.  A reference is an
 * id, a UUID or a name, tried in this order.  Costs no more xenstore reads
 * than it must: names are read of all domains only where a name is searched.
 *
 * Errors: as xentime_list(), and NODOM, AMBIGUOUS (text lists candidates).
 */
enum xentime_error xentime_find(xentime *xt, const char *const *refs,
                                size_t nrefs, unsigned int want,
                                struct xentime_domain **doms, size_t *count);

void xentime_free_domains(struct xentime_domain *doms, size_t count);

/*
 * The value as the hypervisor has it now.
 * Errors: NODOM, UNSUPPORTED (a type of domain or a Xen without it), VERSION
 * (as xentime_status()), PERM, FAIL.
 */
enum xentime_error xentime_get(xentime *xt, const struct xentime_domain *dom,
                               enum xentime_setting setting, int *value);

/*
 * Which timers of the virtual HPET will interrupt: bit N is timer N, armed
 * and the HPET enabled.  Xen pauses the domain for some microseconds to read
 * this.  HVM only.  Source: struct hvm_hw_hpet in Xen's
 * public/arch-x86/hvm/save.h; IA-PC HPET 1.0a, 2.3.5 and 2.3.8.
 *
 * Errors: as xentime_get().
 */
enum xentime_error xentime_hpet_armed(xentime *xt,
                                      const struct xentime_domain *dom,
                                      unsigned int *timers);

/* TSC of a domain: XEN_DOMCTL_gettscinfo. */
struct xentime_tsc_info {
    uint32_t mode;           /* TSC_MODE_*: 0 default, 1 always emulated,
                                2 never emulated */
    uint32_t khz;
    uint32_t incarnation;    /* number of migrations and restores */
};
enum xentime_error xentime_get_tsc(xentime *xt,
                                   const struct xentime_domain *dom,
                                   struct xentime_tsc_info *tsc);

/* ---- changes ---- */

struct xentime_change {
    const struct xentime_domain *dom;  /* of xentime_find() */
    enum xentime_setting setting;
    int value;
    int old;                 /* out: what it was, -1 if not read */
};

enum xentime_change_flags {
    XENTIME_FORCE   = 1 << 0, /* also where a known defect would be hit */
    XENTIME_PERSIST = 1 << 1, /* keep the record when the domain ends */
    XENTIME_KEEP = 1 << 2,    /* keep it if it has been kept until now */
};

/*
 * All @n changes, or none.  Locks the domains, checks each change, writes to
 * xenstore what is about to happen, applies, reads back, and records it.  If
 * anything fails, what was changed is put back and the text says so, and
 * says so as well where that failed.
 *
 * A caller killed half way leaves "requested" apart from "applied" in the
 * record, which the next change mends.  SIGINT, SIGTERM and SIGHUP are held
 * back in the calling thread from the first change to the last.
 *
 * Errors: INVALID (value, or one setting named twice), NODOM (also: ended
 * half way; no record is left), UNSUPPORTED, REFUSED (stock Xen without
 * XENTIME_FORCE), BUSY, NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_apply(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags);

/*
 * Whether xentime_apply() would refuse the changes, without changing or
 * locking anything; "old" is filled in as far as it was read.
 * Errors: INVALID, NODOM, UNSUPPORTED, REFUSED, PERM, FAIL.
 */
enum xentime_error xentime_check(xentime *xt, struct xentime_change *changes,
                                 size_t n, unsigned int flags);

/* ---- virtual clocks ---- */

enum xentime_clock {
    XENTIME_CLOCK_TSC,       /* of vCPU 0 */
    XENTIME_CLOCK_HPET,      /* its main counter */
    XENTIME_CLOCKS,
};

/* "tsc", "hpet"; NULL past the end. */
const char *xentime_clock_name(enum xentime_clock clock);

/* What the clocks showed, all at the same moment. */
struct xentime_clocks {
    int64_t at_ns;           /* of this host's CLOCK_MONOTONIC_RAW, */
    int64_t error_ns;        /* or so much before or after */
    unsigned int present;    /* bits by enum xentime_clock: it is there, runs */
    int64_t ns[XENTIME_CLOCKS]; /* since some time of its own */
    /* The RTC's date is Xen's wall clock plus this: it cannot drift. */
    bool has_rtc;
    int64_t rtc_offset_s;
};

/*
 * From the domain's HVM context (XEN_DOMCTL_gethvmcontext, which pauses it for
 * some 100 microseconds); its guest does not take part.
 * Errors: UNSUPPORTED (a PV domain), NODOM, PERM, FAIL.
 */
enum xentime_error xentime_read_clocks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       struct xentime_clocks *clocks);

/* ---- virtual timers (patched; XEN_DOMCTL_vtimer_op) ---- */

/*
 * Errors of all of these: UNSUPPORTED (a PV domain, or a Xen without the
 * patch, which the hint names), NODOM, VERSION (Xen's patches have another
 * version of the interface), PERM, FAIL.
 */

struct xentime_status {
    bool counting;           /* ticks are counted */
    bool native_tsc;         /* the guest reads the CPU's own TSC */
    unsigned int sync_wakeup_after; /* as XENTIME_SYNC_WAKEUP */
    unsigned int vcpus;
    unsigned int timekeeper; /* the vCPU whose ticks keep the domain's time */
    unsigned int modes;      /* bit N: timer_mode can be N */
    int64_t lag_ns;          /* guest time behind real time */
};

/* Needs one of CAP_TICK_STATS, CAP_RESYNC and CAP_SYNC_WAKEUP. */
enum xentime_error xentime_status(xentime *xt,
                                  const struct xentime_domain *dom,
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

/* "pit", "rtc", "lapic", "hpet0" to "hpet2"; NULL past the end. */
const char *xentime_timer_name(enum xentime_timer timer);

/*
 * Ticks of one timer since counting began.
 * due == delivered + collapsed + dropped + pending.
 */
#define XENTIME_LATENESS 24
struct xentime_tick_counts {
    uint64_t due;            /* their time has come */
    uint64_t delivered;      /* ... and the guest was interrupted */
    uint64_t late;           /* delivered when the next was due already */
    uint64_t collapsed;      /* merged with another */
    uint64_t dropped;        /* discarded */
    uint64_t pending;        /* now */
    uint64_t wakeups;        /* fired with the vCPU waiting for a CPU */
    uint64_t period_ns;      /* now; 0: one-shot, or not running */
    /*
     * Delivered ticks by how late they were: [0] under 2 us, [n] from 2^n to
     * 2^(n+1) us, the last one and everything beyond.
     */
    uint64_t lateness[XENTIME_LATENESS];
};

struct xentime_vcpu_stats {
    unsigned int vcpu;
    uint64_t since_ns;       /* Xen's system time when counting began, */
    uint64_t now_ns;         /* and of this reading */
    int64_t lag_ns;          /* the domain's time behind real time */
    uint64_t descheduled;    /* times it lost its CPU while runnable */
    uint64_t switches;       /* changes of timer_mode */
    struct xentime_tick_counts timer[XENTIME_TIMERS];
};

/*
 * What became of the ticks of each vCPU, in order of vCPU; one that is not
 * there any more is left out.  The array is freed by free().  vCPUs are read
 * one after the other, each at its own now_ns.  Needs CAP_TICK_STATS.
 *
 * Errors: and NODATA (ticks are not counted: see xentime_count_ticks()).
 */
enum xentime_error xentime_stats(xentime *xt, const struct xentime_domain *dom,
                                 struct xentime_vcpu_stats **vcpus,
                                 size_t *count);

/*
 * Starts counting the ticks of all vCPUs at zero, also where they are counted
 * already, or stops and forgets them.  The guest sees nothing of it: neither
 * a lock nor a record.  Needs CAP_TICK_STATS.
 */
enum xentime_error xentime_count_ticks(xentime *xt,
                                       const struct xentime_domain *dom,
                                       bool on);

/*
 * Brings the domain's time to real time at once, for all vCPUs; it only ever
 * moves forwards.  *lag_ns is how far it was behind; 0: there was nothing to
 * do.  A timer_mode in which time stands still brings it back with the ticks
 * by itself, as soon as the timekeeper runs.  Locks the domain; leaves no
 * record.  Needs CAP_RESYNC.
 *
 * Errors: and BUSY.
 */
enum xentime_error xentime_resync(xentime *xt, const struct xentime_domain *dom,
                                  int64_t *lag_ns);

/* ---- records: /tool/xentime/<uuid>/<setting>/ in xenstore ---- */

struct xentime_record {
    int requested;           /* -1: none */
    int applied;             /* -1: none yet */
    int64_t when;            /* seconds since the epoch; 0: unknown */
    char by[128];            /* user, program and pid */
    bool persist;
};

/*
 * *found is false, and the rest untouched, if there is none.
 * Errors: NOXEN, PERM, FAIL (a record that is not one).
 */
enum xentime_error xentime_record_read(xentime *xt, const uint8_t uuid[16],
                                       enum xentime_setting setting,
                                       struct xentime_record *rec,
                                       bool *found);

/*
 * Writes a record in one transaction, retried while others interfere, and
 * drops those of domains that are gone and do not persist.
 * Errors: NOXEN, PERM, INVALID, FAIL.
 */
enum xentime_error xentime_record_write(xentime *xt, const uint8_t uuid[16],
                                        enum xentime_setting setting,
                                        const struct xentime_record *rec);

/* Removes every record of a domain; none is no error. */
enum xentime_error xentime_record_remove(xentime *xt, const uint8_t uuid[16]);

/* ---- for policies ---- */

/*
 * /tool/xentime/label/<uuid>/<label> in xenstore, which whoever manages the
 * domain has written.  *value is NULL if it is not there; freed by free().
 * Errors: INVALID (no label), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_label(xentime *xt, const uint8_t uuid[16],
                                 const char *label, char **value);

/*
 * Whether there may be new profiling sessions of a domain; goes with the records
 * of one that is gone.
 */
struct xentime_permission {
    const struct xentime_domain *dom;
    bool allowed;
};

/*
 * xentime_apply(), and the permissions, which xentime_profile_start() heeds:
 * all of both, or nothing.  Errors: as xentime_apply().
 */
enum xentime_error xentime_apply_policy(
    xentime *xt, struct xentime_change *changes, size_t n,
    const struct xentime_permission *permissions, size_t npermissions,
    unsigned int flags);

/* True if nobody said anything.  Errors: NOXEN, PERM, FAIL. */
enum xentime_error xentime_may_profile(xentime *xt, const uint8_t uuid[16],
                                       bool *allowed);

/* ---- domains as they come and go ---- */

/*
 * Has xenstored tell of the domains that the toolstack introduces to it and of
 * those that end, and of changes of profiling sessions: once, until the handle
 * is closed.  One process of a host at a time.
 * Errors: BUSY (text names the process), NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_watch(xentime *xt);

/*
 * For poll(2): POLLIN of the first says that there are events.  The second, -1
 * where xenstored has no socket, does nothing until xenstored ends.  Both stay
 * the handle's.
 */
void xentime_watch_fds(const xentime *xt, int fds[2]);

enum xentime_event {         /* bits */
    XENTIME_DOMAIN_CAME = 1 << 0,
    XENTIME_DOMAIN_WENT = 1 << 1,
    XENTIME_SESSIONS_CHANGED = 1 << 2,
};

/*
 * What there was since the last time, each once however often; all of them at
 * first.  Does not wait.
 * Errors: NOXEN (xenstored has ended: the watch is over), FAIL.
 */
enum xentime_error xentime_watch_read(xentime *xt, unsigned int *events);

/* ---- profiling sessions ----
 *
 * A session is one holder's claim on a domain's vPMU, or on samples of Xen
 * itself.  Those without a name are counted; one with a name is there once,
 * and only that name ends it.  The first one anywhere turns profiling on, the
 * last one brings back the vPMU mode that was there before.  They end with
 * their domain.
 *
 * A patched Xen counts them and has a vPMU for the domains that they cover.
 * Stock Xen has one mode for all domains (vpmu= on its command line, off,
 * self, hv, all): it is the least that serves all sessions, and the counts are
 * in xenstore.
 *
 * Each of these functions first ends the sessions whose holder's process is
 * gone or whose time is over.  One runs at a time on a host.
 */

enum xentime_session_kind {
    XENTIME_SESSION_DOMAIN,  /* the domain's own vPMU, for itself */
    XENTIME_SESSION_PASSIVE, /* dom0 samples it, without its knowing */
    XENTIME_SESSION_XEN,     /* dom0 samples Xen; one session at a time */
};

/* "domain", "passive", "xen"; NULL past the end. */
const char *xentime_session_kind_name(enum xentime_session_kind kind);

#define XENTIME_HOLDER_MAX 64

/* A holder's name: up to XENTIME_HOLDER_MAX of A-Z a-z 0-9 - and _. */
bool xentime_is_holder(const char *name);

struct xentime_session {
    enum xentime_session_kind kind;
    uint32_t domid;          /* XENTIME_NO_DOMID: Xen */
    uint8_t uuid[16];        /* of the domain */
    char holder[XENTIME_HOLDER_MAX + 1]; /* "": without a name */
    uint32_t count;          /* 1, but for those without a name */
    int64_t since;           /* seconds since the epoch; 0: unknown */
    int64_t ends_in_ms;      /* -1: when it is stopped */
    int pid;                 /* it ends with this process; 0: with none */
    char by[128];            /* user, program and pid; "": unknown */
};

struct xentime_profile {
    bool counted_by_xen;     /* patched */
    int mode;                /* XENPMU_MODE_* in force, */
    int initial;             /* and that to which the last stop returns */
    struct xentime_session *sessions; /* by domain, Xen last */
    size_t count;
};

/*
 * All sessions, and the mode.  To be freed by xentime_free_profile().
 * Errors: UNSUPPORTED (no vPMU: hint says what to boot with), BUSY (lock),
 * NOXEN, PERM, FAIL.
 */
enum xentime_error xentime_get_profile(xentime *xt,
                                       struct xentime_profile *profile);
void xentime_free_profile(struct xentime_profile *profile);

struct xentime_session_request {
    enum xentime_session_kind kind;
    const char *holder;      /* NULL: without a name */
    int pid;                 /* end it with this process; 0: no */
    int64_t for_ms;          /* end it after this time; 0: no.  Needs @holder,
                                as @pid does */
};

struct xentime_profile_change {
    int mode_before, mode;   /* XENPMU_MODE_* */
    bool counted_by_xen;
    size_t changed;          /* sessions that came or went */
    bool restore_failed;     /* the last one went, and domains that have a
                                vPMU keep the mode from going back; tried again
                                by every later call */
};

/*
 * A session more of each of @n domains, or with SESSION_XEN and @n = 0 of Xen;
 * all or none.  One of a name that has a session of this kind already changes
 * nothing but its process and its time.  *change is for where it succeeds.
 *
 * Errors: as xentime_get_profile(), and NODOM, INVALID, BUSY (a session that
 * does not go together with those there are, somebody samples Xen already, or
 * a process that lives has this name), REFUSED (xentime_apply_policy()).
 */
enum xentime_error xentime_profile_start(
    xentime *xt, const struct xentime_domain *doms, size_t n,
    const struct xentime_session_request *request,
    struct xentime_profile_change *change);

/*
 * A session less of each of @n domains, or with @n = 0 of Xen; all or none.
 * Errors: as xentime_profile_start(), and NOSESSION.
 */
enum xentime_error xentime_profile_stop(xentime *xt,
                                        const struct xentime_domain *doms,
                                        size_t n, const char *holder,
                                        struct xentime_profile_change *change);

/* All sessions of @holder, or, NULL, of everybody; none is no error. */
enum xentime_error xentime_profile_stop_all(
    xentime *xt, const char *holder, struct xentime_profile_change *change);

/* ---- this host ---- */

enum xentime_capability {    /* bits */
    XENTIME_CAP_TIMER_MODE   = 1 << 0, /* HVM domains can be created */
    XENTIME_CAP_VHPET        = 1 << 1,
    XENTIME_CAP_VPMU         = 1 << 2, /* answers XENPMU_mode_get, not off */
    /* Patched only; see hv-patches/include/vtimer.h */
    XENTIME_CAP_SAFE_SWITCH  = 1 << 8,
    XENTIME_CAP_QUIET_VHPET  = 1 << 9,
    XENTIME_CAP_TICK_STATS   = 1 << 10,
    XENTIME_CAP_RESYNC       = 1 << 11,
    XENTIME_CAP_SYNC_WAKEUP  = 1 << 12,
    /* ... hv-patches/include/profile.h */
    XENTIME_CAP_SESSIONS     = 1 << 13,
    /* ... vtimer.h again */
    XENTIME_CAP_PACED_MODE   = 1 << 14,
    XENTIME_CAP_ONE_TIME     = 1 << 15, /* the same for all vCPUs */
    XENTIME_CAP_UNDOUBLED_MODE = 1 << 16,
    XENTIME_CAP_PATCHED      = 0x1ff00,
};

/* Name of one bit as `xentimectl info` prints it, NULL if it is none. */
const char *xentime_capability_name(unsigned int bit);

/* Subject of the patch in hv-patches/ that brings it, NULL if none does. */
const char *xentime_capability_patch(unsigned int bit);

/* Cached in the handle after the first call.  Errors: PERM, FAIL. */
enum xentime_error xentime_capabilities(xentime *xt, unsigned int *caps);

/* vPMU modes besides XENPMU_MODE_* (bits, Xen's public/pmu.h; 0 is off). */
#define XENTIME_VPMU_UNKNOWN  (-1)  /* this Xen or this CPU has none */

struct xentime_host {
    unsigned int major, minor;
    char extra[32];          /* what follows major.minor */
    char changeset[64];
    char scheduler[16];      /* as sched= spells it, or its number */
    char platform_timer[64]; /* "" if Xen's boot messages are gone */
    unsigned int domctl_version; /* both sides agree once open */
    int vpmu_mode;
    unsigned int cpus;
    unsigned int khz;        /* of a CPU, and of its TSC */
    unsigned int capabilities;
};

/* Errors: PERM, FAIL. */
enum xentime_error xentime_get_host(xentime *xt, struct xentime_host *host);

/*
 * The known defects of Xen's virtual time.  @fixed_by is the capability
 * whose presence says that this Xen does not have it.
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
