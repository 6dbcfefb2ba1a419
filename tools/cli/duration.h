/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as they are typed: "12", "0.5s", "10m", "1.5h". */
#ifndef XENTIMECTL_CLI_DURATION_H
#define XENTIMECTL_CLI_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Parses a decimal number and one of the units ms, s, m, h and d.  A number
 * without a unit counts @unit nanoseconds.  Returns false, and leaves *ns, if
 * @text is anything else, a number of more than nine digits, or a time too long
 * for *ns (292 years).
 */
bool parse_duration(const char *text, int64_t unit, int64_t *ns);

#endif /* XENTIMECTL_CLI_DURATION_H */
