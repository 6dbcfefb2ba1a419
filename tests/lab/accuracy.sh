# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# How right guests' clocks are, measured and predicted: . /lib/lab/accuracy.sh,
# after lib.sh.
#
# A cell is one guest in one timer_mode under one load, on the only CPU. The
# guest keeps time in three ways at once (struct keep_page of shared.h), and
# xentrace records how it gets its CPU; the prediction is "xentimectl
# simulate" with that record. The loads are named as in xen-devel's thread of 2007
# on timer modes (xentime-modes(7), HISTORY), scaled to one slow CPU:
#
#   cpu      busy, but for a nap every 64 ticks, beside a busy domain and one
#            that reads a disk 61 times a second
#   io-8     reads a disk 250 times a second, beside a busy domain and its like
#   io-32    reads a disk 1000 times a second, beside a busy domain
#   io-4/32  reads a disk 100 times a second, beside a busy domain and one that
#            does so 1000 times a second
#   idle     sleeps from tick to tick, alone
#
# A disk is an interrupt so long after the last one was handled, which no mode
# has a say about; with waits in between there are fewer. The busy domain is
# busy on each CPU. Of a guest with two vCPUs the second one has ticks of its own
# LAPIC, as many; it works where the first does, and sleeps where that has a disk.

# start_load LOAD HZ MODE: the guest, running, is $dom; its rivals are $rivals.
# Fails if this Xen has no such mode for it, and says why in $err. The guest has
# $vcpus vCPUs (1), its TSC is $tsc (native, or emulated if it is not set), and
# $wakeup_after its sync_wakeup_after (Xen's own rule).
start_load() {
    rivals=
    busy="idle=spin vcpus=${host_cpus:-1}"
    case $1 in
    cpu)     set -- "$@" idle=nap;            rival "$busy"
             rival idle=hlt io=61 ;;
    io-8)    set -- "$@" idle=hlt io=250;  rival "$busy"
             rival idle=hlt io=251 ;;
    io-32)   set -- "$@" idle=hlt io=1000; rival "$busy" ;;
    io-4/32) set -- "$@" idle=hlt io=100;  rival "$busy"
             rival idle=hlt io=997 ;;
    idle)    set -- "$@" idle=hlt ;;
    *)       bail "there is a load $1" ;;
    esac
    hz=$2 mode=$3
    shift 3
    [ "${vcpus:-1}" = 1 ] || set -- "$@" vcpus="$vcpus" aplapic="$hz"
    case ${tsc-} in native) tsc_mode=2 ;; *) tsc_mode=1 ;; esac
    dom=$(labdom create --weight 256 --tsc-mode $tsc_mode victim \
        pit="$hz" clocks=1 "$@") ||
        bail "labdom creates a guest"
    capture labdom param "$dom" timer_mode "$mode"
    [ "$status" -eq 0 ] || {
        end_load
        return 1
    }
    [ -z "${wakeup_after-}" ] || labdom tune "$dom" "$wakeup_after"
    # shellcheck disable=SC2086 # one word a domain
    labdom unpause $rivals "$dom"
    usleep 300000
}

# shellcheck disable=SC2048,SC2086 # one word a setting
rival() {
    rivals="$rivals $(labdom create --weight 256 rival $*)" ||
        bail "labdom creates a rival"
}

# shellcheck disable=SC2086 # one word a domain
end_load() { labdom destroy "$dom" $rivals; }

# value KEY TEXT: of "... KEY=VALUE ..."
value() { printf '%s\n' "$2" | sed -n "s/.*\<$1=\([^ ]*\).*/\1/p" | tail -n 1; }

# latency: us from a tick's injection to a guest's reading its clocks, of one
# that nobody disturbs. It tells how long it took up to the latching of the
# PIT's counter, which is a third of it but for 2 us that the counter swallows:
# as single ticks have shown, at icount shifts 2 and 3.
latency() {
    start_load idle 250 1
    labdom set "$dom" idle=spin
    labdom keep "$dom" start
    sleep 4
    value latency_us "$(labdom keep "$dom")" | awk '{ printf "%d", 2.95 * $1 + 6.2 }'
    end_load
}

# counts KEY: of the PIT, as Xen counts it; nothing if it does not.
counts() { value "$1" "$(labdom stats "$dom" 2>/dev/null | grep src=pit)"; }

# loops: turns of the busy rival's idle loop, the first of $rivals.
loops() {
    # shellcheck disable=SC2086 # one word a domain
    set -- $rivals
    [ $# -gt 0 ] || { echo 0; return; }
    labdom set "$1" idle=spin
    value loops "$(labdom ticks "$1" | grep '^clocks')"
}

# compare_vcpus N: how often, of N handovers and more, a clock that one vCPU had
# read was behind on the next, TSC or pvclock, is $got_back; by how much their
# TSCs are apart is $got_spread, in ns. Both are null with one vCPU, or where the
# vCPUs do not come to it.
compare_vcpus() {
    got_handovers=null got_back=null got_spread=null
    [ "${vcpus:-1}" -gt 1 ] || return 0
    labdom witness "$dom" start tsc pv
    capture labdom witness "$dom" "$1"
    set -- "$(printf '%s\n' "$out" | sum_of handovers)" \
        "$(printf '%s\n' "$out" | sum_of back)"
    [ "$1" = 0 ] || got_handovers=$1 got_back=$2
    labdom set "$dom" idle=spin
    capture labdom clocks "$dom"
    [ "$status" -ne 0 ] || got_spread=$(value spread_ns "$out")
}

# sum_of KEY: of all "KEY=N" on stdin.
sum_of() {
    sed -n "s/.*\<$1=\([0-9]*\).*/\1/p" | awk '{ n += $1 } END { print n + 0 }'
}

# measure_cell LOAD HZ MODE SECONDS: the errors are $got_tick, $got_tick_tsc and
# $got_clock, in percent; the rest of the row is $row, what xentrace recorded
# /run/lab/trace, and the guest in there $vcpu. Fails as start_load does.
measure_cell() {
    start_load "$1" "$2" "$3" || return 1
    labdom counting "$dom" 1 2>/dev/null
    woken=$(counts wakeups) looped=$(loops)
    # Larger buffers, lest dom0 be late to empty them; only what is read.
    xentrace -D -e 0x21000 -S 256 /run/lab/trace >/run/lab/xentrace.log 2>&1 &
    xentrace=$!
    usleep 300000
    labdom keep "$dom" start
    m=$(labdom measure "$dom" "$(($4 * 1000))")
    keep=$(labdom keep "$dom" "$4")
    kill -INT $xentrace
    woken2=$(counts wakeups) looped2=$(loops)
    wait $xentrace
    compare_vcpus 200
    # shellcheck disable=SC2086 # one word a domain
    labdom pause "$dom" $rivals

    got_tick=$(value tick "$keep") got_tick_tsc=$(value tick-tsc "$keep")
    got_clock=$(value clock "$keep")
    vcpu=$dom.0
    # The guest began some 0.4 s later than the record. What dom0 does to end
    # it all is not to be in either.
    hours=$(awk -v s="$4" 'BEGIN { printf "%.9f", (s + 0.4) / 3600 }')

    clocks=$(printf '%s\n' "$m" | grep '^clocks')
    row=$(awk -v ticks="$(value ticks "$(printf '%s\n' "$m" | grep timer=pit)")" \
        -v dt="$(value dt_s "$clocks")" -v cpu="$(value cpu "$clocks")" \
        -v overload="$(value overload "$clocks")" -v w0="$woken" -v w1="$woken2" \
        -v l0="$looped" -v l1="$looped2" 'BEGIN {
        printf "\"ticks_per_s\": %.2f, \"wakeups_per_s\": %s, \"cpu\": %s, " \
            "\"overload\": %s, \"rival_loops_per_s\": %.0f",
            ticks / dt, w1 == "" ? "null" : sprintf("%.2f", (w1 - w0) / dt),
            cpu, overload ? "true" : "false", (l1 - l0) / dt }')
    row="$row, \"handovers\": $got_handovers, \"back\": $got_back, \"spread_ns\": $got_spread"
    end_load
}

# predict_cell HZ MODE LATENCY: $want_tick and so on for what was measured.
predict_cell() {
    simulated=$(xentimectl simulate --trace /run/lab/trace --vcpu "$vcpu" \
        --hz "$1" --mode "$2" --latency "$3" --hours "$hours" --json) ||
        bail "xentimectl simulate takes the trace"
    want_tick=$(predicted tick) want_tick_tsc=$(predicted tick-tsc)
    want_clock=$(predicted clock)
}

# predicted GUEST: the error, in percent, of $simulated.
predicted() {
    printf '%s\n' "$simulated" | tr -d ' \n' | tr '{' '\n' |
        sed -n "s/.*\"guest\":\"$1\",\"error_pct\":\([-0-9.]*\).*/\1/p"
}

# agree GOT WANT: within 0.01 percentage points or 10 % of the error.
agree() {
    awk -v got="$1" -v want="$2" 'BEGIN {
        d = got - want; if (d < 0) d = -d
        e = got < 0 ? -got : got
        exit !(d <= (0.1 * e > 0.01 ? 0.1 * e : 0.01)) }'
}
