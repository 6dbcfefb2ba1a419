# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that xentimectl set-vhpet takes a running guest's HPET away and gives
# it back, that it refuses to while an HPET timer is armed, and that it does
# so for a reason.
#
# How: a guest reads its HPET at every tick of its other timers and counts the
# readings that come back as all ones. Without an HPET timer armed the switch
# goes off and on, and the other timers do not care. With one armed it must be
# refused with exit status 4 and change nothing; forced, the HPET is gone for
# the guest, and yet it goes on ticking. Whether one is armed labdom reads from
# Xen's state as well. PVH and PV domains have no vhpet: exit status 4.
#
# lab: intel=oldest@stock

. /lib/lab/lib.sh
. /lib/lab/timers.sh

# vhpet WHAT VALUE ARMED RECORD: everybody says so. VALUE is on or off, ARMED
# the list of timers that show has, RECORD what the record has.
vhpet() {
    case $2 in
    on) number=1 truth=true ;;
    off) number=0 truth=false ;;
    esac
    case $3 in
    '') armed=0 ;;
    *) armed=1 ;;
    esac
    show=$(shown "$dom")
    case $show in
    *"\"vhpet\":{\"value\":$truth,"*"\"vhpet_armed\":{\"value\":[$3]"*)
        show="$2, armed: $3" ;;
    esac
    is "Xen: $(labdom param "$dom" hpet), $(labdom hpet "$dom" |
        grep -o ' armed=.*')
list: $(xentimectl list --raw --noheadings -o VHPET "$dom")
show: $show
record: $(record "$dom" vhpet)" \
        "Xen: $number,  armed=$armed
list: $2
show: $2, armed: $3
record: $4" "$1: everybody says so"
}

# guest_sees WHAT present|absent: the HPET is that for the guest; the PIT, the
# RTC and the LAPIC tick on.
guest_sees() {
    # A second is long enough for a tick more or less to be within the range.
    measure "$1" spin measure "$dom" 1000
    for timer in pit rtc lapic; do
        eval "ratio=\$m_${timer}_ratio"
        is_range "$ratio" 0.95 1.05 "$1: the $timer ticks on"
    done
    if [ "$2" = present ]; then
        is "$m_clocks_hpet_absent" 0 "$1: the HPET can be read"
        is_range "$m_clocks_hpet_s" 0.96 1.04 "$1: and goes on"
    else
        # It is read at each of 132 ticks a second, or of 182 if it ticks too.
        is_range "$m_clocks_hpet_absent" 122 196 "$1: the HPET reads as ones"
        is "$m_clocks_hpet_s" 0.0000 "$1: never as anything else"
    fi
}

guest counter pit=50 rtc=32 lapic=50 hpet=0 hpetclock=1 idle=spin clocks=7
labdom unpause "$dom"
labdom wait "$dom" pit 5
vhpet "at first" on '' ''

exits 0 "off, with no timer armed" -- xentimectl set-vhpet "$dom" off
vhpet "off" off '' '0 0'
guest_sees "off" absent
labdom set "$dom" hpet=50
capture labdom ticks "$dom"
like "$out" '^timer=hpet hz=50 ticks=0 .* absent=1' \
    "off: the guest cannot arm a timer"
labdom set "$dom" hpet=0

exits 0 "on again" -- xentimectl set-vhpet "$dom" on
vhpet "on again" on '' '1 1'
guest_sees "on again" present

labdom set "$dom" hpet=50
vhpet "armed" on 0 '1 1'
before=$(xenstore-ls /tool/xentime)
exits 4 "armed: off is refused" -- xentimectl set-vhpet "$dom" off
like "$err" 'HPET timer .* is armed' "refused: with the reason"
like "$err" 'hint: --force' "refused: and the way out"
is "$(xenstore-ls /tool/xentime)" "$before" "refused: the record stays"
vhpet "refused" on 0 '1 1'
guest_sees "refused" present
is_range "$m_hpet_ratio" 0.95 1.05 "refused: and its timer ticks on"

exits 0 "armed: off is forced" -- xentimectl set-vhpet --force "$dom" off
vhpet "forced" off 0 '0 0'
guest_sees "forced" absent
is_range "$m_hpet_ratio" 0.95 1.05 "forced: and yet its timer ticks on"

exits 0 "on after all" -- xentimectl set-vhpet "$dom" on
labdom set "$dom" hpet=0
vhpet "on after all" on '' '1 1'
guest_sees "on after all" present
is "$(backwards "$dom")" "$never" "no clock has gone backwards in all this"
labdom destroy "$dom"

before=$(xenstore-ls /tool/xentime)
for type in pvh pv; do
    dom=$(labdom create --type $type $type)
    exits 4 "$type: there is no vhpet" -- xentimectl set-vhpet "$dom" off
    like "$err" 'has no vhpet' "$type: with the reason"
    is "$(xenstore-ls /tool/xentime 2>&1)" "$before" "$type: and no record"
    labdom destroy "$dom"
done

done_testing
