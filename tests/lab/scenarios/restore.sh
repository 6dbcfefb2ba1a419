# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that a guest whose state is saved and restored goes on: ticks as
# before, no clock backwards, and the HPET as it was.
#
# How: no device model, no toolstack: labdom loads the HVM context and the
# memory of one domain into another, as save and restore do, and sets the
# parameters, as libxl does. With one vCPU and with four. The pvclock is not
# looked at: it is no part of the state, and a guest caught while it reads one
# may mix it with that of the domain it wakes up in, which guests that are
# asked to suspend do not.
#
# lab: all=oldest@stock+smp2,oldest@stock+smp4 intel=oldest@stock

. /lib/lab/lib.sh
. /lib/lab/timers.sh

for n in 1 4; do
    what="$n vCPUs"
    guest "$what" vcpus=$n pit=50 rtc=32 lapic=50 hpet=50 aplapic=20 \
        idle=hlt clocks=3
    from=$dom
    labdom param "$from" timer_mode 2
    labdom unpause "$from"
    labdom wait "$from" pit 20
    labdom pause "$from"

    guest "$what, restored" vcpus=$n
    labdom param "$dom" timer_mode 2
    ok "$what: copied" labdom copyctx "$from" "$dom"
    is "$(labdom ticks "$dom")" "$(labdom ticks "$from")" \
        "$what: with its counters"
    is "$(labdom hpet "$dom" | sed 's/counter=[0-9]*//')" \
        "$(labdom hpet "$from" | sed 's/counter=[0-9]*//')" \
        "$what: and its HPET"
    is "$(labdom param "$dom" timer_mode)" 2 "$what: not with its parameters"
    labdom destroy "$from"

    # Mode 2 would drop a lone tick or two where some fall together.
    labdom param "$dom" timer_mode 1
    labdom unpause "$dom"
    labdom wait "$dom" pit 5
    # The ticks that fell due while it was copied come first, in a burst.
    sleep 2
    measure "$what: restored" hlt measure "$dom" 1000
    for timer in pit rtc lapic hpet; do
        eval "ratio=\$m_${timer}_ratio"
        is_range "$ratio" 0.95 1.05 "$what: the $timer goes on" ||
            diag "$(xen-hvmctx "$dom" | grep -A12 LAPIC)"
    done
    i=1
    while [ $i -lt $n ]; do
        eval "ratio=\$m_vcpu${i}_ratio"
        is_range "$ratio" 0.92 1.08 "$what: and the LAPIC of vCPU $i"
        i=$((i + 1))
    done
    is "$(labdom ticks "$dom" | grep -o '[a-z]*_back=[1-9][0-9]*')" "" \
        "$what: no clock went backwards"
    labdom destroy "$dom"
done

done_testing
