# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a counter of the lab's own QEMU can interrupt by NMI, as it does by
# vector in profile-passive: Xen's watchdog finds that it works.
#
# How: "watchdog" has Xen program a counter of cycles, and LVTPC for NMI, on each
# CPU, and wait for what comes, before it starts dom0. It takes the counters
# away from vPMUs, too.
#
# lab: counters=1 xen=watchdog,loglvl=all
# lab: slow=1 check=newest@stock all=oldest@stock+smp2

. /lib/lab/lib.sh

log=$(xl dmesg)
like "$log" '^\(XEN\) Testing NMI watchdog on all CPUs: ?ok' \
    "Xen has got its NMIs"
unlike "$log" 'NMI.*(stuck|not working)' "and nothing is wrong with them"
done_testing
