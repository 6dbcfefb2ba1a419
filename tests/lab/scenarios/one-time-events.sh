# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that nothing which happens to a domain or to one of its vCPUs makes its
# vCPUs disagree about the time: pauses, switches of the mode, resyncs, save and
# restore, INIT and SIPI, a WRMSR to the TSC, a VCPUOP_down of the vCPU that keeps
# its time. On a stock Xen, in mode 1.
#
# How: the witness of one-time.sh, beside a busy domain, while the one thing
# happens again and again, each time just after a pause of 30 ms, of which a
# freezing mode still has time to give back then. A vCPU that has moved its TSC
# by WRMSR judges what it reads without that, to the cycle: the differences
# between the TSCs are to stay what they are. Viridian's reference count is the
# TSC of vCPU 0, so it is not looked at where that one writes; nor is the pvclock
# after a restore, of which it is no part.
#
# lab: smp=2 hv=stock,patched timeout=3600 idle=900
# lab: all=oldest@stock

. /lib/lab/lib.sh
. /lib/lab/timers.sh
. /lib/lab/witness.sh

prefer_dom0
guest rival idle=spin
labdom unpause "$dom"
patched=
! has_modes || patched=1

# lag [N]: what mode 4 has to give back, N times. One process for all of it: dom0
# starts one in some 70 ms of a busy machine.
lag() {
    labdom gaps --pause 30 --times "${1:-1}" --period 50 --settle 0 "$dom" >/dev/null
}

# repeat N CMD...: so often, each time after a lag.
repeat() {
    lab_left=$1
    shift
    while [ "$lab_left" -gt 0 ]; do
        lab_left=$((lab_left - 1))
        lag
        "$@" >/run/lab/event 2>&1 || { sed 's/^/# /' /run/lab/event; return 1; }
    done
}

event_pauses() { lag 5; }
event_switches() {
    # These are all of the modes that the guest may have.
    case $tsc$patched in
    emulated1) modes=0x3f ;;
    native1) modes=0x2f ;;
    *) modes=0xe ;;
    esac
    labdom stress "$dom" n=200 "modes=$modes" seed=1 >/run/lab/event 2>&1 ||
        { sed 's/^/# /' /run/lab/event; return 1; }
}
event_resyncs() {
    repeat 5 labdom resync "$dom"
}
event_restarts() {
    repeat 5 labdom restart "$dom" 1 && repeat 3 labdom restart "$dom" 2
}
event_writes() {
    repeat 2 labdom writetsc "$dom" 1 1000000000 &&
        repeat 2 labdom writetsc "$dom" 2 -1000000000 &&
        repeat 2 labdom writetsc "$dom" 1 0
}
event_writes_0() {
    repeat 2 labdom writetsc "$dom" 0 1000000000 &&
        repeat 2 labdom writetsc "$dom" 0 0
}
# While vCPU 0 is down, and may have been waiting for a CPU then, vCPU 1 reads the
# TSC a thousand times: of a time that stands still that is 4 us.
event_downs() {
    for lab_left in 1 2 3 4 5 6 7 8; do
        capture labdom down "$dom"
        diag "$out $err"
        [ "${out#down_us=}" -ge 100 ] || return 1
    done
}
event_restore() {
    from=$dom
    lag
    labdom pause "$from"
    witness_guest "restored" 3 "$tsc" "$mode" paused
    labdom copyctx "$from" "$dom" >/dev/null || return 1
    labdom destroy "$from"
    labdom unpause "$dom"
    # It may have been caught with all the handovers it needed.
    seen=$(labdom witness "$dom" | sed -n 's/.* handovers=\([0-9]*\) .*/\1/p' |
        sort -n | tail -n 1)
}

# row TSC MODE EVENT
row() {
    mode=$2 what="$1 TSC, mode $2, $3" seen=0
    if ! witness_guest "$what" 3 "$1" "$2"; then
        fail "$what: the mode is taken" || diag "$err"
        labdom destroy "$dom"
        return
    fi
    case $3 in
    writes_0) clocks='tsc pv hpet pmtimer' ;;
    restore) clocks='tsc hpet pmtimer refcount' ;;
    *) clocks=$all_clocks ;;
    esac
    # shellcheck disable=SC2086 # one word a clock
    labdom witness "$dom" start $clocks
    if "event_$3"; then
        pass "$what: done"
    else
        fail "$what: done"
    fi
    # shellcheck disable=SC2086 # one word a clock
    witnessed "$what" $((seen + $(handovers $clocks))) $clocks
    no_steps "$what"
    labdom destroy "$dom"
}

all='pauses switches restarts writes writes_0 downs restore'
# shellcheck disable=SC2034 # by their names
if [ -z "$patched" ]; then rows='emulated_1 native_1' emulated_1=$all native_1=$all
else
    all="$all resyncs" rows='emulated_4 native_0'
    emulated_4=$all native_0='restarts writes restore'
    if is_long; then
        rows="$rows emulated_0 emulated_5 native_5"
        native_0=$all emulated_0=$all emulated_5=$all native_5=$all
    fi
fi
for row in $rows; do
    eval "events=\$$row"
    for event in $events; do
        row "${row%_*}" "${row#*_}" "$event"
    done
done

done_testing
