/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The error of a handle.  Every xt_*() of the library that returns an enum
 * xentime_error has filled it in when it is not XENTIME_OK.
 */
#ifndef XENTIME_ERROR_H
#define XENTIME_ERROR_H

#include "internal.h"

/*
 * Fills in the error and returns @code.  @errnum 0: none.  @dom NULL: no
 * domain.
 */
enum xentime_error xt_fail(xentime *xt, enum xentime_error code, int errnum,
                           const struct xentime_domain *dom, const char *fmt,
                           ...) __attribute__((format(printf, 5, 6)));

/* Adds to the text of the error that is already set. */
void xt_fail_more(xentime *xt, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Sets the hint that goes with the error that is already set. */
void xt_hint(xentime *xt, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Makes a warning of the error: something damaged is passed over.  The first
 * since xt_no_warning() is kept, the others are counted.
 */
void xt_warn(xentime *xt);
void xt_no_warning(xentime *xt);

/* Fills in ENOMEM.  Returns FAIL. */
enum xentime_error xt_fail_memory(xentime *xt);

/* Hints at what the clock of a PV domain hangs on, which has no virtual ones. */
void xt_hint_pv(xentime *xt);

#endif /* XENTIME_ERROR_H */
