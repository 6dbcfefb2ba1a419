# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that xentimectl set-mode does its work on a live domain whatever that
# is doing - running, paused, blocked, contending for the CPU with another -
# and that no clock of the guest goes backwards in it.
#
# How: in each of these states a domain is taken from mode 0 through every
# switch between modes 1, 2 and 3. After each one Xen's parameter (as labdom
# reads it), list, show and the record in xenstore must name the new mode, and
# after some the ticks must come as that mode has them. TSC, HPET and pvclock
# are read at every tick. Then mode 0 is asked for: refused with exit status 4
# on a domain that has run, done on one that never did.
#
# lab: slow=1 all=oldest@stock+smp2,oldest@stock+smp4 timeout=600 xen=sched_ratelimit_us=10000

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# state STATE: $dom is in that state. To wait for dom0, where that has its CPU,
# or for the rival, is to be runnable.
state() {
    case $1 in
    running | contending) set -- "$1" 'run(nable|ning)' ;;
    *) set -- "$1" "$1" ;;
    esac
    # A blocked one may have had a tick just now.
    wait_for 1 eval "labdom state $dom | grep -E 'state=$2 '"
    like "$(labdom state "$dom")" "state=$2 " "$1: so it is"
}

# switch WHAT MODE: set it, and ask everybody.
switch() {
    status=0
    xentimectl set-mode "$dom" "$2" >/dev/null || status=$?
    show=$(shown "$dom")
    case $show in *"\"timer_mode\":{\"value\":$2,"*"\"timer_mode_record\":{\
\"value\":{\"status\":\"inforce\",\"requested\":$2,\"applied\":$2,"*)
        show="$2, in force" ;;
    esac
    is "exit status: $status
Xen: $(labdom param "$dom" timer_mode)
list: $(xentimectl list --raw --noheadings -o MODE "$dom")
show: $show
record: $(record "$dom" timer_mode)" \
        "exit status: 0
Xen: $2
list: $2
show: $2, in force
record: $2 $2" "$1"
}

# behaves WHAT STATE MODE: so do the ticks. For what is measured, and why, see
# modes-gaps.sh and modes-contention.sh.
behaves() {
    what="$1: and so the ticks come"
    case $2 in
    contending)
        measure "$1" spin measure "$dom" 600
        case $3 in
        1) is_range "$m_pit_ratio" 0.95 1.05 "$what" ;;
        2) is_range "$m_pit_ratio" 0.34 0.59 "$what" ;;
        3) is_range "$m_pit_ratio" 0.62 0.82 "$what" ;;
        esac ;;
    blocked)
        # It ticks at 2 Hz, so five pauses of 5 s are due to miss 50 ticks.
        measure "$1" hlt gaps --pause 5000 --times 5 --period 8000 "$dom"
        case $3 in
        1) is_range "$(late lapic 25000)" 48 52 "$what" ;;
        *) is_range "$(late lapic 25000)" -20 7 "$what" ;;
        esac ;;
    *)
        # It ticks at 100 Hz, so five pauses of 60 ms are due to miss 30.
        [ "$2" = running ] || labdom unpause "$dom"
        measure "$1" spin gaps --pause 60 --times 5 --period 100 --settle 100 \
            "$dom"
        [ "$2" = running ] || labdom pause "$dom"
        case $3 in
        1) is_range "$(late pit 300)" 27 33 "$what" ;;
        2) is_range "$(late pit 300)" -20 2.2 "$what" ;;
        3) is_range "$(late pit 300)" 2.5 7 "$what" ;;
        esac ;;
    esac
}

# refused STATE MODE: mode 0 is, and MODE stays.
refused() {
    before=$(xenstore-ls /tool/xentime)
    exits 4 "$1: mode 0 is refused" -- xentimectl set-mode "$dom" 0
    like "$err" 'timer_mode 0 .* backwards' "$1: with the reason"
    is "$(labdom param "$dom" timer_mode)" "$2" "$1: the mode stays"
    is "$(xenstore-ls /tool/xentime)" "$before" "$1: the record stays"
}

guest rival idle=spin
rival=$dom

for state in running paused blocked contending; do
    case $state in
    running | paused) tick=pit=100 idle=spin ;;
    contending) tick=pit=230 idle=spin ;;
    blocked) tick=lapic=2 idle=hlt ;;
    esac
    guest $state "$tick" idle="$idle" clocks=7
    labdom unpause "$dom"
    if [ $state = contending ]; then
        contend "$dom" "$rival"
        labdom unpause "$rival"
    fi
    labdom wait "$dom" "${tick%=*}" 2
    [ $state != paused ] || labdom pause "$dom"

    state $state
    from=0
    for mode in 1 2 3 1 3 2 1; do
        what="$state, $from to $mode"
        switch "$what" $mode
        case $from$mode in 01 | 12 | 23) behaves "$what" $state $mode ;; esac
        from=$mode
    done
    state $state
    refused $state 1
    is "$(backwards "$dom")" "$never" "$state: no clock went backwards"
    labdom destroy "$dom"
done
labdom destroy "$rival"

for mode in 2 3; do
    guest "0 to $mode" pit=100 idle=spin clocks=7
    labdom unpause "$dom"
    labdom wait "$dom" pit 2
    switch "running, 0 to $mode" $mode
    behaves "running, 0 to $mode" running $mode
    is "$(backwards "$dom")" "$never" \
        "running, 0 to $mode: no clock went backwards"
    labdom destroy "$dom"
done

guest "never run" pit=100 idle=spin clocks=7
for mode in 3 0; do switch "never run, mode $mode" $mode; done
labdom unpause "$dom"
measure "never run, mode 0" spin gaps --pause 200 --times 2 --period 300 "$dom"
is_range "$m_pit_ratio" 0.95 1.05 "never run, mode 0: no tick is lost"
is_range "$m_pit_maxgap_ms" 5 60 "never run, mode 0: guest time stands still"
exits 0 "mode 0 is not refused where it is the mode" -- \
    xentimectl set-mode "$dom" 0
is "$(backwards "$dom")" "$never" "never run: no clock went backwards"

done_testing
