/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * What the files of libxentime share.  Every xt_*() that returns an enum
 * xentime_error has filled in the handle's error when it is not XENTIME_OK.
 */
#ifndef XENTIME_INTERNAL_H
#define XENTIME_INTERNAL_H

#include <signal.h>

#include <xenctrl.h>
#include <xencall.h>
#include <xenstore.h>
#include <xentoollog.h>
#include <xen/hvm/params.h>

#include "xentime.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* With the terminating NUL, as libuuid writes it. */
#define XT_UUID_TEXT 37

/*
 * A setting is the HVM parameter of that number; one that is none has @get
 * and @set in place of it.
 */
struct xt_setting {
    const char *name;
    unsigned int hvm_param;
    int max;
    unsigned int types;      /* bit per enum xentime_type */
    unsigned int needs;      /* XENTIME_CAP_*; 0: any Xen has it */
    enum xentime_error (*get)(xentime *xt, const struct xentime_domain *dom,
                              uint64_t *raw);
    enum xentime_error (*set)(xentime *xt, const struct xentime_domain *dom,
                              int value);
};
extern const struct xt_setting xt_settings[XENTIME_SETTINGS];

struct xentime {
    xc_interface *xch;
    struct xs_handle *xs;    /* NULL until needed, see xt_xenstore() */
    int life_fd, watch_lock; /* -1: none; see watch.c */
    struct xentoollog_logger *logger;
    struct xentoollog_logger quiet;
    unsigned int lock_timeout_ms;
    bool caps_known;
    unsigned int caps;
    int vtimer_errno;        /* why there are no features, if there are none */
    bool gated_known;
    bool gated;              /* see xt_gated() */
    const char *volatile waiting; /* read by signal handlers */
    char waiting_text[128];
    struct xentime_error_info error;
};

/* ---- handle.c ---- */

/*
 * Fills in the error and returns @code.  @errnum 0: none.  @dom NULL: no
 * domain.
 */
enum xentime_error xt_fail(xentime *xt, enum xentime_error code, int errnum,
                           const struct xentime_domain *dom,
                           const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/* Adds to the text of the error that is already set. */
void xt_fail_more(xentime *xt, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * The same, with hint and code found from the errno of a hypercall:
 * EPERM, EACCES (Xen's answer to a wrong interface version), ESRCH.
 */
enum xentime_error xt_fail_xen(xentime *xt, int errnum,
                               const struct xentime_domain *dom,
                               const char *what);

void xt_hint(xentime *xt, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Hypercall @op with a copy of @buf, which Xen may read and write; before it
 * comes *cmd where @cmd is not NULL.  -1 with errno if Xen says no.
 */
int xt_hypercall(xentime *xt, unsigned int op, const unsigned int *cmd,
                 void *buf, size_t size);

/* Opens xenstore if it is not open yet. */
enum xentime_error xt_xenstore(xentime *xt);

/* The error of a xenstore request that failed with errno @errnum. */
enum xentime_error xt_fail_xenstore(xentime *xt, int errnum,
                                    const char *what, const char *path);

/* Blocks SIGINT, SIGTERM and SIGHUP in this thread until they are let in. */
void xt_hold_signals(sigset_t *before);
void xt_let_signals(const sigset_t *before);

/* ---- domain.c ---- */

/*
 * Reads the domain again and checks that it is the same one (UUID) and not
 * dying.  Errors: NODOM, as xt_fail_xen().
 */
enum xentime_error xt_still_there(xentime *xt,
                                  const struct xentime_domain *dom,
                                  struct xentime_domain *now);

void xt_uuid_text(const uint8_t uuid[16], char text[XT_UUID_TEXT]);

/* ---- lock.c ---- */

/*
 * Takes the lock of the domain's UUID, or (NULL) that of profiling sessions;
 * *fd is passed to xt_unlock().  The kernel releases it if this process dies.
 * Errors: BUSY, PERM, FAIL.
 */
enum xentime_error xt_lock(xentime *xt, const struct xentime_domain *dom,
                           int *fd);
void xt_unlock(const struct xentime_domain *dom, int fd);

/* The lock of the one that watches, until xt_unlock_watch(); does not wait. */
enum xentime_error xt_lock_watch(xentime *xt);
void xt_unlock_watch(xentime *xt);

/* ---- store.c ---- */

/* All that this library keeps in xenstore is below. */
#define XT_STORE_ROOT "/tool/xentime"

/*
 * Requests on xt->xs, which is open, in transaction @t or none (XBT_NULL).
 * False with the error set; a node that is not there is none.
 */
bool xt_store_put(xentime *xt, xs_transaction_t t, const char *path,
                  const char *value);
bool xt_store_put_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t value);
bool xt_store_drop(xentime *xt, xs_transaction_t t, const char *path);
/* *value is NULL where the node is not there; to be freed. */
bool xt_store_get(xentime *xt, xs_transaction_t t, const char *path,
                  char **value);
/* 0 to @max, @absent where the node is not there; else the error is EBADMSG. */
bool xt_store_get_int(xentime *xt, xs_transaction_t t, const char *path,
                      int64_t absent, int64_t max, int64_t *value);

/* xt_store_get() alone, with xenstore opened if need be. */
enum xentime_error xt_store_look(xentime *xt, const char *path, char **value);

/* Body of a transaction; false with the error set ends it. */
typedef bool xt_transaction_fn(xentime *xt, xs_transaction_t t,
                               const void *arg);

/* Opens xenstore if need be, and repeats the transaction while others
 * interfere. */
enum xentime_error xt_store_transaction(xentime *xt, xt_transaction_fn *fn,
                                        const void *arg);

/* ---- record.c ---- */

/* What a record had before xt_record_intent(); -1: nothing. */
struct xt_before {
    bool announced;          /* something may have been written */
    int requested;
    int applied;
};

/*
 * Notes that @setting is about to go from @old, which is what Xen has, to
 * @value.  *before is for xt_record_withdraw(), also after a failure.
 * Domain locked.
 */
enum xentime_error xt_record_intent(xentime *xt, const uint8_t uuid[16],
                                    enum xentime_setting setting, int old,
                                    int value, struct xt_before *before);

/* Whether there is a record of it that persists. */
enum xentime_error xt_record_persists(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      bool *persists);

/* Takes xt_record_intent() back.  Domain locked. */
enum xentime_error xt_record_withdraw(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      const struct xt_before *before);

struct xt_record_entry {
    const uint8_t *uuid;
    enum xentime_setting setting;
    struct xentime_record rec;
};

/* xentime_record_write() for several, and permissions; one transaction. */
enum xentime_error xt_record_commit(xentime *xt,
                                    const struct xt_record_entry *entries,
                                    size_t n,
                                    const struct xentime_permission *permissions,
                                    size_t npermissions);

/* "user program[pid]" of this process. */
void xt_record_author(char *by, size_t size);

/*
 * Removes the records of a domain that is gone, but for those that persist.
 */
enum xentime_error xt_record_forget(xentime *xt, const uint8_t uuid[16]);

/* ---- policy.c ---- */

/* Notes whether a domain may be profiled. */
bool xt_write_permission(xentime *xt, xs_transaction_t t,
                         const uint8_t uuid[16], bool allowed);

/* Errors: REFUSED where the policy does not allow one of them to be profiled. */
enum xentime_error xt_check_permission(xentime *xt,
                                       const struct xentime_domain *doms,
                                       size_t n);

/* ---- batch.c ---- */

/*
 * Fills in setting[] of all domains.  One that is gone gets the id
 * XENTIME_NO_DOMID.
 */
enum xentime_error xt_read_settings(xentime *xt, struct xentime_domain *doms,
                                    size_t n);

/* ---- vtimer.c ---- */

/*
 * The capabilities that Xen's patches give; none, with xt->vtimer_errno, of
 * a stock Xen.
 */
unsigned int xt_vtimer_caps(xentime *xt);

/* Fails unless this Xen has @cap. */
enum xentime_error xt_need(xentime *xt, const struct xentime_domain *dom,
                           unsigned int cap, const char *what);

/*
 * Fails unless Xen would set timer_mode @mode of @dom, as far as it tells.
 * Errors: UNSUPPORTED, VERSION, NODOM, PERM, FAIL.
 */
enum xentime_error xt_check_mode(xentime *xt, const struct xentime_domain *dom,
                                 int mode);

/* Xen has refused it with EOPNOTSUPP.  Returns UNSUPPORTED. */
enum xentime_error xt_fail_mode(xentime *xt, const struct xentime_domain *dom,
                                int mode);

enum xentime_error xt_get_sync_wakeup(xentime *xt,
                                      const struct xentime_domain *dom,
                                      uint64_t *raw);
enum xentime_error xt_set_sync_wakeup(xentime *xt,
                                      const struct xentime_domain *dom,
                                      int value);

/* ---- vpmu.c ---- */

struct xen_profile_status;

/*
 * Whether this Xen counts sessions itself and has a vPMU for the domains that
 * they cover (XEN_SYSCTL_profile, FEATURE_DOMAIN).  Else there is one mode for
 * all domains.
 */
bool xt_gated(xentime *xt);

/* The same.  Errors: VERSION, PERM, FAIL. */
enum xentime_error xt_ask_gated(xentime *xt, bool *gated);

/* XENPMU_MODE_*, or XENTIME_VPMU_UNKNOWN. */
int xt_vpmu_mode(xentime *xt);

/* The same.  Errors: UNSUPPORTED (no vPMU: says why), PERM, FAIL. */
enum xentime_error xt_vpmu_get_mode(xentime *xt, int *mode);

/* Sets it and reads it back.  Errors: BUSY, UNSUPPORTED, PERM, FAIL. */
enum xentime_error xt_vpmu_set_mode(xentime *xt, int mode);

/*
 * XEN_PROFILE_start or _stop of @dom, or, where that is NULL, the same of Xen
 * itself (the primary).  Errors: BUSY, UNSUPPORTED, NODOM, NOSESSION, PERM,
 * FAIL.
 */
enum xentime_error xt_hv_session(xentime *xt, bool start,
                                 const struct xentime_domain *dom,
                                 bool passive);

/* Errors: NODOM, PERM, FAIL. */
enum xentime_error xt_hv_status(xentime *xt, const struct xentime_domain *dom,
                                struct xen_profile_status *status);

/* ---- session.c ---- */

/* Fills in sessions of all domains, if there is a vPMU. */
enum xentime_error xt_read_sessions(xentime *xt, struct xentime_domain *doms,
                                    size_t n);

/* ---- setting.c ---- */

/* Checks what Xen gave as the value. */
enum xentime_error xt_value_from_xen(xentime *xt,
                                     const struct xentime_domain *dom,
                                     enum xentime_setting setting,
                                     uint64_t raw, int *value);

enum xentime_error xt_set(xentime *xt, const struct xentime_domain *dom,
                          enum xentime_setting setting, int value);

#endif /* XENTIME_INTERNAL_H */
