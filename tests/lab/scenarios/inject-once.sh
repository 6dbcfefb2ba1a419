# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that the lab's own QEMU injects no interrupt twice, as Debian's does
# now and then under icount (emulators/x86/0001-inject-once.patch). What other
# scenarios say of ticks would otherwise hang on a guest that knows of it.
#
# How: our guest drops, and counts as "filtered", an interrupt that is taken
# with IF clear, which no real machine does. Guests with timers up to 1024 Hz,
# spinning and sleeping, alone and beside a busy one, filter nothing.
# LAB_QEMU=stock runs it in Debian's QEMU, where it fails and shows how many
# there are.
#
# lab: qemu=own slow=1 check=oldest@stock timeout=300 idle=120

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# once WHAT MODE SETTING...: a guest with these settings filters nothing. With
# "rival" in WHAT another one spins beside it.
once() {
    what="$1, mode $2" mode=$2 rival=
    case $1 in *rival*) guest rival pit=0 lapic=0 idle=spin; rival=$dom ;; esac
    shift 2
    guest ticking "$@"
    labdom param "$dom" timer_mode "$mode"
    for d in $rival $dom; do labdom unpause "$d"; done
    sleep 4
    labdom pause "$dom"
    ticks=$(labdom ticks "$dom" | grep '^timer=')
    for d in $rival $dom; do labdom destroy "$d"; done

    # shellcheck disable=SC2046 # the counts, then a line for people
    set -- $(printf '%s\n' "$ticks" | awk '{
            for (i = 1; i <= NF; i++) { split($i, kv, "="); v[kv[1]] = kv[2] }
            ticks += v["ticks"]; twice += v["filtered"]
            text = text " " v["timer"] ":" v["filtered"] "/" v["ticks"]
        } END { print ticks + 0, twice + 0 text }')
    is_range "$1" 1000 100000 "$what: it ticks"
    is "$2" 0 "$what: no tick comes twice" || diag "twice/ticks: $*"
}

all='pit=1000 hpet=250 lapic=1000 rtc=1024'
# shellcheck disable=SC2086 # one word a setting
for mode in 0 2; do
    once "spinning beside a rival" $mode $all idle=spin
done
# shellcheck disable=SC2086
once "spinning alone" 2 $all idle=spin
once "sleeping alone" 2 pit=1000 lapic=1000 idle=hlt
once "reading ports beside a rival" 1 pit=1000 lapic=0 idle=hlt io=1000

done_testing
