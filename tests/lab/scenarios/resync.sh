# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that in the modes that let guest time stand still it is behind for all
# vCPUs alike, that Xen tells by how much, and that it comes back: with the ticks
# by themselves, at once by a resync or by a change to a mode that does not let
# it stand still. No clock goes backwards in any of these, no tick of the vCPU
# that keeps the time is lost, and nothing is left of the lag.
#
# How: a guest with three vCPUs that read their clocks all the time is paused for
# three seconds, so that it lags by as much. It is resumed; or resynced first, or
# switched to mode 1. Then its lag, the clocks of the vCPUs, read together, and
# Xen's counts say what became of it. At last it has no periodic timer any more,
# and nothing is to stand still for it. In mode 4 its TSC is emulated: a native one of
# several vCPUs does not go with it.
#
# lab: hv=patched timeout=600 slow=1 intel=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/stats.sh

# lag: ns by which guest time is behind real time.
lag() { labdom status "$dom" | sed -n 's/.* lag=\([^ ]*\).*/\1/p'; }

# spread: ns from the vCPU that is furthest behind to the one ahead.
spread() { labdom clocks "$dom" | sed -n 's/.* spread_ns=//p'; }

# paused WHAT: for three seconds, and that is what it lags by.
paused() {
    labdom pause "$dom"
    usleep 3000000
    is_range "$(lag)" 2900000000 4500000000 "$1: paused, it lags by ns"
}

# recovered WHAT: it runs, and nothing is left, once its vCPUs, which share a CPU
# with dom0, have taken the backlog. Guest time is behind by how late the last
# tick was, or by a wait that it is in.
recovered() {
    labdom unpause "$dom"
    usleep 6000000
    is_range "$(lag)" 0 60000000 "$1: nothing lags"
    is_range "$(spread)" 0 100 "$1: the vCPUs agree on the time"
    is "$(labdom ticks "$dom" | grep -o '[a-z]*_back=[1-9][0-9]*')" "" \
        "$1: no clock went backwards" ||
        diag "$(labdom ticks "$dom" | grep _back)"
}

for mode in 0 4; do
    case $mode in 4) tsc=1 ;; *) tsc=0 ;; esac
    guest --tsc-mode $tsc "mode $mode" vcpus=3 pit=50 lapic=50 aplapic=50 idle=sample clocks=7
    ok "mode $mode: it is taken" labdom param "$dom" timer_mode $mode
    labdom unpause "$dom"
    labdom wait "$dom" pit 5
    labdom pause "$dom"
    labdom counting "$dom" 1
    reading a
    labdom unpause "$dom"

    what="mode $mode, by its ticks"
    paused "$what"
    recovered "$what"
    labdom pause "$dom"
    reading b
    tally a b
    is "$(sed -n 's/^timer=0-pit .*collapsed=\([0-9]*\) dropped=\([0-9]*\).*/\1 \2/p' \
        /run/lab/tally)" "0 0" "$what: no tick of the timekeeper is lost"
    labdom unpause "$dom"

    what="mode $mode, by a resync"
    paused "$what"
    exits 0 "$what" -- labdom resync "$dom"
    is_range "${out#lag=}" 2900000000 5000000000 "$what: it says how many ns"
    is_range "$(lag)" 0 1000000000 "$what: and begins anew"
    recovered "$what"

    what="mode $mode, by mode 1"
    paused "$what"
    labdom param "$dom" timer_mode 1
    is "$(lag)" 0 "$what: it does not lag"
    recovered "$what"
    labdom param "$dom" timer_mode $mode

    what="mode $mode, no timer left"
    labdom set "$dom" pit=0 lapic=0
    usleep 200000
    labdom pause "$dom"
    usleep 1000000
    is "$(lag)" 0 "$what: guest time does not stand still"
    recovered "$what"
    labdom destroy "$dom"
done

guest running pit=100 idle=hlt
labdom unpause "$dom"
labdom wait "$dom" pit 5
exits 0 "with nothing to do" -- labdom resync "$dom"
is_range "${out#lag=}" 0 20000000 "with nothing to do: it says so"
is "$(backwards "$dom")" "$never" "with nothing to do: no clock goes backwards"

done_testing
