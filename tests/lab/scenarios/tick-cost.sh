# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that counting ticks costs little when it is on and next to nothing
# when it is off; prints the instructions that a tick takes, for comparison
# with other hypervisors.
#
# How: a guest sleeps in HLT between the ticks of its LAPIC timer, 500 a
# second; ticks.sh has how they are measured. Each cost is measured twice; the
# difference tells the noise.
#
# lab: slow=1 hv=stock,patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/ticks.sh

guest ticking lapic=500 idle=hlt
labdom param "$dom" timer_mode 1
labdom unpause "$dom"
labdom wait "$dom" lapic 50
labdom ticks "$dom" | sed 's/^/# /'

off=$(cost "$dom") off2=$(cost "$dom")
is_range "$off" 1000 100000 "a tick has its price"
is_range "$((off - off2))" -200 200 "the same every time"
text="tick-cost: off $off $off2"

if labdom counting "$dom" 1 2>/dev/null; then
    on=$(cost "$dom") on2=$(cost "$dom")
    is_range "$((on - on2))" -200 200 "the same every time, counting"
    # Within the noise it may come out as less than nothing.
    is_range "$((on - off))" -200 400 "counting costs little"
    text="$text on $on $on2"
fi
diag "$text"
echo "$text" >/run/lab/tick-cost
send_file "tick-cost-$LAB_HYPERVISOR" /run/lab/tick-cost

done_testing
