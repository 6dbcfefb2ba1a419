/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks' errors against time, drawn by gnuplot. */
#ifndef XENTIMECTL_SKEW_PLOT_H
#define XENTIMECTL_SKEW_PLOT_H

#include "skew/clock.h"
#include "tool.h"

struct plot_line {
    const char *name;
    const struct fit_point *points; /* sorted by time */
    const struct fit *fit;          /* of these points; its steps are marked */
    const struct verdict *verdict;  /* its jumps are, and gaps are left open */
};

/* Returns EXIT_DONE, or EXIT_USAGE, reported: plot() could not draw @file. */
int plot_check(const struct tool *t, const char *file);

/*
 * Draws into @file by its suffix, .svg or .png, or as text on stdout if it is
 * "-".  Without gnuplot the script with the data is left in FILE.gp.  Returns
 * an exit status, with the error reported.
 */
int plot(const struct tool *t, const char *file, const struct plot_line *lines,
         size_t n);

#endif /* XENTIMECTL_SKEW_PLOT_H */
