/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fake host of the tests of profiling sessions, and its model. */
#ifndef UNIT_SESSION_WORLD_H
#define UNIT_SESSION_WORLD_H

#include "session_model.h"

/* Begins with dom0 alone, in vPMU mode @mode, in the fake and in the model. */
void world_begin(struct model *m, bool patched, int mode);

/* Creates domain @id, 1 to 3; domain 3 is PV. */
void world_create(struct model *m, int id);

/* Checks that the library and the fake Xen have what the model has. */
void world_compare(struct model *m);

#endif /* UNIT_SESSION_WORLD_H */
