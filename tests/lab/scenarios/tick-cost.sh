# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that counting ticks costs little when it is on and next to nothing
# when it is off; prints the instructions that a tick takes, for comparison
# with other hypervisors.
#
# How: a guest sleeps in HLT between the ticks of its LAPIC timer, 500 a
# second. What the only CPU did not spend in the idle loop went into ticks:
# Xen's timer interrupt, waking and scheduling the vCPU, the guest's handler,
# and back to idle. In counted instructions (16 ns each) that is exact to some
# sixty a tick, which dom0's own housekeeping takes now and then. Each is
# measured twice; the difference tells the noise.
#
# lab: slow=1 hv=stock,patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# busy: ns that the CPU has worked so far.
busy() { labdom idle | sed 's/.*idle_ns=\(.*\) now_ns=\(.*\)/\2 \1/' |
    awk '{ print $1 - $2 }'; }
ticks() { labdom ticks "$dom" | sed -n 's/^timer=lapic.* ticks=\([0-9]*\).*/\1/p'; }

# cost: instructions a tick, over 10 s.
cost() {
    busy0=$(busy) ticks0=$(ticks)
    sleep 10
    awk -v busy=$(($(busy) - busy0)) -v ticks=$(($(ticks) - ticks0)) \
        'BEGIN { if (ticks < 4000) exit 1; printf "%.0f", busy / ticks / 16 }'
}

guest ticking lapic=500 idle=hlt
labdom param "$dom" timer_mode 1
labdom unpause "$dom"
labdom wait "$dom" lapic 50
labdom ticks "$dom" | sed 's/^/# /'

off=$(cost) off2=$(cost)
is_range "$off" 1000 100000 "a tick has its price"
is_range "$((off - off2))" -200 200 "the same every time"
text="tick-cost: off $off $off2"

if labdom counting "$dom" 1 2>/dev/null; then
    on=$(cost) on2=$(cost)
    is_range "$((on - on2))" -200 200 "the same every time, counting"
    # Within the noise it may come out as less than nothing.
    is_range "$((on - off))" -200 400 "counting costs little"
    text="$text on $on $on2"
fi
diag "$text"
echo "$text" >/run/lab/tick-cost
send_file "tick-cost-$LAB_HYPERVISOR" /run/lab/tick-cost

done_testing
