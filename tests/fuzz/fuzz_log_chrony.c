/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs of chronyd. */

#include "fuzz_log.h"

FUZZ_FAMILY(log_chrony)
