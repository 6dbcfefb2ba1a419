/* SPDX-License-Identifier: LGPL-2.1-only */
/* Settings of a domain. */
#ifndef XENTIME_SETTING_H
#define XENTIME_SETTING_H

#include "internal.h"

/*
 * A setting is the HVM parameter @hvm_param.  A setting that is no HVM
 * parameter has @get and @set instead.
 */
struct xt_setting {
    const char *name;
    unsigned int hvm_param;
    int max;
    unsigned int types; /* bit per enum xentime_type */
    unsigned int needs; /* XENTIME_CAP_*; 0: any Xen has it */
    enum xentime_error (*get)(xentime *xt, const struct xentime_domain *dom,
                              uint64_t *raw);
    enum xentime_error (*set)(xentime *xt, const struct xentime_domain *dom,
                              int value);
};
extern const struct xt_setting xt_settings[XENTIME_SETTINGS];

/* Checks @raw, the value that Xen gave, and puts it into *value. */
enum xentime_error xt_value_from_xen(xentime *xt,
                                     const struct xentime_domain *dom,
                                     enum xentime_setting setting, uint64_t raw,
                                     int *value);

enum xentime_error xt_set(xentime *xt, const struct xentime_domain *dom,
                          enum xentime_setting setting, int value);

/*
 * Fills in setting[] of all domains.  A domain that is gone gets the id
 * XENTIME_NO_DOMID.
 */
enum xentime_error xt_read_settings(xentime *xt, struct xentime_domain *doms,
                                    size_t n);

/*
 * Fails unless Xen would set timer_mode @mode of @dom, as far as it tells.
 * Errors: UNSUPPORTED, VERSION, NODOM, PERM, FAIL.
 */
enum xentime_error xt_check_mode(xentime *xt, const struct xentime_domain *dom,
                                 int mode);

/*
 * Fills in the error of a timer_mode that Xen refuses to @dom.  Returns
 * UNSUPPORTED.
 */
enum xentime_error xt_fail_mode(xentime *xt, const struct xentime_domain *dom,
                                int mode);

#endif /* XENTIME_SETTING_H */
