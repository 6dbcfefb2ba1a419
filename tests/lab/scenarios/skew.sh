# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that "xentimectl skew DOM" sees from outside how a guest's clocks go:
# right in mode 1, behind after mode 0 has frozen them, with a step where they
# jump; on a patched Xen also the clock of a guest that counts ticks, which
# loses what mode 2 drops. And that "recommend" watches a domain with the real
# xentrace, and knows what that comes to.
#
# How: a busy guest, alone and beside another one. Clocks are compared with
# dom0's own, which is Xen's.
#
# lab: hv=stock,patched timeout=900 idle=180 intel=oldest@patched

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# clock NAME KEY: of the JSON document in $out.
clock() {
    printf '%s\n' "$out" | tr -d '\n ' | sed 's/{"clock":/\n&/g' |
        sed -n "s/^{\"clock\":\"$1\",.*\"$2\":\([-0-9.a-z]*\).*/\1/p"
}

guest rival idle=spin
rival=$dom
guest 'old billing' pit=100 idle=spin clocks=1 hpetclock=0
xentimectl set-mode "$dom" 1
labdom unpause "$dom"
labdom wait "$dom" pit 20

exits 0 "skew of a domain" -- \
    xentimectl skew 'old billing' --interval 0.2 --count 15
diag "$out"
like "$out" '^tsc  *15 ' "the TSC, 15 readings"
is "$err" "" "no progress line off a terminal"
capture xentimectl skew "$dom" --interval 0.2 --count 15 --json
is_range "$(clock tsc rate_ppm)" -60 60 "mode 1: the TSC is right"
is_range "$(clock tsc reading_error_s)" 0.000001 0.02 \
    "each reading has its error"
is "$(clock hpet rate_ppm)" "" "an HPET that does not run is no clock"
labdom set "$dom" hpetclock=1 rearm=1
capture xentimectl skew "$dom" --interval 0.2 --count 15 --json
is_range "$(clock hpet rate_ppm)" -60 60 "mode 1: the HPET is right"

# The guest is paused in mode 0, with slow ticks: what is lost for a second is a
# cliff, as no tick comes any more to bring it back. A patched Xen then brings
# it back.
xentimectl set-mode --force "$dom" 0
labdom set "$dom" pit=0 lapic=1 rearm=1
xentimectl skew "$dom" --interval 0.1 --count 40 --json >/run/lab/cliff 2>/dev/null &
usleep 2500000
labdom pause "$dom"
usleep 400000
labdom set "$dom" lapic=0
labdom unpause "$dom"
wait $!
out=$(cat /run/lab/cliff)
step=$(clock tsc 'steps":\[[^]]*"size_s')
if safe_switch "$dom"; then
    unlike "$step" '^-(0[.][2-9]|1)' \
        "a pause in mode 0 leaves nothing behind"
else
    is_range "$step" -1 -0.2 "a pause in mode 0 is a step"
fi

if labdom status "$dom" 2>/dev/null | grep -q features; then
    xentimectl set-mode "$dom" 2
    labdom set "$dom" pit=100 rearm=1
    xentimectl resync "$dom"
    xentimectl stats "$dom" >/dev/null
    labdom unpause "$rival"
    exits 0 "mode 2, counted" -- \
        xentimectl skew "$dom" --interval 0.3 --count 12 --json
    is_range "$(clock 'pitticks' rate_ppm)" -700000 -200000 \
        "a guest that counts ticks loses half"
    like "$out" '"ntp_can_follow": *false' "which NTP cannot follow"
    is_range "$(clock tsc rate_ppm)" -500 500 "and its TSC nothing"
    exits 1 "there is no gnuplot in this dom0" -- \
        xentimectl skew "$dom" --interval 0.3 --count 40 --plot /run/lab/skew.svg
    send_file skew.gp /run/lab/skew.svg.gp
    labdom pause "$rival"
fi

# ---- how it ends ----

xentimectl skew "$dom" --interval 30 --json >/run/lab/early 2>&1 &
pid=$!
usleep 1500000
# A shell has its background jobs ignore Ctrl-C.
kill -TERM $pid
wait $pid
is $? 0 "a signal ends it"
like "$(cat /run/lab/early)" '"readings": *1,' "with what it has"

xentimectl skew "$dom" --interval 0.5 --count 20 >/run/lab/gone 2>/run/lab/gone.err &
pid=$!
usleep 2500000
labdom destroy "$dom"
wait $pid
is $? 3 "a domain that is destroyed ends it"
like "$(cat /run/lab/gone)" '^tsc ' "after what it had shown"

# ---- recommend ----

# Half the time is another's: mode 2 is the worst for a guest that counts ticks,
# and the others are as different.
guest victim pit=1000 idle=nap clocks=1
xentimectl set-mode "$dom" 2
labdom unpause "$dom" "$rival"
exits 0 "recommend watches it" -- \
    xentimectl recommend victim --observe 3 --guest tick
diag "$out"
like "$out" "set-mode victim [134]" "and says what to type"
exits 0 "and it can be done" -- \
    sh -c "$(printf '%s\n' "$out" | grep '^    xentimectl')"
is_range "$(labdom param "$dom" timer_mode)" 1 4 "it is"
isnt "$(labdom param "$dom" timer_mode)" 2 "another mode"
if is_long; then
    xentimectl set-mode "$dom" 1
    capture xentimectl recommend victim --observe 3 --guest tick-tsc --json
    like "$out" '"best": *[24]' \
        "mode 1 is not for guests that make up for ticks"
fi

done_testing
