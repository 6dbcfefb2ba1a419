# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that each timer mode, set with xentimectl, does to the ticks of each
# timer - PIT and LAPIC, in `make check-all` RTC and HPET - what it says, when
# another domain wants the CPU as well.
#
# How: for each timer and mode a new domain that ticks at 230 Hz (the RTC, 256)
# and never sleeps, one after the other beside a second busy one on the only
# CPU. The scheduler is told to switch every 10 ms, so that 4 or 5 ticks come
# due in each turn of 20 ms, half of them while the other domain runs:
#
#     mode  ticks           ticks closer than half a period, longest gap
#     0     all             none: guest time stands still
#     1     all             1.5 or 2 a turn: bursts; more than 10 ms
#     2     half            none; more than 10 ms
#     3     a half and one  0.5 a turn at most; more than 10 ms
#           a turn: 0.7
#
# Left to itself the scheduler of 4.17 switches as seldom, but that of 4.20
# after 1 or 2 ms, where mode 3 loses nothing but at 1000 Hz.
#
# lab: hv=stock,patched timeout=600 xen=sched_ratelimit_us=10000

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# judge TIMER MODE: what was measured, for 50 turns, is that mode.
judge() {
    what="mode $2, $1"
    eval "ratio=\$m_$1_ratio short=\$m_$1_short maxgap=\$m_$1_maxgap_ms"

    is_range "$m_clocks_cpu" 0.4 0.6 "$what: the domain had half of the CPU"
    case $2 in
    0)
        is_range "$ratio" 0.96 1.04 "$what: no tick is lost"
        is_range "$short" 0 8 "$what: they come one by one"
        is_range "$maxgap" 3.5 11 "$what: guest time stands still" ;;
    1)
        is_range "$ratio" 0.96 1.04 "$what: no tick is lost"
        is_range "$short" 70 150 "$what: they come in bursts"
        is_range "$maxgap" 12 25 "$what: guest time goes on" ;;
    2)
        is_range "$ratio" 0.36 0.58 "$what: missed ticks are lost"
        is_range "$short" 0 8 "$what: none comes late"
        is_range "$maxgap" 12 80 "$what: guest time goes on" ;;
    3)
        is_range "$ratio" 0.62 0.80 "$what: missed ticks are lost but one"
        is_range "$short" 12 60 "$what: which comes late"
        is_range "$maxgap" 10 25 "$what: guest time goes on" ;;
    esac
}

guest rival idle=spin
labdom unpause "$dom"
labdom pause "$dom"
rival=$dom

ticks='pit=230 lapic=230'
if is_long; then
    ticks="$ticks rtc=256 hpet=230"
fi
for tick in $ticks; do
    timer=${tick%=*}
    for mode in 0 1 2 3; do
        guest "$timer $mode" "$tick" idle=spin clocks=1
        exits 0 "$timer: xentimectl sets mode $mode" -- \
            xentimectl set-mode "$dom" $mode
        labdom unpause "$rival" "$dom"
        measure "mode $mode, $timer" spin measure "$dom" 1000
        labdom pause "$rival"
        labdom destroy "$dom"
        judge "$timer" $mode
    done
done

done_testing
