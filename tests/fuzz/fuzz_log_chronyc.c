/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of chronyc tracking. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_chronyc)
