# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2034,SC2154
#
# The scenarios about one time for all vCPUs share this file, and source it
# after timers.sh.

# These are the clocks of a guest but for the reference TSC page, which needs a
# TSC that Xen trusts; it does not trust QEMU's.
all_clocks='tsc pv hpet pmtimer refcount'

# prefer_dom0: over guests that are busy, lest each process that it starts take twice
# as long. Credit2's weight is 256 by default.
prefer_dom0() { xl sched-credit2 -d 0 -w 8192; }

# handovers CLOCK...: how many of each to wait for; in `make check` 1000. A
# reading of most clocks is an exit to Xen, and a million of them
# takes three minutes.
handovers() {
    read -r lab_line </proc/cmdline
    case " $lab_line" in
    *' lab.handovers='*)
        lab_line=${lab_line#*lab.handovers=}
        echo "${lab_line%% *}"
        return ;;
    esac
    if ! is_long; then echo 1000
    elif [ "$tsc $*" = 'native tsc pv' ]; then echo 1000000
    else echo 20000; fi
}

# has_modes: this Xen has freezing modes with one time for a domain, and so the
# modes 4 and 5; $dom is any domain. A stock Xen has none of it.
has_modes() { safe_switch "$dom"; }

# witness_guest NAME VCPUS TSC MODE [paused]: a running guest of so many vCPUs
# with all its timers ticking, TSC being native or emulated, as $dom. It fails if
# Xen does not let it have the mode; what Xen says is in $err.
witness_guest() {
    tsc=$3
    case $3 in native) lab_tsc=2 ;; *) lab_tsc=1 ;; esac
    dom=$(labdom create --weight 128 --viridian --tsc-mode $lab_tsc "$1" \
        vcpus="$2" pit=100 lapic=50 aplapic=50 hpet=30 clocks=0) ||
        bail "labdom creates a guest"
    capture labdom param "$dom" timer_mode "$4"
    [ "$status" -eq 0 ] || return 1
    [ "${5-}" = paused ] || labdom unpause "$dom"
}

# back CLOCK: how often it stepped back, by the last "labdom witness" in $out.
back() {
    printf '%s\n' "$out" | sed -n "s/^witness clock=$1 .* back=\([0-9]*\).*/\1/p"
}

# The pvclock of a native TSC is the own clock of the CPU that a vCPU runs on. Where
# the TSC is not constant Xen sets each CPU's clock once a second, not all at the
# same moment, and tells a guest so by XEN_PVCLOCK_TSC_STABLE_BIT, which is not set:
# Linux then takes the greatest value of all vCPUs. A stock 4.20 with two CPUs
# stepped back 16 times in 3 million handovers, by up to 2.7 us. A host with one CPU
# has one clock, and nothing is forgiven.
native_pvclock_ns=10000

# steps: each clock that stepped back, how often, and the largest step.
steps() {
    # shellcheck disable=SC2046,SC2005 # on one line
    echo $(printf '%s\n' "$out" | grep ' back=[1-9]' |
        sed 's/^witness clock=//; s/handovers=[0-9]* //; s/ absent=.*//' |
        awk -v tsc="$tsc" -v cpus="$(host_cpus)" -v most=$native_pvclock_ns '{
            max = $3
            sub(/.*=/, "", max)
            if (tsc != "native" || cpus == 1 || $1 != "pv" || max + 0 > most)
                print
        }')
}

# witnessed WHAT N CLOCK...: N handovers of each clock since the start.
witnessed() {
    lab_name=$1 lab_n=$2
    shift 2
    capture labdom witness "$dom" "$lab_n"
    [ -z "$err" ] || diag "$err"
    diag "$out"
    lab_missing=
    for lab_clock; do
        [ "$(printf '%s\n' "$out" |
            sed -n "s/^witness clock=$lab_clock handovers=\([0-9]*\).*/\1/p")" \
            -ge "$lab_n" ] 2>/dev/null || lab_missing="$lab_missing $lab_clock"
    done
    is "$lab_missing" "" "$lab_name: $lab_n handovers of each clock"
}

# no_steps WHAT: of what the last "labdom witness" told.
no_steps() { is "$(steps)" "" "$1: no clock steps back"; }
