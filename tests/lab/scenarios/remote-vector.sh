# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that a timer whose interrupts go to another vCPU than its ticks do goes
# on ticking at its rate, in every mode. On a stock Xen nobody learns that such a
# tick came. It stays the oldest one, which goes before all others, so that no
# timer of the guest ticks any more.
#
# How: the ticks of RTC and HPET are those of the vCPU that the PIT interrupts,
# vCPU 0; the guest has the I/O APIC send the two to vCPU 1, which counts them.
#
# lab: hv=stock,patched all=oldest@stock,newest@patched+smp2
# lab: intel=oldest@stock,oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# counts: of PIT, RTC and HPET, the latter two by vCPU 1.
counts() {
    labdom ticks "$dom" | sed -n 's/^timer=pit .*\<ticks=\([0-9]*\).*/\1/p
        s/^remote rtc=\([0-9]*\) hpet=\([0-9]*\)$/\1 \2/p'
}

# Ticks that wait together are one tick to vCPU 1 (0003-remote-vector.patch), and as
# many to the PIT in most modes. Where several emulated CPUs run in turn, 8 to 15 in
# a hundred waited so.
least=90
[ "$(host_cpus)" = 1 ] || least=75

# expected WHAT GOT HZ: as many, while the PIT has ticked $pit times at 100 Hz.
expected() { is_range $(($2 * 10000 / ($3 * pit))) $least 110 "$1, in percent"; }

guest any
modes='0 1 2 3'
! safe_switch "$dom" || modes='0 1 2 3 4 5'
for mode in $modes; do
    what="mode $mode"
    guest "$what" vcpus=2 pit=100 rtc=64 hpet=50 remote=10 idle=hlt
    labdom param "$dom" timer_mode "$mode"
    labdom unpause "$dom"
    labdom wait "$dom" pit 50
    # The PIT's backlog from the guest's start has been delivered by then.
    sleep 2
    # shellcheck disable=SC2046 # three words
    set -- $(counts)
    usleep 1000000
    # shellcheck disable=SC2046 # three words
    set -- "$@" $(counts)
    pit=$(($4 - $1))
    diag "$what: PIT $pit, RTC $(($5 - $2)), HPET $(($6 - $3))"
    if safe_switch "$dom"; then
        expected "$what: the RTC ticks at vCPU 1" $(($5 - $2)) 64
        expected "$what: and so does the HPET" $(($6 - $3)) 50
    else
        is "$pit" 0 "$what: no timer of vCPU 0 ticks"
    fi
    labdom destroy "$dom"
done

done_testing
