/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Builds, drives and measures test domains from dom0, without libxl and
 * independent of the library under test.
 */
/* This is first: xenctrl.h lacks its tools half after another Xen header. */
#include "labdom.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xentoollog.h>

#include "commands.h"

xc_interface *xch;

const struct command *current;

int usage_error(void)
{
    fprintf(stderr, "usage: labdom %s %s\n", current->name, current->args);

    return 2;
}

void fail(int err, const char *fmt, ...)
{
    va_list ap;

    fprintf(stderr, "labdom %s: ", current ? current->name : "");
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    if (err)
        fprintf(stderr, ": %s", strerror(err));
    fputc('\n', stderr);
    exit(1);
}

#define SETTINGS \
    "[pit=HZ] [rtc=HZ] [lapic=HZ | io=HZ] [hpet=HZ] " \
    "[aplapic=HZ]\n    [idle=hlt|spin|sample|nap|witness|rounds] [apidle=...] [hpetclock=0|1] " \
    "[clocks=MASK] [remote=MASK]"

static const struct command commands[] = {
    { "create",
      "[--type hvm|pvh|pv] [--uuid UUID] [--mem-kib N] [--vcpus N]"
      " [--weight N]\n    [--tsc-mode N] [--guest FILE] [--no-xenstore]\n    [--introduce] [--viridian] NAME [vcpus=N]\n"
      "    " SETTINGS,
      "a paused domain with the test guest; prints its domid", cmd_create },
    { "linux",
      "[--uuid UUID] [--mem-mib N] [--vcpus N] [--weight N] [--tsc-mode N]\n"
      "    NAME VMLINUX INITRD COMMAND-LINE",
      "a paused HVM domain with an unpacked Linux kernel; prints its domid",
      cmd_linux },
    { "many", "[--mem-kib N] [--numbered] N",
      "N empty paused HVM domains guest001..., timer modes 0-3 in turn;\n"
      "  --numbered: with the UUIDs 6d616e79-0000-4000-8000-00000000NNNN",
      cmd_many },
    { "pause", "DOM...", "pause", cmd_pause },
    { "unpause", "DOM...", "unpause", cmd_unpause },
    { "quiesce", "DOM", "pause while none of its vCPUs handles a tick",
      cmd_quiesce },
    { "destroy", "[--no-xenstore] DOM... | --all",
      "destroy, and remove the xenstore nodes", cmd_destroy },
    { "set", "DOM " SETTINGS " [rearm=1]",
      "change the guest's settings while it runs", cmd_set },
    { "wait", "[--timeout-ms N] DOM TIMER N",
      "wait until the guest has counted N more ticks", cmd_wait },
    { "measure", "DOM MS", "measure over MS of dom0's time", cmd_measure },
    { "gaps", "[--pause MS] [--times N] [--period MS] [--settle MS] DOM",
      "measure while pausing again and again (200, 4, 400, 300)", cmd_gaps },
    { "keep", "DOM [start [gains]|SECONDS|gains]",
      "by how many percent each kind of clock is fast, in so many seconds;\n"
      "        start anew; the single ticks that set tick-tsc ahead",
      cmd_keep },
    { "trace", "DOM",
      "what is of DOM in a record of xentrace, from stdin to stdout",
      cmd_trace },
    { "ticks", "DOM", "the guest's counters as they stand", cmd_ticks },
    { "clocks", "DOM", "let all vCPUs meet and compare their clocks",
      cmd_clocks },
    { "witness",
      "DOM start [tsc] [pv] [hpet] [pmtimer] [refcount] [reftsc] | DOM [N]",
      "let each vCPU compare these clocks (all) with what others have read;\n"
      "        wait for N handovers of each, and tell; exit status 1: steps back",
      cmd_witness },
    { "restart", "DOM VCPU", "INIT and SIPI to a vCPU, from vCPU 0",
      cmd_restart },
    { "writetsc", "DOM VCPU [-]CYCLES",
      "let a vCPU add so much to its TSC, by WRMSR", cmd_writetsc },
    { "down", "DOM", "let vCPU 1 take vCPU 0 down for a moment, and time it",
      cmd_down },
    { "tscinfo", "DOM TSC_MODE", "set it, of a domain that has not run",
      cmd_tscinfo },
    { "param", "DOM timer_mode|hpet|INDEX [VALUE]",
      "get or set an HVM parameter", cmd_param },
    { "hpet", "DOM", "is an HPET timer armed? (pauses it for a moment)",
      cmd_hpet },
    { "idle", "", "how long the CPUs have been idle", cmd_idle },
    { "status", "DOM", "features and state of Xen's virtual timers",
      cmd_status },
    { "stats", "DOM", "Xen's counters of every vCPU and timer", cmd_stats },
    { "counting", "DOM 0|1", "stop or start (and zero) them", cmd_counting },
    { "tune", "DOM N", "sync_wakeup_after", cmd_tune },
    { "resync", "DOM", "bring guest time back to real time", cmd_resync },
    { "stress",
      "DOM [n=N] [seed=N] [pause=0|1|mix] [states=keep|running|blocked|mix]\n"
      "    [sleep=US] [modes=MASK] [every=N]",
      "N switches of timer_mode; stops when a clock goes backwards",
      cmd_stress },
    { "hostile", "DOM [n=N] [seed=N] [params=0|1] [paced=0|1]",
      "N vtimer domctls, most of them wrong, and settings of both parameters",
      cmd_hostile },
    { "selfparams", "DOM [OTHER]",
      "let it set its own and OTHER's (0) parameters, and call the domctl",
      cmd_selfparams },
    { "vpmu", "[MODE]", "Xen's vPMU mode, a number", cmd_vpmu },
    { "profile",
      "features | start|passive|stop|status DOM | primary-start|primary-stop",
      "Xen's own profiling sessions", cmd_profile },
    { "misuse", "", "wrong profiling sysctls, while nobody profiles",
      cmd_misuse },
    { "pmu", "DOM [on]",
      "let the guest's vCPU 0 try its performance monitor, and leave it on",
      cmd_pmu },
    { "count",
      "DOM start [loops=N] [stop=1] [yield=1] [looks=N] EVENT|- ... |\n"
      "        DOM [N]",
      "let vCPU 0 count up to four events, in rounds that are all the same;\n"
      "        wait for N rounds in which it lost its CPU, and tell",
      cmd_count },
    { "pace", "SECONDS DOM...",
      "how many ns a round takes: this time by their rounds", cmd_pace },
    { "copyctx", "FROM TO",
      "FROM's registers, devices and memory into TO, which never ran",
      cmd_copyctx },
    { "state", "DOM", "what Xen says of the domain", cmd_state },
};

static void usage(FILE *to)
{
    unsigned int i;

    fprintf(to, "usage: labdom COMMAND ...   (DOM is a domid)\n\n");
    for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        fprintf(to, "  %s %s\n        %s\n", commands[i].name, commands[i].args,
                commands[i].help);
    fprintf(
        to,
        "\nmeasure and gaps print a line for each timer and one of clocks:\n"
        "  ticks, ideal     counted, and due in the same time of dom0\n"
        "  short, long      gaps under 1/2 and over 3/2 of a period\n"
        "  maxgap_ms        longest gap that ended meanwhile, guest TSC\n"
        "  filtered         interrupts dropped as injected twice\n"
        "  absent           1: the device did not answer when programmed\n"
        "  dt_s             dom0's time; tsc_s hpet_s pv_s: the guest's,\n"
        "                   from the last reading before to the last within\n"
        "  *_back           readings lower than the one before,\n"
        "  *_back_max_ns    and the largest step\n"
        "  cpu, irq         share of dt_s that the domain had a CPU, and\n"
        "                   that its interrupt handlers took\n"
        "  overload         1: with more than 3/4 of a CPU, an idle guest\n"
        "                   does not sleep, or a busy one spends over half\n"
        "                   of the time in handlers: do not trust the rates\n"
        "with vcpus=, a line vcpuN for each vCPU but 0, of its LAPIC timer\n"
        "(aplapic) and its clocks; idle= is for all vCPUs, apidle= after it\n"
        "for all but 0; --vcpus=N gives the domain vCPUs that never start\n"
        "clocks=MASK: read at every tick 1 TSC (always), 2 HPET, 4 pvclock\n"
        "Exit status: 0 done, 1 failed, 2 usage.\n");
}

int main(int argc, char **argv)
{
    xentoollog_logger *logger;
    unsigned int i;
    int rc;

    if (argc == 2 && (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help"))) {
        usage(stdout);
        return 0;
    }

    for (i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
        if (!strcmp(argv[1], commands[i].name))
            current = &commands[i];
    if (!current) {
        usage(stderr);
        return 2;
    }

    /* Failures are reported here, in one line, and not by the libraries. */
    logger = (xentoollog_logger *)xtl_createlogger_stdiostream(stderr,
                                                               XTL_CRITICAL, 0);
    xch = logger ? xc_interface_open(logger, logger, 0) : NULL;
    if (!xch)
        fail(errno, "cannot open libxenctrl");

    rc = current->run(argc - 1, argv + 1);

    build_close();
    xc_interface_close(xch);
    xtl_logger_destroy(logger);
    if (fflush(stdout))
        fail(errno, "cannot write");

    return rc;
}
