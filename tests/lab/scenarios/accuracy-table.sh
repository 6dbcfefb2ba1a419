# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Measures, proves nothing: the error of three kinds of clock in every timer
# mode under one load, and which mode "xentimectl recommend" names for each.
#
# How: see accuracy.sh. lab.load, lab.hz, lab.vcpus, lab.tsc, lab.seconds and
# lab.modes, with commas, come from Linux' command line. Rows of JSON, one a line, are sent as accuracy.rows,
# with what xentrace has recorded, for tests/lab/bench-accuracy to predict the
# errors by. What is recommended, under the load "cpu", is accuracy.best.
#
# lab: hv=stock,patched timeout=7200 idle=600 output=plain icount=2

. /lib/lab/lib.sh
. /lib/lab/accuracy.sh

argument() { tr ' ' '\n' </proc/cmdline | sed -n "s/^lab.$1=//p"; }
load=$(argument load) seconds=$(argument seconds) hz=$(argument hz)
vcpus=$(argument vcpus) tsc=$(argument tsc)
host_cpus=$(host_cpus)
rows=/run/lab/rows

# What is measured is one guest, undisturbed by another vCPU of its own.
latency=$(vcpus=1 latency)
# xl info has MHz with three decimals.
khz=$(xl info | sed -n 's/^cpu_mhz *: *\([0-9]*\)\.\([0-9]*\)$/\1\2/p')
echo "latency $latency us, TSC $khz kHz"
: >$rows
: >/run/lab/cells

# add_rows: of the cell, one for each kind of guest.
add_rows() {
    for guest in tick tick-tsc clock; do
        case $guest in
        tick)     got=$got_tick ;;
        tick-tsc) got=$got_tick_tsc ;;
        clock)    got=$got_clock ;;
        esac
        printf '{"witness": "ours", "xen": "%s", "guest": "%s", "vcpus": %s, "host_cpus": %s, "tsc": "%s", "load": "%s", "hz": %s, "mode": %s, "sync_wakeup_after": %s, "error_pct": %s%s}\n' \
            "$LAB_HYPERVISOR" "$guest" "$vcpus" "$host_cpus" "$tsc" "$load" \
            "$hz" "$mode" "${wakeup_after:-0}" "$got" "$row" >>$rows
    done
}

# Mode 2 as it is, and 2.N: with sync_wakeup_after=N.
for cell in $(argument modes | tr , ' '); do
    mode=${cell%.*} wakeup_after=${cell#"$mode"} wakeup_after=${wakeup_after#.}
    if measure_cell "$load" "$hz" "$mode" "$seconds"; then
        row=", $row"
    else
        echo "$err"
        got_tick=null got_tick_tsc=null got_clock=null row=', "refused": true'
        add_rows
        continue
    fi
    add_rows
    echo "$load $hz Hz mode $cell: $got_tick $got_tick_tsc $got_clock," \
        "$got_handovers handovers, $got_back back, spread $got_spread ns"
    # The serial port is slow: a trap and an emulated instruction a byte.
    labdom trace "$dom" </run/lab/trace | gzip | base64 >/run/lab/trace64
    send_file "trace.$cell" /run/lab/trace64
    echo "$cell $mode ${wakeup_after:-0} $hz $vcpu $latency $khz $hours" >>/run/lab/cells
done

send_file accuracy.rows $rows
send_file accuracy.cells /run/lab/cells

# An hour is simulated in each mode, which takes an emulated CPU a minute and a
# half at 1000 Hz.
[ "$load" = cpu ] || exit 0
wakeup_after=
start_load "$load" "$hz" 1 || bail "there is a guest to recommend a mode for"
xentimectl recommend --observe 4 --hz 250 --json "$dom" \
    >/run/lab/recommended 2>/run/lab/err || bail "xentimectl recommend has an answer"
end_load
printf '{"xen": "%s", "vcpus": %s, "host_cpus": %s, "tsc": "%s", "answer": %s}\n' \
    "$LAB_HYPERVISOR" "$vcpus" "$host_cpus" "$tsc" "$(cat /run/lab/recommended)" \
    >/run/lab/best
send_file accuracy.best /run/lab/best
