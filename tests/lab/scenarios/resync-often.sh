# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Proves that a resync brings no vCPU ahead of real time, and none of its clocks
# back, when it comes in the middle of a wait for a CPU, time and again, in any
# mode; and that a TSC which mode 4 has put back comes along with guest time.
#
# How: a guest of two vCPUs ticks and reads its clocks all the time, beside a
# busy domain on the only CPU, so that one of its vCPUs always waits. It is
# stepped, or slewed, eight times at odd intervals, and Xen asked for the lag
# after each: no less than none. Once in mode 0, with an emulated TSC (in `make
# check-all`); in mode 4, with the CPU's own; and while the modes are switched at
# random. Last, a guest leaves mode 4 with what it lags by, and is stepped: its
# TSC, compared with the time that Xen tells it, moves on by as much.
#
# lab: releases=4.17,4.20 hv=patched timeout=600 idle=200 check=4.20@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# sampler TSC-MODE MODE: a guest that reads its clocks, as $dom.
sampler() {
    dom=$(labdom create --weight 128 --tsc-mode "$1" "sampler $1 $2" vcpus=2 \
        pit=50 lapic=50 aplapic=50 idle=sample clocks=5) ||
        bail "labdom creates a guest"
    labdom param "$dom" timer_mode "$2"
    labdom unpause "$dom"
    labdom wait "$dom" pit 5
}

lag_min() { labdom status "$dom" | sed -n 's/.* lag_min=\([^ ]*\).*/\1/p'; }

# The HPET has the time of vCPU 0: in mode 0 others may see it go back.
backwards() { labdom ticks "$dom" | grep -Eo '(tsc|pv)_back=[1-9][0-9]*'; }

# resyncs WHAT METHOD...: Guest time is read a little later than real time.
resyncs() {
    what=$1 least=0 i=0
    shift
    while [ $i -lt 8 ]; do
        labdom resync "$dom" "$@" >/dev/null || break
        usleep $((1000 * (7 + i * 5 % 29)))
        lag=$(lag_min)
        [ "$lag" -ge "$least" ] || least=$lag
        i=$((i + 1))
    done
    is $i 8 "$what: again and again"
    is_range "$least" -20000 0 "$what: no vCPU is ahead of real time"
    is "$(backwards)" "" "$what: no clock goes backwards"
}

# gained: by how many ns, at most, a TSC has moved on more than Xen's own time.
gained() {
    awk '{ gsub(/[a-z_]+=/, ""); ahead = $4 - $3 }
        !/^vcpu/ { next }
        NR == FNR { was[$1] = ahead; next }
        ahead - was[$1] > most { most = ahead - was[$1] }
        END { print int(most) }' /run/lab/before /run/lab/after
}

guest rival idle=spin
rival=$dom
labdom unpause "$rival"

for what in $(is_long && echo 0,0,slew) 2,4,step; do
    tsc=${what%%,*} method=${what##*,} mode=${what#*,}
    sampler "$tsc" "${mode%,*}"
    [ "$method" = step ] || method="$method 100000"
    # shellcheck disable=SC2086 # the method and its rate
    resyncs "tsc_mode,mode,method $what" $method
    labdom destroy "$dom"
done

what="while modes are switched"
sampler 2 0
labdom stress "$dom" n=300 modes=0x1f seed=1 >/run/lab/stress 2>&1 &
resyncs "$what" step
wait $!
is $? 0 "$what: all the time"
sed 's/^/# /' /run/lab/stress
labdom destroy "$dom"

what="a native TSC, after mode 4"
sampler 2 4
usleep 100000
labdom param "$dom" timer_mode 1
labdom pause "$rival"
labdom clocks "$dom" >/run/lab/before
exits 0 "$what: step" -- labdom resync "$dom" step
labdom clocks "$dom" >/run/lab/after
is_range "${out#lag=}" 1000000 100000000 "$what: guest time lags by ns"
is_range "$(gained)" $((${out#lag=} - 20000)) $((${out#lag=} + 20000)) \
    "$what: and the TSC comes along with it"
is_range "$(sed -n 's/.* spread_ns=//p' /run/lab/after)" 0 2000 \
    "$what: on all vCPUs"
is "$(labdom status "$dom" | grep -o 'lag_m.*')" "lag_min=0 lag_max=0" \
    "$what: nothing lags"

done_testing
