# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that Xen's tick statistics add up to the tick: every tick that came
# due was delivered, collapsed, dropped or is pending, as its timer mode says,
# and the guest has been interrupted exactly as often as Xen says it was.
#
# How: in each mode (0 in `make check-all`) a busy guest with two vCPUs and five
# timers (PIT, RTC, HPET and two LAPICs) is counted while dom0 pauses it and a
# third busy vCPU wants the CPU. Counting begins and ends while the guest is
# paused with no interrupt on its way, injected but not yet handled, so that Xen's
# count and the guest's own have to be equal (but for the RTC's: see stats.sh).
# Then: nothing is counted while counting is off, starting anew zeroes, and a
# domain may be destroyed while it counts.
# One-shot timers are not shown, for the guest has none.
#
# lab: hv=patched timeout=600 xen=sched_ratelimit_us=10000
# lab: all=newest@patched+smp2,newest@patched+smp4
# lab: intel=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/stats.sh

# field KEY: of vCPU 0, in $out.
field() {
    printf '%s\n' "$out" | sed -n "/^vcpu=0 since/s/.*\<$1=\([^ ]*\).*/\1/p"
}

guest rival idle=spin
rival=$dom

for mode in $(is_long && echo 0) 1 2 3; do
    what="mode $mode"
    guest "$what" vcpus=2 pit=60 rtc=64 lapic=60 hpet=60 aplapic=60 \
        idle=spin clocks=1
    labdom param "$dom" timer_mode "$mode"
    labdom unpause "$dom"
    labdom wait "$dom" pit 10
    quiesce
    ok "$what: counting begins" labdom counting "$dom" 1
    reading a
    labdom unpause "$dom"

    # Each pause is a gap of 12 ticks, with time to catch up after it.
    for _ in 1 2 3; do
        labdom pause "$dom"
        usleep 200000
        labdom unpause "$dom"
        usleep 300000
    done
    quiesce
    reading b
    adds_up "$what, gaps" a b 5
    gap_late=$t_late
    labdom unpause "$dom"

    # The rival is a third vCPU on the only CPU.
    contend "$dom" "$rival"
    labdom unpause "$rival"
    usleep 1000000
    labdom pause "$rival"
    quiesce
    reading c
    adds_up "$what, contention" b c 5
    case $mode in
    2) diag "late: $gap_late, $t_late" ;;
    *) is_range "$t_least_late" 1 300 "$what, contention: each timer was late"
    esac

    adds_up "$what" a c 5
    case $mode in
    0 | 1)
        is "$t_collapsed $t_dropped" "0 0" "$what: no tick is lost" ;;
    2)
        is "$t_collapsed" 0 "$what: none collapses"
        is_range "$t_least_dropped" 100 330 "$what: each timer drops some" ;;
    3)
        is "$t_dropped" 0 "$what: none is dropped"
        is_range "$t_least_collapsed" 100 300 \
            "$what: of each timer some collapse" ;;
    esac

    # The three pauses count, and each time that the scheduler took the CPU.
    capture labdom stats "$dom"
    is_range "$(field descheduled)" 10 2000 "$what: it was descheduled"
    is "$(field switches)" 0 "$what: and never switched"
    labdom destroy "$dom"
done
labdom destroy "$rival"

guest switched pit=50 idle=hlt
for change in 1 1 2 2 3 0; do
    labdom param "$dom" timer_mode $change
done
exits 1 "off: there are no counters" -- labdom stats "$dom"
like "$err" ENODATA "off: with ENODATA"
like "$(labdom status "$dom")" ' counting=0 ' "off: says the status"
labdom counting "$dom" 1
like "$(labdom status "$dom")" ' counting=1 ' "on: says the status"
for change in 1 1 2 2 3 0 1; do
    labdom param "$dom" timer_mode $change
done
capture labdom stats "$dom"
is "$(field switches)" 5 "five switches since then, the others change nothing"
is "$(field descheduled)" 0 "never descheduled, as it has not run"

# A blocked guest has no CPU to lose: dom0's pauses do not count.
labdom unpause "$dom"
labdom wait "$dom" pit 50
for change in 1 2 3 4 5; do
    labdom pause "$dom"
    labdom unpause "$dom"
done
capture labdom stats "$dom"
is_range "$(field descheduled)" 0 10 "a guest that sleeps hardly ever is"

quiesce
capture labdom stats "$dom"
since=$(field since)
labdom counting "$dom" 1
capture labdom stats "$dom"
is_range "$(field since)" $((since + 1)) $((since + 60000000000)) \
    "counting begins anew: since when"
is "$(field switches) $(field descheduled)" "0 0" "anew: from zero"
like "$out" '^vcpu=0 src=pit due=[0-9]* delivered=0 late=0 .* wakeups=0 ' \
    "anew: ticks too"
reading a
labdom unpause "$dom"
labdom wait "$dom" pit 50
labdom counting "$dom" 0
exits 1 "off again: no counters" -- labdom stats "$dom"
like "$err" ENODATA "off again: with ENODATA"
exits 0 "off twice" -- labdom counting "$dom" 0
ok "off: it ticks on" labdom wait "$dom" pit 5

labdom counting "$dom" 1
ok "a domain that counts is destroyed" labdom destroy "$dom"
guest after pit=50 idle=hlt
exits 1 "the next one does not count" -- labdom stats "$dom"
like "$err" ENODATA "not at all"

done_testing
