/* SPDX-License-Identifier: LGPL-2.1-only */
/* Names of things that Xen numbers. */
#ifndef XENTIME_NAMES_H
#define XENTIME_NAMES_H

#include "internal.h"

/* The size of a UUID as libuuid writes it, with the terminating NUL. */
#define XT_UUID_TEXT 37

void xt_uuid_text(const uint8_t uuid[16], char text[XT_UUID_TEXT]);

#endif /* XENTIME_NAMES_H */
