# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that no clock of a guest ever goes backwards, however often and at
# whatever moment its timer mode is switched; on a stock Xen, that this is so
# among the modes 1, 2 and 3, and that the switch back to mode 0 is caught.
#
# How: labdom sets the parameter at random - domain paused, preempted, blocked
# in HLT; one vCPU and four, which outnumber the CPUs - with up to 5 ms in
# between, and looks after each switch at what every vCPU has seen of TSC, HPET
# and pvclock. (The HPET runs on the time of vCPU 0, so in mode 0 of a stock Xen,
# where each vCPU has its own, others see it go back without any switch.) `make
# check` makes a fifth of the switches, on two CPUs.
#
# On the "skewed" hypervisor the CPUs' own clocks are 5 ms apart, as they are now
# and then on hosts whose TSCs are not constant.
#
# lab: hv=stock,patched,debug timeout=900 idle=200
# lab: check=newest@patched+smp2 intel=oldest@patched
# lab: all=oldest@stock,oldest@patched,newest@debug+smp2,newest@patched+smp4,oldest@patched+smp2+rt,oldest@skewed+smp2

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# The rest of what is due is made in `make check-all`.
part=5
! is_long || part=1

# value KEY: of the result, in $out.
value() { printf '%s\n' "$out" | sed -n "s/^stress .* $1=\([^ ]*\).*/\1/p"; }

# stress WHAT SWITCHES SETTING...: so many, and no clock went backwards.
stress() {
    what=$1 switches=$(($2 / part))
    shift 2
    exits 0 "$what: no clock goes backwards" -- \
        labdom stress "$dom" n="$switches" "$@"
    diag "$out"
    is "$(value switches)" "$switches" "$what: in $switches switches"
}

# covered WHAT MODE...: each pair of modes was among the switches.
covered() {
    what=$1 missing=''
    shift
    for from; do
        for to; do
            [ "$from" = "$to" ] || [ "$(value "p$from$to")" -ge $((20 / part)) ] ||
                missing="$missing $from$to"
        done
    done
    is "$missing" "" "$what: from each mode to each other"
    is_range "$(value paused)" $((200 / part)) 100000 "$what: paused"
}

for vcpus in 1 4; do
    what="$vcpus vCPUs, modes 1 to 3"
    guest "$what" vcpus=$vcpus lapic=20 aplapic=10 idle=sample
    labdom param "$dom" timer_mode 1
    labdom unpause "$dom"
    labdom wait "$dom" lapic 5
    stress "$what" 1000 seed=$vcpus states=mix modes=0xe
    covered "$what" 1 2 3
    is_range "$(value blocked)" $((200 / part)) $((800 / part)) "$what: blocked"
    labdom destroy "$dom"

    for states in running mix; do
        what="$vcpus vCPUs, every mode, $states"
        guest "$what" vcpus=$vcpus lapic=5 aplapic=5 idle=sample
        labdom unpause "$dom"
        labdom wait "$dom" lapic 2
        # Xen refuses mode 4 to several vCPUs with a native TSC.
        modes='0 1 2 3 4 5' set=0x3f
        if [ $vcpus -gt 1 ] && [ "$(tsc_of "$dom")" = native ]; then
            modes='0 1 2 3 5' set=0x2f
        fi
        if safe_switch "$dom"; then
            stress "$what" 2000 seed=$vcpus states=$states modes=$set
            # shellcheck disable=SC2086 # one word a mode
            covered "$what" $modes
        else
            exits 1 "$what: the jump back to mode 0 is caught" -- \
                labdom stress "$dom" n=500 seed=$vcpus states=$states
            diag "$out"
            # Another vCPU than vCPU 0 may see the HPET go back first.
            clock=tsc
            [ $vcpus -eq 1 ] || clock='(tsc|hpet)'
            like "$out" "^backwards .* clock=$clock step_ns=[1-9]" \
                "$what: the clock that went backwards"
            [ $vcpus -gt 1 ] || like "$out" '^history .* [123]>0' \
                "$what: after a switch to mode 0"
        fi
        labdom destroy "$dom"
    done
done

# Two vCPUs of three have never been started.
guest "offline vCPUs" --vcpus 3 lapic=5 idle=sample
labdom unpause "$dom"
labdom wait "$dom" lapic 2
if safe_switch "$dom"; then
    stress "offline vCPUs" 500 seed=3 states=mix
fi
labdom destroy "$dom"

done_testing
