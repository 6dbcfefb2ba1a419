# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh disable=SC2154 # eval sets them
#
# Proves that clearing HVM_PARAM_HPET_ENABLED on a live domain silences an HPET
# timer that is armed, that setting it again brings the device back in reset
# state, and that a saved and restored domain keeps its HPET off or on; on a
# stock Xen, that the timer goes on interrupting.
#
# How: labdom sets the bare parameter of a guest whose HPET ticks beside PIT,
# RTC and LAPIC, and counts ticks before and after. It reads the device's
# registers from the saved state, and looks at what the guest reads. A guest
# with two vCPUs is saved and restored with the HPET off, and on, into domains
# whose parameter says on, as libxl sets it from the configuration.
#
# lab: timeout=350 hv=stock,patched check=newest@patched all=oldest@stock

. /lib/lab/lib.sh
. /lib/lab/timers.sh

others='pit=50 rtc=64 lapic=50'

# ticks TIMER: that the guest has counted.
ticks() { labdom ticks "$dom" | sed -n "s/^timer=$1 .* ticks=\([0-9]*\) .*/\1/p"; }

# registers: of the HPET, in saved state.
registers() { labdom hpet "$dom"; }
reset='enabled=0 counter=0 timer0=0 timer1=0 timer2=0 armed=0'

# ticking WHAT RATIO: the HPET ticks at that part of its rate, and the other
# timers at theirs.
ticking() {
    measure "$1" hlt measure "$dom" 1000
    for timer in pit rtc lapic; do
        eval "ratio=\$m_${timer}_ratio"
        is_range "$ratio" 0.95 1.05 "$1: the $timer ticks on"
    done
    case $2 in
    0) is "${m_hpet_ticks:-0}" 0 "$1: the HPET does not" ;;
    *) is_range "$m_hpet_ratio" 0.95 1.05 "$1: the HPET ticks" ;;
    esac
}

# shellcheck disable=SC2086 # one word a setting
guest "armed" $others hpet=50 idle=hlt clocks=7
labdom unpause "$dom"
labdom wait "$dom" pit 5
ticking "at first" 1

if ! safe_switch "$dom"; then
    labdom param "$dom" hpet 0
    ticking "stock, off" 1
    is_range "$m_clocks_hpet_absent" 190 240 "stock, off: unseen by the guest"
    like "$(registers)" ' timer0=1 .* armed=1$' "stock, off: and still armed"
    labdom destroy "$dom"
    done_testing
fi

labdom param "$dom" hpet 1
ticking "set to what it is" 1
like "$(registers)" ' timer0=1 .* armed=1$' "set to what it is: still armed"

# The domain is paused, so that nothing comes between.
labdom quiesce "$dom" >/dev/null
before=$(ticks hpet)
labdom param "$dom" hpet 0
is "$(registers)" "$reset" "off: in reset state"
usleep 500000
labdom unpause "$dom"
labdom wait "$dom" pit 20
is_range $(($(ticks hpet) - before)) 0 1 "off, paused: no more than one tick"
ticking "off" 0
is_range "$m_clocks_hpet_absent" 150 190 "off: the guest reads ones"
is "$(registers)" "$reset" "off: nothing the guest does changes that"
labdom param "$dom" hpet 0
is "$(registers)" "$reset" "off twice"
labdom set "$dom" hpet=40
capture labdom ticks "$dom"
like "$out" '^timer=hpet hz=40 .* absent=1$' "off: the guest cannot arm it"

labdom param "$dom" hpet 1
is "$(registers)" "$reset" "on again: in reset state, halted"
is "$(labdom param "$dom" hpet)" 1 "on again: says the parameter"
ticking "on again" 0
is "$m_clocks_hpet_absent $m_clocks_hpet_s" "0 0.0000" \
    "on again: the guest reads a counter that stands still"
is "$(registers)" "$reset" "on again: until it is told to"
labdom set "$dom" hpet=50
like "$(registers)" '^enabled=1 .* timer0=1 .* armed=1$' "armed by the guest"
ticking "armed again" 1
is_range "$m_clocks_hpet_s" 0.96 1.04 "armed again: and the counter runs"

# The HPET is taken away while the guest runs.
before=$(ticks hpet)
labdom param "$dom" hpet 0
after=$(ticks hpet)
usleep 500000
is_range $(($(ticks hpet) - after)) 0 1 "off, running: silent at once"
is_range $((after - before)) 0 30 "off, running: it had been ticking"
labdom set "$dom" hpet=0
labdom param "$dom" hpet 1
labdom destroy "$dom"

for state in off on; do
    what="restored, $state"
    # shellcheck disable=SC2086 # one word a setting
    guest "$what, from" vcpus=2 $others hpet=50 idle=hlt clocks=7
    from=$dom
    labdom unpause "$from"
    labdom wait "$from" pit 10
    labdom pause "$from"
    [ $state = on ] || labdom param "$from" hpet 0

    guest "$what" vcpus=2
    labdom param "$dom" hpet 1
    ok "$what: copied" labdom copyctx "$from" "$dom"
    labdom destroy "$from"
    if [ $state = on ]; then
        is "$(labdom param "$dom" hpet)" 1 "$what: says the parameter"
        like "$(registers)" '^enabled=1 .* timer0=1 .* armed=1$' \
            "$what: armed as before"
        labdom unpause "$dom"
        labdom wait "$dom" pit 5
        ticking "$what" 1
    else
        is "$(labdom param "$dom" hpet)" 0 "$what: says the parameter"
        is "$(registers)" "$reset" "$what: in reset state"
        labdom unpause "$dom"
        labdom wait "$dom" pit 5
        ticking "$what" 0
        is_range "$m_clocks_hpet_absent" 150 190 "$what: the guest reads ones"

        labdom param "$dom" hpet 1
        labdom set "$dom" hpet=40
        ticking "$what, on at last" 1
    fi
    labdom destroy "$dom"
done

# A state with an armed timer is loaded into a domain that has no HPET.
# shellcheck disable=SC2086 # one word a setting
guest "loaded, from" vcpus=2 $others hpet=50 idle=hlt clocks=7
from=$dom
labdom unpause "$from"
labdom wait "$from" pit 10
labdom pause "$from"
guest "loaded" vcpus=2
labdom param "$dom" hpet 0
ok "loaded where it is off: copied" labdom copyctx "$from" "$dom"
is "$(labdom param "$dom" hpet)" 0 "loaded where it is off: says the parameter"
is "$(registers)" "$reset" "loaded where it is off: in reset state"
labdom unpause "$dom"
labdom wait "$dom" pit 5
ticking "loaded where it is off" 0

done_testing
