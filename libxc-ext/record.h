/* SPDX-License-Identifier: LGPL-2.1-only */
/* Records of what a setting was asked to be, in xenstore. */
#ifndef XENTIME_RECORD_H
#define XENTIME_RECORD_H

#include "internal.h"

/* The fields of a record before xt_record_intent(); -1: it was not there. */
#define XT_KEPT_FIELDS 3
struct xt_before {
    bool announced; /* something may have been written */
    int requested;
    int applied;
    bool has_kept;              /* xt_record_keep() has read the other fields */
    char *kept[XT_KEPT_FIELDS]; /* NULL: not there; freed by the caller */
};

/*
 * Notes that @setting is about to go from @old, which is what Xen has, to
 * @value.  *before is for xt_record_withdraw(), also after a failure.  The
 * domain has to be locked.
 */
enum xentime_error xt_record_intent(xentime *xt, const uint8_t uuid[16],
                                    enum xentime_setting setting, int old,
                                    int value, struct xt_before *before);

/*
 * Reads what is besides in the record, so that xt_record_withdraw() can put it
 * back after xt_record_commit() has replaced it.
 */
enum xentime_error xt_record_keep(xentime *xt, const uint8_t uuid[16],
                                  enum xentime_setting setting,
                                  struct xt_before *before);

/* Tells whether there is a record of the setting that persists. */
enum xentime_error xt_record_persists(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      bool *persists);

/* Takes xt_record_intent() back.  The domain has to be locked. */
enum xentime_error xt_record_withdraw(xentime *xt, const uint8_t uuid[16],
                                      enum xentime_setting setting,
                                      const struct xt_before *before);

struct xt_record_entry {
    const uint8_t *uuid;
    enum xentime_setting setting;
    struct xentime_record rec;
};

/* Writes several records, and permissions, in one transaction. */
enum xentime_error xt_record_commit(
    xentime *xt, const struct xt_record_entry *entries, size_t n,
    const struct xentime_permission *permissions, size_t npermissions);

/* Puts "user program[pid]" of this process into @by. */
void xt_record_author(char *by, size_t size);

/*
 * Removes the records of a domain that is gone, except those that persist.
 */
enum xentime_error xt_record_forget(xentime *xt, const uint8_t uuid[16]);

#endif /* XENTIME_RECORD_H */
