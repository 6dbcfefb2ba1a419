# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# Proves that XEN_VTIMER_OP_resync removes the lag that mode 0 has left on the
# vCPUs of a domain, at once or at the rate that it is told, that it can be
# cancelled, and that no clock goes backwards meanwhile.
#
# How: a guest with three vCPUs ticks at 1 Hz in mode 0 beside another busy
# domain on the only CPU, so that the time of each stands still for most of a
# second and is pulled forward by its next tick. Taken to mode 1 in the middle
# of that, they keep what they lag by: Xen's status and the clocks of the
# vCPUs, read together, say the same. Then the lag is removed in one step;
# made again, and slewed at 10,000 ppm and, after a cancel, at 100,000. The
# vCPUs read their clocks all the time. Last, a domain that stays in mode 0 is
# stepped and slewed, and loses no tick.
#
# lab: releases=4.17,4.20 hv=patched timeout=600 xen=sched_ratelimit_us=10000
# lab: slow=1

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/stats.sh

# state KEY: of the last "labdom status".
read_state() { labdom status "$dom" >/run/lab/status; }
state() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" /run/lab/status; }

# spread: ns from the vCPU that is furthest behind to the one ahead.
spread() { labdom clocks "$dom" | sed -n 's/.* spread_ns=//p'; }

# lagging WHAT: mode 0, for long enough, and then mode 1 with what is left.
lagging() {
    # Little is left right after a tick: then once more, at another moment.
    for us in 2600000 2850000 2350000 2725000; do
        labdom param "$dom" timer_mode 0
        labdom set "$dom" lapic=1 aplapic=1 idle=sample
        labdom unpause "$rival"
        usleep $us
        labdom pause "$rival"
        labdom param "$dom" timer_mode 1
        read_state
        [ "$(state lag_max)" -lt 250000000 ] || break
    done
    is_range "$(state lag_max)" 200000000 3000000000 "$1: it lags by ns"
    apart=$(($(state lag_max) - $(state lag_min)))
    is_range $apart 1000000 3000000000 "$1: and not all vCPUs by as much"
    is_range "$(spread)" $((apart - 5000)) $((apart + 5000)) \
        "$1: as their clocks show"
}

# The HPET has the time of vCPU 0: in mode 0 others may see it go back.
forwards() {
    is "$(labdom ticks "$dom" | sed '/^vcpu/s/hpet_back=[0-9]*//' |
        grep -o '[a-z]*_back=[1-9][0-9]*')" "" "$1: no clock goes backwards"
}

# caught_up WHAT: nobody lags any more.
caught_up() {
    read_state
    is "$(state lag_min) $(state lag_max) $(state slewing) $(state slew_ppm)" \
        "0 0 0 0" "$1: no vCPU lags, and none is slewed"
    is_range "$(spread)" 0 2000 "$1: all have the same time"
    forwards "$1"
}

# slewed WHAT PPM SECONDS: for that time all of them are, at that rate.
slewed() {
    read_state
    lag=$(state lag_max) start=$(state lag_max) bad=
    read -r from _ </proc/uptime
    i=0
    while [ $i -lt "$3" ]; do
        usleep 1000000
        read_state
        [ "$(state lag_max)" -lt "$lag" ] || bad="$bad $lag>$(state lag_max)"
        lag=$(state lag_max)
        i=$((i + 1))
    done
    read -r to _ </proc/uptime
    is "$bad" "" "$1: the lag shrinks from second to second"
    is "$(state slewing) $(state slew_ppm)" "1 $2" "$1: says the status"
    is_range "$(awk -v lag=$((start - lag)) -v from="$from" -v to="$to" \
        'BEGIN { print lag / 1000 / (to - from) }')" \
        $(($2 * 93 / 100)) $(($2 * 107 / 100)) "$1: by so many ppm"
    forwards "$1"
}

no_longer_slewed() { read_state; [ "$(state slewing)" = 0 ]; }

guest rival idle=spin
rival=$dom

guest resynced vcpus=3 lapic=1 aplapic=1 idle=sample clocks=7
labdom unpause "$dom"
labdom wait "$dom" lapic 1

lagging "to be stepped"
lag=$(state lag_max)
exits 0 "stepped" -- labdom resync "$dom" step
is "$out" "lag=$lag" "stepped: by the lag of the last"
caught_up "stepped"
usleep 2500000
caught_up "stepped, later"

before=$(labdom ticks "$dom" | grep -o '^vcpu.* tsc_back=[0-9]*')
exits 0 "stepped again" -- labdom resync "$dom" step
is "$out" "lag=0" "stepped again: there was nothing to do"
isnt "$before" "" "stepped again: the guest runs"
caught_up "stepped again"
exits 0 "slewed with nothing to do" -- labdom resync "$dom" slew 1000
is "$out" "lag=0" "slewed with nothing to do: says so"
ok "slewed with nothing to do: for a tick at most" \
    wait_for 3 no_longer_slewed
caught_up "slewed with nothing to do"

lagging "to be slewed"
# Slewing takes place at ticks; between them a guest may sleep.
labdom set "$dom" lapic=20 aplapic=20 idle=hlt
exits 0 "slewed" -- labdom resync "$dom" slew 10000
is "$out" "lag=$(state lag_max)" "slewed: begins with all of the lag"
slewed "10,000 ppm" 10000 8

exits 0 "cancelled" -- labdom resync "$dom" cancel
read_state
lag="$(state lag_min) $(state lag_max)"
is "$(state slewing)" 0 "cancelled: the status says so"
usleep 2000000
read_state
is "$(state lag_min) $(state lag_max)" "$lag" "cancelled: the lag stays"
isnt "${lag#* }" 0 "cancelled: which is one"

labdom set "$dom" idle=sample
exits 0 "slewed on" -- labdom resync "$dom" slew 100000
slewed "100,000 ppm" 100000 1
ok "slewed: it comes to an end" wait_for 40 no_longer_slewed
caught_up "slewed"
usleep 1000000
caught_up "slewed, later"
labdom destroy "$dom"

what="mode 0"
guest "$what" vcpus=2 lapic=50 aplapic=50 pit=50 idle=spin clocks=7
labdom unpause "$dom"
labdom wait "$dom" lapic 10
labdom unpause "$rival"
quiesce
labdom counting "$dom" 1
reading a
labdom unpause "$dom"
for i in 1 2 3; do
    exits 0 "$what: slew $i" -- labdom resync "$dom" slew 100000
    usleep 500000
    exits 0 "$what: step $i" -- labdom resync "$dom" step
    usleep 300000
done
exits 0 "$what: cancel" -- labdom resync "$dom" cancel
quiesce
reading b
adds_up "$what" a b 3
is "$t_collapsed $t_dropped" "0 0" "$what: no tick is lost"
forwards "$what"
labdom unpause "$dom"
labdom pause "$rival"
measure "$what, after it" spin measure "$dom" 1000
is_range "$m_pit_ratio" 0.95 1.05 "$what, after it: it ticks"
is_range "$m_vcpu1_ratio" 0.95 1.05 "$what, after it: vCPU 1 as well"
is_range "$m_clocks_tsc_s" 0.95 1.05 "$what, after it: and time goes on"
forwards "$what, after it"

done_testing
