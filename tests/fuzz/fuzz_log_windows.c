/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of w32tm of Windows. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_windows)
