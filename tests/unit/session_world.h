/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake host of the tests of profiling sessions, and its model. */
#ifndef UNIT_SESSION_WORLD_H
#define UNIT_SESSION_WORLD_H

#include "session_model.h"

/* Dom0 alone, in vPMU mode @mode; the model likewise. */
void world_begin(struct model *m, bool patched, int mode);

/* Domain @id, 1 to 3; the last is PV. */
void world_create(struct model *m, int id);

/* What the library says, and what the fake Xen has, is what the model has. */
void world_compare(struct model *m);

#endif /* UNIT_SESSION_WORLD_H */
