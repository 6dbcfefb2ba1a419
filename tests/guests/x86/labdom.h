/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of labdom share these.  Every function that fails exits. */
#ifndef GUESTS_X86_LABDOM_H
#define GUESTS_X86_LABDOM_H

#include <stdbool.h>
#include <stdint.h>

#include <xenctrl.h>
#include <xen/hvm/save.h>

#include "shared.h"

extern xc_interface *xch;

extern const char *const timer_names[NR_TIMERS];
extern const char *const clock_names[NR_CLOCKS];

/* Writes a line to stderr, with err's text if that is not 0, and exits. */
void fail(int err, const char *fmt, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* build.c: domains and their xenstore nodes */

enum dom_type { DOM_HVM, DOM_PVH, DOM_PV };

struct dom_config {
    const char *name; /* any bytes but NUL */
    enum dom_type type;
    bool set_uuid;
    xen_domain_handle_t uuid; /* if not set, made from the domid */
    unsigned long mem_kib;
    unsigned int vcpus;
    unsigned int weight;           /* credit2, 0 = Xen's default */
    unsigned int tsc_mode;         /* 0 default, 1 emulate, 2 native */
    const char *image;             /* guest.bin; NULL: nothing to run */
    struct shared_control control; /* for the guest of the image */
    /* loads a guest in place of the image, and sets its contexts; or NULL */
    void (*load)(uint32_t domid, const struct dom_config *config);
    const void *load_data;
    bool no_xenstore;
    bool introduce; /* to xenstored; not of type PV */
    bool viridian;  /* with Windows' reference time */
};

/* Reads a UUID, with or without dashes; false if it is none. */
bool uuid_parse(const char *text, xen_domain_handle_t uuid);

/* Creates the domain, leaves it paused and returns its domid. */
uint32_t domain_create(const struct dom_config *config);

/*
 * Sets the registers of vCPUs 0 to n - 1 of a domain, which then run when it is
 * unpaused.  A vCPU without registers waits for INIT and a start-up IPI.
 */
void set_contexts(uint32_t domid, const struct hvm_hw_cpu *cpus,
                  unsigned int n);

/* Destroys the domain and removes the nodes that domain_create() wrote. */
void domain_destroy(uint32_t domid, bool no_xenstore);

/* Fails if there is no such domain. */
void domain_info(uint32_t domid, xc_domaininfo_t *info);

/* Releases what build.c keeps open. */
void build_close(void);

/* crash.c: fails, and says how, if the guest has crashed or shut down. */
void fail_if_ended(uint32_t domid, const volatile struct shared_page *page);

/* Tells where the vCPUs of a guest are that does not answer, and exits. */
void fail_unanswered(uint32_t domid) __attribute__((noreturn));

/* measure.c: the page shared with the guest */

/* Maps a page of the guest's memory, until labdom ends. */
volatile void *page_map_at(uint32_t domid, uint32_t addr);

/* Maps the page; fails unless it is one of this version. */
volatile struct shared_page *page_map(uint32_t domid);

/* Maps and prepares the page of a new guest. */
void page_init(uint32_t domid, const struct shared_control *control);

/* Takes a consistent copy of the guest's counters. */
void page_read(volatile struct shared_page *page, struct guest_stats *stats);

/* Makes the guest look at the control, even if it sleeps in HLT. */
void page_request(uint32_t domid, volatile struct shared_page *page);

/* Sets NAME=VALUE (hz of a timer, idle, ...); false: no such setting. */
bool control_set(struct shared_control *control, const char *arg);

/* Returns the seconds that a difference of two readings stands for. */
double clock_s(volatile struct shared_page *page, enum clock_id id,
               double ticks);

/* vcpus.c: the vCPUs other than 0 */

struct vcpus {
    volatile struct smp_page *page;
    unsigned int n;                     /* with vCPU 0 */
    struct vcpu_stats stats[MAX_VCPUS]; /* [0] is not used */
};

void vcpus_map(struct vcpus *vcpus, uint32_t domid,
               volatile struct shared_page *page);
void vcpus_read(struct vcpus *vcpus);

/* Waits until each of them runs the guest's code. */
void vcpus_wait_started(const struct vcpus *vcpus, uint32_t domid,
                        volatile struct shared_page *page);

/* Has each of those that run seen the request? */
bool vcpus_have_seen(struct vcpus *vcpus, uint32_t request);

/* Prints a line for each; since = NULL: the counters as they stand. */
void vcpus_print(const struct vcpus *vcpus, const struct vcpus *since,
                 volatile struct shared_page *page, double dt);

/* A measurement: begin, let time pass, end and print. */
struct measurement {
    uint32_t domid;
    volatile struct shared_page *page;
    struct guest_stats stats;
    struct vcpus vcpus;
    uint64_t cpu_ns;   /* the domain's CPU time */
    uint64_t start_ns; /* dom0's clock */
};

void measure_begin(struct measurement *m, uint32_t domid);
void measure_end(struct measurement *m);

/* Prints the counters as they stand. */
void print_ticks(uint32_t domid);

/* These read dom0's monotonic clock, and sleep by it. */
uint64_t now_ns(void);
void sleep_ms(unsigned long ms);

#endif
