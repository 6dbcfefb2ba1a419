/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A reading of a clock's error. */
#ifndef XENTIMECTL_SKEW_READING_H
#define XENTIMECTL_SKEW_READING_H

#include <stdbool.h>

struct fit_point {
    double t;     /* seconds */
    double error; /* seconds */
    bool wild;    /* set by the fit: it has no say in it */
};

#endif /* XENTIMECTL_SKEW_READING_H */
