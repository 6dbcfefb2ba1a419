/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of ntpq, ntpdc and ntptime. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_ntpq)
