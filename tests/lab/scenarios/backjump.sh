# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# Proves that set-mode has reason to refuse mode 0 on a live domain: on stock
# Xen the guest's TSC and HPET are thrown backwards by all the time that it
# ran in another mode; and that they are not if the refusal is heeded.
#
# How: a guest reads its clocks in a loop. It is taken from mode 0 to mode 1
# and, a little later, back: refused with exit status 4 at first, and no clock
# goes backwards; then forced, and TSC and HPET do, once, by the time between
# the two switches. Three times: paused at both switches; without a pause, but
# beside another busy domain; and without either, when only dom0 takes the CPU
# from it, as it must to switch. In mode 0 each tick that is delivered pulls
# guest time forward again, so the guest ticks at 1 Hz, and is thrown back
# soon after a tick. (With no timer at all Xen does not stop its time.)
#
# A native TSC goes on in mode 0, and so has nothing to be thrown back to: there it is
# the HPET alone.
#
# On Xen with the first patch of the series alone ("fix") the same is done, and
# no clock goes backwards. With all of them (the capability safe-switch) nothing
# is refused, and this scenario has to fail.
#
# lab: hv=stock,fix intel=oldest@stock

. /lib/lab/lib.sh
. /lib/lab/timers.sh

now() { read -r time _ </proc/uptime; echo "$time"; }
pause() { [ "$way" != paused ] || labdom pause "$dom"; }
go_on() { [ "$way" != paused ] || labdom unpause "$dom"; }

# jump CLOCK: its largest step backwards, in seconds.
jump() {
    labdom ticks "$dom" |
        sed -n "s/^clocks .* $1_back_max_ns=\([0-9]*\).*/\1/p" |
        awk '{ printf "%.3f", $1 / 1e9 }'
}

guest rival idle=spin
rival=$dom

for way in paused contending preempted; do
    guest $way lapic=1 idle=sample
    case $(tsc_of "$dom") in
    native) tsc_back=0 ;;
    *) tsc_back=1 ;;
    esac
    [ $way != contending ] || labdom unpause "$rival"
    labdom unpause "$dom"
    labdom wait "$dom" lapic 1

    before=$(now)
    pause
    exits 0 "$way, 0 to 1: done" -- xentimectl set-mode "$dom" 1
    after=$(now)
    go_on
    pause
    record=$(xenstore-ls /tool/xentime)
    exits 4 "$way, 1 to 0: refused" -- xentimectl set-mode "$dom" 0
    like "$err" 'throw its time backwards' "$way: with the reason"
    like "$err" 'hint: --force' "$way: and the way out"
    is "$(labdom param "$dom" timer_mode)" 1 "$way: the mode stays"
    is "$(xenstore-ls /tool/xentime)" "$record" "$way: the record stays"
    go_on
    usleep 300000
    is "$(backwards "$dom")" "$never" "$way: no clock has gone backwards"

    labdom wait "$dom" lapic 1
    shortest=$(now)
    pause
    exits 0 "$way, 1 to 0: forced" -- xentimectl set-mode --force "$dom" 0
    longest=$(now)
    go_on
    usleep 300000
    is "$(labdom param "$dom" timer_mode)" 0 "$way: the mode is new"
    is "$(record "$dom" timer_mode)" "0 0" "$way: the record is new"

    if [ "$LAB_HYPERVISOR" = fix ]; then
        is "$(backwards "$dom")" "$never" "$way: no clock went backwards"
        [ $way != contending ] || labdom pause "$rival"
        labdom destroy "$dom"
        continue
    fi
    capture backwards "$dom"
    like "$out" "tsc_back=$tsc_back hpet_back=1 " \
        "$way: the HPET, and a TSC that is emulated, went backwards"
    # A jump is the time between switches, give or take what xentimectl needs.
    # shellcheck disable=SC2046 # two words
    set -- $(echo "$before $after $shortest $longest" |
        awk '{ print $3 - $2 - 0.1, $4 - $1 + 0.1 }')
    [ $tsc_back = 0 ] ||
        is_range "$(jump tsc)" "$1" "$2" "$way: the TSC by the time in mode 1"
    is_range "$(jump hpet)" "$1" "$2" "$way: the HPET by the time in mode 1"
    [ $way != contending ] || labdom pause "$rival"
    labdom destroy "$dom"
done

done_testing
