/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches with xentrace how a vCPU gets its CPU. */
#ifndef XENTIMECTL_PREDICT_OBSERVE_H
#define XENTIMECTL_PREDICT_OBSERVE_H

#include "predict/predict.h"

#define OBSERVE_DEFAULT (10 * NS_PER_SEC)

/*
 * Lets xentrace record for @ns, rounded up to seconds, and takes the load of
 * @vcpu ("3.0") from that; no file is left behind.  Returns an exit status:
 * CANNOT where there is no xentrace.
 */
int observe_vcpu(struct tool *t, int64_t ns, const char *vcpu,
                 struct predict_load *load);

#endif /* XENTIMECTL_PREDICT_OBSERVE_H */
