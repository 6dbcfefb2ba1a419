/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Says in words what a simulation has found of a timer_mode, for recommend. */
#ifndef XENTIMECTL_PREDICT_REASON_H
#define XENTIMECTL_PREDICT_REASON_H

#include "predict/sim.h"

#define REASON_TEXT 160

/* Returns the share of the ticks that were due which the guest never got. */
double reason_lost_share(const struct sim_result *r);

/* Writes what became of the ticks of one kind of guest, and of its clock. */
void reason_text(const struct sim_params *params, const struct sim_result *r,
                 enum sim_guest guest, char text[REASON_TEXT]);

#endif /* XENTIMECTL_PREDICT_REASON_H */
