/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What needs libxml2, readline, libsystemd or libxlutil is in a program of
 * its own, xentimectl-full, which has every command: to load them all takes
 * three times as long as "xentimectl list" does.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/exec-full.h"
#include "output/report.h"
#include "tool.h"

/* From this program: where it is built, and where it is installed. */
static const char *const places[] = {
    "xentimectl-full",
    "../lib/xentime/xentimectl-full",
};

int exec_full(struct tool *t, char **argv)
{
    char self[4096], path[sizeof(self) + 64];
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
    size_t i;

    if (len < 0)
        return report(t, EXIT_FAILED, "/proc/self/exe: %s", strerror(errno));
    while (len && self[len - 1] != '/')
        len--;
    self[len] = '\0';
    for (i = 0; i < ARRAY_LEN(places); i++) {
        snprintf(path, sizeof(path), "%s%s", self, places[i]);
        execv(path, argv);
        if (errno != ENOENT)
            return report(t, EXIT_FAILED, "%s: %s", path, strerror(errno));
    }
    return report(t, EXIT_FAILED,
                  "xentimectl-full, which has this command, is not installed");
}
