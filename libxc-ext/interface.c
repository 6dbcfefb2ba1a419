/* SPDX-License-Identifier: LGPL-2.1-only */
/*
 * The versions of domctl and sysctl, Xen's interfaces for the control domain.
 *
 * A release of Xen may change either, and refuses what was built for another
 * version with EACCES, as FLASK refuses what its policy forbids.  Both versions
 * together are what a build fits: listing domains is a sysctl, and most of the
 * rest are domctls.
 */

#include "internal.h"

#include <xen/domctl.h>
#include <xen/sysctl.h>

/*
 * The rows are releases with the same pair of versions.  Those of 4.17 and 4.20
 * were compared with the headers that the tests build against; the others were
 * read in the headers of Xen's tags, and nothing was built with them since.
 */
static const struct xentime_interface known[] = {
    { 0x15, 0x15, "4.17" }, /* Debian 12 */
    { 0x16, 0x15, "4.18" },
    { 0x17, 0x15, "4.19 and 4.20" }, /* Debian 13 has 4.20 */
    { 0x17, 0x16, "4.21" },
    { 0x18, 0x16, "4.22" },
};

const struct xentime_interface *xentime_interface(void)
{
    static const struct xentime_interface unknown = {
        XEN_DOMCTL_INTERFACE_VERSION,
        XEN_SYSCTL_INTERFACE_VERSION,
        NULL,
    };
    size_t i;

    for (i = 0; i < ARRAY_LEN(known); i++)
        if (known[i].domctl == XEN_DOMCTL_INTERFACE_VERSION &&
            known[i].sysctl == XEN_SYSCTL_INTERFACE_VERSION)
            return &known[i];
    return &unknown;
}
