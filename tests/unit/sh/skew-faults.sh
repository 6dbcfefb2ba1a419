#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# xentimectl skew analyze finds each fault of tests/skew/faults in logs that have
# it, and in none that has not.
#
# How: the logs are made with random numbers from a fixed seed, and conditions of
# jq hold for what --json says.  SKEW_SEEDS="1 2 3" tries other seeds too, and
# says which conditions fail; the intervals are of 95 %, so that some may.

. tests/unit/sh/tap.sh
export LD_LIBRARY_PATH=build/host LC_ALL=C
tool=$PWD/build/host/xentimectl

# judge FILE: prints the conditions that it does not meet, or what went wrong
judge() {
    if "$tool" skew analyze --json "$1" >"$tmp/json" 2>"$tmp/err"; then
        jq -r -f "$1.jq" "$tmp/json" 2>&1
    else
        cat "$tmp/err" "$tmp/json"
    fi
}

for seed in ${SKEW_SEEDS:-1}; do
    ok "logs of seed $seed" tests/skew/write-faults "$tmp/$seed" "$seed"
    for log in "$tmp/$seed"/*.jq; do
        log=${log%.jq} name=${log##*/}
        name=${name%.jq}
        is "$(judge "$log")" "" "$name"
    done
    for log in "$tmp/$seed"/none/*.jq; do
        log=${log%.jq}
        isnt "$(judge "$log")" "" "${log##*/}: not said of a clock without it"
    done
    rm -r "${tmp:?}/$seed"
done
is_range "$tap_count" 37 100000 "no log is left out"

done_testing
