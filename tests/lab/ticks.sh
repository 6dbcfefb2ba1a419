# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# The scenarios that measure what a tick costs share this file.
#
# What the only CPU did not spend in the idle loop went into ticks: Xen's timer
# interrupt, waking and scheduling the vCPU, the guest's handler, and back to
# idle. In counted instructions (16 ns each) that is exact to some sixty a tick,
# which dom0's own housekeeping takes now and then.

# busy: ns that the CPU has worked so far.
busy() {
    labdom idle | sed 's/.*idle_ns=\(.*\) now_ns=\(.*\)/\2 \1/' |
        awk '{ print $1 - $2 }'
}

# lapic_ticks DOM...: how many all of them have had.
lapic_ticks() {
    for d; do labdom ticks "$d"; done |
        sed -n 's/^timer=lapic.* ticks=\([0-9]*\).*/\1/p' |
        awk '{ n += $1 } END { print n }'
}

# cost DOM...: instructions a tick, over 10 s; nothing if there were too few.
cost() {
    busy0=$(busy) ticks0=$(lapic_ticks "$@")
    sleep 10
    awk -v busy=$(($(busy) - busy0)) -v ticks=$(($(lapic_ticks "$@") - ticks0)) \
        'BEGIN { if (ticks < 2000) exit 1; printf "%.0f", busy / ticks / 16 }'
}
