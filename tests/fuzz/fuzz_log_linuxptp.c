/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of phc2sys, ptp4l and ts2phc. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_linuxptp)
