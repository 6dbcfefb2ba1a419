#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# xentimectl simulate: which mode is right for which guest, as the lab and the
# measurements of 2007 have it (see HISTORY in xentime-modes(7)); text and JSON
# that agree, an overload, a recorded load, wrong uses, and that a day takes no
# longer than it may.

. tests/unit/sh/tap.sh
export LD_LIBRARY_PATH=build/host LC_ALL=C
tool=$PWD/build/host/xentimectl
corpus=$PWD/tests/fuzz/corpus/fuzz_xentrace
mkdir "$tmp/sim"
cd "$tmp/sim" || exit 1

# error GUEST MODE: of the document in $out, in percent.
error() {
    printf '%s' "$out" |
        jq ".rows[] | select(.guest == \"$1\" and .mode == $2) | .error_pct"
}

for load in cpu io-8 io-32 io-4/32 idle; do
    for hz in 100 250 1000; do
        capture "$tool" simulate --load $load --hz $hz --json
        is "$status $err" "0 " "$load, $hz Hz"
        is_range "$(error tick 1)" -0.005 0.005 "$load, $hz Hz: mode 1 for tick"
        is_range "$(error clock 1)" -0.005 0.005 \
            "$load, $hz Hz: mode 1 for clock"
        for guest in tick tick-tsc clock; do
            is_range "$(error $guest 4)" -0.005 0.005 \
                "$load, $hz Hz: mode 4 for $guest"
        done
        is_range "$(error tick-tsc 5)" -0.005 0.005 \
            "$load, $hz Hz: mode 5 for tick-tsc"
    done
done
capture "$tool" simulate --load cpu --json
is_range "$(error tick 2)" -52 -48 "cpu: mode 2 halves a tick counter"
is_range "$(error tick-tsc 1)" 40 50 "cpu: mode 1 is not for tick-tsc"
is_range "$(error tick-tsc 0)" -0.005 0.005 "cpu: mode 0 is right while busy"
capture "$tool" simulate --load io-8 --json
is_range "$(error tick-tsc 0)" 15 40 "io-8: and wrong once it sleeps"
is_range "$(error tick-tsc 2)" 0.0005 0.05 "io-8: mode 2 is nearly right"
is_range "$(error tick-tsc 5)" -0.0005 0.0005 "io-8: and mode 5 is"
is_range "$(error tick 5)" -60 -30 "io-8: but not for one that only counts"

capture "$tool" simulate -l io-8 -g tick-tsc -m paced
is "$(printf '%s\n' "$out" | wc -l)" 2 "one mode, one guest"
like "$out" '^ *4 paced_missed_ticks tick-tsc +[+]0\.0000 ' "as a line"
for after in 0 1 4; do
    out=$("$tool" simulate --load cpu --hz 100 --mode 2 --json \
        --sync-wakeup-after $after)
    eval "woken_$after=\$(printf '%s' \"\$out\" | jq '.rows[0].wakeups_per_s')"
done
# shellcheck disable=SC2154 # by eval
is_range "$woken_1" "$(jq -n "$woken_0 + 0.1")" 5 "sync-wakeup-after 1: more wake-ups"
# shellcheck disable=SC2154 # by eval
is_range "$woken_4" 0 "$(jq -n "$woken_0 / 2")" "sync-wakeup-after 4: fewer"
first=$("$tool" simulate --load io-8 --mode 2 --json)
is "$("$tool" simulate --load io-8 --mode 2 --json)" "$first" "the same again"
isnt "$("$tool" simulate --load io-8 --mode 2 --seed 2 --json)" "$first" \
    "another seed"
capture env LC_ALL=de_DE.UTF-8 "$tool" simulate -l idle -g tick -m 1
unlike "$out" '[0-9],[0-9]' "no decimal comma"

# ---- an overload ----

# The backlog of a busy guest grows from 235 us on, that of others from 480 us.
for use in "" "--hz 100 --latency 2000" "--latency 200" "--hz 10000 --latency 20" \
    "--load io-8 --latency 400" "--load idle --latency 400"; do
    # shellcheck disable=SC2086 # words
    capture "$tool" simulate --hours 0.01 --json $use
    is "$err $(printf '%s' "$out" | jq .overloaded)" " false" "no overload: $use"
    is_range "$(error tick 1)" -0.05 0.05 "mode 1 loses nothing: $use"
done
overload='^0 xentimectl: note: the guest is overloaded: a tick takes it [0-9]+ us, '
overload+='one comes every [0-9]+ us, and it can have a CPU for [0-9.]+ % of the '
overload+='time; errors tell of that$'
for use in "--hz 10000 --latency 10000" "--latency 250" "--hz 100 --latency 2500" \
    "--load io-8 --latency 500" "--load idle --latency 600"; do
    # shellcheck disable=SC2086 # words
    capture "$tool" simulate --hours 0.01 --json $use
    like "$status $err" "$overload" "overload: $use"
    is "$(printf '%s' "$out" | jq .overloaded)" true "in JSON: $use"
    is_range "$(error tick 1)" -100 -0.5 "even mode 1 loses ticks: $use"
done

# ---- a recorded load ----

tail -c +2 "$corpus/mixed" >trace
capture "$tool" simulate --trace trace --tsc-khz 1000000 --hours 0.01 --json
is "$status $err" "0 " "a trace"
is "$(printf '%s' "$out" | jq -r .load)" "trace, domain 3 vCPU 0" "whose it is"
is_range "$(printf '%s' "$out" | jq .ran)" 0.31 0.33 "how long it ran"
is_range "$(printf '%s' "$out" | jq .waited)" 0.47 0.49 "and waited"
capture "$tool" simulate --trace - --tsc-khz 1000000 --vcpu 3.0 --mode 2 \
    <trace
is "$status" 0 "from standard input"
capture "$tool" simulate --trace trace --tsc-khz 1000000 --vcpu 4.0
is "$status $err" "1 xentimectl: trace: domain 4 vCPU 0 has not run twice in it" \
    "nobody"
tail -c +2 "$corpus/cut" >./cut
capture "$tool" simulate --trace cut --tsc-khz 1000000
is "$status" 1 "cut off"
like "$err" '^xentimectl: cut: truncated at byte [0-9]+$' "where"
capture "$tool" simulate --trace /etc/passwd --tsc-khz 1000000
is "$status $err" "1 xentimectl: /etc/passwd: not a trace of xentrace" "foreign"
: >empty
capture "$tool" simulate --trace empty --tsc-khz 1000000
is "$status $err" "1 xentimectl: empty: there is nothing in it" "empty"
evil=$'web\xe2\x80\xaegol\x1b[31m' # right-to-left override, a colour
{
    cat trace
    printf '\001\360\001\260\0\0\0\0\0\0\0\0\007\0\0\0\0\0\0\0\0\0\0\0'
} >"$evil" # Xen says that it lost 7 records
capture env LC_ALL=C.UTF-8 "$tool" simulate --trace "$evil" --tsc-khz 1000000
like "$err" '^xentimectl: web\\u202egol\\x1b\[31m: Xen lost 7 records;' "lost records"
unlike "$out$err" $'\xe2\x80\xae|\x1b' "no byte of the file's name is printed raw"
capture "$tool" simulate --trace trace
is "$status" 5 "without Xen it wants to know the TSC"
like "$err" '^xentimectl: .*--tsc-khz' "and says so"

# ---- wrong uses ----

for use in "--mode 9" "--mode" "--guest linux" "--load io" "--hz 19" "--hz x" \
    "--hours 0" "--hours -1" "--hours 10001" "--latency 0" "--seed -1" \
    "--sync-wakeup-after 65536" "--sync-wakeup-after -1" \
    "--vcpu 3 --trace trace --tsc-khz 1000000" \
    "--vcpu 3.x --trace trace --tsc-khz 1000000" \
    "--trace trace --load cpu" "--tsc-khz 10 --trace trace" "web"; do
    # shellcheck disable=SC2086 # words
    capture "$tool" simulate $use
    is "$status" 2 "usage: simulate $use"
done

# "xl info" has 2400.084 (MHz), and dmesg may have Hz.
for use in 100 2400 2400.084 10000; do
    capture "$tool" simulate --trace trace --tsc-khz $use
    is "$status" 2 "no kHz: $use"
    like "$err" 'can only be in MHz$' "and says so"
done
for use in 100000000 2400084000 10000000000; do
    capture "$tool" simulate --trace trace --tsc-khz $use
    is "$status" 2 "no kHz: $use"
    like "$err" 'can only be in Hz$' "and says so"
done
for use in 99999 10000001 2400084.5 2400k; do
    capture "$tool" simulate --trace trace --tsc-khz $use
    is "$status" 2 "no kHz: $use"
    like "$err" 'takes 100000 to 10000000, not' "and says so"
done
for use in 100000 10000000; do
    capture "$tool" simulate --trace trace --tsc-khz $use --hours 0.01
    is "$status" 0 "kHz: $use"
done

# ---- time ----

# cpu_ms HOURS: the CPU time that it takes, in ms.
cpu_ms() {
    local TIMEFORMAT=%U
    { time $tool simulate --load io-32 --hours "$1" --hz 100 --mode 4 >/dev/null; } \
        2>&1 | tr -d .
}
# A machine that is slow, or busy with something else, is so for both alike.
two=$(cpu_ms 2) day=$(cpu_ms 24)
is_range "$(awk -v two="$((10#$two))" -v day="$((10#$day))" \
    'BEGIN { print day / (two + 1) }')" 4 24 \
    "a day takes about twelve times what two hours take"
capture sh -c "ulimit -t 20; exec $tool simulate --load io-32 --hours 24 \
    --hz 100 --mode 4"
is "$status" 0 "a day, 100 Hz, one mode, in less than 20 seconds of CPU"

done_testing
