# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154
#
# Measures, proves nothing: the error of three kinds of clock in every timer
# mode under one load.
#
# How: see accuracy.sh. lab.load, lab.hz and lab.seconds come from Linux' command
# line. Rows of JSON, one a line, are sent as accuracy.rows, with what xentrace
# has recorded, for tests/lab/bench-accuracy to predict the errors by.
#
# lab: releases=4.17,4.20 hv=stock,patched timeout=7200 idle=600 output=plain icount=2

. /lib/lab/lib.sh
. /lib/lab/accuracy.sh

argument() { tr ' ' '\n' </proc/cmdline | sed -n "s/^lab.$1=//p"; }
load=$(argument load) seconds=$(argument seconds)
rows=/run/lab/rows

latency=$(latency)
# xl info has MHz with three decimals.
khz=$(xl info | sed -n 's/^cpu_mhz *: *\([0-9]*\)\.\([0-9]*\)$/\1\2/p')
echo "latency $latency us, TSC $khz kHz"
: >$rows
hz=$(argument hz)
# Mode 2 as it is, and 2.N: with sync_wakeup_after=N.
for cell in 0 1 2 3 4 2.1; do
    mode=${cell%.*} wakeup_after=${cell#"$mode"} wakeup_after=${wakeup_after#.}
    [ "$LAB_HYPERVISOR" != stock ] || [ -z "$wakeup_after" ] || continue
    measure_cell "$load" "$hz" "$mode" "$seconds" || continue
    for guest in tick tick_tsc clock; do
        eval "got=\$got_$guest"
        printf '{"xen": "%s", "guest": "%s", "load": "%s", "hz": %s, "mode": %s, "sync_wakeup_after": %s, "error_pct": %s, %s}\n' \
            "$LAB_HYPERVISOR" "$(echo $guest | tr _ -)" "$load" "$hz" \
            "$mode" "${wakeup_after:-0}" "$got" "$row" >>$rows
    done
    echo "$load $hz Hz mode $cell: $got_tick $got_tick_tsc $got_clock"
    # The serial port is slow: a trap and an emulated instruction a byte.
    labdom trace "$dom" </run/lab/trace | gzip | base64 >/run/lab/trace64
    send_file "trace.$cell" /run/lab/trace64
    echo "$cell $mode ${wakeup_after:-0} $hz $vcpu $latency $khz $hours" >>/run/lab/cells
done
send_file accuracy.cells /run/lab/cells
send_file accuracy.rows $rows
