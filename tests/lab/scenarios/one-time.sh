# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a domain has one time: what one vCPU has read of a clock and told
# another is never more than what that one reads then, of TSC, pvclock, HPET, PM
# timer and Viridian's reference count, in every mode, with a native and with an
# emulated TSC, beside a busy domain. Mode 4 is refused where it would have to
# move the native TSC of one vCPU of several, and nowhere else. On a stock Xen,
# that this is so in the modes 1 to 3, and what is not in mode 0.
#
# How: the vCPUs of the witness (tests/guests/x86/witness.c) take the greatest
# value that anybody has read from memory, read the clock, and count each step
# back. A handover is a turn that finds another vCPU's value there. A busy domain
# and, of four vCPUs, the others keep each of them waiting for one of two CPUs.
# Handovers of each clock: 1,000 in `make check`; 20,000 in `make check-all`, and
# a million where no reading exits to Xen; as lab.handovers=N says.
#
# LAB_REALTIME is not for this scenario: on a busy host, with a thread a CPU,
# the pvclock stepped back by 18 ms in mode 2 of a stock Xen, and no other clock
# did. Most likely Xen, which sets each CPU's clock once a second, does so while
# one of the threads waits for the host; that was not looked into.
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

# stock_mode_0 WHAT TSC: what a stock Xen makes of the time of a guest in mode 0:
# each vCPU has its own, and the HPET and the PM timer have that of vCPU 0. A
# native TSC and the pvclock are not touched.
stock_mode_0() {
    for clock in tsc pv hpet pmtimer refcount; do
        case $clock-$2 in
        pv-*|tsc-native|refcount-native)
            is "$(back $clock)" 0 "$1: the $clock does not step back" ;;
        *)
            is_range "$(back $clock)" 1 1000000000 \
                "$1: the $clock steps back" ;;
        esac
    done
}

# testify WHAT CLOCK...: these clocks, for as long as it takes, never step back.
testify() {
    what=$1
    shift
    labdom witness "$dom" start "$@" reftsc
    witnessed "$what" "$(handovers "$@")" "$@"
    like "$out" 'clock=reftsc absent$' "$what: no reference TSC page"
    no_steps "$what"
}

# row VCPUS TSC MODE
row() {
    what="$1 vCPUs, $2 TSC, mode $3"
    taken=1
    witness_guest "$what" "$@" || taken=
    if [ "$2 $3" = 'native 4' ]; then
        is "$taken" "" "$what: the mode is refused"
        like "$err" 'Operation not supported' "$what: by EOPNOTSUPP"
        is "$(labdom param "$dom" timer_mode)" 0 "$what: and not taken"
    elif [ -z "$taken" ]; then
        fail "$what: the mode is taken" || diag "$err"
    elif [ -z "$patched" ] && [ "$3" -eq 0 ]; then
        # shellcheck disable=SC2086 # one word a clock
        {
            labdom witness "$dom" start $all_clocks
            witnessed "$what" 1000 $all_clocks
        }
        stock_mode_0 "$what" "$2"
    elif [ "$2" = native ]; then
        testify "$what" tsc pv
        testify "$what" hpet pmtimer refcount
    else
        # shellcheck disable=SC2086 # one word a clock
        testify "$what" $all_clocks
    fi
    labdom destroy "$dom"
}

if is_long; then vcpus='2 4' modes='0 1 2 3'; else vcpus=2 modes='0 2'; fi
[ -z "$patched" ] || modes="$modes 4 5"

for n in $vcpus; do
    for tsc in emulated native; do
        for mode in $modes; do
            row "$n" "$tsc" "$mode"
        done
    done
done
is_long || row 4 emulated 0

# A guest that has left mode 0 has one time again.
row_left_0() {
    what='emulated TSC, 2 vCPUs, mode 0 left for 1'
    witness_guest "$what" 2 emulated 0
    labdom witness "$dom" start tsc
    labdom witness "$dom" 200 >/dev/null
    labdom param "$dom" timer_mode 1
    labdom witness "$dom" start tsc
    witnessed "$what" 1000 tsc
    if [ -n "$patched" ]; then
        no_steps "$what"
    else
        is_range "$(back tsc)" 1 1000000000 "$what: the tsc still steps back"
    fi
    labdom destroy "$dom"
}
row_left_0

# One vCPU cannot disagree with another, so its native TSC may be moved.
what='1 vCPU, native TSC, mode 4'
if [ -n "$patched" ]; then
    taken=1
    witness_guest "$what" 1 native 4 || taken=
    is "$taken" 1 "$what: the mode is taken"
    labdom destroy "$dom"
fi

done_testing
