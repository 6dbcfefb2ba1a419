/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of ntpdate, ntpdig and sntp. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_ntpdate)
