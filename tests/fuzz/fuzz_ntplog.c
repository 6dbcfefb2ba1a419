/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of clocks in any format, and whatever else a file can be. */

#include "fuzz_log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_log(data, size, log_families, log_nfamilies);
}
