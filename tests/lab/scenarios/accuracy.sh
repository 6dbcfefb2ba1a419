# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154,SC2034 # eval sets them
#
# Proves how wrong the clocks of three kinds of guest become in each timer
# mode, at 1000 Hz, and that "xentimectl simulate" knows it beforehand; that
# on a patched Xen one mode is right for all three, whether the guest is busy
# or sleeps. (`make bench-accuracy` measures the whole table, for longer, so
# that 0.005 % can be told.) `make check` takes what tells most; in `make
# check-all` each load meets each mode.
#
# How: see accuracy.sh. A tick more or less, in the midst of the ten seconds that
# the rate is of, is 0.015 %: right is what is no more than that off, and the
# prediction is judged by errors of more than one percent.
#
# lab: hv=stock,patched timeout=900 idle=120 icount=2

. /lib/lab/lib.sh
. /lib/lab/accuracy.sh

seconds=12
latency=$(latency)
is_range "$latency" 10 100 "a guest reads its clocks soon after its tick"

# right GUEST GOT WHAT
right() { is_range "$2" -0.016 0.016 "$3: $1 is right"; }

# cell LOAD MODE: measured; predictions of large errors agree.
cell() {
    what="$1, mode $2"
    measure_cell "$1" 1000 "$2" $seconds
    predict_cell 1000 "$2" "$latency"
    diag "$what: $keep; predicted $want_tick $want_tick_tsc $want_clock; $row"
    unlike "$row" '"overload": true' "$what: the guest is not overloaded"
    for guest in tick tick_tsc clock; do
        eval "got=\$got_$guest want=\$want_$guest"
        case $got in -[1-9]*|[1-9]*)
            ok "$what, $guest: $got was predicted, $want" agree "$got" "$want"
        esac
    done
}

# judge_mode MODE: it does to the three guests what it is known for.
judge_mode() {
    cell "$load" "$1"
    case $1 in
    1)
        right tick "$got_tick" "$what"
        right clock "$got_clock" "$what"
        is_range "$got_tick_tsc" 5 90 "$what: tick-tsc counts late ticks twice" ;;
    2)
        is_range "$got_tick" -95 -30 "$what: tick loses what it misses"
        is_range "$got_tick_tsc" -0.016 0.4 "$what: tick-tsc is nearly right"
        right clock "$got_clock" "$what" ;;
    4)
        right tick "$got_tick" "$what"
        right tick-tsc "$got_tick_tsc" "$what"
        right clock "$got_clock" "$what" ;;
    esac
}

for load in cpu io-32; do
    if is_long; then
        judge_mode 1
    fi
    if is_long || [ $load = cpu ]; then
        judge_mode 2
    fi
    if [ "$LAB_HYPERVISOR" = stock ]; then
        what="$load: stock Xen has no mode 4"
        if start_load $load 1000 4; then fail "$what"; else pass "$what"; fi
    else
        judge_mode 4
    fi
done

# The TSC of QEMU's CPU is not one that Xen lets a guest read, unless told to.
if [ "$LAB_HYPERVISOR" != stock ] && is_long; then
    tsc=native
    for load in cpu io-32; do
        cell "$load" 4
        what="$what, native TSC"
        right tick "$got_tick" "$what"
        right tick-tsc "$got_tick_tsc" "$what"
        right clock "$got_clock" "$what"
    done
fi

done_testing
