/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of commands: dispatch, help and completion all read it. */

#include <string.h>

#include "tool.h"

/* clang-format off */
const struct option_def option_defs[OPT_COUNT] = {
    [OPT_ALL] = { "all", 'a', NULL,
        "every domain that has the setting (PV domains are left out)" },
    [OPT_COLUMNS] = { "output", 'o', "COLUMNS",
        "the columns to show, separated by commas" },
    [OPT_FORCE] = { "force", 'f', NULL,
        "also where a known defect of this Xen would be hit" },
    [OPT_HELP] = { "help", 'h', NULL, "show this help" },
    [OPT_JSON] = { "json", 'J', NULL,
        "print one JSON document, errors included" },
    [OPT_NOHEADINGS] = { "noheadings", 'n', NULL, "leave out the heading" },
    [OPT_RAW] = { "raw", 'r', NULL,
        "one blank between columns, blanks in values as \\x20" },
    [OPT_VERBOSE] = { "verbose", 'v', NULL,
        "show libxenctrl's own messages on stderr" },
    [OPT_WAIT] = { "wait", 'w', "SECONDS",
        "how long to wait for a domain that somebody else is changing "
        "(default 10; 0: do not wait)" },
};
/* clang-format on */

/* clang-format off */
const struct command commands[] = {
    { "list", "[DOM...]", "show domains and their settings",
      "Without DOM, every domain.  \"-\" stands where a column does not\n"
      "apply to a domain.",
      OPT(COLUMNS) | OPT(RAW) | OPT(NOHEADINGS), 0, -1,
      { DOMAINS, DOMAINS }, cmd_list },
    { "show", "DOM", "show everything known of one domain",
      "Each value stands with where it comes from.  Reading the state of an\n"
      "HVM domain's HPET pauses it for some microseconds.",
      0, 1, 1, { DOMAINS, NOTHING }, cmd_show },
    { "set-mode", "DOM[,DOM...]|--all MODE",
      "set timer_mode of running domains",
      "MODE is a number, a name, libvirt's tickpolicy or an alias:\n"
      "  0  delay_for_missed_ticks     delay, async\n"
      "  1  no_delay_for_missed_ticks  catchup, nodelay\n"
      "  2  no_missed_ticks_pending    discard, sync\n"
      "  3  one_missed_tick_pending    merge, mixed\n"
      "All domains are changed, or none.",
      OPT(ALL) | OPT(FORCE) | OPT(WAIT), 1, 2,
      { DOMAIN_LIST, MODE }, cmd_set_mode },
    { "set-vhpet", "DOM[,DOM...]|--all on|off",
      "switch the virtual HPET of running domains",
      "All domains are changed, or none.",
      OPT(ALL) | OPT(FORCE) | OPT(WAIT), 1, 2,
      { DOMAIN_LIST, ON_OFF }, cmd_set_vhpet },
    { "info", "", "show what this host, this Xen and this build can do",
      "The known defects of Xen's virtual time are listed with whether this\n"
      "Xen has them, as far as it can be told without harm.",
      0, 0, 0, { NOTHING, NOTHING }, cmd_info },
    { "help", "[COMMAND]", "show help",
      "",
      0, 0, 1, { COMMAND, NOTHING }, cmd_help },
    { .name = NULL },
};
/* clang-format on */

const struct command *find_command(const char *name)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        if (!strcmp(c->name, name))
            return c;
    return NULL;
}
