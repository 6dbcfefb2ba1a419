/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of commands: dispatch, help and completion all read it. */

#include "cli/commands.h"
#include "cli/suggest.h"
#include "tool.h"

/* clang-format off */
const struct command commands[] = {
    { "list", "xentimectl-domain", "[DOM[,DOM...]...]",
      "show domains and their settings",
      "Without DOM, every domain.  \"-\" stands where a column does not\n"
      "apply to a domain.",
      OPT(COLUMNS) | OPT(RAW) | OPT(NOHEADINGS), 0, -1,
      { DOMAIN_LIST, DOMAIN_LIST }, cmd_list, REPEATS, list_column },
    { "show", "xentimectl-domain", "DOM", "show everything known of one domain",
      "Each value stands with where it comes from.  Reading the clocks of an HVM\n"
      "or PVH domain pauses it for some 100 microseconds.",
      0, 1, 1, { DOMAINS, NOTHING }, cmd_show, REPEATS, NULL },
    { "set-mode", "xentimectl-domain", "DOM[,DOM...]|--all MODE",
      "set timer_mode of running domains",
      "MODE is a number, a name, libvirt's tickpolicy or an alias.  All domains\n"
      "are changed, or none.",
      OPT(ALL) | OPT(FORCE) | OPT(PERSIST) | OPT(WAIT), 1, 2,
      { DOMAIN_LIST, MODE }, cmd_set_mode, TELLS_EXCESS, NULL },
    { "set-vhpet", "xentimectl-domain", "DOM[,DOM...]|--all on|off",
      "switch the virtual HPET of running domains",
      "All domains are changed, or none.",
      OPT(ALL) | OPT(FORCE) | OPT(PERSIST) | OPT(WAIT), 1, 2,
      { DOMAIN_LIST, ON_OFF }, cmd_set_vhpet, TELLS_EXCESS, NULL },
    { "tune", "xentimectl-domain", "DOM[,DOM...]|--all NAME=VALUE",
      "tune the timers of running domains",
      "NAME=VALUE is\n"
      "  sync-wakeup-after=N  in timer modes that drop missed ticks, keep a timer\n"
      "                       of a descheduled vCPU running once it missed N\n"
      "                       ticks in a row; 0 to 65535, 0: Xen's own rule\n"
      "All domains are changed, or none.  Needs a patched Xen (sync-wakeup).",
      OPT(ALL) | OPT(PERSIST) | OPT(WAIT), 1, 2,
      { DOMAIN_LIST, TUNABLE }, cmd_tune, TELLS_EXCESS, NULL },
    { "stats", "xentimectl-domain", "DOM", "show what becomes of timer ticks",
      "A line for each timer that is in use, in totals since counting began\n"
      "or, with --interval, per second.  Xen counts from the first time that\n"
      "it is asked to --off.  Needs a patched Xen (tick-stats).",
      OPT(INTERVAL) | OPT(COUNT) | OPT(RESET) | OPT(OFF), 1, 1,
      { DOMAINS, NOTHING }, cmd_stats, REPEATS, NULL },
    { "resync", "xentimectl-domain", "DOM",
      "bring guest time back to real time",
      "Steps the domain's time forward to real time, for all vCPUs, and says how\n"
      "far it was behind.  Timer modes in which it stands still bring it back by\n"
      "themselves as soon as the domain runs.  Needs a patched Xen (resync).",
      OPT(WAIT), 1, 1,
      { DOMAINS, NOTHING }, cmd_resync, 0, NULL },
    { "profile", "xentimectl-profile",
      "start|stop|status [DOM[,DOM...]] [-- PROGRAM [ARGUMENT...]]",
      "let domains, or dom0, use the performance monitor",
      "  start DOM[,DOM...]|--xen [--holder NAME] [--for SECONDS | -- PROGRAM...]\n"
      "  stop  DOM[,DOM...]|--xen|--all [--holder NAME]\n"
      "  status\n"
      "The first session turns the vPMU on, the last one restores what there\n"
      "was before.  Each start without --holder adds one, each stop takes one\n"
      "away; with --holder there is one of that name.  With PROGRAM the session\n"
      "lasts as long as it runs, and the exit status is the program's.  Needs a\n"
      "Xen booted with vpmu=on; one with the patch (profile-sessions) opens the\n"
      "vPMU to the domains that have a session, a stock Xen to all.",
      OPT(ALL) | OPT(FOR) | OPT(HOLDER) | OPT(PASSIVE) | OPT(WAIT) | OPT(XEN),
      1, -1, { SESSION, DOMAIN_LIST }, cmd_profile, TAKES_PROGRAM, NULL },
    { "skew", "xentimectl-skew", "DOM | analyze FILE...",
      "show how fast guests' clocks drift",
      "Of DOM: its TSC and HPET, and on a patched Xen the ticks of its vCPU 0,\n"
      "against the host's clock; it is paused for some 100 microseconds a\n"
      "reading.  20 readings unless --count is given; Ctrl-C ends it early.\n"
      "Of FILE: what a guest's own NTP tools wrote, which needs no Xen: ntpdate -q\n"
      "(its lines with the time), ntpd's loopstats or peerstats, chronyc tracking,\n"
      "chronyd's tracking.log or measurements.log; \"-\" is standard input.\n"
      "ERROR is the clock's minus the reference's; OWN is the rate without NTP's\n"
      "corrections, where the file tells.",
      OPT(PLOT) | OPT(INTERVAL) | OPT(COUNT), 1, -1, { SKEW, FILES }, cmd_skew,
      0, NULL },
    { "simulate", "xentimectl-predict", "",
      "predict what modes do to guests' clocks",
      "Runs the hypervisor's own policy over a load, one like those measured on\n"
      "xen-devel in 2007 or one that was recorded, and a guest that keeps time in\n"
      "one of three ways:\n"
      "  tick      counts ticks\n"
      "  tick-tsc  counts ticks, makes up lost ones by the TSC (64-bit Linux\n"
      "            2.6.9 to 2.6.18)\n"
      "  clock     reads TSC or HPET; ticks are for its scheduler\n"
      "STEP is the most that the guest's clock moves against real time from one\n"
      "tick to the next.  Needs no Xen.",
      OPT(MODE) | OPT(GUEST) | OPT(LOAD) | OPT(TRACE) | OPT(VCPU) | OPT(TSC_KHZ) |
      OPT(HOURS) | OPT(HZ) | OPT(LATENCY) | OPT(SEED) | OPT(SYNC_WAKEUP) |
      OPT(RAW) | OPT(NOHEADINGS), 0, 0, { NOTHING, NOTHING }, cmd_simulate, 0, NULL },
    { "recommend", "xentimectl-predict", "DOM",
      "say which timer_mode is best for a domain",
      "Watches how the domain gets its CPU, simulates each mode with that load,\n"
      "and ranks them by the worst error.  There is a command to type if a mode is\n"
      "clearly better than the present one, and good enough for NTP.  Which one\n"
      "serves depends on how the guest keeps time, on its number of vCPUs, and on\n"
      "whether its TSC is native or emulated.  Needs xentrace, unless --trace has\n"
      "what it recorded.",
      OPT(GUEST) | OPT(HZ) | OPT(LATENCY) | OPT(OBSERVE) | OPT(TRACE) |
      OPT(TSC_KHZ) | OPT(SEED), 1, 1, { DOMAINS, NOTHING }, cmd_recommend, 0, NULL },
    { "policy", "xentimectl-policy",
      "check|apply|export|import [FILE...|DOM...]",
      "let a file say what settings domains have",
      "  check [FILE...]       say what is wrong with policy files\n"
      "  apply [FILE]          make the domains that are there as it wishes, all\n"
      "                        of them or none; shows what is to change first\n"
      "  export [DOM...]       print domains' settings, as they are, as a policy\n"
      "  import FILE...        print what xl.cfg, libvirt's domain XML or XAPI's\n"
      "                        \"xe vm-param-list\" configures as a policy\n"
      "FILE is /etc/xentime/policy.xml unless given: see xentime-policy(5).",
      OPT(DRY_RUN) | OPT(FORCE) | OPT(FORMAT) | OPT(WAIT), 1, -1,
      { POLICIES, FILES }, cmd_policy, 0, NULL },
    { "metrics", "xentimectl-metrics", "", "print metrics for Prometheus",
      "OpenMetrics text of all domains: settings, sessions, CPU time, and on a\n"
      "patched Xen what has become of their ticks.  --textfile replaces PATH as a\n"
      "whole or not at all.",
      OPT(TEXTFILE), 0, 0, { NOTHING, NOTHING }, cmd_metrics, NO_JSON, NULL },
    { "watch", "xentimectl-policy", "",
      "keep policy and records applied as domains come and go",
      "At its start, on SIGHUP, and for each domain that comes: created, rebooted\n"
      "or migrated in.  Says what it changes, and why, a line each; ends profiling\n"
      "sessions whose holders are gone.  One on a host; ends on SIGTERM, or with\n"
      "xenstored.",
      OPT(POLICY), 0, 0, { NOTHING, NOTHING }, cmd_watch, NO_JSON, NULL },
    { "shell", "xentimectl", "", "run commands that are typed, one a line",
      "With history and completion on a terminal; else the lines of standard\n"
      "input, where # begins a comment.  Quotes and backslashes are as a shell has\n"
      "them, and nothing is expanded.  The exit status is that of the last command.",
      0, 0, 0, { NOTHING, NOTHING }, cmd_shell, NO_JSON, NULL },
    { "info", "xentimectl", "",
      "show what this host, this Xen and this build can do",
      "The known defects of Xen's virtual time are listed with whether this\n"
      "Xen has them, as far as it can be told without harm.",
      0, 0, 0, { NOTHING, NOTHING }, cmd_info, 0, NULL },
    { "help", "xentimectl", "[COMMAND]", "show help",
      "",
      0, 0, 1, { COMMAND, NOTHING }, cmd_help, 0, NULL },
    { .name = NULL },
};
/* clang-format on */

const struct command *find_command(const char *name)
{
    const struct command *c;

    for (c = commands; c->name; c++)
        if (is_word(name, c->name))
            return c;
    return NULL;
}

const char *command_word(size_t i)
{
    return commands[i].name;
}

uint64_t command_options(const struct command *c)
{
    uint64_t common = COMMON_OPTS;

    if (c->flags & NO_JSON)
        common &= ~OPT(JSON);
    return c->opts | common;
}
