/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hypervisor in memory: the functions of libxenctrl and libxencall that
 * libxentime calls, linked in place of those libraries.
 *
 * The memory is shared with forked children, and with a program started with
 * the descriptor fake_xen_fd and FAKE_XEN_FD naming it.  Faults and hooks
 * belong to one process alone.
 */
#ifndef UNIT_FAKE_XEN_H
#define UNIT_FAKE_XEN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <xenctrl.h>
#include <xen/domctl.h>

#include "fault.h"
#include "vtimer.h"
#include "xentime.h"

#define FAKE_MAX_DOMAINS 4096
#define FAKE_VTIMERS 8
#define FAKE_VCPUS 4
#define FAKE_NAME_ENV "FAKE_XEN_FD"

struct fake_domain {
    uint32_t id;
    uint8_t uuid[16];
    enum xentime_type type;
    uint32_t flags; /* XEN_DOMINF_*, besides hvm_guest */
    unsigned int vcpus;
    uint64_t cpu_time;
    uint64_t param[XENTIME_SETTINGS];
    uint64_t hpet_config; /* as struct hvm_hw_hpet has them */
    uint64_t hpet_timer[3];
    uint64_t tsc;                  /* of vCPU 0, 2 GHz: counts up by tsc_step */
    uint64_t tsc_step;             /* cycles per reading of the context */
    uint64_t hpet_counter;         /* in 16 ns; a reading adds a millisecond */
    bool stuck;                    /* a set succeeds, but changes nothing */
    unsigned int sets;             /* that reached this domain */
    unsigned int changes;          /* sets that gave another value */
    unsigned int ends_at;          /* this look at a parameter, or set of one,
                                      comes when it has ended; 0: none does */
    uint32_t tsc_mode;             /* TSC_MODE_* */
    uint32_t tsc_khz;              /* as XEN_DOMCTL_gettscinfo has it */
    uint32_t made_khz;             /* of the TSC where the domain began */
    bool tsc_native;               /* in mode 0 */
    bool tsc_invariant;            /* by CPUID */
    int64_t rtc_offset;            /* in seconds */
    uint64_t affinity[FAKE_VCPUS]; /* a bit for each CPU */
    bool vpmu;                     /* created in mode self or hv; stock Xen */
    uint32_t sessions;             /* as a patched Xen counts them */
    bool passive;
};

/* An event that a given XEN_VTIMER_OP_stats of a domain sets off. */
enum fake_event {
    FAKE_NOTHING,
    FAKE_ENDS,      /* the domain ends */
    FAKE_REPLACED,  /* the domain ends, and another gets its id */
    FAKE_RECOUNTED, /* somebody else sets the counters to zero */
    FAKE_UNCOUNTED, /* somebody else stops counting */
    FAKE_UNPLUGGED, /* its vCPU 1 goes away */
    FAKE_SIGNAL,    /* the asking program gets SIGINT */
};

/* The virtual timers of all domains with this id modulo FAKE_VTIMERS. */
struct fake_vtimer {
    bool counting;
    bool native; /* RDTSC is not emulated */
    uint32_t timekeeper;
    unsigned int absent; /* bit per vCPU that is not there */
    int64_t lag;
    /*
     * Each reading of a vCPU is a second after the last one: its timers with
     * a period have been due and delivered, all between 8 and 16 us late.
     */
    struct xen_vtimer_stats vcpu[FAKE_VCPUS];
    unsigned int resyncs, countings; /* operations that were carried out */
    unsigned int reads;              /* until @event; 0: never */
    enum fake_event event;
};

struct fake_xen {
    pthread_mutex_t mutex;
    int open_errno; /* of xc_interface_open(); 0: it opens */
    unsigned int domctl_version, sysctl_version;
    unsigned int version; /* major << 16 | minor */
    bool patched;
    uint32_t features; /* XEN_VTIMER_FEAT_*, if patched */
    uint32_t vtimer_version;
    bool hvm;        /* XEN_SYSCTL_PHYSCAP_hvm */
    uint32_t khz;    /* of its CPUs */
    bool no_policy;  /* XEN_DOMCTL_get_cpu_policy: ENOSYS */
    int vpmu;        /* XENPMU_MODE_*; -1: EOPNOTSUPP */
    bool mode_stuck; /* XENPMU_mode_set does nothing, successfully */
    unsigned int mode_sets;
    bool counts_sessions; /* patched: see fake_count_sessions() */
    bool primary;
    int vpmu_before; /* the mode before the first session */
    bool held;       /* a session holds the mode */
    char commandline[128];
    int scheduler;
    char console[256];
    char changeset[64];
    struct fake_vtimer vtimer[FAKE_VTIMERS];
    size_t count;
    struct fake_domain dom[FAKE_MAX_DOMAINS]; /* in order of id */
};

extern struct fake_xen *fake;
extern int fake_xen_fd;
extern struct fault xen_fault;

/* Starts a stock Xen of the release built for, without domains or faults. */
void fake_reset(void);

/*
 * Adds a domain that runs: timer_mode 1, vhpet on, a second of CPU time, a UUID
 * made of its id.
 */
struct fake_domain *fake_add(uint32_t id, enum xentime_type type);

/* Fails the program if there is no such domain. */
struct fake_domain *fake_domain(uint32_t id);

/* Returns how many changes were made in all domains that there are now. */
unsigned int fake_changes(void);

bool fake_exists(uint32_t id);
void fake_destroy(uint32_t id);

/* Ends the domain and starts another of its kind with its id. */
void fake_replace(uint32_t id);

/* Fills in the UUID that fake_add() gives. */
void fake_uuid(uint32_t id, uint8_t uuid[16]);

/* ---- shared by fake_*.c ---- */

/*
 * Lock and unlock the mutex.  fake_enter() also takes it from a program that
 * was killed; fake_leave() returns @rc.
 */
void fake_enter(void);
int fake_leave(int rc);

/* These need the mutex held. */
struct fake_domain *fake_lookup(uint32_t id); /* NULL if there is none */
size_t fake_place(uint32_t id); /* of the first one whose id is not below @id */
void fake_remove(struct fake_domain *d);

/* ---- fake_vtimer.c ---- */

struct fake_vtimer *fake_vtimer(uint32_t id);

/* Gives Xen all patches. */
void fake_patch(void);

/*
 * Gives every vCPU a local APIC timer of 10 ms, with nothing counted and no
 * lag.  For fake_add(); needs the mutex held.
 */
void fake_vtimer_reset(uint32_t id);

/* Tells whether HVM_PARAM_TIMER_MODE may be @mode; EOPNOTSUPP otherwise. */
bool fake_mode_fits(const struct fake_domain *d, uint64_t mode);

/* Makes the event happen that is due before @op; the mutex is not held. */
void fake_vtimer_event(uint32_t id, const struct xen_domctl_vtimer_op *op);

/* Does XEN_DOMCTL_vtimer_op on @d, NULL if there is none; returns an errno. */
int fake_vtimer_op(struct fake_domain *d, struct xen_domctl_vtimer_op *op);

/* ---- fake_profile.c ---- */

/* Gives Xen XEN_SYSCTL_profile, with its vPMU in mode off. */
void fake_count_sessions(void);

/* Both need the mutex held, and return 0 or an errno. */
struct xen_pmu_params;
struct xen_sysctl_profile;
int fake_pmu_op(unsigned int op, struct xen_pmu_params *params);
int fake_profile_op(struct fake_domain *d, struct xen_sysctl_profile *op);

/* Sets the vPMU mode that is needed, after a domain has ended. */
void fake_profile_settle(void);

#endif /* UNIT_FAKE_XEN_H */
