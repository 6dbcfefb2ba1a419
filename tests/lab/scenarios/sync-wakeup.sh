# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that sync_wakeup_after bounds the extra wake-ups of mode 2: after 1
# missed tick it gets a guest more ticks than Xen's own rule, 0, does, and the
# more ticks have to be missed, the fewer wake-ups there are.
#
# How: a busy guest in mode 2 shares the only CPU with four other busy vCPUs;
# the scheduler switches every 10 ms, so that it runs for 10 ms of each 50. A
# slow tick falls into that time now and then only, and it is the wake-ups that
# decide about the others. By Xen's own rule a wait after a wake-up is lost if
# that one missed ticks too. (At 230 Hz each turn has a tick: no rule matters.)
# A cell of the table is counted over five seconds: ticks delivered of those
# due, timers that fired with the vCPU waiting, and turns of the others' loop
# in a second, against those beside a guest without a timer.
#
# lab: hv=patched timeout=900 xen=sched_ratelimit_us=10000
# lab: slow=1

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/stats.sh

table=/run/lab/table

# loops: turns of the rival's idle loops, as it is asked to publish them.
loops() {
    labdom set "$rival" idle=spin
    labdom ticks "$rival" | sed -n 's/.* loops=\([0-9]*\).*/\1/p' |
        awk '{ n += $1 } END { print n }'
}
now() { read -r time _ </proc/uptime; echo "$time"; }

# cell HZ AFTER: one measurement, a line of the table.
cell() {
    guest "$1 Hz, $2" lapic="$1" idle=spin clocks=1
    labdom param "$dom" timer_mode 2
    labdom tune "$dom" "$2"
    labdom unpause "$dom"
    usleep 300000
    labdom counting "$dom" 1
    reading a
    t0=$(now) l0=$(loops)
    sleep 5
    t1=$(now) l1=$(loops)
    reading b
    tally a b
    labdom destroy "$dom"
    rate=$(awk -v l=$((l1 - l0)) -v t0="$t0" -v t1="$t1" \
        'BEGIN { printf "%d", l / (t1 - t0) }')
    [ "$1" != 0 ] || base=$rate
    awk -v hz="$1" -v after="$2" -v due="$t_due" -v got="$t_delivered" \
        -v wakeups="$t_wakeups" -v rate="$rate" -v base="$base" 'BEGIN {
        printf "hz=%d after=%d due=%d delivered=%d permille=%d wakeups=%d" \
            " rival_loops=%d rival_lost=%.2f%%\n", hz, after, due, got,
            due ? 1000 * got / due : 0, wakeups, rate,
            100 * (1 - rate / base) }' >>$table
    diag "$(tail -n 1 $table)"
    # Delivered ticks are counted in per mille of those due.
    eval "got_$1_$2=$((1000 * t_delivered / (t_due + !t_due)))"
    eval "wakeups_$1_$2=$t_wakeups"
}

guest rival vcpus=4 idle=spin
rival=$dom
labdom unpause "$rival"

# got HZ AFTER, woken HZ AFTER: of the table.
got() { eval "echo \$got_$1_$2"; }
woken() { eval "echo \$wakeups_$1_$2"; }

# lost HZ AFTER: percent of what the rival gets done beside a domain without
# a timer. What dom0 itself takes in a cell makes 2 percent more or less.
lost() { sed -n "s/^hz=$1 after=$2 .* rival_lost=\(.*\)%/\1/p" $table; }

cell 0 0
for hz in 31 47 70; do
    for after in 0 1 2 4 8; do
        cell $hz $after
        is_range "$(lost $hz $after)" -5 5 \
            "$hz Hz, after $after: the others lose little"
    done
done

# The rates are added up: in a single cell the phase of the tick against the
# turns decides about some dozen wake-ups.
sum() { echo $(($("$1" 31 "$2") + $("$1" 47 "$2") + $("$1" 70 "$2"))); }

for after in 0 2 4 8; do
    is_range "$(sum got $after)" 300 $(($(sum got 1) + 30)) \
        "after $after: no more ticks than after 1"
done
is_range "$(sum got 1)" $(($(sum got 0) * 112 / 100)) 3000 \
    "after 1 there are more ticks than by Xen's own rule"
is_range "$(sum woken 1)" $(($(sum woken 0) + 20)) 900 \
    "as there are more wake-ups"
is_range "$(sum woken 2)" 0 $(($(sum woken 1) * 9 / 10)) \
    "after 2: fewer wake-ups than after 1"
is_range "$(sum woken 4)" 0 $(($(sum woken 2) * 3 / 4)) \
    "after 4: less than after 2"
is_range "$(sum woken 8)" 0 $(($(sum woken 4) * 2 / 3)) \
    "after 8: less than after 4"
is_range "$(sum woken 8)" 0 $(($(sum woken 1) / 4)) \
    "after 8: hardly any are left"

cell 230 0
cell 230 1
is_range "$(got 230 1)" $(($(got 230 0) * 93 / 100)) \
    $(($(got 230 0) * 107 / 100)) "230 Hz: the rule does not matter"
is_range "$(woken 230 1)" 0 10 "230 Hz: nobody is woken"

send_file sync-wakeup $table
done_testing
